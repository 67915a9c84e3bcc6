//! The two readers must agree: the same shape, the same keys in the same order, the same text.
//!
//! Here too the refusals that need the values' types: keys that are not text, numbers that are not finite.

use super::outline::{Outline, Shape};
use crate::model::diagnostic::{Faults, Place, SourceText};
use saphyr_parser::ScalarStyle;
use serde_yaml::Value;
use std::sync::Arc;

/// Walks both trees together.
pub(super) fn check(source: &Arc<SourceText>, outline: &Outline, root: &Value) -> Result<(), Faults> {
    let mut faults = Faults::new();
    // Depth is limited to 64 by the outline, so recursion is safe.
    walk(source, outline, outline.root(), root, &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn walk(source: &Arc<SourceText>, outline: &Outline, entry: usize, value: &Value, faults: &mut Faults) {
    let place = |range: (usize, usize)| Place::new(Arc::clone(source), range.0, range.1);
    let entry = &outline.entries[entry];
    let agree = match (&entry.shape, value) {
        // What an alias stands for is checked where it is written.
        (Shape::Alias(_), _) => true,
        (Shape::Sequence(items), Value::Sequence(values)) => {
            if items.len() == values.len() {
                for (&item, value) in items.iter().zip(values) {
                    walk(source, outline, item, value, faults);
                }
            }
            items.len() == values.len()
        }
        (Shape::Mapping(pairs), Value::Mapping(values)) => {
            if pairs.len() == values.len() {
                for ((key, child), (key_value, value)) in pairs.iter().zip(values) {
                    match key_value {
                        Value::String(text) if *text == key.text => {}
                        Value::String(_) => disagreement(place(key.range), faults),
                        _ => {
                            let text = &key.text;
                            faults
                                .error(place(key.range), format!("the key `{text}` is {}, but keys must be text", kind(key_value)))
                                .help(format!("put it in quotes if it is a name: \"{text}\""));
                        }
                    }
                    walk(source, outline, *child, value, faults);
                }
            }
            pairs.len() == values.len()
        }
        (Shape::Scalar { text, .. }, Value::String(value)) => text == value,
        (Shape::Scalar { text, style: ScalarStyle::Plain }, Value::Number(number)) => {
            if number.as_f64().is_none_or(|number| !number.is_finite()) {
                faults.error(place(entry.range), format!("`{text}` is not a finite number")).help("put it in quotes if it is text");
            }
            true
        }
        (Shape::Scalar { style: ScalarStyle::Plain, .. }, Value::Null | Value::Bool(_)) => true,
        _ => false,
    };
    if !agree {
        disagreement(place(entry.range), faults);
    }
}

fn disagreement(place: Place, faults: &mut Faults) {
    faults.error(place, "YAML readers disagree on what this means").help("write it on one line, in double quotes if it is text");
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "read as nothing (null)",
        Value::Bool(_) => "read as true/false",
        Value::Number(_) => "read as a number",
        _ => "not a word",
    }
}
