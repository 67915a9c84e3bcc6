//! Inner loops of the differentiated step that the step itself does not have.

use crate::math::Kernel;
use crate::solve::rodas5p_kernels::FLUSH_BELOW;

/// Adds a sparse matrix, one per lane, times a vector that all lanes share.
pub(super) struct AddMoving<'a, const N: usize> {
    /// (row, column) of the entries.
    pub entries: &'a [(u32, u32)],
    /// Values of at least these entries.
    pub values: &'a [[f64; N]],
    /// The vector.
    pub columns: &'a [f64],
    pub target: &'a mut [[f64; N]],
}

impl<const N: usize> Kernel for AddMoving<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (&(row, column), value) in self.entries.iter().zip(self.values) {
            let (target, factor) = (&mut self.target[row as usize], self.columns[column as usize]);
            for lane in 0..N {
                target[lane] += factor * value[lane];
            }
        }
    }
}

/// Takes the tangents after a step for the present ones. The smallest are set to zero, as the values are: subnormal arithmetic is slow.
pub(super) struct AcceptTangents<'a, const N: usize> {
    pub next: &'a [[f64; N]],
    pub tangent: &'a mut [[f64; N]],
}

impl<const N: usize> Kernel for AcceptTangents<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (now, next) in self.tangent.iter_mut().zip(self.next) {
            for lane in 0..N {
                now[lane] = if next[lane].abs() < FLUSH_BELOW { 0.0 } else { next[lane] };
            }
        }
    }
}
