//! People in a table beside the scenario: `{table: people.csv, column: weight_kg, unit: kg}`. All quantities from one file take one row a patient.
use std::path::PathBuf;

use super::distribution::{Amounts, Read, Wanted, finished};
use super::{Against, Draft};
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::files;
use crate::trial::{Distribution, PeopleTable, Possible};
use crate::units::{DIMENSIONLESS, Unit};

/// The tables read so far.
#[derive(Default)]
pub(super) struct People {
    tables: Vec<Text>,
}

struct Text {
    table: PeopleTable,
    header: Vec<String>,
    cells: Vec<Vec<String>>,
}

impl People {
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.tables.iter().map(|text| text.table.file.clone()).collect()
    }

    pub(super) fn tables(self) -> Vec<PeopleTable> {
        self.tables.into_iter().map(|text| text.table).collect()
    }
}

/// Asks for the keys, so that they are not unknown where something else is wrong.
pub(super) fn keys(fields: &mut Fields<'_>) {
    fields.get("column");
    fields.get("unit");
}

pub(super) fn column(
    node: &Node<'_>,
    fields: &mut Fields<'_>,
    mut amounts: Amounts,
    wanted: &Wanted<'_>,
    against: &Against<'_>,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Read> {
    let column_node = fields.require("column", faults);
    let unit_node = fields.get("unit");
    let unit = unit_node.as_ref().and_then(|node| {
        let text = node.text(faults, "the unit of the column")?;
        match Unit::parse(&text) {
            Ok(unit) => Some((text, unit)),
            Err(error) => {
                faults.error(node.place_of_offset(error.start, error.end), error.message);
                None
            }
        }
    });
    let table = table(node, against, draft, faults)?;
    let column_node = column_node?;
    let name = column_node.text(faults, "the name of a column")?;
    let text = &mut draft.people.tables[table];
    let file = text.table.file.display().to_string();
    let Some(column) = text.header.iter().position(|heading| *heading == name) else {
        let help = did_you_mean(&name, text.header.iter().map(String::as_str));
        faults.error(column_node.place(), format!("`{file}` has no column `{name}`")).help(help);
        return None;
    };
    if unit_node.is_some() && unit.is_none() {
        return None;
    }
    let cells: Vec<&str> = text.cells.iter().map(|row| row.get(column).map_or("", String::as_str)).collect();
    let numbers: Vec<Option<f64>> = cells.iter().map(|cell| cell.parse().ok().filter(|value: &f64| value.is_finite())).collect();
    let are_names = !wanted.relative && unit.is_none() && numbers.iter().all(Option::is_none);
    let mut labels: Vec<String> = Vec::new();
    let mut values = Vec::new();
    for (row, (cell, number)) in cells.iter().zip(&numbers).enumerate() {
        let value = match number {
            _ if are_names && !cell.is_empty() => {
                let known = labels.iter().position(|label| label == cell);
                Some(known.unwrap_or_else(|| {
                    labels.push((*cell).to_owned());
                    labels.len() - 1
                }) as f64)
            }
            number => {
                number.map(|number| number * unit.as_ref().map_or(1.0, |(_, unit)| unit.in_internal_units) / wanted.internal_per_held)
            }
        };
        match value {
            Some(value) => values.push(value),
            None => {
                let message = format!("`{file}`: person {} of column `{name}` has `{cell}`, which is no number", row + 1);
                faults.error(column_node.place(), message).help("a row with a gap cannot be drawn: leave the person out");
                return None;
            }
        }
    }
    let of_unit = unit.as_ref().map_or(DIMENSIONLESS, |(_, unit)| unit.dimension);
    let dimension = *amounts.dimension.get_or_insert(of_unit);
    if of_unit != dimension {
        let message = format!("`{}` must be {dimension}, the column is {of_unit}", wanted.name);
        match &unit_node {
            Some(unit) => faults.error(unit.place(), message),
            None => faults.error(node.key_place(), message).help("say the `unit` of the column"),
        };
        return None;
    }
    amounts.unit = unit.map(|(text, unit)| (text, unit.in_internal_units));
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let possible = wanted.possible.unwrap_or_else(|| Possible::like(mean, dimension.is_dimensionless()));
    if let Some(row) = values.iter().position(|value| !possible.allows(*value)) {
        let message = format!("`{file}`: person {} of column `{name}` has {}, which nobody can have", row + 1, cells[row]);
        faults.error(column_node.place(), message);
        return None;
    }
    let words = format!("as the {} people of {}, column {name}", values.len(), node.scalar_text().unwrap_or_default());
    text.table.columns.push(values);
    let distribution = Distribution::Row { table, column: text.table.columns.len() - 1 };
    Some(finished(distribution, amounts, mean, labels, words, wanted))
}

/// The position of a table, read once.
fn table(node: &Node<'_>, against: &Against<'_>, draft: &mut Draft, faults: &mut Faults) -> Option<usize> {
    let text = node.text(faults, "a CSV file beside the scenario")?;
    let file = files::tidy(&against.folder.join(text));
    if let Some(known) = draft.people.tables.iter().position(|text| text.table.file == file) {
        return Some(known);
    }
    let content = match std::fs::read_to_string(&file) {
        Ok(content) => content,
        Err(error) => {
            let told = faults.error(node.place(), format!("the table `{}` cannot be read: {error}", file.display()));
            if let Some(help) = files::near(&file).filter(|_| !file.is_file()) {
                told.help(help);
            }
            return None;
        }
    };
    let content = content.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(content.as_bytes());
    let rows = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = reader.headers().map(rows);
    let cells: Result<Vec<Vec<String>>, csv::Error> = reader.records().map(|record| record.map(|record| rows(&record))).collect();
    match (header, cells) {
        (Ok(header), Ok(cells)) if !cells.is_empty() => {
            let table = PeopleTable { file, people: cells.len(), columns: Vec::new() };
            draft.people.tables.push(Text { table, header, cells });
            Some(draft.people.tables.len() - 1)
        }
        (Err(error), _) | (_, Err(error)) => {
            faults.error(node.place(), format!("the table `{}` cannot be read: {error}", file.display()));
            None
        }
        _ => {
            faults.error(node.place(), format!("the table `{}` has no people: no row below its header", file.display()));
            None
        }
    }
}
