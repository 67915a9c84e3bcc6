//! Link from absorbed dose to a hazard of progression or death: none unless switched on, and then labelled.
//!
//! For radiopharmaceutical therapy no survival benefit of dose is shown (Dieudonné et al. 2023), so the default is zero and any other value is a
//! hypothesis. SIRT is the exception: observed hazard ratios stand in [`SIRT_HAZARD_RATIOS`].

use serde::{Deserialize, Serialize};

use super::evidence::{EvidenceLevel, Provenance};

/// log hazard = log baseline + `log_hazard_per_gy` · D, always a finite number. The default is no link.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "WrittenLink")]
pub struct HazardLink {
    log_hazard_per_gy: f64,
    hypothesis: String,
}

/// How a link is written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLink {
    log_hazard_per_gy: f64,
    #[serde(default)]
    hypothesis: String,
}

impl TryFrom<WrittenLink> for HazardLink {
    type Error = ImpossibleLink;

    fn try_from(written: WrittenLink) -> Result<Self, ImpossibleLink> {
        Self::new(written.log_hazard_per_gy, written.hypothesis)
    }
}

/// A link whose slope is no number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a hazard link needs a finite change of the log hazard per Gy, found {log_hazard_per_gy}")]
pub struct ImpossibleLink {
    /// The value found, 1/Gy.
    pub log_hazard_per_gy: f64,
}

impl HazardLink {
    /// A link of `log_hazard_per_gy` (below zero where dose protects), with what is supposed in the user's words.
    ///
    /// # Errors
    /// A slope that is NaN or infinite: it would make every hazard NaN, which no comparison catches.
    pub fn new(log_hazard_per_gy: f64, hypothesis: impl Into<String>) -> Result<Self, ImpossibleLink> {
        if log_hazard_per_gy.is_finite() {
            Ok(Self { log_hazard_per_gy, hypothesis: hypothesis.into() })
        } else {
            Err(ImpossibleLink { log_hazard_per_gy })
        }
    }

    /// Change of the log hazard per Gy.
    pub fn log_hazard_per_gy(&self) -> f64 {
        self.log_hazard_per_gy
    }

    /// What is supposed; empty where nothing was said.
    pub fn hypothesis(&self) -> &str {
        &self.hypothesis
    }

    /// Hazard ratio against zero dose; 1 by default.
    pub fn hazard_ratio(&self, dose_gy: f64) -> f64 {
        crate::math::exp(self.log_hazard_per_gy * dose_gy)
    }

    /// The sentence every report prints.
    pub fn words(&self) -> String {
        if self.log_hazard_per_gy == 0.0 {
            return "No causal link from absorbed dose to hazard.".to_owned();
        }
        let said = if self.hypothesis.trim().is_empty() { "not stated" } else { self.hypothesis.trim() };
        format!(
            "HYPOTHESIS: log hazard {:+} per Gy ({said}). No survival benefit of dose is established for radiopharmaceutical therapy.",
            self.log_hazard_per_gy
        )
    }
}

/// A published hazard ratio of SIRT, between two groups: not a slope per Gy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObservedHazardRatio {
    /// Its name.
    pub name: &'static str,
    /// Which groups are compared.
    pub comparison: &'static str,
    /// Hazard ratio of death.
    pub hazard_ratio: f64,
    /// Its 95 % interval, where published and read.
    pub interval_95: Option<(f64, f64)>,
    /// Kind of study behind the comparison.
    pub evidence: EvidenceLevel,
    /// Where the number was taken from.
    pub provenance: Provenance,
    /// Citation.
    pub source: &'static str,
}

/// Hazard ratios of DOSISPHERE-01 (56 patients, 90Y glass). Only the comparison of its arms was randomised.
pub const SIRT_HAZARD_RATIOS: &[ObservedHazardRatio] = &[
    ObservedHazardRatio {
        name: "dosisphere_arms",
        comparison: "personalised against standard dosimetry, overall survival, long term",
        hazard_ratio: 0.51,
        interval_95: Some((0.29, 0.90)),
        evidence: EvidenceLevel::Randomised,
        provenance: Provenance::Read,
        source: "DOSISPHERE-01 long-term results (PMC10858378)",
    },
    ObservedHazardRatio {
        name: "dosisphere_tumour_205_gy",
        comparison: "tumour dose of 205 Gy or more against less, overall survival",
        hazard_ratio: 0.42,
        interval_95: None,
        evidence: EvidenceLevel::Observational,
        provenance: Provenance::Read,
        source: "DOSISPHERE-01 long-term results (PMC10858378); groups by dose are not randomised; interval not found",
    },
    ObservedHazardRatio {
        name: "dosisphere_perfused_150_gy",
        comparison: "perfused-volume dose of 150 Gy or more against less, overall survival",
        hazard_ratio: 0.42,
        interval_95: None,
        evidence: EvidenceLevel::Observational,
        provenance: Provenance::Read,
        source: "DOSISPHERE-01 long-term results (PMC10858378); groups by dose are not randomised; interval not found",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_by_default_and_a_label_otherwise() {
        assert_eq!(HazardLink::default().hazard_ratio(300.0), 1.0);
        assert!(HazardLink::default().words().contains("No causal link"));
        let link = HazardLink::new(crate::math::log(0.5) / 10.0, "").unwrap();
        assert!((link.hazard_ratio(10.0) - 0.5).abs() < 1e-15);
        assert!(link.words().starts_with("HYPOTHESIS"));
        assert_eq!(serde_yaml::from_str::<HazardLink>("log_hazard_per_gy: 0.0").unwrap(), HazardLink::default());
    }

    #[test]
    fn a_slope_that_is_no_number_is_refused() {
        for slope in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(HazardLink::new(slope, "x").unwrap_err().to_string().contains("finite"));
        }
        for text in ["log_hazard_per_gy: .nan", "log_hazard_per_gy: .inf", "{log_hazard_per_gy: 0.1, slope: 2}", "{}"] {
            assert!(serde_yaml::from_str::<HazardLink>(text).is_err(), "{text}");
        }
        let link = HazardLink::new(-0.01, "dose protects").unwrap();
        let written = serde_yaml::to_string(&link).unwrap();
        assert_eq!(serde_yaml::from_str::<HazardLink>(&written).unwrap(), link);
        assert_eq!((link.log_hazard_per_gy(), link.hypothesis()), (-0.01, "dose protects"));
    }

    #[test]
    fn only_the_arms_of_the_trial_count_as_randomised() {
        let randomised: Vec<_> = SIRT_HAZARD_RATIOS.iter().filter(|one| one.evidence == EvidenceLevel::Randomised).collect();
        assert_eq!(randomised.len(), 1);
        assert_eq!(randomised[0].interval_95, Some((0.29, 0.90)));
    }
}
