//! The standard normal distribution: Φ(x) = erfc(−x/√2)/2 and its density.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The 95 % quantile of the standard normal distribution: Φ(1.6448…) = 0.95.
pub const QUANTILE_95: f64 = 1.644_853_626_951_472_2;

/// Probability that a standard normal variable is at most `x`.
pub fn cumulative(x: f64) -> f64 {
    0.5 * crate::math::erfc(-x * FRAC_1_SQRT_2)
}

/// Density of the standard normal distribution at `x`.
pub fn density(x: f64) -> f64 {
    crate::math::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Textbook values of Φ.
    #[test]
    fn tabulated_probabilities() {
        for (x, probability) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.959_963_984_540_054, 0.025), (QUANTILE_95, 0.95)] {
            assert!((cumulative(x) - probability).abs() < 1e-15, "{x}");
        }
        assert!((density(0.0) - 0.398_942_280_401_432_7).abs() < 1e-16);
    }
}
