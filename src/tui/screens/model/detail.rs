//! The selected file: its aspects, its job, and the words, text, graph or result.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::lines::set_line;
use super::{Aspect, Pane, older, panes};
use crate::tui::app::App;
use crate::tui::view::text::{put, scrolled};
use crate::tui::view::{dim, framed};
use crate::tui::{browse, search};

/// Draws the selected file.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let title = panes::selected(app).map_or(String::new(), |entry| format!(" {} ", entry.name));
    let block = framed(&title, app.full_screen || app.model.pane == Pane::Detail);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside };
    set_line(buffer, inside, &aspects(app));
    if let Some(job) = panes::job(app) {
        super::job_line::draw(job, Rect { y: inside.y + 1, height: 1, ..inside }.intersection(inside), buffer);
    }
    let place = panes::content(app, area);
    if place.is_empty() {
        return;
    }
    match (panes::aspect(app), panes::record(app)) {
        (Aspect::Plots | Aspect::Tables | Aspect::Evidence, Some(record)) => {
            browse::draw(record, &super::browse_of(app), app, place, buffer);
        }
        _ => draw_lines(app, area, place, buffer),
    }
}

/// The aspects with the shown one reversed; those without anything to show are dim. The underlined letter of each is its key.
fn aspects(app: &App) -> Line<'static> {
    let shown = panes::aspect(app);
    let mut line = Line::default();
    for aspect in Aspect::ALL {
        let style = match aspect == shown {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false if panes::has(app, aspect) => Style::new(),
            false => dim(),
        };
        let (before, rest) = aspect.title().split_at(aspect.key_at());
        let (key, after) = rest.split_at(1);
        line.push_span(Span::styled(format!(" {before}"), style));
        line.push_span(Span::styled(key, style.add_modifier(Modifier::UNDERLINED)));
        line.push_span(Span::styled(format!("{after} "), style));
    }
    let tables = panes::record(app).map_or(0, |record| record.tables.len());
    if shown == Aspect::Tables && tables > 1 {
        line.push_span(Span::styled(format!("  ←→ {} of {tables}", (app.model.place.table + 1).min(tables)), dim()));
    }
    let is_result = matches!(shown, Aspect::Plots | Aspect::Tables | Aspect::Evidence);
    if is_result && panes::selected(app).is_some_and(|entry| older::computed_from_older_text(app, &entry.path)) {
        line.push_span(Span::styled(" of an older text", Style::new().add_modifier(Modifier::BOLD)));
    }
    line
}

fn draw_lines(app: &App, frame: Rect, area: Rect, buffer: &mut Buffer) {
    let mut lines = panes::detail_lines(app, area.width as usize);
    if !app.search.is_empty() && app.model.pane == Pane::Detail {
        search::highlight(&mut lines, &app.search);
    }
    let (down, right) = (app.model.down, app.model.right);
    scrolled(buffer, area, &lines, down, right);
    let below = lines.len().saturating_sub(down + area.height as usize);
    if below > 0 || down > 0 {
        let words = format!(" {}–{} of {} lines ", (down + 1).min(lines.len()), lines.len() - below, lines.len());
        let start = (frame.width as usize).saturating_sub(words.chars().count() + 2);
        put(buffer, frame, start as u16, frame.height.saturating_sub(1), &words, dim());
    }
}
