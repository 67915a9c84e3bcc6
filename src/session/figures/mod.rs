//! The figures of an outcome, as plain data for `report` and for the workbench.
mod curves;
pub mod diagnostics;
mod effects;
mod fits;
mod patient_course;
mod regimens;
pub mod trial;

pub use curves::{curves, doses};
pub use effects::effects;
pub use fits::{caption, fits};
pub use regimens::regimens;

use super::scenario::Scenario;
use crate::report::Axis;
use crate::units::MINUTES_PER_HOUR;

/// Curves are shown over this many decades below their maximum.
const DECADES: f64 = 1e-5;
fn hours(times_min: &[f64]) -> Vec<f64> {
    times_min.iter().map(|time| time / MINUTES_PER_HOUR).collect()
}

/// Caption lines that every figure of a scenario carries.
fn patient_line(scenario: &Scenario) -> String {
    // a name such as P1 follows the word; words about the patient stand behind a colon
    let colon = if scenario.patient.contains(' ') { ":" } else { "" };
    format!("Patient{colon} {}; model {}.", scenario.patient, scenario.model.title)
}

/// A logarithmic axis that ends some decades below the largest value.
fn log_axis(label: &str, unit: &str, series: &[&[f64]]) -> Axis {
    let largest = series.iter().flat_map(|values| values.iter()).copied().fold(0.0, f64::max);
    let smallest = series.iter().flat_map(|values| values.iter()).copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    let axis = Axis::log10(label, unit);
    if largest > 0.0 && smallest < largest * DECADES { axis.between(largest * DECADES, largest * 2.0) } else { axis }
}

/// Keeps the part of a curve that a logarithmic axis can show.
fn visible(x: &[f64], y: &[f64], floor: f64) -> (Vec<f64>, Vec<f64>) {
    x.iter().zip(y).filter(|(_, y)| **y > floor).map(|(x, y)| (*x, *y)).unzip()
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title within a sentence: `Kidneys` → `kidneys`; `PSMA-avid tumour` stays.
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// The target that figures of arms show: that of the rules, else the first with a dose–effect relation, else the first.
pub(super) fn shown_target(scenario: &Scenario, regimen: &crate::regimen::RegimenPlan) -> Option<usize> {
    let of_effects = scenario.effects.iter().map(|effect| effect.target).next();
    regimen.primary.or(of_effects).or_else(|| (!scenario.targets.is_empty()).then_some(0))
}

/// `1 cycle`, `4 cycles`.
pub(super) fn cycles_words(count: usize) -> String {
    if count == 1 { "1 cycle".to_owned() } else { format!("{count} cycles") }
}

/// What is not known, by nuclide; SIRT has its randomised evidence.
pub(super) fn proof(scenario: &Scenario) -> &'static str {
    match scenario.model.nuclide.map(|nuclide| nuclide.name.as_str()) {
        Some("Y-90") => {
            "Adapting to dose was shown to help in 90Y glass SIRT of large HCC (DOSISPHERE-01, 56 patients). The arms show doses, not outcomes."
        }
        Some("Lu-177") => {
            "Not proven: that adapting to dose helps patients treated with 177Lu (Dieudonné et al., EJNMMI 2023). The arms show doses, not outcomes."
        }
        _ => "Not proven: that adapting to dose helps patients. The arms show doses, not outcomes.",
    }
}
