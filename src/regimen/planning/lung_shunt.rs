//! What a lung shunt does to the activity of resin microspheres (recalled: Sirtex, REBOC 2007).
//!
//! | lung shunt | activity |
//! |---|---|
//! | below 10 % | as planned |
//! | 10 % to below 15 % | −20 % |
//! | 15 % to 20 %, both included | −40 % |
//! | above 20 % | not treated |
//!
//! Print gives the tiers as 10–15 and 15–20 %: at 10 and 15 % the more cautious tier is taken; 20 % itself is not above 20 %.
use super::PlanningError;
use super::input::fraction;

/// The tier of a lung shunt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LungShuntTier {
    /// Below 10 %: the planned activity.
    Full,
    /// 10 % to below 15 %: a fifth less.
    LessAFifth,
    /// 15 % to 20 %: two fifths less.
    LessTwoFifths,
    /// Above 20 %.
    NotTreated,
}

impl LungShuntTier {
    /// The tier of a shunt given as fraction of the activity that reaches the lungs.
    pub fn of(lung_shunt_fraction: f64) -> Result<Self, PlanningError> {
        let shunt = fraction("lung shunt", lung_shunt_fraction)?;
        Ok(match shunt {
            shunt if shunt < 0.10 => Self::Full,
            shunt if shunt < 0.15 => Self::LessAFifth,
            shunt if shunt <= 0.20 => Self::LessTwoFifths,
            _ => Self::NotTreated,
        })
    }

    /// Factor on the activity; `None` where nothing is given.
    pub fn factor(self) -> Option<f64> {
        match self {
            Self::Full => Some(1.0),
            Self::LessAFifth => Some(0.8),
            Self::LessTwoFifths => Some(0.6),
            Self::NotTreated => None,
        }
    }
}

/// The activity reduced for the lung shunt, GBq; an error above 20 %.
pub fn activity_reduced_for_lung_shunt_gbq(activity_gbq: f64, lung_shunt_fraction: f64) -> Result<f64, PlanningError> {
    let activity_gbq = super::input::positive("activity", "GBq", activity_gbq)?;
    let too_high = PlanningError::LungShuntTooHigh { percent: lung_shunt_fraction * 100.0 };
    LungShuntTier::of(lung_shunt_fraction)?.factor().map(|factor| activity_gbq * factor).ok_or(too_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_and_its_borders() {
        let tiers = [
            (0.0, Some(1.0)),
            (0.0999, Some(1.0)),
            (0.10, Some(0.8)),
            (0.1499, Some(0.8)),
            (0.15, Some(0.6)),
            (0.20, Some(0.6)),
            (0.2001, None),
            (1.0, None),
        ];
        for (shunt, factor) in tiers {
            assert_eq!(LungShuntTier::of(shunt).unwrap().factor(), factor, "{shunt}");
        }
    }

    #[test]
    fn the_activity_shrinks_or_is_refused() {
        assert!((activity_reduced_for_lung_shunt_gbq(2.0, 0.12).unwrap() - 1.6).abs() < 1e-12);
        assert!((activity_reduced_for_lung_shunt_gbq(2.0, 0.20).unwrap() - 1.2).abs() < 1e-12);
        assert!(activity_reduced_for_lung_shunt_gbq(2.0, 0.25).unwrap_err().to_string().contains("25 %"));
        assert!(activity_reduced_for_lung_shunt_gbq(2.0, 12.0).unwrap_err().to_string().contains("between 0 and 1"));
        assert!(activity_reduced_for_lung_shunt_gbq(0.0, 0.1).is_err());
    }
}
