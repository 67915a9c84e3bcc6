//! What the panels show as lines: the text of a file, the graph of its model, flows and parameters, problems.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};

use super::work::{Aids, Seen};
use crate::model::Model;
use crate::model::diagnostic::Severity;
use crate::tui::editor::diagnostics::Marked;
use crate::tui::editor::view::of_role;
use crate::tui::graph;
use crate::tui::words::wrapped;

/// Columns of the labels of totals.
const TOTALS_LABEL: usize = 13;

/// Dim words.
pub(super) fn dim(words: impl Into<String>) -> Span<'static> {
    Span::styled(words.into(), Style::new().add_modifier(Modifier::DIM))
}

/// A line in the first row of an area, where that is on the screen.
pub(super) fn set_line(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    let area = area.intersection(buffer.area);
    if !area.is_empty() {
        buffer.set_line(area.x, area.y, line, area.width);
    }
}

/// A bold line.
pub(super) fn heading(words: &str) -> Line<'static> {
    Line::raw(words.to_owned()).bold()
}

/// Dim sentences, wrapped.
pub(super) fn remark(words: &str, width: usize) -> Vec<Line<'static>> {
    wrapped(words, width).into_iter().map(|line| Line::from(dim(line))).collect()
}

/// The lines of a file with their numbers, coloured, problems marked in the gutter as in the editor.
pub fn text(seen: &Seen, colour: bool) -> Vec<Line<'static>> {
    let digits = seen.lines.len().max(1).to_string().len();
    let of_line = |(index, line): (usize, &String)| {
        let worst = seen.diagnosis.problems.iter().filter(|one| one.line == index + 1).map(|one| one.severity).min();
        let (sign, style) = worst.map_or((" ", Style::new()), |severity| (letter(severity), of_severity(severity)));
        let mut spans = vec![Span::styled(sign, style), dim(format!("{:>digits$} ", index + 1))];
        let mut at = 0;
        let line = line.replace('\t', " ");
        for stretch in seen.stretches.get(index).into_iter().flatten() {
            spans.extend(line.get(at..stretch.start).filter(|plain| !plain.is_empty()).map(|plain| Span::raw(plain.to_owned())));
            spans.extend(line.get(stretch.start..stretch.end).map(|part| Span::styled(part.to_owned(), of_role(colour, stretch.role))));
            at = stretch.end;
        }
        spans.extend(line.get(at..).filter(|plain| !plain.is_empty()).map(|plain| Span::raw(plain.to_owned())));
        Line::from(spans)
    };
    seen.lines.iter().enumerate().map(of_line).collect()
}

/// The compartments and flows, and how large and stiff the model is.
pub fn graph_lines(model: Option<&Model>, aids: &Aids, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let Some(model) = model else { return no_model(width) };
    let mut out = graph::graph(model, width, ascii);
    out.push(Line::default());
    out.push(heading("Totals"));
    for line in &aids.totals {
        // label, then words: the words below each other where there is no room
        let words = line.to_string();
        let (label, words) = words.split_at(words.char_indices().nth(TOTALS_LABEL).map_or(words.len(), |(byte, _)| byte));
        for (row, words) in wrapped(words, width.saturating_sub(TOTALS_LABEL)).into_iter().enumerate() {
            out.push(Line::raw(format!("{:<TOTALS_LABEL$}{words}", if row == 0 { label } else { "" })));
        }
    }
    out
}

/// Flows and parameters with their units and where they come from.
pub fn lists(model: Option<&Model>, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let Some(model) = model else { return no_model(width) };
    let mut out = vec![heading("Parameters, as written; `=` follows from others")];
    out.extend(graph::parameter_list(model, width));
    if !model.flows.is_empty() {
        out.push(Line::default());
        out.push(heading("Flows"));
        out.extend(graph::flow_list(model, width, ascii));
    }
    out
}

fn no_model(width: usize) -> Vec<Line<'static>> {
    remark("The graph appears when the model can be read: its problems come first.", width)
}

/// The letter of a severity, so that it is told without colour.
pub(super) fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Note => "n",
    }
}

pub(super) fn of_severity(severity: Severity) -> Style {
    let style = Style::new().add_modifier(Modifier::BOLD);
    match severity {
        Severity::Error => style.fg(Color::Red),
        Severity::Warning => style.fg(Color::Yellow),
        Severity::Note => Style::new().fg(Color::Cyan),
    }
}

/// All problems with their places; that under the cursor (line from 1) is marked.
pub fn problems(all: &[Marked], cursor_line: usize, width: usize) -> Vec<Line<'static>> {
    if all.is_empty() {
        return remark("No problems.", width);
    }
    let mut out = Vec::new();
    for one in all {
        let here = one.line == cursor_line;
        let head = format!("{}{} {}:{} ", if here { "›" } else { " " }, letter(one.severity), one.line, one.column);
        let indent = 4;
        let mut words = wrapped(&one.message, width.saturating_sub(indent)).into_iter();
        out.push(Line::from(Span::styled(head, of_severity(one.severity))));
        out.extend(words.by_ref().map(|line| Line::raw(format!("{}{line}", " ".repeat(indent)))));
        out.extend(wrapped(&one.help, width.saturating_sub(indent)).into_iter().map(|line| Line::from(dim(format!("    {line}")))));
    }
    out
}
