//! Slow loss of kidney function after therapy: a yearly share of the present glomerular filtration rate, growing with the kidneys' dose.
//!
//! `GFR(t) = GFR₀ exp(−(b + c D) t)`. Grade 3 or 4 kidney toxicity of ¹⁷⁷Lu is rare (at most 1.5 %), so a slope of the GFR says more than a
//! probability. Background b: 0.9 % per year, ageing. Slope c: 20 Gy in four cycles go with 2 to 4 % per year in all; the middle, 3 %, gives
//! (3 − 0.9) %/20 Gy. Bergsma 2016 has 3.4 ± 0.4 % per year, Valkema 2005 3.8 % (¹⁷⁷Lu), Sabet 2014 1.8 ± 18.9 %: the scatter between
//! patients, 13 to 19 % per year, is mostly noise of the measurement and is not part of this course.

use serde::{Deserialize, Serialize};

use super::evidence::{EvidenceLevel, Provenance};
use crate::math::exp;

/// Loss without therapy, share of the present GFR per year.
const BACKGROUND_LOSS_PER_Y: f64 = 0.009;
/// Loss in all after [`ANCHOR_DOSE_GY`], share of the present GFR per year: the middle of 2 to 4 %.
const ANCHOR_LOSS_PER_Y: f64 = 0.03;
/// Mean dose of the kidneys behind it, Gy.
const ANCHOR_DOSE_GY: f64 = 20.0;

/// How fast a kidney loses filtration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KidneyFunctionModel {
    /// Loss without dose, share of the present GFR per year.
    pub background_loss_per_y: f64,
    /// Further loss per mean dose of the kidneys, share of the present GFR per year and Gy.
    pub loss_per_gy_y: f64,
}

impl Default for KidneyFunctionModel {
    fn default() -> Self {
        Self { background_loss_per_y: BACKGROUND_LOSS_PER_Y, loss_per_gy_y: (ANCHOR_LOSS_PER_Y - BACKGROUND_LOSS_PER_Y) / ANCHOR_DOSE_GY }
    }
}

impl KidneyFunctionModel {
    /// Where the defaults come from.
    pub const SOURCE: &str = "background of ageing 0.9 %/y; 20 Gy in four cycles with 2 to 4 %/y in all (Bergsma et al. 2016: 3.4 %/y, Valkema et al. 2005: 3.8 %/y, recalled; Sabet et al. 2014: 1.8 %/y, read)";
    /// The least sure of them: the middle of the range and proportionality to dose were chosen here.
    pub const PROVENANCE: Provenance = Provenance::Assumed;
    /// What kind of study stands behind the relation.
    pub const EVIDENCE: EvidenceLevel = EvidenceLevel::Observational;

    /// GFR (mL/min) `years` later, the kidneys having had `mean_dose_gy` (Gy).
    pub fn advance(&self, gfr_ml_per_min: f64, mean_dose_gy: f64, years: f64) -> f64 {
        gfr_ml_per_min * exp(-self.loss_per_y(mean_dose_gy) * years)
    }

    /// Loss in all, share of the present GFR per year.
    pub fn loss_per_y(&self, mean_dose_gy: f64) -> f64 {
        self.background_loss_per_y + self.loss_per_gy_y * mean_dose_gy
    }

    /// Refuses losses below zero and what is no number.
    pub fn check(&self) -> Result<(), String> {
        for (name, value) in [("background_loss_per_y", self.background_loss_per_y), ("loss_per_gy_y", self.loss_per_gy_y)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(format!("kidney function: {name} must be zero or more, found {value}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published: 2 to 4 % per year after 20 Gy; Bergsma 2016 3.4 ± 0.4 % per year after 20.1 Gy (within its two standard errors).
    #[test]
    fn twenty_gray_cost_what_was_observed() {
        let lost = 1.0 - KidneyFunctionModel::default().advance(90.0, 20.0, 1.0) / 90.0;
        assert!((0.02..0.04).contains(&lost) && (lost - 0.034).abs() < 0.008, "{lost}");
    }

    /// e^(−0.009) = 1 − 0.009 + 0.0000405 − …: ageing alone.
    #[test]
    fn without_dose_only_age_counts() {
        let model = KidneyFunctionModel::default();
        assert!((model.advance(100.0, 0.0, 1.0) - 100.0 * (1.0 - 0.009 + 0.009 * 0.009 / 2.0 - 0.009_f64.powi(3) / 6.0)).abs() < 1e-7);
        assert_eq!(model.advance(80.0, 30.0, 0.0), 80.0);
    }

    #[test]
    fn years_add_up_and_dose_costs() {
        let model = KidneyFunctionModel::default();
        let twice = model.advance(model.advance(75.0, 24.0, 2.5), 24.0, 2.5);
        assert!((model.advance(75.0, 24.0, 5.0) - twice).abs() < 1e-12);
        let after = [0.0, 10.0, 20.0, 40.0].map(|dose| model.advance(75.0, dose, 3.0));
        assert!(after.windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn losses_below_zero_are_refused() {
        assert!(KidneyFunctionModel::default().check().is_ok());
        let gains = KidneyFunctionModel { loss_per_gy_y: -0.1, ..KidneyFunctionModel::default() };
        assert!(gains.check().unwrap_err().contains("loss_per_gy_y"));
        let no_number = KidneyFunctionModel { background_loss_per_y: f64::NAN, ..KidneyFunctionModel::default() };
        assert!(no_number.check().unwrap_err().contains("background_loss_per_y"));
    }
}
