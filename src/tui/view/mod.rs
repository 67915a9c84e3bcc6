//! The state drawn: one file a panel. Nothing here changes anything.

pub mod footer;
pub mod header;
pub mod help;
pub mod palette;
pub mod question;
pub mod text;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Widget};

use super::app::{App, Overlay};
use super::layout::{self, SMALLEST};
use super::{action, screens};
use text::put;

/// Draws the whole screen. Gives where the terminal's own cursor belongs, if it is seen.
pub fn view(app: &App, frame: &mut Frame) -> Option<(u16, u16)> {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    let mut cursor = None;
    if layout::too_small(area) {
        too_small(area, buffer);
    } else {
        let areas = layout::areas(area);
        header::draw(app, areas.header, buffer);
        screens::draw(app, areas.body, buffer);
        footer::draw_notice(app, areas.notice, buffer);
        footer::draw(app, areas.footer, buffer);
        match app.overlay {
            Some(Overlay::Help(down)) => help::draw(app, down, area, buffer),
            Some(Overlay::ConfirmQuit) => question::draw_leaving(app, area, buffer),
            Some(Overlay::Palette(chosen)) => palette::draw(app, chosen, area, buffer),
            Some(Overlay::Picker(chosen)) => palette::draw_picker(app, chosen, area, buffer),
            Some(Overlay::Search) | None => {}
        }
        if let Some(question) = &app.question {
            question::draw(question, area, buffer);
        }
        if action::place_of(app) == action::Where::Editor {
            cursor = screens::model::cursor(app, areas.body);
        }
    }
    if app.ascii {
        super::ascii::plain(buffer);
    }
    if !app.colour {
        // bold, dim and reverse stay: they are not colours
        for cell in &mut buffer.content {
            (cell.fg, cell.bg, cell.underline_color) = (Color::Reset, Color::Reset, Color::Reset);
        }
    }
    cursor
}

/// Says what is needed, in as many words as there is room for.
fn too_small(area: Rect, buffer: &mut ratatui::buffer::Buffer) {
    let sentences = [
        format!("rpt needs {} × {}", SMALLEST.0, SMALLEST.1),
        format!("this is {} × {}", area.width, area.height),
        "Ctrl-C leaves".to_owned(),
    ];
    for (row, sentence) in sentences.iter().enumerate() {
        put(buffer, area, 0, row as u16, sentence, Style::new());
    }
}

/// Dim words.
#[must_use]
pub fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// A border with a title. The panel in which the arrow keys move has a heavy one.
#[must_use]
pub fn framed(title: &str, focused: bool) -> Block<'_> {
    let block = Block::bordered().title(title);
    if focused {
        block.border_set(border::THICK).title_style(Style::new().add_modifier(Modifier::BOLD))
    } else {
        block.border_style(dim()).title_style(Style::new())
    }
}

/// A framed box in front of everything; gives its inside.
pub fn boxed(title: &str, area: Rect, buffer: &mut ratatui::buffer::Buffer) -> Rect {
    Clear.render(area, buffer);
    let block = framed(title, true);
    let inside = block.inner(area);
    block.render(area, buffer);
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}
