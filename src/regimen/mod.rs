//! Fixed and dose-adapted regimens for one patient, and the simulated clinic that measures what the rules may know.
//!
//! A rule never sees the true dose: after each cycle the clinic scans the region at its protocol times, with noise, fits a mono-exponential, and
//! the rule decides from that estimate. What the patient really received comes from the model.
mod arm;
mod clinic;
mod decide;
mod deliver;
pub mod planning;

pub use arm::{Adaptation, Arm, Limit, LimitQuantity, RegimenPlan};
pub use clinic::{Clinic, DoseEstimate, Scan};
pub use decide::{Decision, decide};
pub use deliver::{ArmResult, CycleRecord, RegimenError, deliver};
