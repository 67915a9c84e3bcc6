//! The search while it runs: how far it is, the objective by step, the present values of the parameters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::fit_of;
use crate::math::{ceil, floor, log10, pow};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style as Look};
use crate::session::live::{Live, SearchLive};
use crate::tui::app::{App, RunningJob};
use crate::tui::chart::look::Looks;
use crate::tui::chart::panel;
use crate::tui::view::dim;
use crate::tui::view::text::put;

/// From this ratio of the first to the lowest objective on, its axis is logarithmic.
const WIDE: f64 = 30.0;

/// The objective by step as a panel.
#[must_use]
pub fn curve(live: &SearchLive, objective: &str) -> Panel {
    let steps: Vec<f64> = (0..live.objectives.len()).map(|step| step as f64).collect();
    let finite = || live.objectives.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let y = if low > 0.0 && high / low > WIDE {
        // whole decades, so that the axis has labels and stands still
        let decade = |value: f64, round: fn(f64) -> f64| pow(10.0, round(log10(value)));
        Axis::log10(objective, "").between(decade(low, floor), decade(high, ceil))
    } else {
        Axis::linear(objective, "")
    };
    let last = steps.last().copied().zip(live.objectives.last().copied());
    let mut marks = vec![Mark::Line { name: "objective".into(), x: steps, y: live.objectives.clone(), style: Look::solid(0) }];
    if let Some((x, y)) = last {
        marks.push(Mark::Points { name: "objective".into(), x: vec![x], y: vec![y], low: None, high: None, style: Look::solid(0) });
    }
    // room for steps to come, so that the axis does not move with every one
    let room = (live.objectives.len().saturating_sub(1).max(5) as f64 / 5.0).ceil() * 5.0;
    Panel { title: None, x: Axis::linear("Step", "").between(0.0, room), y, marks, legend: Legend::Hidden }
}

/// Draws a running fit.
pub fn draw(app: &App, job: &RunningJob, area: Rect, buffer: &mut Buffer) {
    let step = if job.cancelling { "stopping" } else { &job.progress.step };
    let track = (area.width as usize / 4).min(24);
    let full = (job.progress.done.clamp(0.0, 1.0) * track as f64).round() as usize;
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(track - full));
    put(buffer, area, 0, 0, &bar, Style::new());
    put(buffer, area, track as u16 + 1, 0, &format!("{:3.0} % {step}", 100.0 * job.progress.done), Style::new());
    let Some(Live::Search(live)) = &job.progress.live else {
        put(buffer, area, 0, 2, "the search has not taken its first step yet; `c` stops it", dim());
        return;
    };
    let objective = fit_of(app).map_or("objective", |fit| &fit.objective);
    let steps = live.objectives.len().saturating_sub(1);
    let now = live.objectives.last().map_or_else(String::new, |value| significant(*value, 7));
    let start = if live.start > 0 { format!(", start {}", live.start) } else { String::new() };
    let words = format!("{}{start}: {objective} {now} after {steps} step{}", live.group, if steps == 1 { "" } else { "s" });
    put(buffer, area, 0, 1, &words, Style::new().add_modifier(Modifier::BOLD));
    let below = Rect { y: area.y + 2.min(area.height), height: area.height.saturating_sub(2), ..area };
    let (chart, list) = split(live, below);
    let panel = curve(live, objective);
    let figure = Figure { panels: vec![panel.clone()], ..Figure::default() };
    panel::draw(&panel, &Looks::of(&figure), chart, buffer);
    values(live, list, buffer);
}

/// The chart, and the list of values beside it, or below where it is narrow.
fn split(live: &SearchLive, area: Rect) -> (Rect, Rect) {
    let wide = live.parameters.iter().map(|(name, _, unit)| name.width() + unit.width() + 14).max().unwrap_or(20) as u16;
    let wide = wide.max(20).min(area.width / 2);
    if area.width >= 60 {
        let chart = Rect { width: area.width - wide - 2, ..area };
        return (chart, Rect { x: chart.right() + 2, width: wide, ..area });
    }
    let rows = (live.parameters.len() as u16 + 1).min(area.height / 2);
    let chart = Rect { height: area.height - rows, ..area };
    (chart, Rect { y: chart.bottom(), height: rows, ..area })
}

/// Present values: name, value, unit.
fn values(live: &SearchLive, area: Rect, buffer: &mut Buffer) {
    put(buffer, area, 0, 0, "present values", dim());
    let name_width = live.parameters.iter().map(|(name, ..)| name.width()).max().unwrap_or(0).min((area.width as usize).saturating_sub(14));
    for (row, (name, value, unit)) in live.parameters.iter().enumerate() {
        let y = row as u16 + 1;
        put(buffer, Rect { width: (name_width as u16).min(area.width), ..area }, 0, y, name, Style::new());
        put(buffer, area, name_width as u16 + 1, y, &format!("{:>11} {unit}", significant(*value, 5)), Style::new());
    }
}
