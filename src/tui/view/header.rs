//! The first line: the program, the folder, the sections with their number keys, and the jobs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::dim;
use crate::tui::app::{App, Section};

/// Draws the header.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let jobs = jobs(app);
    let right =
        Line::from(vec![Span::raw(jobs.clone()), Span::raw(if jobs.is_empty() { "" } else { "  " }), Span::styled("? help ", dim())]);
    let sections = sections(app);
    let width = area.width as usize;
    let mut left = Line::from(vec![Span::styled(" rpt ", Style::new().add_modifier(Modifier::BOLD))]);
    let name = &app.folder_name;
    // the folder's name gives way first
    if left.width() + name.chars().count() + 2 + sections.width() + right.width() < width {
        left.push_span(Span::raw(format!(" {name} ")));
    }
    left.push_span(Span::raw(" "));
    left.spans.extend(sections.spans);
    let (end, _) = buffer.set_line(area.x, area.y, &left, area.width);
    let start = area.right().saturating_sub(right.width() as u16);
    if start > end {
        buffer.set_line(start, area.y, &right, area.right() - start);
    }
}

fn sections(app: &App) -> Line<'static> {
    let mut line = Line::default();
    for (position, section) in Section::ALL.into_iter().enumerate() {
        let count = if app.project.is_some() { format!(" {}", app.items(section).len()) } else { String::new() };
        let style = if section == app.section { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        line.push_span(Span::styled(format!(" {} {}", position + 1, section.title()), style));
        line.push_span(Span::styled(format!("{count} "), if section == app.section { style } else { dim() }));
    }
    line
}

/// "▶ psma 62 %", or the number of jobs where there are several.
fn jobs(app: &App) -> String {
    let mut jobs = app.jobs.values();
    match (jobs.next(), app.jobs.len()) {
        (None, _) if app.reading.is_some() => "reading …".to_owned(),
        (None, _) => String::new(),
        (Some(job), 1) => format!("▶ {} {:.0} %", job.name, 100.0 * job.progress.done),
        (Some(_), count) => format!("▶ {count} jobs"),
    }
}
