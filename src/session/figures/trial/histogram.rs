//! Values counted in bins of any width: quantiles and shares above a value read from it, and bins coarse enough to look at.

use crate::math;
use crate::report::FiveNumbers;

/// Most bins in a picture.
const MOST_BINS: f64 = 60.0;
/// Bins without neighbours are given this share of their value as width.
const LONE_WIDTH: f64 = 0.02;

/// Counts in bins; within a bin the values count as evenly spread.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Lower end, upper end, count; ascending, not overlapping, none empty.
    bins: Vec<(f64, f64, f64)>,
}

impl Histogram {
    /// From bins of (lower end, upper end, count); empty and impossible ones are left out.
    #[must_use]
    pub fn of_bins(bins: impl IntoIterator<Item = (f64, f64, u64)>) -> Self {
        let kept = bins.into_iter().filter(|(low, high, count)| low.is_finite() && high.is_finite() && low <= high && *count > 0);
        let mut bins: Vec<(f64, f64, f64)> = kept.map(|(low, high, count)| (low, high, count as f64)).collect();
        bins.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { bins }
    }

    /// From (middle of the bin, count): the ends lie halfway to the neighbours given, so give the empty bins between as well.
    #[must_use]
    pub fn of_middles(values: &[(f64, u64)]) -> Self {
        let mut sorted: Vec<(f64, u64)> = values.iter().copied().filter(|(value, _)| value.is_finite()).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |index: usize| sorted.get(index).map(|(value, _)| *value);
        let bins = sorted.iter().enumerate().map(|(index, (value, count))| {
            let down = index.checked_sub(1).and_then(at).map(|before| (value - before) / 2.0);
            let up = at(index + 1).map(|after| (after - value) / 2.0);
            let alone = LONE_WIDTH * value.abs() / 2.0;
            let (down, up) = (down.or(up).unwrap_or(alone), up.or(down).unwrap_or(alone));
            (value - down, value + up, *count)
        });
        Self::of_bins(bins)
    }

    /// From the values themselves: each its own bin.
    #[must_use]
    pub fn of_values(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let mut bins: Vec<(f64, f64, f64)> = Vec::new();
        for value in sorted {
            match bins.last_mut() {
                Some(last) if last.0 == value => last.2 += 1.0,
                _ => bins.push((value, value, 1.0)),
            }
        }
        Self { bins }
    }

    /// How many values.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.bins.iter().map(|bin| bin.2).sum()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// Lowest and highest end.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        Some((self.bins.first()?.0, self.bins.last()?.1))
    }

    /// The value below which `share` (0 to 1) of the values lie.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let mut left = share.clamp(0.0, 1.0) * self.total();
        for (low, high, count) in &self.bins {
            if left <= *count {
                return Some(low + (high - low) * left / count);
            }
            left -= count;
        }
        self.bins.last().map(|bin| bin.1)
    }

    /// Share (0 to 1) of the values above `value`.
    #[must_use]
    pub fn share_above(&self, value: f64) -> Option<f64> {
        let above: f64 = self
            .bins
            .iter()
            .map(|(low, high, count)| {
                if value < *low {
                    *count
                } else if value >= *high {
                    0.0
                } else {
                    count * (high - value) / (high - low)
                }
            })
            .sum();
        (!self.is_empty()).then(|| above / self.total())
    }

    /// Quartiles, median, 5 % and 95 %.
    #[must_use]
    pub fn five_numbers(&self) -> Option<FiveNumbers> {
        Some(FiveNumbers {
            low: self.quantile(0.05)?,
            lower_quartile: self.quantile(0.25)?,
            median: self.quantile(0.5)?,
            upper_quartile: self.quantile(0.75)?,
            high: self.quantile(0.95)?,
        })
    }

    /// The share above, at the ends of all bins: falls from 1 to 0.
    #[must_use]
    pub fn exceedance(&self) -> Vec<(f64, f64)> {
        let total = self.total();
        let mut left = total;
        let mut curve = Vec::with_capacity(2 * self.bins.len());
        for (low, high, count) in &self.bins {
            curve.push((*low, left / total));
            left -= count;
            curve.push((*high, left.max(0.0) / total));
        }
        curve.dedup();
        curve
    }

    /// The counts shared out over equal steps in the scale of the axis, each as wide as Freedman and Diaconis (1981) say, 2 IQR n^(−1/3): as
    /// fine as the number of values bears, and no more than sixty. Returns lower ends, upper ends, counts (which may be fractions).
    #[must_use]
    pub fn for_looking_at(&self, log: bool) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (Some((lowest, highest)), Some(lower), Some(upper)) = (self.ends(), self.quantile(0.25), self.quantile(0.75)) else {
            return (Vec::new(), Vec::new(), Vec::new());
        };
        let scaled = |value: f64| if log { math::log(value) } else { value };
        let by_count = 2.0 * (scaled(upper) - scaled(lower)) / math::cbrt(self.total());
        let width = by_count.max((scaled(highest) - scaled(lowest)) / MOST_BINS);
        let (mut lows, mut highs, mut counts): (Vec<f64>, Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new(), Vec::new());
        if width <= 0.0 || !width.is_finite() {
            return (vec![lowest], vec![highest], vec![self.total()]);
        }
        // a grid of equal steps, each bin's count shared out over the steps it covers
        let steps = math::ceil((scaled(highest) - scaled(lowest)) / width - 1e-9).max(1.0) as usize;
        let end = |step: usize| {
            let share = step as f64 / steps as f64;
            match step {
                0 => lowest,
                _ if step == steps => highest,
                _ if log => lowest * math::pow(highest / lowest, share),
                _ => lowest + (highest - lowest) * share,
            }
        };
        for step in 0..steps {
            let (low, high) = (end(step), end(step + 1));
            let last = step + 1 == steps;
            let inside: f64 = self
                .bins
                .iter()
                .map(|(from, to, count)| {
                    if from == to {
                        let here = *from >= low && (*from < high || last);
                        return if here { *count } else { 0.0 };
                    }
                    count * ((to.min(high) - from.max(low)) / (to - from)).clamp(0.0, 1.0)
                })
                .sum();
            lows.push(low);
            highs.push(high);
            counts.push(inside);
        }
        (lows, highs, counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_shares_of_even_bins_are_those_of_the_uniform_distribution() {
        let histogram = Histogram::of_bins((0..10).map(|i| (f64::from(i), f64::from(i) + 1.0, 100)));
        for share in [0.05, 0.25, 0.5, 0.77, 1.0] {
            assert!((histogram.quantile(share).expect("values") - 10.0 * share).abs() < 1e-12);
            assert!((histogram.share_above(10.0 * share).expect("values") - (1.0 - share)).abs() < 1e-12);
        }
        assert_eq!(histogram.exceedance().first(), Some(&(0.0, 1.0)));
        assert_eq!(histogram.exceedance().last(), Some(&(10.0, 0.0)));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn middles_become_bins_that_touch_halfway() {
        let histogram = Histogram::of_middles(&[(1.0, 5), (2.0, 0), (4.0, 5)]);
        assert_eq!(histogram.bins, [(0.5, 1.5, 5.0), (3.0, 5.0, 5.0)]);
        assert_eq!(Histogram::of_middles(&[(10.0, 3)]).ends(), Some((9.9, 10.1)));
    }

    #[test]
    fn coarse_bins_keep_every_value_and_are_as_many_as_the_rule_says() {
        // uniform on 0 to 1 from 1000 fine bins, one value each: the range is twice the IQR, so n^(1/3) = 10 widths
        let histogram = Histogram::of_bins((0..1000).map(|i| (f64::from(i) / 1e3, f64::from(i + 1) / 1e3, 1)));
        let (low, high, count) = histogram.for_looking_at(false);
        assert_eq!((low.len(), low[0], high[9]), (10, 0.0, 1.0));
        assert!((count.iter().sum::<f64>() - 1000.0).abs() < 1e-9 && count.iter().all(|c| (c - 100.0).abs() < 1e-9), "{count:?}");
        let values: Vec<f64> = (0..57).map(|i| f64::from(i * i)).collect();
        let (_, _, count) = Histogram::of_values(&values).for_looking_at(false);
        assert!((count.iter().sum::<f64>() - 57.0).abs() < 1e-9);
        assert_eq!(Histogram::of_values(&[3.0; 9]).for_looking_at(true), (vec![3.0], vec![3.0], vec![9.0]));
    }
}
