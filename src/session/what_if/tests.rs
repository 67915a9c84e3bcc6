//! Tests of the What-if engine: what must hold of any linear model, of the text, and of the newest request.
#![allow(clippy::unwrap_used)]
use super::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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

fn last(engine: &Engine, number: u64) -> Answer {
    let begun = Instant::now();
    loop {
        match engine.poll() {
            Some(answer) if answer.number == number && answer.stage == Stage::Exact => return answer,
            _ => assert!(begun.elapsed() < Duration::from_secs(60), "no answer"),
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_newest_request_wins() {
    let mut engine = Engine::start(Arc::new(desk("psma_it_p1")), || {});
    let begun = Instant::now();
    for step in 0..50 {
        engine.request(vec![("activity".into(), KnobValue::Number(5.0 + 0.02 * f64::from(step)))]);
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "the caller waited");
    let answer = last(&engine, 50);
    assert_eq!(answer.result.unwrap().arms[0].cycles[0].1.round(), 5980.0);
    assert!(engine.evaluations() < 20, "{} evaluations", engine.evaluations());
    engine.request(vec![]);
    engine.cancel();
    std::thread::sleep(Duration::from_millis(20));
    assert!(engine.poll().is_none());
    let number = engine.request(vec![("interval".into(), KnobValue::Number(0.5))]);
    assert!(last(&engine, number).result.unwrap_err().contains("last scan"));
}
