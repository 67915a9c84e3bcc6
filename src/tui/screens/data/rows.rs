//! The rows of the tables as lines: file line, time, region, person, value, standard deviation, and whether a fit uses it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::place::inside;
use super::{desk, rows_of};
use crate::report::number_text::significant;
use crate::session::fitting::{DataLook, RowLook, RowState};
use crate::tui::app::App;
use crate::tui::search;
use crate::tui::view::dim;
use crate::tui::view::text::{cut, put};

/// A row in words, for the search.
#[must_use]
pub fn words(row: &RowLook) -> String {
    let cells = cells(row, None, "");
    cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
}

const HEADINGS: [&str; 8] = ["line", "file", "time", "region", "person", "as read", "value", "SD"];
/// Those that hold numbers stand to the right.
const RIGHT: [bool; 8] = [true, false, true, false, false, true, true, true];

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| significant(value, 4))
}

/// Line, file, time, region, person, as read, value, standard deviation, state.
fn cells(row: &RowLook, data: Option<&DataLook>, time_unit: &str) -> [String; 9] {
    let table = data.and_then(|data| data.tables.get(row.table));
    let unit = if row.unit.is_empty() || row.value.is_none() { String::new() } else { format!(" {}", row.unit) };
    let as_read = match &row.read_unit {
        Some(read) => format!("{} {read}", number(row.as_read)),
        None => String::new(),
    };
    let several = data.is_some_and(|data| data.tables.len() > 1);
    [
        row.line.to_string(),
        table.filter(|_| several).map_or_else(String::new, |table| table.file.clone()),
        match row.time {
            Some(time) => format!("{} {}", significant(time, 4), table.map_or(time_unit, |table| &table.time_unit)).trim_end().to_owned(),
            None => "–".into(),
        },
        row.channel.clone(),
        row.person.clone(),
        as_read,
        format!("{}{unit}", number(row.value)),
        row.sd.map_or_else(String::new, |sd| format!("±{}", significant(sd, 3))),
        row.state.words(),
    ]
}

/// One sign for the state, and how it looks.
fn sign(state: &RowState) -> (&'static str, Style) {
    match state {
        RowState::Used => ("●", Style::new()),
        RowState::BelowLimit => ("↓", Style::new().fg(Color::Yellow)),
        RowState::Excluded(_) | RowState::ExcludedByTable(_) => ("○", dim()),
        RowState::Refused(_) => ("✗", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)),
        RowState::Missing | RowState::Unmapped => ("–", dim()),
    }
}

/// The first row seen, so that the selected one is.
fn first_seen(selected: usize, room: usize, count: usize) -> usize {
    selected.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// The row of the tables that stands on a row of the terminal; `area` with its frame.
#[must_use]
pub fn row_at(app: &App, area: Rect, row: u16) -> Option<usize> {
    let inside = inside(area);
    let room = inside.height.saturating_sub(1) as usize;
    let count = rows_of(app).len();
    let line = row.checked_sub(inside.y + 1)? as usize;
    let found = first_seen(app.data.row, room, count) + line;
    (line < room && found < count).then_some(found)
}

/// Draws the rows within their frame.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some(data) = desk::current(app).and_then(|look| look.data.as_ref()) else { return };
    let inside = inside(area);
    if inside.width == 0 || inside.height < 2 {
        return;
    }
    let cells: Vec<[String; 9]> = data.rows.iter().map(|row| cells(row, Some(data), "")).collect();
    // the state takes what is left; columns in which nothing stands are left out
    let widest = |column: usize| cells.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..8).map(widest).collect();
    for (width, heading) in widths.iter_mut().zip(HEADINGS) {
        *width = if *width == 0 { 0 } else { (*width).max(heading.width()) };
    }
    // names give way before numbers
    let taken = |widths: &[usize]| 2 + widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>();
    for column in [1, 3, 4] {
        while taken(&widths) + 12 > inside.width as usize && widths[column] > 8 {
            widths[column] -= 1;
        }
    }
    if taken(&widths) + 8 > inside.width as usize {
        widths[1] = 0;
    }
    let start = |column: usize| 2 + widths[..column].iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>();
    let mut line = |y: u16, texts: &[String], styles: (Style, Style)| {
        for column in 0..8 {
            if widths[column] == 0 {
                continue;
            }
            let text = cut(&texts[column], widths[column]);
            let shift = if RIGHT[column] { widths[column] - text.width() } else { 0 };
            put(buffer, inside, (start(column) + shift) as u16, y, &text, styles.0);
        }
        put(buffer, inside, start(8) as u16, y, &texts[8], styles.1);
    };
    let headings: Vec<String> = HEADINGS.iter().map(|heading| (*heading).to_owned()).chain(["state".to_owned()]).collect();
    line(0, &headings, (dim(), dim()));
    let room = inside.height as usize - 1;
    let selected = app.data.row.min(data.rows.len().saturating_sub(1));
    let first = first_seen(selected, room, data.rows.len());
    for (row, position) in (first..data.rows.len()).take(room).enumerate() {
        let (_, style) = sign(&data.rows[position].state);
        let found = !app.search.is_empty() && search::holds(&words(&data.rows[position]), &app.search);
        let found = if found { Modifier::BOLD | Modifier::UNDERLINED } else { Modifier::empty() };
        let plain = if data.rows[position].state.is_used() { Style::new() } else { dim() };
        line(row as u16 + 1, &cells[position], (plain.add_modifier(found), style.add_modifier(found)));
    }
    for (row, position) in (first..data.rows.len()).take(room).enumerate() {
        let (sign, style) = sign(&data.rows[position].state);
        put(buffer, inside, 0, row as u16 + 1, sign, style);
        if position == selected {
            let bar = Rect { y: inside.y + row as u16 + 1, height: 1, ..inside }.intersection(buffer.area);
            buffer.set_style(bar, Style::new().add_modifier(Modifier::REVERSED));
        }
    }
    if first > 0 {
        put(buffer, area, area.width.saturating_sub(3), 0, "↑", Style::new());
    }
    if first + room < data.rows.len() {
        put(buffer, area, area.width.saturating_sub(3), area.height - 1, "↓", Style::new());
    }
}
