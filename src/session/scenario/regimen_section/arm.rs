//! An arm: activity, cycles, what it adapts, its limits, caps, gates and stops.
use super::super::reading::{count, positive};
use super::Against;
use super::clinic::Read;
use super::limit::Limits;
use super::reading::formula;
use crate::model::diagnostic::{Faults, Place};
use crate::model::yaml::Node;
use crate::regimen::{ActivityRule, Adaptation, Arm, Formula, Gate, KnownValue, Limit, LimitQuantity, StopRule};
use crate::session::scenario::dosimetry_section::share;
use crate::units::{ACTIVITY, DIMENSIONLESS, DOSE, MINUTES_PER_HOUR, TIME};

/// What the arms share.
pub(super) struct Shared<'a> {
    pub against: &'a Against<'a>,
    pub clinic: &'a Read,
    pub limits: &'a Limits,
    /// Those of the section, and the names of all that were written there.
    pub gates: (&'a [Gate], &'a [String]),
}

pub(super) fn arm(name: String, entry: &Node<'_>, shared: &Shared<'_>, faults: &mut Faults) -> Option<Arm> {
    let before = faults.count(crate::model::diagnostic::Severity::Error);
    let mut fields = entry.fields(faults, "an arm such as `{activity: 7.4 GBq, cycles: 4}`")?;
    let title = fields.get("title").and_then(|node| node.text(faults, "words for figures"));
    let activity_node = fields.get("activity");
    let predicted_node = fields.get("predicted_dose_per_activity");
    let taper_node = fields.get("taper");
    let cycles = fields
        .require("cycles", faults)
        .and_then(|node| count(&node, 1, super::clinic::MOST_CYCLES as i64, faults, "the number of cycles of an arm"));
    let interval_node = fields.get("interval");
    let interval_min = interval_node.as_ref().and_then(|node| positive(node, TIME, faults, "the interval between cycles"));
    let adapt_choices = [("nothing", Adaptation::Fixed), ("activity", Adaptation::Activity), ("cycles", Adaptation::Cycles)];
    let adaptation = fields.get("adapt").and_then(|node| node.one_of(faults, &adapt_choices)).unwrap_or(Adaptation::Fixed);
    let limit_node = fields.get("limit");
    let own = limit_node.as_ref().map(|node| super::limit::limits(node, shared.against.model, shared.against.targets, faults));
    let Limits { doses: limits, retentions, written } = own.unwrap_or_else(|| shared.limits.clone());
    let prescribed_node = fields.get("prescribed");
    let prescribed_share =
        prescribed_node.as_ref().and_then(|node| share(node, faults, "the prescribed share of the limit")).unwrap_or(1.0);
    let smallest_node = fields.get("smallest_activity");
    let smallest_mbq = smallest_node.as_ref().and_then(|node| positive(node, ACTIVITY, faults, "the smallest activity of a cycle"));
    let largest_node = fields.get("largest_activity");
    let largest_mbq = largest_node.as_ref().map(|node| caps(node, faults)).unwrap_or_default();
    let gates = fields.get("gates").map(|node| super::gate::named(&node, shared.gates, shared.against, faults)).unwrap_or_default();
    let stop_node = fields.get("stop");
    let stops = stop_node.as_ref().map(|node| stops(node, shared, faults)).unwrap_or_default();
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);

    let activity = activity(entry, activity_node.as_ref(), predicted_node.as_ref(), taper_node.as_ref(), shared, adaptation, faults);
    if adaptation == Adaptation::Fixed {
        let needless = [&largest_node, &smallest_node, &prescribed_node].into_iter().flatten().next();
        if let Some(node) = needless {
            faults.error(node.key_place(), "an arm that adapts nothing has no largest or smallest activity and no prescribed share");
        }
        if let Some(node) = &limit_node {
            faults.error(node.key_place(), "this limit can never act: the arm adapts nothing").help("`adapt: activity` or `adapt: cycles`");
        }
    } else if limits.is_empty() && written == retentions.len() {
        let help = "for example `limit: {target: kidneys, absorbed_dose: 23 Gy}`";
        if retentions.is_empty() {
            faults.error(entry.place(), "an arm that adapts needs a `limit`").help(help);
        } else if adaptation == Adaptation::Cycles || predicted_node.is_some() {
            let what = if adaptation == Adaptation::Cycles { "a number of cycles" } else { "a predicted dose per activity" };
            faults.error(entry.place(), format!("{what} needs a limit on a dose too")).help(help);
        }
    }
    if let (Adaptation::Activity, Some(node)) = (adaptation, &limit_node)
        && limits.iter().any(|limit| limit.tolerance_gy > 0.0)
    {
        faults.warning(node.place(), "the tolerance is not used: an adapted activity aims at the limit itself");
    }
    if adaptation != Adaptation::Fixed {
        let place = || limit_node.as_ref().unwrap_or(entry).place();
        imaged(&place, &limits, shared, faults);
        for retention in &retentions {
            let protocol = shared.clinic.clinic.protocol(&retention.region);
            if !protocol.is_some_and(|protocol| protocol.times_min(1).iter().any(|time| (time - retention.at_min).abs() < 1.0)) {
                let hours = retention.at_min / MINUTES_PER_HOUR;
                let message = format!(
                    "the limit on what `{}` retains can never act: it is not scanned at {hours:.1} h of the first cycle",
                    retention.region
                );
                faults.error(place(), message);
            }
        }
    }
    if adaptation == Adaptation::Cycles
        && let Some(node) = &smallest_node
    {
        faults.error(node.key_place(), "only an arm with `adapt: activity` has a smallest activity");
    }
    if !gates.is_empty() && shared.clinic.clinic.laboratory.is_none() {
        let message = "the gates of this arm can never fire: the clinic has no `laboratory`";
        faults.error(entry.place(), message).help("`clinic: {laboratory: {every: 2 wk, count_cv: 5 %}}`");
    }
    if let (Some(node), Some(cycle_min), Some(longest)) = (&interval_node, interval_min, latest_scan(shared))
        && longest >= cycle_min
    {
        faults.error(node.place(), "the last scan must lie before the next cycle");
    }
    if let (Some(node), Some(smallest)) = (&smallest_node, smallest_mbq)
        && let Some(cycle) = largest_mbq.iter().position(|largest| smallest > *largest)
    {
        let message = format!("the smallest activity is above the largest of cycle {}: no activity could meet both", cycle + 1);
        faults.error(node.place(), message);
    }
    if let (Some(activity), Some(cycles)) = (&activity, cycles) {
        let nodes = Nodes {
            activity: activity_node.as_ref().or(predicted_node.as_ref()).unwrap_or(entry),
            smallest: smallest_node.as_ref().unwrap_or(entry),
            largest: largest_node.as_ref().unwrap_or(entry),
        };
        check_activity(&nodes, activity, cycles, smallest_mbq, &largest_mbq, shared, adaptation, faults);
    }
    (faults.count(crate::model::diagnostic::Severity::Error) == before).then_some(())?;
    Some(Arm {
        title: title.unwrap_or_else(|| name.replace('_', " ")),
        name,
        activity: activity?,
        cycles: cycles?,
        interval_min,
        adaptation,
        limits: if adaptation == Adaptation::Fixed { Vec::new() } else { limits },
        retentions: if adaptation == Adaptation::Fixed { Vec::new() } else { retentions },
        prescribed_share,
        smallest_mbq,
        largest_mbq,
        gates,
        stops,
    })
}

fn latest_scan(shared: &Shared<'_>) -> Option<f64> {
    let scans = shared.clinic.clinic.imaging.iter().flat_map(|protocol| protocol.scans_min.iter().chain(&protocol.other_scans_min));
    scans.copied().reduce(f64::max)
}

/// A cap, or one for each of the first cycles.
fn caps(node: &Node<'_>, faults: &mut Faults) -> Vec<f64> {
    if node.is_sequence() {
        let items = node.items(faults, "the largest activities of the first cycles");
        return items.iter().filter_map(|item| positive(item, ACTIVITY, faults, "the largest activity of a cycle")).collect();
    }
    positive(node, ACTIVITY, faults, "the largest activity of a cycle").into_iter().collect()
}

fn activity(
    entry: &Node<'_>,
    stated: Option<&Node<'_>>,
    predicted: Option<&Node<'_>>,
    taper: Option<&Node<'_>>,
    shared: &Shared<'_>,
    adaptation: Adaptation,
    faults: &mut Faults,
) -> Option<ActivityRule> {
    let known = &shared.clinic.known;
    if let (Some(node), None) = (predicted, stated) {
        if adaptation != Adaptation::Activity {
            faults.error(node.key_place(), "a predicted dose per activity serves an arm with `adapt: activity`");
        }
        if let Some(taper) = taper {
            faults.error(taper.key_place(), "an adapted activity has no taper");
        }
        return formula(node, known, DOSE.over(ACTIVITY), faults, "a predicted dose per activity (such as `0.65 Gy/GBq`)")
            .map(ActivityRule::Predicted);
    }
    let Some(node) = stated else {
        faults
            .error(entry.place(), "an arm needs an `activity`")
            .help("a quantity, or a formula of what the clinic knows: `100 MBq/kg * weight`");
        return None;
    };
    if let Some(predicted) = predicted {
        faults.error(predicted.key_place(), "either an `activity` or a `predicted_dose_per_activity`");
    }
    let first = formula(node, known, ACTIVITY, faults, "the activity of a cycle")?;
    let Some(taper) = taper else { return Some(ActivityRule::Formula(first)) };
    if adaptation == Adaptation::Activity {
        faults.error(taper.key_place(), "an adapted activity has no taper");
    }
    let step = formula(taper, known, ACTIVITY, faults, "the taper")?;
    let text = format!("({}) - ({}) * (cycle - 1)", first.text, step.text);
    match Formula::read(&text, known, ACTIVITY) {
        Ok(formula) => Some(ActivityRule::Formula(formula)),
        Err(fault) => {
            faults.error(taper.place(), fault.message);
            None
        }
    }
}

/// Where an arm says its activities.
struct Nodes<'a, 'n> {
    activity: &'a Node<'n>,
    smallest: &'a Node<'n>,
    largest: &'a Node<'n>,
}

/// Activities that the rule would give before anything is measured must be activities, within the caps.
#[allow(clippy::too_many_arguments)]
fn check_activity(
    nodes: &Nodes<'_, '_>,
    rule: &ActivityRule,
    cycles: usize,
    smallest_mbq: Option<f64>,
    largest_mbq: &[f64],
    shared: &Shared<'_>,
    adaptation: Adaptation,
    faults: &mut Faults,
) {
    let at = |formula: &Formula, cycle: usize| {
        let mut known = shared.clinic.known.clone();
        known.insert("cycle".into(), KnownValue { value: cycle as f64, dimension: DIMENSIONLESS });
        formula.value(&known)
    };
    let formula = match rule {
        ActivityRule::Formula(formula) => formula,
        ActivityRule::Predicted(formula) => {
            let value = at(formula, 1);
            if !(value > 0.0 && value.is_finite()) {
                faults.error(nodes.activity.place(), "the predicted dose per activity is not positive for this patient");
            }
            return;
        }
    };
    let last = if adaptation == Adaptation::Activity { 1 } else { cycles };
    if let Some(cycle) = (1..=last).find(|cycle| !(at(formula, *cycle) > 0.0 && at(formula, *cycle).is_finite())) {
        let message = format!("in cycle {cycle} the activity would be {:.0} MBq", at(formula, cycle));
        let help =
            if cycle == 1 { "a formula must give an activity from the first cycle on" } else { "give fewer cycles, or a smaller taper" };
        faults.error(nodes.activity.place(), message).help(help);
        return;
    }
    let first = at(formula, 1);
    if smallest_mbq.is_some_and(|smallest| first < smallest) {
        faults.error(nodes.smallest.place(), "the smallest activity is above that of the first cycle");
    }
    if largest_mbq.first().is_some_and(|largest| first > *largest) {
        faults.error(nodes.largest.place(), "the largest activity is below that of the first cycle");
    }
}

/// A limit acts on an estimate: its target must be imaged.
fn imaged(place: &dyn Fn() -> Place, limits: &[Limit], shared: &Shared<'_>, faults: &mut Faults) {
    for limit in limits {
        let target = &shared.against.targets[limit.target];
        let terms = || target.terms.iter().filter(|(region, _)| shared.clinic.clinic.protocol(region).is_some());
        if terms().next().is_none() {
            let quantity = if limit.quantity == LimitQuantity::Bed { "BED" } else { "dose" };
            let message = format!("the limit on the {quantity} of `{}` can never act: the clinic images no source of it", target.name);
            faults.error(place(), message).help("`clinic: {imaging: …}` with a region that gives the target its self-dose");
        }
    }
}

fn stops(node: &Node<'_>, shared: &Shared<'_>, faults: &mut Faults) -> Vec<StopRule> {
    let items: Vec<Node<'_>> = if node.is_sequence() { node.items(faults, "rules that end the treatment") } else { vec![node.clone()] };
    let by_events = shared.against.progresses && items.iter().all(Node::is_scalar);
    if shared.clinic.clinic.sizes.is_none() && !by_events {
        faults.error(node.place(), "this can never act: the clinic does not measure lesions").help(
            "`clinic: {lesions: {every_cycles: 1, cv: 10 %}}`, and `physiology: {lesions: …}`; or let the disease progress in `trial: {events: {progression: …}}`",
        );
    }
    let mut found = Vec::new();
    for item in &items {
        if item.is_scalar() {
            found.extend(item.one_of(faults, &[("progression", ())]).map(|()| StopRule::Progression));
            continue;
        }
        let Some(mut fields) = item.fields(faults, "`progression`, or `exceptional_response: {shrinkage: 80 %, longest: 1 y}`") else {
            continue;
        };
        let rule = fields.require("exceptional_response", faults).and_then(|node| {
            let mut inner = node.fields(faults, "`{shrinkage: 80 %, longest: 1 y}`")?;
            let shrinkage = inner.require("shrinkage", faults).and_then(|node| share(&node, faults, "the shrinkage"));
            let longest = inner.require("longest", faults).and_then(|node| positive(&node, TIME, faults, "the longest suspension"));
            inner.get("source");
            inner.get("provenance");
            inner.finish(faults);
            Some(StopRule::ExceptionalResponse { shrinkage: shrinkage?, longest_min: longest? })
        });
        fields.finish(faults);
        found.extend(rule);
    }
    found
}
