//! What a trial plans: allocation, accrual, follow-up, dropout, endpoints, groups that are compared without randomisation, power.
//!
//! Patients enter uniformly over the accrual; the trial ends `follow_up` after the last may have entered, so that a patient is followed for accrual + follow-up less the
//! time of entry at most; dropout is exponential. All of it is a pure function of (seed, patient).
use super::allocation::Allocation;
use super::power::PowerPlan;
use crate::math::{exp, log, log2};
use crate::radiobiology::lesion::{Response, recist_of_sums, sum_of_diameters_mm};
use crate::random::RandomSource;
use crate::regimen::events::EventTimes;
use crate::regimen::{PhysiologyCurves, RegimenPlan, StopCause};

const STREAM: u32 = 5_100_000;
const ENTRY: u32 = 0;
const DROPOUT: u32 = 1;

/// A trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialPlan {
    /// Seed of accrual and dropout.
    pub seed: u64,
    /// Who comes to which arm.
    pub allocation: Allocation,
    /// Time over which patients enter (min).
    pub accrual_min: f64,
    /// Follow-up after the end of the accrual (min).
    pub follow_up_min: f64,
    /// Rate of dropout (1/min); 0 is none.
    pub dropout_per_min: f64,
    /// Endpoints.
    pub endpoints: Vec<EndpointPlan>,
    /// Groups that are entered on the way or by a property of the patient.
    pub groups: Vec<GroupPlan>,
    /// What the power is computed for.
    pub power: Option<PowerPlan>,
}

/// A time to an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointPlan {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EndpointKind,
}

/// Kinds of endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointKind {
    /// Progression or death, from the event model.
    ProgressionFree,
    /// Death.
    Overall,
    /// Growth of the lesions (RECIST by their volumes) or death: a hypothesis, since it lets dose act on progression.
    ProgressionOfLesions,
}

impl EndpointKind {
    /// Keywords of a scenario.
    pub const CHOICES: &'static [(&'static str, EndpointKind)] =
        &[("pfs", EndpointKind::ProgressionFree), ("os", EndpointKind::Overall), ("pfs_by_lesions", EndpointKind::ProgressionOfLesions)];

    /// Words for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::ProgressionFree => "progression-free survival",
            Self::Overall => "overall survival",
            Self::ProgressionOfLesions => "progression-free survival by the volume of the lesions (HYPOTHESIS: dose acts on progression)",
        }
    }

    /// The time of the endpoint (min), from the event model and the time at which the lesions progressed; infinite where it never comes.
    pub fn time_min(self, events: EventTimes, lesions_progressed_min: Option<f64>) -> f64 {
        match self {
            Self::ProgressionFree => events.progression_free_min(),
            Self::Overall => events.death_min,
            Self::ProgressionOfLesions => lesions_progressed_min.unwrap_or(f64::INFINITY).min(events.death_min),
        }
    }
}

/// Patients who enter a group, against those who do not.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPlan {
    /// Its name.
    pub name: String,
    /// Words for headings.
    pub title: String,
    /// What lets a patient enter.
    pub entry: GroupEntry,
    /// Landmark (min); `None`: the naive comparison alone.
    pub landmark_min: Option<f64>,
}

/// What lets a patient enter a group, and when.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupEntry {
    /// When the treatment was ended for this reason.
    EndedBy(StopCause),
    /// When the true dose of a target passes a value.
    Reached {
        /// Position of the target.
        target: usize,
        /// The dose (Gy).
        absorbed_gy: f64,
    },
    /// At the first partial response of the lesions.
    Responded,
    /// From the start, where a property of the patient is above a threshold.
    Above {
        /// The property.
        property: PatientProperty,
        /// What it is compared with.
        threshold: Threshold,
    },
}

/// A number that belongs to a patient from the start.
#[derive(Clone, Debug, PartialEq)]
pub enum PatientProperty {
    /// A parameter of the model, by position.
    Parameter(usize),
    /// Clearance at the start (mL/min).
    Clearance,
    /// A covariate, by name.
    Covariate(String),
}

impl PatientProperty {
    /// Its value in a patient with these `parameters` (internal units), `regimen` and covariates; `None` where the patient has none.
    pub fn value(&self, parameters: &[f64], regimen: &RegimenPlan, covariate: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        match self {
            Self::Parameter(at) => parameters.get(*at).copied(),
            Self::Clearance => regimen.physiology.kidneys.as_ref().map(|kidneys| kidneys.baseline_ml_per_min),
            Self::Covariate(name) => covariate(name),
        }
    }
}

/// A property that goes with the hazard whatever the treatment: prognosis, which confounds where dose goes with the same property.
#[derive(Clone, Debug, PartialEq)]
pub struct Prognosis {
    /// Its name in the scenario.
    pub name: String,
    /// The property.
    pub property: PatientProperty,
    /// Its value at which the factor is 1: that of the scenario's patient.
    pub reference: f64,
    /// Change of the log hazard with every doubling.
    pub log_hazard_per_doubling: f64,
}

impl Prognosis {
    /// The factor on both hazards of a patient whose property has `value` (above 0; else 1).
    pub fn factor(&self, value: f64) -> f64 {
        let ratio = value / self.reference;
        if ratio > 0.0 && ratio.is_finite() { exp(self.log_hazard_per_doubling * log2(ratio)) } else { 1.0 }
    }
}

/// A threshold of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// The median of the patients.
    Median,
    /// A value in internal units.
    Value(f64),
}

impl TrialPlan {
    /// When `patient` enters after the trial began (min).
    pub fn entry_min(&self, seed: u64, patient: u64) -> f64 {
        self.accrual_min * RandomSource::new(seed, patient, STREAM).uniform(ENTRY)
    }

    /// Longest possible follow-up of a patient (min).
    pub fn longest_min(&self) -> f64 {
        self.accrual_min + self.follow_up_min
    }
}

/// For how long `patient` is followed (min from the patient's entry): to the end of the trial, or to dropping out before it.
pub fn censoring_min(plan: &TrialPlan, seed: u64, patient: u64) -> f64 {
    let end = plan.longest_min() - plan.entry_min(seed, patient);
    if plan.dropout_per_min <= 0.0 {
        return end;
    }
    let dropout = -log(RandomSource::new(seed, patient, STREAM).uniform(DROPOUT)) / plan.dropout_per_min;
    end.min(dropout)
}

/// When a course of doses passes `wanted_gy`, linear between its points (min).
pub fn dose_reached_min(times_min: &[f64], doses_gy: &[f64], wanted_gy: f64) -> Option<f64> {
    let at = doses_gy.iter().position(|dose| *dose >= wanted_gy)?;
    let (time, dose) = (*times_min.get(at)?, doses_gy[at]);
    match at.checked_sub(1) {
        Some(before) if dose > doses_gy[before] => {
            let share = (wanted_gy - doses_gy[before]) / (dose - doses_gy[before]);
            Some(times_min[before] + share * (time - times_min[before]))
        }
        _ => Some(time),
    }
}

/// When the lesions first show a partial response or better before they progress (min); `None` without it.
pub fn responded_min(curves: &PhysiologyCurves) -> Option<f64> {
    let sum_mm =
        |at: usize| sum_of_diameters_mm(&curves.lesion_ml.iter().filter_map(|volumes| volumes.get(at).copied()).collect::<Vec<_>>());
    curves.lesion_ml.first().filter(|volumes| !volumes.is_empty())?;
    let baseline = sum_mm(0);
    let mut nadir = baseline;
    for (at, time_min) in curves.times_min.iter().enumerate() {
        let now = sum_mm(at);
        match recist_of_sums(baseline, nadir, now) {
            Response::Progressive => return None,
            response if response <= Response::Partial => return Some(*time_min),
            _ => nadir = nadir.min(now),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(dropout_per_min: f64) -> TrialPlan {
        TrialPlan {
            seed: 1,
            allocation: Allocation { seed: 1, arms: vec![(0, 1.0), (1, 1.0)], blocks: false },
            accrual_min: 1000.0,
            follow_up_min: 500.0,
            dropout_per_min,
            endpoints: Vec::new(),
            groups: Vec::new(),
            power: None,
        }
    }

    #[test]
    fn patients_are_followed_to_the_end_of_the_trial() {
        let patients = 20_000_u64;
        let own: Vec<f64> = (0..patients).map(|patient| censoring_min(&plan(0.0), 3, patient)).collect();
        assert!(own.iter().all(|time| (500.0..1500.0).contains(time)));
        // uniform: mean 1000, standard deviation 1000/√12; five standard errors
        let mean = own.iter().sum::<f64>() / patients as f64;
        assert!((mean - 1000.0).abs() < 5.0 * 1000.0 / (12.0 * patients as f64).sqrt());
        assert_ne!(censoring_min(&plan(0.0), 3, 7), censoring_min(&plan(0.0), 4, 7));
    }

    #[test]
    fn dropout_is_exponential_and_only_shortens() {
        let (patients, rate) = (20_000_u64, 1e-3);
        let mut early = 0;
        for patient in 0..patients {
            let (with, without) = (censoring_min(&plan(rate), 3, patient), censoring_min(&plan(0.0), 3, patient));
            assert!(with <= without);
            early += u64::from(with <= 400.0);
        }
        // nobody ends before 500 min otherwise: share 1 − e^(−0.4), five standard errors
        let expected = 1.0 - crate::math::exp(-0.4);
        let found = early as f64 / patients as f64;
        assert!((found - expected).abs() < 5.0 * (expected * (1.0 - expected) / patients as f64).sqrt(), "{found}");
    }

    #[test]
    fn the_time_a_dose_is_reached() {
        let (times, doses) = ([0.0, 10.0, 20.0, 30.0], [0.0, 4.0, 4.0, 8.0]);
        assert_eq!(dose_reached_min(&times, &doses, 2.0), Some(5.0));
        assert_eq!(dose_reached_min(&times, &doses, 4.0), Some(10.0));
        assert_eq!(dose_reached_min(&times, &doses, 5.0), Some(22.5));
        assert_eq!(dose_reached_min(&times, &doses, 8.1), None);
    }

    #[test]
    fn a_response_counts_before_progression_only() {
        let curves = |volumes: &[f64]| PhysiologyCurves {
            times_min: (0..volumes.len()).map(|at| at as f64).collect(),
            lesion_ml: vec![volumes.to_vec()],
            ..PhysiologyCurves::default()
        };
        // diameters go as the cube root of the volume: 30 % less is 0.343 of it
        assert_eq!(responded_min(&curves(&[100.0, 60.0, 34.0, 20.0])), Some(2.0));
        assert_eq!(responded_min(&curves(&[100.0, 400.0, 10.0])), None);
        assert_eq!(responded_min(&curves(&[100.0, 95.0])), None);
        assert_eq!(responded_min(&PhysiologyCurves::default()), None);
    }

    #[test]
    fn prognosis_goes_with_doublings() {
        let prognosis =
            Prognosis { name: "uptake".into(), property: PatientProperty::Parameter(0), reference: 2.0, log_hazard_per_doubling: -0.3 };
        assert_eq!(prognosis.factor(2.0), 1.0);
        assert!((prognosis.factor(8.0) - exp(-0.6)).abs() < 1e-15 && (prognosis.factor(1.0) - exp(0.3)).abs() < 1e-15);
        assert_eq!(prognosis.factor(0.0), 1.0);
    }

    #[test]
    fn endpoints_take_what_they_are_made_of() {
        let events = EventTimes { progression_min: 50.0, death_min: 40.0 };
        assert_eq!(EndpointKind::ProgressionFree.time_min(events, Some(10.0)), 40.0);
        assert_eq!(EndpointKind::Overall.time_min(events, Some(10.0)), 40.0);
        assert_eq!(EndpointKind::ProgressionOfLesions.time_min(events, Some(10.0)), 10.0);
        assert!(EndpointKind::ProgressionOfLesions.title().contains("HYPOTHESIS"));
    }
}
