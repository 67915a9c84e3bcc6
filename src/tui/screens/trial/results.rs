//! What the trial and its power came to: of this session, else of the latest finished run of the scenario.

use std::path::PathBuf;
use std::sync::Arc;

use super::running::live_of;
use super::{Pane, View};
use crate::report::Status;
use crate::session::live::TrialLive;
use crate::tui::app::{App, JobKind};
use crate::tui::browse::{Aspect, Browse};
use crate::tui::message::Effect;
use crate::tui::record::Record;
use crate::tui::screens::runs::is_of;

/// Tables that answer the question of a trial, first.
const FIRST: [&str; 8] = ["survival", "hazard_ratios", "cohort_differences", "groups", "beside_published", "cohort", "screening", "drawn"];

fn kind_of(view: View) -> JobKind {
    if view == View::Power { JobKind::Power } else { JobKind::Trial }
}

/// The result of the current scenario for a view.
fn of_view(app: &App, view: View) -> Option<&Record> {
    let path = app.scenario.as_ref()?;
    let own = app.result(path, kind_of(view)).and_then(|result| result.record.as_ref());
    own.or_else(|| app.result(&stored(app, view)?, JobKind::Opened)?.record.as_ref())
}

/// The latest finished run of the scenario for a view.
pub fn stored(app: &App, view: View) -> Option<PathBuf> {
    let path = app.scenario.as_ref()?;
    let verb = if view == View::Power { "power" } else { "trial" };
    let runs = app.project.iter().flat_map(|project| &project.runs);
    let finished = runs.filter(|run| {
        let manifest = run.manifest.as_ref();
        let done = manifest
            .is_some_and(|manifest| manifest.status == Status::Done && manifest.verb == verb && !manifest.options.contains_key("patient"));
        done && is_of(app, run, path)
    });
    finished.max_by(|one, two| one.name.cmp(&two.name)).map(|run| run.path.clone())
}

/// The view whose results are looked through.
fn view_of(app: &App) -> View {
    if app.trial.view == View::Power { View::Power } else { View::Outcomes }
}

/// The result that is shown.
pub fn record(app: &App) -> Option<&Record> {
    of_view(app, view_of(app))
}

/// Whether the shown result is one of an earlier session, read back from its folder.
pub fn is_stored(app: &App) -> Option<PathBuf> {
    let path = app.scenario.as_ref()?;
    let own = app.result(path, kind_of(app.trial.view)).is_some_and(|result| result.record.is_some());
    if own { None } else { stored(app, view_of(app)) }
}

/// Why the last attempt failed, where it did.
pub fn failure(app: &App) -> Option<&str> {
    app.result(app.scenario.as_ref()?, kind_of(app.trial.view))?.failure.as_deref()
}

/// How the result is looked through.
pub fn browse(app: &App) -> &Browse {
    if app.trial.view == View::Power { &app.trial.power } else { &app.trial.outcomes }
}

/// The same, to be moved.
pub fn browse_mut(app: &mut App) -> &mut Browse {
    if app.trial.view == View::Power { &mut app.trial.power } else { &mut app.trial.outcomes }
}

/// Whether there is a result to look through.
pub fn has_result(app: &App) -> Result<(), String> {
    let view = view_of(app);
    if of_view(app, view).is_some() || stored(app, view).is_some() {
        return Ok(());
    }
    Err(match view {
        View::Power => "no power of this scenario yet: `w` computes it".into(),
        _ => "no trial of this scenario yet: `s` starts one".into(),
    })
}

/// Whether the other result is there too.
pub fn has_both(app: &App) -> Result<(), String> {
    let other = if app.trial.view == View::Power { View::Outcomes } else { View::Power };
    if of_view(app, other).is_some() || stored(app, other).is_some() || super::running::job(app, kind_of(other)).is_some() {
        return Ok(());
    }
    Err(match other {
        View::Power => "no power of this scenario yet: `w` computes it".into(),
        _ => "no trial of this scenario yet: `s` starts one".into(),
    })
}

/// Shows tables, figures or words; a run of an earlier session is read back first.
pub fn show(app: &mut App, aspect: Aspect) -> Vec<Effect> {
    app.trial.view = view_of(app);
    app.trial.pane = Pane::Shown;
    browse_mut(app).show(aspect);
    open(app)
}

/// To the other result.
pub fn other(app: &mut App) -> Vec<Effect> {
    app.trial.view = if app.trial.view == View::Power { View::Outcomes } else { View::Power };
    app.trial.pane = Pane::Shown;
    open(app)
}

/// Reads the latest finished run where the session has no result of its own.
fn open(app: &mut App) -> Vec<Effect> {
    if record(app).is_some() {
        return Vec::new();
    }
    let Some(path) = stored(app, app.trial.view).filter(|path| app.trial.opening.as_ref() != Some(path)) else { return Vec::new() };
    app.say(format!("reading {} …", app.relative(&path)));
    app.trial.opening = Some(path.clone());
    let ticket = app.ticket();
    vec![Effect::ReadRun(ticket, path)]
}

/// What is seen of the trial under way, or was seen when it was stopped.
pub fn live(app: &App) -> Option<&Arc<TrialLive>> {
    let path = app.scenario.as_ref()?;
    match app.job_of(path, JobKind::Trial) {
        Some((_, job)) => live_of(job),
        None => app.trial.seen.get(path),
    }
}

/// Puts the tables in the order in which people ask for them.
pub fn order(app: &mut App, key: &(PathBuf, JobKind)) {
    if let Some(record) = app.results.get_mut(key).and_then(|result| result.record.as_mut()) {
        ordered(record);
    }
}

/// The same for one result, which may be one that was read back: the table of all patients comes last.
pub fn ordered(record: &mut Record) {
    record.tables.sort_by_key(|table| {
        if table.name == "virtual_patients" {
            FIRST.len() + 1
        } else {
            FIRST.iter().position(|name| *name == table.name).unwrap_or(FIRST.len())
        }
    });
}
