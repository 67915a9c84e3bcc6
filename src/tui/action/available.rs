//! Whether an action can be done now, and why not.

use crate::tui::app::{App, Item};
use crate::tui::sheet::Sheet;

pub(super) fn always(_: &App) -> Result<(), String> {
    Ok(())
}

pub(super) fn has_item(app: &App) -> Result<(), String> {
    app.item().map(|_| ()).ok_or_else(|| format!("the list of {} is empty", app.section.title().to_lowercase()))
}

pub(super) fn can_run(app: &App) -> Result<(), String> {
    has_item(app)?;
    match app.item() {
        Some(Item::Scenario(entry)) if entry.problems.is_empty() => Ok(()),
        Some(Item::Scenario(entry)) => Err(format!("`{}` has problems; mend the file, then `r` reads it again", entry.name)),
        Some(Item::Model(_)) => Err("a model runs through a scenario that names it; `1` lists the scenarios".to_owned()),
        _ => Err("a run is finished; `1` lists the scenarios".to_owned()),
    }
}

pub(super) fn can_fit(app: &App) -> Result<(), String> {
    can_run(app)?;
    declares(app, |sheet| sheet.fits, "declares no fit: `fit`, `time_activity` or `single_time_point`")
}

pub(super) fn can_try(app: &App) -> Result<(), String> {
    can_run(app)?;
    declares(app, |sheet| sheet.tries, "has no virtual patients: `regimens` and `cohort` declare them")
}

/// Whether the selected scenario declares something; a file that is not read yet may.
fn declares(app: &App, what: fn(&Sheet) -> bool, otherwise: &str) -> Result<(), String> {
    let Some(item) = app.item() else { return Ok(()) };
    match app.sheets.get(item.path()) {
        Some(sheet) if !what(sheet) => Err(format!("`{}` {otherwise}", item.name())),
        _ => Ok(()),
    }
}

pub(super) fn can_enter(app: &App) -> Result<(), String> {
    match app.item() {
        Some(Item::Run(run)) if run.manifest.is_none() => {
            Err("this run has no manifest: it was killed, or is still being written".to_owned())
        }
        Some(Item::Run(run)) if run.partial => Err("this run is not whole: it was cancelled or failed".to_owned()),
        Some(Item::Run(_)) => Ok(()),
        _ => can_run(app),
    }
}

pub(super) fn has_job(app: &App) -> Result<(), String> {
    match app.job_to_cancel() {
        None => Err("no job is running".to_owned()),
        Some(job) if job.cancelling => Err(format!("`{}` is stopping already", job.name)),
        Some(_) => Ok(()),
    }
}

pub(super) fn can_go_back(app: &App) -> Result<(), String> {
    if app.full_screen { Ok(()) } else { has_job(app) }
}

pub(super) fn has_record(app: &App) -> Result<(), String> {
    has_item(app)?;
    if app.record().is_some() {
        return Ok(());
    }
    Err(match app.item() {
        Some(Item::Run(_)) => "the run is not open yet; Enter opens it".to_owned(),
        Some(Item::Model(_)) => "a model has no result of its own; `1` lists the scenarios".to_owned(),
        _ => "there is no result yet; Enter runs the scenario".to_owned(),
    })
}

pub(super) fn has_figures(app: &App) -> Result<(), String> {
    has_record(app)?;
    if app.record().is_some_and(|record| record.figures.is_empty()) { Err("this result has no figure".to_owned()) } else { Ok(()) }
}

pub(super) fn has_tables(app: &App) -> Result<(), String> {
    has_record(app)?;
    if app.record().is_some_and(|record| record.tables.is_empty()) { Err("this result has no table".to_owned()) } else { Ok(()) }
}

pub(super) fn has_search(app: &App) -> Result<(), String> {
    if app.search.is_empty() { Err("nothing is searched; `/` asks for words".to_owned()) } else { Ok(()) }
}
