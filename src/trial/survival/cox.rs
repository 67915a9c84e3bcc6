//! Cox's proportional hazards of two groups: the hazard ratio by the largest partial likelihood, ties by Efron (or Breslow).
//!
//! Cox (J R Stat Soc B 34, 1972, 187–220); Efron (J Am Stat Assoc 72, 1977, 557–565): of d events on a day, the l-th (l = 0 … d − 1) sees the risk
//! n₀ + n₁ e^β less l/d of d₀ + d₁ e^β; Breslow leaves that out. Newton's method on a concave likelihood; interval and p by Wald.
use super::risk_sets::RiskSets;
use super::{DayCounts, SurvivalError};
use crate::math::{exp, sqrt};
use crate::trial::tail_probability::{NORMAL_97_5, normal_two_sided};

/// How events of one day are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Ties {
    /// As if they came one after the other in any order.
    #[default]
    Efron,
    /// As if each saw all of the day at risk.
    Breslow,
}

/// Hazard of a group over that of the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HazardRatio {
    /// The ratio.
    pub ratio: f64,
    /// Its logarithm.
    pub log_ratio: f64,
    /// Standard error of the logarithm.
    pub standard_error: f64,
    /// 95 % interval of the ratio.
    pub interval_95: (f64, f64),
    /// Wald's test of a ratio of 1.
    pub p: f64,
    /// How ties were treated.
    pub ties: Ties,
    /// Events in the reference and in the other group.
    pub events: (u64, u64),
}

/// One day with an event: at risk and events, of the reference and of the other.
type Day = ([f64; 2], [u64; 2]);

/// Hazard ratio of `other` over `reference`, ties by Efron.
///
/// # Errors
/// An empty group, no event in a group, or a likelihood that rises without end.
pub fn cox_two_groups(reference: &DayCounts, other: &DayCounts) -> Result<HazardRatio, SurvivalError> {
    cox_two_groups_with(reference, other, Ties::Efron)
}

/// The same with a choice of `ties`.
///
/// # Errors
/// As [`cox_two_groups`].
pub fn cox_two_groups_with(reference: &DayCounts, other: &DayCounts, ties: Ties) -> Result<HazardRatio, SurvivalError> {
    let groups = [reference, other];
    if let Some(empty) = groups.iter().position(|group| group.patients() == 0) {
        return Err(SurvivalError::EmptyGroup(empty));
    }
    let events = (reference.total_events(), other.total_events());
    match events {
        (0, 0) => return Err(SurvivalError::NoEvents),
        (0, _) => return Err(SurvivalError::NoEventsInGroup(0)),
        (_, 0) => return Err(SurvivalError::NoEventsInGroup(1)),
        _ => {}
    }
    // days on which one group alone is at risk say nothing of the ratio
    let together: Vec<Day> = RiskSets::of(&groups)
        .rows()
        .filter(|(at_risk, _)| at_risk.iter().all(|n| *n > 0))
        .map(|(at_risk, events)| ([at_risk[0] as f64, at_risk[1] as f64], [events[0], events[1]]))
        .collect();
    let seen = |group: usize| together.iter().map(|(_, events)| events[group]).sum::<u64>();
    match (seen(0), seen(1)) {
        (0, 0) => return Err(SurvivalError::NeverTogether),
        (0, _) | (_, 0) => return Err(SurvivalError::Monotone),
        _ => {}
    }
    let mut log_ratio = 0.0;
    for _ in 0..100 {
        let (score, information) = score_and_information(&together, log_ratio, ties);
        // two groups: the information can become small far from the optimum, where a full step would overshoot
        let step = (score / information).clamp(-1.0, 1.0);
        log_ratio += step;
        if step.abs() <= 1e-12 * log_ratio.abs().max(1.0) {
            let (_, information) = score_and_information(&together, log_ratio, ties);
            let standard_error = 1.0 / sqrt(information);
            let limit = |sign: f64| exp(log_ratio + sign * NORMAL_97_5 * standard_error);
            return Ok(HazardRatio {
                ratio: exp(log_ratio),
                log_ratio,
                standard_error,
                interval_95: (limit(-1.0), limit(1.0)),
                p: normal_two_sided(log_ratio / standard_error),
                ties,
                events,
            });
        }
        if !log_ratio.is_finite() {
            break;
        }
    }
    Err(SurvivalError::NotSettled)
}

/// First derivative of the log partial likelihood by β, and the second with its sign turned.
fn score_and_information(days: &[Day], log_ratio: f64, ties: Ties) -> (f64, f64) {
    let factor = exp(log_ratio);
    let (mut score, mut information) = (0.0, 0.0);
    for (at_risk, events) in days {
        let tied = events[0] + events[1];
        score += events[1] as f64;
        for number in 0..tied {
            let gone = match ties {
                Ties::Efron => number as f64 / tied as f64,
                Ties::Breslow => 0.0,
            };
            let own = (at_risk[1] - gone * events[1] as f64) * factor;
            let share = own / (at_risk[0] - gone * events[0] as f64 + own);
            score -= share;
            information += share * (1.0 - share);
        }
    }
    (score, information)
}

#[cfg(test)]
mod tests {
    use super::super::published_data::{aml_maintained, aml_not_maintained, mercaptopurine, of, placebo};
    use super::*;

    #[test]
    fn mercaptopurine_as_published() {
        // Cox 1972's data; Efron 1.572 (0.412), hazard ratio 4.82 (2.15 to 10.81); Breslow 1.509 (Kleinbaum and Klein, chapter 3)
        let found = cox_two_groups(&mercaptopurine(), &placebo()).unwrap();
        assert!((found.log_ratio - 1.5721).abs() < 5e-5 && (found.standard_error - 0.4124).abs() < 5e-5, "{found:?}");
        assert!((found.ratio - 4.817).abs() < 5e-4);
        assert!((found.interval_95.0 - 2.147).abs() < 5e-4 && (found.interval_95.1 - 10.81).abs() < 5e-3);
        assert!((found.p - 1.38e-4).abs() < 5e-7);
        let breslow = cox_two_groups_with(&mercaptopurine(), &placebo(), Ties::Breslow).unwrap();
        assert!((breslow.log_ratio - 1.509).abs() < 5e-4 && (breslow.standard_error - 0.410).abs() < 5e-4, "{breslow:?}");
    }

    #[test]
    fn maintained_chemotherapy_as_published() {
        // R's `coxph` on Miller's data: 0.9155 (0.5119), hazard ratio 2.498, p 0.0737
        let found = cox_two_groups(&aml_maintained(), &aml_not_maintained()).unwrap();
        assert!((found.log_ratio - 0.9155).abs() < 5e-5 && (found.standard_error - 0.5119).abs() < 5e-5, "{found:?}");
        assert!((found.ratio - 2.498).abs() < 5e-4 && (found.p - 0.0737).abs() < 5e-5);
    }

    #[test]
    fn groups_exchanged_turn_the_sign() {
        let (a, b) = (mercaptopurine(), placebo());
        let (one, two) = (cox_two_groups(&a, &b).unwrap(), cox_two_groups(&b, &a).unwrap());
        assert!((one.log_ratio + two.log_ratio).abs() < 1e-12 && (one.standard_error - two.standard_error).abs() < 1e-12);
        let same = cox_two_groups(&a, &a).unwrap();
        assert!(same.log_ratio.abs() < 1e-14 && same.p > 1.0 - 1e-12);
    }

    #[test]
    fn likelihoods_without_a_top_are_refused() {
        let none = of(&[(5, false), (9, false)]);
        let some = of(&[(1, true), (2, true)]);
        let late = of(&[(4, true), (9, true)]);
        assert_eq!(cox_two_groups(&some, &none), Err(SurvivalError::NoEventsInGroup(1)));
        assert_eq!(cox_two_groups(&none, &some), Err(SurvivalError::NoEventsInGroup(0)));
        assert_eq!(cox_two_groups(&none, &none), Err(SurvivalError::NoEvents));
        assert_eq!(cox_two_groups(&some, &DayCounts::default()), Err(SurvivalError::EmptyGroup(1)));
        // every event of `some` comes before any of `late`
        assert_eq!(cox_two_groups(&some, &late), Err(SurvivalError::Monotone));
        assert!(SurvivalError::Monotone.to_string().contains("no finite estimate"));
    }

    #[test]
    fn far_apart_groups_still_settle() {
        // one early event in the slow group, one late in the fast one
        let slow: Vec<(u32, bool)> = std::iter::once((2, true)).chain((0..500).map(|n| (2000 + n, true))).collect();
        let fast: Vec<(u32, bool)> = (0..500).map(|n| (1 + n / 10, true)).chain(std::iter::once((2100, true))).collect();
        let found = cox_two_groups(&of(&slow), &of(&fast)).unwrap();
        assert!(found.log_ratio > 2.0 && found.standard_error.is_finite());
        // the score is zero there: observed less expected in the other group
        let days: Vec<Day> = RiskSets::of(&[&of(&slow), &of(&fast)])
            .rows()
            .filter(|(n, _)| n.iter().all(|n| *n > 0))
            .map(|(n, d)| ([n[0] as f64, n[1] as f64], [d[0], d[1]]))
            .collect();
        assert!(score_and_information(&days, found.log_ratio, Ties::Efron).0.abs() < 1e-9);
    }
}
