//! How one number spreads over the patients, in bounded memory: exact while there are few, then counts in bins of equal ratio.
//!
//! Up to [`EXACT`] values all are kept. Beyond that a value x lies in bin ⌈ln|x| / ln γ⌉ of its sign with γ = (1 + α)/(1 − α), whose middle 2γᵏ/(γ + 1) is within
//! α = 0.1 % of every value in it (C. Masson, J. E. Rim, H. K. Lee, VLDB 12 (2019) 2195). Mean and variance by Welford's recurrence, smallest and largest value
//! always exact. Values are added in the order of the patients, so the bits do not depend on how the work was shared out.
use std::collections::BTreeMap;

use crate::fit::bootstrap::quantile_of_sorted;
use crate::math::{exp, log};

/// So many values are kept as they are.
pub const EXACT: usize = 4096;
/// Relative error of a quantile beyond [`EXACT`] values.
pub const RELATIVE_ERROR: f64 = 0.001;

/// Values of one quantity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    count: u64,
    mean: f64,
    squares: f64,
    smallest: f64,
    largest: f64,
    held: Held,
}

#[derive(Clone, Debug, PartialEq)]
enum Held {
    Values(Vec<f64>),
    Bins { negative: BTreeMap<i32, u64>, zero: u64, positive: BTreeMap<i32, u64> },
}

impl Default for Held {
    fn default() -> Self {
        Held::Values(Vec::new())
    }
}

fn log_gamma() -> f64 {
    log((1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR))
}

fn bin(magnitude: f64) -> i32 {
    // the logarithm of the smallest and the largest number lies within ±745, so the bin fits
    (log(magnitude) / log_gamma()).ceil() as i32
}

fn middle(bin: i32) -> f64 {
    2.0 * exp(f64::from(bin) * log_gamma()) / ((1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR) + 1.0)
}

impl Spread {
    /// Adds a value; what is not finite is not there.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.count += 1;
        if self.count == 1 {
            (self.smallest, self.largest) = (value, value);
        }
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
        match &mut self.held {
            Held::Values(values) if values.len() < EXACT => values.push(value),
            Held::Values(values) => {
                let values = std::mem::take(values);
                self.held = Held::Bins { negative: BTreeMap::new(), zero: 0, positive: BTreeMap::new() };
                values.into_iter().for_each(|value| self.count_in_bin(value));
                self.count_in_bin(value);
            }
            Held::Bins { .. } => self.count_in_bin(value),
        }
    }

    fn count_in_bin(&mut self, value: f64) {
        let Held::Bins { negative, zero, positive } = &mut self.held else { return };
        match value {
            v if v > 0.0 => *positive.entry(bin(v)).or_default() += 1,
            v if v < 0.0 => *negative.entry(bin(-v)).or_default() += 1,
            _ => *zero += 1,
        }
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Their standard deviation; `None` with fewer than two values.
    pub fn standard_deviation(&self) -> Option<f64> {
        // equal values differ from their mean by rounding alone
        let variance = if self.smallest == self.largest { 0.0 } else { self.squares / (self.count.max(2) - 1) as f64 };
        (self.count > 1).then(|| variance.sqrt())
    }

    /// Standard error of the mean; `None` with fewer than two values.
    pub fn standard_error(&self) -> Option<f64> {
        self.standard_deviation().map(|sd| sd / (self.count as f64).sqrt())
    }

    /// The smallest and the largest value.
    pub fn ends(&self) -> Option<(f64, f64)> {
        (self.count > 0).then_some((self.smallest, self.largest))
    }

    /// The value below which a `share` of the values lies: interpolated between neighbours while all are kept, then within [`RELATIVE_ERROR`].
    pub fn quantile(&self, share: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        match &self.held {
            Held::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                Some(quantile_of_sorted(&sorted, share))
            }
            Held::Bins { .. } => {
                let wanted = share.clamp(0.0, 1.0) * (self.count - 1) as f64;
                let mut passed = 0;
                for (value, count) in self.histogram() {
                    passed += count;
                    if passed as f64 > wanted {
                        return Some(value);
                    }
                }
                Some(self.largest)
            }
        }
    }

    /// Bins in ascending order: lower end, upper end, count; while all values are kept each is a bin of its own without width.
    pub fn bins(&self) -> Vec<(f64, f64, u64)> {
        match &self.held {
            Held::Values(_) => self.histogram().into_iter().map(|(value, count)| (value, value, count)).collect(),
            Held::Bins { negative, zero, positive } => {
                let end = |bin: i32| exp(f64::from(bin) * log_gamma());
                let within = |value: f64| value.clamp(self.smallest, self.largest);
                let mut found: Vec<(f64, f64, u64)> =
                    negative.iter().rev().map(|(bin, count)| (within(-end(*bin)), within(-end(bin - 1)), *count)).collect();
                found.extend((*zero > 0).then_some((0.0, 0.0, *zero)));
                found.extend(positive.iter().map(|(bin, count)| (within(end(bin - 1)), within(end(*bin)), *count)));
                found
            }
        }
    }

    /// Values in ascending order with how often each was met; beyond [`EXACT`] the middles of bins.
    pub fn histogram(&self) -> Vec<(f64, u64)> {
        match &self.held {
            Held::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                let mut found: Vec<(f64, u64)> = Vec::new();
                for value in sorted {
                    match found.last_mut() {
                        Some((last, count)) if *last == value => *count += 1,
                        _ => found.push((value, 1)),
                    }
                }
                found
            }
            Held::Bins { negative, zero, positive } => {
                let within = |value: f64| value.clamp(self.smallest, self.largest);
                let mut found: Vec<(f64, u64)> = negative.iter().rev().map(|(bin, count)| (within(-middle(*bin)), *count)).collect();
                found.extend((*zero > 0).then_some((0.0, *zero)));
                found.extend(positive.iter().map(|(bin, count)| (within(middle(*bin)), *count)));
                found
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::RandomSource;

    #[test]
    fn few_values_are_exact() {
        let mut spread = Spread::default();
        [4.0, 1.0, f64::NAN, 3.0, 2.0].into_iter().for_each(|value| spread.add(value));
        assert_eq!(spread.count(), 4);
        // 1, 2, 3, 4: mean 2.5, variance 5/3, median 2.5
        assert_eq!(spread.mean(), Some(2.5));
        assert!((spread.standard_deviation().unwrap() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(spread.quantile(0.5), Some(2.5));
        assert_eq!(spread.ends(), Some((1.0, 4.0)));
        assert_eq!(Spread::default().quantile(0.5), None);
    }

    #[test]
    fn many_values_keep_their_quantiles_to_a_tenth_of_a_per_cent() {
        // the quantiles of a log-normal with ln-SD 0.5 that were drawn, sorted in full, are the second method
        let mut spread = Spread::default();
        let mut all = Vec::new();
        for patient in 0..50_000 {
            let value = exp(0.5 * RandomSource::new(4, patient, 0).standard_normal(0)) - 0.7;
            spread.add(value);
            all.push(value);
        }
        all.sort_by(f64::total_cmp);
        for share in [0.0, 0.01, 0.05, 0.3, 0.5, 0.9, 0.99, 1.0] {
            let expected = all[(share * (all.len() - 1) as f64) as usize];
            let found = spread.quantile(share).unwrap();
            assert!((found - expected).abs() <= 1.2 * RELATIVE_ERROR * expected.abs(), "{share}: {found} for {expected}");
        }
        assert_eq!(spread.histogram().iter().map(|(_, count)| count).sum::<u64>(), 50_000);
        let mean = all.iter().sum::<f64>() / 50_000.0;
        assert!((spread.mean().unwrap() - mean).abs() < 1e-12);
        assert_eq!(spread.ends(), Some((all[0], all[all.len() - 1])));
    }

    #[test]
    fn equal_values_have_no_spread() {
        let mut spread = Spread::default();
        (0..10_000).for_each(|_| spread.add(0.1));
        assert_eq!((spread.standard_deviation(), spread.quantile(0.2)), (Some(0.0), Some(0.1)));
    }
}
