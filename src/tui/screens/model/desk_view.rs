//! The editor on the screen: a title row, the text, and beside it what the last reading gave.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::desk::{Desk, Side};
use super::panes;
use crate::tui::app::App;
use crate::tui::editor::view::{self, Look};
use crate::tui::view::dim;
use crate::tui::view::text::{put, scrolled};

/// Draws the editor and the panel beside it.
pub fn draw(app: &App, main: Rect, buffer: &mut Buffer) {
    let Some(desk) = &app.model.desk else { return };
    let (title, text, side) = panes::desk_areas(app, main);
    draw_title(desk, title, buffer);
    if let Some(text) = text {
        view::draw(&desk.editor, Look { colour: app.colour, focused: true }, text, buffer);
    }
    if let Some(side) = side {
        draw_side(app, desk, side, buffer);
    }
}

/// File, whether it is saved, what is wrong in it; keys where there is room.
fn draw_title(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let name = format!(" {}{}", desk.name(), if desk.editor.text.modified() { " *" } else { "" });
    put(buffer, area, 0, 0, &name, bold);
    let state = match (desk.editor.is_diagnosed(), desk.writing.is_some()) {
        (_, true) => "writing …".to_owned(),
        (true, _) => desk.editor.summary().to_owned(),
        // what was known stays while the text is read again: nothing flickers at every key
        (false, _) if desk.editor.summary().is_empty() => "reading …".to_owned(),
        (false, _) => format!("{} …", desk.editor.summary()),
    };
    let (line, column) = desk.editor.line_column();
    let state = format!("{state}  {line}:{column}");
    let start = name.width() as u16 + 3;
    put(buffer, area, start, 0, &state, Style::new());
}

fn draw_side(app: &App, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let inside = panes::side_inside(app, area);
    if !panes::side_covers_text(app) {
        for row in 0..area.height {
            put(buffer, area, 0, row, "│", dim());
        }
    }
    let heading = Rect { x: inside.x, width: inside.width, y: area.y, height: area.height.min(1) };
    let older = if desk.editor.is_diagnosed() || matches!(desk.side, Side::Problems | Side::Text) { "" } else { " (as last read)" };
    let title = format!("{}{older}", desk.side.title());
    put(buffer, heading, 0, 0, &title, Style::new().add_modifier(Modifier::BOLD));
    let lines = panes::side_lines(app, inside.width as usize);
    let down = desk.side_down.min(lines.len().saturating_sub(inside.height as usize));
    scrolled(buffer, inside, &lines, down, 0);
    let below = lines.len().saturating_sub(down + inside.height as usize);
    let words = match (below, panes::side_covers_text(app)) {
        (0, _) if down == 0 => "F6 other panels".to_owned(),
        (_, true) => format!("{} more rows ↓", below),
        (_, false) => format!("{} more rows, Alt-↓", below),
    };
    let start = (heading.width as usize).saturating_sub(words.width() + 1);
    if start > title.width() + 2 {
        put(buffer, heading, start as u16, 0, &words, dim());
    }
}
