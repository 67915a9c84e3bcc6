//! Sensitivities against closed forms, against differences of the method at fixed steps, and along with the plain solve.
use super::*;
use crate::math::LANES;
use crate::model::Model;
use crate::model::system::{Rider, SystemBuilder};
use crate::model::yaml::YamlFile;
use crate::solve::{Bolus, Infusion, Sampling, Schedule, Span, solve};

fn read(text: &str) -> Model {
    let file = YamlFile::parse("model.yaml", text.to_owned()).unwrap();
    crate::model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

/// The system of a model with the integral of the first compartment and of its square.
fn with_integrals(model: &Model) -> System {
    let mut builder = SystemBuilder::new(model);
    let rate = builder.graph.state(0);
    builder.ride(Rider { name: "integral".to_owned(), rate, scale: 1.0 });
    let rate = builder.graph.multiply(rate, rate);
    builder.ride(Rider { name: "integral of the square".to_owned(), rate, scale: 1.0 });
    builder.compile()
}

fn job(system: &System, parameters: &[f64], schedule: &Schedule, stop: f64, samples: &[f64], tolerance: f64) -> Job {
    Job {
        index: 0,
        parameters: parameters.to_vec(),
        initial: system.initial_state(parameters),
        absolute_tolerances: vec![tolerance; system.state_count()],
        schedule: schedule.clone(),
        span: Span { start: 0.0, stop, samples: samples.to_vec() },
    }
}

const DECAYING: &str = "
model: decaying
amount: nmol
silence: [{lint: no-source, reason: a test}]
parameters: {k: 0.03 1/min, start: 5 nmol}
compartments: {central: {initial: start}, gone: }
flows: [{from: central, to: gone, k: k}]
dosing: {vein: central}
";

#[test]
fn one_compartment_follows_its_closed_forms() {
    let model = read(DECAYING);
    let system = with_integrals(&model);
    let (k, start) = (0.03_f64, 5.0);
    let schedule = Schedule {
        boluses: vec![Bolus { time: 40.0, amounts: vec![(0, 7.0)] }],
        infusions: vec![Infusion { start: 10.0, stop: 30.0, rates: vec![(0, 0.2)] }],
    };
    let parameters = model.parameter_values();
    let chosen = ["k", "start"].map(|path| model.parameter(path).unwrap());
    let tangents = system.tangents(&chosen, &[]);
    let doses = |infusion: f64, bolus: f64| Schedule {
        boluses: vec![Bolus { time: 40.0, amounts: vec![(0, bolus)] }],
        infusions: vec![Infusion { start: 10.0, stop: 30.0, rates: vec![(0, infusion)] }],
    };
    let directions = [
        Direction::of_parameter(&tangents, &parameters, 0, 1.0),
        Direction::of_parameter(&tangents, &parameters, 1, 1.0),
        Direction::of_initial_amount(&tangents, 0),
        Direction::of_doses(&tangents, doses(1.0, 0.0)),
        Direction::of_doses(&tangents, doses(0.0, -2.0)),
    ];
    let times = [0.0, 5.0, 10.0, 20.0, 30.0, 35.0, 40.0, 50.0, 100.0];
    let job = job(&system, &parameters, &schedule, 120.0, &times, 1e-13);
    let (_, found) = solve_with_sensitivities(&system, &tangents, &directions, &job, &Options::new(1e-11, Vec::new())).unwrap();
    for (sample, time) in times.into_iter().enumerate() {
        // amounts of what was there at the start, what was infused per rate, and what the bolus gave, and their derivatives to k
        let left = (-k * time).exp();
        let (on, off) = ((time - 10.0).clamp(0.0, 20.0), (time - 30.0).max(0.0));
        let infused = (1.0 - (-k * on).exp()) / k * (-k * off).exp();
        let d_infused = -infused / k + on * (-k * on).exp() / k * (-k * off).exp() - off * infused;
        // a sample at the time of a bolus is the state before it
        let since = time - 40.0;
        let given = if since > 0.0 { (-k * since).exp() } else { 0.0 };
        let expected = [-time * start * left + 0.2 * d_infused - 7.0 * since * given, left, left, infused, -2.0 * given];
        for (direction, expected) in expected.into_iter().enumerate() {
            let value = found.at_sample(sample, direction)[0];
            assert!((value - expected).abs() < 1e-8 * (1.0 + expected.abs()), "{direction} at {time}: {value} {expected}");
        }
        // the integral of what was there at the start, and of its square, by the amount at the start
        let at = found.at_sample(sample, 2);
        assert!((at[2] - (1.0 - left) / k).abs() < 1e-8 / k, "integral at {time}: {}", at[2]);
        if time <= 10.0 {
            let expected = 2.0 * start * (1.0 - left * left) / (2.0 * k);
            assert!((at[3] - expected).abs() <= 1e-8 * expected, "integral of the square at {time}: {} {expected}", at[3]);
        }
        let lost = found.at_sample(sample, 0);
        assert!((lost[0] + lost[1]).abs() < 1e-12 * (1.0 + lost[0].abs()), "what leaves one compartment enters the other");
    }
}

/// Saturable loss in a rhythm of its own, binding, a switch at a fixed time, and an initial amount that follows parameters.
const CURVED: &str = "
model: curved
amount: nmol
silence: [{lint: no-source, reason: a test}]
parameters:
  v: 2 L
  v_max: 0.05 nmol/min
  k_m: 0.7 nmol/L
  rhythm: 40 min
  k_on: 0.02 L/nmol/min
  k_off: 0.005 1/min
  receptors: 3 nmol
  cap: 0.02 nmol/min
  filled: 0.3
compartments: {central: {volume: v, initial: filled * receptors}, bound: , excreted: }
flows:
  - {from: central, to: excreted, rate: 'v_max * [central] / (k_m + [central]) * (1 + 0.5 * sin(time / rhythm))'}
  - {from: central, to: bound, rate: 'k_on * [central] * (receptors - bound)'}
  - {from: bound, to: central, k: k_off}
  - {from: bound, to: excreted, rate: 'if(time < 31 min, 0.02 /min * bound, cap)'}
dosing: {vein: central}
";

fn curved_schedule(bolus: f64, infusion: f64) -> Schedule {
    Schedule {
        boluses: vec![Bolus { time: 12.0, amounts: vec![(0, bolus)] }],
        infusions: vec![Infusion { start: 20.0, stop: 50.0, rates: vec![(0, infusion)] }],
    }
}

const CURVED_SAMPLES: [f64; 7] = [0.0, 3.3, 12.0, 17.1, 44.4, 50.0, 88.8];

/// Options under which every step has the same length, whatever the parameters.
fn fixed_steps(maximum_step: f64) -> Options<'static> {
    let mut options = Options::new(0.1, Vec::new()).with_method(MethodChoice::Stiff);
    options.maximum_step = maximum_step;
    options
}

/// With its steps held fixed the solver is a smooth function, and its sensitivities are the derivatives of its own numbers: coarse steps, large
/// errors of the solution, and yet agreement with extrapolated central differences to rounding.
#[test]
fn sensitivities_are_the_derivatives_of_the_numbers_that_the_solver_returns() {
    let model = read(CURVED);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let chosen: Vec<usize> = (0..parameters.len()).collect();
    let tangents = system.tangents(&chosen, &[]);
    assert!(tangents.time_derivative_moves());
    let mut directions: Vec<Direction> =
        (0..parameters.len()).map(|position| Direction::of_parameter(&tangents, &parameters, position, parameters[position])).collect();
    directions.push(Direction::of_initial_amount(&tangents, 1));
    directions.push(Direction::of_doses(&tangents, curved_schedule(1.0, 0.0)));
    directions.push(Direction::of_doses(&tangents, curved_schedule(0.0, 0.1)));
    assert!(directions.len() > LANES, "more than one block of lanes");
    let (bolus, infusion) = (1.5, 0.1);
    let mut options = fixed_steps(2.0);
    for sampling in [Sampling::Dense, Sampling::Landing] {
        options.sampling = sampling;
        let base = job(&system, &parameters, &curved_schedule(bolus, infusion), 100.0, &CURVED_SAMPLES, 1e6);
        let (solution, found) = solve_with_sensitivities(&system, &tangents, &directions, &base, &options).unwrap();
        // 12, 8, 30 and 50 min in steps of 2 at most; landing, 3.3, 8.7, 5.1, 2.9, 24.4, 5.6, 38.8 and 11.2 min
        let expected = if sampling == Sampling::Dense { 6 + 4 + 15 + 25 } else { 2 + 5 + 3 + 2 + 13 + 3 + 20 + 6 };
        assert_eq!((solution.statistics.steps, solution.statistics.rejected), (expected, 0));
        for (number, direction) in directions.iter().enumerate() {
            let moved = |by: f64| -> Vec<f64> {
                let mut job = base.clone();
                job.parameters.iter_mut().zip(&direction.parameters).for_each(|(value, rate)| *value += by * rate);
                job.initial = system.initial_state(&job.parameters);
                if number >= parameters.len() {
                    job.initial.iter_mut().zip(&direction.initial).for_each(|(value, rate)| *value += by * rate);
                }
                let dose = |of: f64, position: usize| if number == position { by * of } else { 0.0 };
                job.schedule = curved_schedule(bolus + dose(1.0, parameters.len() + 1), infusion + dose(0.1, parameters.len() + 2));
                let mut forced = options.clone();
                forced.absolute_tolerances = job.absolute_tolerances.clone();
                let run = solve(&mut system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &forced).unwrap();
                assert_eq!(run.statistics.steps, solution.statistics.steps, "the same steps");
                [run.states, run.final_state].concat()
            };
            let central = |step: f64| -> Vec<f64> {
                moved(step).iter().zip(moved(-step)).map(|(plus, minus)| (plus - minus) / (2.0 * step)).collect()
            };
            let [whole, half, quarter] = [1e-2, 5e-3, 2.5e-3].map(central);
            for index in 0..whole.len() {
                let refine = |coarse: f64, fine: f64, power: f64| fine + (fine - coarse) / (power - 1.0);
                let reference = refine(refine(whole[index], half[index], 4.0), refine(half[index], quarter[index], 4.0), 16.0);
                let (sample, state) = (index / system.state_count(), index % system.state_count());
                let value = if sample < CURVED_SAMPLES.len() { found.at_sample(sample, number) } else { found.at_end(number) }[state];
                assert!(
                    (value - reference).abs() < 1e-9 * (1.0 + reference.abs()),
                    "{sampling:?}, direction {number}, sample {sample}, state {state}: {value} {reference}"
                );
            }
        }
    }
}

#[test]
fn values_have_the_bits_of_the_plain_solve() {
    let model = read(CURVED);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let tangents = system.tangents(&[0, 1, 2], &[]);
    let directions = [0, 1, 2].map(|position| Direction::of_parameter(&tangents, &parameters, position, 1.0));
    let job = job(&system, &parameters, &curved_schedule(1.5, 0.1), 100.0, &CURVED_SAMPLES, 1e-9);
    let options = Options::new(1e-6, job.absolute_tolerances.clone()).with_method(MethodChoice::Stiff);
    let plain = solve(&mut system.bind(&parameters), &job.initial, &job.schedule, &job.span, &options).unwrap();
    for directions in [&directions[..0], &directions] {
        let (solution, found) = solve_with_sensitivities(&system, &tangents, directions, &job, &options).unwrap();
        assert_eq!((found.direction_count(), solution.statistics), (directions.len(), plain.statistics));
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
        assert_eq!((bits(&solution.states), bits(&solution.final_state)), (bits(&plain.states), bits(&plain.final_state)));
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let model = read(CURVED);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let chosen: Vec<usize> = (0..parameters.len()).collect();
    let tangents = system.tangents(&chosen, &[]);
    let directions: Vec<Direction> =
        chosen.iter().map(|&position| Direction::of_parameter(&tangents, &parameters, position, 1.0)).collect();
    let job = job(&system, &parameters, &curved_schedule(1.5, 0.1), 100.0, &CURVED_SAMPLES, 1e-9);
    let mut options = Options::new(1e-6, Vec::new());
    options.sampling = Sampling::Dense;
    let bits = |set: InstructionSet| {
        let (_, found) = solve_by(set, &system, &tangents, &directions, &job, &options).unwrap();
        found.samples.iter().chain(&found.end).map(|value| value.to_bits()).collect::<Vec<u64>>()
    };
    let expected = bits(InstructionSet::BASELINE);
    for set in InstructionSet::available() {
        assert!(bits(set) == expected, "{}", set.name());
    }
}

/// Cut at a dose, two spans give the bits of the whole: the sensitivities at the end of one are the direction of the next. So it is for directions
/// in other lanes and other company.
#[test]
fn spans_continue_and_lanes_are_independent() {
    let model = read(CURVED);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let chosen: Vec<usize> = (0..parameters.len()).collect();
    let tangents = system.tangents(&chosen, &[]);
    let direction = |position: usize| Direction::of_parameter(&tangents, &parameters, position, 1.0);
    let options = Options::new(1e-6, Vec::new());
    let schedule = curved_schedule(1.5, 0.1);
    let whole = job(&system, &parameters, &schedule, 100.0, &[], 1e-9);
    let all: Vec<Direction> = (0..parameters.len()).map(direction).collect();
    let (_, together) = solve_with_sensitivities(&system, &tangents, &all, &whole, &options).unwrap();
    for position in 0..parameters.len() {
        let mut first = Job { span: Span { stop: 12.0, ..whole.span.clone() }, ..whole.clone() };
        let (half, until) = solve_with_sensitivities(&system, &tangents, &[direction(position)], &first, &options).unwrap();
        (first.span.start, first.span.stop, first.initial) = (12.0, 100.0, half.final_state);
        let next = Direction { initial: until.at_end(0).to_vec(), ..direction(position) };
        let (_, found) = solve_with_sensitivities(&system, &tangents, &[next], &first, &options).unwrap();
        assert_eq!(found.at_end(0), together.at_end(position), "{position}");
    }
}

#[test]
fn a_span_of_no_length_returns_the_direction() {
    let model = read(DECAYING);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let tangents = system.tangents(&[1], &[]);
    let directions = [Direction::of_parameter(&tangents, &parameters, 0, 2.0)];
    let job = job(&system, &parameters, &Schedule::default(), 0.0, &[0.0, 0.0], 1e-9);
    let (_, found) = solve_with_sensitivities(&system, &tangents, &directions, &job, &Options::new(1e-6, Vec::new())).unwrap();
    for at in [found.at_sample(0, 0), found.at_sample(1, 0), found.at_end(0)] {
        assert_eq!(at, [2.0, 0.0, 0.0, 0.0]);
    }
}

#[test]
fn directions_that_make_no_sense_are_refused() {
    let model = read(DECAYING);
    let system = with_integrals(&model);
    let parameters = model.parameter_values();
    let tangents = system.tangents(&[0], &[]);
    let schedule = Schedule { boluses: vec![Bolus { time: 40.0, amounts: vec![(0, 7.0)] }], ..Schedule::default() };
    let job = job(&system, &parameters, &schedule, 100.0, &[], 1e-9);
    let run = |direction: Direction, options: &Options| solve_with_sensitivities(&system, &tangents, &[direction], &job, options).map(drop);
    let options = Options::new(1e-6, Vec::new());
    let still = Direction::still(&tangents);
    assert_eq!(run(still.clone(), &options), Ok(()));
    let bolus = |time: f64, state: usize| Schedule { boluses: vec![Bolus { time, amounts: vec![(state, -1.0)] }], ..Schedule::default() };
    let with = |doses: Schedule| Direction { doses, ..still.clone() };
    assert_eq!(run(with(bolus(40.0, 0)), &options), Ok(()));
    for refused in [
        Direction { parameters: vec![], ..still.clone() },
        Direction { initial: vec![0.0], ..still.clone() },
        Direction { parameters: vec![f64::NAN], ..still.clone() },
        with(bolus(41.0, 0)),
        with(bolus(f64::NAN, 0)),
        with(bolus(40.0, 9)),
    ] {
        assert!(matches!(run(refused.clone(), &options), Err(SolveError::Direction { .. })), "{refused:?}");
    }
    for method in [MethodChoice::Exact, MethodChoice::NonStiff] {
        assert!(matches!(run(still.clone(), &options.clone().with_method(method)), Err(SolveError::Options { .. })));
    }
}

#[test]
fn a_rate_without_a_derivative_is_an_error_with_time_and_state() {
    // d√x/dx has no value where x is 0: the rate is fine there, its derivative is not
    let model = read(
        "
model: root
amount: nmol
silence: [{lint: no-source, reason: a test}]
parameters: {k: 0.01 1/min, start: 1 nmol, level: 0 nmol}
compartments: {one: {initial: start}, two: }
flows: [{from: one, to: two, rate: 'k * one * (1 + sqrt(level / 1 nmol))'}]
dosing: {vein: one}
",
    );
    let system = SystemBuilder::new(&model).compile();
    let parameters = model.parameter_values();
    let tangents = system.tangents(&[model.parameter("level").unwrap()], &[]);
    let directions = [Direction::of_parameter(&tangents, &parameters, 0, 1.0)];
    let job = job(&system, &parameters, &Schedule::default(), 100.0, &[], 1e-9);
    let error = solve_with_sensitivities(&system, &tangents, &directions, &job, &Options::new(1e-6, Vec::new())).unwrap_err();
    assert!(matches!(error, SolveError::NotFinite { state: 0, quantity: "sensitivity", .. }), "{error}");
}
