//! Fluid is not made and does not vanish: for every compartment, Σ inflow = Σ outflow over the flows written with `flow:`.
//!
//! Clearance, exchange and first-order flows move ligand, not fluid, and do not count. A compartment without volume from which nothing
//! flows is a place outside the body (urine, a waste), and may receive fluid.
use super::finding::Findings;
use super::show::{difference, number, quantity_like};
use super::{Case, nearly};
use crate::model::checked::{Flow, FlowKind};
use crate::units::VOLUME_FLOW;

/// Flows named in each direction.
const FLOWS_NAMED: usize = 5;

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    let carried = |flow: &&Flow| flow.kind == FlowKind::Carried;
    let size = |flow: &Flow| flow.coefficient.map_or(0.0, |node| case.value(node));
    for position in 0..model.compartments.len() {
        let into: Vec<&Flow> = model.flows.iter().filter(carried).filter(|flow| flow.to == position).collect();
        let out: Vec<&Flow> = model.flows.iter().filter(carried).filter(|flow| flow.from == position).collect();
        let is_sink = case.volume(position).is_none() && !model.flows.iter().any(|flow| flow.from == position);
        if into.is_empty() && out.is_empty() || is_sink {
            continue;
        }
        let (inflow, outflow) = (into.iter().map(|f| size(f)).sum::<f64>(), out.iter().map(|f| size(f)).sum::<f64>());
        if !inflow.is_finite() || !outflow.is_finite() || nearly(inflow, outflow, 1e-6) {
            continue;
        }
        let path = case.path(position);
        let larger = inflow.abs().max(outflow.abs());
        let message = match (into.is_empty(), out.is_empty()) {
            (true, _) => format!("{} of fluid flow out of `{path}` and none flows in", quantity_like(outflow, larger, VOLUME_FLOW)),
            (_, true) => format!("{} of fluid flow into `{path}` and none flows out", quantity_like(inflow, larger, VOLUME_FLOW)),
            _ => format!(
                "{} of fluid flow into `{path}`, {} flow out ({})",
                quantity_like(inflow, larger, VOLUME_FLOW),
                quantity_like(outflow, larger, VOLUME_FLOW),
                difference(outflow, inflow)
            ),
        };
        let fault = findings.add(case.compartment_place(position), message, &[path]).fault();
        if !into.is_empty() {
            fault.help(format!("in (L/min): {}", named(&into, |flow| (case.path(flow.from), size(flow)))));
        }
        if !out.is_empty() {
            fault.help(format!("out (L/min): {}", named(&out, |flow| (case.path(flow.to), size(flow)))));
        }
        fault.help("`flow` must balance; ligand that leaves without its fluid is written with `clearance`");
    }
}

/// `0.351 arteries + 0.162 spleen.vascular`, the largest first.
fn named<'p>(flows: &[&Flow], describe: impl Fn(&Flow) -> (&'p str, f64)) -> String {
    let mut described: Vec<(&str, f64, &str)> = flows
        .iter()
        .map(|flow| {
            let (path, size) = describe(flow);
            (path, size, flow.text.as_str())
        })
        .collect();
    described.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let mut words: Vec<String> =
        described.iter().take(FLOWS_NAMED).map(|(path, size, text)| format!("{} `{path}` ({text})", number(*size))).collect();
    if let Some(more) = described.len().checked_sub(FLOWS_NAMED).filter(|more| *more > 0) {
        let rest: f64 = described.iter().skip(FLOWS_NAMED).map(|(_, size, _)| size).sum();
        words.push(format!("{} in {more} more", number(rest)));
    }
    words.join(" + ")
}
