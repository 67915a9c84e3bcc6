//! The vascular spaces of the organs are parts of one plasma: Σ V(plasma: true) = `plasma_volume`, within 1 %.
use super::Case;
use super::finding::{Findings, list_names};
use super::show::{number, quantity_like};
use crate::model::diagnostic::Severity;
use crate::units::VOLUME;

/// Compartments named in a finding.
const NAMED: usize = 5;

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    let plasma: Vec<usize> = (0..model.compartments.len()).filter(|position| model.compartments[*position].plasma).collect();
    let Some(stated) = case.assembled.plasma_volume.map(|node| case.value(node)) else {
        let vascular = |position: &usize| case.path(*position).rsplit('.').next() == Some("vascular");
        let found: Vec<usize> = if plasma.is_empty() { (0..model.compartments.len()).filter(vascular).collect() } else { plasma };
        if found.len() > 1 {
            let message =
                format!("{} compartments hold plasma, but the model states no `plasma_volume` to check them against", found.len());
            let place = model.compartments[found[0]].place.clone();
            findings
                .add_as(Severity::Note, place, message, &["plasma_volume"])
                .fault()
                .help("add `plasma_volume: …` at the top and `plasma: true` to each of them");
        }
        return;
    };
    let place = case.document.plasma_volume.as_ref().map_or_else(|| case.document.root.place(), |formula| formula.node.place());
    let mut volumes: Vec<(usize, f64)> = plasma.iter().filter_map(|position| Some((*position, case.volume(*position)?))).collect();
    let sum: f64 = volumes.iter().map(|(_, volume)| volume).sum();
    let ratio = sum / stated;
    if (ratio - 1.0).abs() <= 0.01 {
        return;
    }
    if volumes.is_empty() {
        let fault = findings.add(place, "no compartment is marked as a part of this plasma volume".into(), &["plasma_volume"]).fault();
        fault.help("write `plasma: true` beside the `volume` of each compartment that holds plasma");
        return;
    }
    let message = format!(
        "the {} plasma compartments hold {}, {:.2} × the plasma volume of {}",
        volumes.len(),
        quantity_like(sum, stated, VOLUME),
        ratio,
        quantity_like(stated, stated, VOLUME)
    );
    volumes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let largest: Vec<String> = volumes.iter().take(NAMED).map(|(position, _)| case.path(*position).to_string()).collect();
    let litres: Vec<String> = volumes.iter().take(NAMED).map(|(_, volume)| number(*volume)).collect();
    let fault = findings.add(place, message, &["plasma_volume"]).fault();
    fault.help(format!("the largest: {}, with {} L", list_names(&largest, NAMED), litres.join(", ")));
}
