//! A formula of a rule: an expression of the model language over what the clinic knows, with its dimension proven when it is read.
//!
//! `37 MBq/kg * weight`, `(bsa / 1 m^2 - 0.2 + 0.2) * 1 GBq`, `8.5 GBq - 0.5 GBq * (cycle - 1)`. Names are the clinic's covariates and `cycle`; the parameters of
//! the true patient are no names here, so a formula cannot read them.
use std::collections::BTreeMap;

use crate::model::diagnostic::did_you_mean;
use crate::model::expr::parse::parse;
use crate::model::expr::syntax::{Comparison, Expression, Kind, Operator};
use crate::units::{DIMENSIONLESS, Dimension};

/// A value that the clinic knows, in internal units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownValue {
    /// The value in internal units.
    pub value: f64,
    /// Its dimension.
    pub dimension: Dimension,
}

/// Known values by name.
pub type KnownValues = BTreeMap<String, KnownValue>;

/// A checked formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// As written.
    pub text: String,
    tree: Expression,
}

/// What is wrong with a formula, and where in its text (bytes).
#[derive(Clone, Debug, PartialEq)]
pub struct FormulaFault {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// A sentence.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Formula {
    /// Reads a formula and proves that it has dimension `wanted`, given the names that a rule may read.
    pub fn read(text: &str, known: &KnownValues, wanted: Dimension) -> Result<Formula, FormulaFault> {
        let (formula, found) = Formula::read_any(text, known)?;
        if found != wanted {
            return Err(fault(&formula.tree, format!("this is {found}, but {wanted} is needed"), None));
        }
        Ok(formula)
    }

    /// Reads a formula of any dimension, and says which.
    pub fn read_any(text: &str, known: &KnownValues) -> Result<(Formula, Dimension), FormulaFault> {
        let tree = parse(text).map_err(|error| FormulaFault {
            start: error.span.start,
            end: error.span.end,
            message: error.message,
            help: error.help,
        })?;
        let found = dimension_of(&tree, known)?;
        Ok((Formula { text: text.to_owned(), tree }, found))
    }

    /// Its syntax tree.
    pub fn tree(&self) -> &Expression {
        &self.tree
    }

    /// The value (internal units) for what is known now; not finite where it cannot be computed.
    pub fn value(&self, known: &KnownValues) -> f64 {
        value_of(&self.tree, known)
    }

    /// Whether it reads this name.
    pub fn reads(&self, name: &str) -> bool {
        let mut found = false;
        self.tree.walk(&mut |part| found |= matches!(&part.kind, Kind::Name { path, .. } if path == name));
        found
    }
}

fn fault(at: &Expression, message: String, help: Option<String>) -> FormulaFault {
    FormulaFault { start: at.span.start, end: at.span.end, message, help }
}

fn dimension_of(tree: &Expression, known: &KnownValues) -> Result<Dimension, FormulaFault> {
    match &tree.kind {
        Kind::Number { dimension, .. } => Ok(*dimension),
        Kind::Name { path, ligand: None } => known.get(path).map(|known| known.dimension).ok_or_else(|| {
            let help = did_you_mean(path, known.keys().map(String::as_str));
            let end = if help.ends_with('?') { "" } else { ";" };
            fault(
                tree,
                format!("the clinic does not know `{path}`: rules read only what is measured or recorded"),
                Some(format!("{help}{end} `clinic: {{knows: […]}}` adds values of the patient that a clinic can measure")),
            )
        }),
        Kind::Name { .. } | Kind::Concentration { .. } => {
            Err(fault(tree, "amounts and concentrations inside the patient are not known to the clinic".into(), None))
        }
        Kind::Negative(inner) => dimension_of(inner, known),
        Kind::Binary(operator, left, right) => {
            let (l, r) = (dimension_of(left, known)?, dimension_of(right, known)?);
            match operator {
                Operator::Add | Operator::Subtract if l == r => Ok(l),
                Operator::Add => Err(fault(tree, format!("cannot add {l} and {r}"), None)),
                Operator::Subtract => Err(fault(tree, format!("cannot subtract {r} from {l}"), None)),
                Operator::Multiply => Ok(l.times(r)),
                Operator::Divide => Ok(l.over(r)),
                Operator::Power if r != DIMENSIONLESS => Err(fault(right, format!("an exponent must be a pure number, this is {r}"), None)),
                Operator::Power if l == DIMENSIONLESS => Ok(l),
                Operator::Power => power_dimension(tree, l, right),
            }
        }
        Kind::If { left, right, then, otherwise, .. } => {
            let (l, r) = (dimension_of(left, known)?, dimension_of(right, known)?);
            if l != r {
                return Err(fault(tree, format!("cannot compare {l} with {r}"), None));
            }
            let (t, o) = (dimension_of(then, known)?, dimension_of(otherwise, known)?);
            if t == o { Ok(t) } else { Err(fault(tree, format!("the branches are {t} and {o}"), None)) }
        }
        Kind::Call { function, arguments, .. } => call_dimension(tree, function, arguments, known),
    }
}

fn power_dimension(tree: &Expression, base: Dimension, exponent: &Expression) -> Result<Dimension, FormulaFault> {
    match exponent.kind {
        Kind::Number { value, .. } if value.fract() == 0.0 && (0.0..=9.0).contains(&value) => {
            Ok((0..value as usize).fold(DIMENSIONLESS, |product, _| product.times(base)))
        }
        _ => {
            let help = "divide by the unit first: `(weight / 1 kg)^0.425`".to_owned();
            Err(fault(tree, "a quantity with a dimension takes whole exponents from 0 to 9".into(), Some(help)))
        }
    }
}

const PURE: [&str; 4] = ["exp", "ln", "log10", "tanh"];

fn call_dimension(tree: &Expression, function: &str, arguments: &[Expression], known: &KnownValues) -> Result<Dimension, FormulaFault> {
    let found = arguments.iter().map(|argument| dimension_of(argument, known)).collect::<Result<Vec<_>, _>>()?;
    match (function, found.as_slice()) {
        (name, [one]) if PURE.contains(&name) || name == "sqrt" => {
            if *one == DIMENSIONLESS {
                Ok(*one)
            } else {
                Err(fault(tree, format!("`{name}` takes a pure number here, this is {one}"), Some("divide by the unit first".into())))
            }
        }
        ("abs", [one]) => Ok(*one),
        ("min" | "max", [first, rest @ ..]) if !rest.is_empty() => {
            if rest.iter().all(|other| other == first) {
                Ok(*first)
            } else {
                Err(fault(tree, format!("`{function}` needs arguments of one dimension"), None))
            }
        }
        _ => Err(fault(tree, format!("`{function}` with {} arguments is no function of a rule", found.len()), None)),
    }
}

fn value_of(tree: &Expression, known: &KnownValues) -> f64 {
    match &tree.kind {
        Kind::Number { value, .. } => *value,
        Kind::Name { path, .. } | Kind::Concentration { path, .. } => known.get(path).map_or(f64::NAN, |known| known.value),
        Kind::Negative(inner) => -value_of(inner, known),
        Kind::Binary(operator, left, right) => {
            let (l, r) = (value_of(left, known), value_of(right, known));
            match operator {
                Operator::Add => l + r,
                Operator::Subtract => l - r,
                Operator::Multiply => l * r,
                Operator::Divide => l / r,
                Operator::Power => crate::math::pow(l, r),
            }
        }
        Kind::If { comparison, left, right, then, otherwise } => {
            let (l, r) = (value_of(left, known), value_of(right, known));
            let holds = match comparison {
                Comparison::Less => l < r,
                Comparison::LessOrEqual => l <= r,
            };
            value_of(if holds { then } else { otherwise }, known)
        }
        Kind::Call { function, arguments, .. } => {
            let mut values = arguments.iter().map(|argument| value_of(argument, known));
            let first = values.next().unwrap_or(f64::NAN);
            match function.as_str() {
                "exp" => crate::math::exp(first),
                "ln" => crate::math::log(first),
                "log10" => crate::math::log10(first),
                "tanh" => crate::math::tanh(first),
                "sqrt" => crate::math::sqrt(first),
                "abs" => first.abs(),
                "min" => values.fold(first, f64::min),
                "max" => values.fold(first, f64::max),
                _ => f64::NAN,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{ACTIVITY, Quantity};

    fn known() -> KnownValues {
        let known = |text: &str| Quantity::parse(text).map(|q| KnownValue { value: q.value, dimension: q.dimension }).unwrap();
        [("weight", "70 kg"), ("bsa", "1.8097 m^2"), ("cycle", "3")].map(|(name, text)| (name.to_owned(), known(text))).into()
    }

    fn gbq(text: &str) -> f64 {
        Formula::read(text, &known(), ACTIVITY).unwrap().value(&known()) / Quantity::parse("1 GBq").unwrap().value
    }

    /// By hand: 100 MBq/kg × 70 kg = 7 GBq; the resin formula at 20 % involvement, 1.8097 − 0.2 + 0.2; TheraP's third cycle, 8.5 − 2 × 0.5.
    #[test]
    fn activities_by_weight_by_surface_and_by_cycle() {
        assert!((gbq("100 MBq/kg * weight") - 7.0).abs() < 1e-12);
        assert!((gbq("(bsa / 1 m^2 - 0.2 + 20 %) * 1 GBq") - 1.8097).abs() < 1e-12);
        assert!((gbq("8.5 GBq - 0.5 GBq * (cycle - 1)") - 7.5).abs() < 1e-12);
        assert!((gbq("min(7.4 GBq, if(weight < 50 kg, 5 GBq, 9 GBq))") - 7.4).abs() < 1e-12);
    }

    #[test]
    fn what_the_clinic_does_not_know_is_refused_by_name() {
        let fault = Formula::read("1 GBq * kidneys.density / 1 nmol * 1 L", &known(), ACTIVITY).unwrap_err();
        assert!(fault.message.contains("does not know `kidneys.density`"), "{fault:?}");
        assert!(
            Formula::read("1 GBq * [veins] / 1 nmol * 1 L", &known(), ACTIVITY).unwrap_err().message.contains("not known to the clinic")
        );
        assert!(Formula::read("weight", &known(), ACTIVITY).unwrap_err().message.contains("is needed"));
        assert!(Formula::read("7 GBq + weight", &known(), ACTIVITY).unwrap_err().message.contains("cannot add"));
    }
}
