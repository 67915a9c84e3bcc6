//! Flows and parameters as lines of text.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::Model;
use crate::model::checked::{Flow, FlowKind};
use crate::model::document::Origin;
use crate::report::number_text::significant;

/// A bold line.
pub(super) fn heading(words: &str) -> Line<'static> {
    Line::styled(words.to_owned(), Style::new().add_modifier(Modifier::BOLD))
}

fn dim(words: impl Into<String>) -> Span<'static> {
    Span::styled(words.into(), Style::new().add_modifier(Modifier::DIM))
}

/// `text` in at most `width` columns; cut words end in `~`, which every terminal has.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used < width
    };
    let mut out: String = text.chars().take_while(fits).collect();
    out.push('~');
    out
}

/// Words in lines of at most `width` columns; a word that is wider stays whole where it can, and is cut where it cannot.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, width)),
        }
    }
    lines
}

/// The key with which a flow is written.
fn keyword(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Rate => "rate",
        FlowKind::Carried => "flow",
        FlowKind::Clearance => "clearance",
        FlowKind::FirstOrder => "k",
        FlowKind::Exchange => "permeability",
    }
}

/// Ligands of a flow that not all ligands take.
fn ligands(model: &Model, flow: &Flow) -> String {
    if flow.rates.iter().all(Option::is_some) {
        return String::new();
    }
    let named = model.ligands.iter().zip(&flow.rates).filter(|(_, rate)| rate.is_some()).map(|(name, _)| name.as_str());
    format!(" of {}", named.collect::<Vec<_>>().join(", "))
}

/// Every flow: its number, where from and where to, how its rate is written, and its ligand where it has one of its own.
#[must_use]
pub fn flow_list(model: &Model, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let path = |position: usize| model.compartments.get(position).map_or("?", |one| one.path.as_str());
    let arrow = if ascii { ">" } else { "→" };
    let digits = model.flows.len().to_string().len();
    let ways: Vec<String> = model.flows.iter().map(|flow| format!("{} {arrow} {}", path(flow.from), path(flow.to))).collect();
    let widest = ways.iter().map(|way| way.width()).max().unwrap_or(0);
    let column = digits + 1 + widest + 2;
    // beside each other where most expressions fit, else the expression below
    let beside = width >= column + 24;
    let mut out = Vec::new();
    for (number, (flow, way)) in model.flows.iter().zip(&ways).enumerate() {
        let rate = format!("{}: {}{}", keyword(flow.kind), flow.text.trim(), ligands(model, flow));
        let head = Span::styled(format!("{:>digits$} ", number + 1), Style::new().fg(Color::Cyan));
        let indent = if beside { column } else { digits + 3 };
        let mut rates = wrapped(&rate, width.saturating_sub(indent)).into_iter();
        if beside {
            out.push(Line::from(vec![head, Span::raw(format!("{way:<widest$}  ")), dim(rates.next().unwrap_or_default())]));
        } else {
            out.push(Line::from(vec![head, Span::raw(way.clone())]));
        }
        out.extend(rates.map(|rate| Line::from(dim(format!("{}{rate}", " ".repeat(indent))))));
    }
    out
}

fn origin_words(origin: &Origin) -> String {
    let parts = [origin.meaning.clone(), origin.source.clone(), origin.provenance.map(|provenance| provenance.word().to_owned())];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    if words.is_empty() { "no source".to_owned() } else { words.join("; ") }
}

/// Every parameter as written and every derived value in internal units, with meaning, source and provenance.
#[must_use]
pub fn parameter_list(model: &Model, width: usize) -> Vec<Line<'static>> {
    let values = model.graph.evaluate(&model.parameter_values(), &vec![0.0; model.state_count()], 0.0);
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for one in &model.parameters {
        rows.push((one.path.clone(), one.text.trim().to_owned(), origin_words(&one.origin)));
    }
    for one in &model.derived {
        let value = values.get(one.node.0 as usize).copied().unwrap_or(f64::NAN);
        let words = format!("= {} {}", significant(value, 4), one.dimension.internal_unit());
        rows.push((one.path.clone(), words.trim_end().to_owned(), origin_words(&one.origin)));
    }
    let names = rows.iter().map(|row| row.0.width()).max().unwrap_or(0);
    let sizes = rows.iter().map(|row| row.1.width()).max().unwrap_or(0).min(24);
    let column = names + sizes + 4;
    let beside = width >= column + 20;
    let mut out = Vec::new();
    for (name, value, origin) in rows {
        let head =
            vec![Span::raw(format!("{name:<names$}  ")), Span::styled(format!("{value:<sizes$}  "), Style::new().fg(Color::Magenta))];
        let indent = if beside { column } else { 4 };
        let mut words = wrapped(&origin, width.saturating_sub(indent)).into_iter();
        let mut line = Line::from(head);
        if beside && value.width() <= sizes {
            line.push_span(dim(words.next().unwrap_or_default()));
        }
        out.push(line);
        out.extend(words.map(|words| Line::from(dim(format!("{}{words}", " ".repeat(indent))))));
    }
    out
}
