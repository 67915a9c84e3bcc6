//! A solve that cannot go on says when and in which compartment, by its name in the model.
use rptbench::model::system::{System, SystemBuilder};
use rptbench::model::{self, Model, yaml::YamlFile};
use rptbench::solve::system::explain;
use rptbench::solve::{MethodChoice, Options, Schedule, SolveError, Span, solve};

fn read(text: &str) -> (Model, System) {
    let file = YamlFile::parse("reasons.yaml", text.to_owned()).unwrap_or_else(|faults| panic!("{faults}"));
    let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let system = SystemBuilder::new(&model).compile();
    (model, system)
}

/// Solves over 100 min from the model's own start with all states declared non-negative.
fn failure(model: &Model, system: &System, parameters: &[f64], method: MethodChoice) -> (SolveError, String) {
    let count = system.state_count();
    let mut options = Options::new(1e-6, vec![1e-9; count]).with_method(method);
    options.non_negative = vec![true; count];
    let initial = system.initial_state(parameters);
    let span = Span { start: 0.0, stop: 100.0, samples: Vec::new() };
    let outcome = solve(&mut system.bind(parameters), &initial, &Schedule::default(), &span, &options);
    let error = outcome.expect_err(&format!("{} by {method:?} must fail", model.name));
    let sentence = explain(&error, system);
    (error, sentence)
}

/// 10 nmol are pumped out at 0.5 nmol/min whether there are any or not: `pool` is empty at 20 min.
const PUMP: &str = r#"
model: pump
ligands: [labelled, unlabelled]
parameters:
  pumped: {value: 0.5 nmol/min, provenance: assumed}
  start: {value: 10 nmol, provenance: assumed}
compartments:
  elsewhere: {initial: 3 nmol}
  pool: {initial: start}
  sink:
flows:
  - {from: pool, to: sink, rate: pumped, of: labelled}
  - {from: elsewhere, to: sink, k: 1e-3 1/min}
"#;

#[test]
fn an_emptied_compartment_is_named_with_its_time_by_every_method() {
    let (model, system) = read(PUMP);
    for method in [MethodChoice::Exact, MethodChoice::Stiff, MethodChoice::NonStiff, MethodChoice::Automatic] {
        let (error, sentence) = failure(&model, &system, &model.parameter_values(), method);
        let SolveError::Negative { time, value, allowed, .. } = error else { panic!("{method:?}: {sentence}") };
        assert!(sentence.starts_with("`pool@labelled` became negative at "), "{method:?}: {sentence}");
        assert!(value < allowed && allowed < 0.0, "{sentence}");
        // Rodas5P shortens its step until it stands at the very time.
        let latest = if method == MethodChoice::Stiff { 20.01 } else { 100.0 };
        assert!((20.0..=latest).contains(&time), "{method:?}: {sentence}");
    }
}

#[test]
fn a_rate_that_is_no_number_is_named() {
    let (model, system) = read(
        r#"
model: fraction
parameters:
  v_max: {value: 1 nmol/min, provenance: assumed}
  k_m: {value: 1 nmol, provenance: assumed}
compartments:
  first: {initial: 1 nmol}
  second: {initial: 0 nmol}
  sink:
flows:
  - {from: first, to: sink, k: 0.1 1/min}
  - {from: second, to: sink, rate: v_max * second / (k_m + second)}
"#,
    );
    let mut parameters = model.parameter_values();
    parameters[model.parameter("k_m").unwrap()] = 0.0;
    for method in [MethodChoice::Stiff, MethodChoice::NonStiff, MethodChoice::Automatic] {
        let (error, sentence) = failure(&model, &system, &parameters, method);
        assert!(matches!(error, SolveError::NotFinite { time: 0.0, .. }), "{sentence}");
        assert_eq!(sentence, "the rate of `second` is not a finite number at 0 min", "{method:?}");
    }
}

/// Growth with its own square ends in finite time: x = 1/(1 − t/10) at 10 min.
const RUNAWAY: &str = r#"
model: runaway
parameters:
  growth: {value: 0.1 1/nmol/min, provenance: assumed}
compartments:
  source: {initial: 1e6 nmol}
  cells: {initial: 1 nmol}
flows:
  - {from: source, to: cells, rate: growth * cells * cells}
"#;

#[test]
fn a_runaway_compartment_is_named_with_its_time() {
    let (model, system) = read(RUNAWAY);
    for method in [MethodChoice::Stiff, MethodChoice::NonStiff, MethodChoice::Automatic] {
        let (error, sentence) = failure(&model, &system, &model.parameter_values(), method);
        let time = error.time().expect("the time is told");
        assert!((time - 10.0).abs() < 0.1, "{method:?}: {sentence}");
        assert!(sentence.contains("`source`") || sentence.contains("`cells`"), "{method:?}: {sentence}");
    }
}

#[test]
fn the_budget_of_steps_ends_a_solve_by_name() {
    let (model, system) = read(RUNAWAY);
    let parameters = model.parameter_values();
    let initial = system.initial_state(&parameters);
    let span = Span { start: 0.0, stop: 9.0, samples: Vec::new() };
    for method in [MethodChoice::Stiff, MethodChoice::NonStiff] {
        let mut options = Options::new(1e-8, vec![1e-12; system.state_count()]).with_method(method);
        options.step_budget = 3;
        let error = solve(&mut system.bind(&parameters), &initial, &Schedule::default(), &span, &options).unwrap_err();
        let sentence = explain(&error, &system);
        assert!(sentence.starts_with("all 3 steps allowed were used up at ") && sentence.contains("`"), "{method:?}: {sentence}");
    }
}
