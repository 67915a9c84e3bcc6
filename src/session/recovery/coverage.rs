//! What the replicates say of one quantity: coverage of its 95 % interval, bias, scatter.
//!
//! The interval of a coverage p = k/n is Wilson's: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²))/(1 + z²/n) (E. B. Wilson, J Am Stat Assoc 1927;22:209–212).
use statrs::distribution::{Binomial, DiscreteCDF};

use super::replicate::{Found, Recovered, Replicate};
use crate::math::sqrt;
use crate::random::standard_normal_quantile;

/// Lowest and highest coverage (%) of a 95 % interval that counts as right.
pub const BAND: (f64, f64) = (90.0, 98.0);

/// What a coverage is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A fitted parameter, by its position among those.
    Parameter(usize),
    /// An absorbed dose, by the position of its target.
    Dose(usize),
}

/// Whether a coverage lies where it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Below the band: the intervals are too narrow or in the wrong place.
    TooLow,
    /// Within.
    Within,
    /// Above: the intervals are too wide.
    TooHigh,
}

/// Coverage and scatter of one quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// What it is of.
    pub quantity: Quantity,
    /// Replicates; one that failed or did not converge is among them and counts as not covered.
    pub replicates: usize,
    /// Replicates whose interval holds the truth.
    pub covered: usize,
    /// Mean of estimate/truth − 1 (%), over the replicates that converged.
    pub bias_percent: f64,
    /// Root mean square of estimate/truth − 1 (%), over the same.
    pub error_percent: f64,
    /// Median relative standard error (%), over those that have one.
    pub standard_error_percent: f64,
}

impl Coverage {
    /// Coverage (%).
    pub fn percent(&self) -> f64 {
        100.0 * self.covered as f64 / self.replicates as f64
    }

    /// Its 95 % interval (%).
    pub fn interval_percent(&self) -> (f64, f64) {
        let (low, high) = wilson_interval(self.covered, self.replicates);
        (100.0 * low, 100.0 * high)
    }

    /// Whether it lies in the band.
    pub fn verdict(&self) -> Verdict {
        let percent = self.percent();
        if percent < BAND.0 {
            Verdict::TooLow
        } else if percent > BAND.1 {
            Verdict::TooHigh
        } else {
            Verdict::Within
        }
    }
}

/// Wilson's 95 % interval of a proportion.
pub fn wilson_interval(covered: usize, replicates: usize) -> (f64, f64) {
    let (n, z) = (replicates as f64, standard_normal_quantile(0.975));
    if replicates == 0 {
        return (0.0, 1.0);
    }
    let p = covered as f64 / n;
    let middle = p + z * z / (2.0 * n);
    let half = z * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    let whole = 1.0 + z * z / n;
    (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
}

/// Probability that a right 95 % interval has a coverage outside [`BAND`] by chance alone in so many replicates.
pub fn chance_outside(replicates: usize) -> Option<f64> {
    let n = u64::try_from(replicates).ok()?;
    let distribution = Binomial::new(0.95, n).ok()?;
    let lowest = (BAND.0 / 100.0 * replicates as f64).ceil() as u64;
    let highest = (BAND.1 / 100.0 * replicates as f64).floor() as u64;
    let below = if lowest > 0 { distribution.cdf(lowest - 1) } else { 0.0 };
    Some(below + 1.0 - distribution.cdf(highest))
}

fn of(quantity: Quantity, replicates: &[Replicate], pick: impl Fn(&Found) -> Recovered) -> Coverage {
    let found = || replicates.iter().filter_map(|replicate| replicate.found.as_ref().ok()).filter(|found| found.converged);
    let errors: Vec<f64> = found().map(&pick).map(|r| r.estimate / r.truth - 1.0).filter(|error| error.is_finite()).collect();
    let mean = |values: &mut dyn Iterator<Item = f64>| 100.0 * values.sum::<f64>() / errors.len() as f64;
    let mut spreads: Vec<f64> = found().filter_map(|found| pick(found).relative_error).collect();
    spreads.sort_by(f64::total_cmp);
    let middle = spreads.len() / 2;
    let median = match spreads.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => spreads[middle],
        _ => 0.5 * (spreads[middle - 1] + spreads[middle]),
    };
    Coverage {
        quantity,
        replicates: replicates.len(),
        covered: found().filter(|found| pick(found).holds_truth()).count(),
        bias_percent: mean(&mut errors.iter().copied()),
        error_percent: 10.0 * sqrt(mean(&mut errors.iter().map(|error| error * error))),
        standard_error_percent: 100.0 * median,
    }
}

/// Coverage of every parameter and every dose. Empty where no replicate succeeded.
pub fn coverages(replicates: &[Replicate]) -> Vec<Coverage> {
    let Some(first) = replicates.iter().find_map(|replicate| replicate.found.as_ref().ok()) else { return Vec::new() };
    let parameters = (0..first.parameters.len()).map(|at| of(Quantity::Parameter(at), replicates, |found| found.parameters[at]));
    let doses = (0..first.doses.len()).map(|at| of(Quantity::Dose(at), replicates, |found| found.doses[at]));
    parameters.chain(doses).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals_are_the_published_ones() {
        // R. G. Newcombe, Stat Med 1998;17:857-872, Table I, method 3
        for (covered, replicates, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = wilson_interval(covered, replicates);
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{covered}/{replicates}: {found:?}");
        }
    }

    fn replicate(number: usize, converged: bool, estimate: f64) -> Replicate {
        let one =
            Recovered { truth: 2.0, estimate, interval: Some((estimate - 0.5, estimate + 0.5)), relative_error: Some(0.1 * estimate) };
        let ended = String::new();
        let found = Found { converged, ended, iterations: 1, parameters: vec![one], doses: Vec::new(), distance: None };
        Replicate { number, found: Ok(found), fit_seconds: 0.0 }
    }

    #[test]
    fn a_replicate_that_failed_or_did_not_converge_is_not_covered() {
        // by hand: estimates 2.2 and 1.6 hold the truth 2, 3 does not; errors 0.1, −0.2, 0.5; mean 0.1333, mean square 0.1
        let failed = Replicate { number: 4, found: Err("no".into()), fit_seconds: 0.0 };
        let all = [replicate(0, true, 2.2), replicate(1, true, 1.6), replicate(2, true, 3.0), replicate(3, false, 2.0), failed];
        let found = coverages(&all)[0];
        assert_eq!((found.replicates, found.covered, found.verdict()), (5, 2, Verdict::TooLow));
        assert!((found.bias_percent - 40.0 / 3.0).abs() < 1e-12);
        assert!((found.error_percent - 100.0 * 0.1_f64.sqrt()).abs() < 1e-12);
        assert!((found.standard_error_percent - 22.0).abs() < 1e-12);
    }

    #[test]
    fn chance_of_leaving_the_band_is_the_binomial_sum() {
        // by hand for 10 replicates: outside [9, 9] are 10 (0.95^10 = 0.598737) and 8 or fewer (1 − 0.598737 − 10·0.05·0.95^9 = 0.086138)
        assert!((chance_outside(10).expect("a distribution") - 0.684_875).abs() < 1e-6);
    }
}
