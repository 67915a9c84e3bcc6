//! Screen 3: fitting the model to the data. What is fitted is chosen here, the search is watched, fits are kept and compared.
//!
//! `actions`: what can be asked for; `parameters`: the list of the fit's parameters; `typed`: what is typed of them; `watch`: the search while it
//! runs; `result`: what came out; `kept`: fits kept and side by side; `estimates`: numbers out of the tables of a result; `place`: where the panels
//! stand. Changes are those of the scenario's text, as on the screen Data.

mod actions;
mod estimates;
mod kept;
mod parameters;
mod place;
mod result;
#[cfg(test)]
mod tests;
mod typed;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::data::{self, desk};
use crate::session::draft::{Edit, FitLook, ParameterLook};
use crate::session::work::Task;
use crate::tui::action::{self, Motion};
use crate::tui::app::{App, JobKind, Question};
use crate::tui::browse::{self, Aspect, Browse};
use crate::tui::message::{Effect, Ticket};
use crate::tui::record::Record;
use crate::tui::screen::Screen;
use crate::tui::start::{With, start};
use crate::tui::update::{body, open_screen};

pub use actions::{ACTIONS, Command};
pub use kept::Kept;

use actions::{can_start, has_fit, is_fitted};

/// Where the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// The parameters.
    #[default]
    Parameters,
    /// The search, or what came out.
    Result,
}

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    panel: Panel,
    row: usize,
    browse: Browse,
    comparing: bool,
    /// The two kept fits that stand side by side; one beyond the last is the present one.
    pair: (usize, usize),
    kept: Vec<Kept>,
    /// Changes with which the running fit was started, and with which the result was made.
    started: BTreeMap<PathBuf, Made>,
    made: BTreeMap<PathBuf, Made>,
}

/// What a fit was made with: the changes that were not written, and the whole text with them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Made {
    edits: Vec<Edit>,
    text: String,
}

/// Work in the background is that of the screen Data.
pub type Work = data::Work;

/// What it found.
pub type News = data::News;

/// The section `fit` of the current scenario.
fn fit_of(app: &App) -> Option<&FitLook> {
    desk::current(app).and_then(|look| look.fit.as_ref())
}

/// The selected parameter.
fn selected(app: &App) -> Option<&ParameterLook> {
    let parameters = &fit_of(app)?.parameters;
    parameters.get(app.fit.row.min(parameters.len().saturating_sub(1)))
}

/// The result of the current scenario's last fit.
fn record(app: &App) -> Option<&Record> {
    app.result(app.scenario.as_ref()?, JobKind::Fit)?.record.as_ref()
}

/// Whether its fit is running.
fn is_running(app: &App) -> bool {
    app.scenario.as_ref().is_some_and(|path| app.job_of(path, JobKind::Fit).is_some())
}

/// The screen was opened, or what it shows changed.
pub fn entered(app: &mut App) -> Vec<Effect> {
    app.fit.comparing &= kept::choices(app).len() > 1;
    desk::read_once(app)
}

/// Does what is asked.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Start => begin(app),
        Command::Include => include(app),
        Command::StartValue | Command::Bounds | Command::Prior | Command::Add => typed::ask(app, command),
        Command::Scale => typed::next_scale(app),
        Command::Show(aspect) => {
            (app.fit.comparing, app.fit.panel) = (false, Panel::Result);
            app.fit.browse.show(aspect);
            Vec::new()
        }
        Command::Keep => kept::keep(app),
        Command::Compare => kept::compare(app),
        Command::Discard => {
            let Some(name) = kept::left(app).map(|kept| kept.name.clone()) else { return Vec::new() };
            app.question = Some(Question {
                title: "Kept fits".into(),
                words: vec![format!("Forget the kept fit {name}? Its run folder stays.")],
                answers: vec![('y', "forget it".into(), action::Command::Fit(Command::DiscardNow))],
            });
            Vec::new()
        }
        Command::DiscardNow => kept::discard(app),
        Command::Send => send(app),
        Command::Write => desk::ask_to_write(app, action::Command::Data(data::Command::WriteNow)),
    }
}

fn begin(app: &mut App) -> Vec<Effect> {
    let (Some(path), Some(look)) = (app.scenario.clone(), desk::current(app).cloned()) else { return Vec::new() };
    let edits = desk::edits(app).to_vec();
    let text = (!edits.is_empty()).then(|| look.text.clone());
    let made = Made { edits, text: look.text.clone() };
    app.fit.started.insert(path.clone(), made);
    (app.fit.comparing, app.fit.panel) = (false, Panel::Result);
    start(app, &path, Task::Fit, With { text, ..With::default() })
}

fn include(app: &mut App) -> Vec<Effect> {
    let Some(parameter) = selected(app).cloned() else { return Vec::new() };
    let path = parameter.path;
    if parameter.fitted {
        let added = Edit::Add { path: path.clone() };
        if desk::edits(app).contains(&added) {
            let others = desk::edits(app).iter().filter(|edit| !concerns(edit, &path)).cloned().collect();
            app.say(format!("{path} is not fitted"));
            return desk::change(app, others, None);
        }
        app.say(format!("{path} stays at its value"));
        return desk::add(app, Edit::LeaveOut { path }, None);
    }
    let others = desk::edits(app).iter().filter(|edit| !matches!(edit, Edit::LeaveOut { path: out } if *out == path)).cloned().collect();
    app.say(format!("{path} is fitted"));
    desk::change(app, others, None)
}

fn concerns(edit: &Edit, of: &str) -> bool {
    matches!(edit, Edit::Add { path } | Edit::LeaveOut { path } | Edit::Set { path, .. } if path == of)
}

/// Sends the estimates on; where several subjects were fitted, asks whose.
fn send(app: &mut App) -> Vec<Effect> {
    let (Some(record), Some(fit)) = (record(app), fit_of(app)) else { return Vec::new() };
    let groups = estimates::groups(record);
    if fit.each_subject && groups.len() > 1 {
        let preset = groups.first().cloned().unwrap_or_default();
        app.ask_for(Screen::Fit, "group", format!("estimates of which subject? ({})", groups.join(", ")), preset);
        return Vec::new();
    }
    send_of(app, None)
}

fn send_of(app: &mut App, group: Option<&str>) -> Vec<Effect> {
    let (Some(path), Some(record), Some(fit)) = (app.scenario.clone(), record(app), fit_of(app)) else { return Vec::new() };
    let found = estimates::of_model(record, fit, group);
    if found.is_empty() {
        app.say("the result holds no estimate of a parameter of the model");
        return Vec::new();
    }
    let mut effects = super::what_if::take_estimates(app, &path, &found);
    effects.extend(open_screen(app, Screen::WhatIf));
    if app.notice.is_none() {
        app.say(format!("{} estimates taken over", found.len()));
    }
    effects
}

/// Moves.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    match (motion, app.fit.panel) {
        (Motion::Pane(_), panel) => app.fit.panel = if panel == Panel::Parameters { Panel::Result } else { Panel::Parameters },
        (Motion::Enter, Panel::Parameters) => match is_fitted(app) {
            Ok(()) => return typed::ask(app, Command::StartValue),
            Err(words) => app.say(words),
        },
        (_, Panel::Parameters) => {
            let last = fit_of(app).map_or(0, |fit| fit.parameters.len().saturating_sub(1));
            let page = place::places(app, body(app)).parameters.map_or(1, |area| area.height.saturating_sub(4).max(1)) as isize;
            app.fit.row = match motion {
                Motion::Rows(by) => app.fit.row.min(last).saturating_add_signed(by).min(last),
                Motion::Page(by) => app.fit.row.saturating_add_signed(by * page).min(last),
                Motion::First => 0,
                Motion::Last => last,
                _ => app.fit.row,
            };
        }
        (_, Panel::Result) if app.fit.comparing => kept::go(app, motion),
        (_, Panel::Result) => {
            let area = result::content(app, place::places(app, body(app)).result.unwrap_or_default());
            let mut browse = app.fit.browse;
            if let Some(record) = record(app) {
                browse::go(record, &mut browse, motion, app.full_screen, area);
            }
            app.fit.browse = browse;
        }
    }
    Vec::new()
}

/// One step back; false where there is none.
pub fn back(app: &mut App) -> bool {
    if app.fit.comparing {
        app.fit.comparing = false;
        return true;
    }
    let away = app.fit.panel != Panel::Parameters;
    app.fit.panel = Panel::Parameters;
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
    if what != "group" {
        return typed::answered(app, what, text);
    }
    let groups = record(app).map(estimates::groups).unwrap_or_default();
    if !groups.iter().any(|group| group == text.trim()) {
        return Err(format!("it is one of {}", groups.join(", ")));
    }
    Ok(send_of(app, Some(text.trim())))
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    data::carry_out(work)
}

/// Takes what work found.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    data::take(app, ticket, news)
}

/// A fit ended.
pub fn job_ended(app: &mut App, path: &Path, kind: JobKind) -> Vec<Effect> {
    let Some(made) = app.fit.started.remove(path) else { return Vec::new() };
    if app.result(path, kind).is_some_and(|result| result.record.is_some() && result.failure.is_none()) {
        app.fit.made.insert(path.to_path_buf(), made);
    }
    if app.scenario.as_deref() == Some(path) {
        // the estimates are what the tables begin with here
        let table = record(app).and_then(|record| record.tables.iter().position(|table| table.name == "fit")).unwrap_or(0);
        app.fit.browse.place = browse::Place { table, ..browse::Place::default() };
    }
    Vec::new()
}

/// The rows that are searched, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    if app.fit.panel == Panel::Result && !is_running(app) && !app.fit.comparing {
        let record = record(app)?;
        let area = result::content(app, place::places(app, body(app)).result?);
        let lines = browse::lines(record, &app.fit.browse, app.full_screen, area.width as usize);
        return (!lines.is_empty()).then(|| (lines.iter().map(ToString::to_string).collect(), app.fit.browse.place.down));
    }
    let parameters = &fit_of(app)?.parameters;
    Some((parameters.iter().map(parameters::words).collect(), app.fit.row))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    if app.fit.panel == Panel::Result && !is_running(app) && !app.fit.comparing {
        app.fit.browse.place.down = row;
    } else {
        app.fit.row = row;
    }
}

/// A click within the body.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let places = place::places(app, area);
    let at = Position { x: column, y: row };
    if let Some(area) = places.parameters.filter(|area| area.contains(at)) {
        app.fit.panel = Panel::Parameters;
        if let Some(found) = parameters::row_at(app, area, row) {
            app.fit.row = found;
        }
    } else if places.result.is_some_and(|area| area.contains(at)) {
        app.fit.panel = Panel::Result;
    }
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    vec![("shows".into(), app.fit.browse.wanted.title().into())]
}

/// Takes it up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    let wanted = kept.iter().find(|(name, _)| name == "shows").map(|(_, value)| value.as_str());
    if let Some(aspect) = Aspect::ALL.into_iter().find(|aspect| Some(aspect.title()) == wanted) {
        app.fit.browse.show(aspect);
    }
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let places = place::places(app, area);
    if let Some(area) = places.parameters {
        parameters::draw(app, area, buffer);
    }
    if let Some(area) = places.result {
        result::draw(app, area, buffer);
    }
}
