//! What a planning formula refuses, and the checks that all of them share.

/// Why a planning formula gave no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanningError {
    /// A quantity that must be above zero is not, or is no number.
    #[error("the {what} must be a finite number of {unit} above zero, found {value}")]
    NotPositive {
        /// What the number is.
        what: &'static str,
        /// Its unit.
        unit: &'static str,
        /// The number found.
        value: f64,
    },
    /// A quantity that must not be negative is, or is no number.
    #[error("the {what} must be a finite number of {unit}, 0 or more, found {value}")]
    Negative {
        /// What the number is.
        what: &'static str,
        /// Its unit.
        unit: &'static str,
        /// The number found.
        value: f64,
    },
    /// A fraction lies outside 0 to 1.
    #[error("the {what} must lie between 0 and 1, found {value}")]
    NotAFraction {
        /// What the number is.
        what: &'static str,
        /// The number found.
        value: f64,
    },
    /// Nothing would reach the target.
    #[error("{what} leave nothing for the target")]
    NothingLeft {
        /// What takes everything.
        what: &'static str,
    },
    /// A part is larger than the whole.
    #[error("the {part} ({part_value} {unit}) is larger than the {whole} ({whole_value} {unit})")]
    PartAboveWhole {
        /// The part.
        part: &'static str,
        /// The part's size.
        part_value: f64,
        /// The whole.
        whole: &'static str,
        /// The size of the whole.
        whole_value: f64,
        /// Unit of both.
        unit: &'static str,
    },
    /// The lung shunt is above what is treated.
    #[error("a lung shunt of {percent} % is above 20 %: not treated")]
    LungShuntTooHigh {
        /// The shunt, %.
        percent: f64,
    },
    /// The formula does not hold for this body.
    #[error("a body surface of {m2} m² is too small for the body-surface formula of resin microspheres")]
    BodySurfaceTooSmall {
        /// The surface, m².
        m2: f64,
    },
}

/// Passes a number above zero.
pub(super) fn positive(what: &'static str, unit: &'static str, value: f64) -> Result<f64, PlanningError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(PlanningError::NotPositive { what, unit, value }) }
}

/// Passes a number that is not negative.
pub(super) fn not_negative(what: &'static str, unit: &'static str, value: f64) -> Result<f64, PlanningError> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(PlanningError::Negative { what, unit, value }) }
}

/// Passes a number from 0 to 1, both included.
pub(super) fn fraction(what: &'static str, value: f64) -> Result<f64, PlanningError> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(PlanningError::NotAFraction { what, value }) }
}

/// Passes a part that is not larger than its whole.
pub(super) fn part_of(
    (part, part_value): (&'static str, f64),
    (whole, whole_value): (&'static str, f64),
    unit: &'static str,
) -> Result<(), PlanningError> {
    if part_value <= whole_value { Ok(()) } else { Err(PlanningError::PartAboveWhole { part, part_value, whole, whole_value, unit }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_of_each_check() {
        assert!(positive("mass", "kg", 0.0).is_err() && positive("mass", "kg", f64::INFINITY).is_err());
        assert!(not_negative("time", "h", 0.0).is_ok() && not_negative("time", "h", -1e-9).is_err());
        assert!(fraction("shunt", 0.0).is_ok() && fraction("shunt", 1.0).is_ok());
        assert!(fraction("shunt", f64::NAN).is_err() && fraction("shunt", 1.0 + 1e-9).is_err());
        assert!(part_of(("lobe", 1.0), ("liver", 1.0), "L").is_ok());
    }

    #[test]
    fn a_percentage_taken_for_a_fraction_is_named() {
        assert_eq!(fraction("lung shunt", 12.0).unwrap_err().to_string(), "the lung shunt must lie between 0 and 1, found 12");
        assert_eq!(
            positive("weight", "kg", -3.0).unwrap_err().to_string(),
            "the weight must be a finite number of kg above zero, found -3"
        );
    }
}
