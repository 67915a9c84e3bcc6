//! What the pattern of a linear system says about its solution, found once for all patients.
//!
//! * States on which nothing depends only *collect*: sinks and time integrals. They follow from the integrals of the others.
//! * The others, the *core*, fall into strongly connected blocks, solved from the sources downward. Blocks are coupled by original entries only, so
//!   nothing fills in between them.
//! * Within a block, states are eliminated in the order of `sparse::PivotOrder`. A block whose states exchange in pairs along a tree (catenary and
//!   mammillary models) is eliminated from the leaves and never fills: its entries stay real for every pole. It also has real eigenvalues only.

use std::collections::BTreeMap;

use crate::solve::sparse::PivotOrder;

/// No parent: the last pivot of its block.
pub(super) const ROOT: usize = usize::MAX;

/// Up to four states in a row the approximation is as good as 3e-13, whatever their rates.
const SHORT_PATH: usize = 4;

/// An off-diagonal entry between two core states, by their positions in the order of elimination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Position of the state whose rate it enters.
    pub to: usize,
    /// Position of the state that it is proportional to.
    pub from: usize,
    /// Its place in the system's pattern.
    pub source: usize,
}

/// How a pivot of a tree hangs on the rest of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// Position of the only neighbour that is eliminated later, or [`ROOT`].
    pub parent: usize,
    /// Entry from this state to the parent.
    pub outward: usize,
    /// Entry from the parent to this state.
    pub back: usize,
}

/// A block that is not a tree, with the operations of its elimination in slots of its own.
#[derive(Debug, Clone)]
pub(super) struct Net {
    /// First slot of this block among the slots of all nets.
    pub first_slot: usize,
    /// One past its last slot.
    pub last_slot: usize,
    /// (slot, entry) of what is there before the elimination.
    pub filled: Vec<(usize, usize)>,
    /// For each pivot: (slot, position) of the entries from this state to later ones.
    pub outward: Vec<Vec<(usize, usize)>>,
    /// For each pivot: (slot, position) of the entries from later states to this one.
    pub back: Vec<Vec<(usize, usize)>>,
    /// For each pivot, for each outward, for each back entry: the slot to which their product is added; `None` on the diagonal.
    pub targets: Vec<Vec<Option<usize>>>,
}

/// A strongly connected block: positions `first..last`.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub first: usize,
    pub last: usize,
    /// `None`: a tree.
    pub net: Option<Net>,
    /// Entries from this block to later ones.
    pub couplings: Vec<usize>,
}

/// A state that only collects.
#[derive(Debug, Clone)]
pub(super) struct Collector {
    /// Its index among all states.
    pub state: usize,
    /// (position, place in the pattern) of what it collects.
    pub weights: Vec<(usize, usize)>,
}

/// The structure of a linear system.
#[derive(Debug, Clone)]
pub(super) struct Structure {
    /// Number of states.
    pub state_count: usize,
    /// State at each position.
    pub core: Vec<usize>,
    /// Place in the pattern of each position's diagonal, if it has one.
    pub diagonals: Vec<Option<usize>>,
    pub blocks: Vec<Block>,
    /// (row, place in the pattern) of the whole column of each position's state.
    pub columns: Vec<Vec<(usize, usize)>>,
    /// For each position; nets have none that matter.
    pub links: Vec<Link>,
    pub entries: Vec<Entry>,
    /// Block of each position.
    pub block_of: Vec<usize>,
    /// Whether a path leads through more than [`SHORT_PATH`] core states.
    pub has_long_paths: bool,
    /// Slots of all nets together.
    pub slot_count: usize,
    pub collectors: Vec<Collector>,
}

impl Structure {
    /// Reads a pattern of (row, column), sorted and without duplicates.
    pub(super) fn new(state_count: usize, pattern: &[(usize, usize)]) -> Structure {
        let mut collects = vec![true; state_count];
        pattern.iter().for_each(|&(_, column)| collects[column] = false);
        let groups = strong_blocks(state_count, pattern, &collects);
        let mut structure = Structure {
            state_count,
            core: Vec::new(),
            diagonals: Vec::new(),
            columns: Vec::new(),
            blocks: Vec::new(),
            links: Vec::new(),
            entries: Vec::new(),
            block_of: Vec::new(),
            has_long_paths: false,
            slot_count: 0,
            collectors: Vec::new(),
        };
        let mut position = vec![ROOT; state_count];
        let mut orders = Vec::new();
        for group in &groups {
            let inner: Vec<(usize, usize)> = pattern
                .iter()
                .filter_map(|&(row, column)| Some((group.binary_search(&row).ok()?, group.binary_search(&column).ok()?)))
                .collect();
            let order = PivotOrder::new(group.len(), &inner);
            let first = structure.core.len();
            for &member in &order.pivots {
                position[group[member]] = structure.core.len();
                structure.core.push(group[member]);
                structure.block_of.push(structure.blocks.len());
            }
            structure.blocks.push(Block { first, last: structure.core.len(), net: None, couplings: Vec::new() });
            orders.push(order);
        }
        structure.diagonals = structure.core.iter().map(|&state| pattern.binary_search(&(state, state)).ok()).collect();
        let column_of = |&state: &usize| {
            let entries = pattern.iter().enumerate().filter(|(_, entry)| entry.1 == state);
            entries.map(|(source, &(row, _))| (row, source)).collect()
        };
        structure.columns = structure.core.iter().map(column_of).collect();
        for (source, &(row, column)) in pattern.iter().enumerate() {
            if row != column && !collects[row] && !collects[column] {
                structure.entries.push(Entry { to: position[row], from: position[column], source });
            }
        }
        structure.links = vec![Link { parent: ROOT, outward: 0, back: 0 }; structure.core.len()];
        for (number, order) in orders.iter().enumerate() {
            structure.lay_out(number, order);
        }
        structure.has_long_paths = structure.longest_path() > SHORT_PATH;
        structure.collectors = (0..state_count)
            .filter(|&state| collects[state])
            .map(|state| {
                let row = pattern.iter().enumerate().filter(|(_, entry)| entry.0 == state);
                Collector { state, weights: row.map(|(source, &(_, column))| (position[column], source)).collect() }
            })
            .collect();
        structure
    }

    /// States on the longest path through the core: the longest path of each tree (all states of a net) along the couplings.
    fn longest_path(&self) -> usize {
        let mut through = vec![0usize; self.blocks.len()];
        let mut longest = 0;
        for (number, block) in self.blocks.iter().enumerate() {
            // Depth below each pivot of a tree, which hangs on a later one; the longest path joins the two deepest below one pivot.
            let mut depth = vec![1usize; block.last - block.first];
            let mut own = 1;
            for position in block.first..block.last {
                let parent = self.links[position].parent;
                if parent != ROOT {
                    let (below, above) = (depth[position - block.first], depth[parent - block.first]);
                    own = own.max(below + above);
                    depth[parent - block.first] = above.max(below + 1);
                }
            }
            if block.net.is_some() {
                own = block.last - block.first;
            }
            through[number] += own;
            longest = longest.max(through[number]);
            for &coupling in &block.couplings {
                let to = self.block_of[self.entries[coupling].to];
                through[to] = through[to].max(through[number]);
            }
        }
        longest
    }

    fn entry(&self, to: usize, from: usize) -> Option<usize> {
        self.entries.iter().position(|entry| entry.to == to && entry.from == from)
    }

    fn lay_out(&mut self, number: usize, order: &PivotOrder) {
        let (first, last) = (self.blocks[number].first, self.blocks[number].last);
        let inside = |position: usize| (first..last).contains(&position);
        self.blocks[number].couplings =
            (0..self.entries.len()).filter(|&entry| inside(self.entries[entry].from) && !inside(self.entries[entry].to)).collect();
        let mut position = vec![0; last - first];
        order.pivots.iter().enumerate().for_each(|(at, &pivot)| position[pivot] = first + at);
        let place = |lists: &[Vec<usize>]| -> Vec<Vec<usize>> {
            lists.iter().map(|list| list.iter().map(|&member| position[member]).collect()).collect()
        };
        let (outward, back) = (place(&order.lower), place(&order.upper));
        let links: Option<Vec<Link>> = (first..last)
            .map(|pivot| match (outward[pivot - first].as_slice(), back[pivot - first].as_slice()) {
                ([], []) => Some(Link { parent: ROOT, outward: 0, back: 0 }),
                (&[to], &[from]) if to == from => {
                    Some(Link { parent: to, outward: self.entry(to, pivot)?, back: self.entry(pivot, from)? })
                }
                _ => None,
            })
            .collect();
        match links {
            Some(links) => self.links[first..last].copy_from_slice(&links),
            None => self.blocks[number].net = Some(self.lay_out_net(first, &outward, &back)),
        }
    }

    fn lay_out_net(&mut self, first: usize, outward: &[Vec<usize>], back: &[Vec<usize>]) -> Net {
        let first_slot = self.slot_count;
        let mut slot_of = BTreeMap::new();
        for (pivot, (outward, back)) in (first..).zip(outward.iter().zip(back)) {
            for place in outward.iter().map(|&to| (to, pivot)).chain(back.iter().map(|&from| (pivot, from))) {
                slot_of.insert(place, self.slot_count);
                self.slot_count += 1;
            }
        }
        let slot = |to: usize, from: usize| slot_of[&(to, from)];
        let pivots = || (first..).zip(outward.iter().zip(back));
        Net {
            first_slot,
            last_slot: self.slot_count,
            filled: slot_of.iter().filter_map(|(&(to, from), &slot)| Some((slot, self.entry(to, from)?))).collect(),
            outward: pivots().map(|(pivot, (outward, _))| outward.iter().map(|&to| (slot(to, pivot), to)).collect()).collect(),
            back: pivots().map(|(pivot, (_, back))| back.iter().map(|&from| (slot(pivot, from), from)).collect()).collect(),
            targets: pivots()
                .map(|(_, (outward, back))| {
                    let products = outward.iter().flat_map(|&to| back.iter().map(move |&from| (to, from)));
                    products.map(|(to, from)| (to != from).then(|| slot(to, from))).collect()
                })
                .collect(),
        }
    }
}

/// The strongly connected blocks of the core, sources before what they feed; members ascending.
fn strong_blocks(state_count: usize, pattern: &[(usize, usize)], collects: &[bool]) -> Vec<Vec<usize>> {
    let core: Vec<usize> = (0..state_count).filter(|&state| !collects[state]).collect();
    let mut feeds: Vec<Vec<usize>> = vec![Vec::new(); state_count];
    pattern.iter().filter(|entry| !collects[entry.0] && entry.0 != entry.1).for_each(|&(row, column)| feeds[column].push(row));
    let reach: Vec<Vec<bool>> = (0..state_count)
        .map(|start| {
            let mut seen = vec![false; state_count];
            let mut pending = if collects[start] { Vec::new() } else { vec![start] };
            while let Some(state) = pending.pop() {
                if !std::mem::replace(&mut seen[state], true) {
                    pending.extend(&feeds[state]);
                }
            }
            seen
        })
        .collect();
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for &state in &core {
        if !blocks.iter().any(|block| block.contains(&state)) {
            blocks.push(core.iter().copied().filter(|&other| reach[state][other] && reach[other][state]).collect());
        }
    }
    // What reaches more of the core comes first: a block reaches all that the blocks it feeds reach, and itself.
    blocks.sort_by_key(|block| std::cmp::Reverse(core.iter().filter(|&&other| reach[block[0]][other]).count()));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mammillary_body_with_a_chain_behind_it() {
        // 0 ⇌ 1, 0 ⇌ 2, 1 → 3 → 4, 5 collects from 0 and 4; diagonals everywhere but at 5.
        let mut pattern = vec![(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 2), (3, 1), (3, 3), (4, 3), (4, 4), (5, 0), (5, 4)];
        pattern.sort_unstable();
        let structure = Structure::new(6, &pattern);
        let blocks: Vec<Vec<usize>> = structure.blocks.iter().map(|block| structure.core[block.first..block.last].to_vec()).collect();
        assert_eq!(blocks, [vec![1, 0, 2], vec![3], vec![4]], "leaves first, sources first");
        assert!(structure.blocks.iter().all(|block| block.net.is_none()));
        assert_eq!(structure.links[0].parent, 1);
        assert_eq!(structure.collectors.len(), 1);
        assert_eq!(structure.collectors[0].weights.len(), 2);
        assert_eq!(structure.slot_count, 0);
        assert_eq!(structure.longest_path(), 5);
    }

    #[test]
    fn a_circulation_is_a_net() {
        let pattern = [(0, 0), (0, 2), (1, 0), (1, 1), (2, 1), (2, 2)];
        let structure = Structure::new(3, &pattern);
        let net = structure.blocks[0].net.as_ref().expect("no pairs exchange");
        assert_eq!(net.filled.len(), 3);
        assert_eq!(net.last_slot, 4, "one fill-in");
    }
}
