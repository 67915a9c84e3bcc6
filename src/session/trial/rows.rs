//! The table of all virtual patients, one row an arm: Parquet beside the blocks while the run is under way, and CSV too where it is short.
use std::path::{Path, PathBuf};

use crate::regimen::RegimenPlan;
use crate::report::parquet::{ColumnKind, Field, ParquetFile};
use crate::report::{Cell, Column, ReportError, Table};
use crate::session::work::{Failed, KeptFile, Outcome};
use crate::trial::{Block, RowColumn};

/// Name of the table.
pub const NAME: &str = "virtual_patients";
/// Up to so many rows there is a CSV table too.
const SHORT: usize = 5000;

/// The table under way.
pub struct Rows {
    parquet: Option<(PathBuf, ParquetFile)>,
    table: Option<Table>,
}

fn refused(error: ReportError) -> Failed {
    Failed::interrupted(error.to_string())
}

impl Rows {
    /// Begins the table of `patients` patients; `folder`: that of the checkpoints, `None` where nothing is written.
    pub fn begin(folder: Option<&Path>, regimen: &RegimenPlan, columns: &[RowColumn], patients: usize) -> Result<Rows, Failed> {
        let named = |column: &RowColumn| {
            Column::number(&column.name, if column.unit == "% of patients" { "" } else { &column.unit }).significant(6)
        };
        let numbers: Vec<Column> = columns.iter().map(named).collect();
        let parquet = folder
            .map(|folder| {
                let path = folder.join(format!("{NAME}.parquet"));
                let mut kinds = vec![
                    ("patient".to_owned(), ColumnKind::Integer),
                    ("arm".to_owned(), ColumnKind::Text),
                    ("failed".to_owned(), ColumnKind::Text),
                ];
                kinds.extend(numbers.iter().map(|column| (column.key(), ColumnKind::Number)));
                ParquetFile::create(&path, &kinds).map(|file| (path, file)).map_err(refused)
            })
            .transpose()?;
        let table = (patients * regimen.arms.len() <= SHORT).then(|| {
            let mut all = vec![Column::number("patient", ""), Column::text("arm"), Column::text("failed")];
            all.extend(numbers);
            let mut table = Table::new(NAME, "Virtual patients, one row an arm", all);
            table.notes.push("Shares of patients are 100 where it holds in this patient and 0 where it does not.".into());
            table
        });
        Ok(Rows { parquet, table })
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
                if let Some((_, file)) = &mut self.parquet {
                    let head = [Field::Integer(number as i64), Field::Text(&arm.name), Field::Text(failed)];
                    let width = file.columns() - head.len();
                    let numbers = (0..width).map(|at| Field::Number(values.get(at).copied().unwrap_or(f64::NAN)));
                    file.push(head.into_iter().chain(numbers)).map_err(refused)?;
                }
                if let Some(table) = &mut self.table {
                    let width = table.columns.len() - 3;
                    let mut cells: Vec<Cell> = vec![number.into(), arm.name.as_str().into(), failed.into()];
                    cells.extend((0..width).map(|at| Cell::from(values.get(at).copied().unwrap_or(f64::NAN))));
                    table.push(cells);
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
