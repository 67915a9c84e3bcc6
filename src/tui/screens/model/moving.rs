//! Arrow keys and search on the Model screen: through the list, through the lines of an aspect, through a result.

use std::path::Path;

use super::{Aspect, Command, Pane, Tab, panes};
use crate::tui::action::Motion;
use crate::tui::app::App;
use crate::tui::browse::{self, Place};
use crate::tui::message::Effect;
use crate::tui::update;

/// Columns of one step to the side.
const SIDE_STEP: isize = 8;

/// The selection goes to a row of the present tab.
fn select_row(app: &mut App, row: usize) {
    let tab = app.model.tab;
    let row = row.min(panes::entries(app, tab).len().saturating_sub(1));
    if app.model.rows[tab as usize] != row {
        (app.model.down, app.model.right, app.model.place) = (0, 0, Place::default());
    }
    app.model.rows[tab as usize] = row;
    current(app);
}

/// The selected scenario is the current one of all screens.
fn current(app: &mut App) {
    if app.model.tab == Tab::Scenarios
        && let Some(path) = panes::selected(app).map(|entry| entry.path.clone())
    {
        app.model.known_scenario = Some(path.clone());
        app.scenario = Some(path);
    }
}

/// Selects the row that a file belongs to, in whichever tab it is.
pub fn select(app: &mut App, file: &Path) {
    for tab in Tab::ALL {
        let row = panes::entries(app, tab).iter().position(|entry| entry.path == file || file.starts_with(&entry.path));
        if let Some(row) = row {
            if (app.model.tab, app.model.rows[tab as usize]) != (tab, row) {
                (app.model.down, app.model.right, app.model.place) = (0, 0, Place::default());
            }
            app.model.tab = tab;
            app.model.rows[tab as usize] = row;
            current(app);
        }
    }
}

/// To a tab.
pub fn turn_to(app: &mut App, tab: Tab) -> Vec<Effect> {
    app.model.tab = tab;
    app.model.pane = Pane::List;
    (app.model.down, app.model.right, app.model.place) = (0, 0, Place::default());
    current(app);
    super::look(app)
}

/// Whether a result is shown, through which [`browse`] moves.
fn in_result(app: &App) -> bool {
    matches!(panes::aspect(app), Aspect::Plots | Aspect::Tables | Aspect::Evidence)
}

/// Rows of the content on the terminal as the state knows it.
fn content(app: &App) -> ratatui::layout::Rect {
    panes::content(app, panes::areas(app, update::body(app)).main)
}

/// How far the lines can be scrolled: down and to the right.
fn room(app: &App) -> (usize, usize) {
    let area = content(app);
    if in_result(app) {
        return (0, 0);
    }
    let lines = panes::detail_lines(app, area.width as usize);
    let widest = lines.iter().map(ratatui::text::Line::width).max().unwrap_or(0);
    (lines.len().saturating_sub(area.height as usize), widest.saturating_sub(area.width as usize))
}

/// Brings positions back to what there is.
pub fn settle(app: &mut App) {
    for tab in Tab::ALL {
        let last = panes::entries(app, tab).len().saturating_sub(1);
        // until the project is read, what an earlier session kept stays
        if app.project.is_some() {
            app.model.rows[tab as usize] = app.model.rows[tab as usize].min(last);
        }
    }
    let (down, right) = room(app);
    (app.model.down, app.model.right) = (app.model.down.min(down), app.model.right.min(right));
}

fn scroll(app: &mut App, rows: isize, columns: isize) {
    let (down, right) = room(app);
    app.model.down = app.model.down.saturating_add_signed(rows).min(down);
    app.model.right = app.model.right.saturating_add_signed(columns).min(right);
}

/// Moves through the result that is shown.
fn browse(app: &mut App, motion: Motion) {
    let area = content(app);
    let mut place = super::browse_of(app);
    if let Some(record) = panes::record(app) {
        browse::go(record, &mut place, motion, app.full_screen, area);
    }
    app.model.place = place.place;
}

/// A motion of the arrow keys and their like.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    let in_list = app.model.pane == Pane::List && !app.full_screen;
    let page = content(app).height.saturating_sub(1).max(1) as isize;
    match motion {
        Motion::Pane(_) => {
            if app.full_screen {
                app.full_screen = false;
            } else {
                app.model.pane = if app.model.pane == Pane::List { Pane::Detail } else { Pane::List };
            }
        }
        Motion::Enter => return super::ask(app, Command::Edit),
        Motion::Rows(by) if in_list => {
            let row = panes::position(app).saturating_add_signed(by);
            select_row(app, row);
            return super::look(app);
        }
        Motion::First | Motion::Last if in_list => {
            select_row(app, if motion == Motion::First { 0 } else { usize::MAX });
            return super::look(app);
        }
        other if in_result(app) => browse(app, other),
        Motion::Rows(by) => scroll(app, by, 0),
        Motion::Page(by) => scroll(app, by * page, 0),
        Motion::First => scroll(app, isize::MIN / 2, isize::MIN / 2),
        Motion::Last => scroll(app, isize::MAX / 2, 0),
        Motion::Side(by) => scroll(app, 0, by * SIDE_STEP),
    }
    Vec::new()
}

/// What `/` searches: the list, or the lines that are shown.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    if app.model.pane == Pane::List && !app.full_screen {
        let words = |entry: &crate::session::project::Entry| format!("{} {}", entry.name, entry.title);
        return Some((panes::entries(app, app.model.tab).iter().map(words).collect(), panes::position(app)));
    }
    let width = content(app).width as usize;
    if in_result(app) {
        let record = panes::record(app)?;
        let lines = browse::lines(record, &super::browse_of(app), app.full_screen, width);
        return (!lines.is_empty()).then(|| (lines.iter().map(ToString::to_string).collect(), app.model.place.down));
    }
    Some((panes::detail_lines(app, width).iter().map(ToString::to_string).collect(), app.model.down))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    if app.model.pane == Pane::List && !app.full_screen {
        // the shell enters the screen again after a search: the row is read then
        return select_row(app, row);
    }
    if in_result(app) {
        app.model.place.down = row;
    } else {
        app.model.down = row.min(room(app).0);
    }
}
