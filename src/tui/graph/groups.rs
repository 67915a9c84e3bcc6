//! Which compartments share a box, and which flows go between boxes.

use std::collections::BTreeMap;

use crate::model::Model;

/// A model with more compartments than this is drawn with organs as boxes.
const MOST_BOXES: usize = 12;

/// A box: an organ with its compartments, or one compartment.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub title: String,
    /// Positions of its compartments.
    pub members: Vec<usize>,
}

/// Flows of one direction between two boxes.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Box that they leave.
    pub from: usize,
    /// Box that they enter.
    pub to: usize,
    /// Positions of the flows.
    pub flows: Vec<usize>,
}

/// A model as boxes.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The boxes, in the order of the model.
    pub groups: Vec<Group>,
    /// The flows between them.
    pub edges: Vec<Edge>,
    /// The box of every compartment.
    pub of: Vec<usize>,
}

/// The name of a compartment's organ, and its own.
#[must_use]
pub fn organ_and_name(path: &str) -> (Option<&str>, &str) {
    path.rsplit_once('.').map_or((None, path), |(organ, name)| (Some(organ), name))
}

/// Puts the compartments into boxes.
#[must_use]
pub fn group(model: &Model) -> Grouping {
    let by_organ = model.compartments.len() > MOST_BOXES;
    let mut groups: Vec<Group> = Vec::new();
    let mut of = Vec::new();
    for (position, compartment) in model.compartments.iter().enumerate() {
        let organ = organ_and_name(&compartment.path).0.filter(|_| by_organ);
        let title = organ.unwrap_or(&compartment.path);
        let known = organ.and_then(|organ| groups.iter().position(|group| group.title == organ));
        let at = known.unwrap_or(groups.len());
        if known.is_none() {
            groups.push(Group { title: title.to_owned(), members: Vec::new() });
        }
        groups[at].members.push(position);
        of.push(at);
    }
    let mut between: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (number, flow) in model.flows.iter().enumerate() {
        let (from, to) = (of[flow.from], of[flow.to]);
        if from != to {
            between.entry((from, to)).or_default().push(number);
        }
    }
    let edges = between.into_iter().map(|((from, to), flows)| Edge { from, to, flows }).collect();
    Grouping { groups, edges, of }
}

/// Numbers of flows for people, from 1: `7`, `7,8`, `7+` for more.
#[must_use]
pub fn numbers(flows: &[usize]) -> String {
    match flows {
        [] => String::new(),
        [one] => (one + 1).to_string(),
        [one, two] => format!("{},{}", one + 1, two + 1),
        [first, ..] => format!("{}+", first + 1),
    }
}
