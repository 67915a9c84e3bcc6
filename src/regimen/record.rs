//! The patient's record: everything that a rule may read. What the patient truly received is not in it.
use super::clinic::{Analyte, DoseEstimate, Scan};
use super::formula::KnownValues;
use crate::units::MINUTES_PER_HOUR;

/// A cycle as the clinic knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownCycle {
    /// Time of the administration (min).
    pub time_min: f64,
    /// Activity given (MBq).
    pub activity_mbq: f64,
    /// Estimates of its doses, by target; `None` where the target is not imaged.
    pub estimates: Vec<Option<DoseEstimate>>,
    /// What its scans read.
    pub scans: Vec<Scan>,
}

/// A laboratory value or a symptom.
#[derive(Clone, Debug, PartialEq)]
pub struct LaboratoryValue {
    /// When (min).
    pub time_min: f64,
    /// What.
    pub analyte: Analyte,
    /// In the analyte's unit; for a symptom 1 where it is there, 0 where not.
    pub value: f64,
}

/// Sizes of the lesions at one assessment, as measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// When (min).
    pub time_min: f64,
    /// Volume (mL) by lesion.
    pub volumes_ml: Vec<f64>,
}

/// What the clinic knows of a patient under treatment.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PatientRecord {
    /// Covariates.
    pub known: KnownValues,
    /// Whether a risk factor was recorded.
    pub risk_factor: bool,
    /// Cycles given.
    pub cycles: Vec<KnownCycle>,
    /// Laboratory values in order of time.
    pub laboratory: Vec<LaboratoryValue>,
    /// Assessments of the lesions in order of time; the first is the baseline.
    pub assessments: Vec<Assessment>,
    /// Whether the next cycle is overdue, and since when (min).
    pub waiting_since_min: Option<f64>,
    /// Since when a gate holds the next cycle back (min): a suspension before it does not count.
    pub withheld_since_min: Option<f64>,
    /// Since when the treatment is suspended for a response (min).
    pub suspended_since_min: Option<f64>,
    /// Gates that fired since the last administration.
    pub fired_now: Vec<String>,
    /// Gates that fired before earlier administrations.
    pub fired_before: Vec<String>,
    /// Names of gates that reduced the activity and have not been lifted, with the activity (MBq) or share that holds.
    pub reductions: Vec<Reduction>,
    /// When the disease progressed by the event model (min), once a visit has found it.
    pub progressed_min: Option<f64>,
    /// When the patient died (min).
    pub died_min: Option<f64>,
    /// Position of the assessment that counts as baseline for the lesions: the first, or that at which a suspended treatment went on.
    pub judged_from: usize,
}

/// A reduction in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// The gate.
    pub gate: String,
    /// The activity that replaces the planned one (MBq), if it is stated.
    pub to_mbq: Option<f64>,
    /// The factor on the planned activity.
    pub factor: f64,
    /// Lifted after the next cycle that is tolerated.
    pub until_tolerated: bool,
    /// Cycles given since it came into force.
    pub cycles_since: usize,
}

impl PatientRecord {
    /// Enters a cycle that was given: what fired before it is history, reductions that held it are a cycle older.
    pub fn enter_cycle(&mut self, cycle: KnownCycle) {
        self.fired_before.extend(std::mem::take(&mut self.fired_now));
        for reduction in &mut self.reductions {
            reduction.cycles_since += 1;
        }
        self.cycles.push(cycle);
    }

    /// Ends a wait at `now_min`; gives how long it lasted (min).
    pub fn end_wait(&mut self, now_min: f64) -> f64 {
        self.withheld_since_min = None;
        self.waiting_since_min.take().map_or(0.0, |since| now_min - since)
    }

    /// The newest value of an analyte.
    pub fn latest(&self, analyte: &Analyte) -> Option<f64> {
        self.laboratory.iter().rev().find(|value| value.analyte == *analyte).map(|value| value.value)
    }

    /// The first value of an analyte: the baseline.
    pub fn baseline(&self, analyte: &Analyte) -> Option<f64> {
        self.laboratory.iter().find(|value| value.analyte == *analyte).map(|value| value.value)
    }

    /// All values of an analyte since the last administration, the newest among them.
    pub fn since_last_cycle<'r>(&'r self, analyte: &'r Analyte) -> impl Iterator<Item = f64> + 'r {
        let since = self.cycles.last().map_or(f64::NEG_INFINITY, |cycle| cycle.time_min);
        self.laboratory.iter().filter(move |value| value.analyte == *analyte && value.time_min > since).map(|value| value.value)
    }

    /// Share of the activity that a region held at `at_min` after an administration, by the newest scan then (within a minute).
    pub fn retained_share(&self, region: &str, at_min: f64) -> Option<f64> {
        self.cycles.iter().rev().find_map(|cycle| {
            let scan = cycle.scans.iter().find(|scan| scan.region == region && (scan.time_h * MINUTES_PER_HOUR - at_min).abs() < 1.0)?;
            Some(scan.measured_mbq / cycle.activity_mbq)
        })
    }

    /// Estimated total of a target (Gy) and whether every cycle has an estimate.
    pub fn estimated_total(&self, target: usize, of: impl Fn(&DoseEstimate) -> f64) -> (f64, bool) {
        let found: Vec<f64> = self.cycles.iter().filter_map(|cycle| cycle.estimates[target].as_ref()).map(of).collect();
        (found.iter().sum(), found.len() == self.cycles.len())
    }
}
