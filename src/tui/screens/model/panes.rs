//! Where everything of the Model screen stands and what is selected; drawing, scrolling and clicking share it.

use std::path::Path;

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::desk::Side;
use super::work::Seen;
use super::{Aspect, Pane, Tab, about, data_lines, lines};
use crate::session::project::Entry;
use crate::tui::app::{App, JobKind, RunningJob};
use crate::tui::editor::view::text_size;
use crate::tui::record::Record;
use crate::tui::update;

/// From this width something stands beside the text of the editor.
const WIDE: u16 = 110;
/// From this width the list stays in sight while a file is edited.
const VERY_WIDE: u16 = 160;

/// The parts of the screen's area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The list with its frame.
    pub list: Option<Rect>,
    /// The selected file with its frame, or the editor with what stands beside it.
    pub main: Rect,
}

/// The parts of the screen.
#[must_use]
pub fn areas(app: &App, area: Rect) -> Areas {
    let edits = app.model.desk.is_some();
    let full = app.full_screen || (edits && area.width < VERY_WIDE);
    let width = match (full, app.full_screen && app.model.pane == Pane::List && !edits) {
        (_, true) => area.width,
        (true, false) => 0,
        (false, false) => (area.width * 3 / 10).clamp(24, 46).min(area.width),
    };
    let list = Rect { width, ..area };
    let main = Rect { x: area.x + width, width: area.width - width, ..area };
    Areas { list: (width > 0).then_some(list), main }
}

/// Of the editor's area: the title row, the text, and what stands beside it.
#[must_use]
pub fn desk_areas(app: &App, main: Rect) -> (Rect, Option<Rect>, Option<Rect>) {
    let title = Rect { height: main.height.min(1), ..main };
    let below = Rect { y: main.y + title.height, height: main.height - title.height, ..main };
    let Some(desk) = &app.model.desk else { return (title, Some(below), None) };
    if side_covers_text(app) {
        return (title, None, Some(below));
    }
    if !is_wide(app) || desk.side == Side::Text {
        return (title, Some(below), None);
    }
    let width = (main.width * 2 / 5).clamp(40, 96).min(main.width);
    let text = Rect { width: main.width - width, ..below };
    (title, Some(text), Some(Rect { x: text.right(), width, ..below }))
}

/// Whether there is room beside the text of the editor.
fn is_wide(app: &App) -> bool {
    app.size.0 >= WIDE && !app.full_screen
}

/// Whether a panel stands in place of the text.
#[must_use]
pub fn side_covers_text(app: &App) -> bool {
    !is_wide(app) && app.model.desk.as_ref().is_some_and(|desk| desk.covered && desk.side != Side::Text)
}

/// Tells the editor how much room it has.
pub fn fit(app: &mut App) {
    let main = areas(app, update::body(app)).main;
    let (_, text, _) = desk_areas(app, main);
    if let (Some(desk), Some(text)) = (&mut app.model.desk, text) {
        let size = text_size(&desk.editor, text);
        desk.editor.resize(size);
    }
}

/// Another panel beside the text. Without room beside it the panels take its place, one after the other, and then it comes back.
pub fn turn_side(app: &mut App, next: bool) {
    let wide = is_wide(app);
    let Some(desk) = &mut app.model.desk else { return };
    let sides = desk.sides();
    desk.side_down = 0;
    let at = sides.iter().position(|side| *side == desk.side).unwrap_or(0);
    let neighbour = sides[(at + if next { 1 } else { sides.len() - 1 }) % sides.len()];
    if wide {
        desk.side = neighbour;
    } else if !desk.covered || desk.side == Side::Text {
        desk.covered = true;
        if desk.side == Side::Text {
            desk.side = sides[0];
        }
    } else if neighbour == Side::Text || (!next && at == 0) {
        (desk.covered, desk.side) = (false, sides[0]);
    } else {
        desk.side = neighbour;
    }
    fit(app);
}

/// Scrolls the panel beside the text.
pub fn scroll_side(app: &mut App, rows: isize) {
    let main = areas(app, update::body(app)).main;
    let Some(area) = desk_areas(app, main).2 else { return };
    let inside = side_inside(app, area);
    let last = side_lines(app, inside.width as usize).len().saturating_sub(inside.height as usize);
    if let Some(desk) = &mut app.model.desk {
        desk.side_down = desk.side_down.saturating_add_signed(rows).min(last);
    }
}

/// A panel without its heading, and without the line that parts it from the text.
#[must_use]
pub fn side_inside(app: &App, area: Rect) -> Rect {
    let left = if side_covers_text(app) { 1 } else { 2 }.min(area.width);
    let top = area.height.min(1);
    Rect { x: area.x + left, y: area.y + top, width: area.width - left, height: area.height - top }
}

/// The lines of the panel beside the text.
#[must_use]
pub fn side_lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(desk) = &app.model.desk else { return Vec::new() };
    match desk.side {
        Side::Text => Vec::new(),
        Side::Graph => lines::graph_lines(desk.editor.model(), &desk.aids, width, app.ascii),
        Side::Lists => lines::lists(desk.editor.model(), width, app.ascii),
        Side::Problems => lines::problems(desk.editor.problems(), desk.editor.line_column().0, width),
        Side::Data => data_lines::lines(desk.aids.data.as_ref(), width),
        Side::Sheet => {
            let mut out = Vec::new();
            match &desk.aids.sheet {
                Some(sheet) => about::rows(sheet, width, &mut out),
                None => {
                    out.extend(lines::remark("What the scenario declares appears when it can be read: its problems come first.", width))
                }
            }
            out
        }
    }
}

/// The rows of a tab.
#[must_use]
pub fn entries(app: &App, tab: Tab) -> &[Entry] {
    app.project.as_ref().map_or(&[], |project| match tab {
        Tab::Scenarios => &project.scenarios,
        Tab::Models => &project.models,
    })
}

/// Position of the selected row of the present tab.
#[must_use]
pub fn position(app: &App) -> usize {
    app.model.rows[app.model.tab as usize].min(entries(app, app.model.tab).len().saturating_sub(1))
}

/// The selected row.
#[must_use]
pub fn selected(app: &App) -> Option<&Entry> {
    entries(app, app.model.tab).get(position(app))
}

/// The row with a path.
#[must_use]
pub fn entry<'a>(app: &'a App, path: &Path) -> Option<&'a Entry> {
    [Tab::Scenarios, Tab::Models].into_iter().flat_map(|tab| entries(app, tab)).find(|entry| entry.path == path)
}

/// What was read of the selected row.
#[must_use]
pub fn seen(app: &App) -> Option<&Seen> {
    let entry = selected(app)?;
    app.model.seen.as_deref().filter(|seen| seen.entry == entry.path)
}

/// The kinds of jobs whose results are shown here, the last one first.
fn kinds(app: &App, path: &Path) -> [JobKind; 2] {
    match app.model.latest.get(path) {
        Some(JobKind::Simulate) => [JobKind::Simulate, JobKind::Run],
        _ => [JobKind::Run, JobKind::Simulate],
    }
}

/// The result of the selected row.
#[must_use]
pub fn record(app: &App) -> Option<&Record> {
    let entry = selected(app)?;
    let mut found = kinds(app, &entry.path).into_iter().filter_map(|kind| app.results.get(&(entry.path.clone(), kind)));
    found.find_map(|result| result.record.as_ref())
}

/// Why the last attempt with a row failed, where it did.
#[must_use]
pub fn failure<'a>(app: &'a App, path: &Path) -> Option<&'a str> {
    let kind = kinds(app, path).into_iter().find(|kind| app.results.contains_key(&(path.to_path_buf(), *kind)))?;
    app.results.get(&(path.to_path_buf(), kind)).and_then(|result| result.failure.as_deref())
}

/// Whether the selected row has something to show of an aspect.
#[must_use]
pub fn has(app: &App, aspect: Aspect) -> bool {
    match aspect {
        Aspect::About => true,
        Aspect::Text | Aspect::Graph => selected(app).is_some(),
        Aspect::Plots => record(app).is_some_and(|record| !record.figures.is_empty()),
        Aspect::Tables => record(app).is_some_and(|record| !record.tables.is_empty()),
        Aspect::Evidence => record(app).is_some(),
    }
}

/// What is shown of the selected row: what is wanted, or what the file declares where it has nothing of that.
#[must_use]
pub fn aspect(app: &App) -> Aspect {
    if has(app, app.model.aspect) { app.model.aspect } else { Aspect::About }
}

/// The lines of the aspect that is shown; none for results.
#[must_use]
pub fn detail_lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let reading = || vec![Line::from(lines::dim("reading …"))];
    match (aspect(app), seen(app)) {
        (Aspect::About, _) => about::lines(app, width),
        (Aspect::Text, Some(seen)) => lines::text(seen, app.colour),
        (Aspect::Graph, Some(seen)) => {
            let model = seen.diagnosis.model.as_deref();
            let mut out = lines::graph_lines(model, &seen.aids, width, app.ascii);
            if model.is_some() {
                out.push(Line::default());
                out.extend(lines::lists(model, width, app.ascii));
            }
            out
        }
        (Aspect::Text | Aspect::Graph, None) => reading(),
        _ => Vec::new(),
    }
}

/// The part of the selected file's frame that its aspect takes: without border, line of aspects and line of the job.
#[must_use]
pub fn content(app: &App, main: Rect) -> Rect {
    let height = main.height.saturating_sub(2);
    // a line of air where there is enough of it
    let above = (1 + u16::from(job(app).is_some()) + u16::from(height >= 24)).min(height);
    Rect {
        x: main.x + 2.min(main.width),
        y: main.y + 1.min(main.height) + above,
        width: main.width.saturating_sub(4),
        height: height - above,
    }
}

/// The job of the selected row.
#[must_use]
pub fn job(app: &App) -> Option<&RunningJob> {
    job_of(app, &selected(app)?.path)
}

/// The newest job of a row.
#[must_use]
pub fn job_of<'a>(app: &'a App, path: &Path) -> Option<&'a RunningJob> {
    app.jobs.values().rev().find(|job| job.path == path)
}
