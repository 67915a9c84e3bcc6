//! What jobs came to.

use std::path::PathBuf;

use super::super::app::{self, App, JobKind, Overlay};
use super::super::message::{Effect, Ticket};
use super::super::record::Record;
use super::super::screens;
use super::project::read_project;
use crate::session::job::Done;
use crate::session::work::Failed;

/// A job ended.
pub fn finished(app: &mut App, ticket: Ticket, result: Result<Done, Failed>) -> Vec<Effect> {
    // a job that a newer request replaced is nobody's any more
    let Some(job) = app.jobs.remove(&ticket) else { return Vec::new() };
    if !super::would_lose(app) && app.overlay == Some(Overlay::ConfirmQuit) {
        app.overlay = None;
    }
    let (path, kind, name) = (job.path, job.kind, job.name);
    app.last_live = job.progress.live;
    let mut wrote = false;
    match result {
        Ok(done) => {
            wrote = done.published.is_some();
            let folder = done.published.map(|published| published.folder);
            match &folder {
                // the folder names the scenario, and must not be cut
                Some(folder) => app.say(format!("the {} is done: {}", kind.word(), app.relative(folder))),
                None => app.say(format!("the {} of `{name}` is done; nothing was written", kind.word())),
            }
            let kept = app::Result { record: Some(Record::from(done.outcome)), failure: None, folder };
            app.results.insert((path.clone(), kind), kept);
        }
        Err(failed) if failed.cancelled => {
            wrote = true;
            app.say(format!("`{name}`: {}", failed.sentence));
        }
        Err(failed) => {
            app.bad_news(format!("the {} of `{name}` failed: {}", kind.word(), failed.sentence.lines().next().unwrap_or_default()));
            // the last good result stays
            app.results.entry((path.clone(), kind)).or_default().failure = Some(failed.sentence);
        }
    }
    let mut effects = screens::job_ended(app, &path, kind);
    if wrote {
        effects.extend(read_project(app));
    }
    effects
}

/// A run folder was read back.
pub fn run_read(app: &mut App, _ticket: Ticket, path: PathBuf, result: Result<Record, String>) -> Vec<Effect> {
    let key = (path.clone(), JobKind::Opened);
    match result {
        Ok(record) => {
            app.results.insert(key, app::Result { record: Some(record), failure: None, folder: Some(path.clone()) });
        }
        Err(sentence) => {
            app.bad_news(sentence.lines().next().unwrap_or_default());
            app.results.entry(key).or_default().failure = Some(sentence);
        }
    }
    screens::job_ended(app, &path, JobKind::Opened)
}
