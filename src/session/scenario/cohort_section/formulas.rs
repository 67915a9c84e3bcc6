//! Parameters that follow from covariates: `parameters: {clearance: "5.92 L/h * (weight / (70 kg))^0.75"}`. What varies about the patient's own value then varies about this.
use super::covariates::{add, formula, unchanged};
use super::variation::{Changed, find, possible, warn_of_masses};
use super::varied_name::written;
use super::{Against, Draft};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::trial::{Variation, Varied};

pub(super) fn formulas(node: &Node<'_>, against: &Against<'_>, changed: &Changed, draft: &mut Draft, faults: &mut Faults) {
    let mut names = unchanged(against, changed);
    for (position, (covariate, dimension)) in draft.covariates.iter().zip(&draft.dimensions).enumerate() {
        add(&mut names, position, covariate, *dimension);
    }
    draft.broken.iter().for_each(|name| names.add_broken(name));
    for (name, entry) in node.entries(faults, "formulas of covariates by the parameter that they give") {
        let varied = find(&name, &entry, against, faults);
        let read = formula(&entry, &names, faults);
        let (Some(varied), Some((term, dimension, text))) = (varied, read) else { continue };
        let shown = written(varied, against.model, against.regimens);
        if shown.dimension != dimension {
            faults.error(entry.place(), format!("`{name}` is {}, the formula gives {dimension}", shown.dimension));
            continue;
        }
        draft.assumptions.push(format!("`{name}` follows covariates: {text}"));
        if let Some(known) = draft.variations.iter_mut().find(|one| one.varied == varied) {
            if known.formula.is_some() {
                faults.error(entry.key_place(), format!("`{name}` and `{}` are the same quantity: one formula is enough", known.name));
            } else if !known.spread.as_ref().is_some_and(crate::trial::Distribution::is_relative) {
                let message = format!("`{name}` has a distribution of its own, which leaves nothing to the formula");
                faults.error(entry.key_place(), message).help("give it a spread about the formula: `vary` with `cv` alone");
            }
            known.formula = Some(term);
            continue;
        }
        if let Varied::Parameter(at) = varied {
            warn_of_masses(&name, at, &entry, against, faults);
        }
        draft.variations.push(Variation {
            name,
            varied,
            unit: shown.unit,
            internal_per_unit: shown.internal_per_unit,
            formula: Some(term),
            spread: None,
            possible: possible(varied, against),
        });
    }
}
