//! One run in words: what it was made from, how it ended, whether its files are as they were written.

use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::Line;

use super::asked::{Check, can_do_again, check_command};
use super::{history, opened};
use crate::report::Status;
use crate::report::number_text::significant;
use crate::tui::app::App;
use crate::tui::view::dim;
use crate::tui::words::{bad, labelled, wrapped};

/// The lines of the selected run.
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let Some(run) = history::selected(app) else { return empty(app, width) };
    let manifest = run.manifest.as_ref();
    for line in wrapped(manifest.map_or("", |manifest| manifest.title.as_str()), width) {
        out.push(Line::raw(line).bold());
    }
    labelled("Folder", &app.relative(&run.path), width, &mut out);
    labelled("Scenario", &run.scenario, width, &mut out);
    let Some(manifest) = manifest else {
        labelled("State", "without a manifest: it was killed, or another process still writes it", width, &mut out);
        let words = "What it had finished is in its `checkpoints`. The command that began it goes on from there with `--resume`.";
        out.extend(wrapped(words, width).into_iter().map(|line| Line::styled(line, dim())));
        return out;
    };
    labelled("State", history::state(run).1, width, &mut out);
    if manifest.status != Status::Done {
        let words = match can_do_again(app) {
            Ok(()) => "Unfinished: what was done is kept, `r` goes on with it.".to_owned(),
            Err(why) => format!("Unfinished: what was done is kept. It cannot go on from here: {why}."),
        };
        out.extend(wrapped(&words, width).into_iter().map(|line| Line::styled(line, Style::new().add_modifier(Modifier::BOLD))));
    }
    check(app, run.path.as_path(), width, &mut out);
    labelled("Started", &manifest.started, width, &mut out);
    labelled("Took", &format!("{} s", significant(manifest.wall_time_s, 3)), width, &mut out);
    labelled("Verb", &manifest.verb, width, &mut out);
    for (name, value) in &manifest.options {
        labelled("Option", &format!("{name} = {value}"), width, &mut out);
    }
    if let Some(seed) = manifest.seed {
        labelled("Seed", &seed.to_string(), width, &mut out);
    }
    for (name, value) in &manifest.settings {
        labelled("Set", &format!("{name} = {value}"), width, &mut out);
    }
    labelled("Command", &manifest.command, width, &mut out);
    if let Some(kept) = &manifest.changed_scenario {
        let words = format!("the scenario was changed in the workbench and not written; the text that was run is {kept}");
        labelled("Changed", &words, width, &mut out);
    }
    labelled("Version", &manifest.version, width, &mut out);
    for failure in &manifest.failures {
        for line in wrapped(&format!("{}: {} ×", failure.what, failure.count), width.saturating_sub(2)) {
            out.push(Line::styled(format!("! {line}"), bad()));
        }
    }
    for (at, input) in manifest.inputs.iter().enumerate() {
        let words = format!("{} ({})", input.path, input.sha256.get(..12).unwrap_or(&input.sha256));
        labelled(if at == 0 { "Inputs" } else { "" }, &words, width, &mut out);
    }
    labelled("Figures", &manifest.figures.join(", "), width, &mut out);
    let tables: Vec<&str> = manifest.tables.iter().map(|table| table.trim_start_matches("tables/")).collect();
    labelled("Tables", &tables.join(", "), width, &mut out);
    for (what, which) in &manifest.solver_methods {
        labelled("Solver", &format!("{what}: {which}"), width, &mut out);
    }
    for (name, value) in &manifest.tolerances {
        labelled("Tolerance", &format!("{name} {value:e}"), width, &mut out);
    }
    for evidence in &manifest.evidence {
        labelled("Evidence", evidence, width, &mut out);
    }
    for assumption in &manifest.assumptions {
        labelled("Assumed", assumption, width, &mut out);
    }
    if let Some(failure) = opened::failure(app) {
        out.extend(wrapped(failure, width).into_iter().map(|line| Line::styled(line, bad())));
    }
    out
}

fn check(app: &App, path: &std::path::Path, width: usize, out: &mut Vec<Line<'static>>) {
    match app.runs.checks.get(path) {
        None => {}
        Some(Check::Asked(_)) => labelled("Digests", "being checked …", width, out),
        Some(Check::Found(differ)) if differ.is_empty() => {
            labelled("Digests", "every file is as it was written", width, out);
            if let Some(line) = out.last_mut() {
                *line = line.clone().fg(Color::Green);
            }
        }
        Some(Check::Found(differ)) => {
            labelled("Digests", &format!("{} files differ; outside this program: {}", differ.len(), check_command(path)), width, out);
            for words in differ {
                out.extend(wrapped(words, width.saturating_sub(2)).into_iter().map(|line| Line::styled(format!("! {line}"), bad())));
            }
        }
        Some(Check::Failed(words)) => {
            out.extend(wrapped(&format!("Digests could not be checked: {words}"), width).into_iter().map(|line| Line::styled(line, bad())));
        }
    }
}

/// What to do where there is no run.
fn empty(app: &App, width: usize) -> Vec<Line<'static>> {
    let words = match &app.project {
        None => "reading the project folder …".to_owned(),
        Some(project) if project.runs.is_empty() => {
            "No run yet. `1` Model, Enter runs a scenario; `3` Fit and `5` Trial write runs too. Each is a folder in runs/ with its tables, figures, inputs and digests.".to_owned()
        }
        Some(_) => "No run of the current scenario: `s` lists those of all, `o` chooses another scenario.".to_owned(),
    };
    let mut out: Vec<Line<'static>> = wrapped(&words, width).into_iter().map(Line::raw).collect();
    for problem in app.project.iter().flat_map(|project| &project.problems) {
        out.extend(wrapped(problem, width).into_iter().map(|line| Line::styled(line, bad())));
    }
    out
}
