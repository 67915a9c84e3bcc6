//! The non-stiff method: Dop853 of the `ode_solvers` package (Dormand–Prince, order 8; E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary
//! Differential Equations I, 1993) behind the interface of the others.
//!
//! The package has one absolute tolerance for all states, so states are measured in units of their own tolerance. It keeps every step it makes,
//! so it is called for a limited number of steps at a time. Its table of stage times has 0 for the twelfth stage, whose time is the end of the step
//! (version 0.6.2): a system that depends on time is therefore given a clock, a further state of rate 1, and reads its time there; the other
//! coefficients are right, as the order of the errors shows. Its step control uses the standard library's powers, whose last bit depends on the
//! processor: unlike the other methods, this one need not give the same bits everywhere.

use std::cell::{Cell, RefCell};

use ode_solvers::dop_shared::{IntegrationError, System};
use ode_solvers::dop853::Dop853;
use ode_solvers::{DVector, OutputType};

use super::dynamics::Dynamics;
use super::error::SolveError;
use super::integrator::{Integrator, SignGuard, Violation, require_finite};
use super::options::Options;
use super::schedule::Segment;
use super::trajectory::Statistics;

/// Steps per call of the package.
const STEPS_PER_CALL: usize = 2000;
/// The package tests for stiffness every so many accepted steps.
const STIFFNESS_TEST_EVERY: u32 = 100;
/// Unit of a state without error control.
const LARGEST_UNIT: f64 = 1e100;

/// Dop853 with its workspace.
pub(crate) struct NonStiff<'a> {
    options: &'a Options<'a>,
    units: Vec<f64>,
    guard: RefCell<SignGuard>,
    statistics: Statistics,
}

/// The right-hand side in scaled states, and what happened while it was evaluated.
struct Scaled<'a, 'd> {
    dynamics: RefCell<&'d mut dyn Dynamics>,
    options: &'a Options<'a>,
    units: &'a [f64],
    inputs: &'a [(usize, f64)],
    /// Where the clock, which follows the states, started (min); `None` for a system that does not depend on time.
    clock_start: Option<f64>,
    guard: &'a RefCell<SignGuard>,
    state: RefCell<Vec<f64>>,
    rates: RefCell<Vec<f64>>,
    evaluations: Cell<usize>,
    accepted: Cell<usize>,
    reached: Cell<f64>,
    longest_step: Cell<f64>,
    not_finite: Cell<Option<(f64, usize)>>,
    violation: Cell<Option<(f64, Violation)>>,
    cancelled: Cell<bool>,
}

impl System<f64, DVector<f64>> for &Scaled<'_, '_> {
    fn system(&self, time: f64, scaled: &DVector<f64>, scaled_rates: &mut DVector<f64>) {
        let mut state = self.state.borrow_mut();
        let mut rates = self.rates.borrow_mut();
        state.iter_mut().zip(scaled.iter()).zip(self.units).for_each(|((value, scaled), unit)| *value = scaled * unit);
        let time = self.clock_start.map_or(time, |start| start + scaled[state.len()]);
        self.dynamics.borrow_mut().rates(time, &state, &mut rates);
        self.inputs.iter().for_each(|&(index, rate)| rates[index] += rate);
        self.evaluations.set(self.evaluations.get() + 1);
        if let Some(index) = rates.iter().position(|rate| !rate.is_finite()) {
            self.not_finite.set(Some((time, index)));
        }
        scaled_rates.iter_mut().zip(rates.iter()).zip(self.units).for_each(|((scaled, rate), unit)| *scaled = rate / unit);
        if self.clock_start.is_some() {
            scaled_rates[state.len()] = 1.0;
        }
    }

    fn solout(&mut self, time: f64, scaled: &DVector<f64>, _rates: &DVector<f64>) -> bool {
        let mut state = self.state.borrow_mut();
        state.iter_mut().zip(scaled.iter()).zip(self.units).for_each(|((value, scaled), unit)| *value = scaled * unit);
        self.accepted.set(self.accepted.get() + 1);
        self.longest_step.set(self.longest_step.get().max(time - self.reached.get()));
        self.reached.set(time);
        self.not_finite.set(None);
        self.cancelled.set(self.options.cancelled());
        let violation = self.guard.borrow_mut().check(self.options, &state).map(|violation| (time, violation));
        self.violation.set(violation);
        violation.is_some() || self.cancelled.get()
    }
}

impl<'a> NonStiff<'a> {
    /// A method for a span that starts from `initial`.
    pub(crate) fn new(options: &'a Options<'a>, initial: &[f64]) -> NonStiff<'a> {
        NonStiff {
            options,
            units: options.absolute_tolerances.iter().map(|tolerance| tolerance.min(LARGEST_UNIT)).collect(),
            guard: RefCell::new(SignGuard::new(options, initial)),
            statistics: Statistics::default(),
        }
    }

    /// Integrates to `target`, in as many calls of the package as it takes. `step`: the first to try, 0 for the package's own guess.
    /// Returns the longest step made.
    fn integrate(
        &mut self,
        dynamics: &mut dyn Dynamics,
        mut time: f64,
        target: f64,
        inputs: &[(usize, f64)],
        state: &mut [f64],
        mut step: f64,
    ) -> Result<f64, SolveError> {
        let mut longest = 0.0f64;
        while time < target {
            let spent = self.statistics.steps + self.statistics.rejected;
            let left = self.options.step_budget.saturating_sub(spent);
            if left == 0 {
                return Err(SolveError::StepBudget { time, budget: self.options.step_budget, state: 0 });
            }
            let clock_start = dynamics.depends_on_time().then_some(time);
            let scaled = Scaled {
                dynamics: RefCell::new(&mut *dynamics),
                clock_start,
                options: self.options,
                units: &self.units,
                inputs,
                guard: &self.guard,
                state: RefCell::new(state.to_vec()),
                rates: RefCell::new(vec![0.0; state.len()]),
                evaluations: Cell::new(0),
                accepted: Cell::new(0),
                reached: Cell::new(time),
                longest_step: Cell::new(0.0),
                not_finite: Cell::new(None),
                violation: Cell::new(None),
                cancelled: Cell::new(false),
            };
            let mut start: Vec<f64> = state.iter().zip(&self.units).map(|(value, unit)| value / unit).collect();
            start.extend(clock_start.map(|_| 0.0));
            let longest_allowed = self.options.maximum_step.min(target - time);
            let allowed = left.min(STEPS_PER_CALL) as u32;
            let mut stepper = Dop853::from_param(
                &scaled,
                time,
                target,
                0.0,
                DVector::from_vec(start),
                self.options.relative_tolerance,
                1.0,
                0.9,
                0.0,
                0.333,
                6.0,
                longest_allowed,
                step.min(longest_allowed),
                allowed,
                STIFFNESS_TEST_EVERY,
                OutputType::Sparse,
            );
            let outcome = stepper.integrate();
            self.statistics.rate_evaluations += scaled.evaluations.get();
            self.statistics.steps += scaled.accepted.get();
            if let Some((time, violation)) = scaled.violation.get() {
                return Err(violation.at(time));
            }
            if scaled.cancelled.get() || self.options.cancelled() {
                return Err(SolveError::Cancelled { time: scaled.reached.get() });
            }
            let not_finite = scaled.not_finite.get().map(|(time, state)| SolveError::NotFinite { time, state, quantity: "rate" });
            match (outcome, not_finite) {
                (Ok(statistics), _) => {
                    self.statistics.rejected += statistics.rejected_steps as usize;
                    time = target;
                }
                (Err(_), Some(error)) => return Err(error),
                (Err(IntegrationError::MaxNumStepReached { .. }), None) => {
                    self.statistics.rejected += (allowed as usize).saturating_sub(scaled.accepted.get());
                    time = scaled.reached.get();
                }
                (Err(IntegrationError::StiffnessDetected { x }), None) => return Err(SolveError::Stiff { time: x }),
                (Err(IntegrationError::StepSizeUnderflow { x }), None) => {
                    return Err(SolveError::StepTooSmall { time: x, step: f64::EPSILON * x.abs(), state: 0 });
                }
            }
            if let Some(last) = stepper.y_out().last() {
                state.iter_mut().zip(last.iter()).zip(&self.units).for_each(|((value, scaled), unit)| *value = scaled * unit);
            }
            longest = longest.max(scaled.longest_step.get());
            step = scaled.longest_step.get();
        }
        Ok(longest)
    }
}

impl Integrator for NonStiff<'_> {
    fn advance(
        &mut self,
        dynamics: &mut dyn Dynamics,
        segment: &Segment,
        samples: &[f64],
        state: &mut [f64],
        sampled: &mut Vec<f64>,
    ) -> Result<(), SolveError> {
        if state.is_empty() {
            // The package's error norm divides by the number of states.
            return Ok(());
        }
        let mut rates = vec![0.0; state.len()];
        dynamics.rates(segment.start, state, &mut rates);
        require_finite(&rates, segment.start, "rate")?;
        let mut time = segment.start;
        let mut step = 0.0;
        for &sample in samples {
            if sample > time {
                step = self.integrate(dynamics, time, sample, &segment.inputs, state, step)?;
                time = sample;
            }
            sampled.extend_from_slice(state);
        }
        if segment.stop > time {
            self.integrate(dynamics, time, segment.stop, &segment.inputs, state, step)?;
        }
        Ok(())
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
