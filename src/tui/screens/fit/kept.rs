//! Fits that are kept, and two of them side by side: objective, criteria, estimates with standard errors.

use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::estimates::{criteria, of_record};
use super::{Panel, place, record, result};
use crate::report::number_text::significant;
use crate::report::{Align, Column, Table};
use crate::session::draft::Edit;
use crate::tui::action::Motion;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::record::Record;
use crate::tui::update::body;
use crate::tui::view::dim;
use crate::tui::view::text::{put, scrolled};
use crate::tui::words::fitted;

/// A fit that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its letter.
    pub name: String,
    /// What it was made with.
    pub words: String,
    path: PathBuf,
    record: Record,
}

/// What a fit was made with, in words.
#[must_use]
pub fn made_words(edits: &[Edit]) -> String {
    if edits.is_empty() { "as the file has it".into() } else { edits.iter().map(Edit::words).collect::<Vec<_>>().join("; ") }
}

/// The kept fits of the current scenario.
pub fn of_scenario(app: &App) -> impl Iterator<Item = &Kept> {
    app.fit.kept.iter().filter(|kept| Some(&kept.path) == app.scenario.as_ref())
}

fn present(app: &App) -> Option<Kept> {
    let path = app.scenario.clone()?;
    let words = made_words(app.fit.made.get(&path).map_or(&[], |made| made.edits.as_slice()));
    // only the tables are compared
    let tables = record(app)?.tables.iter().filter(|table| ["fit", "fit_summary"].contains(&table.name.as_str())).cloned().collect();
    Some(Kept { name: "present".into(), words, path, record: Record { tables, ..Record::default() } })
}

/// What can be compared: the kept fits, and the present one where it is none of them.
#[must_use]
pub fn choices(app: &App) -> Vec<Kept> {
    let mut all: Vec<Kept> = of_scenario(app).cloned().collect();
    all.extend(present(app).filter(|present| all.iter().all(|kept| kept.record.tables != present.record.tables)));
    all
}

/// Keeps the present result.
pub fn keep(app: &mut App) -> Vec<Effect> {
    let Some(fit) = present(app) else { return Vec::new() };
    let known = of_scenario(app).find(|kept| kept.record.tables == fit.record.tables).map(|kept| kept.name.clone());
    if let Some(known) = known {
        app.say(format!("this fit is kept as {known}"));
        return Vec::new();
    }
    let free = |name: &String| of_scenario(app).all(|kept| kept.name != *name);
    let name = ('A'..='Z').map(String::from).find(free).unwrap_or_else(|| format!("{}", app.fit.kept.len() + 1));
    app.say(format!("kept as {name}; change something, `s` fits again, `C` compares"));
    app.fit.kept.push(Kept { name, ..fit });
    Vec::new()
}

/// Opens the comparison; where it is open, the next fit stands on the left.
pub fn compare(app: &mut App) -> Vec<Effect> {
    let count = choices(app).len();
    let (left, right) = app.fit.pair;
    app.fit.pair = if app.fit.comparing { ((left + 1) % count, right) } else { (left.min(count - 1), count - 1) };
    if app.fit.pair.0 == app.fit.pair.1 {
        app.fit.pair.1 = (app.fit.pair.0 + 1) % count;
    }
    (app.fit.comparing, app.fit.panel) = (true, Panel::Result);
    app.fit.browse.place.down = 0;
    Vec::new()
}

/// The kept fit that would be discarded: that on the left of the comparison, else the last.
#[must_use]
pub fn left(app: &App) -> Option<&Kept> {
    let all: Vec<&Kept> = of_scenario(app).collect();
    let position = if app.fit.comparing { app.fit.pair.0 } else { all.len().checked_sub(1)? };
    all.get(position).or_else(|| all.last()).copied()
}

/// Forgets it.
pub fn discard(app: &mut App) -> Vec<Effect> {
    let Some((name, path)) = left(app).map(|kept| (kept.name.clone(), kept.path.clone())) else { return Vec::new() };
    app.fit.kept.retain(|kept| kept.name != name || kept.path != path);
    let count = choices(app).len();
    app.fit.comparing &= count > 1;
    app.fit.pair = (0, 1.min(count.saturating_sub(1)));
    app.say(format!("{name} is no longer kept"));
    Vec::new()
}

/// Another fit on the right, or scrolling.
pub fn go(app: &mut App, motion: Motion) {
    let all = choices(app);
    let count = all.len().max(1);
    let head = result::head(app, place::places(app, body(app)).result.unwrap_or_default());
    let lines = all.get(app.fit.pair.0).zip(all.get(app.fit.pair.1)).map_or(0, |(a, b)| lines(a, b, head.width).len());
    let most = lines.saturating_sub(head.height.saturating_sub(1) as usize);
    let down = &mut app.fit.browse.place.down;
    *down = (*down).min(most);
    match motion {
        Motion::Side(by) => {
            let (left, right) = app.fit.pair;
            let mut to = (right as isize + by).rem_euclid(count as isize) as usize;
            if to == left {
                to = (to as isize + by.signum()).rem_euclid(count as isize) as usize;
            }
            app.fit.pair.1 = to;
        }
        Motion::Rows(by) => *down = down.saturating_add_signed(by).min(most),
        Motion::Page(by) => *down = down.saturating_add_signed(by * head.height.saturating_sub(2).max(1) as isize).min(most),
        Motion::First => *down = 0,
        Motion::Last => *down = most,
        Motion::Pane(_) | Motion::Enter => {}
    }
}

fn with_error(value: f64, error: Option<f64>, unit: &str) -> String {
    let error = error.map_or_else(String::new, |error| format!(" ± {}", significant(error, 2)));
    format!("{}{error} {unit}", significant(value, 4)).trim_end().to_owned()
}

/// Two fits side by side.
#[must_use]
pub fn table(a: &Kept, b: &Kept) -> Table {
    let right = |name: &str| Column { align: Align::Right, ..Column::text(name) };
    let columns = vec![Column::text("quantity"), right(&a.name), right(&b.name), right("difference")];
    let mut table = Table::new("compared", &format!("{}: {}  |  {}: {}", a.name, a.words, b.name, b.words), columns);
    let (of_a, of_b) = (criteria(&a.record), criteria(&b.record));
    let mut groups: Vec<&str> = Vec::new();
    for criterion in of_a.iter().chain(&of_b) {
        if !groups.contains(&criterion.group.as_str()) {
            groups.push(&criterion.group);
        }
    }
    let several = groups.len() > 1;
    let named = |group: &str, name: &str| if several { format!("{group}: {name}") } else { name.to_owned() };
    // of groups whose values differ, likelihoods are of different data
    let in_b = |group: &str, name: &str| of_b.iter().find(|other| other.group == group && other.name == name).and_then(|other| other.value);
    let is_other = |group: &str| of_a.iter().any(|one| one.group == group && one.name == "values" && one.value != in_b(group, "values"));
    if of_a.iter().any(|one| is_other(&one.group)) {
        table.title = format!("{}. The fits use different values: their likelihoods and criteria cannot be compared", table.title);
    }
    for first in &of_a {
        let second = of_b.iter().find(|other| (&other.group, other.name) == (&first.group, first.name)).and_then(|other| other.value);
        let is_count = ["values", "parameters"].contains(&first.name);
        let shown = |value: Option<f64>, digits: usize| match value {
            Some(value) if is_count => format!("{value:.0}"),
            Some(value) => significant(value, digits),
            None => "–".into(),
        };
        let comparable = is_count || !is_other(&first.group);
        let difference = first.value.zip(second).filter(|_| comparable).map(|(a, b)| b - a);
        let cells = [named(&first.group, first.name), shown(first.value, 6), shown(second, 6), shown(difference, 3)];
        table.push(cells.map(Into::into).to_vec());
    }
    let (of_a, of_b) = (of_record(&a.record), of_record(&b.record));
    let only_b = of_b.iter().filter(|other| !of_a.iter().any(|one| (&one.group, &one.name) == (&other.group, &other.name)));
    for one in of_a.iter().chain(only_b) {
        let in_fit =
            |all: &[super::estimates::Estimate]| all.iter().find(|other| (&other.group, &other.name) == (&one.group, &one.name)).cloned();
        let (first, second) = (in_fit(&of_a), in_fit(&of_b));
        let shown = |found: &Option<super::estimates::Estimate>| {
            found.as_ref().map_or_else(|| "not fitted".into(), |found| with_error(found.value, found.error, &found.unit))
        };
        let difference = match (&first, &second) {
            (Some(a), Some(b)) if a.value != 0.0 && a.unit == b.unit => {
                format!("{} %", significant(100.0 * (b.value - a.value) / a.value, 3))
            }
            _ => "–".into(),
        };
        table.push(vec![named(&one.group, &one.name).into(), shown(&first).into(), shown(&second).into(), difference.into()]);
    }
    table
}

fn lines(a: &Kept, b: &Kept, width: u16) -> Vec<Line<'static>> {
    let (text, _) = fitted(&table(a, b), width as usize);
    text.lines().map(|line| Line::raw(line.to_owned())).collect()
}

/// Draws the comparison.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let all = choices(app);
    let (Some(a), Some(b)) = (all.get(app.fit.pair.0), all.get(app.fit.pair.1)) else {
        put(buffer, area, 0, 0, "fewer than two fits are kept", dim());
        return;
    };
    let lines = lines(a, b, area.width);
    let (table, last) = (Rect { height: area.height.saturating_sub(1), ..area }, area.height.saturating_sub(1));
    let down = app.fit.browse.place.down.min(lines.len().saturating_sub(table.height as usize));
    scrolled(buffer, table, &lines, down, 0);
    let words = format!("←→ another fit on the right ({}), `C` on the left ({}), Esc leaves", b.name, a.name);
    put(buffer, area, 0, last, &words, dim());
}
