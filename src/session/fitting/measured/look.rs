//! The tables row by row, for people: each value with its unit and whether a fit uses it. What a fit would refuse is shown, not refused.
use std::collections::BTreeMap;

use super::rows::{ReadTable, read, read_without};
use super::{Problems, checked, records, understood};
use crate::data::check::Severity;
use crate::data::problem::{TableProblem, TableProblems};
use crate::session::fitting::point::Point;
use crate::session::scenario::{ChannelPlan, DataPlan, Scenario, TablePlan};
use crate::units::MINUTES_PER_HOUR;

/// Whether a fit uses a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    /// It does.
    Used,
    /// It does, as an upper limit: the value is the limit of quantification.
    BelowLimit,
    /// The scenario leaves it out, for this reason.
    Excluded(String),
    /// The table itself leaves it out, for this reason.
    ExcludedByTable(String),
    /// It cannot be used: what is wrong with it.
    Refused(String),
    /// Nothing was measured.
    Missing,
    /// No observable is mapped to its channel.
    Unmapped,
}

impl RowState {
    /// For people, with the reason.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            RowState::Used => "used".into(),
            RowState::BelowLimit => "below limit".into(),
            RowState::Excluded(reason) => format!("excluded: {reason}"),
            RowState::ExcludedByTable(reason) => format!("excluded by the table: {reason}"),
            RowState::Refused(problem) => format!("refused: {problem}"),
            RowState::Missing => "no value".into(),
            RowState::Unmapped => "channel not mapped".into(),
        }
    }

    /// Whether a fit uses the row.
    #[must_use]
    pub fn is_used(&self) -> bool {
        matches!(self, RowState::Used | RowState::BelowLimit)
    }
}

/// A value of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct RowLook {
    /// Position of its table.
    pub table: usize,
    /// Line of the file.
    pub line: u64,
    /// Time as the table has it, in its unit.
    pub time: Option<f64>,
    /// Time (h) on the clock of the administrations.
    pub time_h: Option<f64>,
    /// Channel.
    pub channel: String,
    /// Subject, and occasion where there are several; empty where the table names none.
    pub person: String,
    /// The number as read, in the unit of the column; `None` where there is none.
    pub as_read: Option<f64>,
    /// Unit of the number as read, where something is done to it before it is the value.
    pub read_unit: Option<String>,
    /// The value as a fit sees it, in `unit`; the limit, below one.
    pub value: Option<f64>,
    /// Its standard deviation in `unit`.
    pub sd: Option<f64>,
    /// Unit of the value.
    pub unit: String,
    /// Whether a fit uses it.
    pub state: RowState,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableLook {
    /// The file as the scenario names it.
    pub file: String,
    /// Unit of its times.
    pub time_unit: String,
    /// How it was understood, line by line; empty where it could not be read.
    pub understood: Vec<String>,
}

/// All tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataLook {
    /// In the order of the scenario.
    pub tables: Vec<TableLook>,
    /// Their rows.
    pub rows: Vec<RowLook>,
    /// What a fit would refuse, each with file and line.
    pub problems: Vec<String>,
    /// What the data checker found, each with file and line: look at it.
    pub findings: Vec<String>,
}

/// Looks at the tables.
pub fn look(scenario: &Scenario, data: &DataPlan) -> DataLook {
    let several = data.tables.len() > 1;
    let mut found = DataLook::default();
    let mut problems = Problems::default();
    let mut tables: Vec<(usize, ReadTable<'_>)> = Vec::new();
    let mut whole = true;
    for (position, plan) in data.tables.iter().enumerate() {
        let mut table = TableLook {
            file: plan.file.file_name().map_or_else(|| plan.file.display().to_string(), |name| name.to_string_lossy().into_owned()),
            time_unit: plan.time_unit.clone(),
            understood: Vec::new(),
        };
        let read = match read(scenario, plan, several, &mut problems) {
            Ok(read) => Some(read),
            Err(refused) => {
                whole = false;
                found.rows.extend(refused_rows(position, plan, &refused.0));
                let again = without_refused(scenario, plan, several, &refused, &mut problems);
                problems.list.extend(refused.0);
                again
            }
        };
        if let Some(read) = read {
            table.understood = understood::understood(scenario, &read).lines().map(str::to_owned).collect();
            found.findings.extend(read.warnings.iter().cloned());
            tables.push((position, read));
        }
        found.tables.push(table);
    }
    for (position, table) in &tables {
        found.rows.extend(rows_of(*position, table, &problems));
    }
    let read: Vec<ReadTable<'_>> = tables.into_iter().map(|(_, table)| table).collect();
    let persons = records::records(scenario, &read, &mut problems);
    if whole && problems.list.is_empty() {
        found.problems.extend(read.iter().find_map(|table| table.empty_channel.clone()));
        for finding in checked::check(scenario, &read, &persons) {
            match finding.severity {
                Severity::Error => found.problems.push(finding.to_string()),
                Severity::Warning => found.findings.push(finding.to_string()),
            }
        }
    }
    found.problems.extend(problems.list.iter().map(TableProblem::to_string));
    found.rows.sort_by_key(|row| row.table);
    found
}

/// Unit of the numbers as read, where something is done to them.
fn read_unit(channel: &ChannelPlan) -> Option<String> {
    let same = channel.unit.text == channel.result_unit && channel.conversion.steps.is_empty();
    (!same).then(|| channel.unit.text.clone())
}

/// Reads the rest of a table of which some lines cannot be read.
fn without_refused<'p>(
    scenario: &Scenario,
    plan: &'p TablePlan,
    several: bool,
    refused: &TableProblems,
    problems: &mut Problems,
) -> Option<ReadTable<'p>> {
    let lines: BTreeMap<u64, String> = refused.0.iter().filter_map(|problem| Some((problem.line?, "cannot be read".to_owned()))).collect();
    // a fault of the whole file is one of every line
    if lines.is_empty() || refused.0.iter().any(|problem| problem.line.is_none()) {
        return None;
    }
    read_without(scenario, plan, several, &lines, problems).ok()
}

/// Lines that cannot be read, with what is wrong in each.
fn refused_rows(table: usize, plan: &TablePlan, problems: &[TableProblem]) -> Vec<RowLook> {
    let mut of_line: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for problem in problems {
        let Some(line) = problem.line else { continue };
        of_line.entry(line).or_default().push(message(problem));
    }
    let row = |(line, messages): (u64, Vec<String>)| RowLook {
        table,
        line,
        time: None,
        time_h: None,
        channel: String::new(),
        person: String::new(),
        as_read: None,
        read_unit: None,
        value: None,
        sd: None,
        unit: plan.channels.first().map_or_else(String::new, |channel| channel.result_unit.clone()),
        state: RowState::Refused(messages.join("; ")),
    };
    of_line.into_iter().map(row).collect()
}

fn message(problem: &TableProblem) -> String {
    problem.column.as_ref().map_or_else(|| problem.message.clone(), |column| format!("`{column}`: {}", problem.message))
}

fn person(subject: &Option<String>, occasion: &Option<String>) -> String {
    [subject.clone(), occasion.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn rows_of(table: usize, read: &ReadTable<'_>, problems: &Problems) -> Vec<RowLook> {
    let plan = read.plan;
    let mut points: Vec<&Point> = read.points.iter().collect();
    let mut rows = Vec::new();
    for row in &read.observations.rows {
        let channel = read.channel_of(&row.channel);
        let mut look = RowLook {
            table,
            line: row.line,
            time: Some(row.time),
            time_h: Some((row.time * plan.time_in_min + plan.shift_min) / MINUTES_PER_HOUR),
            channel: channel.map_or_else(|| row.channel.clone(), |channel| channel.name.clone()),
            person: person(&row.subject, &row.occasion),
            as_read: row.value,
            read_unit: channel.and_then(read_unit),
            value: None,
            sd: None,
            unit: channel.map_or_else(String::new, |channel| channel.result_unit.clone()),
            state: RowState::Unmapped,
        };
        let by_user = plan.excluded.iter().find(|(line, _)| *line as u64 == row.line).map(|(_, reason)| reason.clone());
        let left_out = match (&row.excluded, by_user) {
            (Some(reason), _) => Some(RowState::ExcludedByTable(reason.clone())),
            (None, Some(reason)) => Some(RowState::Excluded(reason)),
            (None, None) => None,
        };
        if let Some(channel) = channel {
            let own =
                points.iter().position(|point| point.line == row.line && point.channel == channel.name && point.subject == row.subject);
            let problem = || {
                let file = &read.file;
                let mut of_row = problems.list.iter().filter(|problem| problem.file == *file && problem.line == Some(row.line));
                of_row.next().map(|problem| RowState::Refused(message(problem)))
            };
            look.state = match own.map(|position| points.remove(position)) {
                Some(point) => {
                    (look.value, look.sd) = (Some(point.measured), point.sd);
                    let used = if point.below_limit { RowState::BelowLimit } else { RowState::Used };
                    left_out.unwrap_or(used)
                }
                None => left_out.or_else(problem).unwrap_or(RowState::Missing),
            };
        }
        rows.push(look);
    }
    rows
}
