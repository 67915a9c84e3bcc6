//! Parameters of a lineage, what is impossible in them, and the defaults with source and provenance.
//!
//! Feedback and delay make an oscillator: above a limit of γ the healthy body would not stand still. At the limit the linearised loop
//! `s (s + k)³ (s + m) + γ k⁴ m = 0` has a pair of imaginary roots: `3 atan(x) + atan(x k/m) = 90°`, `γ = x (1 + x²)^(3/2) √(1 + (x k/m)²)` with x = ω/k.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::kind::CellKind;
use crate::math::{pow, sqrt};
use crate::radiobiology::evidence::Provenance;

const TABLE: &str = include_str!("lineages.yaml");

/// One lineage of one patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineageParameters {
    /// Which cells.
    pub kind: CellKind,
    /// Count without therapy, in [`CellKind::unit`].
    pub baseline: f64,
    /// Mean time from the proliferating cell into the blood, h: 4/k of the four stages.
    pub mean_transit_time_h: f64,
    /// γ, exponent of the feedback; 0 for none.
    pub feedback_exponent: f64,
    /// α, kill of proliferating cells, 1/Gy.
    pub alpha_per_gy: f64,
    /// Mean life in the blood, h; left out, circulating cells leave at the rate of a transit stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_life_h: Option<f64>,
    /// Citations and reasons.
    pub source: String,
    /// The least sure of the row's numbers.
    pub provenance: Provenance,
}

impl LineageParameters {
    /// k = 4/MTT, 1/h: between the stages.
    pub fn transit_per_h(&self) -> f64 {
        4.0 / self.mean_transit_time_h
    }

    /// m, loss of circulating cells, 1/h.
    pub fn loss_per_h(&self) -> f64 {
        self.mean_life_h.map_or(self.transit_per_h(), |life_h| 1.0 / life_h)
    }

    /// Production multiplier that lets unirradiated counts settle at `share` of the baseline: share^γ (1 where there is no feedback, which has no
    /// other steady state).
    pub fn production_for_share(&self, share: f64) -> f64 {
        pow(share, self.feedback_exponent)
    }

    /// γ at which the healthy body begins to oscillate for ever.
    pub fn largest_stable_feedback(&self) -> f64 {
        let ratio = self.transit_per_h() / self.loss_per_h();
        // the angles add up to 90° where the real part of (1 + ix)³ (1 + i x ratio) is zero, and x < tan 30°
        let real_part = |x: f64| (1.0 - 3.0 * x * x) - (3.0 * x - x * x * x) * x * ratio;
        let (mut low, mut high) = (0.0, 1.0 / sqrt(3.0));
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if real_part(middle) > 0.0 { low = middle } else { high = middle }
        }
        let turn = 1.0 + low * low;
        low * turn * sqrt(turn) * sqrt(1.0 + low * ratio * low * ratio)
    }

    /// Refuses values that no patient can have, each by its name.
    pub fn check(&self) -> Result<(), String> {
        let name = self.kind.name();
        let positive = |what: &str, value: f64, unit: &str| {
            let possible = value.is_finite() && value > 0.0;
            if possible { Ok(()) } else { Err(format!("{name}: {what} must be above zero, found {value} {unit}")) }
        };
        let not_negative = |what: &str, value: f64, unit: &str| {
            let possible = value.is_finite() && value >= 0.0;
            if possible { Ok(()) } else { Err(format!("{name}: {what} must be zero or more, found {value} {unit}")) }
        };
        positive("baseline", self.baseline, self.kind.unit())?;
        positive("mean_transit_time_h", self.mean_transit_time_h, "h")?;
        self.mean_life_h.map_or(Ok(()), |life_h| positive("mean_life_h", life_h, "h"))?;
        not_negative("alpha_per_gy", self.alpha_per_gy, "/Gy")?;
        not_negative("feedback_exponent", self.feedback_exponent, "")?;
        let limit = self.largest_stable_feedback();
        if self.feedback_exponent >= limit {
            let found = self.feedback_exponent;
            return Err(format!(
                "{name}: feedback_exponent {found} makes counts oscillate for ever, it must be below {limit:.3} with these times"
            ));
        }
        if self.source.trim().is_empty() { Err(format!("{name}: needs a source")) } else { Ok(()) }
    }
}

/// The lineages that a scenario follows unless it brings its own: calibrated and partly assumed, see `source` and `provenance` of each.
pub fn default_lineages() -> &'static [LineageParameters] {
    static ROWS: OnceLock<Vec<LineageParameters>> = OnceLock::new();
    ROWS.get_or_init(|| serde_yaml::from_str(TABLE).expect("the embedded table is part of the program and read whole by its tests"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platelets() -> LineageParameters {
        default_lineages()[0].clone()
    }

    #[test]
    fn the_defaults_are_possible_whole_and_say_that_they_want_checking() {
        let rows: Vec<LineageParameters> = serde_yaml::from_str(TABLE).unwrap();
        assert_eq!(rows.iter().map(|row| row.kind).collect::<Vec<_>>(), CellKind::ALL);
        for row in &rows {
            row.check().unwrap();
            assert!(row.provenance.wants_checking() && row.source.contains("calibrated"), "{}", row.kind.name());
        }
    }

    /// Platelets 200 to 270 · 10⁹/L, γ 0.15 to 0.3, life 8 to 10 d; neutrophils 5.05 · 10⁹/L, 88.7 h, 0.161 (Friberg 2002); red cells live 120 d.
    #[test]
    fn the_defaults_lie_where_the_literature_has_them() {
        let [platelets, neutrophils, _, haemoglobin] = default_lineages() else { panic!("four lineages") };
        assert!((200.0..=270.0).contains(&platelets.baseline) && (0.15..=0.3).contains(&platelets.feedback_exponent));
        assert!((192.0..=240.0).contains(&platelets.mean_life_h.unwrap()));
        assert_eq!((neutrophils.baseline, neutrophils.mean_transit_time_h, neutrophils.feedback_exponent), (5.05, 88.7, 0.161));
        assert_eq!(haemoglobin.mean_life_h, Some(120.0 * 24.0));
    }

    #[test]
    fn impossible_values_are_named() {
        let refused = |change: fn(&mut LineageParameters), word: &str| {
            let mut row = platelets();
            change(&mut row);
            let message = row.check().unwrap_err();
            assert!(message.starts_with("platelets: ") && message.contains(word), "{message}");
        };
        refused(|row| row.baseline = 0.0, "baseline");
        refused(|row| row.mean_transit_time_h = f64::NAN, "mean_transit_time_h");
        refused(|row| row.mean_life_h = Some(-1.0), "mean_life_h");
        refused(|row| row.alpha_per_gy = f64::INFINITY, "alpha_per_gy");
        refused(|row| row.feedback_exponent = -0.1, "feedback_exponent");
        refused(|row| row.feedback_exponent = 2.0, "oscillate");
        refused(|row| row.source = " ".to_owned(), "source");
    }

    /// Equal rates: 4 atan(x) = 90°, so x = tan 22.5° = √2 − 1 and γ = x (1 + x²)².
    #[test]
    fn the_limit_of_feedback_has_its_closed_form_for_equal_rates() {
        let equal = LineageParameters { mean_life_h: None, ..platelets() };
        let x = 2.0_f64.sqrt() - 1.0;
        assert!((equal.largest_stable_feedback() - x * (1.0 + x * x).powi(2)).abs() < 1e-12);
    }
}
