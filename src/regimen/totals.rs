//! Sums of doses between two readings of the course.
use crate::dosimetry::course::TargetDose;

/// Adds what came between two readings of the doses.
pub(super) fn add(total: &mut [TargetDose], before: &[TargetDose], after: &[TargetDose]) {
    for ((total, before), after) in total.iter_mut().zip(before).zip(after) {
        let plus = |total: Option<f64>, before: Option<f64>, after: Option<f64>| {
            before.zip(after).map(|(before, after)| total.unwrap_or(0.0) + after - before)
        };
        total.absorbed_gy += after.absorbed_gy - before.absorbed_gy;
        total.protraction_gy2 = plus(total.protraction_gy2, before.protraction_gy2, after.protraction_gy2);
        total.bed_gy = plus(total.bed_gy, before.bed_gy, after.bed_gy);
    }
}

/// The same for one target whose S-value is `factor` times that of the plan: D ∝ factor, ∫R y dt ∝ factor².
pub(super) fn add_scaled(
    total: &mut TargetDose,
    before: &TargetDose,
    after: &TargetDose,
    factor: f64,
    repair: Option<crate::dosimetry::course::Repair>,
) {
    let absorbed_gy = (after.absorbed_gy - before.absorbed_gy) * factor;
    total.absorbed_gy += absorbed_gy;
    if let (Some(before), Some(after)) = (before.protraction_gy2, after.protraction_gy2) {
        let protraction_gy2 = (after - before) * factor * factor;
        total.protraction_gy2 = Some(total.protraction_gy2.unwrap_or(0.0) + protraction_gy2);
        if let Some(repair) = repair {
            total.bed_gy = Some(total.bed_gy.unwrap_or(0.0) + absorbed_gy + protraction_gy2 / repair.alpha_beta_gy);
        }
    }
}
