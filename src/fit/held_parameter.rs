//! A problem with one of its parameters held at a value.

use crate::fit::least_squares::Residuals;
use nalgebra::DMatrix;

/// `problem` as a function of all parameters but the one at place `held`.
pub struct HeldParameter<'a> {
    problem: &'a mut dyn Residuals,
    held: usize,
    value: f64,
}

impl<'a> HeldParameter<'a> {
    /// `problem` with the parameter at place `held` (below its count) fixed at the natural `value`.
    pub fn new(problem: &'a mut dyn Residuals, held: usize, value: f64) -> Self {
        HeldParameter { problem, held, value }
    }

    fn whole(&self, others: &[f64]) -> Vec<f64> {
        let mut all = others.to_vec();
        all.insert(self.held, self.value);
        all
    }

    /// The objective where the held parameter is the only one.
    ///
    /// # Errors
    /// What the problem says, or a value that is not finite.
    pub fn objective_alone(&mut self) -> Result<f64, String> {
        let mut residuals = vec![0.0; self.residual_count()];
        self.residuals(&[], &mut residuals)?;
        let objective = self.objective(&[], &residuals);
        if objective.is_finite() { Ok(objective) } else { Err(format!("the objective is {objective}")) }
    }
}

impl Residuals for HeldParameter<'_> {
    fn parameter_count(&self) -> usize {
        self.problem.parameter_count().saturating_sub(1)
    }

    fn residual_count(&self) -> usize {
        self.problem.residual_count()
    }

    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String> {
        let whole = self.whole(parameters);
        self.problem.residuals(&whole, out)
    }

    fn objective(&mut self, parameters: &[f64], residuals: &[f64]) -> f64 {
        let whole = self.whole(parameters);
        self.problem.objective(&whole, residuals)
    }

    fn is_least_squares(&self) -> bool {
        self.problem.is_least_squares()
    }

    fn jacobian(&mut self, parameters: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        let whole = self.whole(parameters);
        let given = self.problem.jacobian(&whole)?;
        Some(given.and_then(|matrix| {
            if self.held < matrix.ncols() {
                Ok(matrix.remove_column(self.held))
            } else {
                Err(format!("the Jacobian has {} columns, expected more than {}", matrix.ncols(), self.held))
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// r = (a + 2 b + 3 c, a b c) with its Jacobian.
    struct Three;

    impl Residuals for Three {
        fn parameter_count(&self) -> usize {
            3
        }

        fn residual_count(&self) -> usize {
            2
        }

        fn residuals(&mut self, p: &[f64], out: &mut [f64]) -> Result<(), String> {
            out.copy_from_slice(&[p[0] + 2.0 * p[1] + 3.0 * p[2], p[0] * p[1] * p[2]]);
            Ok(())
        }

        fn jacobian(&mut self, p: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
            Some(Ok(DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, p[1] * p[2], p[0] * p[2], p[0] * p[1]])))
        }
    }

    #[test]
    fn the_others_keep_their_order_and_derivatives() {
        let mut problem = Three;
        let mut held = HeldParameter::new(&mut problem, 1, 5.0);
        assert_eq!((held.parameter_count(), held.residual_count()), (2, 2));
        let mut out = [0.0; 2];
        held.residuals(&[1.0, 7.0], &mut out).expect("computes");
        assert_eq!(out, [32.0, 35.0]);
        let jacobian = held.jacobian(&[1.0, 7.0]).expect("given").expect("computes");
        assert_eq!(jacobian, DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 35.0, 5.0]));
    }
}
