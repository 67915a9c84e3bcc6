//! The screen drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::place::{inside, places};
use super::{Panel, desk, notes, plot, rows, rows_of, selected};
use crate::tui::app::App;
use crate::tui::chart::page;
use crate::tui::search;
use crate::tui::view::text::{put, scrolled};
use crate::tui::view::{dim, framed};
use crate::tui::words::{bad, verbatim, wrapped};

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let data = desk::current(app).and_then(|look| look.data.as_ref());
    let Some(data) = data else {
        return alone(app, " Data ", &empty(app, area.width.saturating_sub(4) as usize), area, buffer);
    };
    let places = places(app, area);
    if let Some(area) = places.rows {
        let used = data.rows.iter().filter(|row| row.state.is_used()).count();
        let changed = match desk::edits(app).len() {
            0 => String::new(),
            count => format!(" · {count} changed, not written"),
        };
        let to_look_at = match data.problems.len() + data.findings.len() {
            0 => String::new(),
            count => format!(" · {count} to look at"),
        };
        let name = desk::current(app).map_or("", |look| &look.name);
        let title = format!(" Data of {name}: {used} of {} values used{to_look_at}{changed} ", data.rows.len());
        frame(&title, app.data.panel == Panel::Rows, area, buffer);
        rows::draw(app, area, buffer);
    }
    if let Some(area) = places.plot {
        frame(" Values by time ", app.data.panel == Panel::Plot, area, buffer);
        draw_plot(app, padded(area), buffer);
    }
    if let Some(area) = places.notes {
        let count = data.problems.len() + data.findings.len();
        let title = if count == 0 { " Notes ".to_owned() } else { format!(" Notes: {count} to look at ") };
        frame(&title, app.data.panel == Panel::Notes, area, buffer);
        draw_notes(app, area, buffer);
    }
}

fn frame(title: &str, focused: bool, area: Rect, buffer: &mut Buffer) {
    framed(title, focused).render(area, buffer);
}

/// The inside of a frame with a column of air on both sides.
fn padded(area: Rect) -> Rect {
    let inside = inside(area);
    Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside }
}

fn draw_plot(app: &App, area: Rect, buffer: &mut Buffer) {
    let all = plot::series(rows_of(app));
    let Some(row) = selected(app) else { return };
    let at = all.iter().position(|one| one.holds(row)).unwrap_or(0);
    let position = if all.len() > 1 { format!("←→ {} of {}", at + 1, all.len()) } else { String::new() };
    let figure = plot::figure(rows_of(app), row, app.data.log_axis);
    page::draw(&figure, 0, &position, area, buffer);
}

fn draw_notes(app: &App, area: Rect, buffer: &mut Buffer) {
    let inside = inside(area);
    let mut lines = notes::lines(app, inside.width as usize);
    search::highlight(&mut lines, &app.search);
    let room = lines.len().saturating_sub(inside.height as usize);
    let down = app.data.down.min(room);
    scrolled(buffer, inside, &lines, down, 0);
    if room > 0 {
        let words = format!(" {}–{} of {} lines ", down + 1, lines.len() - (room - down), lines.len());
        let start = area.width.saturating_sub(words.chars().count() as u16 + 2);
        put(buffer, area, start, area.height.saturating_sub(1), &words, dim());
    }
}

/// One frame with words in it.
fn alone(app: &App, title: &str, lines: &[Line<'static>], area: Rect, buffer: &mut Buffer) {
    frame(title, true, area, buffer);
    scrolled(buffer, padded(area), lines, app.data.down.min(lines.len().saturating_sub(1)), 0);
}

/// What to do where there are no data to show.
fn empty(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut say = |words: &str| out.extend(wrapped(words, width).into_iter().map(Line::raw));
    if app.scenario.is_none() {
        say("No scenario is chosen: `o` chooses one.");
        return out;
    }
    if let Some(failure) = app.data.desk.failure() {
        out.extend(wrapped(failure, width).into_iter().map(|line| Line::styled(line, bad())));
        return out;
    }
    let Some(look) = desk::current(app) else { return vec![Line::styled("reading …", dim())] };
    if !look.faults.is_empty() {
        out.extend(notes::lines(app, width));
        out.push(Line::default());
        out.push(Line::styled("Key `1` opens the screen Model, where it can be mended.", Style::new()));
        return out;
    }
    say(&format!("Scenario `{}` has no data.", look.name));
    out.push(Line::default());
    for line in wrapped(
        "A section `data` in its file names a table (CSV) and its columns; key `1` opens the screen Model, where it can be written:",
        width,
    ) {
        out.push(Line::raw(line));
    }
    out.push(Line::default());
    let example = "data:\n  file: scans.csv\n  time: {column: time_h, unit: h}\n  value: {column: activity_MBq, unit: MBq}\n  channel: {column: region, map: {kidney: kidneys}}\n  decay_corrected: false";
    verbatim(example, &mut out);
    out.push(Line::default());
    out.push(Line::styled("`o` chooses another scenario.", dim()));
    out
}
