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

fn second_line<'a>(item: &Item<'a>) -> &'a str {
    match item {
        Item::Run(run) => &run.scenario,
        other if !other.problems().is_empty() => "has problems",
        other => other.title(),
    }
}

fn draw_item(app: &App, item: &Item<'_>, selected: bool, area: Rect, buffer: &mut Buffer) {
    let (mark, style) = mark(app, item);
    let state = state(app, item.path());
    put(buffer, area, 0, 0, if selected { "›" } else { " " }, Style::new().add_modifier(Modifier::BOLD));
    put(buffer, area, 1, 0, mark, style);
    let end = (area.width as usize).saturating_sub(if state.is_empty() { 0 } else { state.width() + 1 });
    let name = Rect { width: end as u16, ..area };
    put(buffer, name, 3, 0, item.name(), Style::new());
    put(buffer, area, end as u16 + 1, 0, &state, Style::new());
    put(buffer, area, 3, 1, second_line(item), dim());
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
