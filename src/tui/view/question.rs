//! The question whether to leave although jobs run.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::boxed;
use super::text::put;
use crate::tui::action::{ACTIONS, Where};
use crate::tui::app::App;

/// Draws the question with its answers.
pub fn draw(app: &App, screen: Rect, buffer: &mut Buffer) {
    let answers: Vec<_> = ACTIONS.iter().filter(|action| action.place == Where::Question).collect();
    let width = screen.width.saturating_sub(4).min(56);
    let height = (answers.len() as u16 + 5).min(screen.height);
    let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    let inside = boxed(" Quit ", area, buffer);
    let count = app.jobs.len();
    let words = if count == 1 { "A job is still running.".to_owned() } else { format!("{count} jobs are still running.") };
    put(buffer, inside, 0, 0, &words, Style::new());
    for (row, answer) in answers.iter().enumerate() {
        let key = answer.keys.first().map(|key| key.name()).unwrap_or_default();
        put(buffer, inside, 0, row as u16 + 2, &format!("{key}  {}", answer.name), Style::new());
    }
}
