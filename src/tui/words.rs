//! Words as lines: wrapped, labelled, as they are, and tables in the room there is.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::{Cell, Table};

/// Columns of the labels of an overview.
pub const LABEL: usize = 11;

/// `text` in lines of at most `width` columns, broken at spaces, inside a word where it must be.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if !line.is_empty() && line.width() + character.width().unwrap_or(0) > width {
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

fn dim(text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new().add_modifier(Modifier::DIM))
}

/// Red.
#[must_use]
pub fn bad() -> Style {
    Style::new().fg(Color::Red)
}

/// A label with its words wrapped beside it.
pub fn labelled(label: &str, words: &str, width: usize, out: &mut Vec<Line<'static>>) {
    for (position, line) in wrapped(words, width.saturating_sub(LABEL)).into_iter().enumerate() {
        let label = if position == 0 { label } else { "" };
        out.push(Line::from(vec![dim(format!("{label:<LABEL$}")), Span::raw(line)]));
    }
}

/// Words that are shown line by line, as they are: a rendered diagnostic with its carets. Its first words tell how bad it is.
pub fn verbatim(text: &str, out: &mut Vec<Line<'static>>) {
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let style = if line.starts_with("error") {
            bad().bold()
        } else if line.starts_with("warning") {
            Style::new().fg(Color::Yellow).bold()
        } else {
            Style::new()
        };
        out.push(Line::styled(line, style));
    }
}

/// The table as text with as many columns as can stand side by side, and the headings of the others; all as blocks where not even two can.
#[must_use]
pub fn fitted(table: &Table, width: usize) -> (String, Vec<String>) {
    let whole = table.to_terminal(width);
    let is_grid = |text: &str| text.lines().any(|line| line.starts_with('─'));
    let names = names(table);
    let is_good = |text: &str, kept: usize| is_grid(text) && names.iter().all(|(column, name)| *column >= kept || text.contains(name));
    if is_good(&whole, table.columns.len()) {
        return (whole, Vec::new());
    }
    most_columns(table, width, is_good)
        .filter(|(_, left_out)| left_out.len() + FEWEST <= table.columns.len())
        .or_else(|| if is_grid(&whole) { None } else { most_columns(table, width, |text, _| is_grid(text)) })
        .unwrap_or((whole, Vec::new()))
}

/// With fewer columns a table says nothing, and names are cut instead.
const FEWEST: usize = 4;

/// The beginning of the longest text of each of the first columns: cut further, `kidneys_d…` would be any of four.
fn names(table: &Table) -> Vec<(usize, String)> {
    const COLUMNS: usize = 3;
    const CHARACTERS: usize = 25;
    let longest = |column: usize| {
        let texts = table.rows.iter().filter_map(|row| match row.get(column) {
            Some(Cell::Text(text)) => Some(text.as_str()),
            _ => None,
        });
        texts.max_by_key(|text| text.width()).map(|text| text.chars().take(CHARACTERS).collect())
    };
    (0..COLUMNS.min(table.columns.len())).filter_map(|column| Some((column, longest(column)?))).collect()
}

/// The table with the most columns that is good at a width, and the headings of the others.
fn most_columns(table: &Table, width: usize, is_good: impl Fn(&str, usize) -> bool) -> Option<(String, Vec<String>)> {
    // fewer columns are never wider: the most that fit are found by halving
    let (mut fits, mut found) = (1, None);
    let mut too_many = table.columns.len();
    while fits + 1 < too_many {
        let kept = (fits + too_many) / 2;
        let mut narrow = table.clone();
        narrow.columns.truncate(kept);
        narrow.rows.iter_mut().for_each(|row| row.truncate(kept));
        let text = narrow.to_terminal(width);
        if is_good(&text, kept) {
            (fits, found) = (kept, Some(text));
        } else {
            too_many = kept;
        }
    }
    Some((found?, table.columns[fits..].iter().map(|column| column.heading()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_left_out_before_names_are_cut() {
        use crate::report::Column;
        let numbers = ["mean", "sd", "p5", "median", "p95"].map(|name| Column::number(name, "Gy"));
        let columns = ["arm", "quantity"].map(Column::text).into_iter().chain(numbers).collect();
        let mut table = Table::new("cohort", "Cohort", columns);
        for quantity in ["kidneys_dose", "kidneys_dose_per_activity"] {
            let mut row: Vec<Cell> = vec!["adapted".into(), quantity.into()];
            row.extend([19.4, 3.1, 9.8, 19.1, 33.2].map(Cell::Number));
            table.push(row);
        }
        let (text, left_out) = fitted(&table, 60);
        assert!(text.contains("kidneys_dose_per_activity") && text.lines().all(|line| line.width() <= 60), "{text}");
        assert!(!left_out.is_empty() && left_out.len() < 5, "{left_out:?}");
        assert!(fitted(&table, 120).1.is_empty());
        // where a name has no room at all it is cut, as before
        assert!(fitted(&table, 30).0.lines().count() > 4);
    }

    #[test]
    fn words_wrap_at_spaces_and_long_words_within() {
        assert_eq!(wrapped("kidneys and marrow", 8), ["kidneys", "and", "marrow"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("", 3), Vec::<String>::new());
        assert_eq!(wrapped("µ", 0), ["µ"]);
    }
}
