//! The first line: the program, the current scenario, the screens with their number keys, and the jobs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::dim;
use super::text::cut;
use crate::tui::app::App;
use crate::tui::screen::Screen;

/// Columns of the program's name.
const PROGRAM: &str = " rpt ";

/// Draws the header: screens first, then the job, then as much of the scenario's name as there is room for.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let screens = screens(app);
    buffer.set_stringn(area.x, area.y, PROGRAM, area.width as usize, Style::new().add_modifier(Modifier::BOLD));
    let start = area.x + PROGRAM.len() as u16;
    if start >= area.right() {
        return;
    }
    let (end, _) = buffer.set_line(start, area.y, &screens, area.right() - start);
    let room = (area.right() - end) as usize;
    let jobs = jobs(app);
    let jobs = cut(&jobs, room.saturating_sub(1));
    let name = app.scenario_entry().map_or(app.folder_name.as_str(), |entry| entry.name.as_str());
    let left = room.saturating_sub(jobs.width() + 1);
    let name = if left > 8 { format!("  {}", cut(name, left - 3)) } else { String::new() };
    buffer.set_stringn(end, area.y, &name, room, dim());
    let at = area.right().saturating_sub(jobs.width() as u16 + 1);
    buffer.set_stringn(at.max(end), area.y, &jobs, room, Style::new());
}

fn screens(app: &App) -> Line<'static> {
    let mut line = Line::default();
    for (position, screen) in Screen::ALL.into_iter().enumerate() {
        let style = if screen == app.screen { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        line.push_span(Span::styled(format!(" {} {} ", position + 1, screen.title()), style));
    }
    line
}

/// The screen whose name stands at a column.
#[must_use]
pub fn screen_at(app: &App, area: Rect, column: u16) -> Option<Screen> {
    let mut at = area.x as usize + PROGRAM.len();
    for (screen, span) in Screen::ALL.into_iter().zip(screens(app).spans) {
        let end = at + span.width();
        if (at..end).contains(&(column as usize)) {
            return Some(screen);
        }
        at = end;
    }
    None
}

/// "▶ fit 62 %", or the number of jobs where there are several.
fn jobs(app: &App) -> String {
    let mut jobs = app.jobs.values();
    match (jobs.next(), app.jobs.len()) {
        (None, _) if app.reading.is_some() => "reading …".to_owned(),
        (None, _) => String::new(),
        (Some(job), 1) => format!("▶ {} {:.0} %", job.kind.word(), 100.0 * job.progress.done),
        (Some(_), count) => format!("▶ {count} jobs"),
    }
}
