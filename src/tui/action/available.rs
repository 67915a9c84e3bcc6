//! Whether an action of the shell can be done now, and why not.

use crate::tui::app::App;

pub(super) const fn always(_: &App) -> Result<(), String> {
    Ok(())
}

pub(super) fn has_job(app: &App) -> Result<(), String> {
    match app.job_to_cancel() {
        None => Err("no job is running".to_owned()),
        Some((_, job)) if job.cancelling => Err(format!("the {} of `{}` is stopping already", job.kind.word(), job.name)),
        Some(_) => Ok(()),
    }
}

pub(super) fn has_search(app: &App) -> Result<(), String> {
    if app.search.is_empty() { Err("nothing is searched; `/` asks for words".to_owned()) } else { Ok(()) }
}

pub(super) fn has_scenarios(app: &App) -> Result<(), String> {
    if app.scenarios().is_empty() { Err("the project has no scenario".to_owned()) } else { Ok(()) }
}
