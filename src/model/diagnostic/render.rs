//! Faults for people: the line of the file with a caret under the words meant.

use super::{Fault, Faults, Place, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;

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
    let mut title = level.primary_title(visible(&fault.message));
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
        groups.push(picture(Group::with_title(Level::NOTE.secondary_title(visible(words))), place, None, AnnotationKind::Context, &[]));
    }
    for words in &fault.help {
        group = group.element(Level::HELP.message(visible(words)));
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
        return group.element(Origin::path(visible(&file.name)));
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
    let mut snippet = Snippet::source(visible_lines(&file.text[from..to]))
        .path(visible(&file.name))
        .line_start(first)
        .annotation(kind.span(span(place)).label(label.map(visible)));
    for (other, words) in related {
        snippet = snippet.annotation(AnnotationKind::Context.span(span(other)).label(visible(words)));
    }
    group.element(snippet)
}

/// The part of a place on its first line: a mapping of fifty lines is meant as a whole, but its first line says which.
fn first_line_of(place: &Place) -> (usize, usize) {
    let text = place.text();
    let line = text.split('\n').next().unwrap_or(text).trim_end();
    (place.start, place.start + line.len())
}

/// Words that cannot act on a terminal: control characters and unusual line breaks give way to a sign for what is unknown.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| if hidden(character) { '\u{fffd}' } else { character }).collect())
}

/// The same for lines of a file, where every replacement has the length of what it replaces, so that places still hold.
/// `annotate-snippets` itself shows the control characters of one byte as pictures.
fn visible_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|character| hidden(character) && !character.is_ascii()) {
        return Cow::Borrowed(text);
    }
    let replacement = |character: char| match character.len_utf8() {
        2 if hidden(character) => '·',
        3 if hidden(character) => '\u{fffd}',
        _ => character,
    };
    Cow::Owned(text.chars().map(replacement).collect())
}

fn hidden(character: char) -> bool {
    character.is_control() && character != '\n' || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::super::SourceText;
    use super::*;
    use std::sync::Arc;

    fn source(name: &str, text: &str) -> Arc<SourceText> {
        Arc::new(SourceText::new(name, text))
    }

    fn at(file: &Arc<SourceText>, word: &str) -> Place {
        let start = file.text.find(word).expect("the word is in the text");
        Place::new(Arc::clone(file), start, start + word.len())
    }

    #[test]
    fn a_fault_with_everything() {
        let model = source("model.yaml", "templates:\n  organ:\n    rate: k_onn * x\norgans:\n  liver: {template: organ}\n");
        let library = source("library.yaml", "k_on: 1\n");
        let mut faults = Faults::new();
        faults
            .error(at(&model, "k_onn"), "no parameter is called `k_onn`")
            .lint("names")
            .label("used here")
            .related(at(&model, "liver"), "by this organ")
            .related(at(&library, "k_on"), "the library has `k_on`")
            .help("did you mean `k_on`?")
            .help("");
        faults.warning(None, "nothing was fitted");
        insta::assert_snapshot!(render(&faults, false), @r"
        error[names]: no parameter is called `k_onn`
         --> model.yaml:3:11
          |
        3 |     rate: k_onn * x
          |           ^^^^^ used here
        4 | organs:
        5 |   liver: {template: organ}
          |   ----- by this organ
          |
          = help: did you mean `k_on`?
        note: the library has `k_on`
         --> library.yaml:1:1
          |
        1 | k_on: 1
          | ----

        warning: nothing was fitted
        ");
    }

    #[test]
    fn a_long_place_is_shown_by_its_first_line() {
        let file = source("m.yaml", "a:\n  b: 1\n  c: 2\n");
        let mut faults = Faults::new();
        faults.error(Place::new(file, 5, 16), "too much");
        insta::assert_snapshot!(render(&faults, false), @r"
        error: too much
         --> m.yaml:2:3
          |
        2 |   b: 1
          |   ^^^^
        ");
    }

    #[test]
    fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
        let text = "a: \u{9b}31m\u{1b}[31m\u{2028}\u{feff}\u{202e} kidny\n";
        let file = source(text.trim(), text);
        let mut faults = Faults::new();
        faults.error(at(&file, "kidny"), text).label(text).related(Place::new(file, 0, 1), text).help(text);
        let drawn = render(&faults, false);
        let forbidden = |character: char| character.is_control() && character != '\n' || "\u{2028}\u{feff}\u{202e}".contains(character);
        assert!(!drawn.contains(forbidden), "{drawn:?}");
    }

    #[test]
    fn colour_is_only_added_when_asked_for() {
        let mut faults = Faults::new();
        faults.error(None, "x");
        assert!(!render(&faults, false).contains('\u{1b}'));
        assert!(render(&faults, true).contains('\u{1b}'));
    }

    #[test]
    fn only_the_first_hundred_are_drawn() {
        let faults: Faults = (0..130).map(|_| Fault::new(Severity::Error, None, "x")).collect();
        assert!(render(&faults, false).ends_with("… and 30 more problems\n"));
        assert_eq!(render(&Faults::new(), false), "");
    }
}
