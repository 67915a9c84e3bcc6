//! What is known of each patient: `covariates`, in the order in which they are drawn or reckoned.
use super::distribution::{Wanted, distribution};
use super::variation::Changed;
use super::varied_name::varied;
use super::{Against, Draft, tell};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::trial::{Covariate, CovariateOrigin, Names, Possible, Source, Term};
use crate::units::Dimension;

pub(super) fn covariates(node: &Node<'_>, against: &Against<'_>, changed: &Changed, draft: &mut Draft, faults: &mut Faults) {
    let mut names = unchanged(against, changed);
    for (name, entry) in node.entries(faults, "covariates by name, such as `weight: {median: 80 kg, cv: 18 %}`") {
        let Some((covariate, dimension, words)) = covariate(name.clone(), &entry, against, &names, draft, faults) else {
            names.add_broken(&name);
            draft.broken.insert(name);
            continue;
        };
        add(&mut names, draft.covariates.len(), &covariate, dimension);
        check_known(&entry, &covariate, dimension, against, faults);
        draft.assumptions.push(format!("between patients `{}` is drawn {words}", covariate.name));
        draft.covariates.push(covariate);
        draft.dimensions.push(dimension);
    }
}

/// The names that what patients follow from may read: the model's values that nothing changes.
pub(super) fn unchanged(against: &Against<'_>, changed: &Changed) -> Names {
    let mut names = Names::default();
    for (position, parameter) in against.model.parameters.iter().enumerate() {
        if changed.parameters.contains(&position) {
            let why = format!("`{}` is drawn or follows itself: write the formula in covariates", parameter.path);
            names.refuse(&parameter.path, why);
        } else {
            names.add(&parameter.path, Source::Parameter(position), parameter.dimension);
        }
    }
    for derived in &against.model.derived {
        names
            .refuse(&derived.path, format!("`{}` is derived in the model, after patients are drawn: write its formula here", derived.path));
    }
    names
}

/// Lets formulas read a covariate.
pub(super) fn add(names: &mut Names, position: usize, covariate: &Covariate, dimension: Dimension) {
    if covariate.categories.is_empty() {
        names.add(&covariate.name, Source::Covariate(position), dimension);
    } else {
        names.add_categories(&covariate.name, position, &covariate.categories);
    }
}

fn covariate(
    name: String,
    entry: &Node<'_>,
    against: &Against<'_>,
    names: &Names,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<(Covariate, Dimension, String)> {
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let mut sound = true;
    if !is_name || !name.starts_with(|c: char| c.is_ascii_lowercase()) || ["cycle", "and", "or", "not"].contains(&name.as_str()) {
        let message = format!("`{name}` cannot be a covariate: a name has small letters, digits and `_`, and is no word of a rule");
        faults.error(entry.key_place(), message);
        sound = false;
    }
    if against.model.parameter(&name).is_some() || against.model.derived.iter().any(|derived| derived.path == name) {
        faults
            .error(entry.key_place(), format!("model `{}` has `{name}` itself", against.model.name))
            .help(format!("put it under `vary`, or call the covariate otherwise and let the model's follow: `parameters: {{{name}: …}}`"));
        sound = false;
    } else if varied(&name, against.model, against.regimens).is_some() {
        faults
            .error(entry.key_place(), format!("`{name}` is of `physiology`"))
            .help("put it under `vary`, or call the covariate otherwise");
        sound = false;
    }
    let formula_node = if entry.is_mapping() { entry.entries(faults, "").into_iter().find(|(key, _)| key == "formula") } else { None };
    let is_formula = formula_node.is_some() || entry.is_scalar();
    if is_formula {
        let (term, dimension, text) = formula(entry, names, faults)?;
        let covariate = Covariate {
            name,
            unit: dimension.internal_unit(),
            internal_per_unit: 1.0,
            categories: Vec::new(),
            origin: CovariateOrigin::Formula(term),
            possible: Possible::Any,
        };
        return sound.then_some((covariate, dimension, format!("by the formula {text}")));
    }
    let wanted = Wanted { name: &name, dimension: None, internal_per_held: 1.0, own: None, relative: false, possible: None };
    let read = distribution(entry, &wanted, against, draft, faults)?;
    let covariate = Covariate {
        name: name.clone(),
        unit: read.unit,
        internal_per_unit: read.internal_per_unit,
        categories: read.labels,
        origin: CovariateOrigin::Drawn(read.distribution),
        possible: read.possible,
    };
    sound.then_some((covariate, read.dimension, read.words))
}

/// `"0.9 * weight"` or `{formula: "0.9 * weight", source: …}`: the term, its dimension and its text with the source.
pub(super) fn formula(entry: &Node<'_>, names: &Names, faults: &mut Faults) -> Option<(Term, Dimension, String)> {
    let expected = "a formula of covariates, such as `0.9 * weight`";
    let (node, origin) = if entry.is_mapping() {
        let mut fields = entry.fields(faults, "`{formula: …, source: …}`")?;
        let node = fields.require("formula", faults);
        let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
        let provenance = fields.get("provenance").and_then(|node| node.text(faults, "how sure it is"));
        fields.finish(faults);
        (node?, super::origin_words(source.as_deref(), provenance.as_deref()))
    } else {
        (entry.clone(), super::origin_words(None, None))
    };
    let text = node.text(faults, expected)?;
    if names.reads_broken(&text) {
        return None;
    }
    match Term::read(&text, names, 0) {
        Ok((term, dimension)) => Some((term, dimension, format!("{text} ({origin})"))),
        Err(fault) => {
            tell(&node, fault, faults);
            None
        }
    }
}

/// A value that the clinic records under the same name becomes that of each patient.
fn check_known(entry: &Node<'_>, covariate: &Covariate, dimension: Dimension, against: &Against<'_>, faults: &mut Faults) {
    if let Some(known) = against.regimens.known.get(&covariate.name)
        && known.dimension != dimension
    {
        let message = format!("the clinic knows `{}` as {}, here it is {dimension}", covariate.name, known.dimension);
        faults.error(entry.key_place(), message);
    }
}
