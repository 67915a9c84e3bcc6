//! PSA under 177Lu-PSMA: growth, direct and delayed effect of the activity concentration in tumour (Siebinga et al. 2024).
//!
//! `dPSA/dt = k_G PSA − (k_dir C_T/1000/24 + k_del e/24) PSA`, `de/dt = k_e0 (C_T − e)`; C_T and e in MBq/L, t in h.

use crate::math::{exp, expm1, log};

/// Constants of the PSA model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PsaParameters {
    /// Growth k_G, 1/h.
    pub growth_per_h: f64,
    /// Direct effect k_dir, L/(d GBq).
    pub direct_l_per_d_per_gbq: f64,
    /// Delayed effect k_del, L/(d MBq).
    pub delayed_l_per_d_per_mbq: f64,
    /// Rate of the effect compartment k_e0, 1/h.
    pub effect_per_h: f64,
}

/// Typical values of Siebinga et al. 2024 (EJNMMI Phys 11:39; 76 patients; second-hand copy; k_dir as in its table, its text prints a tenth).
pub const SIEBINGA_2024: PsaParameters =
    PsaParameters { growth_per_h: 0.000_408, direct_l_per_d_per_gbq: 0.003_35, delayed_l_per_d_per_mbq: 3.28e-5, effect_per_h: 0.001_28 };

/// Typical PSA before therapy by that model: 140 + 57.5 TV/44.3, TV in mL.
pub fn initial_psa(tumour_volume_ml: f64) -> f64 {
    140.0 + 57.5 * tumour_volume_ml / 44.3
}

/// PSA of one patient on its way through time.
#[derive(Debug, Clone)]
pub struct PsaCourse {
    parameters: PsaParameters,
    log_psa: f64,
    effect_mbq_per_l: f64,
}

impl PsaCourse {
    /// A patient before the first administration.
    pub fn new(parameters: PsaParameters, psa: f64) -> Self {
        Self { parameters, log_psa: log(psa), effect_mbq_per_l: 0.0 }
    }

    /// PSA now, in the unit it was given in.
    pub fn psa(&self) -> f64 {
        exp(self.log_psa)
    }

    /// Goes through `times_h` (ascending, the first is now) with concentrations linear between, exactly; PSA at each time.
    ///
    /// # Errors
    /// Lists of different length, times that do not ascend, a concentration below zero, impossible parameters.
    pub fn advance(&mut self, times_h: &[f64], tumour_mbq_per_l: &[f64]) -> Result<Vec<f64>, String> {
        if times_h.len() != tumour_mbq_per_l.len() {
            return Err(format!("{} times but {} concentrations", times_h.len(), tumour_mbq_per_l.len()));
        }
        if !(times_h.iter().all(|time| time.is_finite()) && times_h.windows(2).all(|pair| pair[1] >= pair[0])) {
            return Err("times must be finite and ascend".to_owned());
        }
        if !tumour_mbq_per_l.iter().all(|value| value.is_finite() && *value >= 0.0) {
            return Err("a concentration must be zero or more".to_owned());
        }
        let p = self.parameters;
        let constants = [p.growth_per_h, p.direct_l_per_d_per_gbq, p.delayed_l_per_d_per_mbq, self.log_psa];
        if !(constants.iter().all(|value| value.is_finite()) && p.effect_per_h.is_finite() && p.effect_per_h > 0.0) {
            return Err("the PSA model has an impossible parameter or start".to_owned());
        }
        let mut values: Vec<f64> = times_h.first().map(|_| self.psa()).into_iter().collect();
        for (times, levels) in times_h.windows(2).zip(tumour_mbq_per_l.windows(2)) {
            self.through(times[1] - times[0], levels[0], levels[1]);
            values.push(self.psa());
        }
        Ok(values)
    }

    fn through(&mut self, duration_h: f64, from: f64, to: f64) {
        if duration_h <= 0.0 {
            return;
        }
        let p = self.parameters;
        let (slope, rise) = ((to - from) / duration_h, -expm1(-p.effect_per_h * duration_h));
        // e' = k (C − e): e1 = e0 (1 − rise) + c0 rise + slope (t − rise/k); ∫ e = ∫ C − (e1 − e0)/k.
        let after = self.effect_mbq_per_l * (1.0 - rise) + from * rise + slope * (duration_h - rise / p.effect_per_h);
        let exposure = 0.5 * (from + to) * duration_h;
        let delayed = exposure - (after - self.effect_mbq_per_l) / p.effect_per_h;
        let kill = p.direct_l_per_d_per_gbq / 1000.0 / 24.0 * exposure + p.delayed_l_per_d_per_mbq / 24.0 * delayed;
        self.log_psa += p.growth_per_h * duration_h - kill;
        self.effect_mbq_per_l = after;
    }
}

/// PSA50: the lowest value is at most half of the baseline.
pub fn psa50_response(baseline: f64, values: &[f64]) -> bool {
    values.iter().any(|value| *value <= 0.5 * baseline)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Constant C: ln(PSA/PSA0) = k_G t − k_dir C t/24000 − k_del C/24 (t − (1 − e^{−k t})/k), whatever the intervals.
    #[test]
    fn constant_concentration_has_a_closed_form() {
        let (level, t, k) = (1500.0, 1000.0, 0.001_28);
        let mut course = PsaCourse::new(SIEBINGA_2024, 200.0);
        let found = *course.advance(&[0.0, 10.0, 400.0, t], &[level; 4]).unwrap().last().unwrap();
        let delayed = t - (1.0 - exp(-k * t)) / k;
        let expected = 200.0 * exp(0.000_408 * t - 0.003_35 * level * t / 24_000.0 - 3.28e-5 * level / 24.0 * delayed);
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }

    /// A ramp against 100 000 steps of the trapezium rule.
    #[test]
    fn a_ramp_agrees_with_small_steps() {
        let mut course = PsaCourse::new(SIEBINGA_2024, 100.0);
        course.advance(&[0.0, 500.0], &[3000.0, 200.0]).unwrap();
        let (steps, mut effect, mut log_psa) = (100_000, 0.0, log(100.0));
        let h = 500.0 / f64::from(steps);
        for index in 0..steps {
            let level = 3000.0 - 2800.0 * (f64::from(index) + 0.5) / f64::from(steps);
            let middle = effect + 0.5 * h * 0.001_28 * (level - effect);
            log_psa += h * (0.000_408 - 0.003_35 * level / 24_000.0 - 3.28e-5 * middle / 24.0);
            effect += h * 0.001_28 * (level - middle);
        }
        assert!((log(course.psa()) - log_psa).abs() < 1e-6);
    }

    /// Without activity PSA doubles in ln 2/k_G = 1699 h; half is a response, just above half is none.
    #[test]
    fn growth_and_response() {
        let mut course = PsaCourse::new(SIEBINGA_2024, 10.0);
        course.advance(&[0.0, std::f64::consts::LN_2 / 0.000_408], &[0.0, 0.0]).unwrap();
        assert!((course.psa() - 20.0).abs() < 1e-9);
        assert!(psa50_response(100.0, &[80.0, 50.0, 90.0]) && !psa50_response(100.0, &[50.1]));
        assert!((initial_psa(44.3) - 197.5).abs() < 1e-12);
        assert!(course.advance(&[0.0, 1.0], &[-1.0, 0.0]).is_err() && course.advance(&[1.0], &[]).is_err());
    }
}
