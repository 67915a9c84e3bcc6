//! The knobs: one line each with value, unit and a mark where it was turned; below the list what is known of the chosen one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::layout;
use super::rows::{Row, heading, rows};
use super::state::{Pane, Turned};
use crate::report::number_text::significant;
use crate::session::what_if::{Desk, Knob, KnobValue, Settings};
use crate::tui::app::App;
use crate::tui::search;
use crate::tui::view::text::{cut, put};
use crate::tui::view::{dim, framed};
use crate::tui::words::wrapped;

/// A number in few columns.
fn short(value: f64) -> String {
    let text = format!("{value}");
    if text.len() <= 8 { text } else { significant(value, 4) }
}

/// A value with its unit in few columns.
#[must_use]
pub fn value_text(knob: &Knob, value: &KnobValue) -> String {
    let unit = |text: String| if knob.unit.is_empty() { text } else { format!("{text} {}", knob.unit) };
    match value {
        KnobValue::Number(number) => unit(short(*number)),
        KnobValue::Times(times) => unit(times.iter().map(|time| short(*time)).collect::<Vec<_>>().join(" ")),
        KnobValue::Choice(choice) => choice.clone(),
    }
}

/// A title without the words that the chosen knob's lines below the list say.
fn short_title(title: &str) -> String {
    let words = title.split(',').next().unwrap_or(title);
    words.replace(" per cycle", "").replace("limit of ", "limit ")
}

/// The same; where another knob would be called so too, with the words that tell them apart.
fn title_of(desk: &Desk, knob: &Knob) -> String {
    let short = short_title(&knob.title);
    let is_one_of_two = desk.knobs.iter().any(|other| other.name != knob.name && short_title(&other.title) == short);
    if is_one_of_two { knob.title.replace(" per cycle", "").replace("limit of ", "").replace(',', "") } else { short }
}

/// The present value; where the arms of a knob for all of them differ, the value of each, so that none is hidden behind the first.
fn present(desk: &Desk, knob: &Knob, settings: &Settings) -> String {
    let values = desk.differing(knob, settings);
    if values.is_empty() {
        return value_text(knob, desk.value(knob, settings));
    }
    let number = |value: &KnobValue| match value {
        KnobValue::Number(number) => short(*number),
        other => value_text(knob, other),
    };
    format!("{} {}", values.iter().map(number).collect::<Vec<_>>().join("/"), knob.unit).trim_end().to_owned()
}

/// The mark behind a value: from a fit, turned, cannot be turned.
fn mark(desk: &Desk, turned: &Turned, knob: &Knob) -> &'static str {
    if knob.cannot.is_some() {
        "×"
    } else if *desk.value(knob, &turned.now.settings) == knob.default && turned.now.settings.iter().all(|(name, _)| *name != knob.name) {
        " "
    } else if turned.now.from_fit.contains(&knob.name) {
        "f"
    } else {
        "*"
    }
}

/// Draws the panel.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let state = &app.what_if;
    let focused = state.pane == Pane::Knobs;
    framed(" Knobs ", focused).render(area, buffer);
    let Some(desk) = state.open_desk() else { return };
    let plain = Turned::default();
    let turned = state.present().unwrap_or(&plain);
    let list = layout::list(area);
    let all = rows(desk);
    let top = turned.top.min(all.len().saturating_sub(list.height as usize));
    for (line, row) in all.iter().skip(top).take(list.height as usize).enumerate() {
        let line = line as u16;
        match row {
            Row::Heading(group) => put(buffer, list, 0, line, heading(desk, *group), Style::new().add_modifier(Modifier::BOLD)),
            Row::Knob(position) => {
                let chosen = *position == turned.chosen;
                draw_knob(app, desk, turned, &desk.knobs[*position], chosen, Rect { y: list.y + line, height: 1, ..list }, buffer);
            }
        }
    }
    let last = (top + list.height as usize).min(all.len());
    if all.len() > list.height as usize && area.height > 2 {
        let words = format!(" {}–{last} of {} ", top + 1, all.len());
        put(buffer, area, area.width.saturating_sub(words.width() as u16 + 1), area.height - 1, &words, dim());
    }
    detail(app, turned, area, buffer);
}

fn draw_knob(app: &App, desk: &Desk, turned: &Turned, knob: &Knob, chosen: bool, line: Rect, buffer: &mut Buffer) {
    let value = present(desk, knob, &turned.now.settings);
    let mark = mark(desk, turned, knob);
    let mut style = if knob.cannot.is_some() { dim() } else { Style::new() };
    if chosen {
        style = style.add_modifier(if app.what_if.pane == Pane::Knobs { Modifier::REVERSED } else { Modifier::BOLD });
    }
    let width = line.width as usize;
    // mark, a column of air; a title keeps at least eight columns
    let value = cut(&value, width.saturating_sub(12));
    let room = width.saturating_sub(value.width() + 4);
    let title = cut(&title_of(desk, knob), room);
    let text = format!(" {title}{}{value} ", " ".repeat((room - title.width().min(room)) + 1));
    put(buffer, line, 0, 0, &text, style);
    let marked = Style::new().add_modifier(Modifier::BOLD);
    let colour = if mark == "f" { Color::Green } else { Color::Yellow };
    put(buffer, line, line.width.saturating_sub(1), 0, mark, if mark == "×" { dim() } else { marked.fg(colour) });
    if !app.search.is_empty() && search::holds(&knob.title, &app.search) {
        put(buffer, line, 0, 0, "›", marked);
    }
}

/// What the scenario says, steps, range, or why the knob cannot be turned.
fn detail(app: &App, turned: &Turned, area: Rect, buffer: &mut Buffer) {
    let inner = layout::inside(area);
    let list = layout::list(area);
    let Some(knob) = app.what_if.chosen_knob() else { return };
    if inner.height <= list.height {
        return;
    }
    let below = Rect { y: list.y + list.height, height: inner.height - list.height, ..inner };
    put(buffer, below, 0, 0, &"─".repeat(below.width as usize), dim());
    let mut lines = vec![(knob.title.clone(), Style::new().add_modifier(Modifier::BOLD))];
    let from = if turned.now.from_fit.contains(&knob.name) { "from fit; " } else { "" };
    let desk = app.what_if.open_desk();
    let of_one_arm = format!(".{}", knob.name);
    let own = desk.is_some_and(|desk| desk.knobs.iter().any(|other| other.name.ends_with(&of_one_arm)));
    let whose = match (knob.places() > 1, own && knob.arm.is_none()) {
        (true, _) => "all arms; ",
        (false, true) => "arms without their own; ",
        (false, false) => "",
    };
    let default = desk.map_or_else(String::new, |desk| present(desk, knob, &Settings::new()));
    lines.push((format!("{whose}{from}scenario: {default}"), dim()));
    match &knob.cannot {
        Some(reason) => lines.extend(wrapped(reason, below.width as usize).into_iter().map(|line| (line, Style::new().fg(Color::Yellow)))),
        None if knob.choices.is_empty() => {
            let (low, high) = knob.range;
            let range = match (low, high) {
                (Some(low), Some(high)) => format!(", {} to {}", short(low), short(high)),
                (Some(low), None) => format!(", from {}", short(low)),
                (None, Some(high)) => format!(", to {}", short(high)),
                (None, None) => String::new(),
            };
            lines.push((format!("step {} or {}{range}", short(knob.fine), short(knob.coarse)), dim()));
        }
        None => lines.push((knob.choices.join(", "), dim())),
    }
    for (line, (words, style)) in lines.iter().take(layout::DETAIL as usize).enumerate() {
        put(buffer, below, 0, line as u16 + 1, words, *style);
    }
}
