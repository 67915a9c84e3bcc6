//! Linear compartment models with their textbook solutions (M. Gibaldi, D. Perrier, Pharmacokinetics, 1982; H. Bateman 1910).

use super::Network;

/// One compartment with loss `k`; state 1 is its time integral.
pub(crate) fn one_compartment(k: f64) -> Network {
    Network::new(2).loss(0, k).process(1.0, &[0], &[(1, 1.0)]).linear(1)
}

/// Amount and time integral `time` after a bolus of `dose`.
pub(crate) fn one_compartment_bolus(dose: f64, k: f64, time: f64) -> [f64; 2] {
    [dose * (-k * time).exp(), -dose / k * (-k * time).exp_m1()]
}

/// Amount and time integral `time` after the start of an infusion of `rate` over `duration`.
pub(crate) fn one_compartment_infusion(rate: f64, duration: f64, k: f64, time: f64) -> [f64; 2] {
    let running = time.min(duration);
    let at_end = -rate / k * (-k * running).exp_m1();
    // Integral while running: (R/k)(t + (e^{-kt} − 1)/k).
    let integral = rate / k * (running + (-k * running).exp_m1() / k);
    let [amount, rest] = one_compartment_bolus(at_end, k, time - running);
    [amount, integral + rest]
}

/// Central compartment (0) with loss, exchanging with a peripheral one (1).
pub(crate) fn two_compartments(k_10: f64, k_12: f64, k_21: f64) -> Network {
    Network::new(2).loss(0, k_10).flow(0, 1, k_12).flow(1, 0, k_21).linear(2)
}

/// Central and peripheral amount `time` after a bolus into the central one; the eigenvalues without cancellation.
pub(crate) fn two_compartments_bolus(dose: f64, k_10: f64, k_12: f64, k_21: f64, time: f64) -> [f64; 2] {
    let sum = k_10 + k_12 + k_21;
    let product = k_10 * k_21;
    let alpha = 0.5 * (sum + (sum * sum - 4.0 * product).sqrt());
    let beta = product / alpha;
    let (fast, slow) = ((-alpha * time).exp(), (-beta * time).exp());
    [dose / (alpha - beta) * ((alpha - k_21) * fast + (k_21 - beta) * slow), dose * k_12 / (alpha - beta) * (slow - fast)]
}

/// The chain 0 → 1 → … of N members, each lost to the next at its rate.
pub(crate) fn chain<const N: usize>(rates: [f64; N]) -> Network {
    let network = (1..N).fold(Network::new(N), |network, member| network.flow(member - 1, member, rates[member - 1]));
    network.loss(N - 1, rates[N - 1]).linear(N)
}

/// Bateman's solution of a chain of different rates after a bolus of `dose` into its first member. The differences of the rates are divided
/// by: rates that almost agree, and times short against all of them, cost digits.
pub(crate) fn chain_bolus<const N: usize>(dose: f64, rates: [f64; N], time: f64) -> [f64; N] {
    std::array::from_fn(|member| {
        let product: f64 = rates[..member].iter().product();
        let sum: f64 = (0..=member)
            .map(|i| {
                let differences: f64 = (0..=member).filter(|&j| j != i).map(|j| rates[j] - rates[i]).product();
                (-rates[i] * time).exp() / differences
            })
            .sum();
        dose * product * sum
    })
}

/// The limit of Bateman's solution where all rates are `rate`: `dose (k t)^n e^{−kt}/n!` (A. K. Erlang).
pub(crate) fn chain_of_equals_bolus<const N: usize>(dose: f64, rate: f64, time: f64) -> [f64; N] {
    let mut amount = dose * (-rate * time).exp();
    std::array::from_fn(|member| {
        if member > 0 {
            amount *= rate * time / member as f64;
        }
        amount
    })
}

/// A chain of any rates, equal, almost equal or different, by randomisation: with q ≥ every rate, `x(t) = Σ_n e^{−qt} (qt)^n/n! P^n x(0)`
/// where a step P keeps `1 − k/q` of a member and hands `k/q` on (A. Jensen 1953). Nothing is subtracted, so that every member comes out to the
/// rounding of q t + 40 √(q t) terms; q t must stay below 700, where e^{−qt} is still a number.
pub(crate) fn chain_bolus_by_randomisation<const N: usize>(dose: f64, rates: [f64; N], time: f64) -> [f64; N] {
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    let mean = fastest * time;
    assert!(mean < 700.0, "the weights would underflow");
    let mut weight = (-mean).exp();
    let mut jumped = [0.0; N];
    jumped[0] = dose;
    let mut sum = jumped.map(|value| value * weight);
    for jump in 1..(mean + 40.0 * mean.sqrt() + 60.0) as usize {
        for member in (0..N).rev() {
            let received = if member > 0 { jumped[member - 1] * (rates[member - 1] / fastest) } else { 0.0 };
            jumped[member] = jumped[member] * ((fastest - rates[member]) / fastest) + received;
        }
        weight *= mean / jump as f64;
        sum.iter_mut().zip(&jumped).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: &[f64], expected: &[f64], relative: f64) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= relative * expected.abs(), "{found:e} {expected:e}");
        }
    }

    /// Three ways to one chain: Bateman's sum, Erlang's limit and randomisation.
    #[test]
    fn chains_agree_with_each_other() {
        let rates = [2.0, 0.5, 0.11, 0.03, 0.007, 0.0013];
        for time in [10.0, 40.0, 300.0] {
            assert_close(&chain_bolus(3.0, rates, time), &chain_bolus_by_randomisation(3.0, rates, time), 1e-11);
        }
        for time in [1e-3, 1.0, 100.0] {
            assert_close(&chain_of_equals_bolus::<7>(3.0, 0.2, time), &chain_bolus_by_randomisation(3.0, [0.2; 7], time), 1e-13);
        }
    }
}
