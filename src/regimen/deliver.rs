//! One arm delivered to one patient: decide, give, measure, estimate, until the rule stops.
//!
//! The rule gets a [`PatientRecord`] and nothing else. What was truly absorbed, and what it did to the patient, is kept apart.
use super::arm::{Arm, RegimenPlan};
use super::decide::{Decision, StopCause, decide};
use super::delivered::{ArmResult, CycleRecord, RegimenError};
use super::physiology::Physiology;
use super::points::{sample_times, waiting_times};
use super::record::{KnownCycle, PatientRecord};
use super::totals::{add, add_scaled};
use super::workload::Workload;
use crate::dosimetry::course::{Administration, Course, CourseError, CoursePlan, SolveSettings, TargetDose};
use std::collections::BTreeMap;

/// Points of the recorded curves in each cycle.
const POINTS_PER_CYCLE: usize = 160;
/// The same where nobody looks at the curves: counts, PSA and lesions live on the dose rate between the points, the kidneys on the dose, nothing on nothing.
const COARSE_POINTS: [usize; 3] = [64, 8, 3];
/// How long the course goes on after the last cycle, in half-lives of the nuclide: 2⁻³⁰ is 1e-9 of the activity.
const TAIL_HALF_LIVES: f64 = 30.0;
/// Points of the curves of a wait or of the follow-up lie this far apart (min): two a day.
const WAITING_STEP_MIN: f64 = 720.0;

/// A problem of a course, without the arm's name.
pub(super) struct Problem {
    sentence: String,
    cancelled: bool,
}

impl From<CourseError> for Problem {
    fn from(error: CourseError) -> Problem {
        Problem { cancelled: matches!(error, CourseError::Solve { cancelled: true, .. }), sentence: error.to_string() }
    }
}

impl From<String> for Problem {
    fn from(sentence: String) -> Problem {
        Problem { sentence, cancelled: false }
    }
}

/// Delivers `arm` to the patient with these `parameters`.
pub fn deliver(
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    arm: &Arm,
    parameters: &[f64],
    settings: &SolveSettings,
) -> Result<ArmResult, RegimenError> {
    let mut delivery = Delivery::new(plan, regimen, arm, parameters, settings);
    delivery.run().map_err(|problem| RegimenError {
        arm: arm.name.clone(),
        cycle: delivery.cycles.len() + 1,
        problem: problem.sentence,
        cancelled: problem.cancelled,
    })?;
    Ok(delivery.finish())
}

/// The patient and the clinic under way.
pub(super) struct Delivery<'a> {
    pub(super) plan: &'a CoursePlan,
    pub(super) regimen: &'a RegimenPlan,
    pub(super) arm: &'a Arm,
    pub(super) settings: &'a SolveSettings<'a>,
    pub(super) course: Course<'a>,
    pub(super) physiology: Physiology<'a>,
    pub(super) record: PatientRecord,
    pub(super) cycles: Vec<CycleRecord>,
    pub(super) ended: String,
    pub(super) ended_by: Option<StopCause>,
    pub(super) delays: Vec<(f64, String)>,
    /// Per target: S-value now over that at the start (a lesion that shrank gets more from the same activity).
    pub(super) self_dose: Vec<f64>,
    /// True totals so far.
    pub(super) totals: Vec<TargetDose>,
    /// Doses of the course when the totals were last taken.
    pub(super) before: Vec<TargetDose>,
    pub(super) times_min: Vec<f64>,
    pub(super) rates: Vec<Vec<f64>>,
    pub(super) doses: Vec<Vec<f64>>,
    pub(super) samples_drawn: usize,
    /// Time of the newest administration (min).
    pub(super) administered_min: f64,
    /// By region: the patient's own half-life (h), from the newest cycle with several scans of it.
    pub(super) own_half_lives_h: BTreeMap<String, f64>,
}

impl<'a> Delivery<'a> {
    fn new(
        plan: &'a CoursePlan,
        regimen: &'a RegimenPlan,
        arm: &'a Arm,
        parameters: &[f64],
        settings: &'a SolveSettings<'a>,
    ) -> Delivery<'a> {
        let course = Course::new(plan, parameters);
        let before = course.doses();
        let targets = plan.targets.len();
        Delivery {
            plan,
            regimen,
            arm,
            settings,
            physiology: Physiology::new(&regimen.physiology, 0, parameters),
            record: PatientRecord {
                known: regimen.known.clone(),
                risk_factor: !regimen.risk_factors.is_empty(),
                ..PatientRecord::default()
            },
            course,
            cycles: Vec::new(),
            ended: String::new(),
            ended_by: None,
            delays: Vec::new(),
            self_dose: vec![1.0; targets],
            totals: before.clone(),
            before,
            times_min: Vec::new(),
            rates: vec![Vec::new(); targets],
            doses: vec![Vec::new(); targets],
            samples_drawn: 0,
            administered_min: 0.0,
            own_half_lives_h: BTreeMap::new(),
        }
    }

    fn run(&mut self) -> Result<(), Problem> {
        let interval_min = self.arm.interval_min.unwrap_or(self.regimen.interval_min);
        loop {
            let now = self.course.time_min;
            self.sample_blood(now);
            self.assess_lesions(now);
            self.tell_clearance();
            match decide(self.arm, &self.plan.targets, &mut self.record, now) {
                Decision::Stop { cause, reason } => {
                    self.ended_by = Some(cause);
                    self.ended = reason;
                    return self.follow_up();
                }
                Decision::Wait { recheck_min, reason } => {
                    self.record.waiting_since_min.get_or_insert(now);
                    self.delays.push((now, reason));
                    let end = now + recheck_min;
                    let totals_before = self.totals.clone();
                    self.live(end, &waiting_times(now, end, self.resolution().1), &[])?;
                    self.add_to_last_cycle(&totals_before);
                }
                Decision::Give { activity_mbq, wanted_mbq, reduced_by } => {
                    let delay_min = self.record.end_wait(now);
                    self.give(activity_mbq, wanted_mbq, reduced_by, delay_min, now + interval_min)?;
                }
            }
        }
    }

    /// One cycle: administration, scans, estimate.
    fn give(
        &mut self,
        activity_mbq: f64,
        wanted_mbq: Option<f64>,
        reduced_by: Vec<String>,
        delay_min: f64,
        end: f64,
    ) -> Result<(), Problem> {
        let start = self.course.time_min;
        let number = self.cycles.len() + 1;
        if !self.regimen.physiology.is_empty() {
            self.course.set_parameters(&self.physiology.parameters(number));
            self.self_dose = self.physiology.volume_ratios(self.plan.targets.len()).into_iter().map(|ratio| 1.0 / ratio).collect();
        }
        let dose = Administration {
            time_min: start,
            site: self.regimen.site,
            labelled: activity_mbq / self.course.activity_per_amount(),
            unlabelled: self.regimen.unlabelled + self.regimen.unlabelled_per_mbq * activity_mbq,
            duration_min: self.regimen.duration_min,
        };
        self.course.administer(dose)?;
        self.administered_min = start;
        let mut scan_times: Vec<f64> =
            self.regimen.clinic.imaging.iter().flat_map(|protocol| protocol.times_min(number)).copied().collect();
        scan_times.sort_by(f64::total_cmp);
        scan_times.dedup();
        let (times, positions) = sample_times(start, end, &scan_times, self.resolution().0);
        let totals_before = self.totals.clone();
        let blood = self.regimen.clinic.laboratory.as_ref().map(|laboratory| laboratory.times_min(start, end)).unwrap_or_default();
        let first_sample = self.course.samples.times_min.len();
        self.live(end, &times, &blood)?;
        let mut scans = Vec::new();
        let mut outlines = Vec::new();
        let ratios: Vec<f64> = self.self_dose.iter().map(|factor| 1.0 / factor).collect();
        for (position, protocol) in self.regimen.clinic.imaging.iter().enumerate() {
            let observable = self.observable(&protocol.region)?;
            let activities = &self.course.samples.activities[observable];
            let true_mbq: Vec<f64> = protocol
                .times_min(number)
                .iter()
                .map(|time| scan_times.partition_point(|scan| scan < time))
                .map(|scan| activities[first_sample + positions[scan]])
                .collect();
            let ratio = self.plan.target(&protocol.region).map_or(1.0, |target| ratios[target]);
            let (measured, outline) = self.regimen.clinic.scan(0, position, number, &true_mbq, ratio);
            scans.extend(measured);
            outlines.push(outline);
        }
        let estimates = self.estimate(number, activity_mbq, dose, &scans, &outlines)?;
        let mut true_doses = vec![TargetDose::default(); self.plan.targets.len()];
        add(&mut true_doses, &totals_before, &self.totals);
        self.record.enter_cycle(KnownCycle { time_min: start, activity_mbq, estimates: estimates.clone(), scans: scans.clone() });
        self.cycles.push(CycleRecord { time_min: start, activity_mbq, wanted_mbq, delay_min, reduced_by, true_doses, scans, estimates });
        Ok(())
    }

    /// Points of a cycle's curves, and the step of a wait or of the follow-up (min).
    fn resolution(&self) -> (usize, f64) {
        let physiology = &self.regimen.physiology;
        let [with_cells, with_kidneys, with_nothing] = COARSE_POINTS;
        match self.regimen.coarse_curves {
            false => (POINTS_PER_CYCLE, WAITING_STEP_MIN),
            true if physiology.counts.is_some() || physiology.psa.is_some() || !physiology.lesions.is_empty() => {
                (with_cells, 2.0 * WAITING_STEP_MIN)
            }
            true if physiology.kidneys.is_some() => (with_kidneys, 14.0 * WAITING_STEP_MIN),
            true => (with_nothing, 14.0 * WAITING_STEP_MIN),
        }
    }

    pub(super) fn observable(&self, region: &str) -> Result<usize, Problem> {
        let found = self.plan.model.observables.iter().position(|observable| observable.name == region);
        found.ok_or_else(|| Problem::from(format!("the model has no region `{region}` to scan")))
    }

    /// Lives until `end`, with the curves at `times` and blood samples at `blood` (both min).
    fn live(&mut self, end: f64, times: &[f64], blood: &[f64]) -> Result<(), Problem> {
        let first = self.course.samples.times_min.len();
        self.course.advance(end, times, self.settings)?;
        let now = self.course.doses();
        let span = first..self.course.samples.times_min.len();
        let times = self.course.samples.times_min[span.clone()].to_vec();
        let mut new_rates = Vec::with_capacity(self.rates.len());
        let mut new_doses = Vec::with_capacity(self.rates.len());
        for (target, factor) in self.self_dose.iter().enumerate() {
            let start_gy = self.totals[target].absorbed_gy;
            let before_gy = self.before[target].absorbed_gy;
            new_rates
                .push(self.course.samples.dose_rates_gy_per_h[target][span.clone()].iter().map(|rate| rate * factor).collect::<Vec<f64>>());
            let doses = self.course.samples.doses_gy[target][span.clone()].iter();
            new_doses.push(doses.map(|dose| start_gy + (dose - before_gy) * factor).collect::<Vec<f64>>());
            add_scaled(&mut self.totals[target], &self.before[target], &now[target], *factor, self.plan.targets[target].repair);
        }
        self.before = now;
        let first_curve = self.physiology.curves.times_min.len();
        self.physiology.live(&times, &new_rates, &new_doses, self.administered_min)?;
        for time in blood {
            self.sample_blood_from_curves(*time, first_curve, &new_doses, &times);
        }
        self.times_min.extend(times);
        for (all, new) in self.rates.iter_mut().zip(new_rates) {
            all.extend(new);
        }
        for (all, new) in self.doses.iter_mut().zip(new_doses) {
            all.extend(new);
        }
        Ok(())
    }

    /// After the last cycle: the follow-up with curves, then what still decays.
    fn follow_up(&mut self) -> Result<(), Problem> {
        let totals_before = self.totals.clone();
        if !self.regimen.physiology.is_empty() {
            let now = self.course.time_min;
            let end = now + self.regimen.physiology.follow_up_min;
            if end > now {
                self.live(end, &waiting_times(now, end, self.resolution().1), &[])?;
            }
        }
        if let Some(nuclide) = self.plan.model.nuclide {
            let end = self.course.time_min + TAIL_HALF_LIVES * std::f64::consts::LN_2 / nuclide.decay_constant_per_min();
            self.course.advance(end, &[], self.settings)?;
            let now = self.course.doses();
            for (target, factor) in self.self_dose.iter().enumerate() {
                add_scaled(&mut self.totals[target], &self.before[target], &now[target], *factor, self.plan.targets[target].repair);
            }
            self.before = now;
        }
        self.add_to_last_cycle(&totals_before);
        Ok(())
    }

    /// What is absorbed after an interval, until the next administration, belongs to the cycle before.
    fn add_to_last_cycle(&mut self, totals_before: &[TargetDose]) {
        if let Some(last) = self.cycles.last_mut() {
            add(&mut last.true_doses, totals_before, &self.totals);
        }
    }

    fn finish(self) -> ArmResult {
        let workload = Workload::of(&self.cycles, self.samples_drawn, &self.record, self.regimen.clinic.nights_per_cycle);
        ArmResult {
            arm: self.arm.clone(),
            interval_min: self.arm.interval_min.unwrap_or(self.regimen.interval_min),
            cycles: self.cycles,
            ended: self.ended,
            ended_by: self.ended_by,
            delays: self.delays,
            times_min: self.times_min,
            dose_rates_gy_per_h: self.rates,
            doses_gy: self.doses,
            totals: self.totals,
            curves: self.physiology.curves,
            record: self.record,
            workload,
        }
    }
}
