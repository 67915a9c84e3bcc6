//! Physical decay: N' = −λ N, λ = ln 2 / T½, of everything labelled, with the half-life of ICRP Publication 107.
//!
//! A model without `decay:` may write decay as flows from labelled to unlabelled states; first-order flows whose rate constant is within
//! 5 % of the nuclide's are taken as such. Then every compartment that labelled ligand reaches must have one.
use std::f64::consts::LN_2;

use super::finding::Findings;
use super::show::{difference, number, quantity};
use super::{Case, nearly};
use crate::model::checked::{Flow, FlowKind};
use crate::units::TIME;

/// First-order flows that are decay written by hand: (flow, rate constant per min).
fn written_decays<'c>(case: &Case<'c, '_>) -> Vec<(&'c Flow, f64)> {
    let model = &case.assembled.model;
    let Some(nuclide) = model.nuclide.filter(|_| model.decay.is_none()) else { return Vec::new() };
    let constant = |flow: &'c Flow| {
        let k = flow.coefficient.filter(|node| flow.kind == FlowKind::FirstOrder && !model.graph.varies(*node))?;
        Some((flow, case.value(k))).filter(|(_, k)| nearly(*k, nuclide.decay_constant_per_min(), 0.05))
    };
    model.flows.iter().filter_map(constant).collect()
}

pub(super) fn no_decay(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    if model.decay.is_some() {
        for (position, compartment) in model.compartments.iter().enumerate().filter(|(_, compartment)| !compartment.decays) {
            let ligand = model.ligands.get(model.labelled()).filter(|name| !name.is_empty());
            let what = ligand.map_or("what is labelled".to_string(), |name| format!("`{name}`"));
            let message = format!("{what} in `{}` does not decay", compartment.path);
            let finding = findings.add(compartment.place.clone(), message, &[&compartment.path]);
            finding.fault().label("`decays: false`").help("a nuclide decays everywhere, urine and waste included: remove `decays: false`");
            if let Some((organ, _)) = case.organ(position) {
                finding.shared_by(organ);
            }
        }
        return;
    }
    let Some(nuclide) = model.nuclide else { return };
    let decays = written_decays(case);
    if decays.is_empty() {
        let place = case.document.nuclide.as_ref().map_or_else(|| case.document.root.place(), |(node, _)| node.place());
        let message = format!("the model has a nuclide, {}, and nothing in it decays", nuclide.name);
        let half_life = quantity(nuclide.half_life_h * 60.0, TIME);
        findings
            .add(place, message, &["decay"])
            .fault()
            .label(format!("half-life {half_life}"))
            .help("add `decay: {}`, or `decay: {from: labelled, to: unlabelled}` where the model has two ligands");
        return;
    }
    // all that labelled ligand reaches from the compartments that decay
    let is_decay = |flow: &Flow| decays.iter().any(|(decay, _)| std::ptr::eq(*decay, flow));
    let mut labelled: Vec<usize> = Vec::new();
    let mut pending: Vec<usize> = decays.iter().map(|(flow, _)| flow.from).collect();
    while let Some(position) = pending.pop() {
        if !labelled.contains(&position) {
            labelled.push(position);
            pending.extend(model.flows.iter().filter(|flow| flow.from == position && !is_decay(flow)).map(|flow| flow.to));
        }
    }
    labelled.sort_unstable();
    for position in labelled {
        if !decays.iter().any(|(flow, _)| flow.from == position) {
            let path = case.path(position);
            let finding = findings.add(
                model.compartments[position].place.clone(),
                format!("labelled ligand reaches `{path}`, which has no decay"),
                &[path],
            );
            finding
                .fault()
                .related(decays[0].0.place.clone(), "decay is written like this elsewhere")
                .help("`decay:` writes it for all compartments at once");
        }
    }
}

pub(super) fn half_life(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    let Some(nuclide) = model.nuclide else { return };
    let expected_min = nuclide.half_life_h * 60.0;
    let mut rates: Vec<_> = model.decay.iter().map(|decay| (decay.place.clone(), case.value(decay.rate), None)).collect();
    rates.extend(written_decays(case).into_iter().map(|(flow, k)| (flow.place.clone(), k, Some(case.path(flow.from)))));
    for (place, rate, at) in rates {
        let found_min = LN_2 / rate;
        if rate > 0.0 && nearly(found_min, expected_min, 0.005) {
            continue;
        }
        let message = format!(
            "the decay rate {} /min is a half-life of {}, ICRP 107 gives {} for {} ({})",
            number(rate),
            quantity(found_min, TIME),
            quantity(expected_min, TIME),
            nuclide.name,
            difference(found_min, expected_min)
        );
        let finding = findings.add(place, message, &["decay", at.unwrap_or("decay")]);
        finding.fault().help("leave `rate` out, or write `physical_decay`, to take the nuclide's own");
    }
}
