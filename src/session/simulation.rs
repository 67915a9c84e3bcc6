//! Written next.
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};

/// Simulates the scenario's patient.
pub fn simulate(_: &Scenario, _: &[f64], _: &mut Outcome, _: &mut Control) -> Result<(), Failed> {
    Ok(())
}
