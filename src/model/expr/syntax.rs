//! The syntax tree of an expression, every node with its byte range in the text.
use crate::units::Dimension;

/// Byte range in the text of the expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a ^ b`
    Power,
}

/// A comparison, only as the first argument of `if`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `a < b` (and `b > a`)
    Less,
    /// `a <= b` (and `b >= a`)
    LessOrEqual,
}

/// One node of an expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the text.
    pub span: Span,
}

/// The kinds of nodes.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// A number with its unit, already in internal units.
    Number {
        /// Value in internal units.
        value: f64,
        /// Its dimension.
        dimension: Dimension,
    },
    /// `weight`, `kidneys.perfusion`; `@` names a ligand: `bound@labelled`.
    Name {
        /// The dotted name.
        path: String,
        /// The ligand after `@`.
        ligand: Option<String>,
    },
    /// `[interstitial]`: amount per volume of a compartment.
    Concentration {
        /// The compartment.
        path: String,
        /// The ligand after `@`.
        ligand: Option<String>,
    },
    /// `-a`
    Negative(Box<Expression>),
    /// `a + b` and its kin.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `if(a < b, x, y)`
    If {
        /// Which comparison.
        comparison: Comparison,
        /// Left of it.
        left: Box<Expression>,
        /// Right of it.
        right: Box<Expression>,
        /// Value where it holds.
        then: Box<Expression>,
        /// Value where it does not.
        otherwise: Box<Expression>,
    },
    /// A function of its arguments: `exp(x)`, `total(bound)`.
    Call {
        /// Name of the function.
        function: String,
        /// Where the name stands.
        function_span: Span,
        /// Its arguments.
        arguments: Vec<Expression>,
    },
}

impl Expression {
    /// Calls `visit` on this node and every node below it.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expression)) {
        visit(self);
        match &self.kind {
            Kind::Number { .. } | Kind::Name { .. } | Kind::Concentration { .. } => {}
            Kind::Negative(inner) => inner.walk(visit),
            Kind::Binary(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Kind::If { left, right, then, otherwise, .. } => {
                for part in [left, right, then, otherwise] {
                    part.walk(visit);
                }
            }
            Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| argument.walk(visit)),
        }
    }
}
