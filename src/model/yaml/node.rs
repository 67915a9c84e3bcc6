//! A value with its path and its place, and the readings a decoder asks of it.
//!
//! Every reading takes the [`Faults`] to add to and the words for what is expected (`a quantity such as 310 g`); it gives `None`
//! or an empty list where it added a fault, so a decoder goes on to the next value.

use super::number::{read_integer, read_number};
use super::outline::{Range, Shape};
use super::{Fields, YamlFile, scalar_place};
use crate::model::diagnostic::{Fault, Faults, Place, did_you_mean};
use serde_yaml::Value;

/// A value of a file.
#[derive(Clone, Debug)]
pub struct Node<'f> {
    file: &'f YamlFile,
    value: &'f Value,
    entry: usize,
    key: Option<(&'f str, Range)>,
    path: String,
}

impl<'f> Node<'f> {
    pub(super) fn root(file: &'f YamlFile) -> Self {
        Node { file, value: &file.root, entry: file.outline.root(), key: None, path: String::new() }
    }

    /// Where the value stands; for an alias, the alias; for an empty value, its key.
    pub fn place(&self) -> Place {
        self.file.place(self.file.outline.entries[self.entry].range)
    }

    /// Where the key stands that holds the value; the value itself for the root and the items of lists.
    pub fn key_place(&self) -> Place {
        self.key.map_or_else(|| self.place(), |(_, range)| self.file.place(range))
    }

    /// The way from the root: `organs.kidneys.mass`, `flows[1].from` (items count from 0); empty for the root.
    pub fn path(&self) -> String {
        self.path.clone()
    }

    /// The key it stands under; empty for the root and the items of lists.
    pub fn name(&self) -> &'f str {
        self.key.map_or("", |(name, _)| name)
    }

    /// The value as `serde_yaml` read it.
    pub fn value(&self) -> &'f Value {
        self.value
    }

    /// Whether an alias (`*name`) stands here: what is behind it is written elsewhere.
    pub fn is_alias(&self) -> bool {
        self.file.outline.resolve(self.entry) != self.entry
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        self.value.is_mapping()
    }

    /// Whether it is a list.
    pub fn is_sequence(&self) -> bool {
        self.value.is_sequence()
    }

    /// Whether it is text, a number or a boolean.
    pub fn is_scalar(&self) -> bool {
        matches!(self.value, Value::String(_) | Value::Number(_) | Value::Bool(_))
    }

    /// Whether nothing is written, or `null` or `~`.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The text of a scalar as written, numbers too (`0.40`, `1e-3`, `310 g`), with quotes, escapes and folding resolved;
    /// none for lists, mappings and nothing.
    pub fn scalar_text(&self) -> Option<String> {
        self.text_here().map(str::to_owned)
    }

    fn text_here(&self) -> Option<&'f str> {
        match (self.value, &self.file.outline.entries[self.file.outline.resolve(self.entry)].shape) {
            (Value::String(text), _) => Some(text),
            (Value::Number(_) | Value::Bool(_), Shape::Scalar { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn text(&self, faults: &mut Faults, expected: &str) -> Option<String> {
        self.scalar(faults, expected).map(str::to_owned)
    }

    fn scalar(&self, faults: &mut Faults, expected: &str) -> Option<&'f str> {
        let text = self.text_here();
        if text.is_none() {
            self.unexpected(faults, expected);
        }
        text
    }

    /// `true` or `false`.
    pub fn boolean(&self, faults: &mut Faults, expected: &str) -> Option<bool> {
        if let Value::Bool(value) = self.value {
            return Some(*value);
        }
        let text = self.scalar(faults, expected)?;
        let meant = match text.to_lowercase().as_str() {
            "yes" | "y" | "on" | "true" | "1" => "true",
            "no" | "n" | "off" | "false" | "0" => "false",
            _ => "",
        };
        let fault = self.unexpected(faults, expected);
        match meant {
            "" => fault.help("write `true` or `false`"),
            meant => {
                let kind = if self.value.is_number() { "a number" } else { "text" };
                fault.help(format!("`{text}` is only {kind} here: write `{meant}`"))
            }
        };
        None
    }

    /// A whole number, written with digits alone.
    pub fn integer(&self, faults: &mut Faults, expected: &str) -> Option<i64> {
        let text = self.scalar(faults, expected)?;
        read_integer(text).map_err(|reason| self.unexpected(faults, expected).help(reason)).ok()
    }

    /// A finite number in decimal notation (see [`read_number`]).
    pub fn number(&self, faults: &mut Faults, expected: &str) -> Option<f64> {
        let text = self.scalar(faults, expected)?;
        read_number(text).map_err(|reason| self.unexpected(faults, expected).help(reason)).ok()
    }

    /// One of a set of words, exactly as listed.
    pub fn one_of<T: Copy>(&self, faults: &mut Faults, choices: &[(&str, T)]) -> Option<T> {
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        let expected = match words.as_slice() {
            [] => "left out".to_owned(),
            [only] => only.clone(),
            [all @ .., last] if words.len() <= 12 => format!("{} or {last}", all.join(", ")),
            some => format!("one of {}, … ({} in all)", some[..11].join(", "), words.len()),
        };
        let text = self.scalar(faults, &expected)?;
        let choice = choices.iter().find(|(word, _)| *word == text).map(|&(_, value)| value);
        if choice.is_none() {
            let near = did_you_mean(text, choices.iter().map(|(word, _)| *word));
            let fault = self.unexpected(faults, &expected);
            if near.starts_with("did") {
                fault.help(near);
            }
        }
        choice
    }

    /// The items of a list; none of them, with a fault, where it is no list.
    pub fn items(&self, faults: &mut Faults, expected: &str) -> Vec<Node<'f>> {
        let outline = &self.file.outline;
        let (Value::Sequence(values), Shape::Sequence(entries)) = (self.value, &outline.entries[outline.resolve(self.entry)].shape) else {
            self.unexpected(faults, expected);
            return Vec::new();
        };
        let items = values.iter().zip(entries).enumerate().map(|(index, (value, &entry))| Node {
            file: self.file,
            value,
            entry,
            key: None,
            path: format!("{}[{index}]", self.path),
        });
        items.collect()
    }

    /// The keys and values of a mapping in the order of the file; none, with a fault, where it is no mapping.
    pub fn entries(&self, faults: &mut Faults, expected: &str) -> Vec<(String, Node<'f>)> {
        match self.children() {
            Some(children) => children.map(|node| (node.name().to_owned(), node)).collect(),
            None => {
                self.unexpected(faults, expected);
                Vec::new()
            }
        }
    }

    /// A mapping with a fixed set of keys.
    pub fn fields(&self, faults: &mut Faults, expected: &str) -> Option<Fields<'f>> {
        let Some(children) = self.children() else {
            self.unexpected(faults, expected);
            return None;
        };
        Some(Fields::new(self.clone(), children.collect()))
    }

    fn children(&self) -> Option<impl Iterator<Item = Node<'f>>> {
        let outline = &self.file.outline;
        let (Value::Mapping(values), Shape::Mapping(pairs)) = (self.value, &outline.entries[outline.resolve(self.entry)].shape) else {
            return None;
        };
        let (file, path) = (self.file, self.path.clone());
        Some(values.values().zip(pairs).map(move |(value, (key, entry))| Node {
            file,
            value,
            entry: *entry,
            key: Some((key.text.as_str(), key.range)),
            path: if path.is_empty() { key.text.clone() } else { format!("{path}.{}", key.text) },
        }))
    }

    /// A place inside the scalar: the bytes `start..end` of [`Node::scalar_text`] found again in the file. Exact for plain, quoted and
    /// folded text; the whole value where escapes or an alias stand between.
    pub fn place_of_offset(&self, start: usize, end: usize) -> Place {
        let place = self.place();
        let found = self.text_here().and_then(|text| scalar_place::locate(text, place.text(), start, end));
        match found {
            Some((from, to)) => self.file.place((place.start + from, place.start + to)),
            None => place,
        }
    }

    /// Adds an error at the value; for an alias it also shows where the value is written.
    pub fn error<'a>(&self, faults: &'a mut Faults, message: impl Into<String>) -> &'a mut Fault {
        let fault = faults.error(self.place(), message);
        let target = self.file.outline.resolve(self.entry);
        if target != self.entry {
            fault.related(self.file.place(self.file.outline.entries[target].range), "the value is written here");
        }
        fault
    }

    /// Adds the error that the value is not what was expected.
    pub fn unexpected<'a>(&self, faults: &'a mut Faults, expected: &str) -> &'a mut Fault {
        let subject = if self.path.is_empty() { "the file".to_owned() } else { format!("`{}`", self.path) };
        let found = self.found();
        let fault = self.error(faults, format!("{subject} must be {expected}, found {found}"));
        if let Value::Sequence(items) = self.value
            && let [Value::String(word)] = items.as_slice()
            && expected_is_text(expected)
        {
            fault.help(format!("text that begins with `[` must stand in quotes: \"[{word}]…\""));
        }
        if let Value::String(text) = self.value
            && let Some((key, rest)) = text.split_once(':')
            && expected.contains("mapping")
        {
            fault.help(format!("if it is a key and a value, a space is missing: `{key}: {rest}`"));
        }
        fault
    }

    fn found(&self) -> String {
        match self.value {
            Value::Null => "nothing".to_owned(),
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "a mapping".to_owned(),
            _ => {
                let text = self.text_here().unwrap_or_default();
                let short: String = text.chars().take(40).collect();
                if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
            }
        }
    }
}

fn expected_is_text(expected: &str) -> bool {
    !expected.contains("list") && !expected.contains("mapping")
}
