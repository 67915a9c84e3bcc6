//! A family and the points of a region as a least-squares problem with its exact Jacobian.

use super::curve::Curve;
use super::family::Family;
use super::region_fit::RegionPoint;
use crate::fit::error_model::{ErrorModel, WeightFrom, logarithmic_standard_deviation};
use crate::fit::least_squares::Residuals;
use nalgebra::DMatrix;

/// Residuals of a family at the points of one region.
pub(super) struct RegionProblem<'a> {
    pub(super) family: Family,
    pub(super) physical_decay_per_h: f64,
    pub(super) points: &'a [RegionPoint],
}

impl RegionProblem<'_> {
    pub(super) fn curve(&self, parameters: &[f64]) -> Curve {
        Curve { family: self.family, physical_decay_per_h: self.physical_decay_per_h, parameters: parameters.to_vec() }
    }
}

impl Residuals for RegionProblem<'_> {
    fn parameter_count(&self) -> usize {
        self.family.parameter_count()
    }

    fn residual_count(&self) -> usize {
        self.points.len()
    }

    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String> {
        let curve = self.curve(parameters);
        for (out, point) in out.iter_mut().zip(self.points) {
            *out = point.error.residual(point.activity_mbq, curve.activity_mbq(point.time_h))?;
        }
        Ok(())
    }

    fn jacobian(&mut self, parameters: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        let curve = self.curve(parameters);
        let mut matrix = DMatrix::zeros(self.points.len(), parameters.len());
        for (row, point) in self.points.iter().enumerate() {
            let slope = residual_slope(&point.error, point.activity_mbq, curve.activity_mbq(point.time_h));
            for (column, derivative) in curve.activity_gradient(point.time_h).into_iter().enumerate() {
                matrix[(row, column)] = slope * derivative;
            }
        }
        Some(Ok(matrix))
    }
}

/// Derivative of the weighted residual by the prediction.
fn residual_slope(error: &ErrorModel, measured: f64, predicted: f64) -> f64 {
    match *error {
        ErrorModel::Unweighted => -1.0,
        ErrorModel::Constant { standard_deviation } => -1.0 / standard_deviation,
        ErrorModel::Proportional { coefficient_of_variation, weight_from: WeightFrom::Measured } => {
            -1.0 / (coefficient_of_variation * measured)
        }
        ErrorModel::Proportional { coefficient_of_variation, weight_from: WeightFrom::Predicted } => {
            -measured / (coefficient_of_variation * predicted * predicted)
        }
        ErrorModel::LogNormal { coefficient_of_variation } => -1.0 / (predicted * logarithmic_standard_deviation(coefficient_of_variation)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jacobian_agrees_with_differences_under_every_error_model() {
        let proportional = |weight_from| ErrorModel::Proportional { coefficient_of_variation: 0.2, weight_from };
        for error in [
            ErrorModel::Unweighted,
            ErrorModel::Constant { standard_deviation: 3.0 },
            proportional(WeightFrom::Measured),
            proportional(WeightFrom::Predicted),
            ErrorModel::LogNormal { coefficient_of_variation: 0.2 },
        ] {
            let points =
                [(2.0, 30.0), (20.0, 44.0), (90.0, 11.0)].map(|(time_h, activity_mbq)| RegionPoint { row: 1, time_h, activity_mbq, error });
            let family = Family::named("mono-uptake").expect("a family");
            let mut problem = RegionProblem { family, physical_decay_per_h: 0.0043, points: &points };
            let at = [60.0, 0.02, 0.4];
            let exact = problem.jacobian(&at).expect("known").expect("computable");
            for i in 0..3 {
                let mut side = |sign: f64| {
                    let mut moved = at;
                    moved[i] *= 1.0 + sign * 1e-5;
                    let mut out = [0.0; 3];
                    problem.residuals(&moved, &mut out).expect("computable");
                    out
                };
                let (ahead, behind) = (side(1.0), side(-1.0));
                for row in 0..3 {
                    let slope = (ahead[row] - behind[row]) / (2e-5 * at[i]);
                    assert!((exact[(row, i)] - slope).abs() < 1e-6 * slope.abs().max(1e-6), "{error:?} {row} {i}");
                }
            }
        }
    }
}
