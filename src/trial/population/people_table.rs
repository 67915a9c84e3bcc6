//! People in a table: each patient is one of its rows, drawn with equal probability, so that what belongs together stays together.
use std::path::PathBuf;

/// A table of people.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleTable {
    /// The file.
    pub file: PathBuf,
    /// Number of people.
    pub people: usize,
    /// Values by column, in the unit in which the quantity is held.
    pub columns: Vec<Vec<f64>>,
}

impl PeopleTable {
    /// The row of a uniform number.
    pub(super) fn row(&self, uniform: f64) -> usize {
        ((uniform * self.people as f64) as usize).min(self.people.saturating_sub(1))
    }

    /// The value of a person.
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        self.columns.get(column).and_then(|values| values.get(row)).copied().unwrap_or(f64::NAN)
    }
}
