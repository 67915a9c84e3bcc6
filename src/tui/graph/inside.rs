//! What flows inside the organs: organs that are built alike are listed once, with the numbers of the first.

use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

use super::groups::{Grouping, numbers, organ_and_name};
use super::lists::{heading, wrapped};
use crate::model::Model;

/// (from, to, flows there, flows back) between compartments of an organ, by their names.
type Inner = Vec<(String, String, Vec<usize>, Vec<usize>)>;

fn inner(model: &Model, grouping: &Grouping, group: usize) -> Inner {
    let name = |position: usize| organ_and_name(&model.compartments[position].path).1.to_owned();
    let mut out: Inner = Vec::new();
    for (number, flow) in model.flows.iter().enumerate() {
        if grouping.of[flow.from] != group || grouping.of[flow.to] != group {
            continue;
        }
        let (from, to) = (name(flow.from), name(flow.to));
        match out.iter_mut().find(|(a, b, ..)| (a, b) == (&from, &to) || (a, b) == (&to, &from)) {
            Some(known) if known.0 == from => known.2.push(number),
            Some(known) => known.3.push(number),
            None => out.push((from, to, vec![number], Vec::new())),
        }
    }
    out
}

/// The lists of all organs; empty where every compartment has a box of its own.
pub fn lines(model: &Model, grouping: &Grouping, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let mut kinds: Vec<(Vec<String>, Inner)> = Vec::new();
    for group in 0..grouping.groups.len() {
        let found = inner(model, grouping, group);
        if found.is_empty() {
            continue;
        }
        let title = grouping.groups[group].title.clone();
        let shape = |inner: &Inner| -> Vec<(String, String, usize, usize)> {
            inner.iter().map(|(from, to, there, back)| (from.clone(), to.clone(), there.len(), back.len())).collect()
        };
        match kinds.iter_mut().find(|(_, known)| shape(known) == shape(&found)) {
            Some((titles, _)) => titles.push(title),
            None => kinds.push((vec![title], found)),
        }
    }
    let (left, line, right) = if ascii { ("<", "-", ">") } else { ("◀", "─", "▶") };
    let mut out = Vec::new();
    for (titles, found) in kinds {
        out.push(Line::default());
        let first = titles.first().cloned().unwrap_or_default();
        let words =
            if titles.len() == 1 { format!("Inside {first}") } else { format!("Inside {}, alike; numbers of {first}", titles.join(", ")) };
        out.extend(wrapped(&words, width).iter().map(|words| heading(words)));
        let widest = found.iter().map(|(from, ..)| from.chars().count()).max().unwrap_or(0);
        for (from, to, there, back) in found {
            let arrow = if back.is_empty() {
                format!("{line}{}{line}{right}", numbers(&there))
            } else {
                format!("{left}{}{line}{}{right}", numbers(&back), numbers(&there))
            };
            out.push(Line::from(vec![
                Span::raw(format!("  {from:<widest$} ")),
                Span::styled(arrow, Style::new().fg(Color::Cyan)),
                Span::raw(format!(" {to}")),
            ]));
        }
    }
    out
}
