//! How well a fit describes its data, for the choice between models: −2 ln L, AIC, AICc, BIC.
//!
//! AIC = −2 ln L + 2k, AICc = AIC + 2k(k + 1)/(n − k − 1), BIC = −2 ln L + k ln n (H. Akaike 1974; N. Sugiura 1978; G. Schwarz 1978). Least squares with a common
//! variance s²: −2 ln L = n ln(2π RSS/n) + n + Σ 2 ln σ_i of the weights, and the variance counts as a parameter. −2 ln L is that of the data: a prior is not part of it.
use super::course_predictor::CoursePredictor;
use super::problem::GroupProblem;
use crate::fit::estimate::Estimate;
use crate::fit::likelihood::Likelihood;
use crate::math::log;

/// Criteria of one fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Information {
    /// −2 ln L of the data.
    pub minus_two_log_likelihood: f64,
    /// −2 ln of the prior density at the estimate; 0 without priors.
    pub minus_two_log_prior: f64,
    /// Values, those below a limit among them.
    pub observations: usize,
    /// Estimated parameters, the common variance of least squares among them.
    pub parameters: usize,
}

impl Information {
    /// At an estimate.
    pub(super) fn of(
        likelihood: &mut Likelihood<CoursePredictor<'_>>,
        problem: &GroupProblem,
        estimate: &Estimate,
        values: &[f64],
    ) -> Result<Information, String> {
        let observations = problem.measurements.len();
        let density = likelihood.minus_two_log_likelihood(values)?;
        let (minus_two_log_likelihood, extra) = if problem.least_squares {
            // Σ u² + Σ 2 ln σ + n ln 2π → n ln(RSS/n) + n + the same logarithms
            let n = observations as f64;
            let sum = estimate.weighted_sum_of_squares;
            (density - sum + n * log(sum / n) + n, 1)
        } else {
            (density, 0)
        };
        Ok(Information {
            minus_two_log_likelihood,
            minus_two_log_prior: likelihood.minus_two_log_prior(values),
            observations,
            parameters: problem.parameters.len() + extra,
        })
    }

    /// Akaike's criterion.
    pub fn aic(&self) -> f64 {
        self.minus_two_log_likelihood + 2.0 * self.parameters as f64
    }

    /// Akaike's criterion corrected for few data; `None` where there are too few for it.
    pub fn aicc(&self) -> Option<f64> {
        let (n, k) = (self.observations as f64, self.parameters as f64);
        (n > k + 1.0).then(|| self.aic() + 2.0 * k * (k + 1.0) / (n - k - 1.0))
    }

    /// The Bayesian criterion.
    pub fn bic(&self) -> f64 {
        self.minus_two_log_likelihood + self.parameters as f64 * log(self.observations as f64)
    }
}
