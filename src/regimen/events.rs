//! Progression and death of one patient: drawn without regard to dose (the null), or, as a hypothesis, with a hazard that follows the dose.
//!
//! Each event has a cumulative hazard H₀(t) = ln 2 (t/median)^shape (Weibull; shape 1 is exponential). It comes when factor · ∫ h₀(u) e^(β D(u)) du reaches
//! E = −ln U, where U is a uniform number of the patient's own, the factor e^(σ Z) · (prognosis) and D the true absorbed dose so far (Bender, Augustin and Blettner,
//! Stat Med 24, 2005, 1713–1723; D piecewise linear). Without a link, or with β = 0, the time is median · (E / (factor ln 2))^(1/shape): the course of the dose is not
//! looked at, so that its bits cannot move the event. `draw`: the numbers; `hazard`: the integral over a step and its inverse.
mod draw;
mod hazard;

use crate::radiobiology::hazard_link::HazardLink;
use hazard::Walk;

/// An event without treatment effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Median time (min) of a patient whose factor on the hazard is 1 (and whose dose is 0, with a link).
    pub median_min: f64,
    /// Weibull's shape: 1 is exponential, above 1 the hazard rises.
    pub shape: f64,
    /// Where the median comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub provenance: Option<String>,
}

/// The events of one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPlan {
    /// Seed; a patient of a cohort has its own.
    pub seed: u64,
    /// Progression.
    pub progression: Option<Baseline>,
    /// Death.
    pub death: Option<Baseline>,
    /// Standard deviation of the log hazard between patients, shared by both events (frailty).
    pub log_hazard_sd: f64,
    /// The patient's own factor on both hazards (prognosis), above 0.
    pub factor_on_hazard: f64,
    /// Hypothesis: both hazards are multiplied by exp(slope · dose so far) of this target (by position). `None`: dose does nothing.
    pub link: Option<(usize, HazardLink)>,
}

/// When what happened (min); infinite where it never does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventTimes {
    /// Progression.
    pub progression_min: f64,
    /// Death.
    pub death_min: f64,
}

impl EventTimes {
    /// Progression or death, whichever is first (min).
    pub fn progression_free_min(&self) -> f64 {
        self.progression_min.min(self.death_min)
    }
}

/// A course that cannot be lived.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum EventFault {
    /// Times that do not rise.
    #[error("the dose course goes back in time, from {from_min} to {to_min} min")]
    BackInTime {
        /// The present (min).
        from_min: f64,
        /// The time given (min).
        to_min: f64,
    },
    /// A dose that is no number.
    #[error("the dose that the hazard follows is {dose_gy} Gy at {time_min} min")]
    NoDose {
        /// The time (min).
        time_min: f64,
        /// The dose given (Gy).
        dose_gy: f64,
    },
}

impl Default for EventPlan {
    /// No event, and nothing that would move one.
    fn default() -> Self {
        EventPlan { seed: 0, progression: None, death: None, log_hazard_sd: 0.0, factor_on_hazard: 1.0, link: None }
    }
}

impl EventPlan {
    /// Position of the target whose dose the hazard follows; `None` where no dose is looked at.
    pub fn linked_target(&self) -> Option<usize> {
        self.link.as_ref().filter(|(_, link)| link.log_hazard_per_gy() != 0.0).map(|(target, _)| *target)
    }

    fn slope_per_gy(&self) -> f64 {
        self.link.as_ref().map_or(0.0, |(_, link)| link.log_hazard_per_gy())
    }
}

/// One patient's events under way.
#[derive(Clone, Debug)]
pub struct EventCourse {
    slope_per_gy: f64,
    now_min: f64,
    dose_gy: f64,
    progression: Option<Walk>,
    death: Option<Walk>,
}

impl EventCourse {
    /// The patient at the start (time 0, dose 0).
    pub fn new(plan: &EventPlan) -> EventCourse {
        let slope_per_gy = plan.slope_per_gy();
        let walk = |baseline: &Option<Baseline>, index: u32| {
            let baseline = baseline.as_ref()?;
            let needed = draw::hazard_needed(plan, index);
            Some(Walk::new(baseline.median_min, baseline.shape, needed, slope_per_gy == 0.0))
        };
        EventCourse {
            slope_per_gy,
            now_min: 0.0,
            dose_gy: 0.0,
            progression: walk(&plan.progression, draw::PROGRESSION),
            death: walk(&plan.death, draw::DEATH),
        }
    }

    /// Lives to each of `times_min` (not before the present), with the true dose (Gy) of the linked target at those times; between two times the dose is linear, and at
    /// the present a dose other than the last one is a step. Without `doses_gy` the dose stays.
    ///
    /// # Errors
    /// Times that go back; a dose that is no number where one is looked at.
    pub fn advance(&mut self, times_min: &[f64], doses_gy: Option<&[f64]>) -> Result<(), EventFault> {
        for (position, &time_min) in times_min.iter().enumerate() {
            if time_min.is_nan() || time_min < self.now_min {
                return Err(EventFault::BackInTime { from_min: self.now_min, to_min: time_min });
            }
            let mut dose_gy = self.dose_gy;
            if self.slope_per_gy != 0.0 {
                dose_gy = doses_gy.map_or(Some(self.dose_gy), |doses| doses.get(position).copied()).unwrap_or(f64::NAN);
                if !dose_gy.is_finite() {
                    return Err(EventFault::NoDose { time_min, dose_gy });
                }
                let (from, to) = (self.slope_per_gy * self.dose_gy, self.slope_per_gy * dose_gy);
                for walk in [&mut self.progression, &mut self.death].into_iter().flatten() {
                    walk.step(self.now_min, time_min, from, to);
                }
            }
            self.now_min = time_min;
            self.dose_gy = dose_gy;
        }
        Ok(())
    }

    /// When progression came (min), once it has.
    pub fn progression_min(&self) -> Option<f64> {
        self.passed(self.progression.as_ref())
    }

    /// When death came (min), once it has.
    pub fn death_min(&self) -> Option<f64> {
        self.passed(self.death.as_ref())
    }

    fn passed(&self, walk: Option<&Walk>) -> Option<f64> {
        walk.and_then(Walk::time_min).filter(|time| *time <= self.now_min)
    }

    /// Both times, the dose being `final_dose_gy` from the present on.
    pub fn finish(self, final_dose_gy: f64) -> EventTimes {
        let end = |walk: Option<Walk>| walk.map_or(f64::INFINITY, |walk| walk.end(self.now_min, self.slope_per_gy * final_dose_gy));
        EventTimes { progression_min: end(self.progression), death_min: end(self.death) }
    }
}

#[cfg(test)]
mod tests;
