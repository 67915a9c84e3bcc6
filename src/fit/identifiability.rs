//! Which combinations of parameters the data do not see, from the Jacobian at one point alone.
//!
//! Along a direction of the null space the residuals do not change to first order. Where both of two parameters are positive and the direction is
//! d ln a = d ln b, only a/b can be known; d ln a = −d ln b leaves only a·b. This is a local statement, quick to have; the profile
//! ([`mod@crate::fit::profile`]) makes the global one.

use crate::fit::error::FitError;
use crate::fit::estimate::Estimate;
use crate::fit::least_squares::{Residuals, Settings};
use crate::fit::parameter::{FitParameter, Scale};
use crate::fit::scaled_problem::ScaledProblem;
use crate::fit::uncertainty::{Direction, TangentSpace};
use crate::fit::wording::listed;
use argmin::core::{Jacobian, Operator};
use nalgebra::{DMatrix, DVector};

/// Directions whose relative singular value is at most this are not seen: the squared inverse is beyond the digits of numerical derivatives.
pub const UNSEEN: f64 = 1e-6;
/// A parameter takes part in a direction with at least this share of its largest component.
const TAKES_PART: f64 = 0.02;
/// Two components are equal or opposite to this.
const EQUAL: f64 = 0.02;

/// One combination that the data do not see.
#[derive(Debug, Clone, PartialEq)]
pub struct UnseenDirection {
    /// Relative singular value; 0 for a direction that is not seen at all.
    pub relative_singular_value: f64,
    /// Places of the parameters that take part, with d ln p (d p for one whose value is zero or negative), the largest being ±1.
    pub components: Vec<(usize, f64)>,
    /// One sentence.
    pub words: String,
}

/// Residuals and their derivatives on the fitted scale at natural `values`.
///
/// # Errors
/// They cannot be computed there.
pub fn linearised(
    problem: &mut dyn Residuals,
    parameters: &[FitParameter],
    values: &[f64],
    settings: &Settings,
) -> Result<(DVector<f64>, DMatrix<f64>), FitError> {
    if values.len() != parameters.len() || problem.parameter_count() != parameters.len() {
        return Err(FitError::ParameterCount { expected: problem.parameter_count(), found: values.len() });
    }
    let scaled = ScaledProblem::new(problem, parameters, settings.difference_step);
    let at = DVector::from_iterator(values.len(), parameters.iter().zip(values).map(|(p, &v)| p.scale.transform(v)));
    let fault = |error: argmin::core::Error| FitError::Problem(format!("derivatives at the estimate: {error}"));
    let found = (&scaled).apply(&at).map_err(fault)?;
    Ok((found.residuals, (&scaled).jacobian(&at).map_err(fault)?))
}

/// What the data do not see at `estimate`, worst first; empty where every combination is seen.
pub fn unseen_directions(jacobian: &DMatrix<f64>, parameters: &[FitParameter], estimate: &Estimate) -> Vec<UnseenDirection> {
    let free: Vec<usize> = (0..parameters.len()).filter(|&i| estimate.parameters[i].at_bound.is_none()).collect();
    let directions = TangentSpace::new(jacobian, &free).directions();
    let unseen: Vec<Direction> = directions.into_iter().filter(|direction| direction.relative_singular_value <= UNSEEN).collect();
    // Of several unseen directions each is only one of many: then no pair is "all that is known".
    let alone = unseen.len() == 1;
    unseen.iter().map(|direction| in_words(direction, parameters, estimate, alone)).collect()
}

fn in_words(direction: &Direction, parameters: &[FitParameter], estimate: &Estimate, alone: bool) -> UnseenDirection {
    // From the fitted scale to relative changes of the value.
    let relative: Vec<f64> = direction
        .components
        .iter()
        .enumerate()
        .map(|(i, change)| {
            let value = estimate.parameters[i].value;
            let natural = change * parameters[i].scale.derivative(value);
            match parameters[i].scale {
                Scale::Logarithmic => *change,
                _ if value > 0.0 => natural / value,
                _ => natural,
            }
        })
        .collect();
    let most = relative.iter().copied().fold(0.0_f64, |most, c| if c.abs() > most.abs() { c } else { most });
    let components: Vec<(usize, f64)> =
        relative.iter().enumerate().filter(|(_, c)| c.abs() >= TAKES_PART * most.abs()).map(|(i, c)| (i, c / most)).collect();
    let name = |i: usize| parameters[i].name.as_str();
    let all_logarithmic = components.iter().all(|&(i, _)| parameters[i].scale == Scale::Logarithmic);
    let words = match components.as_slice() {
        [] => "No parameter is seen by the data.".to_owned(),
        [(i, _)] => format!("The data do not see `{}` at all: changing it alone changes no prediction.", name(*i)),
        [(i, a), (j, b)] if alone && all_logarithmic && (a.abs() - b.abs()).abs() <= EQUAL => format!(
            "Only the {} of {} is known from these data.",
            if a * b > 0.0 { "ratio" } else { "product" },
            listed([name(*i), name(*j)])
        ),
        many => {
            let changes: Vec<String> = many.iter().map(|&(i, c)| format!("`{}` by {c:+.2} %", name(i))).collect();
            format!(
                "Only combinations of {} are known: changing {} together changes no prediction.",
                listed(many.iter().map(|&(i, _)| name(i))),
                changes.join(", ")
            )
        }
    };
    UnseenDirection { relative_singular_value: direction.relative_singular_value, components, words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::least_squares::{ResidualFunction, fit};

    /// The unseen directions of y = f(p, x) at the end of a fit to 2·x/(1 + 0.1 x).
    fn unseen(parameters: &[FitParameter], model: impl Fn(&[f64], f64) -> f64) -> Vec<UnseenDirection> {
        let mut problem = ResidualFunction {
            parameter_count: parameters.len(),
            residual_count: 10,
            residuals: |p: &[f64], out: &mut [f64]| {
                for (i, r) in out.iter_mut().enumerate() {
                    let x = 0.5 * i as f64;
                    *r = 2.0 * x / (1.0 + 0.1 * x) + 0.01 * (5.0 * x).sin() - model(p, x);
                }
                Ok(())
            },
        };
        let settings = Settings::default();
        let estimate = fit(&mut problem, parameters, &settings).expect("fits");
        let (_, jacobian) = linearised(&mut problem, parameters, &estimate.values(), &settings).expect("computes");
        unseen_directions(&jacobian, parameters, &estimate)
    }

    #[test]
    fn product_and_ratio_are_told_apart() {
        let parameters = ["a", "b", "c"].map(|name| FitParameter::logarithmic(name, 0.7));
        let product = unseen(&parameters, |p, x| p[0] * p[1] * x / (1.0 + p[2] * x));
        assert_eq!(product.len(), 1);
        assert_eq!(product[0].words, "Only the product of `a` and `b` is known from these data.");
        let ratio = unseen(&parameters, |p, x| p[0] / p[1] * x / (1.0 + p[2] * x));
        assert_eq!(ratio[0].words, "Only the ratio of `a` and `b` is known from these data.");
    }

    #[test]
    fn a_parameter_without_effect_and_a_sum_are_named() {
        let parameters = [FitParameter::logarithmic("a", 0.7), FitParameter::logarithmic("c", 0.2), FitParameter::natural("idle", 3.0)];
        let found = unseen(&parameters, |p, x| p[0] * x / (1.0 + p[1] * x));
        assert_eq!(found[0].words, "The data do not see `idle` at all: changing it alone changes no prediction.");
        let parameters = [FitParameter::natural("a", 0.5), FitParameter::natural("b", 1.0), FitParameter::logarithmic("c", 0.2)];
        let found = unseen(&parameters, |p, x| (p[0] + p[1]) * x / (1.0 + p[2] * x));
        assert!(found[0].words.starts_with("Only combinations of `a` and `b` are known"), "{}", found[0].words);
    }

    #[test]
    fn of_three_factors_no_pair_is_said_to_be_known() {
        let parameters = ["a", "b", "d", "c"].map(|name| FitParameter::logarithmic(name, 0.7));
        let found = unseen(&parameters, |p, x| p[0] * p[1] * p[2] * x / (1.0 + p[3] * x));
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|u| u.words.starts_with("Only combinations of")), "{found:?}");
        // To first order a·b·d does not change along either; a factor that hardly takes part is left out of the list.
        assert!(found.iter().all(|u| u.components.iter().map(|c| c.1).sum::<f64>().abs() < TAKES_PART), "{found:?}");
    }

    #[test]
    fn a_regular_problem_has_none() {
        let parameters = ["a", "c"].map(|name| FitParameter::logarithmic(name, 0.7));
        assert!(unseen(&parameters, |p, x| p[0] * x / (1.0 + p[1] * x)).is_empty());
    }
}
