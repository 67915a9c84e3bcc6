//! What there is to see of a result: of a job of this session, or of a run folder read again.

use std::path::Path;

use crate::report::run_folder::{FIGURES, TABLES};
use crate::report::{Align, Cell, Column, Figure, Manifest, Table};
use crate::session::work::Outcome;

/// Figures, tables and words of one result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Figures in the order of the result.
    pub figures: Vec<Figure>,
    /// Tables, most important first.
    pub tables: Vec<Table>,
    /// Headings with their sentences: findings, assumptions, evidence, failures.
    pub words: Vec<(String, Vec<String>)>,
}

impl From<Outcome> for Record {
    fn from(outcome: Outcome) -> Self {
        let failures = outcome.failures.iter().flat_map(|failure| {
            let count = format!("{}: {} ×", failure.what, failure.count);
            std::iter::once(count).chain(failure.messages.clone())
        });
        let methods = outcome.methods.iter().map(|(what, which)| format!("{what}: {which}"));
        let words = with_headings([
            ("Findings", outcome.findings.clone()),
            ("Failures", failures.collect()),
            ("Assumptions", outcome.assumptions.clone()),
            ("Dose–effect relations used", outcome.evidence.clone()),
            ("Solver", methods.collect()),
        ]);
        Record { figures: outcome.figures, tables: outcome.tables, words }
    }
}

/// Leaves out headings without a sentence.
fn with_headings<const N: usize>(all: [(&str, Vec<String>); N]) -> Vec<(String, Vec<String>)> {
    all.into_iter().filter(|(_, sentences)| !sentences.is_empty()).map(|(heading, sentences)| (heading.to_owned(), sentences)).collect()
}

impl Record {
    /// Reads back what a run folder keeps: the stored descriptions of its figures, its tables (CSV) and its manifest.
    ///
    /// # Errors
    /// A sentence that names the file that cannot be read.
    pub fn read(run: &Path) -> Result<Record, String> {
        let manifest = Manifest::read(run).map_err(|error| error.to_string())?;
        let mut record = Record::default();
        for name in &manifest.figures {
            let path = run.join(FIGURES).join(format!("{}.yaml", stem(name)));
            record.figures.push(Figure::read(&path).map_err(|error| error.to_string())?);
        }
        for name in &manifest.tables {
            let file = run.join(TABLES).join(format!("{}.csv", stem(name)));
            // large tables are kept in another format; the folder tells where
            if file.is_file() {
                record.tables.push(read_table(&file, stem(name))?);
            }
        }
        let failures = manifest.failures.iter().map(|failure| format!("{}: {} ×", failure.what, failure.count)).collect();
        record.words = with_headings([
            ("Failures", failures),
            ("Assumptions", manifest.assumptions),
            ("Dose–effect relations used", manifest.evidence),
        ]);
        Ok(record)
    }
}

/// Rows of a table that are held: one of all patients has thousands, and nobody reads them here.
const MOST_ROWS: usize = 200;

/// The name of a file without folders and ending.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    [".csv", ".yaml", ".parquet"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

/// A CSV table as text and numbers; a column of numbers is set to the right.
fn read_table(file: &Path, name: &str) -> Result<Table, String> {
    let failed = |error: csv::Error| format!("cannot read `{}`: {error}", file.display());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).map_err(failed)?;
    let columns = reader.headers().map_err(failed)?.iter().map(Column::text).collect::<Vec<_>>();
    let mut table = Table::new(name, &name.replace('_', " "), columns);
    let mut left_out = 0;
    for (at, row) in reader.records().enumerate() {
        let row = row.map_err(failed)?;
        if at >= MOST_ROWS {
            left_out += 1;
            continue;
        }
        let cell = |text: &str| match text.parse::<f64>() {
            _ if text.is_empty() => Cell::Missing,
            Ok(number) => text.parse::<i64>().map_or(Cell::Number(number), Cell::Integer),
            Err(_) => Cell::Text(text.to_owned()),
        };
        let mut cells: Vec<Cell> = row.iter().map(cell).collect();
        cells.resize(table.columns.len(), Cell::Missing);
        table.push(cells);
    }
    if left_out > 0 {
        table.notes.push(format!("The first {MOST_ROWS} rows; {left_out} more are in the file `{name}.csv` of the run."));
    }
    for (position, column) in table.columns.iter_mut().enumerate() {
        if table.rows.iter().all(|row| !matches!(row[position], Cell::Text(_))) {
            column.align = Align::Right;
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::manifest::MANIFEST_FILE;

    #[test]
    fn a_table_file_is_read_as_words_and_numbers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("doses.csv");
        std::fs::write(&file, "target,absorbed_dose_gy\nkidneys,4.25\nmarrow,\n").expect("written");
        let table = read_table(&file, "doses").expect("a table");
        assert_eq!(table.rows[0], [Cell::Text("kidneys".into()), Cell::Number(4.25)]);
        assert_eq!(table.rows[1][1], Cell::Missing);
        assert_eq!(table.columns[1].align, Align::Right);
        assert_eq!(table.columns[0].align, Align::Left);
    }

    #[test]
    fn of_a_long_table_the_first_rows_are_held_and_the_others_counted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("virtual_patients.csv");
        let rows: String = (0..MOST_ROWS + 7).map(|at| format!("{at},1.5\n")).collect();
        std::fs::write(&file, format!("patient,dose_gy\n{rows}")).expect("written");
        let table = read_table(&file, "virtual_patients").expect("a table");
        assert_eq!(table.rows.len(), MOST_ROWS);
        assert!(table.notes[0].contains("; 7 more are in the file `virtual_patients.csv`"), "{:?}", table.notes);
    }

    #[test]
    fn the_stem_of_a_name_is_found_with_and_without_folder() {
        assert_eq!(stem("tables/doses.csv"), "doses");
        assert_eq!(stem("curves"), "curves");
    }

    #[test]
    fn a_folder_without_manifest_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(Record::read(folder.path()).is_err_and(|sentence| sentence.contains(MANIFEST_FILE)));
    }
}
