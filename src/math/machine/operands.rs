//! Lists of operands that are checked once: when the list is made its largest place is found, and reading from a slice longer than that needs no
//! check for each operand. A flat program reads little else.
#![allow(unsafe_code)]

use std::ops::Range;

/// `K` places per operation, for instance the two factors of each product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operands<const K: usize> {
    places: Vec<[u32; K]>,
    /// One more than the largest place of each column; private, so that nothing can break the promise.
    bounds: [usize; K],
}

impl<const K: usize> Operands<K> {
    /// A list of places.
    pub fn new(places: Vec<[u32; K]>) -> Operands<K> {
        // saturating: where addresses have 32 bits, the largest place must not wrap to a bound of 0
        let bound = |column: usize| places.iter().map(|row| (row[column] as usize).saturating_add(1)).max().unwrap_or(0);
        let bounds = std::array::from_fn(bound);
        Operands { places, bounds }
    }

    /// The places.
    pub fn places(&self) -> &[[u32; K]] {
        &self.places
    }

    /// A reader of the values at all places. Panics if `values` is too short for any.
    #[inline(always)]
    pub fn of<'a, T>(&'a self, values: &'a [T]) -> Reader<'a, T, K> {
        self.between(0..self.places.len(), [values; K])
    }

    /// A reader of some of the operations, each column from values of its own. Panics if the list or the values are too short.
    #[inline(always)]
    pub fn between<'a, T>(&'a self, range: Range<usize>, values: [&'a [T]; K]) -> Reader<'a, T, K> {
        for column in 0..K {
            assert!(values[column].len() >= self.bounds[column], "the operands lie beyond the values");
        }
        Reader { places: &self.places[range], values }
    }
}

/// Reads operands from values that are known to hold them all.
#[derive(Debug)]
pub struct Reader<'a, T, const K: usize> {
    /// What is left of a list whose places all lie within `values`.
    places: &'a [[u32; K]],
    values: [&'a [T]; K],
}

impl<'a, T, const K: usize> Reader<'a, T, K> {
    /// The next `count` operations, which are taken off the list. Panics if there are fewer.
    #[inline(always)]
    pub fn take_next(&mut self, count: usize) -> Reader<'a, T, K> {
        let (now, later) = self.places.split_at(count);
        self.places = later;
        Reader { places: now, values: self.values }
    }

    /// The last `count` operations, which are taken off the list. Panics if there are fewer.
    #[inline(always)]
    pub fn take_last(&mut self, count: usize) -> Reader<'a, T, K> {
        let (earlier, now) = self.places.split_at(self.places.len() - count);
        self.places = earlier;
        Reader { places: now, values: self.values }
    }
}

impl<'a, T, const K: usize> Iterator for Reader<'a, T, K> {
    type Item = [&'a T; K];

    #[inline(always)]
    fn next(&mut self) -> Option<[&'a T; K]> {
        let (first, rest) = self.places.split_first()?;
        self.places = rest;
        // SAFETY: `places` is part of a list whose every place lies below the bound of its column, and `Operands::between` made sure that the
        // values of every column are at least that long.
        let mut operands = [unsafe { self.values[0].get_unchecked(first[0] as usize) }; K];
        for column in 1..K {
            operands[column] = unsafe { self.values[column].get_unchecked(first[column] as usize) };
        }
        Some(operands)
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.len(), Some(self.places.len()))
    }
}

impl<T, const K: usize> ExactSizeIterator for Reader<'_, T, K> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_read_list_by_list() {
        let values = [10.0, 11.0, 12.0, 13.0];
        let operands = Operands::new(vec![[0, 3], [1, 1], [2, 0]]);
        let mut reader = operands.of(&values);
        let first: Vec<f64> = reader.take_next(2).map(|[a, b]| a - b).collect();
        assert_eq!(first, [-3.0, 0.0]);
        assert_eq!(reader.map(|[a, b]| a - b).collect::<Vec<_>>(), [2.0]);
        let products = operands.between(1..3, [&values, &[1.0, 2.0, 3.0, 4.0]]);
        assert_eq!(products.map(|[a, b]| a * b).collect::<Vec<_>>(), [22.0, 12.0]);
        assert_eq!(Operands::<1>::new(Vec::new()).of(&values[..0]).count(), 0);
    }

    #[test]
    #[should_panic(expected = "beyond the values")]
    fn a_slice_that_is_too_short_is_refused() {
        let _ = Operands::new(vec![[0u32], [4]]).of(&[1.0; 4]);
    }
}
