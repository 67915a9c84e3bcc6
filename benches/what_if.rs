//! From a knob's step to updated doses: the whole way of the workbench, text, reading, delivery of all arms. Aim: 100 ms for the whole-body model with 118 states, one
//! scan a cycle and four cycles; 16 ms for a linear one.
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use rptbench::session::what_if::{Desk, Evaluator, KnobValue, Settings, Stage};

fn main() {
    divan::main();
}

const NAMES: [&str; 5] = ["psma_it_p1", "psma_it_p2", "p12_spect", "iluminet", "netter1"];

fn desk(name: &str) -> Desk {
    Desk::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)).expect("the shipped scenario loads")
}

/// The settings of one step: the activity of all arms, so that no arm is known from before.
fn step(desk: &Desk, name: &str, gbq: f64) -> Settings {
    let activity = desk.knobs.iter().find(|knob| knob.name.ends_with("activity")).expect("an activity");
    let value = activity.parse(&format!("{gbq} GBq")).expect("an activity");
    let mut settings = vec![(activity.name.clone(), value)];
    if name == "psma_it_p1" {
        settings.push(("scans.kidneys".to_owned(), KnobValue::Times(vec![96.0])));
        settings.push(("stopped_by_dose.cycles".to_owned(), KnobValue::Number(4.0)));
    }
    settings
}

#[divan::bench(args = NAMES, sample_count = 20)]
fn knob_to_doses(bencher: divan::Bencher, name: &str) {
    let (desk, mut evaluator, mut gbq) = (desk(name), Evaluator::default(), 6.0);
    bencher.bench_local(|| {
        gbq += 0.001;
        let settings = step(&desk, name, gbq);
        let changed = desk.apply(&settings).expect("sound settings");
        black_box(evaluator.evaluate(&changed, Stage::Exact, &AtomicBool::new(false)).expect("it is delivered"))
    });
}

/// The reading alone.
#[divan::bench(args = NAMES, sample_count = 20)]
fn knob_to_scenario(bencher: divan::Bencher, name: &str) {
    let (desk, mut gbq) = (desk(name), 6.0);
    bencher.bench_local(|| {
        gbq += 0.001;
        let settings = step(&desk, name, gbq);
        black_box(desk.apply(&settings).expect("sound settings"))
    });
}
