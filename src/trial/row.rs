//! What a virtual trial keeps of a patient: one row of numbers an arm, and of the first patients the course of the cycles.
use serde::{Deserialize, Serialize};

use crate::regimen::{ArmResult, StopCause};
use crate::units::MINUTES_PER_WEEK;

/// A column of the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowColumn {
    /// Name of the quantity.
    pub name: String,
    /// Its unit; empty where it has none.
    pub unit: String,
}

/// One arm of one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmRow {
    /// One value a column; NaN where the patient has none.
    pub values: Vec<f64>,
    /// The cycles, of the first patients only.
    pub course: Option<ArmCourse>,
}

/// One patient.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientRow {
    /// Varied quantities and covariates, in internal units.
    pub covariates: Vec<f64>,
    /// Candidates looked at until this one was eligible.
    pub screened: u32,
    /// Candidates turned away, by rule.
    pub turned_away: Vec<u32>,
    /// The arms, or why one could not be delivered.
    pub arms: Vec<Result<ArmRow, String>>,
}

/// A numbered piece of a trial: consecutive patients.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its number, from 0.
    pub number: usize,
    /// Number of its first patient, from 0.
    pub first: usize,
    /// Its patients.
    pub patients: Vec<PatientRow>,
}

/// The cycles of one arm of one patient, for figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmCourse {
    /// One entry a cycle.
    pub cycles: Vec<GivenCycle>,
    /// When the treatment ended (wk after the first administration).
    pub ended_wk: f64,
    /// Kind of reason: `planned`, `limit`, `toxicity`, `lesions`, `no_activity`, `progression`, `death`.
    pub ended_by: String,
    /// The reason in words.
    pub ended: String,
}

/// A cycle that was given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenCycle {
    /// When (wk after the first administration).
    pub week: f64,
    /// Activity (GBq).
    pub activity_gbq: f64,
    /// How long it was held back (wk).
    pub delayed_wk: f64,
    /// Whether a reduction held.
    pub reduced: bool,
}

/// A stop cause as files write it.
pub fn cause_name(cause: Option<StopCause>) -> &'static str {
    match cause {
        Some(StopCause::Planned) => "planned",
        Some(StopCause::Limit) => "limit",
        Some(StopCause::Toxicity) => "toxicity",
        Some(StopCause::Lesions) => "lesions",
        Some(StopCause::NoActivity) => "no_activity",
        Some(StopCause::Progression) => "progression",
        Some(StopCause::Death) => "death",
        None => "unknown",
    }
}

impl ArmCourse {
    /// The course of a delivered arm.
    pub fn of(arm: &ArmResult) -> ArmCourse {
        let start_min = arm.cycles.first().map_or(0.0, |cycle| cycle.time_min);
        let week = |time_min: f64| (time_min - start_min) / MINUTES_PER_WEEK;
        let cycles: Vec<GivenCycle> = arm
            .cycles
            .iter()
            .map(|cycle| GivenCycle {
                week: week(cycle.time_min),
                activity_gbq: cycle.activity_mbq / 1e3,
                delayed_wk: cycle.delay_min / MINUTES_PER_WEEK,
                reduced: !cycle.reduced_by.is_empty(),
            })
            .collect();
        ArmCourse { ended_wk: week(arm.ended_min), cycles, ended_by: cause_name(arm.ended_by).to_owned(), ended: arm.ended.clone() }
    }
}
