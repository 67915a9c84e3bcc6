//! Completing a name: those of the last model that could be read, then words of the text. One press puts the first in, the next press the next one;
//! behind the last comes what was typed.

use super::buffer::{Position, TextBuffer};
use super::history::Kind;
use crate::model::Model;

/// Words of the text shorter than this are typed faster than chosen.
const SHORTEST: usize = 4;

/// A completion that goes on as long as nothing else is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Where the name begins.
    start: Position,
    /// What was typed of it.
    typed: String,
    /// What it may be, best first.
    names: Vec<String>,
    /// Position of what stands there now; none: what was typed.
    at: Option<usize>,
    /// The revision of the text with it.
    revision: u64,
}

impl Completion {
    /// Whether the text and the cursor are as the completion left them.
    #[must_use]
    pub fn is_on(&self, text: &TextBuffer) -> bool {
        let shown = self.at.and_then(|at| self.names.get(at)).unwrap_or(&self.typed);
        let end = Position::new(self.start.line, self.start.byte + shown.len());
        text.revision() == self.revision && text.cursor() == end && text.selection().is_none()
    }

    /// What stands there among what may, for the line below the text: `2 of 3: kidneys [liver] spleen`.
    #[must_use]
    pub fn words(&self) -> String {
        let shown = |(position, name): (usize, &String)| if self.at == Some(position) { format!("[{name}]") } else { name.clone() };
        let names: Vec<String> = self.names.iter().enumerate().skip(self.at.unwrap_or(0)).map(shown).collect();
        let place = self.at.map_or_else(|| "as typed".to_owned(), |at| format!("{} of {}", at + 1, self.names.len()));
        format!("{place}: {}", names.join("  "))
    }
}

fn belongs(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.')
}

/// The name before a byte of a line.
fn typed(line: &str, byte: usize) -> &str {
    let head = line.get(..byte).unwrap_or("");
    &head[head.trim_end_matches(belongs).len()..]
}

/// Names that begin with what was typed: of the model, also without their organ, then words of the text.
#[must_use]
pub fn names(model: Option<&Model>, lines: &[String], typed: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if let Some(model) = model {
        let paths = model.parameters.iter().map(|one| &one.path).chain(model.derived.iter().map(|one| &one.path));
        let paths = paths.chain(model.compartments.iter().map(|one| &one.path)).chain(model.observables.iter().map(|one| &one.name));
        let paths: Vec<&String> = paths.collect();
        all.extend(paths.iter().map(|path| (*path).clone()));
        all.extend(paths.iter().filter_map(|path| path.rsplit_once('.')).map(|(_, own)| own.to_owned()));
    }
    all.sort();
    let mut words: Vec<String> = lines
        .iter()
        .flat_map(|line| line.split(|character: char| !belongs(character)))
        .map(|word| word.trim_matches('.').to_owned())
        .filter(|word| word.len() >= SHORTEST && word.starts_with(|first: char| first.is_alphabetic()))
        .collect();
    words.sort();
    all.extend(words);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|name| name.starts_with(typed) && name != typed && seen.insert(name.clone()));
    all
}

/// Puts the next name in (or, with `forward` false, the one before), as one step of the history. None where nothing begins so.
pub fn complete(text: &mut TextBuffer, model: Option<&Model>, before: Option<Completion>, forward: bool) -> Option<Completion> {
    let mut on = match before.filter(|completion| completion.is_on(text)) {
        Some(on) => {
            if on.at.is_some() {
                text.undo();
            }
            on
        }
        None => {
            let cursor = text.cursor();
            let typed = typed(text.line(cursor.line), cursor.byte).to_owned();
            let start = Position::new(cursor.line, cursor.byte - typed.len());
            let names = if typed.is_empty() { Vec::new() } else { names(model, text.lines(), &typed) };
            Completion { start, typed, names, at: None, revision: text.revision() }
        }
    };
    let last = on.names.len().checked_sub(1)?;
    on.at = match (on.at, forward) {
        (None, true) => Some(0),
        (None, false) => Some(last),
        (Some(at), true) => (at < last).then_some(at + 1),
        (Some(at), false) => at.checked_sub(1),
    };
    let end = Position::new(on.start.line, on.start.byte + on.typed.len());
    match on.at.and_then(|at| on.names.get(at)) {
        Some(name) => text.replace(on.start, end, name, Kind::Single),
        None => text.go(end, false),
    }
    on.revision = text.revision();
    Some(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_one_after_the_other_and_then_what_was_typed() {
        let mut text = TextBuffer::new("kidneys: 1\nkidney_mass: 2\nki");
        text.go(text.end(), false);
        let mut on = None;
        for expected in ["kidney_mass", "kidneys", "ki", "kidney_mass"] {
            on = complete(&mut text, None, on, true);
            assert_eq!(text.line(2), expected);
        }
        on = complete(&mut text, None, on, false);
        assert_eq!(text.line(2), "ki");
        assert!(on.is_some_and(|on| on.words() == "as typed: kidney_mass  kidneys"));
        assert!(!text.modified(), "nothing is left of it");
    }

    #[test]
    fn a_name_that_was_put_in_is_one_step() {
        let mut text = TextBuffer::new("kidneys\nki");
        text.go(text.end(), false);
        let on = complete(&mut text, None, None, true);
        assert_eq!(on.map(|on| on.words()).as_deref(), Some("1 of 1: [kidneys]"));
        assert!(text.undo());
        assert_eq!(text.line(1), "ki");
        assert_eq!(complete(&mut TextBuffer::new("x y"), None, None, true), None, "nothing was typed");
    }

    #[test]
    fn names_of_the_model_come_first_and_without_their_organ_too() {
        let text = include_str!("../../../models/psma_it_ulm.yaml");
        let path = std::path::Path::new("m.yaml");
        let model = super::super::diagnostics::examine(super::super::diagnostics::DocumentKind::Model, path, text).model;
        let names = names(model.as_deref(), &["k_words_only".to_owned()], "k_");
        assert!(names.iter().any(|name| name == "k_on") && names.iter().any(|name| name == "k_release"), "{names:?}");
        assert_eq!(names.last().map(String::as_str), Some("k_words_only"));
    }
}
