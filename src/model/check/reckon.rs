//! Value and dimension of a part of an expression, from its syntax tree: the graph has folded away what an author wrote (`/ 1 L`).
use super::Case;
use crate::model::expr::syntax::{Expression, Kind, Operator};
use crate::model::flatten::{Meaning, Scope};
use crate::units::{DIMENSIONLESS, Dimension, RATE, TIME, VOLUME};

/// Value (where it does not depend on amounts or time) and dimension of a tree; names are looked up in `scope`. The tree has been resolved
/// without error before.
pub fn reckon(case: &Case<'_, '_>, tree: &Expression, scope: &Scope) -> Option<(Option<f64>, Dimension)> {
    let model = &case.assembled.model;
    let flat = &case.assembled.flat;
    match &tree.kind {
        Kind::Number { value, dimension } => Some((Some(*value), *dimension)),
        Kind::Concentration { .. } => Some((None, model.amount.over(VOLUME))),
        Kind::Name { path, .. } => match path.as_str() {
            "time" => Some((None, TIME)),
            "physical_decay" => Some((model.nuclide.map(|nuclide| nuclide.decay_constant_per_min()), RATE)),
            _ => {
                let full = flat.find(path, scope)?;
                let symbol = flat.symbols.get(full)?;
                match &symbol.meaning {
                    Meaning::Value(_) => case.named.get(full).map(|(value, dimension)| (Some(*value), *dimension)),
                    // definitions have been resolved, so they do not run in a circle
                    Meaning::Definition(formula) => reckon(case, formula.tree.as_ref()?, &symbol.scope),
                    Meaning::Compartment(_) => Some((None, model.amount)),
                    Meaning::Alias(..) => None,
                }
            }
        },
        Kind::Negative(inner) => reckon(case, inner, scope).map(|(value, dimension)| (value.map(|value| -value), dimension)),
        Kind::Binary(operator, left, right) => {
            let (left, right) = (reckon(case, left, scope)?, reckon(case, right, scope)?);
            let both = left.0.zip(right.0);
            Some(match operator {
                Operator::Add => (both.map(|(a, b)| a + b), left.1),
                Operator::Subtract => (both.map(|(a, b)| a - b), left.1),
                Operator::Multiply => (both.map(|(a, b)| a * b), left.1.times(right.1)),
                Operator::Divide => (both.map(|(a, b)| a / b), left.1.over(right.1)),
                Operator::Power => {
                    let exponent = right.0?;
                    let dimension = if exponent == 0.5 { left.1.square_root()? } else { left.1.power(exponent as i32) };
                    (both.map(|(a, b)| crate::math::pow(a, b)), if left.1.is_dimensionless() { DIMENSIONLESS } else { dimension })
                }
            })
        }
        Kind::If { then, .. } => reckon(case, then, scope).map(|(_, dimension)| (None, dimension)),
        Kind::Call { function, arguments, .. } => {
            let parts: Vec<_> = arguments.iter().map(|argument| reckon(case, argument, scope)).collect::<Option<_>>()?;
            let (_, first) = *parts.first()?;
            let values: Option<Vec<f64>> = parts.iter().map(|(value, _)| *value).collect();
            Some(match function.as_str() {
                "sum" => (values.map(|values| values.iter().sum()), first),
                "min" => (values.map(|values| values.iter().copied().fold(f64::INFINITY, f64::min)), first),
                "max" => (values.map(|values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)), first),
                "abs" => (values.map(|values| values[0].abs()), first),
                "sqrt" => (values.map(|values| values[0].sqrt()), first.square_root()?),
                "total" => (None, first),
                _ => (None, DIMENSIONLESS),
            })
        }
    }
}
