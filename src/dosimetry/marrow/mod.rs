//! Absorbed dose to the red marrow (MIRD; Sgouros 1993): own activity from blood or image, the rest of the body, other organs.
//!
//! `D = Ã_RM S(RM←RM) + Ã_RB S(RM←RB) + Σ_h Ã_h S(RM←h)`. [`own_activity`] gives Ã_RM by blood or by image, [`remainder`] what is left of the whole
//! body and its S-value, [`dose`] the sum. The methods differ by a factor of four in the same patients (177Lu-DOTATATE: 0.016 Gy/GBq by blood
//! alone, 0.07 by image), so every result says which it is. MBq h, Gy/(MBq h), g, Gy.

pub mod dose;
pub mod own_activity;
pub mod remainder;

pub use dose::{MarrowDose, marrow_dose};
pub use own_activity::{MarrowActivity, MarrowMethod, from_blood, from_image_concentration, from_image_region, marrow_to_blood_ratio};
pub use remainder::{Body, Remainder, SourceOrgan, remainder_of_body};

/// Why no marrow dose could be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MarrowError {
    /// A quantity that must be above zero is not, or is no number.
    #[error("{what} must be a finite number of {unit} above zero, found {value}")]
    NotPositive {
        /// What the number is.
        what: String,
        /// Its unit.
        unit: &'static str,
        /// The number found.
        value: f64,
    },
    /// A quantity that must not be negative is, or is no number.
    #[error("{what} must be a finite number of {unit}, 0 or more, found {value}")]
    Negative {
        /// What the number is.
        what: String,
        /// Its unit.
        unit: &'static str,
        /// The number found.
        value: f64,
    },
    /// A fraction lies outside its range.
    #[error("{what} must lie between 0 and 1 (ends excluded where nothing would be left), found {value}")]
    NotAFraction {
        /// What the number is.
        what: &'static str,
        /// The number found.
        value: f64,
    },
    /// Marrow and organs weigh as much as the whole body or more.
    #[error("marrow and source organs together weigh {parts_g} g, the whole body {body_g} g: nothing is left for the remainder")]
    NoRemainderMass {
        /// Marrow and organs, g.
        parts_g: f64,
        /// Whole body, g.
        body_g: f64,
    },
    /// Marrow and organs hold more than the whole body.
    #[error("marrow and source organs together hold {parts_mbq_h} MBq h, the whole body {body_mbq_h} MBq h")]
    NoRemainderActivity {
        /// Marrow and organs, MBq h.
        parts_mbq_h: f64,
        /// Whole body, MBq h.
        body_mbq_h: f64,
    },
    /// The S-values do not belong together.
    #[error(
        "the S-value of the remainder comes out at {gy_per_mbq_h:e} Gy/(MBq h), below zero: S-values and masses are not of one phantom"
    )]
    InconsistentSValues {
        /// The S-value found, Gy/(MBq h).
        gy_per_mbq_h: f64,
    },
}

fn positive(what: &str, unit: &'static str, value: f64) -> Result<f64, MarrowError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(MarrowError::NotPositive { what: what.to_owned(), unit, value }) }
}

fn not_negative(what: &str, unit: &'static str, value: f64) -> Result<f64, MarrowError> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(MarrowError::Negative { what: what.to_owned(), unit, value }) }
}
