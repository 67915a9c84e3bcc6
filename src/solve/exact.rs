//! The exact method: linear systems by their propagator, with no step-size error.
//!
//! Between two recorded times the leading states and the quadratures that are linear in them are propagated at once. The other quadratures
//! (products of states, as in the Lea–Catcheside integral) are integrated over the exact trajectory by adaptive Gauss–Kronrod to 1e-12.

use super::dynamics::Dynamics;
use super::error::SolveError;
use super::gauss_kronrod::Panel;
use super::integrator::{Integrator, SignGuard, require_finite};
use super::linear_form::LinearForm;
use super::options::Options;
use super::propagator::{Integrals, Propagator};
use super::schedule::Segment;
use super::trajectory::Statistics;

/// Panels shorter than this part of their interval are taken as they are: halving them further would only sum up rounding.
const SHORTEST_PANEL: f64 = 1e-13;

/// Nodes of a Gauss–Kronrod panel.
const NODES: usize = 15;

/// Fastest rate that is propagated, per min. Beyond it the doubling of intervals runs out of powers of two and slow processes would stand still
/// unnoticed; no physical process is near it.
const FASTEST_RATE: f64 = 1e25;

/// The exact method with its workspace.
pub(crate) struct Exact<'a> {
    options: &'a Options<'a>,
    form: LinearForm,
    propagator: Propagator,
    guard: SignGuard,
    panel: Panel,
    statistics: Statistics,
}

impl<'a> Exact<'a> {
    /// Prepares the propagator for a span that starts from `initial`. `infused`: whether the schedule has infusions.
    pub(crate) fn new(
        dynamics: &mut dyn Dynamics,
        options: &'a Options<'a>,
        initial: &[f64],
        time: f64,
        infused: bool,
    ) -> Result<Exact<'a>, SolveError> {
        let form = LinearForm::of(dynamics, time)?;
        let fastest = form.matrix.iter().fold(0.0, |largest: f64, rate| largest.max(rate.abs()));
        if fastest > FASTEST_RATE {
            let problem = format!("its fastest rate is {fastest:e} per min, expected at most {FASTEST_RATE:e} per min");
            return Err(SolveError::NotLinear { problem });
        }
        let has_input = infused || form.production.iter().any(|&rate| rate != 0.0);
        let integrals = match (has_input, form.linear.is_empty()) {
            (false, true) => Integrals::None,
            (true, false) => Integrals::Second,
            _ => Integrals::First,
        };
        Ok(Exact {
            options,
            propagator: Propagator::new(form.size, &form.matrix, integrals),
            guard: SignGuard::new(options, initial),
            panel: Panel::new(form.nonlinear.len()),
            statistics: Statistics { rate_evaluations: 4, jacobian_evaluations: 4, ..Statistics::default() },
            form,
        })
    }

    /// Adds the non-linear quadratures over `[time, time + duration]` to `state`, whose leading states are those at `time`.
    fn add_nonlinear(
        &mut self,
        dynamics: &mut dyn Dynamics,
        time: f64,
        duration: f64,
        state: &mut [f64],
        input: Option<&[f64]>,
    ) -> Result<(), SolveError> {
        let size = self.form.size;
        let first = state[..size].to_vec();
        let mut argument = state.to_vec();
        let mut rates = vec![0.0; state.len()];
        let mut nodes = vec![0.0; NODES * size];
        let mut totals: Vec<f64> = self.form.nonlinear.iter().map(|&index| state[index]).collect();
        // Panels still to do, the leftmost on top: (offset, length).
        let mut pending = vec![(0.0, duration)];
        let mut panels = 0usize;
        while let Some((offset, length)) = pending.pop() {
            if self.options.cancelled() {
                return Err(SolveError::Cancelled { time: time + offset });
            }
            panels += 1;
            if panels > self.options.step_budget {
                let state = self.form.nonlinear[0];
                return Err(SolveError::StepBudget { time: time + offset, budget: self.options.step_budget, state });
            }
            let elapsed: [f64; NODES] = std::array::from_fn(|node| offset + Panel::fraction(node) * length);
            self.propagator.advance_each(&elapsed, &first, input, &mut nodes);
            for (node, elapsed) in elapsed.into_iter().enumerate() {
                argument[..size].copy_from_slice(&nodes[node * size..(node + 1) * size]);
                dynamics.rates(time + elapsed, &argument, &mut rates);
                for (value, &index) in self.panel.at(node).iter_mut().zip(&self.form.nonlinear) {
                    if !rates[index].is_finite() {
                        return Err(SolveError::NotFinite { time: time + elapsed, state: index, quantity: "rate" });
                    }
                    *value = rates[index];
                }
            }
            self.statistics.rate_evaluations += NODES;
            if self.panel.integrate(length, &totals) || length <= SHORTEST_PANEL * duration {
                totals.iter_mut().zip(&self.panel.integral).for_each(|(total, part)| *total += part);
            } else {
                self.statistics.rejected += 1;
                pending.push((offset + 0.5 * length, 0.5 * length));
                pending.push((offset, 0.5 * length));
            }
        }
        for (&total, &index) in totals.iter().zip(&self.form.nonlinear) {
            state[index] = total;
        }
        Ok(())
    }

    fn propagate(
        &mut self,
        dynamics: &mut dyn Dynamics,
        time: f64,
        target: f64,
        segment: &Segment,
        state: &mut [f64],
        input: Option<&[f64]>,
    ) -> Result<(), SolveError> {
        if self.options.cancelled() {
            return Err(SolveError::Cancelled { time });
        }
        let duration = target - time;
        if !self.form.nonlinear.is_empty() {
            self.add_nonlinear(dynamics, time, duration, state, input)?;
        }
        let size = self.form.size;
        if self.form.linear.is_empty() {
            self.propagator.advance(duration, &mut state[..size], input, None);
        } else {
            let mut integral = vec![0.0; size];
            self.propagator.advance(duration, &mut state[..size], input, Some(&mut integral));
            for quadrature in &self.form.linear {
                let sum: f64 = quadrature.weights.iter().map(|&(index, weight)| weight * integral[index]).sum();
                state[quadrature.state] += sum + quadrature.constant * duration;
            }
        }
        for &(index, rate) in segment.inputs.iter().filter(|entry| entry.0 >= size) {
            state[index] += rate * duration;
        }
        self.statistics.steps += 1;
        self.statistics.factorisations = self.propagator.squarings;
        require_finite(state, target, "value")?;
        match self.guard.check(self.options, state) {
            Some(violation) => Err(violation.at(target)),
            None => Ok(()),
        }
    }
}

impl Integrator for Exact<'_> {
    fn advance(
        &mut self,
        dynamics: &mut dyn Dynamics,
        segment: &Segment,
        samples: &[f64],
        state: &mut [f64],
        sampled: &mut Vec<f64>,
    ) -> Result<(), SolveError> {
        let mut input = self.form.production.clone();
        segment.inputs.iter().filter(|entry| entry.0 < self.form.size).for_each(|&(index, rate)| input[index] += rate);
        let input = input.iter().any(|&rate| rate != 0.0).then_some(input.as_slice());
        let mut time = segment.start;
        for &sample in samples {
            if sample > time {
                self.propagate(dynamics, time, sample, segment, state, input)?;
                time = sample;
            }
            sampled.extend_from_slice(state);
        }
        if segment.stop > time {
            self.propagate(dynamics, time, segment.stop, segment, state, input)?;
        }
        Ok(())
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
