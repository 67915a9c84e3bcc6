//! The tangent space of a fitted model: convergence measure, covariance, condition, and which parameters the data cannot tell apart.
//!
//! A singular value decomposition of the Jacobian with columns of unit length. Covariance C = s² (Jᵀ J)⁻¹ (G. A. F. Seber, C. J. Wild,
//! Nonlinear Regression, 1989, §2.1), with s² from the residuals or 1 where the weights are known.

use nalgebra::{DMatrix, DVector, SVD};

/// Singular values below this fraction of the largest count as zero.
const RANK_TOLERANCE: f64 = 1e-13;

/// Orthogonal description of the space that the columns of a Jacobian span.
pub struct TangentSpace {
    free: Vec<usize>,
    parameter_count: usize,
    column_norms: Vec<f64>,
    left: DMatrix<f64>,
    singular_values: DVector<f64>,
    right_transposed: DMatrix<f64>,
}

impl TangentSpace {
    /// The space spanned by the columns `free` of `jacobian` (all entries finite).
    pub fn new(jacobian: &DMatrix<f64>, free: &[usize]) -> Self {
        let mut scaled = jacobian.select_columns(free);
        let mut column_norms = Vec::with_capacity(free.len());
        for mut column in scaled.column_iter_mut() {
            let norm = match column.norm() {
                0.0 => 1.0,
                norm => norm,
            };
            column.unscale_mut(norm);
            column_norms.push(norm);
        }
        let parameter_count = jacobian.ncols();
        if free.is_empty() {
            return TangentSpace {
                free: Vec::new(),
                parameter_count,
                column_norms,
                left: DMatrix::zeros(jacobian.nrows(), 0),
                singular_values: DVector::zeros(0),
                right_transposed: DMatrix::zeros(0, 0),
            };
        }
        let rows = jacobian.nrows();
        let SVD { u, v_t, singular_values } = scaled.svd(true, true);
        let rank = singular_values.len();
        TangentSpace {
            free: free.to_vec(),
            parameter_count,
            column_norms,
            left: u.unwrap_or_else(|| DMatrix::zeros(rows, rank)),
            singular_values,
            right_transposed: v_t.unwrap_or_else(|| DMatrix::zeros(rank, free.len())),
        }
    }

    fn largest(&self) -> f64 {
        self.singular_values.iter().copied().fold(0.0, f64::max)
    }

    fn smallest(&self) -> f64 {
        self.singular_values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn is_zero(&self, k: usize) -> bool {
        self.singular_values[k] <= RANK_TOLERANCE * self.largest()
    }

    /// Largest over smallest singular value of the Jacobian with unit columns: 1 is orthogonal, ∞ is singular.
    pub fn condition_number(&self) -> f64 {
        if self.free.is_empty() { 1.0 } else { self.largest() / self.smallest() }
    }

    /// The part of the residuals that lies in the tangent space, relative to the residuals, and the Gauss–Newton step that would remove it
    /// (one entry per parameter of the whole problem, zero for those not free).
    pub fn offset_and_step(&self, residuals: &DVector<f64>) -> (f64, DVector<f64>) {
        let mut step = DVector::zeros(self.parameter_count);
        let mut projected = 0.0;
        for k in 0..self.singular_values.len() {
            if self.is_zero(k) {
                continue;
            }
            let component = self.left.column(k).dot(residuals);
            projected += component * component;
            let amount = component / self.singular_values[k];
            for (j, &i) in self.free.iter().enumerate() {
                step[i] -= amount * self.right_transposed[(k, j)] / self.column_norms[j];
            }
        }
        let norm = residuals.norm();
        let offset = if norm > 0.0 { projected.sqrt() / norm } else { 0.0 };
        (offset, step)
    }

    /// (Jᵀ J)⁻¹ over all parameters of the problem, rows and columns of those not free being zero; `None` where it is singular.
    pub fn unscaled_covariance(&self) -> Option<DMatrix<f64>> {
        let rank = self.singular_values.len();
        if rank < self.free.len() || (0..rank).any(|k| self.is_zero(k)) {
            return None;
        }
        let mut covariance = DMatrix::zeros(self.parameter_count, self.parameter_count);
        for (a, &i) in self.free.iter().enumerate() {
            for (b, &j) in self.free.iter().enumerate() {
                let sum: f64 = (0..rank)
                    .map(|k| {
                        let s = self.singular_values[k];
                        self.right_transposed[(k, a)] * self.right_transposed[(k, b)] / (s * s)
                    })
                    .sum();
                covariance[(i, j)] = sum / (self.column_norms[a] * self.column_norms[b]);
            }
        }
        Some(covariance)
    }

    /// The parameters that move together along the direction the data say least about: those with at least a third of its largest component.
    pub fn weakest_direction(&self) -> Vec<usize> {
        let Some(weakest) = (0..self.singular_values.len()).min_by(|&a, &b| self.singular_values[a].total_cmp(&self.singular_values[b]))
        else {
            return Vec::new();
        };
        let row = self.right_transposed.row(weakest);
        let largest = row.amax();
        self.free.iter().zip(row.iter()).filter(|(_, component)| component.abs() >= largest / 3.0).map(|(&i, _)| i).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covariance_of_a_straight_line_is_the_textbook_one() {
        // y = a + b x at x = 0, 1, 2, 3: var(a) = Σx²/(nΣx² − (Σx)²) = 14/20, var(b) = n/… = 4/20, cov = −Σx/… = −6/20.
        let jacobian = DMatrix::from_row_slice(4, 2, &[1., 0., 1., 1., 1., 2., 1., 3.]);
        let space = TangentSpace::new(&jacobian, &[0, 1]);
        let covariance = space.unscaled_covariance().expect("regular");
        assert!((covariance[(0, 0)] - 0.7).abs() < 1e-14);
        assert!((covariance[(1, 1)] - 0.2).abs() < 1e-14);
        assert!((covariance[(0, 1)] + 0.3).abs() < 1e-14);
    }

    #[test]
    fn the_step_of_a_linear_problem_ends_at_the_solution() {
        // Residuals of y = (1, 3, 5, 7) at a = b = 0: the solution is a = 1, b = 2.
        let jacobian = DMatrix::from_row_slice(4, 2, &[1., 0., 1., 1., 1., 2., 1., 3.]);
        let residuals = DVector::from_vec(vec![-1., -3., -5., -7.]);
        let (offset, step) = TangentSpace::new(&jacobian, &[0, 1]).offset_and_step(&residuals);
        assert!((offset - 1.0).abs() < 1e-14);
        assert!((step[0] - 1.0).abs() < 1e-13 && (step[1] - 2.0).abs() < 1e-13);
    }

    #[test]
    fn parameters_that_only_act_together_are_named() {
        // The first and third column are the same: only their sum is determined.
        let jacobian = DMatrix::from_row_slice(3, 3, &[1., 0., 1., 1., 1., 1., 1., 4., 1.]);
        let space = TangentSpace::new(&jacobian, &[0, 1, 2]);
        assert!(space.unscaled_covariance().is_none());
        assert!(space.condition_number() > 1e12);
        assert_eq!(space.weakest_direction(), vec![0, 2]);
    }

    #[test]
    fn parameters_not_free_have_no_variance() {
        let jacobian = DMatrix::from_row_slice(3, 2, &[2., 1., 2., 5., 2., 9.]);
        let covariance = TangentSpace::new(&jacobian, &[0]).unscaled_covariance().expect("regular");
        assert!((covariance[(0, 0)] - 1.0 / 12.0).abs() < 1e-15);
        assert_eq!(covariance[(1, 1)], 0.0);
    }
}
