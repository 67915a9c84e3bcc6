//! The course of one lineage in time: by Taylor series (`series`) between the points of the dose rate.
//!
//! Carried are ln P and the shares T₁…T₃ and c = C/b. The logarithm keeps the proliferating cells above zero at any dose, and a linear dose rate
//! enters it exactly. No step crosses a point of the dose rate, so its kinks and jumps cost no accuracy, and its length depends on nothing but the state at its
//! start and the rates: cutting the course at a point changes no bit.

use super::parameters::LineageParameters;
use super::series::{Equations, State};
use crate::math::exp;

/// Longest step in mean transit times or mean lives, whichever is shorter: where the last term of the series vanishes by chance, others do not.
const LONGEST_STEP: f64 = 0.5;
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
            longest_step_h: (4.0 / transit_per_h).min(1.0 / loss_per_h) * LONGEST_STEP,
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

    /// One interval.
    fn cross(&mut self, duration_h: f64, first_gy_per_h: f64, last_gy_per_h: f64, production: f64) {
        let equations = Equations {
            transit_per_h: self.transit_per_h,
            loss_per_h: self.loss_per_h,
            feedback_exponent: self.feedback_exponent,
            alpha_per_gy: self.alpha_per_gy,
            production,
        };
        equations.cross(&mut self.state, duration_h, self.longest_step_h, first_gy_per_h, last_gy_per_h);
    }
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
