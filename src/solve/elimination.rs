//! Sparse LU factorisation and solution by the operation lists of a plan, for `N` matrices of one pattern at once: no searching, no branching on
//! structure, no allocation. Every value is one running sum of products (the scheme of Crout), which keeps it in registers.

use std::cell::Cell;

use super::sparse::Plan;
use crate::math::{Block, InstructionSet, Kernel, Reader};

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
        // cells, because values are read through one list of operands while others are written
        let values = Cell::from_mut(values).as_slice_of_cells();
        let mut products = plan.products.of(values);
        let mut lengths = plan.product_start.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
        let mut broken = [0.0; N];
        for (pivot, kept) in inverse_pivots.iter_mut().enumerate() {
            let value = reduced(&values[pivot], products.take_next(lengths.next().unwrap_or(0)));
            let mut inverse = [0.0; N];
            for lane in 0..N {
                inverse[lane] = 1.0 / value[lane];
                // NaN for an inverse that is not finite
                broken[lane] += inverse[lane] * 0.0;
            }
            *kept = inverse;
            for value in &values[plan.upper(pivot)] {
                value.set(reduced(value, products.take_next(lengths.next().unwrap_or(0))));
            }
            for value in &values[plan.lower(pivot)] {
                let mut multiplier = reduced(value, products.take_next(lengths.next().unwrap_or(0)));
                for lane in 0..N {
                    multiplier[lane] *= inverse[lane];
                }
                value.set(multiplier);
            }
        }
        broken
    }

    #[inline(always)]
    fn solve_lanes(&mut self, side: &mut [[f64; N]]) {
        let plan = &self.plan;
        let size = plan.order.len();
        let values = Cell::from_mut(self.values.lanes_mut()).as_slice_of_cells();
        let permuted = Cell::from_mut(self.permuted.lanes_mut()).as_slice_of_cells();
        let mut entries = plan.lower_rows.between(0..plan.lower_rows.places().len(), [values, permuted]);
        for ((target, &index), ends) in permuted.iter().zip(&plan.order).zip(plan.lower_row_start.windows(2)) {
            target.set(side[index as usize]);
            target.set(reduced(target, entries.take_next((ends[1] - ends[0]) as usize)));
        }
        let mut entries = plan.upper_rows.between(0..plan.upper_rows.places().len(), [values, permuted]);
        let pivots = permuted.iter().zip(&plan.order).zip(plan.upper_start.windows(2)).zip(&self.inverse_pivots.lanes()[..size]);
        for (((target, &index), ends), inverse) in pivots.rev() {
            let mut solved = reduced(target, entries.take_last((ends[1] - ends[0]) as usize));
            for lane in 0..N {
                solved[lane] *= inverse[lane];
            }
            target.set(solved);
            side[index as usize] = solved;
        }
    }

    /// Replaces `M` right-hand sides of the matrix in lane `lane` by the solutions, side by side; `scratch` has the matrix's size.
    pub(crate) fn solve_sides<const M: usize>(&self, set: InstructionSet, lane: usize, sides: &mut [[f64; M]], scratch: &mut [[f64; M]]) {
        set.run(SolveSides(self, lane, sides, scratch));
    }

    #[inline(always)]
    fn solve_sides_of_lane<const M: usize>(&self, lane: usize, side: &mut [[f64; M]], permuted: &mut [[f64; M]]) {
        let Elimination { plan, values, inverse_pivots, .. } = self;
        let (values, inverse_pivots) = (values.lanes(), inverse_pivots.lanes());
        for (row, (&index, ends)) in plan.order.iter().zip(plan.lower_row_start.windows(2)).enumerate() {
            let mut sum = side[index as usize];
            for &[slot, column] in &plan.lower_rows.places()[ends[0] as usize..ends[1] as usize] {
                let (multiplier, value) = (values[slot as usize][lane], &permuted[column as usize]);
                for side in 0..M {
                    sum[side] -= multiplier * value[side];
                }
            }
            permuted[row] = sum;
        }
        let size = plan.order.len();
        for (pivot, (&index, ends)) in plan.order.iter().zip(plan.upper_start.windows(2)).enumerate().rev() {
            let mut sum = permuted[pivot];
            for &[slot, column] in &plan.upper_rows.places()[ends[0] as usize - size..ends[1] as usize - size] {
                let (entry, value) = (values[slot as usize][lane], &permuted[column as usize]);
                for side in 0..M {
                    sum[side] -= entry * value[side];
                }
            }
            let inverse = inverse_pivots[pivot][lane];
            for value in &mut sum {
                *value *= inverse;
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

struct SolveSides<'a, const N: usize, const M: usize>(&'a Elimination<N>, usize, &'a mut [[f64; M]], &'a mut [[f64; M]]);

impl<const N: usize, const M: usize> Kernel for SolveSides<'_, N, M> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.solve_sides_of_lane(self.1, self.2, self.3);
    }
}

/// What is left of a value when its products are taken off.
#[inline(always)]
fn reduced<const N: usize>(value: &Cell<[f64; N]>, products: Reader<'_, Cell<[f64; N]>, 2>) -> [f64; N] {
    let mut left = value.get();
    for [l, u] in products {
        let (l, u) = (l.get(), u.get());
        for lane in 0..N {
            left[lane] -= l[lane] * u[lane];
        }
    }
    left
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
            // three sides of the doubled matrix at once: twice the side, nothing, and minus the side
            let mut sides: Vec<[f64; 3]> = side.iter().map(|&value| [2.0 * value, 0.0, -value]).collect();
            elimination.solve_sides(InstructionSet::BASELINE, 1, &mut sides, &mut vec![[0.0; 3]; size]);
            for (found, expected) in sides.iter().zip(expected.iter()) {
                prop_assert!((found[0] - expected).abs() < 1e-14 && found[1] == 0.0 && (found[2] + 0.5 * expected).abs() < 1e-14);
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
