//! Dose rates, blood counts and observables over time, every arm in one plot; axes keep their ends while a knob is turned, so that the curve is what moves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::doses::pinned;
use super::layout;
use super::state::{Pane, State};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, Style};
use crate::session::what_if::{ArmAnswer, WhatIf};
use crate::tui::app::App;
use crate::tui::chart::look::Looks;
use crate::tui::chart::panel;
use crate::tui::view::text::put;
use crate::tui::view::{dim, framed};
use crate::units::{MINUTES_PER_DAY, MINUTES_PER_HOUR};

/// Columns and rows that a plot should have before a second one stands beside or below it.
const COMFORTABLE: (u16, u16) = (44, 12);
/// A course up to so many days is shown in hours.
const HOURS_UP_TO_DAYS: f64 = 21.5;
/// A logarithmic axis of dose rates reaches down by this factor.
const DECADES: f64 = 1e-4;

/// What one plot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    DoseRate(usize),
    Counts(usize),
    Observed(usize),
}

fn all(answer: &WhatIf) -> Vec<What> {
    let Some(first) = answer.arms.first() else { return Vec::new() };
    let rates = (0..first.targets.len()).map(What::DoseRate);
    rates.chain((0..first.counts.len()).map(What::Counts)).chain((0..first.observed.len()).map(What::Observed)).collect()
}

/// How many plots there are.
#[must_use]
pub fn count(state: &State) -> usize {
    state.shown.as_ref().map_or(0, |shown| all(&shown.answer).len())
}

/// The least round number that is not below a value: the end of an axis. A small plot has room for two ticks, so it gets ends that are ticks themselves.
fn nice_above(value: f64, small: bool) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    let power = crate::math::floor(crate::math::log10(value)) as i32;
    let factors: &[&str] = if small { &["1", "2", "5", "10"] } else { &["1", "1.5", "2", "3", "4", "5", "6", "8", "10"] };
    let mut sizes = factors.iter().map(|factor| format!("{factor}e{power}").parse().unwrap_or(value));
    sizes.find(|size| *size >= value).unwrap_or(value)
}

/// Times (min) and values of what an arm has of it.
fn series(arm: &ArmAnswer, what: What) -> Option<(&[f64], Vec<f64>)> {
    match what {
        // Gy to mGy
        What::DoseRate(at) => Some((&arm.times_min, arm.targets.get(at)?.dose_rate_gy_per_h.iter().map(|rate| 1e3 * rate).collect())),
        What::Counts(at) => Some((&arm.count_times_min, arm.counts.get(at)?.values.clone())),
        What::Observed(at) => Some((&arm.times_min, arm.observed.get(at)?.values.clone())),
    }
}

fn names(arm: &ArmAnswer, what: What) -> (String, String) {
    match what {
        What::DoseRate(at) => (format!("{}, dose rate", arm.targets[at].title), "mGy/h".to_owned()),
        What::Counts(at) => (arm.counts[at].title.to_owned(), arm.counts[at].unit.to_owned()),
        What::Observed(at) => (arm.observed[at].title.clone(), arm.observed[at].unit.clone()),
    }
}

/// One plot of an answer.
fn plot(answer: &WhatIf, pinned: Option<&WhatIf>, what: What, log: bool, small: bool) -> Panel {
    let Some(first) = answer.arms.first() else { return Panel::default() };
    let (title, unit) = names(first, what);
    let of_arms: Vec<(&ArmAnswer, &[f64], Vec<f64>)> =
        answer.arms.iter().filter_map(|arm| series(arm, what).map(|(times, values)| (arm, times, values))).collect();
    let end_min = of_arms.iter().filter_map(|(_, times, _)| times.last()).fold(0.0_f64, |a, b| a.max(*b));
    let (time_unit, minutes) = if end_min <= HOURS_UP_TO_DAYS * MINUTES_PER_DAY { ("h", MINUTES_PER_HOUR) } else { ("d", MINUTES_PER_DAY) };
    let largest = of_arms.iter().flat_map(|(.., values)| values).copied().filter(|value| value.is_finite()).fold(0.0_f64, f64::max);
    let top = nice_above(1.02 * largest, small);
    let y = if log { Axis::log10("", &unit).between(DECADES * top, top) } else { Axis::linear("", &unit).between(0.0, top) };
    let x = Axis::linear("Time", time_unit).between(0.0, nice_end(end_min / minutes, time_unit));
    let line = |name: String, times: &[f64], values: Vec<f64>, style: Style| {
        // below the axis there is nothing to see
        let keep = |value: f64| if log && value < DECADES * top { f64::NAN } else { value };
        Mark::Line { name, x: times.iter().map(|time| time / minutes).collect(), y: values.into_iter().map(keep).collect(), style }
    };
    let mut marks = Vec::new();
    for arm in pinned.iter().flat_map(|pinned| &pinned.arms) {
        if let Some((times, values)) = series(arm, what) {
            marks.push(line("pinned".to_owned(), times, values, Style::muted().with_role(Role::Muted)));
        }
    }
    for (position, (arm, times, values)) in of_arms.into_iter().enumerate() {
        marks.push(line(arm.title.clone(), times, values, Style::indexed(position)));
    }
    Panel { title: Some(title), x, y, marks, legend: if answer.arms.len() > 1 { Legend::Auto } else { Legend::Hidden } }
}

/// The end of the time axis: whole days or twelve weeks, so that it stays while an interval is turned a little.
fn nice_end(end: f64, unit: &str) -> f64 {
    let step = if unit == "h" { 24.0 } else { 28.0 };
    crate::math::ceil(end / step - 1e-9).max(1.0) * step
}

/// Columns and rows of plots within a frame.
fn grid(inner: Rect, count: usize) -> (usize, usize) {
    let columns = ((inner.width / COMFORTABLE.0) as usize).clamp(1, count.max(1));
    let rows = ((inner.height / COMFORTABLE.1) as usize).clamp(1, count.max(1).div_ceil(columns));
    (columns, rows)
}

/// Draws the panel.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let state = &app.what_if;
    framed(" Curves ", state.pane == Pane::Curves).render(area, buffer);
    let inner = layout::inside(area);
    let Some(shown) = &state.shown else { return };
    let all = all(&shown.answer);
    if all.is_empty() || inner.height == 0 || inner.width == 0 {
        return;
    }
    // old or quick curves are marked as their doses are
    let stage = super::doses::short_stage(state);
    put(buffer, area, " Curves ".width() as u16 + 1, 0, stage, ratatui::style::Style::new().fg(ratatui::style::Color::Yellow));
    let (columns, rows) = grid(inner, all.len());
    let at_once = columns * rows;
    let first = state.curve.min(all.len().saturating_sub(at_once));
    if all.len() > at_once {
        let last = (first + at_once).min(all.len());
        let range = if last == first + 1 { last.to_string() } else { format!("{}–{last}", first + 1) };
        let words = format!(" t: {range} of {} ", all.len());
        put(buffer, area, area.width.saturating_sub(words.width() as u16 + 1), 0, &words, dim());
    }
    let (width, height) = (inner.width / columns as u16, inner.height / rows as u16);
    let pinned = pinned(state);
    let panels: Vec<Panel> = all
        .iter()
        .skip(first)
        .take(at_once)
        .map(|what| plot(&shown.answer, pinned, *what, state.log && !matches!(what, What::Counts(_)), height < COMFORTABLE.1))
        .collect();
    let figure = Figure { panels, ..Figure::default() };
    let looks = Looks::of(&figure);
    for (position, one) in figure.panels.iter().enumerate() {
        let (column, row) = ((position % columns) as u16, (position / columns) as u16);
        let gap = u16::from((column as usize) + 1 < columns);
        let place = Rect { x: inner.x + column * width, y: inner.y + row * height, width: width.saturating_sub(gap), height };
        panel::draw(one, &looks, place, buffer);
    }
}
