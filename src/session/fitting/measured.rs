//! The scenario's tables as points for the fit: what was read, how it was understood, what looks wrong.
mod checked;
mod look;
mod records;
mod rows;
mod understood;

pub use look::{DataLook, RowLook, RowState, TableLook, look};

use super::point::{Point, Record};
use crate::data::check::Severity;
use crate::data::problem::TableProblem;
use crate::session::scenario::{DataPlan, Scenario};
use crate::session::work::Failed;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Points in the order of the tables, excluded ones among them.
    pub points: Vec<Point>,
    /// One for each subject and occasion, in the order of the tables; a single one where they name neither.
    pub records: Vec<Record>,
    /// What looks wrong and is no error.
    pub warnings: Vec<String>,
    /// Column that names subjects.
    pub subject_column: Option<String>,
    /// Dose of each subject, in the model's unit of amounts, where a column gives it.
    pub doses: Vec<(String, f64)>,
    /// What was read and how it was understood, for people.
    pub understood: String,
}

/// Problems of the tables, all together.
#[derive(Default)]
struct Problems {
    list: Vec<TableProblem>,
}

impl Problems {
    fn add(&mut self, file: &str, line: Option<u64>, column: Option<&str>, message: String, hint: Option<&str>) {
        let column = column.map(str::to_string);
        self.list.push(TableProblem { file: file.to_string(), line, column, message, hint: hint.map(str::to_string) });
    }

    fn failed(&self) -> Option<Failed> {
        let lines: Vec<String> = self.list.iter().map(ToString::to_string).collect();
        (!lines.is_empty()).then(|| Failed::input(lines.join("\n")))
    }
}

impl Measured {
    /// Reads the tables and checks what they say. All problems of all of them in one failure.
    pub fn read(scenario: &Scenario, data: &DataPlan) -> Result<Measured, Failed> {
        let mut problems = Problems::default();
        let mut tables = Vec::new();
        for plan in &data.tables {
            match rows::read(scenario, plan, data.tables.len() > 1, &mut problems) {
                Ok(table) => tables.push(table),
                Err(found) => problems.list.extend(found.0),
            }
        }
        let whole = tables.len() == data.tables.len();
        let records = records::records(scenario, &tables, &mut problems);
        // a channel without rows is told alone, as it always was: the file may be the wrong one
        if let Some(failed) = problems.failed() {
            return Err(failed);
        }
        if let Some(sentence) = tables.iter().find_map(|table| table.empty_channel.clone()).filter(|_| whole) {
            return Err(Failed::input(sentence));
        }
        let mut warnings: Vec<String> = tables.iter().flat_map(|table| table.warnings.iter().cloned()).collect();
        let mut errors = Vec::new();
        for finding in checked::check(scenario, &tables, &records) {
            match finding.severity {
                Severity::Error => errors.push(finding.to_string()),
                Severity::Warning => warnings.push(finding.to_string()),
            }
        }
        if !errors.is_empty() {
            return Err(Failed::input(errors.join("\n")));
        }
        let understood: Vec<String> = tables.iter().map(|table| understood::understood(scenario, table)).collect();
        Ok(Measured {
            doses: records.iter().filter_map(|record| Some((record.subject.clone()?, record.dose?))).collect(),
            points: tables.into_iter().flat_map(|table| table.points).collect(),
            records,
            warnings,
            subject_column: data.subject_column.clone(),
            understood: understood.join("\n"),
        })
    }

    /// Names of the subjects, in the order of the tables.
    pub fn subjects(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for subject in self.points.iter().filter_map(|point| point.subject.as_ref()) {
            if !names.contains(subject) {
                names.push(subject.clone());
            }
        }
        names
    }

    /// The dose of a subject, where a column gives it.
    pub fn dose_of(&self, subject: &str) -> Option<f64> {
        self.doses.iter().find(|(name, _)| name == subject).map(|(_, dose)| *dose)
    }
}
