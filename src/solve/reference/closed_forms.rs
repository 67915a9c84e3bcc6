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

/// The chain 0 → 1 → 2 with different loss rates.
pub(crate) fn chain(rates: [f64; 3]) -> Network {
    Network::new(3).flow(0, 1, rates[0]).flow(1, 2, rates[1]).loss(2, rates[2]).linear(3)
}

/// Bateman's solution of the chain after a bolus of `dose` into its first member.
pub(crate) fn chain_bolus(dose: f64, rates: [f64; 3], time: f64) -> [f64; 3] {
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
