//! From one time to another with constant input: in one step where the approximation is as good as on its axis, else in controlled steps.
//!
//! *Chains of nearly equal rates.* All eigenvalues are on the axis, but the error of five or more states in a row exceeds 1e-12. One step is made; if
//! the probe speaks, it is controlled.
//!
//! *Irreversible cycles* (circulation, enterohepatic return) have complex eigenvalues, and growth positive ones. Within 15 degrees of the axis the
//! approximation is as good as on it; at 30 degrees its error reaches 1e-11, at 45 degrees 6e-9, and a fast oscillation would be taken for decay. There
//! * the first step after a jump is so short that all eigenvalues lie in a disc where the error is below 5e-14;
//! * a step is at most twice the one before: an oscillation shows while its error is still visible, and cannot be jumped over.
//!
//! *A controlled step* is repeated as two half steps, whose result is taken; where the two differ by more than 1e-13 of the amounts, it is shortened.

use super::pass::{Pass, Workspace};
use super::structure::Structure;
use super::values::Values;
use crate::math::InstructionSet;
use crate::solve::error::SolveError;
use crate::solve::trajectory::Statistics;

/// Step times column sum of absolute values of the first step where eigenvalues may be complex.
const FIRST_STEP: f64 = 0.25;
/// Difference of one step and two half steps that is accepted, relative to the amounts.
const ACCEPTED: f64 = 1e-13;
/// The same of their integrals, relative to amounts times step: that of an input into an empty state is wrong by 6e-13 however short the step.
const ACCEPTED_INTEGRAL: f64 = 2e-12;
/// Probe, relative to the amounts, up to which one step is accepted.
const QUIET: f64 = 4e-14;
/// Shortest step, relative to the first tried.
const SHORTEST: f64 = 1e-6;
/// Steps allowed from one time to another.
const STEP_BUDGET: usize = 100_000;
/// Growth of the step after a refusal, and how it recovers.
const CAUTIOUS: f64 = 1.1;
const RECOVERY: f64 = 1.2;
const BOLD: f64 = 2.0;

/// What a step gives.
#[derive(Debug, Clone)]
struct Outcome {
    amounts: Vec<f64>,
    integral: Vec<f64>,
    probe: Vec<f64>,
}

/// Moves the core of one system.
#[derive(Debug, Clone)]
pub(super) struct Stepper {
    /// Factors of whole and of half steps.
    workspaces: [Workspace; 2],
    instruction_set: InstructionSet,
    /// Longest step that the last one allows, min.
    allowed_min: f64,
    /// First step after a jump, min.
    first_min: f64,
    growth: f64,
    /// Positions before this hold amounts of the model, which share a unit.
    is_amount: Vec<bool>,
    whole: Outcome,
    halves: [Outcome; 2],
    /// Steps taken and refused.
    statistics: Statistics,
}

/// A constant input, and the stretch of time over which it lasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<'a> {
    /// Input at each position, per min; `None`: none anywhere.
    pub input: Option<&'a [f64]>,
    pub time_min: f64,
    pub duration_min: f64,
}

impl Stepper {
    /// The first `model_states` states are amounts in one unit.
    pub(super) fn new(structure: &Structure, model_states: usize, instruction_set: InstructionSet) -> Stepper {
        let zeros = vec![0.0; structure.core.len()];
        let outcome = Outcome { amounts: zeros.clone(), integral: zeros.clone(), probe: zeros };
        Stepper {
            workspaces: [Workspace::new(structure), Workspace::new(structure)],
            instruction_set,
            allowed_min: f64::INFINITY,
            first_min: f64::INFINITY,
            growth: BOLD,
            is_amount: structure.core.iter().map(|&state| state < model_states).collect(),
            whole: outcome.clone(),
            halves: [outcome.clone(), outcome],
            statistics: Statistics::default(),
        }
    }

    /// Begins with the numbers of another patient.
    pub(super) fn start(&mut self, values: &Values) {
        self.workspaces.iter_mut().for_each(Workspace::forget);
        self.statistics = Statistics::default();
        self.first_min = if values.doubtful_rate > 0.0 { FIRST_STEP / values.doubtful_rate } else { f64::INFINITY };
        self.jump();
    }

    /// Amounts or inputs have jumped: begin with short steps.
    pub(super) fn jump(&mut self) {
        self.allowed_min = self.first_min;
        self.growth = BOLD;
    }

    /// Steps taken and refused since the start, and factorisations, each of all eight poles.
    pub(super) fn statistics(&self) -> Statistics {
        Statistics { factorisations: self.workspaces.iter().map(|workspace| workspace.factorisations).sum(), ..self.statistics }
    }

    /// Moves `core` over the stretch and writes its integral.
    pub(super) fn advance(
        &mut self,
        structure: &Structure,
        values: &Values,
        stretch: Stretch,
        core: &mut [f64],
        integral: &mut [f64],
    ) -> Result<(), SolveError> {
        if self.first_min == f64::INFINITY {
            self.whole.amounts.copy_from_slice(core);
            self.pass(structure, values, 0, stretch.duration_min, stretch.input, |stepper| &mut stepper.whole);
            if !structure.has_long_paths || self.is_quiet(stretch, core) {
                core.copy_from_slice(&self.whole.amounts);
                integral.copy_from_slice(&self.whole.integral);
                self.statistics.steps += 1;
                return Ok(());
            }
            self.allowed_min = stretch.duration_min;
            return self.advance_controlled(structure, values, stretch, core, integral, true);
        }
        self.advance_controlled(structure, values, stretch, core, integral, false)
    }

    fn advance_controlled(
        &mut self,
        structure: &Structure,
        values: &Values,
        stretch: Stretch,
        core: &mut [f64],
        integral: &mut [f64],
        mut whole_is_there: bool,
    ) -> Result<(), SolveError> {
        integral.fill(0.0);
        let shortest_min = SHORTEST * self.first_min.min(stretch.duration_min);
        let mut done_min = 0.0;
        let mut attempts = 0;
        while done_min < stretch.duration_min {
            let left_min = stretch.duration_min - done_min;
            let last = left_min <= self.allowed_min;
            let step_min = if last { left_min } else { self.allowed_min };
            if !std::mem::take(&mut whole_is_there) {
                self.whole.amounts.copy_from_slice(core);
                self.pass(structure, values, 0, step_min, stretch.input, |stepper| &mut stepper.whole);
            }
            let refused = self.halve(structure, values, step_min, stretch.input, core);
            attempts += 1;
            let Some(position) = refused else {
                core.copy_from_slice(&self.halves[1].amounts);
                for (total, (first, second)) in integral.iter_mut().zip(self.halves[0].integral.iter().zip(&self.halves[1].integral)) {
                    *total += first + second;
                }
                self.statistics.steps += 1;
                done_min = if last { stretch.duration_min } else { done_min + step_min };
                self.allowed_min = self.allowed_min.max(self.growth * step_min);
                self.growth = (self.growth * RECOVERY).min(BOLD);
                continue;
            };
            self.statistics.rejected += 1;
            self.allowed_min = 0.5 * step_min;
            self.growth = CAUTIOUS;
            let (time, state) = (stretch.time_min + done_min, structure.core[position]);
            if self.allowed_min < shortest_min {
                return Err(SolveError::StepTooSmall { time, step: self.allowed_min, state });
            }
            if attempts >= STEP_BUDGET {
                return Err(SolveError::StepBudget { time, budget: STEP_BUDGET, state });
            }
        }
        Ok(())
    }

    /// A step in halves; a position where they differ too much from the whole one, if there is one.
    fn halve(&mut self, structure: &Structure, values: &Values, step_min: f64, input: Option<&[f64]>, core: &[f64]) -> Option<usize> {
        self.halves[0].amounts.copy_from_slice(core);
        self.pass(structure, values, 1, 0.5 * step_min, input, |stepper| &mut stepper.halves[0]);
        let [first, second] = &mut self.halves;
        second.amounts.copy_from_slice(&first.amounts);
        self.pass(structure, values, 1, 0.5 * step_min, input, |stepper| &mut stepper.halves[1]);
        let scale = self.scale(Stretch { input, time_min: 0.0, duration_min: step_min }, core);
        (0..core.len()).find(|&position| {
            let own = core[position].abs().max(self.halves[1].amounts[position].abs());
            let size = if self.is_amount[position] { scale } else { own };
            let [first, second] = &self.halves;
            let moved = (self.whole.amounts[position] - second.amounts[position]).abs();
            let collected = (self.whole.integral[position] - (first.integral[position] + second.integral[position])).abs();
            // written so that what is no number is refused
            !(moved <= ACCEPTED * size && collected <= ACCEPTED_INTEGRAL * size * step_min)
        })
    }

    /// All amounts at the start of a step and what comes in.
    fn scale(&self, stretch: Stretch, core: &[f64]) -> f64 {
        let only = |values: &[f64]| -> f64 {
            values.iter().zip(&self.is_amount).filter(|(_, is_amount)| **is_amount).map(|(value, _)| value.abs()).sum()
        };
        only(core) + stretch.input.map_or(0.0, only) * stretch.duration_min
    }

    fn is_quiet(&self, stretch: Stretch, core: &[f64]) -> bool {
        let scale = self.scale(stretch, core);
        core.iter().zip(&self.whole.amounts).zip(&self.whole.probe).zip(&self.is_amount).all(|(((before, after), probe), is_amount)| {
            let size = if *is_amount { scale } else { before.abs().max(after.abs()) };
            // what is no number passes: no shorter step would help, and it is refused later
            probe.abs() <= QUIET * size || !probe.is_finite()
        })
    }

    /// Moves the amounts of an outcome.
    fn pass(
        &mut self,
        structure: &Structure,
        values: &Values,
        workspace: usize,
        step_min: f64,
        input: Option<&[f64]>,
        outcome: impl Fn(&mut Stepper) -> &mut Outcome,
    ) {
        let mut moved = std::mem::replace(outcome(self), Outcome { amounts: Vec::new(), integral: Vec::new(), probe: Vec::new() });
        let workspace = &mut self.workspaces[workspace];
        let Outcome { amounts: core, integral, probe } = &mut moved;
        self.instruction_set.run(Pass { structure, values, workspace, step_min, input, core, integral, probe });
        *outcome(self) = moved;
    }
}
