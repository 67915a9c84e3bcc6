//! Correlations of normal scores: `correlations: [{between: [weight, kidneys.volume], value: 0.6, source: …}]`, and those of a fitted population file.
use super::fitted::Fitted;
use super::{Draft, origin_words};
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::trial::{Correlation, CovariateOrigin, Scores};

pub(super) fn correlations(
    node: Option<&Node<'_>>,
    population_node: Option<&Node<'_>>,
    fitted: Option<&Fitted>,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Scores> {
    let mut found: Vec<Correlation> = fitted.map(|fitted| of_file(fitted, draft)).unwrap_or_default();
    let mut whole = true;
    for entry in node.map(|node| node.items(faults, "a list of correlations")).unwrap_or_default() {
        match one(&entry, &found, draft, faults) {
            Some((correlation, words)) => {
                draft.assumptions.push(words);
                found.push(correlation);
            }
            None => whole = false,
        }
    }
    match Scores::new(&found) {
        Ok(scores) => whole.then_some(scores),
        Err(fault) => {
            let name = |entry: usize| name_of(entry, draft);
            let pairs: Vec<String> = fault.pairs.iter().map(|(a, b)| format!("`{}` and `{}`", name(*a), name(*b))).collect();
            let value = fault.smallest_eigenvalue;
            let message =
                format!("these correlations contradict each other: their matrix is not positive definite (smallest eigenvalue {value:.3})");
            if let Some(node) = node.or(population_node) {
                faults.error(node.place(), message).help(format!("look at {}", pairs.join(", ")));
            }
            None
        }
    }
}

fn name_of(entry: usize, draft: &Draft) -> String {
    match draft.covariates.get(entry) {
        Some(covariate) => covariate.name.clone(),
        None => draft.variations.get(entry - draft.covariates.len()).map_or_else(String::new, |one| one.name.clone()),
    }
}

/// Those of a fitted population file.
fn of_file(fitted: &Fitted, draft: &Draft) -> Vec<Correlation> {
    let population = &fitted.population;
    let entry = |at: usize| {
        let path = &population.parameters[at].path;
        draft.variations.iter().position(|one| one.name == *path).map(|position| draft.covariates.len() + position)
    };
    let mut found = Vec::new();
    for b in 0..population.parameters.len() {
        for a in 0..b {
            let value = population.correlation[(a, b)];
            if let (true, Some(a), Some(b)) = (value != 0.0, entry(a), entry(b)) {
                found.push(Correlation { between: (a, b), value });
            }
        }
    }
    found
}

fn one(entry: &Node<'_>, before: &[Correlation], draft: &Draft, faults: &mut Faults) -> Option<(Correlation, String)> {
    let mut fields = entry.fields(faults, "a correlation such as `{between: [weight, kidneys.volume], value: 0.6}`")?;
    let between = fields.require("between", faults);
    let items = between.as_ref().map(|node| node.items(faults, "two quantities")).unwrap_or_default();
    let value_node = fields.require("value", faults);
    let value = value_node.as_ref().and_then(|node| node.number(faults, "a correlation between -1 and 1"));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let provenance = fields.get("provenance").and_then(|node| node.text(faults, "how sure it is"));
    fields.finish(faults);
    let entries: Vec<Option<usize>> = items.iter().map(|item| scored(item, draft, faults)).collect();
    if let (Some(node), Some(value)) = (&value_node, value)
        && !(value > -1.0 && value < 1.0)
    {
        faults.error(node.place(), "a correlation lies between -1 and 1, both excluded");
        return None;
    }
    match entries.as_slice() {
        [Some(a), Some(b)] if a == b => {
            faults.error(entry.place(), "a quantity is not correlated with itself");
            None
        }
        [Some(a), Some(b)] => {
            let pair = (*a.min(b), *a.max(b));
            if before.iter().any(|other| (other.between.0.min(other.between.1), other.between.0.max(other.between.1)) == pair) {
                faults.error(
                    entry.place(),
                    format!("the correlation of `{}` and `{}` is given twice", name_of(*a, draft), name_of(*b, draft)),
                );
                return None;
            }
            let value = value?;
            let words = format!(
                "the normal scores of `{}` and `{}` are correlated by {value} ({})",
                name_of(*a, draft),
                name_of(*b, draft),
                origin_words(source.as_deref(), provenance.as_deref())
            );
            Some((Correlation { between: (*a, *b), value }, words))
        }
        other => {
            if let Some(node) = between.as_ref().filter(|node| node.is_sequence() && other.len() != 2) {
                faults.error(node.place(), "a correlation is between two quantities");
            }
            None
        }
    }
}

/// The entry of a name, where it has a normal score.
fn scored(item: &Node<'_>, draft: &Draft, faults: &mut Faults) -> Option<usize> {
    let name = item.text(faults, "a quantity")?;
    if draft.broken.contains(&name) {
        return None;
    }
    let covariates = draft.covariates.iter().map(|covariate| {
        let has_score = matches!(&covariate.origin, CovariateOrigin::Drawn(distribution) if distribution.has_score());
        (covariate.name.as_str(), has_score)
    });
    let variations = draft.variations.iter().map(|one| (one.name.as_str(), one.spread.as_ref().is_some_and(|spread| spread.has_score())));
    let all: Vec<(&str, bool)> = covariates.chain(variations).collect();
    let Some(position) = all.iter().position(|(known, _)| *known == name) else {
        let help = did_you_mean(&name, all.iter().map(|(known, _)| *known));
        faults.error(item.place(), format!("`{name}` is not drawn")).help(help);
        return None;
    };
    if !all[position].1 {
        let message = format!("`{name}` has no normal score: only log-normal, normal and uniform quantities can be correlated");
        faults.error(item.place(), message).help("categories depend on each other by `by`, people of a table come with theirs");
        return None;
    }
    Some(position)
}
