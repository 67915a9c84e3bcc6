//! The 118-state Ulm model: time to load, check and compile it, and to solve one patient-cycle; side by side with the explicit method of the
//! `ode_solvers` package on the first minute of the same system (later it reports stiffness, as it should), and with the same stiff method at a tighter tolerance.
//! Before these, 256 patients in lanes on one thread beside the same patients one by one, best of 10.
#[allow(dead_code, reason = "every program uses its own part")]
#[path = "models/ulm_cohort.rs"]
mod ulm_cohort;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use rptbench::dosimetry::course::{Administration, Course, CoursePlan, SolveSettings};
use rptbench::math::InstructionSet;
use rptbench::model;
use rptbench::model::system::SystemBuilder;
use rptbench::model::yaml::YamlFile;
use rptbench::session::scenario::Scenario;
use rptbench::solve::{Crew, MethodChoice, Options, solve, solve_cohort};
use ulm_cohort::UlmCohort;

/// Patients in lanes; some of them are also solved alone.
const PATIENTS: usize = 256;
const ALONE: usize = 16;
const PASSES: usize = 10;
const CYCLE_MIN: f64 = 30_000.0;

fn main() {
    // `cargo test --benches` only asks whether it runs
    if std::env::args().any(|argument| argument == "--bench") {
        cohort();
    }
    divan::main();
}

/// Shortest of all passes, µs.
fn best_of_passes(mut pass: impl FnMut()) -> f64 {
    let once = |_| {
        let started = Instant::now();
        pass();
        started.elapsed()
    };
    (0..PASSES).map(once).fold(Duration::MAX, Duration::min).as_secs_f64() * 1e6
}

/// One patient-cycle of 30 000 min with the integrals of five regions, without samples.
fn cohort() {
    let cohort = UlmCohort::new("psma_it_p1");
    println!("{} states; best of {PASSES} passes on one thread", cohort.system.state_count());
    for tolerance in [1e-6, 1e-8] {
        let options = cohort.options(tolerance).with_method(MethodChoice::Stiff);
        let alone = |patient: usize| {
            best_of_passes(|| {
                let job = cohort.job(patient, tolerance, CYCLE_MIN, &[]);
                let options = Options { absolute_tolerances: job.absolute_tolerances, ..options.clone() };
                let mut bound = cohort.system.bind(&job.parameters);
                black_box(solve(&mut bound, &job.initial, &job.schedule, &job.span, &options).expect("can be solved"));
            })
        };
        let all_alone: f64 = (0..ALONE).map(alone).sum();
        println!("tolerance {tolerance:e}: alone {:.0} µs per patient", all_alone / ALONE as f64);
        for instruction_set in InstructionSet::available() {
            let (mut steps, mut busy) = (0, 0.0);
            let in_lanes = best_of_passes(|| {
                steps = 0;
                let job = |patient| cohort.job(patient, tolerance, CYCLE_MIN, &[]);
                let crew = Crew { threads: 1, instruction_set };
                let work = solve_cohort(&cohort.system, PATIENTS, &job, &options, crew, &mut |_, result| {
                    steps += result.expect("can be solved").statistics.steps;
                });
                busy = work.expect("the options are good").busy;
            });
            println!(
                "tolerance {tolerance:e}: lanes, {}: {:.0} µs per patient, {:.0} steps, lanes {:.1} % busy",
                instruction_set.name(),
                in_lanes / PATIENTS as f64,
                steps as f64 / PATIENTS as f64,
                100.0 * busy
            );
        }
    }
}

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/psma_it_p1");
    Scenario::load(&path, &[]).expect("the shipped scenario loads").0
}

/// Text to compiled system: read, resolve, check, differentiate, compile.
#[divan::bench]
fn load_check_and_compile() -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma_it_ulm.yaml");
    let file = YamlFile::read(&path).expect("the shipped model reads");
    let (model, _) = model::read(&file, &[]).expect("the shipped model is good");
    SystemBuilder::new(&model).compile().state_count()
}

fn cycle(plan: &CoursePlan, scenario: &Scenario, until_min: f64, tolerance: f64, method: MethodChoice) -> f64 {
    let parameters = plan.model.parameter_values();
    let mut course = Course::new(plan, &parameters);
    for given in &scenario.administrations {
        let labelled = given.activity_mbq.unwrap_or(0.0) / course.activity_per_amount();
        let dose = Administration {
            time_min: given.at_min,
            site: given.site,
            labelled,
            unlabelled: given.unlabelled,
            duration_min: given.duration_min,
        };
        course.administer(dose).expect("the dose can be given");
    }
    let settings = SolveSettings { relative_tolerance: tolerance, method, ..Default::default() };
    course.advance(until_min, &[], &settings).expect("the course can be solved");
    course.doses()[0].absorbed_gy
}

mod patient_cycle_30000_min {
    use super::*;

    #[divan::bench]
    fn rodas5p_1e_6(bencher: divan::Bencher) {
        let scenario = scenario();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("the targets fit the model");
        bencher.bench_local(|| cycle(&plan, &scenario, 30_000.0, 1e-6, MethodChoice::Stiff));
    }

    #[divan::bench]
    fn rodas5p_1e_6_with_balance(bencher: divan::Bencher) {
        let scenario = scenario();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), true).expect("the targets fit the model");
        bencher.bench_local(|| cycle(&plan, &scenario, 30_000.0, 1e-6, MethodChoice::Stiff));
    }

    #[divan::bench]
    fn rodas5p_1e_8(bencher: divan::Bencher) {
        let scenario = scenario();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("the targets fit the model");
        bencher.bench_local(|| cycle(&plan, &scenario, 30_000.0, 1e-8, MethodChoice::Stiff));
    }
}

mod first_minute {
    use super::*;

    #[divan::bench]
    fn rodas5p(bencher: divan::Bencher) {
        let scenario = scenario();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("the targets fit the model");
        bencher.bench_local(|| cycle(&plan, &scenario, 1.0, 1e-6, MethodChoice::Stiff));
    }

    #[divan::bench]
    fn dop853_of_ode_solvers(bencher: divan::Bencher) {
        let scenario = scenario();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("the targets fit the model");
        bencher.bench_local(|| cycle(&plan, &scenario, 1.0, 1e-6, MethodChoice::NonStiff));
    }
}
