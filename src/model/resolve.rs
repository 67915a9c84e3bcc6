//! Expressions → graph nodes with proven dimensions. Every name is resolved here, every mismatch says both dimensions.
use std::collections::{BTreeSet, HashMap, HashSet};

mod operations;

use super::checked::Parameter;
use super::diagnostic::{Faults, Place, did_you_mean};
use super::document::Formula;
use super::expr::graph::{Graph, NodeId, Operation};
use super::expr::syntax::{Comparison, Expression, Kind};
use super::flatten::{Flat, Meaning, Scope};
use crate::nuclide::Nuclide;
use crate::units::{Dimension, RATE, TIME, VOLUME};

/// A resolved expression.
pub type Resolved = (NodeId, Dimension);

#[derive(Clone, Copy)]
enum Progress {
    Running,
    Done(Option<Resolved>),
}

/// Where an expression is evaluated: its scope, the ligand that amounts mean, and whether amounts may appear at all.
#[derive(Clone)]
pub struct Context {
    /// For names.
    pub scope: Scope,
    /// The ligand that a bare amount means.
    pub ligand: Option<usize>,
    /// Parameters may not depend on amounts.
    pub constant: bool,
}

/// Resolves the expressions of one model.
pub struct Resolver<'m, 'f> {
    /// All names.
    pub flat: &'m Flat<'f>,
    /// Names of the ligands.
    pub ligands: &'m [String],
    /// Dimension of amounts.
    pub amount: Dimension,
    /// For `physical_decay`.
    pub nuclide: Option<&'static Nuclide>,
    /// The graph that grows.
    pub graph: Graph,
    /// Constants met so far.
    pub parameters: Vec<Parameter>,
    /// Names that some expression used.
    pub used: BTreeSet<String>,
    memo: HashMap<(String, Option<usize>), Progress>,
    /// Names being resolved, outermost first, to show a circle.
    running: Vec<String>,
    /// Names of the circles reported so far.
    circular: BTreeSet<String>,
    /// How deep the expression being resolved lies, through the names that it uses.
    depth: usize,
    reported: HashSet<(usize, usize, String)>,
}

/// How deep expressions may lie in each other, through the names that they use: a guard of the stack, far beyond any methods section.
const DEEPEST: usize = 500;

impl<'m, 'f> Resolver<'m, 'f> {
    /// Starts with nothing resolved.
    pub fn new(flat: &'m Flat<'f>, ligands: &'m [String], amount: Dimension, nuclide: Option<&'static Nuclide>) -> Self {
        Resolver {
            flat,
            ligands,
            amount,
            nuclide,
            graph: Graph::default(),
            parameters: Vec::new(),
            used: BTreeSet::new(),
            memo: HashMap::new(),
            running: Vec::new(),
            circular: BTreeSet::new(),
            depth: 0,
            reported: HashSet::new(),
        }
    }

    /// Reports a fault of an expression once, even if many organs and ligands run into it; says which organ used the template.
    fn report(&mut self, place: Place, context: &Context, message: String, help: Option<String>, faults: &mut Faults) {
        if !self.reported.insert((place.start, place.end, message.clone())) {
            return;
        }
        let fault = faults.error(place, message);
        if let Some(help) = help {
            fault.help(help);
        }
        if let (Some(organ), Some(used_by)) = (&context.scope.organ, &context.scope.used_by) {
            fault.related(used_by.clone(), format!("used by organ `{organ}`"));
        }
    }

    /// Resolves an expression.
    pub fn formula(&mut self, formula: &Formula<'f>, context: &Context, faults: &mut Faults) -> Option<Resolved> {
        let tree = formula.tree.as_ref()?;
        self.expression(tree, formula, context, faults)
    }

    /// Resolves an expression that must have a dimension.
    pub fn formula_as(
        &mut self,
        formula: &Formula<'f>,
        wanted: Dimension,
        what: &str,
        context: &Context,
        faults: &mut Faults,
    ) -> Option<NodeId> {
        let (node, found) = self.formula(formula, context, faults)?;
        if found == wanted {
            return Some(node);
        }
        let place = formula.node.place();
        let is_number = matches!(formula.tree.as_ref().map(|tree| &tree.kind), Some(Kind::Number { .. }));
        let help = if found.is_dimensionless() && is_number {
            Some(format!("write its unit: `{} {}`", formula.text.trim(), wanted.internal_unit()))
        } else if found == self.amount && wanted == self.amount.over(VOLUME) {
            Some("a bare name is an amount; in brackets, `[name]`, it is a concentration".to_string())
        } else if found == self.amount.over(VOLUME) && wanted == self.amount {
            Some("`[name]` is a concentration; without brackets it is an amount".to_string())
        } else if found == self.amount.over(VOLUME).over(TIME) && wanted == self.amount.over(TIME) {
            Some("a concentration `[name]` is multiplied by a volume per time, an amount `name` by a rate constant".to_string())
        } else {
            None
        };
        self.report(place, context, format!("{what} must be {wanted}, this is {found}"), help, faults);
        None
    }

    /// Resolves a name of the flat table.
    pub fn symbol(&mut self, path: &str, ligand: Option<usize>, faults: &mut Faults) -> Option<Resolved> {
        let key = (path.to_string(), ligand);
        match self.memo.get(&key) {
            Some(Progress::Done(result)) => return *result,
            Some(Progress::Running) => {
                let place = self.flat.symbols.get(path)?.declared.clone();
                let context = Context { scope: Scope::default(), ligand, constant: false };
                let first = self.running.iter().position(|name| name == path).unwrap_or(0);
                let circle = format!("{} → {path}", self.running[first..].join(" → "));
                // one circle of several through the same names is enough
                let known = self.running[first..].iter().any(|name| self.circular.contains(name));
                self.circular.extend(self.running[first..].iter().cloned());
                if known {
                    return None;
                }
                self.report(place, &context, format!("`{path}` is defined by itself: {circle}"), None, faults);
                return None;
            }
            None => {}
        }
        self.memo.insert(key.clone(), Progress::Running);
        self.running.push(path.to_string());
        let result = self.evaluate_symbol(path, ligand, faults);
        self.running.pop();
        self.memo.insert(key, Progress::Done(result));
        result
    }

    fn evaluate_symbol(&mut self, path: &str, ligand: Option<usize>, faults: &mut Faults) -> Option<Resolved> {
        let symbol = self.flat.symbols.get(path)?;
        match &symbol.meaning {
            Meaning::Definition(formula) => {
                let context = Context { scope: symbol.scope.clone(), ligand, constant: false };
                self.formula(formula, &context, faults)
            }
            Meaning::Value(entry) => {
                let context = Context { scope: symbol.scope.clone(), ligand: None, constant: true };
                let tree = entry.formula.tree.as_ref()?;
                let constant = match &tree.kind {
                    Kind::Number { value, dimension } => Some((*value, *dimension)),
                    Kind::Negative(inner) => match inner.kind {
                        Kind::Number { value, dimension } => Some((-value, dimension)),
                        _ => None,
                    },
                    _ => None,
                };
                let (node, found) = match constant {
                    Some((value, dimension)) => (self.constant_parameter(path, value, dimension, faults)?, dimension),
                    None => self.formula(&entry.formula, &context, faults)?,
                };
                if let Some(wanted) = symbol.expects.filter(|wanted| *wanted != found) {
                    let text = entry.formula.text.trim();
                    let help = (found.is_dimensionless() && constant.is_some())
                        .then(|| format!("write its unit, such as `{text} {}`", wanted.internal_unit()));
                    let place = entry.formula.node.place();
                    self.report(place, &context, format!("`{path}` must be {wanted}, this is {found}"), help, faults);
                    return None;
                }
                Some((node, found))
            }
            Meaning::Compartment(_) | Meaning::Alias(..) => None,
        }
    }

    fn constant_parameter(&mut self, path: &str, value: f64, dimension: Dimension, faults: &mut Faults) -> Option<NodeId> {
        let symbol = self.flat.symbols.get(path)?;
        let Meaning::Value(entry) = &symbol.meaning else { return None };
        let range = entry.range.as_ref().and_then(|(low, high)| {
            let end = |formula: &Formula<'f>| match formula.tree.as_ref().map(|tree| &tree.kind) {
                Some(Kind::Number { value, dimension: found }) if *found == dimension => Some(*value),
                _ => None,
            };
            let ends = end(low).zip(end(high));
            if ends.is_none() {
                faults.error(low.node.place(), format!("the range of `{path}` must be two numbers of {dimension}"));
            }
            ends
        });
        let position = self.parameters.len();
        self.parameters.push(Parameter {
            path: path.to_string(),
            value,
            dimension,
            text: entry.formula.text.trim().to_string(),
            origin: entry.origin.clone(),
            range,
            place: symbol.declared.clone(),
        });
        Some(self.graph.parameter(position))
    }

    fn ligand_of(&mut self, name: &str, written: Option<&str>, place: Place, context: &Context, faults: &mut Faults) -> Option<usize> {
        if let Some(wanted) = written {
            let found = self.ligands.iter().position(|ligand| ligand == wanted);
            if found.is_none() {
                let help = did_you_mean(wanted, self.ligands.iter().map(String::as_str));
                self.report(place, context, format!("no ligand is called `{wanted}`"), Some(help), faults);
            }
            return found;
        }
        if self.ligands.len() == 1 {
            return Some(0);
        }
        if context.ligand.is_none() {
            let help = format!("write `total({name})` or `{name}@{}`", self.ligands[0]);
            self.report(place, context, format!("`{name}` needs a ligand here"), Some(help), faults);
        }
        context.ligand
    }

    /// The volume of a compartment.
    pub fn volume(&mut self, compartment: usize, faults: &mut Faults) -> Option<NodeId> {
        let flat = self.flat;
        let compartment = &flat.compartments[compartment];
        let formula = compartment.entry.volume.as_ref()?;
        let context = Context { scope: compartment.scope.clone(), ligand: None, constant: true };
        self.formula_as(formula, VOLUME, "`volume`", &context, faults)
    }

    /// Amount of a ligand in a compartment.
    pub fn amount_node(&mut self, compartment: usize, ligand: usize) -> NodeId {
        self.graph.state(compartment * self.ligands.len() + ligand)
    }

    /// Amount per volume of a ligand in a compartment; a fault at `place` if the compartment has no volume.
    pub fn concentration(
        &mut self,
        compartment: usize,
        ligand: usize,
        place: Place,
        context: &Context,
        faults: &mut Faults,
    ) -> Option<NodeId> {
        let flat = self.flat;
        let declared = &flat.compartments[compartment];
        if declared.entry.volume.is_none() {
            let path = declared.path.clone();
            let help = "give it `volume:`, or use its amount with `k:` instead".to_string();
            self.report(place, context, format!("compartment `{path}` has no volume, so it has no concentration"), Some(help), faults);
            return None;
        }
        let volume = self.volume(compartment, faults)?;
        let amount = self.amount_node(compartment, ligand);
        Some(self.graph.divide(amount, volume))
    }

    fn expression(&mut self, tree: &Expression, formula: &Formula<'f>, context: &Context, faults: &mut Faults) -> Option<Resolved> {
        if self.depth >= DEEPEST {
            let message = format!("this expression, with the names that it uses, is more than {DEEPEST} operations deep");
            self.report(formula.place_of(tree.span), context, message, None, faults);
            return None;
        }
        self.depth += 1;
        let resolved = self.one_expression(tree, formula, context, faults);
        self.depth -= 1;
        resolved
    }

    fn one_expression(&mut self, tree: &Expression, formula: &Formula<'f>, context: &Context, faults: &mut Faults) -> Option<Resolved> {
        match &tree.kind {
            Kind::Number { value, dimension } => Some((self.graph.constant(*value), *dimension)),
            Kind::Name { path, ligand } => self.name(path, ligand.as_deref(), formula.place_of(tree.span), context, faults),
            Kind::Concentration { path, ligand } => {
                let place = formula.place_of(tree.span);
                if self.refuse_amount(path, &place, context, faults) {
                    return None;
                }
                let compartment = self.flat.compartment(path, &context.scope, place.clone(), faults)?;
                self.used.insert(self.flat.compartments[compartment].path.clone());
                self.used.insert(context.scope.path(path));
                let ligand = self.ligand_of(&format!("[{path}]"), ligand.as_deref(), place.clone(), context, faults)?;
                let node = self.concentration(compartment, ligand, place, context, faults)?;
                Some((node, self.amount.over(VOLUME)))
            }
            Kind::Negative(inner) => {
                let (node, dimension) = self.expression(inner, formula, context, faults)?;
                Some((self.graph.negate(node), dimension))
            }
            Kind::Binary(operator, left, right) => {
                let resolved = (self.expression(left, formula, context, faults), self.expression(right, formula, context, faults));
                let (left, right) = resolved.0.zip(resolved.1)?;
                self.binary(*operator, left, right, tree, formula, context, faults)
            }
            Kind::If { comparison, left, right, then, otherwise } => {
                let parts: Vec<_> =
                    [left, right, then, otherwise].iter().map(|part| self.expression(part, formula, context, faults)).collect();
                let [Some(left), Some(right), Some(then), Some(otherwise)] = parts[..] else { return None };
                self.same("compare", left.1, right.1, tree.span, formula, context, faults)?;
                self.same("choose between", then.1, otherwise.1, tree.span, formula, context, faults)?;
                let operation = if *comparison == Comparison::Less { Operation::Less } else { Operation::LessOrEqual };
                let condition = self.graph.binary(operation, left.0, right.0);
                Some((self.graph.select(condition, then.0, otherwise.0), then.1))
            }
            Kind::Call { function, function_span, arguments } => {
                self.call(function, *function_span, arguments, tree, formula, context, faults)
            }
        }
    }

    fn refuse_amount(&mut self, name: &str, place: &Place, context: &Context, faults: &mut Faults) -> bool {
        if context.constant {
            let help = "put it under `definitions:` if it changes with the amounts".to_string();
            self.report(place.clone(), context, format!("a parameter cannot depend on the amount in `{name}`"), Some(help), faults);
        }
        context.constant
    }

    fn name(&mut self, path: &str, ligand: Option<&str>, place: Place, context: &Context, faults: &mut Faults) -> Option<Resolved> {
        match path {
            "time" if !context.constant => return Some((self.graph.time(), TIME)),
            "physical_decay" => {
                if let Some(nuclide) = self.nuclide {
                    return Some((self.graph.constant(nuclide.decay_constant_per_min()), RATE));
                }
                let help = Some("give the model a `nuclide:`".to_string());
                self.report(place, context, "`physical_decay` needs a nuclide".into(), help, faults);
                return None;
            }
            _ => {}
        }
        let Some(full) = self.flat.find(path, &context.scope) else {
            if self.flat.is_missing(path, &context.scope) {
                return None;
            }
            let organ = context.scope.organ.as_deref();
            let known = self.flat.symbols.keys().map(|key| match key.split_once('.') {
                Some((first, local)) if Some(first) == organ => local,
                _ => key.as_str(),
            });
            let help = did_you_mean(path, known);
            self.report(place, context, format!("nothing is called `{path}`"), Some(help), faults);
            return None;
        };
        self.used.insert(full.to_string());
        // an argument that stands for a compartment is used as well
        self.used.insert(context.scope.path(path));
        if let Meaning::Compartment(position) = self.flat.symbols[full].meaning {
            if self.refuse_amount(path, &place, context, faults) {
                return None;
            }
            let ligand = self.ligand_of(path, ligand, place, context, faults)?;
            return Some((self.amount_node(position, ligand), self.amount));
        }
        let is_definition = matches!(self.flat.symbols[full].meaning, Meaning::Definition(_));
        let ligand = match ligand {
            Some(written) if is_definition => Some(self.ligand_of(path, Some(written), place.clone(), context, faults)?),
            Some(_) => {
                self.report(place, context, format!("`{path}` is a value, it has no ligand"), None, faults);
                return None;
            }
            None => context.ligand,
        };
        if is_definition {
            let (node, dimension) = self.symbol(full, ligand, faults)?;
            if context.constant && self.graph.varies(node) {
                self.refuse_amount(path, &place, context, faults);
                return None;
            }
            return Some((node, dimension));
        }
        self.symbol(full, None, faults)
    }
}
