//! Weighted residuals against time and against prediction, with the zero line and the lines at ±2 standard deviations.

use super::marks::{axis, channels, lower_first, points_by_channel, quantities, reads_better_on_log};
use super::pages::page;
use super::{About, FittedPanel, FittedPoint, PointStatus};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel};

/// Residuals beyond this many standard deviations are unusual: about one in twenty if they are normal.
const UNUSUAL: f64 = 2.0;
/// The axis reaches at least this far.
const SMALLEST_REACH: f64 = 3.0;

/// Weighted residuals v time, and v prediction (one panel a quantity).
#[must_use]
pub fn weighted_residuals(about: &About, panels: &[FittedPanel]) -> Figure {
    let channels = channels(panels);
    let points = || panels.iter().flat_map(|panel| &panel.points);
    // excluded points are often far off: they do not set the range, and those outside it are said
    let used = || points().filter(|point| point.status == PointStatus::Used);
    let largest = used().map(|point| point.weighted_residual.abs()).filter(|r| r.is_finite()).fold(0.0, f64::max);
    let reach = SMALLEST_REACH.max(1.1 * largest);
    let panel = |title: String, x: Axis, mut marks: Vec<Mark>| {
        marks.extend([(0.0, ""), (UNUSUAL, "+2"), (-UNUSUAL, "−2")].map(|(y, label)| Mark::HorizontalLine { y, label: label.into() }));
        let y = Axis::linear("Weighted residual", "SD").between(-reach, reach);
        Panel { title: Some(title), x, y, marks, legend: Legend::Auto }
    };
    let all: Vec<&FittedPanel> = panels.iter().collect();
    let residual = |point: &FittedPoint| (point.status != PointStatus::BelowLimit).then_some(point.weighted_residual);
    let by_time = points_by_channel(&all, &channels, |point| Some((point.time_h, residual(point)?)));
    let mut drawn = vec![panel("Against time".into(), Axis::linear("Time after administration", "h"), by_time)];
    let quantities = quantities(panels);
    for (quantity, unit) in &quantities {
        let of_quantity: Vec<&FittedPanel> = panels.iter().filter(|panel| panel.quantity == *quantity && panel.unit == *unit).collect();
        let log = reads_better_on_log(of_quantity.iter().flat_map(|panel| &panel.points).map(|point| point.predicted));
        let marks = points_by_channel(&of_quantity, &channels, |point| Some((point.predicted, residual(point)?)));
        let title = if quantities.len() > 1 { format!("Against prediction: {quantity}") } else { "Against prediction".to_owned() };
        drawn.push(panel(title, axis(&format!("Predicted {}", lower_first(quantity)), unit, log), marks));
    }
    let mut figure = page("weighted_residuals", "Weighted residuals", about, drawn);
    figure.columns = 2;
    let outside = points().filter(|point| point.status == PointStatus::Excluded && point.weighted_residual.abs() > reach);
    let outside: Vec<String> = outside.map(|point| significant(point.weighted_residual, 2).replace('-', "−")).collect();
    if !outside.is_empty() {
        figure.caption.push(format!("Excluded points beyond the axis, in SD: {}.", outside.join(", ")));
    }
    let below = points().filter(|point| point.status == PointStatus::BelowLimit).count();
    if below > 0 {
        let (points, verb) = if below == 1 { ("point", "has") } else { ("points", "have") };
        figure.caption.push(format!("Not shown: {below} {points} below the limit of quantification, which {verb} no residual."));
    }
    figure
}
