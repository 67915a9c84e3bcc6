//! Faults for people: the line of the file with a caret under the words meant.

use super::{Fault, Faults, Place, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

/// How many faults are drawn; a file with more has one cause, and nobody reads them all.
const FAULTS_DRAWN: usize = 100;

/// Draws faults in their present order, one blank line between them, ending in a line break; empty for no faults.
///
/// `color` adds ANSI escapes; whether the terminal wants them is for the caller to know.
pub fn render(faults: &Faults, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut drawn: Vec<String> = faults.iter().take(FAULTS_DRAWN).map(|fault| draw(fault, &renderer)).collect();
    if let Some(more) = faults.len().checked_sub(FAULTS_DRAWN).filter(|&more| more > 0) {
        drawn.push(format!("… and {more} more problems\n"));
    }
    drawn.join("\n")
}

fn draw(fault: &Fault, renderer: &Renderer) -> String {
    let level = match fault.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(fault.message.as_str());
    if let Some(lint) = fault.lint {
        title = title.id(lint);
    }
    let mut group = Group::with_title(title);
    let mut elsewhere: Vec<&(Place, String)> = Vec::new();
    if let Some(place) = &fault.place {
        let (here, away): (Vec<_>, Vec<_>) = fault.related.iter().partition(|(other, _)| std::sync::Arc::ptr_eq(&other.file, &place.file));
        group = picture(group, place, fault.label.as_deref(), AnnotationKind::Primary, &here);
        elsewhere = away;
    } else {
        elsewhere.extend(&fault.related);
    }
    let mut groups = Vec::new();
    for (place, words) in elsewhere {
        groups.push(picture(
            Group::with_title(Level::NOTE.secondary_title(normalize_untrusted_str(words))),
            place,
            None,
            AnnotationKind::Context,
            &[],
        ));
    }
    for words in &fault.help {
        group = group.element(Level::HELP.message(normalize_untrusted_str(words)));
    }
    groups.insert(0, group);
    let mut text = renderer.render(&groups);
    text.push('\n');
    text
}

/// Adds the lines of `place` and of the related places of the same file. Only the lines needed are handed to the renderer,
/// so that its cost does not grow with the file.
fn picture<'a>(
    group: Group<'a>,
    place: &'a Place,
    label: Option<&'a str>,
    kind: AnnotationKind,
    related: &[&'a (Place, String)],
) -> Group<'a> {
    let file = &place.file;
    if file.text.is_empty() {
        return group.element(Origin::path(file.name.as_str()));
    }
    let places = || std::iter::once(place).chain(related.iter().map(|(other, _)| other));
    let first = places().map(|place| place.line_column().0).min().unwrap_or(1);
    let last = places().map(|place| place.line_column().0).max().unwrap_or(1);
    let starts = file.line_starts();
    let from = starts.get(first - 1).copied().unwrap_or(0);
    let to = starts.get(last).copied().unwrap_or(file.text.len());
    let span = |place: &Place| {
        let (start, end) = first_line_of(place);
        start - from..end - from
    };
    let mut snippet =
        Snippet::source(&file.text[from..to]).path(file.name.as_str()).line_start(first).annotation(kind.span(span(place)).label(label));
    for (other, words) in related {
        snippet = snippet.annotation(AnnotationKind::Context.span(span(other)).label(words.as_str()));
    }
    group.element(snippet)
}

/// The part of a place on its first line: a mapping of fifty lines is meant as a whole, but its first line says which.
fn first_line_of(place: &Place) -> (usize, usize) {
    let text = place.text();
    let line = text.split('\n').next().unwrap_or(text).trim_end();
    (place.start, place.start + line.len())
}
