//! Which additions, subtractions and products of a program are computed together, as one sum of products.
use super::graph::{Graph, Node, NodeId, Operation};

/// Which additions and subtractions of a group form one sum, and which products are computed as terms of sums.
pub(super) struct Sums<'g> {
    graph: &'g Graph,
    /// Sums and products that are computed only as part of a sum.
    pub(super) swallowed: std::collections::HashSet<NodeId>,
    /// The constant one.
    one: NodeId,
}

impl<'g> Sums<'g> {
    pub(super) fn new(graph: &'g Graph, nodes: &[NodeId], uses: &[u32], one: NodeId) -> Sums<'g> {
        let is_sum = |id: NodeId| matches!(graph.node(id), Node::Binary(Operation::Add | Operation::Subtract, ..));
        let mut used_by_sums = std::collections::HashMap::<NodeId, u32>::new();
        for operand in nodes.iter().filter(|&&id| is_sum(id)).flat_map(|&id| graph.operands(id)) {
            *used_by_sums.entry(operand).or_default() += 1;
        }
        let in_sums_only = |id: NodeId| used_by_sums.get(&id) == Some(&uses[id.0 as usize]);
        let swallowed = nodes.iter().copied().filter(|&id| match graph.node(id) {
            Node::Binary(Operation::Add | Operation::Subtract, ..) => uses[id.0 as usize] == 1 && in_sums_only(id),
            // computed once in every sum: cheaper than storing it for up to three of them
            Node::Binary(Operation::Multiply, ..) => uses[id.0 as usize] <= 3 && in_sums_only(id),
            _ => false,
        });
        Sums { graph, swallowed: swallowed.collect(), one }
    }

    /// Whether a sum is worth more than one addition.
    pub(super) fn is_long(&self, id: NodeId) -> bool {
        self.graph.operands(id).any(|operand| self.swallowed.contains(&operand))
    }

    /// Factors of the products of a sum, and how many are added (first) and subtracted (then).
    pub(super) fn terms(&self, id: NodeId) -> (Vec<NodeId>, (u32, u32)) {
        let mut factors = [Vec::new(), Vec::new()];
        let mut pending = vec![(id, true)];
        while let Some((id, added)) = pending.pop() {
            let into = &mut factors[usize::from(!added)];
            match self.graph.node(id) {
                Node::Binary(operation @ (Operation::Add | Operation::Subtract), a, b) => {
                    for (term, added) in [(b, added == (operation == Operation::Add)), (a, added)] {
                        if self.swallowed.contains(&term) {
                            pending.push((term, added));
                        } else {
                            factors[usize::from(!added)].extend([term, self.one]);
                        }
                    }
                }
                _ => into.extend(self.graph.operands(id)),
            }
        }
        let count = |kind: usize| factors[kind].len() as u32 / 2;
        let counts = (count(0), count(1));
        (factors.concat(), counts)
    }
}
