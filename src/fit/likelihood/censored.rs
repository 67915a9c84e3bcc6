//! The normal distribution below a limit: ln Φ(z) and the inverse Mills ratio h(z) = φ(z)/Φ(z), without loss of digits in the lower tail.
//!
//! A value below the limit of quantification L contributes Φ((L − f)/σ) to the likelihood (method M3 of S. L. Beal, J Pharmacokinet Pharmacodyn 2001;28:481–504).
//! With z = (L − f)/σ: d(−ln Φ)/dz = −h and d²(−ln Φ)/dz² = h (h + z), which lies between 0 and 1.
//! Above z = −20 both follow from erfc; below, from the asymptotic series of the Mills ratio, whose first omitted term is under 1e-9 there
//! (M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 26.2.12).

use crate::math::{erfc, exp, log, sqrt};

/// Below this the series replaces erfc.
const SERIES_BELOW: f64 = -20.0;

/// ln Φ and its first two derivatives at one z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowerTail {
    /// ln Φ(z).
    pub log_probability: f64,
    /// h(z) = φ(z)/Φ(z) = d ln Φ/dz.
    pub hazard: f64,
    /// h (h + z) = −d² ln Φ/dz².
    pub curvature: f64,
}

impl LowerTail {
    /// At the standardised limit z.
    pub fn at(z: f64) -> LowerTail {
        if z < SERIES_BELOW {
            // Φ(z) = φ(z)/|z| (1 − 1/z² + 3/z⁴ − 15/z⁶ + 105/z⁸)
            let s = 1.0 / (z * z);
            let series = 1.0 - s * (1.0 - s * (3.0 - s * (15.0 - s * 105.0)));
            let hazard = -z / series;
            LowerTail {
                log_probability: -0.5 * z * z - log(-z * sqrt(2.0 * std::f64::consts::PI)) + log(series),
                hazard,
                // h + z = |z| (1 − series)/series, written without the difference
                curvature: hazard * (-z) * s * (1.0 - s * (3.0 - s * (15.0 - s * 105.0))) / series,
            }
        } else {
            let probability = 0.5 * erfc(-z / std::f64::consts::SQRT_2);
            let density = exp(-0.5 * z * z) / sqrt(2.0 * std::f64::consts::PI);
            let hazard = density / probability;
            LowerTail { log_probability: log(probability), hazard, curvature: hazard * (hazard + z) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_tables() {
        // Φ(−1) = 0.158655253931457, φ(−1) = 0.241970724519143; ln Φ(−10) = −53.2312851505124 (Abramowitz and Stegun, tables 26.1 and 26.2: −log10 Q(10) = 23.11805).
        let one = LowerTail::at(-1.0);
        assert!((one.log_probability - log(0.158_655_253_931_457)).abs() < 1e-13);
        assert!((one.hazard - 0.241_970_724_519_143 / 0.158_655_253_931_457).abs() < 1e-12);
        assert!((-LowerTail::at(-10.0).log_probability / std::f64::consts::LN_10 - 23.118_05).abs() < 5e-6);
        // table 26.2: −log10 Q(30) = 197.30921, −log10 Q(100) = 2173.87154
        assert!((-LowerTail::at(-30.0).log_probability / std::f64::consts::LN_10 - 197.309_21).abs() < 5e-6);
        assert!((-LowerTail::at(-100.0).log_probability / std::f64::consts::LN_10 - 2_173.871_54).abs() < 5e-6);
    }

    #[test]
    fn the_two_branches_meet() {
        // a relative change of 1e-12 in z moves ln Φ by 4e-10
        let (above, below) = (LowerTail::at(SERIES_BELOW), LowerTail::at(SERIES_BELOW * (1.0 + 1e-12)));
        assert!((above.log_probability - below.log_probability).abs() < 1e-8);
        assert!((above.hazard - below.hazard).abs() < 1e-8);
        assert!((above.curvature - below.curvature).abs() < 1e-6);
    }

    #[test]
    fn derivatives_are_those_of_the_logarithm() {
        for z in [-45.0, -8.0, -1.5, 0.0, 2.0, 6.0] {
            let step = 1e-5;
            let (up, down) = (LowerTail::at(z + step), LowerTail::at(z - step));
            let slope = (up.log_probability - down.log_probability) / (2.0 * step);
            let bend = -(up.hazard - down.hazard) / (2.0 * step);
            let here = LowerTail::at(z);
            assert!((slope - here.hazard).abs() < 1e-6 * (1.0 + here.hazard), "{z}: {slope} {here:?}");
            assert!((bend - here.curvature).abs() < 1e-5, "{z}: {bend} {here:?}");
            assert!((0.0..=1.0).contains(&here.curvature), "{z}: {here:?}");
        }
    }
}
