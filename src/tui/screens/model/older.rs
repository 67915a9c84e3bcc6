//! Results that were computed from an older text: those of a saved scenario, and of every scenario of a saved model.

use std::path::{Path, PathBuf};

use crate::tui::app::App;

/// Whether the results of a scenario were computed before its file or its model was changed here.
#[must_use]
pub fn computed_from_older_text(app: &App, scenario: &Path) -> bool {
    app.model.older.contains(scenario)
}

/// A row of the project was saved: what was computed from it, or is being, is older now.
pub fn file_changed(app: &mut App, entry: &Path) {
    let mut scenarios: Vec<PathBuf> = of_model(app, entry);
    scenarios.push(entry.to_path_buf());
    let has_result = |path: &PathBuf| app.results.keys().any(|(known, _)| known == path);
    let older: Vec<PathBuf> = scenarios.iter().filter(|path| has_result(path)).cloned().collect();
    let running: Vec<PathBuf> = scenarios.into_iter().filter(|path| app.jobs.values().any(|job| job.path == *path)).collect();
    app.model.older.extend(older);
    app.model.older_running.extend(running);
}

/// A job ended: its result is as new as the text that it began with.
pub fn job_ended(app: &mut App, scenario: &Path) {
    if !app.model.older_running.remove(scenario) {
        app.model.older.remove(scenario);
    } else {
        app.model.older.insert(scenario.to_path_buf());
    }
}

/// The name of a model by its own sheet, or of a scenario's model by the scenario's.
fn model_name<'a>(app: &'a App, path: &Path, label: &str) -> Option<&'a str> {
    let (_, words) = app.sheets.get(path)?.rows.iter().find(|(known, _)| known == label)?;
    words.split(" — ").next()
}

/// The model of a scenario, where the project lists it.
#[must_use]
pub fn model_of(app: &App, scenario: &Path) -> Option<PathBuf> {
    let name = model_name(app, scenario, "Model")?;
    let models = &app.project.as_ref()?.models;
    models.iter().map(|entry| &entry.path).find(|path| model_name(app, path, "Name") == Some(name)).cloned()
}

/// Scenarios of a model, as their sheets name it.
#[must_use]
pub fn of_model(app: &App, model: &Path) -> Vec<PathBuf> {
    let is_model = app.project.as_ref().is_some_and(|project| project.models.iter().any(|entry| entry.path == model));
    let Some(name) = model_name(app, model, "Name").filter(|_| is_model) else { return Vec::new() };
    let of_this = |path: &Path| model_name(app, path, "Model") == Some(name);
    let scenarios = app.project.iter().flat_map(|project| &project.scenarios);
    scenarios.filter(|entry| of_this(&entry.path)).map(|entry| entry.path.clone()).collect()
}
