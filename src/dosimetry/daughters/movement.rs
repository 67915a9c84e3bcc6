//! What the caller says about moving daughters: release at decay, way of the free daughter, daughters injected with the parent.

use super::parent::SourceRegion;
use crate::dosimetry::organ_name::nearest;

/// Everything that moves; the default is nothing: equilibrium in place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DaughterMovement {
    /// Release from where the mother decayed.
    pub releases: Vec<Release>,
    /// Movement of free daughters.
    pub transfers: Vec<Transfer>,
    /// Daughters free in the patient at t = 0.
    pub free_at_injection: Vec<FreeAtInjection>,
}

/// A share of a daughter leaves its region when its mother decays there.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The daughter that is thrown out, `Bi-213`.
    pub daughter: String,
    /// Region it leaves.
    pub from: String,
    /// Share that leaves, 0 to 1.
    pub fraction: f64,
    /// Where it is then, by share; shares add up to 1. The region it left may be among them.
    pub to: Vec<(String, f64)>,
}

/// First-order movement of a free daughter.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// The daughter that moves.
    pub daughter: String,
    /// From this region,
    pub from: String,
    /// to that one.
    pub to: String,
    /// Rate constant without physical decay, 1/h: ln 2 over the biological half-time.
    pub rate_per_h: f64,
}

/// Activity of a daughter injected with the parent and not bound to its carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct FreeAtInjection {
    /// The daughter.
    pub daughter: String,
    /// Where it is at t = 0.
    pub region: String,
    /// Its activity then, MBq.
    pub activity_mbq: f64,
}

/// Why the decays of the daughters cannot be told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DaughterError {
    /// The parent's activity cannot be integrated.
    #[error("activity of the parent in {region}: {problem}")]
    Parent {
        /// Region.
        region: String,
        /// What is wrong.
        problem: String,
    },
    /// A region is listed twice.
    #[error("region {0} is listed twice")]
    RepeatedRegion(String),
    /// A region is named that is not listed.
    #[error("region {asked} is not among the regions (nearest: {nearest}): list it, also where only daughters reach it")]
    UnknownRegion {
        /// The name found.
        asked: String,
        /// The listed name most like it.
        nearest: String,
    },
    /// A nuclide is named that is no daughter of the parent.
    #[error("{asked} is no daughter of {parent} (nearest: {nearest})")]
    UnknownDaughter {
        /// The name found.
        asked: String,
        /// The parent.
        parent: String,
        /// The daughter most like it.
        nearest: String,
    },
    /// A number is impossible.
    #[error("{what} of {daughter} in {region}: {problem}")]
    Impossible {
        /// Which statement.
        what: &'static str,
        /// Daughter concerned.
        daughter: String,
        /// Region concerned.
        region: String,
        /// What is wrong.
        problem: String,
    },
}

/// Shares that add up to 1 within this are taken as they are.
const SHARE_ROUNDING: f64 = 1e-9;

impl DaughterMovement {
    /// Refuses numbers that cannot be and two releases of one daughter from one region; names are looked up where they are used.
    pub(super) fn check(&self) -> Result<(), DaughterError> {
        let impossible = |what, daughter: &str, region: &str, problem: String| {
            Err(DaughterError::Impossible { what, daughter: daughter.to_owned(), region: region.to_owned(), problem })
        };
        for (index, release) in self.releases.iter().enumerate() {
            let Release { daughter, from, fraction, to } = release;
            if !(0.0..=1.0).contains(fraction) {
                return impossible("release", daughter, from, format!("the fraction must lie between 0 and 1, found {fraction}"));
            }
            let sum: f64 = to.iter().map(|(_, share)| share).sum();
            if !(to.iter().all(|(_, share)| *share >= 0.0) && (sum - 1.0).abs() <= SHARE_ROUNDING) {
                return impossible("release", daughter, from, format!("the shares of its destinations must add up to 1, found {sum}"));
            }
            if self.releases[..index].iter().any(|earlier| earlier.daughter == *daughter && earlier.from == *from) {
                return impossible("release", daughter, from, "stated twice".to_owned());
            }
        }
        for Transfer { daughter, from, rate_per_h, .. } in &self.transfers {
            if !(rate_per_h.is_finite() && *rate_per_h >= 0.0) {
                return impossible(
                    "transfer",
                    daughter,
                    from,
                    format!("the rate must be finite and not below zero, found {rate_per_h} /h"),
                );
            }
        }
        for FreeAtInjection { daughter, region, activity_mbq } in &self.free_at_injection {
            if !(activity_mbq.is_finite() && *activity_mbq >= 0.0) {
                let problem = format!("the activity must be finite and not below zero, found {activity_mbq} MBq");
                return impossible("free activity at injection", daughter, region, problem);
            }
        }
        Ok(())
    }
}

/// Position of a region by name.
pub(super) fn region_at(regions: &[SourceRegion], asked: &str) -> Result<usize, DaughterError> {
    regions.iter().position(|region| region.name == asked).ok_or_else(|| DaughterError::UnknownRegion {
        asked: asked.to_owned(),
        nearest: nearest(asked, regions.iter().map(|region| region.name.as_str())),
    })
}
