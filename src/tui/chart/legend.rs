//! The legend of a panel: samples and names in as few rows as they need.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::look::Looks;
use crate::report::{Legend, Mark, Panel};

/// Rows of samples and names, at most `most`; what has no room is counted.
#[must_use]
pub fn rows(panel: &Panel, looks: &Looks, width: usize, most: usize) -> Vec<Line<'static>> {
    if panel.legend == Legend::Hidden || most == 0 {
        return Vec::new();
    }
    // name, line sample, marker, in order of appearance
    let mut entries: Vec<(String, Option<String>, Option<char>, Style)> = Vec::new();
    for mark in &panel.marks {
        let (name, style, sample, marker) = match mark {
            Mark::Line { name, style, .. } | Mark::Steps { name, style, .. } | Mark::Family { name, style, .. } => {
                (name, style, true, false)
            }
            Mark::Band { name, style, .. } => (name, style, true, false),
            Mark::Points { name, style, .. } => (name, style, false, true),
            Mark::Bars { .. }
            | Mark::Cells { .. }
            | Mark::Intervals { .. }
            | Mark::Violins { .. }
            | Mark::Spans { .. }
            | Mark::AtTicks { .. }
            | Mark::VerticalLine { .. }
            | Mark::HorizontalLine { .. } => continue,
        };
        let look = looks.look(name, style);
        let line = sample.then(|| if matches!(mark, Mark::Band { .. }) { "··".to_owned() } else { look.sample.to_owned() });
        let marker = marker.then_some(look.marker);
        match entries.iter_mut().find(|(known, ..)| known == name) {
            Some(entry) => {
                // a curve says more than its band
                if matches!(mark, Mark::Line { .. } | Mark::Steps { .. }) {
                    entry.1 = line;
                }
                entry.2 = entry.2.or(marker);
            }
            None => entries.push((name.clone(), line, marker, Style::new().fg(look.colour))),
        }
    }
    if entries.len() < 2 && entries.iter().all(|(name, ..)| panel.title.as_ref() == Some(name) || name.is_empty()) {
        return Vec::new();
    }
    let spans = entries.into_iter().map(|(name, line, marker, style)| {
        let sample = format!("{}{}", line.unwrap_or_default(), marker.map(String::from).unwrap_or_default());
        vec![Span::styled(sample, style), Span::raw(format!(" {name}"))]
    });
    fill(spans.collect(), width, most)
}

/// Puts entries into rows of `width` columns; where they need more than `most` rows, the last entry counts those left out.
fn fill(entries: Vec<Vec<Span<'static>>>, width: usize, most: usize) -> Vec<Line<'static>> {
    const GAP: usize = 3;
    let wide = |entry: &[Span]| entry.iter().map(Span::width).sum::<usize>();
    let mut rows: Vec<Vec<Vec<Span<'static>>>> = Vec::new();
    let fits = |row: &Vec<Vec<Span>>, entry: &[Span]| row.iter().map(|one| wide(one) + GAP).sum::<usize>() + wide(entry) <= width;
    let total = entries.len();
    for (position, entry) in entries.into_iter().enumerate() {
        let full = rows.len() == most;
        match rows.last_mut() {
            Some(row) if fits(row, &entry) => row.push(entry),
            Some(row) if full => {
                let mut left_out = total - position;
                let more = |count: usize| vec![Span::raw(format!("+{count} more"))];
                while row.len() > 1 && !fits(row, &more(left_out)) {
                    row.pop();
                    left_out += 1;
                }
                row.push(more(left_out));
                break;
            }
            _ => rows.push(vec![entry]),
        }
    }
    let gap = || Span::raw(" ".repeat(GAP));
    rows.into_iter()
        .map(|row| Line::from(row.into_iter().flat_map(|entry| std::iter::once(gap()).chain(entry)).skip(1).collect::<Vec<_>>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_counted() {
        let entries = ["kidneys", "marrow", "liver", "spleen"].map(|name| vec![Span::raw("──"), Span::raw(format!(" {name}"))]);
        let text = |width, most| fill(entries.to_vec(), width, most).iter().map(Line::to_string).collect::<Vec<_>>();
        assert_eq!(text(34, 1), ["── kidneys   ── marrow   +2 more"]);
        assert_eq!(text(26, 1), ["── kidneys   +3 more"]);
        assert_eq!(text(26, 2), ["── kidneys   ── marrow", "── liver   ── spleen"]);
        assert_eq!(text(12, 9).len(), 4);
    }
}
