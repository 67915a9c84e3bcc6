//! The same patient through every arm: counterfactual runs and their paired differences.
//!
//! This floor holds one patient so far; populations, endpoints and power stand on it: a cohort is this room, patient by patient.
mod paired;

pub use paired::{PairedArms, PairedDifference, deliver_all};
