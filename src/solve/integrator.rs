//! What every method offers to `drive`, and the guard of states that cannot be negative.

use super::dynamics::Dynamics;
use super::error::SolveError;
use super::options::Options;
use super::schedule::Segment;
use super::trajectory::Statistics;

/// A method, with its workspace, for one system and one set of options.
pub(crate) trait Integrator {
    /// Moves `state` from the start of the segment (after its boluses) to its end, and appends the state at each of `samples`
    /// (ascending, in `(start, stop]`) to `sampled`.
    fn advance(
        &mut self,
        dynamics: &mut dyn Dynamics,
        segment: &Segment,
        samples: &[f64],
        state: &mut [f64],
        sampled: &mut Vec<f64>,
    ) -> Result<(), SolveError>;

    /// What was spent so far.
    fn statistics(&self) -> Statistics;
}

/// Notices states below −10 × (absolute tolerance + relative tolerance × largest value so far).
///
/// The allowance is relative to the largest value since the start of the span because that is what the local errors were relative to.
/// A negative value within the allowance is passed on as it is: clipping would create matter.
#[derive(Debug, Clone)]
pub(crate) struct SignGuard {
    guarded: Vec<u32>,
    largest: Vec<f64>,
    floor: Vec<f64>,
}

/// A guarded state below its allowance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Violation {
    pub state: usize,
    pub value: f64,
    pub allowed: f64,
}

impl Violation {
    pub(crate) fn at(self, time: f64) -> SolveError {
        SolveError::Negative { time, state: self.state, value: self.value, allowed: self.allowed }
    }
}

impl SignGuard {
    /// A guard for a span that starts from `initial`. What is already slightly negative there may stay so: an earlier span allowed it.
    pub(crate) fn new(options: &Options, initial: &[f64]) -> SignGuard {
        let guarded: Vec<u32> =
            (0..initial.len() as u32).filter(|&index| options.non_negative.get(index as usize) == Some(&true)).collect();
        SignGuard {
            largest: guarded.iter().map(|&index| initial[index as usize].max(0.0)).collect(),
            floor: guarded.iter().map(|&index| 2.0 * initial[index as usize].min(0.0)).collect(),
            guarded,
        }
    }

    /// The first guarded state that is too negative, if any. Remembers the largest values.
    #[inline]
    pub(crate) fn check(&mut self, options: &Options, state: &[f64]) -> Option<Violation> {
        for ((&index, largest), &floor) in self.guarded.iter().zip(&mut self.largest).zip(&self.floor) {
            let value = state[index as usize];
            if value >= 0.0 {
                *largest = largest.max(value);
            } else {
                let allowed = (-10.0 * options.tolerated(index as usize, *largest)).min(floor);
                if value < allowed {
                    return Some(Violation { state: index as usize, value, allowed });
                }
            }
        }
        None
    }
}

/// The first state whose value is not finite, as an error.
pub(crate) fn require_finite(values: &[f64], time: f64, quantity: &'static str) -> Result<(), SolveError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(state) => Err(SolveError::NotFinite { time, state, quantity }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_allows_what_the_tolerances_explain() {
        let mut options = Options::new(1e-6, vec![1e-9; 2]);
        options.non_negative = vec![true, false];
        let mut guard = SignGuard::new(&options, &[100.0, 0.0]);
        assert_eq!(guard.check(&options, &[-0.9e-3, -5.0]), None, "10 × 1e-6 × 100");
        let violation = guard.check(&options, &[-1.1e-3, -5.0]).expect("below the allowance");
        assert_eq!(violation.state, 0);
        let mut empty = SignGuard::new(&options, &[-3e-8, 0.0]);
        assert_eq!(empty.check(&options, &[-4e-8, 0.0]), None, "was already negative");
        assert!(empty.check(&options, &[-7e-8, 0.0]).is_some());
    }
}
