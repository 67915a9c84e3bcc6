//! What the verbs print: tables for people, one JSON document for programs, nothing else on standard output.
use crate::{document, end, good, only_run, project};

/// How many models and scenarios the project ships.
fn shipped(folder: &std::path::Path) -> (usize, usize) {
    let count = |part: &str| std::fs::read_dir(folder.join(part)).unwrap().count();
    (count("models"), count("scenarios"))
}

#[test]
fn check_of_everything_shipped_finds_no_error() {
    let folder = project();
    let ended = good(folder.path(), &["check", "models", "scenarios"]);
    let (models, scenarios) = shipped(folder.path());
    assert!(models >= 7 && scenarios >= 8);
    assert_eq!(ended.out.lines().count(), models + scenarios, "each one line:\n{}", ended.out);
    insta::assert_snapshot!("check_of_a_good_model", good(folder.path(), &["check", "models/psma_it_ulm.yaml"]).out);
    insta::assert_snapshot!("check_of_a_good_scenario", good(folder.path(), &["check", "scenarios/psma_it_p1"]).out);
    let json = document(&good(folder.path(), &["check", "--json", "models/psma_it_ulm.yaml", "scenarios/p12_spect"]));
    assert_eq!(json["ok"], true);
    assert_eq!(json["files"].as_array().unwrap().len(), 2);
    assert_eq!(json["files"][0]["errors"], 0);
    assert!(json["files"][0]["summary"].as_str().unwrap().contains("118 states"));
}

#[test]
fn simulate_prints_doses_and_writes_nothing() {
    let folder = project();
    let ended = good(folder.path(), &["simulate", "scenarios/psma_it_p1"]);
    // the reference dose of P1's kidneys (tests/data/psma_it_ulm/README.md): 4.4374 Gy
    assert!(ended.out.contains("4.4374") || ended.out.contains("4.43736"), "{}", ended.out);
    assert!(ended.out.contains("Research use only, not a medical device."));
    assert!(ended.out.contains("residual"), "every run prints the balance");
    let json = document(&good(folder.path(), &["simulate", "scenarios/psma_it_p1", "--json"]));
    assert_eq!((&json["ok"], &json["run"]), (&true.into(), &serde_json::Value::Null));
    let doses = &json["tables"]["doses"];
    assert_eq!(doses["columns"][1]["key"], "absorbed_dose_gy");
    assert!((number(doses, 0, "absorbed_dose_gy") - 4.4374).abs() < 5e-5);
    assert!(json["tables"]["curves"]["rows"].as_array().unwrap().len() > 300);
    assert!(json["notice"].as_str().unwrap().contains("research use only"));
    assert!(!folder.path().join("runs").exists());
}

/// A number of a table in JSON, whether its rows are lists or objects.
fn number(table: &serde_json::Value, row: usize, key: &str) -> f64 {
    let row = &table["rows"][row];
    let column = table["columns"].as_array().unwrap().iter().position(|column| column["key"] == key).unwrap();
    row.get(key).or_else(|| row.get(column)).and_then(serde_json::Value::as_f64).unwrap_or_else(|| panic!("{key} in {row}"))
}

#[test]
fn fit_prints_estimates() {
    let folder = project();
    let ended = good(folder.path(), &["fit", "scenarios/indometacin"]);
    insta::assert_snapshot!("fit_of_indometacin", ended.out);
    // no terminal, no progress: only what was read, before the fit
    assert!(ended.err.starts_with("rpt: read before fitting: ") && ended.err.contains("66 of 66 values used"), "{}", ended.err);
    assert_eq!(ended.err.lines().filter(|line| line.starts_with("rpt:")).count(), 1, "{}", ended.err);
    let json = document(&good(folder.path(), &["fit", "scenarios/indometacin", "--json"]));
    let fit = &json["tables"]["fit"];
    // R nls, subject 1: A1 2.02928 ± 0.10990
    assert!((number(fit, 0, "estimate") - 2.02928).abs() < 1e-5);
    assert!((number(fit, 0, "standard_error") - 0.10990).abs() < 1e-5);
    let two = document(&good(folder.path(), &["fit", "scenarios/indometacin", "scenarios/theophylline", "--json"]));
    assert_eq!(two.as_array().unwrap().len(), 2, "two scenarios are one document still");
}

#[test]
fn run_list_plot_and_verify_speak_json_too() {
    let folder = project();
    let json = document(&good(folder.path(), &["run", "scenarios/theophylline", "--json"]));
    let run = only_run(folder.path(), "theophylline");
    assert_eq!(json["run"].as_str().unwrap(), run.to_str().unwrap());
    let run = run.to_str().unwrap();
    let list = document(&good(folder.path(), &["list", "--json"]));
    assert_eq!((list["models"].as_array().unwrap().len(), list["scenarios"].as_array().unwrap().len()), shipped(folder.path()));
    assert_eq!(list["runs"][0]["status"], "done");
    assert_eq!(list["scenarios"][0]["problems"], "");
    let shown = good(folder.path(), &["list"]).out;
    assert!(shown.contains("psma_it_p1") && shown.contains("[177Lu]Lu-PSMA-I&T, patient P1") && shown.contains("done"), "{shown}");
    let verified = document(&good(folder.path(), &["verify", run, "--json"]));
    assert_eq!((&verified["ok"], verified["mismatches"].as_array().unwrap().len()), (&true.into(), 0));
    assert!(good(folder.path(), &["verify", run]).out.contains("every file is as it was written"));
    let plotted = document(&good(folder.path(), &["plot", run, "--json"]));
    assert!(!plotted["figures"].as_array().unwrap().is_empty());
    assert_eq!(plotted["changed"].as_array().unwrap().len(), 0, "the same program draws the same bytes");
    assert!(good(folder.path(), &["plot", run]).out.contains("figures redrawn"));
}

#[test]
fn completions_and_help_name_every_verb() {
    let folder = project();
    for shell in ["bash", "zsh", "fish"] {
        let script = good(folder.path(), &["completions", shell]).out;
        for verb in ["check", "simulate", "fit", "run", "plot", "list", "verify", "completions"] {
            assert!(script.contains(verb), "{verb} in the completions of {shell}");
        }
    }
    let help = good(folder.path(), &["--help"]).out;
    assert!(help.contains("not a medical device") && help.contains("130 interrupted"), "{help}");
    assert!(good(folder.path(), &["--version"]).out.starts_with("rpt "));
    assert_eq!(end(folder.path(), &["simulat"]).code, Some(2));
}

#[test]
fn fit_weighs_time_activity_functions() {
    let folder = project();
    let ended = good(folder.path(), &["fit", "scenarios/p12_model_choice"]);
    insta::assert_snapshot!("fit_of_p12_model_choice", ended.out);
    let json = document(&good(folder.path(), &["fit", "scenarios/p12_model_choice", "--json"]));
    // closed form of the log-linear regression of the liver's three scans (tests/references/model_choice.rs): 7831.4 MBq h
    let mono = &json["tables"]["time_activity_models"];
    let place = mono["rows"].as_array().unwrap().iter().position(|row| row["region"] == "liver" && row["family"] == "mono");
    assert!((number(mono, place.unwrap(), "time_integrated_activity_mbq_h") - 7831.4).abs() < 0.05);
}
