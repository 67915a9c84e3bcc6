//! One graph of all expressions of a model: equal sub-expressions are one node, constants are folded, trivial terms vanish.
use std::collections::HashMap;

/// A node of the graph, by its position: operands always come before the node that uses them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// Functions of one argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Function {
    /// `-a`
    Negate,
    /// `e^a`
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root.
    SquareRoot,
    /// Absolute value.
    Absolute,
    /// Sine (radians).
    Sine,
    /// Cosine (radians).
    Cosine,
    /// Hyperbolic tangent.
    HyperbolicTangent,
}

/// Operations of two arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Operation {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a · b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a ^ b`
    Power,
    /// The smaller.
    Minimum,
    /// The larger.
    Maximum,
    /// 1 where `a < b`, else 0.
    Less,
    /// 1 where `a <= b`, else 0.
    LessOrEqual,
}

/// What a node computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A constant, by its bits.
    Constant(u64),
    /// A parameter of the model, by position.
    Parameter(u32),
    /// A state of the system, by position.
    State(u32),
    /// The time (min).
    Time,
    /// A function of one node.
    Unary(Function, NodeId),
    /// An operation of two nodes.
    Binary(Operation, NodeId, NodeId),
    /// `then` where `condition` is not 0, else `otherwise`.
    Select {
        /// 0 or 1.
        condition: NodeId,
        /// Value where it holds.
        then: NodeId,
        /// Value where it does not.
        otherwise: NodeId,
    },
}

/// The graph: nodes in an order in which they can be evaluated.
#[derive(Clone, Default, Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Per node: whether it depends on a state or on the time, and not on parameters alone.
    varying: Vec<bool>,
    index: HashMap<Node, NodeId>,
}

impl Graph {
    /// All nodes, operands before users.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What a node computes.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    /// Whether a node depends on a state or on the time, and not on parameters alone.
    pub fn varies(&self, id: NodeId) -> bool {
        self.varying[id.0 as usize]
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.index.get(&node) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        let varies = matches!(node, Node::State(_) | Node::Time) || self.operands(id).any(|operand| self.varies(operand));
        self.varying.push(varies);
        self.index.insert(node, id);
        id
    }

    /// The varying nodes that a node depends on, itself among them.
    pub fn varying_below(&self, id: NodeId) -> Vec<NodeId> {
        let mut seen = std::collections::HashSet::new();
        let mut found = Vec::new();
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            if self.varies(id) && seen.insert(id) {
                found.push(id);
                pending.extend(self.operands(id));
            }
        }
        found
    }

    /// The states that a node depends on, ascending.
    pub fn states_of(&self, id: NodeId) -> Vec<usize> {
        let position = |id| if let Node::State(position) = self.node(id) { Some(position as usize) } else { None };
        let mut states: Vec<usize> = self.varying_below(id).into_iter().filter_map(position).collect();
        states.sort_unstable();
        states
    }

    /// A constant.
    pub fn constant(&mut self, value: f64) -> NodeId {
        // one zero only: 0.0 and -0.0 are the same constant in a model
        self.intern(Node::Constant(if value == 0.0 { 0 } else { value.to_bits() }))
    }

    /// A parameter by position.
    pub fn parameter(&mut self, position: usize) -> NodeId {
        self.intern(Node::Parameter(position as u32))
    }

    /// A state by position.
    pub fn state(&mut self, position: usize) -> NodeId {
        self.intern(Node::State(position as u32))
    }

    /// The time.
    pub fn time(&mut self) -> NodeId {
        self.intern(Node::Time)
    }

    /// The value of a node if it is a constant.
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// `left + right`
    pub fn add(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match (self.as_constant(left), self.as_constant(right)) {
            (Some(a), Some(b)) => self.constant(a + b),
            (Some(0.0), _) => right,
            (_, Some(0.0)) => left,
            _ => {
                if let Node::Unary(Function::Negate, inner) = self.node(right) {
                    return self.subtract(left, inner);
                }
                if let Node::Unary(Function::Negate, inner) = self.node(left) {
                    return self.subtract(right, inner);
                }
                self.ordered(Operation::Add, left, right)
            }
        }
    }

    /// `left - right`
    pub fn subtract(&mut self, left: NodeId, right: NodeId) -> NodeId {
        if left == right {
            return self.constant(0.0);
        }
        match (self.as_constant(left), self.as_constant(right)) {
            (Some(a), Some(b)) => self.constant(a - b),
            (_, Some(0.0)) => left,
            (Some(0.0), _) => self.negate(right),
            _ => {
                if let Node::Unary(Function::Negate, inner) = self.node(right) {
                    return self.add(left, inner);
                }
                self.intern(Node::Binary(Operation::Subtract, left, right))
            }
        }
    }

    /// `left · right`
    pub fn multiply(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match (self.as_constant(left), self.as_constant(right)) {
            (Some(a), Some(b)) => self.constant(a * b),
            (Some(0.0), _) | (_, Some(0.0)) => self.constant(0.0),
            (Some(1.0), _) => right,
            (_, Some(1.0)) => left,
            (Some(-1.0), _) => self.negate(right),
            (_, Some(-1.0)) => self.negate(left),
            _ => self.ordered(Operation::Multiply, left, right),
        }
    }

    /// `left / right`
    pub fn divide(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match (self.as_constant(left), self.as_constant(right)) {
            (Some(a), Some(b)) if b != 0.0 => self.constant(a / b),
            (Some(0.0), None) => self.constant(0.0),
            (_, Some(1.0)) => left,
            _ => self.intern(Node::Binary(Operation::Divide, left, right)),
        }
    }

    /// `base ^ exponent`; small whole exponents become products, which give the same bits everywhere and cost less.
    pub fn power(&mut self, base: NodeId, exponent: NodeId) -> NodeId {
        if let Some(e) = self.as_constant(exponent) {
            if let Some(b) = self.as_constant(base) {
                return self.constant(crate::math::pow(b, e));
            }
            if e == 0.0 {
                return self.constant(1.0);
            }
            if e == 0.5 {
                return self.unary(Function::SquareRoot, base);
            }
            if e.fract() == 0.0 && e.abs() <= 4.0 {
                let mut product = base;
                for _ in 1..e.abs() as u32 {
                    product = self.multiply(product, base);
                }
                if e > 0.0 {
                    return product;
                }
                let one = self.constant(1.0);
                return self.divide(one, product);
            }
        }
        self.intern(Node::Binary(Operation::Power, base, exponent))
    }

    /// `-a`
    pub fn negate(&mut self, inner: NodeId) -> NodeId {
        match self.node(inner) {
            Node::Constant(bits) => self.constant(-f64::from_bits(bits)),
            Node::Unary(Function::Negate, original) => original,
            Node::Binary(Operation::Subtract, left, right) => self.intern(Node::Binary(Operation::Subtract, right, left)),
            _ => self.intern(Node::Unary(Function::Negate, inner)),
        }
    }

    /// A function of one node.
    pub fn unary(&mut self, function: Function, inner: NodeId) -> NodeId {
        if function == Function::Negate {
            return self.negate(inner);
        }
        match self.as_constant(inner) {
            Some(value) => self.constant(apply(function, value)),
            None => self.intern(Node::Unary(function, inner)),
        }
    }

    /// Minimum, maximum or a comparison.
    pub fn binary(&mut self, operation: Operation, left: NodeId, right: NodeId) -> NodeId {
        match operation {
            Operation::Add => self.add(left, right),
            Operation::Subtract => self.subtract(left, right),
            Operation::Multiply => self.multiply(left, right),
            Operation::Divide => self.divide(left, right),
            Operation::Power => self.power(left, right),
            _ => match (self.as_constant(left), self.as_constant(right)) {
                (Some(a), Some(b)) => self.constant(combine(operation, a, b)),
                _ => self.intern(Node::Binary(operation, left, right)),
            },
        }
    }

    /// `then` where `condition` is not 0, else `otherwise`.
    pub fn select(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        if then == otherwise {
            return then;
        }
        match self.as_constant(condition) {
            Some(0.0) => otherwise,
            Some(_) => then,
            None => self.intern(Node::Select { condition, then, otherwise }),
        }
    }

    /// The sum of several nodes, from the left.
    pub fn sum(&mut self, terms: impl IntoIterator<Item = NodeId>) -> NodeId {
        let zero = self.constant(0.0);
        terms.into_iter().fold(zero, |total, term| self.add(total, term))
    }

    /// Operands of a commutative operation in one order, so that `a·b` and `b·a` are one node.
    fn ordered(&mut self, operation: Operation, left: NodeId, right: NodeId) -> NodeId {
        let (left, right) = if left <= right { (left, right) } else { (right, left) };
        self.intern(Node::Binary(operation, left, right))
    }

    /// The nodes that one node reads directly.
    pub fn operands(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let operands = match self.node(id) {
            Node::Constant(_) | Node::Parameter(_) | Node::State(_) | Node::Time => [None, None, None],
            Node::Unary(_, a) => [Some(a), None, None],
            Node::Binary(_, a, b) => [Some(a), Some(b), None],
            Node::Select { condition, then, otherwise } => [Some(condition), Some(then), Some(otherwise)],
        };
        operands.into_iter().flatten()
    }

    /// Value of every node for given parameters, states and time. For checks and tests; the solvers run a [`super::program::Program`].
    pub fn evaluate(&self, parameters: &[f64], states: &[f64], time: f64) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let at = |id: &NodeId| values[id.0 as usize];
            values.push(match node {
                Node::Constant(bits) => f64::from_bits(*bits),
                Node::Parameter(position) => parameters[*position as usize],
                Node::State(position) => states.get(*position as usize).copied().unwrap_or(0.0),
                Node::Time => time,
                Node::Unary(function, a) => apply(*function, at(a)),
                Node::Binary(operation, a, b) => combine(*operation, at(a), at(b)),
                Node::Select { condition, then, otherwise } => {
                    if at(condition) != 0.0 {
                        at(then)
                    } else {
                        at(otherwise)
                    }
                }
            });
        }
        values
    }
}

/// The value of a function.
#[inline]
pub fn apply(function: Function, value: f64) -> f64 {
    match function {
        Function::Negate => -value,
        Function::Exp => crate::math::exp(value),
        Function::Log => crate::math::log(value),
        Function::SquareRoot => value.sqrt(),
        Function::Absolute => value.abs(),
        Function::Sine => crate::math::sin(value),
        Function::Cosine => crate::math::cos(value),
        Function::HyperbolicTangent => crate::math::tanh(value),
    }
}

/// The value of an operation.
#[inline]
pub fn combine(operation: Operation, left: f64, right: f64) -> f64 {
    match operation {
        Operation::Add => left + right,
        Operation::Subtract => left - right,
        Operation::Multiply => left * right,
        Operation::Divide => left / right,
        Operation::Power => crate::math::pow(left, right),
        Operation::Minimum => {
            if left < right {
                left
            } else {
                right
            }
        }
        Operation::Maximum => {
            if left > right {
                left
            } else {
                right
            }
        }
        Operation::Less => f64::from(u8::from(left < right)),
        Operation::LessOrEqual => f64::from(u8::from(left <= right)),
    }
}
