//! Time-integrated activity from one scan, and how far such an estimate may be expected to miss.
//!
//! | method | Ã from A(t) | source |
//! |---|---|---|
//! | Hänscheid | A(t)·2t/ln 2 | H. Hänscheid et al., J Nucl Med 2018; 59: 75 |
//! | known half-life T | A(t) e^(λt)/λ, λ = ln 2/T: a population's median (M. T. Madsen et al., Med Phys 2018; 45: 2318), or the patient's own from before | |
//! | prior | the posterior of A(t) e^(λt)/λ, ln T ~ N(ln median, ln(1 + CV²)), perhaps with a log-normal prior on A(0) | Bayes' rule |
//!
//! All take the curve as mono-exponential at and after the scan. Without a prior on A(0) one value says nothing about λ: the posterior of T is its prior, the
//! mode (of ln A(0), ln T) is the known-half-life estimate, and the posterior *mean* of Ã does not exist, because E[e^(λt)] of a log-normal λ is infinite; the
//! median and the interval do. With a prior on A(0) the mean exists.
//!
//! Expected error: for true T the ratio estimate/true is c·λe^(−λt)·noise, c = 2t/ln 2 or e^(λ̂t)/λ̂ or the posterior median's factor. Its mean, SD and quantiles
//! over the population and a log-normal measurement error follow by quadrature over the standard normal z of ln T (the trapezoidal rule, which converges
//! faster than any power for such integrands), the measurement error in closed form.

use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::{erfc, exp, log, sqrt};
use std::f64::consts::LN_2;

/// Effective half-lives of a population, log-normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfLifePopulation {
    /// Median, h.
    pub median_h: f64,
    /// Coefficient of variation (0.3 for 30 %).
    pub coefficient_of_variation: f64,
}

impl HalfLifePopulation {
    fn decay_constant(&self, z: f64) -> f64 {
        LN_2 / (self.median_h * exp(logarithmic_standard_deviation(self.coefficient_of_variation) * z))
    }
}

/// A log-normal prior on the activity at time 0 extrapolated from the terminal phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UptakePrior {
    /// Median, MBq.
    pub median_mbq: f64,
    /// Coefficient of variation.
    pub coefficient_of_variation: f64,
}

/// Ã after Hänscheid, MBq·h, from `activity_mbq` at `time_h`.
pub fn haenscheid(activity_mbq: f64, time_h: f64) -> f64 {
    activity_mbq * 2.0 * time_h / LN_2
}

/// Ã with a known effective half-life (a population's, or the patient's own from an earlier cycle), MBq·h.
pub fn known_half_life(activity_mbq: f64, time_h: f64, half_life_h: f64) -> f64 {
    let rate = LN_2 / half_life_h;
    activity_mbq * exp(rate * time_h) / rate
}

/// What a prior and one scan say about Ã.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Ã at the mode of the posterior of (ln A(0), ln T), MBq·h: the maximum a posteriori estimate.
    pub mode_mbq_h: f64,
    /// Effective half-life there, h.
    pub mode_half_life_h: f64,
    /// Median of Ã.
    pub median_mbq_h: f64,
    /// Mean of Ã; `None` without a prior on A(0), where it is infinite.
    pub mean_mbq_h: Option<f64>,
    /// 2.5 and 97.5 % quantiles of Ã.
    pub interval_95: (f64, f64),
}

/// Half range and step of the quadrature in standard deviations.
const RANGE: f64 = 8.0;
const STEP: f64 = 0.02;

/// Nodes and weights of the standard normal distribution; the weights sum to 1.
fn normal_nodes() -> impl Iterator<Item = (f64, f64)> {
    let count = (RANGE / STEP) as i32;
    (-count..=count).map(|i| {
        let z = f64::from(i) * STEP;
        (z, STEP * exp(-0.5 * z * z) / sqrt(std::f64::consts::TAU))
    })
}

/// A mixture of normal distributions of one logarithm: (weight, mean, variance).
struct Mixture(Vec<(f64, f64, f64)>);

impl Mixture {
    fn cumulative(&self, at: f64) -> f64 {
        self.0
            .iter()
            .map(|&(weight, mean, variance)| {
                weight * if variance > 0.0 { 0.5 * erfc((mean - at) / sqrt(2.0 * variance)) } else { f64::from(u8::from(mean <= at)) }
            })
            .sum()
    }

    /// Quantile of the variable itself, not of its logarithm.
    fn quantile(&self, probability: f64) -> f64 {
        let reach = |&(_, mean, variance): &(f64, f64, f64)| (mean, 10.0 * sqrt(variance) + 1e-9);
        // nodes without weight must not stretch the bracket to where exponentials overflow
        let heavy = || self.0.iter().filter(|term| term.0 > 1e-18).map(reach);
        let (mut low, mut high) =
            heavy().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (mean, reach)| (low.min(mean - reach), high.max(mean + reach)));
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.cumulative(middle) < probability { low = middle } else { high = middle }
        }
        exp(0.5 * (low + high))
    }

    /// Raw moment of order `order` of the variable.
    fn moment(&self, order: f64) -> f64 {
        self.0.iter().map(|&(weight, mean, variance)| weight * exp(order * mean + 0.5 * order * order * variance)).sum()
    }
}

/// The posterior of Ã from `activity_mbq` at `time_h`, measured with a log-normal error of CV `measurement_cv` (positive).
pub fn posterior(
    activity_mbq: f64,
    time_h: f64,
    measurement_cv: f64,
    population: HalfLifePopulation,
    uptake: Option<UptakePrior>,
) -> Posterior {
    let noise = logarithmic_standard_deviation(measurement_cv).powi(2);
    // ln A(0) given λ: the measurement alone, or combined with its prior
    let given = |rate: f64| {
        let seen = log(activity_mbq) + rate * time_h;
        match uptake {
            None => (seen, noise, 0.0),
            Some(prior) => {
                let (expected, spread) = (log(prior.median_mbq), logarithmic_standard_deviation(prior.coefficient_of_variation).powi(2));
                let share = spread / (spread + noise);
                let surprise = (seen - expected).powi(2) / (spread + noise);
                (expected + share * (seen - expected), share * noise, surprise)
            }
        }
    };
    let mut terms: Vec<(f64, f64, f64)> = normal_nodes()
        .map(|(z, weight)| {
            let rate = population.decay_constant(z);
            let (mean, variance, surprise) = given(rate);
            (weight * exp(-0.5 * surprise), mean - log(rate), variance)
        })
        .collect();
    let total: f64 = terms.iter().map(|term| term.0).sum();
    terms.iter_mut().for_each(|term| term.0 /= total);
    let mixture = Mixture(terms);
    let misfit = |z: f64| z * z + given(population.decay_constant(z)).2;
    let z = minimum(&misfit, -RANGE, RANGE);
    let rate = population.decay_constant(z);
    Posterior {
        mode_mbq_h: exp(given(rate).0) / rate,
        mode_half_life_h: LN_2 / rate,
        median_mbq_h: mixture.quantile(0.5),
        mean_mbq_h: uptake.map(|_| mixture.moment(1.0)),
        interval_95: (mixture.quantile(0.025), mixture.quantile(0.975)),
    }
}

/// A method whose error over a population can be expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Hänscheid.
    Haenscheid,
    /// The population's median half-life: Madsen, and the mode without a prior on A(0).
    PopulationMedian,
    /// The posterior median without a prior on A(0).
    PosteriorMedian,
}

/// Estimate divided by truth over a population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedError {
    /// Mean of estimate/true − 1.
    pub bias: f64,
    /// Standard deviation of estimate/true.
    pub standard_deviation: f64,
    /// 2.5 and 97.5 % quantiles of estimate/true.
    pub range_95: (f64, f64),
    /// √(bias² + SD²).
    pub root_mean_square: f64,
}

/// Distribution of the logarithm of estimate/true.
fn ratio_to_truth(method: Method, time_h: f64, population: HalfLifePopulation, measurement_cv: f64) -> Mixture {
    let noise = logarithmic_standard_deviation(measurement_cv).powi(2);
    let ratios = |factor: f64| {
        Mixture(
            normal_nodes()
                .map(|(z, weight)| {
                    let rate = population.decay_constant(z);
                    (weight, log(factor * rate) - rate * time_h, noise)
                })
                .collect(),
        )
    };
    match method {
        Method::Haenscheid => ratios(haenscheid(1.0, time_h)),
        Method::PopulationMedian => ratios(known_half_life(1.0, time_h, population.median_h)),
        // Ã/A given the scan is the reciprocal of ratio/factor: its median likewise
        Method::PosteriorMedian => ratios(1.0 / ratios(1.0).quantile(0.5)),
    }
}

/// Mean of estimate/true − 1 and variance of estimate/true.
fn bias_and_variance(mixture: &Mixture) -> (f64, f64) {
    let mean = mixture.moment(1.0);
    (mean - 1.0, (mixture.moment(2.0) - mean * mean).max(0.0))
}

/// What to expect of a method at `time_h`, `measurement_cv` (0 allowed) being the error of the scan.
pub fn expected_error(method: Method, time_h: f64, population: HalfLifePopulation, measurement_cv: f64) -> ExpectedError {
    let mixture = ratio_to_truth(method, time_h, population, measurement_cv);
    let (bias, variance) = bias_and_variance(&mixture);
    ExpectedError {
        bias,
        standard_deviation: sqrt(variance),
        range_95: (mixture.quantile(0.025), mixture.quantile(0.975)),
        root_mean_square: sqrt(bias * bias + variance),
    }
}

/// The scan time (h) between a tenth of the median half-life and six of it at which a method's root mean square error is least.
pub fn best_time(method: Method, population: HalfLifePopulation, measurement_cv: f64) -> f64 {
    let error = |logarithm: f64| {
        let (bias, variance) = bias_and_variance(&ratio_to_truth(method, exp(logarithm), population, measurement_cv));
        bias * bias + variance
    };
    exp(minimum(&error, log(0.1 * population.median_h), log(6.0 * population.median_h)))
}

/// Abscissa of the least value: a scan of the range, then a golden section about its best point.
fn minimum(function: &dyn Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const SCAN: usize = 60;
    let golden = 0.5 * (sqrt(5.0) - 1.0);
    let width = (high - low) / SCAN as f64;
    let scanned: Vec<f64> = (0..=SCAN).map(|i| function(low + width * i as f64)).collect();
    let best = (0..=SCAN).min_by(|&a, &b| scanned[a].total_cmp(&scanned[b])).unwrap_or(0);
    let (mut a, mut b) = ((low + width * (best as f64 - 1.0)).max(low), (low + width * (best as f64 + 1.0)).min(high));
    for _ in 0..40 {
        let (left, right) = (b - golden * (b - a), a + golden * (b - a));
        if function(left) <= function(right) { b = right } else { a = left }
    }
    0.5 * (a + b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::RandomSource;

    /// Kidney half-life of 177Lu-DOTATATE/TOC: 51 h (Hänscheid 2018); a CV of 30 %.
    const KIDNEY: HalfLifePopulation = HalfLifePopulation { median_h: 51.0, coefficient_of_variation: 0.3 };
    const EXACT: HalfLifePopulation = HalfLifePopulation { median_h: 51.0, coefficient_of_variation: 1e-9 };

    fn close(found: f64, expected: f64, absolute: f64, what: &str) {
        assert!((found - expected).abs() <= absolute, "{what}: {found} v {expected}");
    }

    #[test]
    fn haenscheids_estimate_behaves_as_its_formula_says() {
        // estimate/true = 2x·2^(−x), x = t/T
        for (x, ratio) in [(0.75, 0.8919), (1.0, 1.0), (1.0 / LN_2, 1.0615), (2.0, 1.0), (2.5, 0.8839)] {
            let time = x * 51.0;
            let truth = 100.0 * 51.0 / LN_2;
            close(haenscheid(100.0 * 0.5_f64.powf(x), time) / truth, ratio, 5e-5, "direct");
            close(expected_error(Method::Haenscheid, time, EXACT, 0.0).bias + 1.0, ratio, 5e-5, "expected");
        }
    }

    #[test]
    fn a_known_half_life_is_exact_for_it() {
        let truth = 80.0 * 67.0 / LN_2;
        for time in [4.0, 24.0, 96.0] {
            close(known_half_life(80.0 * 0.5_f64.powf(time / 67.0), time, 67.0), truth, 1e-9 * truth, "liver, 67 h");
        }
    }

    #[test]
    fn madsens_error_vanishes_to_first_order_at_the_mean_lifetime() {
        // at t = 1/λ the ratio is e^(u + 1 − e^u), u = −σz: 1 − σ²/2 + O(σ⁴) on average
        let narrow = HalfLifePopulation { median_h: 51.0, coefficient_of_variation: 0.05 };
        let variance = 1.0025_f64.ln();
        let found = expected_error(Method::PopulationMedian, 51.0 / LN_2, narrow, 0.0);
        close(found.bias, -0.5 * variance, 2.0 * variance * variance, "bias");
        // u²/2 has the standard deviation σ²/√2
        close(found.standard_deviation, variance / 2.0_f64.sqrt(), 2.0 * variance.powf(1.5), "SD");
        let best = best_time(Method::PopulationMedian, narrow, 0.0);
        assert!((0.9..1.1).contains(&(best * LN_2 / 51.0)), "{best}");
    }

    #[test]
    fn the_expected_error_is_that_of_simulated_patients() {
        const COUNT: u32 = 40_000;
        let random = RandomSource::new(3, 0, 0);
        let noise = logarithmic_standard_deviation(0.1);
        let sigma = logarithmic_standard_deviation(0.3);
        for (method, time) in [(Method::Haenscheid, 96.0), (Method::PopulationMedian, 72.0), (Method::PopulationMedian, 24.0)] {
            let mut ratios: Vec<f64> = (0..COUNT)
                .map(|i| {
                    let half_life = 51.0 * (sigma * random.standard_normal(2 * i)).exp();
                    let measured = 0.5_f64.powf(time / half_life) * (noise * random.standard_normal(2 * i + 1)).exp();
                    let estimate =
                        if method == Method::Haenscheid { haenscheid(measured, time) } else { known_half_life(measured, time, 51.0) };
                    estimate / (half_life / LN_2)
                })
                .collect();
            ratios.sort_by(f64::total_cmp);
            let n = f64::from(COUNT);
            let mean = ratios.iter().sum::<f64>() / n;
            let sd = (ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt();
            let found = expected_error(method, time, KIDNEY, 0.1);
            // five standard errors of a mean, of an SD (its kurtosis allowed for), of a rank
            close(found.bias, mean - 1.0, 5.0 * sd / n.sqrt(), "bias");
            close(found.standard_deviation, sd, 10.0 * sd / n.sqrt(), "SD");
            for (probability, value) in [(0.025, found.range_95.0), (0.975, found.range_95.1)] {
                let below = ratios.iter().filter(|r| **r < value).count() as f64 / n;
                close(below, probability, 5.0 * (0.025 * 0.975 / n).sqrt(), "share below the quantile");
            }
        }
    }

    #[test]
    fn without_a_prior_on_uptake_the_mode_is_the_known_half_life() {
        let found = posterior(8.5, 72.0, 0.1, KIDNEY, None);
        let expected = known_half_life(8.5, 72.0, 51.0);
        close(found.mode_mbq_h, expected, 1e-6 * expected, "mode");
        assert_eq!(found.mean_mbq_h, None);
        assert!(found.interval_95.0 < found.median_mbq_h && found.median_mbq_h < found.interval_95.1);
        // half-lives known exactly: ln Ã ~ N(ln estimate, σ_ln²)
        let exact = posterior(8.5, 72.0, 0.1, EXACT, None);
        let sigma = 1.01_f64.ln().sqrt();
        close(exact.median_mbq_h, expected, 1e-6 * expected, "median");
        close(exact.interval_95.1, expected * (1.959_963_984_540_054 * sigma).exp(), 1e-6 * expected, "upper end");
        // the median of the estimate's factor: half of simulated patients lie on each side
        let factor = expected_error(Method::PosteriorMedian, 72.0, KIDNEY, 0.0);
        assert!(factor.range_95.0 < 1.0 && factor.range_95.1 > 1.0);
    }

    #[test]
    fn a_vague_prior_on_uptake_is_none_and_a_sharp_one_decides() {
        let free = posterior(8.5, 72.0, 0.1, KIDNEY, None);
        let vague = UptakePrior { median_mbq: 20.0, coefficient_of_variation: 1e9 };
        let found = posterior(8.5, 72.0, 0.1, KIDNEY, Some(vague));
        close(found.median_mbq_h, free.median_mbq_h, 0.03 * free.median_mbq_h, "median");
        // A(0) = 34 exactly and a scan without error: 8.5 = 34/4 after two half-lives, so T = 36 h, Ã = 34·36/ln 2
        let sharp = UptakePrior { median_mbq: 34.0, coefficient_of_variation: 1e-3 };
        let found = posterior(8.5, 72.0, 1e-3, KIDNEY, Some(sharp));
        let expected = 34.0 * 36.0 / LN_2;
        close(found.mode_half_life_h, 36.0, 0.05, "half-life");
        for value in [found.mode_mbq_h, found.median_mbq_h, found.mean_mbq_h.expect("a prior on uptake")] {
            close(value, expected, 0.002 * expected, "integral");
        }
    }

    #[test]
    fn an_early_scan_is_worse_than_a_late_one() {
        // dosimetry with a population half-life misses more at 4 h than at 24 h, and least near 1/λ (evidence: 59 % and 30 % mean deviation reported)
        let error = |time| expected_error(Method::PopulationMedian, time, KIDNEY, 0.1).root_mean_square;
        assert!(error(4.0) > error(24.0) && error(24.0) > error(72.0) && error(72.0) < error(168.0));
        let best = best_time(Method::PopulationMedian, KIDNEY, 0.1);
        assert!(error(best) <= error(0.97 * best) && error(best) <= error(1.03 * best));
    }
}
