//! Exact derivatives on the expression graph, by the chain rule, with shared results: partial ones with respect to one leaf, and directional
//! ones (the tangents of forward differentiation), where every leaf moves at a rate of its own.
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::graph::{Function, Graph, Node, NodeId, Operation};

/// What moves.
enum Moving {
    /// One leaf, at the rate 1.
    Leaf(NodeId),
    /// Several leaves, each at the rate that its own node gives.
    Direction(HashMap<NodeId, NodeId>),
}

/// The derivative of graph nodes with respect to one leaf (a state, a parameter or the time), or along a direction.
pub struct Derivative {
    moving: Moving,
    known: HashMap<NodeId, NodeId>,
}

impl Derivative {
    /// Derivatives with respect to `leaf`.
    pub fn with_respect_to(leaf: NodeId) -> Self {
        Derivative { moving: Moving::Leaf(leaf), known: HashMap::new() }
    }

    /// Derivatives along a direction: each given leaf moves at the rate that the node beside it computes, all other leaves stand still.
    pub fn along(tangents: impl IntoIterator<Item = (NodeId, NodeId)>) -> Self {
        Derivative { moving: Moving::Direction(tangents.into_iter().collect()), known: HashMap::new() }
    }

    /// The node that computes the derivative of `of`; a zero constant where it depends on nothing that moves.
    pub fn of(&mut self, graph: &mut Graph, of: NodeId) -> NodeId {
        // what depends on parameters alone has no derivative to a state or to the time: not visited at all
        let by_parameter = match &self.moving {
            Moving::Leaf(leaf) => matches!(graph.node(*leaf), Node::Parameter(_)),
            Moving::Direction(tangents) => tangents.keys().any(|leaf| matches!(graph.node(*leaf), Node::Parameter(_))),
        };
        let zero = graph.constant(0.0);
        let mut needed = Vec::new();
        let mut pending = vec![of];
        while let Some(id) = pending.pop() {
            if let Entry::Vacant(vacant) = self.known.entry(id) {
                vacant.insert(zero);
                if by_parameter || graph.varies(id) {
                    needed.push(id);
                    pending.extend(graph.operands(id));
                }
            }
        }
        // operands come before users, so ascending order needs no recursion
        needed.sort_unstable();
        for id in needed {
            let derivative = self.single(graph, id);
            self.known.insert(id, derivative);
        }
        self.known[&of]
    }

    fn single(&self, graph: &mut Graph, id: NodeId) -> NodeId {
        let zero = graph.constant(0.0);
        match &self.moving {
            Moving::Leaf(leaf) if *leaf == id => return graph.constant(1.0),
            Moving::Direction(tangents) if tangents.contains_key(&id) => return tangents[&id],
            _ => {}
        }
        let d = |operand: NodeId| self.known[&operand];
        match graph.node(id) {
            Node::Constant(_) | Node::Parameter(_) | Node::State(_) | Node::Time => zero,
            Node::Unary(function, a) => {
                let inner = d(a);
                if inner == zero {
                    return zero;
                }
                let outer = match function {
                    Function::Negate => return graph.negate(inner),
                    Function::Exp => id,
                    Function::Log => return graph.divide(inner, a),
                    Function::SquareRoot => {
                        let twice = graph.constant(2.0);
                        let below = graph.multiply(twice, id);
                        return graph.divide(inner, below);
                    }
                    Function::Absolute => {
                        let (plus, minus) = (graph.constant(1.0), graph.constant(-1.0));
                        let negative = graph.binary(Operation::Less, a, zero);
                        graph.select(negative, minus, plus)
                    }
                    Function::Sine => graph.unary(Function::Cosine, a),
                    Function::Cosine => {
                        let sine = graph.unary(Function::Sine, a);
                        graph.negate(sine)
                    }
                    Function::HyperbolicTangent => {
                        let square = graph.multiply(id, id);
                        let one = graph.constant(1.0);
                        graph.subtract(one, square)
                    }
                };
                graph.multiply(outer, inner)
            }
            Node::Binary(operation, a, b) => self.binary(graph, id, operation, (a, d(a)), (b, d(b))),
            Node::Select { condition, then, otherwise } => {
                let (then, otherwise) = (d(then), d(otherwise));
                graph.select(condition, then, otherwise)
            }
        }
    }

    fn binary(&self, graph: &mut Graph, id: NodeId, operation: Operation, (a, da): (NodeId, NodeId), (b, db): (NodeId, NodeId)) -> NodeId {
        let zero = graph.constant(0.0);
        if da == zero && db == zero {
            return zero;
        }
        match operation {
            Operation::Add => graph.add(da, db),
            Operation::Subtract => graph.subtract(da, db),
            Operation::Multiply => {
                let left = graph.multiply(da, b);
                let right = graph.multiply(a, db);
                graph.add(left, right)
            }
            Operation::Divide => {
                // (a/b)' = (a' − (a/b)·b') / b
                let carried = graph.multiply(id, db);
                let above = graph.subtract(da, carried);
                graph.divide(above, b)
            }
            Operation::Power => {
                // b·a^(b−1)·a' + a^b·ln a·b', without the logarithm where the exponent stands still
                let one = graph.constant(1.0);
                let lower = graph.subtract(b, one);
                let reduced = graph.power(a, lower);
                let scaled = graph.multiply(b, reduced);
                let by_base = graph.multiply(scaled, da);
                if db == zero {
                    return by_base;
                }
                // an empty compartment stays empty whatever the exponent: a^b·ln a tends to 0 with a
                let logarithm = graph.unary(Function::Log, a);
                let product = graph.multiply(id, logarithm);
                let empty = graph.binary(Operation::LessOrEqual, a, zero);
                let weighted = graph.select(empty, zero, product);
                let by_exponent = graph.multiply(weighted, db);
                graph.add(by_base, by_exponent)
            }
            Operation::Minimum => {
                let smaller = graph.binary(Operation::Less, a, b);
                graph.select(smaller, da, db)
            }
            Operation::Maximum => {
                let smaller = graph.binary(Operation::Less, b, a);
                graph.select(smaller, da, db)
            }
            Operation::Less | Operation::LessOrEqual => zero,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central difference of a graph node with respect to state 0.
    fn difference(graph: &Graph, id: NodeId, states: &[f64]) -> f64 {
        let step = 1e-6;
        let at = |shift: f64| {
            let mut moved = states.to_vec();
            moved[0] += shift;
            graph.evaluate(&[], &moved, 0.0)[id.0 as usize]
        };
        (at(step) - at(-step)) / (2.0 * step)
    }

    #[test]
    fn a_direction_is_the_sum_of_the_partial_derivatives_times_the_rates() {
        // d(p·x²/y) = p'·x²/y + 2·p·x·x'/y − p·x²·y'/y²; q stands still
        let mut graph = Graph::default();
        let (p, q, x, y) = (graph.parameter(0), graph.parameter(1), graph.state(0), graph.state(1));
        let square = graph.multiply(x, x);
        let weighted = graph.multiply(p, square);
        let ratio = graph.divide(weighted, y);
        let whole = graph.add(ratio, q);
        let tangents = [(p, graph.parameter(2)), (x, graph.state(2)), (y, graph.state(3))];
        let mut along = Derivative::along(tangents);
        let tangent = along.of(&mut graph, whole);
        let still = along.of(&mut graph, q);
        assert_eq!(graph.as_constant(still), Some(0.0));
        let (p, x, y, dp, dx, dy) = (0.7, 1.9, 0.4, 0.3, -1.1, 2.3);
        let value = graph.evaluate(&[p, 5.0, dp], &[x, y, dx, dy], 0.0)[tangent.0 as usize];
        let expected = dp * x * x / y + 2.0 * p * x * dx / y - p * x * x * dy / (y * y);
        assert!((value - expected).abs() < 1e-14 * expected.abs(), "{value} {expected}");
    }

    #[test]
    fn an_empty_compartment_has_a_derivative_to_the_hill_exponent() {
        // d(x^h)/dh = x^h·ln x, which tends to 0 with x
        let mut graph = Graph::default();
        let (hill, x) = (graph.parameter(0), graph.state(0));
        let power = graph.power(x, hill);
        let derivative = Derivative::with_respect_to(hill).of(&mut graph, power);
        let at = |x: f64| graph.evaluate(&[1.5], &[x], 0.0)[derivative.0 as usize];
        assert_eq!(at(0.0), 0.0);
        assert!((at(2.0) - 2.0_f64.powf(1.5) * 2.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn every_operation_agrees_with_a_central_difference() {
        let mut graph = Graph::default();
        let (x, y) = (graph.state(0), graph.state(1));
        let mut cases = Vec::new();
        for function in [
            Function::Negate,
            Function::Exp,
            Function::Log,
            Function::SquareRoot,
            Function::Absolute,
            Function::Sine,
            Function::Cosine,
            Function::HyperbolicTangent,
        ] {
            let product = graph.multiply(x, y);
            cases.push(graph.unary(function, product));
        }
        for operation in [
            Operation::Add,
            Operation::Subtract,
            Operation::Multiply,
            Operation::Divide,
            Operation::Power,
            Operation::Minimum,
            Operation::Maximum,
        ] {
            let square = graph.multiply(x, x);
            cases.push(graph.binary(operation, square, y));
            cases.push(graph.binary(operation, y, x));
        }
        let condition = graph.binary(Operation::LessOrEqual, x, y);
        let square = graph.multiply(x, x);
        cases.push(graph.select(condition, square, y));
        let mut derivative = Derivative::with_respect_to(x);
        for states in [[0.7, 1.3], [1.9, 0.4]] {
            for &case in &cases {
                let exact = derivative.of(&mut graph, case);
                let value = graph.evaluate(&[], &states, 0.0)[exact.0 as usize];
                let reference = difference(&graph, case, &states);
                assert!((value - reference).abs() < 1e-7 * (1.0 + reference.abs()), "{:?}: {value} {reference}", graph.node(case));
            }
        }
    }
}
