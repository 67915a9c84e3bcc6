//! What the keys do to the text, each as one step of the history: typing, deleting, new lines that keep the indentation, shifting lines, cutting.

use super::buffer::{Position, TextBuffer};
use super::history::Kind;
use super::{cluster, motion};

/// Spaces of one level of YAML.
pub const INDENT: usize = 2;

/// Types one character. A space after a word begins a new undo step, so that undo goes word by word.
pub fn insert(buffer: &mut TextBuffer, character: char) {
    if matches!(character, '\n' | '\r') {
        return newline(buffer);
    }
    if character.is_whitespace() {
        let at = buffer.cursor();
        buffer.go(at, buffer.selection().is_some());
    }
    let mut bytes = [0; 4];
    buffer.put(character.encode_utf8(&mut bytes), Kind::Typing);
}

/// Breaks the line. The new one begins below the text of the old one; one level deeper behind a `:` that ends the line.
pub fn newline(buffer: &mut TextBuffer) {
    let (start, _) = buffer.selection().unwrap_or((buffer.cursor(), buffer.cursor()));
    let head = buffer.line(start.line).get(..start.byte).unwrap_or("");
    let spaces = head.len() - head.trim_start_matches(' ').len();
    let text = head.trim();
    let item = if text.starts_with("- ") { INDENT } else { 0 };
    let deeper = match text.split(" #").next().map(str::trim_end) {
        Some(text) if text.ends_with(':') || text.ends_with(['|', '>']) => INDENT + item,
        // the next key of a list item stands below the first
        Some(text) if item > 0 && text.contains(": ") && !text.contains('{') => item,
        _ => 0,
    };
    buffer.put(&format!("\n{}", " ".repeat(spaces + deeper)), Kind::Single);
}

/// Spaces to the next level, or all selected lines one level deeper.
pub fn indent(buffer: &mut TextBuffer) {
    match buffer.selection() {
        Some((start, end)) if start.line != end.line => shift_lines(buffer, true),
        _ => {
            let width = INDENT - buffer.column() % INDENT;
            buffer.put(&" ".repeat(width), Kind::Single);
        }
    }
}

/// The line of the cursor, or all selected lines, one level (in or) out; they stay selected.
pub fn shift_lines(buffer: &mut TextBuffer, deeper: bool) {
    let at = buffer.cursor();
    let selection = buffer.selection();
    let (start, end) = selection.unwrap_or((at, at));
    // a selection that ends at the beginning of a line does not mean that line
    let last = if end.byte == 0 && end.line > start.line { end.line - 1 } else { end.line };
    let lines: Vec<String> = (start.line..=last).map(|index| buffer.line(index).to_owned()).collect();
    let shifted = |line: &String| {
        if !deeper {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            line[spaces.min(INDENT)..].to_owned()
        } else if line.trim().is_empty() {
            line.clone()
        } else {
            format!("{}{line}", " ".repeat(INDENT))
        }
    };
    let new: Vec<String> = lines.iter().map(shifted).collect();
    if new == lines {
        return;
    }
    let to = Position::new(last, buffer.line(last).len());
    buffer.replace(Position::new(start.line, 0), to, &new.join("\n"), Kind::Single);
    if selection.is_some() {
        let end = Position::new(last, buffer.line(last).len());
        buffer.select(Position::new(start.line, 0), end);
    } else {
        let by = buffer.line(at.line).len() as isize - lines[0].len() as isize;
        buffer.go(Position::new(at.line, at.byte.saturating_add_signed(by)), false);
    }
}

/// Deletes the selection, or from the cursor to where a motion leads.
fn delete_to(buffer: &mut TextBuffer, to: Position) {
    let at = buffer.cursor();
    let (start, end, kind) = match buffer.selection() {
        Some((start, end)) => (start, end, Kind::Single),
        None => (at.min(to), at.max(to), Kind::Deleting),
    };
    if start != end {
        buffer.replace(start, end, "", kind);
    }
}

/// Deletes the character before the cursor; in the indentation, back to the level before.
pub fn delete_back(buffer: &mut TextBuffer) {
    let at = buffer.cursor();
    let line = buffer.line(at.line);
    let head = line.get(..at.byte).unwrap_or("");
    let to = if at.byte == 0 {
        at.line.checked_sub(1).map_or(at, |above| Position::new(above, buffer.line(above).len()))
    } else if head.bytes().all(|byte| byte == b' ') {
        Position::new(at.line, (at.byte - 1) / INDENT * INDENT)
    } else {
        Position::new(at.line, cluster::before(line, at.byte))
    };
    delete_to(buffer, to);
}

/// Deletes the character behind the cursor.
pub fn delete_on(buffer: &mut TextBuffer) {
    let at = buffer.cursor();
    let line = buffer.line(at.line);
    let next = buffer.clamped(Position::new(at.line + 1, 0));
    let to = if at.byte < line.len() { Position::new(at.line, cluster::after(line, at.byte)) } else { next.max(at) };
    // on the last line there is no next one
    delete_to(buffer, if to.line > at.line || at.byte < line.len() { to } else { at });
}

/// Deletes the word before the cursor.
pub fn delete_word_back(buffer: &mut TextBuffer) {
    let at = buffer.cursor();
    if at.byte == 0 {
        return delete_back(buffer);
    }
    delete_to(buffer, Position::new(at.line, motion::word_before(buffer.line(at.line), at.byte)));
}

/// Deletes the word behind the cursor.
pub fn delete_word_on(buffer: &mut TextBuffer) {
    let at = buffer.cursor();
    let line = buffer.line(at.line);
    if at.byte == line.len() {
        return delete_on(buffer);
    }
    delete_to(buffer, Position::new(at.line, motion::word_after(line, at.byte)));
}

/// Deletes to the end of the line, or the line break there.
pub fn delete_to_end(buffer: &mut TextBuffer) {
    let at = buffer.cursor();
    let end = buffer.line(at.line).len();
    if at.byte == end {
        return delete_on(buffer);
    }
    delete_to(buffer, Position::new(at.line, end));
}

/// What copying takes: the selection, or the whole line with its line break.
#[must_use]
pub fn copied(buffer: &TextBuffer) -> String {
    if buffer.selection().is_some() { buffer.selected_text() } else { format!("{}\n", buffer.line(buffer.cursor().line)) }
}

/// Cuts the selection, or the whole line, and gives it.
pub fn cut(buffer: &mut TextBuffer) -> String {
    let text = copied(buffer);
    let line = buffer.cursor().line;
    let (start, end) = buffer.selection().unwrap_or_else(|| {
        let below = Position::new(line + 1, 0);
        (Position::new(line, 0), if line + 1 < buffer.lines().len() { below } else { buffer.end() })
    });
    buffer.replace(start, end, "", Kind::Single);
    text
}

/// Puts a text in as one step.
pub fn paste(buffer: &mut TextBuffer, text: &str) {
    if !text.is_empty() {
        buffer.put(text, Kind::Single);
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
