//! Observed against predicted values with the line of identity; one colour a channel, one panel a quantity.

use super::marks::{axis, channels, lower_first, points_by_channel, quantities, reads_better_on_log};
use super::pages::page;
use super::{About, FittedPanel};
use crate::report::{Figure, Legend, Mark, Panel, Style};

/// Observed v predicted. Both axes have the same range, logarithmic where the values allow.
#[must_use]
pub fn observed_and_predicted(about: &About, panels: &[FittedPanel]) -> Figure {
    let channels = channels(panels);
    let of_quantity = |quantity: &(String, String)| -> Vec<&FittedPanel> {
        panels.iter().filter(|panel| (&panel.quantity, &panel.unit) == (&quantity.0, &quantity.1)).collect()
    };
    let quantities = quantities(panels);
    let several = quantities.len() > 1;
    let drawn = quantities.iter().map(|quantity| {
        let title = several.then(|| quantity.0.clone());
        panel_of(&of_quantity(quantity), &channels, quantity, title)
    });
    page("observed_predicted", "Observed and predicted", about, drawn.collect())
}

fn panel_of(panels: &[&FittedPanel], channels: &[String], (quantity, unit): &(String, String), title: Option<String>) -> Panel {
    let values =
        || panels.iter().flat_map(|panel| &panel.points).flat_map(|point| [point.measured, point.predicted]).filter(|v| v.is_finite());
    let log = reads_better_on_log(values());
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (low, high) = match (log, low < high) {
        (true, _) => (low / 1.4, high * 1.4),
        (false, true) => (if low >= 0.0 { 0.0 } else { low - 0.05 * (high - low) }, high + 0.05 * (high - low)),
        (false, false) => (0.0, 1.0),
    };
    let mut marks = points_by_channel(panels, channels, |point| Some((point.predicted, point.measured)));
    marks.insert(0, Mark::Line { name: "identity".into(), x: vec![low, high], y: vec![low, high], style: Style::muted() });
    Panel {
        title,
        x: axis(&format!("Predicted {}", lower_first(quantity)), unit, log).between(low, high),
        y: axis(&format!("Observed {}", lower_first(quantity)), unit, log).between(low, high),
        marks,
        legend: Legend::Auto,
    }
}
