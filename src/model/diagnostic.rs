//! Faults: what is wrong in a file, where, and how to mend it.
//!
//! A reader or check never stops at its first problem; it adds a [`Fault`] to a [`Faults`] and goes on. The same faults feed the
//! command line ([`render()`]), `--json` ([`to_json`]) and the workbench's list of problems ([`Place::line_column`]).

mod json;
mod nearest;
mod place;
mod render;

pub use json::to_json;
pub use nearest::{did_you_mean, nearest};
pub use place::{Place, SourceText};
pub(crate) use place::{border_after, border_before};
pub use render::render;

use std::fmt;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but its author should look.
    Warning,
    /// A remark.
    Note,
}

impl Severity {
    /// The word shown to people and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One problem of a file.
#[derive(Clone, Debug)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// The name of the check that found it, such as `flow-balance`; shown in brackets behind the severity.
    pub lint: Option<&'static str>,
    /// One sentence in lower case without a full stop: what was found and what was expected.
    pub message: String,
    /// Where; none for a file that could not be opened.
    pub place: Option<Place>,
    /// Words under the caret.
    pub label: Option<String>,
    /// Other places that explain it, such as "the template is here".
    pub related: Vec<(Place, String)>,
    /// How to mend it, one sentence each.
    pub help: Vec<String>,
}

impl Fault {
    /// A fault that is nothing but a severity, a place and a message.
    pub fn new(severity: Severity, place: impl Into<Option<Place>>, message: impl Into<String>) -> Self {
        Fault { severity, lint: None, message: message.into(), place: place.into(), label: None, related: Vec::new(), help: Vec::new() }
    }

    /// Names the check that found it.
    pub fn lint(&mut self, name: &'static str) -> &mut Self {
        self.lint = Some(name);
        self
    }

    /// Sets the words under the caret.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(label.into());
        self
    }

    /// Adds a place that explains it.
    pub fn related(&mut self, place: Place, words: impl Into<String>) -> &mut Self {
        self.related.push((place, words.into()));
        self
    }

    /// Adds a way to mend it; empty words add nothing.
    pub fn help(&mut self, words: impl Into<String>) -> &mut Self {
        let words = words.into();
        if !words.is_empty() {
            self.help.push(words);
        }
        self
    }
}

/// Faults collected while reading. Also an error value, whose text is [`render()`] without colour.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finished fault.
    pub fn push(&mut self, fault: Fault) {
        self.list.push(fault);
    }

    /// Adds an error and gives it back to be completed: `faults.error(place, "…").help("…")`. The place may be `None`.
    pub fn error(&mut self, place: impl Into<Option<Place>>, message: impl Into<String>) -> &mut Fault {
        self.add(Fault::new(Severity::Error, place, message))
    }

    /// Adds a warning and gives it back to be completed.
    pub fn warning(&mut self, place: impl Into<Option<Place>>, message: impl Into<String>) -> &mut Fault {
        self.add(Fault::new(Severity::Warning, place, message))
    }

    /// Adds a note and gives it back to be completed.
    pub fn note(&mut self, place: impl Into<Option<Place>>, message: impl Into<String>) -> &mut Fault {
        self.add(Fault::new(Severity::Note, place, message))
    }

    fn add(&mut self, fault: Fault) -> &mut Fault {
        let at = self.list.len();
        self.list.push(fault);
        &mut self.list[at]
    }

    /// Whether any fault is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many faults are this bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|fault| fault.severity == severity).count()
    }

    /// How many faults there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no fault at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The faults in their present order.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.list.iter()
    }

    /// Orders them as a reader meets them: without place first, then by file, then by position; equal ones keep their order.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| {
            let key = |fault: &Fault| fault.place.as_ref().map(|place| (place.file.name.clone(), place.start));
            key(a).cmp(&key(b))
        });
    }

    /// `2 errors, 1 warning`; `no problems` where there are none. Notes are counted only when there is nothing else.
    pub fn summary(&self) -> String {
        let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let (errors, warnings, notes) = (self.count(Severity::Error), self.count(Severity::Warning), self.count(Severity::Note));
        match (errors, warnings, notes) {
            (0, 0, 0) => "no problems".to_owned(),
            (0, 0, notes) => words(notes, "note"),
            (errors, 0, _) => words(errors, "error"),
            (0, warnings, _) => words(warnings, "warning"),
            (errors, warnings, _) => {
                format!("{}, {}", words(errors, "error"), words(warnings, "warning"))
            }
        }
    }

    /// The faults as the error of a reader if one of them is an error, else `value`; warnings are then dropped with `self`,
    /// so keep them aside first where they matter.
    pub fn or_value<T>(self, value: Option<T>) -> Result<T, Faults> {
        match value {
            Some(value) if !self.has_errors() => Ok(value),
            _ => Err(self),
        }
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        self.list.extend(faults);
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Faults { list: faults.into_iter().collect() }
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Faults { list: vec![fault] }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(render(self, false).trim_end())
    }
}

impl std::error::Error for Faults {}
