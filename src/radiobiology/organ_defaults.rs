//! Default radiobiological parameters of tissues, from an embedded table with source and provenance beside every row.
//!
//! A tissue without a row gets an error and no guess: the one who asks must then state α/β and repair.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::bed::{InvalidParameter, checked_alpha_beta_gy, checked_repair_half_time_h};
use super::evidence::Provenance;
use super::registry::{nearest, normalised};

const TABLE: &str = include_str!("organ_radiobiology.yaml");

/// Linear-quadratic parameters of a tissue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TissueRadiobiology {
    /// Tissue, `kidneys`, `tumour_net`.
    pub tissue: String,
    /// α/β, Gy.
    pub alpha_beta_gy: f64,
    /// Half-time of sublethal damage repair, h.
    pub repair_half_time_h: f64,
    /// α, 1/Gy, where one is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha_per_gy: Option<f64>,
    /// Where the numbers were taken from.
    pub provenance: Provenance,
    /// Citation or reason.
    pub source: String,
    /// Sentences for the report.
    #[serde(default)]
    pub caveats: Vec<String>,
}

impl TissueRadiobiology {
    /// Repair rate μ = ln 2 / T_rep, 1/h.
    pub fn repair_per_h(&self) -> f64 {
        std::f64::consts::LN_2 / self.repair_half_time_h
    }

    /// Refuses parameters that are not positive numbers.
    pub fn check(&self) -> Result<(), InvalidParameter> {
        checked_alpha_beta_gy(self.alpha_beta_gy)?;
        checked_repair_half_time_h(self.repair_half_time_h)?;
        match self.alpha_per_gy {
            Some(value) if !(value.is_finite() && value > 0.0) => Err(InvalidParameter { parameter: "α", value, unit: "/Gy" }),
            _ => Ok(()),
        }
    }
}

/// No default parameters for a tissue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no default α/β and repair half-time for {asked:?} (nearest: {nearest}): state them beside the tissue")]
pub struct UnknownTissue {
    /// The name asked for.
    pub asked: String,
    /// The known tissue most like it.
    pub nearest: String,
}

/// Every tissue with defaults.
pub fn all() -> &'static [TissueRadiobiology] {
    static ROWS: OnceLock<Vec<TissueRadiobiology>> = OnceLock::new();
    ROWS.get_or_init(|| serde_yaml::from_str(TABLE).expect("the embedded table is part of the program and read whole by its tests"))
}

/// Defaults of a tissue, name in any spelling; `left_kidney` and `right_kidney` are `kidneys`, `marrow` is `red_marrow`, a tumour
/// numbered or named `tumour_…` without a row of its own is refused.
pub fn defaults_of(tissue: &str) -> Result<&'static TissueRadiobiology, UnknownTissue> {
    let asked = normalised(tissue);
    let name: Cow<'_, str> = match asked.as_str() {
        "kidney" | "left_kidney" | "right_kidney" => "kidneys".into(),
        "marrow" | "bone_marrow" | "active_marrow" => "red_marrow".into(),
        "salivary" | "parotid_glands" | "salivary_gland" => "salivary_glands".into(),
        "tumor" => "tumour".into(),
        other => other.replace("tumor_", "tumour_").into(),
    };
    all()
        .iter()
        .find(|row| row.tissue == name)
        .ok_or_else(|| UnknownTissue { asked: tissue.to_owned(), nearest: nearest(&asked, all().iter().map(|row| row.tissue.as_str())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_possible_and_named_once() {
        let rows: Vec<TissueRadiobiology> = serde_yaml::from_str(TABLE).unwrap();
        for (index, row) in rows.iter().enumerate() {
            row.check().unwrap();
            assert!(!row.source.is_empty() && rows[..index].iter().all(|earlier| earlier.tissue != row.tissue), "{}", row.tissue);
        }
    }

    /// Kidney 2.6 Gy and 2.8 h (Barone 2005, ILUMINET), liver 2.5 Gy and 2.5 h (Strigari 2010).
    #[test]
    fn kidneys_and_liver_have_their_published_values() {
        let kidneys = defaults_of("Left kidney").unwrap();
        assert_eq!((kidneys.alpha_beta_gy, kidneys.repair_half_time_h, kidneys.provenance), (2.6, 2.8, Provenance::SecondHand));
        let liver = defaults_of("liver").unwrap();
        assert_eq!((liver.alpha_beta_gy, liver.repair_half_time_h), (2.5, 2.5));
        assert!(defaults_of("marrow").unwrap().provenance.wants_checking());
        assert_eq!(defaults_of("tumor_net").unwrap().alpha_per_gy, Some(0.2));
    }

    #[test]
    fn an_unlisted_tissue_is_refused() {
        assert!(defaults_of("lacrimal").unwrap_err().to_string().contains("state them"));
        assert_eq!(defaults_of("kidnees").unwrap_err().nearest, "kidneys");
    }
}
