//! The text under the cursor: lines, cursor, selection, and the one replacement through which everything changes.
//!
//! Positions are a line and a byte in it, always at the border of a cluster ([`super::cluster`]); columns are those of the screen. A byte-order mark and
//! the line ends of the file (LF, or CRLF throughout) are kept aside and given back by [`TextBuffer::text`].

use super::cluster;
use super::history::{Change, History, Kind};

/// A place in the text, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Byte in the line.
    pub byte: usize,
}

impl Position {
    /// A place.
    #[must_use]
    pub fn new(line: usize, byte: usize) -> Position {
        Position { line, byte }
    }
}

/// A text that can be edited and every edit undone.
#[derive(Debug, Clone)]
pub struct TextBuffer {
    lines: Vec<String>,
    cursor: Position,
    anchor: Option<Position>,
    /// The column that up and down try to keep.
    wanted: Option<usize>,
    history: History,
    revision: u64,
    mark: bool,
    crlf: bool,
}

impl TextBuffer {
    /// The text of a file, not modified, cursor at its beginning.
    #[must_use]
    pub fn new(text: &str) -> TextBuffer {
        let (mark, text) = text.strip_prefix('\u{feff}').map_or((false, text), |rest| (true, rest));
        let breaks = text.matches('\n').count();
        let crlf = breaks > 0 && text.matches("\r\n").count() == breaks;
        let lines = text.split('\n').enumerate().map(|(index, line)| {
            // only the line end goes; a carriage return inside a line, or on the last one, is text
            let line = if crlf && index < breaks { line.strip_suffix('\r').unwrap_or(line) } else { line };
            line.to_owned()
        });
        let lines = lines.collect();
        let (cursor, anchor, wanted) = (Position::default(), None, None);
        TextBuffer { lines, cursor, anchor, wanted, history: History::new(), revision: 0, mark, crlf }
    }

    /// The whole text as it goes to the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mark = if self.mark { "\u{feff}" } else { "" };
        format!("{mark}{}", self.lines.join(if self.crlf { "\r\n" } else { "\n" }))
    }

    /// The lines without their ends; at least one.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// A line; empty beyond the end.
    #[must_use]
    pub fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", String::as_str)
    }

    /// Where the cursor is.
    #[must_use]
    pub fn cursor(&self) -> Position {
        self.cursor
    }

    /// The column of the cursor on the screen.
    #[must_use]
    pub fn column(&self) -> usize {
        cluster::column_of(self.line(self.cursor.line), self.cursor.byte)
    }

    /// Rises with every change of the text: results for another revision are stale.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the text differs from that of the file.
    #[must_use]
    pub fn modified(&self) -> bool {
        self.history.modified()
    }

    /// The text was written to the file.
    pub fn mark_saved(&mut self) {
        self.history.mark_saved();
    }

    /// The text is not that of the file, whatever is undone.
    pub fn mark_unsaved(&mut self) {
        self.history.mark_unsaved();
    }

    /// Whether there is something to undo and something to redo.
    #[must_use]
    pub fn can_undo_redo(&self) -> (bool, bool) {
        self.history.available()
    }

    /// Beginning and end of the selection, if it is not empty.
    #[must_use]
    pub fn selection(&self) -> Option<(Position, Position)> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    /// The selected text, with `\n` between lines; empty where nothing is selected.
    #[must_use]
    pub fn selected_text(&self) -> String {
        self.selection().map_or_else(String::new, |(start, end)| self.between(start, end))
    }

    /// The text from one place to another.
    #[must_use]
    pub fn between(&self, start: Position, end: Position) -> String {
        let mut out = String::new();
        for index in start.line..=end.line.min(self.lines.len() - 1) {
            let line = self.line(index);
            let from = if index == start.line { start.byte.min(line.len()) } else { 0 };
            let to = if index == end.line { end.byte.min(line.len()) } else { line.len() };
            if index > start.line {
                out.push('\n');
            }
            out.push_str(line.get(from..to.max(from)).unwrap_or(""));
        }
        out
    }

    /// The nearest place that exists, at the border of a cluster.
    #[must_use]
    pub fn clamped(&self, position: Position) -> Position {
        let line = position.line.min(self.lines.len() - 1);
        Position { line, byte: cluster::border(self.line(line), position.byte) }
    }

    /// The end of the text.
    #[must_use]
    pub fn end(&self) -> Position {
        let line = self.lines.len() - 1;
        Position { line, byte: self.line(line).len() }
    }

    /// Moves the cursor; with `select` the selection grows, without it is dropped.
    pub fn go(&mut self, to: Position, select: bool) {
        self.wanted = None;
        self.go_keeping_column(to, select);
    }

    /// Selects from one place to another, the cursor at the second.
    pub fn select(&mut self, from: Position, to: Position) {
        self.go(from, false);
        self.go(to, true);
    }

    pub(super) fn go_keeping_column(&mut self, to: Position, select: bool) {
        self.history.close();
        self.anchor = if select { self.anchor.or(Some(self.cursor)) } else { None };
        self.cursor = self.clamped(to);
    }

    /// The column that vertical motion keeps.
    pub(super) fn wanted_column(&mut self) -> usize {
        let column = self.column();
        *self.wanted.get_or_insert(column)
    }

    /// Replaces ranges (ascending, apart) in one step that one undo takes back. The cursor goes behind the last.
    pub fn replace_all(&mut self, ranges: &[(Position, Position)], with: &str, kind: Kind) {
        let before = self.cursor;
        let with = with.replace("\r\n", "\n").replace('\r', "\n");
        // from the end: earlier places stay what they are
        let mut changes = Vec::new();
        for (start, end) in ranges.iter().rev() {
            let change = Change { at: *start, removed: self.between(*start, *end), inserted: with.clone() };
            self.swap(change.at, &change.removed, &change.inserted);
            changes.push(change);
        }
        let Some(last) = ranges.last() else { return };
        // what stood before the last range may have moved its line or its column
        let moved = ranges[..ranges.len() - 1].iter().rev().fold(last.0, |place, range| shifted(place, range.0, range.1, &with));
        self.cursor = self.clamped(advanced(moved, &with));
        self.anchor = None;
        self.wanted = None;
        self.history.record(changes, before, self.cursor, kind);
    }

    /// Replaces one range; see [`Self::replace_all`].
    pub fn replace(&mut self, start: Position, end: Position, with: &str, kind: Kind) {
        self.replace_all(&[(start, end)], with, kind);
    }

    /// Puts text at the cursor in place of the selection: as one step, whatever it is.
    pub fn put(&mut self, text: &str, kind: Kind) {
        let (start, end) = self.selection().unwrap_or((self.cursor, self.cursor));
        self.replace(start, end, text, if start == end { kind } else { Kind::Single });
    }

    /// Takes the last step back. Gives whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.history.undo() else { return false };
        for change in step.changes.iter().rev() {
            self.swap(change.at, &change.inserted, &change.removed);
        }
        self.land(step.before);
        true
    }

    /// Makes the last step that was taken back again. Gives whether there was one.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.history.redo() else { return false };
        for change in &step.changes {
            self.swap(change.at, &change.removed, &change.inserted);
        }
        self.land(step.after);
        true
    }

    fn land(&mut self, cursor: Position) {
        (self.anchor, self.wanted) = (None, None);
        self.cursor = self.clamped(cursor);
    }

    /// At `at`, `old` gives way to `new`: the only place where lines change.
    fn swap(&mut self, at: Position, old: &str, new: &str) {
        self.revision += 1;
        let end = advanced(at, old);
        let head = self.line(at.line).get(..at.byte).unwrap_or("").to_owned();
        let tail = self.line(end.line).get(end.byte..).unwrap_or("");
        let joined = format!("{head}{new}{tail}");
        self.lines.splice(at.line..=end.line.min(self.lines.len() - 1), joined.split('\n').map(str::to_owned));
    }
}

/// The place behind `text` that begins at `from`.
#[must_use]
pub fn advanced(from: Position, text: &str) -> Position {
    match text.rfind('\n') {
        None => Position { line: from.line, byte: from.byte + text.len() },
        Some(last) => Position { line: from.line + text.matches('\n').count(), byte: text.len() - last - 1 },
    }
}

/// Where a place behind `start..end` lies after that range became `with`.
fn shifted(place: Position, start: Position, end: Position, with: &str) -> Position {
    let reached = advanced(start, with);
    let line = place.line + reached.line - end.line;
    let byte = if place.line == end.line { reached.byte + place.byte - end.byte } else { place.byte };
    Position { line, byte }
}
