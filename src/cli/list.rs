//! `rpt list`: models, scenarios and runs of a folder.
use std::path::Path;

use serde_json::json;

use super::output::{print, print_json, width};
use super::{BAD_INPUT, DONE};
use crate::report::{Column, Status, Table};
use crate::session::project::{Entry, Project};

/// Lists a project folder.
pub fn list(folder: &Path, as_json: bool) -> u8 {
    if !folder.is_dir() {
        eprintln!("rpt: `{}` is not a folder", folder.display());
        return BAD_INPUT;
    }
    let project = Project::open(folder);
    let status = |run: &crate::report::runs::RunEntry| match run.manifest.as_ref().map(|manifest| manifest.status) {
        Some(Status::Done) => "done",
        Some(Status::Cancelled) => "cancelled",
        Some(Status::Failed) => "failed",
        None => "killed, or being written",
    };
    if as_json {
        let entries = |list: &[Entry]| -> Vec<serde_json::Value> {
            list.iter()
                .map(|entry| json!({"name": entry.name, "path": entry.path.display().to_string(), "title": entry.title, "problems": entry.problems}))
                .collect()
        };
        print_json(&json!({
            "folder": folder.display().to_string(),
            "models": entries(&project.models),
            "scenarios": entries(&project.scenarios),
            "runs": project.runs.iter().map(|run| json!({
                "scenario": run.scenario, "name": run.name, "path": run.path.display().to_string(), "status": status(run),
            })).collect::<Vec<_>>(),
            "problems": project.problems,
        }));
        return DONE;
    }
    let mut text = String::new();
    for (heading, entries) in [("Models", &project.models), ("Scenarios", &project.scenarios)] {
        let mut table = Table::new("list", heading, vec![Column::text("name"), Column::text("title"), Column::text("state")]);
        for entry in entries {
            let state = entry.problems.lines().next().map_or("ok", |first| first);
            table.push(vec![entry.name.as_str().into(), entry.title.as_str().into(), state.into()]);
        }
        text.push_str(&table.to_terminal(width()));
        text.push('\n');
    }
    let mut table = Table::new("runs", "Runs", vec![Column::text("scenario"), Column::text("run"), Column::text("status")]);
    for run in &project.runs {
        table.push(vec![run.scenario.as_str().into(), run.name.as_str().into(), status(run).into()]);
    }
    text.push_str(&table.to_terminal(width()));
    for problem in &project.problems {
        text.push_str(&format!("! {problem}\n"));
    }
    print(&text);
    DONE
}
