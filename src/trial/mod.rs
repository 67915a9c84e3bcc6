//! The same patient through every arm: counterfactual runs, their paired differences, and cohorts of patients around one.
//!
//! `paired`: one patient's arms; `cohort`: virtual patients; `quantities`: what an arm came to, as named numbers. Endpoints and power stand on these: `design` (what is
//! planned), `allocation`, `survival`, `two_sample` and `tail_probability` (statistics), `power` (trials over and over).
pub mod allocation;
mod cohort;
pub mod design;
mod paired;
pub mod power;
mod quantities;
pub mod survival;
mod tail_probability;
pub mod two_sample;

pub use cohort::{CohortPlan, Variation, Varied};
pub use paired::{PairedArms, PairedDifference, deliver_all};
pub use quantities::{Quantity, quantities};
