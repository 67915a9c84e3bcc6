//! Limits and goals: `{target: kidneys, absorbed_dose: 23 Gy}`, `{region: whole_body, retained: 4.44 GBq, at: 48 h}`, or a list of them.
use super::super::reading::positive;
use super::reading::{gray, target};
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{Limit, LimitQuantity, RetentionLimit};
use crate::units::{ACTIVITY, TIME};

/// What a `limit` says.
#[derive(Clone, Default)]
pub(super) struct Limits {
    pub doses: Vec<Limit>,
    pub retentions: Vec<RetentionLimit>,
    /// How many were written, whole or not.
    pub written: usize,
}

pub(super) fn limits(node: &Node<'_>, model: &Model, targets: &[DoseTarget], faults: &mut Faults) -> Limits {
    let items = if node.is_sequence() { node.items(faults, "limits") } else { vec![node.clone()] };
    let mut found = Limits { written: items.len(), ..Limits::default() };
    for item in &items {
        let names_region = item.is_mapping() && item.entries(&mut Faults::new(), "").iter().any(|(key, _)| key == "region");
        if names_region {
            found.retentions.extend(retention(item, model, faults));
        } else {
            found.doses.extend(limit(item, targets, faults));
        }
    }
    found
}

fn retention(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<RetentionLimit> {
    let mut fields = node.fields(faults, "a mapping such as `{region: whole_body, retained: 4.44 GBq, at: 48 h}`")?;
    let region = fields.require("region", faults).and_then(|node| {
        let name = node.text(faults, "a region of interest")?;
        if model.observable(&name).is_none() {
            let help = did_you_mean(&name, model.observables.iter().map(|observable| observable.name.as_str()));
            faults.error(node.place(), format!("model `{}` has no region `{name}`", model.name)).help(help);
            return None;
        }
        Some(name)
    });
    let limit_mbq = fields.require("retained", faults).and_then(|node| positive(&node, ACTIVITY, faults, "the retained activity"));
    let at_min = fields.require("at", faults).and_then(|node| positive(&node, TIME, faults, "the time of retention"));
    let with_risk_node = fields.get("with_risk_factor");
    let with_risk_factor_mbq =
        with_risk_node.as_ref().and_then(|node| positive(node, ACTIVITY, faults, "the retained activity of patients with a risk factor"));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.get("provenance");
    fields.finish(faults);
    if let (Some(node), Some(lower), Some(limit)) = (&with_risk_node, with_risk_factor_mbq, limit_mbq)
        && lower > limit
    {
        faults.error(node.place(), "the limit of patients with a risk factor is above that of the others");
    }
    Some(RetentionLimit { region: region?, at_min: at_min?, limit_mbq: limit_mbq?, with_risk_factor_mbq, source })
}

fn limit(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Option<Limit> {
    let mut fields = node.fields(faults, "a mapping such as `{target: kidneys, absorbed_dose: 23 Gy}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, targets, faults, "the limit"));
    let (absorbed_node, bed_node) = (fields.get("absorbed_dose"), fields.get("bed"));
    let absorbed = absorbed_node.as_ref().and_then(|node| gray(node, faults, "a dose limit"));
    let bed = bed_node.as_ref().and_then(|node| gray(node, faults, "a dose limit"));
    let with_risk_node = fields.get("with_risk_factor");
    let with_risk_factor_gy = with_risk_node.as_ref().and_then(|node| gray(node, faults, "the limit of patients with a risk factor"));
    let tolerance_node = fields.get("tolerance");
    let tolerance_gy = tolerance_node.as_ref().and_then(|node| gray(node, faults, "the tolerance of a limit")).unwrap_or(0.0);
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.get("provenance");
    fields.finish(faults);
    let target = target?;
    let (quantity, limit_gy) = match (absorbed, bed) {
        (Some(limit_gy), None) => (LimitQuantity::AbsorbedDose, limit_gy),
        (None, Some(limit_gy)) => {
            if targets[target].repair.is_none() {
                let message = format!("a limit on BED needs `radiobiology` of target `{}`", targets[target].name);
                faults.error(node.place(), message);
                return None;
            }
            (LimitQuantity::Bed, limit_gy)
        }
        _ => {
            let stated = [&absorbed_node, &bed_node].into_iter().flatten().count();
            if stated != 1 {
                let message =
                    format!("a limit is an `absorbed_dose` or a `bed`, this has {}", if stated == 0 { "neither" } else { "both" });
                faults.error(node.place(), message);
            }
            return None;
        }
    };
    if let (Some(node), Some(lower)) = (&with_risk_node, with_risk_factor_gy)
        && lower > limit_gy
    {
        faults.error(node.place(), "the limit of patients with a risk factor is above that of the others");
    }
    if let Some(node) = &tolerance_node
        && tolerance_gy >= limit_gy
    {
        faults.error(node.place(), "the tolerance is as large as the limit itself");
    }
    Some(Limit { target, quantity, limit_gy, with_risk_factor_gy, tolerance_gy, source })
}
