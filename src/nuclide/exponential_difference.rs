//! Divided differences of the exponential function, `exp[x_1, …, x_n]`, to nearly full precision for nodes that are equal, close or far apart.
//!
//! They are what stands in Bateman's solution: `Σ_i e^{x_i}/Π_{j≠i}(x_i − x_j)`, which subtracts large numbers where nodes are close. Over a spread
//! of at most [`SERIES_SPREAD`] the series `e^c Σ_k h_k(x − c)/(n − 1 + k)!` with c the lowest node is summed (h_k: complete homogeneous symmetric
//! polynomials): every term is positive, nothing is subtracted. Over a larger spread the recurrence
//! `(exp[x_2…x_n] − exp[x_1…x_{n−1}])/(x_n − x_1)` on sorted nodes loses no digits that matter, since the second term is then the smaller by far.
//! (Series and recurrence together: A. McCurdy, K. C. Ng, B. N. Parlett, Math. Comp. 43, 1984.)

use crate::math::exp;

/// Largest distance of nodes that the series covers: about 150 terms there.
const SERIES_SPREAD: f64 = 40.0;

/// `exp[x_1, …, x_n]`; the order of the nodes does not matter, they may repeat. 0 without nodes.
pub(super) fn divided_difference_of_exp(nodes: &[f64]) -> f64 {
    let mut sorted = nodes.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    // row[i] holds exp[x_i … x_{i+length−1}] of the sorted nodes.
    let mut row: Vec<f64> = sorted.iter().map(|node| exp(*node)).collect();
    for length in 2..=count {
        row = (0..=count - length)
            .map(|first| {
                let part = &sorted[first..first + length];
                let spread = part[length - 1] - part[0];
                if spread <= SERIES_SPREAD { series(part) } else { (row[first + 1] - row[first]) / spread }
            })
            .collect();
    }
    row.first().copied().unwrap_or(0.0)
}

/// The series over sorted nodes; scaled by e^{−spread} until the end, so that it neither overflows nor starts from an underflow.
fn series(sorted: &[f64]) -> f64 {
    let order = sorted.len() - 1;
    let (lowest, highest) = (sorted[0], sorted[order]);
    let spread = highest - lowest;
    // polynomial[m] = h_k(y_0 … y_m) · order!/(order + k)!, y = x − lowest ≥ 0.
    let mut polynomial = vec![1.0; order + 1];
    let mut sum = 1.0;
    for k in 1..2000_u32 {
        let divisor = order as f64 + f64::from(k);
        let mut before = 0.0;
        for (value, node) in polynomial.iter_mut().zip(sorted) {
            *value = before + (node - lowest) * *value / divisor;
            before = *value;
        }
        sum += before;
        if f64::from(k) > spread && before <= 1e-18 * sum {
            break;
        }
    }
    let factorial: f64 = (1..=order).map(|value| value as f64).product();
    exp(highest) * (sum * exp(-spread)) / factorial
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "found {found:e}, expected {expected:e}");
    }

    /// Equal nodes: e^x/(n − 1)!. Two nodes: e^a (e^{b − a} − 1)/(b − a) by expm1, at every distance.
    #[test]
    fn equal_nodes_and_pairs() {
        close(divided_difference_of_exp(&[-2.0; 5]), exp(-2.0) / 24.0, 1e-15);
        for distance in [1e-15, 1e-6, 0.3, 5.0, 39.9, 40.1, 200.0] {
            let expected = crate::math::expm1(distance) / distance * exp(-210.0);
            close(divided_difference_of_exp(&[-210.0 + distance, -210.0]), expected, 2e-13);
        }
        assert_eq!(divided_difference_of_exp(&[]), 0.0);
    }

    /// Genocchi–Hermite: exp[x_0, x_1, x_2] = ∫_0^1 ∫_0^{1−u} exp(x_0 + u (x_1 − x_0) + v (x_2 − x_0)) dv du, by Simpson's rule with the inner integral exact.
    #[test]
    fn three_nodes_against_an_integral() {
        for nodes in [[-1.0, -1.01, -3.0], [0.0, -25.0, -39.0], [0.0, -30.0, -60.0], [-5.0, -5.0, -80.0]] {
            let [a, b, c]: [f64; 3] = nodes;
            let inner = |u: f64| exp(a + u * (b - a)) * crate::math::expm1((1.0 - u) * (c - a)) / (c - a);
            let steps = 20_000;
            let sum: f64 = (0..=steps)
                .map(|k| {
                    let weight = if k == 0 || k == steps { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
                    weight * inner(f64::from(k) / f64::from(steps))
                })
                .sum();
            close(divided_difference_of_exp(&nodes), sum / f64::from(3 * steps), 1e-9);
        }
    }

    /// Both ways meet at the border of the series; nodes in any order give the same.
    #[test]
    fn the_two_ways_meet() {
        let at = |spread: f64| divided_difference_of_exp(&[-spread, -0.7 * spread, -0.2 * spread, 0.0, -0.7 * spread - 1e-9]);
        close(at(SERIES_SPREAD * (1.0 - 1e-15)), at(SERIES_SPREAD * (1.0 + 1e-14)), 1e-11);
        assert_eq!(divided_difference_of_exp(&[-9.0, 0.0, -50.0]), divided_difference_of_exp(&[0.0, -50.0, -9.0]));
    }
}
