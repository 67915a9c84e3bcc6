//! The engine against closed forms, against nalgebra's matrix exponential where that is accurate, and against the scaling-and-squaring propagator of
//! the exact method (another algorithm), relative to the dose.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::lanes::Engine;
use crate::math::InstructionSet;
use crate::solve::reference::closed_forms::*;
use crate::solve::reference::{Network, options};
use crate::solve::*;

fn engine(network: &mut Network, instruction_set: InstructionSet) -> Engine {
    let count = network.state_count();
    let model_states = network.linear_states().expect("linear");
    let pattern = network.jacobian_pattern().to_vec();
    let mut entries = vec![0.0; pattern.len()];
    let mut production = vec![0.0; count];
    network.jacobian(0.0, &vec![0.0; count], &mut entries);
    network.rates(0.0, &vec![0.0; count], &mut production);
    let mut engine = Engine::new(count, model_states, &pattern, instruction_set);
    engine.set(&entries, &production, &pattern, 0.0).expect("finite");
    engine
}

fn job(initial: &[f64], schedule: &Schedule, samples: &[f64], stop: f64) -> Job {
    let span = Span { start: 0.0, stop, samples: samples.to_vec() };
    Job { index: 0, parameters: Vec::new(), initial: initial.to_vec(), schedule: schedule.clone(), span }
}

fn best() -> InstructionSet {
    *InstructionSet::available().last().expect("the baseline at least")
}

fn run(network: &mut Network, initial: &[f64], schedule: &Schedule, samples: &[f64]) -> Solution {
    let stop = *samples.last().expect("a sample");
    engine(network, best()).solve(&job(initial, schedule, samples, stop)).expect("solves")
}

fn bolus(amount: f64) -> Schedule {
    Schedule { boluses: vec![Bolus { time: 0.0, amounts: vec![(0, amount)] }], ..Schedule::default() }
}

fn infusion(rate: f64, stop: f64) -> Schedule {
    Schedule { infusions: vec![Infusion { start: 0.0, stop, rates: vec![(0, rate)] }], ..Schedule::default() }
}

/// Largest difference relative to `size`.
fn error(found: &[f64], expected: &[f64], size: f64) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs() / size).fold(0.0, f64::max)
}

#[test]
fn one_compartment_by_closed_form() {
    let times = [5.0, 30.0, 60.0, 300.0, 1000.0];
    let mut worst = 0.0f64;
    for k in [1e-7, 1e-4, 0.02, 1.0, 1e5] {
        let by_bolus = run(&mut one_compartment(k), &[0.0; 2], &bolus(3.0), &times);
        let by_infusion = run(&mut one_compartment(k), &[0.0; 2], &infusion(0.1, 30.0), &times);
        for (sample, &time) in times.iter().enumerate() {
            let [amount, integral] = one_compartment_bolus(3.0, k, time);
            worst = worst.max((by_bolus.states[2 * sample] - amount).abs() / 3.0);
            worst = worst.max((by_bolus.states[2 * sample + 1] / integral - 1.0).abs());
            if k > 1e-3 {
                let [amount, integral] = one_compartment_infusion(0.1, 30.0, k, time);
                worst = worst.max((by_infusion.states[2 * sample] - amount).abs() / 3.0);
                worst = worst.max((by_infusion.states[2 * sample + 1] / integral - 1.0).abs());
            }
        }
    }
    println!("one compartment: {worst:.1e}");
    assert!(worst < 1e-12, "{worst:e}");
}

#[test]
fn two_compartments_and_a_chain_by_closed_form() {
    let times = [0.0, 1.0, 10.0, 100.0, 1000.0];
    let two = run(&mut two_compartments(0.05, 0.3, 0.02), &[7.0, 0.0], &Schedule::default(), &times);
    let three = run(&mut chain([0.5, 0.05, 0.01]), &[2.0, 0.0, 0.0], &Schedule::default(), &times);
    for (sample, &time) in times.iter().enumerate() {
        let found = error(&two.states[2 * sample..][..2], &two_compartments_bolus(7.0, 0.05, 0.3, 0.02, time), 7.0);
        assert!(found < 1e-13, "{found:e}");
        let found = error(&three.states[3 * sample..][..3], &chain_bolus(2.0, [0.5, 0.05, 0.01], time), 2.0);
        assert!(found < 1e-13, "{found:e}");
    }
}

/// Exchange 1e8 times faster than the loss, with rates whose sums are not exact in binary: the closed form knows the rates, the engine the matrix.
#[test]
fn slow_loss_behind_fast_exchange_keeps_its_accuracy() {
    let (fast, slow) = (61.3, 6.13e-7);
    let times = [1e-3, 0.37, 43.0, 30_240.0, 2e6, 1.7e7];
    // The loss goes to a third state, which tells how large it is.
    let mut network = Network::new(3).flow(0, 2, slow).flow(0, 1, fast).flow(1, 0, 0.7 * fast).linear(3);
    let found = run(&mut network, &[1.0, 0.0, 0.0], &Schedule::default(), &times);
    let mut worst = 0.0f64;
    for (sample, &time) in times.iter().enumerate() {
        let expected = two_compartments_bolus(1.0, slow, fast, 0.7 * fast, time);
        worst = worst.max(error(&found.states[3 * sample..][..2], &expected, 1.0));
        worst = worst.max((found.states[3 * sample..][..3].iter().sum::<f64>() - 1.0).abs());
    }
    println!("rate ratio 1e8: {worst:.1e}");
    assert!(worst < 1e-13, "{worst:e}");
}

/// Twelve compartments: five around a centre, a chain of five behind one of them, a sink and decay everywhere.
fn twelve(numbers: &[f64], decay: f64) -> Network {
    let mut network = Network::new(12);
    for (k, pair) in (1..6).zip(numbers.chunks_exact(2)) {
        network = network.flow(0, k, pair[0]).flow(k, 0, pair[1]);
    }
    for (k, &rate) in (5..10).zip(&numbers[10..]) {
        network = network.flow(k, k + 1, rate);
    }
    network = network.flow(0, 11, numbers[15]);
    (0..12).fold(network, |network, state| network.loss(state, decay)).linear(12)
}

/// A number of 1e-6 … 1e2 per min from one of 0 … 1.
fn rate(number: f64) -> f64 {
    10f64.powf(8.0 * number - 6.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Rates over eight decades, 30 days after a 30-minute infusion, against the propagator of the exact method (which reads the same matrix and so
    /// loses the slow rates behind the fast ones: hence powers of two, whose sums are exact here).
    #[test]
    fn twelve_compartments_agree_with_the_propagator(numbers in prop::collection::vec(0.0f64..1.0, 16), dose in 0.1f64..1000.0) {
        let numbers: Vec<f64> = numbers.iter().map(|&number| 2f64.powf((26.0 * number - 20.0).round())).collect();
        let decay = 2f64.powi(-14);
        let times: Vec<f64> = (1..=10).map(|day| 4320.0 * f64::from(day)).collect();
        let mut network = twelve(&numbers, decay);
        let found = run(&mut network, &[0.0; 12], &infusion(dose / 30.0, 30.0), &times);
        let span = Span { start: 0.0, stop: 43_200.0, samples: times };
        let expected = solve(&mut network, &[0.0; 12], &infusion(dose / 30.0, 30.0), &span, &options(12, 1e-10, 1e-10, MethodChoice::Exact));
        let deviation = error(&found.states, &expected.expect("solves").states, dose);
        prop_assert!(deviation < 1e-12, "{deviation:e}, {:?}", found.statistics);
    }

    /// Chains of up to twelve states whose rates lie close together, against the propagator (rates are exact in binary as above).
    #[test]
    fn chains_of_close_rates_agree_with_the_propagator(
        length in 3usize..13, numbers in prop::collection::vec(0.0f64..1.0, 13), spread in 0.0f64..2.0, time in -1.0f64..2.0,
    ) {
        let mut network = Network::new(length + 1);
        for member in 0..length {
            network = network.flow(member, member + 1, (1024.0 * 2f64.powf(spread * numbers[member])).round() / 1024.0);
        }
        let mut network = network.loss(length, 0.0).linear(length + 1);
        let times = [10f64.powf(time), 100.0];
        let found = run(&mut network, &bolus_in(length + 1), &Schedule::default(), &times);
        let span = Span { start: 0.0, stop: 100.0, samples: times.to_vec() };
        let options = options(length + 1, 1e-10, 1e-10, MethodChoice::Exact);
        let expected = solve(&mut network, &bolus_in(length + 1), &Schedule::default(), &span, &options).expect("solves");
        let found = error(&found.states, &expected.states, 1.0);
        prop_assert!(found < 1e-12, "{found:e}");
    }

    /// Moderate norms, where the package is accurate; states, integrals and input through the augmented matrix. Cycles included.
    #[test]
    fn agrees_with_nalgebra_where_that_is_accurate(
        size in 1usize..7,
        numbers in prop::collection::vec(0.0f64..1.0, 49),
        start in prop::collection::vec(0.0f64..1.0, 14),
        time in 0.01f64..10.0,
        sparse in any::<bool>(),
    ) {
        let mut network = Network::new(2 * size);
        for from in 0..size {
            network = network.loss(from, 0.1 + numbers[from * 8]).process(1.0, &[from], &[(size + from, 1.0)]);
            for to in (0..size).filter(|&to| to != from && !(sparse && numbers[from * 7 + to] < 0.6)) {
                network = network.flow(from, to, numbers[from * 7 + to]);
            }
        }
        let mut network = network.linear(size);
        let wide = 2 * size + 1;
        let mut augmented = DMatrix::zeros(wide, wide);
        let mut entries = vec![0.0; network.jacobian_pattern().len()];
        network.jacobian(0.0, &vec![0.0; 2 * size], &mut entries);
        for (&place, &value) in network.jacobian_pattern().iter().zip(&entries) {
            augmented[place] = value;
        }
        let rates: Vec<(usize, f64)> = start[7..7 + size].iter().copied().enumerate().collect();
        rates.iter().for_each(|&(state, rate)| augmented[(state, wide - 1)] = rate);
        let mut initial = start[..size].to_vec();
        initial.resize(2 * size, 0.0);
        let mut side = initial.clone();
        side.push(1.0);
        let expected = (augmented * time).exp() * DVector::from_vec(side);
        let schedule = Schedule { infusions: vec![Infusion { start: 0.0, stop: time, rates }], ..Schedule::default() };
        let found = run(&mut network, &initial, &schedule, &[time]);
        let given = initial.iter().sum::<f64>() + time * start[7..7 + size].iter().sum::<f64>();
        let size_of_all = given * (1.0 + time);
        let found = error(&found.final_state, &expected.as_slice()[..2 * size], size_of_all);
        prop_assert!(found < 1e-13, "{found:e}");
    }
}

/// Transit compartments in series with one rate (a defective matrix): the Erlang distribution.
#[test]
fn long_chains_of_equal_rates_by_closed_form() {
    for length in [2usize, 3, 4, 5, 10, 30, 60] {
        let mut network = Network::new(length + 1);
        for member in 0..length {
            network = network.flow(member, member + 1, 1.0);
        }
        let mut network = network.loss(length, 0.0).linear(length + 1);
        let (mut worst, mut steps) = (0.0f64, Vec::new());
        for time in (0..200).map(|step| 0.5 * 1.03f64.powi(step)) {
            let found = run(&mut network, &bolus_in(length + 1), &Schedule::default(), &[time]);
            steps.push(found.statistics.steps);
            let mut expected = (-time).exp();
            for (member, found) in found.final_state[..length].iter().enumerate() {
                worst = worst.max((found - expected).abs());
                expected *= time / (member + 1) as f64;
            }
        }
        println!("chain of {length}: {worst:.1e}, up to {} steps", steps.iter().max().unwrap());
        assert!(worst < 1e-12, "{length}: {worst:e}");
    }
}

fn bolus_in(states: usize) -> Vec<f64> {
    let mut initial = vec![0.0; states];
    initial[0] = 1.0;
    initial
}

/// A ring of n compartments passed in one direction, with decay: amounts by the discrete Fourier transform. Its eigenvalues are as complex as those of
/// compartment models can be.
fn ring(states: usize, rate: f64, decay: f64) -> Network {
    let network = (0..states).fold(Network::new(states), |network, state| network.flow(state, (state + 1) % states, rate));
    (0..states).fold(network, |network, state| network.loss(state, decay)).linear(states)
}

fn ring_solution(states: usize, rate: f64, decay: f64, time: f64) -> Vec<f64> {
    let turn = 2.0 * std::f64::consts::PI / states as f64;
    let mode = |wave: usize, state: usize| {
        let (sine, cosine) = (turn * wave as f64).sin_cos();
        let phase = rate * time * sine + turn * ((wave * state) % states) as f64;
        // the mode exp(2πi wave state/n) belongs to the eigenvalue rate·(exp(−2πi wave/n) − 1) − decay
        (-(rate * (1.0 - cosine) + decay) * time).exp() * (phase - 2.0 * rate * time * sine).cos()
    };
    (0..states).map(|state| (0..states).map(|wave| mode(wave, state)).sum::<f64>() / states as f64).collect()
}

/// Exact in binary beside the rates: else the matrix does not tell it.
const DECAY: f64 = 1.0 / 8192.0;

#[test]
fn irreversible_cycles_are_solved_in_controlled_steps() {
    let mut steps = Vec::new();
    let mut worst = 0.0f64;
    for states in [3, 5, 12, 30] {
        for rate in [0.0009765625, 0.125, 1.0, 10.0, 100.0] {
            let times = [0.3, 1.0, 7.0, 50.0, 1000.0, 40_000.0];
            let found = run(&mut ring(states, rate, DECAY), &bolus_in(states), &Schedule::default(), &times);
            steps.push(found.statistics.steps);
            for (sample, &time) in times.iter().enumerate() {
                // Beyond 1e3 turns the angle of the closed form itself is not accurate; by then only the mean is left for few compartments.
                if rate * time <= 1e3 || states <= 12 && rate * time > 1e4 {
                    let expected = ring_solution(states, rate, DECAY, time);
                    let found = error(&found.states[sample * states..][..states], &expected, 1.0);
                    assert!(found < 1e-12, "{states} at rate {rate}, time {time}: {found:e}");
                    worst = worst.max(found);
                }
            }
        }
    }
    println!("rings: {worst:.1e}, steps {steps:?}");
}

/// What would happen without the control: the same ring in one step.
#[test]
fn one_step_would_be_wrong_for_a_cycle() {
    use super::pass::{Pass, Workspace};
    let engine = engine(&mut ring(12, 10.0, 1e-4), best());
    assert!(engine.values.doubtful_rate > 0.0);
    let mut workspace = Workspace::new(&engine.structure);
    let mut core: Vec<f64> = engine.structure.core.iter().map(|&state| if state == 0 { 1.0 } else { 0.0 }).collect();
    let (mut integral, mut probe) = (vec![0.0; 12], vec![0.0; 12]);
    let Engine { structure, values, .. } = &engine;
    let (core_now, integral, probe) = (&mut core, &mut integral, &mut probe);
    best().run(Pass { structure, values, workspace: &mut workspace, step_min: 1.0, input: None, core: core_now, integral, probe });
    let exact = ring_solution(12, 10.0, 1e-4, 1.0);
    let expected: Vec<f64> = engine.structure.core.iter().map(|&state| exact[state]).collect();
    assert!(error(&core, &expected, 1.0) > 1e-9, "if this fails, the control is not needed: {:e}", error(&core, &expected, 1.0));
}

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
    assert_eq!((infused.steps, infused.factorisations, infused.rejected), (11, 3, 0));
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
fn production_and_collectors() {
    // x' = 2 − 1e3 x, a slow second state, its integral; as in the tests of the exact method.
    let mut model = Network::new(3).process(2.0, &[], &[(0, 1.0)]).flow(0, 1, 1e3).loss(1, 1e-5).process(1.0, &[1], &[(2, 1.0)]).linear(2);
    let found = run(&mut model, &[0.0; 3], &Schedule::default(), &[1e6]).final_state;
    let (k, fast, t): (f64, f64, f64) = (1e-5, 1e3, 1e6);
    let expected = -2.0 / k * (-k * t).exp_m1() - 2.0 * ((-k * t).exp() - (-fast * t).exp()) / (fast - k);
    assert!((found[0] / 2e-3 - 1.0).abs() < 1e-12, "{:e}", found[0]);
    assert!((found[1] / expected - 1.0).abs() < 1e-12, "{:e}", found[1] / expected - 1.0);
    assert!((found[2] * k / (2.0 * t - 2e-3 - expected) - 1.0).abs() < 1e-12);
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

/// A thousand intervals: errors of the steps add up where nothing decays.
#[test]
fn a_thousand_intervals_stay_within_the_bound() {
    let times: Vec<f64> = (1..=1000).map(|step| 43.2 * f64::from(step) + 0.37 * f64::from(step % 7)).collect();
    let found = run(&mut two_compartments(1e-6, 0.3, 0.02), &[1.0, 0.0], &Schedule::default(), &times);
    let mut worst = 0.0f64;
    for (sample, &time) in times.iter().enumerate() {
        worst = worst.max(error(&found.states[2 * sample..][..2], &two_compartments_bolus(1.0, 1e-6, 0.3, 0.02, time), 1.0));
    }
    println!("a thousand intervals: {worst:.1e}");
    assert!(worst < 1e-12, "{worst:e}");
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
            Job { index, parameters: vec![0.1, 0.03 * (1 + index) as f64], initial: vec![0.0; 4], schedule, span }
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
        assert_eq!(solution.statistics.factorisations, 4);
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
