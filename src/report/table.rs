//! A table as plain data and its four renderings: CSV (full precision), terminal text, Markdown, JSON.
//!
//! A number keeps all its bits in the table; the column's format only decides what people see. Tables of a run must not hold times of
//! the clock: the same inputs and seed give the same bytes.

mod markdown;
mod terminal;

use super::ReportError;
use super::number_text::{decimals, shortest, significant};
use serde::{Deserialize, Serialize};

/// A named table with typed columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// File stem: ASCII letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// Heading for people.
    pub title: String,
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Rows, each with one cell per column.
    pub rows: Vec<Vec<Cell>>,
    /// Remarks printed below (sources, levels of evidence); not part of the CSV.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Quantity as a machine name without its unit: `absorbed_dose`.
    pub name: String,
    /// Unit as printed: "Gy"; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Side to which cells are set.
    #[serde(default)]
    pub align: Align,
    /// How numbers are shown to people.
    #[serde(default)]
    pub format: NumberFormat,
}

/// Side to which cells are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// How numbers are shown to people (never in CSV or JSON, which keep every digit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// So many significant digits.
    Significant(usize),
    /// So many digits after the point.
    Decimals(usize),
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self::Significant(3)
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number in the unit of its column.
    Number(f64),
    /// A count.
    Integer(i64),
    /// Nothing known: an empty CSV field, `null` in JSON, "–" for people.
    Missing,
}

impl From<f64> for Cell {
    /// NaN becomes [`Cell::Missing`].
    fn from(value: f64) -> Self {
        if value.is_nan() { Self::Missing } else { Self::Number(value) }
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or(Self::Number(value as f64), Self::Integer)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A column of numbers with a unit (may be empty), shown with three significant digits.
    #[must_use]
    pub fn number(name: &str, unit: &str) -> Self {
        Self { name: name.to_owned(), unit: unit.to_owned(), align: Align::Right, ..Self::default() }
    }

    /// The same column shown with so many decimals.
    #[must_use]
    pub fn decimals(self, digits: usize) -> Self {
        Self { format: NumberFormat::Decimals(digits), ..self }
    }

    /// The same column shown with so many significant digits.
    #[must_use]
    pub fn significant(self, digits: usize) -> Self {
        Self { format: NumberFormat::Significant(digits), ..self }
    }

    /// The CSV and JSON key: name and unit in lower case, `absorbed_dose_gy`, `clearance_ml_per_min`.
    #[must_use]
    pub fn key(&self) -> String {
        let name = snake(&self.name);
        let unit = snake(&self.unit.replace("1/", "per ").replace('/', " per ").replace('%', " percent "));
        if unit.is_empty() || name == unit || name.ends_with(&format!("_{unit}")) { name } else { format!("{name}_{unit}") }
    }

    /// The heading for people: "absorbed dose (Gy)".
    #[must_use]
    pub fn heading(&self) -> String {
        let name = self.name.replace('_', " ");
        if self.unit.is_empty() { name } else { format!("{name} ({})", self.unit) }
    }

    /// A cell as people see it.
    #[must_use]
    pub fn shown(&self, cell: &Cell) -> String {
        match (cell, self.format) {
            (Cell::Text(text), _) => text.clone(),
            (Cell::Integer(value), _) => value.to_string(),
            (Cell::Missing, _) => "–".to_owned(),
            (Cell::Number(value), _) if value.is_nan() => "–".to_owned(),
            (Cell::Number(value), NumberFormat::Decimals(digits)) if value.is_finite() => decimals(*value, digits),
            (Cell::Number(value), NumberFormat::Significant(digits)) => significant(*value, digits),
            (Cell::Number(value), NumberFormat::Decimals(_)) => significant(*value, 1),
        }
    }
}

/// Lower case, with every run of other characters than letters and digits turned into one underscore.
fn snake(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            'µ' | 'μ' => out.push('u'),
            '²' => out.push('2'),
            '³' => out.push('3'),
            c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ if out.is_empty() || out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    out.trim_end_matches('_').to_owned()
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(name: &str, title: &str, columns: Vec<Column>) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), columns, ..Self::default() }
    }

    /// Adds a row; its length is checked when the table is written.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Every row has one cell per column.
    ///
    /// # Errors
    /// [`ReportError::RowLength`] for the first row that has not.
    pub fn check(&self) -> Result<(), ReportError> {
        let expected = self.columns.len();
        match self.rows.iter().position(|row| row.len() != expected) {
            Some(row) => {
                let found = self.rows[row].len();
                Err(ReportError::RowLength { table: self.name.clone(), row: row + 1, expected, found })
            }
            None => Ok(()),
        }
    }

    /// CSV: keys with units, every number as the shortest text that reads back to the same f64 (`inf`, `-inf` for infinities), missing cells empty.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let header = self.columns.iter().map(Column::key).collect();
        let body = self.rows.iter().map(|row| row.iter().map(csv_field).collect());
        csv_text(&std::iter::once(header).chain(body).collect::<Vec<Vec<String>>>())
    }

    /// Aligned text no wider than `width` columns of a terminal; see the module `terminal` for how it shrinks.
    #[must_use]
    pub fn to_terminal(&self, width: usize) -> String {
        terminal::text(self, width)
    }

    /// For a terminal, every row as a block of `heading: value` lines: nothing is left out at any width.
    #[must_use]
    pub fn to_blocks(&self, width: usize) -> String {
        terminal::as_blocks(self, width)
    }

    /// A Markdown table with its notes, without its title.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::text(self)
    }

    /// `{name, title, columns: [{key, name, unit}], rows: [{key: value}], notes}`; numbers keep every digit, missing and non-finite ones are `null`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let keys: Vec<String> = self.columns.iter().map(Column::key).collect();
        let columns: Vec<serde_json::Value> = self
            .columns
            .iter()
            .zip(&keys)
            .map(|(column, key)| serde_json::json!({"key": key, "name": column.name, "unit": column.unit}))
            .collect();
        let rows: Vec<serde_json::Value> = self
            .rows
            .iter()
            .map(|row| keys.iter().cloned().zip(row.iter().map(json_value)).collect::<serde_json::Map<_, _>>().into())
            .collect();
        serde_json::json!({
            "name": self.name, "title": self.title, "columns": columns, "rows": rows, "notes": self.notes,
        })
    }
}

fn csv_field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Number(value) if value.is_infinite() => value.to_string(),
        Cell::Number(value) => shortest(*value),
        Cell::Missing => String::new(),
    }
}

fn json_value(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Text(text) => text.clone().into(),
        Cell::Integer(value) => (*value).into(),
        Cell::Number(value) => serde_json::Number::from_f64(*value).map_or(serde_json::Value::Null, Into::into),
        Cell::Missing => serde_json::Value::Null,
    }
}

/// Rows as CSV text (RFC 4180 quoting, `\n` line ends).
pub(crate) fn csv_text(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("writing to memory does not fail, and rows may differ in length");
    }
    let bytes = writer.into_inner().expect("flushing to memory does not fail");
    String::from_utf8(bytes).expect("the fields are UTF-8")
}

#[cfg(test)]
mod tests;
