//! Recovery of known parameters: patients whose truth is known are measured with noise, fitted as a real patient would be, and it is counted how often the
//! 95 % interval of each parameter and of each absorbed dose holds the truth.
//!
//! The truth is the scenario's, or is drawn anew from the priors of the fit. A posterior interval holds the truth in 95 % of patients drawn from the prior
//! (S. R. Cook, A. Gelman, D. B. Rubin, J Comput Graph Stat 2006;15:675–692); for one fixed patient it need not, which is why `truth: prior` is there.
//!
//! `patients` makes replicates, `replicate` fits one, all on several threads, `coverage` counts, `tables` and `picture` show.
mod coverage;
mod doses;
mod patients;
mod picture;
mod replicate;
mod tables;

pub use coverage::{Coverage, Quantity, Verdict, coverages, wilson_interval};
pub use replicate::{Found, Recovered, Replicate};

use super::fitting::Fitting;
use super::numbered::numbered;
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::CoursePlan;
use doses::Doses;
use patients::Patients;

/// What the command line may change; the scenario's where `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoveryOptions {
    /// Number of replicates.
    pub replicates: Option<usize>,
    /// Seed.
    pub seed: Option<u64>,
}

/// Does the study that the scenario declares in `recovery` and adds its tables, figure and findings.
pub fn recover(
    scenario: &Scenario,
    options: RecoveryOptions,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<Vec<Replicate>, Failed> {
    let (Some(recovery), Some(plan)) = (&scenario.recovery, &scenario.fit) else {
        return Err(Failed::input(format!("scenario `{}` declares no `recovery`", scenario.name)));
    };
    let replicates = options.replicates.unwrap_or(recovery.replicates);
    let seed = options.seed.unwrap_or(recovery.seed);
    control.at("compiling the model", 0.0)?;
    let course = CoursePlan::new(scenario.model.clone(), Vec::new(), false).map_err(Failed::because)?;
    let fitting = Fitting { scenario, plan, course: &course, records: &[] };
    let patients = Patients::new(&fitting, recovery, seed)?;
    let doses = Doses::new(scenario, patients.moving())?;
    let found = numbered(replicates, "replicates", (0.0, 1.0), control, |number, control| {
        replicate::replicate(&patients, &doses, number, control)
    })?;
    outcome.seed = Some(seed);
    tables::tabulate(&patients, &doses, &found, outcome);
    Ok(found)
}
