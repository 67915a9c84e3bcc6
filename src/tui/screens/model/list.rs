//! The list of scenarios or models: mark, name, progress of a job, title where there is room.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::lines::set_line;
use super::{Pane, Tab, older, panes};
use crate::session::project::Entry;
use crate::tui::app::{App, JobKind};
use crate::tui::search;
use crate::tui::view::text::put;
use crate::tui::view::{dim, framed};

/// How the rows lie in the list: the first that is seen, how many are, and lines of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Position of the first row that is seen.
    pub first: usize,
    /// How many have room.
    pub room: usize,
    /// Lines of a row.
    pub lines: usize,
}

/// The rows of the list in an area without frame.
#[must_use]
pub fn rows(app: &App, inside: Rect) -> Rows {
    let entries = panes::entries(app, app.model.tab);
    // a second line for the title, unless that would push rows out of sight
    let lines = if entries.iter().any(|entry| !entry.title.is_empty()) && entries.len() * 2 <= inside.height as usize { 2 } else { 1 };
    let room = (inside.height as usize / lines).max(1);
    let first = panes::position(app).saturating_sub(room / 2).min(entries.len().saturating_sub(room));
    Rows { first, room, lines }
}

/// Draws the list.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let entries = panes::entries(app, app.model.tab);
    let block = framed("", app.model.pane == Pane::List && app.model.desk.is_none());
    let inside = block.inner(area);
    block.render(area, buffer);
    let tabs = tabs(app, area.width.saturating_sub(4) as usize);
    set_line(buffer, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, &tabs);
    if entries.is_empty() {
        put(buffer, inside, 1, 0, if app.project.is_some() { "none; `+` begins one" } else { "reading …" }, dim());
        return;
    }
    let Rows { first, room, lines } = rows(app, inside);
    for (row, (position, entry)) in entries.iter().enumerate().skip(first).take(room).enumerate() {
        let place = Rect { y: inside.y + (row * lines) as u16, height: lines as u16, ..inside }.intersection(inside);
        draw_row(app, entry, position == panes::position(app), place, buffer);
    }
    if first > 0 {
        put(buffer, area, area.width.saturating_sub(3), 0, "↑", Style::new());
    }
    if first + room < entries.len() {
        put(buffer, area, area.width.saturating_sub(3), area.height.saturating_sub(1), "↓", Style::new());
    }
}

/// Both tabs, the present one reversed; in a narrow list the other loses its number.
fn tabs(app: &App, width: usize) -> Line<'static> {
    let mut words: Vec<String> = Tab::ALL.iter().map(|tab| format!(" {} {} ", tab.title(), panes::entries(app, *tab).len())).collect();
    if words.iter().map(|word| word.width()).sum::<usize>() > width {
        words = Tab::ALL.iter().map(|tab| format!(" {} ", tab.title())).collect();
    }
    let styled = |(tab, word): (&Tab, String)| {
        Span::styled(word, if *tab == app.model.tab { Style::new().add_modifier(Modifier::REVERSED) } else { dim() })
    };
    Line::from(Tab::ALL.iter().zip(words).map(styled).collect::<Vec<_>>())
}

/// Whether name or title of a row hold the words that are searched.
fn matches(app: &App, entry: &Entry) -> bool {
    !app.search.is_empty() && [&entry.name, &entry.title].iter().any(|text| search::holds(text, &app.search))
}

fn draw_row(app: &App, entry: &Entry, selected: bool, area: Rect, buffer: &mut Buffer) {
    let (mark, style) = mark(app, entry);
    let state = state(app, &entry.path);
    put(buffer, area, 0, 0, if selected { "›" } else { " " }, Style::new().add_modifier(Modifier::BOLD));
    put(buffer, area, 1, 0, mark, style);
    let end = (area.width as usize).saturating_sub(if state.is_empty() { 0 } else { state.width() + 1 });
    let name = Rect { width: end as u16, ..area };
    let found = app.model.pane == Pane::List && matches(app, entry);
    let style = if found { Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { Style::new() };
    put(buffer, name, 3, 0, &entry.name, style);
    put(buffer, area, end as u16 + 1, 0, &state, Style::new());
    put(buffer, area, 3, 1, if entry.problems.is_empty() { &entry.title } else { "has problems" }, dim());
    if selected {
        let bar = Rect { height: 1.min(area.height), ..area }.intersection(buffer.area);
        buffer.set_style(bar, Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// One sign for the state of a row: `✗` has problems, `~` is edited and not saved, `!` the last attempt failed, `○` has a result of an older text, `●` has one.
fn mark(app: &App, entry: &Entry) -> (&'static str, Style) {
    let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    if app.model.desk.as_ref().is_some_and(|desk| desk.entry == entry.path && desk.editor.text.modified()) {
        return ("~", Style::new().add_modifier(Modifier::BOLD));
    }
    if !entry.problems.is_empty() {
        return ("✗", red);
    }
    if panes::failure(app, &entry.path).is_some() {
        return ("!", red);
    }
    let has_result = [JobKind::Run, JobKind::Simulate].into_iter().any(|kind| app.results.contains_key(&(entry.path.clone(), kind)));
    match has_result {
        true if older::computed_from_older_text(app, &entry.path) => ("○", Style::new().fg(Color::Yellow)),
        true => ("●", Style::new().fg(Color::Green)),
        false => (" ", Style::new()),
    }
}

/// The progress of a row's newest job.
fn state(app: &App, path: &Path) -> String {
    match panes::job_of(app, path) {
        Some(job) if job.cancelling => "stopping".to_owned(),
        Some(job) => format!("{:.0} %", 100.0 * job.progress.done),
        None => String::new(),
    }
}
