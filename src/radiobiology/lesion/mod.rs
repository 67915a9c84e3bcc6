//! Volume of one lesion under treatment: growth, kill by dose rate, clearance of what was killed.
//!
//! Viable volume V (mL): `dV/dt = V (growth − α R − 2 β R y)`, `y' = R − μ y`, β = α/(α/β); growth is ln 2/T_d, or Gompertz
//! `(ln 2/T_d) ln(K/V)` towards K. Killed volume N: `N' = V (α R + 2 β R y) − (ln 2/T_c) N`. Total = V + N.
//! Structure and α, repair, clearance after the PyCNO PK/PD lesion model (second-hand); see [`LesionParameters`].

pub mod parameters;
pub mod recist;
pub mod trend;

use std::f64::consts::LN_2;

pub use parameters::{LESION_KINDS, LesionParameters};
pub use recist::{Response, recist, recist_of_sums, sum_of_diameters_mm};
pub use trend::volume_trend_ml;

use crate::math::{exp, expm1, log};

/// Longest step while dose is given, h; half a repair half-time where that is shorter.
const LONGEST_STEP_H: f64 = 2.0;

/// A lesion on its way through time.
#[derive(Debug, Clone)]
pub struct LesionCourse {
    growth_per_h: f64,
    log_carrying: Option<f64>,
    alpha_per_gy: f64,
    beta_per_gy2: f64,
    repair_per_h: f64,
    clearance_per_h: f64,
    log_viable: f64,
    non_viable_ml: f64,
    unrepaired_gy: f64,
}

impl LesionCourse {
    /// A lesion of `volume_ml`, all of it viable; [`LesionParameters::check`] and a volume above zero are tested by [`LesionCourse::advance`].
    pub fn new(parameters: &LesionParameters, volume_ml: f64) -> Self {
        Self {
            growth_per_h: LN_2 / (24.0 * parameters.doubling_time_d),
            log_carrying: parameters.carrying_volume_ml.map(log),
            alpha_per_gy: parameters.alpha_per_gy,
            beta_per_gy2: parameters.alpha_per_gy / parameters.alpha_beta_gy,
            repair_per_h: LN_2 / parameters.repair_half_time_h,
            clearance_per_h: LN_2 / (24.0 * parameters.clearance_half_time_d),
            log_viable: log(volume_ml),
            non_viable_ml: 0.0,
            unrepaired_gy: 0.0,
        }
    }

    /// Viable and killed volume together, mL.
    pub fn volume_ml(&self) -> f64 {
        self.viable_ml() + self.non_viable_ml
    }

    /// Viable volume, mL.
    pub fn viable_ml(&self) -> f64 {
        exp(self.log_viable)
    }

    /// Goes through `times_h` (ascending, the first is now) with dose rates linear between; total volume (mL) at each time.
    ///
    /// # Errors
    /// Lists of different length, times that do not ascend, dose rates below zero, a lesion made from impossible parameters.
    pub fn advance(&mut self, times_h: &[f64], dose_rates_gy_per_h: &[f64]) -> Result<Vec<f64>, String> {
        self.check(times_h, dose_rates_gy_per_h)?;
        let mut volumes_ml = Vec::with_capacity(times_h.len());
        volumes_ml.extend(times_h.first().map(|_| self.volume_ml()));
        for (times, rates) in times_h.windows(2).zip(dose_rates_gy_per_h.windows(2)) {
            self.through(times[1] - times[0], rates[0], rates[1]);
            volumes_ml.push(self.volume_ml());
        }
        Ok(volumes_ml)
    }

    fn check(&self, times_h: &[f64], rates: &[f64]) -> Result<(), String> {
        if times_h.len() != rates.len() {
            return Err(format!("{} times but {} dose rates", times_h.len(), rates.len()));
        }
        if !(times_h.iter().all(|time| time.is_finite()) && times_h.windows(2).all(|pair| pair[1] >= pair[0])) {
            return Err("times must be finite and ascend".to_owned());
        }
        if let Some(rate) = rates.iter().find(|rate| !(rate.is_finite() && **rate >= 0.0)) {
            return Err(format!("a dose rate must be zero or more, found {rate} Gy/h"));
        }
        let constants = [self.growth_per_h, self.alpha_per_gy, self.beta_per_gy2, self.repair_per_h, self.clearance_per_h];
        let possible = constants.iter().all(|value| value.is_finite() && *value >= 0.0) && self.repair_per_h > 0.0;
        if possible && self.log_viable.is_finite() && self.log_carrying.is_none_or(f64::is_finite) {
            Ok(())
        } else {
            Err("the lesion has an impossible parameter or volume".to_owned())
        }
    }

    fn through(&mut self, duration_h: f64, from: f64, to: f64) {
        if duration_h <= 0.0 {
            return;
        }
        if from == 0.0 && to == 0.0 {
            self.rest(duration_h);
            return;
        }
        let longest_h = LONGEST_STEP_H.min(0.5 * LN_2 / self.repair_per_h);
        let steps = crate::math::ceil(duration_h / longest_h).max(1.0);
        let (step_h, slope) = (duration_h / steps, (to - from) / duration_h);
        for index in 0..steps as u64 {
            self.step(step_h, from + slope * step_h * index as f64, slope);
        }
    }

    /// Without dose everything has a closed form.
    fn rest(&mut self, duration_h: f64) {
        self.log_viable = match self.log_carrying {
            Some(limit) => limit + (self.log_viable - limit) * exp(-self.growth_per_h * duration_h),
            None => self.log_viable + self.growth_per_h * duration_h,
        };
        self.non_viable_ml *= exp(-self.clearance_per_h * duration_h);
        self.unrepaired_gy *= exp(-self.repair_per_h * duration_h);
    }

    /// One Runge–Kutta step in (ln V, N); the unrepaired dose is exact at each stage.
    fn step(&mut self, step_h: f64, rate: f64, slope: f64) {
        let derivative = |time_h: f64, log_viable: f64, non_viable_ml: f64| {
            let now = (rate + slope * time_h).max(0.0);
            let kill = now * (self.alpha_per_gy + 2.0 * self.beta_per_gy2 * self.unrepaired_after(time_h, rate, slope));
            let growth = self.log_carrying.map_or(self.growth_per_h, |limit| self.growth_per_h * (limit - log_viable));
            (growth - kill, kill * exp(log_viable) - self.clearance_per_h * non_viable_ml)
        };
        let (u, n, half) = (self.log_viable, self.non_viable_ml, 0.5 * step_h);
        let a = derivative(0.0, u, n);
        let b = derivative(half, u + half * a.0, n + half * a.1);
        let c = derivative(half, u + half * b.0, n + half * b.1);
        let d = derivative(step_h, u + step_h * c.0, n + step_h * c.1);
        let unrepaired_gy = self.unrepaired_after(step_h, rate, slope);
        self.log_viable = u + step_h / 6.0 * (a.0 + 2.0 * (b.0 + c.0) + d.0);
        self.non_viable_ml = n + step_h / 6.0 * (a.1 + 2.0 * (b.1 + c.1) + d.1);
        self.unrepaired_gy = unrepaired_gy;
    }

    /// y after `time_h` of a dose rate `rate + slope t`: y' = R − μ y.
    fn unrepaired_after(&self, time_h: f64, rate: f64, slope: f64) -> f64 {
        let mu = self.repair_per_h;
        let rise = -expm1(-mu * time_h);
        self.unrepaired_gy * (1.0 - rise) + rate / mu * rise + slope / mu * (time_h - rise / mu)
    }
}

#[cfg(test)]
mod tests;
