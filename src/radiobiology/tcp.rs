//! Tumour control from cell kill: Poisson `TCP = exp(−N0 exp(−α BED))`.
//!
//! Hypothesis for radiopharmaceutical therapy: α, α/β and the number of clonogens are not established there.

/// Probability that none of `clonogens` cells survives a BED of `bed_gy`, with α per Gy.
pub fn poisson_control_probability(clonogens: f64, alpha_per_gy: f64, bed_gy: f64) -> f64 {
    crate::math::exp(-clonogens * crate::math::exp(-alpha_per_gy * bed_gy))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One expected survivor gives control in 1/e of tumours.
    #[test]
    fn one_expected_survivor() {
        let bed_gy = crate::math::log(1e9) / 0.3;
        assert!((poisson_control_probability(1e9, 0.3, bed_gy) - crate::math::exp(-1.0)).abs() < 1e-12);
        assert!(poisson_control_probability(1e9, 0.3, 0.0) < 1e-300);
        assert!((poisson_control_probability(1e9, 0.3, 500.0) - 1.0).abs() < 1e-12);
    }
}
