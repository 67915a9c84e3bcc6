//! What a solved piece of the course means to the patient: absorbed dose, and what it does between the points of the curves.
use super::super::events::EventPlan;
use super::super::totals::add_scaled;
use super::{Delivery, Problem};

/// Points of the recorded curves in each cycle.
const POINTS_PER_CYCLE: usize = 160;
/// The same where nobody looks at the curves: counts, PSA and lesions live on the dose rate between the points, the kidneys on the dose, nothing on nothing.
const COARSE_POINTS: [usize; 3] = [64, 8, 3];
/// The same where a hazard may follow the dose, or the time at which a dose is reached counts.
const WITH_EVENTS: usize = 24;
/// Points of the curves of a wait or of the follow-up lie this far apart (min): two a day.
const WAITING_STEP_MIN: f64 = 720.0;

impl Delivery<'_> {
    /// Points of a cycle's curves, and the step of a wait or of the follow-up (min).
    pub(super) fn resolution(&self) -> (usize, f64) {
        let physiology = &self.to.regimen().physiology;
        let [with_cells, with_kidneys, with_nothing] = COARSE_POINTS;
        match self.to.regimen().coarse_curves {
            false => (POINTS_PER_CYCLE, WAITING_STEP_MIN),
            true if physiology.counts.is_some() || physiology.psa.is_some() || !physiology.lesions.is_empty() => {
                (with_cells, 2.0 * WAITING_STEP_MIN)
            }
            true if self.events.is_some() => (WITH_EVENTS, 2.0 * WAITING_STEP_MIN),
            true if physiology.kidneys.is_some() => (with_kidneys, 14.0 * WAITING_STEP_MIN),
            true => (with_nothing, 14.0 * WAITING_STEP_MIN),
        }
    }

    /// Lives through the piece that the course has just taken over, with the curves at `times` and blood samples at `blood` (both min).
    pub(super) fn live(&mut self, times: &[f64], blood: &[f64]) -> Result<(), Problem> {
        let mut new_rates = Vec::with_capacity(self.rates.len());
        let mut new_doses = Vec::with_capacity(self.rates.len());
        for (target, factor) in self.self_dose.iter().enumerate() {
            let start_gy = self.totals[target].absorbed_gy;
            let before_gy = self.before[target].absorbed_gy;
            // the exact method may leave an amount below zero by rounding (1e-12 of what was given); no rate is negative
            let rates = self.course.samples.dose_rates_gy_per_h[target].iter().map(|rate| (rate * factor).max(0.0));
            new_rates.push(rates.collect::<Vec<f64>>());
            let doses = self.course.samples.doses_gy[target].iter();
            new_doses.push(doses.map(|dose| start_gy + (dose - before_gy) * factor).collect::<Vec<f64>>());
        }
        self.take_doses();
        if let Some(events) = &mut self.events {
            let linked = self.to.regimen().events.as_ref().and_then(EventPlan::linked_target);
            let doses = linked.map(|target| new_doses[target].as_slice());
            events.advance(times, doses).map_err(|fault| fault.to_string())?;
        }
        let first_curve = self.physiology.curves.times_min.len();
        self.physiology.live(times, &new_rates, &new_doses, self.administered_min)?;
        for time in blood {
            self.sample_blood_from_curves(*time, first_curve, &new_doses, times);
        }
        // a trial asks when a dose was reached
        if self.to.regimen().coarse_curves && self.events.is_none() {
            return Ok(());
        }
        self.times_min.extend_from_slice(times);
        for (all, new) in self.rates.iter_mut().zip(new_rates) {
            all.extend(new);
        }
        for (all, new) in self.doses.iter_mut().zip(new_doses) {
            all.extend(new);
        }
        Ok(())
    }

    /// Adds what the course has absorbed since the totals were last taken.
    pub(super) fn take_doses(&mut self) {
        let now = self.course.doses();
        for (target, factor) in self.self_dose.iter().enumerate() {
            add_scaled(&mut self.totals[target], &self.before[target], &now[target], *factor, self.plan.targets[target].repair);
        }
        self.before = now;
    }
}
