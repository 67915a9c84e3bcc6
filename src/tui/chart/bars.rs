//! Bars over categories as a list: one row a bar, its value behind it, so that every number can be read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::look::Looks;
use crate::report::number_text::significant;
use crate::report::{BarSeries, Mark, Panel, Scale};
use crate::tui::view::text::put;

/// Eighths of a column.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// One row of the list.
struct Row {
    heading: bool,
    label: String,
    value: Option<f64>,
    words: String,
    style: Style,
}

/// Draws the bars of a panel.
pub fn draw(panel: &Panel, looks: &Looks, area: Rect, buffer: &mut Buffer) {
    let rows = rows(panel, looks);
    let room = area.height as usize;
    let shown = if rows.len() > room { room.saturating_sub(1) } else { rows.len() };
    let widest = |text: fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0);
    let label_width = widest(|row| if row.heading { 0 } else { row.label.width() }).min(area.width as usize / 3);
    let words_width = widest(|row| row.words.width());
    let track = (area.width as usize).saturating_sub(label_width + words_width + 2);
    let values = || rows.iter().filter_map(|row| row.value).filter(|value| value.is_finite());
    let largest = values().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let smallest = values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    for (position, row) in rows.iter().take(shown).enumerate() {
        let y = position as u16;
        if row.heading {
            put(buffer, area, 0, y, &row.label, Style::new().add_modifier(Modifier::BOLD));
            continue;
        }
        put(buffer, Rect { width: (label_width as u16).min(area.width), ..area }, 0, y, &row.label, Style::new());
        let length = row.value.map_or(0.0, |value| length(value, panel.y.scale, smallest, largest)) * track as f64;
        put(buffer, area, label_width as u16 + 1, y, &block(length), row.style);
        let end = label_width + 2 + length.ceil() as usize;
        put(buffer, area, end as u16, y, &row.words, Style::new());
    }
    if shown < rows.len() {
        put(
            buffer,
            area,
            0,
            shown as u16,
            &format!("+{} more: `f` shows them", rows.len() - shown),
            Style::new().add_modifier(Modifier::DIM),
        );
    }
}

/// Share of the track; on a log axis the smallest bar begins a decade below itself.
fn length(value: f64, scale: Scale, smallest: f64, largest: f64) -> f64 {
    if !value.is_finite() || largest == 0.0 {
        return 0.0;
    }
    match scale {
        Scale::Linear => value.abs() / largest,
        Scale::Log10 if value > 0.0 => crate::math::log10(10.0 * value / smallest) / crate::math::log10(10.0 * largest / smallest),
        Scale::Log10 => 0.0,
    }
}

fn block(length: f64) -> String {
    let eighths = (length * 8.0).round().max(0.0) as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn rows(panel: &Panel, looks: &Looks) -> Vec<Row> {
    let unit = if panel.y.unit.is_empty() { String::new() } else { format!(" {}", panel.y.unit) };
    let mut rows = Vec::new();
    for mark in &panel.marks {
        let (series, stacked) = match mark {
            Mark::Bars { series, stacked } => (series, *stacked),
            Mark::HorizontalLine { y, label } => {
                let words = format!("{}{unit}", significant(*y, 3));
                rows.push(Row {
                    heading: false,
                    label: label.clone(),
                    value: Some(*y),
                    words,
                    style: Style::new().add_modifier(Modifier::DIM),
                });
                continue;
            }
            _ => continue,
        };
        let slots = series.iter().map(|one| one.values.len()).max().unwrap_or(0);
        for slot in 0..slots {
            let category = panel
                .x
                .categories
                .as_ref()
                .and_then(|names| names.get(slot))
                .map(|name| name.replace('\n', ", "))
                .unwrap_or_else(|| (slot + 1).to_string());
            let single = series.len() == 1;
            if !single {
                let total: f64 = series.iter().filter_map(|one| one.values.get(slot)).sum();
                let label = if stacked { format!("{category}: {}{unit} in all", significant(total, 3)) } else { category.clone() };
                rows.push(Row { heading: true, label, value: None, words: String::new(), style: Style::new() });
            }
            for one in series {
                let label = if single { category.clone() } else { format!("  {}", one.name) };
                let style = Style::new().fg(looks.look(&one.name, &one.style).colour);
                let value = one.values.get(slot).copied();
                rows.push(Row { heading: false, label, value, words: words(one, slot, &unit), style });
            }
        }
    }
    rows
}

/// "19.3 Gy (17.4 to 21.2)"; "–" where there is no value.
fn words(series: &BarSeries, slot: usize, unit: &str) -> String {
    let Some(value) = series.values.get(slot).filter(|value| value.is_finite()) else { return "–".to_owned() };
    let end = |ends: &Option<Vec<f64>>| ends.as_ref().and_then(|ends| ends.get(slot)).map(|end| significant(*end, 3));
    match (end(&series.low), end(&series.high)) {
        (Some(low), Some(high)) => format!("{}{unit} ({low} to {high})", significant(*value, 3)),
        _ => format!("{}{unit}", significant(*value, 3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_ends_within_an_eighth_of_a_column() {
        assert_eq!(block(2.5), "██▌");
        assert_eq!(block(0.0), "");
    }

    #[test]
    fn a_log_bar_grows_by_equal_steps_per_decade() {
        assert_eq!(length(1.0, Scale::Log10, 1.0, 100.0) * 3.0, 1.0);
        assert_eq!(length(100.0, Scale::Log10, 1.0, 100.0), 1.0);
        assert_eq!(length(0.0, Scale::Log10, 1.0, 100.0), 0.0);
        assert_eq!(length(f64::NAN, Scale::Linear, 1.0, 100.0), 0.0);
    }
}
