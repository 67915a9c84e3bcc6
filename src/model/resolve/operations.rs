//! Operators and functions of expressions: what dimensions they take and what dimension they give.
use super::{Context, Resolved, Resolver};
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::document::Formula;
use crate::model::expr::graph::{Function, Operation};
use crate::model::expr::syntax::{Expression, Operator, Span};
use crate::units::{AMOUNT, CONCENTRATION, DIMENSIONLESS, Dimension, VOLUME};

const FUNCTIONS: &[&str] = &["exp", "ln", "log10", "sqrt", "abs", "sin", "cos", "tanh", "min", "max", "sum", "total", "if"];

impl<'f> Resolver<'_, 'f> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn same(
        &mut self,
        verb: &str,
        left: Dimension,
        right: Dimension,
        span: Span,
        formula: &Formula<'f>,
        context: &Context,
        faults: &mut Faults,
    ) -> Option<()> {
        if left == right {
            return Some(());
        }
        self.report(formula.place_of(span), context, format!("cannot {verb} {left} and {right}"), None, faults);
        None
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn binary(
        &mut self,
        operator: Operator,
        left: Resolved,
        right: Resolved,
        tree: &Expression,
        formula: &Formula<'f>,
        context: &Context,
        faults: &mut Faults,
    ) -> Option<Resolved> {
        match operator {
            Operator::Add | Operator::Subtract => {
                let (verb, operation) = if operator == Operator::Add { ("add", Operation::Add) } else { ("subtract", Operation::Subtract) };
                self.same(verb, left.1, right.1, tree.span, formula, context, faults)?;
                Some((self.graph.binary(operation, left.0, right.0), left.1))
            }
            Operator::Multiply => Some((self.graph.multiply(left.0, right.0), left.1.times(right.1))),
            Operator::Divide => {
                if self.graph.as_constant(right.0) == Some(0.0) {
                    self.report(formula.place_of(tree.span), context, "this divides by zero".into(), None, faults);
                    return None;
                }
                Some((self.graph.divide(left.0, right.0), left.1.over(right.1)))
            }
            Operator::Power => {
                let place = formula.place_of(tree.span);
                if !right.1.is_dimensionless() {
                    self.report(place, context, format!("an exponent must be a pure number, this is {}", right.1), None, faults);
                    return None;
                }
                let node = self.graph.power(left.0, right.0);
                if left.1.is_dimensionless() {
                    return Some((node, DIMENSIONLESS));
                }
                match self.graph.as_constant(right.0) {
                    Some(exponent) if exponent.fract() == 0.0 && exponent.abs() <= 9.0 => Some((node, left.1.power(exponent as i32))),
                    Some(0.5) if left.1.square_root().is_some() => Some((node, left.1.square_root()?)),
                    _ => {
                        let help = "divide by its unit first, such as `(height / 1 m)^0.725`".to_string();
                        let message = format!("only a pure number can be raised to this power, this is {}", left.1);
                        self.report(place, context, message, Some(help), faults);
                        None
                    }
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn call(
        &mut self,
        function: &str,
        function_span: Span,
        arguments: &[Expression],
        tree: &Expression,
        formula: &Formula<'f>,
        context: &Context,
        faults: &mut Faults,
    ) -> Option<Resolved> {
        let place = formula.place_of(tree.span);
        if function == "total" {
            let [argument] = arguments else { return self.wrong_count(function, "one argument", place, context, faults) };
            let mut sum: Option<Resolved> = None;
            for ligand in 0..self.ligands.len() {
                let inner = Context { ligand: Some(ligand), ..context.clone() };
                let (node, dimension) = self.expression(argument, formula, &inner, faults)?;
                sum = Some((sum.map_or(node, |(total, _)| self.graph.add(total, node)), dimension));
            }
            return sum;
        }
        let simple = match function {
            "exp" => Some(Function::Exp),
            "ln" | "log10" => Some(Function::Log),
            "sqrt" => Some(Function::SquareRoot),
            "abs" => Some(Function::Absolute),
            "sin" => Some(Function::Sine),
            "cos" => Some(Function::Cosine),
            "tanh" => Some(Function::HyperbolicTangent),
            "min" | "max" | "sum" => None,
            _ => {
                let help =
                    if function == "log" { "write `ln` or `log10`".into() } else { did_you_mean(function, FUNCTIONS.iter().copied()) };
                self.report(formula.place_of(function_span), context, format!("no function is called `{function}`"), Some(help), faults);
                return None;
            }
        };
        let resolved: Vec<_> = arguments.iter().map(|argument| self.expression(argument, formula, context, faults)).collect();
        let resolved: Vec<Resolved> = resolved.into_iter().collect::<Option<_>>()?;
        let Some(simple) = simple else {
            let (first, rest) = resolved.split_first()?;
            if rest.is_empty() && function != "sum" {
                return self.wrong_count(function, "two arguments or more", place, context, faults);
            }
            let (operation, verb) = match function {
                "min" => (Operation::Minimum, "compare"),
                "max" => (Operation::Maximum, "compare"),
                _ => (Operation::Add, "add"),
            };
            return rest.iter().try_fold(*first, |total, next| {
                self.same(verb, total.1, next.1, tree.span, formula, context, faults)?;
                Some((self.graph.binary(operation, total.0, next.0), total.1))
            });
        };
        let [(node, dimension)] = resolved[..] else { return self.wrong_count(function, "one argument", place, context, faults) };
        let result = match simple {
            Function::SquareRoot => dimension.square_root(),
            Function::Absolute => Some(dimension),
            _ => dimension.is_dimensionless().then_some(DIMENSIONLESS),
        };
        let Some(result) = result else {
            self.report(place, context, format!("`{function}` cannot be taken of {dimension}"), None, faults);
            return None;
        };
        let node = self.graph.unary(simple, node);
        if function == "log10" {
            let ten = self.graph.constant(std::f64::consts::LN_10);
            return Some((self.graph.divide(node, ten), result));
        }
        Some((node, result))
    }

    fn wrong_count(&mut self, function: &str, wanted: &str, place: Place, context: &Context, faults: &mut Faults) -> Option<Resolved> {
        self.report(place, context, format!("`{function}` takes {wanted}"), None, faults);
        None
    }

    /// The dimension that a concentration of this model has.
    pub fn concentration_dimension(&self) -> Dimension {
        if self.amount == AMOUNT { CONCENTRATION } else { self.amount.over(VOLUME) }
    }
}
