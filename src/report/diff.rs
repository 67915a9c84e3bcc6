//! What differs between two runs: inputs, settings, and every cell of the tables they share.
//!
//! Rows of a table are matched by their cells that are no numbers, and rows that agree in those by their order; a numeric column whose name says that it counts (`cycle`,
//! `patient`, `time_h`) helps where it has the same values in both.
use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::ReportError;
use super::manifest::Manifest;
use super::run_folder::TABLES;
use super::verify::files_of;

/// A difference in what went in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputDifference {
    /// What: `input scenarios/…`, `setting kidneys.density`, `seed`, `version`.
    pub what: String,
    /// In the first run; empty where it is not there.
    pub first: String,
    /// In the second run.
    pub second: String,
}

/// A difference in what came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellDifference {
    /// The table.
    pub table: String,
    /// The row, by its words.
    pub row: String,
    /// The column.
    pub column: String,
    /// In the first run; empty where there is none.
    pub first: String,
    /// In the second run.
    pub second: String,
    /// (second − first) / |first|, where both are numbers and the first is not 0.
    pub relative: Option<f64>,
}

/// All differences.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunDifference {
    /// Inputs and settings.
    pub inputs: Vec<InputDifference>,
    /// Lines of the scenario and model files that only one of the runs has: file, `-` or `+` and the line.
    pub lines: Vec<(String, String)>,
    /// Tables and figures that only one of the runs has.
    pub only_in_one: Vec<String>,
    /// Cells.
    pub cells: Vec<CellDifference>,
    /// Tables that are equal to the byte.
    pub equal_tables: usize,
}

impl RunDifference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.lines.is_empty() && self.only_in_one.is_empty() && self.cells.is_empty()
    }
}

/// Compares two run folders.
///
/// # Errors
/// A folder without a manifest, or a table that cannot be read.
pub fn diff(first: &Path, second: &Path) -> Result<RunDifference, ReportError> {
    let (one, two) = (Manifest::read(first)?, Manifest::read(second)?);
    let mut found = RunDifference { inputs: inputs(&one, &two), ..RunDifference::default() };
    for name in ["inputs/scenario.yaml", "inputs/model.yaml"] {
        let read = |run: &Path| std::fs::read_to_string(run.join(name)).unwrap_or_default();
        let (old, new) = (read(first), read(second));
        if old != new {
            found.lines.extend(changed_lines(&old, &new).into_iter().map(|line| (name.to_owned(), line)));
        }
    }
    let (files_one, files_two) = (files_of(first)?, files_of(second)?);
    let listed = |name: &&String| name.starts_with(TABLES) || (name.starts_with("figures/") && name.ends_with(".svg"));
    for name in files_one.iter().filter(listed).filter(|name| !files_two.contains(name)) {
        found.only_in_one.push(format!("only in the first: {name}"));
    }
    for name in files_two.iter().filter(listed).filter(|name| !files_one.contains(name)) {
        found.only_in_one.push(format!("only in the second: {name}"));
    }
    for name in files_one.iter().filter(|name| name.starts_with(TABLES) && files_two.contains(name)) {
        let read = |run: &Path| {
            let path = run.join(name);
            std::fs::read(&path).map_err(ReportError::io("read", &path))
        };
        let (old, new) = (read(first)?, read(second)?);
        if old == new {
            found.equal_tables += 1;
        } else if name.ends_with(".csv") {
            let stem = name.trim_start_matches(TABLES).trim_start_matches('/').trim_end_matches(".csv");
            cells(stem, &parse(&first.join(name), &old)?, &parse(&second.join(name), &new)?, &mut found.cells);
        } else {
            found.only_in_one.push(format!("other bytes: {name}"));
        }
    }
    Ok(found)
}

fn inputs(one: &Manifest, two: &Manifest) -> Vec<InputDifference> {
    let mut pairs: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut gather = |manifest: &Manifest, second: bool| {
        let mut enter = |what: String, value: String| {
            let entry = pairs.entry(what).or_default();
            if second { entry.1 = value } else { entry.0 = value }
        };
        for input in &manifest.inputs {
            enter(format!("input {}", input.path), input.sha256.get(..12).unwrap_or(&input.sha256).to_owned());
        }
        for (name, value) in manifest.settings.iter().chain(&manifest.options) {
            enter(format!("setting {name}"), value.clone());
        }
        for (name, value) in &manifest.tolerances {
            enter(format!("tolerance {name}"), format!("{value:e}"));
        }
        enter("scenario".into(), manifest.scenario.clone());
        enter("verb".into(), manifest.verb.clone());
        enter("version".into(), manifest.version.clone());
        enter("seed".into(), manifest.seed.map(|seed| seed.to_string()).unwrap_or_default());
    };
    gather(one, false);
    gather(two, true);
    pairs
        .into_iter()
        .filter(|(_, (first, second))| first != second)
        .map(|(what, (first, second))| InputDifference { what, first, second })
        .collect()
}

/// Lines that only one of the texts has, in the order of the texts: those of a longest common subsequence are left out.
fn changed_lines(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // lengths of common subsequences of what follows; files of people are some hundred lines long
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for beside in (0..new.len()).rev() {
            common[at][beside] =
                if old[at] == new[beside] { common[at + 1][beside + 1] + 1 } else { common[at + 1][beside].max(common[at][beside + 1]) };
        }
    }
    let (mut at, mut beside, mut changed) = (0, 0, Vec::new());
    while at < old.len() || beside < new.len() {
        if at < old.len() && beside < new.len() && old[at] == new[beside] {
            (at, beside) = (at + 1, beside + 1);
        } else if beside == new.len() || (at < old.len() && common[at + 1][beside] >= common[at][beside + 1]) {
            changed.push(format!("- {}", old[at].trim_end()));
            at += 1;
        } else {
            changed.push(format!("+ {}", new[beside].trim_end()));
            beside += 1;
        }
    }
    changed
}

/// A table as it was read: header and rows.
type Parsed = (Vec<String>, Vec<Vec<String>>);

fn parse(path: &Path, bytes: &[u8]) -> Result<Parsed, ReportError> {
    let refused = |error: csv::Error| ReportError::Content { path: path.to_path_buf(), expected: "a table", reason: error.to_string() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(refused)?.iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()).map_err(refused));
    Ok((header, rows.collect::<Result<_, _>>()?))
}

/// Columns that number the rows of others.
const COUNTING: &[&str] = &["cycle", "patient", "time_h", "day", "week_wk", "replicate", "step", "number"];

/// Rows by their words, the how-manieth of those words.
fn keyed(table: &Parsed, numeric: &[bool]) -> BTreeMap<(String, usize), Vec<String>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for row in &table.1 {
        let words = row
            .iter()
            .zip(&table.0)
            .zip(numeric)
            .filter(|((cell, name), numeric)| !cell.is_empty() && (!**numeric || COUNTING.contains(&name.as_str())));
        let key = words.map(|((cell, _), _)| cell.as_str()).collect::<Vec<_>>().join(" · ");
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        found.insert((key, *count), row.clone());
    }
    found
}

fn cells(table: &str, one: &Parsed, two: &Parsed, found: &mut Vec<CellDifference>) {
    let numeric_in = |parsed: &Parsed, name: &str| {
        let column = parsed.0.iter().position(|column| column == name);
        column.is_some_and(|at| parsed.1.iter().filter_map(|row| row.get(at)).all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok()))
    };
    let numeric = |parsed: &Parsed| parsed.0.iter().map(|name| numeric_in(one, name) && numeric_in(two, name)).collect::<Vec<_>>();
    let (rows_one, rows_two) = (keyed(one, &numeric(one)), keyed(two, &numeric(two)));
    let enter = |key: &(String, usize), column: &str, first: &str, second: &str, found: &mut Vec<CellDifference>| {
        let numbers = first.parse::<f64>().ok().zip(second.parse::<f64>().ok());
        let relative = numbers.filter(|(first, _)| *first != 0.0).map(|(first, second)| (second - first) / first.abs());
        let row = if key.1 > 1 { format!("{} ({})", key.0, key.1) } else { key.0.clone() };
        let (table, column) = (table.to_owned(), column.to_owned());
        found.push(CellDifference { table, row, column, first: first.to_owned(), second: second.to_owned(), relative });
    };
    for (key, row) in &rows_one {
        let Some(other) = rows_two.get(key) else {
            enter(key, "whole row", "there", "", found);
            continue;
        };
        for (at, name) in one.0.iter().enumerate() {
            let first = row.get(at).map_or("", String::as_str);
            let second = two.0.iter().position(|column| column == name).and_then(|at| other.get(at)).map_or("", String::as_str);
            if first != second {
                enter(key, name, first, second, found);
            }
        }
    }
    for key in rows_two.keys().filter(|key| !rows_one.contains_key(*key)) {
        enter(key, "whole row", "", "there", found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(folder: &Path, seed: u64, scenario: &str, table: &str) {
        std::fs::create_dir_all(folder.join("tables")).unwrap();
        std::fs::create_dir_all(folder.join("inputs")).unwrap();
        let manifest = Manifest { scenario: "s".into(), seed: Some(seed), ..Manifest::default() };
        std::fs::write(folder.join("manifest.yaml"), manifest.to_yaml()).unwrap();
        std::fs::write(folder.join("inputs/scenario.yaml"), scenario).unwrap();
        std::fs::write(folder.join("tables/doses.csv"), table).unwrap();
    }

    #[test]
    fn inputs_lines_rows_and_cells_that_differ() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        run(&one, 1, "a: 1\nb: 2\nc: 3\n", "target,dose_gy,note\nkidneys,20,x\nliver,3,x\nspleen,0,x\n");
        run(&two, 2, "a: 1\nb: 5\nc: 3\nd: 4\n", "target,dose_gy,note\nkidneys,22,x\nspleen,1,x\nmarrow,1,x\n");
        let found = diff(&one, &two).unwrap();
        assert_eq!(found.inputs.iter().map(|input| input.what.as_str()).collect::<Vec<_>>(), ["seed"]);
        let lines: Vec<&str> = found.lines.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(lines, ["- b: 2", "+ b: 5", "+ d: 4"]);
        let cells: Vec<(&str, &str, Option<f64>)> =
            found.cells.iter().map(|cell| (cell.row.as_str(), cell.column.as_str(), cell.relative)).collect();
        assert_eq!(
            cells,
            [
                ("kidneys · x", "dose_gy", Some(0.1)),
                ("liver · x", "whole row", None),
                ("spleen · x", "dose_gy", None),
                ("marrow · x", "whole row", None)
            ]
        );
        assert!(diff(&one, &one).unwrap().is_empty());
        assert!(diff(&one, folder.path()).is_err());
    }
}
