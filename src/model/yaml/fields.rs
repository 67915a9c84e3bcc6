//! A mapping with a fixed set of keys: the keys are asked for one by one, and what nobody asked for is a fault.

use super::Node;
use crate::model::diagnostic::{Faults, Place, did_you_mean};

/// The keys of a mapping while it is decoded. Call [`Fields::finish`] at the end, or unknown keys go unnoticed.
#[must_use = "call `finish`, or unknown keys go unnoticed"]
#[derive(Debug)]
pub struct Fields<'f> {
    node: Node<'f>,
    children: Vec<Node<'f>>,
    asked: Vec<&'static str>,
}

impl<'f> Fields<'f> {
    pub(super) fn new(node: Node<'f>, children: Vec<Node<'f>>) -> Self {
        Fields { node, children, asked: Vec::new() }
    }

    /// The mapping itself.
    pub fn node(&self) -> &Node<'f> {
        &self.node
    }

    /// The value under `key`, where the mapping has it; it may be null.
    pub fn get(&mut self, key: &'static str) -> Option<Node<'f>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.children.iter().find(|child| child.name() == key).cloned()
    }

    /// The value under `key`; a fault where the mapping has no such key.
    pub fn require(&mut self, key: &'static str, faults: &mut Faults) -> Option<Node<'f>> {
        let found = self.get(key);
        if found.is_none() {
            let path = self.node.path();
            let (message, place) = if path.is_empty() {
                let whole = self.node.place();
                (format!("the file lacks the key `{key}`"), Place::new(whole.file, whole.start, whole.start))
            } else {
                (format!("`{path}` lacks the key `{key}`"), self.node.key_place())
            };
            faults.error(place, message).label(format!("`{key}` must be given here"));
        }
        found
    }

    /// Adds a fault for every key that was not asked for.
    pub fn finish(self, faults: &mut Faults) {
        for child in &self.children {
            let name = child.name();
            if self.asked.contains(&name) {
                continue;
            }
            let path = self.node.path();
            let message = if path.is_empty() { format!("unknown key `{name}`") } else { format!("unknown key `{name}` in `{path}`") };
            faults.error(child.key_place(), message).help(did_you_mean(name, self.asked.iter().copied()));
        }
    }
}
