//! Where something stands: the text of a file and stretches of it.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// The text of one file, kept as long as some fault points into it.
pub struct SourceText {
    /// The name shown to people: the path as it was given.
    pub name: String,
    /// The whole text, without byte-order mark.
    pub text: String,
    line_starts: OnceLock<Vec<usize>>,
}

impl SourceText {
    /// Keeps `text` under the name people know it by.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        SourceText { name: name.into(), text: text.into(), line_starts: OnceLock::new() }
    }

    /// Byte offsets of the first byte of every line, ascending; the first is 0.
    pub fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        })
    }

    /// Line and column, both from 1 and the column in characters, of a byte offset; offsets beyond the end mean the end.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = border_before(&self.text, offset);
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// The text of a line (from 1) without its line break; empty beyond the end.
    pub fn line(&self, line: usize) -> &str {
        let starts = self.line_starts();
        let Some(&start) = line.checked_sub(1).and_then(|index| starts.get(index)) else {
            return "";
        };
        let end = starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SourceText({}, {} bytes)", self.name, self.text.len())
    }
}

/// A stretch of a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceText>,
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset behind the last byte.
    pub end: usize,
}

impl Place {
    /// The bytes `start..end` of `file`, moved to character borders inside the text.
    pub fn new(file: Arc<SourceText>, start: usize, end: usize) -> Self {
        let start = border_before(&file.text, start);
        let end = border_after(&file.text, end).max(start);
        Place { file, start, end }
    }

    /// Line and column of the first character, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        self.file.line_column(self.start)
    }

    /// Line and column behind the last character, both from 1, the column in characters.
    pub fn end_line_column(&self) -> (usize, usize) {
        self.file.line_column(self.end)
    }

    /// The text that stands there.
    pub fn text(&self) -> &str {
        self.file.text.get(self.start..self.end).unwrap_or("")
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.end, &self.file.name) == (other.start, other.end, &other.file.name)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(formatter, "{}:{line}:{column}", self.file.name)
    }
}

/// The character border at or before a byte offset; the end of the text beyond it.
pub(crate) fn border_before(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The character border at or after a byte offset; the end of the text beyond it.
pub(crate) fn border_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let source = SourceText::new("m.yaml", "aß: 1\r\n\nc");
        for (offset, line_column) in
            [(0, (1, 1)), (1, (1, 2)), (2, (1, 2)), (3, (1, 3)), (8, (2, 1)), (9, (3, 1)), (10, (3, 2)), (99, (3, 2))]
        {
            assert_eq!(source.line_column(offset), line_column, "{offset}");
        }
        assert_eq!([0, 1, 2, 3, 4].map(|line| source.line(line)), ["", "aß: 1", "", "c", ""]);
    }

    #[test]
    fn a_place_never_cuts_a_character() {
        let place = Place::new(Arc::new(SourceText::new("m.yaml", "aßb")), 2, 2);
        assert_eq!((place.start, place.end, place.text()), (1, 3, "ß"));
        assert_eq!(Place::new(place.file, 9, 3).text(), "");
    }
}
