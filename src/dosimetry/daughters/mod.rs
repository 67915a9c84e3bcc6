//! Where the daughters of an α emitter decay: time-integrated activity of every chain member in every region, and the energy it leaves there.
//!
//! A decay may throw its daughter out of what carried the parent (recoil release). [`DaughterMovement`] says which share of which daughter leaves
//! which region, where it goes, and how the free daughter moves on until it decays. Nothing released is the equilibrium chain: every daughter decays
//! where the parent did. Nothing is lost: what leaves the body goes to a region of the caller's own (`excreted`), so that the energy adds up.
//!
//! Kinetics of free daughters are linear and constant in time, so that their integrals to the end of time follow from the parent's Ã alone, whatever
//! the shape of its curve: `Ã_jr = P_jr + Σ_k (c_{k→r}/λ_j) Ã_jk − Σ_k (c_{r→k}/λ_j) Ã_jr` with production P and transfer constants c.
//! The share released, its way and its kinetics are of the caller: no values for patients were found.

mod decays;
mod energy;
mod movement;
mod parent;
#[cfg(test)]
mod tests;

pub use decays::{ChainDecays, MemberDecays, daughter_decays};
pub use energy::RegionEnergy;
pub use movement::{DaughterError, DaughterMovement, FreeAtInjection, Release, Transfer};
pub use parent::{ParentActivity, SourceRegion};
