//! What several test programs share: opening shipped scenarios, doing their work, reading numbers from tables.
#![allow(dead_code, reason = "every test program uses its own part")]
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::report::{Cell, Table};
use rptbench::session::scenario::Scenario;
use rptbench::session::work::{Control, Outcome, Task, perform};

/// The folder of the project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A shipped scenario with `--set` values.
pub fn scenario_with(name: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let (scenario, _) = Scenario::load(&project().join("scenarios").join(name), &sets).unwrap_or_else(|faults| panic!("{faults}"));
    scenario
}

/// A shipped scenario.
pub fn scenario(name: &str) -> Scenario {
    scenario_with(name, &[])
}

/// Does a task and gives what came out.
pub fn outcome(scenario: &Scenario, task: Task) -> Outcome {
    let cancel = Arc::new(AtomicBool::new(false));
    let mut silent = |_| {};
    let mut control = Control::new(&mut silent, &cancel);
    perform(scenario, task, &mut control).unwrap_or_else(|failed| panic!("{failed}"))
}

/// A table of an outcome.
pub fn table<'o>(outcome: &'o Outcome, name: &str) -> &'o Table {
    let names: Vec<&str> = outcome.tables.iter().map(|table| table.name.as_str()).collect();
    outcome.tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name} among {names:?}"))
}

/// The number in `column` of the only row whose leading text and count cells begin with `key`.
pub fn number(table: &Table, key: &[&str], column: &str) -> f64 {
    let position = table.columns.iter().position(|c| c.name == column).unwrap_or_else(|| panic!("{} has no column {column}", table.name));
    let words = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(count) => count.to_string(),
        Cell::Number(value) => value.to_string(),
        Cell::Missing => String::new(),
    };
    let rows: Vec<_> = table.rows.iter().filter(|row| row.iter().zip(key).all(|(cell, key)| words(cell) == *key)).collect();
    assert_eq!(rows.len(), 1, "rows of {} with {key:?}", table.name);
    match rows[0][position] {
        Cell::Number(value) => value,
        Cell::Integer(count) => count as f64,
        ref other => panic!("{} {key:?} {column} is {other:?}", table.name),
    }
}

/// Whether two numbers agree to `relative`.
#[track_caller]
pub fn close(what: &str, found: f64, expected: f64, relative: f64) {
    let deviation = (found - expected).abs() / expected.abs();
    assert!(deviation <= relative, "{what}: {found} v {expected}, {deviation:.2e} apart, {relative:.0e} allowed");
}

/// Copies the shipped models, populations and scenarios into `folder`.
pub fn copy_project(folder: &Path) {
    for part in ["models", "examples/populations", "scenarios"] {
        copy(&project().join(part), &folder.join(part));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}
