//! The same patient through every arm: counterfactual runs, their paired differences, and cohorts of patients around one.
//!
//! `paired`: one patient's arms; `cohort`: virtual patients; `quantities`: what an arm came to, as named numbers. Endpoints and power stand on these.
mod cohort;
mod paired;
mod quantities;

pub use cohort::{CohortPlan, Variation, Varied};
pub use paired::{PairedArms, PairedDifference, deliver_all};
pub use quantities::{Quantity, quantities};
