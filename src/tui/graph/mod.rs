//! The Model screen's right half: a checked model drawn in characters, and its flows, parameters and totals as lines of text.
//!
//! Everything here is a pure function of the model and a width; lines may be wider where the model is, then the screen scrolls sideways. Flows are
//! numbered from 1 in the order of the model; the same numbers stand at the arrows, inside the organs and in the list.

mod boxes;
mod groups;
mod inside;
mod lanes;
mod lists;
mod totals;

pub use lists::{flow_list, parameter_list};
pub use totals::{TimeScales, time_scales, totals};

use ratatui::text::Line;

use crate::model::Model;

/// The compartments and flows of a model: organs as boxes where it has many compartments, and then what is inside them below.
#[must_use]
pub fn graph(model: &Model, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let grouping = groups::group(model);
    let lanes = lanes::route(&grouping);
    let mut lines = boxes::draw(model, &grouping, lanes, width, ascii);
    lines.extend(inside::lines(model, &grouping, width, ascii));
    lines
}

/// Graph, totals, flows and parameters one after the other, each under its heading.
#[must_use]
pub fn everything(model: &Model, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let mut lines = graph(model, width, ascii);
    let parts = [("Totals", totals(model)), ("Flows", flow_list(model, width, ascii)), ("Parameters", parameter_list(model, width))];
    for (heading, part) in parts {
        lines.push(Line::default());
        lines.push(lists::heading(heading));
        lines.extend(part);
    }
    lines
}

#[cfg(test)]
mod tests;
