//! Typed observations, and an account of what was read and how it was understood.

use crate::data::mapping::{DecimalSign, Delimiter};
use std::fmt::Write;

/// One measured (or missing) value. Numbers are in the caller's units: those of the table times the scales of the mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Line in the file, from 1.
    pub line: u64,
    /// Time.
    pub time: f64,
    /// Channel: organ, lesion, blood, …
    pub channel: String,
    /// Subject, where the table names one.
    pub subject: Option<String>,
    /// Occasion (cycle), where the table names one.
    pub occasion: Option<String>,
    /// Scan or batch of samples, where the table names one.
    pub scan: Option<String>,
    /// Measured value; `None` where it is marked as missing, or as below a limit that the cell does not give. For `<0.5` it is 0.5.
    pub value: Option<f64>,
    /// Whether the cell says that the value lies below the limit of quantification.
    pub below_limit: bool,
    /// Its standard deviation, where the table gives one.
    pub sd: Option<f64>,
    /// Why the table leaves it out, if it does.
    pub excluded: Option<String>,
    /// Numbers of the further columns of the mapping; `None` where missing.
    pub numbers: Vec<Option<f64>>,
}

impl Observation {
    /// Whether a fit may use it: there is a value, or the knowledge that it is below a limit, and it is not excluded.
    pub fn is_usable(&self) -> bool {
        self.is_present() && self.excluded.is_none()
    }

    /// Whether the cell says anything: a value, or that it is below a limit.
    pub fn is_present(&self) -> bool {
        self.value.is_some() || self.below_limit
    }
}

/// A table as it was understood. Rows are grouped by subject and channel in the order of their first appearance, and ordered by time within.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    /// File as the caller named it.
    pub file: String,
    /// The observations.
    pub rows: Vec<Observation>,
    /// Delimiter in use.
    pub delimiter: Delimiter,
    /// Decimal sign in use.
    pub decimal: DecimalSign,
    /// Columns of the file that were read, with what they were taken for.
    pub columns_used: Vec<(String, String)>,
    /// Columns that were not read.
    pub columns_unused: Vec<String>,
    /// Rows below the header.
    pub rows_read: usize,
    /// Rows that gave no observation, by reason.
    pub dropped: Vec<(String, usize)>,
    /// What else a reader should know, for example that times were sorted.
    pub notices: Vec<String>,
}

/// One channel in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSummary {
    /// Name.
    pub channel: String,
    /// Number of subjects with rows in it (1 where the table names none).
    pub subjects: usize,
    /// Usable values.
    pub points: usize,
    /// Usable values of which only an upper limit is known.
    pub below_limit: usize,
    /// Values marked as missing.
    pub missing: usize,
    /// Values present but excluded.
    pub excluded: usize,
    /// First time of a usable value, in the caller's unit.
    pub first_time: Option<f64>,
    /// Last time of a usable value, in the caller's unit.
    pub last_time: Option<f64>,
}

impl Observations {
    /// Observations that a fit may use.
    pub fn usable(&self) -> impl Iterator<Item = &Observation> {
        self.rows.iter().filter(|row| row.is_usable())
    }

    /// Usable observations whose value is zero or negative: no logarithm, no proportional error.
    pub fn not_positive(&self) -> impl Iterator<Item = &Observation> {
        self.usable().filter(|row| !row.below_limit && row.value.is_some_and(|value| value <= 0.0))
    }

    /// Names of the subjects in order of appearance; empty where the table names none.
    pub fn subjects(&self) -> Vec<&str> {
        distinct(self.rows.iter().filter_map(|row| row.subject.as_deref()))
    }

    /// Names of the occasions in order of appearance; empty where the table names none.
    pub fn occasions(&self) -> Vec<&str> {
        distinct(self.rows.iter().filter_map(|row| row.occasion.as_deref()))
    }

    /// Every channel in numbers, in order of appearance.
    pub fn channels(&self) -> Vec<ChannelSummary> {
        distinct(self.rows.iter().map(|row| row.channel.as_str()))
            .into_iter()
            .map(|channel| {
                let rows: Vec<&Observation> = self.rows.iter().filter(|r| r.channel == channel).collect();
                let times = || rows.iter().filter(|r| r.is_usable()).map(|r| r.time);
                ChannelSummary {
                    channel: channel.to_string(),
                    subjects: distinct(rows.iter().map(|r| r.subject.as_deref())).len(),
                    points: times().count(),
                    below_limit: rows.iter().filter(|r| r.below_limit && r.is_usable()).count(),
                    missing: rows.iter().filter(|r| !r.is_present()).count(),
                    excluded: rows.iter().filter(|r| r.is_present() && r.excluded.is_some()).count(),
                    first_time: times().reduce(f64::min),
                    last_time: times().reduce(f64::max),
                }
            })
            .collect()
    }

    /// A few lines for people: what was read, how it was understood, what was left out.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_summary(&mut text);
        text
    }

    fn write_summary(&self, text: &mut String) -> std::fmt::Result {
        let decimal = match self.decimal {
            DecimalSign::Point => "point",
            DecimalSign::Comma => "comma",
        };
        writeln!(text, "{}: {} rows, delimiter {}, decimal {decimal}", self.file, self.rows_read, self.delimiter.describe())?;
        for (column, role) in &self.columns_used {
            writeln!(text, "  `{column}` read as {role}")?;
        }
        if !self.columns_unused.is_empty() {
            writeln!(text, "  not read: {}", self.columns_unused.join(", "))?;
        }
        for (reason, count) in &self.dropped {
            writeln!(text, "  {count} rows left out: {reason}")?;
        }
        for notice in &self.notices {
            writeln!(text, "  note: {notice}")?;
        }
        let subjects = self.subjects().len();
        if subjects > 0 {
            writeln!(text, "  {subjects} subjects")?;
        }
        let occasions = self.occasions();
        if !occasions.is_empty() {
            writeln!(text, "  occasions: {}", occasions.join(", "))?;
        }
        for channel in self.channels() {
            write!(text, "  {}: {} values", channel.channel, channel.points)?;
            if let (Some(first), Some(last)) = (channel.first_time, channel.last_time) {
                write!(text, ", time {} to {}", short(first), short(last))?;
            }
            if channel.below_limit > 0 {
                write!(text, ", {} below the limit of quantification", channel.below_limit)?;
            }
            if channel.missing > 0 {
                write!(text, ", {} missing", channel.missing)?;
            }
            if channel.excluded > 0 {
                write!(text, ", {} excluded", channel.excluded)?;
            }
            writeln!(text)?;
        }
        for row in self.rows.iter().filter(|row| row.is_present()) {
            if let Some(reason) = &row.excluded {
                writeln!(text, "  line {} ({}) excluded: {reason}", row.line, row.channel)?;
            }
        }
        let lines: Vec<String> = self.not_positive().map(|row| row.line.to_string()).collect();
        if !lines.is_empty() {
            writeln!(text, "  zero or negative values on line {}: no log-normal or proportional error model there", lines.join(", "))?;
        }
        Ok(())
    }
}

/// A time for people: at most two decimals, none of them idle.
pub(crate) fn short(time: f64) -> String {
    let text = format!("{time:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Distinct items in order of first appearance.
pub(crate) fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}
