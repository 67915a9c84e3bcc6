//! Closed forms: one and two compartments, infusions, chains of distinct and of equal rates, rings of any number of compartments, a thousand intervals.

use super::*;
use crate::solve::reference::closed_forms::*;

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
        println!("chain of {length}: {worst:.1e}, up to {} steps", steps.iter().max().expect("some"));
        assert!(worst < 1e-12, "{length}: {worst:e}");
    }
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
    use crate::solve::linear::pass::{Pass, Workspace};
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
