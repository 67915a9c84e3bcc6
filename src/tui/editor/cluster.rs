//! What a reader takes for one character, and how many columns of the screen it fills.
//!
//! Clusters are extended grapheme clusters (UAX 29), as ratatui cuts them when it draws. A control character is a cluster of its own: a tab reaches to the
//! next multiple of [`TAB`] columns, any other is shown as one column.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

/// Columns between the stops of a tab that stands in a file.
pub const TAB: usize = 4;

/// One cluster of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// First byte in the line.
    pub start: usize,
    /// Byte behind it.
    pub end: usize,
    /// First column.
    pub column: usize,
    /// Columns that it fills; 0 for one that is not seen.
    pub width: usize,
}

/// The clusters of a line (without its line break), from left to right.
#[must_use]
pub fn clusters(line: &str) -> Vec<Cluster> {
    let mut out = Vec::with_capacity(line.len());
    let (mut at, mut column) = (0, 0);
    let mut push = |length: usize, width: usize| {
        out.push(Cluster { start: at, end: at + length, column, width });
        (at, column) = (at + length, column + width);
        column
    };
    let mut reached = 0;
    for part in line.split_inclusive(char::is_control) {
        let (text, control) = match part.chars().next_back() {
            Some(last) if last.is_control() => (&part[..part.len() - last.len_utf8()], Some(last)),
            _ => (part, None),
        };
        if text.is_ascii() {
            for _ in 0..text.len() {
                reached = push(1, 1);
            }
        } else {
            for cluster in Span::raw(text).styled_graphemes(Style::new()) {
                reached = push(cluster.symbol.len(), cluster.symbol.width());
            }
        }
        if let Some(control) = control {
            let width = if control == '\t' { TAB - reached % TAB } else { 1 };
            reached = push(control.len_utf8(), width);
        }
    }
    out
}

/// The column at which the cluster at or behind a byte begins; the width of the line at its end.
#[must_use]
pub fn column_of(line: &str, byte: usize) -> usize {
    let all = clusters(line);
    let at_end = all.last().map_or(0, |last| last.column + last.width);
    all.iter().find(|cluster| cluster.end > byte).map_or(at_end, |cluster| cluster.column)
}

/// The byte of the cluster that fills a column; the end of the line beyond it.
#[must_use]
pub fn byte_at(line: &str, column: usize) -> usize {
    clusters(line).iter().find(|cluster| cluster.column + cluster.width > column).map_or(line.len(), |cluster| cluster.start)
}

/// The border of a cluster before a byte, or 0.
#[must_use]
pub fn before(line: &str, byte: usize) -> usize {
    clusters(line).iter().rev().find(|cluster| cluster.start < byte).map_or(0, |cluster| cluster.start)
}

/// The border of a cluster behind a byte, or the end of the line.
#[must_use]
pub fn after(line: &str, byte: usize) -> usize {
    clusters(line).iter().find(|cluster| cluster.end > byte).map_or(line.len(), |cluster| cluster.end)
}

/// The border of a cluster at or before a byte.
#[must_use]
pub fn border(line: &str, byte: usize) -> usize {
    if byte >= line.len() {
        return line.len();
    }
    clusters(line).iter().find(|cluster| cluster.end > byte).map_or(line.len(), |cluster| cluster.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_combined_characters_are_one_step_each() {
        // e with a combining accent, a wide character, a flag of two code points, a tab
        let line = "e\u{301}漢🇩🇪\tx";
        let all = clusters(line);
        assert_eq!(all.iter().map(|one| one.width).collect::<Vec<_>>(), [1, 2, 2, 3, 1]);
        assert_eq!(all.iter().map(|one| one.column).collect::<Vec<_>>(), [0, 1, 3, 5, 8]);
        assert_eq!(all.last().map(|one| one.end), Some(line.len()));
        assert_eq!(before(line, line.len()), line.len() - 1);
        assert_eq!(after(line, 0), 3, "the accent belongs to its letter");
        assert_eq!((column_of(line, 3), byte_at(line, 2)), (1, 3), "either column of a wide character is that character");
        assert_eq!(column_of(line, line.len()), 9);
    }
}
