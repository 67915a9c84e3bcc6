//! The inner loops of a step of Rodas5P, each compiled once for every instruction set. They are kept apart, and small, because a whole step in one
//! piece does not fit into the processor's instruction cache. Values are gathered into local arrays and stored as a whole: the compiler cannot
//! know that two slices are apart, and would else go through the lanes one by one.

use super::rodas5p::Quadratures;
use super::rodas5p_tableau::TIME_WEIGHTS;
use crate::math::Kernel;

/// Amounts below this are set to zero after a step: they are far below any tolerance, and subnormal arithmetic is slow.
pub(crate) const FLUSH_BELOW: f64 = 1e-200;

/// `target = base + factor · Σ_j weights[j] columns[j]`, j < M.
pub(crate) struct WeightedSum<'a, const N: usize, const M: usize> {
    pub base: &'a [[f64; N]],
    pub factor: &'a [f64; N],
    pub weights: &'a [f64; 8],
    pub columns: [&'a [[f64; N]]; M],
    pub target: &'a mut [[f64; N]],
}

impl<const N: usize, const M: usize> Kernel for WeightedSum<'_, N, M> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let length = self.target.len();
        let base = &self.base[..length];
        let factor = *self.factor;
        let columns: [&[[f64; N]]; M] = std::array::from_fn(|column| &self.columns[column][..length]);
        for index in 0..length {
            let mut sum = [0.0; N];
            for column in 0..M {
                let value = &columns[column][index];
                for lane in 0..N {
                    sum[lane] += self.weights[column] * value[lane];
                }
            }
            let base = &base[index];
            for lane in 0..N {
                sum[lane] = base[lane] + factor[lane] * sum[lane];
            }
            self.target[index] = sum;
        }
    }
}

/// Adds values to values.
pub(crate) struct Add<'a, const N: usize> {
    pub to: &'a mut [[f64; N]],
    pub values: &'a [[f64; N]],
}

impl<const N: usize> Kernel for Add<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (target, value) in self.to.iter_mut().zip(self.values) {
            let mut sum = *target;
            for lane in 0..N {
                sum[lane] += value[lane];
            }
            *target = sum;
        }
    }
}

/// Per lane 0 if all values are finite, NaN if not.
pub(crate) struct NotFinite<'a, const N: usize>(pub &'a [[f64; N]]);

impl<const N: usize> Kernel for NotFinite<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        let mut not_finite = [0.0; N];
        for values in self.0 {
            for lane in 0..N {
                not_finite[lane] += values[lane] * 0.0;
            }
        }
        not_finite
    }
}

/// Sums up the stages for the quadratures: `h Σ β_i (f_i + J k_i + h d_i ∂f/∂t)`.
pub(crate) struct CombineQuadratures<'a, const N: usize> {
    pub quadratures: &'a Quadratures,
    pub increments: [&'a [[f64; N]]; 8],
    pub rates: [&'a [[f64; N]]; 8],
    pub entries: &'a [[f64; N]],
    pub derivative: &'a [[f64; N]],
    pub step: &'a [f64; N],
    pub weights: &'a [f64; 8],
    pub sums: &'a mut [[f64; N]],
    pub target: &'a mut [[f64; N]],
}

impl<const N: usize> Kernel for CombineQuadratures<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let CombineQuadratures { quadratures, increments, rates, entries, derivative, step, weights, sums, target } = self;
        let core = sums.len();
        let increments: [&[[f64; N]]; 8] = std::array::from_fn(|stage| &increments[stage][..core]);
        for &column in &quadratures.columns {
            let column = column as usize;
            let mut sum = [0.0; N];
            for stage in 0..8 {
                for lane in 0..N {
                    sum[lane] += weights[stage] * increments[stage][column][lane];
                }
            }
            sums[column] = sum;
        }
        let count = target.len();
        let rates: [&[[f64; N]]; 8] = std::array::from_fn(|stage| &rates[stage][..count]);
        let derivative = &derivative[..count];
        let mut time_weight = 0.0;
        for stage in 0..8 {
            time_weight += weights[stage] * TIME_WEIGHTS[stage];
        }
        for index in 0..count {
            let mut sum = [0.0; N];
            for lane in 0..N {
                sum[lane] = step[lane] * time_weight * derivative[index][lane];
            }
            for stage in 0..8 {
                for lane in 0..N {
                    sum[lane] += weights[stage] * rates[stage][index][lane];
                }
            }
            target[index] = sum;
        }
        for (&(row, column), entry) in quadratures.entries.iter().zip(entries) {
            let (target, sum) = (&mut target[row as usize], &sums[column as usize]);
            let mut total = *target;
            for lane in 0..N {
                total[lane] += entry[lane] * sum[lane];
            }
            *target = total;
        }
        let step = *step;
        for value in target {
            let mut scaled = *value;
            for lane in 0..N {
                scaled[lane] *= step[lane];
            }
            *value = scaled;
        }
    }
}

/// Mean square of the errors over what is tolerated; 0 for none.
pub(crate) struct MeanSquare<'a, const N: usize> {
    pub error: &'a [[f64; N]],
    pub before: &'a [[f64; N]],
    pub after: &'a [[f64; N]],
    pub absolute: &'a [[f64; N]],
    pub relative: f64,
}

impl<const N: usize> Kernel for MeanSquare<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        let count = self.error.len();
        let (before, after, absolute) = (&self.before[..count], &self.after[..count], &self.absolute[..count]);
        let mut sum = [0.0; N];
        for index in 0..count {
            for lane in 0..N {
                let (before, after) = (before[index][lane].abs(), after[index][lane].abs());
                let size = if before > after { before } else { after };
                let scaled = self.error[index][lane] / (absolute[index][lane] + self.relative * size);
                // a value that overflowed would make its own error look small
                sum[lane] += scaled * scaled + 0.0 * after;
            }
        }
        let count = count.max(1) as f64;
        for lane in 0..N {
            sum[lane] /= count;
        }
        sum
    }
}

/// Takes over the next state where `accepted` is 1.
pub(crate) struct Accept<'a, const N: usize> {
    pub next: &'a [[f64; N]],
    pub state: &'a mut [[f64; N]],
    pub accepted: &'a [f64; N],
}

impl<const N: usize> Kernel for Accept<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let accepted = *self.accepted;
        for (value, next) in self.state.iter_mut().zip(self.next) {
            let mut taken = *value;
            for lane in 0..N {
                let flushed = if next[lane].abs() < FLUSH_BELOW { 0.0 } else { next[lane] };
                taken[lane] = if accepted[lane] == 1.0 { flushed } else { taken[lane] };
            }
            *value = taken;
        }
    }
}
