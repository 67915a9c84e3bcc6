//! What the caller decides about a solve: the span of time and its samples, tolerances, method, limits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::error::SolveError;

/// The stretch of time to solve and the times at which the state is wanted; all in min.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Span {
    /// Time of the initial state, min.
    pub start: f64,
    /// Time of the final state, min; not before `start`. Equal to it: nothing happens, no dose is given.
    pub stop: f64,
    /// Times at which the state is recorded, min: ascending, within `[start, stop]`; repeated times are allowed.
    pub samples: Vec<f64>,
}

/// Which method solves the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MethodChoice {
    /// Exact if the system is linear, otherwise by the estimated stiffness.
    #[default]
    Automatic,
    /// The propagator of a linear system; an error if the system is not of that form.
    Exact,
    /// Rodas5P.
    Stiff,
    /// Dop853.
    NonStiff,
}

/// How the stiff method reaches the sample times. The others always land on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// Landing for few samples (up to [`FEW_SAMPLES`]), interpolation for more: values to be reported are as good as the steps, curves cost little.
    #[default]
    Automatic,
    /// Interpolation of order 4 inside the steps: samples cost almost nothing and do not change the steps. Its error is not controlled: typically
    /// about the relative tolerance, at worst some tens of it, where the steps themselves are ten times better (`docs/validation.md`).
    Dense,
    /// Steps end at every sample time: samples have the full order 5, and the steps depend on them.
    Landing,
}

/// Samples of one span up to which [`Sampling::Automatic`] lands on every one.
pub const FEW_SAMPLES: usize = 64;

impl Sampling {
    /// Whether steps end at the samples of a span with this many of them.
    pub(crate) fn lands(self, samples: usize) -> bool {
        match self {
            Sampling::Automatic => samples <= FEW_SAMPLES,
            Sampling::Dense => false,
            Sampling::Landing => true,
        }
    }
}

/// Tolerances, method and limits of one solve.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// Local error allowed relative to each state, between 1e-14 and 0.1.
    pub relative_tolerance: f64,
    /// Local error allowed for each state in its own unit: one positive number per state. Infinity takes a state out of the error control.
    pub absolute_tolerances: Vec<f64>,
    /// States that cannot be negative: one flag per state, or empty for none. See [`SolveError::Negative`].
    pub non_negative: Vec<bool>,
    /// Attempted steps allowed over the whole span (for the exact method: panels of its quadratures).
    pub step_budget: usize,
    /// Time on the clock allowed for the whole span (stiff method); `None` for any. What it stops depends on the machine, and in
    /// lanes on the company, whose work is on the same clock: the step budget does not.
    pub time_budget: Option<Duration>,
    /// Longest step, min; infinity for none. Worth setting only where rates have short pulses in time.
    pub maximum_step: f64,
    /// Which method solves the system.
    pub method: MethodChoice,
    /// How the stiff method reaches the sample times.
    pub sampling: Sampling,
    /// When this becomes true the solve stops with [`SolveError::Cancelled`].
    pub cancel: Option<&'a AtomicBool>,
}

impl<'a> Options<'a> {
    /// Options with these tolerances; no state declared non-negative, 100 000 steps, automatic method and sampling, no cancellation.
    pub fn new(relative_tolerance: f64, absolute_tolerances: Vec<f64>) -> Options<'a> {
        Options {
            relative_tolerance,
            absolute_tolerances,
            non_negative: Vec::new(),
            step_budget: 100_000,
            time_budget: None,
            maximum_step: f64::INFINITY,
            method: MethodChoice::Automatic,
            sampling: Sampling::Automatic,
            cancel: None,
        }
    }

    /// The same options with another method.
    #[must_use]
    pub fn with_method(mut self, method: MethodChoice) -> Options<'a> {
        self.method = method;
        self
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Error tolerated in state `index` where its size is `size`.
    #[inline]
    pub(crate) fn tolerated(&self, index: usize, size: f64) -> f64 {
        self.absolute_tolerances[index] + self.relative_tolerance * size
    }

    pub(crate) fn check(&self, state_count: usize) -> Result<(), SolveError> {
        check_tolerances(&self.absolute_tolerances, state_count)?;
        self.check_shared(state_count)
    }

    /// Checks all but the absolute tolerances, which every job of a cohort brings itself.
    pub(crate) fn check_shared(&self, state_count: usize) -> Result<(), SolveError> {
        let problem = |problem: String| Err(SolveError::Options { problem });
        if !(1e-14..=0.1).contains(&self.relative_tolerance) {
            return problem(format!("the relative tolerance is {}, expected 1e-14 to 0.1", self.relative_tolerance));
        }
        if !self.non_negative.is_empty() && self.non_negative.len() != state_count {
            return problem(format!("{} flags of non-negative states were given for {state_count} states", self.non_negative.len()));
        }
        if self.maximum_step.is_nan() || self.maximum_step <= 0.0 {
            return problem(format!("the longest step is {} min, expected a positive number", self.maximum_step));
        }
        if self.step_budget == 0 {
            return problem("the step budget is 0, expected at least one step".to_owned());
        }
        Ok(())
    }
}

/// Checks absolute tolerances against a system of `state_count` states.
pub(crate) fn check_tolerances(tolerances: &[f64], state_count: usize) -> Result<(), SolveError> {
    let problem = |problem: String| Err(SolveError::Options { problem });
    if tolerances.len() != state_count {
        return problem(format!("{} absolute tolerances were given for {state_count} states", tolerances.len()));
    }
    match tolerances.iter().position(|&value| value.is_nan() || value <= 0.0) {
        Some(index) => problem(format!("the absolute tolerance of state {index} is {}, expected a positive number", tolerances[index])),
        None => Ok(()),
    }
}

impl Span {
    pub(crate) fn check(&self) -> Result<(), SolveError> {
        let problem = |problem: String| Err(SolveError::Span { problem });
        if !self.start.is_finite() || !self.stop.is_finite() {
            return problem(format!("it reaches from {} to {} min, expected finite times", self.start, self.stop));
        }
        if self.stop < self.start {
            return problem(format!("it ends at {} min before it starts at {} min", self.stop, self.start));
        }
        let mut before = self.start;
        for &time in &self.samples {
            if !(self.start..=self.stop).contains(&time) {
                return problem(format!("the sample time {time} min is outside {} to {} min", self.start, self.stop));
            }
            if time < before {
                return problem(format!("the sample time {time} min comes after {before} min, expected ascending times"));
            }
            before = time;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_make_no_sense_are_refused() {
        let span = |start, stop, samples: &[f64]| Span { start, stop, samples: samples.to_vec() }.check();
        assert!(span(0.0, 0.0, &[0.0, 0.0]).is_ok());
        assert!(span(1.0, 0.0, &[]).is_err());
        assert!(span(0.0, f64::NAN, &[]).is_err());
        assert!(span(0.0, 1.0, &[0.5, 0.2]).is_err());
        assert!(span(0.0, 1.0, &[1.5]).is_err());
        assert!(span(0.0, 1.0, &[f64::NAN]).is_err());
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let good = Options::new(1e-6, vec![1e-9, f64::INFINITY]);
        assert!(good.check(2).is_ok());
        assert!(good.check(3).is_err());
        for change in [
            (|options: &mut Options| options.relative_tolerance = 0.0) as fn(&mut Options),
            |options| options.relative_tolerance = f64::NAN,
            |options| options.absolute_tolerances[0] = 0.0,
            |options| options.absolute_tolerances[1] = f64::NAN,
            |options| options.non_negative = vec![true],
            |options| options.step_budget = 0,
            |options| options.maximum_step = -1.0,
        ] {
            let mut bad = good.clone();
            change(&mut bad);
            assert!(matches!(bad.check(2), Err(SolveError::Options { .. })), "{bad:?}");
        }
    }
}
