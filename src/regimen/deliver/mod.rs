//! One arm delivered to one patient: decide, give, measure, estimate, until the rule stops.
//!
//! The rule gets a [`PatientRecord`] and nothing else. What was truly absorbed, and what it did to the patient, is kept apart.
//!
//! A delivery solves nothing itself: [`Delivery::next`] says what is to be solved, [`Delivery::solved`] brings the answer. So one patient can wait while others are
//! solved beside it. `patient`: whose delivery it is; `stages`: what follows what; `cycle`: one cycle; `living`: what a solved piece means; `drive`: with a solver at hand.
mod cycle;
mod drive;
mod living;
mod patient;
mod stages;

pub use drive::{deliver, deliver_with};
pub use patient::DeliveredTo;

use super::decide::StopCause;
use super::delivered::{ArmResult, CycleRecord, RegimenError};
use super::events::{EventCourse, EventPlan};
use super::physiology::Physiology;
use super::record::PatientRecord;
use super::workload::Workload;
use crate::dosimetry::course::{Course, CourseError, CoursePlan, SolveSettings, TargetDose};
use crate::solve::{Job, Solution, SolveError};
use patient::PhysiologyOf;
use stages::Stage;
use std::collections::BTreeMap;

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

/// What a delivery needs next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The solution of this piece of the patient's course.
    Solve(Job),
    /// Nothing: it is done.
    Finished,
}

/// The patient and the clinic under way.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    pub(super) plan: &'a CoursePlan,
    pub(super) to: DeliveredTo<'a>,
    pub(super) settings: SolveSettings<'a>,
    pub(super) course: Course<'a>,
    pub(super) physiology: Physiology<PhysiologyOf<'a>>,
    pub(super) record: PatientRecord,
    pub(super) cycles: Vec<CycleRecord>,
    stage: Stage,
    solution: Option<Result<Solution, SolveError>>,
    ended: String,
    ended_by: Option<StopCause>,
    delays: Vec<(f64, String)>,
    /// Per target: S-value now over that at the start (a lesion that shrank gets more from the same activity).
    self_dose: Vec<f64>,
    /// True totals so far.
    pub(super) totals: Vec<TargetDose>,
    /// The same when the piece under way began.
    totals_before: Vec<TargetDose>,
    /// Doses of the course when the totals were last taken.
    before: Vec<TargetDose>,
    times_min: Vec<f64>,
    rates: Vec<Vec<f64>>,
    doses: Vec<Vec<f64>>,
    pub(super) samples_drawn: usize,
    /// Time of the newest administration (min).
    administered_min: f64,
    /// By region: the patient's own half-life (h), from the newest cycle with several scans of it.
    pub(super) own_half_lives_h: BTreeMap<String, f64>,
    /// Progression and death under way, where the regimen has such.
    events: Option<EventCourse>,
    /// When the rule ended the treatment (min).
    ended_min: f64,
}

impl<'a> Delivery<'a> {
    /// The patient with these `parameters`, before the first decision.
    pub fn new(plan: &'a CoursePlan, to: DeliveredTo<'a>, parameters: &[f64], settings: &SolveSettings<'a>) -> Delivery<'a> {
        let course = Course::new(plan, parameters);
        let before = course.doses();
        let targets = plan.targets.len();
        let regimen = to.regimen();
        let events = regimen.events.as_ref().map(EventCourse::new);
        Delivery {
            plan,
            settings: *settings,
            physiology: Physiology::new(PhysiologyOf(to.clone()), 0, parameters),
            record: PatientRecord {
                known: regimen.known.clone(),
                risk_factor: !regimen.risk_factors.is_empty(),
                ..PatientRecord::default()
            },
            to,
            course,
            cycles: Vec::new(),
            stage: Stage::Deciding,
            solution: None,
            ended: String::new(),
            ended_by: None,
            delays: Vec::new(),
            self_dose: vec![1.0; targets],
            totals: before.clone(),
            totals_before: before.clone(),
            before,
            times_min: Vec::new(),
            rates: vec![Vec::new(); targets],
            doses: vec![Vec::new(); targets],
            samples_drawn: 0,
            administered_min: 0.0,
            own_half_lives_h: BTreeMap::new(),
            events,
            ended_min: 0.0,
        }
    }

    /// What is to be solved next. After [`Step::Solve`] bring the answer by [`Self::solved`] and ask again; without an answer the same is asked.
    ///
    /// # Errors
    /// Where the solver failed, or the patient's course cannot go on: with the cycle and the reason.
    #[allow(clippy::should_implement_trait, reason = "no iterator: it stops for answers")]
    pub fn next(&mut self) -> Result<Step, RegimenError> {
        self.go_on().map_err(|problem| RegimenError {
            arm: self.to.arm().name.clone(),
            cycle: self.cycles.len() + 1,
            problem: problem.sentence,
            cancelled: problem.cancelled,
        })
    }

    /// Brings the answer to the job of the last [`Step::Solve`].
    pub fn solved(&mut self, solution: Result<Solution, SolveError>) {
        self.solution = Some(solution);
    }

    /// What came of it; whole once [`Step::Finished`] was said.
    pub fn finish(self) -> ArmResult {
        let regimen = self.to.regimen();
        let workload = Workload::of(&self.cycles, self.samples_drawn, &self.record, regimen.clinic.nights_per_cycle);
        let arm = self.to.arm().clone();
        let linked = regimen.events.as_ref().and_then(EventPlan::linked_target);
        let final_dose_gy = linked.map_or(0.0, |target| self.totals[target].absorbed_gy);
        ArmResult {
            events: self.events.map(|events| events.finish(final_dose_gy)),
            ended_min: self.ended_min,
            interval_min: arm.interval_min.unwrap_or(regimen.interval_min),
            arm,
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
