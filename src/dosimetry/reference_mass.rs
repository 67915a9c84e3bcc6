//! Reference organ masses of the adult male and female, g (ICRP Publication 89 type, as tabulated in open software).
//!
//! Masses "including blood" (ICRP 133: kidneys 422/366 g, liver 2360/1810 g) are a third larger; with them every self-dose is a
//! third smaller. A report names the mass it used.

use std::sync::OnceLock;

use super::organ_name::{nearest, normalised};
use super::phantom::Phantom;

const IN_PHANTOM: &str = include_str!("masses/human_phantom_masses.csv");
const NOT_IN_PHANTOM: &str = include_str!("masses/human_notinphantom_masses.csv");

/// A line of the tables: organ, female, male.
type OrganMasses = (String, Option<f64>, Option<f64>);

/// Source of the masses, for reports.
pub const CITATION: &str = "ICRP Publication 89 reference adult";

/// Other names people use for a row of the table.
const ALIASES: [(&str, &str); 12] = [
    ("active_marrow", "red_marrow"),
    ("bone_marrow", "red_marrow"),
    ("marrow", "red_marrow"),
    ("whole_body", "body"),
    ("total_body", "body"),
    ("oesophagus", "esophagus"),
    ("bladder_wall", "bladder"),
    ("urinary_bladder_wall", "bladder"),
    ("heart_wall", "heart"),
    ("adipose", "fat"),
    ("salivary", "salivary_glands"),
    ("bone_surface", "bone_surfaces"),
];

/// Reference masses of one organ, g; `None` where the table leaves the cell empty.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceMass {
    /// Normalised name, `salivary_glands`.
    pub organ: String,
    /// Adult female, g. Zero where she has no such organ.
    pub female_g: Option<f64>,
    /// Adult male, g. Zero where he has no such organ.
    pub male_g: Option<f64>,
}

/// Why no reference mass could be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceMassError {
    /// No row of that name.
    #[error("no reference mass for {asked:?}: the nearest known organ is {nearest}")]
    UnknownOrgan {
        /// The name asked for.
        asked: String,
        /// The known name most like it.
        nearest: String,
    },
    /// The row has no mass for this adult.
    #[error("no reference mass of {organ} for the {phantom}: the table has none")]
    NoMass {
        /// The organ.
        organ: String,
        /// The adult.
        phantom: &'static str,
    },
}

/// All rows, in the order of the tables.
pub fn table() -> &'static [ReferenceMass] {
    static TABLE: OnceLock<Vec<ReferenceMass>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = [IN_PHANTOM, NOT_IN_PHANTOM].into_iter().flat_map(|text| csv::Reader::from_reader(text.as_bytes()).into_deserialize());
        let rows: Result<Vec<OrganMasses>, csv::Error> = rows.collect();
        let rows = rows.expect("the embedded tables are part of the program and read whole by their tests");
        rows.into_iter().map(|(organ, female_g, male_g)| ReferenceMass { organ: normalised(&organ), female_g, male_g }).collect()
    })
}

/// Reference mass of an organ, g. Names in any spelling; `whole_body`, `active_marrow`, `bladder_wall` and the like are understood.
pub fn reference_mass_g(phantom: Phantom, organ: &str) -> Result<f64, ReferenceMassError> {
    let name = normalised(organ);
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, row)| row);
    let unknown = || ReferenceMassError::UnknownOrgan {
        asked: organ.to_owned(),
        nearest: nearest(organ, table().iter().map(|row| row.organ.as_str()).chain(ALIASES.iter().map(|(alias, _)| *alias))),
    };
    let row = table().iter().find(|row| row.organ == name).ok_or_else(unknown)?;
    let mass_g = match phantom {
        Phantom::AdultMale => row.male_g,
        Phantom::AdultFemale => row.female_g,
    };
    mass_g.filter(|&mass_g| mass_g > 0.0).ok_or_else(|| ReferenceMassError::NoMass { organ: row.organ.clone(), phantom: phantom.title() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ICRP 89 masses, male/female, read from another tabulation of the same publication.
    #[test]
    fn masses_are_those_of_icrp_89() {
        for (organ, male_g, female_g) in [
            ("Kidneys", 310.0, 275.0),
            ("liver", 1800.0, 1400.0),
            ("spleen", 150.0, 130.0),
            ("active marrow", 1170.0, 900.0),
            ("salivary_glands", 85.0, 70.0),
            ("bladder wall", 50.0, 40.0),
            ("pancreas", 140.0, 120.0),
            ("adrenals", 14.0, 13.0),
            ("thyroid", 20.0, 17.0),
            ("lungs", 1200.0, 950.0),
            ("heart_wall", 330.0, 250.0),
            ("brain", 1450.0, 1300.0),
            ("muscle", 29000.0, 17500.0),
            ("bone surface", 120.0, 120.0),
            ("whole_body", 73000.0, 60000.0),
        ] {
            assert_eq!(reference_mass_g(Phantom::AdultMale, organ), Ok(male_g), "{organ}");
            assert_eq!(reference_mass_g(Phantom::AdultFemale, organ), Ok(female_g), "{organ}");
        }
        assert_eq!(reference_mass_g(Phantom::AdultMale, "prostate"), Ok(17.0));
    }

    #[test]
    fn absent_organs_are_errors_and_not_zero_grams() {
        assert!(matches!(reference_mass_g(Phantom::AdultMale, "uterus"), Err(ReferenceMassError::NoMass { .. })));
        assert!(matches!(reference_mass_g(Phantom::AdultFemale, "trachea"), Err(ReferenceMassError::NoMass { .. })));
        let error = reference_mass_g(Phantom::AdultMale, "kidnys").unwrap_err();
        assert!(error.to_string().contains("kidneys"), "{error}");
    }
}
