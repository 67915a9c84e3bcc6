//! What the user says about a table: which column is the time, which the value, how numbers are written.
//!
//! Two layouts: *long*, where one column names the channel of each row, and *wide*, where each channel has a column of its own. Further columns (a
//! recovery coefficient, a body weight, the number of the scan) are read beside them, as numbers or as words.

use std::collections::BTreeMap;

/// Sign between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delimiter {
    /// The most frequent of tab, semicolon and comma in the header (no comma where it is the decimal sign).
    #[default]
    Detect,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Tabulator.
    Tab,
}

impl Delimiter {
    /// Name for people.
    pub fn describe(self) -> &'static str {
        match self {
            Delimiter::Detect => "detected",
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
        }
    }
}

/// Sign before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalSign {
    /// `1.5`
    #[default]
    Point,
    /// `1,5`
    Comma,
}

/// Keeps the rows whose cell in `column` is `value`: as text, or as the same number.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Column name.
    pub column: String,
    /// Value that a row must have.
    pub value: String,
}

/// One channel of a wide table.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelColumn {
    /// Name of the channel in the result.
    pub channel: String,
    /// Column of its values.
    pub value: String,
    /// Column of its standard deviations, in the same unit.
    pub sd: Option<String>,
    /// Factor from the unit of the table to the caller's.
    pub value_scale: f64,
}

/// How channels are told apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Channels {
    /// One column names the channel of the row.
    Long {
        /// Column with channel names.
        channel: String,
        /// Column with values.
        value: String,
        /// Column with standard deviations, in the same unit.
        sd: Option<String>,
        /// Factor from the unit of the table to the caller's.
        value_scale: f64,
    },
    /// Every channel has its own column.
    Wide(Vec<ChannelColumn>),
}

/// How to understand a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableMapping {
    /// Sign between cells.
    pub delimiter: Delimiter,
    /// Sign before the decimals.
    pub decimal: DecimalSign,
    /// Lines that begin with this are skipped.
    pub comment: char,
    /// Cells that mean "no value".
    pub missing: Vec<String>,
    /// Cells of a value column that mean "below the limit of quantification". `<0.5` is read as that, with its limit, in any case.
    pub below: Vec<String>,
    /// Column of times.
    pub time: String,
    /// Factor from the unit of the table's times to the caller's.
    pub time_scale: f64,
    /// Columns of values.
    pub channels: Channels,
    /// Column that names the subject.
    pub subject: Option<String>,
    /// Column whose content, unless empty, missing, `0`, `no` or `false`, is the reason for leaving the row out of a fit.
    pub excluded: Option<String>,
    /// Column that names the occasion (cycle of therapy).
    pub occasion: Option<String>,
    /// Column that names the scan or batch of samples.
    pub scan: Option<String>,
    /// Further columns of numbers, read into [`crate::data::Observation::numbers`] in this order: the name of the column and what it is for.
    pub numbers: Vec<(String, String)>,
    /// Lines that hold no observation, with the reason: dose records of an event table.
    pub left_out: BTreeMap<u64, String>,
    /// Occasions of lines, where no column names them: those that a reset in an event table begins.
    pub occasion_of_line: BTreeMap<u64, String>,
    /// Earliest time that makes sense, in the unit of the table: 0, or less where the clock starts after the beginning of the infusion.
    pub earliest_time: f64,
    /// Conditions that a row must meet, all of them.
    pub filters: Vec<Filter>,
    /// Whether one channel may have several values at the same time (replicates). Otherwise that is a problem.
    pub replicates: bool,
}

impl TableMapping {
    /// A mapping with the usual conventions: delimiter detected, decimal point, `#` comments, `NA`, `.` and empty cells missing, scales 1.
    pub fn new(time: impl Into<String>, channels: Channels) -> Self {
        TableMapping {
            delimiter: Delimiter::Detect,
            decimal: DecimalSign::Point,
            comment: '#',
            missing: vec![String::new(), "NA".into(), ".".into()],
            time: time.into(),
            time_scale: 1.0,
            channels,
            below: Vec::new(),
            subject: None,
            occasion: None,
            scan: None,
            numbers: Vec::new(),
            left_out: BTreeMap::new(),
            occasion_of_line: BTreeMap::new(),
            earliest_time: 0.0,
            excluded: None,
            filters: Vec::new(),
            replicates: false,
        }
    }

    /// The same with only those rows whose `column` is `value`.
    #[must_use]
    pub fn keeping(mut self, column: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push(Filter { column: column.into(), value: value.into() });
        self
    }
}

impl Channels {
    /// A long table without standard deviations, in the caller's unit.
    pub fn long(channel: impl Into<String>, value: impl Into<String>) -> Self {
        Channels::Long { channel: channel.into(), value: value.into(), sd: None, value_scale: 1.0 }
    }

    /// One channel in the column `value`, in the caller's unit.
    pub fn one(channel: impl Into<String>, value: impl Into<String>) -> Self {
        Channels::Wide(vec![ChannelColumn::new(channel, value)])
    }
}

impl ChannelColumn {
    /// A channel without standard deviations, in the caller's unit.
    pub fn new(channel: impl Into<String>, value: impl Into<String>) -> Self {
        ChannelColumn { channel: channel.into(), value: value.into(), sd: None, value_scale: 1.0 }
    }
}
