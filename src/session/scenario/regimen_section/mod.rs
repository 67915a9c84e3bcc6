//! The section `regimens`: what all arms share, the limits, the simulated clinic, the gates and the arms that are compared.
mod arm;
mod clinic;
mod gate;
mod limit;
pub(super) mod physiology;
mod psa;
mod reading;
mod survival_link;

use super::reading::{not_negative, positive};
use super::sections::{site, texts};
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::regimen::{Adaptation, PhysiologyPlan, RegimenPlan};
use crate::units::{ACTIVITY, TIME};

/// Against what the section is read.
pub(super) struct Against<'a> {
    /// The model with the patient's values.
    pub model: &'a Model,
    /// The targets of `dosimetry`.
    pub targets: &'a [DoseTarget],
    /// What the section `physiology` says.
    pub physiology: PhysiologyPlan,
    /// Whether the section `trial` lets the disease progress.
    pub progresses: bool,
}

pub(super) fn regimens(node: &Node<'_>, against: Against<'_>, faults: &mut Faults) -> Option<RegimenPlan> {
    let (model, targets) = (against.model, against.targets);
    let mut fields = node.fields(faults, "a mapping with `site`, `interval` and `arms`, and where rules measure, `clinic` and `limit`")?;
    let site = fields.require("site", faults).and_then(|node| site(&node, model, faults));
    let interval_min = fields.require("interval", faults).and_then(|node| positive(&node, TIME, faults, "the interval between cycles"));
    let duration = fields.get("duration");
    let duration_min = duration.as_ref().and_then(|node| not_negative(node, TIME, faults, "the duration of an infusion")).unwrap_or(0.0);
    let unlabelled_node = fields.get("unlabelled");
    let unlabelled =
        unlabelled_node.as_ref().and_then(|node| not_negative(node, model.amount, faults, "the unlabelled amount")).unwrap_or(0.0);
    let per_activity_node = fields.get("unlabelled_per_activity");
    let unlabelled_per_mbq = per_activity_node
        .as_ref()
        .and_then(|node| not_negative(node, model.amount.over(ACTIVITY), faults, "the unlabelled amount per activity"))
        .unwrap_or(0.0);
    let limits = fields.get("limit").map(|node| limit::limits(&node, model, targets, faults)).unwrap_or_default();
    let clinic_node = fields.get("clinic");
    let clinic = match &clinic_node {
        Some(node) => clinic::clinic(node, &against, interval_min, faults),
        None => Some(clinic::Read::without()),
    };
    let gates_node = fields.get("gates");
    let assumptions = fields.get("assumptions").map(|node| texts(&node, faults)).unwrap_or_default();
    let arms_node = fields.require("arms", faults);
    let survival_link = fields.get("survival_link").and_then(|node| survival_link::survival_link(&node, targets, faults));
    let clinic_read = clinic.as_ref();
    let (gates, written) = gates_node.map(|node| gate::gates(&node, &against, faults)).unwrap_or_default();
    let mut arms = Vec::new();
    let mut complete = true;
    if let (Some(node), Some(clinic)) = (&arms_node, clinic_read) {
        let entries = node.entries(faults, "arms by name");
        if entries.is_empty() && node.is_mapping() {
            faults.error(node.key_place(), "there is no arm").help("for example `fixed: {activity: 7.4 GBq, cycles: 4}`");
        }
        let shared = arm::Shared { against: &against, clinic, limits: &limits, gates: (&gates, &written) };
        for (name, entry) in entries {
            match arm::arm(name, &entry, &shared, faults) {
                Some(arm) => arms.push(arm),
                None => complete = false,
            }
        }
    }
    fields.finish(faults);
    let shortest_min = arms.iter().filter_map(|arm| arm.interval_min).chain(interval_min).fold(f64::INFINITY, f64::min);
    if let Some(node) = &duration
        && duration_min >= shortest_min
    {
        faults.error(node.place(), "an infusion cannot last as long as the interval between cycles or longer");
    }
    for node in [&unlabelled_node, &per_activity_node].into_iter().flatten() {
        if unlabelled + unlabelled_per_mbq > 0.0 && model.decay.as_ref().is_none_or(|decay| decay.to.is_none()) {
            faults.error(node.place(), format!("model `{}` has no unlabelled ligand", model.name));
        }
    }
    if model.activity_per_amount.is_none() {
        faults.error(node.key_place(), format!("model `{}` has no nuclide, so there is no activity to give", model.name));
    }
    for used in gates.iter().filter(|gate| !arms.iter().any(|arm| arm.gates.contains(gate))) {
        if complete {
            faults.warning(node.key_place(), format!("no arm names the gate `{}`: it never fires", used.name));
        }
    }
    if complete
        && !(limits.doses.is_empty() && limits.retentions.is_empty())
        && arms.iter().all(|arm| arm.adaptation == Adaptation::Fixed)
        && !arms.is_empty()
    {
        let help = "an arm keeps the limit with `adapt: activity` or `adapt: cycles`";
        faults.warning(node.key_place(), "no arm adapts anything: the limit is only shown").help(help);
    }
    let clinic = clinic?;
    let imaged = |target: &DoseTarget| target.terms.iter().any(|(region, _)| clinic.clinic.protocol(region).is_some());
    let of_arms = arms.iter().flat_map(|arm| &arm.limits).map(|limit| limit.target);
    let primary = limits.doses.iter().map(|limit| limit.target).chain(of_arms).next().or_else(|| targets.iter().position(imaged));
    (complete && site.is_some()).then_some(())?;
    Some(RegimenPlan {
        site: site?,
        interval_min: interval_min?,
        duration_min,
        unlabelled,
        unlabelled_per_mbq,
        primary,
        clinic: clinic.clinic,
        known: clinic.known,
        risk_factors: clinic.risk_factors,
        physiology: against.physiology,
        survival_link,
        events: None,
        coarse_curves: false,
        arms,
        assumptions,
    })
}
