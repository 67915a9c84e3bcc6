//! One step of the stiff method, Rodas5P with exact Jacobian and sparse elimination, for `N` patients at once, each with its own time and step.
//!
//! States are split at the last one on which anything depends. The *core* before it goes through the stages; the *quadratures* after it enter
//! only the sums of rates with precomputed weights (`rodas5p_tableau::quadrature_weights`), which is the same method in other brackets.
//! Nothing is allocated but for the rare dense fallback. Which steps to take is decided in `lane_run`.

use super::iteration_matrix::IterationMatrix;
use super::lane_dynamics::LaneDynamics;
use super::rodas5p_kernels::{Accept, Add, CombineQuadratures, MeanSquare, NotFinite, WeightedSum};
use super::rodas5p_tableau::{A, C, GAMMA, STAGE_TIMES, TIME_WEIGHTS, quadrature_weights};
use crate::math::{Block, InstructionSet};

/// The input of a state without one: adding it changes no bit, not even the sign of a zero.
const NO_INPUT: f64 = -0.0;

/// Where the quadratures of a system are and what they read.
#[derive(Debug, Clone)]
pub(crate) struct Quadratures {
    /// (quadrature, column) of the entries of their rows, which are the last of the pattern.
    pub entries: Vec<(u32, u32)>,
    /// Index of the first of them in the pattern.
    pub first_entry: usize,
    /// Columns that any of them reads, ascending.
    pub columns: Vec<u32>,
    solution_weights: [f64; 8],
    error_weights: [f64; 8],
}

/// Stages and workspace of the method.
#[derive(Debug, Clone)]
pub(crate) struct Rodas5P<const N: usize> {
    /// Number of core states.
    pub core: usize,
    /// Number of all states.
    pub count: usize,
    depends_on_time: bool,
    /// (row, column) of the entries of the Jacobian.
    pub pattern: Vec<(u32, u32)>,
    pub quadratures: Quadratures,
    pub matrix: IterationMatrix<N>,
    /// Stage vectors k_i of the core.
    pub increments: [Block<N>; 8],
    /// Rates of the quadratures at the stages, inputs included.
    pub quadrature_rates: [Block<N>; 8],
    /// Rates of all states at the start of the step, inputs included.
    pub start_rates: Block<N>,
    /// Jacobian at the start of the step, in the order of the pattern.
    pub jacobian: Block<N>,
    /// ∂f/∂t at the start of the step; zero if the system does not depend on time.
    pub time_derivative: Block<N>,
    /// Constant inputs of each state.
    inputs: Block<N>,
    /// States with an input in any lane.
    input_states: Vec<u32>,
    /// State after the step that was tried.
    pub next: Block<N>,
    /// Estimate of the local error of that step.
    pub error: Block<N>,
    argument: Block<N>,
    rates: Block<N>,
    scratch: Block<N>,
    set: InstructionSet,
}

impl<const N: usize> Rodas5P<N> {
    /// Plans the method for a system with this pattern of the Jacobian.
    pub(crate) fn new(count: usize, pattern: &[(usize, usize)], depends_on_time: bool, set: InstructionSet) -> Rodas5P<N> {
        let core = pattern.iter().map(|&(_, column)| column + 1).max().unwrap_or(0);
        let first_entry = pattern.partition_point(|&(row, _)| row < core);
        let entries: Vec<(u32, u32)> = pattern[first_entry..].iter().map(|&(row, column)| ((row - core) as u32, column as u32)).collect();
        let mut columns: Vec<u32> = entries.iter().map(|entry| entry.1).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut solution = A[7];
        solution[7] = 1.0;
        let mut last = [0.0; 8];
        last[7] = 1.0;
        let mut inputs = Block::zeros(count);
        inputs.lanes_mut().fill([NO_INPUT; N]);
        Rodas5P {
            core,
            count,
            depends_on_time,
            pattern: pattern.iter().map(|&(row, column)| (row as u32, column as u32)).collect(),
            quadratures: Quadratures {
                entries,
                first_entry,
                columns,
                solution_weights: quadrature_weights(&solution),
                error_weights: quadrature_weights(&last),
            },
            matrix: IterationMatrix::new(core, &pattern[..first_entry]),
            increments: std::array::from_fn(|_| Block::zeros(core)),
            quadrature_rates: std::array::from_fn(|_| Block::zeros(count - core)),
            start_rates: Block::zeros(count),
            jacobian: Block::zeros(pattern.len()),
            time_derivative: Block::zeros(count),
            inputs,
            input_states: Vec::new(),
            next: Block::zeros(count),
            error: Block::zeros(count),
            argument: Block::zeros(count),
            rates: Block::zeros(count),
            scratch: Block::zeros(core),
            set,
        }
    }

    /// Sets the constant inputs of one lane.
    pub(crate) fn set_inputs(&mut self, lane: usize, inputs: &[(usize, f64)]) {
        let lanes = self.inputs.lanes_mut();
        lanes.iter_mut().for_each(|input| input[lane] = NO_INPUT);
        inputs.iter().for_each(|&(index, rate)| lanes[index][lane] = rate);
        let with_input = |index: &u32| lanes[*index as usize].iter().any(|&input| input != 0.0);
        self.input_states = (0..self.count as u32).filter(with_input).collect();
    }

    /// Rates, Jacobian and derivative in time at the start of a step. Returns per lane 0 if all are finite, NaN if not.
    pub(crate) fn evaluate(&mut self, dynamics: &mut impl LaneDynamics<N>, time: &[f64; N], state: &Block<N>) -> [f64; N] {
        dynamics.rates(time, state.lanes(), self.start_rates.lanes_mut());
        add_inputs(&self.input_states, self.start_rates.lanes_mut(), self.inputs.lanes());
        dynamics.jacobian(time, state.lanes(), self.jacobian.lanes_mut());
        let mut not_finite = self.set.run(NotFinite(self.start_rates.lanes()));
        let mut also = |values: &Block<N>| {
            let flags = self.set.run(NotFinite(values.lanes()));
            not_finite.iter_mut().zip(flags).for_each(|(flag, other)| *flag += other);
        };
        also(&self.jacobian);
        if self.depends_on_time {
            dynamics.time_derivative(time, state.lanes(), self.time_derivative.lanes_mut());
            also(&self.time_derivative);
        }
        not_finite
    }

    /// Tries one step in every lane: fills `next` and `error`, and returns the scaled norms of the error (NaN where anything is not finite).
    pub(crate) fn attempt(&mut self, dynamics: &mut impl LaneDynamics<N>, trial: &Trial<N>) -> [f64; N] {
        let (core, state, step) = (self.core, trial.state.lanes(), trial.step);
        let inverse = step.map(|step| 1.0 / step);
        let diagonal = step.map(|step| 1.0 / (step * GAMMA));
        self.argument.lanes_mut()[core..].copy_from_slice(&state[core..]);

        let start_rates = self.start_rates.lanes();
        self.increments[0].lanes_mut().copy_from_slice(&start_rates[..core]);
        self.quadrature_rates[0].lanes_mut().copy_from_slice(&start_rates[core..]);
        self.add_time_derivative(0, step);
        let jacobian = &self.jacobian.lanes()[..self.quadratures.first_entry];
        self.matrix.factorise_and_solve(self.set, &diagonal, jacobian, self.increments[0].lanes_mut(), trial.active);

        self.place::<1>(state);
        self.stage::<1>(dynamics, trial, &inverse);
        self.place::<2>(state);
        self.stage::<2>(dynamics, trial, &inverse);
        self.place::<3>(state);
        self.stage::<3>(dynamics, trial, &inverse);
        self.place::<4>(state);
        self.stage::<4>(dynamics, trial, &inverse);
        self.place::<5>(state);
        self.stage::<5>(dynamics, trial, &inverse);
        self.append(5);
        self.stage::<6>(dynamics, trial, &inverse);
        self.append(6);
        self.stage::<7>(dynamics, trial, &inverse);
        self.append(7);

        self.next.lanes_mut()[..core].copy_from_slice(&self.argument.lanes()[..core]);
        self.error.lanes_mut()[..core].copy_from_slice(self.increments[7].lanes());
        self.combine_quadratures(step, state);
        self.error_norm(trial)
    }

    /// Stage number `EARLIER + 1` of the step: `argument` holds the state at which it is evaluated.
    fn stage<const EARLIER: usize>(&mut self, dynamics: &mut impl LaneDynamics<N>, trial: &Trial<N>, inverse: &[f64; N]) {
        let core = self.core;
        let rates = self.rates.lanes_mut();
        let stage_time = std::array::from_fn(|lane| trial.time[lane] + STAGE_TIMES[EARLIER] * trial.step[lane]);
        dynamics.rates(&stage_time, self.argument.lanes(), rates);
        add_inputs(&self.input_states, rates, self.inputs.lanes());
        self.quadrature_rates[EARLIER].lanes_mut().copy_from_slice(&rates[core..]);
        let (earlier, rest) = self.increments.split_at_mut(EARLIER);
        let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| earlier[index].lanes());
        self.set.run(WeightedSum { base: &rates[..core], factor: inverse, weights: &C[EARLIER], columns, target: rest[0].lanes_mut() });
        self.add_time_derivative(EARLIER, trial.step);
        self.matrix.solve(self.set, self.increments[EARLIER].lanes_mut());
    }

    fn add_time_derivative(&mut self, stage: usize, step: &[f64; N]) {
        if self.depends_on_time && TIME_WEIGHTS[stage] != 0.0 {
            for (value, derivative) in self.increments[stage].lanes_mut().iter_mut().zip(self.time_derivative.lanes()) {
                for lane in 0..N {
                    value[lane] += step[lane] * TIME_WEIGHTS[stage] * derivative[lane];
                }
            }
        }
    }

    /// Sets the core of the argument of the stage after `EARLIER` others.
    fn place<const EARLIER: usize>(&mut self, state: &[[f64; N]]) {
        let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| self.increments[index].lanes());
        let target = &mut self.argument.lanes_mut()[..self.core];
        self.set.run(WeightedSum { base: &state[..self.core], factor: &[1.0; N], weights: &A[EARLIER], columns, target });
    }

    /// Adds the increment of one stage to the argument: all that changes from stage 6 on.
    fn append(&mut self, stage: usize) {
        let core = self.core;
        self.set.run(Add { to: &mut self.argument.lanes_mut()[..core], values: self.increments[stage].lanes() });
    }

    /// Sums up the stages for the quadratures, for the solution and for the error.
    fn combine_quadratures(&mut self, step: &[f64; N], state: &[[f64; N]]) {
        let core = self.core;
        if core == self.count {
            return;
        }
        let (for_solution, for_error) = (self.quadratures.solution_weights, self.quadratures.error_weights);
        for (weights, into_next) in [(&for_solution, true), (&for_error, false)] {
            let target = if into_next { &mut self.next } else { &mut self.error };
            self.set.run(CombineQuadratures {
                quadratures: &self.quadratures,
                increments: self.increments.each_ref().map(Block::lanes),
                rates: self.quadrature_rates.each_ref().map(Block::lanes),
                entries: &self.jacobian.lanes()[self.quadratures.first_entry..],
                derivative: &self.time_derivative.lanes()[core..],
                step,
                weights,
                sums: self.scratch.lanes_mut(),
                target: &mut target.lanes_mut()[core..],
            });
        }
        self.set.run(Add { to: &mut self.next.lanes_mut()[core..], values: &state[core..] });
    }

    /// Root mean square of the errors over what is tolerated: the larger of core and quadratures, so that many quadratures do not dilute the core.
    fn error_norm(&self, trial: &Trial<N>) -> [f64; N] {
        let part = |range: std::ops::Range<usize>| {
            self.set.run(MeanSquare {
                error: &self.error.lanes()[range.clone()],
                before: &trial.state.lanes()[range.clone()],
                after: &self.next.lanes()[range.clone()],
                absolute: &trial.absolute_tolerances.lanes()[range],
                relative: trial.relative_tolerance,
            })
        };
        let (of_core, of_quadratures) = (part(0..self.core), part(self.core..self.count));
        std::array::from_fn(|lane| {
            let (core, quadratures) = (of_core[lane], of_quadratures[lane]);
            // a sum that is NaN stays NaN
            (if core > quadratures { core + 0.0 * quadratures } else { quadratures + 0.0 * core }).sqrt()
        })
    }

    /// Makes the step that was tried the state, in the lanes where it was accepted.
    pub(crate) fn accept(&self, state: &mut Block<N>, accepted: &[bool; N]) {
        self.set.run(Accept {
            next: self.next.lanes(),
            state: state.lanes_mut(),
            accepted: &accepted.map(|yes| if yes { 1.0 } else { 0.0 }),
        });
    }

    /// Bytes held for the batch.
    pub(crate) fn bytes(&self) -> usize {
        let blocks = [&self.start_rates, &self.jacobian, &self.time_derivative, &self.inputs, &self.next, &self.error];
        let working = [&self.argument, &self.rates, &self.scratch];
        let stages = self.increments.iter().chain(&self.quadrature_rates);
        blocks.into_iter().chain(working).chain(stages).map(Block::bytes).sum::<usize>() + self.matrix.bytes()
    }
}

/// Adds the inputs of the states that have any.
fn add_inputs<const N: usize>(states: &[u32], rates: &mut [[f64; N]], inputs: &[[f64; N]]) {
    for &state in states {
        let (rate, input) = (&mut rates[state as usize], &inputs[state as usize]);
        rate.iter_mut().zip(input).for_each(|(rate, input)| *rate += input);
    }
}

/// One step to be tried, lane by lane.
pub(crate) struct Trial<'a, const N: usize> {
    /// Start of the step, min.
    pub time: &'a [f64; N],
    /// Its length, min.
    pub step: &'a [f64; N],
    /// State at its start, where [`Rodas5P::evaluate`] was called.
    pub state: &'a Block<N>,
    pub absolute_tolerances: &'a Block<N>,
    pub relative_tolerance: f64,
    /// Lanes with a patient in them.
    pub active: &'a [bool; N],
}

#[cfg(test)]
#[path = "rodas5p_tests.rs"]
mod tests;
