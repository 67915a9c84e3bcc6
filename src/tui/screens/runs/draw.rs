//! The panels: the history on the left, the selected run on the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::asked::Check;
use super::{Pane, View, difference, history, manifest, opened};
use crate::report::runs::RunEntry;
use crate::tui::app::App;
use crate::tui::browse;
use crate::tui::search;
use crate::tui::view::text::{cut, put, scrolled};
use crate::tui::view::{dim, framed};
use crate::tui::words::{bad, wrapped};

/// Columns of the list: two fifths, between these.
const LIST: (u16, u16) = (28, 60);
/// From so many columns of the list on, a row has the seed.
const WITH_SEED: u16 = 50;
/// From so many rows of content on, the first figure is drawn below the manifest.
const WITH_FIGURE: u16 = 34;

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The list with its border; empty where the run fills the screen.
    pub list: Rect,
    /// Its rows.
    pub rows: Rect,
    /// The run with its border.
    pub detail: Rect,
    /// What is shown of it, below the tabs.
    pub content: Rect,
}

/// The parts of the body.
pub fn areas(app: &App, area: Rect) -> Areas {
    let width = match app.runs.pane {
        Pane::List if app.full_screen => area.width,
        Pane::Detail if app.full_screen => 0,
        _ => (area.width * 2 / 5).clamp(LIST.0, LIST.1).min(area.width),
    };
    let list = Rect { width, ..area };
    let detail = Rect { x: area.x + width, width: area.width - width, ..area };
    let inside = |area: Rect, air: u16| Rect {
        x: area.x + (1 + air).min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2 + 2 * air),
        height: area.height.saturating_sub(2),
    };
    let content = inside(detail, 1);
    let above = 1.min(content.height);
    let content = Rect { y: content.y + above, height: content.height - above, ..content };
    Areas { list, rows: inside(list, 0), detail, content }
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let areas = areas(app, area.intersection(buffer.area));
    if areas.list.width > 0 {
        draw_list(app, areas, buffer);
    }
    if areas.detail.width > 0 {
        draw_detail(app, areas, buffer);
    }
}

fn draw_list(app: &App, areas: Areas, buffer: &mut Buffer) {
    let runs = history::rows(app);
    let which = match app.scenario_entry().filter(|_| app.runs.of_scenario) {
        Some(entry) => format!(" of {}", entry.name),
        None => String::new(),
    };
    let title = format!(" {} {}{which} ", runs.len(), if runs.len() == 1 { "run, UTC" } else { "runs, UTC" });
    framed(&title, app.runs.pane == Pane::List).render(areas.list, buffer);
    if areas.rows.is_empty() {
        return;
    }
    if runs.is_empty() {
        return put(buffer, areas.rows, 1, 0, if app.project.is_some() { "none" } else { "reading …" }, dim());
    }
    let lines = history::lines_of_row(app, areas.rows);
    let room = areas.rows.height as usize / lines;
    let (first, selected) = (history::first_shown(app, room), history::position(app));
    for (at, (position, run)) in runs.iter().enumerate().skip(first).take(room).enumerate() {
        let row = Rect { y: areas.rows.y + (at * lines) as u16, height: lines as u16, ..areas.rows };
        draw_row(app, run, row, buffer);
        if position == selected {
            buffer.set_style(Rect { height: 1, ..row }, Style::new().add_modifier(Modifier::REVERSED));
        }
    }
    let edge = areas.list.width.saturating_sub(3);
    if first > 0 {
        put(buffer, areas.list, edge, 0, "↑", Style::new());
    }
    if first + room < runs.len() {
        put(buffer, areas.list, edge, areas.list.height.saturating_sub(1), "↓", Style::new());
    }
}

/// Mark, state, time, verb, scenario, and the seed where there is room, the last two on a line of their own where rows have two; a check of the digests stands behind the
/// state.
fn draw_row(app: &App, run: &RunEntry, row: Rect, buffer: &mut Buffer) {
    let marked = app.runs.marked.as_ref() == Some(&run.path);
    put(buffer, row, 0, 0, if marked { "m" } else { " " }, Style::new().add_modifier(Modifier::BOLD));
    let (sign, _) = history::state(run);
    let colour = match sign {
        "✓" => Color::Green,
        "✗" => Color::Red,
        _ => Color::Yellow,
    };
    put(buffer, row, 1, 0, sign, Style::new().fg(colour));
    let (checked, style) = match app.runs.checks.get(&run.path) {
        None => (" ", Style::new()),
        Some(Check::Asked(_)) => ("…", dim()),
        Some(Check::Found(differ)) if differ.is_empty() => ("=", Style::new().fg(Color::Green)),
        Some(_) => ("!", bad()),
    };
    put(buffer, row, 2, 0, checked, style);
    let time = history::time(&run.name);
    // this year's date without the year, to the minute
    let short = time.get(5..16).unwrap_or(&time);
    let seed = run.manifest.as_ref().and_then(|manifest| manifest.seed).map_or(String::new(), |seed| format!("seed {seed}"));
    let underlined = |found: bool| if found { Style::new().add_modifier(Modifier::UNDERLINED) } else { Style::new() };
    let style = underlined(!app.search.is_empty() && search::holds(&history::words(run), &app.search));
    if row.height > 1 {
        put(buffer, row, 4, 0, short, style);
        put(buffer, row, 16, 0, history::verb(run), Style::new());
        return put(buffer, row, 4, 1, &format!("{} {seed}", run.scenario), dim());
    }
    let seed_width = if row.width >= WITH_SEED { 14 } else { 0 };
    let name = Rect { width: row.width.saturating_sub(seed_width), ..row };
    put(buffer, name, 4, 0, short, Style::new());
    put(buffer, name, 16, 0, &cut(history::verb(run), 8), Style::new());
    put(buffer, name, 25, 0, &run.scenario, style);
    if seed_width > 0 {
        put(buffer, row, row.width - seed_width, 0, &format!(" {}", cut(&seed, 13)), dim());
    }
}

/// The lines of the manifest or of the difference.
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(difference) = app.runs.difference.as_ref().filter(|_| app.runs.view == View::Difference) else {
        return manifest::lines(app, width);
    };
    let mut out = Vec::new();
    for (label, path) in [("first", &difference.first), ("second", &difference.second)] {
        out.extend(wrapped(&format!("{label}: {}", app.relative(path)), width).into_iter().map(|line| Line::styled(line, dim())));
    }
    match &difference.found {
        None => out.push(Line::styled("comparing …", dim())),
        Some(Err(words)) => out.extend(wrapped(words, width).into_iter().map(|line| Line::styled(line, bad()))),
        Some(Ok(lines)) => out.extend(difference::shown(lines, width)),
    }
    out
}

fn tabs(app: &App) -> Line<'static> {
    let mut line = Line::default();
    let mut tab = |key: &str, name: &str, shown: bool, there: bool| {
        let style = match (shown, there) {
            (true, _) => Style::new().add_modifier(Modifier::REVERSED),
            (false, true) => Style::new(),
            (false, false) => dim(),
        };
        line.push_span(Span::styled(format!(" {key} "), style.add_modifier(Modifier::BOLD)));
        line.push_span(Span::styled(format!("{name} "), style));
    };
    let record = opened::record(app);
    let aspect = record.filter(|_| app.runs.view == View::Result).map(|record| app.runs.browse.shown(record));
    tab("a", "Manifest", app.runs.view == View::Manifest, true);
    for (key, name, own) in
        [("p", "Plots", browse::Aspect::Figures), ("t", "Tables", browse::Aspect::Tables), ("e", "Evidence", browse::Aspect::Findings)]
    {
        tab(key, name, aspect == Some(own), record.is_some());
    }
    tab("d", "Diff", app.runs.view == View::Difference, app.runs.marked.is_some());
    if let Some(record) = record.filter(|record| aspect == Some(browse::Aspect::Tables) && record.tables.len() > 1) {
        line.push_span(Span::styled(format!(" ←→ {} of {}", app.runs.browse.place.table + 1, record.tables.len()), dim()));
    }
    line
}

fn draw_detail(app: &App, areas: Areas, buffer: &mut Buffer) {
    let title = history::selected(app).map_or(String::new(), |run| format!(" {} {} ", run.scenario, history::time(&run.name)));
    framed(&title, app.runs.pane == Pane::Detail).render(areas.detail, buffer);
    let content = areas.content;
    if content.width == 0 || areas.detail.height < 3 {
        return;
    }
    buffer.set_line(content.x, content.y.saturating_sub(1), &tabs(app), content.width);
    if content.height == 0 {
        return;
    }
    if app.runs.view == View::Result {
        match opened::record(app) {
            Some(record) => return browse::draw(record, &app.runs.browse, app, content, buffer),
            None => {
                let words =
                    opened::can_open(app).map_or_else(|why| why, |()| opened::failure(app).unwrap_or("reading the run …").to_owned());
                let lines: Vec<Line<'static>> = wrapped(&words, content.width as usize).into_iter().map(Line::raw).collect();
                return scrolled(buffer, content, &lines, 0, 0);
            }
        }
    }
    let mut lines = lines(app, content.width as usize);
    search::highlight(&mut lines, &app.search);
    // where there is room the first figure stands below the manifest
    let figure =
        opened::record(app).filter(|record| app.runs.view == View::Manifest && content.height >= WITH_FIGURE && !record.figures.is_empty());
    let text = match figure {
        Some(_) => Rect { height: (lines.len() as u16).min(content.height * 2 / 5), ..content },
        None => content,
    };
    let down = app.runs.down.min(lines.len().saturating_sub(text.height as usize));
    scrolled(buffer, text, &lines, down, 0);
    let below = lines.len().saturating_sub(down + text.height as usize);
    if (below > 0 || down > 0) && text.height > 2 {
        let words = format!(" {}–{} of {} lines ", down + 1, lines.len() - below, lines.len());
        let start = (text.width as usize).saturating_sub(words.chars().count());
        // below the text, on the frame or before the figure: no line is covered
        put(buffer, Rect { y: text.bottom(), height: 1, ..text }, start as u16, 0, &words, dim());
    }
    if let Some(record) = figure {
        let area = Rect { y: text.bottom() + 1, height: content.height - text.height - 1, ..content };
        let browse = browse::Browse { wanted: browse::Aspect::Figures, place: app.runs.browse.place };
        browse::draw(record, &browse, app, area, buffer);
    }
}
