//! The figures of an outcome, as plain data for `report` and for the workbench.
mod curves;
pub mod diagnostics;
mod effects;
mod fits;
mod regimens;

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
    format!("Patient {}; model {}.", scenario.patient, scenario.model.title)
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

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
