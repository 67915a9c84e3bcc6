//! Where the panels stand within the body; drawing, movement and the mouse share it.

use ratatui::layout::Rect;

use super::state::Pane;
use crate::tui::app::App;
pub use crate::tui::layout::inside;
use crate::tui::update::body;

/// Rows below the list that tell of the chosen knob.
pub const DETAIL: u16 = 4;
/// Rows that curves have at least.
const CURVES: u16 = 10;

/// The panels with their frames; empty where they are not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Panels {
    /// Knobs.
    pub knobs: Rect,
    /// Doses.
    pub doses: Rect,
    /// Curves.
    pub curves: Rect,
}

/// The panels of a body; `dose_rows` is what the doses would like to have within their frame.
#[must_use]
pub fn panels(app: &App, area: Rect, dose_rows: u16) -> Panels {
    if app.full_screen {
        return match app.what_if.pane {
            Pane::Knobs => Panels { knobs: area, ..Panels::default() },
            Pane::Doses => Panels { doses: area, ..Panels::default() },
            Pane::Curves => Panels { curves: area, ..Panels::default() },
        };
    }
    // on the smallest terminals the numbers come before the names of knobs
    let width = if area.width < 76 { 23.min(area.width) } else { (area.width * 36 / 100).clamp(30, 52) };
    let knobs = Rect { width, ..area };
    let right = Rect { x: area.x + width, width: area.width - width, ..area };
    let most = area.height.saturating_sub(CURVES).max(area.height / 2).min(area.height * 3 / 5);
    let height = (dose_rows + 2).clamp(5.min(area.height), most.max(5.min(area.height)));
    let doses = Rect { height, ..right };
    Panels { knobs, doses, curves: Rect { y: right.y + height, height: right.height - height, ..right } }
}

/// The part of the knobs' panel that lists them.
#[must_use]
pub fn list(knobs: Rect) -> Rect {
    let inner = inside(knobs);
    Rect { height: inner.height.saturating_sub(DETAIL + 1), ..inner }
}

/// Rows of the list on the terminal as the state knows it.
#[must_use]
pub fn list_rows(app: &App) -> usize {
    list(panels(app, body(app), 0).knobs).height as usize
}
