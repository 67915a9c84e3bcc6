//! `rpt plot`, `rpt verify`, `rpt reproduce` and `rpt diff`: finished runs.
use std::path::Path;

use serde_json::json;

use super::output::{ProgressLine, print, print_json, width};
use super::work::{code_of, watched};
use super::{BAD_INPUT, DONE, FAILED};
use crate::report::diff::{RunDifference, diff};
use crate::report::redraw::redraw;
use crate::report::verify::verify;
use crate::report::{Column, Table};
use crate::session::reproduce::reproduce;

fn is_run(run: &Path) -> bool {
    let found = run.join("manifest.yaml").is_file();
    if !found {
        eprintln!("rpt: `{}` is no run folder: it has no manifest.yaml; `rpt list` shows the runs", run.display());
    }
    found
}

/// Redraws the figures of a run.
pub fn plot(run: &Path, as_json: bool) -> u8 {
    if !is_run(run) {
        return BAD_INPUT;
    }
    match redraw(run) {
        Ok(redrawn) => {
            if as_json {
                print_json(&json!({ "run": run.display().to_string(), "figures": redrawn.figures, "changed": redrawn.changed }));
            } else {
                print(&format!("{} figures redrawn in {}\n", redrawn.figures.len(), run.display()));
                for changed in &redrawn.changed {
                    print(&format!("  changed: {changed}\n"));
                }
            }
            DONE
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            FAILED
        }
    }
}

/// Checks a run against its hashes.
pub fn verify_run(run: &Path, as_json: bool) -> u8 {
    if !is_run(run) {
        return BAD_INPUT;
    }
    match verify(run) {
        Ok(mismatches) => {
            let lines: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
            if as_json {
                print_json(&json!({ "run": run.display().to_string(), "ok": lines.is_empty(), "mismatches": lines }));
            } else if lines.is_empty() {
                print(&format!("{}: every file is as it was written\n", run.display()));
            } else {
                print(&format!("{}:\n  {}\n", run.display(), lines.join("\n  ")));
            }
            if lines.is_empty() { DONE } else { FAILED }
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            FAILED
        }
    }
}

/// Does a run again and compares.
pub fn reproduce_run(run: &Path, scenario: Option<&Path>, threads: Option<usize>, as_json: bool) -> u8 {
    if !is_run(run) {
        return BAD_INPUT;
    }
    let cancel = watched();
    let mut line = ProgressLine::new();
    let result = reproduce(run, scenario, threads, &cancel, &mut |progress| line.show(&progress));
    line.clear();
    match result {
        Ok(found) => {
            let same = found.different.is_empty();
            if as_json {
                print_json(&json!({
                    "run": run.display().to_string(), "ok": same, "same": found.same, "different": found.different, "remarks": found.remarks,
                    "second_run": found.left.as_ref().map(|place| place.display().to_string()),
                }));
            } else {
                for remark in &found.remarks {
                    print(&format!("note: {remark}\n"));
                }
                if same {
                    print(&format!("{}: {} files came out the same to the byte\n", run.display(), found.same));
                } else {
                    print(&format!(
                        "{}: {} files the same, these differ:\n  {}\n",
                        run.display(),
                        found.same,
                        found.different.join("\n  ")
                    ));
                    if let Some(place) = &found.left {
                        print(&format!("The second run is kept: `rpt diff {} {}`\n", run.display(), place.display()));
                    }
                }
            }
            if same { DONE } else { FAILED }
        }
        Err(failed) => {
            eprintln!("rpt: {}: {}", run.display(), failed.sentence.replace('\n', "\n  "));
            if as_json {
                print_json(&json!({ "run": run.display().to_string(), "ok": false, "failed": failed.sentence }));
            }
            code_of(&failed)
        }
    }
}

/// Cells of one table that are printed unless all are asked for.
const FEW: usize = 12;

/// Compares two runs.
pub fn diff_runs(first: &Path, second: &Path, as_json: bool, all: bool) -> u8 {
    if !is_run(first) || !is_run(second) {
        return BAD_INPUT;
    }
    match diff(first, second) {
        Ok(found) => {
            match serde_json::to_value(&found) {
                Ok(value) if as_json => print_json(&value),
                _ => print(&words(&found, all)),
            }
            DONE
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            FAILED
        }
    }
}

fn words(found: &RunDifference, all: bool) -> String {
    if found.is_empty() {
        return format!("nothing differs: {} tables are the same to the byte\n", found.equal_tables);
    }
    let mut text = String::new();
    if !found.inputs.is_empty() {
        let mut table = Table::new("inputs", "What went in", ["what", "first", "second"].map(Column::text).to_vec());
        for input in &found.inputs {
            table.push(vec![input.what.as_str().into(), input.first.as_str().into(), input.second.as_str().into()]);
        }
        text.push_str(&table.to_terminal(width()));
        text.push('\n');
    }
    let mut file = "";
    for (name, line) in &found.lines {
        if name != file {
            text.push_str(&format!("{name}\n"));
            file = name;
        }
        text.push_str(&format!("  {line}\n"));
    }
    for one in &found.only_in_one {
        text.push_str(&format!("{one}\n"));
    }
    let mut names: Vec<&str> = found.cells.iter().map(|cell| cell.table.as_str()).collect();
    names.dedup();
    for name in names {
        let of_table: Vec<_> = found.cells.iter().filter(|cell| cell.table == name).collect();
        let columns = vec![
            Column::text("row"),
            Column::text("column"),
            Column::text("first"),
            Column::text("second"),
            Column::number("change", "%").significant(3),
        ];
        let mut table = Table::new(name, &format!("Table {name}: {} cells differ", of_table.len()), columns);
        let shown = if all { of_table.len() } else { FEW.min(of_table.len()) };
        for cell in &of_table[..shown] {
            table.push(vec![
                cell.row.as_str().into(),
                cell.column.as_str().into(),
                cell.first.as_str().into(),
                cell.second.as_str().into(),
                cell.relative.map(|change| 100.0 * change).into(),
            ]);
        }
        if shown < of_table.len() {
            table.notes.push(format!("{} more: `--all` prints them.", of_table.len() - shown));
        }
        text.push('\n');
        text.push_str(&table.to_terminal(width()));
    }
    text.push_str(&format!("\n{} tables are the same to the byte\n", found.equal_tables));
    text
}
