//! 177Lu-DOTATATE in adults: kidney and marrow dose of a cycle from activity and creatinine clearance (Sood et al., J Nucl Med
//! 2026;67:887-894, Table 3, n = 47, by way of nlmixr2lib).
//!
//! Kidneys `4.3 Gy · (A/7.4 GBq)^0.66 · (CrCl/99 mL/min)^−0.552`, marrow `0.246 Gy · (A/7.4)^0.597 · (CrCl/99)^−1.11`, with proportional residuals of
//! 51.5 and 67.5 %: one patient may lie far from the regression. It is an equation in dose and not in amounts, so it is a function and no model file.
use super::PlanningError;
use super::input::positive;
use crate::math::pow;

/// Standard deviation of the proportional residual of the kidney regression.
pub const KIDNEY_RESIDUAL_CV: f64 = 0.515;
/// Standard deviation of the proportional residual of the marrow regression.
pub const MARROW_RESIDUAL_CV: f64 = 0.675;

/// Typical kidney dose of one cycle, Gy.
pub fn kidney_dose_gy(activity_gbq: f64, creatinine_clearance_ml_per_min: f64) -> Result<f64, PlanningError> {
    typical(4.3, (0.66, -0.552), activity_gbq, creatinine_clearance_ml_per_min)
}

/// Typical red-marrow dose of one cycle, Gy.
pub fn marrow_dose_gy(activity_gbq: f64, creatinine_clearance_ml_per_min: f64) -> Result<f64, PlanningError> {
    typical(0.246, (0.597, -1.11), activity_gbq, creatinine_clearance_ml_per_min)
}

fn typical(reference_gy: f64, exponents: (f64, f64), activity_gbq: f64, clearance_ml_per_min: f64) -> Result<f64, PlanningError> {
    let activity = positive("activity", "GBq", activity_gbq)? / 7.4;
    let clearance = positive("creatinine clearance", "mL/min", clearance_ml_per_min)? / 99.0;
    Ok(reference_gy * pow(activity, exponents.0) * pow(clearance, exponents.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the reference covariates the factors are one. By logarithms: (50/99)^−0.552 = exp(0.552 · 0.683097) = 1.45798,
    /// (50/99)^−1.11 = exp(0.758237) = 2.13451; half the activity: 2^−0.66 = 0.632878.
    #[test]
    fn reference_patient_and_powers() {
        assert!((kidney_dose_gy(7.4, 99.0).unwrap() - 4.3).abs() < 1e-12);
        assert!((marrow_dose_gy(7.4, 99.0).unwrap() - 0.246).abs() < 1e-12);
        assert!((kidney_dose_gy(7.4, 50.0).unwrap() / 4.3 - 1.45798).abs() < 1e-4);
        assert!((marrow_dose_gy(7.4, 50.0).unwrap() / 0.246 - 2.13451).abs() < 1e-4);
        assert!((kidney_dose_gy(3.7, 99.0).unwrap() / 4.3 - 0.632878).abs() < 1e-5);
    }

    /// 4.3 Gy per 7.4 GBq is 0.58 Gy/GBq, within the label's 0.654 ± 0.295.
    #[test]
    fn scale_of_the_kidney_dose() {
        let per_gbq = kidney_dose_gy(7.4, 99.0).unwrap() / 7.4;
        assert!((per_gbq - 0.654).abs() < 0.295);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(kidney_dose_gy(0.0, 99.0).is_err() && marrow_dose_gy(7.4, 0.0).is_err());
    }
}
