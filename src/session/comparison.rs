//! Written next.
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};

/// Delivers every arm to the scenario's patient.
pub fn compare(_: &Scenario, _: &[f64], _: &mut Outcome, _: &mut Control) -> Result<(), Failed> {
    Ok(())
}
