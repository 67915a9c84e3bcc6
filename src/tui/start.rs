//! Starting and stopping jobs of the session layer; the newest request of a scenario and kind wins.

use std::path::{Path, PathBuf};

use super::app::{App, JobKind, RunningJob};
use super::message::{Effect, Ticket};
use crate::session::job::Request;
use crate::session::project::Project;
use crate::session::work::{Progress, Task};

/// What a job may be given besides its task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct With {
    /// `name=value` overrides.
    pub sets: Vec<String>,
    /// Whether to take up the latest unfinished run of the same inputs.
    pub resume: bool,
    /// A changed text in place of the scenario's file.
    pub text: Option<String>,
}

/// The command line's twin of a task.
#[must_use]
pub fn command_of(task: &Task, scenario: &str, with: &With) -> String {
    let (verb, options) = task.stored();
    let mut words = format!("rpt {verb} {scenario}");
    for (name, value) in options {
        words.push_str(&format!(" --{name} {value}"));
    }
    for set in &with.sets {
        words.push_str(&format!(" --set \"{set}\""));
    }
    if with.resume {
        words.push_str(" --resume");
    }
    words
}

/// Starts a job. Simulations and replays write nothing; all others write a run folder.
pub fn start(app: &mut App, path: &Path, task: Task, with: With) -> Vec<Effect> {
    let kind = JobKind::of(&task);
    let entry = app.scenarios().iter().find(|entry| entry.path == path);
    let name = entry.map_or_else(|| app.relative(path), |entry| entry.name.clone());
    let command = command_of(&task, &app.relative(path), &with);
    let writes = !matches!(task, Task::Simulate | Task::Replay(_));
    let runs_root = writes.then(|| Project::runs_root(&app.folder));
    let ticket = app.ticket();
    let mut effects = Vec::new();
    let earlier: Vec<Ticket> = app.jobs.iter().filter(|(_, job)| job.path == path && job.kind == kind).map(|(ticket, _)| *ticket).collect();
    for old in earlier {
        app.jobs.remove(&old);
        effects.push(Effect::CancelJob(old));
    }
    let progress = Progress { step: "starting".to_owned(), done: 0.0, left_s: None, live: None };
    app.jobs.insert(ticket, RunningJob { path: path.to_path_buf(), kind, name, progress, cancelling: false });
    let With { sets, resume, text } = with;
    let scenario: PathBuf = path.to_path_buf();
    effects.push(Effect::StartJob(ticket, Request { scenario, text, sets, task, runs_root, command, threads: None, resume }));
    effects
}

/// Asks a job to stop; it still answers.
pub fn cancel(app: &mut App, ticket: Ticket) -> Vec<Effect> {
    let Some(job) = app.jobs.get_mut(&ticket) else { return Vec::new() };
    job.cancelling = true;
    let words = format!("stopping the {} of `{}` …", job.kind.word(), job.name);
    app.say(words);
    vec![Effect::CancelJob(ticket)]
}
