//! Values where a body can have them: the author's own `range:`, our plausibility bounds, and signs that nothing physical has.
use std::collections::BTreeMap;

use super::Case;
use super::finding::Findings;
use super::plausible;
use super::show::{number, quantity, quantity_like};
use crate::model::checked::FlowKind;
use crate::model::diagnostic::{Place, Severity};
use crate::units::{Dimension, LENGTH, MASS, RATE, VOLUME, VOLUME_FLOW};

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    let places: BTreeMap<&str, &Place> = model
        .parameters
        .iter()
        .map(|parameter| (parameter.path.as_str(), &parameter.place))
        .chain(model.derived.iter().map(|derived| (derived.path.as_str(), &derived.place)))
        .collect();
    let ranges = model.parameters.iter().map(|parameter| (&parameter.path, parameter.range));
    let authors: BTreeMap<&str, (f64, f64)> = ranges
        .chain(model.derived.iter().map(|derived| (&derived.path, derived.range)))
        .filter_map(|(path, range)| range.map(|range| (path.as_str(), range)))
        .collect();
    for (path, (value, dimension)) in &case.named {
        let Some(place) = places.get(path.as_str()).map(|place| (*place).clone()) else { continue };
        let shown = quantity(*value, *dimension);
        if !value.is_finite() {
            let message = format!("`{path}` is {}", number(*value));
            findings
                .add_as(Severity::Error, place, message, &[path])
                .fault()
                .help("look for a division by zero or the logarithm of a negative number");
        } else if is_never_negative(*dimension) && *value < 0.0 {
            findings.add_as(Severity::Error, place, format!("`{path}` is negative: {shown}"), &[path]);
        } else if let Some((low, high)) = authors.get(path.as_str()) {
            if value < low || value > high {
                let (low, high) = (quantity_like(*low, *value, *dimension), quantity_like(*high, *value, *dimension));
                findings.add(place, format!("`{path}` is {shown}, its `range` is {low} to {high}"), &[path]);
            }
        } else if let Some(bound) = plausible::bound(path, *dimension).filter(|bound| *value < bound.low || *value > bound.high) {
            let (low, high) = (quantity_like(bound.low, bound.high, *dimension), quantity(bound.high, *dimension));
            let message = format!("`{path}` is {shown}, {} lies between {low} and {high}", bound.what);
            let help = "a plausibility bound of this program; if the value is right, say so with `range: [low, high]`";
            findings.add(place, message, &[path]).fault().help(help);
        }
    }
    volumes_and_flows(case, findings);
    organs_against_weight(case, findings, &places);
}

fn is_never_negative(dimension: Dimension) -> bool {
    [VOLUME, VOLUME_FLOW, MASS, LENGTH, LENGTH.power(2), VOLUME_FLOW.over(MASS)].contains(&dimension)
}

fn volumes_and_flows(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    for (position, compartment) in model.compartments.iter().enumerate() {
        let Some(volume) = case.volume(position).filter(|volume| volume.is_nan() || *volume <= 0.0) else { continue };
        let message = format!("the volume of `{}` is {}", compartment.path, quantity(volume, VOLUME));
        let finding = findings.add_as(Severity::Error, case.compartment_place(position), message, &[&compartment.path]);
        finding.fault().help("a volume must be above 0, or there is no concentration");
    }
    for (position, flow) in model.flows.iter().enumerate() {
        // the way back of an exchange has the same coefficient
        let before = position.checked_sub(1).map(|before| &model.flows[before]);
        if flow.kind == FlowKind::Exchange && before.is_some_and(|before| before.place == flow.place && before.to == flow.from) {
            continue;
        }
        let Some(node) = flow.coefficient.filter(|node| !model.graph.varies(*node)) else { continue };
        let (value, dimension) = (case.value(node), if flow.kind == FlowKind::FirstOrder { RATE } else { VOLUME_FLOW });
        let (from, to) = (case.path(flow.from), case.path(flow.to));
        let (severity, words) = match value {
            _ if !value.is_finite() => (Severity::Error, "is"),
            _ if value < 0.0 => (Severity::Error, "is negative:"),
            _ if value == 0.0 && flow.kind == FlowKind::Carried => (Severity::Warning, "is"),
            _ => continue,
        };
        let place = flow.organ.as_ref().map_or_else(|| flow.place.clone(), |(_, place)| place.clone());
        let message = format!("the flow from `{from}` to `{to}` {words} {}", quantity(value, dimension));
        let finding = findings.add_as(severity, place, message, &[from, to]);
        finding.fault().help(format!("it is `{}`", flow.text));
    }
}

/// Organs are parts of the body: at 1 kg/L none is heavier than it, nor are all together (10 % left for tumours and rounding).
fn organs_against_weight(case: &Case<'_, '_>, findings: &mut Findings, places: &BTreeMap<&str, &Place>) {
    let weight = case.named.iter().find(|(path, (_, dimension))| *dimension == MASS && plausible::is_body_weight(path));
    let Some((weight_path, (weight_g, _))) = weight else { return };
    let mut organs: Vec<(&str, f64)> = Vec::new();
    for organ in &case.document.organs {
        let as_mass = |argument: &str, dimension: Dimension, grams: f64| {
            let (path, (value, found)) = case.named.get_key_value(&format!("{}.{argument}", organ.name))?;
            (*found == dimension).then_some((path.as_str(), value * grams))
        };
        organs.extend(as_mass("volume", VOLUME, 1000.0).or_else(|| as_mass("mass", MASS, 1.0)));
    }
    let heavier: Vec<&(&str, f64)> = organs.iter().filter(|(_, mass_g)| *mass_g > *weight_g).collect();
    for (path, mass_g) in &heavier {
        let (value, dimension) = case.named[*path];
        if plausible::bound(path, dimension).is_some_and(|bound| value > bound.high) {
            continue;
        }
        let Some(place) = places.get(path) else { continue };
        let message =
            format!("`{path}` is {}, more than the whole body at 1 kg/L ({})", quantity(*mass_g, MASS), quantity(*weight_g, MASS));
        findings.add((*place).clone(), message, &[path]);
    }
    let sum_g: f64 = organs.iter().map(|(_, mass_g)| mass_g.max(0.0)).sum();
    if sum_g > 1.1 * weight_g
        && let Some(place) = places.get(weight_path.as_str())
    {
        let ratio = sum_g / weight_g;
        let message = format!(
            "the {} organs together are {} at 1 kg/L, {ratio:.2} × the body's {}",
            organs.len(),
            quantity(sum_g, MASS),
            quantity(*weight_g, MASS)
        );
        findings.add((*place).clone(), message, &[weight_path]);
    }
}
