//! The section `trial`: allocation, accrual, the event model, endpoints, groups, power.
//!
//! `events`: when progression and death come; `groups`: comparisons without randomisation; `power`: sizes, tests, hypotheses; `rewrite`: the scenario under a hypothesis.
mod events;
mod groups;
mod power;
mod reading;
mod rewrite;
#[cfg(test)]
mod tests;

use super::CohortSection;
use super::reading::{not_negative, positive, seed};
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::RegimenPlan;
use crate::regimen::events::EventPlan;
use crate::trial::allocation::Allocation;
use crate::trial::design::{EndpointKind, EndpointPlan, Prognosis, TrialPlan};
use crate::units::{RATE, TIME};
use reading::valued;

pub use rewrite::{Rewritten, under_hypothesis};

/// Longest trial (min): a hundred years.
const LONGEST_MIN: f64 = 52_596_000.0;
/// Largest weight of an arm.
const LARGEST_WEIGHT: f64 = 100.0;

/// A trial, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialSection {
    /// What is planned.
    pub plan: TrialPlan,
    /// Progression and death of the scenario's patient; a patient of the cohort has a seed and a prognosis of its own.
    pub events: Option<EventPlan>,
    /// What a patient's factor on the hazard follows.
    pub prognosis: Option<Prognosis>,
    /// What is assumed, for people.
    pub assumptions: Vec<String>,
}

/// Against what the section is read.
pub(super) struct Against<'a> {
    pub model: &'a Model,
    pub targets: &'a [DoseTarget],
    pub regimens: &'a RegimenPlan,
    pub cohort: Option<&'a CohortSection>,
    /// Names of covariates that patients have.
    pub covariates: &'a [String],
}

impl Against<'_> {
    /// Position of an arm by name.
    fn arm(&self, name: &str, node: &Node<'_>, faults: &mut Faults) -> Option<usize> {
        let found = self.regimens.arms.iter().position(|arm| arm.name == name);
        if found.is_none() {
            let help = did_you_mean(name, self.regimens.arms.iter().map(|arm| arm.name.as_str()));
            faults.error(node.place(), format!("there is no arm `{name}`")).help(help);
        }
        found
    }
}

/// Whether a section lets the disease progress, before it is read as a whole.
pub(super) fn progresses(node: &Node<'_>) -> bool {
    rewrite::find(node, "events.progression").is_some()
}

pub(super) fn trial(node: &Node<'_>, root: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<TrialSection> {
    let mut fields = node.fields(faults, "a mapping with `seed`, `accrual`, `follow_up`, `events` and `endpoints`")?;
    let own_seed = fields.require("seed", faults).and_then(|node| seed(&node, faults));
    let blocks = fields.get("permuted_blocks").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    let arms = match fields.get("allocation") {
        Some(node) => allocation(&node, blocks, against, faults),
        None => (0..against.regimens.arms.len()).map(|arm| (arm, 1.0)).collect(),
    };
    let accrual_min = fields.get("accrual").map_or(Some(0.0), |node| not_negative(&node, TIME, faults, "the time of accrual"));
    let follow_up = fields.require("follow_up", faults);
    let follow_up_min = follow_up.as_ref().and_then(|node| positive(node, TIME, faults, "the follow-up"));
    let dropout_per_min = fields
        .get("dropout")
        .and_then(|node| valued(&node, faults))
        .map_or(Some(0.0), |node| not_negative(&node, RATE, faults, "the rate of dropout (such as `2 %/y`)"));
    let mut assumptions = Vec::new();
    let events_node = fields.get("events");
    let events = events_node.as_ref().and_then(|node| events::events(node, own_seed.unwrap_or(0), against, &mut assumptions, faults));
    let endpoints_node = fields.get("endpoints");
    let endpoints = endpoints_node.as_ref().map(|node| endpoints(node, against, faults)).unwrap_or_default();
    if let (Some(node), true) = (&endpoints_node, events.is_some() || events_node.is_none()) {
        check_endpoints(node, &endpoints, events.as_ref().map(|(plan, _)| plan), faults);
    }
    let longest_min = accrual_min.zip(follow_up_min).map(|(accrual, follow_up)| accrual + follow_up);
    if let (Some(node), true) = (&follow_up, longest_min.is_some_and(|longest| longest > LONGEST_MIN)) {
        faults.error(node.place(), "accrual and follow-up together are longer than 100 years");
    }
    let groups = fields.get("groups").map(|node| groups::groups(&node, longest_min, against, faults)).unwrap_or_default();
    let power = fields.get("power").and_then(|node| {
        let shared = power::Shared { against, root, endpoints: &endpoints, arms: &arms, seed: own_seed.unwrap_or(0) };
        power::power(&node, &shared, faults)
    });
    fields.finish(faults);
    let (events, prognosis) = events.map_or((None, None), |(plan, prognosis)| (Some(plan), prognosis));
    let seed = own_seed?;
    let allocation = Allocation { seed, arms, blocks };
    let plan = TrialPlan {
        seed,
        allocation,
        accrual_min: accrual_min?,
        follow_up_min: follow_up_min?,
        dropout_per_min: dropout_per_min?,
        endpoints,
        groups,
        power,
    };
    Some(TrialSection { plan, events, prognosis, assumptions })
}

fn allocation(node: &Node<'_>, blocks: bool, against: &Against<'_>, faults: &mut Faults) -> Vec<(usize, f64)> {
    let mut arms: Vec<(usize, f64)> = Vec::new();
    for (name, entry) in node.entries(faults, "weights by arm such as `{fixed: 1, adapted: 1}`") {
        let arm = against.arm(&name, &entry, faults);
        let Some(weight) = entry.number(faults, "the weight of an arm such as 1 or 2") else { continue };
        if !(weight > 0.0 && weight <= LARGEST_WEIGHT) {
            faults.error(entry.place(), format!("the weight of an arm lies above 0 and up to {LARGEST_WEIGHT}, this is {weight}"));
        } else if blocks && weight.fract() != 0.0 {
            faults.error(entry.place(), "with `permuted_blocks` a weight is the arm's patients in a block: a whole number");
        }
        arms.extend(arm.map(|arm| (arm, weight)));
    }
    arms
}

fn endpoints(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Vec<EndpointPlan> {
    let mut found: Vec<EndpointPlan> = Vec::new();
    for item in node.items(faults, "endpoints such as `[pfs, os]`") {
        let Some(kind) = item.one_of(faults, EndpointKind::CHOICES) else { continue };
        if found.iter().any(|endpoint| endpoint.kind == kind) {
            faults.error(item.place(), "this endpoint is named twice");
            continue;
        }
        if kind == EndpointKind::ProgressionOfLesions && against.regimens.physiology.lesions.is_empty() {
            faults.error(item.place(), "`pfs_by_lesions` follows the volumes of `physiology: {lesions: …}`, of which there are none");
        }
        let name = item.text(faults, "an endpoint").unwrap_or_default();
        found.push(EndpointPlan { name, kind });
    }
    found
}

fn check_endpoints(node: &Node<'_>, endpoints: &[EndpointPlan], events: Option<&EventPlan>, faults: &mut Faults) {
    let (progression, death) = events.map_or((false, false), |events| (events.progression.is_some(), events.death.is_some()));
    for endpoint in endpoints {
        let lacking = match endpoint.kind {
            EndpointKind::ProgressionFree if !progression => "progression",
            EndpointKind::Overall if !death => "death",
            _ => continue,
        };
        let example = "for example `events: {progression: {median: 28 mo, source: …}, death: {median: 48 mo, source: …}}`";
        faults.error(node.place(), format!("the endpoint `{}` needs `{lacking}` under `events`", endpoint.name)).help(example);
    }
}
