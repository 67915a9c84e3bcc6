//! Where the panels stand, from the size of the body alone: rows above and plot or notes below; beside each other where there is room.

use ratatui::layout::Rect;

use super::{Panel, rows_of};
use crate::tui::app::App;
pub use crate::tui::layout::inside;

/// Columns and rows from which all three panels are seen.
const ROOMY: (u16, u16) = (110, 26);

/// The panels with their frames; `None`: not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    /// The rows.
    pub rows: Option<Rect>,
    /// The plot.
    pub plot: Option<Rect>,
    /// The notes.
    pub notes: Option<Rect>,
}

/// The panels within the body.
#[must_use]
pub fn places(app: &App, area: Rect) -> Places {
    let panel = app.data.panel;
    if app.full_screen {
        let only = |of: Panel| (of == panel).then_some(area);
        return Places { rows: only(Panel::Rows), plot: only(Panel::Plot), notes: only(Panel::Notes) };
    }
    let wanted = rows_of(app).len() as u16 + 3;
    if area.width >= ROOMY.0 && area.height >= ROOMY.1 {
        let left = Rect { width: area.width * 11 / 20, ..area };
        let right = Rect { x: left.right(), width: area.width - left.width, ..area };
        let upper = wanted.clamp(6, area.height * 3 / 5);
        let (rows, notes) = (Rect { height: upper, ..left }, Rect { y: left.y + upper, height: left.height - upper, ..left });
        return Places { rows: Some(rows), plot: Some(right), notes: Some(notes) };
    }
    let upper = wanted.clamp(4.min(area.height), (area.height * 2 / 5).max(4.min(area.height)));
    let rows = Rect { height: upper, ..area };
    let lower = Rect { y: area.y + upper, height: area.height - upper, ..area };
    let notes = panel == Panel::Notes;
    Places { rows: Some(rows), plot: (!notes).then_some(lower), notes: notes.then_some(lower) }
}
