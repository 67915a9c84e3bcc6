//! Blocks folded into what a trial came to: spreads by arm, paired differences, failures by cause, the first patients in full.
//!
//! Blocks must come in the order of their numbers: then sums of floating-point numbers have the same bits however the work was shared out.
use std::collections::BTreeMap;

use super::row::{ArmCourse, Block, PatientRow};
use super::spread::Spread;

/// So many patients, the first, are kept whole for figures with one mark a patient.
pub const SHOWN_PATIENTS: usize = 200;
/// So many numbers of patients are named with a cause of failure.
const NAMED: usize = 5;

/// A cause of failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailureCount {
    /// How often.
    pub count: usize,
    /// The first patients, for `--patient`.
    pub patients: Vec<usize>,
    /// The sentence of the first.
    pub example: String,
}

/// A block that does not belong where it came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("block {found} came where block {expected} was due")]
pub struct Misfit {
    /// The number that was due.
    pub expected: usize,
    /// The number that came.
    pub found: usize,
}

/// What the patients came to so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialSummary {
    /// Blocks folded so far.
    pub blocks: usize,
    /// Patients folded so far.
    pub patients: usize,
    /// By arm, by column.
    pub arms: Vec<Vec<Spread>>,
    /// By arm after the first, by column: what it gave beyond the first arm in the same patient.
    pub differences: Vec<Vec<Spread>>,
    /// By covariate.
    pub covariates: Vec<Spread>,
    /// Candidates looked at.
    pub screened: u64,
    /// Candidates turned away, by rule.
    pub turned_away: Vec<u64>,
    /// By arm and kind of sentence.
    pub failures: BTreeMap<(usize, String), FailureCount>,
    /// The first patients' values, by arm.
    pub shown: Vec<(usize, Vec<Option<Vec<f64>>>)>,
    /// Courses of the first patients: number of the patient, arm, cycles.
    pub courses: Vec<(usize, usize, ArmCourse)>,
}

/// The sentence with its numbers left out: what failures of one kind have in common.
fn kind(sentence: &str) -> String {
    let mut kind = String::new();
    for character in sentence.chars() {
        let number = character.is_ascii_digit() || (kind.ends_with('#') && matches!(character, '.' | 'e' | '-'));
        match number {
            true if kind.ends_with('#') => {}
            true => kind.push('#'),
            false => kind.push(character),
        }
    }
    kind
}

impl TrialSummary {
    /// An empty summary of so many arms, columns of the rows and covariates.
    pub fn new(arms: usize, columns: usize, covariates: usize) -> TrialSummary {
        TrialSummary {
            arms: vec![vec![Spread::default(); columns]; arms],
            differences: vec![vec![Spread::default(); columns]; arms.saturating_sub(1)],
            covariates: vec![Spread::default(); covariates],
            ..TrialSummary::default()
        }
    }

    /// Adds the next block.
    ///
    /// # Errors
    /// A block with another number than that which is due.
    pub fn fold(&mut self, block: &Block) -> Result<(), Misfit> {
        if block.number != self.blocks {
            return Err(Misfit { expected: self.blocks, found: block.number });
        }
        self.blocks += 1;
        for (offset, patient) in block.patients.iter().enumerate() {
            self.add(block.first + offset, patient);
        }
        Ok(())
    }

    fn add(&mut self, number: usize, patient: &PatientRow) {
        self.patients += 1;
        self.screened += u64::from(patient.screened);
        self.turned_away.resize(self.turned_away.len().max(patient.turned_away.len()), 0);
        for (all, own) in self.turned_away.iter_mut().zip(&patient.turned_away) {
            *all += u64::from(*own);
        }
        for (spread, value) in self.covariates.iter_mut().zip(&patient.covariates) {
            spread.add(*value);
        }
        for (arm, row) in patient.arms.iter().enumerate() {
            match row {
                Ok(row) => {
                    for (spread, value) in self.arms[arm].iter_mut().zip(&row.values) {
                        spread.add(*value);
                    }
                    self.courses.extend(row.course.iter().map(|course| (number, arm, course.clone())));
                }
                Err(sentence) => {
                    let failure = self.failures.entry((arm, kind(sentence))).or_default();
                    failure.count += 1;
                    if failure.patients.len() < NAMED {
                        failure.patients.push(number);
                    }
                    if failure.example.is_empty() {
                        failure.example.clone_from(sentence);
                    }
                }
            }
        }
        if let Some((Ok(first), others)) = patient.arms.split_first() {
            for (spreads, other) in self.differences.iter_mut().zip(others) {
                let Ok(other) = other else { continue };
                for (spread, (value, reference)) in spreads.iter_mut().zip(other.values.iter().zip(&first.values)) {
                    spread.add(value - reference);
                }
            }
        }
        if self.shown.len() < SHOWN_PATIENTS {
            self.shown.push((number, patient.arms.iter().map(|row| row.as_ref().ok().map(|row| row.values.clone())).collect()));
        }
    }

    /// Arms of patients that could not be delivered.
    pub fn failed(&self) -> usize {
        self.failures.values().map(|failure| failure.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::row::ArmRow;

    fn patient(fixed: f64, adapted: Result<f64, &str>) -> PatientRow {
        let row = |value: f64| ArmRow { values: vec![value, f64::NAN], course: None };
        PatientRow {
            covariates: vec![fixed],
            screened: 2,
            turned_away: vec![1, 0],
            arms: vec![Ok(row(fixed)), adapted.map(row).map_err(str::to_owned)],
        }
    }

    #[test]
    fn spreads_differences_and_failures_by_cause() {
        let mut summary = TrialSummary::new(2, 2, 1);
        let patients = vec![
            patient(1.0, Ok(3.0)),
            patient(2.0, Err("cycle 2: step 1.5e-7 too small at 12 min")),
            patient(3.0, Ok(4.0)),
            patient(4.0, Err("cycle 3: step 2.5e-9 too small at 7 min")),
        ];
        summary.fold(&Block { number: 0, first: 0, patients }).unwrap();
        assert_eq!(summary.arms[0][0].mean(), Some(2.5));
        assert_eq!((summary.arms[1][0].count(), summary.arms[1][1].count()), (2, 0));
        assert_eq!(summary.differences[0][0].mean(), Some(1.5));
        assert_eq!((summary.screened, &summary.turned_away[..]), (8, &[4, 0][..]));
        let (key, failure) = summary.failures.first_key_value().unwrap();
        assert_eq!(key, &(1, "cycle #: step # too small at # min".to_owned()));
        assert_eq!((failure.count, &failure.patients[..]), (2, &[1, 3][..]));
        let misfit = summary.fold(&Block { number: 2, first: 8, patients: Vec::new() }).unwrap_err();
        assert_eq!(misfit.to_string(), "block 2 came where block 1 was due");
    }
}
