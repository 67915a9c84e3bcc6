//! What a fit found: values, standard errors, intervals, correlations, and every reason for doubt.

use crate::fit::levenberg_marquardt::FitPoint;
use crate::fit::parameter::{FitParameter, Scale};
use crate::fit::scaled_problem::{natural_values, transformed_bounds};
use crate::fit::uncertainty::TangentSpace;
use crate::random::standard_normal_quantile;
use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Above this the columns of the Jacobian are so nearly dependent that standard errors mean little.
const LARGE_CONDITION_NUMBER: f64 = 1e6;

/// Where the variance of a weighted residual comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VarianceChoice {
    /// s² = WSS/(n − p): the weights are only relative, their common factor is estimated from the scatter. Intervals by Student's t.
    Estimated,
    /// 1: the weights are the true standard deviations. Intervals by the normal distribution.
    Given,
}

/// Why the optimiser stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Termination {
    /// Residuals orthogonal to the tangent space: the gradient is zero.
    Gradient,
    /// The undamped step is negligible against the parameters.
    RelativeStep,
    /// The sum of squares cannot be lowered any more, the gradient being acceptably small.
    CostChange,
    /// All residuals are zero.
    ExactFit,
    /// No step lowers the sum of squares although the gradient is not small.
    Stalled,
    /// The iterations were used up.
    MaximumIterations,
    /// Somebody cancelled the fit.
    Cancelled,
}

impl Termination {
    /// Whether the point is an optimum.
    pub fn is_converged(self) -> bool {
        matches!(self, Self::Gradient | Self::RelativeStep | Self::CostChange | Self::ExactFit)
    }

    /// One clause for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Gradient => "the gradient vanished",
            Self::RelativeStep => "the step became negligible",
            Self::CostChange => "the sum of squares stopped falling",
            Self::ExactFit => "the data are met exactly",
            Self::Stalled => "no step lowers the sum of squares although its gradient is not zero",
            Self::MaximumIterations => "the iterations were used up",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The bound at which a parameter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Its lower bound.
    Lower,
    /// Its upper bound.
    Upper,
}

/// One fitted parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterEstimate {
    /// Name in the model.
    pub name: String,
    /// Label for people, with unit.
    pub label: String,
    /// Scale on which it was fitted.
    pub scale: Scale,
    /// Start value, natural.
    pub start: f64,
    /// Estimate, natural.
    pub value: f64,
    /// Estimate on the fitted scale (ln of the value for a logarithmic parameter).
    pub transformed: f64,
    /// Standard error of the value; for a logarithmic parameter by the delta method, value × standard error of its logarithm.
    pub standard_error: Option<f64>,
    /// Standard error on the fitted scale.
    pub standard_error_transformed: Option<f64>,
    /// 95 % confidence interval of the value: symmetric on the fitted scale and transformed back.
    pub interval_95: Option<(f64, f64)>,
    /// The bound at which it ended, if any.
    pub at_bound: Option<Bound>,
}

/// The optimiser's account of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct FitRecord {
    /// Accepted steps.
    pub iterations: u64,
    /// Evaluations of the residuals, those for numerical derivatives included.
    pub evaluations: usize,
    /// Evaluations that failed.
    pub failed_evaluations: usize,
    /// What the last failed evaluation said.
    pub last_failure: Option<String>,
    /// Why it stopped.
    pub termination: Termination,
}

/// Result of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The parameters in the order given.
    pub parameters: Vec<ParameterEstimate>,
    /// Weighted residuals at the estimate, as the problem gave them.
    pub residuals: Vec<f64>,
    /// What was minimised: Σ r², or −2 ln L of a likelihood.
    pub objective: f64,
    /// Weighted sum of squares Σ r² of the residuals (of a likelihood: of its pseudo-residuals).
    pub weighted_sum_of_squares: f64,
    /// n − p, p counting every fitted parameter, also one that ended at a bound.
    pub degrees_of_freedom: usize,
    /// s² = WSS/(n − p); `None` without degrees of freedom.
    pub residual_variance: Option<f64>,
    /// Whether standard errors used s² or took the weights as known.
    pub variance_choice: VarianceChoice,
    /// Covariance matrix on the fitted scale. A parameter at a bound has zeros: the rest is conditional on it. `None` where the data do not
    /// determine the parameters, or s² is needed and not available.
    pub covariance: Option<DMatrix<f64>>,
    /// Correlation matrix, zero beside the diagonal for a parameter at a bound.
    pub correlation: Option<DMatrix<f64>>,
    /// Condition number of the Jacobian with unit columns on the fitted scale: 1 is ideal, ∞ singular.
    pub condition_number: f64,
    /// Bates and Watts' relative offset at the estimate: 0 at an optimum.
    pub relative_offset: f64,
    /// The optimiser's account.
    pub record: FitRecord,
    /// Everything a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

impl Estimate {
    /// Statistics of the point at which the optimiser stopped.
    pub(crate) fn new(parameters: &[FitParameter], point: &FitPoint, variance_choice: VarianceChoice, record: FitRecord) -> Self {
        let bounds: Vec<Option<Bound>> = (0..parameters.len()).map(|i| bound_reached(&parameters[i], point.transformed[i])).collect();
        let free: Vec<usize> = (0..parameters.len()).filter(|&i| bounds[i].is_none()).collect();
        let tangent = TangentSpace::new(&point.jacobian, &free);
        let degrees_of_freedom = point.residuals.len().saturating_sub(parameters.len());
        let sum_of_squares = point.residuals.norm_squared();
        let residual_variance = (degrees_of_freedom > 0).then(|| sum_of_squares / degrees_of_freedom as f64);
        let variance = match variance_choice {
            VarianceChoice::Estimated => residual_variance,
            VarianceChoice::Given => Some(1.0),
        };
        let covariance = match (tangent.unscaled_covariance(), variance) {
            (Some(matrix), Some(variance)) => Some(matrix * variance),
            _ => None,
        };
        let quantile = quantile_95(variance_choice, degrees_of_freedom);
        let natural = natural_values(parameters, point.transformed.as_slice());
        let estimates = parameters
            .iter()
            .enumerate()
            .map(|(i, parameter)| {
                let error = covariance.as_ref().filter(|_| bounds[i].is_none()).map(|matrix| matrix[(i, i)].sqrt());
                let transformed = point.transformed[i];
                let back = |t: f64| parameter.scale.back_transform(t);
                ParameterEstimate {
                    name: parameter.name.clone(),
                    label: parameter.label.clone(),
                    scale: parameter.scale,
                    start: parameter.start,
                    value: natural[i],
                    transformed,
                    standard_error: error.map(|e| e * parameter.scale.derivative(natural[i])),
                    standard_error_transformed: error,
                    interval_95: error.zip(quantile).map(|(e, q)| (back(transformed - q * e), back(transformed + q * e))),
                    at_bound: bounds[i],
                }
            })
            .collect();
        let mut estimate = Estimate {
            parameters: estimates,
            residuals: point.residuals.as_slice().to_vec(),
            objective: point.objective,
            weighted_sum_of_squares: sum_of_squares,
            degrees_of_freedom,
            residual_variance,
            variance_choice,
            correlation: covariance.as_ref().map(correlation),
            covariance,
            condition_number: tangent.condition_number(),
            relative_offset: point.relative_offset,
            record,
            warnings: Vec::new(),
        };
        estimate.warnings = estimate.doubts(&tangent.weakest_direction());
        estimate
    }

    /// Says how many measured values there were and the sum of squares of their standardised residuals, where the residuals that were
    /// minimised are not one to a value (pseudo-residuals of a likelihood, priors).
    pub fn set_observations(&mut self, observations: usize, sum_of_squares: f64) {
        self.degrees_of_freedom = observations.saturating_sub(self.parameters.len());
        self.weighted_sum_of_squares = sum_of_squares;
        self.residual_variance = (self.degrees_of_freedom > 0).then(|| sum_of_squares / self.degrees_of_freedom as f64);
    }

    /// Whether the fit ended at an optimum.
    pub fn is_converged(&self) -> bool {
        self.record.termination.is_converged()
    }

    /// The parameter called `name`.
    pub fn parameter(&self, name: &str) -> Option<&ParameterEstimate> {
        self.parameters.iter().find(|p| p.name == name)
    }

    /// Natural values in order.
    pub fn values(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.value).collect()
    }

    /// Covariance matrix of the natural values, by the delta method.
    pub fn natural_covariance(&self) -> Option<DMatrix<f64>> {
        let slopes = DVector::from_iterator(self.parameters.len(), self.parameters.iter().map(|p| p.scale.derivative(p.value)));
        let mut matrix = self.covariance.clone()?;
        for i in 0..slopes.len() {
            for j in 0..slopes.len() {
                matrix[(i, j)] *= slopes[i] * slopes[j];
            }
        }
        Some(matrix)
    }

    /// Standard error of a derived quantity from its derivatives by the parameters *on the fitted scale* (∂q/∂ln x for a logarithmic one).
    ///
    /// `None` where there is no covariance or the number of derivatives is wrong.
    pub fn derived_standard_error(&self, derivatives: &[f64]) -> Option<f64> {
        let covariance = self.covariance.as_ref()?;
        if derivatives.len() != covariance.nrows() {
            return None;
        }
        let slope = DVector::from_row_slice(derivatives);
        Some(slope.dot(&(covariance * &slope)).max(0.0).sqrt())
    }

    /// The quantile that turns a standard error into a 95 % interval: Student's t for an estimated variance, 1.96 for given weights.
    pub fn quantile_95(&self) -> Option<f64> {
        quantile_95(self.variance_choice, self.degrees_of_freedom)
    }

    fn doubts(&self, weakest: &[usize]) -> Vec<String> {
        let mut doubts = Vec::new();
        let termination = self.record.termination;
        if !termination.is_converged() {
            doubts.push(format!(
                "not converged after {} steps: {} (relative offset {:.1e})",
                self.record.iterations,
                termination.describe(),
                self.relative_offset
            ));
        }
        for parameter in &self.parameters {
            if let Some(bound) = parameter.at_bound {
                doubts.push(format!(
                    "`{}` ended at its {} bound {}: it has no standard error, the others hold only for this value",
                    parameter.name,
                    if bound == Bound::Lower { "lower" } else { "upper" },
                    parameter.value
                ));
            }
            if parameter.scale == Scale::Logarithmic && parameter.standard_error_transformed.is_some_and(|e| e > 1.0) {
                doubts.push(format!(
                    "`{}` is known to no better than a factor of {:.1} (one standard error): the data hardly determine it",
                    parameter.name,
                    crate::math::exp(parameter.standard_error_transformed.unwrap_or(0.0))
                ));
            }
        }
        if self.degrees_of_freedom == 0 && self.variance_choice == VarianceChoice::Estimated {
            doubts.push("as many parameters as residuals: no degrees of freedom, so no standard errors from the scatter".into());
        }
        if self.condition_number.is_nan() || self.condition_number >= LARGE_CONDITION_NUMBER {
            let names: Vec<String> = weakest.iter().map(|&i| format!("`{}`", self.parameters[i].name)).collect();
            doubts.push(format!(
                "the data do not determine {} {} (condition number {:.1e})",
                names.join(", "),
                if names.len() > 1 { "separately" } else { "at all" },
                self.condition_number
            ));
        }
        if self.record.failed_evaluations > 0 {
            doubts.push(format!(
                "{} of {} evaluations failed, the last with: {}",
                self.record.failed_evaluations,
                self.record.evaluations,
                self.record.last_failure.as_deref().unwrap_or("no message")
            ));
        }
        doubts
    }
}

/// The bound that a transformed value has reached, if any.
fn bound_reached(parameter: &FitParameter, transformed: f64) -> Option<Bound> {
    let (lower, upper) = transformed_bounds(parameter);
    if transformed <= lower {
        Some(Bound::Lower)
    } else if transformed >= upper {
        Some(Bound::Upper)
    } else {
        None
    }
}

fn quantile_95(choice: VarianceChoice, degrees_of_freedom: usize) -> Option<f64> {
    match choice {
        VarianceChoice::Given => Some(standard_normal_quantile(0.975)),
        VarianceChoice::Estimated if degrees_of_freedom == 0 => None,
        VarianceChoice::Estimated => StudentsT::new(0.0, 1.0, degrees_of_freedom as f64).ok().map(|t| t.inverse_cdf(0.975)),
    }
}

fn correlation(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(covariance.nrows(), covariance.ncols(), |i, j| {
        let product = covariance[(i, i)] * covariance[(j, j)];
        if i == j {
            1.0
        } else if product > 0.0 {
            covariance[(i, j)] / product.sqrt()
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Student's t, two-sided 95 %, published tables.
        for (degrees, quantile) in [
            (1, 12.706_204_736_174_7),
            (2, 4.302_652_729_749_46),
            (8, 2.306_004_135_204_17),
            (18, 2.100_922_040_241_04),
            (120, 1.979_930_405_082_42),
        ] {
            let found = quantile_95(VarianceChoice::Estimated, degrees).expect("degrees > 0");
            assert!((found - quantile).abs() < 1e-9 * quantile, "{degrees}: {found} v {quantile}");
        }
        let normal = quantile_95(VarianceChoice::Given, 0).expect("given variance");
        assert!((normal - 1.959_963_984_540_054).abs() < 1e-15);
        assert_eq!(quantile_95(VarianceChoice::Estimated, 0), None);
    }

    #[test]
    fn a_parameter_without_variance_correlates_with_nothing() {
        let covariance = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 0.0]);
        let matrix = correlation(&covariance);
        assert_eq!(matrix, DMatrix::identity(2, 2));
    }
}
