//! The left half: the rows of the present section with their state, and their titles where there is room.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::text::put;
use super::{dim, framed};
use crate::report::manifest::Status;
use crate::tui::app::{App, Item, Pane};
use crate::tui::search;

/// Draws the list.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let items = app.items(app.section);
    let title = format!(" {} ", app.section.title());
    let block = framed(&title, app.pane == Pane::List);
    let inside = block.inner(area);
    block.render(area, buffer);
    if items.is_empty() {
        put(buffer, inside, 1, 0, if app.project.is_some() { "none" } else { "reading …" }, dim());
        return;
    }
    // a second line for the title, unless that would push rows out of sight
    let has_titles = items.iter().any(|item| !second_line(item).is_empty());
    let lines = if has_titles && items.len() * 2 <= inside.height as usize { 2 } else { 1 };
    let room = (inside.height as usize / lines).max(1);
    let first = first_shown(app.position(), room, items.len());
    for (row, (position, item)) in items.iter().enumerate().skip(first).take(room).enumerate() {
        let place = Rect { y: inside.y + (row * lines) as u16, height: lines as u16, ..inside };
        draw_item(app, item, position == app.position(), place, buffer);
    }
    if first > 0 {
        put(buffer, area, area.width - 3, 0, "↑", Style::new());
    }
    if first + room < items.len() {
        put(buffer, area, area.width - 3, area.height - 1, "↓", Style::new());
    }
}

/// The first row such that the selected one is in sight, near the middle in a long list.
fn first_shown(selected: usize, room: usize, count: usize) -> usize {
    selected.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// The name; of a run the scenario, and its time where that has no line of its own.
fn first_line(item: &Item<'_>, lines: u16) -> String {
    match item {
        Item::Run(run) if lines > 1 => run.scenario.clone(),
        Item::Run(run) => format!("{} {}", run_time(&run.name).get(5..16).unwrap_or_default(), run.scenario),
        other => other.name().to_owned(),
    }
}

fn second_line(item: &Item<'_>) -> String {
    match item {
        Item::Run(run) => run_time(&run.name),
        other if !other.problems().is_empty() => "has problems".to_owned(),
        other => other.title().to_owned(),
    }
}

/// "2026-11-23 16:52:10" from the name of a run's folder, which begins with `20261123T165210Z`; another name as it is.
fn run_time(name: &str) -> String {
    let time = name.split('-').next().unwrap_or_default();
    let is_time = time.len() == 16 && time.is_ascii() && time.as_bytes()[8] == b'T' && time.ends_with('Z');
    if !is_time {
        return name.to_owned();
    }
    format!("{}-{}-{} {}:{}:{}", &time[..4], &time[4..6], &time[6..8], &time[9..11], &time[11..13], &time[13..15])
}

fn draw_item(app: &App, item: &Item<'_>, selected: bool, area: Rect, buffer: &mut Buffer) {
    let (mark, style) = mark(app, item);
    let state = state(app, item.path());
    put(buffer, area, 0, 0, if selected { "›" } else { " " }, Style::new().add_modifier(Modifier::BOLD));
    put(buffer, area, 1, 0, mark, style);
    let end = (area.width as usize).saturating_sub(if state.is_empty() { 0 } else { state.width() + 1 });
    let name = Rect { width: end as u16, ..area };
    let found = !search::in_text(app) && search::item_matches(item, &app.search);
    let style = if found { Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { Style::new() };
    put(buffer, name, 3, 0, &first_line(item, area.height), style);
    put(buffer, area, end as u16 + 1, 0, &state, Style::new());
    put(buffer, area, 3, 1, &second_line(item), dim());
    if selected {
        let bar = Rect { height: 1, ..area }.intersection(buffer.area);
        buffer.set_style(bar, Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// One sign for the state of a row.
fn mark(app: &App, item: &Item<'_>) -> (&'static str, Style) {
    let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    match item {
        Item::Run(run) => match run.manifest.as_ref().map(|manifest| manifest.status) {
            Some(Status::Done) => ("✓", Style::new().fg(Color::Green)),
            Some(Status::Cancelled) => ("–", Style::new().fg(Color::Yellow)),
            Some(Status::Failed) => ("✗", red),
            None => ("?", Style::new().fg(Color::Yellow)),
        },
        item if !item.problems().is_empty() => ("✗", red),
        item => match app.results.get(item.path()) {
            Some(result) if result.failure.is_some() => ("!", red),
            Some(_) => ("●", Style::new().fg(Color::Green)),
            None => (" ", Style::new()),
        },
    }
}

/// The progress of a row's job.
fn state(app: &App, path: &Path) -> String {
    match app.jobs.get(path) {
        Some(job) if job.cancelling => "stopping".to_owned(),
        Some(job) => format!("{:.0} %", 100.0 * job.progress.done),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_run_is_read_from_its_name() {
        assert_eq!(run_time("20261123T165210Z-98424dd81e14"), "2026-11-23 16:52:10");
        assert_eq!(run_time("by-hand"), "by-hand");
    }

    #[test]
    fn the_selected_row_is_always_in_sight() {
        for count in 1..20 {
            for room in 1..12 {
                for selected in 0..count {
                    let first = first_shown(selected, room, count);
                    assert!(first <= selected && selected < first + room, "{selected} of {count} in {room}");
                }
            }
        }
    }
}
