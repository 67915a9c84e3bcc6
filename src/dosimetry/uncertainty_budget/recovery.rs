//! Recovery of counts from a small region: how much is seen of what is there, and how both that and the counts follow the volume outlined.
//!
//! * Recovery curve `R(v) = 1/(1 + (v50/v)^b)`: `∂ln R/∂ln v = b(1 − R)`, `∂ln R/∂ln v50 = −b(1 − R)`, `∂ln R/∂b = −(1 − R) ln(v50/v)`.
//! * Counts: at the surface of a uniform sphere of radius r blurred by a Gaussian of standard deviation σ the density seen is φ/2 of the true one,
//!   `φ = erf(2r/(σ√2)) − 2σ/(r√(2π)) (1 − e^(−2r²/σ²))`, hence `∂ln C/∂ln v = φ/(2R)` (form of Gear et al. 2018).

use super::{InvalidInput, positive};
use crate::math::{cbrt, erfc, exp, log, pow, sqrt};

/// A recovery curve fitted to phantom measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecoveryCurve {
    /// Volume with half recovery (mL).
    pub v50_ml: f64,
    /// Exponent.
    pub exponent: f64,
    /// Covariance of (v50, exponent) from the fit of the curve.
    pub covariance: [[f64; 2]; 2],
}

impl RecoveryCurve {
    /// R at a volume (mL).
    pub fn recovery(&self, volume_ml: f64) -> f64 {
        1.0 / (1.0 + pow(self.v50_ml / volume_ml, self.exponent))
    }

    /// ∂ln R/∂ln v: by how many per cent the recovery grows with one per cent of volume.
    pub fn follows_volume(&self, volume_ml: f64) -> f64 {
        self.exponent * (1.0 - self.recovery(volume_ml))
    }

    /// u(R)/R from the fit of the curve alone, the volume taken as known. Fails on a volume, curve or covariance that is none.
    pub fn relative_uncertainty(&self, volume_ml: f64) -> Result<f64, InvalidInput> {
        positive("volume (mL)", volume_ml)?;
        positive("volume of half recovery (mL)", self.v50_ml)?;
        positive("exponent of the recovery curve", self.exponent)?;
        let missed = 1.0 - self.recovery(volume_ml);
        let gradient = [-self.exponent * missed / self.v50_ml, -missed * log(self.v50_ml / volume_ml)];
        let mut variance = 0.0;
        for (row, left) in self.covariance.iter().zip(gradient) {
            for (entry, right) in row.iter().zip(gradient) {
                variance += left * entry * right;
            }
        }
        if variance.is_finite() && variance >= 0.0 {
            Ok(sqrt(variance))
        } else {
            Err(InvalidInput { what: "variance of the recovery curve", expected: "0 or more (a covariance matrix)", found: variance })
        }
    }
}

/// ∂ln C/∂ln v: by how many per cent the counts in a region grow with one per cent of volume, for recovery R and the resolution of the emission image.
pub fn counts_follow_volume(volume_ml: f64, fwhm_mm: f64, recovery: f64) -> Result<f64, InvalidInput> {
    let volume_mm3 = 1e3 * positive("volume (mL)", volume_ml)?;
    let recovery = positive("recovery coefficient", recovery)?;
    let deviation = positive("resolution of the emission image (mm)", fwhm_mm)? / (2.0 * sqrt(2.0 * log(2.0)));
    let radius = cbrt(3.0 * volume_mm3 / (4.0 * std::f64::consts::PI));
    let ratio = radius / deviation;
    let rim = 2.0 / (ratio * sqrt(2.0 * std::f64::consts::PI)) * (1.0 - exp(-2.0 * ratio * ratio));
    let phi = 1.0 - erfc(ratio * std::f64::consts::SQRT_2) - rim;
    Ok(phi / (2.0 * recovery))
}
