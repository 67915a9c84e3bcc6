//! What one patient costs: all arms of shipped scenarios at the tolerances they state, figures and cohorts apart, and a year of blood counts at hourly points.
//! The rule of thumb for the workbench: a knob turns and the answer is there, so about a second at most for all arms.
use std::hint::black_box;
use std::path::Path;

use rptbench::dosimetry::course::{CoursePlan, SolveSettings};
use rptbench::radiobiology::blood_counts::{LineageCourse, default_lineages};
use rptbench::session::scenario::Scenario;
use rptbench::trial::deliver_all;

fn main() {
    divan::main();
}

/// By exact propagation (organs) and by the stiff method (whole-body PBPK in up to 16 cycles).
#[divan::bench(args = ["iluminet", "vision", "netter1", "metronomic"], sample_count = 10)]
fn all_arms_of_the_patient(bencher: divan::Bencher, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let scenario = Scenario::load(&path, &[]).expect("the shipped scenario loads").0;
    let regimen = scenario.regimens.as_ref().expect("it has arms");
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("it compiles");
    let parameters = scenario.model.parameter_values();
    let settings =
        SolveSettings { relative_tolerance: scenario.solve.relative_tolerance, method: scenario.solve.method, ..SolveSettings::default() };
    bencher.bench_local(|| {
        let arms = deliver_all::<rptbench::regimen::RegimenError>(&plan, regimen, &parameters, &settings, |_| Ok(()));
        black_box(arms.expect("the arms can be delivered"))
    });
}

/// Four lineages at the hourly points of a year, a cycle every eight weeks.
#[divan::bench]
fn a_year_of_blood_counts(bencher: divan::Bencher) {
    let (decay_per_h, interval_h) = (std::f64::consts::LN_2 / 71.0, 8.0 * 168.0);
    let times: Vec<f64> = (0..=8766).map(f64::from).collect();
    let rates: Vec<f64> = times.iter().map(|time_h| 0.26 * decay_per_h * (-decay_per_h * (time_h % interval_h)).exp()).collect();
    let lineages = default_lineages();
    bencher.bench_local(|| {
        for lineage in lineages {
            black_box(LineageCourse::new(lineage).advance(&times, &rates, 1.0).expect("sound rates"));
        }
    });
}
