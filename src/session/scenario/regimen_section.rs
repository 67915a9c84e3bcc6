//! The section `regimens`: the limit, the simulated clinic and the arms that are compared.
use super::dosimetry_section::share;
use super::quantity;
use super::sections::site;
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{Adaptation, Arm, Clinic, Limit, LimitQuantity, RegimenPlan};
use crate::units::{ACTIVITY, DOSE, TIME, Unit};

pub(super) fn regimens(node: &Node<'_>, model: &Model, targets: &[DoseTarget], faults: &mut Faults) -> Option<RegimenPlan> {
    let mut fields = node.fields(faults, "a mapping with `site`, `interval`, `limit`, `clinic` and `arms`")?;
    let site = fields.require("site", faults).and_then(|node| site(&node, model, faults));
    let interval_min = fields.require("interval", faults).and_then(|node| positive(&node, TIME, faults, "the interval between cycles"));
    let duration = fields.get("duration");
    let duration_min = duration.as_ref().and_then(|node| not_negative(node, TIME, faults, "the duration of an infusion")).unwrap_or(0.0);
    let unlabelled_node = fields.get("unlabelled");
    let unlabelled =
        unlabelled_node.as_ref().and_then(|node| not_negative(node, model.amount, faults, "the unlabelled amount")).unwrap_or(0.0);
    let limit = fields.require("limit", faults).and_then(|node| limit(&node, targets, faults));
    let clinic = fields.require("clinic", faults).and_then(|node| clinic(&node, model, interval_min, faults));
    let assumptions = fields.get("assumptions").map(|node| super::sections::texts(&node, faults)).unwrap_or_default();
    let mut arms = Vec::new();
    if let Some(node) = fields.require("arms", faults) {
        let entries = node.entries(faults, "arms by name");
        if entries.is_empty() && node.is_mapping() {
            faults.error(node.key_place(), "there is no arm").help("for example `fixed: {activity: 7.4 GBq, cycles: 4}`");
        }
        for (name, entry) in entries {
            arms.extend(arm(name, &entry, faults));
        }
    }
    fields.finish(faults);
    if let (Some(interval), Some(node)) = (interval_min, &duration)
        && duration_min >= interval
    {
        faults.error(node.place(), "an infusion cannot last as long as the interval between cycles or longer");
    }
    if let Some(node) = &unlabelled_node
        && unlabelled > 0.0
        && model.decay.as_ref().is_none_or(|decay| decay.to.is_none())
    {
        faults.error(node.place(), format!("model `{}` has no unlabelled ligand", model.name));
    }
    if model.activity_per_amount.is_none() {
        faults.error(node.key_place(), format!("model `{}` has no nuclide, so there is no activity to give", model.name));
    }
    let clinic = clinic?;
    let limit = limit?;
    if clinic.term(&targets[limit.target]).is_none() {
        let message = format!("the clinic measures `{}`, which is no source of target `{}`", clinic.region, targets[limit.target].name);
        faults.error(node.key_place(), message).help("measure the region that gives the target its self-dose");
    }
    Some(RegimenPlan { site: site?, interval_min: interval_min?, duration_min, unlabelled, limit, clinic, arms, assumptions })
}

fn positive(node: &Node<'_>, dimension: crate::units::Dimension, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, dimension, faults, what)?;
    if value <= 0.0 {
        faults.error(node.place(), format!("{what} must be positive"));
        return None;
    }
    Some(value)
}

fn not_negative(node: &Node<'_>, dimension: crate::units::Dimension, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, dimension, faults, what)?;
    if value < 0.0 {
        faults.error(node.place(), format!("{what} cannot be negative"));
        return None;
    }
    Some(value)
}

fn limit(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Option<Limit> {
    let mut fields = node.fields(faults, "a mapping such as `{target: kidneys, absorbed_dose: 23 Gy}`")?;
    let target = fields.require("target", faults).and_then(|node| {
        let name = node.text(faults, "a target of `dosimetry`")?;
        let found = targets.iter().position(|target| target.name == name);
        if found.is_none() {
            let help = did_you_mean(&name, targets.iter().map(|target| target.name.as_str()));
            faults.error(node.place(), format!("the limit is on `{name}`, which is no target")).help(help);
        }
        found
    });
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let mut dose = |key: &'static str, faults: &mut Faults| {
        fields.get(key).and_then(|node| positive(&node, DOSE, faults, "a dose limit")).map(|v| v / gray)
    };
    let absorbed = dose("absorbed_dose", faults);
    let bed = dose("bed", faults);
    fields.get("source");
    fields.finish(faults);
    let target = target?;
    match (absorbed, bed) {
        (Some(limit_gy), None) => Some(Limit { target, quantity: LimitQuantity::AbsorbedDose, limit_gy }),
        (None, Some(limit_gy)) => {
            if targets[target].repair.is_none() {
                let message = format!("a limit on BED needs `radiobiology` of target `{}`", targets[target].name);
                faults.error(node.place(), message);
                return None;
            }
            Some(Limit { target, quantity: LimitQuantity::Bed, limit_gy })
        }
        _ => {
            faults.error(node.place(), "a limit is either an `absorbed_dose` or a `bed`");
            None
        }
    }
}

fn clinic(node: &Node<'_>, model: &Model, interval_min: Option<f64>, faults: &mut Faults) -> Option<Clinic> {
    let mut fields = node.fields(faults, "a mapping with `region`, `scans`, `cv` and `seed`")?;
    let region = fields.require("region", faults).and_then(|node| {
        let name = node.text(faults, "a region of interest")?;
        if model.observable(&name).is_none() {
            let help = did_you_mean(&name, model.observables.iter().map(|observable| observable.name.as_str()));
            faults.error(node.place(), format!("model `{}` has no region `{name}`", model.name)).help(help);
            return None;
        }
        Some(name)
    });
    let mut scans_min = Vec::new();
    if let Some(list) = fields.require("scans", faults) {
        let items = list.items(faults, "scan times after the administration such as `[4 h, 24 h, 96 h]`");
        for item in &items {
            let time = positive(item, TIME, faults, "a scan time");
            if let (Some(time), Some(before)) = (time, scans_min.last())
                && time <= *before
            {
                faults.error(item.place(), "scan times must rise: this scan is not after the one before it");
            }
            scans_min.extend(time);
        }
        if items.len() < 2 {
            faults.error(list.place(), "a mono-exponential estimate needs two scans or more");
        }
        if let Some(interval) = interval_min
            && scans_min.last().is_some_and(|last| *last >= interval)
        {
            faults.error(list.place(), "the last scan must lie before the next cycle");
        }
    }
    let cv = fields.require("cv", faults).and_then(|node| share(&node, faults, "the CV of a scan"));
    let bias = fields.get("calibration_cv").and_then(|node| share(&node, faults, "the CV of the calibration")).unwrap_or(0.0);
    let seed = fields.require("seed", faults).and_then(|node| node.integer(faults, "a whole number"));
    fields.get("provenance");
    fields.get("source");
    fields.finish(faults);
    let seed = seed.and_then(|seed| {
        let found = u64::try_from(seed).ok();
        if found.is_none() {
            faults.error(node.place(), format!("a seed is 0 or more, this is {seed}"));
        }
        found
    });
    Some(Clinic { region: region?, scans_min, scan_cv: cv?, calibration_cv: bias, seed: seed? })
}

fn arm(name: String, entry: &Node<'_>, faults: &mut Faults) -> Option<Arm> {
    let mut fields = entry.fields(faults, "an arm such as `{activity: 7.4 GBq, cycles: 4}`")?;
    let activity_mbq = fields.require("activity", faults).and_then(|node| positive(&node, ACTIVITY, faults, "the activity of a cycle"));
    let cycles = fields.require("cycles", faults).and_then(|node| {
        let count = node.integer(faults, "a number of cycles")?;
        if !(1..=50).contains(&count) {
            faults.error(node.place(), format!("an arm has 1 to 50 cycles, this is {count}"));
            return None;
        }
        usize::try_from(count).ok()
    });
    let adapt = fields.get("adapt").and_then(|node| {
        node.one_of(faults, &[("nothing", Adaptation::Fixed), ("activity", Adaptation::Activity), ("cycles", Adaptation::Cycles)])
    });
    let largest_node = fields.get("largest_activity");
    let largest_mbq = largest_node.as_ref().and_then(|node| positive(node, ACTIVITY, faults, "the largest activity of a cycle"));
    let smallest_node = fields.get("smallest_activity");
    let smallest_mbq = smallest_node.as_ref().and_then(|node| positive(node, ACTIVITY, faults, "the smallest activity of a cycle"));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    let adaptation = adapt.unwrap_or(Adaptation::Fixed);
    if adaptation != Adaptation::Activity
        && let Some(node) = largest_node.as_ref().or(smallest_node.as_ref())
    {
        faults.error(node.key_place(), "only an arm with `adapt: activity` has a largest and smallest activity");
    }
    if let (Some(first), Some(smallest), Some(node)) = (activity_mbq, smallest_mbq, &smallest_node)
        && first < smallest
    {
        faults.error(node.place(), "the smallest activity is above that of the first cycle");
    }
    if let (Some(smallest), Some(largest)) = (smallest_mbq, largest_mbq)
        && smallest > largest
    {
        faults.error(entry.place(), "the smallest activity is above the largest");
    }
    if let (Some(first), Some(largest), Some(node)) = (activity_mbq, largest_mbq, &largest_node)
        && first > largest
    {
        faults.error(node.place(), "the largest activity is below that of the first cycle");
    }
    Some(Arm {
        title: name.replace('_', " "),
        name,
        first_activity_mbq: activity_mbq?,
        cycles: cycles?,
        adaptation,
        smallest_mbq,
        largest_mbq,
    })
}
