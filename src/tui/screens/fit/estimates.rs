//! Numbers out of the tables of a fit's result.

use crate::report::{Cell, Table};
use crate::session::draft::FitLook;
use crate::tui::record::Record;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// What was fitted together.
    pub group: String,
    /// The parameter's name in tables.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Standard error, where there is one.
    pub error: Option<f64>,
    /// Its unit; empty for a number.
    pub unit: String,
}

/// A number of how a fit ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// What was fitted together.
    pub group: String,
    /// Heading.
    pub name: &'static str,
    /// The number.
    pub value: Option<f64>,
}

/// Columns of the summary that fits are compared by.
const CRITERIA: [(&str, &str); 7] = [
    ("minus_two_log_likelihood", "−2 ln L"),
    ("aic", "AIC"),
    ("aicc", "AICc"),
    ("bic", "BIC"),
    ("weighted_sum_of_squares", "weighted SS"),
    ("points", "values"),
    ("parameters", "parameters"),
];

fn table<'r>(record: &'r Record, name: &str) -> Option<&'r Table> {
    record.tables.iter().find(|table| table.name == name)
}

fn text(table: &Table, row: &[Cell], column: &str) -> String {
    let position = table.columns.iter().position(|one| one.name == column);
    match position.and_then(|position| row.get(position)) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Integer(number)) => number.to_string(),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Missing) | None => String::new(),
    }
}

fn number(table: &Table, row: &[Cell], column: &str) -> Option<f64> {
    let position = table.columns.iter().position(|one| one.name == column)?;
    match row.get(position)? {
        Cell::Number(number) => Some(*number),
        Cell::Integer(number) => Some(*number as f64),
        Cell::Text(_) | Cell::Missing => None,
    }
}

/// All estimates of a result.
#[must_use]
pub fn of_record(record: &Record) -> Vec<Estimate> {
    let Some(table) = table(record, "fit") else { return Vec::new() };
    let of = |row: &Vec<Cell>| {
        let unit = text(table, row, "unit");
        Some(Estimate {
            group: text(table, row, "group"),
            name: text(table, row, "parameter"),
            value: number(table, row, "estimate")?,
            error: number(table, row, "standard_error"),
            unit: if unit == "1" { String::new() } else { unit },
        })
    };
    table.rows.iter().filter_map(of).collect()
}

/// What was fitted together, in the order of the result.
#[must_use]
pub fn groups(record: &Record) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for estimate in of_record(record) {
        if !found.contains(&estimate.group) {
            found.push(estimate.group);
        }
    }
    found
}

/// How the fits of a result ended.
#[must_use]
pub fn criteria(record: &Record) -> Vec<Criterion> {
    let Some(table) = table(record, "fit_summary") else { return Vec::new() };
    let of_row = |row: &Vec<Cell>| {
        let group = text(table, row, "group");
        CRITERIA.map(|(column, name)| Criterion { group: group.clone(), name, value: number(table, row, column) })
    };
    table.rows.iter().flat_map(of_row).collect()
}

/// The estimates of parameters of the model by path; of one group, where one is named. Noise, factors and deviations are not the model's.
#[must_use]
pub fn of_model(record: &Record, fit: &FitLook, group: Option<&str>) -> Vec<(String, f64, String)> {
    let mut found = Vec::new();
    for estimate in of_record(record) {
        if group.is_some_and(|group| group != estimate.group) {
            continue;
        }
        let of_channel = |text: &str| text.replace("{channel}", &estimate.group);
        let parameter = fit.parameters.iter().find(|parameter| of_channel(&parameter.label) == estimate.name);
        found.extend(parameter.map(|parameter| (of_channel(&parameter.path), estimate.value, estimate.unit.clone())));
    }
    found
}
