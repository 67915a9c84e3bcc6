//! The course of one patient: administrations → amounts, activities, time-integrated activity, absorbed dose and the Lea–Catcheside integral.
//!
//! Beside the amounts of the model the system carries, as states and not as sums over output points:
//! * `y' = R − μ y` for every target with a repair half-time, R the dose rate (Gy/min), μ = ln 2 / repair half-time;
//! * `Ã' = A` for every region of interest (MBq·min), and the integral of the labelled amount in every compartment (for the balance);
//! * `I' = 2 R y` (Gy²), so that `BED = D + I/(α/β)` (Lea–Catcheside factor G = I/D²).
mod balance;
mod elasticities;
mod moving_doses;
mod piece;
mod plan;
mod progress;
mod sensitivities;
#[cfg(test)]
mod tests;

pub use balance::{Balance, CompartmentBalance};
pub use elasticities::{DoseElasticities, dose_elasticities};
pub use moving_doses::Held;
pub use plan::{CoursePlan, DoseTarget, Repair};
pub use progress::{Administration, Course, CourseError, Samples, SolveSettings, TargetDose};
pub use sensitivities::{CourseSensitivities, course_sensitivities};
