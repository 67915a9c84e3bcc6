//! An S-value: mean absorbed dose to a target per decay in a source, with where it came from and what was done to it.
//!
//! MIRD Pamphlet 21 (Bolch et al. 2009): `D = Ã · S`. Inside the project S is in Gy/(MBq h).

use super::organ_name::normalised;

/// An S-value with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct SValue {
    /// Absorbed dose per time-integrated activity, Gy/(MBq h).
    pub gy_per_mbq_h: f64,
    /// Citation of the table or data it came from.
    pub source: String,
    /// How it was obtained.
    pub method: SValueMethod,
    /// Mass of the target it holds for, g, where known.
    pub target_mass_g: Option<f64>,
    /// Mass of the reference target it was scaled from, g; `None` while unscaled.
    pub scaled_from_mass_g: Option<f64>,
    /// True where it lies outside the range of the table it came from.
    pub extrapolated: bool,
    /// Sentences a report prints beside the value: assumptions, doubts.
    pub notes: Vec<String>,
}

/// How an S-value was obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SValueMethod {
    /// Monte-Carlo table of OpenDose for the ICRP 110 reference adults.
    OpenDose,
    /// Table of unit-density spheres.
    Sphere,
    /// Energy of the charged particles over the mass, all absorbed where it is emitted; photons left out.
    LocalElectrons,
    /// A table the user supplied.
    UserTable,
    /// A value written in the scenario, with its source.
    Stated,
}

impl SValueMethod {
    /// Words for reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenDose => "OpenDose reference phantom",
            Self::Sphere => "unit-density sphere",
            Self::LocalElectrons => "local absorption of charged particles",
            Self::UserTable => "user's table",
            Self::Stated => "stated in the scenario",
        }
    }
}

/// A unit in which S-values are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SValueUnit {
    /// Gy/(MBq h), the unit inside.
    GyPerMbqH,
    /// mGy/(MBq h).
    MgyPerMbqH,
    /// mGy/(MBq s), OpenDose and OLINDA.
    MgyPerMbqS,
    /// Gy/(Bq s), MIRD.
    GyPerBqS,
    /// Gy/(MBq min), PBPK models that count in minutes.
    GyPerMbqMin,
    /// Gy/(GBq h).
    GyPerGbqH,
}

/// A unit of S-values that is not one of the six.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown unit of an S-value {asked:?}: expected one of {}", SValueUnit::KNOWN.map(SValueUnit::text).join(", "))]
pub struct UnknownSValueUnit {
    /// What was written.
    pub asked: String,
}

/// An S-value must be a finite number, zero or more.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("an S-value must be finite and not negative, found {value} {unit}")]
pub struct InvalidSValue {
    /// The number found.
    pub value: f64,
    /// Its unit as text.
    pub unit: &'static str,
}

impl SValueUnit {
    /// Every unit that is read.
    pub const KNOWN: [Self; 6] = [Self::GyPerMbqH, Self::MgyPerMbqH, Self::MgyPerMbqS, Self::GyPerBqS, Self::GyPerMbqMin, Self::GyPerGbqH];

    /// The unit as text.
    pub fn text(self) -> &'static str {
        match self {
            Self::GyPerMbqH => "Gy/(MBq h)",
            Self::MgyPerMbqH => "mGy/(MBq h)",
            Self::MgyPerMbqS => "mGy/(MBq s)",
            Self::GyPerBqS => "Gy/(Bq s)",
            Self::GyPerMbqMin => "Gy/(MBq min)",
            Self::GyPerGbqH => "Gy/(GBq h)",
        }
    }

    /// Reads a unit in the usual spellings: `mGy/MBq/s`, `mGy/(MBq s)`, `mGy/MBq-s`, `mGy/(MBq*s)`, `Gy/min/MBq`.
    ///
    /// Case matters only between `m` and `M`, which are a factor of 1e9 apart: prefixes must be written as the SI writes them.
    pub fn find(text: &str) -> Result<Self, UnknownSValueUnit> {
        let unknown = || UnknownSValueUnit { asked: text.to_owned() };
        let (dose, per) = text.trim().split_once('/').ok_or_else(unknown)?;
        let separators = ['/', '(', ')', ' ', '*', '·', '-', '.'];
        let mut parts: Vec<&str> = per.split(separators).filter(|part| !part.is_empty()).collect();
        // Activity before time, whichever way round it was written: both orders are in print.
        parts.sort_by_key(|part| !part.ends_with("Bq"));
        match (dose.trim(), parts.as_slice()) {
            ("Gy", ["MBq", "h"]) => Ok(Self::GyPerMbqH),
            ("mGy", ["MBq", "h"]) => Ok(Self::MgyPerMbqH),
            ("mGy", ["MBq", "s"]) => Ok(Self::MgyPerMbqS),
            ("Gy", ["Bq", "s"]) => Ok(Self::GyPerBqS),
            ("Gy", ["MBq", "min"]) => Ok(Self::GyPerMbqMin),
            ("Gy", ["GBq", "h"]) => Ok(Self::GyPerGbqH),
            _ => Err(unknown()),
        }
    }

    /// Factor to Gy/(MBq h).
    pub fn to_gy_per_mbq_h(self) -> f64 {
        match self {
            Self::GyPerMbqH => 1.0,
            Self::MgyPerMbqH | Self::GyPerGbqH => 1e-3,
            Self::MgyPerMbqS => 3.6,
            Self::GyPerBqS => 3.6e9,
            Self::GyPerMbqMin => 60.0,
        }
    }
}

impl SValue {
    /// An S-value from a number in a published unit; unscaled, inside its table, without notes.
    pub fn new(value: f64, unit: SValueUnit, method: SValueMethod, source: impl Into<String>) -> Result<Self, InvalidSValue> {
        let gy_per_mbq_h = value * unit.to_gy_per_mbq_h();
        if !gy_per_mbq_h.is_finite() || gy_per_mbq_h < 0.0 {
            return Err(InvalidSValue { value, unit: unit.text() });
        }
        Ok(Self {
            gy_per_mbq_h,
            source: source.into(),
            method,
            target_mass_g: None,
            scaled_from_mass_g: None,
            extrapolated: false,
            notes: Vec::new(),
        })
    }

    /// From mGy/(MBq s).
    pub fn from_mgy_per_mbq_s(value: f64, method: SValueMethod, source: impl Into<String>) -> Result<Self, InvalidSValue> {
        Self::new(value, SValueUnit::MgyPerMbqS, method, source)
    }

    /// From Gy/(Bq s).
    pub fn from_gy_per_bq_s(value: f64, method: SValueMethod, source: impl Into<String>) -> Result<Self, InvalidSValue> {
        Self::new(value, SValueUnit::GyPerBqS, method, source)
    }

    /// From Gy/(MBq min).
    pub fn from_gy_per_mbq_min(value: f64, method: SValueMethod, source: impl Into<String>) -> Result<Self, InvalidSValue> {
        Self::new(value, SValueUnit::GyPerMbqMin, method, source)
    }

    /// The same value with the mass of its target, g.
    pub fn with_target_mass_g(mut self, mass_g: f64) -> Self {
        self.target_mass_g = Some(mass_g);
        self
    }

    /// The same value with one more sentence for the report.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The value in a published unit.
    pub fn in_unit(&self, unit: SValueUnit) -> f64 {
        self.gy_per_mbq_h / unit.to_gy_per_mbq_h()
    }

    /// Dose rate to the target while `activity_mbq` sits in the source, Gy/h.
    pub fn dose_rate_gy_per_h(&self, activity_mbq: f64) -> f64 {
        activity_mbq * self.gy_per_mbq_h
    }
}

/// A mass must be a finite number above zero.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the mass of {region} must be a finite number of grams above zero, found {mass_g}")]
pub struct InvalidMass {
    /// What the mass is of.
    pub region: String,
    /// The number found, g.
    pub mass_g: f64,
}

/// Passes a mass through, or refuses it by name.
pub fn checked_mass_g(region: &str, mass_g: f64) -> Result<f64, InvalidMass> {
    if mass_g.is_finite() && mass_g > 0.0 { Ok(mass_g) } else { Err(InvalidMass { region: normalised(region), mass_g }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One Gy/(Bq s) is 1e9 mGy/(MBq s): 1e3 mGy, 1e6 Bq.
    #[test]
    fn the_published_units_agree() {
        let of = |value, unit| SValue::new(value, unit, SValueMethod::UserTable, "test").unwrap().gy_per_mbq_h;
        let reference = of(1e-13, SValueUnit::GyPerBqS);
        for (value, unit) in [
            (1e-4, SValueUnit::MgyPerMbqS),
            (6e-6, SValueUnit::GyPerMbqMin),
            (3.6e-4, SValueUnit::GyPerMbqH),
            (0.36, SValueUnit::MgyPerMbqH),
            (0.36, SValueUnit::GyPerGbqH),
        ] {
            assert!((of(value, unit) / reference - 1.0).abs() < 1e-14, "{unit:?}");
        }
    }

    #[test]
    fn units_are_read_in_the_usual_spellings() {
        for text in ["mGy/MBq/s", "mGy/(MBq s)", "mGy/(MBq·s)", "mGy/MBq-s", "mGy/s/MBq"] {
            assert_eq!(SValueUnit::find(text), Ok(SValueUnit::MgyPerMbqS), "{text}");
        }
        assert_eq!(SValueUnit::find("Gy/min/MBq"), Ok(SValueUnit::GyPerMbqMin));
        for unit in SValueUnit::KNOWN {
            assert_eq!(SValueUnit::find(unit.text()), Ok(unit));
        }
    }

    #[test]
    fn a_slip_between_milli_and_mega_is_refused() {
        for text in ["MGy/MBq/s", "mGy/mBq/s", "mGy", "Gy/(MBq h s)", "", "rad/uCi/h"] {
            assert!(SValueUnit::find(text).unwrap_err().to_string().contains("mGy/(MBq s)"), "{text}");
        }
    }

    #[test]
    fn impossible_values_are_refused() {
        for value in [-1.0, f64::NAN, f64::INFINITY, 1e308] {
            assert!(SValue::from_gy_per_bq_s(value, SValueMethod::UserTable, "test").is_err());
        }
        for mass_g in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(checked_mass_g("liver", mass_g).unwrap_err().to_string().contains("liver"));
        }
    }
}
