//! The editor on the screen: line numbers, marks of problems, coloured text, and a bottom line that says what is under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::buffer::{Position, TextBuffer};
use super::highlight::Role;
use super::{Editor, Mode, byte_of_character, cluster, hover, search};
use crate::model::diagnostic::Severity;
use crate::tui::view::text::put;
use crate::tui::words::wrapped;

/// How the editor may draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// With colours; without, bold, dim, underline and reverse tell the same.
    pub colour: bool,
    /// Whether the keys come here: a cursor is shown.
    pub focused: bool,
}

/// Columns of the gutter: a mark, the number, a space. None where the area is too narrow for more than that.
fn gutter(width: u16, lines: usize) -> u16 {
    let digits = lines.max(1).to_string().len() as u16;
    if width >= digits + 12 { digits + 2 } else { 0 }
}

/// Rows below the text that say what is under the cursor: two where there is room, since a problem with its remedy is seldom shorter.
fn bottom_rows(height: u16) -> u16 {
    match height {
        0 | 1 => 0,
        2..12 => 1,
        _ => 2,
    }
}

/// Columns and rows that the text gets in an area.
#[must_use]
pub fn text_size(editor: &Editor, area: Rect) -> (usize, usize) {
    let rows = area.height - bottom_rows(area.height);
    ((area.width - gutter(area.width, editor.text.lines().len())) as usize, rows as usize)
}

/// Where the terminal's own cursor belongs, if it is seen.
#[must_use]
pub fn cursor(editor: &Editor, area: Rect) -> Option<(u16, u16)> {
    if area.is_empty() {
        return None;
    }
    let size = text_size(editor, area);
    let (down, right) = following(editor.scroll, size, &editor.text);
    let left = gutter(area.width, editor.text.lines().len());
    let column = editor.text.column().checked_sub(right).filter(|column| *column < size.0)?;
    Some((area.x + left + column as u16, area.y + (editor.text.cursor().line - down) as u16))
}

/// The place of the text that a cell of the area shows; the end of a line beyond it. None outside the text.
#[must_use]
pub fn place_at(editor: &Editor, area: Rect, column: u16, row: u16) -> Option<Position> {
    let size = text_size(editor, area);
    let (x, y) = (column.checked_sub(area.x)?, row.checked_sub(area.y)?);
    if y as usize >= size.1 || x >= area.width {
        return None;
    }
    let (down, right) = following(editor.scroll, size, &editor.text);
    let line = (down + y as usize).min(editor.text.lines().len() - 1);
    let wanted = right + x.saturating_sub(gutter(area.width, editor.text.lines().len())) as usize;
    Some(Position::new(line, cluster::byte_at(editor.text.line(line), wanted)))
}

/// The scrolling that shows the cursor: up and down changed as little as may be, to the left edge wherever the cursor is seen from there. Sideways it goes
/// in leaps: each moves the whole text, which over a slow link should not happen at every key.
#[must_use]
pub fn following(scroll: (usize, usize), page: (usize, usize), text: &TextBuffer) -> (usize, usize) {
    let (columns, rows) = (page.0.max(1), page.1.max(1));
    let (line, column) = (text.cursor().line, text.column());
    let down = scroll.0.min(line).max((line + 1).saturating_sub(rows));
    // a wide character under the cursor needs both its columns
    let least = (column + 2).saturating_sub(columns).min(column);
    let right = match column {
        seen if seen + 2 <= columns => 0,
        still if scroll.1 > 0 && (least..=still).contains(&scroll.1) => scroll.1,
        // a third of the width is left to write in
        _ => (least + columns / 3).min(column),
    };
    (down, right)
}

/// Draws the editor. Gives where the terminal's own cursor belongs, if it is seen.
pub fn draw(editor: &Editor, look: Look, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    let size = text_size(editor, area);
    let (down, right) = following(editor.scroll, size, &editor.text);
    let left = gutter(area.width, editor.text.lines().len());
    let found = if editor.mode == Mode::Text { "" } else { editor.search.pattern.as_str() };
    for row in 0..size.1 {
        let index = down + row;
        if index >= editor.text.lines().len() {
            break;
        }
        let y = area.y + row as u16;
        if left > 0 {
            draw_gutter(editor, look, index, Rect::new(area.x, y, left, 1), buffer);
        }
        draw_line(editor, look, index, right, found, Rect::new(area.x + left, y, size.0 as u16, 1), buffer);
    }
    let below = bottom_rows(area.height);
    if below > 0 {
        draw_bottom(editor, look, Rect::new(area.x, area.bottom() - below, area.width, below), buffer);
    }
    cursor(editor, area).filter(|_| look.focused)
}

fn colour(look: Look, style: Style, colour: Color) -> Style {
    if look.colour { style.fg(colour) } else { style }
}

fn of_severity(look: Look, severity: Severity) -> Style {
    match severity {
        Severity::Error => colour(look, Style::new(), Color::Red).add_modifier(Modifier::BOLD),
        Severity::Warning => colour(look, Style::new(), Color::Yellow).add_modifier(Modifier::BOLD),
        Severity::Note => colour(look, Style::new(), Color::Cyan),
    }
}

/// How a word is shown; without colour keys are bold.
#[must_use]
pub fn of_role(coloured: bool, role: Role) -> Style {
    let look = Look { colour: coloured, focused: false };
    match role {
        Role::Key => colour(look, Style::new().add_modifier(if look.colour { Modifier::empty() } else { Modifier::BOLD }), Color::Cyan),
        Role::Text => colour(look, Style::new(), Color::Green),
        Role::Number => colour(look, Style::new(), Color::Magenta),
        Role::Unit => colour(look, Style::new(), Color::Blue),
        Role::Comment | Role::Punctuation => Style::new().add_modifier(Modifier::DIM),
        Role::Anchor | Role::Word => colour(look, Style::new(), Color::Yellow),
    }
}

/// The letter of a severity, so that it is told without colour.
fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Note => "n",
    }
}

fn draw_gutter(editor: &Editor, look: Look, index: usize, area: Rect, buffer: &mut Buffer) {
    let worst = editor.problems().iter().filter(|problem| problem.line == index + 1).map(|problem| problem.severity).min();
    if let Some(worst) = worst {
        put(buffer, area, 0, 0, letter(worst), of_severity(look, worst));
    }
    let current = editor.text.cursor().line == index;
    let style = Style::new().add_modifier(if current { Modifier::BOLD } else { Modifier::DIM });
    let digits = area.width as usize - 2;
    put(buffer, area, 1, 0, &format!("{:>digits$}", index + 1), style);
}

fn draw_line(editor: &Editor, look: Look, index: usize, right: usize, found: &str, area: Rect, buffer: &mut Buffer) {
    let line = editor.text.line(index);
    let width = area.width as usize;
    let selection = editor.text.selection();
    let matches = search::in_line(line, found);
    // columns of problems count characters, those of the line bytes
    let problems: Vec<(usize, usize, Severity)> = editor
        .problems()
        .iter()
        .filter(|problem| problem.line == index + 1)
        .map(|problem| (byte_of_character(line, problem.column - 1), byte_of_character(line, problem.end - 1), problem.severity))
        .collect();
    let stretches = editor.stretches(index);
    let mut stretch = 0;
    let mut end_column = 0;
    for cluster in cluster::clusters(line) {
        end_column = cluster.column + cluster.width;
        if cluster.column + cluster.width <= right || cluster.width == 0 {
            continue;
        }
        if cluster.column >= right + width {
            break;
        }
        while stretches.get(stretch).is_some_and(|one| one.end <= cluster.start) {
            stretch += 1;
        }
        let mut style = match stretches.get(stretch) {
            Some(one) if one.start <= cluster.start => of_role(look.colour, one.role),
            _ => Style::new(),
        };
        if let Some((.., severity)) = problems.iter().find(|(start, end, _)| (*start..*end).contains(&cluster.start)) {
            style = style.patch(of_severity(look, *severity)).add_modifier(Modifier::UNDERLINED);
        }
        if matches.iter().any(|(start, end)| (*start..*end).contains(&cluster.start)) {
            style = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        }
        let at = Position::new(index, cluster.start);
        if selection.is_some_and(|(start, end)| (start..end).contains(&at)) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        let text = line.get(cluster.start..cluster.end).unwrap_or("");
        let shown = match text.chars().next() {
            Some('\t') => " ".repeat(cluster.width),
            Some(control) if control.is_control() => "?".to_owned(),
            _ => text.to_owned(),
        };
        if cluster.column < right {
            // the right half of a wide character is no character
            let seen = cluster.column + cluster.width - right;
            buffer.set_stringn(area.x, area.y, " ".repeat(seen), width, style);
        } else {
            let column = cluster.column - right;
            if column + cluster.width <= width || shown.trim().is_empty() {
                buffer.set_stringn(area.x + column as u16, area.y, &shown, width - column, style);
            }
        }
    }
    // a selected line break is seen as one reversed column
    let at_end = Position::new(index, line.len());
    if selection.is_some_and(|(start, end)| (start..end).contains(&at_end)) && (right..right + width).contains(&end_column) {
        buffer.set_stringn(area.x + (end_column - right) as u16, area.y, " ", 1, Style::new().add_modifier(Modifier::REVERSED));
    }
    if end_column > right + width && width > 1 {
        buffer.set_stringn(area.right() - 1, area.y, "›", 1, Style::new().add_modifier(Modifier::DIM));
    }
}

/// The search, else the names to choose from, else the problem under the cursor, else what its name means, else the keys that the cursor is within.
fn draw_bottom(editor: &Editor, look: Look, area: Rect, buffer: &mut Buffer) {
    if editor.mode != Mode::Text {
        let words = format!("Find: {}", editor.search.pattern);
        let count = search::count_words(&editor.text, &editor.search.pattern);
        let words = match editor.mode {
            Mode::Replace => format!("{words}  Replace with: {}  ({count}) Enter one, Alt-A every", editor.search.replacement),
            _ => format!("{words}  ({count}) Enter stays, Esc back, Tab replaces"),
        };
        return put(buffer, area, 0, 0, &words, Style::new().add_modifier(Modifier::BOLD));
    }
    let (words, style) = if let Some(completion) = editor.completion() {
        (completion.words(), Style::new())
    } else if let Some(problem) = editor.problem() {
        let help = if problem.help.is_empty() { String::new() } else { format!(" ({})", problem.help) };
        (format!("{}: {}{help}", problem.severity.word(), problem.message), of_severity(look, problem.severity))
    } else if let Some(hover) = editor.hover() {
        (hover.line(), Style::new())
    } else {
        (hover::path_at(editor.text.lines(), editor.text.cursor()).join(" > "), Style::new().add_modifier(Modifier::DIM))
    };
    let rows = area.height as usize;
    let lines = wrapped(&words, area.width as usize);
    for (row, line) in lines.iter().take(rows).enumerate() {
        // what has no room ends in the sign of a cut
        let text = if row + 1 == rows && lines.len() > rows { lines[row..].join(" ") } else { line.clone() };
        put(buffer, area, 0, row as u16, &text, style);
    }
}
