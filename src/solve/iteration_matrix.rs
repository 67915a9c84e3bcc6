//! The matrix `W = I/(hγ) − J` of a Rosenbrock step: sparse elimination in a fixed order, checked, with a dense pivoted fallback.
//!
//! The check is the componentwise backward error of the first solution of every factorisation,
//! `max_i |b − W x|_i / (|W| |x| + |b|)_i` (W. Oettli, W. Prager, Numer. Math. 6 (1964) 405). It does not depend on the units of the states,
//! as the size of the multipliers would. A stable elimination gives a few times 1e-16.

use nalgebra::{DMatrix, DVector, Dyn, LU};

use super::elimination::Elimination;

/// Largest backward error taken from the fixed pivot order; beyond it, the step is factorised again densely with pivoting.
const LARGEST_BACKWARD_ERROR: f64 = 1e-10;

/// `W = I/(hγ) − J`, factorised.
#[derive(Debug, Clone)]
pub(crate) struct IterationMatrix {
    size: usize,
    pattern: Vec<(u32, u32)>,
    entries: Vec<f64>,
    diagonal: f64,
    sparse: Elimination,
    sparse_is_usable: bool,
    checked: bool,
    dense: Option<LU<f64, Dyn, Dyn>>,
    side: Vec<f64>,
    residual: Vec<f64>,
    magnitude: Vec<f64>,
    /// Factorisations repeated densely so far.
    pub pivoted_fallbacks: usize,
}

/// `W` is singular to working precision or holds numbers that are not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Singular;

impl IterationMatrix {
    /// Plans the elimination for a Jacobian with entries at `pattern`.
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> IterationMatrix {
        IterationMatrix {
            size,
            pattern: pattern.iter().map(|&(row, column)| (row as u32, column as u32)).collect(),
            entries: vec![0.0; pattern.len()],
            diagonal: 0.0,
            sparse: Elimination::new(size, pattern),
            sparse_is_usable: false,
            checked: false,
            dense: None,
            side: vec![0.0; size],
            residual: vec![0.0; size],
            magnitude: vec![0.0; size],
            pivoted_fallbacks: 0,
        }
    }

    /// Factorises `diagonal · I − J`, with J's values in the order of the pattern.
    pub(crate) fn factorise(&mut self, diagonal: f64, jacobian: &[f64]) -> Result<(), Singular> {
        self.entries.copy_from_slice(jacobian);
        self.diagonal = diagonal;
        self.dense = None;
        self.checked = false;
        self.sparse_is_usable = self.sparse.factorise(diagonal, jacobian).is_ok();
        if self.sparse_is_usable { Ok(()) } else { self.factorise_densely() }
    }

    /// Replaces a right-hand side by the solution. The first solution after a factorisation is checked.
    pub(crate) fn solve(&mut self, side: &mut [f64]) -> Result<(), Singular> {
        if let Some(dense) = &self.dense {
            return solve_densely(dense, side);
        }
        if self.checked {
            self.sparse.solve(side);
            return Ok(());
        }
        self.side.copy_from_slice(side);
        self.sparse.solve(side);
        self.checked = true;
        if self.backward_error(side) <= LARGEST_BACKWARD_ERROR {
            return Ok(());
        }
        self.factorise_densely()?;
        side.copy_from_slice(&self.side);
        match &self.dense {
            Some(dense) => solve_densely(dense, side),
            None => Err(Singular),
        }
    }

    /// Componentwise backward error of `solution` for the side kept in `self.side`; NaN if anything is not finite.
    fn backward_error(&mut self, solution: &[f64]) -> f64 {
        for (((residual, magnitude), &side), &value) in self.residual.iter_mut().zip(&mut self.magnitude).zip(&self.side).zip(solution) {
            let product = self.diagonal * value;
            *residual = side - product;
            *magnitude = side.abs() + product.abs();
        }
        for (&(row, column), &entry) in self.pattern.iter().zip(&self.entries) {
            let product = entry * solution[column as usize];
            self.residual[row as usize] += product;
            self.magnitude[row as usize] += product.abs();
        }
        let mut largest = 0.0;
        for (residual, &magnitude) in self.residual.iter().zip(&self.magnitude) {
            let error = if magnitude > 0.0 { residual.abs() / magnitude } else { magnitude };
            if error.is_nan() {
                return f64::NAN;
            }
            largest = f64::max(largest, error);
        }
        largest
    }

    fn factorise_densely(&mut self) -> Result<(), Singular> {
        if !self.diagonal.is_finite() || self.entries.iter().any(|entry| !entry.is_finite()) {
            return Err(Singular);
        }
        self.pivoted_fallbacks += 1;
        let mut matrix = DMatrix::identity(self.size, self.size) * self.diagonal;
        for (&(row, column), &entry) in self.pattern.iter().zip(&self.entries) {
            matrix[(row as usize, column as usize)] -= entry;
        }
        let factors = matrix.lu();
        let solvable = factors.is_invertible();
        self.dense = Some(factors);
        if solvable { Ok(()) } else { Err(Singular) }
    }
}

fn solve_densely(factors: &LU<f64, Dyn, Dyn>, side: &mut [f64]) -> Result<(), Singular> {
    let solution = factors.solve(&DVector::from_column_slice(side)).ok_or(Singular)?;
    side.copy_from_slice(solution.as_slice());
    if side.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(Singular) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: [(usize, usize); 4] = [(0, 0), (0, 1), (1, 0), (1, 1)];

    #[test]
    fn a_harmless_matrix_stays_sparse() {
        // [[3, -1], [-1, 2]] x = [5, 0]: x = [2, 1].
        let mut matrix = IterationMatrix::new(2, &FULL);
        matrix.factorise(4.0, &[1.0, 1.0, 1.0, 2.0]).expect("regular");
        let mut side = [5.0, 0.0];
        matrix.solve(&mut side).expect("regular");
        assert!((side[0] - 2.0).abs() < 1e-15 && (side[1] - 1.0).abs() < 1e-15);
        assert_eq!(matrix.pivoted_fallbacks, 0);
    }

    #[test]
    fn a_tiny_pivot_falls_back_to_pivoting() {
        // [[1e-18, 1], [1, 1]] x = [1, 2]: x = [1, 1] to rounding; without pivoting the first component would come out as 0.
        let mut matrix = IterationMatrix::new(2, &FULL);
        matrix.factorise(0.0, &[-1e-18, -1.0, -1.0, -1.0]).expect("regular");
        let mut side = [1.0, 2.0];
        matrix.solve(&mut side).expect("regular");
        assert!((side[0] - 1.0).abs() < 1e-15 && (side[1] - 1.0).abs() < 1e-15, "{side:?}");
        assert_eq!(matrix.pivoted_fallbacks, 1);
    }

    #[test]
    fn a_zero_pivot_falls_back_and_a_singular_matrix_is_refused() {
        let mut matrix = IterationMatrix::new(2, &FULL);
        matrix.factorise(0.0, &[0.0, -1.0, -1.0, 0.0]).expect("a permutation");
        let mut side = [3.0, 4.0];
        matrix.solve(&mut side).expect("a permutation");
        assert_eq!(side, [4.0, 3.0]);
        assert_eq!(matrix.pivoted_fallbacks, 1);
        assert_eq!(matrix.factorise(1.0, &[1.0, 0.0, 0.0, 1.0]), Err(Singular));
        assert_eq!(matrix.factorise(1.0, &[f64::NAN, 0.0, 0.0, 1.0]), Err(Singular));
    }
}
