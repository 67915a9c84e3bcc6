//! Intervals over named rows as a list: a track from the lowest to the highest end, the numbers behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::look::Looks;
use super::span::{Span, x_span};
use crate::report::number_text::significant;
use crate::report::{IntervalSeries, Panel};
use crate::tui::view::text::put;

/// Draws the intervals of a panel.
pub fn draw(panel: &Panel, series: &[IntervalSeries], looks: &Looks, area: Rect, buffer: &mut Buffer) {
    let dim = Style::new().add_modifier(Modifier::DIM);
    let span = x_span(panel);
    let slots = series.iter().map(|one| one.middle.len()).max().unwrap_or(0);
    let each = series.len() + 1;
    let room = (area.height as usize).saturating_sub(1);
    let shown = if slots * each > room { room / each } else { slots };
    let left = series.iter().map(|one| one.name.width() + 3).max().unwrap_or(0).min(area.width as usize / 3);
    let numbers = series.iter().flat_map(|one| (0..slots).map(move |slot| words(one, slot).width())).max().unwrap_or(0);
    let track = (area.width as usize).saturating_sub(left + numbers + 2);
    for slot in 0..shown {
        let y = (slot * each) as u16;
        let name = panel.y.categories.as_ref().and_then(|names| names.get(slot)).map(|name| name.replace('\n', ", ")).unwrap_or_default();
        put(buffer, area, 0, y, &name, Style::new().add_modifier(Modifier::BOLD));
        for (position, one) in series.iter().enumerate() {
            let y = y + 1 + position as u16;
            let style = Style::new().fg(looks.look(&one.name, &one.style).colour);
            put(buffer, Rect { width: left as u16, ..area }, 0, y, &format!("  {}", one.name), Style::new());
            put(buffer, area, left as u16, y, &bar(one, slot, &span, track), style);
            put(buffer, area, (left + track + 2) as u16, y, &words(one, slot), Style::new());
        }
    }
    let last = if shown < slots { format!("+{} more: `f` shows them", slots - shown) } else { panel.x.text() };
    put(buffer, area, 0, (shown * each) as u16, &last, dim);
}

/// "├──●───┤" in `track` columns.
fn bar(series: &IntervalSeries, slot: usize, span: &Span, track: usize) -> String {
    let at = |values: &[f64]| {
        let share = values.get(slot).and_then(|value| span.share_or_below(*value))?;
        Some((share.clamp(0.0, 1.0) * track.saturating_sub(1) as f64).round() as usize)
    };
    let mut cells = vec![' '; track];
    if let (Some(low), Some(high)) = (at(&series.low), at(&series.high)) {
        let last = track.saturating_sub(1);
        cells.iter_mut().take(high + 1).skip(low).for_each(|cell| *cell = '─');
        if let Some(cell) = cells.get_mut(low.min(last)) {
            *cell = '├';
        }
        if let Some(cell) = cells.get_mut(high.min(last)) {
            *cell = '┤';
        }
    }
    if let Some(cell) = at(&series.middle).and_then(|middle| cells.get_mut(middle)) {
        *cell = '●';
    }
    cells.into_iter().collect()
}

/// "1.2 (0.9 to 1.6)"; "–" where there is no value.
fn words(series: &IntervalSeries, slot: usize) -> String {
    let number = |values: &[f64]| values.get(slot).filter(|value| value.is_finite()).map(|value| significant(*value, 3));
    match (number(&series.middle), number(&series.low), number(&series.high)) {
        (Some(middle), Some(low), Some(high)) => format!("{middle} ({low} to {high})"),
        (Some(middle), ..) => middle,
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Scale;

    #[test]
    fn an_interval_stands_where_its_numbers_are() {
        let one = IntervalSeries { middle: vec![1.0], low: vec![0.1], high: vec![10.0], ..IntervalSeries::default() };
        // two decades to each side of 1: the middle of nine columns, its ends a quarter in
        let span = Span { low: 0.01, high: 100.0, scale: Scale::Log10 };
        assert_eq!(bar(&one, 0, &span, 9), "  ├─●─┤  ");
        assert_eq!(words(&one, 0), "1.00 (0.100 to 10.0)");
        assert_eq!((bar(&one, 1, &span, 3), words(&one, 1)), ("   ".to_owned(), "–".to_owned()));
    }
}
