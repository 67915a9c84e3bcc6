//! Looking through one result: its figures, tables and words. Every screen that has a result shows it this way.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style, Stylize};
use ratatui::text::{Line, Span};

use super::action::Motion;
use super::app::App;
use super::record::Record;
use super::view::dim;
use super::view::text::{put, scrolled};
use super::words::{fitted, wrapped};
use super::{chart, search};
use crate::report::RESEARCH_USE;

/// Columns of one step to the side.
const SIDE_STEP: usize = 8;
/// From so many columns and rows on, a figure has the table below it.
const ROOMY: (u16, u16) = (90, 34);

/// What is shown of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aspect {
    /// Its figures.
    #[default]
    Figures,
    /// Its tables.
    Tables,
    /// Findings, failures, assumptions, evidence.
    Findings,
}

impl Aspect {
    /// All, from left to right.
    pub const ALL: [Aspect; 3] = [Aspect::Figures, Aspect::Tables, Aspect::Findings];

    /// Its heading; the first letter is its key.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Aspect::Figures => "Plots",
            Aspect::Tables => "Tables",
            Aspect::Findings => "Evidence",
        }
    }

    fn is_there(self, record: &Record) -> bool {
        match self {
            Aspect::Figures => !record.figures.is_empty(),
            Aspect::Tables => !record.tables.is_empty(),
            Aspect::Findings => true,
        }
    }
}

/// Where the user looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Position of the figure.
    pub figure: usize,
    /// First panel of the figure that is shown.
    pub panel: usize,
    /// Position of the table.
    pub table: usize,
    /// Lines scrolled down.
    pub down: usize,
    /// Columns scrolled to the right.
    pub right: usize,
}

/// How a result is looked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Browse {
    /// What the user wants to see; see [`Browse::shown`].
    pub wanted: Aspect,
    /// Where in it.
    pub place: Place,
}

impl Browse {
    /// What is shown: what is wanted, or the nearest to it that the result has.
    #[must_use]
    pub fn shown(&self, record: &Record) -> Aspect {
        [self.wanted, Aspect::Figures, Aspect::Tables].into_iter().find(|aspect| aspect.is_there(record)).unwrap_or(Aspect::Findings)
    }

    /// Another aspect, from its beginning.
    pub fn show(&mut self, aspect: Aspect) {
        if self.wanted != aspect {
            (self.place.down, self.place.right) = (0, 0);
        }
        self.wanted = aspect;
    }
}

/// The aspects with the shown one reversed; those without anything to show are dim. The first letter of each is its key.
#[must_use]
pub fn aspects(record: Option<&Record>, browse: &Browse) -> Line<'static> {
    let mut line = Line::default();
    for aspect in Aspect::ALL {
        let style = match record {
            Some(record) if aspect == browse.shown(record) => Style::new().add_modifier(Modifier::REVERSED),
            Some(record) if aspect.is_there(record) => Style::new(),
            _ => dim(),
        };
        let (key, rest) = aspect.title().split_at(1);
        line.push_span(Span::styled(" ", style));
        line.push_span(Span::styled(key, style.add_modifier(Modifier::UNDERLINED)));
        line.push_span(Span::styled(format!("{rest} "), style));
    }
    if let Some(record) = record
        && browse.shown(record) == Aspect::Tables
        && record.tables.len() > 1
    {
        line.push_span(Span::styled(format!("  ←→ {} of {}", browse.place.table + 1, record.tables.len()), dim()));
    }
    line
}

/// The lines of the shown table or words for a width; none for figures.
#[must_use]
pub fn lines(record: &Record, browse: &Browse, full_screen: bool, width: usize) -> Vec<Line<'static>> {
    match browse.shown(record) {
        Aspect::Figures => Vec::new(),
        Aspect::Tables => table_lines(record, browse, full_screen, width),
        Aspect::Findings => findings(record, width),
    }
}

/// The selected table as text. Where it cannot stand as a table, columns are left out from the right, and named; on the full screen every row
/// becomes a block of lines instead, so that nothing stays out of reach.
#[must_use]
pub fn table_lines(record: &Record, browse: &Browse, full_screen: bool, width: usize) -> Vec<Line<'static>> {
    let Some(table) = record.tables.get(browse.place.table.min(record.tables.len().saturating_sub(1))) else { return Vec::new() };
    let (text, left_out) = match fitted(table, width) {
        (_, left_out) if full_screen && !left_out.is_empty() => (table.to_blocks(width), Vec::new()),
        fitted => fitted,
    };
    let title_lines = if table.title.is_empty() { 0 } else { wrapped(&table.title, width).len() };
    let styled = |(position, line): (usize, &str)| {
        if position < title_lines { Line::raw(line.to_owned()).bold() } else { Line::raw(line.to_owned()) }
    };
    let mut out: Vec<Line<'static>> = text.lines().enumerate().map(styled).collect();
    if !left_out.is_empty() {
        let words = format!("`f` shows also: {}", left_out.join(", "));
        let rule = out.iter().rposition(|line| line.to_string().starts_with('─')).unwrap_or(0);
        let below = (rule + 1 + table.rows.len()).min(out.len());
        let words = wrapped(&words, width).into_iter().map(|line| Line::from(Span::styled(line, dim())));
        out.splice(below..below, words);
    }
    out
}

fn findings(record: &Record, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (heading, sentences) in &record.words {
        out.push(Line::raw(heading.clone()).bold());
        for sentence in sentences {
            for (position, line) in wrapped(sentence, width.saturating_sub(2)).into_iter().enumerate() {
                out.push(Line::raw(format!("{}{line}", if position == 0 { "• " } else { "  " })));
            }
        }
        out.push(Line::default());
    }
    out.push(Line::from(Span::styled(RESEARCH_USE, dim())));
    out
}

/// The part of an area that the figure takes, and that of the table below it where there is room for both.
fn figure_and_table(record: &Record, browse: &Browse, full_screen: bool, area: Rect) -> (Rect, Option<Rect>) {
    if full_screen || record.tables.is_empty() || area.width < ROOMY.0 || area.height < ROOMY.1 {
        return (area, None);
    }
    let table_height = (table_lines(record, browse, false, area.width as usize).len() as u16 + 1).min(area.height * 2 / 5);
    let figure = Rect { height: area.height - table_height, ..area };
    (figure, Some(Rect { y: figure.bottom() + 1, height: table_height - 1, ..area }))
}

/// How far the shown lines can be scrolled: down, to the right.
#[must_use]
pub fn scroll_room(record: &Record, browse: &Browse, full_screen: bool, area: Rect) -> (usize, usize) {
    let lines = lines(record, browse, full_screen, area.width as usize);
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    (lines.len().saturating_sub(area.height as usize), widest.saturating_sub(area.width as usize))
}

/// Draws the shown figure, table or words into `area`; scrolled places beyond the end are drawn at the end. Where lines are left out, the row below,
/// the frame of the panel, says which are seen.
pub fn draw(record: &Record, browse: &Browse, app: &App, area: Rect, buffer: &mut Buffer) {
    if browse.shown(record) == Aspect::Figures {
        let Some(figure) = record.figures.get(browse.place.figure.min(record.figures.len().saturating_sub(1))) else { return };
        let position = if record.figures.len() > 1 {
            format!("←→ {} of {}", browse.place.figure + 1, record.figures.len())
        } else {
            String::new()
        };
        let (upper, lower) = figure_and_table(record, browse, app.full_screen, area);
        chart::page::draw(figure, browse.place.panel, &position, upper, buffer);
        if let Some(lower) = lower {
            scrolled(buffer, lower, &table_lines(record, browse, false, lower.width as usize), 0, 0);
        }
        return;
    }
    let mut lines = lines(record, browse, app.full_screen, area.width as usize);
    search::highlight(&mut lines, &app.search);
    let down = browse.place.down.min(lines.len().saturating_sub(area.height as usize));
    let below = lines.len().saturating_sub(down + area.height as usize);
    scrolled(buffer, area, &lines, down, browse.place.right);
    if below > 0 || down > 0 {
        // on the frame below, so that no line of the text is covered
        let frame = Rect { y: area.bottom(), height: 1, ..area };
        let words = format!(" {}–{} of {} lines ", down + 1, lines.len() - below, lines.len());
        let start = (area.width as usize).saturating_sub(words.chars().count());
        put(buffer, frame, start as u16, 0, &words, dim());
    }
}

fn moved(position: usize, by: isize, last: usize) -> usize {
    position.saturating_add_signed(by).min(last)
}

/// Moves through the result; `area` is where it is drawn.
pub fn go(record: &Record, browse: &mut Browse, motion: Motion, full_screen: bool, area: Rect) {
    let aspect = browse.shown(record);
    let (down, right) = scroll_room(record, browse, full_screen, area);
    let page = area.height.saturating_sub(1).max(1) as isize;
    let place = &mut browse.place;
    place.down = place.down.min(down);
    match motion {
        Motion::Side(by) => step(record, browse, aspect, by, full_screen, area, right),
        // in a figure there is nothing to scroll, so up and down step through the figures
        Motion::Rows(by) if aspect == Aspect::Figures => step(record, browse, aspect, by.signum(), full_screen, area, right),
        Motion::Page(by) if aspect == Aspect::Figures => step(record, browse, aspect, by.signum(), full_screen, area, right),
        Motion::First if aspect == Aspect::Figures => (place.figure, place.panel) = (0, 0),
        Motion::Last if aspect == Aspect::Figures => (place.figure, place.panel) = (record.figures.len().saturating_sub(1), 0),
        Motion::Rows(by) => place.down = moved(place.down, by, down),
        Motion::Page(by) => place.down = moved(place.down, by * page, down),
        Motion::First => place.down = 0,
        Motion::Last => place.down = down,
        Motion::Pane(_) | Motion::Enter => {}
    }
}

fn step(record: &Record, browse: &mut Browse, aspect: Aspect, by: isize, full_screen: bool, area: Rect, right: usize) {
    let (figure_area, _) = figure_and_table(record, browse, full_screen, area);
    let place = &mut browse.place;
    match aspect {
        Aspect::Figures => {
            let at_once = record.figures.get(place.figure).map_or(1, |figure| chart::page::panels_at_once(figure, figure_area)).max(1);
            let pages = record.figures.get(place.figure).map_or(1, |figure| figure.panels.len().div_ceil(at_once).max(1));
            let page = place.panel / at_once;
            if by > 0 && page + 1 < pages {
                place.panel = (page + 1) * at_once;
            } else if by < 0 && page > 0 {
                place.panel = (page - 1) * at_once;
            } else {
                let figure = moved(place.figure, by, record.figures.len().saturating_sub(1));
                if figure != place.figure {
                    (place.figure, place.panel) = (figure, 0);
                }
            }
        }
        Aspect::Tables => {
            let table = moved(place.table, by, record.tables.len().saturating_sub(1));
            if table != place.table {
                (place.table, place.down) = (table, 0);
            }
        }
        Aspect::Findings => place.right = moved(place.right, by * SIDE_STEP as isize, right),
    }
}
