//! Virtual patients: addresses of draws, distributions against their closed forms, correlations, screening, and every mistake with its message.
#![allow(clippy::unwrap_used)]

#[path = "population/drawing.rs"]
mod drawing;
#[path = "population/mistakes.rs"]
mod mistakes;
#[path = "population/screening.rs"]
mod screening;
#[path = "population/statistics.rs"]
mod statistics;

use std::path::{Path, PathBuf};

use rptbench::model::diagnostic::Faults;
use rptbench::session::scenario::Scenario;
use rptbench::trial::{CohortPlan, PopulationError, VirtualPatient};
use rptbench::units::Quantity;

/// The folder of the project.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A value in internal units.
fn internal(text: &str) -> f64 {
    Quantity::parse(text).unwrap().value
}

/// A scenario of the two-compartment model with this `cohort` (its lines, indented by two), in a folder of its own with these further files.
fn load_with(cohort: &str, files: &[(&str, &str)]) -> Result<Scenario, Faults> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let model: PathBuf = project().join("models/sood_dotatate_adolescent.yaml");
    let text = format!(
        "scenario: population\nmodel: {}\nadministrations:\n  - {{site: vein, activity: 7.4 GBq}}\nregimens:\n  site: vein\n  interval: 8 wk\n  \
         clinic: {{seed: 1, covariates: {{weight: 70 kg}}}}\n  arms:\n    fixed: {{activity: \"100 MBq/kg * weight\", cycles: 4}}\ncohort:\n{cohort}",
        model.display()
    );
    std::fs::write(folder.path().join("scenario.yaml"), text).unwrap();
    Scenario::load(folder.path(), &[]).map(|(scenario, _)| scenario)
}

/// As above, of a cohort that is sound.
fn load(cohort: &str) -> Scenario {
    load_with(cohort, &[]).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The plan of a scenario.
fn plan(scenario: &Scenario) -> &CohortPlan {
    &scenario.cohort.as_ref().unwrap().plan
}

/// Patient `number`.
fn draw(scenario: &Scenario, number: usize) -> Result<VirtualPatient, PopulationError> {
    plan(scenario).draw(number, &scenario.model, &scenario.model.parameter_values(), scenario.regimens.as_ref().unwrap())
}

/// A covariate or varied quantity of a patient (internal units).
fn value(patient: &VirtualPatient, name: &str) -> f64 {
    patient.covariates.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
}

/// A quantity of the first `count` patients, in `unit`.
fn values(scenario: &Scenario, count: usize, name: &str, unit: &str) -> Vec<f64> {
    let per = internal(&format!("1 {unit}"));
    (0..count).map(|number| value(&draw(scenario, number).unwrap(), name) / per).collect()
}

/// Mean and SD.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt())
}
