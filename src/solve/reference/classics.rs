//! Classic non-linear problems with published or implicit solutions.
//!
//! End values of Robertson, van der Pol and HIRES: F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4 (2008),
//! and E. Hairer, G. Wanner, Solving Ordinary Differential Equations II (1996).

use super::Network;
use crate::solve::Dynamics;

/// Robertson's chemical kinetics, from (1, 0, 0).
pub(crate) fn robertson() -> Network {
    Network::new(3).process(0.04, &[0], &[(0, -1.0), (1, 1.0)]).process(1e4, &[1, 2], &[(0, 1.0), (1, -1.0)]).process(
        3e7,
        &[1, 1],
        &[(1, -1.0), (2, 1.0)],
    )
}

/// Robertson at t = 40.
pub(crate) const ROBERTSON_AT_40: [f64; 3] = [0.7158270687194, 9.185534764557e-6, 0.2841637457458];
/// Robertson at t = 1e11.
pub(crate) const ROBERTSON_AT_1E11: [f64; 3] = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505];

/// HIRES: growth and differentiation of plant tissue under light (E. Schäfer 1975), from (1, 0, 0, 0, 0, 0, 0, 0.0057).
pub(crate) fn hires() -> Network {
    Network::new(8)
        .process(0.0007, &[], &[(0, 1.0)])
        .flow(0, 1, 1.71)
        .flow(1, 0, 0.43)
        .flow(1, 3, 8.32)
        .flow(2, 0, 8.32)
        .flow(2, 3, 1.71)
        .loss(3, 1.12)
        .process(0.43, &[3], &[(2, 1.0)])
        .process(0.69, &[3], &[(5, 1.0)])
        .loss(4, 1.745)
        .process(0.035, &[4], &[(2, 1.0)])
        .process(1.71, &[4], &[(5, 1.0)])
        .flow(5, 4, 0.43)
        .process(0.43, &[6], &[(4, 1.0)])
        .process(0.69, &[6], &[(5, 1.0)])
        .flow(6, 7, 1.81)
        .process(280.0, &[5, 7], &[(5, -1.0), (6, 1.0), (7, -1.0)])
}

/// Initial state of HIRES.
pub(crate) const HIRES_START: [f64; 8] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057];
/// HIRES at t = 321.8122.
pub(crate) const HIRES_END: [f64; 8] = [
    0.7371312573325668e-3,
    0.1442485726316185e-3,
    0.5888729740967575e-4,
    0.1175651343283149e-2,
    0.2386356198831331e-2,
    0.6238968252742796e-2,
    0.2849998395185769e-2,
    0.2850001604814231e-2,
];

/// Van der Pol's oscillator `x' = y, y' = ((1 − x²) y − x)/ε`, from (2, 0) with ε = 1e-6.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VanDerPol {
    pub epsilon: f64,
}

/// Van der Pol, ε = 1, from (2, 0), at t = 10: Taylor series of mpmath with 30 digits.
pub(crate) const VAN_DER_POL_OF_1_AT_10: [f64; 2] = [-2.008340782579712, 0.03290706586332406];
/// Van der Pol, ε = 1e-6, at t = 2.
pub(crate) const VAN_DER_POL_AT_2: [f64; 2] = [0.1706167732170483e1, -0.8928097010247975];

/// Saturable loss `x' = −v x/(k + x)` (Michaelis–Menten).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saturable {
    pub v: f64,
    pub k: f64,
}

impl Saturable {
    /// The solution from `start` of `x + k ln x = start + k ln start − v t`, i.e. `k W((start/k) exp((start − v t)/k))`, by Newton's method on
    /// the logarithm, which the Lambert function's definition makes convex.
    pub(crate) fn solution(&self, start: f64, time: f64) -> f64 {
        let side = start + self.k * start.ln() - self.v * time;
        let mut logarithm = start.ln().min(side / self.k);
        for _ in 0..100 {
            let value = logarithm.exp();
            logarithm -= (value + self.k * logarithm - side) / (value + self.k);
        }
        logarithm.exp()
    }
}

/// `x' = −rate (x − cos t) − sin t` with solution `x = cos t` from 1, as stiff as `rate` makes it (A. Prothero, A. Robinson 1974), and the
/// quadrature `y' = x + t` with solution `sin t + t²/2`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prothero {
    pub rate: f64,
}

const SQUARE: [(usize, usize); 3] = [(0, 1), (1, 0), (1, 1)];

impl Dynamics for VanDerPol {
    fn state_count(&self) -> usize {
        2
    }
    fn rates(&mut self, _: f64, x: &[f64], rates: &mut [f64]) {
        rates[0] = x[1];
        rates[1] = ((1.0 - x[0] * x[0]) * x[1] - x[0]) / self.epsilon;
    }
    fn jacobian_pattern(&self) -> &[(usize, usize)] {
        &SQUARE
    }
    fn jacobian(&mut self, _: f64, x: &[f64], values: &mut [f64]) {
        values[0] = 1.0;
        values[1] = (-2.0 * x[0] * x[1] - 1.0) / self.epsilon;
        values[2] = (1.0 - x[0] * x[0]) / self.epsilon;
    }
    fn linear_states(&self) -> Option<usize> {
        None
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn time_derivative(&mut self, _: f64, _: &[f64], _: &mut [f64]) {}
}

impl Dynamics for Saturable {
    fn state_count(&self) -> usize {
        1
    }
    fn rates(&mut self, _: f64, x: &[f64], rates: &mut [f64]) {
        rates[0] = -self.v * x[0] / (self.k + x[0]);
    }
    fn jacobian_pattern(&self) -> &[(usize, usize)] {
        &[(0, 0)]
    }
    fn jacobian(&mut self, _: f64, x: &[f64], values: &mut [f64]) {
        values[0] = -self.v * self.k / ((self.k + x[0]) * (self.k + x[0]));
    }
    fn linear_states(&self) -> Option<usize> {
        None
    }
    fn depends_on_time(&self) -> bool {
        false
    }
    fn time_derivative(&mut self, _: f64, _: &[f64], _: &mut [f64]) {}
}

impl Dynamics for Prothero {
    fn state_count(&self) -> usize {
        2
    }
    fn rates(&mut self, t: f64, x: &[f64], rates: &mut [f64]) {
        rates[0] = -self.rate * (x[0] - t.cos()) - t.sin();
        rates[1] = x[0] + t;
    }
    fn jacobian_pattern(&self) -> &[(usize, usize)] {
        &[(0, 0), (1, 0)]
    }
    fn jacobian(&mut self, _: f64, _: &[f64], values: &mut [f64]) {
        values[0] = -self.rate;
        values[1] = 1.0;
    }
    fn linear_states(&self) -> Option<usize> {
        None
    }
    fn depends_on_time(&self) -> bool {
        true
    }
    fn time_derivative(&mut self, t: f64, _: &[f64], derivative: &mut [f64]) {
        derivative[0] = -self.rate * t.sin() - t.cos();
        derivative[1] = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right-hand side of HIRES as printed in the test set, against the network.
    #[test]
    fn hires_is_the_published_system() {
        let y = [0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
        let published = [
            -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
            1.71 * y[0] - 8.75 * y[1],
            -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
            8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
            -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
            -280.0 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
            280.0 * y[5] * y[7] - 1.81 * y[6],
            -280.0 * y[5] * y[7] + 1.81 * y[6],
        ];
        let mut rates = [0.0; 8];
        hires().rates(0.0, &y, &mut rates);
        for (found, expected) in rates.iter().zip(published) {
            assert!((found - expected).abs() < 1e-13, "{rates:?} {published:?}");
        }
    }
}
