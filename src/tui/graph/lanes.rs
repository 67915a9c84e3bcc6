//! The vertical lines beside the boxes: each carries the flows of one pair, or all flows out of one box, or all into one box.

use std::collections::BTreeMap;

use super::groups::{Edge, Grouping, numbers};

/// Where a lane meets a box.
#[derive(Debug, Clone)]
pub struct End {
    /// The box.
    pub group: usize,
    /// Numbers of the flows that this end stands for; empty where the other ends tell them.
    pub label: String,
    /// Whether flow enters the box here.
    pub arrow: bool,
}

/// A vertical line with its ends.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Its ends, at least two, each in a box of its own.
    pub ends: Vec<End>,
}

fn end(group: usize, label: String, arrow: bool) -> End {
    End { group, label, arrow }
}

/// Shares the flows out among lanes: exchanges first, then the largest bundle that leaves or enters one box, until none is left.
#[must_use]
pub fn route(grouping: &Grouping) -> Vec<Lane> {
    let mut lanes = Vec::new();
    let mut left: Vec<&Edge> = grouping.edges.iter().collect();
    let back = |edge: &Edge| grouping.edges.iter().find(|other| (other.from, other.to) == (edge.to, edge.from));
    for edge in grouping.edges.iter().filter(|edge| edge.from < edge.to) {
        if let Some(back) = back(edge) {
            lanes.push(Lane { ends: vec![end(edge.from, numbers(&back.flows), true), end(edge.to, numbers(&edge.flows), true)] });
            left.retain(|other| !std::ptr::eq(*other, edge) && !std::ptr::eq(*other, back));
        }
    }
    while !left.is_empty() {
        // (box, whether its flows leave it) → how many
        let mut counts: BTreeMap<(usize, bool), usize> = BTreeMap::new();
        for edge in &left {
            *counts.entry((edge.from, true)).or_default() += 1;
            *counts.entry((edge.to, false)).or_default() += 1;
        }
        let Some((hub, leaves)) =
            counts.into_iter().max_by_key(|((hub, leaves), count)| (*count, *leaves, std::cmp::Reverse(*hub))).map(|(key, _)| key)
        else {
            break;
        };
        let of_hub = |edge: &Edge| if leaves { edge.from == hub } else { edge.to == hub };
        let mut ends = vec![end(hub, String::new(), !leaves)];
        for edge in left.iter().filter(|edge| of_hub(edge)) {
            ends.push(end(if leaves { edge.to } else { edge.from }, numbers(&edge.flows), leaves));
        }
        lanes.push(Lane { ends });
        left.retain(|edge| !of_hub(edge));
    }
    lanes
}
