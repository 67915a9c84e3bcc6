//! All keys, made from the registry of actions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::boxed;
use super::text::scrolled;
use crate::tui::app::App;
use crate::tui::content;

/// The box of the help on a screen.
#[must_use]
pub fn area(screen: Rect) -> Rect {
    let width = screen.width.saturating_sub(4).min(96);
    let height = screen.height.saturating_sub(3).min(40);
    Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + 1, width, height }
}

/// Draws the help from line `down` on.
pub fn draw(app: &App, down: usize, screen: Rect, buffer: &mut Buffer) {
    let inside = boxed(" Keys ", area(screen), buffer);
    let lines = content::help(app, inside.width as usize);
    let down = down.min(lines.len().saturating_sub(inside.height as usize));
    scrolled(buffer, inside, &lines, down, 0);
}
