//! The last two lines: what was just said, and the keys that can be pressed now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::dim;
use super::text::put;
use crate::tui::app::{App, Overlay};
use crate::tui::{action, search};

/// Draws what is typed, else the notice.
pub fn draw_notice(app: &App, area: Rect, buffer: &mut Buffer) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    if let Some(prompt) = &app.prompt {
        let typed = if prompt.fresh { Style::new().add_modifier(Modifier::REVERSED) } else { bold };
        let mut spans = vec![Span::raw(format!(" {}: ", prompt.title)), Span::styled(prompt.text.clone(), typed), Span::styled("_", bold)];
        if let Some(error) = &prompt.error {
            spans.push(Span::styled(format!("  {error}"), Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)));
        }
        buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
        return;
    }
    if app.overlay == Some(Overlay::Search) {
        let words = format!("search: {}_", app.search);
        put(buffer, area, 1, 0, &words, bold);
        put(buffer, area, (words.chars().count() + 3) as u16, 0, &search::count_words(app), dim());
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
        vec![Span::styled(key, Style::new().add_modifier(Modifier::BOLD)), Span::styled(format!(" {}  ", action.name), dim())]
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
