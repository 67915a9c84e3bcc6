//! The share of trials that reject, with its Monte-Carlo error, and the effect that they found on average.
use super::replicate::Outcome;
use crate::math::{exp, sqrt};
use crate::trial::tail_probability::NORMAL_97_5;
use crate::trial::two_sample::Moments;

/// Power at one size.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerEstimate {
    /// Patients of a trial, all arms together.
    pub size: usize,
    /// Trials simulated.
    pub replicates: usize,
    /// Trials that rejected.
    pub rejected: usize,
    /// Trials whose test could not be computed; they count as not rejecting.
    pub failed: usize,
    /// Share that rejected.
    pub power: f64,
    /// Its binomial standard error.
    pub standard_error: f64,
    /// Its 95 % interval (Wilson).
    pub interval_95: (f64, f64),
    /// For times to an event: the mean hazard ratio.
    pub hazard_ratio: Option<MeanRatio>,
    /// For numbers: the mean difference (unit of the quantity; percentage points for shares) and its standard error.
    pub difference: Option<(f64, f64)>,
    /// Patients without a value in their arm, over all trials.
    pub missing: usize,
    /// How often a patient of the pool was used, on average.
    pub times_used: f64,
}

/// Geometric mean of the trials' hazard ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanRatio {
    /// The mean.
    pub ratio: f64,
    /// Standard error of its logarithm.
    pub standard_error_of_log: f64,
    /// Its 95 % Monte-Carlo interval.
    pub interval_95: (f64, f64),
    /// Standard deviation of the logarithm between trials: what one trial's estimate varies by.
    pub spread_of_log: f64,
    /// Trials without a finite ratio, left out.
    pub without: usize,
}

impl PowerEstimate {
    /// From the outcomes of trials 0, 1, …, in order.
    pub fn of(size: usize, outcomes: &[Outcome], alpha: f64, times_used: f64) -> PowerEstimate {
        let replicates = outcomes.len();
        let rejected = outcomes.iter().filter(|outcome| outcome.p.is_some_and(|p| p <= alpha)).count();
        let power = if replicates > 0 { rejected as f64 / replicates as f64 } else { 0.0 };
        let moments = |pick: fn(&Outcome) -> Option<f64>| {
            let mut moments = Moments::default();
            outcomes.iter().filter_map(pick).for_each(|value| moments.add(value));
            (moments.count > 0).then_some(moments)
        };
        let error_of = |moments: &Moments| moments.variance().map_or(f64::INFINITY, |variance| sqrt(variance / moments.count as f64));
        let hazard_ratio = moments(|outcome| outcome.log_ratio).map(|logs| {
            let error = error_of(&logs);
            MeanRatio {
                ratio: exp(logs.mean),
                standard_error_of_log: error,
                interval_95: (exp(logs.mean - NORMAL_97_5 * error), exp(logs.mean + NORMAL_97_5 * error)),
                spread_of_log: sqrt(logs.variance().unwrap_or(0.0)),
                without: replicates - logs.count as usize,
            }
        });
        PowerEstimate {
            size,
            replicates,
            rejected,
            failed: outcomes.iter().filter(|outcome| outcome.p.is_none()).count(),
            power,
            standard_error: sqrt(power * (1.0 - power) / replicates.max(1) as f64),
            interval_95: wilson_95(rejected, replicates),
            hazard_ratio,
            difference: moments(|outcome| outcome.difference).map(|moments| (moments.mean, error_of(&moments))),
            missing: outcomes.iter().map(|outcome| outcome.missing).sum(),
            times_used,
        }
    }
}

/// 95 % interval of a share (Wilson, J Am Stat Assoc 22, 1927, 209–212).
pub fn wilson_95(with: usize, all: usize) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, square) = (all as f64, NORMAL_97_5 * NORMAL_97_5);
    let share = with as f64 / n;
    let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
    let half = NORMAL_97_5 * sqrt(share * (1.0 - share) / n + square / (4.0 * n * n)) / (1.0 + square / n);
    // the ends are exact where nobody or everybody is counted
    (if with == 0 { 0.0 } else { middle - half }, if with == all { 1.0 } else { middle + half })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_as_published() {
        // Newcombe, Stat Med 17 (1998) 857–872, table I, method 3: 81/263, 15/148, 0/20, 1/29
        for (with, all, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (a, b) = wilson_95(with, all);
            assert!((a - low).abs() < 5.1e-5 && (b - high).abs() < 5.1e-5, "{with}/{all}: {a}, {b}");
        }
    }

    #[test]
    fn trials_that_fail_count_as_not_rejecting() {
        let outcome = |p: Option<f64>, log_ratio| Outcome { p, log_ratio, ..Outcome::default() };
        let trials = [outcome(Some(0.01), Some(-0.2)), outcome(Some(0.05), Some(-0.4)), outcome(Some(0.3), None), outcome(None, None)];
        let found = PowerEstimate::of(50, &trials, 0.05, 0.5);
        assert_eq!((found.rejected, found.failed, found.power), (2, 1, 0.5));
        assert!((found.standard_error - 0.25).abs() < 1e-15);
        let ratio = found.hazard_ratio.unwrap();
        assert!((ratio.ratio - exp(-0.3)).abs() < 1e-15 && ratio.without == 2);
        // standard deviation 0.1√2, over √2
        assert!((ratio.standard_error_of_log - 0.1).abs() < 1e-15);
        assert_eq!(PowerEstimate::of(50, &[], 0.05, 0.0).interval_95, (0.0, 1.0));
    }
}
