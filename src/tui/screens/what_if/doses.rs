//! The panel of doses: the table, or the words on evidence and assumptions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::dose_table::{DoseRow, cell_text, rows};
use super::layout;
use super::state::{Against, Pane, State};
use crate::report::RESEARCH_USE;
use crate::session::what_if::{Stage, WhatIf};
use crate::tui::app::App;
use crate::tui::search;
use crate::tui::view::text::{cut, put, scrolled};
use crate::tui::view::{dim, framed};
use crate::tui::words::wrapped;

/// Columns of a row's label and unit.
const LABEL: usize = 19;
const UNIT: usize = 6;
/// Columns of an arm, at least (without and with intervals) and at most.
const ARM: (usize, usize, usize) = (7, 10, 24);

/// The pinned answer that the numbers are compared with.
pub fn pinned(state: &State) -> Option<&WhatIf> {
    let Against::Pinned(name) = &state.against else { return None };
    state.present()?.variants.pinned.iter().find(|variant| variant.name == *name).map(|variant| variant.answer.as_ref())
}

/// Lines that stand above the table: values that no fit has found, arms that could not be delivered, what the answer leaves out.
fn warnings(state: &State) -> Vec<(String, Style)> {
    let yellow = Style::new().fg(Color::Yellow);
    let mut lines = Vec::new();
    if let Some(desk) = state.open_desk() {
        let settings = state.settings();
        let unfitted = desk.fitted_paths.iter().filter(|path| !settings.iter().any(|(name, _)| name == *path)).count();
        if unfitted > 0 {
            lines.push((format!("{unfitted} of {} fitted values not set: `3`, s, w", desk.fitted_paths.len()), yellow));
        }
    }
    if let Some(words) = &state.refused {
        lines.push((words.lines().next().unwrap_or_default().to_owned(), Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)));
    }
    let failures = state.shown.iter().flat_map(|shown| &shown.answer.failures);
    lines.extend(failures.map(|failure| (failure.clone(), Style::new().fg(Color::Red))));
    lines
}

/// Rows that the panel would like to have within its frame.
#[must_use]
pub fn wanted(state: &State) -> u16 {
    let table = state.shown.as_ref().map_or(0, |shown| rows(&shown.answer, &state.against, pinned(state)).len() + 1);
    (table + warnings(state).len()) as u16
}

/// Lines that the panel can be scrolled down, for its rows within the frame.
#[must_use]
pub fn scroll_room(state: &State, inner: Rect) -> usize {
    let lines = if state.words { words(state, inner.width as usize).len() } else { wanted(state) as usize };
    lines.saturating_sub(inner.height as usize)
}

/// How many arms stand side by side in so many columns, and the columns of each.
#[must_use]
pub fn arms_at_once(width: usize, answer: &WhatIf) -> (usize, usize) {
    let room = width.saturating_sub(LABEL + UNIT);
    let least = if answer.bands.is_some() { ARM.1 } else { ARM.0 };
    let at_once = (room / least).clamp(1, answer.arms.len().max(1));
    (at_once, (room / at_once).clamp(least, ARM.2))
}

/// What is to be said of the answer, for the frame.
#[must_use]
pub fn stage_words(state: &State) -> String {
    let Some(shown) = &state.shown else {
        return if state.asked.is_some() && state.refused.is_none() { " computing … ".to_owned() } else { String::new() };
    };
    if state.refused.is_some() {
        return " not these settings ".to_owned();
    }
    if !state.is_current() {
        return " following … ".to_owned();
    }
    let ms = shown.took.as_millis();
    match (shown.stage, shown.more_follows, &shown.answer.bands) {
        (Stage::Quick, ..) => format!(" quick {ms} ms, estimating … "),
        (_, true, Some(bands)) => format!(" estimating 95 %: {} of {} … ", bands.drawn, bands.of),
        (_, true, None) => format!(" exact {ms} ms, estimating 95 % … "),
        (_, false, Some(bands)) if bands.failed > 0 => format!(" exact, 95 % of {}, {} failed ", bands.drawn, bands.failed),
        (_, false, Some(bands)) => format!(" exact, 95 % of {} ", bands.drawn),
        (_, false, None) => format!(" exact {ms} ms "),
    }
}

/// The same in a word or less, for where there is no room: numbers that are not those of the settings, or are quick ones, are never without a mark.
pub fn short_stage(state: &State) -> &'static str {
    match &state.shown {
        _ if state.refused.is_some() => " ≠ settings ",
        Some(_) if !state.is_current() => " … ",
        Some(shown) if shown.stage == Stage::Quick => " quick ",
        _ => "",
    }
}

/// Draws the panel.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let state = &app.what_if;
    let title = match (&state.against, state.words) {
        (_, true) => " Evidence ".to_owned(),
        (Against::Nothing, _) => " Doses ".to_owned(),
        (Against::FirstArm, _) => " Doses, beyond the first arm ".to_owned(),
        (Against::Pinned(name), _) => format!(" Doses, beyond pinned {name} "),
    };
    framed(&title, state.pane == Pane::Doses).render(area, buffer);
    let stage = stage_words(state);
    let start = (area.width as usize).saturating_sub(stage.width() + 1);
    let (stage, start) = if start > title.width() + 1 {
        (stage, start)
    } else {
        let short = short_stage(state).to_owned();
        let start = (area.width as usize).saturating_sub(short.width() + 1);
        (short, start)
    };
    if !stage.is_empty() {
        put(buffer, area, start as u16, 0, &stage, if state.is_current() { dim() } else { Style::new().fg(Color::Yellow) });
    }
    let inner = layout::inside(area);
    if state.words {
        let mut lines: Vec<Line<'static>> = words(state, inner.width as usize);
        search::highlight(&mut lines, &app.search);
        scrolled(buffer, inner, &lines, state.down.min(scroll_room(state, inner)), 0);
        return;
    }
    let warnings = warnings(state);
    for (line, (words, style)) in warnings.iter().enumerate() {
        put(buffer, inner, 0, line as u16, words, *style);
    }
    let skipped = (warnings.len() as u16).min(inner.height);
    let below = Rect { y: inner.y + skipped, height: inner.height - skipped, ..inner };
    let Some(shown) = &state.shown else { return };
    table(state, &shown.answer, below, buffer);
}

fn table(state: &State, answer: &WhatIf, area: Rect, buffer: &mut Buffer) {
    let all = rows(answer, &state.against, pinned(state));
    let (at_once, width) = arms_at_once(area.width as usize, answer);
    let first = state.arm.min(answer.arms.len().saturating_sub(at_once));
    let column = |arm: usize| (LABEL + UNIT + (arm - first) * width) as u16;
    let heads = heads(answer, width.saturating_sub(1));
    let shown = heads.iter().enumerate().skip(first).take(at_once);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    for (position, title) in shown {
        let start = column(position) + (width - title.width().min(width)) as u16;
        put(buffer, Rect { width: (start + width as u16).min(area.width), ..area }, start, 0, title, bold);
    }
    let hidden = answer.arms.len() - at_once.min(answer.arms.len());
    if hidden > 0 {
        let arms = if hidden == 1 { "arm" } else { "arms" };
        put(buffer, area, 0, 0, &format!("Tab ←→: {hidden} more {arms}"), dim());
    }
    let height = area.height.saturating_sub(1) as usize;
    let down = state.down.min(all.len().saturating_sub(height));
    for (line, row) in all.iter().skip(down).take(height).enumerate() {
        draw_row(row, line as u16 + 1, (first, at_once, width), &state.against, area, buffer);
    }
    if all.len() > height && height > 0 {
        let words = format!(" {}–{} of {} ", down + 1, (down + height).min(all.len()), all.len());
        let frame = Rect { x: area.x, y: area.bottom(), width: area.width, height: 1 };
        put(buffer, frame, area.width.saturating_sub(words.width() as u16), 0, &words, dim());
    }
}

/// Titles of the arms in so many columns. Where two would be cut to the same, what they begin with in common is left out: "until BED 27 Gy" and
/// "until BED 40 Gy" are "27 Gy" and "40 Gy".
fn heads(answer: &WhatIf, width: usize) -> Vec<String> {
    let titles: Vec<&str> = answer.arms.iter().map(|arm| arm.title.as_str()).collect();
    let common = |one: &str, other: &str| one.split(' ').zip(other.split(' ')).take_while(|(a, b)| a == b).count();
    let head = |position: usize, title: &str| {
        let short = cut(title, width);
        let same = titles.iter().enumerate().filter(|(other, text)| *other != position && cut(text, width) == short);
        let left_out = same.map(|(_, other)| common(title, other)).max().unwrap_or(0);
        let rest: Vec<&str> = title.split(' ').skip(left_out).collect();
        if rest.is_empty() { short } else { cut(&rest.join(" "), width) }
    };
    titles.iter().enumerate().map(|(position, title)| head(position, title)).collect()
}

fn draw_row(row: &DoseRow, line: u16, (first, at_once, width): (usize, usize, usize), against: &Against, area: Rect, buffer: &mut Buffer) {
    let indent = if row.below { 2 } else { 0 };
    let style = if row.below { Style::new() } else { Style::new().add_modifier(Modifier::BOLD) };
    put(buffer, area, indent, line, &cut(&row.label, LABEL - indent as usize - 1), style);
    put(buffer, area, LABEL as u16, line, &row.unit, dim());
    for (position, cell) in row.cells.iter().enumerate().skip(first).take(at_once) {
        let text = cut(&cell_text(cell, against, width), width.saturating_sub(1));
        let start = LABEL + UNIT + (position - first) * width + (width - text.width().min(width));
        put(buffer, area, start as u16, line, &text, Style::new());
    }
}

/// Evidence of every relation, what the numbers leave out, assumptions.
fn words(state: &State, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut put = |heading: &str, sentences: &[String]| {
        if sentences.is_empty() {
            return;
        }
        lines.push(Line::styled(heading.to_owned(), Style::new().add_modifier(Modifier::BOLD)));
        for sentence in sentences {
            for (position, line) in wrapped(sentence, width.saturating_sub(2)).into_iter().enumerate() {
                lines.push(Line::raw(format!("{}{line}", if position == 0 { "• " } else { "  " })));
            }
        }
    };
    if let Some(shown) = &state.shown {
        let answer = &shown.answer;
        if let Some(arm) = answer.arms.first() {
            for effect in &arm.effects {
                put(&format!("{} of {}", effect.kind, effect.target), &effect.sentences);
                let readings: Vec<String> = answer
                    .arms
                    .iter()
                    .filter_map(|arm| {
                        Some(format!(
                            "{}: {}",
                            arm.title,
                            arm.effects.iter().find(|other| other.relation == effect.relation)?.reading.as_ref()?
                        ))
                    })
                    .collect();
                put("What it says", &readings);
            }
            if arm.effects.is_empty() {
                put("Dose and effect", &["no dose–effect relation is declared: `effects` in the scenario".to_owned()]);
            }
        }
        put("Of this answer", &answer.notes);
        if answer.bands.is_some() {
            let sentence = "95 % intervals: patients drawn from the fit that the values come from, each with noise of its own in the clinic; nothing else is in them";
            put("Intervals", &[sentence.to_owned()]);
        }
        let rules: Vec<String> = answer
            .arms
            .iter()
            .map(|arm| {
                if arm.ended.is_empty() {
                    format!("{}: {}", arm.title, arm.rule)
                } else {
                    format!("{}: {}; ended: {}", arm.title, arm.rule, arm.ended)
                }
            })
            .collect();
        put("Arms", &rules);
    }
    if let Some(desk) = state.open_desk() {
        put("Assumptions", &desk.assumptions);
    }
    lines.push(Line::styled(RESEARCH_USE, dim()));
    lines
}
