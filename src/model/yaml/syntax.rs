//! Syntax errors: which of the two readers to believe, and in whose words to say it.
//!
//! Where the usual causes ([`super::syntax_cause`]) can be seen in the text, the fault names the cause; else it repeats `serde_yaml`.

use super::syntax_cause::{self, Complaint};
use crate::model::diagnostic::{Fault, Place, Severity, SourceText, border_after};
use serde::de::IgnoredAny;
use std::sync::Arc;

/// How far behind the place where `saphyr-parser` gave up `serde_yaml` may read. Enough for its own words, and it bounds the
/// time that a hostile text can take from a scanner whose cost grows with the square of the nesting.
const READ_ON: usize = 1000;

/// The fault of a text that `saphyr-parser` gave up at byte `at` with the words `info`.
pub(super) fn explain(source: &Arc<SourceText>, at: usize, info: &str) -> Fault {
    if info.contains("recursion limit") {
        let place = Place::new(Arc::clone(source), at, at + 1);
        return Fault::new(Severity::Error, place, super::outline::too_deep());
    }
    let own = || Complaint { at, begun: None, words: info.to_owned() };
    let end = border_after(&source.text, at.saturating_add(READ_ON));
    // Values are skipped, not built, so that nothing in a broken file can grow.
    let complaint = match serde_yaml::from_str::<IgnoredAny>(&source.text[..end]) {
        Err(error) => complaint(source, &error).filter(|complaint| complaint.at < end || end == source.text.len()).unwrap_or_else(own),
        Ok(_) => own(),
    };
    fault(source, &complaint)
}

/// The fault of a text whose values `serde_yaml` could not make.
pub(super) fn explain_value_error(source: &Arc<SourceText>, error: &serde_yaml::Error) -> Fault {
    let complaint = complaint(source, error);
    fault(source, &complaint.unwrap_or_else(|| Complaint { at: 0, begun: None, words: error.to_string() }))
}

fn fault(source: &Arc<SourceText>, complaint: &Complaint) -> Fault {
    let place = |(start, end): (usize, usize)| Place::new(Arc::clone(source), start, end);
    if let Some(cause) = syntax_cause::find(source, complaint) {
        let mut fault = Fault::new(Severity::Error, place(cause.range), cause.message);
        fault.help(cause.help);
        return fault;
    }
    let here = place((complaint.at, complaint.at + 1));
    let mut fault = Fault::new(Severity::Error, here, format!("this is not YAML: {}", complaint.words));
    if let Some(begun) = complaint.begun.filter(|&begun| begun != complaint.at) {
        fault.related(place((begun, begun + 1)), "what could not be read begins here");
    }
    fault
}

/// Takes `serde_yaml`'s error apart: `did not find … at line 3 column 5, while parsing … at line 1 column 4`.
fn complaint(source: &SourceText, error: &serde_yaml::Error) -> Option<Complaint> {
    let location = error.location()?;
    let at = byte_of(source, location.line(), location.column())?;
    let mut begun = None;
    let mut words: Vec<&str> = Vec::new();
    let text = error.to_string();
    let mut rest = text.split(' ').peekable();
    while let Some(word) = rest.next() {
        if word != "at" || rest.peek() != Some(&"line") {
            words.push(word);
            continue;
        }
        let numbers: Vec<&str> = rest.by_ref().take(4).collect();
        if let [_, line, _, column] = numbers.as_slice() {
            let number = |word: &str| word.trim_end_matches(',').parse().ok();
            begun = number(line).zip(number(column)).and_then(|(line, column)| byte_of(source, line, column));
            if column.ends_with(',') {
                words.push("–");
            }
        }
    }
    Some(Complaint { at, begun, words: words.join(" ") })
}

/// The byte of a line and column, both from 1, the column in characters.
fn byte_of(source: &SourceText, line: usize, column: usize) -> Option<usize> {
    let start = *source.line_starts().get(line.checked_sub(1)?)?;
    let text = source.line(line);
    let offset = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    Some(start + offset)
}
