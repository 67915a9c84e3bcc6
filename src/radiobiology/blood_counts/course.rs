//! The course of one lineage in time: fixed-step integration (classical Runge–Kutta, order 4) between the points of the dose rate.
//!
//! Carried are ln P and the shares T₁…T₃ and c = C/b. The logarithm keeps the proliferating cells above zero at any dose, and a linear dose rate
//! enters it exactly; the other four are linear in their inputs, and the step is far below the limit at which they could change sign. Inside a
//! step the feedback f = c^−γ moves as `df/dt = −γ f (dc/dt)/c`, which spares three powers of four; each step begins with its exact value. No step
//! crosses a point of the dose rate, so its kinks and jumps cost no accuracy.

use super::parameters::LineageParameters;
use crate::math::{ceil, exp, log};

/// ln P, T₁, T₂, T₃, c.
type State = [f64; 5];
/// The state and the feedback f, inside a step.
type Stage = [f64; 6];

/// Steps per mean transit time, per mean life: the error of order 4 then stays near 1e-8 of the baseline (tests).
const STEPS_PER_TIME: f64 = 80.0;
/// Dose rates this far below zero, as a share of the largest, are a solver's rounding and count as zero.
const ROUNDING_SHARE: f64 = 1e-6;

/// One lineage of one patient on its way through time.
#[derive(Debug, Clone, PartialEq)]
pub struct LineageCourse {
    baseline: f64,
    transit_per_h: f64,
    loss_per_h: f64,
    feedback_exponent: f64,
    alpha_per_gy: f64,
    longest_step_h: f64,
    state: State,
}

impl LineageCourse {
    /// The healthy steady state. Parameters are taken as they are: [`LineageParameters::check`] refuses impossible ones.
    pub fn new(parameters: &LineageParameters) -> Self {
        let (transit_per_h, loss_per_h) = (parameters.transit_per_h(), parameters.loss_per_h());
        Self {
            baseline: parameters.baseline,
            transit_per_h,
            loss_per_h,
            feedback_exponent: parameters.feedback_exponent,
            alpha_per_gy: parameters.alpha_per_gy,
            longest_step_h: (4.0 / transit_per_h).min(1.0 / loss_per_h) / STEPS_PER_TIME,
            state: [0.0, 1.0, 1.0, 1.0, 1.0],
        }
    }

    /// Count in the blood now, in the unit of the lineage.
    pub fn circulating(&self) -> f64 {
        self.baseline * self.state[4]
    }

    /// Proliferating cells now, as a share of their steady state.
    pub fn proliferating_share(&self) -> f64 {
        exp(self.state[0])
    }

    /// Goes on to the last of `times_h` and returns the count at every one of them.
    ///
    /// The first time is the present. Between the points the dose rate (Gy/h) is linear; two equal times are a jump. `production` multiplies the
    /// input of proliferating cells, 1 for a healthy marrow ([`LineageParameters::production_for_share`]). On an error nothing has changed.
    pub fn advance(&mut self, times_h: &[f64], rates_gy_per_h: &[f64], production: f64) -> Result<Vec<f64>, String> {
        check_input(times_h, rates_gy_per_h, production)?;
        let mut course = self.clone();
        let mut counts = Vec::with_capacity(times_h.len());
        counts.push(course.circulating());
        for (times, rates) in times_h.windows(2).zip(rates_gy_per_h.windows(2)) {
            course.cross(times[1] - times[0], rates[0].max(0.0), rates[1].max(0.0), production);
            if !course.state.iter().all(|value| value.is_finite()) {
                return Err(format!("blood counts have no value at {} h: dose rate {} Gy/h", times[1], rates[1]));
            }
            counts.push(course.circulating());
        }
        *self = course;
        Ok(counts)
    }

    /// One interval, in equal steps.
    fn cross(&mut self, duration_h: f64, first_gy_per_h: f64, last_gy_per_h: f64, production: f64) {
        let count = ceil(duration_h / self.longest_step_h);
        let step_h = duration_h / count;
        let slope_per_step = (last_gy_per_h - first_gy_per_h) / count;
        for number in 0..count as u64 {
            let before = first_gy_per_h + slope_per_step * number as f64;
            let (middle, after) = (before + 0.5 * slope_per_step, before + slope_per_step);
            let [log_proliferating, first, second, third, circulating] = self.state;
            // exp(−γ ln c) for c^−γ: faster than a power, and exactly 1 at the steady state
            let feedback = exp(-self.feedback_exponent * log(circulating.max(f64::MIN_POSITIVE)));
            let start = [log_proliferating, first, second, third, circulating, feedback];
            let a = self.slope(&start, before, production);
            let b = self.slope(&moved(&start, &a, 0.5 * step_h), middle, production);
            let c = self.slope(&moved(&start, &b, 0.5 * step_h), middle, production);
            let d = self.slope(&moved(&start, &c, step_h), after, production);
            for index in 0..5 {
                self.state[index] += step_h / 6.0 * (a[index] + 2.0 * (b[index] + c[index]) + d[index]);
            }
        }
    }

    fn slope(&self, stage: &Stage, rate_gy_per_h: f64, production: f64) -> Stage {
        let [log_proliferating, first, second, third, circulating, feedback] = *stage;
        let k = self.transit_per_h;
        let circulating_slope = self.loss_per_h * (third - circulating);
        [
            k * (production * feedback - 1.0) - self.alpha_per_gy * rate_gy_per_h,
            k * (exp(log_proliferating) - first),
            k * (first - second),
            k * (second - third),
            circulating_slope,
            -self.feedback_exponent * feedback * circulating_slope / circulating.max(f64::MIN_POSITIVE),
        ]
    }
}

fn moved(stage: &Stage, slope: &Stage, step_h: f64) -> Stage {
    std::array::from_fn(|index| stage[index] + step_h * slope[index])
}

fn check_input(times_h: &[f64], rates_gy_per_h: &[f64], production: f64) -> Result<(), String> {
    if times_h.is_empty() || times_h.len() != rates_gy_per_h.len() {
        return Err(format!(
            "blood counts need as many dose rates as times and at least one: {} and {}",
            rates_gy_per_h.len(),
            times_h.len()
        ));
    }
    if let Some(time_h) = times_h.iter().find(|time_h| !time_h.is_finite()) {
        return Err(format!("blood counts: {time_h} h is no time"));
    }
    if let Some(pair) = times_h.windows(2).find(|pair| pair[1] < pair[0]) {
        return Err(format!("blood counts: time goes back from {} h to {} h", pair[0], pair[1]));
    }
    let largest = rates_gy_per_h.iter().fold(0.0_f64, |largest, rate| largest.max(*rate));
    if let Some(rate) = rates_gy_per_h.iter().find(|rate| !(rate.is_finite() && **rate >= -ROUNDING_SHARE * largest)) {
        return Err(format!("blood counts: a dose rate must be zero or more, found {rate} Gy/h"));
    }
    if production.is_finite() && production >= 0.0 {
        Ok(())
    } else {
        Err(format!("blood counts: production must be zero or more, found {production}"))
    }
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
