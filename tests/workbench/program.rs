//! The built program used as a physicist uses it.

use std::path::Path;

use crate::terminal::{Session, project, restored, small_project};

/// Files of the project of a day.
const FILES: [&str; 6] = [
    "models/organ_monoexponential.yaml",
    "models/dotatate_organs.yaml",
    "models/one_compartment_oral.yaml",
    "scenarios/p12_spect/scenario.yaml",
    "scenarios/p12_spect/tac_p12_cycle1.csv",
    "scenarios/netter1/scenario.yaml",
];

/// The run folders of a scenario.
fn runs(folder: &Path, scenario: &str) -> usize {
    std::fs::read_dir(folder.join("runs").join(scenario)).map_or(0, |entries| entries.flatten().count())
}

fn choose(session: &mut Session, scenario: &str) {
    session.press("o");
    session.wait_for("Scenarios");
    session.press(scenario);
    session.wait_for(&format!("> {scenario}_"));
    session.press("\r");
    session.wait_without(&format!("> {scenario}_"));
}

#[test]
fn a_day_at_the_workbench() {
    let folder = project(&FILES);
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("p12_spect");

    // a model is edited: a mistake is told at its place, taken back, and a change saved
    session.press("m");
    session.wait_for("organ_mono");
    session.press("g");
    session.press("jj");
    session.press("i");
    session.wait_for("no problems");
    session.press("\x1b[B\x1b[B\x1b[F: [");
    session.wait_for("error");
    session.press("\x1a\x1a\x1a\x1a");
    session.wait_without("error");
    session.press("\x1b[1;5H# mine\r");
    session.wait_for("# mine");
    session.press("\x13");
    session.wait_for("saved");
    session.press("\x1b");
    session.wait_without("Ctrl-S");
    let edited = std::fs::read_dir(folder.path().join("models")).expect("models").flatten();
    let marked = edited.filter(|entry| std::fs::read_to_string(entry.path()).is_ok_and(|text| text.starts_with("# mine"))).count();
    assert_eq!(marked, 1, "the edit is on disk");

    // patient p12 is fitted
    choose(&mut session, "p12_spect");
    session.press("3");
    session.wait_for("s start");
    session.press("s");
    session.wait_for("is done: runs/p12_spect/");
    assert_eq!(runs(folder.path(), "p12_spect"), 1);

    // a knob is turned, the doses follow; the desk is exported
    choose(&mut session, "netter1");
    session.press("4");
    session.wait_for("29.60");
    session.press("\x1b[C");
    session.wait_for("7.45 GBq *");
    session.wait_for("29.80");
    session.press("x");
    session.wait_for("_");
    session.press("mine\r");
    session.wait_for("scenarios/mine");
    let exported = folder.path().join("scenarios/mine/scenario.yaml");
    assert!(std::fs::read_to_string(exported).expect("the exported scenario").contains("7.45 GBq"));
    let check = assert_cmd::Command::new(env!("CARGO_BIN_EXE_rpt")).current_dir(folder.path()).args(["check", "scenarios/mine"]).assert();
    check.success();

    // two hundred virtual patients
    choose(&mut session, "netter1");
    session.press("5");
    session.wait_for("patients   200");
    session.press("s");
    session.wait_for("is done: runs/netter1/");
    assert_eq!(runs(folder.path(), "netter1"), 1);
    session.press("6");
    session.wait_for("trial");
    session.press("?");
    session.wait_for("Keys");
    session.press("\x1b");
    // a key right after Escape would be taken for Alt and that key
    session.wait_without("Keys");
    session.press("q");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);

    // the next start finds screen and scenario again
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("Manifest");
    session.press("q");
    assert_eq!(session.end().0, 0);
}

#[test]
fn a_broken_scenario_shows_its_problem_and_a_sound_one_runs() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("psma_it_p1");
    session.press("g");
    session.wait_for("untill");
    session.press("j");
    session.wait_for("patient P1");
    session.press("r");
    session.wait_for("is done: runs/psma_it_p1/");
    session.press("t");
    session.wait_for("Kidneys");
    session.press("q");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
    assert_eq!(runs(folder.path(), "psma_it_p1"), 1);
}

#[test]
fn a_step_of_a_knob_costs_less_than_two_kilobytes() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 36, 120, &[]);
    session.wait_for("psma_it_p1");
    session.press("4");
    session.wait_for("exact");
    session.settled(0);
    for key in ["\x1b[C", "\x1b[C", "\x1b[D", ">"] {
        let before = session.bytes();
        session.press(key);
        let spent = session.settled(before);
        assert!(spent <= 2048, "{key:?} cost {spent} bytes until its answer stood");
    }
    session.press("q");
    assert_eq!(session.end().0, 0);
}
