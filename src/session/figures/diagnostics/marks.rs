//! What several diagnostics share: the three kinds of points, the channels and units of the data, and when an axis is logarithmic.

use super::{FittedPanel, FittedPoint, PointStatus};
use crate::report::{Axis, Mark, Role, Style};

/// Ratio of largest to smallest value from which a logarithmic axis reads better.
const LOG_RATIO: f64 = 20.0;
/// Palette index of black.
const BLACK: usize = 4;

pub(super) const EXCLUDED: &str = "excluded";
pub(super) const BELOW_LIMIT: &str = "below the limit of quantification";

/// True when all values are positive and far enough apart.
pub(super) fn reads_better_on_log(values: impl Iterator<Item = f64>) -> bool {
    let (low, high) = values.filter(|v| v.is_finite()).fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    low > 0.0 && low.is_finite() && high / low >= LOG_RATIO
}

/// An axis on the scale chosen.
pub(super) fn axis(label: &str, unit: &str, log: bool) -> Axis {
    if log { Axis::log10(label, unit) } else { Axis::linear(label, unit) }
}

/// Names of all channels, in order of appearance: a channel has the palette index of its place here.
pub(super) fn channels(panels: &[FittedPanel]) -> Vec<String> {
    distinct(panels.iter().map(|panel| panel.channel.clone()))
}

/// All pairs of quantity and unit, in order of appearance.
pub(super) fn quantities(panels: &[FittedPanel]) -> Vec<(String, String)> {
    distinct(panels.iter().map(|panel| (panel.quantity.clone(), panel.unit.clone())))
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// Points of the given channels, one series a channel; excluded ones greyed and those below the limit as arrows, each one series for all.
/// A point is drawn where `place` puts it, and left out where it gives `None`.
pub(super) fn points_by_channel(
    panels: &[&FittedPanel],
    channels: &[String],
    place: impl Fn(&FittedPoint) -> Option<(f64, f64)>,
) -> Vec<Mark> {
    let of = |status: PointStatus, channel: Option<&String>| -> (Vec<f64>, Vec<f64>) {
        let panels = panels.iter().filter(|panel| channel.is_none_or(|channel| panel.channel == *channel));
        panels.flat_map(|panel| &panel.points).filter(|point| point.status == status).filter_map(&place).unzip()
    };
    let mut marks = Vec::new();
    let mut push = |name: &str, (x, y): (Vec<f64>, Vec<f64>), style: Style| {
        if !x.is_empty() {
            marks.push(Mark::Points { name: name.to_owned(), x, y, low: None, high: None, style });
        }
    };
    push(EXCLUDED, of(PointStatus::Excluded, None), Style::muted());
    for (index, channel) in channels.iter().enumerate() {
        push(channel, of(PointStatus::Used, Some(channel)), Style::indexed(index));
    }
    push(BELOW_LIMIT, of(PointStatus::BelowLimit, None), Style::solid(BLACK).with_role(Role::BelowLimit));
    marks
}

/// The first letter small, unless the word is an abbreviation ("BED").
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
