//! The engine against closed forms (`closed_forms`), against nalgebra's matrix exponential and the scaling-and-squaring propagator of the exact method
//! (`second_methods`), and its conduct (`conduct`): bits, costs, refusals. This file: what they share. Errors are relative to the dose.

mod closed_forms;
mod conduct;
mod second_methods;

use super::lanes::Engine;
use crate::math::InstructionSet;
use crate::solve::reference::Network;
use crate::solve::*;

pub(super) fn engine(network: &mut Network, instruction_set: InstructionSet) -> Engine {
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

pub(super) fn job(initial: &[f64], schedule: &Schedule, samples: &[f64], stop: f64) -> Job {
    let span = Span { start: 0.0, stop, samples: samples.to_vec() };
    Job { initial: initial.to_vec(), schedule: schedule.clone(), span, ..Job::default() }
}

pub(super) fn best() -> InstructionSet {
    *InstructionSet::available().last().expect("the baseline at least")
}

pub(super) fn run(network: &mut Network, initial: &[f64], schedule: &Schedule, samples: &[f64]) -> Solution {
    let stop = *samples.last().expect("a sample");
    engine(network, best()).solve(&job(initial, schedule, samples, stop)).expect("solves")
}

pub(super) fn bolus(amount: f64) -> Schedule {
    Schedule { boluses: vec![Bolus { time: 0.0, amounts: vec![(0, amount)] }], ..Schedule::default() }
}

pub(super) fn infusion(rate: f64, stop: f64) -> Schedule {
    Schedule { infusions: vec![Infusion { start: 0.0, stop, rates: vec![(0, rate)] }], ..Schedule::default() }
}

/// Largest difference relative to `size`.
pub(super) fn error(found: &[f64], expected: &[f64], size: f64) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs() / size).fold(0.0, f64::max)
}

/// Twelve compartments: five around a centre, a chain of five behind one of them, a sink and decay everywhere.
pub(super) fn twelve(numbers: &[f64], decay: f64) -> Network {
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
pub(super) fn rate(number: f64) -> f64 {
    10f64.powf(8.0 * number - 6.0)
}

pub(super) fn bolus_in(states: usize) -> Vec<f64> {
    let mut initial = vec![0.0; states];
    initial[0] = 1.0;
    initial
}

/// A ring of n compartments passed in one direction, with decay: amounts by the discrete Fourier transform. Its eigenvalues are as complex as those of
/// compartment models can be.
pub(super) fn ring(states: usize, rate: f64, decay: f64) -> Network {
    let network = (0..states).fold(Network::new(states), |network, state| network.flow(state, (state + 1) % states, rate));
    (0..states).fold(network, |network, state| network.loss(state, decay)).linear(states)
}

pub(super) fn ring_solution(states: usize, rate: f64, decay: f64, time: f64) -> Vec<f64> {
    let turn = 2.0 * std::f64::consts::PI / states as f64;
    let mode = |wave: usize, state: usize| {
        let (sine, cosine) = (turn * wave as f64).sin_cos();
        let phase = rate * time * sine + turn * ((wave * state) % states) as f64;
        // the mode exp(2πi wave state/n) belongs to the eigenvalue rate·(exp(−2πi wave/n) − 1) − decay
        (-(rate * (1.0 - cosine) + decay) * time).exp() * (phase - 2.0 * rate * time * sine).cos()
    };
    (0..states).map(|state| (0..states).map(|wave| mode(wave, state)).sum::<f64>() / states as f64).collect()
}
