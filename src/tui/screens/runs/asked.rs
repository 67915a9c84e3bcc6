//! What can be done with a run: mark and compare, verify, do again or go on, copy, show as a picture.

use std::path::{Path, PathBuf};

use super::difference::Difference;
use super::picture::{self, Protocol};
use super::{View, Work, history, opened};
use crate::report::Status;
use crate::report::manifest::Manifest;
use crate::report::run_folder::FIGURES;
use crate::report::verify::SUMS_FILE;
use crate::session::work::Task;
use crate::tui::app::{App, JobKind};
use crate::tui::message::{Effect, Ticket};
use crate::tui::screens;
use crate::tui::start::{self, With};

/// What a check of digests found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Under way.
    Asked(Ticket),
    /// Files that differ, in words; none where all is as it was written.
    Found(Vec<String>),
    /// It could not be checked.
    Failed(String),
}

fn manifest(app: &App) -> Result<&Manifest, String> {
    let run = history::selected(app).ok_or("there is no run here")?;
    run.manifest.as_ref().ok_or_else(|| "the run has no manifest: it was killed, or is still being written".to_owned())
}

fn whole(app: &App) -> Result<&Manifest, String> {
    let manifest = manifest(app)?;
    if manifest.status == Status::Done { Ok(manifest) } else { Err("the run is not finished".into()) }
}

/// Whether the run can be marked.
pub fn can_mark(app: &App) -> Result<(), String> {
    whole(app).map(|_| ())
}

/// Marks the selected run, or takes the mark away.
pub fn mark(app: &mut App) {
    let Some(path) = history::selected(app).map(|run| run.path.clone()) else { return };
    if app.runs.marked.as_ref() == Some(&path) {
        app.runs.marked = None;
        return app.say("no run is marked");
    }
    app.runs.marked = Some(path);
    app.say("marked: select another run, `d` compares the two");
}

/// Whether it can be compared.
pub fn can_compare(app: &App) -> Result<(), String> {
    whole(app)?;
    match (&app.runs.marked, history::selected(app)) {
        (None, _) => Err("mark a run with `m` first, then select another".into()),
        (Some(marked), Some(run)) if *marked == run.path => Err("this run is the marked one: select another".into()),
        _ => Ok(()),
    }
}

/// Compares the selected run with the marked one.
pub fn compare(app: &mut App) -> Vec<Effect> {
    let (Some(first), Some(second)) = (app.runs.marked.clone(), history::selected(app).map(|run| run.path.clone())) else {
        return Vec::new();
    };
    (app.runs.view, app.runs.down, app.runs.pane) = (View::Difference, 0, super::Pane::Detail);
    let ticket = app.ticket();
    app.runs.difference = Some(Difference { ticket, first: first.clone(), second: second.clone(), found: None });
    vec![Effect::Background(ticket, screens::Work::Runs(Work::Compare(first, second)))]
}

/// Whether digests can be checked.
pub fn can_verify(app: &App) -> Result<(), String> {
    whole(app).map(|_| ())
}

/// Checks the digests.
pub fn verify(app: &mut App) -> Vec<Effect> {
    let Some(path) = history::selected(app).map(|run| run.path.clone()) else { return Vec::new() };
    let ticket = app.ticket();
    app.runs.checks.insert(path.clone(), Check::Asked(ticket));
    (app.runs.view, app.runs.down) = (View::Manifest, 0);
    vec![Effect::Background(ticket, screens::Work::Runs(Work::Verify(path)))]
}

/// What the check found.
pub fn verified(app: &mut App, ticket: Ticket, path: PathBuf, found: Result<Vec<String>, String>) {
    if app.runs.checks.get(&path) != Some(&Check::Asked(ticket)) {
        return;
    }
    match &found {
        Ok(none) if none.is_empty() => app.say("verified: every file is as it was written"),
        Ok(found) => app.bad_news(format!("{} file{} differ from what was written", found.len(), if found.len() == 1 { "" } else { "s" })),
        Err(words) => app.bad_news(words.clone()),
    }
    app.runs.checks.insert(path, found.map_or_else(Check::Failed, Check::Found));
}

/// The scenario of a run, where the project still has it.
fn scenario_of(app: &App) -> Result<PathBuf, String> {
    let run = history::selected(app).ok_or("there is no run here")?;
    let entry = app
        .scenarios()
        .iter()
        .find(|entry| history::is_of(app, run, &entry.path) || (run.manifest.is_none() && entry.name == run.scenario));
    entry.map(|entry| entry.path.clone()).ok_or_else(|| format!("the scenario of the run, `{}`, is not in this project", run.scenario))
}

fn task_of(manifest: &Manifest) -> Result<Task, String> {
    Task::from_stored(&manifest.verb, &manifest.options)
        .ok_or_else(|| format!("the manifest names no verb that can be done again: `{}`", manifest.verb))
}

/// Whether the run can be done again, or gone on with.
pub fn can_do_again(app: &App) -> Result<(), String> {
    if manifest(app)?.changed_scenario.is_some() {
        return Err("its scenario was changed in the workbench and not written: `rpt reproduce` with its folder does it again".into());
    }
    let kind = JobKind::of(&task_of(manifest(app)?)?);
    let path = scenario_of(app)?;
    if app.job_of(&path, kind).is_some() { Err(format!("the {} of that scenario is under way", kind.word())) } else { Ok(()) }
}

/// Does the run again with its verb, options and values, and the files as they are now; an unfinished one is taken up.
pub fn again(app: &mut App) -> Vec<Effect> {
    let asked = |app: &App| -> Result<(PathBuf, Task, With, bool), String> {
        let manifest = manifest(app)?;
        let sets = manifest.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let resume = manifest.status != Status::Done;
        Ok((scenario_of(app)?, task_of(manifest)?, With { sets, resume, ..With::default() }, resume))
    };
    let (path, task, with, resume) = match asked(app) {
        Ok(asked) => asked,
        Err(words) => {
            app.say(words);
            return Vec::new();
        }
    };
    let kind = JobKind::of(&task);
    let effects = start::start(app, &path, task, with);
    let name = app.relative(&path);
    app.say(if resume { format!("the {} of {name} goes on", kind.word()) } else { format!("the {} of {name} runs again", kind.word()) });
    effects
}

/// Copies the path of the folder.
pub fn copy_path(app: &mut App) -> Vec<Effect> {
    let Some(path) = history::selected(app).map(|run| run.path.display().to_string()) else { return Vec::new() };
    app.say(format!("sent to the clipboard of the terminal: {path}"));
    vec![Effect::Copy(path)]
}

/// Copies the command that checks the digests.
pub fn copy_check(app: &mut App) -> Vec<Effect> {
    let Some(path) = history::selected(app).map(|run| run.path.clone()) else { return Vec::new() };
    let command = check_command(&path);
    app.say(format!("sent to the clipboard of the terminal: {command}"));
    vec![Effect::Copy(command)]
}

/// `(cd '…' && sha256sum -c SHA256SUMS)`: quoted for a shell.
pub fn check_command(path: &Path) -> String {
    format!("(cd '{}' && sha256sum -c {SUMS_FILE})", path.display().to_string().replace('\'', r"'\''"))
}

/// Asks for the figure as a picture.
pub fn picture(app: &mut App) -> Vec<Effect> {
    let Some(run) = history::selected(app) else { return Vec::new() };
    let name = match opened::record(app) {
        Some(record) => record.figures.get(app.runs.browse.place.figure).map(|figure| figure.name.clone()),
        None => run.manifest.as_ref().and_then(|manifest| manifest.figures.first()).cloned(),
    };
    let Some(name) = name else { return Vec::new() };
    let png = run.path.join(FIGURES).join(format!("{name}.png"));
    let ticket = app.ticket();
    app.runs.picture = Some(ticket);
    let cells = (app.size.0, app.size.1.saturating_sub(1));
    vec![Effect::Background(ticket, screens::Work::Runs(Work::Picture { png, protocol: app.runs.protocol, cells }))]
}

/// Reads a picture and makes its bytes; the surroundings are looked at where no protocol is named.
pub fn bytes_of(png: &Path, protocol: Option<Protocol>, cells: (u16, u16)) -> Result<Vec<u8>, String> {
    let protocol = protocol.map_or_else(|| picture::promised(|name| std::env::var(name).ok()), Ok)?;
    let bytes = std::fs::read(png).map_err(|error| format!("cannot read `{}`: {error}", png.display()))?;
    picture::bytes(protocol, &bytes, cells)
}
