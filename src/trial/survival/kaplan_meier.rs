//! Kaplan and Meier's estimate: S(t) = Π (1 − d/n) over the days of events (J Am Stat Assoc 53, 1958, 457–481).
//!
//! Interval: Greenwood's sum Σ d/(n (n − d)) on the scale of log(−log S), so that its limits stay between 0 and 1 (Kalbfleisch and Prentice 1980). The median's
//! interval holds the days whose interval holds ½ (Brookmeyer and Crowley, Biometrics 38, 1982, 29–41, on the same scale).
use super::DayCounts;
use crate::math::{exp, log, pow, sqrt};
use crate::trial::tail_probability::NORMAL_97_5;

/// Survival this near ½ counts as ½ (products of fractions do not meet it to the bit).
const HALF: f64 = 1e-10;

/// The curve after one day of events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// The day.
    pub day: u32,
    /// Patients at risk on it.
    pub at_risk: u64,
    /// Events on it.
    pub events: u64,
    /// Survival from that day on.
    pub survival: f64,
    /// Standard error of the survival (Greenwood).
    pub standard_error: f64,
    /// 95 % interval; `None` once nobody is left.
    pub interval_95: Option<(f64, f64)>,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    /// All patients.
    pub patients: u64,
    /// Patients with an event.
    pub events: u64,
    /// Days of events, rising.
    pub steps: Vec<SurvivalStep>,
    /// Patients at risk on day 0, 1, …, as far as anybody was.
    at_risk: Vec<u64>,
}

/// The curve of one group.
pub fn kaplan_meier(group: &DayCounts) -> KaplanMeier {
    let patients = group.patients();
    let (mut left, mut survival, mut greenwood) = (patients, 1.0, 0.0);
    let mut steps = Vec::new();
    let mut at_risk = Vec::with_capacity(group.days());
    for day in 0..group.days() {
        at_risk.push(left);
        let (events, censored) = group.on(day);
        if events > 0 {
            let (n, d) = (left as f64, events as f64);
            survival *= (n - d) / n;
            greenwood += d / (n * (n - d));
            let interval_95 = (survival > 0.0).then(|| {
                let spread = exp(NORMAL_97_5 * sqrt(greenwood) / -log(survival));
                (pow(survival, spread), pow(survival, 1.0 / spread))
            });
            let standard_error = if survival > 0.0 { survival * sqrt(greenwood) } else { 0.0 };
            steps.push(SurvivalStep { day: day as u32, at_risk: left, events, survival, standard_error, interval_95 });
        }
        left -= events + censored;
    }
    KaplanMeier { patients, events: group.total_events(), steps, at_risk }
}

impl KaplanMeier {
    /// Survival at the end of `day`; beyond the last patient, what was last seen.
    pub fn at(&self, day: u32) -> f64 {
        self.step_at(day).map_or(1.0, |step| step.survival)
    }

    /// The step that holds on `day`; `None` before the first event.
    pub fn step_at(&self, day: u32) -> Option<&SurvivalStep> {
        let after = self.steps.partition_point(|step| step.day <= day);
        after.checked_sub(1).map(|at| &self.steps[at])
    }

    /// Patients at risk on each of `days`.
    pub fn at_risk_at(&self, days: &[u32]) -> Vec<u64> {
        days.iter().map(|day| self.at_risk.get(*day as usize).copied().unwrap_or(0)).collect()
    }

    /// Median (d): the first day on which survival is below ½; where it stays at ½ for a while, the middle of that while. `None` where ½ is not reached.
    pub fn median(&self) -> Option<f64> {
        self.crossing(|step| Some(step.survival))
    }

    /// 95 % interval of the median (d); an end is `None` where its curve does not come down to ½.
    pub fn median_interval_95(&self) -> (Option<f64>, Option<f64>) {
        let limit = |pick: fn((f64, f64)) -> f64| self.crossing(|step| step.interval_95.map(pick));
        (limit(|(low, _)| low), limit(|(_, high)| high))
    }

    fn crossing(&self, curve: impl Fn(&SurvivalStep) -> Option<f64>) -> Option<f64> {
        let at = self.steps.iter().position(|step| curve(step).is_some_and(|value| value <= 0.5 + HALF))?;
        let day = f64::from(self.steps[at].day);
        let on_half = curve(&self.steps[at]).is_some_and(|value| value >= 0.5 - HALF);
        match self.steps.get(at + 1) {
            Some(next) if on_half => Some(0.5 * (day + f64::from(next.day))),
            _ => Some(day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::published_data::{aml_maintained, mercaptopurine, of, placebo};
    use super::*;

    #[test]
    fn remission_on_mercaptopurine_as_published() {
        // Cox and Oakes 1984, table 1.1 and section 4.2; Kleinbaum and Klein, table 2.3 of the second chapter
        let curve = kaplan_meier(&mercaptopurine());
        let published = [
            (6, 21, 3, 0.8571),
            (7, 17, 1, 0.8067),
            (10, 15, 1, 0.7529),
            (13, 12, 1, 0.6902),
            (16, 11, 1, 0.6275),
            (22, 7, 1, 0.5378),
            (23, 6, 1, 0.4482),
        ];
        assert_eq!(curve.steps.len(), published.len());
        for (step, (day, at_risk, events, survival)) in curve.steps.iter().zip(published) {
            assert_eq!((step.day, step.at_risk, step.events), (day, at_risk, events));
            assert!((step.survival - survival).abs() < 5e-5, "day {day}: {}", step.survival);
        }
        // Greenwood's standard errors in the same tables
        for (day, error) in [(6, 0.0764), (10, 0.0963), (23, 0.1346)] {
            assert!((curve.step_at(day).unwrap().standard_error - error).abs() < 5e-5);
        }
        // limits on the log(−log) scale by another program
        let (low, high) = curve.step_at(23).unwrap().interval_95.unwrap();
        assert!((low - 0.188_052).abs() < 1e-6 && (high - 0.680_143).abs() < 1e-6);
        assert_eq!(curve.at_risk_at(&[0, 6, 7, 24, 36]), [21, 21, 17, 5, 0]);
        assert_eq!((curve.at(5), curve.at(100)), (1.0, curve.steps[6].survival));
    }

    #[test]
    fn medians_and_their_intervals_as_published() {
        // Venables and Ripley, Modern Applied Statistics with S, section 13.1: 23 (13, not reached) and 8 (4, 11) weeks, log(−log) limits
        let treated = kaplan_meier(&mercaptopurine());
        assert_eq!((treated.median(), treated.median_interval_95()), (Some(23.0), (Some(13.0), None)));
        let control = kaplan_meier(&placebo());
        assert_eq!((control.median(), control.median_interval_95()), (Some(8.0), (Some(4.0), Some(11.0))));
        // Miller 1981: maintained 31 weeks
        assert_eq!(kaplan_meier(&aml_maintained()).median(), Some(31.0));
    }

    #[test]
    fn a_curve_that_rests_on_one_half() {
        let curve = kaplan_meier(&of(&[(2, true), (3, true), (8, true), (9, true)]));
        assert_eq!(curve.median(), Some(5.5));
        assert_eq!(kaplan_meier(&of(&[(2, true), (3, false), (4, false)])).median(), None);
        let all_gone = curve.steps.last().unwrap();
        assert_eq!((all_gone.survival, all_gone.interval_95), (0.0, None));
        assert_eq!(kaplan_meier(&DayCounts::default()).median(), None);
    }
}
