//! Rows of the data table for marks that count: bins, box and points of a violin, numbers at the ticks.

use super::data_table::category;
use super::{Mark, Panel, Violin};
use crate::report::number_text::shortest;

/// Series, kind, the four numbers (x, y, low, high), count.
pub(super) type CountedRow = (String, &'static str, [String; 4], String);

/// The rows of a mark that counts; none for the others.
pub(super) fn of(mark: &Mark, panel: &Panel) -> Vec<CountedRow> {
    match mark {
        Mark::Violins { violins } => violins.iter().flat_map(|one| of_violin(one, panel)).collect(),
        Mark::AtTicks { title, rows } => rows
            .iter()
            .flat_map(|row| row.x.iter().zip(&row.y).map(move |pair| (row, pair)))
            .map(|(row, (x, count))| {
                let none = String::new;
                (format!("{title}: {}", row.name), "at ticks", [shortest(*x), none(), none(), none()], shortest(*count))
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn of_violin(one: &Violin, panel: &Panel) -> Vec<CountedRow> {
    let slot = category(&panel.x, one.slot);
    let none = String::new;
    let row = |kind, y: String, low: String, high: String, count: String| (one.name.clone(), kind, [slot.clone(), y, low, high], count);
    let mut rows = Vec::new();
    for (low, (high, count)) in one.low.iter().zip(one.high.iter().zip(&one.count)) {
        rows.push(row("bin", none(), shortest(*low), shortest(*high), shortest(*count)));
    }
    if let Some(five) = &one.summary {
        rows.push(row("quartiles", shortest(five.median), shortest(five.lower_quartile), shortest(five.upper_quartile), none()));
        rows.push(row("whiskers", none(), shortest(five.low), shortest(five.high), none()));
    }
    rows.extend(one.points.iter().map(|value| row("points", shortest(*value), none(), none(), none())));
    rows
}
