//! Tests of the What-if engine: what must hold of any linear model, of the text, and of the newest request.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::report::Cell;
use crate::session::scenario::Scenario;
use crate::session::work::{Control, Outcome, Task, perform};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

fn desk(name: &str) -> Desk {
    Desk::open(&path(name)).unwrap()
}

fn answer(desk: &Desk, evaluator: &mut Evaluator, settings: &[(&str, KnobValue)]) -> WhatIf {
    let settings: Settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    evaluator.evaluate(&desk.apply(&settings).unwrap(), Stage::Exact, &AtomicBool::new(false)).unwrap()
}

fn kidneys(answer: &WhatIf, arm: usize) -> f64 {
    answer.arms[arm].targets[0].absorbed_gy
}

/// In a linear model without feedback the dose is proportional to activity and to the number of cycles, and does not depend on the interval.
#[test]
fn a_linear_model_follows_its_knobs() {
    let (desk, mut evaluator) = (desk("iluminet"), Evaluator::default());
    let plain = answer(&desk, &mut evaluator, &[]);
    let of = |evaluator: &mut Evaluator, name: &str, value| answer(&desk, evaluator, &[(name, KnobValue::Number(value))]);
    let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-6, "{a} and {b}");
    near(kidneys(&of(&mut evaluator, "four_cycles.activity", 3.7), 0), kidneys(&plain, 0) / 2.0);
    near(kidneys(&of(&mut evaluator, "four_cycles.cycles", 8.0), 0), kidneys(&plain, 0) * 2.0);
    near(kidneys(&of(&mut evaluator, "interval", 12.0), 0), kidneys(&plain, 0));
    let limit = of(&mut evaluator, "bed_27.limit.kidneys", 20.0);
    assert_eq!((limit.computed, &limit.arms[0], &limit.arms[2]), (1, &plain.arms[0], &plain.arms[2]));
    assert!(kidneys(&limit, 1) < kidneys(&plain, 1));
    let uptake = desk.knob("kidneys.uptake").unwrap();
    let KnobValue::Number(value) = uptake.default else { panic!("no number") };
    let more = of(&mut evaluator, "kidneys.uptake", 1.5 * value);
    near(kidneys(&more, 0), 1.5 * kidneys(&plain, 0));
    near(more.arms[0].targets[2].absorbed_gy, plain.arms[0].targets[2].absorbed_gy);
}

#[test]
fn what_is_exported_gives_the_same_numbers() {
    for (name, settings) in [
        (
            "psma_it_p1",
            vec![
                ("kidneys.density", KnobValue::Number(25.0)),
                ("limit.kidneys", KnobValue::Number(20.0)),
                ("scans.kidneys", KnobValue::Times(vec![96.0])),
            ],
        ),
        ("netter1", vec![("kidneys.uptake", KnobValue::Number(0.02)), ("interval", KnobValue::Number(6.0))]),
    ] {
        let (desk, mut evaluator) = (desk(name), Evaluator::default());
        let settings: Settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let changed = desk.apply(&settings).unwrap();
        let first = evaluator.evaluate(&changed, Stage::Exact, &AtomicBool::new(false)).unwrap();
        let again = Desk::of_text(&path(name).join("scenario.yaml"), changed.text.clone()).unwrap();
        let second = answer(&again, &mut Evaluator::default(), &[]);
        assert_eq!((&first.arms, &first.differences), (&second.arms, &second.differences), "{}", changed.text);
        assert_ne!(kidneys(&first, 0), kidneys(&answer(&desk, &mut evaluator, &[]), 0));
        let rows = {
            let mut variants = Variants::default();
            variants.pin("one", settings, Arc::new(first));
            variants.compare("one", &second).unwrap()
        };
        assert!(rows.len() > 5 && rows.iter().all(|row| row.pinned == row.present));
    }
}

#[test]
fn typed_values_have_units_and_the_reader_has_the_last_word() {
    let desk = desk("psma_it_p1");
    let activity = desk.knob("activity").unwrap();
    assert_eq!(activity.parse("6000 MBq"), Ok(KnobValue::Number(6.0)));
    assert_eq!(activity.parse("6"), Ok(KnobValue::Number(6.0)));
    let wrong = activity.parse("5 wk").unwrap_err();
    assert!(wrong.contains("must be") && wrong.contains("`5 wk` is time"), "{wrong}");
    assert_eq!(activity.step(&KnobValue::Number(7.4), true, true), Ok(KnobValue::Number(7.9)));
    let early = desk.apply(&vec![("interval".into(), KnobValue::Number(0.5))]).unwrap_err();
    assert!(early.contains("the last scan must lie before the next cycle"), "{early}");
    assert!(desk.knob("kidney.density").unwrap_err().contains("kidneys.density"));
    assert!(self::desk("iluminet").knob("unlabelled").unwrap().parse("1 nmol").unwrap_err().contains("no unlabelled ligand"));
}

/// What a run of the exported file says, by name of the arm and of the column.
fn of_run(table: &crate::report::Table, arm: Option<&str>, column: &str) -> f64 {
    let at = table.columns.iter().position(|one| one.name == column).unwrap_or_else(|| panic!("no column {column}"));
    let row = table.rows.iter().find(|row| arm.is_none_or(|arm| row[0] == Cell::from(arm))).unwrap();
    match &row[at] {
        Cell::Number(value) => *value,
        other => panic!("{other:?}"),
    }
}

fn outcome(file: &std::path::Path, task: Task) -> Outcome {
    let (scenario, _) = Scenario::load(file, &[]).unwrap();
    let cancel = Arc::new(AtomicBool::new(false));
    perform(&scenario, task, &mut Control::new(&mut |_| {}, &cancel)).unwrap()
}

/// The second method is the run of the exported file: other code reads, delivers and tabulates it.
#[test]
fn a_run_of_the_exported_file_gives_the_numbers_of_the_desk() {
    let project = tempfile::tempdir().unwrap();
    let scenarios = project.path().join("scenarios");
    let numbers = [
        (
            "psma_it_p1",
            vec![("kidneys.density", "25 nmol/L"), ("limit.kidneys", "20 Gy"), ("scans.kidneys", "96 h"), ("stopped_by_dose.cycles", "4")],
        ),
        ("p12_spect", vec![("left_kidney.uptake", "0.0141"), ("left_kidney.effective_half_life", "48 h"), ("adapted.activity", "6 GBq")]),
    ];
    for (name, settings) in numbers {
        let (desk, mut evaluator) = (desk(name), Evaluator::default());
        let mut set = Settings::new();
        for (knob, text) in settings {
            // steps on the way warm the evaluator: what it keeps must not show
            answer(&desk, &mut evaluator, &set.iter().map(|(name, value)| (name.as_str(), value.clone())).collect::<Vec<_>>());
            desk.turn(&mut set, knob, desk.knob(knob).unwrap().parse(text).unwrap()).unwrap();
        }
        let found = evaluator.evaluate(&desk.apply(&set).unwrap(), Stage::Exact, &AtomicBool::new(false)).unwrap();
        let file = desk.export(&set, "turned", &scenarios.join(name)).unwrap();
        let outcome = outcome(&file, Task::Run);
        let table = outcome.tables.iter().find(|table| table.name == "regimens").unwrap();
        for arm in &found.arms {
            assert_eq!(of_run(table, Some(&arm.name), "activity"), arm.activity_mbq / 1e3);
            for target in &arm.targets {
                assert_eq!(of_run(table, Some(&arm.name), &format!("{}_dose", target.name)), target.absorbed_gy, "{name} {}", arm.name);
            }
            let bed = &arm.targets[0];
            assert_eq!(of_run(table, Some(&arm.name), &format!("{}_bed", bed.name)), bed.bed_gy.unwrap());
            assert_eq!(of_run(table, Some(&arm.name), "estimated_dose"), bed.estimated_gy.unwrap());
            let ntcp = &arm.effects[0];
            assert_eq!(of_run(table, Some(&arm.name), &format!("{}_{}", ntcp.target, ntcp.relation)), 100.0 * ntcp.probability.unwrap());
        }
        let refused = desk.export(&set, "turned", &scenarios.join(name)).unwrap_err();
        assert!(refused.contains("already"), "{refused}");
        assert!(desk.export(&set, "../x", &scenarios).is_err());
    }
}

#[test]
fn a_scenario_without_regimens_is_one_course() {
    let project = tempfile::tempdir().unwrap();
    let (desk, mut evaluator) = (desk("psma_it_p2"), Evaluator::default());
    assert!(!desk.has_regimens);
    let plain = answer(&desk, &mut evaluator, &[]);
    let mut set = Settings::new();
    for (knob, text) in [("activity", "5000 MBq"), ("unlabelled", "150 nmol")] {
        desk.turn(&mut set, knob, desk.knob(knob).unwrap().parse(text).unwrap()).unwrap();
    }
    let found = evaluator.evaluate(&desk.apply(&set).unwrap(), Stage::Exact, &AtomicBool::new(false)).unwrap();
    assert_eq!(found.arms[0].cycles, [(0.0, 5000.0)]);
    // less activity, and more ligand that competes for the receptors
    assert!(kidneys(&found, 0) < kidneys(&plain, 0));
    assert!(found.arms[0].observed.iter().any(|one| one.unit == "MBq" && one.values.len() == found.arms[0].times_min.len()));
    let file = desk.export(&set, "turned", project.path()).unwrap();
    let outcome = outcome(&file, Task::Simulate);
    let table = outcome.tables.iter().find(|table| table.name == "doses").unwrap();
    for target in &found.arms[0].targets {
        assert_eq!(of_run(table, Some(&target.name), "absorbed_dose"), target.absorbed_gy);
    }
    let nothing = Desk::open(&path("indometacin")).unwrap_err();
    assert!(nothing.contains("nothing is given"), "{nothing}");
}

#[test]
fn every_shipped_scenario_has_a_desk_whose_knobs_can_be_written() {
    for entry in std::fs::read_dir(path("")).unwrap() {
        let file = entry.unwrap().path().join("scenario.yaml");
        let Ok(desk) = Desk::open(&file) else { continue };
        assert!(!desk.knobs.is_empty(), "{}", file.display());
        // of the model's many parameters every tenth: they are all written the same way
        let some = desk.knobs.iter().enumerate().filter(|(at, knob)| knob.group != KnobGroup::Model || at % 10 == 0);
        for knob in some.map(|(_, knob)| knob).filter(|knob| knob.cannot.is_none()) {
            // a step may meet a rule of the reader, but never a text that cannot be read
            let Ok(value) = knob.step(&knob.default, true, false) else { continue };
            match desk.apply(&vec![(knob.name.clone(), value.clone())]) {
                Ok(changed) => {
                    let again = Desk::of_text(&file, changed.text).unwrap();
                    assert_eq!(again.knob(&knob.name).unwrap().default, value, "{} {}", desk.name, knob.name);
                }
                Err(words) => assert!(!words.contains("YAML") && !words.contains("unknown key"), "{} {}: {words}", desk.name, knob.name),
            }
        }
    }
}

fn last(told: &Receiver<Said>, number: u64) -> Answer {
    loop {
        match told.recv_timeout(Duration::from_secs(60)).expect("no answer") {
            Said::Answer(answer) if answer.number == number && answer.stage == Stage::Exact => return answer,
            Said::Opened(Err(words)) => panic!("{words}"),
            _ => {}
        }
    }
}

#[test]
fn the_newest_request_wins() {
    let (tell, told) = channel();
    let engine = Engine::start(|| Desk::open(&path("psma_it_p1")), move |said| drop(tell.send(said)));
    let begun = Instant::now();
    for step in 1..=50_u64 {
        engine.request(step, vec![("activity".into(), KnobValue::Number(5.0 + 0.02 * step as f64))]);
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "the caller waited");
    let answer = last(&told, 50);
    assert_eq!(answer.result.unwrap().arms[0].cycles[0].1.round(), 6000.0);
    assert!(engine.evaluations() < 20, "{} evaluations", engine.evaluations());
    engine.request(51, vec![]);
    engine.cancel();
    std::thread::sleep(Duration::from_millis(20));
    engine.request(52, vec![("interval".into(), KnobValue::Number(0.5))]);
    assert!(last(&told, 52).result.unwrap_err().contains("last scan"));
}

/// Only the patient predicted from a scan comes from a fit: its bands are those that the run of the same file tabulates, draw by draw.
#[test]
fn bands_follow_the_exact_answer_where_the_patient_comes_from_a_fit() {
    let (tell, told) = channel();
    let engine = Engine::start(|| Desk::open(&path("psma_lu177_predicted")), move |said| drop(tell.send(said)));
    engine.request(1, vec![]);
    let exact = last(&told, 1);
    assert!(exact.more_follows && exact.result.unwrap().bands.is_none());
    let bands = loop {
        match told.recv_timeout(Duration::from_secs(120)).expect("no bands") {
            Said::Answer(answer) if answer.stage == Stage::Bands && !answer.more_follows => break answer.result.unwrap(),
            _ => {}
        }
    };
    let found = bands.bands.as_ref().unwrap();
    assert_eq!((found.drawn, found.failed), (found.of, 0));
    let (dose, band) = (bands.arms[0].targets[0].absorbed_gy, found.arms[0].targets[0].0.unwrap());
    assert!(band.low < dose && dose < band.high, "{band:?} {dose}");
    let knob = "kidneys.density";
    engine.request(2, vec![(knob.into(), KnobValue::Number(25.0))]);
    let told_why = loop {
        match told.recv_timeout(Duration::from_secs(120)).expect("no answer") {
            Said::Answer(answer) if answer.number == 2 && !answer.more_follows => break answer.result.unwrap(),
            _ => {}
        }
    };
    assert!(told_why.bands.is_none() && told_why.notes.iter().any(|note| note.contains(knob)), "{:?}", told_why.notes);
}

#[test]
fn what_is_written_by_an_alias_is_not_changed_behind_it() {
    let text = "arms:\n  a: &x {activity: 7.4 GBq, cycles: 4}\n  b: *x\n";
    let way = |arm: &str| super::edit::keys(&["arms", arm, "cycles"]);
    assert!(super::edit::set(text, &way("b"), "5").is_err_and(|words| words.contains("alias")), "arm a would change too");
    assert_eq!(super::edit::set(text, &way("a"), "5"), Ok(text.replace("cycles: 4", "cycles: 5")));
}

/// The shipped scenario gives 7.4 GBq in all arms, and four cycles in two of them, up to eight in the third.
#[test]
fn arms_that_differ_have_no_knob_in_common_and_what_was_turned_apart_comes_together() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/psma_it_p1");
    let desk = Desk::open(&path).expect("the shipped scenario loads");
    assert!(desk.knob("cycles").is_err(), "one number would overwrite what differs on purpose");
    let knob = desk.knob("activity").expect("a knob of all arms");
    let mut settings = Settings::new();
    assert!(desk.differing(knob, &settings).is_empty());
    desk.turn(&mut settings, "fixed.activity", KnobValue::Number(8.0)).expect("turned");
    assert_eq!(desk.differing(knob, &settings), [KnobValue::Number(8.0), KnobValue::Number(7.4)]);
    desk.turn(&mut settings, "activity", KnobValue::Number(7.4)).expect("turned to what the scenario has");
    assert!(desk.differing(knob, &settings).is_empty(), "what the knob shows is what every arm has");
    let changed = desk.apply(&settings).expect("sound");
    assert_eq!(changed.text.matches("8 GBq").count(), 0, "{}", changed.text);
}

/// The tracer of the shipped scenario is 15 MBq, its therapies are gigabecquerels.
#[test]
fn a_tracer_is_not_turned_with_a_therapy() {
    let desk = Desk::open(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/benua_131i")).expect("it loads");
    assert!(desk.knob("activity").is_err());
    assert_eq!(desk.knob("benua.activity").expect("a knob").unit, "MBq");
}

#[test]
fn two_limits_of_one_organ_are_two_knobs() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/psma_it_p1");
    let file = Scenario::file_of(&root);
    let text = std::fs::read_to_string(&file).expect("the shipped scenario");
    let line = text.lines().find(|line| line.trim_start().starts_with("limit:")).expect("one limit");
    let indent = &line[..line.len() - line.trim_start().len()];
    let one = line.trim_start().trim_start_matches("limit:").trim();
    let other = "{target: kidneys, bed: 40 Gy, source: made up for this test, provenance: assumed}";
    let text = text.replacen(line, &format!("{indent}limit: [{one}, {other}]"), 1);
    let desk = Desk::of_text(&file, text).expect("two limits are sound");
    let mut settings = Settings::new();
    desk.turn(&mut settings, "limit.kidneys#2", KnobValue::Number(41.0)).expect("turned");
    let changed = desk.apply(&settings).expect("sound");
    assert!(changed.text.contains("bed: 41 Gy") && changed.text.contains("absorbed_dose: 23 Gy"), "{}", changed.text);
    let first = desk.knob("limit.kidneys").expect("the first limit");
    assert_eq!(desk.value(first, &settings), &KnobValue::Number(23.0));
}

/// The clinic of the shipped scenario scans the left kidney alone: what it would say of liver and spleen is the kidney's cross-dose.
#[test]
fn organs_that_are_not_imaged_have_no_estimate() {
    let answer = answer(&desk("p12_spect"), &mut Evaluator::default(), &[]);
    for target in &answer.arms[0].targets {
        assert_eq!(target.estimated_gy.is_some(), target.name == "left_kidney", "{}", target.name);
    }
}
