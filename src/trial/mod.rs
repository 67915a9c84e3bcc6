//! The same patient through every arm: counterfactual runs, their paired differences, and cohorts of patients around one.
//!
//! `paired`: one patient's arms; `population`: virtual patients; `quantities`: what an arm came to, as named numbers. Endpoints and power stand on these.
mod paired;
mod population;
mod quantities;

pub use paired::{PairedArms, PairedDifference, deliver_all};
pub use population::{
    CohortPlan, Condition, Correlation, Covariate, CovariateOrigin, Distribution, Ends, MOST_ATTEMPTS, NOTHING_LEFT, Names,
    NotPositiveDefinite, PeopleTable, PopulationError, PopulationPlan, Possible, RiskFactor, Rule, Scores, Source, Term, Variation, Varied,
    VirtualPatient,
};
pub use quantities::{Quantity, quantities};
