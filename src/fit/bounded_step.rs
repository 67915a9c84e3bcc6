//! The linear sub-problem of one Levenberg–Marquardt trial: a damped least-squares step inside a box.
//!
//! minimise |r + J d|² + μ |D d|²  subject to  low ≤ d ≤ high,
//!
//! by an active set: components whose gradient pushes them out of the box are held, those that a solution would carry across a face are put on that
//! face and the rest is solved again. Each pass holds at least one component more, so there are at most as many passes as parameters.
//! The solution uses a QR factorisation of the stacked matrix, which keeps the digits that the normal equations would square away
//! (J. J. Moré, "The Levenberg–Marquardt algorithm: implementation and theory", 1978).

use nalgebra::{DMatrix, DVector};

/// Residuals and Jacobian at the current point, and the box of allowed steps.
#[derive(Debug, Clone, Copy)]
pub struct LinearModel<'a> {
    /// Jacobian of the residuals, one row per residual.
    pub jacobian: &'a DMatrix<f64>,
    /// Residuals r.
    pub residuals: &'a DVector<f64>,
    /// Gradient Jᵀ r.
    pub gradient: &'a DVector<f64>,
    /// Most negative allowed step per parameter (≤ 0).
    pub low: &'a DVector<f64>,
    /// Most positive allowed step per parameter (≥ 0).
    pub high: &'a DVector<f64>,
}

impl LinearModel<'_> {
    /// Whether parameter `i` sits on a face of the box and downhill leads outwards.
    pub fn is_held(&self, i: usize) -> bool {
        (self.low[i] >= 0.0 && self.gradient[i] > 0.0) || (self.high[i] <= 0.0 && self.gradient[i] < 0.0)
    }

    /// By how much the linear model lowers the sum of squares for the step `step`: |r|² − |r + J d|².
    pub fn predicted_reduction(&self, step: &DVector<f64>) -> f64 {
        let image = self.jacobian * step;
        -2.0 * self.gradient.dot(step) - image.norm_squared()
    }

    /// The damped step, or `None` where the system has no finite solution (more damping is needed).
    ///
    /// `damping` is μ ≥ 0, `scale` the diagonal of D (all positive).
    pub fn damped_step(&self, damping: f64, scale: &DVector<f64>) -> Option<DVector<f64>> {
        let count = self.gradient.len();
        let mut step = DVector::zeros(count);
        let mut free: Vec<usize> = (0..count).filter(|&i| !self.is_held(i)).collect();
        while !free.is_empty() {
            let target = self.residuals + self.jacobian * &step;
            let solution = solve_damped(self.jacobian, &target, damping, scale, &free)?;
            let mut crossed = false;
            let mut still_free = Vec::with_capacity(free.len());
            for (&i, &d) in free.iter().zip(solution.iter()) {
                if d < self.low[i] {
                    step[i] = self.low[i];
                    crossed = true;
                } else if d > self.high[i] {
                    step[i] = self.high[i];
                    crossed = true;
                } else {
                    still_free.push(i);
                }
            }
            if !crossed {
                for (&i, &d) in free.iter().zip(solution.iter()) {
                    step[i] = d;
                }
                break;
            }
            free = still_free;
        }
        Some(step)
    }
}

/// Unconstrained damped solution for the parameters `free`, the others contributing through `target` = r + J d(held).
fn solve_damped(
    jacobian: &DMatrix<f64>,
    target: &DVector<f64>,
    damping: f64,
    scale: &DVector<f64>,
    free: &[usize],
) -> Option<DVector<f64>> {
    let (rows, columns) = (jacobian.nrows(), free.len());
    let mut stacked = DMatrix::zeros(rows + columns, columns);
    let mut right = DVector::zeros(rows + columns);
    right.rows_mut(0, rows).copy_from(&-target);
    for (k, &i) in free.iter().enumerate() {
        stacked.view_mut((0, k), (rows, 1)).copy_from(&jacobian.column(i));
        stacked[(rows + k, k)] = damping.sqrt() * scale[i];
    }
    let factors = stacked.qr();
    factors.q_tr_mul(&mut right);
    let mut solution = right.rows(0, columns).into_owned();
    let solvable = factors.r().solve_upper_triangular_mut(&mut solution);
    (solvable && solution.iter().all(|d| d.is_finite())).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        jacobian: DMatrix<f64>,
        residuals: DVector<f64>,
        gradient: DVector<f64>,
        low: DVector<f64>,
        high: DVector<f64>,
    }

    impl Case {
        /// min (d₀ − 3)² + (d₀ + d₁ − 4)², solved by (3, 1).
        fn within(low: [f64; 2], high: [f64; 2]) -> Case {
            let jacobian = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 1.0, 1.0]);
            let residuals = DVector::from_vec(vec![-3.0, -4.0]);
            let gradient = jacobian.tr_mul(&residuals);
            Case { jacobian, residuals, gradient, low: DVector::from_row_slice(&low), high: DVector::from_row_slice(&high) }
        }

        fn model(&self) -> LinearModel<'_> {
            LinearModel { jacobian: &self.jacobian, residuals: &self.residuals, gradient: &self.gradient, low: &self.low, high: &self.high }
        }
    }

    #[test]
    fn without_damping_and_bounds_it_is_the_least_squares_solution() {
        let case = Case::within([-10.0; 2], [10.0; 2]);
        let step = case.model().damped_step(0.0, &DVector::from_element(2, 1.0));
        let step = step.expect("regular system");
        assert!((step[0] - 3.0).abs() < 1e-14 && (step[1] - 1.0).abs() < 1e-14);
        assert!((case.model().predicted_reduction(&step) - 25.0).abs() < 1e-12);
    }

    #[test]
    fn a_face_is_met_and_the_rest_solved_again() {
        // With d₀ ≤ 2 the constrained minimum is (2, 2): by hand.
        let case = Case::within([-10.0; 2], [2.0, 10.0]);
        let step = case.model().damped_step(0.0, &DVector::from_element(2, 1.0)).expect("regular system");
        assert!((step[0] - 2.0).abs() < 1e-14 && (step[1] - 2.0).abs() < 1e-14);
    }

    #[test]
    fn a_parameter_pushed_out_of_the_box_is_held() {
        // Gradient of both is negative, so both want to grow; the first may not.
        let case = Case::within([-10.0; 2], [0.0, 10.0]);
        assert!(case.model().is_held(0) && !case.model().is_held(1));
        let step = case.model().damped_step(0.0, &DVector::from_element(2, 1.0)).expect("regular system");
        assert_eq!(step[0], 0.0);
        assert!((step[1] - 4.0).abs() < 1e-14);
    }

    #[test]
    fn damping_shortens_towards_the_gradient() {
        // For μ → ∞ the step tends to −g/(μ D²).
        let case = Case::within([-10.0; 2], [10.0; 2]);
        let step = case.model().damped_step(1e8, &DVector::from_row_slice(&[1.0, 2.0])).expect("regular system");
        assert!((step[0] * 1e8 + case.gradient[0]).abs() < 1e-5);
        assert!((step[1] * 4e8 + case.gradient[1]).abs() < 1e-5);
    }

    #[test]
    fn a_singular_system_without_damping_says_so_or_stays_finite() {
        let mut case = Case::within([-10.0; 2], [10.0; 2]);
        case.jacobian.column_mut(1).fill(0.0);
        case.gradient = case.jacobian.tr_mul(&case.residuals);
        assert!(case.model().damped_step(0.0, &DVector::from_element(2, 1.0)).is_none());
        assert!(case.model().damped_step(1e-3, &DVector::from_element(2, 1.0)).is_some());
    }
}
