//! The two reference adults for which S-values and organ masses are tabulated (ICRP Publications 89 and 110).

use super::organ_name::normalised;

/// A reference adult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phantom {
    /// Reference adult male, ICRP 110 phantom AM.
    AdultMale,
    /// Reference adult female, ICRP 110 phantom AF.
    AdultFemale,
}

/// The text names no reference adult.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown phantom {asked:?}: expected `male` or `female` (ICRP 110 reference adults, also `AM` and `AF`)")]
pub struct UnknownPhantom {
    /// What was asked for.
    pub asked: String,
}

impl Phantom {
    /// Reads `male`, `adult male`, `AM`, `m`, and the same for female.
    pub fn find(text: &str) -> Result<Self, UnknownPhantom> {
        match normalised(text).as_str() {
            "male" | "adult_male" | "am" | "m" | "icrp_110_am" => Ok(Self::AdultMale),
            "female" | "adult_female" | "af" | "f" | "icrp_110_af" => Ok(Self::AdultFemale),
            _ => Err(UnknownPhantom { asked: text.to_owned() }),
        }
    }

    /// Name for reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::AdultMale => "reference adult male (ICRP 110 AM)",
            Self::AdultFemale => "reference adult female (ICRP 110 AF)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_adults_are_found_and_others_are_not() {
        assert_eq!(Phantom::find("Adult Male"), Ok(Phantom::AdultMale));
        assert_eq!(Phantom::find("AF"), Ok(Phantom::AdultFemale));
        assert!(Phantom::find("child").unwrap_err().to_string().contains("child"));
    }
}
