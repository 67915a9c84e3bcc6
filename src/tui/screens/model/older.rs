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

/// Scenarios of a model, as their sheets name it.
#[must_use]
pub fn of_model(app: &App, model: &Path) -> Vec<PathBuf> {
    let row = |path: &Path, label: &str| {
        let sheet = app.sheets.get(path)?;
        sheet.rows.iter().find(|(known, _)| known == label).map(|(_, words)| words.clone())
    };
    let is_model = app.project.as_ref().is_some_and(|project| project.models.iter().any(|entry| entry.path == model));
    let Some(name) = row(model, "Name").filter(|_| is_model) else { return Vec::new() };
    let of_this = |path: &Path| row(path, "Model").is_some_and(|words| words.split(" — ").next() == Some(name.as_str()));
    let scenarios = app.project.iter().flat_map(|project| &project.scenarios);
    scenarios.filter(|entry| of_this(&entry.path)).map(|entry| entry.path.clone()).collect()
}
