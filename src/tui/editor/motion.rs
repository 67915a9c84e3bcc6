//! Where the cursor can go: by character, word, line, page, and to the ends.

use super::buffer::{Position, TextBuffer};
use super::cluster;

/// A motion of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One character back.
    Left,
    /// One character on.
    Right,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// To the beginning of a word before.
    WordLeft,
    /// Behind the end of a word.
    WordRight,
    /// To the first character that is no space, or the beginning of the line if the cursor is there already.
    Home,
    /// To the end of the line.
    End,
    /// Up by so many lines.
    PageUp(usize),
    /// Down by so many lines.
    PageDown(usize),
    /// To the beginning of the text.
    Top,
    /// To the end of the text.
    Bottom,
}

/// What a character is to a word motion.
fn class(character: char) -> u8 {
    match character {
        c if c.is_whitespace() => 0,
        c if c.is_alphanumeric() || c == '_' => 1,
        _ => 2,
    }
}

/// The beginning of the word before a byte of a line.
#[must_use]
pub fn word_before(line: &str, byte: usize) -> usize {
    let head = line.get(..byte).unwrap_or(line);
    let trimmed = head.trim_end();
    let Some(last) = trimmed.chars().next_back().map(class) else { return 0 };
    let start = trimmed.trim_end_matches(|c| class(c) == last).len();
    cluster::border(line, start)
}

/// The end of the word behind a byte of a line.
#[must_use]
pub fn word_after(line: &str, byte: usize) -> usize {
    let tail = line.get(byte..).unwrap_or("");
    let spaces = tail.len() - tail.trim_start().len();
    let Some(first) = tail[spaces..].chars().next().map(class) else { return line.len() };
    let word = tail[spaces..].trim_start_matches(|c| class(c) == first);
    let end = line.len() - word.len();
    if cluster::border(line, end) == end { end } else { cluster::after(line, end) }
}

/// Moves the cursor; with `select` the selection grows.
pub fn go(buffer: &mut TextBuffer, motion: Motion, select: bool) {
    let at = buffer.cursor();
    let line = buffer.line(at.line);
    if let (Some((start, end)), false) = (buffer.selection(), select) {
        // leaving a selection sideways goes to its side
        match motion {
            Motion::Left => return buffer.go(start, false),
            Motion::Right => return buffer.go(end, false),
            _ => {}
        }
    }
    let last = buffer.lines().len() - 1;
    let to = match motion {
        Motion::Left | Motion::WordLeft if at.byte == 0 => match at.line.checked_sub(1) {
            Some(above) => Position::new(above, buffer.line(above).len()),
            None => at,
        },
        Motion::Right | Motion::WordRight if at.byte == line.len() => {
            if at.line == last {
                at
            } else {
                Position::new(at.line + 1, 0)
            }
        }
        Motion::Left => Position::new(at.line, cluster::before(line, at.byte)),
        Motion::Right => Position::new(at.line, cluster::after(line, at.byte)),
        Motion::WordLeft => Position::new(at.line, word_before(line, at.byte)),
        Motion::WordRight => Position::new(at.line, word_after(line, at.byte)),
        Motion::Home => {
            let text = line.len() - line.trim_start().len();
            Position::new(at.line, if at.byte == text { 0 } else { text })
        }
        Motion::End => Position::new(at.line, line.len()),
        Motion::Top => Position::default(),
        Motion::Bottom => buffer.end(),
        Motion::Up => return vertical(buffer, at.line.checked_sub(1), Position::default(), select),
        Motion::Down => return vertical(buffer, (at.line < last).then_some(at.line + 1), buffer.end(), select),
        Motion::PageUp(by) => return vertical(buffer, Some(at.line.saturating_sub(by)), at, select),
        Motion::PageDown(by) => return vertical(buffer, Some((at.line + by).min(last)), at, select),
    };
    buffer.go(to, select);
}

fn vertical(buffer: &mut TextBuffer, line: Option<usize>, otherwise: Position, select: bool) {
    let Some(line) = line else { return buffer.go(otherwise, select) };
    let column = buffer.wanted_column();
    let byte = cluster::byte_at(buffer.line(line), column);
    buffer.go_keeping_column(Position::new(line, byte), select);
}
