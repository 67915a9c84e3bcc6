//! Shares of two groups from the four counts: Fisher's exact test and Pearson's χ² with or without Yates' correction.
//!
//! Fisher: with the margins held, the first count is hypergeometric; p is the probability of all tables at most as likely as the one found (those within 1e-7 of it,
//! relative, count as equal). χ² = n (|ad − bc| − n/2)² / (product of the margins), the n/2 being Yates' correction, at most |ad − bc|.
use crate::trial::tail_probability::chi_square_upper;

/// Patients with and without, in two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FourCounts {
    /// First group: with, without.
    pub first: (u64, u64),
    /// Second group: with, without.
    pub second: (u64, u64),
}

/// A test of equal shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountTest {
    /// χ², where the test has one.
    pub chi_square: Option<f64>,
    /// Two-sided p.
    pub p: f64,
    /// Share in the second group less that in the first.
    pub difference: f64,
}

impl FourCounts {
    /// Adds a patient.
    pub fn add(&mut self, second: bool, with: bool) {
        let group = if second { &mut self.second } else { &mut self.first };
        *if with { &mut group.0 } else { &mut group.1 } += 1;
    }

    fn sizes(&self) -> (f64, f64) {
        ((self.first.0 + self.first.1) as f64, (self.second.0 + self.second.1) as f64)
    }

    /// Share in the second group less that in the first; not a number where a group is empty.
    pub fn difference(&self) -> f64 {
        let (first, second) = self.sizes();
        self.second.0 as f64 / second - self.first.0 as f64 / first
    }
}

/// Fisher's exact test, two-sided. `None` where a group is empty.
pub fn fisher_exact(counts: FourCounts) -> Option<CountTest> {
    let (first, second) = counts.sizes();
    if first == 0.0 || second == 0.0 {
        return None;
    }
    let with = (counts.first.0 + counts.second.0) as f64;
    let (lowest, highest) = ((with - second).max(0.0), with.min(first));
    let found = counts.first.0 as f64;
    // probability of count k + 1 over that of k
    let step = |k: f64| (with - k) * (first - k) / ((k + 1.0) * (second - with + k + 1.0));
    // relative to the table found: probabilities on both sides, each smaller than the last from the mode on
    let (mut total, mut rare) = (1.0, 1.0);
    let most = 1.0 + 1e-7;
    let mut count = |relative: f64| {
        total += relative;
        if relative <= most {
            rare += relative;
        }
    };
    let mut relative = 1.0;
    let mut k = found;
    while k < highest {
        relative *= step(k);
        count(relative);
        k += 1.0;
    }
    relative = 1.0;
    k = found;
    while k > lowest {
        k -= 1.0;
        relative /= step(k);
        count(relative);
    }
    // a table so rare that the others overflow against it
    let p = if total.is_finite() { (rare / total).min(1.0) } else { 0.0 };
    Some(CountTest { chi_square: None, p, difference: counts.difference() })
}

/// Pearson's χ² with one degree of freedom. `None` where a group, or either outcome, is empty.
pub fn chi_square(counts: FourCounts, continuity_correction: bool) -> Option<CountTest> {
    let (first, second) = counts.sizes();
    let with = (counts.first.0 + counts.second.0) as f64;
    let without = (counts.first.1 + counts.second.1) as f64;
    if [first, second, with, without].contains(&0.0) {
        return None;
    }
    let all = first + second;
    let cross = (counts.first.0 as f64 * counts.second.1 as f64 - counts.first.1 as f64 * counts.second.0 as f64).abs();
    let cross = if continuity_correction { (cross - 0.5 * all).max(0.0) } else { cross };
    let statistic = all * (cross / (first * second)) * (cross / (with * without));
    Some(CountTest { chi_square: Some(statistic), p: chi_square_upper(statistic, 1), difference: counts.difference() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::stats_tests::{Alternative, fisher::fishers_exact};

    /// Criminal convictions of like-sex twins: R. A. Fisher, Statistical Methods for Research Workers.
    const TWINS: FourCounts = FourCounts { first: (2, 15), second: (10, 3) };

    #[test]
    fn the_lady_tasting_tea() {
        // Fisher 1935: three of four cups right, p 0.4857 = 34/70 two-sided
        let p = fisher_exact(FourCounts { first: (3, 1), second: (1, 3) }).unwrap().p;
        assert!((p - 34.0 / 70.0).abs() < 1e-14, "{p}");
    }

    #[test]
    fn the_twins() {
        // R's documentation of `fisher.test`: 0.0005367; Pearson's χ² 13.032 and with Yates 10.458
        assert!((fisher_exact(TWINS).unwrap().p - 0.000_536_7).abs() < 5e-8);
        let plain = chi_square(TWINS, false).unwrap();
        assert!((plain.chi_square.unwrap() - 13.031_674_208).abs() < 1e-8 && (plain.p - 3.062_666e-4).abs() < 1e-9);
        let corrected = chi_square(TWINS, true).unwrap();
        assert!((corrected.chi_square.unwrap() - 10.458_144_796).abs() < 1e-8 && (corrected.p - 1.221_098_5e-3).abs() < 1e-9);
        assert!((plain.difference - (10.0 / 13.0 - 2.0 / 17.0)).abs() < 1e-15);
    }

    #[test]
    fn another_implementation_of_fishers_test_agrees() {
        for (a, b, c, d) in [(0, 7, 4, 9), (12, 5, 3, 30), (8, 2, 1, 5), (40, 60, 55, 45), (1, 0, 0, 1), (10, 10, 10, 10)] {
            let own = fisher_exact(FourCounts { first: (a, b), second: (c, d) }).unwrap().p;
            let other = fishers_exact(&[a, b, c, d], Alternative::TwoSided).unwrap();
            assert!((own - other).abs() < 1e-9 * other.max(1e-3), "{a} {b} {c} {d}: {own}, {other}");
        }
    }

    #[test]
    fn a_million_patients_and_the_ends() {
        let many = FourCounts { first: (250_000, 250_000), second: (251_000, 249_000) };
        // for so many patients the exact test is the normal one
        let (exact, corrected) = (fisher_exact(many).unwrap().p, chi_square(many, true).unwrap().p);
        assert!((exact / corrected - 1.0).abs() < 1e-3, "{exact}, {corrected}");
        assert_eq!(fisher_exact(FourCounts { first: (0, 500_000), second: (500_000, 0) }).unwrap().p, 0.0);
        assert_eq!(fisher_exact(FourCounts { first: (0, 9), second: (0, 8) }).unwrap().p, 1.0);
        assert_eq!(fisher_exact(FourCounts { first: (0, 0), second: (3, 8) }), None);
        assert_eq!(chi_square(FourCounts { first: (0, 9), second: (0, 8) }, true), None);
    }
}
