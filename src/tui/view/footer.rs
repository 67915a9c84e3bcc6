//! The last two lines: what was just said, and the keys that can be pressed now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::dim;
use super::text::put;
use crate::tui::app::{App, Overlay};
use crate::tui::{action, search};

/// Draws the notice.
pub fn draw_notice(app: &App, area: Rect, buffer: &mut Buffer) {
    if app.overlay == Some(Overlay::Search) {
        let words = format!("search the {}: {}_", search::place_words(app), app.search);
        put(buffer, area, 1, 0, &words, Style::new().add_modifier(Modifier::BOLD));
        let count = search::count_words(app);
        put(buffer, area, (words.chars().count() + 3) as u16, 0, &count, dim());
        return;
    }
    let Some(notice) = &app.notice else { return };
    let style = if notice.bad { Style::new().fg(Color::Red).add_modifier(Modifier::BOLD) } else { Style::new() };
    put(buffer, area, 1, 0, &notice.text, style);
}

/// Draws as many keys as there is room for; help and quit always have room.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let mut actions = action::footer(app);
    let hint = |action: &action::Action| {
        let key = action.keys.first().map(|key| key.name()).unwrap_or_default();
        vec![Span::styled(key, Style::new().add_modifier(Modifier::BOLD)), Span::styled(format!(" {}  ", action.name_for(app)), dim())]
    };
    let line = |actions: &[&action::Action]| {
        let spans = actions.iter().flat_map(|action| hint(action));
        Line::from(std::iter::once(Span::raw(" ")).chain(spans).collect::<Vec<_>>())
    };
    while actions.len() > 2 && line(&actions).width() > area.width as usize + 2 {
        actions.remove(actions.len() - 3);
    }
    buffer.set_line(area.x, area.y, &line(&actions), area.width);
}
