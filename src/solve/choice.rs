//! Which method suits a system, and the sentence that says why.

use super::dynamics::Dynamics;
use super::options::{MethodChoice, Options, Span};
use super::schedule::Schedule;
use super::trajectory::Method;

/// Linear systems with more states than this are integrated: a matrix exponential takes time with the third power of their number.
pub const MAXIMUM_EXACT_STATES: usize = 400;

/// Fastest rate times span beyond which a system counts as stiff. Stability alone would then ask the explicit method for this number over 6 steps
/// of 12 evaluations, which is what the stiff method takes for a whole solve.
pub const STIFFNESS_LIMIT: f64 = 1000.0;

/// A method and the reason for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub method: Method,
    pub reason: String,
}

/// Chooses the method for one solve.
pub(crate) fn choose(dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, span: &Span, options: &Options) -> Choice {
    let asked = |method| Choice { method, reason: format!("{method}, because it was asked for") };
    match options.method {
        MethodChoice::Exact => return asked(Method::Exact),
        MethodChoice::Stiff => return asked(Method::Stiff),
        MethodChoice::NonStiff => return asked(Method::NonStiff),
        MethodChoice::Automatic => {}
    }
    let chosen = |method, why: String| Choice { method, reason: format!("{method}, because {why}") };
    let why_not_exact = match dynamics.linear_states() {
        None => "not all rates are of first order".to_owned(),
        Some(_) if dynamics.depends_on_time() => "the rates depend on time".to_owned(),
        Some(count) if count > MAXIMUM_EXACT_STATES => {
            format!("{count} linear states are more than the {MAXIMUM_EXACT_STATES} worth a matrix exponential")
        }
        Some(count) => return chosen(Method::Exact, format!("its {count} states follow first-order kinetics with constant rates")),
    };
    let length = span.stop - span.start;
    match fastest_rate(dynamics, initial, schedule, span) {
        Some(rate) if rate * length <= STIFFNESS_LIMIT => chosen(
            Method::NonStiff,
            format!("{why_not_exact} and the fastest process, {rate:.2e} per min, is not fast over {length:.4} min"),
        ),
        Some(rate) => chosen(
            Method::Stiff,
            format!("{why_not_exact} and the fastest process, {rate:.2e} per min, is fast over {length:.4} min: stiff"),
        ),
        None => chosen(Method::Stiff, format!("{why_not_exact} and the speed of its processes could not be estimated")),
    }
}

/// Estimate of the fastest rate (per min): the larger of the initial state and the state with all doses of the span in place.
///
/// `max_i (|J_ii| + Σ_j √|J_ij J_ji|)` bounds the eigenvalues of systems without longer cycles and, unlike a norm, does not depend on units.
fn fastest_rate(dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, span: &Span) -> Option<f64> {
    let mut dosed = initial.to_vec();
    for segment in schedule.segments(span) {
        for (index, amount) in segment.boluses {
            dosed[index] += amount;
        }
        for (index, rate) in segment.inputs {
            dosed[index] += rate * (segment.stop - segment.start);
        }
    }
    let pattern = dynamics.jacobian_pattern().to_vec();
    let mut values = vec![0.0; pattern.len()];
    let mut fastest = None;
    for state in [initial, &dosed] {
        dynamics.jacobian(span.start, state, &mut values);
        let mut rates = vec![0.0; state.len()];
        for (&(row, column), &value) in pattern.iter().zip(&values) {
            rates[row] += if row == column {
                value.abs()
            } else {
                pattern.binary_search(&(column, row)).map_or(0.0, |mirror| crate::math::sqrt((value * values[mirror]).abs()))
            };
        }
        let largest = rates.iter().fold(0.0, |largest: f64, &rate| if rate.is_nan() { rate } else { largest.max(rate) });
        if largest.is_finite() {
            fastest = Some(f64::max(largest, fastest.unwrap_or(0.0)));
        }
    }
    fastest
}
