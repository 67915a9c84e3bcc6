//! The Lea–Catcheside dose-protraction factor G for a dose rate that is a sum of exponentials, in closed form.
//!
//! `R(t) = Σ r_i e^{-λ_i t}`, repair with μ = ln 2 / T_rep:
//! `G = (2/D²) ∫ R(t) ∫_0^t R(w) e^{-μ(t−w)} dw dt = (2/D²) Σ_i Σ_j r_i r_j / [(λ_i + λ_j)(λ_i + μ)]`.
//! Lea and Catcheside 1942; Dale 1985. The factor is 1 for an acute dose and falls with protraction; negative r_i (uptake) are allowed.

use std::f64::consts::LN_2;

/// One exponential of a dose rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoseRateTerm {
    /// Dose rate at time zero, Gy/h; negative for an uptake term.
    pub initial_gy_per_h: f64,
    /// Effective decay constant, 1/h.
    pub decay_per_h: f64,
}

/// Why the factor has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LeaCatchesideError {
    /// A term is impossible.
    #[error(
        "dose rate term {number}: needs a finite dose rate and a decay constant above zero, found {initial_gy_per_h} Gy/h and {decay_per_h} /h"
    )]
    BadTerm {
        /// Which term, from 1.
        number: usize,
        /// Dose rate, Gy/h.
        initial_gy_per_h: f64,
        /// Decay constant, 1/h.
        decay_per_h: f64,
    },
    /// The repair half-time is none.
    #[error("the repair half-time must be finite and above zero, found {repair_half_time_h} h")]
    BadRepair {
        /// The value found, h.
        repair_half_time_h: f64,
    },
    /// There is no dose to protract.
    #[error("the dose-protraction factor needs a dose above zero, the terms add up to {dose_gy} Gy")]
    NoDose {
        /// What the terms add up to, Gy.
        dose_gy: f64,
    },
}

/// Absorbed dose of the whole curve, Gy: Σ r_i/λ_i.
pub fn dose_gy(terms: &[DoseRateTerm]) -> f64 {
    terms.iter().map(|term| term.initial_gy_per_h / term.decay_per_h).sum()
}

/// `∫ R y dt` with `y' = R − μ y`, Gy²: half of G D². This is what a model carries as a state.
pub fn rate_product_integral_gy2(terms: &[DoseRateTerm], repair_half_time_h: f64) -> Result<f64, LeaCatchesideError> {
    if !(repair_half_time_h.is_finite() && repair_half_time_h > 0.0) {
        return Err(LeaCatchesideError::BadRepair { repair_half_time_h });
    }
    for (index, &DoseRateTerm { initial_gy_per_h, decay_per_h }) in terms.iter().enumerate() {
        if !(initial_gy_per_h.is_finite() && decay_per_h.is_finite() && decay_per_h > 0.0) {
            return Err(LeaCatchesideError::BadTerm { number: index + 1, initial_gy_per_h, decay_per_h });
        }
    }
    let repair_per_h = LN_2 / repair_half_time_h;
    let mut integral_gy2 = 0.0;
    for outer in terms {
        for inner in terms {
            let rates = outer.initial_gy_per_h * inner.initial_gy_per_h;
            integral_gy2 += rates / ((outer.decay_per_h + inner.decay_per_h) * (outer.decay_per_h + repair_per_h));
        }
    }
    Ok(integral_gy2)
}

/// The dose-protraction factor G of a sum of exponentials.
pub fn protraction_factor(terms: &[DoseRateTerm], repair_half_time_h: f64) -> Result<f64, LeaCatchesideError> {
    let integral_gy2 = rate_product_integral_gy2(terms, repair_half_time_h)?;
    let dose_gy = dose_gy(terms);
    if !(dose_gy > 0.0 && dose_gy.is_finite()) {
        return Err(LeaCatchesideError::NoDose { dose_gy });
    }
    Ok(2.0 * integral_gy2 / (dose_gy * dose_gy))
}

/// G of a mono-exponential: T_rep/(T_rep + T_eff), both in the same unit.
pub fn protraction_factor_mono_exponential(effective_half_life_h: f64, repair_half_time_h: f64) -> f64 {
    repair_half_time_h / (repair_half_time_h + effective_half_life_h)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published check value: T_eff 51 h, T_rep 2.8 h → 0.052045.
    #[test]
    fn a_mono_exponential_has_the_known_factor() {
        let term = DoseRateTerm { initial_gy_per_h: 0.07, decay_per_h: LN_2 / 51.0 };
        assert!((protraction_factor(&[term], 2.8).unwrap() - 0.052045).abs() < 5e-7);
        assert!((protraction_factor_mono_exponential(51.0, 2.8) - 0.052045).abs() < 5e-7);
    }

    /// Uptake, fast and slow clearance: the closed form against the double integral carried as an ODE (classical Runge–Kutta, fine steps).
    #[test]
    fn the_closed_form_agrees_with_numerical_quadrature() {
        let terms = [
            DoseRateTerm { initial_gy_per_h: 0.05, decay_per_h: LN_2 / 60.0 },
            DoseRateTerm { initial_gy_per_h: 0.04, decay_per_h: LN_2 / 10.0 },
            DoseRateTerm { initial_gy_per_h: -0.09, decay_per_h: LN_2 / 0.7 },
        ];
        let repair_half_time_h = 2.8;
        let repair_per_h = LN_2 / repair_half_time_h;
        let rate = |time_h: f64| terms.iter().map(|term| term.initial_gy_per_h * crate::math::exp(-term.decay_per_h * time_h)).sum::<f64>();
        let slope = |time_h: f64, damage: f64| (rate(time_h) - repair_per_h * damage, rate(time_h) * damage);
        let (mut damage, mut integral_gy2) = (0.0, 0.0);
        let step_h = 0.02;
        for k in 0..100_000 {
            let time_h = k as f64 * step_h;
            let a = slope(time_h, damage);
            let b = slope(time_h + step_h / 2.0, damage + a.0 * step_h / 2.0);
            let c = slope(time_h + step_h / 2.0, damage + b.0 * step_h / 2.0);
            let d = slope(time_h + step_h, damage + c.0 * step_h);
            damage += step_h / 6.0 * (a.0 + 2.0 * b.0 + 2.0 * c.0 + d.0);
            integral_gy2 += step_h / 6.0 * (a.1 + 2.0 * b.1 + 2.0 * c.1 + d.1);
        }
        let closed = rate_product_integral_gy2(&terms, repair_half_time_h).unwrap();
        assert!((closed / integral_gy2 - 1.0).abs() < 1e-7, "{closed} v {integral_gy2}");
        let dose_gy = dose_gy(&terms);
        assert!((protraction_factor(&terms, repair_half_time_h).unwrap() - 2.0 * integral_gy2 / dose_gy / dose_gy).abs() < 1e-7);
    }

    /// Limits: an acute dose has G = 1, instant repair has G = 0.
    #[test]
    fn acute_and_fully_repaired_limits() {
        let acute = DoseRateTerm { initial_gy_per_h: 1e9, decay_per_h: 1e9 };
        assert!((protraction_factor(&[acute], 1.0).unwrap() - 1.0).abs() < 1e-8);
        let slow = DoseRateTerm { initial_gy_per_h: 1.0, decay_per_h: 1e-9 };
        assert!(protraction_factor(&[slow], 1.0).unwrap() < 1e-8);
    }

    #[test]
    fn impossible_input_is_an_error() {
        let term = DoseRateTerm { initial_gy_per_h: 1.0, decay_per_h: 0.1 };
        assert!(protraction_factor(&[], 1.0).is_err());
        assert!(protraction_factor(&[term], 0.0).is_err());
        assert!(protraction_factor(&[DoseRateTerm { decay_per_h: 0.0, ..term }], 1.0).is_err());
        assert!(protraction_factor(&[DoseRateTerm { initial_gy_per_h: -1.0, ..term }], 1.0).is_err());
    }
}
