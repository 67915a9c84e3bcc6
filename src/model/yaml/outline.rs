//! The shape of a file with the place of everything in it, from the events of `saphyr-parser`, and the refusal of careless YAML
//! before any value is made.

use super::outline_builder::{Builder, Stop};
use super::syntax;
use crate::model::diagnostic::{Faults, Place, SourceText};
use saphyr_parser::{Parser, ScalarStyle};
use std::sync::Arc;

/// Mappings and lists may lie in one another this deep.
pub(super) const DEEPEST: usize = 64;

/// A range of bytes.
pub(super) type Range = (usize, usize);

/// What stands at one position of the file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) shape: Shape,
    /// Without the anchor; a block mapping reaches from its first key to the end of its last value.
    pub(super) range: Range,
    /// Values in it, itself included, aliases followed.
    pub(super) values: usize,
    /// Levels of mappings and lists in it, itself included.
    pub(super) levels: usize,
}

/// The kinds of entries; the numbers are positions in [`Outline::entries`].
#[derive(Debug)]
pub(super) enum Shape {
    /// The text as `saphyr-parser` understood it.
    Scalar {
        text: String,
        style: ScalarStyle,
    },
    Sequence(Vec<usize>),
    Mapping(Vec<(Key, usize)>),
    Alias(usize),
}

/// A key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) range: Range,
}

/// Every entry of a file; the root is the last one.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) entries: Vec<Entry>,
}

impl Outline {
    pub(super) fn root(&self) -> usize {
        self.entries.len() - 1
    }

    /// The entry behind an alias; other entries are themselves.
    pub(super) fn resolve(&self, entry: usize) -> usize {
        match self.entries[entry].shape {
            Shape::Alias(target) => target,
            _ => entry,
        }
    }
}

/// Reads the outline, or gives all faults found up to the one that stopped the reading.
pub(super) fn of_source(source: &Arc<SourceText>) -> Result<Outline, Faults> {
    let mut builder = Builder::new(source);
    let mut root = None;
    for event in Parser::new_from_str(&source.text) {
        match event {
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                builder.faults.push(syntax::explain(source, at, error.info()));
                return Err(builder.faults);
            }
            Ok((event, span)) => {
                if let Some(entry) = builder.take(event, span).map_err(|Stop| std::mem::take(&mut builder.faults))? {
                    root = root.or(Some(entry));
                }
            }
        }
    }
    if let Some(message) = nothing(source, root.map(|root| &builder.entries[root].shape)).filter(|_| builder.faults.is_empty()) {
        builder.faults.error(Place::new(Arc::clone(source), 0, 0), message);
    }
    match builder.faults.is_empty() {
        true => Ok(Outline { entries: builder.entries }),
        false => Err(builder.faults),
    }
}

/// The words for a file without a value.
fn nothing(source: &SourceText, root: Option<&Shape>) -> Option<&'static str> {
    match root {
        None if source.text.trim().is_empty() => Some("the file is empty"),
        None => Some("the file holds nothing but comments"),
        Some(Shape::Scalar { text, style: ScalarStyle::Plain }) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") => {
            Some("the file holds nothing")
        }
        Some(_) => None,
    }
}

/// The words for a file that is nested too deep.
pub(super) fn too_deep() -> String {
    format!("lists and mappings lie more than {DEEPEST} deep in one another")
}
