//! Directions in which a solution is differentiated: chosen parameters, initial amounts and doses, each at its own rate.

use crate::model::system::Tangents;
use crate::solve::error::SolveError;
use crate::solve::options::Span;
use crate::solve::schedule::{Schedule, Segment};

/// One direction. The sensitivity along it is the derivative of the solution to ε where parameters, initial amounts and doses are
/// `p + ε ṗ`, `x(0) + ε ẋ(0)` and `dose + ε ḋose`. Directions add up: the sensitivity along a sum is the sum of the sensitivities.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// ṗ: one rate for each parameter that the tangents chose, in their order, in the parameter's own unit.
    pub parameters: Vec<f64>,
    /// ẋ at the start of the span: one rate for each state, in the state's own unit.
    pub initial: Vec<f64>,
    /// ḋose: boluses and infusions at instants at which the schedule has doses too (the times of doses do not move). Amounts may be negative.
    pub doses: Schedule,
}

impl Direction {
    /// Nothing moves: the direction to begin with.
    pub fn still(tangents: &Tangents) -> Direction {
        Direction { parameters: vec![0.0; tangents.chosen().len()], initial: vec![0.0; tangents.state_count()], doses: Schedule::default() }
    }

    /// The chosen parameter number `position` moves at `rate`, and the initial amounts that follow from it with it. `parameters` are the patient's.
    pub fn of_parameter(tangents: &Tangents, parameters: &[f64], position: usize, rate: f64) -> Direction {
        let mut direction = Direction::still(tangents);
        direction.parameters[position] = rate;
        direction.initial = tangents.initial_tangent(parameters, &direction.parameters);
        direction
    }

    /// The amount in `state` at the start of the span moves at the rate 1.
    pub fn of_initial_amount(tangents: &Tangents, state: usize) -> Direction {
        let mut direction = Direction::still(tangents);
        direction.initial[state] = 1.0;
        direction
    }

    /// Doses move at the rates that `doses` gives as amounts.
    pub fn of_doses(tangents: &Tangents, doses: Schedule) -> Direction {
        Direction { doses, ..Direction::still(tangents) }
    }

    /// Checks a direction against the span's segments, which the schedule has cut.
    pub(crate) fn check(&self, tangents: &Tangents, span: &Span, segments: &[Segment]) -> Result<(), SolveError> {
        let problem = |problem: String| Err(SolveError::Direction { problem });
        let (chosen, states) = (tangents.chosen().len(), tangents.state_count());
        if self.parameters.len() != chosen || self.initial.len() != states {
            return problem(format!(
                "it has {} rates for {chosen} chosen parameters and {} for {states} states",
                self.parameters.len(),
                self.initial.len()
            ));
        }
        let amounts = self.doses.boluses.iter().flat_map(|bolus| &bolus.amounts);
        let rates = self.doses.infusions.iter().flat_map(|infusion| &infusion.rates);
        for &(state, _) in amounts.clone().chain(rates.clone()) {
            if state >= states {
                return problem(format!("it moves a dose to state {state}, but there are {states} states"));
            }
        }
        let of_doses = amounts.chain(rates).map(|&(_, value)| value);
        if self.parameters.iter().chain(&self.initial).copied().chain(of_doses).any(|value| !value.is_finite()) {
            return problem("one of its rates is not a finite number".to_owned());
        }
        let instants = self.doses.boluses.iter().map(|bolus| bolus.time);
        let ends = self.doses.infusions.iter().flat_map(|infusion| [infusion.start, infusion.stop]);
        for time in instants.chain(ends) {
            let inside = time > span.start && time < span.stop;
            if time.is_nan() || inside && !segments.iter().any(|segment| segment.start == time) {
                return problem(format!("it moves a dose at {time} min, where the schedule has none"));
            }
        }
        Ok(())
    }
}
