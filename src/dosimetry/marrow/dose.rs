//! The marrow dose as a sum: own activity, remainder of the body, source organs; every part is kept.
use super::own_activity::{MarrowActivity, MarrowMethod};
use super::remainder::{Body, Remainder, SourceOrgan, remainder_of_body};
use super::{MarrowError, positive};

/// Absorbed dose to the red marrow in its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct MarrowDose {
    /// From the marrow's own activity, Gy.
    pub own_gy: f64,
    /// From the remainder of the body, Gy.
    pub remainder_gy: f64,
    /// From source organs, Gy, by name.
    pub organs_gy: Vec<(String, f64)>,
    /// The remainder that was used.
    pub remainder: Remainder,
    /// How the marrow's own activity was found.
    pub method: MarrowMethod,
}

impl MarrowDose {
    /// All parts, Gy.
    pub fn total_gy(&self) -> f64 {
        self.own_gy + self.remainder_gy + self.organs_gy.iter().map(|(_, gy)| gy).sum::<f64>()
    }

    /// All parts per administered activity, Gy/GBq.
    pub fn gy_per_gbq(&self, administered_gbq: f64) -> Result<f64, MarrowError> {
        Ok(self.total_gy() / positive("the administered activity", "GBq", administered_gbq)?)
    }
}

/// Dose to the marrow of `body`, whose own time-integrated activity is `marrow`, with source organs that hold more than their share of the body.
pub fn marrow_dose(body: &Body, marrow: MarrowActivity, organs: &[SourceOrgan]) -> Result<MarrowDose, MarrowError> {
    let remainder = remainder_of_body(body, marrow.mbq_h, organs)?;
    Ok(MarrowDose {
        own_gy: marrow.mbq_h * body.s_self_gy_per_mbq_h,
        remainder_gy: remainder.mbq_h * remainder.s_gy_per_mbq_h,
        organs_gy: organs.iter().map(|organ| (organ.name.clone(), organ.mbq_h * organ.s_gy_per_mbq_h)).collect(),
        remainder,
        method: marrow.method,
    })
}

#[cfg(test)]
mod tests {
    use super::super::own_activity::from_blood;
    use super::super::remainder::tests::example;
    use super::*;

    /// By hand: 500 · 40e-6 = 0.02; 40 000 · 3.473684e-7 = 0.01389474; (3000 + 6500) · 1e-7 = 0.00095; together 0.03484474 Gy.
    #[test]
    fn round_numbers_by_hand() {
        let (body, organs) = example();
        let dose = marrow_dose(&body, from_blood(0.5, 1.0, body.marrow_mass_g).unwrap(), &organs).unwrap();
        assert!((dose.own_gy - 0.02).abs() < 1e-12 && (dose.remainder_gy - 0.013_894_74).abs() < 1e-8);
        assert!((dose.organs_gy[0].1 - 3e-4).abs() < 1e-12 && (dose.organs_gy[1].1 - 6.5e-4).abs() < 1e-12);
        assert!((dose.total_gy() - 0.034_844_74).abs() < 1e-8);
        assert_eq!(dose.method, MarrowMethod::Blood);
    }

    /// Second way: activity spread evenly over the body's mass gives Ã_TB · S(RM←TB), whatever organs are counted apart.
    #[test]
    fn an_even_spread_needs_only_the_total_body_s_value() {
        let (body, mut organs) = example();
        let per_g = body.total_mbq_h / body.total_mass_g;
        for organ in &mut organs {
            organ.mbq_h = per_g * organ.mass_g;
        }
        let whole = body.total_mbq_h * body.s_total_gy_per_mbq_h;
        for count in 0..=organs.len() {
            let marrow = MarrowActivity { mbq_h: per_g * body.marrow_mass_g, method: MarrowMethod::Image };
            let dose = marrow_dose(&body, marrow, &organs[..count]).unwrap();
            assert!((dose.total_gy() / whole - 1.0).abs() < 1e-12, "{count} organs: {} v {whole}", dose.total_gy());
        }
    }

    /// Bergsma (Erasmus), blood + remainder + cross: 0.067 Gy/GBq, 1.98 Gy after four cycles of 7.4 GBq. The time-integrated activities that give 0.067
    /// here are made up: own 0.30, remainder 0.15, organs 0.0458 Gy in a cycle, 0.4958 Gy together.
    #[test]
    fn four_cycles_at_the_erasmus_coefficient() {
        let (body, organs) = example();
        let s_remainder = remainder_of_body(&body, 0.0, &organs).unwrap().s_gy_per_mbq_h;
        let own = 0.30 / 40e-6;
        let in_organs = 0.0458 / 1e-7;
        let organs =
            vec![SourceOrgan { mbq_h: 0.3 * in_organs, ..organs[0].clone() }, SourceOrgan { mbq_h: 0.7 * in_organs, ..organs[1].clone() }];
        let body = Body { total_mbq_h: own + in_organs + 0.15 / s_remainder, ..body };
        let cycle = marrow_dose(&body, MarrowActivity { mbq_h: own, method: MarrowMethod::Blood }, &organs).unwrap();
        let coefficient = cycle.gy_per_gbq(7.4).unwrap();
        assert!((coefficient - 0.067).abs() < 1e-9, "{coefficient}");
        assert!((coefficient * 29.6 - 1.98).abs() < 0.005);
        assert!((4.0 * cycle.total_gy() - 1.9832).abs() < 1e-9);
        assert!(cycle.gy_per_gbq(0.0).is_err());
    }
}
