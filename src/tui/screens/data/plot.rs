//! Measured values of one region against time, as a figure: used values, those left out, those below the limit.

use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, Style};
use crate::session::fitting::{RowLook, RowState};

/// The values of one region of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    channel: String,
    person: String,
}

impl Series {
    /// Whether a row is one of it.
    #[must_use]
    pub fn holds(&self, row: &RowLook) -> bool {
        self.channel == row.channel && self.person == row.person
    }

    /// For people.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.channel.is_empty(), self.person.is_empty()) {
            (true, _) => "rows that cannot be read".into(),
            (false, true) => self.channel.replace('_', " "),
            (false, false) => format!("{}, {}", self.channel.replace('_', " "), self.person),
        }
    }
}

/// All of them, in the order of the rows.
#[must_use]
pub fn series(rows: &[RowLook]) -> Vec<Series> {
    let mut found: Vec<Series> = Vec::new();
    for row in rows {
        if !found.iter().any(|one| one.holds(row)) {
            found.push(Series { channel: row.channel.clone(), person: row.person.clone() });
        }
    }
    found
}

fn points(name: &str, rows: &[&RowLook], style: Style) -> Option<Mark> {
    let seen: Vec<(f64, f64, f64)> = rows.iter().filter_map(|row| Some((row.time_h?, row.value?, row.sd.unwrap_or(0.0)))).collect();
    if seen.is_empty() {
        return None;
    }
    let ends = |sign: f64| seen.iter().any(|point| point.2 > 0.0).then(|| seen.iter().map(|(_, y, sd)| y + sign * sd).collect());
    Some(Mark::Points {
        name: name.to_owned(),
        x: seen.iter().map(|point| point.0).collect(),
        y: seen.iter().map(|point| point.1).collect(),
        low: ends(-1.0),
        high: ends(1.0),
        style,
    })
}

/// The region of a row as a figure, with a line at the row's time.
#[must_use]
pub fn figure(rows: &[RowLook], selected: &RowLook, log_axis: bool) -> Figure {
    let one = Series { channel: selected.channel.clone(), person: selected.person.clone() };
    let own =
        |wanted: &dyn Fn(&RowState) -> bool| -> Vec<&RowLook> { rows.iter().filter(|row| one.holds(row) && wanted(&row.state)).collect() };
    let used = own(&|state| *state == RowState::Used);
    let below = own(&|state| *state == RowState::BelowLimit);
    let out = own(&|state| matches!(state, RowState::Excluded(_) | RowState::ExcludedByTable(_)));
    let mut marks: Vec<Mark> = selected.time_h.map(|x| Mark::VerticalLine { x, label: String::new() }).into_iter().collect();
    marks.extend(points("left out", &out, Style::muted()));
    marks.extend(points("below the limit", &below, Style::indexed(5).with_role(Role::BelowLimit)));
    marks.extend(points("used", &used, Style::indexed(0)));
    // a legend of one entry says nothing
    let legend = if out.is_empty() && below.is_empty() { Legend::Hidden } else { Legend::Auto };
    let label = if selected.unit.contains("Bq") { "Activity" } else { "Measured value" };
    let y = if log_axis { Axis::log10(label, &selected.unit) } else { Axis::linear(label, &selected.unit) };
    let x = Axis::linear("Time after administration", "h");
    Figure { name: "data".into(), title: one.title(), panels: vec![Panel { title: None, x, y, marks, legend }], ..Figure::default() }
}
