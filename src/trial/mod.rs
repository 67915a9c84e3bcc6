//! The same patients through every arm: counterfactual runs, their paired differences, cohorts and trials.
//!
//! `paired`: one patient's arms; `population`: virtual patients; `quantities`: what an arm came to, as named numbers; `row`, `work`: numbered blocks of patients;
//! `lanes`: many deliveries side by side; `spread`, `fold`, `outcomes`: what all of them came to, in bounded memory. `design`: what is planned; `observe`: what a trial sees; `allocation`, `survival`, `two_sample`
//! and `tail_probability`: statistics; `power`: trials over and over.
pub mod allocation;
pub mod design;
mod fold;
mod lanes;
mod observe;
mod outcomes;
mod paired;
mod population;
pub mod power;
mod quantities;
mod row;
mod spread;
pub mod survival;
mod tail_probability;
pub mod two_sample;
mod work;

pub use fold::{FailureCount, Misfit, TrialSummary};
pub use lanes::{PatientArm, deliver_patients};
pub use observe::{endpoint_column, group_column};
pub use outcomes::{Places, TrialOutcomes};
pub use paired::{PairedArms, PairedDifference, deliver_all};
pub use population::{
    CohortPlan, Condition, Correlation, Covariate, CovariateOrigin, Distribution, Ends, MOST_ATTEMPTS, NOTHING_LEFT, Names,
    NotPositiveDefinite, PeopleTable, PopulationError, PopulationPlan, Possible, RiskFactor, Rule, Scores, Source, Term, Variation, Varied,
    VirtualPatient,
};
pub use quantities::{Effect, Quantity, effect_quantity, quantities};
pub use row::{ArmCourse, ArmRow, Block, GivenCycle, PatientRow, RowColumn, cause_name};
pub use spread::{EXACT, RELATIVE_ERROR, Spread};
pub use work::{BlockFault, Observing, SHOWN_COURSES, TrialWork};
