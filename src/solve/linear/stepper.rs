//! From one time to another with constant input: in one step where the approximation is good for any length, else in controlled steps.
//!
//! The approximation is made for the negative axis. Near it, within 15 degrees, it is as good; at 30 degrees its error reaches 1e-11, at 45 degrees 6e-9, and a
//! fast oscillation would be taken for decay. Irreversible cycles (circulation, enterohepatic return) have such eigenvalues. For them
//! * the first step after a jump is so short that all eigenvalues lie in a disc where the error is below 5e-14;
//! * a step is at most twice the one before: an oscillation shows while its error is still visible, and cannot be jumped over;
//! * every step is repeated as two half steps, whose result is taken; if the two differ by more than 1e-13 of the amounts, the step is halved.

use super::pass::{Pass, Workspace};
use super::structure::Structure;
use super::values::Values;
use crate::math::InstructionSet;
use crate::solve::error::SolveError;
use crate::solve::trajectory::Statistics;

/// Step times column sum of absolute values of the first step.
const FIRST_STEP: f64 = 0.25;
/// Difference of one step and two half steps that is accepted, relative to the amounts.
const ACCEPTED: f64 = 1e-13;
/// Shortest step, relative to the first.
const SHORTEST: f64 = 1.0 / 1024.0;
/// Steps allowed from one time to another.
const STEP_BUDGET: usize = 100_000;

/// Moves the core of one system.
#[derive(Debug, Clone)]
pub(super) struct Stepper {
    workspace: Workspace,
    instruction_set: InstructionSet,
    /// Longest step that the last one allows, min.
    allowed_min: f64,
    first_min: f64,
    whole: Vec<f64>,
    halves: Vec<f64>,
    whole_integral: Vec<f64>,
    half_integrals: [Vec<f64>; 2],
    /// Steps taken and refused, factorisations.
    pub statistics: Statistics,
}

impl Stepper {
    pub(super) fn new(structure: &Structure, instruction_set: InstructionSet) -> Stepper {
        let zeros = vec![0.0; structure.core.len()];
        Stepper {
            workspace: Workspace::new(structure),
            instruction_set,
            allowed_min: f64::INFINITY,
            first_min: f64::INFINITY,
            whole: zeros.clone(),
            halves: zeros.clone(),
            whole_integral: zeros.clone(),
            half_integrals: [zeros.clone(), zeros],
            statistics: Statistics::default(),
        }
    }

    /// Begins with the numbers of another patient.
    pub(super) fn start(&mut self, values: &Values) {
        self.workspace.forget();
        self.workspace.factorisations = 0;
        self.statistics = Statistics::default();
        self.first_min = if values.doubtful_rate > 0.0 { FIRST_STEP / values.doubtful_rate } else { f64::INFINITY };
        self.jump();
    }

    /// Amounts or inputs have jumped: begin with short steps.
    pub(super) fn jump(&mut self) {
        self.allowed_min = self.first_min;
    }

    /// Moves `core` from `time_min` over `duration_min` and writes its integral.
    pub(super) fn advance(
        &mut self,
        structure: &Structure,
        values: &Values,
        input: Option<&[f64]>,
        (time_min, duration_min): (f64, f64),
        core: &mut [f64],
        integral: &mut [f64],
    ) -> Result<(), SolveError> {
        if self.first_min == f64::INFINITY {
            self.pass(structure, values, duration_min, input, core, integral);
            self.statistics.steps += 1;
            self.statistics.factorisations = self.workspace.factorisations;
            return Ok(());
        }
        integral.fill(0.0);
        let mut done_min = 0.0;
        let mut attempts = 0;
        while done_min < duration_min {
            let left_min = duration_min - done_min;
            let last = left_min <= self.allowed_min;
            let step_min = if last { left_min } else { self.allowed_min };
            attempts += 1;
            let difference = self.attempt(structure, values, step_min, input, core);
            match difference {
                None => {
                    core.copy_from_slice(&self.halves);
                    for ((total, first), second) in integral.iter_mut().zip(&self.half_integrals[0]).zip(&self.half_integrals[1]) {
                        *total += first + second;
                    }
                    self.statistics.steps += 1;
                    done_min = if last { duration_min } else { done_min + step_min };
                    self.allowed_min = self.allowed_min.max(2.0 * step_min);
                }
                Some(position) => {
                    self.statistics.rejected += 1;
                    self.allowed_min = 0.5 * step_min;
                    let (time, state) = (time_min + done_min, structure.core[position]);
                    if self.allowed_min < SHORTEST * self.first_min {
                        return Err(SolveError::StepTooSmall { time, step: self.allowed_min, state });
                    }
                    if attempts >= STEP_BUDGET {
                        return Err(SolveError::StepBudget { time, budget: STEP_BUDGET, state });
                    }
                }
            }
        }
        self.statistics.factorisations = self.workspace.factorisations;
        Ok(())
    }

    /// One step whole and in halves; the position where they differ too much, if there is one.
    fn attempt(&mut self, structure: &Structure, values: &Values, step_min: f64, input: Option<&[f64]>, core: &[f64]) -> Option<usize> {
        let mut whole = std::mem::take(&mut self.whole);
        let mut halves = std::mem::take(&mut self.halves);
        let mut whole_integral = std::mem::take(&mut self.whole_integral);
        let [mut first, mut second] = std::mem::take(&mut self.half_integrals);
        whole.copy_from_slice(core);
        halves.copy_from_slice(core);
        self.pass(structure, values, step_min, input, &mut whole, &mut whole_integral);
        self.pass(structure, values, 0.5 * step_min, input, &mut halves, &mut first);
        self.pass(structure, values, 0.5 * step_min, input, &mut halves, &mut second);
        // Amounts share a unit within a block only: each is judged by the largest of its block.
        let mut worst = None;
        for block in &structure.blocks {
            let members = block.first..block.last;
            let given = members.clone().map(|position| input.map_or(0.0, |input| (step_min * input[position]).abs()));
            let sizes = members.clone().map(|position| core[position].abs().max(halves[position].abs()));
            let size = sizes.zip(given).map(|(amount, given)| amount + given).fold(0.0, f64::max);
            for position in members {
                let moved = (whole[position] - halves[position]).abs();
                let collected = (whole_integral[position] - (first[position] + second[position])).abs();
                let close = moved <= ACCEPTED * size && collected <= ACCEPTED * size * step_min;
                if !close && worst.is_none() {
                    worst = Some(position);
                }
            }
        }
        self.whole = whole;
        self.halves = halves;
        self.whole_integral = whole_integral;
        self.half_integrals = [first, second];
        worst
    }

    fn pass(
        &mut self,
        structure: &Structure,
        values: &Values,
        step_min: f64,
        input: Option<&[f64]>,
        core: &mut [f64],
        integral: &mut [f64],
    ) {
        let workspace = &mut self.workspace;
        self.instruction_set.run(Pass { structure, values, workspace, step_min, input, core, integral });
    }
}
