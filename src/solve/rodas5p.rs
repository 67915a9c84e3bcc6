//! One step of the stiff method, Rodas5P with exact Jacobian and sparse elimination, for `N` patients at once, each with its own time and step.
//!
//! States are split at the last one on which anything depends. The *core* before it goes through the stages; the *quadratures* after it enter
//! only the sums of rates with precomputed weights (`rodas5p_tableau::quadrature_weights`), which is the same method in other brackets.
//! Nothing is allocated but for the rare dense fallback. Which steps to take is decided in `lane_run`.

use super::iteration_matrix::IterationMatrix;
use super::lane_dynamics::LaneDynamics;
use super::rodas5p_tableau::{A, C, GAMMA, STAGE_TIMES, TIME_WEIGHTS, quadrature_weights};
use crate::math::{Block, Kernel};

/// Amounts below this are set to zero after a step: they are far below any tolerance, and subnormal arithmetic is slow.
const FLUSH_BELOW: f64 = 1e-200;

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
    columns: Vec<u32>,
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
    any_input: bool,
    /// State after the step that was tried.
    pub next: Block<N>,
    /// Estimate of the local error of that step.
    pub error: Block<N>,
    argument: Block<N>,
    rates: Block<N>,
    scratch: Block<N>,
}

impl<const N: usize> Rodas5P<N> {
    /// Plans the method for a system with this pattern of the Jacobian.
    pub(crate) fn new(count: usize, pattern: &[(usize, usize)], depends_on_time: bool) -> Rodas5P<N> {
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
            any_input: false,
            next: Block::zeros(count),
            error: Block::zeros(count),
            argument: Block::zeros(count),
            rates: Block::zeros(count),
            scratch: Block::zeros(core),
        }
    }

    /// Sets the constant inputs of one lane.
    pub(crate) fn set_inputs(&mut self, lane: usize, inputs: &[(usize, f64)]) {
        let lanes = self.inputs.lanes_mut();
        lanes.iter_mut().for_each(|input| input[lane] = NO_INPUT);
        inputs.iter().for_each(|&(index, rate)| lanes[index][lane] = rate);
        self.any_input = lanes.as_flattened().iter().any(|&input| input != 0.0);
    }

    /// Stage number `EARLIER + 1` of the step: `argument` holds the state at which it is evaluated.
    #[inline(always)]
    fn stage<const EARLIER: usize>(&mut self, dynamics: &mut impl LaneDynamics<N>, time: &[f64; N], step: &[f64; N], inverse: &[f64; N]) {
        let core = self.core;
        let rates = self.rates.lanes_mut();
        let mut stage_time = [0.0; N];
        for lane in 0..N {
            stage_time[lane] = time[lane] + STAGE_TIMES[EARLIER] * step[lane];
        }
        dynamics.rates(&stage_time, self.argument.lanes(), rates);
        if self.any_input {
            add_inputs(rates, self.inputs.lanes());
        }
        self.quadrature_rates[EARLIER].lanes_mut().copy_from_slice(&rates[core..]);
        let (earlier, rest) = self.increments.split_at_mut(EARLIER);
        let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| &earlier[index].lanes()[..core]);
        let target = &mut rest[0].lanes_mut()[..core];
        let rates = &rates[..core];
        for index in 0..core {
            let mut sum = [0.0; N];
            for column in 0..EARLIER {
                for lane in 0..N {
                    sum[lane] += C[EARLIER][column] * columns[column][index][lane];
                }
            }
            for lane in 0..N {
                target[index][lane] = rates[index][lane] + inverse[lane] * sum[lane];
            }
        }
        self.add_time_derivative(EARLIER, step);
        self.matrix.solve(self.increments[EARLIER].lanes_mut());
    }

    #[inline(always)]
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
    #[inline(always)]
    fn place<const EARLIER: usize>(&mut self, state: &[[f64; N]]) {
        let core = self.core;
        let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| &self.increments[index].lanes()[..core]);
        let (state, target) = (&state[..core], &mut self.argument.lanes_mut()[..core]);
        for index in 0..core {
            let mut sum = state[index];
            for column in 0..EARLIER {
                for lane in 0..N {
                    sum[lane] += A[EARLIER][column] * columns[column][index][lane];
                }
            }
            target[index] = sum;
        }
    }

    /// Adds the increment of one stage to the argument: all that changes from stage 6 on.
    #[inline(always)]
    fn append(&mut self, stage: usize) {
        for (value, increment) in self.argument.lanes_mut().iter_mut().zip(self.increments[stage].lanes()) {
            for lane in 0..N {
                value[lane] += increment[lane];
            }
        }
    }

    /// Sums up the stages for the quadratures: `h Σ β_i (f_i + J k_i + h d_i ∂f/∂t)`.
    #[inline(always)]
    fn combine_quadratures(&mut self, step: &[f64; N], weights: &[f64; 8], target: Target) {
        let core = self.core;
        let sums = self.scratch.lanes_mut();
        let increments: [&[[f64; N]]; 8] = std::array::from_fn(|stage| &self.increments[stage].lanes()[..core]);
        for &column in &self.quadratures.columns {
            let column = column as usize;
            let mut sum = [0.0; N];
            for stage in 0..8 {
                for lane in 0..N {
                    sum[lane] += weights[stage] * increments[stage][column][lane];
                }
            }
            sums[column] = sum;
        }
        let target = match target {
            Target::Next => &mut self.next.lanes_mut()[core..],
            Target::Error => &mut self.error.lanes_mut()[core..],
        };
        let count = target.len();
        let rates: [&[[f64; N]]; 8] = std::array::from_fn(|stage| &self.quadrature_rates[stage].lanes()[..count]);
        let time_weight = weights.iter().zip(&TIME_WEIGHTS).map(|(weight, time)| weight * time).sum::<f64>();
        let derivative = &self.time_derivative.lanes()[core..][..count];
        for index in 0..count {
            let mut sum = [0.0; N];
            for lane in 0..N {
                sum[lane] = step[lane] * time_weight * derivative[index][lane];
            }
            for stage in 0..8 {
                for lane in 0..N {
                    sum[lane] += weights[stage] * rates[stage][index][lane];
                }
            }
            target[index] = sum;
        }
        for (&(row, column), entry) in self.quadratures.entries.iter().zip(&self.jacobian.lanes()[self.quadratures.first_entry..]) {
            let (target, sum) = (&mut target[row as usize], &sums[column as usize]);
            for lane in 0..N {
                target[lane] += entry[lane] * sum[lane];
            }
        }
        for value in target {
            for lane in 0..N {
                value[lane] *= step[lane];
            }
        }
    }

    /// Bytes held for the batch.
    pub(crate) fn bytes(&self) -> usize {
        let blocks = [&self.start_rates, &self.jacobian, &self.time_derivative, &self.inputs, &self.next, &self.error];
        let working = [&self.argument, &self.rates, &self.scratch];
        let stages = self.increments.iter().chain(&self.quadrature_rates);
        blocks.into_iter().chain(working).chain(stages).map(Block::bytes).sum::<usize>() + self.matrix.bytes()
    }
}

#[derive(Clone, Copy)]
enum Target {
    Next,
    Error,
}

#[inline(always)]
fn add_inputs<const N: usize>(rates: &mut [[f64; N]], inputs: &[[f64; N]]) {
    for (rate, input) in rates.iter_mut().zip(inputs) {
        for lane in 0..N {
            rate[lane] += input[lane];
        }
    }
}

/// Rates, Jacobian and derivative in time at the start of a step. Returns per lane 0 if all are finite, NaN if not.
pub(crate) struct Evaluate<'a, const N: usize, D> {
    pub method: &'a mut Rodas5P<N>,
    pub dynamics: &'a mut D,
    pub time: &'a [f64; N],
    pub state: &'a Block<N>,
}

impl<const N: usize, D: LaneDynamics<N>> Kernel for Evaluate<'_, N, D> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        let Evaluate { method, dynamics, time, state } = self;
        dynamics.rates(time, state.lanes(), method.start_rates.lanes_mut());
        if method.any_input {
            add_inputs(method.start_rates.lanes_mut(), method.inputs.lanes());
        }
        dynamics.jacobian(time, state.lanes(), method.jacobian.lanes_mut());
        if method.depends_on_time {
            dynamics.time_derivative(time, state.lanes(), method.time_derivative.lanes_mut());
        }
        let mut not_finite = [0.0; N];
        for values in method.start_rates.lanes().iter().chain(method.jacobian.lanes()).chain(method.time_derivative.lanes()) {
            for lane in 0..N {
                not_finite[lane] += values[lane] * 0.0;
            }
        }
        not_finite
    }
}

/// Tries one step in every lane: fills `next` and `error`, and returns the scaled norms of the error (NaN where anything is not finite).
pub(crate) struct Attempt<'a, const N: usize, D> {
    pub method: &'a mut Rodas5P<N>,
    pub dynamics: &'a mut D,
    pub time: &'a [f64; N],
    pub step: &'a [f64; N],
    pub state: &'a Block<N>,
    pub absolute_tolerances: &'a Block<N>,
    pub relative_tolerance: f64,
    pub active: &'a [bool; N],
}

impl<const N: usize, D: LaneDynamics<N>> Kernel for Attempt<'_, N, D> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        let Attempt { method, dynamics, time, step, state, absolute_tolerances, relative_tolerance, active } = self;
        let (core, state) = (method.core, state.lanes());
        let inverse = step.map(|step| 1.0 / step);
        let diagonal = step.map(|step| 1.0 / (step * GAMMA));
        method.argument.lanes_mut()[core..].copy_from_slice(&state[core..]);

        let start_rates = method.start_rates.lanes();
        method.increments[0].lanes_mut().copy_from_slice(&start_rates[..core]);
        method.quadrature_rates[0].lanes_mut().copy_from_slice(&start_rates[core..]);
        method.add_time_derivative(0, step);
        let jacobian = &method.jacobian.lanes()[..method.quadratures.first_entry];
        method.matrix.factorise_and_solve(&diagonal, jacobian, method.increments[0].lanes_mut(), active);

        method.place::<1>(state);
        method.stage::<1>(dynamics, time, step, &inverse);
        method.place::<2>(state);
        method.stage::<2>(dynamics, time, step, &inverse);
        method.place::<3>(state);
        method.stage::<3>(dynamics, time, step, &inverse);
        method.place::<4>(state);
        method.stage::<4>(dynamics, time, step, &inverse);
        method.place::<5>(state);
        method.stage::<5>(dynamics, time, step, &inverse);
        method.append(5);
        method.stage::<6>(dynamics, time, step, &inverse);
        method.append(6);
        method.stage::<7>(dynamics, time, step, &inverse);
        method.append(7);

        method.next.lanes_mut()[..core].copy_from_slice(&method.argument.lanes()[..core]);
        method.error.lanes_mut()[..core].copy_from_slice(method.increments[7].lanes());
        let (for_solution, for_error) = (method.quadratures.solution_weights, method.quadratures.error_weights);
        method.combine_quadratures(step, &for_solution, Target::Next);
        method.combine_quadratures(step, &for_error, Target::Error);
        for (value, before) in method.next.lanes_mut()[core..].iter_mut().zip(&state[core..]) {
            for lane in 0..N {
                value[lane] += before[lane];
            }
        }

        // root mean square of the errors over what is tolerated: the larger of core and quadratures, so that many quadratures do not dilute the core
        let mean_square = |range: std::ops::Range<usize>| {
            let parts = method.error.lanes()[range.clone()].iter().zip(&state[range.clone()]);
            let bounds = method.next.lanes()[range.clone()].iter().zip(&absolute_tolerances.lanes()[range.clone()]);
            let mut sum = [0.0; N];
            for ((error, before), (after, absolute)) in parts.zip(bounds) {
                for lane in 0..N {
                    let (before, after) = (before[lane].abs(), after[lane].abs());
                    let size = if before > after { before } else { after };
                    let scaled = error[lane] / (absolute[lane] + relative_tolerance * size);
                    sum[lane] += scaled * scaled;
                }
            }
            sum.map(|sum| sum / range.len().max(1) as f64)
        };
        let (of_core, of_quadratures) = (mean_square(0..core), mean_square(core..state.len()));
        std::array::from_fn(|lane| {
            let (core, quadratures) = (of_core[lane], of_quadratures[lane]);
            // a sum that is NaN stays NaN
            (if core > quadratures { core + 0.0 * quadratures } else { quadratures + 0.0 * core }).sqrt()
        })
    }
}

/// Makes the step that was tried the state, in the lanes where it was accepted.
pub(crate) struct Accept<'a, const N: usize> {
    pub next: &'a Block<N>,
    pub state: &'a mut Block<N>,
    pub accepted: &'a [bool; N],
}

impl<const N: usize> Kernel for Accept<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (value, next) in self.state.lanes_mut().iter_mut().zip(self.next.lanes()) {
            for lane in 0..N {
                let flushed = if next[lane].abs() < FLUSH_BELOW { 0.0 } else { next[lane] };
                value[lane] = if self.accepted[lane] { flushed } else { value[lane] };
            }
        }
    }
}

#[cfg(test)]
#[path = "rodas5p_tests.rs"]
mod tests;
