//! The log-rank test of two or more groups: Σ over the days of events of observed less expected, with the hypergeometric variance.
//!
//! Mantel (Cancer Chemother Rep 50, 1966, 163–170), Peto and Peto (J R Stat Soc A 135, 1972, 185–207): on a day with d events among n at risk, n_i of them in group i,
//! E_i = d n_i/n and Cov_ij = d (n − d)/(n − 1) · n_i/n (δ_ij − n_j/n). χ² of all groups but the last, with that many degrees of freedom.
use super::risk_sets::RiskSets;
use super::{DayCounts, SurvivalError};
use crate::trial::tail_probability::chi_square_upper;

/// A log-rank test.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// The statistic.
    pub chi_square: f64,
    /// Groups less one.
    pub degrees_of_freedom: usize,
    /// Probability of a statistic at least as large where the groups do not differ.
    pub p: f64,
    /// Events, by group.
    pub observed: Vec<u64>,
    /// Events expected where the groups do not differ, by group.
    pub expected: Vec<f64>,
}

/// Tests whether the groups have one hazard.
///
/// # Errors
/// Fewer than two groups, an empty group, no event, or a group that was not at risk together with the others on any day of an event.
pub fn log_rank(groups: &[&DayCounts]) -> Result<LogRank, SurvivalError> {
    if groups.len() < 2 {
        return Err(SurvivalError::FewGroups);
    }
    if let Some(empty) = groups.iter().position(|group| group.patients() == 0) {
        return Err(SurvivalError::EmptyGroup(empty));
    }
    if groups.iter().all(|group| group.total_events() == 0) {
        return Err(SurvivalError::NoEvents);
    }
    let kept = groups.len() - 1;
    let mut expected = vec![0.0; groups.len()];
    let mut variance = vec![0.0; kept * kept];
    for (at_risk, events) in RiskSets::of(groups).rows() {
        let (n, d) = (at_risk.iter().sum::<u64>() as f64, events.iter().sum::<u64>() as f64);
        let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        for (group, own) in at_risk.iter().enumerate() {
            let share = *own as f64 / n;
            expected[group] += d * share;
            if group < kept {
                for other in 0..=group {
                    let same = if other == group { 1.0 } else { 0.0 };
                    variance[group * kept + other] += spread * share * (same - at_risk[other] as f64 / n);
                }
            }
        }
    }
    let observed: Vec<u64> = groups.iter().map(|group| group.total_events()).collect();
    let difference: Vec<f64> = observed.iter().zip(&expected).take(kept).map(|(seen, expected)| *seen as f64 - expected).collect();
    let chi_square = quadratic_form(variance, &difference).ok_or(SurvivalError::NeverTogether)?;
    Ok(LogRank { chi_square, degrees_of_freedom: kept, p: chi_square_upper(chi_square, kept), observed, expected })
}

/// x' V⁻¹ x by Cholesky's factorisation of the lower triangle; `None` where V is not positive definite.
fn quadratic_form(mut lower: Vec<f64>, x: &[f64]) -> Option<f64> {
    let size = x.len();
    let mut solved = vec![0.0; size];
    for row in 0..size {
        let diagonal_before = lower[row * size + row];
        for column in 0..=row {
            let inner: f64 = (0..column).map(|k| lower[row * size + k] * lower[column * size + k]).sum();
            let rest = lower[row * size + column] - inner;
            lower[row * size + column] = if column < row {
                rest / lower[column * size + column]
            } else if rest > 1e-12 * diagonal_before {
                crate::math::sqrt(rest)
            } else {
                return None;
            };
        }
        let inner: f64 = (0..row).map(|k| lower[row * size + k] * solved[k]).sum();
        solved[row] = (x[row] - inner) / lower[row * size + row];
    }
    Some(solved.iter().map(|value| value * value).sum())
}

#[cfg(test)]
mod tests {
    use super::super::published_data::{aml_maintained, aml_not_maintained, mercaptopurine, of, placebo};
    use super::*;

    #[test]
    fn mercaptopurine_against_placebo_as_published() {
        // Kleinbaum and Klein, chapter 2: χ² 16.79, expected 19.25 and 10.75; Cox and Oakes 1984
        let test = log_rank(&[&mercaptopurine(), &placebo()]).unwrap();
        assert!((test.chi_square - 16.79).abs() < 0.005, "{}", test.chi_square);
        assert!((test.expected[0] - 19.25).abs() < 0.005 && (test.expected[1] - 10.75).abs() < 0.005);
        assert_eq!((test.observed.as_slice(), test.degrees_of_freedom), ([9, 21].as_slice(), 1));
        assert!((test.p - 4.17e-5).abs() < 1e-7, "{}", test.p);
    }

    #[test]
    fn maintained_against_not_maintained_as_published() {
        // R's documentation of `survdiff` on Miller's data: χ² 3.4, p 0.0653, expected 10.69 and 7.31
        let test = log_rank(&[&aml_maintained(), &aml_not_maintained()]).unwrap();
        assert!((test.chi_square - 3.4).abs() < 0.05 && (test.p - 0.0653).abs() < 5e-5, "{test:?}");
        assert!((test.expected[0] - 10.69).abs() < 0.005 && (test.expected[1] - 7.31).abs() < 0.005);
    }

    #[test]
    fn four_groups_agree_with_another_program_in_any_order() {
        // the four published groups together: χ² 32.986649020608 on 3 degrees of freedom by an independent program
        let groups = [mercaptopurine(), placebo(), aml_maintained(), aml_not_maintained()];
        for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
            let test = log_rank(&order.map(|at| &groups[at])).unwrap();
            assert!((test.chi_square - 32.986_649_020_608).abs() < 1e-9, "{order:?}: {}", test.chi_square);
            assert_eq!(test.degrees_of_freedom, 3);
        }
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let some = of(&[(3, true), (4, false)]);
        let none = of(&[(3, false), (4, false)]);
        assert_eq!(log_rank(&[&some]), Err(SurvivalError::FewGroups));
        assert_eq!(log_rank(&[&some, &DayCounts::default()]), Err(SurvivalError::EmptyGroup(1)));
        assert_eq!(log_rank(&[&none, &none]), Err(SurvivalError::NoEvents));
        assert_eq!(log_rank(&[&of(&[(1, false)]), &some]), Err(SurvivalError::NeverTogether));
    }
}
