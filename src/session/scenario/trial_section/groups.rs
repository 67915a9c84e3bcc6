//! `groups`: patients who enter a group on the way or by a property, against those who do not. Such comparisons are not randomised.
use super::super::reading::positive;
use super::Against;
use super::reading::{property, target};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::regimen::StopCause;
use crate::session::scenario::quantity;
use crate::trial::design::{GroupEntry, GroupPlan, Threshold};
use crate::units::{DOSE, TIME, Unit};

const CAUSES: &[(&str, StopCause)] = &[
    ("planned", StopCause::Planned),
    ("limit", StopCause::Limit),
    ("toxicity", StopCause::Toxicity),
    ("lesions", StopCause::Lesions),
    ("no_activity", StopCause::NoActivity),
    ("progression", StopCause::Progression),
    ("death", StopCause::Death),
];

pub(super) fn groups(node: &Node<'_>, longest_min: Option<f64>, against: &Against<'_>, faults: &mut Faults) -> Vec<GroupPlan> {
    let what = "groups by name such as `reached_23_gy: {reached: {target: kidneys, dose: 23 Gy}, landmark: 12 mo}`";
    let entries = node.entries(faults, what);
    entries.into_iter().filter_map(|(name, entry)| group(name, &entry, longest_min, against, faults)).collect()
}

fn group(name: String, node: &Node<'_>, longest_min: Option<f64>, against: &Against<'_>, faults: &mut Faults) -> Option<GroupPlan> {
    let mut fields = node.fields(faults, "a group such as `{ended_by: limit, landmark: 12 mo}`")?;
    let title = fields.get("title").and_then(|node| node.text(faults, "a title"));
    let landmark_node = fields.get("landmark");
    let landmark_min = landmark_node.as_ref().and_then(|node| positive(node, TIME, faults, "the landmark"));
    if let (Some(node), Some(landmark), Some(longest)) = (&landmark_node, landmark_min, longest_min)
        && landmark >= longest
    {
        faults.error(node.place(), "nobody is followed to this landmark: it lies at or beyond accrual and follow-up together");
    }
    let ended_by = fields.get("ended_by");
    let reached = fields.get("reached");
    let responded = fields.get("responded");
    let above = fields.get("above");
    fields.finish(faults);
    let given = [&ended_by, &reached, &responded, &above].into_iter().flatten().count();
    if given != 1 {
        faults
            .error(node.key_place(), format!("group `{name}` is entered in one way, {given} are given"))
            .help("`ended_by: limit`, `reached: {target: …, dose: …}`, `responded: true` or `above: {property: …, threshold: median}`");
        return None;
    }
    let on_the_way = above.is_none();
    let entry = ended_by
        .and_then(|node| node.one_of(faults, CAUSES).map(GroupEntry::EndedBy))
        .or_else(|| reached.and_then(|node| dose_reached(&node, against, faults)))
        .or_else(|| responded.and_then(|node| response(&node, against, faults)))
        .or_else(|| above.and_then(|node| above_threshold(&node, against, faults)))?;
    if on_the_way && landmark_node.is_none() {
        faults
            .warning(
                node.key_place(),
                format!("group `{name}` is entered on the way: without `landmark` the comparison has immortal time in it"),
            )
            .help("write `landmark: 12 mo` to compare from there on, beside the naive comparison");
    }
    Some(GroupPlan { title: title.unwrap_or_else(|| name.clone()), name, entry, landmark_min })
}

fn dose_reached(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<GroupEntry> {
    let mut fields = node.fields(faults, "a mapping such as `{target: kidneys, dose: 23 Gy}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, against, faults, "the group"));
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let dose = fields.require("dose", faults).and_then(|node| positive(&node, DOSE, faults, "the dose of the group"));
    fields.finish(faults);
    Some(GroupEntry::Reached { target: target?, absorbed_gy: dose? / gray })
}

fn response(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<GroupEntry> {
    let wanted = node.boolean(faults, "`true`")?;
    if !wanted {
        faults.error(node.place(), "a group of those who responded is written `responded: true`; who did not is compared with it");
    }
    if against.regimens.physiology.lesions.is_empty() {
        faults.error(node.place(), "response follows the volumes of `physiology: {lesions: …}`, of which there are none");
    }
    Some(GroupEntry::Responded)
}

fn above_threshold(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<GroupEntry> {
    let mut fields = node.fields(faults, "a mapping such as `{property: tumour1.uptake, threshold: median}`")?;
    let property = fields.require("property", faults).and_then(|node| property(&node, against, faults));
    let threshold_node = fields.require("threshold", faults);
    fields.finish(faults);
    let property = property?;
    let threshold_node = threshold_node?;
    let threshold = if threshold_node.scalar_text().as_deref() == Some("median") {
        Threshold::Median
    } else {
        let value = quantity(&threshold_node, property.dimension, faults, "the threshold (or `median`)")?;
        Threshold::Value(value / property.in_internal_units)
    };
    Some(GroupEntry::Above { property: property.property, threshold })
}
