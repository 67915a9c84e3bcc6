//! The table a figure was drawn from, in long form: panel, series, mark, x, y, low, high, the units in the header; and a column of counts where
//! a mark has any (bins of a violin, numbers at the ticks).

use super::{Axis, Figure, Mark, Panel, counted_rows};
use crate::report::number_text::shortest;
use crate::report::table::csv_text;

/// The CSV text.
pub(crate) fn csv_of(figure: &Figure) -> String {
    let x = header("x", figure, |panel| &panel.x);
    let counted = figure.panels.iter().flat_map(|panel| &panel.marks).any(|m| matches!(m, Mark::Violins { .. } | Mark::AtTicks { .. }));
    let mut rows = vec![vec![
        "panel".to_owned(),
        "series".to_owned(),
        "mark".to_owned(),
        x,
        header("y", figure, |panel| &panel.y),
        header("low", figure, of_ends),
        header("high", figure, of_ends),
    ]];
    if counted {
        rows[0].push("count".to_owned());
    }
    for (index, panel) in figure.panels.iter().enumerate() {
        let title = panel.title.clone().unwrap_or_else(|| (index + 1).to_string());
        for mark in &panel.marks {
            for (series, kind, numbers) in rows_of(mark, panel) {
                let mut row = vec![title.clone(), series, kind.to_owned()];
                row.extend(numbers);
                if counted {
                    row.push(String::new());
                }
                rows.push(row);
            }
            for (series, kind, numbers, count) in counted_rows::of(mark, panel) {
                let mut row = vec![title.clone(), series, kind.to_owned()];
                row.extend(numbers);
                row.push(count);
                rows.push(row);
            }
        }
    }
    csv_text(&rows)
}

/// The axis on which a panel's low and high ends lie: intervals lie along x.
fn of_ends(panel: &Panel) -> &Axis {
    if panel.marks.iter().any(|mark| matches!(mark, Mark::Intervals { .. } | Mark::Spans { .. })) { &panel.x } else { &panel.y }
}

/// "y [Absorbed dose (Gy)]": what all panels have in common, else one part per different axis.
fn header(column: &str, figure: &Figure, axis: impl Fn(&Panel) -> &Axis) -> String {
    let mut texts: Vec<String> = Vec::new();
    for panel in &figure.panels {
        let text = axis(panel).text();
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    if texts.is_empty() { column.to_owned() } else { format!("{column} [{}]", texts.join("; ")) }
}

type Row = (String, &'static str, [String; 4]);

fn rows_of(mark: &Mark, panel: &Panel) -> Vec<Row> {
    let at = |values: &Option<Vec<f64>>, i: usize| values.as_ref().and_then(|v| v.get(i)).map(|v| shortest(*v)).unwrap_or_default();
    let none = String::new;
    match mark {
        Mark::Line { name, x, y, .. } => pairs(name, "line", x, y),
        Mark::Steps { name, x, y, .. } => pairs(name, "steps", x, y),
        Mark::Points { name, x, y, low, high, .. } => {
            let ends = |i: usize| (at(low, i), at(high, i));
            let place = |i: usize| (column_text(panel, x[i]), row_text(panel, y[i]));
            (0..x.len().min(y.len()))
                .map(|i| {
                    let ((x, y), (low, high)) = (place(i), ends(i));
                    (name.clone(), "points", [x, y, low, high])
                })
                .collect()
        }
        Mark::Band { name, x, low, high, .. } => (0..x.len().min(low.len()).min(high.len()))
            .map(|i| (name.clone(), "band", [shortest(x[i]), none(), shortest(low[i]), shortest(high[i])]))
            .collect(),
        Mark::Family { name, curves, .. } => {
            curves.iter().flat_map(|curve| pairs(&format!("{name}: {}", curve.name), "line", &curve.x, &curve.y)).collect()
        }
        Mark::Cells { name, values, .. } => values
            .iter()
            .enumerate()
            .flat_map(|(row, of_row)| of_row.iter().enumerate().map(move |(column, value)| (row, column, value)))
            .map(|(row, column, value)| {
                let series = format!("{name}: {} with {}", category(&panel.y, row), category(&panel.x, column));
                (series, "cell", [category(&panel.x, column), shortest(*value), none(), none()])
            })
            .collect(),
        Mark::Intervals { series } => series
            .iter()
            .flat_map(|s| (0..s.middle.len()).map(move |i| (s, i)))
            .map(|(s, i)| {
                let end = |values: &[f64]| values.get(i).map(|v| shortest(*v)).unwrap_or_default();
                (s.name.clone(), "interval", [shortest(s.middle[i]), category(&panel.y, i), end(&s.low), end(&s.high)])
            })
            .collect(),
        Mark::VerticalLine { x, label } => vec![(label.clone(), "vertical line", [shortest(*x), none(), none(), none()])],
        Mark::HorizontalLine { y, label } => {
            vec![(label.clone(), "horizontal line", [none(), shortest(*y), none(), none()])]
        }
        Mark::Spans { series } => series
            .iter()
            .flat_map(|s| (0..s.slot.len().min(s.from.len()).min(s.to.len())).map(move |i| (s, i)))
            .map(|(s, i)| {
                let name = s.labels.get(i).filter(|label| !label.is_empty()).map_or(s.name.clone(), |label| format!("{}: {label}", s.name));
                (name, "span", [none(), category(&panel.y, s.slot[i]), shortest(s.from[i]), shortest(s.to[i])])
            })
            .collect(),
        // these have counts
        Mark::Violins { .. } | Mark::AtTicks { .. } => Vec::new(),
        Mark::Bars { series, stacked } => series
            .iter()
            .flat_map(|s| s.values.iter().enumerate().map(move |(i, v)| (s, i, *v)))
            // a series without a part in a stack
            .filter(|(.., value)| !stacked || value.is_finite())
            .map(|(s, i, v)| (s.name.clone(), "bar", [category(&panel.x, i), shortest(v), at(&s.low, i), at(&s.high, i)]))
            .collect(),
    }
}

/// An x as the table says it: on an axis of names the name of its slot.
fn column_text(panel: &Panel, x: f64) -> String {
    if panel.x.categories.is_some() && x >= 0.0 { category(&panel.x, x as usize) } else { shortest(x) }
}

/// A y as the table says it; slots are counted from the top.
fn row_text(panel: &Panel, y: f64) -> String {
    let from_top = panel.y.categories.as_ref().map(|names| names.len() as f64 - y);
    match from_top {
        Some(place) if place >= 0.0 => category(&panel.y, place as usize),
        _ => shortest(y),
    }
}

/// Name of a slot on one line, its number where it has none.
pub(super) fn category(axis: &Axis, slot: usize) -> String {
    axis.categories
        .as_ref()
        .and_then(|names| names.get(slot))
        .map(|name| name.replace('\n', ", "))
        .unwrap_or_else(|| (slot + 1).to_string())
}

fn pairs(name: &str, kind: &'static str, x: &[f64], y: &[f64]) -> Vec<Row> {
    let none = String::new;
    x.iter().zip(y).map(|(x, y)| (name.to_owned(), kind, [shortest(*x), shortest(*y), none(), none()])).collect()
}
