//! The likelihood of measured values, with priors: what maximum likelihood and maximum a posteriori minimise.
//!
//! −2 ln L = Σ_i [ u_i² + 2 ln σ_i + ln 2π ] + Σ_censored −2 ln Φ(z_j) + prior, with u = (f − y)/σ (log-normal: of logarithms, + 2 ln y) and z = (limit − f)/σ.
//!
//! The optimiser sees *pseudo-residuals* ρ and a matrix J with Jᵀρ = ½∇(−2 ln L) and JᵀJ = its expected half Hessian (Fisher scoring: J. A. Nelder,
//! R. W. M. Wedderburn, J R Stat Soc A 1972;135:370–384). A value whose σ is known has the one row u, ∂f/σ. Where σ moves with what is fitted there is a second row,
//! ρ = (1 − u²)/√2 with √2 ∂σ/σ. A censored value has ρ = √(h/(h + z)) with √(h(h + z)) · (∂f + z ∂σ)/σ, h the inverse Mills ratio.
//!
//! [`Likelihood::log_posterior`] and [`Likelihood::gradient`] are plain functions of the transformed parameters: a door for samplers and for population methods.

pub mod censored;
pub mod noise;
pub mod prior;
#[cfg(test)]
mod tests;

pub use noise::{Magnitude, Noise};
pub use prior::{Marginal, Prior};

use crate::fit::least_squares::Residuals;
use crate::fit::parameter::FitParameter;
use crate::fit::scaled_problem::natural_values;
use crate::math::{log, sqrt};
use censored::LowerTail;
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// Predictions of measured values from the structural parameters (the first ones of a fit), natural values.
pub trait Predictor {
    /// Number of structural parameters.
    fn parameter_count(&self) -> usize;

    /// Predictions, one per measurement in the measurement's unit.
    ///
    /// # Errors
    /// A sentence saying what could not be computed.
    fn predict(&mut self, parameters: &[f64]) -> Result<Vec<f64>, String>;

    /// Predictions and their derivatives: one row per measurement, one column per structural parameter.
    ///
    /// # Errors
    /// As [`Self::predict`].
    fn predict_with_derivatives(&mut self, parameters: &[f64]) -> Result<(Vec<f64>, DMatrix<f64>), String>;
}

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Value, or the limit that it lies below.
    pub value: f64,
    /// Whether it is only known to lie below `value`.
    pub below_limit: bool,
    /// Distribution about the prediction.
    pub noise: Noise,
    /// Parameters (positions among those of the fit) that multiply the prediction: calibration and recovery factors.
    pub factors: Vec<usize>,
}

/// Measured values, a predictor, and priors. Parameters in the order of the fit: structural ones first, then magnitudes of noise and factors.
pub struct Likelihood<P> {
    predictor: P,
    measurements: Vec<Measurement>,
    parameter_count: usize,
    priors: Vec<Prior>,
    rows: Vec<Range<usize>>,
    data_rows: usize,
    least_squares: bool,
    /// −2 ln L of the last evaluation.
    last: f64,
}

impl<P: Predictor> Likelihood<P> {
    /// A likelihood in `parameter_count` parameters.
    ///
    /// # Errors
    /// A sentence where a position is none of the parameters, or a censored value has a noise that cannot hold it.
    pub fn new(predictor: P, measurements: Vec<Measurement>, parameter_count: usize, priors: Vec<Prior>) -> Result<Self, String> {
        let positions = measurements
            .iter()
            .flat_map(|m| {
                m.factors.iter().copied().chain(m.noise.magnitudes().into_iter().filter_map(|magnitude| match magnitude {
                    Magnitude::Estimated(position) => Some(position),
                    Magnitude::Given(_) => None,
                }))
            })
            .chain(priors.iter().flat_map(|prior| prior.marginals().into_iter().map(|m| m.position)));
        if let Some(position) = positions.into_iter().find(|position| *position >= parameter_count) {
            return Err(format!("the fit has {parameter_count} parameters, but a measurement or prior names number {}", position + 1));
        }
        let mut rows = Vec::with_capacity(measurements.len());
        let mut next = 0;
        for measurement in &measurements {
            let count = if !measurement.below_limit && measurement.noise.moves() { 2 } else { 1 };
            rows.push(next..next + count);
            next += count;
        }
        Ok(Likelihood { predictor, measurements, parameter_count, priors, rows, data_rows: next, least_squares: false, last: f64::NAN })
    }

    /// The same as a plain least-squares problem, whose common variance is estimated from the scatter afterwards.
    ///
    /// # Errors
    /// A sentence where that is not possible: magnitudes estimated or moving, censored values, priors.
    pub fn as_least_squares(mut self) -> Result<Self, String> {
        if self.data_rows != self.measurements.len() || self.measurements.iter().any(|m| m.below_limit) || !self.priors.is_empty() {
            return Err("least squares with an estimated variance has no place for priors, values below a limit or estimated noise".into());
        }
        self.least_squares = true;
        Ok(self)
    }

    /// The predictor.
    pub fn predictor(&mut self) -> &mut P {
        &mut self.predictor
    }

    /// The measured values.
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }

    /// Which rows of the pseudo-residuals belong to which measurement; those after the last are of the priors.
    pub fn rows(&self) -> &[Range<usize>] {
        &self.rows
    }

    /// Predictions with factors applied.
    fn effective(&self, predicted: &[f64], parameters: &[f64]) -> Vec<f64> {
        predicted.iter().zip(&self.measurements).map(|(f, m)| m.factors.iter().fold(*f, |f, position| f * parameters[*position])).collect()
    }

    /// Predictions as measured: with calibration and recovery factors.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn predictions(&mut self, parameters: &[f64]) -> Result<Vec<f64>, String> {
        let predicted = self.predictor.predict(&parameters[..self.predictor.parameter_count()])?;
        Ok(self.effective(&predicted, parameters))
    }

    /// u = (y − f)/σ of each value; `None` for censored ones.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn standardised(&mut self, parameters: &[f64]) -> Result<Vec<Option<f64>>, String> {
        let predicted = self.predictions(parameters)?;
        self.measurements
            .iter()
            .zip(predicted)
            .map(|(m, f)| if m.below_limit { Ok(None) } else { Ok(Some(-deviation(m, f, parameters)?.0)) })
            .collect()
    }

    /// −2 ln L of the data alone, without the priors.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn minus_two_log_likelihood(&mut self, parameters: &[f64]) -> Result<f64, String> {
        let predicted = self.predictions(parameters)?;
        self.measurements.iter().zip(predicted).map(|(m, f)| contribution(m, f, parameters)).sum()
    }

    /// −2 ln of the prior densities; 0 without priors.
    pub fn minus_two_log_prior(&self, parameters: &[f64]) -> f64 {
        self.priors.iter().map(|prior| prior.minus_two_log_density(parameters)).sum()
    }

    /// ln of the posterior density (up to the evidence) at transformed parameters.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn log_posterior(&mut self, fitted: &[FitParameter], transformed: &[f64]) -> Result<f64, String> {
        let parameters = natural_values(fitted, transformed);
        Ok(-0.5 * (self.minus_two_log_likelihood(&parameters)? + self.minus_two_log_prior(&parameters)))
    }

    /// Gradient of [`Self::log_posterior`] by the transformed parameters.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn gradient(&mut self, fitted: &[FitParameter], transformed: &[f64]) -> Result<Vec<f64>, String> {
        let parameters = natural_values(fitted, transformed);
        let mut rho = vec![0.0; self.residual_count()];
        self.residuals(&parameters, &mut rho)?;
        let jacobian = self.matrix(&parameters)?;
        let natural = jacobian.tr_mul(&DVector::from_vec(rho));
        Ok(fitted.iter().zip(natural.iter()).zip(&parameters).map(|((p, g), x)| -g * p.scale.derivative(*x)).collect())
    }

    /// J by natural parameters.
    fn matrix(&mut self, parameters: &[f64]) -> Result<DMatrix<f64>, String> {
        let structural = self.predictor.parameter_count();
        let (predicted, slopes) = self.predictor.predict_with_derivatives(&parameters[..structural])?;
        let effective = self.effective(&predicted, parameters);
        let mut jacobian = DMatrix::zeros(self.residual_count(), self.parameter_count);
        let mut by = vec![0.0; self.parameter_count];
        for (i, m) in self.measurements.iter().enumerate() {
            let f = effective[i];
            by.fill(0.0);
            let scale = m.factors.iter().fold(1.0, |product, position| product * parameters[*position]);
            for (column, slope) in by.iter_mut().take(structural).enumerate() {
                *slope = scale * slopes[(i, column)];
            }
            for position in &m.factors {
                by[*position] += f / parameters[*position];
            }
            let spread = m.noise.spread(f, parameters)?;
            let mut by_sigma: Vec<f64> = by.iter().map(|slope| spread.by_prediction * slope).collect();
            for (position, slope) in spread.by_magnitude.into_iter().flatten() {
                by_sigma[position] += slope;
            }
            if m.noise.is_log_normal() {
                by.iter_mut().for_each(|slope| *slope /= f);
            }
            let first = self.rows[i].start;
            if m.below_limit {
                let (z, tail) = limit(m, f, spread.sigma);
                let weight = sqrt(tail.curvature.max(0.0)) / spread.sigma;
                for column in 0..self.parameter_count {
                    jacobian[(first, column)] = weight * (by[column] + z * by_sigma[column]);
                }
                continue;
            }
            for column in 0..self.parameter_count {
                jacobian[(first, column)] = by[column] / spread.sigma;
            }
            if self.rows[i].len() == 2 {
                for column in 0..self.parameter_count {
                    jacobian[(first + 1, column)] = std::f64::consts::SQRT_2 * by_sigma[column] / spread.sigma;
                }
            }
        }
        let mut first = self.data_rows;
        for prior in &self.priors {
            prior.write_jacobian(parameters, &mut jacobian, first);
            first += prior.count();
        }
        Ok(jacobian)
    }
}

/// u = (f − y)/σ and σ.
fn deviation(m: &Measurement, f: f64, parameters: &[f64]) -> Result<(f64, f64), String> {
    let sigma = m.noise.spread(f, parameters)?.sigma;
    let difference = if m.noise.is_log_normal() { log(f) - log(m.value) } else { f - m.value };
    Ok((difference / sigma, sigma))
}

/// z of a censored value and its tail.
fn limit(m: &Measurement, f: f64, sigma: f64) -> (f64, LowerTail) {
    let z = if m.noise.is_log_normal() { log(m.value) - log(f) } else { m.value - f } / sigma;
    (z, LowerTail::at(z))
}

/// −2 ln L of one value.
fn contribution(m: &Measurement, f: f64, parameters: &[f64]) -> Result<f64, String> {
    let (u, sigma) = deviation(m, f, parameters)?;
    if m.below_limit {
        return Ok(-2.0 * limit(m, f, sigma).1.log_probability);
    }
    let density = u * u + 2.0 * log(sigma) + log(2.0 * std::f64::consts::PI);
    Ok(if m.noise.is_log_normal() { density + 2.0 * log(m.value) } else { density })
}

impl<P: Predictor> Residuals for Likelihood<P> {
    fn parameter_count(&self) -> usize {
        self.parameter_count
    }

    fn residual_count(&self) -> usize {
        self.data_rows + self.priors.iter().map(Prior::count).sum::<usize>()
    }

    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String> {
        let predicted = self.predictions(parameters)?;
        let mut objective = 0.0;
        for ((m, f), rows) in self.measurements.iter().zip(predicted).zip(&self.rows) {
            let (u, sigma) = deviation(m, f, parameters)?;
            if m.below_limit {
                let (z, tail) = limit(m, f, sigma);
                // far above the limit's reach both go to 0, the hazard faster
                let whole = tail.hazard + z;
                out[rows.start] = if whole > 0.0 && tail.hazard > 0.0 {
                    sqrt(tail.hazard * tail.hazard / tail.curvature.max(f64::MIN_POSITIVE))
                } else {
                    0.0
                };
            } else {
                out[rows.start] = u;
                if rows.len() == 2 {
                    out[rows.start + 1] = (1.0 - u * u) / std::f64::consts::SQRT_2;
                }
            }
            objective += contribution(m, f, parameters)?;
        }
        let mut first = self.data_rows;
        for prior in &self.priors {
            let residuals = prior.residuals(parameters);
            out[first..first + prior.count()].copy_from_slice(residuals.as_slice());
            first += prior.count();
        }
        self.last = objective + self.minus_two_log_prior(parameters);
        Ok(())
    }

    fn objective(&mut self, _parameters: &[f64], residuals: &[f64]) -> f64 {
        if self.least_squares { residuals.iter().map(|r| r * r).sum() } else { self.last }
    }

    fn is_least_squares(&self) -> bool {
        // with every σ known, −2 ln L is the sum of squares and a constant
        self.data_rows == self.measurements.len() && self.measurements.iter().all(|m| !m.below_limit)
    }

    fn jacobian(&mut self, parameters: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        Some(self.matrix(parameters))
    }
}
