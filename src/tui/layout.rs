//! Where everything stands, from the size of the terminal alone; drawing and scrolling share it.

use ratatui::layout::Rect;

use super::app::{App, Aspect};
use super::chart;

/// The smallest terminal, columns and rows, on which the workbench can be used.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Name, sections, jobs.
    pub header: Rect,
    /// The list with its border; `None` when the right half fills the screen.
    pub list: Option<Rect>,
    /// The right half with its border.
    pub detail: Rect,
    /// The notice.
    pub notice: Rect,
    /// Keys.
    pub footer: Rect,
}

/// Whether the terminal is too small.
#[must_use]
pub fn too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// The parts of a screen of at least [`SMALLEST`].
#[must_use]
pub fn areas(app: &App, area: Rect) -> Areas {
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let last = area.height.saturating_sub(1);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(3), ..area };
    let list_width = if app.full_screen { 0 } else { (area.width * 3 / 10).clamp(24, 46) };
    let list = Rect { width: list_width, ..body };
    let detail = Rect { x: body.x + list_width, width: body.width - list_width, ..body };
    Areas { header: row(0), list: (list_width > 0).then_some(list), detail, notice: row(last.saturating_sub(1)), footer: row(last) }
}

/// The right half within its border, without the line of aspects and that of the job.
#[must_use]
pub fn content(app: &App, detail: Rect) -> Rect {
    let height = detail.height.saturating_sub(2);
    // a line of air where there is enough of it
    let above = 1 + u16::from(app.job().is_some()) + u16::from(height >= 24);
    let skipped = above.min(height);
    Rect { x: detail.x + 2, y: detail.y + 1 + skipped, width: detail.width.saturating_sub(4), height: height - skipped }
}

/// How a roomy right half is shared by a figure and the table below it: rows of the figure.
const ROOMY: (u16, u16) = (90, 34);

/// The part of the content that the figure takes, and that of the table below it where there is room for both.
#[must_use]
pub fn figure_and_table(app: &App, content: Rect) -> (Rect, Option<Rect>) {
    let tables = app.record().map_or(0, |record| record.tables.len());
    if app.full_screen || tables == 0 || content.width < ROOMY.0 || content.height < ROOMY.1 {
        return (content, None);
    }
    let table_height = (super::content::table_lines(app, content.width as usize).len() as u16 + 1).min(content.height * 2 / 5);
    let figure = Rect { height: content.height - table_height, ..content };
    (figure, Some(Rect { y: figure.bottom() + 1, height: table_height - 1, ..content }))
}

/// The content of the right half on the terminal as the state knows it.
#[must_use]
pub fn content_of(app: &App) -> Rect {
    let area = Rect::new(0, 0, app.size.0, app.size.1);
    content(app, areas(app, area).detail)
}

/// How many panels of the selected figure are seen at once.
#[must_use]
pub fn panels_at_once(app: &App) -> usize {
    let (figure_area, _) = figure_and_table(app, content_of(app));
    let figure = app.record().and_then(|record| record.figures.get(app.place.figure));
    figure.map_or(1, |figure| chart::page::panels_at_once(figure, figure_area))
}

/// How far the content can be scrolled: lines down, columns to the right.
#[must_use]
pub fn scroll_room(app: &App) -> (usize, usize) {
    let room = content_of(app);
    if app.shown() == Aspect::Figures {
        return (0, 0);
    }
    let lines = super::content::lines(app, room.width as usize);
    let widest = lines.iter().map(ratatui::text::Line::width).max().unwrap_or(0);
    (lines.len().saturating_sub(room.height as usize), widest.saturating_sub(room.width as usize))
}
