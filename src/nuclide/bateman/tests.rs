//! Decay chains against the textbook, Erlang, conservation, quadrature and the equilibrium chain.
use super::*;
use crate::math::{exp, expm1};
use crate::nuclide::{find, secular_equilibrium_chain};

fn close(found: f64, expected: f64, relative: f64) {
    assert!(found == expected || (found / expected - 1.0).abs() < relative, "found {found:e}, expected {expected:e}");
}

/// A straight chain with the given constants; the last may be 0.
fn straight(rates_per_h: &[f64]) -> DecayChain {
    let members = rates_per_h.iter().enumerate().map(|(index, rate)| DecayChainMember {
        name: format!("m{index}"),
        decay_constant_per_h: *rate,
        progeny: if index + 1 < rates_per_h.len() { vec![(index + 1, 1.0)] } else { Vec::new() },
    });
    DecayChain::new(members.collect()).unwrap()
}

/// Textbook: A_2/A_1(0) = λ2/(λ2 − λ1) (e^{−λ1 t} − e^{−λ2 t}), written with expm1; its integral is 1/λ1 − (λ2 e^{−λ1 t}/λ1 − e^{−λ2 t})/(λ2 − λ1)
/// where the constants are far apart. Ratios from a part in 10^12 to 10^12.
#[test]
fn two_members_follow_the_textbook() {
    for (first, second, time_h) in [
        (0.1, 0.1 * (1.0 + 1e-12), 7.0),
        (0.1, 0.100_001, 30.0),
        (0.1, 0.4, 5.0),
        (0.4, 0.1, 5.0),
        (0.003, 3e9, 100.0),
        (3e9, 0.003, 100.0),
    ] {
        let chain = straight(&[first, second, 0.0]);
        let (slow, fast) = (f64::min(first, second), f64::max(first, second));
        let difference = exp(-slow * time_h) * -expm1(-(fast - slow) * time_h) / (fast - slow);
        close(chain.activities(time_h)[1], second * difference, 2e-13);
        close(chain.amounts(time_h)[0], exp(-first * time_h), 1e-15);
        if fast > 2.0 * slow {
            let integral_h = 1.0 / first - (second * exp(-first * time_h) / first - exp(-second * time_h)) / (second - first);
            close(chain.time_integrated_activities_h(time_h)[1], integral_h, 1e-12);
        }
    }
}

/// Equal constants (A. K. Erlang): N_n = (λt)^{n−1} e^{−λt}/(n−1)!. At λt = 1e-4 the sixth member is down to 1e-22 and keeps its digits.
#[test]
fn equal_constants_follow_erlang() {
    for time_h in [1e-3, 1.0, 100.0, 3000.0] {
        let chain = straight(&[0.1; 6]);
        let mut expected = exp(-0.1 * time_h);
        for (index, found) in chain.amounts(time_h).into_iter().enumerate() {
            expected *= if index > 0 { 0.1 * time_h / index as f64 } else { 1.0 };
            close(found, expected, 1e-13);
        }
    }
}

/// Nothing is lost: amounts of a chain with a stable end add up to the atom it began with; the decays of a member are what its successors hold or have lost.
#[test]
fn atoms_are_conserved() {
    let chain = straight(&[0.002, 1e3, 0.01, 0.010_000_1, 4e8, 0.3, 0.0]);
    for time_h in [1e-6, 0.1, 20.0, 400.0, 1e5] {
        let amounts = chain.amounts(time_h);
        close(amounts.iter().sum(), 1.0, 1e-12);
        let decays = chain.time_integrated_activities_h(time_h);
        for member in 0..6 {
            close(decays[member] * 0.002, amounts[member + 1..].iter().sum(), 1e-11);
        }
    }
    let total = chain.total_time_integrated_activities_h();
    assert!(total[..6].iter().all(|value| (value * 0.002 - 1.0).abs() < 1e-15) && total[6] == 0.0);
    close(chain.time_integrated_activities_h(1e5)[5], 500.0, 1e-12);
}

/// The integral against Simpson's rule over the activity: Bi-213 in the first 12 h after pure Ac-225.
#[test]
fn the_integral_is_that_of_the_activity() {
    let chain = DecayChain::of(find("Ac-225").unwrap());
    let bismuth = chain.position("Bi-213").unwrap();
    let steps = 2400;
    let sum: f64 = (0..=steps)
        .map(|k| {
            let weight = if k == 0 || k == steps { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
            weight * chain.activities(12.0 * f64::from(k) / f64::from(steps))[bismuth]
        })
        .sum();
    close(chain.time_integrated_activities_h(12.0)[bismuth], sum * 12.0 / f64::from(3 * steps), 1e-9);
}

/// To the end of time each daughter decays as often as the equilibrium chain says; 209Pb is reached by two paths.
#[test]
fn totals_are_those_of_equilibrium() {
    for (parent, members) in [("Ac-225", 8), ("Pb-212", 5), ("Lu-177", 2)] {
        let nuclide = find(parent).unwrap();
        let chain = DecayChain::of(nuclide);
        assert_eq!(chain.members().len(), members, "{parent}");
        for known in secular_equilibrium_chain(nuclide) {
            let at = chain.position(&known.nuclide.name).unwrap();
            close(chain.total_time_integrated_activities_h()[at] * nuclide.decay_constant_per_h(), known.decays_per_parent_decay, 1e-14);
        }
    }
}

/// Every nuclide of the tables gives a chain whose members stand after their parents.
#[test]
fn every_nuclide_has_a_chain() {
    for nuclide in crate::nuclide::all() {
        let chain = DecayChain::of(nuclide);
        assert_eq!(chain.members()[0].name, nuclide.name);
        assert_eq!(DecayChain::new(chain.members().to_vec()).unwrap(), chain);
    }
}

#[test]
fn impossible_chains_are_refused() {
    let member = |rate: f64, progeny: Vec<(usize, f64)>| DecayChainMember { name: "x".into(), decay_constant_per_h: rate, progeny };
    for members in [
        vec![],
        vec![member(0.0, vec![])],
        vec![member(f64::NAN, vec![])],
        vec![member(1.0, vec![(0, 1.0)])],
        vec![member(1.0, vec![(1, 1.0)])],
        vec![member(1.0, vec![(1, 1.2)]), member(0.0, vec![])],
        vec![member(1.0, vec![(1, f64::NAN)]), member(0.0, vec![])],
        vec![member(1.0, vec![(1, 1.0)]), member(0.0, vec![(2, 1.0)]), member(0.0, vec![])],
    ] {
        assert!(DecayChain::new(members.clone()).is_err(), "{members:?}");
    }
}
