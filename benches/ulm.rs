//! The 118-state Ulm model: time to load, check and compile it, and to solve one patient-cycle; side by side with the explicit method of the
//! `ode_solvers` package on the first minute of the same system (later it reports stiffness, as it should), and with the same stiff method at a tighter tolerance.
use std::path::Path;

use rptbench::dosimetry::course::{Administration, Course, CoursePlan, SolveSettings};
use rptbench::model;
use rptbench::model::system::SystemBuilder;
use rptbench::model::yaml::YamlFile;
use rptbench::session::scenario::Scenario;
use rptbench::solve::MethodChoice;

fn main() {
    divan::main();
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
