//! A formula of a population: an expression of the model language over covariates, varied quantities and parameters, its names bound to places when it is read.
//!
//! Categories read as numbers: `sex.female` is 1 for a woman and 0 for a man.
use std::collections::{BTreeMap, BTreeSet};

use crate::math;
use crate::model::diagnostic::did_you_mean;
use crate::model::expr::parse::parse;
use crate::model::expr::syntax::{Comparison, Expression, Kind, Operator};
use crate::regimen::{Formula, FormulaFault, KnownValue, KnownValues};
use crate::units::Dimension;

/// Where a name's value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// A covariate.
    Covariate(usize),
    /// Whether a covariate is a category: 1 or 0.
    Category(usize, usize),
    /// A parameter of the model.
    Parameter(usize),
    /// A quantity that varies and is no parameter: its position, and internal units per unit in which it is held.
    Varied(usize, f64),
    /// A derived value of the model, by its node.
    Derived(usize),
}

/// The names that a formula or rule may read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: KnownValues,
    sources: BTreeMap<String, Source>,
    categories: BTreeMap<String, (usize, Vec<String>)>,
    refused: BTreeMap<String, String>,
    broken: BTreeSet<String>,
}

impl Names {
    /// Adds a number.
    pub fn add(&mut self, name: &str, source: Source, dimension: Dimension) {
        self.refused.remove(name);
        self.known.insert(name.to_owned(), KnownValue { value: 1.0, dimension });
        self.sources.insert(name.to_owned(), source);
    }

    /// Adds a covariate that is one of `labels`.
    pub fn add_categories(&mut self, name: &str, covariate: usize, labels: &[String]) {
        for (code, label) in labels.iter().enumerate() {
            self.add(&format!("{name}.{label}"), Source::Category(covariate, code), crate::units::DIMENSIONLESS);
        }
        if let Some(first) = labels.first() {
            self.refuse(name, format!("`{name}` is a word: compare it, `{name} = {first}`, or count it, `{name}.{first}` is 1 or 0"));
        }
        self.categories.insert(name.to_owned(), (covariate, labels.to_vec()));
    }

    /// Says why a name cannot be read here.
    pub fn refuse(&mut self, name: &str, why: String) {
        self.known.remove(name);
        self.sources.remove(name);
        self.refused.insert(name.to_owned(), why);
    }

    /// Adds a name whose own fault has been told of: what reads it cannot be judged.
    pub fn add_broken(&mut self, name: &str) {
        self.broken.insert(name.to_owned());
    }

    /// Whether a text reads a name whose own fault has been told of.
    pub fn reads_broken(&self, text: &str) -> bool {
        let words = text.split(|c: char| !(c.is_alphanumeric() || "_.".contains(c)));
        words.map(|word| word.split_once('.').map_or(word, |(first, _)| first)).any(|word| self.broken.contains(word))
    }

    /// The categories of a covariate.
    pub fn categories(&self, name: &str) -> Option<(usize, &[String])> {
        self.categories.get(name).map(|(covariate, labels)| (*covariate, labels.as_slice()))
    }

    fn check(&self, text: &str, offset: usize) -> Result<(), FormulaFault> {
        let tree = parse(text).map_err(|error| FormulaFault {
            start: offset + error.span.start,
            end: offset + error.span.end,
            message: error.message,
            help: error.help,
        })?;
        let mut found = None;
        tree.walk(&mut |part| {
            if let Kind::Name { path, ligand: None } = &part.kind
                && !self.sources.contains_key(path)
                && found.is_none()
            {
                found = Some((path.clone(), part.span));
            }
        });
        let Some((path, span)) = found else { return Ok(()) };
        let (message, help) = match self.refused.get(&path) {
            Some(why) => (why.clone(), None),
            None => (
                format!("there is no `{path}` that patients are drawn with"),
                Some(did_you_mean(&path, self.sources.keys().map(String::as_str))).filter(|help| !help.is_empty()),
            ),
        };
        Err(FormulaFault { start: offset + span.start, end: offset + span.end, message, help })
    }
}

/// What a term reads.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    /// Covariates (internal units, or the code of a category).
    pub covariates: &'a [f64],
    /// Parameters of the model.
    pub parameters: &'a [f64],
    /// Varied quantities, in the unit in which they are held.
    pub varied: &'a [f64],
    /// Every node of the model's graph, where a rule reads derived values.
    pub nodes: &'a [f64],
}

/// A formula whose names are bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    root: Node,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Value(Source),
    Negative(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// Comparison, left, right, then, otherwise.
    If(Comparison, Box<[Node; 4]>),
    Call(Call, Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Exp,
    Ln,
    Log10,
    Tanh,
    Sqrt,
    Abs,
    Min,
    Max,
}

impl Term {
    /// Reads a formula; its text begins at byte `offset` of what a fault's bytes refer to. Also says of which dimension it is.
    ///
    /// # Errors
    /// Syntax, names that cannot be read here, dimensions that do not fit.
    pub fn read(text: &str, names: &Names, offset: usize) -> Result<(Term, Dimension), FormulaFault> {
        names.check(text, offset)?;
        let (formula, dimension) = Formula::read_any(text, &names.known).map_err(|fault| FormulaFault {
            start: offset + fault.start,
            end: offset + fault.end,
            ..fault
        })?;
        let unknown = || FormulaFault { start: offset, end: offset + text.len(), message: "this cannot be computed".into(), help: None };
        Ok((Term { root: bind(formula.tree(), names).ok_or_else(unknown)? }, dimension))
    }

    /// Whether it reads derived values of the model.
    pub fn reads_derived(&self) -> bool {
        reads_derived(&self.root)
    }

    /// The value in internal units.
    pub(super) fn value(&self, values: Values<'_>) -> f64 {
        value(&self.root, values)
    }
}

fn bind(tree: &Expression, names: &Names) -> Option<Node> {
    let boxed = |tree: &Expression| bind(tree, names).map(Box::new);
    Some(match &tree.kind {
        Kind::Number { value, .. } => Node::Number(*value),
        Kind::Name { path, .. } => Node::Value(*names.sources.get(path)?),
        Kind::Concentration { .. } => return None,
        Kind::Negative(inner) => Node::Negative(boxed(inner)?),
        Kind::Binary(operator, left, right) => Node::Binary(*operator, boxed(left)?, boxed(right)?),
        Kind::If { comparison, left, right, then, otherwise } => {
            let four = [bind(left, names)?, bind(right, names)?, bind(then, names)?, bind(otherwise, names)?];
            Node::If(*comparison, Box::new(four))
        }
        Kind::Call { function, arguments, .. } => {
            let call = match function.as_str() {
                "exp" => Call::Exp,
                "ln" => Call::Ln,
                "log10" => Call::Log10,
                "tanh" => Call::Tanh,
                "sqrt" => Call::Sqrt,
                "abs" => Call::Abs,
                "min" => Call::Min,
                "max" => Call::Max,
                _ => return None,
            };
            Node::Call(call, arguments.iter().map(|argument| bind(argument, names)).collect::<Option<_>>()?)
        }
    })
}

fn reads_derived(node: &Node) -> bool {
    match node {
        Node::Number(_) => false,
        Node::Value(source) => matches!(source, Source::Derived(_)),
        Node::Negative(inner) => reads_derived(inner),
        Node::Binary(_, left, right) => reads_derived(left) || reads_derived(right),
        Node::If(_, four) => four.iter().any(reads_derived),
        Node::Call(_, arguments) => arguments.iter().any(reads_derived),
    }
}

fn value(node: &Node, values: Values<'_>) -> f64 {
    let at = |list: &[f64], position: usize| list.get(position).copied().unwrap_or(f64::NAN);
    match node {
        Node::Number(number) => *number,
        Node::Value(source) => match *source {
            Source::Covariate(position) => at(values.covariates, position),
            Source::Category(position, code) => f64::from(at(values.covariates, position) == code as f64),
            Source::Parameter(position) => at(values.parameters, position),
            Source::Varied(position, internal) => at(values.varied, position) * internal,
            Source::Derived(position) => at(values.nodes, position),
        },
        Node::Negative(inner) => -value(inner, values),
        Node::Binary(operator, left, right) => {
            let (l, r) = (value(left, values), value(right, values));
            match operator {
                Operator::Add => l + r,
                Operator::Subtract => l - r,
                Operator::Multiply => l * r,
                Operator::Divide => l / r,
                Operator::Power => math::pow(l, r),
            }
        }
        Node::If(comparison, four) => {
            let (l, r) = (value(&four[0], values), value(&four[1], values));
            let holds = match comparison {
                Comparison::Less => l < r,
                Comparison::LessOrEqual => l <= r,
            };
            value(&four[if holds { 2 } else { 3 }], values)
        }
        Node::Call(call, arguments) => {
            let mut rest = arguments.iter().map(|argument| value(argument, values));
            let first = rest.next().unwrap_or(f64::NAN);
            match call {
                Call::Exp => math::exp(first),
                Call::Ln => math::log(first),
                Call::Log10 => math::log10(first),
                Call::Tanh => math::tanh(first),
                Call::Sqrt => math::sqrt(first),
                Call::Abs => first.abs(),
                Call::Min => rest.fold(first, f64::min),
                Call::Max => rest.fold(first, f64::max),
            }
        }
    }
}
