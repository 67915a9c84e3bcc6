//! Conduct: the same bits everywhere, pinned costs, doses and samples at exact times, refusals, riders, integrals to infinity.

use super::*;
use crate::solve::reference::closed_forms::*;
use crate::solve::reference::options;

/// Bits: every instruction set; whatever was solved before; and any order of the jobs.
#[test]
fn the_same_bits_everywhere() {
    let rates = |seed: usize| -> Vec<f64> { (0..16).map(|k| rate(((seed * 16 + k) as f64 * 0.618_033_988_749).fract())).collect() };
    let times: Vec<f64> = (1..=10).map(|day| 4320.0 * f64::from(day)).collect();
    let solve_one = |seed: usize, set: InstructionSet| -> Vec<u64> {
        let mut engine = engine(&mut twelve(&rates(seed), 7.2e-5), set);
        let solution = engine.solve(&job(&[0.0; 12], &infusion(1.0, 30.0), &times, 43_200.0)).expect("solves");
        solution.states.iter().chain(&solution.final_state).map(|value| value.to_bits()).collect()
    };
    for seed in 0..20 {
        let expected = solve_one(seed, InstructionSet::BASELINE);
        for set in InstructionSet::available() {
            assert_eq!(solve_one(seed, set), expected, "{}", set.name());
        }
    }
    let cycle = |set: InstructionSet| {
        engine(&mut ring(5, 3.0, 0.01), set).solve(&job(&bolus_in(5), &Schedule::default(), &[1.0, 100.0], 200.0)).expect("solves")
    };
    for set in InstructionSet::available() {
        assert_eq!(cycle(set), cycle(InstructionSet::BASELINE));
    }
}

/// The cost is our own count, pinned so that a slower change is seen.
#[test]
fn costs_are_pinned() {
    let times: Vec<f64> = (1..=10).map(|day| 4320.0 * f64::from(day)).collect();
    let numbers: Vec<f64> = (0..16).map(|k| rate(f64::from(k) / 16.0)).collect();
    let equal = run(&mut twelve(&numbers, 7.2e-5), &[0.0; 12], &bolus(1.0), &times).statistics;
    assert_eq!((equal.steps, equal.factorisations, equal.rejected), (10, 1, 0), "equal intervals share their factors");
    let infused = run(&mut twelve(&numbers, 7.2e-5), &[0.0; 12], &infusion(1.0, 30.0), &times).statistics;
    assert_eq!((infused.steps, infused.factorisations, infused.rejected), (11, 4, 0), "the probe speaks during the infusion");
    let cycle = run(&mut ring(12, 1.0, 1e-4), &bolus_in(12), &Schedule::default(), &times).statistics;
    assert_eq!((cycle.steps, cycle.factorisations, cycle.rejected), (65, 144, 14));
}

#[test]
fn doses_superpose_and_samples_follow_the_rule() {
    let k = 0.03;
    let schedule = Schedule {
        boluses: vec![
            Bolus { time: 40.0, amounts: vec![(0, 2.0)] },
            Bolus { time: 10.0, amounts: vec![(0, 1.0)] },
            Bolus { time: -5.0, amounts: vec![(0, 100.0)] },
        ],
        infusions: vec![Infusion { start: -30.0, stop: 35.0, rates: vec![(0, 0.1), (1, 5.0)] }],
    };
    let times = [0.0, 5.0, 10.0, 10.0, 33.0, 40.0, 100.0];
    let mut network = one_compartment(k);
    let found = run(&mut network, &[4.0, 0.5], &schedule, &times);
    let span = Span { start: 0.0, stop: 100.0, samples: times.to_vec() };
    let expected = solve(&mut network, &[4.0, 0.5], &schedule, &span, &options(2, 1e-10, 1e-10, MethodChoice::Exact)).expect("solves");
    assert!(error(&found.states, &expected.states, 10.0) < 1e-13 * 200.0, "integrals reach 200");
    assert!(error(&found.final_state, &expected.final_state, 10.0) < 1e-13 * 200.0);
    let nothing = engine(&mut network, best()).solve(&job(&[4.0, 0.5], &schedule, &[0.0, 0.0], 0.0)).expect("a span of zero length");
    assert_eq!(nothing.states, [4.0, 0.5, 4.0, 0.5]);
}

#[test]
fn broken_work_is_refused_with_a_reason() {
    let mut growth = Network::new(1).process(1.0, &[0], &[(0, 1.0)]).linear(1);
    let outcome = engine(&mut growth, best()).solve(&job(&[1.0], &Schedule::default(), &[], 1000.0));
    assert!(outcome.as_ref().is_err_and(|error| error.state() == Some(0)), "{outcome:?}");
    let mut drain = Network::new(2).process(0.01, &[], &[(0, -1.0)]).loss(0, 0.0).linear(2);
    let outcome = engine(&mut drain, best()).solve(&job(&[1.0, 0.0], &Schedule::default(), &[], 200.0));
    assert!(matches!(outcome, Err(SolveError::Negative { state: 0, .. })), "{outcome:?}");
    let mut model = one_compartment(0.1);
    let refuse = |job: Job, model: &mut Network| engine(model, best()).solve(&job).expect_err("must be refused");
    assert!(matches!(refuse(job(&[1.0], &Schedule::default(), &[], 1.0), &mut model), SolveError::Initial { .. }));
    assert!(matches!(refuse(job(&[1.0, f64::NAN], &Schedule::default(), &[], 1.0), &mut model), SolveError::NotFinite { .. }));
    assert!(matches!(refuse(job(&[1.0, 0.0], &Schedule::default(), &[2.0], 1.0), &mut model), SolveError::Span { .. }));
    let elsewhere = Schedule { boluses: vec![Bolus { time: 0.0, amounts: vec![(7, 1.0)] }], ..Schedule::default() };
    assert!(matches!(refuse(job(&[1.0, 0.0], &elsewhere, &[], 1.0), &mut model), SolveError::Schedule { .. }));
    let mut entries = engine(&mut model, best());
    let pattern = model.jacobian_pattern().to_vec();
    let outcome = entries.set(&[f64::INFINITY, 1.0], &[0.0; 2], &pattern, 3.0);
    assert_eq!(outcome, Err(SolveError::NotFinite { time: 3.0, state: 0, quantity: "rate" }));
}

#[test]
fn systems_of_extreme_shape() {
    let empty = engine(&mut Network::new(0).linear(0), best()).solve(&job(&[], &Schedule::default(), &[1.0], 2.0)).expect("empty");
    assert!(empty.states.is_empty());
    let clock = run(&mut Network::new(1).process(2.0, &[], &[(0, 1.0)]).linear(0), &[1.0], &Schedule::default(), &[5.0, 10.0]);
    assert_eq!((clock.states[0], clock.final_state[0]), (11.0, 21.0));
    let still = run(&mut Network::new(1).linear(1), &[3.0], &Schedule::default(), &[10.0]);
    assert_eq!(still.final_state, [3.0]);
}

/// Riders of a compiled model: a time integral is linear; the Lea–Catcheside product is refused by name; integrals without end.
#[test]
fn compiled_systems_with_riders() {
    use crate::model::system::{Rider, SystemBuilder};
    let text = "model: m\namount: mg\nparameters: {k: {value: 0.1 1/min}, q: {value: 0.02 1/min}}\ncompartments: {a: , b: , out: }\n\
                flows:\n  - {from: a, to: b, k: k}\n  - {from: b, to: out, k: q}\ndosing: {vein: a}\n";
    let file = crate::model::yaml::YamlFile::parse("m.yaml", text.to_owned()).expect("sound YAML");
    let (model, _) = crate::model::read(&file, &[]).expect("a sound model");
    let mut builder = SystemBuilder::new(&model);
    let amount = builder.graph.state(1);
    builder.ride(Rider { name: "integral of b".into(), rate: amount, scale: 1.0 });
    let linear = builder.clone().compile();
    let square = builder.graph.multiply(amount, amount);
    builder.ride(Rider { name: "Lea–Catcheside of b".into(), rate: square, scale: 1.0 });
    let refused = LinearLanes::new(&builder.compile(), best()).expect_err("a product");
    assert!(matches!(&refused, SolveError::NotLinear { problem } if problem.contains("`Lea–Catcheside of b`")), "{refused}");

    let mut lanes = LinearLanes::new(&linear, best()).expect("linear");
    let jobs: Vec<Job> = (0..5)
        .map(|index| {
            let schedule = Schedule { boluses: vec![Bolus { time: 1.0, amounts: vec![(0, 1.0 + index as f64)] }], ..Schedule::default() };
            let span = Span { start: 0.0, stop: 500.0 + index as f64, samples: vec![10.0, 100.0 + index as f64] };
            Job { index, parameters: vec![0.1, 0.03 * (1 + index) as f64], initial: vec![0.0; 4], schedule, span, ..Job::default() }
        })
        .collect();
    let mut run = |order: &[usize]| {
        let mut queue = order.iter().map(|&index| jobs[index].clone());
        let mut solutions = vec![None; 5];
        lanes.run(&mut || queue.next(), &mut |index, solution| solutions[index] = Some(solution.expect("solves")));
        solutions
    };
    let forward = run(&[0, 1, 2, 3, 4]);
    assert_eq!(forward, run(&[3, 1, 4, 0, 2]));
    for (job, solution) in jobs.iter().zip(&forward) {
        let solution = solution.as_ref().expect("every job comes back");
        let (dose, q) = (1.0 + job.index as f64, job.parameters[1]);
        let [a, b, _] = chain_bolus(dose, [0.1, q, 1e-9], 9.0);
        assert!(error(&solution.states[..2], &[a, b], dose) < 1e-13);
        let out = dose - a - b;
        assert!(error(&solution.states[2..4], &[out, out / q], dose / q) < 1e-13);
    }

    let ends = lanes.time_integrals_to_infinity(&[0.1, 0.02], &[3.0, 1.0, 0.5, 0.0]).expect("it empties");
    assert!(error(&[ends.integrals[0].expect("core"), ends.integrals[1].expect("core")], &[30.0, 200.0], 1.0) < 1e-12);
    assert_eq!((ends.integrals[2], ends.integrals[3]), (None, None));
    assert!(error(&[ends.limits[2], ends.limits[3]], &[4.5, 200.0], 1.0) < 1e-12);
    let trapped = lanes.time_integrals_to_infinity(&[0.1, 0.0], &[3.0, 0.0, 0.0, 0.0]).expect_err("b is never left");
    assert_eq!(trapped.to_string(), "the system contradicts itself: nothing leaves `b`: the integrals to infinity have no end");
    assert!(
        lanes.time_integrals_to_infinity(&[0.0, 0.1], &[0.0, 1.0, 0.0, 0.0]).is_ok(),
        "nothing is in the compartment that is never left"
    );
}
