//! What differs in the model and the physiology: `vary`.
use std::collections::BTreeSet;

use super::distribution::{Wanted, distribution};
use super::fitted::Fitted;
use super::varied_name::{names, varied, written};
use super::{Against, Draft};
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::trial::{Possible, Variation, Varied};

/// What patients change: nothing that they follow from may read these.
pub(super) struct Changed {
    /// Positions of the model's parameters that differ.
    pub parameters: BTreeSet<usize>,
    /// Names that have a formula.
    pub with_formula: BTreeSet<String>,
}

pub(super) fn changed(vary: Option<&Node<'_>>, formulas: Option<&Node<'_>>, fitted: Option<&Fitted>, against: &Against<'_>) -> Changed {
    let keys = |node: Option<&Node<'_>>| -> Vec<String> {
        node.map(|node| node.entries(&mut Faults::new(), "").into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    };
    let with_formula: BTreeSet<String> = keys(formulas).into_iter().collect();
    let of_file = fitted.iter().flat_map(|fitted| &fitted.population.parameters).map(|spread| spread.path.clone());
    let parameters = keys(vary)
        .into_iter()
        .chain(with_formula.iter().cloned())
        .chain(of_file)
        .filter_map(|name| match varied(&name, against.model, against.regimens) {
            Some(Varied::Parameter(at)) => Some(at),
            _ => None,
        })
        .collect();
    Changed { parameters, with_formula }
}

pub(super) fn variations(node: &Node<'_>, against: &Against<'_>, changed: &Changed, draft: &mut Draft, faults: &mut Faults) {
    for (name, entry) in node.entries(faults, "what differs between patients, by name") {
        match variation(name.clone(), &entry, against, changed, draft, faults) {
            Some(variation) => draft.variations.push(variation),
            None => {
                draft.broken.insert(name);
            }
        }
    }
}

/// What a name means, with the fault where it means nothing or something that differs already.
pub(super) fn find(name: &str, entry: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<Varied> {
    let found = varied(name, against.model, against.regimens);
    if found.is_none() {
        let known = names(against.model, against.regimens);
        let help = did_you_mean(name, known.iter().map(String::as_str));
        let message = if against.model.derived.iter().any(|derived| derived.path == name) {
            format!("`{name}` is derived: it follows from other values and cannot be varied")
        } else {
            format!("there is no `{name}` that could differ between patients")
        };
        faults.error(entry.key_place(), message).help(help);
    }
    found
}

/// What nobody can have of a quantity: as the patient's own value has it.
pub(super) fn possible(varied: Varied, against: &Against<'_>) -> Possible {
    let usual = varied.own(&against.model.parameter_values(), against.regimens).unwrap_or(1.0);
    Possible::like(usual, written(varied, against.model, against.regimens).dimension.is_dimensionless())
}

fn variation(
    name: String,
    entry: &Node<'_>,
    against: &Against<'_>,
    changed: &Changed,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Variation> {
    let found = find(&name, entry, against, faults);
    if let Some(before) = found.and_then(|varied| draft.variations.iter().find(|one| one.varied == varied)) {
        faults.error(entry.key_place(), format!("`{name}` and `{}` are the same quantity: vary it once", before.name));
        return None;
    }
    let shown = found.map(|varied| written(varied, against.model, against.regimens));
    let own = found.and_then(|varied| varied.own(&against.model.parameter_values(), against.regimens));
    let wanted = Wanted {
        name: &name,
        dimension: shown.as_ref().map(|written| written.dimension),
        internal_per_held: found.map_or(1.0, Varied::internal_per_held),
        own: own.filter(|_| !changed.with_formula.contains(&name)),
        relative: true,
        possible: found.map(|varied| possible(varied, against)),
    };
    let read = distribution(entry, &wanted, against, draft, faults)?;
    if let Some(Varied::Parameter(position)) = found {
        warn_of_masses(&name, position, entry, against, faults);
    }
    draft.assumptions.push(format!("between patients `{name}` varies {}", read.words));
    let (varied, shown) = (found?, shown?);
    Some(Variation {
        name,
        varied,
        unit: shown.unit,
        internal_per_unit: shown.internal_per_unit,
        formula: None,
        spread: Some(read.distribution),
        possible: possible(varied, against),
    })
}

/// A mass that differs while its S-value stays.
pub(super) fn warn_of_masses(name: &str, position: usize, entry: &Node<'_>, against: &Against<'_>, faults: &mut Faults) {
    let lesions = &against.regimens.physiology.lesions;
    let volume = lesions.iter().any(|lesion| lesion.volume_parameter.is_some_and(|(at, _)| at == position));
    let organ = name.rsplit_once('.').map(|(organ, _)| organ);
    let is_mass = name.ends_with(".volume") || name.ends_with(".mass");
    if is_mass && !volume && organ.is_some_and(|organ| against.targets.iter().any(|target| target.name == organ)) {
        let message = format!("`{name}` differs between patients, but the S-value of `{}` stays that of one mass", organ.unwrap_or(""));
        faults
            .warning(entry.key_place(), message)
            .help("name it under `physiology: {lesions: …}` to scale the self-dose, or vary the uptake instead");
    }
}
