//! Biologically effective dose and what follows from it.
//!
//! Linear-quadratic model with dose protraction (Dale 1985; MIRD Pamphlet 20, Wessels et al. 2008): `BED = D (1 + G D/(α/β))`; cycles add;
//! `EQD2 = BED/(1 + 2/(α/β))`; survival `exp(−α BED)`. In state form `y' = R − μ y`, `BED = D + 2/(α/β) ∫ R y dt`.
//! Every α/β here is in Gy and above zero: what a user may set passes [`checked_alpha_beta_gy`] first.

use std::f64::consts::LN_2;

/// A radiobiological parameter is not a positive number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{parameter} must be finite and above zero, found {value} {unit}")]
pub struct InvalidParameter {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// The number found.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// Passes an α/β (Gy) through, or refuses it.
pub fn checked_alpha_beta_gy(alpha_beta_gy: f64) -> Result<f64, InvalidParameter> {
    checked("α/β", alpha_beta_gy, "Gy")
}

/// Passes a repair half-time (h) through, or refuses it.
pub fn checked_repair_half_time_h(repair_half_time_h: f64) -> Result<f64, InvalidParameter> {
    checked("the repair half-time", repair_half_time_h, "h")
}

fn checked(parameter: &'static str, value: f64, unit: &'static str) -> Result<f64, InvalidParameter> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(InvalidParameter { parameter, value, unit }) }
}

/// Dose of one administration with its dose-protraction factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CycleDose {
    /// Absorbed dose, Gy.
    pub dose_gy: f64,
    /// Lea–Catcheside factor G, 0 to 1.
    pub protraction_factor: f64,
}

/// BED of one administration, Gy: D (1 + G D/(α/β)).
pub fn bed_gy(dose_gy: f64, protraction_factor: f64, alpha_beta_gy: f64) -> f64 {
    dose_gy * (1.0 + protraction_factor * dose_gy / alpha_beta_gy)
}

/// BED of several administrations weeks apart, Gy: the sum, because sublethal damage is repaired in between.
pub fn bed_of_cycles_gy(cycles: &[CycleDose], alpha_beta_gy: f64) -> f64 {
    cycles.iter().map(|cycle| bed_gy(cycle.dose_gy, cycle.protraction_factor, alpha_beta_gy)).sum()
}

/// BED from model states, Gy: D + 2/(α/β) ∫ R y dt with y' = R − μ y. Damage carried over between cycles is included.
pub fn bed_from_states(dose_gy: f64, rate_product_integral_gy2: f64, alpha_beta_gy: f64) -> f64 {
    dose_gy + 2.0 / alpha_beta_gy * rate_product_integral_gy2
}

/// BED of radiation with a high linear energy transfer, Gy: D (RBE_max + G D/(α/β)). RBE 5 is conventional for toxicity of α particles.
pub fn bed_high_let_gy(dose_gy: f64, maximum_rbe: f64, protraction_factor: f64, alpha_beta_gy: f64) -> f64 {
    dose_gy * (maximum_rbe + protraction_factor * dose_gy / alpha_beta_gy)
}

/// The absorbed dose (Gy) that gives `bed_gy` in `cycles` equal administrations: the positive root of d + G d²/(α/β) = BED/n, times n.
pub fn dose_for_bed_gy(bed_gy: f64, cycles: u32, protraction_factor: f64, alpha_beta_gy: f64) -> f64 {
    let count = f64::from(cycles.max(1));
    let per_cycle_bed_gy = bed_gy / count;
    let quadratic = protraction_factor / alpha_beta_gy;
    // 2B/(1 + sqrt(1 + 4qB)): the form of the root that keeps its digits as G goes to zero.
    count * 2.0 * per_cycle_bed_gy / (1.0 + (1.0 + 4.0 * quadratic * per_cycle_bed_gy).sqrt())
}

/// Equivalent dose in fractions of 2 Gy, Gy.
pub fn eqd2_gy(bed_gy: f64, alpha_beta_gy: f64) -> f64 {
    bed_gy / (1.0 + 2.0 / alpha_beta_gy)
}

/// BED of an equivalent dose in fractions of 2 Gy, Gy.
pub fn bed_from_eqd2_gy(eqd2_gy: f64, alpha_beta_gy: f64) -> f64 {
    eqd2_gy * (1.0 + 2.0 / alpha_beta_gy)
}

/// Surviving fraction exp(−α BED), α per Gy.
pub fn surviving_fraction(alpha_per_gy: f64, bed_gy: f64) -> f64 {
    crate::math::exp(-alpha_per_gy * bed_gy)
}

/// Repopulation during treatment (Dale): it costs ln 2/(α T_d) Gy of BED a day, from the kick-off time on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repopulation {
    /// Linear radiosensitivity α, 1/Gy.
    pub alpha_per_gy: f64,
    /// Doubling time of the clonogenic cells, d.
    pub doubling_time_d: f64,
    /// Kick-off time T_k before which nothing repopulates, d.
    pub kick_off_d: f64,
}

impl Repopulation {
    /// BED that repopulation takes away in `treatment_time_d`, Gy.
    pub fn loss_gy(&self, treatment_time_d: f64) -> f64 {
        self.loss_gy_per_d() * (treatment_time_d - self.kick_off_d).max(0.0)
    }

    /// BED that repopulation takes away in a day, Gy/d.
    pub fn loss_gy_per_d(&self) -> f64 {
        LN_2 / (self.alpha_per_gy * self.doubling_time_d)
    }

    /// Effective end of a mono-exponential treatment, d: when the dose rate has fallen to what repopulation takes away; 0 where it starts below.
    pub fn effective_treatment_time_d(&self, initial_dose_rate_gy_per_d: f64, decay_per_d: f64) -> f64 {
        (-crate::math::log(self.loss_gy_per_d() / initial_dose_rate_gy_per_d) / decay_per_d).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiobiology::lea_catcheside::{DoseRateTerm, protraction_factor_mono_exponential, rate_product_integral_gy2};

    fn close(found: f64, expected: f64, half_digit: f64) {
        assert!((found - expected).abs() <= half_digit, "found {found}, expected {expected}");
    }

    /// Published check values of kidney BED (α/β 2.6 Gy, T_rep 2.8 h, T_eff 51 h).
    #[test]
    fn kidney_bed_of_four_cycles_and_of_one() {
        let factor = protraction_factor_mono_exponential(51.0, 2.8);
        let cycle = CycleDose { dose_gy: 5.75, protraction_factor: factor };
        close(bed_of_cycles_gy(&[cycle; 4], 2.6), 25.647, 5e-4);
        close(bed_gy(23.0, factor, 2.6), 33.589, 5e-4);
        close(dose_for_bed_gy(27.0, 5, factor, 2.6), 24.581, 5e-4);
        close(bed_of_cycles_gy(&[CycleDose { dose_gy: 24.581 / 5.0, ..cycle }; 5], 2.6), 27.0, 1e-3);
    }

    /// 90Y in the liver, α/β 2.5 Gy and T_rep 2.5 h: BED = D + 0.015015 D², 92.60 Gy at 52 Gy (published 93). Tumour, α/β 10 and 1.5 h: 218.5 at 160 Gy (published 214).
    #[test]
    fn yttrium_in_liver_and_tumour() {
        let liver = protraction_factor_mono_exponential(64.1, 2.5);
        close(liver / 2.5, 0.015015, 5e-7);
        close(bed_gy(52.0, liver, 2.5), 92.60, 5e-3);
        close(bed_gy(160.0, protraction_factor_mono_exponential(64.1, 1.5), 10.0), 218.5, 0.05);
    }

    /// Published: 23 and 28 Gy in 2 Gy fractions are BED 40.7 and 49.5 Gy at α/β 2.6 Gy.
    #[test]
    fn eqd2_and_bed_are_each_others_inverse() {
        close(bed_from_eqd2_gy(23.0, 2.6), 40.7, 0.05);
        close(bed_from_eqd2_gy(28.0, 2.6), 49.5, 0.05);
        close(eqd2_gy(bed_from_eqd2_gy(28.0, 2.6), 2.6), 28.0, 1e-12);
        // An acute 2 Gy fraction is its own EQD2.
        close(eqd2_gy(bed_gy(2.0, 1.0, 2.6), 2.6), 2.0, 1e-12);
    }

    #[test]
    fn the_state_form_is_the_same_bed() {
        let decay_per_h = LN_2 / 51.0;
        let term = DoseRateTerm { initial_gy_per_h: 23.0 * decay_per_h, decay_per_h };
        let integral_gy2 = rate_product_integral_gy2(&[term], 2.8).unwrap();
        close(bed_from_states(23.0, integral_gy2, 2.6), bed_gy(23.0, protraction_factor_mono_exponential(51.0, 2.8), 2.6), 1e-12);
    }

    /// By hand: α 0.35 /Gy, T_d 2 d → 0.9902 Gy/d; 10 d with kick-off 4 d → 5.941 Gy; R0 = 9.902 Gy/d at λ = 0.1 /d → ln 10/0.1 d.
    #[test]
    fn repopulation_takes_bed_away_after_kick_off() {
        let repopulation = Repopulation { alpha_per_gy: 0.35, doubling_time_d: 2.0, kick_off_d: 4.0 };
        close(repopulation.loss_gy_per_d(), 0.9902, 5e-5);
        close(repopulation.loss_gy(10.0), 5.941, 5e-4);
        assert_eq!(repopulation.loss_gy(3.0), 0.0);
        close(repopulation.effective_treatment_time_d(10.0 * repopulation.loss_gy_per_d(), 0.1), 23.025_850_929_940_457, 1e-9);
        assert_eq!(repopulation.effective_treatment_time_d(0.5, 0.1), 0.0);
    }

    #[test]
    fn high_let_and_survival() {
        close(bed_high_let_gy(2.0, 5.0, 0.5, 10.0), 10.2, 1e-12);
        close(surviving_fraction(0.3, 10.0), 0.049_787_068_367_863_94, 1e-15);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        for value in [0.0, -2.6, f64::NAN, f64::INFINITY] {
            assert!(checked_alpha_beta_gy(value).is_err() && checked_repair_half_time_h(value).is_err());
        }
        assert_eq!(checked_alpha_beta_gy(2.6), Ok(2.6));
    }
}
