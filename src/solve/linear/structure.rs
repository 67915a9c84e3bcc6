//! What the pattern of a linear system says about its solution, found once for all patients.
//!
//! * States on which nothing depends only *collect*: sinks and time integrals. They follow from the integrals of the others.
//! * The others, the *core*, fall into strongly connected blocks, solved from the sources downward. Blocks are coupled by original entries only, so
//!   nothing fills in between them.
//! * Within a block, states are eliminated in the order of `sparse::Plan`. A block whose states exchange in pairs along a tree (catenary and
//!   mammillary models) is eliminated from the leaves and never fills: its entries stay real for every pole. It also has real eigenvalues only.

use crate::solve::sparse::Plan;

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
        let mut plans = Vec::new();
        for group in &groups {
            let inner: Vec<(usize, usize)> = pattern
                .iter()
                .filter_map(|&(row, column)| Some((group.binary_search(&row).ok()?, group.binary_search(&column).ok()?)))
                .collect();
            let plan = Plan::new(group.len(), &inner);
            let first = structure.core.len();
            for &member in &plan.order {
                position[group[member as usize]] = structure.core.len();
                structure.core.push(group[member as usize]);
                structure.block_of.push(structure.blocks.len());
            }
            structure.blocks.push(Block { first, last: structure.core.len(), net: None, couplings: Vec::new() });
            plans.push(plan);
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
        for (number, plan) in plans.iter().enumerate() {
            structure.lay_out(number, plan);
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

    fn lay_out(&mut self, number: usize, plan: &Plan) {
        let (first, last) = (self.blocks[number].first, self.blocks[number].last);
        let inside = |position: usize| (first..last).contains(&position);
        self.blocks[number].couplings =
            (0..self.entries.len()).filter(|&entry| inside(self.entries[entry].from) && !inside(self.entries[entry].to)).collect();
        let size = last - first;
        let links: Vec<Option<Link>> = (0..size)
            .map(|pivot| {
                let (outward, back) = (plan.lower(pivot), plan.upper(pivot));
                match (outward.len(), back.len()) {
                    (0, 0) => Some(Link { parent: ROOT, outward: 0, back: 0 }),
                    (1, 1) if plan.partner[outward.start] == plan.partner[back.start] => {
                        let parent = first + plan.partner[back.start] as usize;
                        let (outward, back) = (self.entry(parent, first + pivot)?, self.entry(first + pivot, parent)?);
                        Some(Link { parent, outward, back })
                    }
                    _ => None,
                }
            })
            .collect();
        if let Some(links) = links.into_iter().collect::<Option<Vec<Link>>>() {
            self.links[first..last].copy_from_slice(&links);
            return;
        }
        // Slots of the plan count from its pivots; those of the nets do not include pivots.
        let slot = |place: usize| self.slot_count + place - size;
        let list = |places: std::ops::Range<usize>| -> Vec<(usize, usize)> {
            places.map(|place| (slot(place), first + plan.partner[place] as usize)).collect()
        };
        let outward: Vec<Vec<(usize, usize)>> = (0..size).map(|pivot| list(plan.lower(pivot))).collect();
        let back: Vec<Vec<(usize, usize)>> = (0..size).map(|pivot| list(plan.upper(pivot))).collect();
        let mut all = plan.targets.iter().map(|&target| (target as usize >= size).then(|| slot(target as usize)));
        let targets = (0..size).map(|pivot| all.by_ref().take(plan.lower(pivot).len() * plan.upper(pivot).len()).collect()).collect();
        let filled = (0..size)
            .flat_map(|pivot| {
                let leaving = outward[pivot].iter().map(move |&(slot, to)| (slot, to, first + pivot));
                leaving.chain(back[pivot].iter().map(move |&(slot, from)| (slot, first + pivot, from)))
            })
            .filter_map(|(slot, to, from)| Some((slot, self.entry(to, from)?)))
            .collect();
        let last_slot = slot(plan.value_count());
        let net = Net { first_slot: self.slot_count, last_slot, filled, outward, back, targets };
        self.slot_count = last_slot;
        self.blocks[number].net = Some(net);
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
