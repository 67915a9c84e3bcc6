//! `rpt new`: what it writes is sound, and nothing is written over.
use crate::{end, good, project};

#[test]
fn a_model_and_a_scenario_are_begun_checked_and_simulated() {
    let folder = project();
    good(folder.path(), &["new", "model", "mine"]);
    good(folder.path(), &["check", "--strict", "models/mine.yaml"]);
    good(folder.path(), &["new", "scenario", "first", "--model", "mine"]);
    good(folder.path(), &["check", "scenarios/first"]);
    let simulated = good(folder.path(), &["simulate", "scenarios/first"]);
    assert!(simulated.out.contains("assumed"), "its numbers say what they are: {}", simulated.out);
}

#[test]
fn what_is_there_is_not_written_over() {
    let folder = project();
    let file = folder.path().join("models/two_compartment_iv.yaml");
    let before = std::fs::read(&file).unwrap();
    let refused = end(folder.path(), &["new", "model", "two_compartment_iv"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("is there already"), "{}", refused.err);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_name_that_is_none_and_a_model_that_is_not_there_are_refused() {
    let folder = project();
    let refused = end(folder.path(), &["new", "model", "../elsewhere"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("cannot be a name"), "{}", refused.err);
    let refused = end(folder.path(), &["new", "scenario", "first", "--model", "two_compartment"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("no model `two_compartment`") && refused.err.contains("two_compartment_iv"), "{}", refused.err);
    assert!(!folder.path().join("scenarios/first").exists(), "nothing is left behind");
}
