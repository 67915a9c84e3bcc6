//! BED with the Lea–Catcheside factor, EQD2, NTCP: every relation with its source and evidence level.
//!
//! [`bed`] and [`lea_catcheside`] turn a dose and its rate into a biologically effective dose, [`ntcp`] turns that into a
//! probability, [`registry`] names the published curves and says how far each can be trusted, [`organ_defaults`] carries α/β and repair times.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod bed;
pub mod blood_counts;
pub mod evidence;
pub mod hazard_link;
pub mod kidney_function;
pub mod lea_catcheside;
pub mod lesion;
pub mod normal;
pub mod ntcp;
pub mod organ_defaults;
pub mod psa;
pub mod rbe;
pub mod registry;
pub mod tcp;
