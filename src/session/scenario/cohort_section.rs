//! The section `cohort`: virtual patients around the scenario's, who go through every arm, and published figures to stand beside them.
use super::dosimetry_section::share;
use super::quantity;
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{KidneyPlan, RegimenPlan};
use crate::trial::{CohortPlan, Variation, Varied};
use crate::units::DIMENSIONLESS;

/// Most patients of a cohort.
const MOST: i64 = 100_000;

/// A published figure beside a simulated quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Position of the arm.
    pub arm: usize,
    /// The quantity.
    pub quantity: String,
    /// What was published, in words: "median 5 (1 to 9)".
    pub words: String,
    /// Its middle, where it is one number in the unit of the quantity.
    pub middle: Option<f64>,
    /// Where.
    pub source: String,
    /// Whether something was tuned to it: then agreement proves nothing.
    pub calibrated: bool,
}

/// The cohort and what it is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortSection {
    /// The patients.
    pub plan: CohortPlan,
    /// Published figures.
    pub published: Vec<Published>,
    /// What is assumed of the spread, for people.
    pub assumptions: Vec<String>,
}

pub(super) fn cohort(
    node: &Node<'_>,
    model: &Model,
    targets: &[DoseTarget],
    regimens: &RegimenPlan,
    faults: &mut Faults,
) -> Option<CohortSection> {
    let mut fields = node.fields(faults, "a mapping such as `{patients: 200, seed: 1, vary: {kidneys.uptake: {cv: 35 %}}}`")?;
    let patients = fields.require("patients", faults).and_then(|node| {
        let count = node.integer(faults, "a number of patients")?;
        if !(1..=MOST).contains(&count) {
            faults.error(node.place(), format!("a cohort has 1 to {MOST} patients, this is {count}"));
            return None;
        }
        usize::try_from(count).ok()
    });
    let seed = fields.require("seed", faults).and_then(|node| {
        let seed = node.integer(faults, "a whole number")?;
        if seed < 0 {
            faults.error(node.place(), format!("a seed is 0 or more, this is {seed}"));
        }
        u64::try_from(seed).ok()
    });
    let mut variations = Vec::new();
    let mut assumptions = Vec::new();
    if let Some(node) = fields.require("vary", faults) {
        for (name, entry) in node.entries(faults, "what differs between patients, by name") {
            if let Some((variation, words)) = variation(name, &entry, model, targets, regimens, faults) {
                variations.push(variation);
                assumptions.push(words);
            }
        }
    }
    let risk_factor_share =
        fields.get("risk_factor_share").and_then(|node| share(&node, faults, "the share of patients with a risk factor"));
    let mut published = Vec::new();
    if let Some(node) = fields.get("published") {
        for item in node.items(faults, "published figures") {
            published.extend(one_published(&item, regimens, faults));
        }
    }
    fields.finish(faults);
    let plan = CohortPlan { patients: patients?, seed: seed?, variations, risk_factor_share };
    Some(CohortSection { plan, published, assumptions })
}

fn variation(
    name: String,
    entry: &Node<'_>,
    model: &Model,
    targets: &[DoseTarget],
    regimens: &RegimenPlan,
    faults: &mut Faults,
) -> Option<(Variation, String)> {
    let varied = varied(&name, model, regimens);
    if varied.is_none() {
        let names = names(model, regimens);
        let help = did_you_mean(&name, names.iter().map(String::as_str));
        let message = if model.derived.iter().any(|derived| derived.path == name) {
            format!("`{name}` is derived: it follows from other values and cannot be varied")
        } else {
            format!("there is no `{name}` that could differ between patients")
        };
        faults.error(entry.key_place(), message).help(help);
    }
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let (mut source, mut provenance) = (None, None);
    let mut about_mean = false;
    let cv_node = if entry.is_mapping() {
        let mut fields = entry.fields(faults, "`{cv: 35 %, at_least: 0.5, source: …}`")?;
        let cv = fields.require("cv", faults);
        let mut factor = |key: &'static str, faults: &mut Faults| {
            let node = fields.get(key)?;
            let value = quantity(&node, DIMENSIONLESS, faults, "a factor on the patient's own value")?;
            if value <= 0.0 {
                faults.error(node.place(), "a factor on the patient's own value must be positive");
            }
            Some(value)
        };
        low = factor("at_least", faults).unwrap_or(low);
        high = factor("at_most", faults).unwrap_or(high);
        if low > 1.0 || high < 1.0 {
            faults.error(entry.place(), "the patient's own value (factor 1) must lie between `at_least` and `at_most`");
            return None;
        }
        about_mean = fields.get("about").and_then(|node| node.one_of(faults, &[("median", false), ("mean", true)])).unwrap_or(false);
        source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
        provenance = fields.get("provenance").and_then(|node| node.text(faults, "how sure it is"));
        fields.finish(faults);
        cv?
    } else {
        entry.clone()
    };
    let cv = quantity(&cv_node, DIMENSIONLESS, faults, "the CV between patients")?;
    if !(cv > 0.0 && cv <= 5.0) {
        faults.error(cv_node.place(), "a CV between patients lies above 0 and up to 500 %");
        return None;
    }
    if let Some(Varied::Parameter(position)) = varied {
        let volume = regimens.physiology.lesions.iter().any(|lesion| lesion.volume_parameter.is_some_and(|(at, _)| at == position));
        let organ = name.rsplit_once('.').map(|(organ, _)| organ);
        let is_mass = name.ends_with(".volume") || name.ends_with(".mass");
        if is_mass && !volume && organ.is_some_and(|organ| targets.iter().any(|target| target.name == organ)) {
            let message = format!("`{name}` differs between patients, but the S-value of `{}` stays that of one mass", organ.unwrap_or(""));
            faults
                .warning(entry.key_place(), message)
                .help("name it under `physiology: {lesions: …}` to scale the self-dose, or vary the uptake instead");
        }
    }
    let words = format!(
        "between patients `{name}` varies log-normally about its {} with a CV of {:.0} % ({})",
        if about_mean { "mean" } else { "median" },
        100.0 * cv,
        match (&source, &provenance) {
            (Some(source), Some(provenance)) => format!("{provenance}: {source}"),
            (Some(text), None) | (None, Some(text)) => text.clone(),
            (None, None) => "assumed".to_owned(),
        }
    );
    Some((Variation { name, varied: varied?, cv, about_mean, factors: (low, high) }, words))
}

fn varied(name: &str, model: &Model, regimens: &RegimenPlan) -> Option<Varied> {
    if let Some(position) = model.parameter(name) {
        return Some(Varied::Parameter(position));
    }
    if name == "clearance" {
        // where a parameter of the model holds it, that is what differs
        let of_model = |kidneys: &KidneyPlan| kidneys.baseline_parameter.map_or(Varied::Clearance, |(at, _)| Varied::Parameter(at));
        return regimens.physiology.kidneys.as_ref().map(of_model);
    }
    if name == "counts.radiosensitivity" {
        return regimens.physiology.counts.as_ref().map(|_| Varied::AllCountKill);
    }
    match name {
        "psa.growth" => return regimens.physiology.psa.as_ref().map(|_| Varied::PsaGrowth),
        "psa.effect" => return regimens.physiology.psa.as_ref().map(|_| Varied::PsaEffect),
        _ => {}
    }
    let (what, property) = name.rsplit_once('.')?;
    let lineages = regimens.physiology.counts.iter().flat_map(|counts| &counts.lineages);
    if let Some(at) = lineages.clone().position(|lineage| lineage.kind.name() == what) {
        return match property {
            "baseline" => Some(Varied::CountBaseline(at)),
            "radiosensitivity" => Some(Varied::CountKill(at)),
            _ => None,
        };
    }
    let at = regimens.physiology.lesions.iter().position(|lesion| lesion.name == what)?;
    match property {
        "radiosensitivity" => Some(Varied::LesionKill(at)),
        "doubling_time" => Some(Varied::LesionGrowth(at)),
        _ => None,
    }
}

fn names(model: &Model, regimens: &RegimenPlan) -> Vec<String> {
    let mut found: Vec<String> = model.parameters.iter().map(|parameter| parameter.path.clone()).collect();
    found.extend(regimens.physiology.kidneys.as_ref().map(|_| "clearance".to_owned()));
    found.extend(regimens.physiology.counts.as_ref().map(|_| "counts.radiosensitivity".to_owned()));
    for lineage in regimens.physiology.counts.iter().flat_map(|counts| &counts.lineages) {
        found.extend(["baseline", "radiosensitivity"].map(|property| format!("{}.{property}", lineage.kind.name())));
    }
    found.extend(regimens.physiology.psa.iter().flat_map(|_| ["psa.growth".to_owned(), "psa.effect".to_owned()]));
    for lesion in &regimens.physiology.lesions {
        found.extend(["radiosensitivity", "doubling_time"].map(|property| format!("{}.{property}", lesion.name)));
    }
    found
}

fn one_published(item: &Node<'_>, regimens: &RegimenPlan, faults: &mut Faults) -> Option<Published> {
    let mut fields =
        item.fields(faults, "`{arm: adapted, quantity: cycles, published: \"median 5 (1 to 9)\", source: …, use: validation}`")?;
    let arm = fields.require("arm", faults).and_then(|node| {
        let name = node.text(faults, "the name of an arm")?;
        let found = regimens.arms.iter().position(|arm| arm.name == name);
        if found.is_none() {
            let help = did_you_mean(&name, regimens.arms.iter().map(|arm| arm.name.as_str()));
            faults.error(node.place(), format!("there is no arm `{name}`")).help(help);
        }
        found
    });
    let quantity = fields.require("quantity", faults).and_then(|node| node.text(faults, "a quantity such as `cycles`"));
    let words = fields.require("published", faults).and_then(|node| node.text(faults, "the published figure in words"));
    let middle = fields.get("middle").and_then(|node| node.number(faults, "a number in the unit of the quantity"));
    let source = fields.require("source", faults).and_then(|node| node.text(faults, "a citation"));
    fields.get("provenance");
    let uses = [("validation", false), ("calibration", true)];
    let calibrated = fields.require("use", faults).and_then(|node| node.one_of(faults, &uses));
    fields.finish(faults);
    Some(Published { arm: arm?, quantity: quantity?, words: words?, middle, source: source?, calibrated: calibrated? })
}
