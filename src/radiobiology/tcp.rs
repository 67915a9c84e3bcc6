//! Tumour control from cell kill: Poisson `TCP = exp(−N0 exp(−α BED))`.
//!
//! Hypothesis for radiopharmaceutical therapy: α, α/β and the number of clonogens are not established there.

/// Probability that none of `clonogens` cells survives a BED of `bed_gy`, with α per Gy.
pub fn poisson_control_probability(clonogens: f64, alpha_per_gy: f64, bed_gy: f64) -> f64 {
    crate::math::exp(-clonogens * crate::math::exp(-alpha_per_gy * bed_gy))
}

/// Clonogens after repopulation from the kick-off time on: N0 2^((T − T_k)⁺/T_d), times in d; as Dale's loss of BED, whatever α.
pub fn repopulated_clonogens(clonogens: f64, doubling_time_d: f64, kick_off_d: f64, treatment_time_d: f64) -> f64 {
    clonogens * crate::math::exp(std::f64::consts::LN_2 * (treatment_time_d - kick_off_d).max(0.0) / doubling_time_d)
}

/// Equivalent uniform dose, Gy: −ln⟨exp(−α D)⟩/α over parts of equal volume; `None` without parts or with α not above zero.
pub fn equivalent_uniform_dose_gy(alpha_per_gy: f64, doses_gy: &[f64]) -> Option<f64> {
    let lowest_gy = doses_gy.iter().copied().reduce(f64::min)?;
    if !(alpha_per_gy.is_finite() && alpha_per_gy > 0.0 && doses_gy.iter().all(|dose_gy| dose_gy.is_finite())) {
        return None;
    }
    // Relative to the coldest part, so that no survival underflows.
    let survival: f64 = doses_gy.iter().map(|dose_gy| crate::math::exp(-alpha_per_gy * (dose_gy - lowest_gy))).sum();
    Some(lowest_gy - crate::math::log(survival / doses_gy.len() as f64) / alpha_per_gy)
}

/// Poisson control with α log-normal between patients (median `alpha_per_gy`, SD of ln α `log_spread`; D'Abadie et al. 2022 use 30 %).
///
/// Simpson's rule with 400 steps over ±8 SD. Repopulation: pass [`repopulated_clonogens`], which does not depend on α.
pub fn control_probability_with_spread(clonogens: f64, alpha_per_gy: f64, log_spread: f64, bed_gy: f64) -> f64 {
    const STEPS: usize = 400;
    let step = 16.0 / STEPS as f64;
    let sum: f64 = (0..=STEPS)
        .map(|index| {
            let x = -8.0 + step * index as f64;
            let weight = if index == 0 || index == STEPS { 1.0 } else { 2.0 + 2.0 * (index % 2) as f64 };
            let alpha = alpha_per_gy * crate::math::exp(log_spread * x);
            weight * super::normal::density(x) * poisson_control_probability(clonogens, alpha, bed_gy)
        })
        .sum();
    sum * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same as taking Dale's ln 2/(α T_d) (T − T_k) off the BED: α 0.35 /Gy, T_d 2 d, T_k 4 d, T 10 d cost 5.941 Gy.
    #[test]
    fn repopulation_is_a_loss_of_bed() {
        let more = poisson_control_probability(repopulated_clonogens(1e7, 2.0, 4.0, 10.0), 0.35, 50.0);
        let loss_gy = std::f64::consts::LN_2 * 6.0 / (0.35 * 2.0);
        assert!((loss_gy - 5.941).abs() < 5e-4);
        assert!((more - poisson_control_probability(1e7, 0.35, 50.0 - loss_gy)).abs() < 1e-12);
        assert_eq!(repopulated_clonogens(1e7, 2.0, 4.0, 3.0), 1e7);
    }

    /// By hand: equal doses give themselves; halves at 0 and far above leave half the cells: ln 2/α.
    #[test]
    fn equivalent_uniform_dose() {
        assert!((equivalent_uniform_dose_gy(0.1, &[50.0; 3]).unwrap() - 50.0).abs() < 1e-12);
        assert!((equivalent_uniform_dose_gy(0.1, &[0.0, 1e4]).unwrap() - 10.0 * std::f64::consts::LN_2).abs() < 1e-12);
        assert!((equivalent_uniform_dose_gy(0.3, &[1e5; 2]).unwrap() - 1e5).abs() < 1e-9);
        assert!(equivalent_uniform_dose_gy(0.1, &[]).is_none() && equivalent_uniform_dose_gy(0.0, &[1.0]).is_none());
    }

    /// Brute force: the mean over 200 000 midpoints of ±9 SD; without spread the plain Poisson form.
    #[test]
    fn spread_of_sensitivity_against_brute_force() {
        for dose_gy in [30.0, 51.0, 100.0] {
            let brute: f64 = (0..200_000)
                .map(|index| {
                    let x = -9.0 + 18.0 * (f64::from(index) + 0.5) / 200_000.0;
                    let alpha = 0.3 * crate::math::exp(0.3 * x);
                    let control = crate::math::exp(-1e7 * crate::math::exp(-alpha * dose_gy));
                    18.0 / 200_000.0 * crate::radiobiology::normal::density(x) * control
                })
                .sum();
            assert!((control_probability_with_spread(1e7, 0.3, 0.3, dose_gy) - brute).abs() < 1e-7, "{dose_gy}");
        }
        let plain = poisson_control_probability(1e7, 0.3, 55.0);
        assert!((control_probability_with_spread(1e7, 0.3, 0.0, 55.0) - plain).abs() < 1e-9);
    }

    /// One expected survivor gives control in 1/e of tumours.
    #[test]
    fn one_expected_survivor() {
        let bed_gy = crate::math::log(1e9) / 0.3;
        assert!((poisson_control_probability(1e9, 0.3, bed_gy) - crate::math::exp(-1.0)).abs() < 1e-12);
        assert!(poisson_control_probability(1e9, 0.3, 0.0) < 1e-300);
        assert!((poisson_control_probability(1e9, 0.3, 500.0) - 1.0).abs() < 1e-12);
    }
}
