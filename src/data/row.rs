//! One record to observations: cells to numbers, filters, exclusions.

use crate::data::columns::{Columns, ValueColumn};
use crate::data::mapping::TableMapping;
use crate::data::number::parse_number;
use crate::data::observations::{Observation, short};
use crate::data::problem::Collector;
use crate::data::text::Record;

/// Reads records one after the other.
pub(crate) struct RowReader<'a> {
    columns: &'a Columns,
    mapping: &'a TableMapping,
    pub(crate) rows: Vec<Observation>,
    pub(crate) dropped: Vec<(String, usize)>,
}

impl<'a> RowReader<'a> {
    pub(crate) fn new(columns: &'a Columns, mapping: &'a TableMapping) -> Self {
        RowReader { columns, mapping, rows: Vec::new(), dropped: Vec::new() }
    }

    /// Adds the observations of one record, or the problems that stand in the way.
    pub(crate) fn read(&mut self, record: &Record, problems: &mut Collector) {
        if record.cells.iter().all(|cell| cell.is_empty()) {
            return self.drop("all cells are empty");
        }
        if record.cells.len() != self.columns.count {
            problems.add(
                Some(record.line),
                None,
                format!("the row has {} cells, the header {}", record.cells.len(), self.columns.count),
                Some("a delimiter or decimal sign inside a cell?".into()),
            );
            return;
        }
        if let Some(reason) = self.mapping.left_out.get(&record.line) {
            return self.drop(reason);
        }
        for (&index, filter) in self.columns.filters.iter().zip(&self.mapping.filters) {
            if !self.matches(&record.cells[index], &filter.value) {
                return self.drop(&format!("`{}` is not {}", filter.column, filter.value));
            }
        }
        let excluded = self.exclusion(record);
        let nothing = self.columns.values.iter().all(|c| self.is_missing(&record.cells[c.value]));
        let time_cell = &record.cells[self.columns.time];
        if self.is_missing(time_cell) {
            if nothing || excluded.is_some() {
                return self.drop("no time, and no value to use");
            }
            let name = Some(self.columns.time_name.as_str());
            problems.add(Some(record.line), name, "there is no time", None);
            return;
        }
        let time = self.number(record, self.columns.time, &self.columns.time_name, problems);
        if let Some(time) = time
            && time < self.mapping.earliest_time
            && excluded.is_none()
        {
            let earliest = self.mapping.earliest_time;
            let wanted = if earliest == 0.0 {
                "is negative, expected the time since administration".to_string()
            } else {
                format!("is before the start of the infusion at {}", short(earliest))
            };
            problems.add(
                Some(record.line),
                Some(&self.columns.time_name),
                format!("the time {time} {wanted}"),
                Some("filter out or exclude samples from before".into()),
            );
        }
        let subject = self.name(record, self.columns.subject.as_ref(), "subject", problems);
        let named = self.name(record, self.columns.channel.as_ref(), "channel", problems);
        let occasion = self.name(record, self.columns.occasion.as_ref(), "occasion", problems);
        let occasion = occasion.or_else(|| self.mapping.occasion_of_line.get(&record.line).cloned());
        let scan = self.name(record, self.columns.scan.as_ref(), "scan", problems);
        let numbers = self.further(record, excluded.is_some(), problems);
        for column in &self.columns.values {
            let (value, below_limit) = self.value(record, column, excluded.is_some(), problems);
            let sd = self.deviation(record, column, excluded.is_some(), problems);
            if let Some(time) = time {
                self.rows.push(Observation {
                    line: record.line,
                    time: time * self.mapping.time_scale,
                    channel: column.channel.clone().or_else(|| named.clone()).unwrap_or_default(),
                    subject: subject.clone(),
                    occasion: occasion.clone(),
                    scan: scan.clone(),
                    value,
                    below_limit,
                    sd,
                    excluded: excluded.clone(),
                    numbers: numbers.clone(),
                });
            }
        }
    }

    fn drop(&mut self, reason: &str) {
        match self.dropped.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => self.dropped.push((reason.to_string(), 1)),
        }
    }

    fn is_missing(&self, cell: &str) -> bool {
        self.mapping.missing.iter().any(|mark| mark.trim() == cell)
    }

    /// Whether a cell is the wanted value, as text or as the same number.
    fn matches(&self, cell: &str, wanted: &str) -> bool {
        let number = |text| parse_number(text, self.mapping.decimal).ok();
        cell == wanted.trim() || (number(cell).is_some() && number(cell) == number(wanted))
    }

    fn exclusion(&self, record: &Record) -> Option<String> {
        let cell = &record.cells[self.columns.excluded?];
        let kept = self.is_missing(cell) || cell.is_empty() || ["0", "no", "false"].contains(&cell.to_lowercase().as_str());
        (!kept).then(|| cell.clone())
    }

    fn number(&self, record: &Record, index: usize, column: &str, problems: &mut Collector) -> Option<f64> {
        match parse_number(&record.cells[index], self.mapping.decimal) {
            Ok(number) => Some(number),
            Err(fault) => {
                problems.add(Some(record.line), Some(column), fault.message, fault.hint);
                None
            }
        }
    }

    /// The name in a column of names; a row without one is a problem.
    fn name(&self, record: &Record, column: Option<&(usize, String)>, what: &str, problems: &mut Collector) -> Option<String> {
        let (index, name) = column?;
        let cell = &record.cells[*index];
        if self.is_missing(cell) {
            let message = format!("the row names no {what}");
            problems.add(Some(record.line), Some(name), message, None);
            return None;
        }
        Some(cell.clone())
    }

    /// The numbers of the further columns; excluded rows may hold anything.
    fn further(&self, record: &Record, excluded: bool, problems: &mut Collector) -> Vec<Option<f64>> {
        let named = self.columns.numbers.iter().zip(&self.mapping.numbers);
        named
            .map(|(&index, (name, _))| match &record.cells[index] {
                cell if self.is_missing(cell) => None,
                cell if excluded => parse_number(cell, self.mapping.decimal).ok(),
                _ => self.number(record, index, name, problems),
            })
            .collect()
    }

    /// The scaled value, and whether it is only known to lie below it; excluded rows may hold anything.
    fn value(&self, record: &Record, column: &ValueColumn, excluded: bool, problems: &mut Collector) -> (Option<f64>, bool) {
        let cell = &record.cells[column.value];
        if self.is_missing(cell) {
            return (None, false);
        }
        if self.mapping.below.iter().any(|mark| mark.trim() == cell) {
            return (None, true);
        }
        let limit = cell.strip_prefix('<').map(str::trim);
        let value = match parse_number(limit.unwrap_or(cell), self.mapping.decimal) {
            Ok(number) => Some(number * column.scale),
            Err(_) if excluded => None,
            // `<LOQ` is a mark that the mapping does not know
            Err(_) if limit.is_some() => {
                let message = format!("`{cell}` seems to mean a value below the limit of quantification");
                problems.add(Some(record.line), Some(&column.name), message, Some("name the mark in `below`".into()));
                None
            }
            Err(fault) => {
                problems.add(Some(record.line), Some(&column.name), fault.message, fault.hint);
                None
            }
        };
        (value, limit.is_some() && value.is_some())
    }

    /// The scaled standard deviation, which must be positive.
    fn deviation(&self, record: &Record, column: &ValueColumn, excluded: bool, problems: &mut Collector) -> Option<f64> {
        let (index, name) = column.sd.as_ref()?;
        let cell = &record.cells[*index];
        if self.is_missing(cell) || excluded {
            return None;
        }
        let sd = self.number(record, *index, name, problems)?;
        if sd <= 0.0 {
            problems.add(Some(record.line), Some(name), format!("the standard deviation is {sd}, expected a positive number"), None);
            return None;
        }
        Some(sd * column.scale)
    }
}
