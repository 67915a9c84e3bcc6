//! Wilcoxon's rank sum test in Mann and Whitney's form: U counts the pairs in which the second group is larger, ties half.
//!
//! Small groups without ties: the exact distribution by Mann and Whitney's recursion (Ann Math Stat 18, 1947, 50–60). Else the normal approximation: mean mn/2, variance
//! mn/12 (N + 1 − Σ(t³ − t)/(N(N − 1))) over the ties of t values, less ½ for continuity.
use crate::math::sqrt;
use crate::trial::tail_probability::normal_two_sided;

/// Groups are compared exactly up to this product of their sizes.
const LARGEST_EXACT: usize = 400;

/// A test of equal distributions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// Pairs in which the second group is larger, ties half.
    pub u: f64,
    /// Probability that a value of the second group is larger than one of the first, ties half: U over the number of pairs.
    pub superiority: f64,
    /// Two-sided p.
    pub p: f64,
    /// Whether p is exact.
    pub exact: bool,
}

/// The test. `None` where a group is empty or all values are equal; values must be numbers.
pub fn wilcoxon(first: &[f64], second: &[f64]) -> Option<RankTest> {
    let (m, n) = (first.len(), second.len());
    if m == 0 || n == 0 {
        return None;
    }
    let mut all: Vec<(f64, bool)> = first.iter().map(|value| (*value, false)).chain(second.iter().map(|value| (*value, true))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank_sum, mut tied) = (0.0, 0.0);
    let mut at = 0;
    while at < all.len() {
        let same = all[at..].iter().take_while(|(value, _)| *value == all[at].0).count().max(1);
        let of_second = all[at..at + same].iter().filter(|(_, second)| *second).count();
        rank_sum += of_second as f64 * (at as f64 + 0.5 * (same as f64 + 1.0));
        let t = same as f64;
        tied += t * (t * t - 1.0);
        at += same;
    }
    let (m_f, n_f) = (m as f64, n as f64);
    let pairs = m_f * n_f;
    let u = rank_sum - 0.5 * n_f * (n_f + 1.0);
    let exact = tied == 0.0 && m * n <= LARGEST_EXACT;
    let p = if exact {
        // symmetric about half of the pairs
        let smaller = u.min(pairs - u) as usize;
        (2.0 * lower_tail(m, n, smaller)).min(1.0)
    } else {
        let total = m_f + n_f;
        let variance = pairs / 12.0 * (total + 1.0 - tied / (total * (total - 1.0)));
        if variance <= 0.0 {
            return None;
        }
        let beyond = ((u - 0.5 * pairs).abs() - 0.5).max(0.0);
        normal_two_sided(beyond / sqrt(variance))
    };
    Some(RankTest { u, superiority: u / pairs, p, exact })
}

/// P(U ≤ `most`) for groups of `m` and `n`: P(m, n, u) = m/(m+n) P(m−1, n, u−n) + n/(m+n) P(m, n−1, u).
fn lower_tail(m: usize, n: usize, most: usize) -> f64 {
    let width = most + 1;
    let point = |u: usize| if u == 0 { 1.0 } else { 0.0 };
    // row by number in the first group; U of an empty group is 0
    let mut rows: Vec<Vec<f64>> = (0..=n).map(|_| (0..width).map(point).collect()).collect();
    for i in 1..=m {
        rows[0] = (0..width).map(point).collect();
        for j in 1..=n {
            let share = i as f64 / (i + j) as f64;
            let row: Vec<f64> = (0..width)
                .map(|u| {
                    let with_first = if u >= j { rows[j][u - j] } else { 0.0 };
                    share * with_first + (1.0 - share) * rows[j - 1][u]
                })
                .collect();
            rows[j] = row;
        }
    }
    rows[n].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::super::SLEEP;
    use super::*;

    #[test]
    fn permeability_exactly_as_published() {
        // Hollander and Wolfe 1973, p. 69 f. (R's documentation of `wilcox.test`): U 35, one-sided 0.1272
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let early = [1.15, 0.88, 0.90, 0.74, 1.21];
        let test = wilcoxon(&early, &term).unwrap();
        assert!(test.exact && test.u == 35.0 && (test.superiority - 0.7).abs() < 1e-15);
        assert!((test.p - 2.0 * 0.127_206_127).abs() < 1e-8, "{}", test.p);
        assert!((wilcoxon(&term, &early).unwrap().p - test.p).abs() < 1e-14);
    }

    #[test]
    fn sleep_with_ties_as_published() {
        // R on Student's sleep data: W 25.5, p 0.06933 with ties and continuity
        let test = wilcoxon(&SLEEP[1], &SLEEP[0]).unwrap();
        assert!(!test.exact && test.u == 25.5);
        assert!((test.p - 0.069_327_575_434).abs() < 1e-11, "{}", test.p);
    }

    #[test]
    fn the_exact_tail_by_counting_every_order() {
        // all 35 ways of placing 3 among 7
        let (m, n) = (3, 4);
        let mut counts = [0; 13];
        for mask in 0_u32..128 {
            if mask.count_ones() == m {
                let firsts: Vec<u32> = (0..7).filter(|bit| mask >> bit & 1 == 1).collect();
                let u: u32 = firsts.iter().map(|first| (first + 1..7).filter(|later| mask >> later & 1 == 0).count() as u32).sum();
                counts[u as usize] += 1;
            }
        }
        for most in 0..=12 {
            let expected = counts[..=most].iter().sum::<u32>() as f64 / 35.0;
            assert!((lower_tail(m as usize, n, most) - expected).abs() < 1e-14, "{most}");
        }
    }

    #[test]
    fn exact_and_normal_meet_and_equal_values_are_no_test() {
        let first: Vec<f64> = (0..20).map(|n| f64::from(n * 7 % 20)).collect();
        let second: Vec<f64> = (0..20).map(|n| f64::from(n) + 3.5).collect();
        let exact = wilcoxon(&first, &second).unwrap();
        // one value more than exact groups may have changes little
        let longer = [second.as_slice(), &[13.25]].concat();
        let normal = wilcoxon(&first, &longer).unwrap();
        assert!(exact.exact && !normal.exact && (exact.p - normal.p).abs() < 0.01, "{} {}", exact.p, normal.p);
        assert_eq!(wilcoxon(&[1.0; 30], &[1.0; 30]), None);
        assert_eq!(wilcoxon(&[], &[1.0]), None);
    }
}
