//! A scenario with changes that are not written yet: rows left out of the data, parameters of the fit.
//!
//! A change is an edit of the scenario's text, which is then read again: whatever its reader checks holds, and what is written is what was used.
//! `yaml_text`: keys and items in YAML text; `look`: what the changed scenario says of its data and its fit, for people.
mod look;
#[cfg(test)]
mod tests;
mod yaml_text;

pub use look::{FitLook, Look, ParameterLook, look};

use crate::model::diagnostic::Faults;
use crate::model::yaml::YamlFile;
use crate::session::what_if::edit::{Step, Way, child, find, keys};

/// What a fit says of one of its parameters and can be set here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Where the search begins.
    Start,
    /// Between which values it stays.
    Bounds,
    /// What is known of it beforehand.
    Prior,
    /// On which scale it is fitted.
    Scale,
}

impl Field {
    /// Its key in the scenario.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Field::Start => "start",
            Field::Bounds => "bounds",
            Field::Prior => "prior",
            Field::Scale => "scale",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Leaves a line of a data file out of the fit.
    Exclude {
        /// Position of the table in the scenario.
        table: usize,
        /// Line of its file.
        line: u64,
        /// Why.
        reason: String,
    },
    /// Takes a line in again that the scenario leaves out.
    Include {
        /// Position of the table in the scenario.
        table: usize,
        /// Line of its file.
        line: u64,
    },
    /// Does not fit a parameter.
    LeaveOut {
        /// Its path, as in the scenario.
        path: String,
    },
    /// Fits one more parameter, on the logarithmic scale.
    Add {
        /// Its path.
        path: String,
    },
    /// Sets what the fit says of a parameter; no words take it away.
    Set {
        /// Its path, as in the scenario.
        path: String,
        /// What.
        field: Field,
        /// As typed.
        words: String,
    },
}

impl Edit {
    /// For people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Edit::Exclude { line, reason, .. } => format!("line {line} left out: {reason}"),
            Edit::Include { line, .. } => format!("line {line} taken in again"),
            Edit::LeaveOut { path } => format!("{path} not fitted"),
            Edit::Add { path } => format!("{path} fitted too"),
            Edit::Set { path, field, words } if words.trim().is_empty() => format!("{path}: no {}", field.key()),
            Edit::Set { path, field, words } => format!("{path}: {} {}", field.key(), words.trim()),
        }
    }

    fn apply(&self, text: &str) -> Result<String, String> {
        match self {
            Edit::Exclude { table, line, reason } => {
                let item = format!("{{line: {line}, reason: {}}}", yaml_text::quoted(reason));
                yaml_text::append(text, &table_way(text, *table)?, "exclude", &item)
            }
            Edit::Include { table, line } => include(text, &table_way(text, *table)?, *line),
            Edit::LeaveOut { path } => yaml_text::take_out(text, &keys(&["fit", "parameters"]), path),
            Edit::Add { path } => yaml_text::put(text, &keys(&["fit", "parameters"]), &yaml_text::scalar(path), "{scale: log}"),
            Edit::Set { path, field, words } => {
                let way = keys(&["fit", "parameters", path]);
                let written = written(*field, words);
                match written {
                    Some(value) => yaml_text::put(text, &way, field.key(), &value),
                    None => yaml_text::take_out(text, &way, field.key()).or_else(|_| Ok(text.to_owned())),
                }
            }
        }
    }
}

/// Typed words as YAML; `None` for no words.
fn written(field: Field, words: &str) -> Option<String> {
    let words = words.trim().replace(['\n', '\r', '\t'], " ");
    if words.is_empty() {
        return None;
    }
    let within =
        |open: char, close: char| words.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or(&words).trim().to_owned();
    Some(match field {
        Field::Start | Field::Scale => yaml_text::scalar(&words),
        Field::Bounds => {
            let ends: Vec<String> = within('[', ']').split(',').map(yaml_text::scalar).collect();
            format!("[{}]", ends.join(", "))
        }
        Field::Prior => {
            let inside = within('{', '}');
            // a number without a source is an assumption, and says so
            let told = ["source:", "provenance:"].iter().any(|key| inside.contains(key));
            if told { format!("{{{inside}}}") } else { format!("{{{inside}, provenance: assumed}}") }
        }
    })
}

/// The way to a table of the section `data`, which is one table or a list of them.
fn table_way(text: &str, table: usize) -> Result<Way, String> {
    let file = YamlFile::parse("the scenario", text.to_owned()).map_err(|faults| faults.to_string())?;
    let root = file.root();
    let way = keys(&["data"]);
    let data = find(&root, &way).ok_or("the scenario has no `data`")?;
    Ok(if data.is_sequence() { [way, vec![Step::Item(table)]].concat() } else { way })
}

fn include(text: &str, way: &[Step], line: u64) -> Result<String, String> {
    let file = YamlFile::parse("the scenario", text.to_owned()).map_err(|faults| faults.to_string())?;
    let root = file.root();
    let list = find(&root, way).and_then(|table| child(&table, &Step::Key("exclude".into())));
    let items = list.map(|list| list.items(&mut Faults::new(), "")).unwrap_or_default();
    let is_it = |item: &crate::model::yaml::Node<'_>| {
        child(item, &Step::Key("line".into()))
            .and_then(|node| node.integer(&mut Faults::new(), ""))
            .is_some_and(|found| found == line as i64)
    };
    let position = items.iter().position(is_it).ok_or_else(|| format!("the scenario does not leave out line {line}"))?;
    yaml_text::take_item(text, way, "exclude", position)
}

/// The text with all changes, in their order.
///
/// # Errors
/// The first change that cannot be made: its position and why.
pub fn applied(text: &str, edits: &[Edit]) -> Result<String, (usize, String)> {
    edits.iter().enumerate().try_fold(text.to_owned(), |text, (position, edit)| edit.apply(&text).map_err(|words| (position, words)))
}
