//! Sparse LU factorisation and solution by the operation lists of a plan, for `N` matrices of one pattern at once: no searching, no branching on
//! structure, no allocation. Every value is one running sum of products (the scheme of Crout), which keeps it in registers.

use std::ops::Range;

use super::sparse::Plan;
use crate::math::{Block, InstructionSet, Kernel, Operands};

/// Factorised sparse matrices `P A Pᵀ = L U` with unit diagonal in L, one per lane.
#[derive(Debug, Clone)]
pub(crate) struct Elimination<const N: usize> {
    plan: Plan,
    values: Block<N>,
    inverse_pivots: Block<N>,
    permuted: Block<N>,
}

impl<const N: usize> Elimination<N> {
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> Elimination<N> {
        let plan = Plan::new(size, pattern);
        Elimination { values: Block::zeros(plan.value_count()), inverse_pivots: Block::zeros(size), permuted: Block::zeros(size), plan }
    }

    /// Factorises `diagonal · I − (entries at the pattern)`. Returns per lane 0 if every pivot could be inverted, NaN if not.
    pub(crate) fn factorise(&mut self, set: InstructionSet, diagonal: &[f64; N], entries: &[[f64; N]]) -> [f64; N] {
        set.run(Factorise(self, diagonal, entries))
    }

    /// Replaces right-hand sides by the solutions.
    pub(crate) fn solve(&mut self, set: InstructionSet, side: &mut [[f64; N]]) {
        set.run(Solve(self, side));
    }

    #[inline(always)]
    fn factorise_lanes(&mut self, diagonal: &[f64; N], entries: &[[f64; N]]) -> [f64; N] {
        let plan = &self.plan;
        let (values, inverse_pivots) = (self.values.lanes_mut(), self.inverse_pivots.lanes_mut());
        let size = inverse_pivots.len();
        values[..size].fill(*diagonal);
        values[size..].fill([0.0; N]);
        for (&slot, entry) in plan.entry_slots.iter().zip(entries) {
            let mut value = values[slot as usize];
            for lane in 0..N {
                value[lane] -= entry[lane];
            }
            values[slot as usize] = value;
        }
        let mut products = plan.product_start.windows(2).map(|ends| ends[0] as usize..ends[1] as usize);
        let mut broken = [0.0; N];
        for pivot in 0..size {
            let value = reduced(values, pivot, &plan.products, products.next().unwrap_or_default());
            values[pivot] = value;
            let mut inverse = [0.0; N];
            for lane in 0..N {
                inverse[lane] = 1.0 / value[lane];
                // NaN for an inverse that is not finite
                broken[lane] += inverse[lane] * 0.0;
            }
            inverse_pivots[pivot] = inverse;
            for slot in plan.upper(pivot) {
                values[slot] = reduced(values, slot, &plan.products, products.next().unwrap_or_default());
            }
            for slot in plan.lower(pivot) {
                let mut sum = reduced(values, slot, &plan.products, products.next().unwrap_or_default());
                for lane in 0..N {
                    sum[lane] *= inverse[lane];
                }
                values[slot] = sum;
            }
        }
        broken
    }

    #[inline(always)]
    fn solve_lanes(&mut self, side: &mut [[f64; N]]) {
        let Elimination { plan, values, inverse_pivots, permuted } = self;
        let (values, inverse_pivots, permuted) = (values.lanes(), inverse_pivots.lanes(), permuted.lanes_mut());
        let size = permuted.len();
        for (row, (&index, ends)) in plan.order.iter().zip(plan.lower_row_start.windows(2)).enumerate() {
            let mut sum = side[index as usize];
            for [multiplier, value] in plan.lower_rows.between(ends[0] as usize..ends[1] as usize, [values, permuted]) {
                for lane in 0..N {
                    sum[lane] -= multiplier[lane] * value[lane];
                }
            }
            permuted[row] = sum;
        }
        let pivots = plan.order.iter().zip(plan.upper_start.windows(2)).zip(inverse_pivots).enumerate();
        for (pivot, ((&index, ends), inverse)) in pivots.rev() {
            let mut sum = permuted[pivot];
            let row = ends[0] as usize - size..ends[1] as usize - size;
            for [entry, value] in plan.upper_rows.between(row, [values, permuted]) {
                for lane in 0..N {
                    sum[lane] -= entry[lane] * value[lane];
                }
            }
            for lane in 0..N {
                sum[lane] *= inverse[lane];
            }
            permuted[pivot] = sum;
            side[index as usize] = sum;
        }
    }

    /// Bytes held for the batch.
    pub(crate) fn bytes(&self) -> usize {
        self.values.bytes() + self.inverse_pivots.bytes() + self.permuted.bytes()
    }
}

struct Factorise<'a, const N: usize>(&'a mut Elimination<N>, &'a [f64; N], &'a [[f64; N]]);

impl<const N: usize> Kernel for Factorise<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        self.0.factorise_lanes(self.1, self.2)
    }
}

struct Solve<'a, const N: usize>(&'a mut Elimination<N>, &'a mut [[f64; N]]);

impl<const N: usize> Kernel for Solve<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.solve_lanes(self.1);
    }
}

/// A value less its products.
#[inline(always)]
fn reduced<const N: usize>(values: &[[f64; N]], slot: usize, products: &Operands<2>, range: Range<usize>) -> [f64; N] {
    let mut sum = values[slot];
    for [l, u] in products.between(range, [values, values]) {
        for lane in 0..N {
            sum[lane] -= l[lane] * u[lane];
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, DVector};
    use proptest::prelude::*;

    proptest! {
        /// nalgebra's dense, pivoted LU is the independent answer.
        #[test]
        fn agrees_with_a_dense_factorisation(
            size in 1usize..25,
            places in prop::collection::btree_set((0usize..25, 0usize..25), 0..120),
            numbers in prop::collection::vec(-1.0f64..1.0, 120 + 25),
        ) {
            let pattern: Vec<(usize, usize)> = places.into_iter().filter(|place| place.0 < size && place.1 < size).collect();
            let diagonal = 30.0;
            let mut dense = DMatrix::identity(size, size) * diagonal;
            for (&(row, column), &value) in pattern.iter().zip(&numbers) {
                dense[(row, column)] -= value;
            }
            let side: Vec<f64> = numbers[120..120 + size].to_vec();
            let expected = dense.lu().solve(&DVector::from_column_slice(&side)).expect("diagonally dominant");
            // the second lane holds the matrix and the side doubled: the same solution, by other numbers
            let entries: Vec<[f64; 2]> = numbers[..pattern.len()].iter().map(|&value| [value, 2.0 * value]).collect();
            let mut elimination = Elimination::<2>::new(size, &pattern);
            prop_assert_eq!(elimination.factorise(InstructionSet::BASELINE, &[diagonal, 2.0 * diagonal], &entries), [0.0; 2]);
            let mut found: Vec<[f64; 2]> = side.iter().map(|&value| [value, 2.0 * value]).collect();
            elimination.solve(InstructionSet::BASELINE, &mut found);
            for (found, expected) in found.iter().zip(expected.iter()) {
                prop_assert!((found[0] - expected).abs() < 1e-14 && (found[1] - expected).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_zero_pivot_is_reported() {
        let mut elimination = Elimination::<3>::new(2, &[(0, 0), (0, 1), (1, 0)]);
        let broken = elimination.factorise(InstructionSet::BASELINE, &[1.0, f64::NAN, 2.0], &[[1.0; 3], [2.0; 3], [3.0; 3]]);
        assert!(broken[0].is_nan() && broken[1].is_nan() && broken[2] == 0.0, "{broken:?}");
    }
}
