//! Rates that jump, at a time or at an amount: a comparison has no derivative, and must neither make a system linear nor hide what it reads.
//! Expected values are the closed forms of the two sides of the jump.
use rptbench::model::system::{System, SystemBuilder};
use rptbench::model::{self, Model, yaml::YamlFile};
use rptbench::solve::{Crew, Job, MethodChoice, Options, Schedule, Span, solve, solve_cohort};

/// 1000 nmol in `pool`, which empty into `sink` at a rate of this form.
fn pump(rate: &str) -> (Model, System) {
    let text = format!(
        r#"
model: pump
parameters:
  pumped: {{value: 0.5 nmol/min, provenance: assumed}}
  k: {{value: 0.01 1/min, provenance: assumed}}
  start: {{value: 1000 nmol, provenance: assumed}}
compartments:
  pool: {{initial: start}}
  sink:
flows:
  - {{from: pool, to: sink, rate: "{rate}"}}
"#
    );
    let file = YamlFile::parse("jumps.yaml", text).unwrap_or_else(|faults| panic!("{faults}"));
    let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let system = SystemBuilder::new(&model).compile();
    (model, system)
}

/// Every method and the cohort reach this amount in `pool` after 100 min.
fn expect(rate: &str, expected: f64) {
    let (model, system) = pump(rate);
    let (count, parameters) = (system.state_count(), model.parameter_values());
    let initial = system.initial_state(&parameters);
    let span = Span { start: 0.0, stop: 100.0, samples: Vec::new() };
    let check = |found: f64, how: &str| assert!((found - expected).abs() < 1e-6 * expected, "{rate}, {how}: {found}, expected {expected}");
    for method in [MethodChoice::Automatic, MethodChoice::Stiff, MethodChoice::NonStiff] {
        let options = Options::new(1e-8, vec![1e-9; count]).with_method(method);
        let run = solve(&mut system.bind(&parameters), &initial, &Schedule::default(), &span, &options).expect("solves");
        check(run.final_state[0], &run.reason);
    }
    let job = |index: usize| Job {
        index,
        parameters: parameters.clone(),
        initial: initial.clone(),
        absolute_tolerances: vec![1e-9; count],
        schedule: Schedule::default(),
        span: span.clone(),
    };
    let crew = Crew { threads: 1, ..Crew::of_this_machine().expect("an instruction set of this machine") };
    let mut solved = 0;
    let work = solve_cohort(&system, 3, &job, &Options::new(1e-8, Vec::new()), crew, &mut |_, result| {
        check(result.expect("solves").final_state[0], "cohort");
        solved += 1;
    });
    work.expect("the options are good");
    assert_eq!(solved, 3);
}

#[test]
fn a_constant_rate_that_ends_at_a_time() {
    // 0.5/min for 20 min
    expect("if(time < 20 min, pumped, 0 nmol/min)", 990.0);
}

#[test]
fn a_first_order_rate_that_ends_at_a_time() {
    // 0.01/min for 20 min
    expect("if(time < 20 min, k, 0 1/min) * pool", 1000.0 * (-0.2f64).exp());
}

#[test]
fn a_constant_rate_that_falls_at_an_amount() {
    // 10/min down to 500 at 50 min, then 1/min
    expect("if(pool > 500 nmol, 20 * pumped, 2 * pumped)", 450.0);
}

#[test]
fn a_rate_decided_by_a_state_that_nothing_else_reads() {
    // 10/min until `sink` holds 10 at 1 min, then 1/min
    expect("if(sink < 10 nmol, 20 * pumped, 2 * pumped)", 891.0);
}

#[test]
fn a_jump_beside_a_first_order_rate() {
    // x' = -0.01 x - 5 from 1000 to 500 takes 100 ln 1.5 min, then x' = -0.01 x
    expect("k * pool + if(pool > 500 nmol, 10 * pumped, 0 nmol/min)", 500.0 * (1.5f64.ln() - 1.0).exp());
}
