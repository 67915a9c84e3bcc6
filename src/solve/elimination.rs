//! Sparse LU factorisation and solution by the operation lists of a plan: no searching, no branching on structure, no allocation.

use super::sparse::Plan;

/// A factorised sparse matrix `P A Pᵀ = L U` with unit diagonal in L.
#[derive(Debug, Clone)]
pub(crate) struct Elimination {
    plan: Plan,
    values: Vec<f64>,
    inverse_pivots: Vec<f64>,
    permuted: Vec<f64>,
}

/// A pivot that is zero or not finite: the fixed order cannot be used for these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breakdown;

impl Elimination {
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> Elimination {
        let plan = Plan::new(size, pattern);
        Elimination { values: vec![0.0; plan.value_count()], inverse_pivots: vec![0.0; size], permuted: vec![0.0; size], plan }
    }

    /// Factorises `diagonal · I − (entries at the pattern)`.
    pub(crate) fn factorise(&mut self, diagonal: f64, entries: &[f64]) -> Result<(), Breakdown> {
        let Elimination { plan, values, inverse_pivots, .. } = self;
        let size = inverse_pivots.len();
        values[..size].fill(diagonal);
        values[size..].fill(0.0);
        for (&slot, &entry) in plan.entry_slots.iter().zip(entries) {
            values[slot as usize] -= entry;
        }
        let mut targets = plan.targets.as_slice();
        for pivot in 0..size {
            let inverse = 1.0 / values[pivot];
            if !inverse.is_finite() || inverse == 0.0 {
                return Err(Breakdown);
            }
            inverse_pivots[pivot] = inverse;
            let row = plan.upper(pivot);
            for place in plan.lower(pivot) {
                let multiplier = values[place] * inverse;
                values[place] = multiplier;
                let (now, later) = targets.split_at(row.len());
                targets = later;
                if multiplier != 0.0 {
                    for (&target, source) in now.iter().zip(row.clone()) {
                        values[target as usize] -= multiplier * values[source];
                    }
                }
            }
        }
        Ok(())
    }

    /// Replaces a right-hand side by the solution.
    pub(crate) fn solve(&mut self, side: &mut [f64]) {
        let Elimination { plan, values, inverse_pivots, permuted } = self;
        for (value, &index) in permuted.iter_mut().zip(&plan.order) {
            *value = side[index as usize];
        }
        let size = permuted.len();
        for pivot in 0..size {
            let value = permuted[pivot];
            let range = plan.lower(pivot);
            for (&row, &multiplier) in plan.partner[range.clone()].iter().zip(&values[range]) {
                permuted[row as usize] -= multiplier * value;
            }
        }
        for pivot in (0..size).rev() {
            let mut value = permuted[pivot];
            let range = plan.upper(pivot);
            for (&column, &entry) in plan.partner[range.clone()].iter().zip(&values[range]) {
                value -= entry * permuted[column as usize];
            }
            permuted[pivot] = value * inverse_pivots[pivot];
        }
        for (&value, &index) in permuted.iter().zip(&plan.order) {
            side[index as usize] = value;
        }
    }
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
            let mut elimination = Elimination::new(size, &pattern);
            elimination.factorise(diagonal, &numbers[..pattern.len()]).expect("diagonally dominant");
            let mut found = side;
            elimination.solve(&mut found);
            for (found, expected) in found.iter().zip(expected.iter()) {
                prop_assert!((found - expected).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_zero_pivot_is_reported() {
        let mut elimination = Elimination::new(2, &[(0, 0), (0, 1), (1, 0)]);
        assert_eq!(elimination.factorise(1.0, &[1.0, 2.0, 3.0]), Err(Breakdown));
        assert_eq!(elimination.factorise(f64::NAN, &[1.0, 2.0, 3.0]), Err(Breakdown));
        assert_eq!(elimination.factorise(2.0, &[1.0, 2.0, 3.0]), Ok(()));
    }
}
