//! From a knob's step to updated doses: the whole way of the workbench, text, reading, delivery of all arms. Aim: 100 ms for the whole-body model with 118 states, one
//! scan a cycle and four cycles; 16 ms for a linear one.
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use rptbench::session::what_if::{Desk, Evaluator, KnobValue, Stage};

fn main() {
    divan::main();
}

/// Every step turns the activity of all arms, so that no arm is known from before.
#[divan::bench(args = ["psma_it_p1", "iluminet", "netter1"], sample_count = 20)]
fn knob_to_doses(bencher: divan::Bencher, name: &str) {
    let desk = Desk::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)).expect("the shipped scenario loads");
    let mut evaluator = Evaluator::default();
    let mut gbq = 6.0;
    bencher.bench_local(|| {
        gbq += 0.001;
        let mut settings = vec![("activity".to_owned(), KnobValue::Number(gbq))];
        if name == "psma_it_p1" {
            settings.push(("scans.kidneys".to_owned(), KnobValue::Times(vec![96.0])));
            settings.push(("cycles".to_owned(), KnobValue::Number(4.0)));
        }
        let changed = desk.apply(&settings).expect("sound settings");
        black_box(evaluator.evaluate(&changed, Stage::Exact, &AtomicBool::new(false)).expect("it is delivered"))
    });
}
