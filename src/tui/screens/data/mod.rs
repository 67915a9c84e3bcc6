//! Screen 2: what was measured, and how it was understood. Rows are left out here, with a reason.
//!
//! `desk`: the scenario and its changes, shared with the screen Fit; `rows`: the table; `plot`: values against time; `notes`: problems, findings, how it
//! was understood; `place`: where the panels stand.

pub mod desk;
mod draw;
mod notes;
mod place;
mod plot;
mod rows;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};

use ratatui::layout::{Position, Rect};

use crate::session::draft::Edit;
use crate::session::fitting::{RowLook, RowState};
use crate::tui::action::{self, Action, Motion, Where, letter};
use crate::tui::app::{App, JobKind};
use crate::tui::editor::autosave::{Fingerprint, SaveError};
use crate::tui::message::{Effect, Ticket};
use crate::tui::screen::Screen;

pub use draw::draw;

/// Where the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// The rows of the tables.
    #[default]
    Rows,
    /// The plot.
    Plot,
    /// Problems, findings, what was understood.
    Notes,
}

const PANELS: [Panel; 3] = [Panel::Rows, Panel::Plot, Panel::Notes];

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The scenario and its changes.
    pub desk: desk::Desk,
    panel: Panel,
    row: usize,
    log_axis: bool,
    down: usize,
    /// The row that a reason is typed for: table and line.
    excluding: Option<(usize, u64)>,
}

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Leave the row out, or take it in again.
    Exclude,
    /// Another vertical axis.
    LogAxis,
    /// Ask whether to write the changes.
    Write,
    /// Write them.
    WriteNow,
}

/// Work in the background.
#[derive(Debug, Clone)]
pub enum Work {
    /// Read a scenario with its changes, and its data.
    Read {
        /// The scenario.
        path: PathBuf,
        /// The changes.
        edits: Vec<Edit>,
    },
    /// Write a changed scenario.
    Save {
        /// The scenario.
        path: PathBuf,
        /// Its text.
        text: String,
        /// What the file was when it was read.
        since: Fingerprint,
    },
}

/// What it found.
#[derive(Debug)]
pub enum News {
    /// Of a reading.
    Read(desk::Found),
    /// Of writing.
    Saved(PathBuf, Result<(), SaveError>),
}

const HERE: Where = Where::On(Screen::Data);

/// The actions of the screen.
pub const ACTIONS: &[Action] = &[
    Action::new(
        action::Command::Data(Command::Exclude),
        "exclude",
        "leave the selected row out of the fit, with a reason; again takes it in",
        &[letter('x')],
        HERE,
    )
    .footer(10)
    .when(can_exclude),
    Action::new(action::Command::Data(Command::LogAxis), "log axis", "logarithmic or linear axis of the plot", &[letter('y')], HERE)
        .footer(11)
        .when(has_rows),
    Action::new(
        action::Command::Data(Command::Write),
        "write",
        "write what was changed here and on the screen Fit into the scenario's file; asks first",
        &[letter('W')],
        HERE,
    )
    .footer(12)
    .when(can_write),
];

/// The rows of the current scenario's tables.
fn rows_of(app: &App) -> &[RowLook] {
    desk::current(app).and_then(|look| look.data.as_ref()).map_or(&[], |data| &data.rows)
}

/// The selected row.
fn selected(app: &App) -> Option<&RowLook> {
    let rows = rows_of(app);
    rows.get(app.data.row.min(rows.len().saturating_sub(1)))
}

fn has_rows(app: &App) -> Result<(), String> {
    if rows_of(app).is_empty() { Err("there are no measured values".to_owned()) } else { Ok(()) }
}

fn can_exclude(app: &App) -> Result<(), String> {
    let row = selected(app).ok_or("there are no measured values")?;
    match &row.state {
        RowState::Used | RowState::BelowLimit | RowState::Excluded(_) => Ok(()),
        RowState::Refused(_) if row.time.is_some() => Ok(()),
        RowState::Refused(_) => Err("the row cannot be read: mend the file or how the scenario reads it".to_owned()),
        RowState::ExcludedByTable(_) => Err("the table itself leaves the row out, in the column of `exclude`".to_owned()),
        RowState::Missing => Err("the row holds no value".to_owned()),
        RowState::Unmapped => Err("no observable is mapped to the row's channel: it is not used".to_owned()),
    }
}

/// Whether there are changes to write.
///
/// # Errors
/// Why not.
pub fn can_write(app: &App) -> Result<(), String> {
    if desk::edits(app).is_empty() { Err("nothing is changed".to_owned()) } else { Ok(()) }
}

/// The screen was opened, or what it shows changed.
pub fn entered(app: &mut App) -> Vec<Effect> {
    if app.scenario.is_none() || desk::current(app).is_none() {
        (app.data.row, app.data.down) = (0, 0);
    }
    desk::read_once(app)
}

/// The selection stays within the rows.
fn stay_within(app: &mut App) {
    app.data.row = app.data.row.min(rows_of(app).len().saturating_sub(1));
}

/// Does what is asked.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Exclude => exclude(app),
        Command::LogAxis => {
            app.data.log_axis = !app.data.log_axis;
            Vec::new()
        }
        Command::Write => desk::ask_to_write(app, action::Command::Data(Command::WriteNow)),
        Command::WriteNow => desk::write(app),
    }
}

fn exclude(app: &mut App) -> Vec<Effect> {
    let Some(row) = selected(app) else { return Vec::new() };
    let (table, line) = (row.table, row.line);
    let is_out = matches!(row.state, RowState::Excluded(_));
    let others: Vec<Edit> = desk::edits(app).iter().filter(|edit| !concerns(edit, table, line)).cloned().collect();
    // a change of before is taken away; what the file says is changed
    let was_changed = others.len() < desk::edits(app).len();
    if was_changed {
        app.say(if is_out { format!("line {line} is used again") } else { format!("line {line} is left out again, as the file has it") });
        return desk::change(app, others, None);
    }
    if is_out {
        app.say(format!("line {line} is used again"));
        return desk::add(app, Edit::Include { table, line }, None);
    }
    app.data.excluding = Some((table, line));
    let words = also(app, table, line);
    app.ask_for(Screen::Data, "reason", format!("why is line {line}{words} left out?"), "");
    Vec::new()
}

fn concerns(edit: &Edit, of_table: usize, of_line: u64) -> bool {
    match edit {
        Edit::Exclude { table, line, .. } | Edit::Include { table, line } => (*table, *line) == (of_table, of_line),
        _ => false,
    }
}

/// A line of a wide table holds several values: all go.
fn also(app: &App, table: usize, line: u64) -> String {
    let count = rows_of(app).iter().filter(|row| (row.table, row.line) == (table, line) && row.value.is_some()).count();
    if count > 1 { format!(" with its {count} values") } else { String::new() }
}

/// Moves.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    match motion {
        Motion::Pane(by) => {
            let at = PANELS.iter().position(|panel| *panel == app.data.panel).unwrap_or(0) as isize;
            app.data.panel = PANELS[(at + by).rem_euclid(PANELS.len() as isize) as usize];
        }
        Motion::Side(by) => to_series(app, by),
        Motion::Enter => {}
        _ if app.data.panel == Panel::Notes => {
            let area = place::places(app, crate::tui::update::body(app)).notes.unwrap_or_default();
            let room = notes::lines(app, place::inside(area).width as usize).len().saturating_sub(place::inside(area).height as usize);
            app.data.down = moved(app.data.down.min(room), motion, place::inside(area).height, room);
        }
        _ => {
            let area = place::places(app, crate::tui::update::body(app)).rows.unwrap_or_default();
            let last = rows_of(app).len().saturating_sub(1);
            app.data.row = moved(app.data.row, motion, place::inside(area).height, last);
        }
    }
    Vec::new()
}

fn moved(position: usize, motion: Motion, height: u16, last: usize) -> usize {
    let page = height.saturating_sub(2).max(1) as isize;
    match motion {
        Motion::Rows(by) => position.saturating_add_signed(by).min(last),
        Motion::Page(by) => position.saturating_add_signed(by * page).min(last),
        Motion::First => 0,
        Motion::Last => last,
        Motion::Side(_) | Motion::Pane(_) | Motion::Enter => position.min(last),
    }
}

/// To the first row of the neighbouring region.
fn to_series(app: &mut App, by: isize) {
    let rows = rows_of(app);
    let all = plot::series(rows);
    let Some(row) = rows.get(app.data.row) else { return };
    let Some(at) = all.iter().position(|one| one.holds(row)) else { return };
    let to = at.saturating_add_signed(by).min(all.len() - 1);
    let first = rows.iter().position(|row| all[to].holds(row));
    if to != at {
        app.data.row = first.unwrap_or(app.data.row);
    }
}

/// One step back; false where there is none.
pub fn back(app: &mut App) -> bool {
    let away = app.data.panel != Panel::Rows;
    app.data.panel = Panel::Rows;
    away
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    desk::undo(app, back)
}

/// Takes the answer of a prompt.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    if what != "reason" {
        return Ok(Vec::new());
    }
    let reason = text.trim();
    if reason.is_empty() {
        return Err("a value is left out for a reason: it is kept with the data".into());
    }
    let Some((table, line)) = app.data.excluding.take() else { return Ok(Vec::new()) };
    app.say(format!("line {line} is left out of fits; `W` writes that into the scenario"));
    Ok(desk::add(app, Edit::Exclude { table, line, reason: reason.to_owned() }, None))
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {
        Work::Read { path, edits } => News::Read(desk::carry_out_read(&path, &edits)),
        Work::Save { path, text, since } => {
            let result = desk::carry_out_save(&path, &text, &since);
            News::Saved(path, result)
        }
    }
}

/// Takes what work found.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    desk::take(app, ticket, news)
}

/// A job ended: none is of this screen.
pub fn job_ended(_app: &mut App, _path: &Path, _kind: JobKind) -> Vec<Effect> {
    Vec::new()
}

/// The rows that are searched, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    if app.data.panel == Panel::Notes {
        let area = place::places(app, crate::tui::update::body(app)).notes.unwrap_or_default();
        let lines = notes::lines(app, place::inside(area).width as usize);
        return Some((lines.iter().map(ToString::to_string).collect(), app.data.down));
    }
    let rows = rows_of(app);
    (!rows.is_empty()).then(|| (rows.iter().map(rows::words).collect(), app.data.row))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    if app.data.panel == Panel::Notes {
        app.data.down = row;
    } else {
        app.data.row = row;
        stay_within(app);
    }
}

/// A click within the body.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let places = place::places(app, area);
    let at = Position { x: column, y: row };
    let within = |area: Option<Rect>| area.filter(|area| area.contains(at));
    if let Some(area) = within(places.rows) {
        app.data.panel = Panel::Rows;
        if let Some(found) = rows::row_at(app, area, row) {
            app.data.row = found;
        }
    } else if within(places.plot).is_some() {
        app.data.panel = Panel::Plot;
    } else if within(places.notes).is_some() {
        app.data.panel = Panel::Notes;
    }
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    let mut kept = desk::kept(app);
    kept.push(("axis".into(), if app.data.log_axis { "log" } else { "linear" }.into()));
    kept
}

/// Takes it up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    app.data.log_axis = kept.iter().any(|(name, value)| name == "axis" && value == "log");
    desk::restored(app, kept);
}

/// Work panicked: what waited for it waits no longer.
pub fn lost(app: &mut App, ticket: Ticket) {
    desk::lost(app, ticket);
}
