//! Blood counts, clearance and symptoms: what is sampled, when, and with what error.
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::exp;
use crate::radiobiology::blood_counts::{CellKind, ctcae_grade};
use crate::random::RandomSource;

/// First stream of laboratory errors.
const FIRST_STREAM: u32 = 1_000_000;
/// Minutes in a day: the number of a sample is its day, so that arms share the error of a day.
const DAY_MIN: f64 = 1440.0;

/// What a laboratory reports, or a symptom that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Analyte {
    /// A blood count.
    Cells(CellKind),
    /// Creatinine clearance (mL/min).
    Clearance,
    /// A symptom by name.
    Symptom(String),
}

impl Analyte {
    /// Name in files.
    pub fn name(&self) -> &str {
        match self {
            Analyte::Cells(kind) => kind.name(),
            Analyte::Clearance => "clearance",
            Analyte::Symptom(name) => name,
        }
    }

    /// Words for reports.
    pub fn title(&self) -> String {
        match self {
            Analyte::Cells(kind) => kind.title().to_owned(),
            Analyte::Clearance => "creatinine clearance".into(),
            Analyte::Symptom(name) => name.replace('_', " "),
        }
    }

    /// The toxicity that a low value is.
    pub fn toxicity(&self) -> String {
        match self {
            Analyte::Cells(CellKind::Platelets) => "thrombocytopenia".into(),
            Analyte::Cells(CellKind::Neutrophils) => "neutropenia".into(),
            Analyte::Cells(CellKind::Lymphocytes) => "lymphopenia".into(),
            Analyte::Cells(CellKind::Haemoglobin) => "anaemia".into(),
            _ => self.title(),
        }
    }

    /// Its unit.
    pub fn unit(&self) -> &str {
        match self {
            Analyte::Cells(kind) => kind.unit(),
            Analyte::Clearance => "mL/min",
            Analyte::Symptom(_) => "",
        }
    }

    /// CTCAE grade of a value, where grades are defined by the value.
    pub fn grade(&self, value: f64) -> Option<u8> {
        match self {
            Analyte::Cells(kind) => Some(ctcae_grade(*kind, value)),
            _ => None,
        }
    }

    fn stream(&self) -> u32 {
        FIRST_STREAM
            + match self {
                Analyte::Cells(CellKind::Platelets) => 0,
                Analyte::Cells(CellKind::Neutrophils) => 1,
                Analyte::Cells(CellKind::Lymphocytes) => 2,
                Analyte::Cells(CellKind::Haemoglobin) => 3,
                Analyte::Clearance => 4,
                Analyte::Symptom(_) => 5,
            }
    }
}

/// When blood is sampled, and the error of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct LaboratoryProtocol {
    /// From one sample to the next (min); a sample is also taken on the day of every planned cycle.
    pub every_min: f64,
    /// Coefficient of variation of a count.
    pub count_cv: f64,
    /// Coefficient of variation of a clearance.
    pub clearance_cv: f64,
}

impl LaboratoryProtocol {
    /// What the laboratory reports of a true value at `time_min`. Symptoms are reported as they are.
    pub fn measure(&self, seed: u64, patient: u64, analyte: &Analyte, time_min: f64, true_value: f64) -> f64 {
        let cv = match analyte {
            Analyte::Cells(_) => self.count_cv,
            Analyte::Clearance => self.clearance_cv,
            Analyte::Symptom(_) => return true_value,
        };
        let day = (time_min / DAY_MIN).round() as u32;
        let draw = RandomSource::new(seed, patient, analyte.stream()).standard_normal(day);
        true_value * exp(logarithmic_standard_deviation(cv) * draw)
    }

    /// Times of sampling (min) after `start` up to and without `end`.
    pub fn times_min(&self, start: f64, end: f64) -> Vec<f64> {
        let count = ((end - start) / self.every_min).ceil() as usize;
        (1..count).map(|sample| start + sample as f64 * self.every_min).filter(|time| *time < end).collect()
    }
}
