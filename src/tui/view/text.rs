//! Words onto the screen, never beyond their area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Writes `text` at a column and row of `area`; what has no room is left out, a cut text ends in "…".
pub fn put(buffer: &mut Buffer, area: Rect, column: u16, row: u16, text: &str, style: Style) {
    let area = area.intersection(buffer.area);
    if column >= area.width || row >= area.height {
        return;
    }
    let room = (area.width - column) as usize;
    let text = cut(text, room);
    buffer.set_stringn(area.x + column, area.y + row, text, room, style);
}

/// `text` in at most `width` columns, the end replaced by "…".
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        out.push(character);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Lines from `down` on, shifted `right` columns to the left. A mark at the right edge tells that more lies above or below.
pub fn scrolled(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>], down: usize, right: usize) {
    let area = area.intersection(buffer.area);
    for (row, line) in lines.iter().skip(down).take(area.height as usize).enumerate() {
        let mut column = 0_usize;
        for span in &line.spans {
            for character in span.content.chars().filter(|character| !character.is_control()) {
                let wide = character.width().unwrap_or(0);
                if column >= right && column - right + wide <= area.width as usize {
                    let mut bytes = [0; 4];
                    let style = line.style.patch(span.style);
                    buffer.set_stringn(
                        area.x + (column - right) as u16,
                        area.y + row as u16,
                        character.encode_utf8(&mut bytes),
                        wide.max(1),
                        style,
                    );
                }
                column += wide;
            }
        }
        if column > right + area.width as usize && area.width > 0 {
            buffer.set_stringn(area.right() - 1, area.y + row as u16, "›", 1, Style::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("kidneys", 7), "kidneys");
        assert_eq!(cut("kidneys", 4), "kid…");
        assert_eq!(cut("kidneys", 0), "");
    }

    #[test]
    fn nothing_is_written_outside() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        put(&mut buffer, Rect::new(2, 1, 9, 9), 0, 0, "abc", Style::new());
        put(&mut buffer, Rect::new(2, 1, 9, 9), 5, 5, "abc", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["    ", "  a…"]));
    }

    #[test]
    fn a_wide_text_can_be_shifted() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        scrolled(&mut buffer, Rect::new(0, 0, 4, 1), &[Line::raw("abcdefgh")], 0, 2);
        assert_eq!(buffer, Buffer::with_lines(["cde›"]));
    }
}
