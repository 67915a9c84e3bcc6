//! Estimates with their covariance as a distribution to draw from: normal on the fitted scales.
//!
//! t = t̂ + L z with C = L Lᵀ (Cholesky over the parameters that have a variance) and z of independent standard normal numbers, addressed by draw and parameter.

use crate::fit::parameter::Scale;
use crate::math::sqrt;
use crate::random::RandomSource;
use nalgebra::{DMatrix, DVector};

/// Jointly estimated parameters of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSpread {
    positions: Vec<usize>,
    scales: Vec<Scale>,
    /// Internal units in one unit of the fitted value.
    sizes: Vec<f64>,
    /// Estimates on the fitted scale.
    centre: DVector<f64>,
    covariance: DMatrix<f64>,
    factor: DMatrix<f64>,
}

/// Draws of one parameter set take this stream of a random source.
const STREAM: u32 = 0x5046;

impl ParameterSpread {
    /// Estimates `values` (internal units) of the model's parameters at `positions`, with the covariance on the fitted scale. `sizes` are internal units in
    /// one unit of each fitted value. A parameter with variance 0 stays where it is.
    ///
    /// # Errors
    /// A sentence: lengths that differ, a value that its scale does not hold, or a matrix that is no covariance.
    pub fn new(
        positions: Vec<usize>,
        values: &[f64],
        scales: Vec<Scale>,
        sizes: Vec<f64>,
        covariance: DMatrix<f64>,
    ) -> Result<Self, String> {
        let count = positions.len();
        if values.len() != count || scales.len() != count || sizes.len() != count || covariance.shape() != (count, count) {
            return Err(format!("{count} parameters need as many values, scales and units, and a covariance of that size"));
        }
        let centre = DVector::from_iterator(count, (0..count).map(|i| scales[i].transform(values[i] / sizes[i])));
        if let Some(i) = (0..count).find(|i| !centre[*i].is_finite()) {
            return Err(format!("the estimate {} has no place on its scale", values[i] / sizes[i]));
        }
        let free: Vec<usize> = (0..count).filter(|i| covariance[(*i, *i)] > 0.0).collect();
        let part = covariance.select_rows(&free).select_columns(&free);
        let lower = match part.clone().cholesky() {
            Some(found) => found.l(),
            // a matrix that is singular to rounding still has a square root
            None => semidefinite_root(part)?,
        };
        let mut factor = DMatrix::zeros(count, count);
        for (a, i) in free.iter().enumerate() {
            for (b, j) in free.iter().enumerate() {
                factor[(*i, *j)] = lower[(a, b)];
            }
        }
        Ok(ParameterSpread { positions, scales, sizes, centre, covariance, factor })
    }

    /// Positions among the model's parameters.
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Scales of the fitted values.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Internal units in one unit of each fitted value.
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// Covariance on the fitted scale.
    pub fn covariance(&self) -> &DMatrix<f64> {
        &self.covariance
    }

    /// Estimates in internal units.
    pub fn values(&self) -> Vec<f64> {
        (0..self.positions.len()).map(|i| self.scales[i].back_transform(self.centre[i]) * self.sizes[i]).collect()
    }

    /// Draw number `draw` of `seed`: all parameters of a model whose others are those of `base` (internal units).
    pub fn draw(&self, seed: u64, draw: u64, base: &[f64]) -> Vec<f64> {
        let source = RandomSource::new(seed, draw, STREAM);
        let z = DVector::from_iterator(self.positions.len(), (0..self.positions.len() as u32).map(|i| source.standard_normal(i)));
        let t = &self.centre + &self.factor * z;
        let mut parameters = base.to_vec();
        for (i, position) in self.positions.iter().enumerate() {
            parameters[*position] = self.scales[i].back_transform(t[i]) * self.sizes[i];
        }
        parameters
    }
}

/// V √Λ of a symmetric matrix whose eigenvalues are not negative beyond rounding.
fn semidefinite_root(matrix: DMatrix<f64>) -> Result<DMatrix<f64>, String> {
    let eigen = matrix.symmetric_eigen();
    let largest = eigen.eigenvalues.amax();
    if eigen.eigenvalues.iter().any(|value| *value < -1e-9 * largest || !value.is_finite()) {
        return Err("the covariance of the estimates is not one: it has a negative eigenvalue".into());
    }
    let mut root = eigen.eigenvectors;
    for (mut column, value) in root.column_iter_mut().zip(eigen.eigenvalues.iter()) {
        column *= sqrt(value.max(0.0));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_covariance_asked_for() {
        // expected: mean and covariance on the fitted scale as given; bounds five standard errors of each moment of 40 000 draws
        let covariance = DMatrix::from_row_slice(2, 2, &[0.04, -0.01, -0.01, 0.25]);
        let spread = ParameterSpread::new(
            vec![2, 0],
            &[3000.0, 5.0],
            vec![Scale::Logarithmic, Scale::Natural],
            vec![1000.0, 1.0],
            covariance.clone(),
        )
        .expect("a spread");
        let count = 40_000_u64;
        let (mut sum, mut squares) = ([0.0; 2], [0.0; 3]);
        for draw in 0..count {
            let parameters = spread.draw(7, draw, &[1.0, 2.0, 3.0]);
            assert_eq!(parameters[1], 2.0);
            let (a, b) = (crate::math::log(parameters[2] / 1000.0) - crate::math::log(3.0), parameters[0] - 5.0);
            sum[0] += a;
            sum[1] += b;
            squares[0] += a * a;
            squares[1] += a * b;
            squares[2] += b * b;
        }
        let n = count as f64;
        assert!((sum[0] / n).abs() < 5.0 * 0.2 / n.sqrt() && (sum[1] / n).abs() < 5.0 * 0.5 / n.sqrt());
        for (found, (expected, size)) in squares.iter().zip([(0.04, 0.04), (-0.01, 0.1), (0.25, 0.25)]) {
            assert!((found / n - expected).abs() < 5.0 * 1.5 * size / n.sqrt(), "{} v {expected}", found / n);
        }
    }

    #[test]
    fn a_parameter_without_variance_stays_and_a_bad_matrix_is_refused() {
        let covariance = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.0, 1.0]);
        let spread = ParameterSpread::new(vec![0, 1], &[4.0, 1.0], vec![Scale::Natural; 2], vec![1.0; 2], covariance).expect("a spread");
        let drawn = spread.draw(1, 3, &[0.0, 0.0]);
        assert_eq!(drawn[0], 4.0);
        assert_ne!(drawn[1], 1.0);
        let wrong = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
        let refused = ParameterSpread::new(vec![0, 1], &[4.0, 1.0], vec![Scale::Natural; 2], vec![1.0; 2], wrong);
        assert!(refused.is_err_and(|error| error.contains("negative eigenvalue")));
    }
}
