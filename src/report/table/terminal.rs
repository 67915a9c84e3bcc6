//! A table as aligned text for a terminal of a given width.
//!
//! Too wide? Headings break over several lines first, then text columns give way, the widest first, cut with "…". Numbers are never cut:
//! a dose of "19…" is worse than none. If that is not enough, every row becomes a block of `heading: value` lines.

use super::{Align, Cell, Table};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const GAP: usize = 2;
const NARROWEST_TEXT: usize = 8;

pub(super) fn text(table: &Table, width: usize) -> String {
    let cells: Vec<Vec<String>> =
        table.rows.iter().map(|row| table.columns.iter().zip(row).map(|(column, cell)| one_line(&column.shown(cell))).collect()).collect();
    let headings: Vec<String> = table.columns.iter().map(|column| one_line(&column.heading())).collect();
    let mut out = String::new();
    if !table.title.is_empty() {
        wrapped(&table.title, width).iter().for_each(|line| push_line(&mut out, line));
    }
    match column_widths(table, &headings, &cells, width) {
        Some(widths) => grid(table, &headings, &cells, &widths, &mut out),
        None => blocks(&headings, &cells, width, &mut out),
    }
    for note in &table.notes {
        wrapped(note, width).iter().for_each(|line| push_line(&mut out, line));
    }
    out
}

/// Every row as a block of `heading: value` lines, whatever the width.
pub(super) fn as_blocks(table: &Table, width: usize) -> String {
    let cells: Vec<Vec<String>> =
        table.rows.iter().map(|row| table.columns.iter().zip(row).map(|(column, cell)| one_line(&column.shown(cell))).collect()).collect();
    let headings: Vec<String> = table.columns.iter().map(|column| one_line(&column.heading())).collect();
    let mut out = String::new();
    wrapped(&table.title, width).iter().for_each(|line| push_line(&mut out, line));
    blocks(&headings, &cells, width, &mut out);
    for note in &table.notes {
        wrapped(note, width).iter().for_each(|line| push_line(&mut out, line));
    }
    out
}

/// Widths of all columns, or `None` when the table cannot be made to fit.
fn column_widths(table: &Table, headings: &[String], cells: &[Vec<String>], width: usize) -> Option<Vec<usize>> {
    let count = headings.len();
    // found once: a table of all patients has thousands of rows
    let bodies: Vec<usize> =
        (0..count).map(|column| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)).collect();
    let words: Vec<usize> = headings.iter().map(|heading| heading.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0)).collect();
    let (body, longest_word) = (|column: usize| bodies[column], |column: usize| words[column]);
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * count.saturating_sub(1);
    let mut widths: Vec<usize> = (0..count).map(|c| body(c).max(headings[c].width())).collect();
    // headings over several lines: take width from the column whose heading sticks out most
    while total(&widths) > width {
        let slack = |c: usize| widths[c].saturating_sub(body(c).max(longest_word(c)));
        let Some(column) = (0..count).max_by_key(|c| (slack(*c), count - c)).filter(|c| slack(*c) > 0) else {
            break;
        };
        widths[column] -= 1;
    }
    let can_be_cut: Vec<bool> = (0..count)
        .map(|column| {
            let is_text = |row: &Vec<Cell>| matches!(row.get(column), Some(Cell::Text(_) | Cell::Missing));
            table.columns[column].align == Align::Left && table.rows.iter().all(is_text)
        })
        .collect();
    while total(&widths) > width {
        let column = (0..count).filter(|c| can_be_cut[*c] && widths[*c] > NARROWEST_TEXT).max_by_key(|c| (widths[*c], count - c))?;
        widths[column] -= 1;
    }
    Some(widths)
}

fn grid(table: &Table, headings: &[String], cells: &[Vec<String>], widths: &[usize], out: &mut String) {
    let set = |text: &str, column: usize| {
        let text = cut(text, widths[column]);
        let room = " ".repeat(widths[column] - text.width());
        if table.columns[column].align == Align::Right { format!("{room}{text}") } else { format!("{text}{room}") }
    };
    let gap = " ".repeat(GAP);
    let head: Vec<Vec<String>> = headings.iter().zip(widths).map(|(heading, width)| wrapped(heading, *width)).collect();
    let head_lines = head.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..head_lines {
        // headings stand on the rule, like the numbers below it
        let part = |lines: &Vec<String>| (line + lines.len()).checked_sub(head_lines).and_then(|i| lines.get(i).cloned());
        let row: Vec<String> = head.iter().enumerate().map(|(c, lines)| set(&part(lines).unwrap_or_default(), c)).collect();
        push_line(out, &row.join(&gap));
    }
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    push_line(out, &rule.join(&gap));
    for row in cells {
        let row: Vec<String> = row.iter().enumerate().map(|(column, cell)| set(cell, column)).collect();
        push_line(out, &row.join(&gap));
    }
}

/// One block per row for a terminal too narrow for the columns.
fn blocks(headings: &[String], cells: &[Vec<String>], width: usize, out: &mut String) {
    for (index, row) in cells.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for (heading, cell) in headings.iter().zip(row) {
            wrapped(&format!("{heading}: {cell}"), width).iter().for_each(|line| push_line(out, line));
        }
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `text` in at most `width` columns, the end replaced by "…".
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        if out.width() + character.width().unwrap_or(0) + 1 > width {
            break;
        }
        out.push(character);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Lines of at most `width` columns, broken at spaces, inside a word where it must be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if line.width() + character.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
