//! The matrices `W = I/(hγ) − J` of a Rosenbrock step, one per lane: sparse elimination in a fixed order, checked, with a dense pivoted fallback.
//!
//! The check is the componentwise backward error of the first solution of every factorisation,
//! `max_i |b − W x|_i / (|W| |x| + |b|)_i` (W. Oettli, W. Prager, Numer. Math. 6 (1964) 405). It does not depend on the units of the states,
//! as the size of the multipliers would. A stable elimination gives a few times 1e-16.

use nalgebra::{DMatrix, DVector, Dyn, LU};

use super::elimination::Elimination;
use crate::math::{Block, InstructionSet, Kernel};

/// Largest backward error taken from the fixed pivot order; beyond it, the step is factorised again densely with pivoting.
const LARGEST_BACKWARD_ERROR: f64 = 1e-10;

/// `W = I/(hγ) − J`, factorised.
#[derive(Debug, Clone)]
pub(crate) struct IterationMatrix<const N: usize> {
    size: usize,
    pattern: Vec<(u32, u32)>,
    sparse: Elimination<N>,
    /// Dense factorisations of the lanes whose sparse one is not good enough.
    dense: [Option<LU<f64, Dyn, Dyn>>; N],
    any_dense: bool,
    side: Block<N>,
    residual: Block<N>,
    magnitude: Block<N>,
    /// Per lane: factorisations repeated densely so far.
    pub pivoted_fallbacks: [usize; N],
}

impl<const N: usize> IterationMatrix<N> {
    /// Plans the elimination for a Jacobian with entries at `pattern`.
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> IterationMatrix<N> {
        IterationMatrix {
            size,
            pattern: pattern.iter().map(|&(row, column)| (row as u32, column as u32)).collect(),
            sparse: Elimination::new(size, pattern),
            dense: std::array::from_fn(|_| None),
            any_dense: false,
            side: Block::zeros(size),
            residual: Block::zeros(size),
            magnitude: Block::zeros(size),
            pivoted_fallbacks: [0; N],
        }
    }

    /// Factorises `diagonal · I − J`, with J's values in the order of the pattern, and replaces the first right-hand side by the solution, which
    /// is checked in the lanes that are `active`. A singular lane gets a solution of NaN.
    pub(crate) fn factorise_and_solve(
        &mut self,
        set: InstructionSet,
        diagonal: &[f64; N],
        jacobian: &[[f64; N]],
        side: &mut [[f64; N]],
        active: &[bool; N],
    ) {
        self.any_dense = false;
        let broken = self.sparse.factorise(set, diagonal, jacobian);
        self.side.lanes_mut().copy_from_slice(side);
        self.sparse.solve(set, side);
        let error = set.run(BackwardError(self, diagonal, jacobian, side));
        for lane in 0..N {
            // a broken factorisation and a NaN both fail the comparison
            let good = error[lane] + broken[lane] <= LARGEST_BACKWARD_ERROR;
            if active[lane] && !good {
                self.factorise_densely(lane, diagonal[lane], jacobian);
                self.solve_densely(lane, side);
            } else {
                self.dense[lane] = None;
            }
        }
    }

    /// Replaces a further right-hand side by the solution.
    pub(crate) fn solve(&mut self, set: InstructionSet, side: &mut [[f64; N]]) {
        if !self.any_dense {
            self.sparse.solve(set, side);
            return;
        }
        self.side.lanes_mut().copy_from_slice(side);
        self.sparse.solve(set, side);
        for lane in 0..N {
            if self.dense[lane].is_some() {
                self.solve_densely(lane, side);
            }
        }
    }

    /// Replaces `M` further right-hand sides of one lane by the solutions, with the factors at hand. `scratch` has the matrix's size.
    pub(crate) fn solve_sides<const M: usize>(&self, set: InstructionSet, lane: usize, sides: &mut [[f64; M]], scratch: &mut [[f64; M]]) {
        match &self.dense[lane] {
            None => self.sparse.solve_sides(set, lane, sides, scratch),
            Some(factors) => solve_sides_densely(factors, sides),
        }
    }

    /// Componentwise backward error of `solution` for the side kept in `self.side`; NaN where anything is not finite.
    #[inline(always)]
    fn backward_error(&mut self, diagonal: &[f64; N], jacobian: &[[f64; N]], solution: &[[f64; N]]) -> [f64; N] {
        let (residual, magnitude) = (self.residual.lanes_mut(), self.magnitude.lanes_mut());
        for (((residual, magnitude), side), value) in residual.iter_mut().zip(magnitude.iter_mut()).zip(self.side.lanes()).zip(solution) {
            let (mut left, mut size) = (*side, [0.0; N]);
            for lane in 0..N {
                let product = diagonal[lane] * value[lane];
                size[lane] = left[lane].abs() + product.abs();
                left[lane] -= product;
            }
            (*residual, *magnitude) = (left, size);
        }
        for (&(row, column), entry) in self.pattern.iter().zip(jacobian) {
            let value = &solution[column as usize];
            let (mut left, mut size) = (residual[row as usize], magnitude[row as usize]);
            for lane in 0..N {
                let product = entry[lane] * value[lane];
                left[lane] += product;
                size[lane] += product.abs();
            }
            (residual[row as usize], magnitude[row as usize]) = (left, size);
        }
        let mut largest = [0.0; N];
        for (residual, magnitude) in residual.iter().zip(magnitude.iter()) {
            for lane in 0..N {
                // an empty row is exact: 0/0 counts as 0, NaN of anything else stays
                let error = if magnitude[lane] == 0.0 { 0.0 } else { residual[lane].abs() / magnitude[lane] };
                // once NaN, always NaN
                largest[lane] = if error <= largest[lane] { largest[lane] } else { error + 0.0 * largest[lane] };
            }
        }
        largest
    }

    #[cold]
    #[inline(never)]
    fn factorise_densely(&mut self, lane: usize, diagonal: f64, jacobian: &[[f64; N]]) {
        self.any_dense = true;
        self.pivoted_fallbacks[lane] += 1;
        let mut matrix = DMatrix::identity(self.size, self.size) * diagonal;
        for (&(row, column), entry) in self.pattern.iter().zip(jacobian) {
            matrix[(row as usize, column as usize)] -= entry[lane];
        }
        self.dense[lane] = Some(matrix.lu());
    }

    /// Solves for the side kept in `self.side`.
    #[cold]
    #[inline(never)]
    fn solve_densely(&self, lane: usize, side: &mut [[f64; N]]) {
        let kept = DVector::from_iterator(self.size, self.side.lane(lane));
        let solution = self.dense[lane].as_ref().and_then(|factors| factors.solve(&kept));
        for (index, value) in side.iter_mut().enumerate() {
            value[lane] = solution.as_ref().map_or(f64::NAN, |solution| solution[index]);
        }
    }

    /// Bytes held for the batch.
    pub(crate) fn bytes(&self) -> usize {
        self.sparse.bytes() + self.side.bytes() + self.residual.bytes() + self.magnitude.bytes()
    }
}

#[cold]
#[inline(never)]
fn solve_sides_densely<const M: usize>(factors: &LU<f64, Dyn, Dyn>, sides: &mut [[f64; M]]) {
    for side in 0..M {
        let kept = DVector::from_iterator(sides.len(), sides.iter().map(|values| values[side]));
        let solution = factors.solve(&kept);
        for (index, values) in sides.iter_mut().enumerate() {
            values[side] = solution.as_ref().map_or(f64::NAN, |solution| solution[index]);
        }
    }
}

struct BackwardError<'a, const N: usize>(&'a mut IterationMatrix<N>, &'a [f64; N], &'a [[f64; N]], &'a [[f64; N]]);

impl<const N: usize> Kernel for BackwardError<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        self.0.backward_error(self.1, self.2, self.3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: [(usize, usize); 4] = [(0, 0), (0, 1), (1, 0), (1, 1)];

    /// Solves `(diagonal · I − J) x = b` in one lane.
    fn solve(diagonal: f64, jacobian: [f64; 4], side: [f64; 2]) -> ([f64; 2], usize) {
        let mut matrix = IterationMatrix::<1>::new(2, &FULL);
        let mut side = side.map(|value| [value]);
        matrix.factorise_and_solve(InstructionSet::BASELINE, &[diagonal], &jacobian.map(|value| [value]), &mut side, &[true]);
        (side.map(|value| value[0]), matrix.pivoted_fallbacks[0])
    }

    #[test]
    fn a_harmless_matrix_stays_sparse() {
        // [[3, -1], [-1, 2]] x = [5, 0]: x = [2, 1].
        let (found, fallbacks) = solve(4.0, [1.0, 1.0, 1.0, 2.0], [5.0, 0.0]);
        assert!((found[0] - 2.0).abs() < 1e-15 && (found[1] - 1.0).abs() < 1e-15);
        assert_eq!(fallbacks, 0);
    }

    #[test]
    fn a_tiny_pivot_falls_back_to_pivoting() {
        // [[1e-18, 1], [1, 1]] x = [1, 2]: x = [1, 1] to rounding; without pivoting the first component would come out as 0.
        let (found, fallbacks) = solve(0.0, [-1e-18, -1.0, -1.0, -1.0], [1.0, 2.0]);
        assert!((found[0] - 1.0).abs() < 1e-15 && (found[1] - 1.0).abs() < 1e-15, "{found:?}");
        assert_eq!(fallbacks, 1);
    }

    #[test]
    fn a_zero_pivot_falls_back_and_a_singular_matrix_has_no_solution() {
        assert_eq!(solve(0.0, [0.0, -1.0, -1.0, 0.0], [3.0, 4.0]), ([4.0, 3.0], 1));
        assert!(solve(1.0, [1.0, 0.0, 0.0, 1.0], [1.0, 1.0]).0.iter().all(|value| value.is_nan()));
        assert!(solve(1.0, [f64::NAN, 0.0, 0.0, 1.0], [1.0, 1.0]).0.iter().any(|value| value.is_nan()));
    }

    #[test]
    fn lanes_fall_back_one_by_one() {
        // lane 0 harmless, lane 1 needs pivoting, lane 2 is singular but nobody is there
        let mut matrix = IterationMatrix::<3>::new(2, &FULL);
        let jacobian = [[-2.0, -1e-18, 0.0], [0.0, -1.0, 0.0], [0.0, -1.0, 0.0], [-4.0, -1.0, 0.0]];
        let mut side = [[2.0, 1.0, 1.0], [8.0, 2.0, 1.0]];
        matrix.factorise_and_solve(InstructionSet::BASELINE, &[0.0; 3], &jacobian, &mut side, &[true, true, false]);
        assert_eq!(matrix.pivoted_fallbacks, [0, 1, 0]);
        assert_eq!((side[0][0], side[1][0]), (1.0, 2.0));
        assert!((side[0][1] - 1.0).abs() < 1e-15 && (side[1][1] - 1.0).abs() < 1e-15);
        let mut next = [[4.0, 2.0, 1.0], [4.0, 3.0, 1.0]];
        matrix.solve(InstructionSet::BASELINE, &mut next);
        assert_eq!((next[0][0], next[1][0]), (2.0, 1.0));
        assert!((next[0][1] - 1.0).abs() < 1e-15 && (next[1][1] - 2.0).abs() < 1e-15, "{next:?}");
        // several sides of one lane: [1, 2] and [2, 3] for the pivoted one
        let mut sides = [[1.0, 2.0], [2.0, 3.0]];
        matrix.solve_sides(InstructionSet::BASELINE, 1, &mut sides, &mut [[0.0; 2]; 2]);
        let expected = [[1.0, 1.0], [1.0, 2.0]];
        assert!(sides.as_flattened().iter().zip(expected.as_flattened()).all(|(found, expected)| (found - expected).abs() < 1e-15));
    }
}
