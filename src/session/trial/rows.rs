//! The table of all virtual patients, one row an arm: Parquet beside the blocks while the run is under way, and CSV too where it is short.
use std::path::{Path, PathBuf};

use crate::regimen::RegimenPlan;
use crate::report::parquet::{ColumnKind, Field, ParquetFile};
use crate::report::{Cell, Column, ReportError, Table};
use crate::session::work::{Failed, KeptFile, Outcome};
use crate::trial::{Block, CohortPlan, RowColumn};

/// Name of the table.
pub const NAME: &str = "virtual_patients";
/// Up to so many rows there is a CSV table too.
const SHORT: usize = 5000;

/// The table under way.
pub struct Rows {
    parquet: Option<(PathBuf, ParquetFile)>,
    table: Option<Table>,
    per_unit: Vec<f64>,
    columns: usize,
}

fn refused(error: ReportError) -> Failed {
    Failed::interrupted(error.to_string())
}

impl Rows {
    /// Begins the table of a cohort; `folder`: that of the checkpoints, `None` where nothing is written.
    pub fn begin(folder: Option<&Path>, regimen: &RegimenPlan, cohort: &CohortPlan, columns: &[RowColumn]) -> Result<Rows, Failed> {
        let drawn = cohort.columns();
        let mut numbers: Vec<Column> = drawn.iter().map(|(name, unit, _)| Column::number(name, unit).significant(6)).collect();
        numbers.push(Column::number("screened", ""));
        numbers.extend(columns.iter().map(|column| {
            let unit = if column.unit == "% of patients" { "" } else { &column.unit };
            Column::number(&column.name, unit).significant(6)
        }));
        distinct(&mut numbers);
        let parquet = folder
            .map(|folder| {
                let path = folder.join(format!("{NAME}.parquet"));
                let mut kinds: Vec<(String, ColumnKind)> =
                    vec![("patient".into(), ColumnKind::Integer), ("arm".into(), ColumnKind::Text), ("failed".into(), ColumnKind::Text)];
                kinds.extend(numbers.iter().map(|column| (column.key(), ColumnKind::Number)));
                ParquetFile::create(&path, &kinds).map(|file| (path, file)).map_err(refused)
            })
            .transpose()?;
        let table = (cohort.patients * regimen.arms.len() <= SHORT).then(|| {
            let mut all = vec![Column::number("patient", ""), Column::text("arm"), Column::text("failed")];
            all.extend(numbers);
            let mut table = Table::new(NAME, "Virtual patients, one row an arm", all);
            table.notes.push("Shares of patients are 100 where it holds in this patient and 0 where it does not.".into());
            table
        });
        Ok(Rows { parquet, table, per_unit: drawn.into_iter().map(|(_, _, in_unit)| in_unit).collect(), columns: columns.len() })
    }

    /// Adds the patients of the next block.
    pub fn add(&mut self, regimen: &RegimenPlan, block: &Block) -> Result<(), Failed> {
        for (offset, patient) in block.patients.iter().enumerate() {
            let number = block.first + offset;
            for (arm, row) in regimen.arms.iter().zip(&patient.arms) {
                let (failed, values) = match row {
                    Ok(row) => ("", row.values.as_slice()),
                    Err(sentence) => (sentence.as_str(), &[][..]),
                };
                let drawn = patient.covariates.iter().zip(&self.per_unit).map(|(value, in_unit)| value / in_unit);
                let came_to = (0..self.columns).map(|at| values.get(at).copied().unwrap_or(f64::NAN));
                let numbers = drawn.chain([f64::from(patient.screened)]).chain(came_to);
                if let Some(table) = &mut self.table {
                    let mut cells: Vec<Cell> = vec![number.into(), arm.name.as_str().into(), failed.into()];
                    cells.extend(numbers.clone().map(Cell::from));
                    table.push(cells);
                }
                if let Some((_, file)) = &mut self.parquet {
                    let head = [Field::Integer(number as i64), Field::Text(&arm.name), Field::Text(failed)];
                    file.push(head.into_iter().chain(numbers.map(Field::Number))).map_err(refused)?;
                }
            }
        }
        Ok(())
    }

    /// Hands the tables over.
    pub fn end(self, outcome: &mut Outcome) -> Result<(), Failed> {
        if let Some((path, file)) = self.parquet {
            file.finish().map_err(refused)?;
            outcome.kept.push(KeptFile { path, place: format!("tables/{NAME}.parquet") });
        }
        outcome.tables.extend(self.table);
        Ok(())
    }
}

/// A drawn quantity may have the name of one that came out: the later one gets a number.
fn distinct(columns: &mut [Column]) {
    let mut seen = std::collections::BTreeSet::new();
    for column in columns {
        let name = column.name.clone();
        let mut again = 1;
        while !seen.insert(column.key()) {
            again += 1;
            column.name = format!("{name}_{again}");
        }
    }
}
