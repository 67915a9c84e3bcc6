//! `events`: baseline hazards, spread between patients, prognosis, and the hypothesis of a link to dose.
use super::super::reading::{not_negative, positive, seed};
use super::Against;
use super::reading::{between, origin, property, target};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::radiobiology::hazard_link::HazardLink;
use crate::regimen::events::{Baseline, EventPlan};
use crate::session::scenario::quantity;
use crate::trial::design::Prognosis;
use crate::units::{DIMENSIONLESS, DOSE, MINUTES_PER_DAY, TIME, Unit};

/// Days in the month of the unit `mo`.
const DAYS_PER_MONTH: f64 = 30.4375;
/// Steeper than this a gray would decide everything.
const STEEPEST_PER_GY: f64 = 10.0;

pub(super) fn events(
    node: &Node<'_>,
    seed_of_trial: u64,
    against: &Against<'_>,
    assumptions: &mut Vec<String>,
    faults: &mut Faults,
) -> Option<(EventPlan, Option<Prognosis>)> {
    let mut fields =
        node.fields(faults, "a mapping with `progression` and `death`, such as `{progression: {median: 28 mo, source: …}}`")?;
    let own_seed = fields.get("seed").and_then(|node| seed(&node, faults)).unwrap_or(seed_of_trial);
    let (progression_node, death_node) = (fields.get("progression"), fields.get("death"));
    let progression = progression_node.as_ref().and_then(|node| baseline(node, "progression", assumptions, faults));
    let death = death_node.as_ref().and_then(|node| baseline(node, "death", assumptions, faults));
    if progression_node.is_none() && death_node.is_none() {
        faults.error(node.key_place(), "`events` has neither `progression` nor `death`");
    }
    let spread = fields.get("between_patients");
    let log_hazard_sd = spread.map_or(Some(0.0), |node| between_patients(&node, assumptions, faults));
    let prognosis = fields.get("prognosis").map(|node| prognosis(&node, against, assumptions, faults));
    let link_node = fields.get("link");
    let link = link_node.as_ref().map(|node| link(node, against, faults));
    fields.finish(faults);
    let link = match link {
        Some(link) => Some(link?),
        None => None,
    };
    if let (Some((target, link)), Some(node)) = (&link, &link_node) {
        let other = against.regimens.survival_link.as_ref();
        if other.is_some_and(|(its, other)| (*its, other.log_hazard_per_gy()) != (*target, link.log_hazard_per_gy())) {
            let message =
                "`regimens: {survival_link: …}` supposes another link: the hazard ratios of the comparison and of the trial differ";
            faults.warning(node.key_place(), message);
        }
    }
    let words = link.as_ref().map_or_else(HazardLink::default, |(_, link)| link.clone()).words();
    assumptions.push(format!("event times: {words}"));
    let prognosis = match prognosis {
        Some(prognosis) => Some(prognosis?),
        None => None,
    };
    if (progression_node.is_some() && progression.is_none()) || (death_node.is_some() && death.is_none()) {
        return None;
    }
    let plan = EventPlan { seed: own_seed, progression, death, log_hazard_sd: log_hazard_sd?, factor_on_hazard: 1.0, link };
    Some((plan, prognosis))
}

fn baseline(node: &Node<'_>, event: &str, assumptions: &mut Vec<String>, faults: &mut Faults) -> Option<Baseline> {
    let mut fields = node.fields(faults, "a mapping such as `{median: 28 mo, shape: 1, source: …, provenance: recalled}`")?;
    let median_min = fields.require("median", faults).and_then(|node| positive(&node, TIME, faults, "the median time to the event"));
    let shape = fields.get("shape").map_or(Some(1.0), |node| between(&node, 0.1, 20.0, faults, "Weibull's shape (1 is exponential)"));
    let origin = origin(&mut fields, &format!("the baseline of {event}"), faults);
    fields.finish(faults);
    let (median_min, shape) = (median_min?, shape?);
    assumptions.push(format!(
        "{event} comes with a median of {:.1} months, Weibull shape {shape} ({})",
        median_min / MINUTES_PER_DAY / DAYS_PER_MONTH,
        origin.words()
    ));
    let provenance = origin.provenance.map(|provenance| provenance.word().to_owned());
    Some(Baseline { median_min, shape, source: origin.source, provenance })
}

fn between_patients(node: &Node<'_>, assumptions: &mut Vec<String>, faults: &mut Faults) -> Option<f64> {
    let mut fields = node.fields(faults, "a mapping such as `{sd: 0.5, provenance: assumed}`")?;
    let sd = fields.require("sd", faults).and_then(|node| {
        let sd = not_negative(&node, DIMENSIONLESS, faults, "the standard deviation of the log hazard")?;
        if sd > 5.0 {
            faults.error(node.place(), format!("a standard deviation of the log hazard is at most 5, this is {sd}"));
        }
        Some(sd)
    });
    let origin = origin(&mut fields, "the spread between patients", faults);
    fields.finish(faults);
    let sd = sd?;
    assumptions.push(format!("hazards differ between patients log-normally with a standard deviation of {sd} ({})", origin.words()));
    Some(sd)
}

fn prognosis(node: &Node<'_>, against: &Against<'_>, assumptions: &mut Vec<String>, faults: &mut Faults) -> Option<Prognosis> {
    let what = "a mapping such as `{parameter: tumour1.uptake, log_hazard_per_doubling: -0.3, provenance: assumed}`";
    let mut fields = node.fields(faults, what)?;
    let found = fields.require("parameter", faults).and_then(|node| property(&node, against, faults).map(|found| (node, found)));
    let slope = fields.require("log_hazard_per_doubling", faults).and_then(|node| {
        let slope = quantity(&node, DIMENSIONLESS, faults, "the change of the log hazard with a doubling")?;
        if slope.abs() > 10.0 {
            faults.error(node.place(), format!("a change of the log hazard with a doubling lies between -10 and 10, this is {slope}"));
        }
        Some(slope)
    });
    let reference_node = fields.get("reference");
    let origin = origin(&mut fields, "the prognosis", faults);
    fields.finish(faults);
    let (parameter_node, found) = found?;
    let reference = match &reference_node {
        Some(node) => positive(node, found.dimension, faults, "the reference").map(|value| value / found.in_internal_units),
        None => found.own,
    };
    if reference_node.is_none() && reference.is_none_or(|own| own <= 0.0) {
        let message =
            format!("`{}` has no positive value in the scenario's patient: give a `reference`, at which the factor is 1", found.name);
        faults.error(parameter_node.place(), message);
        return None;
    }
    let slope = slope?;
    assumptions.push(format!(
        "prognosis: the log hazard changes by {slope} with every doubling of `{}`, whatever the treatment ({})",
        found.name,
        origin.words()
    ));
    Some(Prognosis { name: found.name, property: found.property, reference: reference?, log_hazard_per_doubling: slope })
}

fn link(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<(usize, HazardLink)> {
    let mut fields = node.fields(faults, "a mapping such as `{target: tumour1, log_hazard_per_dose: -0.005 1/Gy, hypothesis: …}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, against, faults, "the link"));
    let slope_node = fields.require("log_hazard_per_dose", faults);
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let slope = slope_node.as_ref().and_then(|node| {
        let slope = quantity(node, DIMENSIONLESS.over(DOSE), faults, "the change of the log hazard")? * gray;
        if slope.abs() > STEEPEST_PER_GY {
            faults.error(
                node.place(),
                format!("a change of the log hazard lies between -{STEEPEST_PER_GY} and {STEEPEST_PER_GY} per Gy, this is {slope}"),
            );
        }
        Some(slope)
    });
    let hypothesis = fields.require("hypothesis", faults).and_then(|node| node.text(faults, "what is supposed, in your words"));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    match HazardLink::new(slope?, hypothesis?) {
        Ok(link) => Some((target?, link)),
        Err(error) => {
            faults.error(node.place(), error.to_string());
            None
        }
    }
}
