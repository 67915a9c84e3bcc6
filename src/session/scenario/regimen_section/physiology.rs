//! The section `physiology`: what treatment and time do to the true patient.
use super::super::reading::{not_negative, positive, seed};
use super::reading::{parameter, target};
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::radiobiology::blood_counts::default_lineages;
use crate::radiobiology::registry::{self, DoseQuantity};
use crate::regimen::{CountsPlan, DriftPlan, KidneyPlan, LesionPlan, PhysiologyPlan, SymptomPlan};
use crate::session::scenario::dosimetry_section::share;
use crate::session::scenario::quantity;
use crate::units::{DIMENSIONLESS, DOSE, MINUTES_PER_HOUR, MINUTES_PER_WEEK, RATE, TIME, Unit, VOLUME, VOLUME_FLOW};

/// The longest follow-up that is read.
const LONGEST_FOLLOW_UP_MIN: f64 = 30.0 * MINUTES_PER_YEAR;
/// How long patients are followed unless the scenario says otherwise: half a year.
const FOLLOW_UP_MIN: f64 = 26.0 * MINUTES_PER_WEEK;

pub(in crate::session::scenario) fn physiology(
    node: &Node<'_>,
    model: &Model,
    targets: &[DoseTarget],
    faults: &mut Faults,
) -> PhysiologyPlan {
    let mut plan = PhysiologyPlan { follow_up_min: FOLLOW_UP_MIN, ..PhysiologyPlan::default() };
    let what = "a mapping with any of `blood_counts`, `kidney_function`, `lesions`, `psa`, `drift`, `symptoms`";
    let Some(mut fields) = node.fields(faults, what) else { return plan };
    if let Some(seed) = fields.get("seed").and_then(|node| seed(&node, faults)) {
        plan.seed = seed;
    }
    if let Some(follow_up) = fields.get("follow_up").and_then(|node| positive(&node, TIME, faults, "the follow-up").map(|min| (node, min)))
    {
        let (node, follow_up) = follow_up;
        if follow_up > LONGEST_FOLLOW_UP_MIN {
            faults.error(node.place(), "patients are followed for at most 30 years: curves have two points a day");
        }
        plan.follow_up_min = follow_up;
    }
    plan.counts = fields.get("blood_counts").and_then(|node| counts(&node, targets, faults));
    plan.kidneys = fields.get("kidney_function").and_then(|node| kidneys(&node, model, targets, faults));
    if let Some(node) = fields.get("lesions") {
        for (name, entry) in node.entries(faults, "lesions by the name of their target") {
            plan.lesions.extend(lesion(name, &entry, model, targets, faults));
        }
    }
    if let Some(node) = fields.get("drift") {
        for (path, entry) in node.entries(faults, "parameters by name with `cv` and `trend` from cycle to cycle") {
            plan.drift.extend(drift(path, &entry, model, faults));
        }
    }
    if let Some(node) = fields.get("symptoms") {
        for (name, entry) in node.entries(faults, "symptoms by name") {
            plan.symptoms.extend(symptom(name, &entry, targets, faults));
        }
    }
    plan.psa = fields.get("psa").and_then(|node| super::psa::psa(&node, model, targets, faults));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    plan
}

fn counts(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Option<CountsPlan> {
    let mut fields = node.fields(faults, "a mapping such as `{marrow: red_marrow}`")?;
    let marrow = fields.require("marrow", faults).and_then(|node| target(&node, targets, faults, "the blood count"));
    let mut lineages = default_lineages().to_vec();
    if let Some(node) = fields.get("lineages") {
        if node.is_sequence() {
            let names: Vec<String> =
                node.items(faults, "names of lineages").iter().filter_map(|item| item.text(faults, "a lineage")).collect();
            for name in &names {
                if !lineages.iter().any(|lineage| lineage.kind.name() == name) {
                    let help = did_you_mean(name, lineages.iter().map(|lineage| lineage.kind.name()));
                    faults.error(node.place(), format!("there is no lineage `{name}`")).help(help);
                }
            }
            lineages.retain(|lineage| names.iter().any(|name| name == lineage.kind.name()));
        } else {
            let mut kept = Vec::new();
            for (name, entry) in node.entries(faults, "lineages by name with the values that differ") {
                let Some(position) = lineages.iter().position(|lineage| lineage.kind.name() == name) else {
                    let help = did_you_mean(&name, lineages.iter().map(|lineage| lineage.kind.name()));
                    faults.error(entry.key_place(), format!("there is no lineage `{name}`")).help(help);
                    continue;
                };
                let mut lineage = lineages[position].clone();
                if !entry.is_null() {
                    let Some(mut inner) = entry.fields(faults, "a mapping such as `{baseline: 220, radiosensitivity: 0.5 1/Gy}`") else {
                        continue;
                    };
                    let unit = lineage.kind.unit();
                    if let Some(node) = inner.get("baseline")
                        && let Some(value) = node.number(faults, &format!("a number in {unit}"))
                    {
                        if value > 0.0 {
                            lineage.baseline = value;
                        } else {
                            faults.error(node.place(), "a baseline must be positive");
                        }
                    }
                    if let Some(value) = inner.get("transit_time").and_then(|node| positive(&node, TIME, faults, "the mean transit time")) {
                        lineage.mean_transit_time_h = value / MINUTES_PER_HOUR;
                    }
                    if let Some(value) = inner.get("mean_life").and_then(|node| positive(&node, TIME, faults, "the mean life")) {
                        lineage.mean_life_h = Some(value / MINUTES_PER_HOUR);
                    }
                    if let Some(value) =
                        inner.get("feedback").and_then(|node| positive(&node, DIMENSIONLESS, faults, "the exponent of feedback"))
                    {
                        lineage.feedback_exponent = value;
                    }
                    if let Some(value) = inner.get("radiosensitivity").and_then(|node| per_gray(&node, faults)) {
                        lineage.alpha_per_gy = value;
                    }
                    if let Some(source) = inner.get("source").and_then(|node| node.text(faults, "a citation")) {
                        lineage.source = source;
                    }
                    inner.get("provenance");
                    inner.finish(faults);
                }
                if let Err(problem) = lineage.check() {
                    faults.error(entry.key_place(), problem);
                }
                kept.push(lineage);
            }
            lineages = kept;
        }
    }
    let disease_deficit =
        fields.get("disease_deficit").and_then(|node| share(&node, faults, "the loss of production by disease")).unwrap_or(0.0);
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    Some(CountsPlan { marrow: marrow?, lineages, disease_deficit })
}

fn per_gray(node: &Node<'_>, faults: &mut Faults) -> Option<f64> {
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let per_internal = quantity(node, DIMENSIONLESS.over(DOSE), faults, "a radiosensitivity")?;
    if per_internal < 0.0 {
        faults.error(node.place(), "a radiosensitivity cannot be negative");
        return None;
    }
    Some(per_internal * gray)
}

fn kidneys(node: &Node<'_>, model: &Model, targets: &[DoseTarget], faults: &mut Faults) -> Option<KidneyPlan> {
    let mut fields = node.fields(faults, "a mapping such as `{target: kidneys, baseline: 90 mL/min}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, targets, faults, "kidney function"));
    let millilitre = Unit::parse("mL/min").ok()?.in_internal_units;
    let baseline = fields.require("baseline", faults).and_then(|node| {
        let text = node.text(faults, "a clearance, or the model's parameter that holds it")?;
        match model.parameter(&text) {
            Some(position) if model.parameters[position].dimension == VOLUME_FLOW => {
                Some((model.parameters[position].value / millilitre, Some((position, text))))
            }
            Some(_) => {
                faults.error(node.place(), format!("`{text}` is no clearance (a volume by time)"));
                None
            }
            None if text.starts_with(|c: char| c.is_ascii_digit()) => {
                Some((positive(&node, VOLUME_FLOW, faults, "the clearance at the start")? / millilitre, None))
            }
            None => {
                parameter(&node.place(), &text, model, faults);
                None
            }
        }
    });
    let mut parameters = Vec::new();
    if let Some(list) = fields.get("parameters") {
        for item in list.items(faults, "parameters of the model that fall with the clearance") {
            if let Some(path) = item.text(faults, "a parameter") {
                parameters.extend(parameter(&item.place(), &path, model, faults));
            }
        }
    }
    let mut loss = crate::radiobiology::kidney_function::KidneyFunctionModel::default();
    if let Some(value) =
        fields.get("background_loss").and_then(|node| not_negative(&node, RATE, faults, "the loss of clearance without dose"))
    {
        loss.background_loss_per_y = value * MINUTES_PER_YEAR;
    }
    if let Some(value) =
        fields.get("loss_per_dose").and_then(|node| not_negative(&node, RATE.over(DOSE), faults, "the loss of clearance by dose"))
    {
        loss.loss_per_gy_y = value * MINUTES_PER_YEAR * Unit::parse("Gy").ok()?.in_internal_units;
    }
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    let (baseline_ml_per_min, of_model) = baseline?;
    Some(KidneyPlan {
        target: target?,
        baseline_ml_per_min,
        baseline_parameter: of_model.as_ref().map(|(position, _)| (*position, millilitre)),
        known_as: of_model.map(|(_, name)| (name, millilitre)),
        model: loss,
        parameters,
    })
}

const MINUTES_PER_YEAR: f64 = 525_960.0;

fn lesion(name: String, entry: &Node<'_>, model: &Model, targets: &[DoseTarget], faults: &mut Faults) -> Option<LesionPlan> {
    let found = targets.iter().position(|target| target.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, targets.iter().map(|target| target.name.as_str()));
        faults.error(entry.key_place(), format!("the lesion `{name}` is no target")).help(help);
    }
    let mut fields = entry.fields(faults, "a mapping such as `{volume: tumour1.volume, growth: net}`")?;
    let millilitre = Unit::parse("mL").ok()?.in_internal_units;
    let volume = fields.require("volume", faults).and_then(|node| {
        let text = node.text(faults, "a volume, or the model's parameter that holds it")?;
        match model.parameter(&text) {
            Some(position) if model.parameters[position].dimension == VOLUME => {
                Some((model.parameters[position].value / millilitre, Some((position, millilitre))))
            }
            Some(_) => {
                faults.error(node.place(), format!("`{text}` is no volume"));
                None
            }
            None if text.starts_with(|c: char| c.is_ascii_digit()) => {
                Some((positive(&node, VOLUME, faults, "the volume")? / millilitre, None))
            }
            None => {
                parameter(&node.place(), &text, model, faults);
                None
            }
        }
    });
    let uptake_parameter = fields.get("uptake").and_then(|node| {
        let mut inner = node.fields(faults, "`{parameter: tumour1.density, exponent: 0.25}`")?;
        let position = inner.require("parameter", faults).and_then(|node| {
            let path = node.text(faults, "a parameter")?;
            parameter(&node.place(), &path, model, faults)
        });
        let exponent = inner.require("exponent", faults).and_then(|node| quantity(&node, DIMENSIONLESS, faults, "the exponent"));
        inner.get("source");
        inner.get("provenance");
        inner.finish(faults);
        Some((position?, exponent?))
    });
    let growth = fields.require("growth", faults).and_then(|node| growth(&node, faults));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    if let Some(position) = found
        && targets[position].terms.iter().any(|(region, _)| *region != name)
    {
        faults.error(entry.place(), format!("lesion `{name}` must have its self-dose only: its S-value scales with its volume"));
    }
    let (volume_ml, volume_parameter) = volume?;
    Some(LesionPlan { name, target: found?, volume_ml, reference_ml: volume_ml, volume_parameter, uptake_parameter, growth: growth? })
}

fn growth(node: &Node<'_>, faults: &mut Faults) -> Option<crate::radiobiology::lesion::LesionParameters> {
    use crate::radiobiology::lesion::{LESION_KINDS, LesionParameters};
    if node.is_scalar() {
        let name = node.text(faults, "a kind of lesion")?;
        let found = LesionParameters::named(&name);
        if found.is_none() {
            faults
                .error(node.place(), format!("there is no kind of lesion `{name}`"))
                .help(did_you_mean(&name, LESION_KINDS.iter().copied()));
        }
        return found;
    }
    let mut fields = node.fields(faults, "a kind of lesion, or a mapping with `like` and the values that differ")?;
    let mut parameters = fields.require("like", faults).and_then(|node| growth(&node, faults))?;
    let days = |node: &Node<'_>, faults: &mut Faults, what: &str| positive(node, TIME, faults, what).map(|min| min / 1440.0);
    if let Some(value) = fields.get("doubling_time").and_then(|node| days(&node, faults, "the doubling time")) {
        parameters.doubling_time_d = value;
    }
    if let Some(value) = fields.get("clearance_half_time").and_then(|node| days(&node, faults, "the half-time of clearance")) {
        parameters.clearance_half_time_d = value;
    }
    if let Some(value) = fields.get("radiosensitivity").and_then(|node| per_gray(&node, faults)) {
        parameters.alpha_per_gy = value;
    }
    if let Some(source) = fields.get("source").and_then(|node| node.text(faults, "a citation")) {
        parameters.source = source;
    }
    fields.get("provenance");
    fields.finish(faults);
    Some(parameters)
}

fn drift(path: String, entry: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<DriftPlan> {
    let position = parameter(&entry.key_place(), &path, model, faults);
    let mut fields = entry.fields(faults, "a mapping such as `{cv: 12 %, trend: -6 %}`")?;
    let cv = fields.get("cv").and_then(|node| share(&node, faults, "the CV from cycle to cycle")).unwrap_or(0.0);
    let trend_node = fields.get("trend");
    let trend = trend_node.as_ref().and_then(|node| quantity(node, DIMENSIONLESS, faults, "the trend by cycle")).unwrap_or(0.0);
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    if trend <= -1.0
        && let Some(node) = &trend_node
    {
        faults.error(node.place(), "a parameter cannot lose 100 % or more by cycle");
        return None;
    }
    Some(DriftPlan { path, parameter: position?, trend_per_cycle: trend, cv })
}

fn symptom(name: String, entry: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Option<SymptomPlan> {
    let mut fields = entry.fields(faults, "a mapping such as `{target: salivary, model: salivary_any_dry_mouth}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, targets, faults, "the symptom"));
    let relation = fields.require("model", faults).and_then(|node| {
        let name = node.text(faults, "the name of a dose–effect relation")?;
        match registry::find(&name) {
            Ok(found) if found.quantity == DoseQuantity::AbsorbedDose && found.curve.probability(1.0).is_some() => Some(found.clone()),
            Ok(_) => {
                faults
                    .error(node.place(), format!("`{name}` is no curve in absorbed dose: a symptom needs a probability by absorbed dose"));
                None
            }
            Err(error) => {
                faults.error(node.place(), error.to_string());
                None
            }
        }
    });
    fields.finish(faults);
    Some(SymptomPlan { name, target: target?, relation: relation? })
}
