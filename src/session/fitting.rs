//! Written next.
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};

/// Fits the scenario's model to its data.
pub fn fit(_: &Scenario, _: &mut [f64], _: &mut Outcome, _: &mut Control) -> Result<(), Failed> {
    Ok(())
}
