//! The words beside the rows: what is changed, what a fit would refuse, what the checker found, how the tables were understood.

use ratatui::style::{Color, Style};
use ratatui::text::Line;

use super::desk;
use crate::session::draft::Edit;
use crate::tui::app::App;
use crate::tui::view::dim;
use crate::tui::words::{bad, verbatim, wrapped};

fn heading(text: &str, style: Style, out: &mut Vec<Line<'static>>) {
    if !out.is_empty() {
        out.push(Line::default());
    }
    out.push(Line::styled(text.to_owned(), style.bold()));
}

fn sentences(all: &[String], width: usize, style: Style, out: &mut Vec<Line<'static>>) {
    for sentence in all {
        for (position, line) in wrapped(sentence, width.saturating_sub(2)).into_iter().enumerate() {
            out.push(Line::styled(format!("{}{line}", if position == 0 { "• " } else { "  " }), style));
        }
    }
}

/// Lines for a width.
#[must_use]
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let Some(look) = desk::current(app) else { return out };
    let changes: Vec<String> = desk::edits(app).iter().map(Edit::words).collect();
    if !changes.is_empty() {
        heading("Changed and not written (fits use it; `W` writes it, `u` takes it back)", Style::new(), &mut out);
        sentences(&changes, width, Style::new(), &mut out);
    }
    if !look.faults.is_empty() {
        heading("The scenario cannot be read", bad(), &mut out);
        verbatim(&look.faults, &mut out);
    }
    let Some(data) = &look.data else { return out };
    if !data.problems.is_empty() {
        heading("A fit refuses these data", bad(), &mut out);
        sentences(&data.problems, width, bad(), &mut out);
    }
    heading("The data checker", Style::new(), &mut out);
    if data.findings.is_empty() {
        let words = if data.problems.is_empty() { "has no findings" } else { "looks when the tables can be read" };
        out.push(Line::styled(words, dim()));
    }
    sentences(&data.findings, width, Style::new().fg(Color::Yellow), &mut out);
    heading("How it was understood", Style::new(), &mut out);
    for line in data.tables.iter().flat_map(|table| &table.understood) {
        let (indent, words) = (line.len() - line.trim_start().len(), line.trim_start());
        for (position, part) in wrapped(words, width.saturating_sub(indent + 2).max(8)).into_iter().enumerate() {
            out.push(Line::raw(format!("{}{part}", " ".repeat(indent + 2 * usize::from(position > 0)))));
        }
    }
    out
}
