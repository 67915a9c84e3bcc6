//! The concentration in a compartment is its amount over its own volume.
//!
//! Walks `rate:` and `k:` expressions and the definitions they use as chains of factors, `a · b / c / d`. Where an amount stands above and
//! a volume below, the volume must be that of the compartment (by value). For `k:` the amount is that of the flow's origin. Amounts of
//! compartments without a volume (a bound fraction per organ volume) may be divided by any.
use std::collections::HashSet;

use super::finding::Findings;
use super::reckon::reckon;
use super::show::{quantity, quantity_like};
use super::{Case, nearly};
use crate::model::document::{FlowKind, Formula};
use crate::model::expr::syntax::{Expression, Kind, Operator};
use crate::model::flatten::{Meaning, Scope};
use crate::units::VOLUME;

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let flat = &case.assembled.flat;
    let mut seen = HashSet::new();
    for (entry, scope) in &flat.flows {
        let origin = flat.find(&entry.from.1, scope).and_then(|path| match flat.symbols[path].meaning {
            Meaning::Compartment(position) => Some(position),
            _ => None,
        });
        match &entry.kind {
            FlowKind::Rate(formula) => Walk { case, formula, scope, findings }.formula(None, &mut seen),
            FlowKind::FirstOrder(formula) => Walk { case, formula, scope, findings }.formula(origin, &mut seen),
            _ => {}
        }
    }
}

struct Walk<'w, 'c, 'f> {
    case: &'w Case<'c, 'f>,
    formula: &'w Formula<'f>,
    scope: &'w Scope,
    findings: &'w mut Findings,
}

impl Walk<'_, '_, '_> {
    /// Walks the whole expression, then the definitions that it names. `multiplied` is the amount that the whole is multiplied with.
    fn formula(&mut self, multiplied: Option<usize>, seen: &mut HashSet<String>) {
        let Some(tree) = &self.formula.tree else { return };
        self.chain(tree, multiplied);
        let flat = &self.case.assembled.flat;
        let mut names = Vec::new();
        tree.walk(&mut |part| {
            if let Kind::Name { path, .. } = &part.kind {
                names.extend(flat.find(path, self.scope));
            }
        });
        for path in names {
            let symbol = &flat.symbols[path];
            if let Meaning::Definition(formula) = &symbol.meaning
                && seen.insert(path.to_string())
            {
                Walk { case: self.case, formula, scope: &symbol.scope, findings: self.findings }.formula(None, seen);
            }
        }
    }

    /// One chain of factors; every factor that is no product itself is walked for chains inside.
    fn chain(&mut self, tree: &Expression, multiplied: Option<usize>) {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        factors(tree, true, &mut above, &mut below);
        let mut amounts: Vec<usize> = multiplied.into_iter().collect();
        for factor in &above {
            amounts.extend(self.amounts_of(factor));
        }
        for factor in &below {
            self.compare(tree, factor, &amounts);
        }
        for factor in above.into_iter().chain(below) {
            match &factor.kind {
                Kind::Number { .. } | Kind::Name { .. } | Kind::Concentration { .. } => {}
                // a sum in brackets: its parts are multiplied like the whole, `(Q / v_a - Q / v_b) * amount`
                Kind::Binary(_, left, right) => {
                    self.chain(left, None);
                    self.chain(right, None);
                }
                Kind::Negative(inner) => self.chain(inner, None),
                Kind::If { left, right, then, otherwise, .. } => {
                    for part in [left, right, then, otherwise] {
                        self.chain(part, None);
                    }
                }
                Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| self.chain(argument, None)),
            }
        }
    }

    /// Compartments whose amounts a factor of the dimension of an amount names.
    fn amounts_of(&self, factor: &Expression) -> Vec<usize> {
        let flat = &self.case.assembled.flat;
        let mut found = Vec::new();
        if reckon(self.case, factor, self.scope).is_some_and(|(_, dimension)| dimension == self.case.assembled.model.amount) {
            factor.walk(&mut |part| {
                if let Kind::Name { path, .. } = &part.kind
                    && let Some(full) = flat.find(path, self.scope)
                    && let Meaning::Compartment(position) = flat.symbols[full].meaning
                {
                    found.push(position);
                }
            });
        }
        found
    }

    fn compare(&mut self, tree: &Expression, factor: &Expression, amounts: &[usize]) {
        let volumes: Option<Vec<f64>> = amounts.iter().map(|compartment| self.case.volume(*compartment)).collect();
        let Some((Some(divisor), dimension)) = reckon(self.case, factor, self.scope) else { return };
        let (Some(volumes), Some(&compartment)) = (volumes, amounts.first()) else { return };
        if dimension != VOLUME || volumes.iter().any(|own| nearly(*own, divisor, 1e-9)) {
            return;
        }
        let path = self.case.path(compartment);
        let written = &self.formula.text[factor.span.start..factor.span.end];
        let value = quantity(divisor, VOLUME);
        let shown = if written == value { format!("`{written}`") } else { format!("`{written}` = {value}") };
        let message =
            format!("the amount in `{path}` is divided by {shown}, its own volume is {}", quantity_like(volumes[0], divisor, VOLUME));
        let local = path.rsplit('.').next().unwrap_or(path);
        let place = self.formula.place_of(if factor.span.end > factor.span.start { factor.span } else { tree.span });
        let owner = self.owner_of(divisor, compartment);
        let finding = self.findings.add(place, message, &[path]);
        if let Some(owner) = owner {
            finding.fault().label(format!("this is the volume of `{owner}`"));
        }
        finding.fault().help(format!("write the concentration as `[{local}]`: it divides by the right volume"));
        if let (Some(organ), Some(used_by)) = (&self.scope.organ, &self.scope.used_by) {
            finding.fault().related(used_by.clone(), format!("used by organ `{organ}`"));
            finding.shared_by(organ);
        }
    }

    /// The compartment that has this volume, one of the same organ first.
    fn owner_of(&self, volume: f64, other: usize) -> Option<String> {
        let other_organ = |position: &usize| self.case.organ(*position).map(|o| o.0) != self.case.organ(other).map(|o| o.0);
        let mut owners: Vec<usize> = (0..self.case.assembled.model.compartments.len())
            .filter(|position| self.case.volume(*position).is_some_and(|own| nearly(own, volume, 1e-9)))
            .collect();
        owners.sort_by_key(other_organ);
        owners.first().map(|position| self.case.path(*position).to_string())
    }
}

/// Splits a product into the factors above and below the line.
fn factors<'e>(tree: &'e Expression, up: bool, above: &mut Vec<&'e Expression>, below: &mut Vec<&'e Expression>) {
    match &tree.kind {
        Kind::Binary(Operator::Multiply, left, right) => {
            factors(left, up, above, below);
            factors(right, up, above, below);
        }
        Kind::Binary(Operator::Divide, left, right) => {
            factors(left, up, above, below);
            factors(right, !up, above, below);
        }
        Kind::Negative(inner) => factors(inner, up, above, below),
        _ if up => above.push(tree),
        _ => below.push(tree),
    }
}
