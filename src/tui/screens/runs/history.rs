//! The rows of the history: the latest run first.

use super::opened;
use crate::report::Status;
use crate::report::runs::RunEntry;
use crate::tui::action::Motion;
use crate::tui::app::App;
use crate::tui::message::Effect;

/// Below so many columns a row does not hold all on one line.
const NARROW: u16 = 46;

/// The runs that are listed, the latest first.
pub fn rows(app: &App) -> Vec<&RunEntry> {
    let scenario = app.scenario_entry().filter(|_| app.runs.of_scenario);
    let mut runs: Vec<&RunEntry> = app.project.iter().flat_map(|project| &project.runs).collect();
    runs.retain(|run| scenario.is_none_or(|entry| is_of(app, run, &entry.path) || run.scenario == entry.name));
    // names begin with the time
    runs.sort_by(|one, two| two.name.cmp(&one.name).then(one.scenario.cmp(&two.scenario)));
    runs
}

/// Whether a run came from a scenario file or folder.
pub fn is_of(app: &App, run: &RunEntry, path: &std::path::Path) -> bool {
    let Some(input) = run.manifest.as_ref().and_then(|manifest| manifest.inputs.first()) else { return false };
    let own = app.folder.join(&input.path);
    own == *path || own.parent().is_some_and(|folder| folder == path)
}

/// Position of the selected run; the first where it is not listed.
pub fn position(app: &App) -> usize {
    let Some(selected) = &app.runs.selected else { return 0 };
    rows(app).iter().position(|run| run.path == *selected).unwrap_or(0)
}

/// The selected run.
pub fn selected(app: &App) -> Option<&RunEntry> {
    let at = position(app);
    rows(app).get(at).copied()
}

/// Selects a row.
pub fn select(app: &mut App, row: usize) {
    let path = rows(app).get(row).map(|run| run.path.clone());
    if path != app.runs.selected {
        app.runs.selected = path;
        app.runs.down = 0;
        app.runs.browse.place = crate::tui::browse::Place::default();
        if app.runs.view == super::View::Difference {
            app.runs.view = super::View::Manifest;
        }
    }
}

/// Moves in the list.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    let last = rows(app).len().saturating_sub(1);
    let (at, page) = (position(app), app.size.1.saturating_sub(8).max(1) as isize);
    let to = match motion {
        Motion::Rows(by) => at.saturating_add_signed(by),
        Motion::Page(by) => at.saturating_add_signed(by * page),
        Motion::First => 0,
        Motion::Last => last,
        _ => at,
    };
    select(app, to.min(last));
    opened::soon(app)
}

/// Lines of a row: two where a narrow list has room for them.
pub fn lines_of_row(app: &App, area: ratatui::layout::Rect) -> usize {
    if area.width < NARROW && 2 * rows(app).len() <= area.height as usize { 2 } else { 1 }
}

/// The first row that is seen, such that the selected one is in sight, near the middle in a long list.
pub fn first_shown(app: &App, room: usize) -> usize {
    position(app).saturating_sub(room / 2).min(rows(app).len().saturating_sub(room))
}

/// Whether a run is selected.
pub fn has_run(app: &App) -> Result<(), String> {
    selected(app).map(|_| ()).ok_or_else(|| "there is no run here".to_owned())
}

/// Whether the project has runs at all.
pub fn has_runs(app: &App) -> Result<(), String> {
    let any = app.project.as_ref().is_some_and(|project| !project.runs.is_empty());
    if any { Ok(()) } else { Err("no run was written yet".into()) }
}

/// "2026-11-23 16:52:10" from the name of a run's folder, which begins with `20261123T165210Z`; another name as it is.
pub fn time(name: &str) -> String {
    let time = name.split('-').next().unwrap_or_default();
    let is_time = time.len() == 16 && time.is_ascii() && time.as_bytes()[8] == b'T' && time.ends_with('Z');
    if !is_time {
        return name.to_owned();
    }
    format!("{}-{}-{} {}:{}:{}", &time[..4], &time[4..6], &time[6..8], &time[9..11], &time[11..13], &time[13..15])
}

/// One sign for how a run ended, and the word.
pub fn state(run: &RunEntry) -> (&'static str, &'static str) {
    match run.manifest.as_ref().map(|manifest| manifest.status) {
        Some(Status::Done) => ("✓", "done"),
        Some(Status::Cancelled) => ("–", "cancelled"),
        Some(Status::Failed) => ("✗", "failed"),
        None => ("?", "killed, or still being written"),
    }
}

/// The verb, also where the manifest is of an older version.
pub fn verb(run: &RunEntry) -> &str {
    run.manifest.as_ref().map_or("", |manifest| manifest.verb.as_str())
}

/// All that a row tells, for the search.
pub fn words(run: &RunEntry) -> String {
    let seed = run.manifest.as_ref().and_then(|manifest| manifest.seed).map_or(String::new(), |seed| format!("seed {seed}"));
    let title = run.manifest.as_ref().map_or("", |manifest| manifest.title.as_str());
    format!("{} {} {} {} {seed} {title}", time(&run.name), state(run).1, verb(run), run.scenario)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_run_is_read_from_its_name() {
        assert_eq!(time("20261123T165210Z-98424dd81e14"), "2026-11-23 16:52:10");
        assert_eq!(time("by-hand"), "by-hand");
    }
}
