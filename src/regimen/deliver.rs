//! One arm delivered to one patient: give, measure, estimate, decide, until the rule stops.
use super::arm::{Arm, RegimenPlan};
use super::clinic::{DoseEstimate, Scan};
use super::decide::{Decision, decide};
use crate::dosimetry::course::{Administration, Course, CourseError, CoursePlan, SolveSettings, TargetDose};
use crate::units::MINUTES_PER_HOUR;

/// Points of the recorded curves in each cycle.
const POINTS_PER_CYCLE: usize = 160;
/// How long the course goes on after the last cycle, in half-lives of the nuclide: 2⁻³⁰ is 1e-9 of the activity.
const TAIL_HALF_LIVES: f64 = 30.0;

/// One cycle of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleRecord {
    /// Time of the administration (min).
    pub time_min: f64,
    /// Activity given (MBq).
    pub activity_mbq: f64,
    /// What the rule wanted (MBq) before the largest activity cut it.
    pub wanted_mbq: Option<f64>,
    /// True dose of this cycle, one per target.
    pub true_doses: Vec<TargetDose>,
    /// What the scans read.
    pub scans: Vec<Scan>,
    /// What the clinic estimated.
    pub estimate: DoseEstimate,
}

/// One arm, delivered.
#[derive(Clone, Debug)]
pub struct ArmResult {
    /// The arm.
    pub arm: Arm,
    /// Its cycles.
    pub cycles: Vec<CycleRecord>,
    /// Why it ended.
    pub ended: String,
    /// Times (min) of the curves.
    pub times_min: Vec<f64>,
    /// Per target: dose rate (Gy/h) at those times.
    pub dose_rates_gy_per_h: Vec<Vec<f64>>,
    /// Per target: absorbed dose (Gy) at those times.
    pub doses_gy: Vec<Vec<f64>>,
    /// True total, one per target, to the end of decay.
    pub totals: Vec<TargetDose>,
}

impl ArmResult {
    /// Activity of all cycles (MBq).
    pub fn activity_mbq(&self) -> f64 {
        self.cycles.iter().map(|cycle| cycle.activity_mbq).sum()
    }

    /// Estimated absorbed dose of all cycles (Gy).
    pub fn estimated_gy(&self) -> f64 {
        self.cycles.iter().map(|cycle| cycle.estimate.absorbed_gy).sum()
    }

    /// Number of scans: the workload.
    pub fn scan_count(&self) -> usize {
        self.cycles.iter().map(|cycle| cycle.scans.len()).sum()
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

/// Delivers `arm` to the patient with these `parameters`.
pub fn deliver(
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    arm: &Arm,
    parameters: &[f64],
    settings: &SolveSettings,
) -> Result<ArmResult, RegimenError> {
    let mut course = Course::new(plan, parameters);
    let target = &plan.targets[regimen.limit.target];
    let region = plan.model.observables.iter().position(|observable| observable.name == regimen.clinic.region).unwrap_or(0);
    let physical_per_h = plan.model.nuclide.map(|nuclide| nuclide.decay_constant_per_h());
    let mut cycles: Vec<CycleRecord> = Vec::new();
    let mut known: Vec<(f64, DoseEstimate)> = Vec::new();
    let mut before = course.doses();
    loop {
        let fail = |error: CourseError, cycle: usize| RegimenError {
            arm: arm.name.clone(),
            cycle,
            cancelled: matches!(error, CourseError::Solve { cancelled: true, .. }),
            problem: error.to_string(),
        };
        let number = cycles.len() + 1;
        let (activity_mbq, wanted_mbq) = match decide(arm, &regimen.limit, target.repair, &known) {
            Decision::Give { activity_mbq, wanted_mbq } => (activity_mbq, wanted_mbq),
            Decision::Stop { reason } => {
                // what still decays after the last interval belongs to the last cycle
                if let Some(decay) = physical_per_h {
                    let end = course.time_min + TAIL_HALF_LIVES * std::f64::consts::LN_2 / decay * MINUTES_PER_HOUR;
                    course.advance(end, &[], settings).map_err(|error| fail(error, number))?;
                    if let Some(last) = cycles.last_mut() {
                        add(&mut last.true_doses, &before, &course.doses());
                    }
                }
                return Ok(ArmResult {
                    arm: arm.clone(),
                    cycles,
                    ended: reason,
                    totals: course.doses(),
                    times_min: course.samples.times_min,
                    dose_rates_gy_per_h: course.samples.dose_rates_gy_per_h,
                    doses_gy: course.samples.doses_gy,
                });
            }
        };
        let start = course.time_min;
        let dose = Administration {
            time_min: start,
            site: regimen.site,
            labelled: activity_mbq / course.activity_per_amount(),
            unlabelled: regimen.unlabelled,
            duration_min: regimen.duration_min,
        };
        course.administer(dose).map_err(|error| fail(error, number))?;
        let end = start + regimen.interval_min;
        let (times, scan_positions) = sample_times(start, end, &regimen.clinic.scans_min);
        let first_sample = course.samples.times_min.len();
        course.advance(end, &times, settings).map_err(|error| fail(error, number))?;
        let activities = &course.samples.activities[region];
        let true_mbq: Vec<f64> = scan_positions.iter().map(|position| activities[first_sample + position]).collect();
        let scans = regimen.clinic.scan(0, number - 1, &true_mbq);
        let estimate = regimen.clinic.estimate(&scans, target, physical_per_h).map_err(|problem| RegimenError {
            arm: arm.name.clone(),
            cycle: number,
            problem: format!("the clinic could not estimate the dose: {problem}"),
            cancelled: false,
        })?;
        let after = course.doses();
        let mut true_doses = vec![TargetDose::default(); plan.targets.len()];
        add(&mut true_doses, &before, &after);
        before = after;
        known.push((activity_mbq, estimate.clone()));
        cycles.push(CycleRecord { time_min: start, activity_mbq, wanted_mbq, true_doses, scans, estimate });
    }
}

/// Adds what came between two readings of the doses.
fn add(total: &mut [TargetDose], before: &[TargetDose], after: &[TargetDose]) {
    for ((total, before), after) in total.iter_mut().zip(before).zip(after) {
        let plus = |total: Option<f64>, before: Option<f64>, after: Option<f64>| {
            before.zip(after).map(|(before, after)| total.unwrap_or(0.0) + after - before)
        };
        total.absorbed_gy += after.absorbed_gy - before.absorbed_gy;
        total.protraction_gy2 = plus(total.protraction_gy2, before.protraction_gy2, after.protraction_gy2);
        total.bed_gy = plus(total.bed_gy, before.bed_gy, after.bed_gy);
    }
}

/// Times of the curves of a cycle, dense after the administration, with the scan times among them; and where those stand.
fn sample_times(start: f64, end: f64, scans_min: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let span = end - start;
    let mut times: Vec<f64> = (0..POINTS_PER_CYCLE)
        .map(|point| {
            let share = point as f64 / (POINTS_PER_CYCLE - 1) as f64;
            (start + span * share * share).min(end)
        })
        .chain(scans_min.iter().map(|scan| start + scan))
        .filter(|time| *time <= end)
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let positions = scans_min.iter().map(|scan| times.partition_point(|time| *time < start + scan)).collect();
    (times, positions)
}
