//! Why a solve could not be finished: at which time, in which state, what was found and what was expected.

/// A solve that could not be finished. Times in min; values in the unit of the state they belong to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// The dosing schedule contradicts itself or the system.
    #[error("the dosing schedule cannot be used: {problem}")]
    Schedule {
        /// What was found and what was expected.
        problem: String,
    },
    /// The span of time or its sample times contradict themselves.
    #[error("the time span cannot be used: {problem}")]
    Span {
        /// What was found and what was expected.
        problem: String,
    },
    /// The options contradict themselves or the system.
    #[error("the solver options cannot be used: {problem}")]
    Options {
        /// What was found and what was expected.
        problem: String,
    },
    /// The parameters do not fit the system.
    #[error("the parameters cannot be used: {problem}")]
    Parameters {
        /// What was found and what was expected.
        problem: String,
    },
    /// The initial state does not fit the system.
    #[error("the initial state cannot be used: {problem}")]
    Initial {
        /// What was found and what was expected.
        problem: String,
    },
    /// The system contradicts what it says of itself (pattern, linearity).
    #[error("the system contradicts itself: {problem}")]
    System {
        /// What was found and what was expected.
        problem: String,
    },
    /// A direction of sensitivities contradicts the system or the schedule.
    #[error("a direction of sensitivities cannot be used: {problem}")]
    Direction {
        /// What was found and what was expected.
        problem: String,
    },
    /// The exact method was asked for, but the system is not linear with constant coefficients.
    #[error("the exact method cannot be used: {problem}")]
    NotLinear {
        /// What keeps the system from being solved exactly.
        problem: String,
    },
    /// All steps allowed were used before the end.
    #[error("all {budget} steps allowed were used up at {time} min; state {state} limits the step")]
    StepBudget {
        /// Time reached, min.
        time: f64,
        /// Steps allowed.
        budget: usize,
        /// State with the largest error in the last step tried.
        state: usize,
    },
    /// The time on the clock allowed was used up before the end.
    #[error("the {seconds} s allowed were used up at {time} min; state {state} limits the step")]
    TimeBudget {
        /// Time reached, min.
        time: f64,
        /// Seconds allowed.
        seconds: f64,
        /// State with the largest error in the last step tried.
        state: usize,
    },
    /// The tolerance cannot be met by any step that still advances the time.
    #[error("the step became too small ({step:e} min) at {time} min; state {state} limits it")]
    StepTooSmall {
        /// Time reached, min.
        time: f64,
        /// Step that was refused, min.
        step: f64,
        /// State with the largest error in that step.
        state: usize,
    },
    /// A rate, a Jacobian entry or a state is not a finite number.
    #[error("the {quantity} of state {state} is not a finite number at {time} min")]
    NotFinite {
        /// Time, min.
        time: f64,
        /// State concerned.
        state: usize,
        /// What is not finite: "rate", "value", …
        quantity: &'static str,
    },
    /// A state that cannot be negative is, by more than 10 × (its absolute tolerance + relative tolerance × its largest value so far).
    #[error("state {state} became negative at {time} min: {value}, where rounding and tolerance explain at most {allowed}")]
    Negative {
        /// Time, min.
        time: f64,
        /// State concerned.
        state: usize,
        /// Its value.
        value: f64,
        /// The least value that would have been accepted.
        allowed: f64,
    },
    /// The explicit method met a stiff system.
    #[error("the system became stiff at {time} min: the non-stiff method would need too many steps; use the stiff method")]
    Stiff {
        /// Time reached, min.
        time: f64,
    },
    /// The caller asked to stop.
    #[error("cancelled at {time} min")]
    Cancelled {
        /// Time reached, min.
        time: f64,
    },
}

impl SolveError {
    /// Time at which the solve failed (min), where there is one.
    pub fn time(&self) -> Option<f64> {
        match *self {
            SolveError::StepBudget { time, .. }
            | SolveError::TimeBudget { time, .. }
            | SolveError::StepTooSmall { time, .. }
            | SolveError::NotFinite { time, .. }
            | SolveError::Negative { time, .. }
            | SolveError::Stiff { time }
            | SolveError::Cancelled { time } => Some(time),
            _ => None,
        }
    }

    /// Index of the state that made the solve fail, where there is one.
    pub fn state(&self) -> Option<usize> {
        match *self {
            SolveError::StepBudget { state, .. }
            | SolveError::TimeBudget { state, .. }
            | SolveError::StepTooSmall { state, .. }
            | SolveError::NotFinite { state, .. }
            | SolveError::Negative { state, .. } => Some(state),
            _ => None,
        }
    }

    /// The message with the state's name instead of its index.
    pub fn message(&self, name_of: impl Fn(usize) -> String) -> String {
        let text = self.to_string();
        match self.state() {
            Some(state) => text.replacen(&format!("state {state}"), &name_of(state), 1),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_the_state() {
        let error = SolveError::StepTooSmall { time: 3.5, step: 1e-17, state: 2 };
        assert_eq!(
            error.message(|index| ["plasma", "liver", "kidney"][index].to_owned()),
            "the step became too small (1e-17 min) at 3.5 min; kidney limits it"
        );
        assert_eq!(error.time(), Some(3.5));
        assert_eq!(SolveError::Cancelled { time: 1.0 }.state(), None);
    }
}
