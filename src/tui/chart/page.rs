//! A whole figure: title, as many panels as there is room for, and its caption with sources and levels of evidence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::look::Looks;
use super::{panel, span};
use crate::report::Figure;
use crate::tui::view::text::put;
use crate::tui::words::wrapped;

/// Columns and rows that a panel should have at least before a second one is shown beside or below it.
const COMFORTABLE: (u16, u16) = (52, 13);

/// How a page is cut: rows of the heading, the panels, the caption below.
struct Cut {
    plots: Rect,
    columns: u16,
    rows: u16,
    caption: Vec<String>,
}

fn cut(figure: &Figure, area: Rect) -> Cut {
    let heading = 1 + u16::from(figure.subtitle.is_some() && area.height >= 16);
    let mut caption: Vec<String> = captions(figure).iter().flat_map(|words| wrapped(words, area.width as usize)).collect();
    let most = (area.height as usize / 8).max(1);
    if caption.len() > most {
        caption.truncate(most);
        if let Some(last) = caption.last_mut() {
            let kept: String = last.chars().take((area.width as usize).saturating_sub(2)).collect();
            *last = format!("{kept} …");
        }
    }
    let height = area.height.saturating_sub(heading + caption.len() as u16);
    let plots = Rect { y: area.y + heading.min(area.height), height, ..area };
    let count = figure.panels.len().max(1) as u16;
    let most_columns = (plots.width / COMFORTABLE.0).clamp(1, count);
    let most_rows = (plots.height / COMFORTABLE.1).clamp(1, count);
    // as the figure asks where there is room, else the arrangement that shows most with the fewest columns
    let asked = (figure.columns.max(1) as u16).min(most_columns);
    let columns = (asked..=most_columns).find(|columns| columns * most_rows >= count).unwrap_or(most_columns);
    Cut { plots, columns, rows: most_rows.min(count.div_ceil(columns)), caption }
}

/// The figure's own caption, and a sentence on what cannot be drawn.
fn captions(figure: &Figure) -> Vec<String> {
    let lost: usize = figure.panels.iter().map(span::not_shown).sum();
    let mut captions = figure.caption.clone();
    if lost > 0 {
        let points = if lost == 1 { "1 point".to_owned() } else { format!("{lost} points") };
        captions.push(format!("Not shown: {points} without a value that the axis can show."));
    }
    captions
}

/// How many panels are seen at once.
#[must_use]
pub fn panels_at_once(figure: &Figure, area: Rect) -> usize {
    let cut = cut(figure, area);
    (cut.columns * cut.rows).max(1) as usize
}

/// Draws a figure from its panel `first` on. `position` is "figure 1 of 3" or the like.
pub fn draw(figure: &Figure, first: usize, position: &str, area: Rect, buffer: &mut Buffer) {
    let Cut { plots, columns, rows, caption } = cut(figure, area);
    let at_once = (columns * rows).max(1) as usize;
    let first = first.min(figure.panels.len().saturating_sub(1)) / at_once * at_once;
    let shown = figure.panels.iter().skip(first).take(at_once);
    let counted = if figure.panels.len() > at_once {
        format!("{position}, panel {} of {}", panel_words(first, at_once, figure.panels.len()), figure.panels.len())
    } else {
        position.to_owned()
    };
    let counter_start = (area.width as usize).saturating_sub(counted.chars().count());
    put(
        buffer,
        Rect { width: counter_start.saturating_sub(1) as u16, ..area },
        0,
        0,
        &figure.title,
        Style::new().add_modifier(Modifier::BOLD),
    );
    let grey = Style::new().add_modifier(Modifier::DIM);
    put(buffer, area, counter_start as u16, 0, &counted, grey);
    if plots.y > area.y + 1 {
        put(buffer, area, 0, 1, figure.subtitle.as_deref().unwrap_or_default(), grey);
    }
    let looks = Looks::of(figure);
    let (width, height) = (plots.width / columns.max(1), plots.height / rows.max(1));
    for (index, one) in shown.enumerate() {
        let (column, row) = (index as u16 % columns, index as u16 / columns);
        let gap = if column + 1 < columns { 2 } else { 0 };
        let place = Rect { x: plots.x + column * width, y: plots.y + row * height, width: width.saturating_sub(gap), height };
        panel::draw(one, &looks, place, buffer);
    }
    for (line, words) in caption.iter().enumerate() {
        put(buffer, area, 0, plots.bottom() - area.y + line as u16, words, grey);
    }
}

fn panel_words(first: usize, at_once: usize, count: usize) -> String {
    let last = (first + at_once).min(count);
    if last == first + 1 { last.to_string() } else { format!("{}–{last}", first + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Panel;

    #[test]
    fn cells_intervals_and_families_are_drawn_in_any_room() {
        use crate::report::{Axis, Curve, IntervalSeries, Mark, Role};
        let names = vec!["k_on\nSD shrunk by 3 %".to_owned(), "k_off".to_owned()];
        let rows = Axis::of_categories("", names.clone());
        let cells = Mark::Cells { name: "Correlation".into(), values: vec![vec![1.0, -0.9], vec![-0.9, 1.0]], full: 1.0 };
        let one = IntervalSeries {
            name: "posterior".into(),
            middle: vec![1.0, 2.0],
            low: vec![0.5, -1.0],
            high: vec![2.0, 9.0],
            ..Default::default()
        };
        let family = Mark::Family {
            name: "starts".into(),
            curves: vec![Curve { name: "start 1".into(), x: vec![0.0, 1.0], y: vec![5.0, 1.0] }],
            style: crate::report::Style::muted(),
        };
        let below = Mark::Points {
            name: "below".into(),
            x: vec![0.5],
            y: vec![2.0],
            low: None,
            high: None,
            style: crate::report::Style::default().with_role(Role::BelowLimit),
        };
        let panels = vec![
            Panel { x: Axis::of_categories("", names), y: rows.clone(), marks: vec![cells], ..Panel::default() },
            Panel { x: Axis::log10("ratio", ""), y: rows, marks: vec![Mark::Intervals { series: vec![one] }], ..Panel::default() },
            Panel { marks: vec![family, below], ..Panel::default() },
        ];
        let figure = Figure { panels, columns: 3, ..Figure::default() };
        for (width, height) in [(1, 1), (26, 9), (80, 24), (200, 50)] {
            let area = Rect::new(0, 0, width, height);
            let mut buffer = Buffer::empty(area);
            draw(&figure, 0, "figure 1 of 1", area, &mut buffer);
            let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
            if width == 200 {
                assert!(text.contains("-0.90") && text.contains("k_on, SD shrunk by 3 %") && text.contains('↓'), "{text}");
            }
        }
    }

    #[test]
    fn panels_stand_side_by_side_and_stacked_as_room_allows() {
        let figure = Figure { panels: vec![Panel::default(); 4], ..Figure::default() };
        let at_once = |width, height| panels_at_once(&figure, Rect::new(0, 0, width, height));
        assert_eq!(at_once(50, 18), 1);
        assert_eq!(at_once(110, 20), 2);
        assert_eq!(at_once(110, 30), 4);
        assert_eq!(at_once(1, 1), 1);
    }
}
