//! Starting, pausing and resuming. A pause cancels the job, which keeps its finished patients in the unfinished run; resuming takes that run up with the same options.

use std::path::Path;
use std::sync::Arc;

use super::settings::{current, declared};
use super::{Pane, View, results};
use crate::report::Status;
use crate::session::live::{Live, TrialLive};
use crate::session::trial::{PowerOptions, TrialOptions};
use crate::session::work::Task;
use crate::tui::app::{App, JobKind, RunningJob};
use crate::tui::browse::Aspect;
use crate::tui::message::{Effect, Ticket};
use crate::tui::screens::runs;
use crate::tui::start::{self, With};

/// A job that was stopped before it was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopped {
    /// What it was to do.
    pub task: Task,
    /// `name=value` that it was given.
    pub sets: Vec<String>,
    /// Patients finished, and patients in all, where they are known.
    pub done: Option<(usize, usize)>,
}

impl Stopped {
    /// "paused at 320 of 1000 patients".
    pub fn words(&self) -> String {
        match self.done {
            Some((done, all)) => format!("paused at {done} of {all} patients"),
            None => "stopped before it was done".to_owned(),
        }
    }
}

const KINDS: [JobKind; 2] = [JobKind::Trial, JobKind::Power];

/// The job of the current scenario that the screen shows: trial or power.
pub fn job(app: &App, kind: JobKind) -> Option<(Ticket, &RunningJob)> {
    app.job_of(app.scenario.as_ref()?, kind)
}

/// What the trial shows while it runs.
pub fn live_of(job: &RunningJob) -> Option<&Arc<TrialLive>> {
    match &job.progress.live {
        Some(Live::Trial(live)) => Some(live),
        _ => None,
    }
}

fn has_trial(app: &App) -> Result<(), String> {
    match declared(app) {
        None if app.scenario.is_none() => Err("no scenario is chosen: `o` chooses one".into()),
        None => Err("the scenario is still being read".into()),
        Some(Err(words)) => Err(words.lines().next().unwrap_or_default().to_owned()),
        Some(Ok(_)) => Ok(()),
    }
}

/// Whether a trial can be started.
pub fn can_start(app: &App) -> Result<(), String> {
    has_trial(app)?;
    if job(app, JobKind::Trial).is_some() { Err("the trial is under way: `z` pauses it, `c` cancels it".into()) } else { Ok(()) }
}

/// Whether something can be paused.
pub fn can_pause(app: &App) -> Result<(), String> {
    let running = KINDS.iter().filter_map(|kind| job(app, *kind)).find(|(_, job)| !job.cancelling);
    running.map(|_| ()).ok_or_else(|| "no trial of this scenario is under way: `s` starts one".into())
}

/// Whether something can be resumed.
pub fn can_resume(app: &App) -> Result<(), String> {
    let Some((kind, _)) = resumable(app) else {
        return Err("no trial of this scenario was stopped before it was done".into());
    };
    if job(app, kind).is_some() { Err(format!("the {} is under way", kind.word())) } else { Ok(()) }
}

/// Whether the power can be computed.
pub fn can_power(app: &App) -> Result<(), String> {
    has_trial(app)?;
    let Some(Ok(declared)) = declared(app) else { return Ok(()) };
    let Some(power) = &declared.power else {
        return Err("the scenario declares no `trial: {power: …}`: sizes, tests and hypotheses".into());
    };
    if job(app, JobKind::Power).is_some() {
        return Err("the power is under way: `z` pauses it".into());
    }
    let pool = current(app).patients.unwrap_or(declared.patients);
    match power.sizes.iter().max() {
        Some(largest) if *largest > pool => {
            Err(format!("a trial of {largest} patients cannot be drawn from a pool of {pool}: raise the number of patients"))
        }
        _ => Ok(()),
    }
}

/// Starts the trial.
pub fn start(app: &mut App) -> Vec<Effect> {
    let settings = current(app);
    begin(app, Task::Trial(TrialOptions { patients: settings.patients, seed: settings.seed }), With::default())
}

/// Computes the power.
pub fn power(app: &mut App) -> Vec<Effect> {
    let settings = current(app);
    let trial = TrialOptions { patients: settings.patients, seed: settings.seed };
    begin(app, Task::Power(PowerOptions { trial, replicates: settings.replicates }), With::default())
}

/// Goes on with what was stopped.
pub fn resume(app: &mut App) -> Vec<Effect> {
    let Some((_, stopped)) = resumable(app) else { return Vec::new() };
    begin(app, stopped.task, With { sets: stopped.sets, resume: true, ..With::default() })
}

fn begin(app: &mut App, task: Task, with: With) -> Vec<Effect> {
    let Some(path) = app.scenario.clone() else { return Vec::new() };
    let kind = JobKind::of(&task);
    app.trial.asked_of.insert((path.clone(), kind), task.clone());
    app.trial.view = if kind == JobKind::Power { View::Power } else { View::Running };
    app.trial.pane = Pane::Shown;
    start::start(app, &path, task, with)
}

/// Stops the job that is shown, else the other.
pub fn pause(app: &mut App) -> Vec<Effect> {
    let first = if app.trial.view == View::Power { [JobKind::Power, JobKind::Trial] } else { KINDS };
    let found = first.iter().filter_map(|kind| job(app, *kind)).find(|(_, job)| !job.cancelling).map(|(ticket, job)| (ticket, job.kind));
    let Some((ticket, kind)) = found else { return Vec::new() };
    let effects = start::cancel(app, ticket);
    app.say(format!("pausing the {}: finished patients are kept …", kind.word()));
    effects
}

/// What can be resumed: what was stopped in this session, else the latest unfinished run of the scenario.
pub fn resumable(app: &App) -> Option<(JobKind, Stopped)> {
    let path = app.scenario.as_ref()?;
    let kinds = if app.trial.view == View::Power { [JobKind::Power, JobKind::Trial] } else { KINDS };
    let of_session = kinds.iter().find_map(|kind| Some((*kind, app.trial.stopped.get(&(path.clone(), *kind))?.clone())));
    of_session.or_else(|| unfinished(app, path))
}

/// The latest unfinished run of a trial or power of a scenario. A finished run of the same scenario that began later makes it stale.
fn unfinished(app: &App, path: &Path) -> Option<(JobKind, Stopped)> {
    let mut runs: Vec<_> = app.project.iter().flat_map(|project| &project.runs).filter(|run| runs::is_of(app, run, path)).collect();
    runs.sort_by(|one, two| one.name.cmp(&two.name));
    let run = runs.into_iter().rfind(|run| {
        let verb = run.manifest.as_ref().map_or("", |manifest| manifest.verb.as_str());
        matches!(verb, "trial" | "power")
    })?;
    let manifest = run.manifest.as_ref().filter(|manifest| run.partial && manifest.status != Status::Done)?;
    let task = Task::from_stored(&manifest.verb, &manifest.options)?;
    let sets = manifest.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some((JobKind::of(&task), Stopped { task, sets, done: None }))
}

/// "cancelled after 128 of 200 virtual patients" → 128 of 200.
fn done_in(words: &str) -> Option<(usize, usize)> {
    let (_, after) = words.split_once("cancelled after ")?;
    let mut words = after.split_whitespace();
    let done = words.next()?.parse().ok()?;
    (words.next()? == "of").then_some(())?;
    let all = words.next()?.parse().ok()?;
    (words.next()? == "virtual").then_some((done, all))
}

/// A job ended: a result is shown, a stop remembered.
pub fn ended(app: &mut App, path: &Path, kind: JobKind) {
    let key = (path.to_path_buf(), kind);
    let task = app.trial.asked_of.remove(&key);
    if let Some(Live::Trial(live)) = app.last_live.take() {
        app.trial.seen.insert(path.to_path_buf(), live);
    }
    let said = app.notice.as_ref().map_or("", |notice| notice.text.as_str());
    let cancelled = app.notice.as_ref().is_some_and(|notice| !notice.bad && notice.text.contains(": cancelled"));
    if cancelled {
        let done = done_in(said);
        if let Some(task) = task {
            let stopped = Stopped { task, sets: Vec::new(), done };
            let words = format!("{}: `r` goes on from there", stopped.words());
            app.trial.stopped.insert(key, stopped);
            app.say(words);
        }
        return;
    }
    if app.notice.as_ref().is_some_and(|notice| notice.bad) {
        return;
    }
    app.trial.stopped.remove(&key);
    results::order(app, &key);
    if app.scenario.as_deref() != Some(path) {
        return;
    }
    let shown = match kind {
        JobKind::Power => View::Power,
        _ => View::Outcomes,
    };
    // the user may look at the other result meanwhile
    if matches!((app.trial.view, kind), (View::Running, JobKind::Trial) | (View::Power, JobKind::Power)) {
        app.trial.view = shown;
        let browse = results::browse_mut(app);
        *browse = crate::tui::browse::Browse::default();
        browse.show(Aspect::Tables);
    }
}
