//! What enters a tissue because it is concentrated outside must be able to leave it: diffusion goes both ways.
//!
//! Fires on a `clearance:` or a `rate:` proportional to the concentration at its origin, between two compartments that both have a volume,
//! where no flow of any kind goes back and the entered compartment does not hand the ligand on. Handing on is a `flow`, a `clearance` or a
//! proportional `rate` to a third compartment, or a `k` into a compartment that nothing leaves. So filtration into the tubular lumen (which
//! drains to the urine) and a bladder that is voided are not meant. Compartments named as collections of excreta are not meant either.
use super::Case;
use super::finding::Findings;
use super::show::quantity;
use crate::model::checked::{Flow, FlowKind};
use crate::units::VOLUME_FLOW;

/// First words of names of compartments that only collect.
const COLLECTIONS: &[&str] = &["urine", "bladder", "faeces", "feces", "stool", "excret", "eliminat", "cleared", "gone", "waste"];

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    let by_concentration = |flow: &Flow| match flow.kind {
        FlowKind::Clearance | FlowKind::Rate => case.clearance(flow).filter(|clearance| *clearance > 0.0),
        _ => None,
    };
    let is_sink = |compartment: usize| !model.flows.iter().any(|flow| flow.from == compartment);
    for flow in &model.flows {
        if case.volume(flow.to).is_none() {
            continue;
        }
        let Some(clearance) = by_concentration(flow) else { continue };
        let hands_on = |other: &Flow| {
            other.to != flow.from
                && match other.kind {
                    FlowKind::Carried => true,
                    FlowKind::FirstOrder => is_sink(other.to),
                    FlowKind::Exchange => false,
                    FlowKind::Clearance | FlowKind::Rate => by_concentration(other).is_some(),
                }
        };
        let leaving = || model.flows.iter().filter(|other| other.from == flow.to);
        let local = case.path(flow.to).rsplit('.').next().unwrap_or_default().to_lowercase();
        if leaving().any(|other| other.to == flow.from || hands_on(other)) || COLLECTIONS.iter().any(|word| local.starts_with(word)) {
            continue;
        }
        let (from, to) = (case.path(flow.from), case.path(flow.to));
        let message =
            format!("`{from}` loses ligand to `{to}` by its concentration ({}), and nothing comes back", quantity(clearance, VOLUME_FLOW));
        let finding = findings.add(flow.place.clone(), message, &[from, to]);
        finding.fault().help("diffusion goes both ways: `{between: [a, b], permeability: …}` writes both");
        if let Some((organ, place)) = &flow.organ {
            finding.fault().related(place.clone(), format!("used by organ `{organ}`"));
            finding.shared_by(organ);
        }
    }
}
