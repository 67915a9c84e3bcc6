//! Arrays of lanes, aligned to cache lines so that no vector load straddles two of them.

/// Width of a cache line in numbers of eight bytes.
const CACHE_LINE: usize = 8;

/// A fixed number of values of `N` lanes each, structure of arrays: value-major, the lanes of one value side by side.
#[derive(Clone, Debug, Default)]
pub struct Block<const N: usize> {
    storage: Vec<f64>,
    first: usize,
    length: usize,
}

impl<const N: usize> Block<N> {
    /// `length` values, all zero.
    pub fn zeros(length: usize) -> Block<N> {
        let storage = vec![0.0; length * N + CACHE_LINE];
        // the allocator aligns to 16 bytes; start at the next cache line
        let misplaced = (storage.as_ptr() as usize / size_of::<f64>()) % CACHE_LINE;
        Block { first: (CACHE_LINE - misplaced) % CACHE_LINE, storage, length }
    }

    /// All values.
    #[inline(always)]
    pub fn lanes(&self) -> &[[f64; N]] {
        &self.storage[self.first..].as_chunks::<N>().0[..self.length]
    }

    /// All values, to be written.
    #[inline(always)]
    pub fn lanes_mut(&mut self) -> &mut [[f64; N]] {
        &mut self.storage[self.first..].as_chunks_mut::<N>().0[..self.length]
    }

    /// Writes one value per position into lane `lane`.
    pub fn set_lane(&mut self, lane: usize, values: &[f64]) {
        self.lanes_mut().iter_mut().zip(values).for_each(|(target, &value)| target[lane] = value);
    }

    /// Reads lane `lane`.
    pub fn lane(&self, lane: usize) -> impl Iterator<Item = f64> + '_ {
        self.lanes().iter().map(move |values| values[lane])
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.storage.len() * size_of::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_start_at_a_cache_line_and_keep_lanes_apart() {
        for length in [0, 1, 3, 100] {
            let mut block = Block::<8>::zeros(length);
            assert_eq!(block.lanes().len(), length);
            assert!(length == 0 || (block.lanes().as_ptr() as usize).is_multiple_of(64));
            block.set_lane(3, &vec![2.0; length]);
            assert!(block.lane(3).all(|value| value == 2.0) && block.lane(2).all(|value| value == 0.0));
        }
        // a copy lies elsewhere in memory: it may lose the alignment, never the values
        let mut block = Block::<8>::zeros(5);
        block.set_lane(7, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(block.clone().lane(7).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
