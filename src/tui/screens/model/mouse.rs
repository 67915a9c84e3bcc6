//! Clicks: a tab or row of the list, a place of the text.

use ratatui::layout::Position as Cell;
use ratatui::layout::Rect;

use super::{Pane, Tab, list, moving, panes};
use crate::tui::action::Motion;
use crate::tui::app::App;
use crate::tui::editor::view;
use crate::tui::message::Effect;

/// A left click within the body.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let at = Cell::new(column, row);
    let areas = panes::areas(app, area);
    if app.model.desk.is_some() {
        let (_, text, _) = panes::desk_areas(app, areas.main);
        if let Some(text) = text.filter(|text| text.contains(at))
            && let Some(desk) = &mut app.model.desk
            && let Some(place) = view::place_at(&desk.editor, text, column, row)
        {
            desk.editor.text.go(place, false);
        } else if areas.list.is_some_and(|list| list.contains(at)) {
            app.say("a file is being edited: Esc leaves the editor");
        }
        return Vec::new();
    }
    let Some(list) = areas.list.filter(|list| list.contains(at)) else {
        if areas.main.contains(at) {
            app.model.pane = Pane::Detail;
        }
        return Vec::new();
    };
    app.model.pane = Pane::List;
    if row == list.y {
        let other = if app.model.tab == Tab::Scenarios { Tab::Models } else { Tab::Scenarios };
        return moving::turn_to(app, other);
    }
    let inside = Rect { x: list.x + 1, y: list.y + 1, width: list.width.saturating_sub(2), height: list.height.saturating_sub(2) };
    if !inside.contains(at) {
        return Vec::new();
    }
    let rows = list::rows(app, inside);
    let clicked = rows.first + (row - inside.y) as usize / rows.lines;
    if clicked >= panes::entries(app, app.model.tab).len() {
        return Vec::new();
    }
    let by = clicked as isize - panes::position(app) as isize;
    moving::go(app, Motion::Rows(by))
}
