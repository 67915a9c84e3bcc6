//! The budget: relative variance of the dose, split into what each source gives and what the volume gives through two quantities at once.
//!
//! With c, r, s the per cents by which counts, recovery and S change with one per cent of volume (S ∝ v^−s):
//! `d ln D = (c − r − s) d ln v + d ln N − d ln R₀ − d ln Q + d ln Ã_fit + d ln S₀`, so the volume gives `c²u², r²u², s²u²` and the signed covariances
//! `−2cr u²` (counts × recovery), `−2cs u²` (counts × S), `+2rs u²` (recovery × S). All others are independent.

use super::{InvalidInput, not_negative};
use crate::math::sqrt;

/// What a dose was made of. All uncertainties are standard and relative (0.05 is 5 %), stated by the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoseInputs {
    /// Volume, u(v)/v.
    pub volume: f64,
    /// Growth of counts with volume, ∂ln C/∂ln v; 0 where the counts do not depend on the outline.
    pub counts_follow_volume: f64,
    /// Growth of the recovery coefficient with volume, ∂ln R/∂ln v; 0 where there is no correction for recovery.
    pub recovery_follows_volume: f64,
    /// Exponent s of S ∝ mass^−s: 1 for electrons absorbed where they start, that of the sphere power law for lesions.
    pub s_value_exponent: f64,
    /// Recovery coefficient at known volume, u(R)/R.
    pub recovery: f64,
    /// Calibration factor, u(Q)/Q: common to all images.
    pub calibration: f64,
    /// Counts common to all images at a known outline (scatter, attenuation, reconstruction).
    pub counts: f64,
    /// Time-integrated activity from the fit's covariance: noise of single images and the curve through them.
    pub fit: f64,
    /// S-value at known mass.
    pub s_value: f64,
}

/// One line of a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Words: `calibration factor`, or `counts × recovery (through the volume)` for a covariance.
    pub name: &'static str,
    /// Relative standard uncertainty of the dose from this alone; `None` for a covariance, which is no uncertainty of its own.
    pub relative: Option<f64>,
    /// Part of the relative variance of the dose; a covariance may be negative.
    pub variance: f64,
    /// Part of the total variance; all add to 1. Zero where the total is.
    pub share: f64,
}

/// The budget of one dose.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Lines, covariances after the sources.
    pub contributions: Vec<Contribution>,
    /// u(D)/D.
    pub relative: f64,
    /// What was assumed, for reports.
    pub assumptions: Vec<String>,
}

/// Relative standard uncertainty of a figure with this gradient under a covariance of parameters: `√(gᵀ V g)/|value|`, such as that of the
/// time-integrated activity from a fit. `covariance` is row by row. Fails where it is no covariance matrix of that size, or the value is 0.
pub fn relative_from_covariance(value: f64, gradient: &[f64], covariance: &[f64]) -> Result<f64, InvalidInput> {
    let count = gradient.len();
    if covariance.len() != count * count {
        let found = covariance.len() as f64;
        return Err(InvalidInput { what: "number of entries of the covariance", expected: "that of the parameters squared", found });
    }
    let mut variance = 0.0;
    for (row, left) in gradient.iter().enumerate() {
        for (column, right) in gradient.iter().enumerate() {
            variance += left * covariance[row * count + column] * right;
        }
    }
    let relative = sqrt(variance) / value.abs();
    if relative.is_finite() {
        Ok(relative)
    } else {
        Err(InvalidInput { what: "relative uncertainty", expected: "finite", found: relative })
    }
}

/// u(A)/A of the activity in one image; `noise` is that of its counts alone. The S-value and the fit of `inputs` play no part.
pub fn activity_uncertainty(inputs: &DoseInputs, noise: f64) -> Result<f64, InvalidInput> {
    inputs.check()?;
    let noise = not_negative("noise of the counts", noise)?;
    let by_volume = (inputs.counts_follow_volume - inputs.recovery_follows_volume) * inputs.volume;
    let independent = [inputs.recovery, inputs.calibration, inputs.counts, noise];
    Ok(sqrt(independent.iter().fold(by_volume * by_volume, |sum, part| sum + part * part)))
}

/// The budget of a dose. Fails on an input that is negative or not finite.
pub fn dose_budget(inputs: &DoseInputs) -> Result<Budget, InvalidInput> {
    inputs.check()?;
    let volume = inputs.volume;
    let (counts, recovery, s_value) =
        (inputs.counts_follow_volume * volume, inputs.recovery_follows_volume * volume, inputs.s_value_exponent * volume);
    let source = |name, relative: f64| (name, Some(relative), relative * relative);
    let lines = [
        source("counts in the volume outlined", counts),
        source("recovery at the volume outlined", recovery),
        source("S-value at the mass outlined", s_value),
        source("recovery curve", inputs.recovery),
        source("calibration factor", inputs.calibration),
        source("counts", inputs.counts),
        source("fit of the time–activity curve", inputs.fit),
        source("S-value", inputs.s_value),
        ("counts × recovery (through the volume)", None, -2.0 * counts * recovery),
        ("counts × S-value (through the volume)", None, -2.0 * counts * s_value),
        ("recovery × S-value (through the volume)", None, 2.0 * recovery * s_value),
    ];
    // the volume as one square: rounding cannot make the sum negative
    let by_volume = counts - recovery - s_value;
    let total = lines[3..8].iter().fold(by_volume * by_volume, |sum, line| sum + line.2);
    let contribution = |(name, relative, variance): (&'static str, Option<f64>, f64)| Contribution {
        name,
        relative,
        variance,
        share: if total > 0.0 { variance / total } else { 0.0 },
    };
    Ok(Budget {
        contributions: lines.into_iter().map(contribution).collect(),
        relative: sqrt(total),
        assumptions: vec![
            "first-order propagation of relative standard uncertainties (Gear et al. 2018), no coverage factor".to_owned(),
            "one outline, one recovery coefficient and one calibration factor serve all images: they do not average out over time"
                .to_owned(),
            "the counts spread as from a uniform sphere without activity around it".to_owned(),
            if inputs.s_value_exponent > 0.0 {
                format!("S ∝ mass^−{:.3}, density known; the self-dose only", inputs.s_value_exponent)
            } else {
                "S for a mass that the outline does not change; the self-dose only".to_owned()
            },
        ],
    })
}

impl DoseInputs {
    fn check(&self) -> Result<(), InvalidInput> {
        for (what, value) in [
            ("uncertainty of the volume", self.volume),
            ("growth of counts with volume", self.counts_follow_volume),
            ("growth of recovery with volume", self.recovery_follows_volume),
            ("exponent of the S-value", self.s_value_exponent),
            ("uncertainty of the recovery coefficient", self.recovery),
            ("uncertainty of the calibration factor", self.calibration),
            ("uncertainty of the counts", self.counts),
            ("uncertainty of the fit", self.fit),
            ("uncertainty of the S-value", self.s_value),
        ] {
            not_negative(what, value)?;
        }
        Ok(())
    }
}
