//! The tangent space of a fitted model: convergence measure, covariance, condition, and which parameters the data cannot tell apart.
//!
//! A singular value decomposition of the Jacobian with columns of unit length. Covariance C = s² (Jᵀ J)⁻¹ (G. A. F. Seber, C. J. Wild,
//! Nonlinear Regression, 1989, §2.1), with s² from the residuals or 1 where the weights are known.

use nalgebra::{DMatrix, DVector, SVD};
use std::ops::Range;

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

/// The sandwich covariance H⁻¹ (Σᵢ sᵢ sᵢᵀ) H⁻¹ with H = Jᵀ J and the scores sᵢ = Σ J_kᵀ r_k over the rows k of observation i.
///
/// It holds where the error model is wrong, as long as the observations are independent (P. J. Huber, Proc. 5th Berkeley Symposium 1 (1967) 221–233;
/// H. White, Econometrica 48 (1980) 817–838: without correction for few data, HC0). `jacobian` and `residuals` are those of the fit, of a likelihood its
/// pseudo-residuals; `rows_of` says which rows belong to one observation (or one patient, occasion, …). Rows that belong to none, such as those of a
/// prior, count in H and not in the middle. `free` are the parameters that are not held at a bound; the others have zero rows and columns. `None`
/// where H is singular or a range leaves the matrix.
pub fn sandwich_covariance(
    jacobian: &DMatrix<f64>,
    residuals: &DVector<f64>,
    rows_of: &[Range<usize>],
    free: &[usize],
) -> Option<DMatrix<f64>> {
    let outside = |rows: &Range<usize>| rows.end > jacobian.nrows() || rows.start > rows.end;
    if residuals.len() != jacobian.nrows() || rows_of.iter().any(outside) {
        return None;
    }
    let bread = TangentSpace::new(jacobian, free).unscaled_covariance()?;
    let mut covariance = DMatrix::zeros(jacobian.ncols(), jacobian.ncols());
    for rows in rows_of {
        let score = jacobian.rows_range(rows.clone()).tr_mul(&residuals.rows_range(rows.clone()));
        // H⁻¹ s sᵀ H⁻¹ as one outer product keeps the sum positive semidefinite.
        let influence = &bread * score;
        covariance += &influence * influence.transpose();
    }
    Some(covariance)
}

/// A direction in parameter space and how strongly the data see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// Singular value of the Jacobian with unit columns, relative to the largest: 1 is seen best, 0 not at all.
    pub relative_singular_value: f64,
    /// Change of each parameter of the problem on the fitted scale along the direction, the largest being 1.
    pub components: Vec<f64>,
}

impl TangentSpace {
    /// All directions, the one that the data see least first.
    pub fn directions(&self) -> Vec<Direction> {
        let largest = self.largest();
        let mut directions: Vec<Direction> = (0..self.singular_values.len())
            .map(|k| {
                let mut components = vec![0.0; self.parameter_count];
                for (j, &i) in self.free.iter().enumerate() {
                    components[i] = self.right_transposed[(k, j)] / self.column_norms[j];
                }
                let most = components.iter().copied().fold(0.0_f64, |most, c| if c.abs() > most.abs() { c } else { most });
                if most != 0.0 {
                    components.iter_mut().for_each(|c| *c /= most);
                }
                let relative_singular_value = if largest > 0.0 { self.singular_values[k] / largest } else { 0.0 };
                Direction { relative_singular_value, components }
            })
            .collect();
        directions.sort_by(|a, b| a.relative_singular_value.total_cmp(&b.relative_singular_value));
        directions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandwich_of_a_straight_line_is_whites_by_hand() {
        // y = a + b x at x = −1, 0, 1, 2 less the mean 1/2: with z = x − 1/2 = −3/2, −1/2, 1/2, 3/2 the slope's HC0 variance is Σ z² r²/(Σ z²)², Σ z² = 5.
        // Residuals 1, −3, 3, −1 are orthogonal to 1 and to z only in sum; take them as they are: HC0 uses squares alone.
        let jacobian = DMatrix::from_row_slice(4, 2, &[1., -1.5, 1., -0.5, 1., 0.5, 1., 1.5]);
        let residuals = DVector::from_vec(vec![1., -3., 3., -1.]);
        let rows: Vec<Range<usize>> = (0..4).map(|i| i..i + 1).collect();
        let covariance = sandwich_covariance(&jacobian, &residuals, &rows, &[0, 1]).expect("regular");
        // a: Σ r²/16 = 20/16; b: (2.25·1 + 0.25·9 + 0.25·9 + 2.25·1)/25 = 9/25; ab: Σ z r²/(4·5) = 0.
        assert!((covariance[(0, 0)] - 1.25).abs() < 1e-13 && (covariance[(1, 1)] - 0.36).abs() < 1e-13, "{covariance}");
        assert!(covariance[(0, 1)].abs() < 1e-13);
        // Two observations of two rows: scores of a are 1 − 3 = −2 and 3 − 1 = 2, so var(a) = 8/16; of b −1.5 + 1.5 = 0 and 1.5 − 1.5 = 0.
        let pairs = sandwich_covariance(&jacobian, &residuals, &[0..2, 2..4], &[0, 1]).expect("regular");
        assert!((pairs[(0, 0)] - 0.5).abs() < 1e-13 && pairs[(1, 1)].abs() < 1e-13, "{pairs}");
        // A slope that is held: a alone, and zeros for b.
        let alone = sandwich_covariance(&jacobian, &residuals, &rows, &[0]).expect("regular");
        assert!((alone[(0, 0)] - 1.25).abs() < 1e-13 && alone[(1, 1)] == 0.0);
        assert!(sandwich_covariance(&jacobian, &residuals, &[0..2, 2..5], &[0, 1]).is_none(), "a range outside");
    }

    #[test]
    fn the_direction_seen_least_comes_first() {
        // ln(a b) is all that is seen: both columns are equal, so a up and b down changes nothing.
        let jacobian = DMatrix::from_row_slice(3, 3, &[1., 0., 1., 2., 1., 2., 3., 5., 3.]);
        let directions = TangentSpace::new(&jacobian, &[0, 1, 2]).directions();
        assert_eq!(directions.len(), 3);
        assert!(directions[0].relative_singular_value < 1e-14 && directions[1].relative_singular_value > 0.1);
        let c = &directions[0].components;
        assert!((c[0] + c[2]).abs() < 1e-12 && c[1].abs() < 1e-12 && (c[0].abs() - 1.0).abs() < 1e-12, "{c:?}");
    }

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
