//! Who is eligible: `include` and `exclude`, rules about covariates, varied quantities and values of the model. And the names that rules may read.
use super::varied_name::written;
use super::{Against, Draft, tell};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::trial::{Condition, Names, Rule, Source, Varied};

pub(super) fn names(against: &Against<'_>, draft: &Draft) -> Names {
    let mut names = Names::default();
    for (position, parameter) in against.model.parameters.iter().enumerate() {
        names.add(&parameter.path, Source::Parameter(position), parameter.dimension);
    }
    for derived in &against.model.derived {
        names.add(&derived.path, Source::Derived(derived.node.0 as usize), derived.dimension);
    }
    for (position, one) in draft.variations.iter().enumerate() {
        let source = match one.varied {
            Varied::Parameter(at) => Source::Parameter(at),
            other => Source::Varied(position, other.internal_per_held()),
        };
        names.add(&one.name, source, written(one.varied, against.model, against.regimens).dimension);
    }
    for (position, (covariate, dimension)) in draft.covariates.iter().zip(&draft.dimensions).enumerate() {
        super::covariates::add(&mut names, position, covariate, *dimension);
    }
    draft.broken.iter().for_each(|name| names.add_broken(name));
    names
}

pub(super) fn rules(node: &Node<'_>, include: bool, names: &Names, faults: &mut Faults) -> Vec<Rule> {
    let items = if node.is_scalar() { vec![node.clone()] } else { node.items(faults, "rules, such as `[\"gfr >= 40 mL/min\"]`") };
    items.iter().filter_map(|item| condition(item, names, faults)).map(|condition| Rule { include, condition }).collect()
}

pub(super) fn condition(node: &Node<'_>, names: &Names, faults: &mut Faults) -> Option<Condition> {
    let text = node.text(faults, "a rule, such as `gfr >= 40 mL/min`")?;
    if names.reads_broken(&text) {
        return None;
    }
    match Condition::read(&text, names) {
        Ok(condition) => Some(condition),
        Err(fault) => {
            tell(node, fault, faults);
            None
        }
    }
}
