//! The program as a person meets it: every verb on the shipped models and scenarios, in a folder of its own.
#![allow(clippy::unwrap_used)]
mod support;

#[path = "verbs/endings.rs"]
mod endings;
#[path = "verbs/folders.rs"]
mod folders;
#[path = "verbs/new.rs"]
mod new;
#[path = "verbs/output.rs"]
mod output;

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A project folder with the shipped models and scenarios.
pub fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::copy_project(folder.path());
    folder
}

/// The program in `folder`, without anything of the caller's environment.
pub fn rpt(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("rpt").unwrap();
    command.current_dir(folder).env_clear().args(arguments);
    command
}

/// How a call ended.
pub struct Ended {
    /// Exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the program to its end.
pub fn end(folder: &Path, arguments: &[&str]) -> Ended {
    let output = rpt(folder, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    let ended = Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ended.err.contains("panicked"), "{arguments:?}: {}", ended.err);
    ended
}

/// Runs the program, which must succeed.
pub fn good(folder: &Path, arguments: &[&str]) -> Ended {
    let ended = end(folder, arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}{}", ended.out, ended.err);
    ended
}

/// The single JSON document that standard output must be.
pub fn document(ended: &Ended) -> serde_json::Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error} in {}", ended.out))
}

/// The only finished run of a scenario, relative to the project.
pub fn only_run(folder: &Path, scenario: &str) -> PathBuf {
    let found = runs_of(folder, scenario);
    assert_eq!(found.len(), 1, "{found:?}");
    PathBuf::from("runs").join(scenario).join(&found[0])
}

/// Names of the run folders of a scenario, sorted.
pub fn runs_of(folder: &Path, scenario: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("runs").join(scenario)) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
