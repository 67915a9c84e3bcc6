//! The elimination of a sparse matrix, planned once: order of the pivots, places that fill in, and the operations as flat lists.
//!
//! Pivots stay on the diagonal (which is always present) and are taken in the order of Markowitz: next is the one with the smallest
//! (entries in its row − 1)·(entries in its column − 1), the first such in case of a tie. H. M. Markowitz, Management Science 3 (1957) 255.
//! Receptor-kinetic Jacobians are close to column-diagonally dominant, so the fixed order is accurate nearly always; where it is not,
//! `iteration_matrix` notices.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::math::Operands;

/// Planned LU factorisation. Values live in one array: pivots, then the rows of U, then the columns of L, each in pivot order.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Row (= column) of the matrix that is the k-th pivot.
    pub order: Vec<u32>,
    /// Where the row of U of pivot k starts in the value array; one more entry closes the last.
    pub upper_start: Vec<u32>,
    /// Where the column of L of pivot k starts in the value array; one more entry closes the last.
    pub lower_start: Vec<u32>,
    /// (slot, pivot position of the column) of the entries of each row of U.
    pub upper_rows: Operands<2>,
    /// Products `l·u` subtracted from each value, as pairs of slots: all those of one value side by side, so that it is computed as one running sum.
    pub products: Operands<2>,
    /// Where the products of each value start, in the order of elimination (per pivot: itself, its row of U, its column of L); one more closes the last.
    pub product_start: Vec<u32>,
    /// (slot, pivot position) of the entries of each row of L, ascending by pivot: the columns of L read by rows.
    pub lower_rows: Operands<2>,
    /// Where each row of `lower_rows` starts; one more closes the last.
    pub lower_row_start: Vec<u32>,
    /// Where each entry of the input pattern goes in the value array.
    pub entry_slots: Vec<u32>,
}

/// The order of the pivots and what is left of their rows and columns when they are eliminated, fill-ins included.
#[derive(Debug, Clone)]
pub(crate) struct PivotOrder {
    /// Row (= column) of the matrix that is the k-th pivot.
    pub pivots: Vec<usize>,
    /// Columns of the entries right of each pivot.
    pub upper: Vec<Vec<usize>>,
    /// Rows of the entries below each pivot.
    pub lower: Vec<Vec<usize>>,
}

impl PivotOrder {
    /// The order of Markowitz for a `size` × `size` matrix with entries at `pattern` and on the whole diagonal.
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> PivotOrder {
        let mut rows: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); size];
        let mut columns: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); size];
        for &(row, column) in pattern.iter().filter(|entry| entry.0 != entry.1) {
            rows[row].insert(column);
            columns[column].insert(row);
        }
        let mut pivots = Vec::with_capacity(size);
        let mut upper: Vec<Vec<usize>> = Vec::with_capacity(size);
        let mut lower: Vec<Vec<usize>> = Vec::with_capacity(size);
        let mut remaining: BTreeSet<usize> = (0..size).collect();
        while let Some(&pivot) = remaining.iter().min_by_key(|&&index| rows[index].len() * columns[index].len()) {
            remaining.remove(&pivot);
            let row = std::mem::take(&mut rows[pivot]);
            let column = std::mem::take(&mut columns[pivot]);
            for &below in &column {
                rows[below].remove(&pivot);
            }
            for &right in &row {
                columns[right].remove(&pivot);
            }
            for &below in &column {
                for &right in row.iter().filter(|&&right| right != below) {
                    rows[below].insert(right);
                    columns[right].insert(below);
                }
            }
            pivots.push(pivot);
            upper.push(row.into_iter().collect());
            lower.push(column.into_iter().collect());
        }
        PivotOrder { pivots, upper, lower }
    }
}

impl Plan {
    /// Plans the elimination of a `size` × `size` matrix with entries at `pattern` and on the whole diagonal.
    pub(crate) fn new(size: usize, pattern: &[(usize, usize)]) -> Plan {
        let PivotOrder { pivots, upper, lower } = PivotOrder::new(size, pattern);
        let mut position = vec![0usize; size];
        pivots.iter().enumerate().for_each(|(at, &pivot)| position[pivot] = at);
        let order = pivots.into_iter().map(|pivot| pivot as u32).collect();
        Plan::lay_out(order, &position, upper, lower, pattern)
    }

    fn lay_out(
        order: Vec<u32>,
        position: &[usize],
        mut upper: Vec<Vec<usize>>,
        mut lower: Vec<Vec<usize>>,
        pattern: &[(usize, usize)],
    ) -> Plan {
        let size = order.len();
        let mut partner: Vec<u32> = (0..size as u32).collect();
        let mut place = |lists: &mut Vec<Vec<usize>>| {
            let mut start = Vec::with_capacity(size + 1);
            for list in lists.iter_mut() {
                list.iter_mut().for_each(|index| *index = position[*index]);
                list.sort_unstable();
                start.push(partner.len() as u32);
                partner.extend(list.iter().map(|&index| index as u32));
            }
            start.push(partner.len() as u32);
            start
        };
        let upper_start = place(&mut upper);
        let lower_start = place(&mut lower);
        let partner_count = partner.len();
        // Slot of the entry in pivot row `row` and pivot column `column`; it exists because the lists hold every fill-in.
        let slot = |row: usize, column: usize| -> u32 {
            let find = |start: &[u32], list: &[usize], owner: usize, wanted: usize| {
                start[owner] + list.binary_search(&wanted).expect("the plan holds every entry of the pattern and its fill-in") as u32
            };
            match row.cmp(&column) {
                std::cmp::Ordering::Equal => row as u32,
                std::cmp::Ordering::Less => find(&upper_start, &upper[row], row, column),
                std::cmp::Ordering::Greater => find(&lower_start, &lower[column], column, row),
            }
        };
        let mut products_of: Vec<Vec<[u32; 2]>> = vec![Vec::new(); partner_count];
        let mut rows_of_lower: Vec<Vec<[u32; 2]>> = vec![Vec::new(); size];
        for (pivot, (rows_below, columns_right)) in lower.iter().zip(&upper).enumerate() {
            for (&row, l) in rows_below.iter().zip(lower_start[pivot]..) {
                rows_of_lower[row].push([l, pivot as u32]);
                for (&column, u) in columns_right.iter().zip(upper_start[pivot]..) {
                    products_of[slot(row, column) as usize].push([l, u]);
                }
            }
        }
        let entry_slots = pattern.iter().map(|&(row, column)| slot(position[row], position[column])).collect();
        let in_order = (0..size as u32).flat_map(|pivot| {
            let at = pivot as usize;
            std::iter::once(pivot).chain(upper_start[at]..upper_start[at + 1]).chain(lower_start[at]..lower_start[at + 1])
        });
        let (products, product_start) = flatten(in_order.map(|slot| std::mem::take(&mut products_of[slot as usize])));
        let (lower_rows, lower_row_start) = flatten(rows_of_lower.into_iter());
        let upper_rows = (upper_start[0]..upper_start[size]).map(|slot| [slot, partner[slot as usize]]).collect();
        Plan {
            order,
            upper_start,
            lower_start,
            upper_rows: Operands::new(upper_rows),
            products,
            product_start,
            lower_rows,
            lower_row_start,
            entry_slots,
        }
    }

    /// Length of the value array.
    pub(crate) fn value_count(&self) -> usize {
        self.order.len() + self.upper_rows.places().len() + self.lower_rows.places().len()
    }

    /// Values of the row of U of pivot `pivot`.
    #[inline]
    pub(crate) fn upper(&self, pivot: usize) -> Range<usize> {
        self.upper_start[pivot] as usize..self.upper_start[pivot + 1] as usize
    }

    /// Values of the column of L of pivot `pivot`.
    #[inline]
    pub(crate) fn lower(&self, pivot: usize) -> Range<usize> {
        self.lower_start[pivot] as usize..self.lower_start[pivot + 1] as usize
    }
}

/// Lists behind each other, and where each starts.
fn flatten(lists: impl Iterator<Item = Vec<[u32; 2]>>) -> (Operands<2>, Vec<u32>) {
    let mut all = Vec::new();
    let mut start = vec![0];
    for list in lists {
        all.extend(list);
        start.push(all.len() as u32);
    }
    (Operands::new(all), start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_matrix_does_not_fill() {
        // A full first row and column: eliminating the corner first would fill everything, eliminating it last fills nothing.
        let size = 30;
        let pattern: Vec<(usize, usize)> = (1..size).map(|column| (0, column)).chain((1..size).map(|row| (row, 0))).collect();
        let plan = Plan::new(size, &pattern);
        assert_eq!(plan.value_count(), 3 * size - 2);
        assert_eq!(plan.products.places().len(), size - 1);
    }

    #[test]
    fn states_on_which_nothing_depends_cost_nothing() {
        let pattern = [(1, 0), (2, 0), (2, 1), (3, 0), (4, 2)];
        let plan = Plan::new(5, &pattern);
        assert_eq!(plan.value_count(), 5 + pattern.len());
        assert!(plan.products.places().is_empty(), "a triangular pattern needs no elimination");
    }
}
