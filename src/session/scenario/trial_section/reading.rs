//! Small readings that the parts of the section share.
use super::Against;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::quantity;
use crate::trial::design::PatientProperty;
use crate::units::{DIMENSIONLESS, Dimension, Unit};

/// A pure number between two ends, both allowed.
pub(super) fn between(node: &Node<'_>, low: f64, high: f64, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, DIMENSIONLESS, faults, what)?;
    if !(low..=high).contains(&value) {
        faults.error(node.place(), format!("{what} lies between {low} and {high}, this is {value}"));
        return None;
    }
    Some(value)
}

/// A value, bare or as `{value: …, source: …, provenance: …}`.
pub(super) fn valued<'f>(node: &Node<'f>, faults: &mut Faults) -> Option<Node<'f>> {
    if !node.is_mapping() {
        return Some(node.clone());
    }
    let mut fields = node.fields(faults, "`value` and `source`")?;
    let value = fields.require("value", faults);
    origin(&mut fields, "this value", faults);
    fields.finish(faults);
    value
}

/// Source and provenance of a number.
pub(super) struct NumberOrigin {
    pub source: Option<String>,
    pub provenance: Option<Provenance>,
}

impl NumberOrigin {
    pub fn words(&self) -> String {
        let provenance = self.provenance.map(|provenance| provenance.word());
        match (provenance, &self.source) {
            (Some(provenance), Some(source)) => format!("{provenance}: {source}"),
            (Some(provenance), None) => provenance.to_owned(),
            (None, Some(source)) => source.clone(),
            (None, None) => "no source".to_owned(),
        }
    }
}

/// `source` and `provenance`, of which one must be there.
pub(super) fn origin(fields: &mut Fields<'_>, what: &str, faults: &mut Faults) -> NumberOrigin {
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let provenance_node = fields.get("provenance");
    let provenance = provenance_node.as_ref().and_then(|node| node.one_of(faults, Provenance::CHOICES));
    if source.is_none() && provenance_node.is_none() {
        faults
            .error(fields.node().place(), format!("{what} has neither `source` nor `provenance`"))
            .help("write where it comes from, or `provenance: assumed`");
    }
    NumberOrigin { source, provenance }
}

/// A target of `dosimetry` by name.
pub(super) fn target(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults, what: &str) -> Option<usize> {
    let name = node.text(faults, "a target of `dosimetry`")?;
    let found = against.targets.iter().position(|target| target.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, against.targets.iter().map(|target| target.name.as_str()));
        faults.error(node.place(), format!("{what} is on `{name}`, which is no target")).help(help);
    }
    found
}

/// A property of a patient by name: itself, its dimension, the internal units of its number, and its value in the scenario's patient.
pub(super) struct Property {
    pub name: String,
    pub property: PatientProperty,
    pub dimension: Dimension,
    pub in_internal_units: f64,
    pub own: Option<f64>,
}

pub(super) fn property(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<Property> {
    let name = node.text(faults, "a parameter of the model, `clearance` or a covariate")?;
    let model = against.model;
    if let Some(at) = model.parameter(&name) {
        let parameter = &model.parameters[at];
        warn_same(&name, node, against, faults);
        let (property, dimension, own) = (PatientProperty::Parameter(at), parameter.dimension, Some(parameter.value));
        return Some(Property { name, property, dimension, in_internal_units: 1.0, own });
    }
    if let ("clearance", Some(kidneys)) = (name.as_str(), &against.regimens.physiology.kidneys) {
        let unit = Unit::parse("mL/min").ok()?;
        let (property, own) = (PatientProperty::Clearance, Some(kidneys.baseline_ml_per_min));
        return Some(Property { name, property, dimension: unit.dimension, in_internal_units: unit.in_internal_units, own });
    }
    if against.covariates.contains(&name) {
        let property = PatientProperty::Covariate(name.clone());
        return Some(Property { name, property, dimension: DIMENSIONLESS, in_internal_units: 1.0, own: None });
    }
    let names: Vec<&str> =
        model.parameters.iter().map(|parameter| parameter.path.as_str()).chain(against.covariates.iter().map(String::as_str)).collect();
    let message = if model.derived.iter().any(|derived| derived.path == name) {
        format!("`{name}` is derived: name the parameter that it follows from")
    } else {
        format!("there is no `{name}` that patients could differ by")
    };
    faults.error(node.place(), message).help(did_you_mean(&name, names));
    None
}

fn warn_same(name: &str, node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) {
    let varied = against.cohort.is_none() || against.covariates.iter().any(|covariate| covariate == name);
    if !varied {
        faults.warning(node.place(), format!("`{name}` does not differ between the patients of `cohort`")).help("vary it there");
    }
}
