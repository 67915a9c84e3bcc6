//! `rpt simulate`, `rpt fit`, `rpt run`, `rpt recover`, `rpt trial`.
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::output::{ProgressLine, print, print_faults, print_json, width};
use super::{BAD_INPUT, DONE, FAILED, INTERRUPTED, WorkArguments};
use crate::model::diagnostic::to_json;
use crate::session::job::{Done, Request, carry_out};
use crate::session::scenario::Scenario;
use crate::session::work::{Failed, Task};

/// Tables that are long: people find them in the run folder.
const LONG: &[&str] = &["curves", "balance", "scans", "fit_points", "cycles", "virtual_patients", "recovery_replicates"];

/// Does the task for every scenario; the worst exit code counts.
pub fn work(arguments: &WorkArguments, task: Task) -> u8 {
    let cancel = watched();
    let mut worst = DONE;
    let mut documents = Vec::new();
    for scenario in &arguments.scenarios {
        let (code, document) = one(scenario, arguments, task.clone(), &cancel);
        worst = worst.max(code);
        documents.push(document);
        if code == INTERRUPTED {
            break;
        }
    }
    if arguments.json {
        let single = documents.len() == 1;
        print_json(&if single { documents.remove(0) } else { Value::Array(documents) });
    }
    worst
}

/// A flag that Ctrl-C and a polite kill set; asked twice, the program leaves at once.
pub fn watched() -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    let handler = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            // asked twice: leave at once
            std::process::exit(i32::from(INTERRUPTED));
        }
        eprintln!("\nrpt: stopping; press Ctrl-C again to leave at once");
    });
    if let Err(error) = handler {
        eprintln!("rpt: cannot watch for Ctrl-C: {error}");
    }
    cancel
}

fn one(scenario: &Path, arguments: &WorkArguments, task: Task, cancel: &Arc<AtomicBool>) -> (u8, Value) {
    match Scenario::load(scenario, &arguments.sets) {
        Ok((loaded, warnings)) => {
            if !warnings.is_empty() {
                print_faults(&warnings);
            }
            // before anything is fitted, and also where the fit then fails; the results hold it again
            if matches!(task, Task::Fit | Task::Run)
                && let Some(understood) = crate::session::fitting::understood(&loaded)
            {
                eprintln!("rpt: read before fitting: {understood}");
            }
        }
        Err(faults) => {
            if !arguments.json {
                print_faults(&faults);
            }
            return (BAD_INPUT, json!({ "scenario": scenario.display().to_string(), "ok": false, "problems": to_json(&faults) }));
        }
    }
    let writes = matches!(task, Task::Run | Task::Trial(_) | Task::Power(_));
    let request = Request {
        text: None,
        scenario: scenario.to_path_buf(),
        sets: arguments.sets.clone(),
        task,
        runs_root: (writes || arguments.save).then(|| arguments.runs.clone()),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        threads: arguments.threads.map(usize::from),
        resume: arguments.resume,
    };
    let mut line = ProgressLine::new();
    let result = carry_out(&request, cancel, &mut |progress| line.show(&progress));
    line.clear();
    match result {
        Ok(done) => {
            if !arguments.json {
                show(&done, arguments.all);
            }
            (if done.outcome.incomplete { FAILED } else { DONE }, document(&done))
        }
        Err(failed) => {
            // several problems are told line by line below the scenario they belong to
            let sentence = failed.to_string();
            let gap = if sentence.contains('\n') { "\n  " } else { " " };
            eprintln!("rpt: {}:{gap}{}", scenario.display(), sentence.replace('\n', "\n  "));
            let code = code_of(&failed);
            (
                code,
                json!({ "scenario": scenario.display().to_string(), "ok": false, "failed": failed.sentence, "cancelled": failed.cancelled }),
            )
        }
    }
}

/// The exit code of work that did not end well.
pub fn code_of(failed: &Failed) -> u8 {
    match (failed.cancelled, failed.bad_input) {
        (true, _) => INTERRUPTED,
        (_, true) => BAD_INPUT,
        _ => FAILED,
    }
}

fn show(done: &Done, all: bool) {
    let outcome = &done.outcome;
    let mut text = format!("{}\n{}\n\n", outcome.title, "=".repeat(outcome.title.chars().count()));
    for finding in &outcome.findings {
        text.push_str(&format!("{finding}\n\n"));
    }
    let width = width();
    // a note under two tables, such as where a relation comes from, is read once; the files carry it with each
    let mut said: Vec<&String> = Vec::new();
    for table in outcome.tables.iter().filter(|table| all || !LONG.contains(&table.name.as_str())) {
        let mut shown = table.clone();
        shown.notes.retain(|note| !said.contains(&note));
        text.push_str(&shown.to_terminal(width));
        said.extend(&table.notes);
        text.push('\n');
    }
    let hidden: Vec<&str> = outcome.tables.iter().map(|table| table.name.as_str()).filter(|name| !all && LONG.contains(name)).collect();
    if !hidden.is_empty() {
        text.push_str(&format!("Not printed (`--all` prints them; `run` writes them): {}\n\n", hidden.join(", ")));
    }
    for failure in &outcome.failures {
        text.push_str(&format!("! {} ({}×): {}\n", failure.what, failure.count, failure.messages.join("; ")));
    }
    if !outcome.assumptions.is_empty() {
        text.push_str("Assumptions\n");
        for assumption in &outcome.assumptions {
            text.push_str(&format!("  - {assumption}\n"));
        }
    }
    if let Some(published) = &done.published {
        text.push_str(&format!(
            "\nRun folder: {} ({} tables, {} figures)\n",
            published.folder.display(),
            outcome.tables.len(),
            outcome.figures.len()
        ));
    }
    text.push_str("Research use only, not a medical device.\n\n");
    print(&text);
}

fn document(done: &Done) -> Value {
    let outcome = &done.outcome;
    let tables: serde_json::Map<String, Value> = outcome.tables.iter().map(|table| (table.name.clone(), table.to_json())).collect();
    json!({
        "scenario": outcome.scenario,
        "title": outcome.title,
        "ok": !outcome.incomplete,
        "run": done.published.as_ref().map(|published| published.folder.display().to_string()),
        "findings": outcome.findings,
        "tables": tables,
        "figures": outcome.figures.iter().map(|figure| figure.name.clone()).collect::<Vec<_>>(),
        "assumptions": outcome.assumptions,
        "evidence": outcome.evidence,
        "failures": outcome.failures.iter().map(|f| json!({"what": f.what, "count": f.count, "messages": f.messages})).collect::<Vec<_>>(),
        "notice": "research use only, not a medical device",
    })
}
