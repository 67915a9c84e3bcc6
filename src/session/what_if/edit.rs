//! One value of a YAML text exchanged where it stands, or added where it is not written; every other byte stays.
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};

/// A step from a value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// By key of a mapping.
    Key(String),
    /// By position in a list.
    Item(usize),
}

/// The way from the root of the file.
pub type Way = Vec<Step>;

/// A way of keys.
pub fn keys(names: &[&str]) -> Way {
    names.iter().map(|name| Step::Key((*name).to_owned())).collect()
}

/// Words in place of a source that no longer holds.
const SOURCE: &str = "\"set in What-if\"";

/// Values that share a mapping with words on where they come from.
const WITH_ORIGIN: [&str; 10] =
    ["value", "absorbed_dose", "bed", "retained", "activity", "amount", "unlabelled", "duration", "cycles", "scans"];

/// The value behind a step.
pub fn child<'f>(node: &Node<'f>, step: &Step) -> Option<Node<'f>> {
    match step {
        Step::Key(wanted) if node.is_mapping() => {
            node.entries(&mut Faults::new(), "").into_iter().find_map(|(key, value)| (key == *wanted).then_some(value))
        }
        Step::Item(position) if node.is_sequence() => node.items(&mut Faults::new(), "").into_iter().nth(*position),
        _ => None,
    }
}

/// Refuses a way through an alias: what is exchanged behind it would be exchanged for everything that shares it.
///
/// # Errors
/// A sentence that names the alias.
pub fn refuse_alias(root: &Node<'_>, way: &[Step]) -> Result<(), String> {
    let mut node = root.clone();
    for step in way {
        let Some(next) = child(&node, step) else { return Ok(()) };
        if next.is_alias() {
            return Err(format!("`{}` is written by an alias (`*…`): write it out in the editor first", next.path()));
        }
        node = next;
    }
    Ok(())
}

/// The value at a way.
pub fn find<'f>(root: &Node<'f>, way: &[Step]) -> Option<Node<'f>> {
    way.iter().try_fold(root.clone(), |node, step| child(&node, step))
}

/// The text with `value` (as YAML) at the way. A value with `source` or `provenance` beside it is from now on assumed.
///
/// # Errors
/// Text that cannot be read, or a way that cannot be made.
pub fn set(text: &str, way: &[Step], value: &str) -> Result<String, String> {
    let file = YamlFile::parse("what-if", text.to_owned()).map_err(|faults| faults.to_string())?;
    let root = file.root();
    refuse_alias(&root, way)?;
    let Some(node) = find(&root, way) else { return add(text, &root, way, value) };
    if node.is_mapping() {
        let mut inner = way.to_vec();
        inner.push(Step::Key("value".into()));
        return if find(&root, &inner).is_some() { set(text, &inner, value) } else { Err(format!("`{}` is not one value", node.path())) };
    }
    let mut exchanges = vec![(node.place().start, node.place().end, value.to_owned())];
    if let Some((Step::Key(last), before)) = way.split_last()
        && WITH_ORIGIN.contains(&last.as_str())
        && let Some(parent) = find(&root, before)
    {
        for (key, written) in [("source", SOURCE), ("provenance", "assumed")] {
            if let Some(origin) = child(&parent, &Step::Key(key.into())).filter(Node::is_scalar) {
                exchanges.push((origin.place().start, origin.place().end, written.to_owned()));
            }
        }
    }
    // from the end, so that places before stay
    exchanges.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    let mut changed = text.to_owned();
    for (start, end, written) in exchanges {
        changed.replace_range(start..end, &written);
    }
    Ok(changed)
}

/// Adds what is not written into the deepest mapping that is.
fn add(text: &str, root: &Node<'_>, way: &[Step], value: &str) -> Result<String, String> {
    let mut depth = 0;
    let mut node = root.clone();
    while let Some(next) = way.get(depth).and_then(|step| child(&node, step)).filter(|node| !node.is_scalar()) {
        node = next;
        depth += 1;
    }
    let mut written = value.to_owned();
    for step in way[depth..].iter().rev().take(way.len() - depth - 1) {
        let Step::Key(key) = step else { return Err("a list has no such item".into()) };
        written = format!("{{{key}: {written}}}");
    }
    let Some(Step::Key(key)) = way.get(depth).filter(|_| node.is_mapping()) else { return Err("a list has no such item".into()) };
    if child(&node, &Step::Key(key.clone())).is_some() {
        return Err(format!("`{key}` holds something else"));
    }
    let start = node.place().start;
    let mut changed = text.to_owned();
    if text[start..].starts_with('{') {
        let comma = if node.entries(&mut Faults::new(), "").is_empty() { "" } else { ", " };
        changed.insert_str(start + 1, &format!("{key}: {written}{comma}"));
        return Ok(changed);
    }
    // a block mapping: a line of its own before the first key
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = " ".repeat(text[line..start].chars().count());
    changed.insert_str(start, &format!("{key}: {written}\n{indent}"));
    Ok(changed)
}
