//! A matrix of cells as text: rows numbered and named, columns by number, strong values coloured and bold.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::report::Panel;
use crate::report::number_text::decimals;
use crate::tui::view::text::put;

/// Columns of one cell: a sign, four characters and a gap.
const CELL: u16 = 6;
/// Share of the full value from which a cell stands out.
const STRONG: f64 = 0.8;

/// Draws the cells of a panel.
pub fn draw(panel: &Panel, values: &[Vec<f64>], full: f64, area: Rect, buffer: &mut Buffer) {
    let names: Vec<String> = (0..values.len())
        .map(|row| {
            let name = panel.y.categories.as_ref().and_then(|names| names.get(row)).map_or("", String::as_str);
            format!("{:>2} {name}", row + 1)
        })
        .collect();
    let left = names.iter().map(|name| name.width()).max().unwrap_or(0).min(area.width as usize / 2) as u16;
    let columns = values.iter().map(Vec::len).max().unwrap_or(0);
    let shown_columns = columns.min(((area.width - left) / CELL) as usize);
    let room = (area.height as usize).saturating_sub(1);
    let shown_rows = if values.len() > room || shown_columns < columns { values.len().min(room.saturating_sub(1)) } else { values.len() };
    for column in 0..shown_columns {
        put(buffer, area, left + column as u16 * CELL, 0, &format!("{:>6}", column + 1), Style::new().add_modifier(Modifier::DIM));
    }
    for (row, of_row) in values.iter().take(shown_rows).enumerate() {
        let y = row as u16 + 1;
        put(buffer, Rect { width: left, ..area }, 0, y, &names[row], Style::new());
        for (column, value) in of_row.iter().take(shown_columns).enumerate() {
            let text = if value.is_finite() { decimals(*value, 2) } else { "–".to_owned() };
            put(buffer, area, left + column as u16 * CELL, y, &format!("{text:>6}"), style(*value / full));
        }
    }
    if shown_rows < values.len() || shown_columns < columns {
        let words = format!("{shown_rows} of {} rows, {shown_columns} of {columns} columns: `f` shows more", values.len());
        put(buffer, area, 0, shown_rows as u16 + 1, &words, Style::new().add_modifier(Modifier::DIM));
    }
}

fn style(share: f64) -> Style {
    let plain = Style::new();
    match share {
        share if share.abs() >= STRONG && share < 0.0 => plain.fg(Color::Blue).add_modifier(Modifier::BOLD),
        share if share.abs() >= STRONG => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Axis;

    #[test]
    fn every_row_is_named_and_what_has_no_room_is_said() {
        let names: Vec<String> = ["k_on", "a receptor density with a long name"].map(String::from).to_vec();
        let panel = Panel { y: Axis::of_categories("", names.clone()), x: Axis::of_categories("", names), ..Panel::default() };
        let text = |width, height| {
            let area = Rect::new(0, 0, width, height);
            let mut buffer = Buffer::empty(area);
            draw(&panel, &[vec![1.0, -0.94], vec![-0.94, f64::NAN]], 1.0, area, &mut buffer);
            (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>()).collect::<Vec<_>>()
        };
        let lines = text(60, 4);
        assert!(lines[1].starts_with(" 1 k_on") && lines[1].contains("1.00 -0.94"), "{lines:?}");
        assert!(lines[2].contains('–'), "{lines:?}");
        assert!(text(16, 3)[2].starts_with("1 of 2 rows"), "{:?}", text(16, 3));
    }
}
