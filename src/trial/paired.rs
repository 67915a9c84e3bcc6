//! Counterfactual arms of one patient: same parameters, same noise in the clinic, so that differences between arms are paired.
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::regimen::{ArmResult, RegimenError, RegimenPlan, deliver};

/// One patient's arms.
#[derive(Clone, Debug, Default)]
pub struct PairedArms {
    /// Arms that were delivered, in the order of the plan.
    pub arms: Vec<ArmResult>,
    /// Arms that could not be delivered: counted, never dropped.
    pub failures: Vec<RegimenError>,
}

/// What an arm gave beyond the first arm of the plan (true doses).
#[derive(Clone, Debug, PartialEq)]
pub struct PairedDifference {
    /// The arm.
    pub arm: String,
    /// The arm it is compared with.
    pub reference: String,
    /// More activity (MBq).
    pub activity_mbq: f64,
    /// More cycles.
    pub cycles: i64,
    /// More absorbed dose (Gy), one per target.
    pub absorbed_gy: Vec<f64>,
    /// More BED (Gy), one per target with radiobiology.
    pub bed_gy: Vec<Option<f64>>,
}

/// Delivers every arm of `regimen` to the patient with these `parameters`; `before` is told the position of each arm and may stop the work.
///
/// # Errors
/// What `before` returns, or a cancelled arm; any other failure of an arm is counted in the result.
pub fn deliver_all<E: From<RegimenError>>(
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    parameters: &[f64],
    settings: &SolveSettings,
    mut before: impl FnMut(usize) -> Result<(), E>,
) -> Result<PairedArms, E> {
    let mut paired = PairedArms::default();
    for (position, arm) in regimen.arms.iter().enumerate() {
        before(position)?;
        match deliver(plan, regimen, arm, parameters, settings) {
            Ok(result) => paired.arms.push(result),
            Err(error) if error.cancelled => return Err(error.into()),
            Err(error) => paired.failures.push(error),
        }
    }
    Ok(paired)
}

impl PairedArms {
    /// Every further arm against the first.
    pub fn differences(&self) -> Vec<PairedDifference> {
        let Some((first, others)) = self.arms.split_first() else { return Vec::new() };
        others
            .iter()
            .map(|arm| PairedDifference {
                arm: arm.arm.name.clone(),
                reference: first.arm.name.clone(),
                activity_mbq: arm.activity_mbq() - first.activity_mbq(),
                cycles: arm.cycles.len() as i64 - first.cycles.len() as i64,
                absorbed_gy: arm.totals.iter().zip(&first.totals).map(|(a, b)| a.absorbed_gy - b.absorbed_gy).collect(),
                bed_gy: arm.totals.iter().zip(&first.totals).map(|(a, b)| a.bed_gy.zip(b.bed_gy).map(|(a, b)| a - b)).collect(),
            })
            .collect()
    }
}
