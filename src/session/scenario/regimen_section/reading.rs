//! Small readings that the parts of the section share.
use super::super::reading::positive;
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{Formula, KnownValues};
use crate::units::{DOSE, Dimension, TIME, Unit};

/// Each region has draws of noise of its own for so many scans in a cycle.
const MOST_SCANS: usize = 64;

/// A dose in Gy.
pub(super) fn gray(node: &Node<'_>, faults: &mut Faults, what: &str) -> Option<f64> {
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    Some(positive(node, DOSE, faults, what)? / gray)
}

/// A target of `dosimetry` by name.
pub(super) fn target(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults, what: &str) -> Option<usize> {
    let name = node.text(faults, "a target of `dosimetry`")?;
    let found = targets.iter().position(|target| target.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, targets.iter().map(|target| target.name.as_str()));
        faults.error(node.place(), format!("{what} is on `{name}`, which is no target")).help(help);
    }
    found
}

/// A parameter of the model by path: its position.
pub(super) fn parameter(place: &Place, path: &str, model: &Model, faults: &mut Faults) -> Option<usize> {
    let found = model.parameter(path);
    if found.is_none() {
        let derived = model.derived.iter().any(|derived| derived.path == path);
        let message = if derived {
            format!("`{path}` is derived: it follows from other values and cannot be changed")
        } else {
            format!("model `{}` has no parameter `{path}`", model.name)
        };
        let fault = faults.error(place.clone(), message);
        if !derived {
            fault.help(did_you_mean(path, model.parameters.iter().map(|parameter| parameter.path.as_str())));
        }
    }
    found
}

/// A formula of a rule.
pub(super) fn formula(node: &Node<'_>, known: &KnownValues, wanted: Dimension, faults: &mut Faults, what: &str) -> Option<Formula> {
    let text = node.text(faults, what)?;
    match Formula::read(&text, known, wanted) {
        Ok(formula) => Some(formula),
        Err(fault) => {
            let found = faults.error(node.place_of_offset(fault.start, fault.end), format!("{what}: {}", fault.message));
            if let Some(help) = fault.help {
                found.help(help);
            }
            None
        }
    }
}

/// Rising times after the administration.
pub(super) fn rising_times(list: &Node<'_>, interval_min: Option<f64>, faults: &mut Faults) -> Vec<f64> {
    let mut times = Vec::new();
    for item in &list.items(faults, "scan times after the administration such as `[4 h, 24 h, 96 h]`") {
        let time = positive(item, TIME, faults, "a scan time");
        if let (Some(time), Some(before)) = (time, times.last())
            && time <= *before
        {
            faults.error(item.place(), "scan times must rise: this scan is not after the one before it");
        }
        times.extend(time);
    }
    if times.len() > MOST_SCANS {
        faults.error(list.place(), format!("a region has at most {MOST_SCANS} scans in a cycle, these are {}", times.len()));
    }
    if let Some(interval) = interval_min
        && times.last().is_some_and(|last| *last >= interval)
    {
        faults.error(list.place(), "the last scan must lie before the next cycle");
    }
    times
}

/// A value, bare or as `{value: …, source: …, provenance: …}`.
pub(super) fn valued<'f>(node: &Node<'f>, faults: &mut Faults) -> Option<Node<'f>> {
    if !node.is_mapping() {
        return Some(node.clone());
    }
    let mut fields = node.fields(faults, "`value` and `source`")?;
    let value = fields.require("value", faults);
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    value
}
