//! Length of the steps of the stiff method: the predictive controller of K. Gustafsson (ACM Trans. Math. Softw. 20 (1994) 496) for an error
//! estimate of order 4, with the limits usual for Rosenbrock methods, and the length of the first step.

/// Safety factor on every predicted step.
const SAFETY: f64 = 0.9;
/// Most by which a step may grow.
const LARGEST_GROWTH: f64 = 6.0;
/// Most by which a step may shrink at once.
const LARGEST_SHRINKAGE: f64 = 0.2;
/// Shortest step in parts of the time: four units in its last place.
const SHORTEST_STEP: f64 = 4.0 * f64::EPSILON;
/// One over the order of the local error.
const EXPONENT: f64 = 0.2;

/// Remembers the last accepted step of a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StepControl {
    accepted: Option<(f64, f64)>,
    refused: bool,
}

impl StepControl {
    /// Length of the step after one of length `step` with scaled error `error ≤ 1` was accepted.
    pub(crate) fn after_success(&mut self, step: f64, error: f64) -> f64 {
        let mut room = 1.0 / error.max(f64::MIN_POSITIVE);
        if let Some((previous_step, previous_error)) = self.accepted {
            // the predicted step: the ratio of the steps goes under the root too, so that one root serves both
            let ratio = step / previous_step;
            let squared = ratio * ratio;
            room = room.min(squared * squared * ratio * previous_error / (error * error).max(f64::MIN_POSITIVE));
        }
        let mut growth = growth(room);
        if self.refused {
            growth = growth.min(1.0);
        }
        self.accepted = Some((step, error.max(1e-2)));
        self.refused = false;
        step * growth
    }

    /// Length of the step to try after one of length `step` was refused for its scaled error (`None`: it could not be computed).
    pub(crate) fn after_failure(&mut self, step: f64, error: Option<f64>) -> f64 {
        self.refused = true;
        step * error.map_or(LARGEST_SHRINKAGE, plain_growth).min(SAFETY)
    }
}

fn plain_growth(error: f64) -> f64 {
    growth(1.0 / error.max(f64::MIN_POSITIVE))
}

/// The growth that an error smaller by the factor `room` than the allowed one permits: its fifth root, within the limits. Exponential and logarithm
/// cost a third of a power, and every lane needs one per step.
fn growth(room: f64) -> f64 {
    let root = crate::math::exp(EXPONENT * crate::math::log(room.max(f64::MIN_POSITIVE)));
    (SAFETY * root).clamp(LARGEST_SHRINKAGE, LARGEST_GROWTH)
}

/// First step of a segment of `length`, from the scaled norms of the first and second derivative.
///
/// Their ratio is the time in which the rates change; a method of order 5 meets the tolerance ε with about ε^(1/5) of it. The ratio does not
/// depend on how empty the compartments are before a dose, which the size of the state itself would.
pub(crate) fn first_step(length: f64, relative_tolerance: f64, first_derivative: f64, second_derivative: f64) -> f64 {
    let step = 0.5 * crate::math::pow(relative_tolerance, EXPONENT) * first_derivative / second_derivative;
    if step.is_finite() && step > 0.0 { step.min(length) } else { 0.01 * length }
}

/// Fits a step to the end: lands on it exactly, and halves the way rather than leaving a sliver. Returns the step and the time reached, which is
/// `time` itself where the step is too short for the clock.
pub(crate) fn fit_step(wanted: f64, time: f64, end: f64) -> (f64, f64) {
    // the step is what the clock really advances: with a time far larger than the step, `time + wanted` is rounded
    let to = |reached: f64| (reached - time, reached);
    let remaining = end - time;
    if wanted >= remaining * (1.0 - 1e-9) {
        to(end)
    } else if wanted < SHORTEST_STEP * time.abs() {
        // rounding would make more of it than was wanted
        (wanted, time)
    } else if 2.0 * wanted > remaining {
        to(time + 0.5 * remaining)
    } else {
        to(time + wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_and_shrink_within_their_limits() {
        let mut control = StepControl::default();
        assert_eq!(control.after_success(1.0, 0.0), 6.0);
        assert_eq!(control.after_failure(1.0, Some(1e9)), 0.2);
        assert_eq!(control.after_failure(1.0, None), 0.2);
        assert_eq!(control.after_success(1.0, 1e-9), 1.0, "no growth right after a refusal");
        assert!(control.after_failure(1.0, Some(1.0)) <= 0.9, "a refused step always shrinks");
    }

    #[test]
    fn the_first_step_is_a_fraction_of_the_time_in_which_the_rates_change() {
        let step = first_step(1000.0, 1e-5, 3.0, 6.0);
        assert!((step - 0.025).abs() < 1e-15);
        assert_eq!(first_step(1000.0, 1e-5, 0.0, 0.0), 10.0);
        assert_eq!(first_step(1e-3, 1e-5, 3.0, 6.0), 1e-3);
    }
}
