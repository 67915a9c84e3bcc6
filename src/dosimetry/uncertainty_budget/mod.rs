//! Uncertainty budget of an absorbed dose, after the framework of the EANM practical guidance (Gear et al., Eur J Nucl Med Mol Imaging
//! 2018;45:2456–2474, doi:10.1007/s00259-018-4136-7): first-order propagation through the chain volume → recovery → activity → time-integrated
//! activity → S-value → dose, with what the volume does to several of them at once.
//!
//! `D = Ã·S`, `Ã ∝ C/(R·Q)`: C counts in the volume of interest, R recovery coefficient, Q calibration factor. All uncertainties are standard and
//! relative, and all are given by the caller: there is no default. Normal in the logarithm or small enough that it makes no difference is assumed.

mod dose;
mod mass;
mod recovery;
#[cfg(test)]
mod tests;
mod volume;

pub use dose::{Budget, Contribution, DoseInputs, activity_uncertainty, dose_budget, relative_from_covariance};
pub use mass::s_value_follows_mass;
pub use recovery::{RecoveryCurve, counts_follow_volume};
pub use volume::{Outline, volume_uncertainty};

/// An input that is no quantity of its kind.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("uncertainty budget: the {what} must be {expected}, found {found}")]
pub struct InvalidInput {
    /// What was given.
    pub what: &'static str,
    /// What it must be.
    pub expected: &'static str,
    /// The value found.
    pub found: f64,
}

fn positive(what: &'static str, value: f64) -> Result<f64, InvalidInput> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(InvalidInput { what, expected: "above 0", found: value }) }
}

fn not_negative(what: &'static str, value: f64) -> Result<f64, InvalidInput> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(InvalidInput { what, expected: "0 or more", found: value }) }
}
