//! Decay correction of activities to and from a reference time: A(t_ref) = A(t) e^(λ (t − t_ref)), λ = ln 2/T½.
//!
//! A table may give activities as they were at the time of the scan, or corrected to a reference time (often the injection). A model that
//! contains decay needs the former.

use thiserror::Error;

/// A half-life that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("the half-life is {0} h, expected a positive finite number of hours")]
pub struct HalfLifeFault(pub f64);

/// A nuclide's decay and the time to which activities are, or shall be, corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecayReference {
    decay_constant_per_h: f64,
    reference_time_h: f64,
}

impl DecayReference {
    /// Correction for a nuclide of `half_life_h` to `reference_time_h` (on the time axis of the data; 0 for the injection).
    ///
    /// # Errors
    /// A half-life that is not a positive finite number.
    pub fn new(half_life_h: f64, reference_time_h: f64) -> Result<Self, HalfLifeFault> {
        if half_life_h > 0.0 && half_life_h.is_finite() {
            Ok(DecayReference { decay_constant_per_h: std::f64::consts::LN_2 / half_life_h, reference_time_h })
        } else {
            Err(HalfLifeFault(half_life_h))
        }
    }

    /// Physical decay constant λ, 1/h.
    pub fn decay_constant_per_h(&self) -> f64 {
        self.decay_constant_per_h
    }

    /// Activity corrected to the reference time, from the activity present at `time_h` (any unit).
    pub fn corrected(&self, activity: f64, time_h: f64) -> f64 {
        activity * crate::math::exp(self.decay_constant_per_h * (time_h - self.reference_time_h))
    }

    /// Activity present at `time_h`, from an activity corrected to the reference time (any unit).
    pub fn present(&self, corrected_activity: f64, time_h: f64) -> f64 {
        corrected_activity * crate::math::exp(-self.decay_constant_per_h * (time_h - self.reference_time_h))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_half_life_is_a_factor_of_two() {
        let decay = DecayReference::new(159.5, 24.0).expect("a half-life");
        assert!((decay.corrected(50.0, 24.0 + 159.5) - 100.0).abs() < 1e-12);
        assert!((decay.present(100.0, 24.0 + 319.0) - 25.0).abs() < 1e-12);
        assert_eq!(decay.present(70.0, 24.0), 70.0);
        // Before the reference time the correction goes the other way.
        assert!((decay.corrected(100.0, 24.0 - 159.5) - 50.0).abs() < 1e-12);
        let there_and_back = decay.present(decay.corrected(3.7, 100.0), 100.0);
        assert!((there_and_back - 3.7).abs() < 1e-14);
    }

    #[test]
    fn impossible_half_lives_are_refused_with_the_number() {
        for half_life in [0.0, -6.7, f64::NAN, f64::INFINITY] {
            let fault = DecayReference::new(half_life, 0.0).expect_err("no half-life");
            assert!(fault.to_string().contains(&half_life.to_string()));
        }
    }
}
