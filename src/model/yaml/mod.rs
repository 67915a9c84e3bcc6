//! YAML with places: a file is read into values that know their line and column, and a decoder walks them collecting every fault.
//!
//! `serde_yaml` says what the values are, the events of `saphyr-parser` say where they stand; the two are joined position by position,
//! and a file on which they disagree is refused, so a number cannot mean one thing to us and another to the next program.
//! The way of the data: bytes → text (`bytes`) → shape and places, careless YAML refused (`outline`) → `serde_yaml::Value` →
//! agreement of the two (`agreement`) → [`Node`].
//!
//! Refused with a reason and a place: duplicate keys, several documents, merge keys, tags, keys that are not text, alias bombs, deep
//! nesting, non-finite numbers, control characters, bytes that are not UTF-8, empty and oversized files.

mod agreement;
mod bytes;
mod character_offsets;
mod fields;
mod node;
mod number;
mod outline;
mod outline_builder;
mod scalar_place;
mod syntax;
mod syntax_cause;

pub use fields::Fields;
pub use node::Node;
pub use number::{read_integer, read_number};

use super::diagnostic::{Faults, Place, SourceText};
use outline::Outline;
use std::path::Path;
use std::sync::Arc;

/// One YAML file, read and found sound as YAML; what it says is for the decoder to judge.
#[derive(Debug)]
pub struct YamlFile {
    source: Arc<SourceText>,
    outline: Outline,
    root: serde_yaml::Value,
}

impl YamlFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// The file cannot be opened or read, is over 4 MiB, is not UTF-8, or is refused by [`YamlFile::parse`].
    pub fn read(path: &Path) -> Result<Self, Faults> {
        Self::of_source(bytes::read_source(path)?)
    }

    /// Reads `text`; `name` is what faults call the file. A byte-order mark at the beginning is dropped.
    ///
    /// # Errors
    /// All problems of careless YAML at once, or the syntax error that stopped the reading.
    pub fn parse(name: &str, text: String) -> Result<Self, Faults> {
        Self::of_source(bytes::check_text(name, text)?)
    }

    fn of_source(source: SourceText) -> Result<Self, Faults> {
        let source = Arc::new(source);
        let outline = outline::of_source(&source)?;
        let root = serde_yaml::from_str(&source.text).map_err(|error| Faults::from(syntax::explain_value_error(&source, &error)))?;
        agreement::check(&source, &outline, &root)?;
        Ok(YamlFile { source, outline, root })
    }

    /// The value that the file holds.
    pub fn root(&self) -> Node<'_> {
        Node::root(self)
    }

    /// The file's name and text.
    pub fn source(&self) -> &Arc<SourceText> {
        &self.source
    }

    fn place(&self, (start, end): (usize, usize)) -> Place {
        Place::new(Arc::clone(&self.source), start, end)
    }
}

#[cfg(test)]
mod tests;
