//! The scenario under a hypothesis: the same text with values exchanged where they stand, so that every other place stays what it was.
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};

/// A scenario under a hypothesis.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewritten {
    /// The text of the scenario.
    pub text: String,
    /// What is no value of the scenario but, as the caller must know, a parameter of the model: `name=value` as for `--set`.
    pub parameters: Vec<String>,
}

/// The value at a path such as `trial.events.link.log_hazard_per_dose`; keys may have points in them.
pub(super) fn find<'f>(root: &Node<'f>, path: &str) -> Option<Node<'f>> {
    if !root.is_mapping() {
        return None;
    }
    root.entries(&mut Faults::new(), "").into_iter().find_map(|(key, child)| {
        let rest = path.strip_prefix(key.as_str())?;
        if rest.is_empty() { Some(child) } else { find(&child, rest.strip_prefix('.')?) }
    })
}

/// The scenario `file` with the values of a hypothesis.
///
/// # Errors
/// A path that leads to more than one value.
pub fn under_hypothesis(file: &YamlFile, sets: &[(String, String)]) -> Result<Rewritten, String> {
    let root = file.root();
    let mut parameters = Vec::new();
    let mut exchanges: Vec<(usize, usize, String)> = Vec::new();
    let mut text = root.place().file.text.clone();
    for (path, value) in sets {
        match find(&root, path) {
            Some(node) if node.is_scalar() => {
                let place = node.place();
                let value = value.trim();
                let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
                // a bare number or truth value stays one
                let bare = value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
                let written = if bare { value.to_owned() } else { format!("\"{quoted}\"") };
                exchanges.push((place.start, place.end, written));
            }
            Some(_) => return Err(format!("`{path}` is not one value")),
            None => parameters.push(format!("{path}={value}")),
        }
    }
    // from the end, so that places before stay
    exchanges.sort_by_key(|(start, _, _)| std::cmp::Reverse(*start));
    exchanges.dedup_by_key(|(start, _, _)| *start);
    for (start, end, written) in exchanges {
        text.replace_range(start..end, &written);
    }
    Ok(Rewritten { text, parameters })
}
