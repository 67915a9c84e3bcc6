//! What one arm came to in one patient: cycles, totals, curves, record, workload; or why it could not be delivered.
use super::arm::{Arm, RegimenPlan};
use super::clinic::{DoseEstimate, Scan};
use super::decide::StopCause;
use super::events::EventTimes;
use super::physiology::PhysiologyCurves;
use super::record::PatientRecord;
use super::workload::Workload;
use crate::dosimetry::course::TargetDose;

/// One cycle of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleRecord {
    /// Time of the administration (min).
    pub time_min: f64,
    /// Activity given (MBq).
    pub activity_mbq: f64,
    /// What the rule wanted (MBq) before the largest activity cut it.
    pub wanted_mbq: Option<f64>,
    /// How long the cycle was held back (min).
    pub delay_min: f64,
    /// Gates whose reduction held.
    pub reduced_by: Vec<String>,
    /// True dose of this cycle, one per target.
    pub true_doses: Vec<TargetDose>,
    /// What the scans read.
    pub scans: Vec<Scan>,
    /// What the clinic estimated, one per target; `None` where nothing of it is imaged.
    pub estimates: Vec<Option<DoseEstimate>>,
}

/// One arm, delivered.
#[derive(Clone, Debug)]
pub struct ArmResult {
    /// The arm.
    pub arm: Arm,
    /// Planned time from one administration to the next (min).
    pub interval_min: f64,
    /// Its cycles.
    pub cycles: Vec<CycleRecord>,
    /// Why it ended.
    pub ended: String,
    /// What kind of reason that was.
    pub ended_by: Option<StopCause>,
    /// Why cycles were held back, each with its time (min).
    pub delays: Vec<(f64, String)>,
    /// Times (min) of the curves of rates and doses; none are kept where the regimen wants coarse curves only and has no event model.
    pub times_min: Vec<f64>,
    /// Per target: dose rate (Gy/h) at those times.
    pub dose_rates_gy_per_h: Vec<Vec<f64>>,
    /// Per target: absorbed dose (Gy) at those times.
    pub doses_gy: Vec<Vec<f64>>,
    /// True total, one per target, to the end of decay.
    pub totals: Vec<TargetDose>,
    /// True blood counts, clearance and lesions.
    pub curves: PhysiologyCurves,
    /// What the clinic recorded.
    pub record: PatientRecord,
    /// Scans, samples, visits, nights.
    pub workload: Workload,
    /// When the rule ended the treatment (min).
    pub ended_min: f64,
    /// Progression and death, where the regimen has an event model.
    pub events: Option<EventTimes>,
}

impl ArmResult {
    /// An arm in which nothing was given to nobody: its quantities are those of every delivered arm, without values.
    pub fn nothing(arm: &Arm, targets: usize, regimen: &RegimenPlan) -> ArmResult {
        let physiology = &regimen.physiology;
        ArmResult {
            arm: arm.clone(),
            interval_min: arm.interval_min.unwrap_or(regimen.interval_min),
            cycles: Vec::new(),
            ended: String::new(),
            ended_by: None,
            delays: Vec::new(),
            times_min: Vec::new(),
            dose_rates_gy_per_h: vec![Vec::new(); targets],
            doses_gy: vec![Vec::new(); targets],
            totals: vec![TargetDose::default(); targets],
            curves: PhysiologyCurves {
                counts: vec![Vec::new(); physiology.counts.as_ref().map_or(0, |counts| counts.lineages.len())],
                lesion_ml: vec![Vec::new(); physiology.lesions.len()],
                ..PhysiologyCurves::default()
            },
            record: PatientRecord::default(),
            workload: Workload::default(),
            ended_min: 0.0,
            events: None,
        }
    }

    /// Activity of all cycles (MBq).
    pub fn activity_mbq(&self) -> f64 {
        self.cycles.iter().map(|cycle| cycle.activity_mbq).sum()
    }

    /// Estimated absorbed dose of a target over all cycles (Gy); `None` where a cycle has no estimate.
    pub fn estimated_gy(&self, target: usize) -> Option<f64> {
        self.cycles.iter().map(|cycle| cycle.estimates[target].as_ref().map(|estimate| estimate.absorbed_gy)).sum()
    }
}

/// An arm that could not be delivered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("arm `{arm}`, cycle {cycle}: {problem}")]
pub struct RegimenError {
    /// The arm.
    pub arm: String,
    /// The cycle, from 1.
    pub cycle: usize,
    /// What happened.
    pub problem: String,
    /// Whether it was cancelled from outside.
    pub cancelled: bool,
}
