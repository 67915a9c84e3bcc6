//! A table in Markdown (GitHub flavour): pipes escaped, numbers to the right.

use super::{Align, Table};

pub(super) fn text(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(table.columns.iter().map(|c| escaped(&c.heading())).collect());
    out.push_str(&line(table.columns.iter().map(|c| if c.align == Align::Right { "---:" } else { ":---" }.to_owned()).collect()));
    for row in &table.rows {
        out.push_str(&line(table.columns.iter().zip(row).map(|(c, cell)| escaped(&c.shown(cell))).collect()));
    }
    for note in &table.notes {
        out.push('\n');
        out.push_str(note);
        out.push('\n');
    }
    out
}

/// A cell must not end its column or its line.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
