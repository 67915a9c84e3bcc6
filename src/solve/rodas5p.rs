//! The stiff method: Rodas5P with exact Jacobian and sparse elimination.
//!
//! States are split at the last one on which anything depends. The *core* before it goes through the stages; the *quadratures* after it enter
//! only the sums of rates with precomputed weights (`rodas5p_tableau::quadrature_weights`), which is the same method in other brackets.
//! Nothing is allocated between the first and the last step but for the rare dense fallback.

use super::dynamics::Dynamics;
use super::error::SolveError;
use super::integrator::{Integrator, SignGuard, require_finite};
use super::iteration_matrix::{IterationMatrix, Singular};
use super::options::{Options, Sampling};
use super::rodas5p_dense::DenseOutput;
use super::rodas5p_tableau::{A, C, GAMMA, STAGE_TIMES, TIME_WEIGHTS, quadrature_weights};
use super::schedule::Segment;
use super::step_control::{StepControl, first_step};
use super::trajectory::Statistics;

/// Amounts below this are set to zero after a step: they are far below any tolerance, and subnormal arithmetic is slow.
const FLUSH_BELOW: f64 = 1e-200;

/// What the eight stages of one step left behind; the dense output reads it too.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    /// Number of core states.
    pub core: usize,
    /// Stage vectors k_i of the core.
    pub increments: [Vec<f64>; 8],
    /// Rates at the stages, doses included, of all states.
    pub rates: [Vec<f64>; 8],
    /// ∂f/∂t at the start of the step; zero if the system does not depend on time.
    pub time_derivative: Vec<f64>,
    /// Jacobian at the start of the step, in the order of the pattern.
    pub jacobian: Vec<f64>,
    /// (quadrature, column) of the entries of the quadratures' rows, which are the last of the pattern.
    pub quadrature_entries: Vec<(u32, u32)>,
    /// Index of the first of them in the pattern.
    pub first_quadrature_entry: usize,
}

impl Stages {
    /// Sums up stages for the quadratures: `target = h Σ β_i (f_i + J k_i + h d_i ∂f/∂t)`. `scratch` has the length of the core.
    pub(crate) fn combine_quadratures(&self, step: f64, weights: &[f64; 8], scratch: &mut [f64], target: &mut [f64]) {
        let count = target.len();
        let rates: [&[f64]; 8] = std::array::from_fn(|stage| &self.rates[stage][self.core..][..count]);
        let time_weight = step * weights.iter().zip(&TIME_WEIGHTS).map(|(weight, time)| weight * time).sum::<f64>();
        let derivative = &self.time_derivative[self.core..][..count];
        for index in 0..count {
            let mut sum = time_weight * derivative[index];
            for stage in 0..8 {
                sum += weights[stage] * rates[stage][index];
            }
            target[index] = sum;
        }
        scratch.fill(0.0);
        weighted_sum::<8>(scratch, weights, &self.increments);
        for (&(row, column), &entry) in self.quadrature_entries.iter().zip(&self.jacobian[self.first_quadrature_entry..]) {
            target[row as usize] += entry * scratch[column as usize];
        }
        target.iter_mut().for_each(|value| *value *= step);
    }
}

/// Adds `Σ_j weights[j] columns[j]` (j < N) to `target`.
#[inline]
pub(crate) fn weighted_sum<const N: usize>(target: &mut [f64], weights: &[f64; 8], columns: &[Vec<f64>]) {
    let length = target.len();
    let columns: [&[f64]; N] = std::array::from_fn(|index| &columns[index][..length]);
    for index in 0..length {
        let mut sum = target[index];
        for column in 0..N {
            sum += weights[column] * columns[column][index];
        }
        target[index] = sum;
    }
}

/// Rodas5P with its workspace.
pub(crate) struct Rodas5P<'a> {
    options: &'a Options<'a>,
    depends_on_time: bool,
    pattern: Vec<(u32, u32)>,
    matrix: IterationMatrix,
    stages: Stages,
    dense: DenseOutput,
    solution_weights: [f64; 8],
    error_weights: [f64; 8],
    argument: Vec<f64>,
    next: Vec<f64>,
    error: Vec<f64>,
    scratch: Vec<f64>,
    guard: SignGuard,
    statistics: Statistics,
}

impl<'a> Rodas5P<'a> {
    /// Plans the method for a system and a span that starts from `initial`.
    pub(crate) fn new(dynamics: &dyn Dynamics, options: &'a Options<'a>, initial: &[f64]) -> Rodas5P<'a> {
        let count = dynamics.state_count();
        let pattern = dynamics.jacobian_pattern();
        let core = pattern.iter().map(|&(_, column)| column + 1).max().unwrap_or(0);
        let first_quadrature_entry = pattern.partition_point(|&(row, _)| row < core);
        let mut solution = A[7];
        solution[7] = 1.0;
        let mut last = [0.0; 8];
        last[7] = 1.0;
        Rodas5P {
            options,
            depends_on_time: dynamics.depends_on_time(),
            pattern: pattern.iter().map(|&(row, column)| (row as u32, column as u32)).collect(),
            matrix: IterationMatrix::new(core, &pattern[..first_quadrature_entry]),
            stages: Stages {
                core,
                increments: std::array::from_fn(|_| vec![0.0; core]),
                rates: std::array::from_fn(|_| vec![0.0; count]),
                time_derivative: vec![0.0; count],
                jacobian: vec![0.0; pattern.len()],
                quadrature_entries: pattern[first_quadrature_entry..]
                    .iter()
                    .map(|&(row, column)| ((row - core) as u32, column as u32))
                    .collect(),
                first_quadrature_entry,
            },
            dense: DenseOutput::new(core, count),
            solution_weights: quadrature_weights(&solution),
            error_weights: quadrature_weights(&last),
            argument: vec![0.0; count],
            next: vec![0.0; count],
            error: vec![0.0; count],
            scratch: vec![0.0; core],
            guard: SignGuard::new(options, initial),
            statistics: Statistics::default(),
        }
    }

    /// Rates, Jacobian and derivative in time at the start of a step.
    fn evaluate(&mut self, dynamics: &mut dyn Dynamics, time: f64, state: &[f64], inputs: &[(usize, f64)]) -> Result<(), SolveError> {
        dynamics.rates(time, state, &mut self.stages.rates[0]);
        inputs.iter().for_each(|&(index, rate)| self.stages.rates[0][index] += rate);
        require_finite(&self.stages.rates[0], time, "rate")?;
        dynamics.jacobian(time, state, &mut self.stages.jacobian);
        if let Some(entry) = self.stages.jacobian.iter().position(|value| !value.is_finite()) {
            let state = self.pattern[entry].0 as usize;
            return Err(SolveError::NotFinite { time, state, quantity: "derivative of the rate" });
        }
        if self.depends_on_time {
            dynamics.time_derivative(time, state, &mut self.stages.time_derivative);
            require_finite(&self.stages.time_derivative, time, "derivative of the rate")?;
        }
        self.statistics.rate_evaluations += 1;
        self.statistics.jacobian_evaluations += 1;
        Ok(())
    }

    /// First step of a segment, from `evaluate`'s results at its start.
    fn first_step(&mut self, length: f64, state: &[f64]) -> f64 {
        let rates = &self.stages.rates[0];
        let second = &mut self.error;
        second.copy_from_slice(&self.stages.time_derivative);
        for (&(row, column), &entry) in self.pattern.iter().zip(&self.stages.jacobian) {
            second[row as usize] += entry * rates[column as usize];
        }
        let norm = |values: &[f64]| {
            let weigh = |(index, value): (usize, &f64)| value / self.options.tolerated(index, state[index].abs());
            crate::math::sqrt(values.iter().enumerate().map(weigh).map(|scaled| scaled * scaled).sum::<f64>())
        };
        first_step(length, self.options.relative_tolerance, norm(rates), norm(second))
    }

    /// Stage number `EARLIER + 1`: `self.argument` holds the state at which it is evaluated.
    fn stage<const EARLIER: usize>(
        &mut self,
        dynamics: &mut dyn Dynamics,
        time: f64,
        step: f64,
        inputs: &[(usize, f64)],
    ) -> Result<(), Singular> {
        let Stages { core, increments, rates, time_derivative, .. } = &mut self.stages;
        if EARLIER > 0 {
            let rates = &mut rates[EARLIER];
            dynamics.rates(time + STAGE_TIMES[EARLIER] * step, &self.argument, rates);
            inputs.iter().for_each(|&(index, rate)| rates[index] += rate);
            self.statistics.rate_evaluations += 1;
        }
        let (earlier, rest) = increments.split_at_mut(EARLIER);
        let increment = &mut rest[0];
        increment.copy_from_slice(&rates[EARLIER][..*core]);
        let inverse = 1.0 / step;
        weighted_sum::<EARLIER>(increment, &C[EARLIER].map(|weight| weight * inverse), earlier);
        if self.depends_on_time && TIME_WEIGHTS[EARLIER] != 0.0 {
            let weight = step * TIME_WEIGHTS[EARLIER];
            increment.iter_mut().zip(time_derivative.iter()).for_each(|(value, derivative)| *value += weight * derivative);
        }
        self.matrix.solve(increment)
    }

    /// Sets the core of the argument of the stage after `EARLIER` others.
    fn place<const EARLIER: usize>(&mut self, state: &[f64]) {
        let core = self.stages.core;
        self.argument[..core].copy_from_slice(&state[..core]);
        weighted_sum::<EARLIER>(&mut self.argument[..core], &A[EARLIER], &self.stages.increments);
    }

    /// Adds the increment of one stage to the argument: all that changes from stage 6 on.
    fn append(&mut self, stage: usize) {
        self.argument.iter_mut().zip(&self.stages.increments[stage]).for_each(|(value, increment)| *value += increment);
    }

    /// Tries one step: fills `next` and `error`, and returns the scaled norm of the error (NaN if anything is not finite).
    fn attempt(
        &mut self,
        dynamics: &mut dyn Dynamics,
        time: f64,
        step: f64,
        state: &[f64],
        inputs: &[(usize, f64)],
    ) -> Result<f64, Singular> {
        let core = self.stages.core;
        self.argument[core..].copy_from_slice(&state[core..]);
        self.statistics.factorisations += 1;
        let factorised = self.matrix.factorise(1.0 / (step * GAMMA), &self.stages.jacobian[..self.stages.first_quadrature_entry]);
        self.statistics.pivoted_fallbacks = self.matrix.pivoted_fallbacks;
        factorised?;
        self.stage::<0>(dynamics, time, step, inputs)?;
        self.statistics.pivoted_fallbacks = self.matrix.pivoted_fallbacks;
        self.place::<1>(state);
        self.stage::<1>(dynamics, time, step, inputs)?;
        self.place::<2>(state);
        self.stage::<2>(dynamics, time, step, inputs)?;
        self.place::<3>(state);
        self.stage::<3>(dynamics, time, step, inputs)?;
        self.place::<4>(state);
        self.stage::<4>(dynamics, time, step, inputs)?;
        self.place::<5>(state);
        self.stage::<5>(dynamics, time, step, inputs)?;
        self.append(5);
        self.stage::<6>(dynamics, time, step, inputs)?;
        self.append(6);
        self.stage::<7>(dynamics, time, step, inputs)?;
        self.append(7);

        self.next[..core].copy_from_slice(&self.argument[..core]);
        self.error[..core].copy_from_slice(&self.stages.increments[7]);
        self.stages.combine_quadratures(step, &self.solution_weights, &mut self.scratch, &mut self.next[core..]);
        self.next[core..].iter_mut().zip(&state[core..]).for_each(|(value, before)| *value += before);
        self.stages.combine_quadratures(step, &self.error_weights, &mut self.scratch, &mut self.error[core..]);
        Ok(self.error_norm(state))
    }

    /// Root mean square of the errors over what is tolerated: the larger of core and quadratures, so that many quadratures do not dilute the core.
    fn error_norm(&self, state: &[f64]) -> f64 {
        let core = self.stages.core;
        let mean_square = |range: std::ops::Range<usize>| {
            if range.is_empty() {
                return 0.0;
            }
            let tolerances = &self.options.absolute_tolerances[range.clone()];
            let values = state[range.clone()].iter().zip(&self.next[range.clone()]);
            let mut sum = 0.0;
            for ((&error, (&before, &after)), &tolerance) in self.error[range.clone()].iter().zip(values).zip(tolerances) {
                let scaled = error / (tolerance + self.options.relative_tolerance * before.abs().max(after.abs()));
                sum += scaled * scaled;
            }
            sum / range.len() as f64
        };
        let (of_core, of_quadratures) = (mean_square(0..core), mean_square(core..state.len()));
        if of_core.is_nan() || of_quadratures.is_nan() { f64::NAN } else { crate::math::sqrt(of_core.max(of_quadratures)) }
    }

    /// The state whose error (or lack of a finite value) limits the step.
    fn limiting_state(&self, state: &[f64]) -> usize {
        let scaled = |index: usize| {
            let error = (self.error[index] / self.options.tolerated(index, state[index].abs())).abs();
            if error.is_nan() { f64::INFINITY } else { error }
        };
        (0..state.len()).max_by(|&left, &right| scaled(left).total_cmp(&scaled(right))).unwrap_or(0)
    }
}

impl Integrator for Rodas5P<'_> {
    fn advance(
        &mut self,
        dynamics: &mut dyn Dynamics,
        segment: &Segment,
        samples: &[f64],
        state: &mut [f64],
        sampled: &mut Vec<f64>,
    ) -> Result<(), SolveError> {
        let landing = self.options.sampling == Sampling::Landing;
        let inputs = segment.inputs.as_slice();
        let mut samples = samples;
        let mut time = segment.start;
        let mut control = StepControl::default();
        self.evaluate(dynamics, time, state, inputs)?;
        let mut wanted = self.first_step(segment.stop - segment.start, state);
        let mut fresh = true;
        let mut refused: Option<SolveError> = None;
        while time < segment.stop {
            if self.options.cancelled() {
                return Err(SolveError::Cancelled { time });
            }
            if self.statistics.steps + self.statistics.rejected >= self.options.step_budget {
                return Err(SolveError::StepBudget { time, budget: self.options.step_budget, state: self.limiting_state(state) });
            }
            if !fresh {
                self.evaluate(dynamics, time, state, inputs)?;
                fresh = true;
            }
            let end = if landing { samples.first().copied().unwrap_or(segment.stop) } else { segment.stop };
            let (step, reached) = fit_step(wanted.min(self.options.maximum_step), time, end);
            if reached <= time {
                return Err(refused.unwrap_or(SolveError::StepTooSmall { time, step, state: self.limiting_state(state) }));
            }
            let error = self.attempt(dynamics, time, step, state, inputs).unwrap_or(f64::NAN);
            let violation = if error <= 1.0 { self.guard.check(self.options, &self.next) } else { None };
            if error <= 1.0 && violation.is_none() {
                let proposed = control.after_success(step, error);
                // A step cut short to land on a sample says nothing against the longer one that was wanted.
                wanted = if step < wanted && end < segment.stop { proposed.max(wanted) } else { proposed };
                self.record_samples(&mut samples, time, step, reached, state, sampled);
                time = reached;
                for (value, &next) in state.iter_mut().zip(&self.next) {
                    *value = if next.abs() < FLUSH_BELOW { 0.0 } else { next };
                }
                self.statistics.steps += 1;
                fresh = false;
                refused = None;
            } else {
                self.statistics.rejected += 1;
                refused = match violation {
                    Some(violation) => Some(violation.at(reached)),
                    None if error.is_nan() => {
                        Some(SolveError::NotFinite { time: reached, state: self.limiting_state(state), quantity: "value" })
                    }
                    None => None,
                };
                wanted = control.after_failure(step, (error > 1.0).then_some(error));
            }
        }
        Ok(())
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}

impl Rodas5P<'_> {
    /// Appends the samples in `(time, reached]` and takes them off the list.
    fn record_samples(&mut self, samples: &mut &[f64], time: f64, step: f64, reached: f64, state: &[f64], sampled: &mut Vec<f64>) {
        let inside = samples.partition_point(|&sample| sample < reached);
        let due = samples.partition_point(|&sample| sample <= reached);
        if inside > 0 {
            self.dense.prepare(&self.stages, step, &mut self.scratch);
            for &sample in &samples[..inside] {
                self.dense.append((sample - time) / step, state, &self.next, sampled);
            }
        }
        for _ in inside..due {
            sampled.extend_from_slice(&self.next);
        }
        *samples = &samples[due..];
    }
}

/// Fits a step to the end: lands on it exactly, and halves the way rather than leaving a sliver. Returns the step and the time reached.
fn fit_step(wanted: f64, time: f64, end: f64) -> (f64, f64) {
    let remaining = end - time;
    if wanted >= remaining * (1.0 - 1e-9) {
        (remaining, end)
    } else if 2.0 * wanted > remaining {
        (0.5 * remaining, time + 0.5 * remaining)
    } else {
        (wanted, time + wanted)
    }
}

#[cfg(test)]
#[path = "rodas5p_tests.rs"]
mod tests;
