//! How far a relation can be trusted (evidence level) and where a number was taken from (provenance), in words for reports.

use serde::{Deserialize, Serialize};

/// What kind of study stands behind a dose–effect relation, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceLevel {
    /// A randomised trial of this therapy.
    Randomised,
    /// Patients of this therapy, observed but not randomised.
    Observational,
    /// Another therapy, such as external beam.
    Transferred,
    /// No study: a working assumption.
    Assumed,
}

impl EvidenceLevel {
    /// One word for a table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Randomised => "randomised",
            Self::Observational => "observational",
            Self::Transferred => "transferred",
            Self::Assumed => "assumed",
        }
    }

    /// A sentence for a report.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Randomised => "The relation comes from a randomised trial of this kind of therapy.",
            Self::Observational => "The relation was observed in patients of this kind of therapy, without randomisation.",
            Self::Transferred => "The relation was transferred from another kind of therapy, such as external beam, and may not hold here.",
            Self::Assumed => "The relation is a working assumption; no study supports its numbers.",
        }
    }

    /// The weaker of two levels: a result is as good as the weakest relation in it.
    pub fn weaker(self, other: Self) -> Self {
        self.max(other)
    }
}

/// Where a number was taken from, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Read in the publication named.
    Read,
    /// Follows by calculation from cited inputs.
    Calculated,
    /// A copy of the publication's value in open software.
    SecondHand,
    /// Known from the publication named but not read again there.
    Recalled,
    /// Chosen by the authors of this program.
    Assumed,
}

impl Provenance {
    /// A few words for a table.
    pub fn words(self) -> &'static str {
        match self {
            Self::Read => "read in the source",
            Self::Calculated => "calculated from cited values",
            Self::SecondHand => "second-hand copy of the source",
            Self::Recalled => "recalled from the source, not read again",
            Self::Assumed => "assumed",
        }
    }

    /// True where a report must ask its reader to check the number.
    pub fn wants_checking(self) -> bool {
        self >= Self::Recalled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_link_decides() {
        assert_eq!(EvidenceLevel::Randomised.weaker(EvidenceLevel::Transferred), EvidenceLevel::Transferred);
        assert_eq!(EvidenceLevel::Assumed.weaker(EvidenceLevel::Observational), EvidenceLevel::Assumed);
        assert!(Provenance::Assumed.wants_checking() && !Provenance::SecondHand.wants_checking());
    }
}
