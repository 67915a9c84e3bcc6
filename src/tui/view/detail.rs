//! The right half: the aspects of the selected row, its job, and the words, figure or table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::text::{put, scrolled};
use super::{dim, framed};
use crate::tui::app::{App, Aspect, Pane, RunningJob};
use crate::tui::{chart, content, layout, search};

/// Draws the right half.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let title = app.item().map_or(String::new(), |item| format!(" {} ", item.name()));
    let block = framed(&title, app.full_screen || app.pane == Pane::Detail);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    buffer.set_line(inside.x, inside.y, &aspects(app), inside.width);
    if let Some(job) = app.job() {
        draw_job(job, Rect { y: inside.y + 1, height: 1, ..inside }, buffer);
    }
    let place = layout::content(app, area);
    match app.shown() {
        Aspect::Figures => draw_figure(app, place, buffer),
        _ => draw_lines(app, area, place, buffer),
    }
}

/// The aspects with the shown one reversed; those without anything to show are dim. The first letter of each is its key.
fn aspects(app: &App) -> Line<'static> {
    let mut line = Line::default();
    for aspect in Aspect::ALL {
        let there = match (aspect, app.record()) {
            (Aspect::Overview, _) => true,
            (_, None) => false,
            (Aspect::Figures, Some(record)) => !record.figures.is_empty(),
            (Aspect::Tables, Some(record)) => !record.tables.is_empty(),
            (Aspect::Findings, Some(_)) => true,
        };
        let style = if aspect == app.shown() {
            Style::new().add_modifier(Modifier::REVERSED)
        } else if there {
            Style::new()
        } else {
            dim()
        };
        let (key, rest) = aspect.title().split_at(1);
        line.push_span(Span::styled(" ", style));
        line.push_span(Span::styled(key, style.add_modifier(Modifier::UNDERLINED)));
        line.push_span(Span::styled(format!("{rest} "), style));
    }
    if app.shown() == Aspect::Tables
        && let Some(record) = app.record()
        && record.tables.len() > 1
    {
        line.push_span(Span::styled(format!("  ←→ {} of {}", app.place.table + 1, record.tables.len()), dim()));
    }
    line
}

fn draw_job(job: &RunningJob, area: Rect, buffer: &mut Buffer) {
    let step = if job.cancelling { "stopping" } else { &job.progress.step };
    let share = format!("{:.0} %", 100.0 * job.progress.done);
    // what is left to wait comes first: a long step is cut
    let words = match left_words(job.progress.left_s) {
        left if left.is_empty() => format!("{step} {share}"),
        left => format!("{share}{left}: {step}"),
    };
    let hint = "  Esc stops";
    let track = (area.width as usize / 3).min(30);
    let full = (job.progress.done.clamp(0.0, 1.0) * track as f64).round() as usize;
    let bar = format!("{}{} ", "█".repeat(full), "░".repeat(track - full));
    put(buffer, area, 0, 0, &bar, Style::new());
    let start = track as u16 + 1;
    put(buffer, area, start, 0, &words, Style::new());
    if !job.cancelling {
        put(buffer, area, start + words.chars().count() as u16, 0, hint, dim());
    }
}

/// ", 3 min left"; nothing where the work cannot tell.
fn left_words(left_s: Option<f64>) -> String {
    match left_s {
        Some(left) if left >= 5400.0 => format!(", {:.1} h left", left / 3600.0),
        Some(left) if left >= 90.0 => format!(", {:.0} min left", left / 60.0),
        Some(left) if left.is_finite() => format!(", {:.0} s left", left.max(0.0)),
        _ => String::new(),
    }
}

fn draw_figure(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some(record) = app.record() else { return };
    let Some(figure) = record.figures.get(app.place.figure) else { return };
    let position =
        if record.figures.len() > 1 { format!("←→ {} of {}", app.place.figure + 1, record.figures.len()) } else { String::new() };
    let (upper, lower) = layout::figure_and_table(app, area);
    chart::page::draw(figure, app.place.panel, &position, upper, buffer);
    if let Some(lower) = lower {
        scrolled(buffer, lower, &content::table_lines(app, lower.width as usize), 0, 0);
    }
}

fn draw_lines(app: &App, frame: Rect, area: Rect, buffer: &mut Buffer) {
    let mut lines = content::lines(app, area.width as usize);
    if search::in_text(app) {
        search::highlight(&mut lines, &app.search);
    }
    scrolled(buffer, area, &lines, app.place.down, app.place.right);
    let below = lines.len().saturating_sub(app.place.down + area.height as usize);
    if below > 0 || app.place.down > 0 {
        let words = format!(" {}–{} of {} lines ", app.place.down + 1, lines.len() - below, lines.len());
        let start = (frame.width as usize).saturating_sub(words.chars().count() + 2);
        put(buffer, frame, start as u16, frame.height.saturating_sub(1), &words, dim());
    }
}
