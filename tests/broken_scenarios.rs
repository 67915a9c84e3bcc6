//! A museum of mistakes in scenarios and their tables: every file of `tests/broken/scenarios` as a project's scenario, given to the program, with the
//! exact text that a person gets to read. Exit code 2, no panic, nothing written.
#![allow(clippy::unwrap_used)]
mod support;

use std::path::Path;

use assert_cmd::Command;
use support::project;

/// What one mistaken scenario says: exit code, standard output and standard error.
fn says(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("rpt").unwrap().current_dir(folder).env_clear().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A project whose scenarios are the broken ones.
fn broken_project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::copy_project(folder.path());
    std::fs::remove_dir_all(folder.path().join("scenarios")).unwrap();
    let source = project().join("tests/broken/scenarios");
    let files: Vec<_> = std::fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()).collect();
    let ends = |path: &&std::path::PathBuf, ending: &str| path.extension().is_some_and(|extension| extension == ending);
    for scenario in files.iter().filter(|path| ends(path, "yaml")) {
        let place = folder.path().join("scenarios").join(scenario.file_stem().unwrap());
        std::fs::create_dir_all(&place).unwrap();
        std::fs::copy(scenario, place.join("scenario.yaml")).unwrap();
        for table in files.iter().filter(|path| ends(path, "csv")) {
            std::fs::copy(table, place.join(table.file_name().unwrap())).unwrap();
        }
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("scenarios")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_broken_scenario_says_what_is_wrong_and_how_to_mend_it() {
    let folder = broken_project();
    let names = names(folder.path());
    assert!(names.len() >= 12, "{} broken scenarios", names.len());
    for name in names {
        // a scenario without `fit` is no mistake until it is fitted
        let verb = if name == "no_fit" { "fit" } else { "run" };
        let (code, out, err) = says(folder.path(), &[verb, &format!("scenarios/{name}")]);
        assert_eq!(code, Some(2), "{name}: {err}");
        assert_eq!(out, "", "{name}: results of a broken scenario");
        assert!(!err.contains("panicked"), "{name}: {err}");
        assert!(!folder.path().join("runs").exists(), "{name} left a run folder");
        insta::assert_snapshot!(name, err);
    }
}

/// `check` finds the same mistakes, those of the tables too, and `--json` holds each with its place.
#[test]
fn check_finds_what_run_refuses() {
    let folder = broken_project();
    for name in names(folder.path()).iter().filter(|name| *name != "no_fit") {
        let file = format!("scenarios/{name}");
        let (code, _, err) = says(folder.path(), &["check", &file]);
        assert_eq!(code, Some(2), "{name}: {err}");
        let (code, out, _) = says(folder.path(), &["check", "--json", &file]);
        assert_eq!(code, Some(2), "{name}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["ok"], false, "{name}");
        assert!(document["files"][0]["errors"].as_u64().unwrap() > 0, "{name}: {out}");
        let (code, out, err) = says(folder.path(), &["run", "--json", &file]);
        assert_eq!(code, Some(2), "{name}: {err}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["ok"], false, "{name}: {out}");
    }
}

#[test]
fn mistakes_on_the_command_line_are_told_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    support::copy_project(folder.path());
    let cases: [(&str, &[&str]); 7] = [
        ("set_where_no_fit_can_start", &["fit", "scenarios/p12_spect", "--set", "liver.uptake=0"]),
        ("no_such_scenario", &["run", "scenarios/nowhere"]),
        ("set_without_value", &["simulate", "scenarios/psma_it_p1", "--set", "kidneys.density"]),
        ("set_of_unknown_name", &["simulate", "scenarios/psma_it_p1", "--set", "kidneys.densty=31 nmol/L"]),
        ("set_of_wrong_dimension", &["simulate", "scenarios/psma_it_p1", "--set", "kidneys.density=31 kg", "--set", "bsa=two"]),
        ("a_run_that_is_none", &["verify", "scenarios"]),
        ("no_such_file", &["check", "models/nothing.yaml"]),
    ];
    for (name, arguments) in cases {
        let (code, out, err) = says(folder.path(), arguments);
        assert_eq!(code, Some(2), "{name}: {err}");
        assert!(!err.contains("panicked") && (out.is_empty() || name == "no_such_file"), "{name}: {out}{err}");
        insta::assert_snapshot!(name, err);
    }
    assert!(!folder.path().join("runs").exists());
}
