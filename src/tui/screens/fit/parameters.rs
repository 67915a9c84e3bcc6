//! The parameters of the fit as a list: fitted or not, start, scale, bounds, prior.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::{Panel, fit_of};
use crate::session::draft::{Edit, ParameterLook};
use crate::tui::app::App;
use crate::tui::screens::data::desk;
use crate::tui::search;
use crate::tui::view::text::{cut, put};
use crate::tui::view::{dim, framed};
use crate::tui::words::wrapped;

const HEADINGS: [&str; 5] = ["parameter", "start", "scale", "bounds", "prior"];

/// Rows above the first parameter: words of the fit, headings.
const ABOVE: u16 = 2;

fn cells(parameter: &ParameterLook) -> [String; 5] {
    let name = if parameter.label == parameter.path { parameter.path.clone() } else { format!("{} ({})", parameter.path, parameter.label) };
    let or_none = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let mut prior = parameter.prior.clone();
    if !parameter.more.is_empty() {
        prior = if prior.is_empty() { parameter.more.clone() } else { format!("{prior}; {}", parameter.more) };
    }
    [name, or_none(&parameter.start), parameter.scale.clone(), or_none(&parameter.bounds), or_none(&prior)]
}

/// A parameter in words, for the search.
#[must_use]
pub fn words(parameter: &ParameterLook) -> String {
    cells(parameter).join(" ")
}

fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

fn first_seen(selected: usize, room: usize, count: usize) -> usize {
    selected.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// The parameter on a row of the terminal.
#[must_use]
pub fn row_at(app: &App, area: Rect, row: u16) -> Option<usize> {
    let inside = inside(area);
    let room = inside.height.saturating_sub(ABOVE) as usize;
    let count = fit_of(app)?.parameters.len();
    let line = row.checked_sub(inside.y + ABOVE)? as usize;
    let found = first_seen(app.fit.row.min(count.saturating_sub(1)), room, count) + line;
    (line < room && found < count).then_some(found)
}

/// Draws the list with its frame.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let name = desk::current(app).map_or("", |look| &look.name);
    let changed = match desk::edits(app).len() {
        0 => String::new(),
        count => format!(" · {count} changed, not written"),
    };
    let title = if name.is_empty() { " Fit ".to_owned() } else { format!(" Fit of {name}{changed} ") };
    framed(&title, app.fit.panel == Panel::Parameters).render(area, buffer);
    let inside = inside(area);
    let Some(fit) = fit_of(app) else {
        let words = empty(app);
        let lines = wrapped(&words, inside.width.saturating_sub(2) as usize);
        lines.iter().enumerate().for_each(|(row, line)| put(buffer, inside, 1, row as u16, line, Style::new()));
        return;
    };
    put(buffer, inside, 0, 0, &fit.words.join("; "), dim());
    let rows: Vec<[String; 5]> = fit.parameters.iter().map(cells).collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0).max(HEADINGS[column].width());
    let mut widths: Vec<usize> = (0..4).map(widest).collect();
    let taken = |widths: &[usize]| 2 + widths.iter().map(|width| width + 2).sum::<usize>();
    while taken(&widths) + 10 > inside.width as usize && widths[0] > 14 {
        widths[0] -= 1;
    }
    let start = |column: usize| 2 + widths[..column].iter().map(|width| width + 2).sum::<usize>();
    let mut line = |y: u16, texts: &[String; 5], style: Style, own_start: bool| {
        for (column, text) in texts.iter().enumerate() {
            let text = widths.get(column).map_or_else(|| text.clone(), |width| cut(text, *width));
            let bold = if column == 1 && own_start { Modifier::BOLD } else { Modifier::empty() };
            put(buffer, inside, start(column) as u16, y, &text, style.add_modifier(bold));
        }
    };
    line(1, &HEADINGS.map(str::to_owned), dim(), false);
    let room = inside.height.saturating_sub(ABOVE) as usize;
    let selected = app.fit.row.min(rows.len().saturating_sub(1));
    let first = first_seen(selected, room, rows.len());
    let seen = || (first..rows.len()).take(room).enumerate();
    for (row, position) in seen() {
        let parameter = &fit.parameters[position];
        let found = !app.search.is_empty() && search::holds(&words(parameter), &app.search);
        let style = if parameter.fitted { Style::new() } else { dim() };
        let style = if found { style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { style };
        line(row as u16 + ABOVE, &rows[position], style, parameter.own_start);
    }
    for (row, position) in seen() {
        let parameter = &fit.parameters[position];
        let (sign, style) = if parameter.fitted { ("✓", Style::new().fg(Color::Green)) } else { ("–", dim()) };
        put(buffer, inside, 0, row as u16 + ABOVE, sign, style);
        let is_changed = desk::edits(app)
            .iter()
            .any(|edit| matches!(edit, Edit::Set { path, .. } | Edit::Add { path } | Edit::LeaveOut { path } if *path == parameter.path));
        if is_changed {
            put(buffer, inside, 1, row as u16 + ABOVE, "*", Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD));
        }
        if position == selected {
            let bar = Rect { y: inside.y + row as u16 + ABOVE, height: 1, ..inside }.intersection(buffer.area);
            buffer.set_style(bar, Style::new().add_modifier(Modifier::REVERSED));
        }
    }
    if first > 0 {
        put(buffer, area, area.width.saturating_sub(3), 0, "↑", Style::new());
    }
    if first + room < rows.len() {
        put(buffer, area, area.width.saturating_sub(3), area.height - 1, "↓", Style::new());
    }
}

/// What to do where there is no fit.
fn empty(app: &App) -> String {
    if let Some(failure) = app.data.desk.failure().filter(|_| app.scenario.is_some()) {
        return failure.to_owned();
    }
    match super::has_fit(app) {
        Err(words) if app.scenario.is_some() && desk::current(app).is_some_and(|look| look.faults.is_empty()) => {
            format!(
                "{words}. A section `fit` names the parameters and the error model; key `1` opens the screen Model, where it can be written. `o` chooses another scenario."
            )
        }
        Err(words) => format!("{words}."),
        Ok(()) => String::new(),
    }
}
