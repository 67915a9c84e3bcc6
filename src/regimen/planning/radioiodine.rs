//! 131I in differentiated thyroid cancer: blood dose (EANM) and the largest tolerable activity (Benua–Leeper).
//!
//! Blood, `D/A0 [Gy/GBq] = 108 τ_blood per mL [h/mL] + 0.0188 τ_total body [h] / wt[kg]^(2/3)` (recalled: Lassmann et al. 2008). The activity is
//! limited by 2 Gy to the blood and by the whole body's retention at 48 h: 4.44 GBq (120 mCi), or 2.96 GBq (80 mCi) with diffuse lung
//! metastases (recalled: Benua 1962, Leeper; 2 Gy also in the abstract of the EANM procedure).
use super::PlanningError;
use super::input::{fraction, not_negative, positive};
use crate::math::cbrt;

/// Tolerated blood dose, Gy.
pub const BLOOD_LIMIT_GY: f64 = 2.0;
/// Tolerated whole-body activity at 48 h, GBq.
pub const RETENTION_LIMIT_GBQ: f64 = 4.44;
/// The same with diffuse lung metastases, GBq.
pub const RETENTION_LIMIT_LUNG_METASTASES_GBQ: f64 = 2.96;

/// Blood dose per administered activity, Gy/GBq, from time-integrated activity coefficients: of one mL of blood (h/mL) and of the total body (h).
pub fn blood_dose_gy_per_gbq(blood_tiac_h_per_ml: f64, total_body_tiac_h: f64, weight_kg: f64) -> Result<f64, PlanningError> {
    let blood = not_negative("time-integrated activity coefficient of the blood", "h/mL", blood_tiac_h_per_ml)?;
    let body = not_negative("time-integrated activity coefficient of the total body", "h", total_body_tiac_h)?;
    let scale = cbrt(positive("weight", "kg", weight_kg)?);
    Ok(108.0 * blood + 0.0188 * body / (scale * scale))
}

/// Which of the two rules limits the activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitingRule {
    /// 2 Gy to the blood.
    BloodDose,
    /// Whole-body activity at 48 h.
    RetentionAt48Hours,
}

/// The largest tolerable activity by both rules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TolerableActivity {
    /// The smaller of the two, GBq.
    pub activity_gbq: f64,
    /// The rule that it comes from.
    pub rule: LimitingRule,
    /// By the blood dose alone, GBq.
    pub by_blood_gbq: f64,
    /// By the retention alone, GBq; infinite where nothing is retained.
    pub by_retention_gbq: f64,
}

/// Largest tolerable activity by Benua and Leeper. `retention_at_48_h` is the share of the activity still in the body, not decay-corrected.
pub fn tolerable_activity(
    blood_dose_gy_per_gbq: f64,
    retention_at_48_h: f64,
    diffuse_lung_metastases: bool,
) -> Result<TolerableActivity, PlanningError> {
    let by_blood_gbq = BLOOD_LIMIT_GY / positive("blood dose coefficient", "Gy/GBq", blood_dose_gy_per_gbq)?;
    let limit_gbq = if diffuse_lung_metastases { RETENTION_LIMIT_LUNG_METASTASES_GBQ } else { RETENTION_LIMIT_GBQ };
    let by_retention_gbq = limit_gbq / fraction("whole-body retention at 48 h", retention_at_48_h)?;
    let rule = if by_blood_gbq <= by_retention_gbq { LimitingRule::BloodDose } else { LimitingRule::RetentionAt48Hours };
    Ok(TolerableActivity { activity_gbq: by_blood_gbq.min(by_retention_gbq), rule, by_blood_gbq, by_retention_gbq })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 108 · 8e-4 = 0.0864; 0.0188 · 22 / 70^(2/3) = 0.4136/16.985 = 0.02435; together 0.1108 (0.111; published series 0.118 ± 0.025).
    #[test]
    fn blood_dose_of_a_typical_patient() {
        let found = blood_dose_gy_per_gbq(8e-4, 22.0, 70.0).unwrap();
        assert!((found - 0.111).abs() < 5e-4, "{found}");
        assert!((found - 0.11075).abs() < 1e-5, "{found}");
    }

    /// 2 Gy over 0.118 Gy/GBq is 16.95 GBq; 4.44 GBq at 48 h with 30 % retained is 14.8 GBq.
    #[test]
    fn the_stricter_rule_limits() {
        let by_retention = tolerable_activity(0.118, 0.30, false).unwrap();
        assert!((by_retention.activity_gbq - 14.8).abs() < 1e-12);
        assert_eq!(by_retention.rule, LimitingRule::RetentionAt48Hours);
        assert!((by_retention.by_blood_gbq - 16.949).abs() < 1e-3);
        let by_blood = tolerable_activity(0.118, 0.10, false).unwrap();
        assert!((by_blood.activity_gbq - 16.949).abs() < 1e-3);
        assert_eq!(by_blood.rule, LimitingRule::BloodDose);
    }

    /// 2.96/0.30 = 9.867 GBq with lung metastases.
    #[test]
    fn lung_metastases_lower_the_retention_limit() {
        let found = tolerable_activity(0.118, 0.30, true).unwrap();
        assert!((found.activity_gbq - 9.8667).abs() < 1e-3);
        assert!((RETENTION_LIMIT_GBQ - 0.120 * 37.0).abs() < 1e-12 && (RETENTION_LIMIT_LUNG_METASTASES_GBQ - 0.080 * 37.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_retained_leaves_the_blood_rule() {
        let found = tolerable_activity(0.1, 0.0, false).unwrap();
        assert!((found.activity_gbq - 20.0).abs() < 1e-12 && found.by_retention_gbq.is_infinite());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(blood_dose_gy_per_gbq(-1e-4, 22.0, 70.0).is_err());
        assert!(blood_dose_gy_per_gbq(8e-4, f64::NAN, 70.0).is_err());
        assert!(blood_dose_gy_per_gbq(8e-4, 22.0, 0.0).is_err());
        assert!(tolerable_activity(0.0, 0.3, false).is_err());
        assert!(tolerable_activity(0.118, 30.0, false).unwrap_err().to_string().contains("between 0 and 1"));
    }
}
