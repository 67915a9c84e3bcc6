//! Where the panels stand: the list of parameters above the result, or beside it where there is room.

use ratatui::layout::Rect;

use super::{Panel, fit_of};
use crate::tui::app::App;

/// Columns from which the panels stand side by side.
const SIDE_BY_SIDE: u16 = 170;

/// The panels with their frames; `None`: not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    /// The parameters.
    pub parameters: Option<Rect>,
    /// The search or the result.
    pub result: Option<Rect>,
}

/// The panels within the body.
#[must_use]
pub fn places(app: &App, area: Rect) -> Places {
    if app.full_screen {
        let only = |of: Panel| (of == app.fit.panel).then_some(area);
        return Places { parameters: only(Panel::Parameters), result: only(Panel::Result) };
    }
    if area.width >= SIDE_BY_SIDE {
        let left = Rect { width: area.width * 2 / 5, ..area };
        let right = Rect { x: left.right(), width: area.width - left.width, ..area };
        return Places { parameters: Some(left), result: Some(right) };
    }
    // frame, heading, words of the fit
    let wanted = fit_of(app).map_or(4, |fit| fit.parameters.len() as u16 + 4);
    let most = if app.fit.panel == Panel::Parameters { area.height / 2 } else { area.height * 3 / 10 };
    let upper = wanted.min(most.max(6)).min(area.height);
    let upper = Rect { height: upper, ..area };
    let lower = Rect { y: upper.bottom(), height: area.height - upper.height, ..area };
    Places { parameters: Some(upper), result: Some(lower) }
}
