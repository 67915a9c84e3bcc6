//! What is told of a file: its title, its problems as `rpt check` shows them, what it declares, what its last run came to.

use std::path::Path;

use ratatui::style::{Style, Stylize};
use ratatui::text::Line;

use super::lines::{dim, remark};
use super::{Tab, older, panes};
use crate::tui::app::App;
use crate::tui::sheet::Sheet;
use crate::tui::words::{bad, labelled, verbatim, wrapped};

/// The lines for the selected row.
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(entry) = panes::selected(app) else { return empty(app, width) };
    let mut out = Vec::new();
    let seen = panes::seen(app);
    let words = seen.map(|seen| if seen.diagnosis.faults.is_empty() { String::new() } else { seen.diagnosis.faults.to_string() });
    let broken = !entry.problems.is_empty();
    if broken {
        verbatim(words.as_deref().unwrap_or(&entry.problems), &mut out);
        out.push(Line::default());
        out.extend(remark("Enter opens the editor at the first problem.", width));
        return out;
    }
    out.extend(wrapped(&entry.title, width).into_iter().map(|line| Line::raw(line).bold()));
    failures(app, &entry.path, width, &mut out);
    out.push(Line::default());
    labelled("File", &app.relative(&entry.path), width, &mut out);
    match seen.and_then(|seen| seen.aids.sheet.as_ref()).or(app.sheets.get(&entry.path)) {
        Some(sheet) => rows(sheet, width, &mut out),
        None => out.push(Line::from(dim("reading …"))),
    }
    let users = older::of_model(app, &entry.path);
    if !users.is_empty() {
        let name = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let names: Vec<String> = users.iter().map(|path| name(path)).collect();
        labelled("Used by", &names.join(", "), width, &mut out);
    }
    let warnings = words.or_else(|| app.sheets.get(&entry.path).map(|sheet| sheet.warnings.clone())).unwrap_or_default();
    if !warnings.is_empty() {
        out.push(Line::default());
        verbatim(&warnings, &mut out);
    }
    out
}

/// Why the last simulation or run failed, and whether what is shown is of an older text.
fn failures(app: &App, path: &Path, width: usize, out: &mut Vec<Line<'static>>) {
    if let Some(failure) = panes::failure(app, path) {
        out.push(Line::default());
        out.push(Line::styled("The last attempt failed", bad().bold()));
        out.extend(failure.lines().flat_map(|line| wrapped(line, width)).map(|line| Line::styled(line, bad())));
    }
    if older::computed_from_older_text(app, path) {
        out.push(Line::default());
        out.push(Line::styled(
            "Results are of an older text of this file or its model: `r` or `s` computes them again",
            Style::new().bold(),
        ));
    }
}

/// What a file declares, label and words.
pub(super) fn rows(sheet: &Sheet, width: usize, out: &mut Vec<Line<'static>>) {
    let mut before = "";
    for (label, words) in &sheet.rows {
        labelled(if label == before { "" } else { label }, words, width, out);
        before = label;
    }
}

/// What to do where there is nothing to show.
fn empty(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(project) = &app.project else { return remark("reading the project folder …", width) };
    let folder = &app.folder_name;
    let words = match app.model.tab {
        Tab::Scenarios => format!(
            "No scenario in {folder}: a scenario is a file scenarios/<name>/scenario.yaml. `+` begins one, as `rpt new scenario NAME` does."
        ),
        Tab::Models => format!("No model in {folder}: a model is a file models/<name>.yaml. `+` begins one, as `rpt new model NAME` does."),
    };
    let mut out: Vec<Line<'static>> = wrapped(&words, width).into_iter().map(Line::raw).collect();
    for problem in &project.problems {
        out.push(Line::default());
        out.extend(wrapped(problem, width).into_iter().map(|line| Line::styled(line, bad())));
    }
    out
}
