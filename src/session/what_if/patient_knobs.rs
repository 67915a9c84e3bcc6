//! The knobs of the patient: what the scenario states, a fit gives or a cohort varies, then covariates; last every other parameter of the model.
use super::edit::{Step, child, find, keys};
use super::knobs::{Knob, KnobGroup, number_and_unit};
use crate::model::Model;
use crate::model::checked::Parameter;
use crate::model::diagnostic::Faults;
use crate::model::yaml::YamlFile;
use crate::session::scenario::Scenario;
use crate::units::Unit;

/// Paths of the parameters that the scenario's own fit would find.
pub(super) fn fitted_paths(scenario: &Scenario) -> Vec<String> {
    let Some(fit) = &scenario.fit else { return Vec::new() };
    let channels: Vec<&str> = scenario.data.iter().flat_map(|data| &data.channels).map(|(name, _)| name.as_str()).collect();
    let mut found: Vec<String> = Vec::new();
    for parameter in &fit.parameters {
        match parameter.path.contains("{channel}") {
            true => found.extend(channels.iter().map(|channel| parameter.path.replace("{channel}", channel))),
            false => found.push(parameter.path.clone()),
        }
    }
    found.retain(|path| scenario.model.parameter(path).is_some());
    found
}

/// Names under a way of the text, in their order.
fn names(file: &YamlFile, way: &[&str]) -> Vec<String> {
    let entries = find(&file.root(), &keys(way)).map(|node| node.entries(&mut Faults::new(), "")).unwrap_or_default();
    entries.into_iter().map(|(key, _)| key).collect()
}

pub(super) fn of(scenario: &Scenario, file: &YamlFile, found: &mut Vec<Knob>) {
    let model = &scenario.model;
    let mut first: Vec<String> = names(file, &["patient", "values"]);
    first.extend(fitted_paths(scenario));
    first.extend(scenario.uncertainty.iter().flat_map(|known| known.spread.positions()).map(|at| model.parameters[*at].path.clone()));
    first.extend(scenario.cohort.iter().flat_map(|cohort| &cohort.plan.population.variations).map(|one| one.name.clone()));
    let mut put = std::collections::BTreeSet::new();
    for path in &first {
        if let Some(at) = model.parameter(path)
            && put.insert(path.clone())
        {
            found.push(parameter(&model.parameters[at], KnobGroup::Patient, file));
        }
    }
    for name in names(file, &["regimens", "clinic", "covariates"]) {
        found.extend(covariate(name, file));
    }
    found.extend(rest(model, &put).map(|one| parameter(one, KnobGroup::Model, file)));
}

fn rest<'m>(model: &'m Model, put: &std::collections::BTreeSet<String>) -> impl Iterator<Item = &'m Parameter> {
    model.parameters.iter().filter(|parameter| !put.contains(&parameter.path))
}

fn covariate(name: String, file: &YamlFile) -> Option<Knob> {
    let way = keys(&["regimens", "clinic", "covariates", &name]);
    let node = find(&file.root(), &way)?;
    let text = node.scalar_text().or_else(|| child(&node, &Step::Key("value".into()))?.scalar_text())?;
    let (value, unit) = number_and_unit(&text)?;
    Some(Knob { range: (None, None), ..Knob::number(name.clone(), name, KnobGroup::Patient, &unit, value, way) })
}

fn parameter(parameter: &Parameter, group: KnobGroup, file: &YamlFile) -> Knob {
    let same = |value: f64, unit: &Unit| unit.dimension == parameter.dimension && value * unit.in_internal_units == parameter.value;
    let (value, unit) = number_and_unit(&parameter.text)
        .filter(|(value, unit)| Unit::parse(unit).is_ok_and(|unit| same(*value, &unit)))
        .unwrap_or_else(|| (parameter.value, parameter.dimension.internal_unit()));
    let size = Unit::parse(&unit).map_or(1.0, |unit| unit.in_internal_units);
    let range = parameter.range.map_or((None, None), |(low, high)| (Some(low / size), Some(high / size)));
    let way = vec![Step::Key("patient".into()), Step::Key("values".into()), Step::Key(parameter.path.clone())];
    let written = find(&file.root(), &way).is_some_and(|node| node.is_mapping());
    let path = parameter.path.clone();
    Knob { range, with_origin: !written, ..Knob::number(path.clone(), path, group, &unit, value, way) }
}
