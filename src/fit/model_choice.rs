//! Which of several fitted models the data support: AIC, AICc, BIC, weights, evidence ratios, and averages over models.
//!
//! With L the greatest likelihood, n the number of observations and k that of estimated parameters (the residual variance counted where it was estimated):
//!
//! AIC = −2 ln L + 2k,   AICc = AIC + 2k(k + 1)/(n − k − 1),   BIC = −2 ln L + k ln n
//!
//! and the weight of model i among those compared, Δ its difference to the least criterion: wᵢ = e^(−Δᵢ/2) / Σ e^(−Δ/2) (K. P. Burnham, D. R. Anderson,
//! Model Selection and Multimodel Inference, 2nd ed., Springer 2002, §2.2, 2.4, 2.9). AICc exists for n > k + 1 only. Its correction is derived for an
//! estimated variance; where the variance is known, AIC of a linear model is unbiased in small samples too (it is then Mallows' C_p).
//!
//! A quantity θ averaged over the models, with its unconditional standard error (S. T. Buckland, K. P. Burnham, N. H. Augustin, Biometrics 1997; 53: 603):
//!
//! θ̄ = Σ wᵢ θᵢ,   se(θ̄) = Σ wᵢ √(seᵢ² + (θᵢ − θ̄)²)
//!
//! Gaussian likelihoods: known standard deviations σᵢ give −2 ln L = χ² + Σ ln(2π σᵢ²); weights known up to a common factor, σᵢ = s·cᵢ, give at the
//! best s² = Σr²/n: −2 ln L = n (ln(2π Σr²/n) + 1) + Σ ln cᵢ². A log-normal value y has σᵢ = y·σ_ln, for the density of y and not of ln y, so that error
//! models too can be compared.

use crate::fit::error_model::{ErrorModel, logarithmic_standard_deviation};
use crate::fit::estimate::VarianceChoice;
use crate::math::{exp, log};
use sha2::{Digest, Sha256};

/// Data to which models were fitted. Models of different data have no common scale of likelihood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFingerprint(String);

impl DataFingerprint {
    /// The fingerprint of whatever bytes describe the data: values, times, standard deviations.
    pub fn of(bytes: &[u8]) -> DataFingerprint {
        DataFingerprint(Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Sixteen hexadecimal digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// A fitted model as model choice sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// −2 ln L at the estimate.
    pub minus_two_log_likelihood: f64,
    /// Number of observations n.
    pub observations: usize,
    /// Number of estimated parameters k, the residual variance among them where it was estimated.
    pub parameters: usize,
    /// The data.
    pub data: DataFingerprint,
}

impl Candidate {
    /// Akaike's criterion.
    pub fn aic(&self) -> f64 {
        self.minus_two_log_likelihood + 2.0 * self.parameters as f64
    }

    /// Akaike's criterion corrected for few observations; `None` unless n > k + 1.
    pub fn aicc(&self) -> Option<f64> {
        let k = self.parameters;
        (self.observations > k + 1).then(|| self.aic() + (2 * k * (k + 1)) as f64 / (self.observations - k - 1) as f64)
    }

    /// Schwarz's criterion.
    pub fn bic(&self) -> f64 {
        self.minus_two_log_likelihood + self.parameters as f64 * log(self.observations as f64)
    }

    /// The value of a criterion.
    pub fn value(&self, criterion: Criterion) -> Option<f64> {
        match criterion {
            Criterion::Aic => Some(self.aic()),
            Criterion::Aicc => self.aicc(),
            Criterion::Bic => Some(self.bic()),
        }
    }
}

/// By what models are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Akaike.
    Aic,
    /// Akaike, corrected for few observations.
    Aicc,
    /// Schwarz (Bayesian).
    Bic,
}

impl Criterion {
    /// Its usual name.
    pub fn title(self) -> &'static str {
        match self {
            Criterion::Aic => "AIC",
            Criterion::Aicc => "AICc",
            Criterion::Bic => "BIC",
        }
    }
}

/// A Gaussian fit, from which the likelihood follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianFit {
    /// Σ r², residuals weighted by the error model.
    pub weighted_sum_of_squares: f64,
    /// n.
    pub observations: usize,
    /// Σ ln σᵢ² of the error model (ln cᵢ² where a common factor is estimated); see [`spread_logarithm`].
    pub spread_logarithms: f64,
    /// Whether the error model's standard deviations are known or known up to a factor.
    pub variance: VarianceChoice,
}

impl GaussianFit {
    /// −2 ln L; −∞ where the variance is estimated and the data are met exactly.
    pub fn minus_two_log_likelihood(&self) -> f64 {
        let n = self.observations as f64;
        let shape = self.spread_logarithms + n * log(std::f64::consts::TAU);
        match self.variance {
            VarianceChoice::Given => self.weighted_sum_of_squares + shape,
            VarianceChoice::Estimated => n * (log(self.weighted_sum_of_squares / n) + 1.0) + shape,
        }
    }

    /// k for a model of `parameters` parameters.
    pub fn parameter_count(&self, parameters: usize) -> usize {
        parameters + usize::from(self.variance == VarianceChoice::Estimated)
    }
}

/// ln σ² of a measured value under an error model whose weight does not depend on the prediction (for weights from the prediction the value
/// measured stands in).
pub fn spread_logarithm(error: &ErrorModel, measured: f64) -> f64 {
    let sigma = match *error {
        ErrorModel::Unweighted => 1.0,
        ErrorModel::Constant { standard_deviation } => standard_deviation,
        ErrorModel::Proportional { coefficient_of_variation, .. } => coefficient_of_variation * measured,
        ErrorModel::LogNormal { coefficient_of_variation } => logarithmic_standard_deviation(coefficient_of_variation) * measured,
    };
    2.0 * log(sigma.abs())
}

/// Why models cannot be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// Nothing to compare.
    #[error("there is no model to compare{0}")]
    NoCandidate(String),
    /// Not the same data.
    #[error("`{one}` and `{other}` were fitted to different data ({}, {}): their likelihoods have no common scale", .data[0], .data[1])]
    DifferentData {
        /// First model.
        one: String,
        /// Second model.
        other: String,
        /// What their data are.
        data: [String; 2],
    },
    /// A likelihood that is no number.
    #[error("`{name}` has −2 ln L = {value}: it meets the data exactly, so an estimated variance is zero")]
    NoLikelihood {
        /// The model.
        name: String,
        /// Its −2 ln L.
        value: f64,
    },
}

/// A model among its rivals.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Position among the candidates.
    pub candidate: usize,
    /// Value of the criterion; `None` where it does not exist (AICc with too few observations): the model is then out of the comparison.
    pub criterion: Option<f64>,
    /// Difference to the best.
    pub difference: Option<f64>,
    /// Weight, 0 for a model out of the comparison.
    pub weight: f64,
    /// How many times more the best model is supported: e^(Δ/2).
    pub evidence_ratio: Option<f64>,
}

/// Compares models by a criterion; the order is that of the candidates.
///
/// # Errors
/// No candidate for which the criterion exists, candidates of different data, or a likelihood that is not finite.
pub fn rank(candidates: &[Candidate], criterion: Criterion) -> Result<Vec<Ranked>, ChoiceError> {
    let first = candidates.first().ok_or_else(|| ChoiceError::NoCandidate(String::new()))?;
    for other in candidates {
        if other.data != first.data || other.observations != first.observations {
            let words = |c: &Candidate| format!("{} observations, fingerprint {}", c.observations, c.data.digits());
            return Err(ChoiceError::DifferentData {
                one: first.name.clone(),
                other: other.name.clone(),
                data: [words(first), words(other)],
            });
        }
        if !other.minus_two_log_likelihood.is_finite() {
            return Err(ChoiceError::NoLikelihood { name: other.name.clone(), value: other.minus_two_log_likelihood });
        }
    }
    let values: Vec<Option<f64>> = candidates.iter().map(|candidate| candidate.value(criterion)).collect();
    let least = values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    if least.is_infinite() {
        let fewest = candidates.iter().map(|candidate| candidate.parameters).min().unwrap_or(0);
        return Err(ChoiceError::NoCandidate(format!(
            " by {}: it needs more than k + 1 observations, there are {} and every model has k = {fewest} or more",
            criterion.title(),
            first.observations
        )));
    }
    let total: f64 = values.iter().flatten().map(|value| exp(-0.5 * (value - least))).sum();
    Ok(values
        .into_iter()
        .enumerate()
        .map(|(candidate, value)| {
            let difference = value.map(|value| value - least);
            Ranked {
                candidate,
                criterion: value,
                difference,
                weight: difference.map_or(0.0, |difference| exp(-0.5 * difference) / total),
                evidence_ratio: difference.map(|difference| exp(0.5 * difference)),
            }
        })
        .collect())
}

/// A quantity averaged over models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelAverage {
    /// θ̄.
    pub value: f64,
    /// Unconditional standard error: the models' own errors and their disagreement. `None` where a model of some weight has none.
    pub standard_error: Option<f64>,
    /// The share of the disagreement alone: √Σ wᵢ (θᵢ − θ̄)².
    pub between_models: f64,
}

/// A weight below which a model without a standard error does not spoil the average's.
const NEGLIGIBLE_WEIGHT: f64 = 1e-3;

/// Averages a quantity, given as (weight, value, standard error) of each model, the weights summing to 1.
pub fn average(terms: &[(f64, f64, Option<f64>)]) -> ModelAverage {
    let value = terms.iter().map(|(weight, value, _)| weight * value).sum::<f64>();
    let between = terms.iter().map(|(weight, each, _)| weight * (each - value) * (each - value)).sum::<f64>().sqrt();
    let mut error = Some(0.0);
    for (weight, each, own) in terms {
        let own = match own {
            Some(own) => Some(*own),
            None if *weight < NEGLIGIBLE_WEIGHT => Some(0.0),
            None => None,
        };
        error = error.zip(own).map(|(sum, own)| sum + weight * crate::math::hypot(own, each - value));
    }
    ModelAverage { value, standard_error: error, between_models: between }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, absolute: f64) {
        assert!((found - expected).abs() <= absolute, "{found} v {expected}");
    }

    fn least_squares(name: &str, sum_of_squares: f64, n: usize, coefficients: usize) -> Candidate {
        let fit = GaussianFit {
            weighted_sum_of_squares: sum_of_squares,
            observations: n,
            spread_logarithms: 0.0,
            variance: VarianceChoice::Estimated,
        };
        Candidate {
            name: name.into(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            observations: n,
            parameters: fit.parameter_count(coefficients),
            data: DataFingerprint::of(b"the same"),
        }
    }

    #[test]
    fn a_regression_has_the_criteria_that_r_prints() {
        // R: fit <- lm(dist ~ speed, cars): residual sum of squares 11353.52 (50 cars), logLik −206.5784 (df = 3), AIC 419.1569, BIC 424.8929
        let cars = least_squares("cars", 11_353.521_05, 50, 2);
        assert_eq!(cars.parameters, 3);
        close(cars.minus_two_log_likelihood, 2.0 * 206.5784, 2e-4);
        close(cars.aic(), 419.1569, 1e-4);
        close(cars.bic(), 424.8929, 1e-4);
        // by hand: 2·3·4/(50 − 4) above AIC
        close(cars.aicc().expect("n > k + 1"), 419.1569 + 24.0 / 46.0, 1e-4);
    }

    #[test]
    fn halds_cement_has_the_aicc_of_burnham_and_anderson() {
        // residual sums of squares of the regressions on Hald's 13 cements (Draper and Smith, Applied Regression Analysis); Burnham and Anderson 2002
        // §3.2 find AICc 32.41 for {12}, without the constant n(ln 2π + 1)
        let candidates: Vec<Candidate> = [
            ("12", 57.9045, 2),
            ("124", 47.9727, 3),
            ("123", 48.1106, 3),
            ("14", 74.7621, 2),
            ("134", 50.8361, 3),
            ("234", 73.8145, 3),
            ("1234", 47.8636, 4),
            ("34", 175.738, 2),
            ("23", 415.443, 2),
        ]
        .map(|(name, sum, regressors)| least_squares(name, sum, 13, regressors + 1))
        .to_vec();
        let constant = 13.0 * (std::f64::consts::TAU.ln() + 1.0);
        close(candidates[0].aicc().expect("n > k + 1") - constant, 32.41, 0.01);
        let ranked = rank(&candidates, Criterion::Aicc).expect("one set of data");
        close(ranked.iter().map(|r| r.weight).sum(), 1.0, 1e-14);
        assert_eq!(ranked[0].difference, Some(0.0));
        // {124} against {12} by hand: 13 ln(47.9727/57.9045) + 2 + (60/7 − 5)
        let by_hand = 13.0 * (47.9727_f64 / 57.9045).ln() + 2.0 + 60.0 / 7.0 - 5.0;
        close(ranked[1].difference.expect("n > k + 1"), by_hand, 1e-12);
        close(ranked[1].evidence_ratio.expect("n > k + 1"), (0.5 * by_hand).exp(), 1e-12);
    }

    #[test]
    fn known_variances_give_chi_squared_and_a_constant() {
        // two points of σ = 1 and 2, χ² = 3: −2 ln L = 3 + ln 2π + ln 2π·4
        let errors = [ErrorModel::Constant { standard_deviation: 1.0 }, ErrorModel::Constant { standard_deviation: 2.0 }];
        let fit = GaussianFit {
            weighted_sum_of_squares: 3.0,
            observations: 2,
            spread_logarithms: errors.iter().map(|error| spread_logarithm(error, 7.0)).sum(),
            variance: VarianceChoice::Given,
        };
        close(fit.minus_two_log_likelihood(), 3.0 + 2.0 * std::f64::consts::TAU.ln() + 4.0_f64.ln(), 1e-14);
        assert_eq!(fit.parameter_count(2), 2);
    }

    #[test]
    fn the_likelihood_of_a_log_normal_value_is_that_of_its_density() {
        // density of y = 5 when ln y ~ N(ln 4, σ²), σ² = ln 1.25 (cv 0.5), written out
        let error = ErrorModel::LogNormal { coefficient_of_variation: 0.5 };
        let residual = error.residual(5.0, 4.0).expect("positive");
        let fit = GaussianFit {
            weighted_sum_of_squares: residual * residual,
            observations: 1,
            spread_logarithms: spread_logarithm(&error, 5.0),
            variance: VarianceChoice::Given,
        };
        let variance = 1.25_f64.ln();
        let density = (-(1.25_f64.ln()).powi(2) / (2.0 * variance)).exp() / (5.0 * (std::f64::consts::TAU * variance).sqrt());
        close(fit.minus_two_log_likelihood(), -2.0 * density.ln(), 1e-13);
    }

    #[test]
    fn evidence_ratios_are_those_of_the_book() {
        // Burnham and Anderson 2002, §2.10: Δ = 2, 4, 8, 10 → 2.7, 7.4, 54.6, 148.4
        for (difference, ratio) in [(2.0, 2.7), (4.0, 7.4), (8.0, 54.6), (10.0, 148.4)] {
            let candidate = |name: &str, value: f64| Candidate {
                name: name.into(),
                minus_two_log_likelihood: value,
                observations: 20,
                parameters: 2,
                data: DataFingerprint::of(b"x"),
            };
            let ranked = rank(&[candidate("a", 100.0 + difference), candidate("b", 100.0)], Criterion::Bic).expect("one set");
            close(ranked[0].evidence_ratio.expect("exists"), ratio, 0.05);
            close(ranked[1].weight / ranked[0].weight, ratio, 0.05);
        }
    }

    #[test]
    fn different_data_are_not_compared() {
        let one = least_squares("one", 10.0, 20, 2);
        let mut other = least_squares("other", 9.0, 20, 3);
        other.data = DataFingerprint::of(b"one row less");
        let error = rank(&[one.clone(), other], Criterion::Aic).expect_err("other data");
        assert!(error.to_string().contains("`one` and `other` were fitted to different data"), "{error}");
        let exact = least_squares("exact", 0.0, 20, 3);
        let error = rank(&[one, exact], Criterion::Aic).expect_err("no variance left");
        assert!(error.to_string().contains("meets the data exactly"), "{error}");
    }

    #[test]
    fn aicc_leaves_out_what_has_too_many_parameters() {
        let few = [least_squares("small", 10.0, 4, 1), least_squares("large", 1.0, 4, 2)];
        let ranked = rank(&few, Criterion::Aicc).expect("one is left");
        assert_eq!((ranked[0].weight, ranked[1].weight, ranked[1].criterion), (1.0, 0.0, None));
        let error = rank(&few[1..], Criterion::Aicc).expect_err("none is left");
        assert!(error.to_string().contains("needs more than k + 1 observations, there are 4 and every model has k = 3"), "{error}");
    }

    #[test]
    fn an_average_by_hand() {
        // weights 0.6, 0.4; 10 ± 3 and 15 ± 4: mean 12; se = 0.6 √(9 + 4) + 0.4 √(16 + 9); between = √(0.6·4 + 0.4·9)
        let found = average(&[(0.6, 10.0, Some(3.0)), (0.4, 15.0, Some(4.0))]);
        close(found.value, 12.0, 1e-14);
        close(found.standard_error.expect("both known"), 0.6 * 13.0_f64.sqrt() + 0.4 * 5.0, 1e-14);
        close(found.between_models, 6.0_f64.sqrt(), 1e-14);
        assert_eq!(average(&[(0.6, 10.0, None), (0.4, 15.0, Some(4.0))]).standard_error, None);
        assert!(average(&[(0.9999, 10.0, Some(1.0)), (0.0001, 15.0, None)]).standard_error.is_some());
    }
}
