//! Ã of a sum of exponentials in closed form, in three shares, and the standard error of a mono-exponential's Ã.
//!
//! `A(t) = Σ a_i e^{-λ_i t}` (negative a_i for uptake): `∫ from s to e = Σ a_i (e^{-λ_i s} − e^{-λ_i e}) / λ_i`. First-order error
//! propagation (delta method) from the covariance of the fitted parameters.

use std::f64::consts::LN_2;

use super::time_integrated::TimeIntegratedActivity;

/// One exponential of a time–activity curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialTerm {
    /// Amplitude at injection, MBq; negative for an uptake term.
    pub amplitude_mbq: f64,
    /// Effective decay constant, 1/h.
    pub decay_per_h: f64,
}

/// Why a closed form has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExponentialIntegralError {
    /// No terms.
    #[error("a sum of exponentials needs at least one term, found none")]
    NoTerms,
    /// A rate or amplitude is impossible.
    #[error(
        "exponential {number}: needs a finite amplitude and a decay constant above zero, found {amplitude_mbq} MBq and {decay_per_h} /h"
    )]
    BadTerm {
        /// Which term, from 1.
        number: usize,
        /// Amplitude, MBq.
        amplitude_mbq: f64,
        /// Decay constant, 1/h.
        decay_per_h: f64,
    },
    /// The scan times are impossible.
    #[error("first and last scan must satisfy 0 <= first <= last, found {first_h} h and {last_h} h")]
    BadWindow {
        /// First scan, h.
        first_h: f64,
        /// Last scan, h.
        last_h: f64,
    },
    /// The covariance matrix is none.
    #[error(
        "a covariance matrix must be finite and symmetric with variances >= 0 and correlations within ±1, found [[{0}, {1}], [{2}, {3}]]"
    )]
    BadCovariance(f64, f64, f64, f64),
}

/// Ã of `Σ a_i e^{-λ_i t}` from injection to infinity, split at the first and last scan (h).
pub fn integrate_exponentials(
    terms: &[ExponentialTerm],
    first_scan_h: f64,
    last_scan_h: f64,
) -> Result<TimeIntegratedActivity, ExponentialIntegralError> {
    if !(first_scan_h >= 0.0 && last_scan_h >= first_scan_h && last_scan_h.is_finite()) {
        return Err(ExponentialIntegralError::BadWindow { first_h: first_scan_h, last_h: last_scan_h });
    }
    let slowest_per_h = terms.iter().map(|term| term.decay_per_h).fold(f64::INFINITY, f64::min);
    if terms.is_empty() {
        return Err(ExponentialIntegralError::NoTerms);
    }
    let mut result = TimeIntegratedActivity {
        before_first_mbq_h: 0.0,
        between_mbq_h: 0.0,
        after_last_mbq_h: 0.0,
        tail_decay_per_h: slowest_per_h,
        notes: Vec::new(),
    };
    for (index, &ExponentialTerm { amplitude_mbq, decay_per_h }) in terms.iter().enumerate() {
        if !(amplitude_mbq.is_finite() && decay_per_h.is_finite() && decay_per_h > 0.0) {
            return Err(ExponentialIntegralError::BadTerm { number: index + 1, amplitude_mbq, decay_per_h });
        }
        let whole = amplitude_mbq / decay_per_h;
        let left_at_first = crate::math::exp(-decay_per_h * first_scan_h);
        // 1 − e^{-x} by expm1: a slow term before an early first scan keeps its digits.
        result.before_first_mbq_h += whole * -crate::math::expm1(-decay_per_h * first_scan_h);
        result.between_mbq_h += whole * left_at_first * -crate::math::expm1(-decay_per_h * (last_scan_h - first_scan_h));
        result.after_last_mbq_h += whole * crate::math::exp(-decay_per_h * last_scan_h);
    }
    Ok(result)
}

/// Ã = A0/λ and its standard error, MBq h, from the covariance of (ln A0, ln λ): relative variance v_A + v_λ − 2 c.
pub fn mono_exponential_from_logarithms(
    initial_mbq: f64,
    decay_per_h: f64,
    covariance: [[f64; 2]; 2],
) -> Result<(f64, f64), ExponentialIntegralError> {
    checked_term(initial_mbq, decay_per_h)?;
    checked_covariance(covariance)?;
    let area_mbq_h = initial_mbq / decay_per_h;
    let relative_variance = covariance[0][0] + covariance[1][1] - 2.0 * covariance[0][1];
    Ok((area_mbq_h, area_mbq_h.abs() * relative_variance.max(0.0).sqrt()))
}

/// Ã = A0 T_eff / ln 2 and its standard error, MBq h, from the covariance of (A0 in MBq, T_eff in h).
pub fn mono_exponential_from_half_life(
    initial_mbq: f64,
    effective_half_life_h: f64,
    covariance: [[f64; 2]; 2],
) -> Result<(f64, f64), ExponentialIntegralError> {
    checked_term(initial_mbq, LN_2 / effective_half_life_h)?;
    checked_covariance(covariance)?;
    let by_amplitude_h = effective_half_life_h / LN_2;
    let by_half_life_mbq = initial_mbq / LN_2;
    let variance = by_amplitude_h * by_amplitude_h * covariance[0][0]
        + by_half_life_mbq * by_half_life_mbq * covariance[1][1]
        + 2.0 * by_amplitude_h * by_half_life_mbq * covariance[0][1];
    Ok((initial_mbq * by_amplitude_h, variance.max(0.0).sqrt()))
}

fn checked_term(amplitude_mbq: f64, decay_per_h: f64) -> Result<(), ExponentialIntegralError> {
    let good = amplitude_mbq.is_finite() && decay_per_h.is_finite() && decay_per_h > 0.0;
    if good { Ok(()) } else { Err(ExponentialIntegralError::BadTerm { number: 1, amplitude_mbq, decay_per_h }) }
}

fn checked_covariance([[a, b], [c, d]]: [[f64; 2]; 2]) -> Result<(), ExponentialIntegralError> {
    let finite = [a, b, c, d].iter().all(|entry| entry.is_finite());
    // A fit inverts its matrix in floating point: symmetric and bounded to nine digits is what can be asked.
    let scale = (a * d).max(0.0).sqrt();
    let symmetric = (b - c).abs() <= 1e-9 * scale.max(b.abs());
    let good = finite && a >= 0.0 && d >= 0.0 && symmetric && b.abs() <= scale * (1.0 + 1e-9);
    if good { Ok(()) } else { Err(ExponentialIntegralError::BadCovariance(a, b, c, d)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "found {found}, expected {expected}");
    }

    /// 100 MBq with a half-life of 24 h, scanned at 24 and 72 h: half the area before, 3/8 between, 1/8 after.
    #[test]
    fn shares_of_a_mono_exponential_follow_its_half_lives() {
        let term = ExponentialTerm { amplitude_mbq: 100.0, decay_per_h: LN_2 / 24.0 };
        let found = integrate_exponentials(&[term], 24.0, 72.0).unwrap();
        close(found.total_mbq_h(), 2400.0 / LN_2);
        close(found.share_before_first(), 0.5);
        close(found.share_between(), 0.375);
        close(found.share_after_last(), 0.125);
    }

    /// Uptake and clearance, A (e^{-0.01 t} − e^{-0.5 t}): total A (100 − 2); shares against a fine Simpson sum.
    #[test]
    fn a_bi_exponential_with_uptake_agrees_with_quadrature() {
        let terms =
            [ExponentialTerm { amplitude_mbq: 10.0, decay_per_h: 0.01 }, ExponentialTerm { amplitude_mbq: -10.0, decay_per_h: 0.5 }];
        let found = integrate_exponentials(&terms, 4.0, 96.0).unwrap();
        close(found.total_mbq_h(), 980.0);
        let curve = |time_h: f64| 10.0 * (crate::math::exp(-0.01 * time_h) - crate::math::exp(-0.5 * time_h));
        let simpson = |from: f64, to: f64| {
            let steps = 2000;
            let width = (to - from) / steps as f64;
            let weight = |k: usize| {
                if k == 0 || k == steps {
                    1.0
                } else if k % 2 == 1 {
                    4.0
                } else {
                    2.0
                }
            };
            (0..=steps).map(|k| weight(k) * curve(from + k as f64 * width)).sum::<f64>() * width / 3.0
        };
        assert!((found.before_first_mbq_h - simpson(0.0, 4.0)).abs() < 1e-9);
        assert!((found.between_mbq_h - simpson(4.0, 96.0)).abs() < 1e-5);
    }

    /// The same fit in both parametrisations has the same error: A0 = 300 MBq (5 %), T_eff = 51 h (8 %), correlation −0.6; ln λ = ln ln 2 − ln T.
    #[test]
    fn both_parametrisations_give_the_same_standard_error() {
        let (amplitude, half_life) = (0.05, 0.08);
        let correlation = -0.6;
        let log =
            [[amplitude * amplitude, -correlation * amplitude * half_life], [-correlation * amplitude * half_life, half_life * half_life]];
        let (area, error) = mono_exponential_from_logarithms(300.0, LN_2 / 51.0, log).unwrap();
        let (a, t) = (300.0 * amplitude, 51.0 * half_life);
        let natural = [[a * a, correlation * a * t], [correlation * a * t, t * t]];
        let (natural_area, natural_error) = mono_exponential_from_half_life(300.0, 51.0, natural).unwrap();
        close(area, natural_area);
        close(error, natural_error);
        // By hand: sqrt(0.0025 + 0.0064 − 2 · 0.6 · 0.05 · 0.08) = sqrt(0.0041).
        close(error / area, 0.0041_f64.sqrt());
    }

    #[test]
    fn impossible_input_is_an_error() {
        let term = ExponentialTerm { amplitude_mbq: 1.0, decay_per_h: 0.1 };
        assert!(integrate_exponentials(&[], 1.0, 2.0).is_err());
        assert!(integrate_exponentials(&[term], 2.0, 1.0).is_err());
        assert!(integrate_exponentials(&[term], f64::NAN, 1.0).is_err());
        assert!(integrate_exponentials(&[ExponentialTerm { decay_per_h: 0.0, ..term }], 1.0, 2.0).is_err());
        let identity = [[1.0, 0.0], [0.0, 1.0]];
        assert!(mono_exponential_from_half_life(1.0, 0.0, identity).is_err());
        assert!(mono_exponential_from_logarithms(1.0, -1.0, identity).is_err());
        for bad in [[[-1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.1, 1.0]], [[f64::NAN, 0.0], [0.0, 1.0]]] {
            assert!(mono_exponential_from_logarithms(1.0, 1.0, bad).is_err());
        }
    }
}
