//! The same patient through every arm: counterfactual runs, their paired differences, and cohorts of patients around one.
//!
//! `paired`: one patient's arms; `cohort`: virtual patients; `lanes`: many deliveries side by side; `quantities`: what an arm came to, as named numbers. Endpoints and power stand on these.
mod cohort;
mod lanes;
mod paired;
mod quantities;

pub use cohort::{CohortPlan, Variation, Varied};
pub use lanes::{PatientArm, deliver_patients};
pub use paired::{PairedArms, PairedDifference, deliver_all};
pub use quantities::{Quantity, quantities};
