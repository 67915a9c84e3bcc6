//! Prior knowledge of parameters: normal on the scale on which they are fitted, with correlations.
//!
//! A parameter fitted on the log scale thus has a log-normal prior: median m and coefficient of variation cv mean μ = ln m and ω² = ln(1 + cv²).
//! The contribution to −2 ln(posterior) is (t − μ)ᵀ Ω⁻¹ (t − μ) + ln |Ω| + q ln 2π, written as the squared residuals L⁻¹ (t − μ) with Ω = L Lᵀ.

use crate::fit::parameter::Scale;
use crate::math::log;
use nalgebra::{DMatrix, DVector};

/// A joint prior of some parameters of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Positions among the parameters of the fit.
    positions: Vec<usize>,
    scales: Vec<Scale>,
    mean: DVector<f64>,
    /// Standard deviations on the fitted scale.
    deviations: Vec<f64>,
    /// L⁻¹.
    whitening: DMatrix<f64>,
    log_determinant: f64,
}

/// One parameter's own prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marginal {
    /// Position among the parameters of the fit.
    pub position: usize,
    /// Scale on which it is fitted, and on which the prior is normal.
    pub scale: Scale,
    /// Mean on that scale (ln of the median for a logarithmic one).
    pub mean: f64,
    /// Standard deviation on that scale, positive.
    pub standard_deviation: f64,
}

impl Prior {
    /// A joint prior from marginals and their correlation matrix (`None`: independent).
    ///
    /// # Errors
    /// A sentence: a standard deviation that is not positive, a matrix of the wrong size, or correlations that contradict each other.
    pub fn new(marginals: &[Marginal], correlation: Option<&DMatrix<f64>>) -> Result<Prior, String> {
        let count = marginals.len();
        if let Some(bad) =
            marginals.iter().find(|m| !(m.standard_deviation > 0.0 && m.standard_deviation.is_finite() && m.mean.is_finite()))
        {
            return Err(format!(
                "a prior needs a finite mean and a positive standard deviation, found {} and {}",
                bad.mean, bad.standard_deviation
            ));
        }
        let correlation = correlation.cloned().unwrap_or_else(|| DMatrix::identity(count, count));
        if correlation.shape() != (count, count) {
            return Err(format!("{} priors need a correlation matrix of {count} rows, found {}", count, correlation.nrows()));
        }
        let covariance =
            DMatrix::from_fn(count, count, |i, j| correlation[(i, j)] * marginals[i].standard_deviation * marginals[j].standard_deviation);
        let factor = covariance
            .cholesky()
            .ok_or_else(|| "the correlations of the priors contradict each other: their matrix is not positive definite".to_string())?
            .l();
        let log_determinant = 2.0 * factor.diagonal().iter().map(|x| log(*x)).sum::<f64>();
        let whitening = factor
            .solve_lower_triangular(&DMatrix::identity(count, count))
            .ok_or_else(|| "the covariance of the priors cannot be inverted".to_string())?;
        Ok(Prior {
            positions: marginals.iter().map(|m| m.position).collect(),
            scales: marginals.iter().map(|m| m.scale).collect(),
            mean: DVector::from_iterator(count, marginals.iter().map(|m| m.mean)),
            deviations: marginals.iter().map(|m| m.standard_deviation).collect(),
            whitening,
            log_determinant,
        })
    }

    /// Number of parameters it speaks of, and of residuals it gives.
    pub fn count(&self) -> usize {
        self.positions.len()
    }

    /// Each parameter's own prior.
    pub fn marginals(&self) -> Vec<Marginal> {
        (0..self.count())
            .map(|i| Marginal {
                position: self.positions[i],
                scale: self.scales[i],
                mean: self.mean[i],
                standard_deviation: self.deviations[i],
            })
            .collect()
    }

    /// L⁻¹ (t − μ) at natural parameters.
    pub fn residuals(&self, parameters: &[f64]) -> DVector<f64> {
        let t = DVector::from_iterator(
            self.count(),
            self.positions.iter().zip(&self.scales).map(|(position, scale)| scale.transform(parameters[*position])),
        );
        &self.whitening * (t - &self.mean)
    }

    /// Natural values with this prior's distribution from as many standard normal numbers, each with its position among the parameters of the fit.
    ///
    /// t = μ + L z solves L⁻¹ (t − μ) = z. `None` where the number of draws is wrong.
    pub fn draw(&self, standard_normals: &[f64]) -> Option<Vec<(usize, f64)>> {
        if standard_normals.len() != self.count() {
            return None;
        }
        let deviations = self.whitening.solve_lower_triangular(&DVector::from_row_slice(standard_normals))?;
        let values = self.positions.iter().zip(&self.scales).zip(self.mean.iter().zip(deviations.iter()));
        Some(values.map(|((position, scale), (mean, deviation))| (*position, scale.back_transform(mean + deviation))).collect())
    }

    /// Writes the derivatives of the residuals by the natural parameters into the rows of `jacobian` from `first`.
    pub fn write_jacobian(&self, parameters: &[f64], jacobian: &mut DMatrix<f64>, first: usize) {
        for (column, (position, scale)) in self.positions.iter().zip(&self.scales).enumerate() {
            let slope = 1.0 / scale.derivative(parameters[*position]);
            for row in 0..self.count() {
                jacobian[(first + row, *position)] += self.whitening[(row, column)] * slope;
            }
        }
    }

    /// −2 ln of the prior density on the fitted scale.
    pub fn minus_two_log_density(&self, parameters: &[f64]) -> f64 {
        self.residuals(parameters).norm_squared() + self.log_determinant + self.count() as f64 * log(2.0 * std::f64::consts::PI)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marginal(position: usize, mean: f64, standard_deviation: f64) -> Marginal {
        Marginal { position, scale: Scale::Logarithmic, mean, standard_deviation }
    }

    #[test]
    fn a_correlated_prior_is_the_bivariate_normal_density() {
        // textbook bivariate normal at standardised deviations u, v: (u² − 2ρuv + v²)/(1 − ρ²) + ln(1 − ρ²) + 2 ln(σ₁σ₂) + 2 ln 2π
        let correlation = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        let prior = Prior::new(&[marginal(0, 0.5, 0.3), marginal(1, -1.0, 0.8)], Some(&correlation)).expect("a prior");
        let parameters = [crate::math::exp(0.8), crate::math::exp(-2.0)];
        let (u, v, rho): (f64, f64, f64) = (1.0, -1.25, 0.6);
        let expected = (u * u - 2.0 * rho * u * v + v * v) / (1.0 - rho * rho)
            + log(1.0 - rho * rho)
            + 2.0 * log(0.3 * 0.8)
            + 2.0 * log(2.0 * std::f64::consts::PI);
        assert!((prior.minus_two_log_density(&parameters) - expected).abs() < 1e-12);
    }

    #[test]
    fn draws_have_the_medians_spreads_and_correlation_of_the_prior() {
        // expected: mean, standard deviation and correlation of ln x as given, each within five standard errors of 20 000 draws
        let correlation = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        let prior = Prior::new(&[marginal(0, 0.5, 0.3), marginal(1, -1.0, 0.8)], Some(&correlation)).expect("a prior");
        let count = 20_000_u32;
        let (mut sums, mut squares, mut product) = ([0.0; 2], [0.0; 2], 0.0);
        for patient in 0..u64::from(count) {
            let source = crate::random::RandomSource::new(5, patient, 0);
            let drawn = prior.draw(&[source.standard_normal(0), source.standard_normal(1)]).expect("two numbers");
            let u = (log(drawn[0].1) - 0.5) / 0.3;
            let v = (log(drawn[1].1) + 1.0) / 0.8;
            for (k, deviation) in [u, v].into_iter().enumerate() {
                sums[k] += deviation;
                squares[k] += deviation * deviation;
            }
            product += u * v;
        }
        let n = f64::from(count);
        let bound = 5.0 / n.sqrt();
        for k in 0..2 {
            assert!((sums[k] / n).abs() < bound && (squares[k] / n - 1.0).abs() < bound * 2_f64.sqrt());
        }
        // Var(uv) = 1 + ρ²
        assert!((product / n - 0.6).abs() < bound * 1.36_f64.sqrt());
        assert_eq!(prior.draw(&[0.0]), None);
    }

    #[test]
    fn impossible_priors_are_refused() {
        let correlation = DMatrix::from_row_slice(2, 2, &[1.0, 1.2, 1.2, 1.0]);
        assert!(Prior::new(&[marginal(0, 0.0, 1.0), marginal(1, 0.0, 1.0)], Some(&correlation)).is_err_and(|e| e.contains("contradict")));
        assert!(Prior::new(&[marginal(0, 0.0, 0.0)], None).is_err_and(|e| e.contains("positive")));
    }
}
