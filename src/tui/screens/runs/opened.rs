//! Reading runs back: the selected one soon after it was selected, so that its figures are there when they are asked for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Pane, View, Work, history};
use crate::report::Status;
use crate::report::runs::RunEntry;
use crate::tui::app::{self, App, JobKind};
use crate::tui::message::{Effect, Ticket};
use crate::tui::record::Record;
use crate::tui::screens;

/// How long a run is selected before it is read.
const PAUSE: Duration = Duration::from_millis(150);
/// So many runs are held; those that were not looked at last are read again.
const HELD: usize = 12;

/// The selected run, read back.
pub fn record(app: &App) -> Option<&Record> {
    app.result(&history::selected(app)?.path, JobKind::Opened)?.record.as_ref()
}

/// Why it could not be read.
pub fn failure(app: &App) -> Option<&str> {
    app.result(&history::selected(app)?.path, JobKind::Opened)?.failure.as_deref()
}

fn is_done(run: &RunEntry) -> bool {
    run.manifest.as_ref().is_some_and(|manifest| manifest.status == Status::Done)
}

/// Whether the selected run has results to show.
pub fn can_open(app: &App) -> Result<(), String> {
    let run = history::selected(app).ok_or("there is no run here")?;
    if is_done(run) { Ok(()) } else { Err(format!("the run is {}: there is no result to show", history::state(run).1)) }
}

/// Whether it has figures.
pub fn has_figures(app: &App) -> Result<(), String> {
    can_open(app)?;
    let figures = history::selected(app).and_then(|run| run.manifest.as_ref()).map_or(0, |manifest| manifest.figures.len());
    if figures > 0 { Ok(()) } else { Err("the run has no figures".into()) }
}

/// The selected run, where it is to be read and is not yet.
fn wanted(app: &App) -> Option<PathBuf> {
    let run = history::selected(app).filter(|run| is_done(run))?;
    let known = app.result(&run.path, JobKind::Opened).is_some();
    let asked = app.runs.reading.as_ref().is_some_and(|(_, path)| *path == run.path);
    (!known && !asked).then(|| run.path.clone())
}

/// Reads the selected run after a moment.
pub fn soon(app: &mut App) -> Vec<Effect> {
    let Some(path) = wanted(app) else { return Vec::new() };
    let ticket = app.ticket();
    app.runs.reading = Some((ticket, path.clone()));
    vec![Effect::After(PAUSE, ticket, screens::Work::Runs(Work::Read(path)))]
}

/// Shows the result of the selected run; reads it now where that was not done yet.
pub fn open(app: &mut App) -> Vec<Effect> {
    (app.runs.view, app.runs.down) = (View::Result, 0);
    let Some(path) = history::selected(app).filter(|run| is_done(run)).map(|run| run.path.clone()) else { return Vec::new() };
    if app.result(&path, JobKind::Opened).is_some_and(|result| result.record.is_some()) {
        return Vec::new();
    }
    let ticket = app.ticket();
    app.runs.reading = Some((ticket, path.clone()));
    vec![Effect::Background(ticket, screens::Work::Runs(Work::Read(path)))]
}

/// Enter on a run: its result, or why there is none and what to do.
pub fn enter(app: &mut App) -> Vec<Effect> {
    let Some(run) = history::selected(app) else { return Vec::new() };
    if is_done(run) {
        app.runs.pane = Pane::Detail;
        return open(app);
    }
    let words = format!(
        "the run is {}; {}",
        history::state(run).1,
        super::asked::can_do_again(app).map_or_else(|why| why, |()| "`r` goes on with it".into())
    );
    (app.runs.view, app.runs.down) = (View::Manifest, 0);
    app.say(words);
    Vec::new()
}

/// The tables of a trial in the order in which people ask for them.
pub fn order(app: &mut App, path: &Path) {
    let runs = app.project.iter().flat_map(|project| &project.runs);
    let of_trial = runs.filter(|run| run.path == path).any(|run| history::verb(run) == "trial");
    let result = app.results.get_mut(&(path.to_path_buf(), JobKind::Opened));
    if let Some(record) = result.and_then(|result| result.record.as_mut()).filter(|_| of_trial) {
        screens::trial::ordered(record);
    }
}

/// A run was read.
pub fn take(app: &mut App, ticket: Ticket, path: PathBuf, read: Result<Record, String>) {
    if app.runs.reading.as_ref().is_some_and(|(asked, _)| *asked == ticket) {
        app.runs.reading = None;
    }
    let result = match read {
        Ok(record) => app::Result { record: Some(record), failure: None, folder: Some(path.clone()) },
        Err(words) => app::Result { record: None, failure: Some(words), folder: Some(path.clone()) },
    };
    let selected = history::selected(app).map(|run| run.path.clone());
    let held: Vec<PathBuf> = app.results.keys().filter(|(_, kind)| *kind == JobKind::Opened).map(|(path, _)| path.clone()).collect();
    for old in held.iter().filter(|old| Some(*old) != selected.as_ref()).take(held.len().saturating_sub(HELD - 1)) {
        app.results.remove(&(old.clone(), JobKind::Opened));
    }
    app.results.insert((path.clone(), JobKind::Opened), result);
    order(app, &path);
}
