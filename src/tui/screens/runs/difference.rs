//! What differs between two runs, as lines: what went in, what came out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;

use crate::report::diff::{CellDifference, RunDifference};
use crate::report::number_text::significant;
use crate::tui::message::Ticket;
use crate::tui::view::dim;
use crate::tui::words::wrapped;

/// So many cells are listed; the others are counted.
const MOST_CELLS: usize = 4000;

/// A comparison that was asked for.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Its number.
    pub ticket: Ticket,
    /// The marked run.
    pub first: PathBuf,
    /// The other.
    pub second: PathBuf,
    /// What was found, or why it could not be compared; `None` while it is under way.
    pub found: Option<Result<Vec<DiffLine>, String>>,
}

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Starts a part.
    Heading,
    /// A sentence.
    Plain,
    /// A remark.
    Dim,
    /// Only in the first.
    Minus,
    /// Only in the second.
    Plus,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What it tells.
    pub kind: Kind,
    /// Its words.
    pub words: String,
}

/// A number as people read it; other cells as they are.
fn cell(text: &str) -> String {
    match text.parse::<f64>() {
        _ if text.is_empty() => "(nothing)".to_owned(),
        // counts and seeds are whole
        Ok(value) if text.len() > 8 && text.contains('.') => significant(value, 6),
        _ => text.to_owned(),
    }
}

fn relative(difference: &CellDifference) -> String {
    difference.relative.map_or(String::new(), |relative| format!("  ({:+.3} %)", 100.0 * relative))
}

/// All that differs, inputs first.
pub fn lines(found: &RunDifference) -> Vec<DiffLine> {
    let mut out = Vec::new();
    let mut add = |kind: Kind, words: String| out.push(DiffLine { kind, words });
    if found.is_empty() {
        add(Kind::Heading, "Nothing differs".into());
        add(Kind::Plain, format!("Inputs are the same, and {} tables are equal to the byte.", found.equal_tables));
        return out;
    }
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let largest = found.cells.iter().filter(|cell| cell.relative.is_some_and(f64::is_finite)).max_by(|one, two| {
        let size = |cell: &CellDifference| cell.relative.unwrap_or(0.0).abs();
        size(one).total_cmp(&size(two))
    });
    add(Kind::Heading, "In short".into());
    add(
        Kind::Plain,
        format!(
            "Differ: inputs and settings {}, lines of files {}, cells of tables {}. {} equal to the byte.",
            found.inputs.len(),
            found.lines.len(),
            found.cells.len(),
            count(found.equal_tables, "table")
        ),
    );
    if let Some(cell) = largest {
        add(Kind::Plain, format!("Largest relative difference: {} {} {}{}", cell.table, cell.row, cell.column, relative(cell)));
    }
    add(Kind::Heading, "What went in".into());
    for input in &found.inputs {
        add(Kind::Plain, format!("{}: {} → {}", input.what, cell(&input.first), cell(&input.second)));
    }
    if found.inputs.is_empty() && found.lines.is_empty() {
        add(Kind::Dim, "the same inputs, settings and version".into());
    }
    let mut file = "";
    for (name, line) in &found.lines {
        if name != file {
            add(Kind::Dim, name.clone());
            file = name;
        }
        add(if line.starts_with('-') { Kind::Minus } else { Kind::Plus }, line.clone());
    }
    add(Kind::Heading, "What came out".into());
    found.only_in_one.iter().for_each(|words| add(Kind::Plain, words.clone()));
    let mut by_table: BTreeMap<&str, usize> = BTreeMap::new();
    found.cells.iter().for_each(|cell| *by_table.entry(&cell.table).or_default() += 1);
    let mut table = "";
    for difference in found.cells.iter().take(MOST_CELLS) {
        if difference.table != table {
            table = &difference.table;
            add(Kind::Dim, format!("{table}: {} differ", count(by_table.get(table).copied().unwrap_or(0), "cell")));
        }
        let (first, second) = (cell(&difference.first), cell(&difference.second));
        add(Kind::Plain, format!("{} · {}: {first} → {second}{}", difference.row, difference.column, relative(difference)));
    }
    if found.cells.len() > MOST_CELLS {
        add(Kind::Dim, format!("{} cells more: `rpt diff` lists all", found.cells.len() - MOST_CELLS));
    }
    if found.cells.is_empty() && found.only_in_one.is_empty() {
        add(Kind::Dim, format!("the same: {} equal to the byte", count(found.equal_tables, "table")));
    }
    out
}

/// The lines of a width; one that is too long goes on below, indented.
pub fn shown(lines: &[DiffLine], width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for line in lines {
        let style = match line.kind {
            Kind::Heading => Style::new().add_modifier(Modifier::BOLD),
            Kind::Plain => Style::new(),
            Kind::Dim => dim(),
            Kind::Minus => Style::new().fg(Color::Red),
            Kind::Plus => Style::new().fg(Color::Green),
        };
        if line.kind == Kind::Heading && !out.is_empty() {
            out.push(Line::default());
        }
        match line.kind {
            // lines of files keep their indentation
            Kind::Minus | Kind::Plus => out.push(Line::styled(line.words.replace('\t', "    "), style)),
            _ => {
                for (at, part) in wrapped(&line.words, width.saturating_sub(2)).into_iter().enumerate() {
                    out.push(Line::styled(format!("{}{part}", if at > 0 { "  " } else { "" }), style));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::diff::InputDifference;

    #[test]
    fn inputs_come_before_results_and_the_largest_difference_is_named() {
        let cell = |table: &str, row: &str, first: &str, second: &str, relative| CellDifference {
            table: table.into(),
            row: row.into(),
            column: "dose_gy".into(),
            first: first.into(),
            second: second.into(),
            relative,
        };
        let found = RunDifference {
            inputs: vec![InputDifference { what: "seed".into(), first: "1".into(), second: "2".into() }],
            lines: vec![("inputs/scenario.yaml".into(), "- seed: 1".into()), ("inputs/scenario.yaml".into(), "+ seed: 2".into())],
            only_in_one: vec!["only in the second: tables/groups.csv".into()],
            cells: vec![
                cell("cohort", "kidneys", "20.123456789", "22.135802468", Some(0.1)),
                cell("cohort", "liver", "3", "", None),
                cell("drawn", "weight", "70", "63", Some(-0.1000001)),
            ],
            equal_tables: 3,
        };
        let lines = lines(&found);
        let words: Vec<&str> = lines.iter().map(|line| line.words.as_str()).collect();
        let at = |words_wanted: &str| words.iter().position(|words| words.contains(words_wanted)).unwrap_or_else(|| panic!("{words:#?}"));
        assert!(at("seed: 1 → 2") < at("What came out"));
        assert!(words[at("Largest")].contains("drawn weight"));
        assert_eq!(lines[at("- seed: 1")].kind, Kind::Minus);
        assert!(words[at("kidneys · dose_gy")].contains("20.1235 → 22.1358  (+10.000 %)"), "{words:#?}");
        assert!(words[at("liver")].contains("3 → (nothing)"));
        assert!(at("cohort: 2 cells differ") < at("drawn: 1 cell differ"));
        assert!(shown(&lines, 30).iter().all(|line| line.width() <= 32));
    }

    #[test]
    fn equal_runs_are_said_to_be_equal() {
        let lines = lines(&RunDifference { equal_tables: 4, ..RunDifference::default() });
        assert_eq!(lines[0].words, "Nothing differs");
        assert!(lines[1].words.contains("4 tables"));
    }
}
