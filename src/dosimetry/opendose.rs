//! S-values of 177Lu in the ICRP 110 reference adults, from OpenDose: left and right kidney, liver and spleen as sources.
//!
//! Chauvin M. et al., OpenDose: open-access resource for nuclear medicine dosimetry, J Nucl Med 2020; data CC BY 4.0. Rows are target,
//! S in mGy/(MBq s), its Monte-Carlo standard deviation in the same unit, mass of the target in g.

use super::organ_name::{nearest, normalised};
use super::phantom::Phantom;
use super::s_value::{InvalidSValue, SValue};
use crate::nuclide::Nuclide;

mod combine;
mod table;

pub use table::{OpenDoseRow, rows};

/// The nuclide the tables hold for.
pub const NUCLIDE: &str = "Lu-177";

/// How to cite the tables.
pub const CITATION: &str = "OpenDose (Chauvin et al., J Nucl Med 2020), CC BY 4.0";

/// The source regions that can be asked for. `kidneys` are both, at equal concentration.
pub const SOURCES: [&str; 5] = ["kidneys", "left_kidney", "right_kidney", "liver", "spleen"];

/// Short names for targets whose name in the tables is another one.
const TARGET_ALIASES: [(&str, &str); 26] = [
    ("left_kidney", "Left kidney C+M+P"),
    ("right_kidney", "Right kidney C+M+P"),
    ("adrenals", "RAdrenal + LAdrenal"),
    ("lungs", "RLung + LLung"),
    ("lung", "RLung + LLung"),
    ("breasts", "Breast-a + Breast-g"),
    ("ovaries", "ROvary + LOvary"),
    ("stomach", "Stomach wall"),
    ("small_intestine", "Small intestine wall"),
    ("left_colon", "Left colon wall (left transverse + descending)"),
    ("right_colon", "Right colon wall (ascending + right transverse)"),
    ("rectosigmoid", "Sigmoid colon wall + rectum wall"),
    ("esophagus", "Oesophagus"),
    ("bladder_wall", "Urinary bladder wall"),
    ("bladder", "Urinary bladder wall"),
    ("urinary_bladder", "Urinary bladder wall"),
    ("gallbladder_wall", "Gall bladder wall"),
    ("gallbladder", "Gall bladder wall"),
    ("heart", "Heart wall"),
    ("lenses", "Lenses of eye"),
    ("pituitary", "Pituitary gland"),
    ("salivary", "Salivary glands"),
    ("total_body", "Total body except organ contents"),
    ("whole_body", "Total body except organ contents"),
    ("body", "Total body except organ contents"),
    ("adipose", "Adipose/residual tissue"),
];

/// Targets put together from several rows by mass.
const COMBINED_TARGETS: [&str; 2] = ["kidneys", "spongiosa"];

/// Why no OpenDose S-value could be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OpenDoseError {
    /// The tables hold for another nuclide.
    #[error("the OpenDose tables of this project hold for {NUCLIDE}, asked for {asked}")]
    OtherNuclide {
        /// The nuclide asked for.
        asked: String,
    },
    /// No such source region.
    #[error("no OpenDose source region {asked:?} (nearest: {nearest}); known are {}", SOURCES.join(", "))]
    UnknownSource {
        /// The name asked for.
        asked: String,
        /// The known name most like it.
        nearest: String,
    },
    /// No such target region in this phantom.
    #[error("no OpenDose target region {asked:?} in the {phantom}: the nearest is {nearest}")]
    UnknownTarget {
        /// The name asked for.
        asked: String,
        /// The phantom.
        phantom: &'static str,
        /// The known name most like it.
        nearest: String,
    },
    /// Red marrow is no region of the ICRP 110 voxel phantoms.
    #[error(
        "OpenDose has no red marrow target (the ICRP 110 phantoms resolve spongiosa only): take the marrow dose by the blood method or from an S-value table of your own; `spongiosa` is the nearest region and holds for cross-dose of photons only"
    )]
    NoRedMarrow,
    /// A row of the tables is not an S-value.
    #[error(transparent)]
    Value(#[from] InvalidSValue),
}

/// S-value of 177Lu for a source and a target, names in any spelling.
///
/// `kidneys` as a source: both kidneys at the same concentration, so each counts by its mass; as a target: the mean over both,
/// weighted by mass. `spongiosa` as a target: all spongiosa regions weighted by mass. Any target of the tables can be asked for by its own name.
pub fn lookup(nuclide: &Nuclide, phantom: Phantom, source: &str, target: &str) -> Result<SValue, OpenDoseError> {
    if nuclide.name != NUCLIDE {
        return Err(OpenDoseError::OtherNuclide { asked: nuclide.name.clone() });
    }
    let parts = combine::source_parts(phantom, &normalised(source))
        .ok_or_else(|| OpenDoseError::UnknownSource { asked: source.to_owned(), nearest: nearest(source, SOURCES) })?;
    let names = target_rows(phantom, target)?;
    let mean = combine::mean_over(phantom, &parts, &names);
    let mut s_value =
        SValue::from_mgy_per_mbq_s(mean.s_mgy_per_mbq_s, super::s_value::SValueMethod::OpenDose, CITATION)?.with_target_mass_g(mean.mass_g);
    if parts.len() > 1 {
        s_value.notes.push("both kidneys as one source: equal activity per gram".to_owned());
    }
    if names.len() > 1 {
        s_value.notes.push(format!("{}: mean of {} OpenDose regions weighted by their mass", normalised(target), names.len()));
    }
    let relative_sd = mean.standard_deviation_mgy_per_mbq_s / mean.s_mgy_per_mbq_s;
    if relative_sd > 0.5 {
        s_value.notes.push("the tabulated Monte-Carlo standard deviation is of the size of the value or larger: the table's uncertainty is not usable here".to_owned());
    } else if relative_sd > 0.05 {
        s_value.notes.push(format!("Monte-Carlo standard deviation {:.0} %", relative_sd * 100.0));
    }
    Ok(s_value)
}

/// Mass of a target in the phantom, g.
pub fn target_mass_g(phantom: Phantom, target: &str) -> Result<f64, OpenDoseError> {
    let names = target_rows(phantom, target)?;
    Ok(names.iter().filter_map(|name| table::row(phantom, table::Source::Liver, name)).map(|row| row.target_mass_g).sum())
}

/// Every target name that can be asked for in this phantom: the short ones first, then those of the tables.
pub fn known_targets(phantom: Phantom) -> Vec<String> {
    let in_table = |name: &&str| table::row(phantom, table::Source::Liver, name).is_some();
    let aliases = TARGET_ALIASES.iter().filter(|(_, row)| in_table(row)).map(|(alias, _)| (*alias).to_owned());
    let own_names = rows(phantom, table::Source::Liver).iter().map(|row| normalised(&row.target));
    let mut names: Vec<String> = COMBINED_TARGETS.iter().map(|name| (*name).to_owned()).chain(aliases).collect();
    for name in own_names {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The rows that make up a target.
fn target_rows(phantom: Phantom, target: &str) -> Result<Vec<&'static str>, OpenDoseError> {
    let name = normalised(target);
    if matches!(name.as_str(), "red_marrow" | "active_marrow" | "bone_marrow" | "marrow") {
        return Err(OpenDoseError::NoRedMarrow);
    }
    if name == "kidneys" {
        return Ok(vec![combine::LEFT_KIDNEY, combine::RIGHT_KIDNEY]);
    }
    let all_rows = rows(phantom, table::Source::Liver);
    if name == "spongiosa" {
        return Ok(all_rows.iter().map(|row| row.target.as_str()).filter(|target| target.ends_with(", spongiosa")).collect());
    }
    let in_table = TARGET_ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, row)| normalised(row));
    match all_rows.iter().find(|row| normalised(&row.target) == in_table) {
        Some(row) => Ok(vec![row.target.as_str()]),
        None => Err(OpenDoseError::UnknownTarget {
            asked: target.to_owned(),
            phantom: phantom.title(),
            nearest: nearest(target, known_targets(phantom).iter().map(String::as_str)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dosimetry::s_value::SValueUnit;
    use crate::dosimetry::self_dose::{Daughters, local_self_dose};
    use crate::nuclide::find;

    const BOTH: [Phantom; 2] = [Phantom::AdultMale, Phantom::AdultFemale];

    fn mgy_per_mbq_s(phantom: Phantom, source: &str, target: &str) -> f64 {
        lookup(find("Lu-177").unwrap(), phantom, source, target).unwrap().in_unit(SValueUnit::MgyPerMbqS)
    }

    /// The row of the published table: 1.5662e-4 mGy/(MBq s) in 152.983 g.
    #[test]
    fn the_left_kidney_is_the_published_row() {
        let found = lookup(find("Lu-177").unwrap(), Phantom::AdultMale, "Left kidney", "left-kidney").unwrap();
        assert!((found.in_unit(SValueUnit::MgyPerMbqS) / 1.5662e-4 - 1.0).abs() < 1e-14);
        assert_eq!(found.target_mass_g, Some(152.983));
        assert!(!found.extrapolated && found.scaled_from_mass_g.is_none() && found.source.contains("OpenDose"));
    }

    /// Self-dose is the electrons' energy over the mass plus a few per cent of photons: 3 % for kidneys and spleen, 5 % for the liver.
    #[test]
    fn self_dose_is_the_electron_energy_over_the_mass() {
        for phantom in BOTH {
            for (organ, photon_share) in
                [("left_kidney", 0.03), ("right_kidney", 0.03), ("kidneys", 0.03), ("spleen", 0.03), ("liver", 0.05)]
            {
                let mass_g = target_mass_g(phantom, organ).unwrap();
                let local = local_self_dose(find("Lu-177").unwrap(), mass_g, Daughters::LeftOut).unwrap().in_unit(SValueUnit::MgyPerMbqS);
                let excess = mgy_per_mbq_s(phantom, organ, organ) / local - 1.0;
                assert!((0.0..photon_share).contains(&excess), "{phantom:?} {organ}: {excess}");
            }
        }
    }

    /// Kidney self-S of a commercial table, 7.76e-5 (male) and 8.70e-5 (female) mGy/(MBq s), within 3 %; liver and spleen likewise.
    #[test]
    fn organs_agree_with_another_tabulation() {
        for (organ, male, female) in [("kidneys", 7.76e-5, 8.70e-5), ("liver", 1.37e-5, 1.76e-5), ("spleen", 1.60e-4, 1.84e-4)] {
            assert!((mgy_per_mbq_s(Phantom::AdultMale, organ, organ) / male - 1.0).abs() < 0.03, "{organ}");
            assert!((mgy_per_mbq_s(Phantom::AdultFemale, organ, organ) / female - 1.0).abs() < 0.03, "{organ}");
        }
    }

    /// OpenDose's own union of both kidneys, put together from cortex, medulla and pelvis, is 0.3 % lower than the mean of the two whole kidneys.
    #[test]
    fn both_kidneys_agree_with_the_tables_own_union() {
        for phantom in BOTH {
            for source in ["left_kidney", "right_kidney", "liver", "spleen"] {
                let union = mgy_per_mbq_s(phantom, source, "RKidney + LKidney");
                assert!((mgy_per_mbq_s(phantom, source, "kidneys") / union - 1.0).abs() < 0.005, "{phantom:?} {source}");
            }
        }
    }

    /// MIRD reciprocity: S(A←B) = S(B←A) for photons; the eight cross pairs agree within 3 %.
    #[test]
    fn cross_dose_is_reciprocal() {
        for phantom in BOTH {
            for (a, b) in [("left_kidney", "spleen"), ("right_kidney", "liver"), ("liver", "spleen"), ("left_kidney", "liver")] {
                let ratio = mgy_per_mbq_s(phantom, a, b) / mgy_per_mbq_s(phantom, b, a);
                assert!((ratio - 1.0).abs() < 0.03, "{phantom:?} {a} {b}: {ratio}");
            }
        }
    }

    #[test]
    fn wrong_names_get_the_nearest_right_one() {
        let lutetium = find("Lu-177").unwrap();
        let error = lookup(lutetium, Phantom::AdultMale, "kidney left", "liver").unwrap_err();
        assert!(matches!(error, OpenDoseError::UnknownSource { .. }), "{error}");
        let error = lookup(lutetium, Phantom::AdultMale, "liver", "pancreaz").unwrap_err();
        assert!(error.to_string().contains("pancreas"), "{error}");
        assert!(lookup(lutetium, Phantom::AdultMale, "liver", "uterus").is_err());
        assert!(lookup(lutetium, Phantom::AdultFemale, "liver", "uterus").is_ok());
        assert_eq!(lookup(lutetium, Phantom::AdultMale, "liver", "red marrow"), Err(OpenDoseError::NoRedMarrow));
        assert!(lookup(find("Y-90").unwrap(), Phantom::AdultMale, "liver", "liver").is_err());
    }

    #[test]
    fn every_known_name_is_found() {
        for phantom in BOTH {
            for target in known_targets(phantom) {
                assert!(mgy_per_mbq_s(phantom, "spleen", &target) >= 0.0, "{target}");
                assert!(target_mass_g(phantom, &target).unwrap() > 0.0, "{target}");
            }
        }
    }

    #[test]
    fn doubtful_table_uncertainties_are_said() {
        let found = lookup(find("Lu-177").unwrap(), Phantom::AdultMale, "liver", "bladder wall").unwrap();
        assert!(found.notes.iter().any(|note| note.contains("not usable")), "{found:?}");
    }
}
