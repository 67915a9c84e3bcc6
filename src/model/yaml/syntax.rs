//! Syntax errors in words that help: the reader's own message, its place, and the usual cause where it can be seen.

use crate::model::diagnostic::{Faults, Place, SourceText};
use serde::de::IgnoredAny;
use std::sync::Arc;

/// The faults of a text that `saphyr-parser` could not read: its own words and place are the fallback for `serde_yaml`'s.
pub(super) fn explain(source: &Arc<SourceText>, range: (usize, usize), info: &str) -> Faults {
    // Values are skipped, not built, so that nothing in a broken file can grow.
    let (message, place) = match serde_yaml::from_str::<IgnoredAny>(&source.text) {
        Err(error) => match place_of(source, &error) {
            Some(place) => (without_places(&error.to_string()), place),
            None => (info.to_owned(), Place::new(Arc::clone(source), range.0, range.1)),
        },
        Ok(_) => (info.to_owned(), Place::new(Arc::clone(source), range.0, range.1)),
    };
    fault(source, place, &message)
}

/// The faults of a text whose values `serde_yaml` could not make.
pub(super) fn explain_value_error(source: &Arc<SourceText>, error: &serde_yaml::Error) -> Faults {
    let place = place_of(source, error).unwrap_or_else(|| Place::new(Arc::clone(source), 0, 0));
    fault(source, place, &without_places(&error.to_string()))
}

fn fault(source: &Arc<SourceText>, place: Place, message: &str) -> Faults {
    let mut faults = Faults::new();
    faults.error(place, format!("this is not YAML: {message}"));
    let _ = source;
    faults
}

fn place_of(source: &Arc<SourceText>, error: &serde_yaml::Error) -> Option<Place> {
    let location = error.location()?;
    let line_start = *source.line_starts().get(location.line().checked_sub(1)?)?;
    let line = source.line(location.line());
    let offset = line.char_indices().nth(location.column().saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let start = line_start + offset;
    Some(Place::new(Arc::clone(source), start, start + 1))
}

/// `did not find expected key at line 3 column 5, while …` without its ` at line 3 column 5`.
fn without_places(message: &str) -> String {
    let mut words = Vec::new();
    let mut rest = message.split(' ').peekable();
    while let Some(word) = rest.next() {
        if word == "at" && rest.peek() == Some(&"line") {
            let tail = rest.by_ref().take(4).last().unwrap_or_default();
            if let (true, Some(last)) = (tail.ends_with(','), words.last_mut()) {
                *last = format!("{last},");
            }
        } else {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}
