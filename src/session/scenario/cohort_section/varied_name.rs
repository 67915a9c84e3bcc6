//! Names of what may differ between patients, and the units in which those things are written.
use crate::model::Model;
use crate::regimen::{KidneyPlan, RegimenPlan};
use crate::session::scenario::unit_of;
use crate::trial::Varied;
use crate::units::{DIMENSIONLESS, Dimension, Unit};

/// What a quantity is written in.
pub(super) struct Written {
    /// Its dimension in formulas and rules.
    pub dimension: Dimension,
    /// The unit in which it is shown.
    pub unit: String,
    /// Internal units per that unit.
    pub internal_per_unit: f64,
}

pub(super) fn written(varied: Varied, model: &Model, regimens: &RegimenPlan) -> Written {
    if let Varied::Parameter(at) = varied {
        let (unit, internal_per_unit) = unit_of(model, at);
        return Written { dimension: model.parameters[at].dimension, unit, internal_per_unit };
    }
    if let Some(unit) = varied.held_unit()
        && let Ok(found) = Unit::parse(unit)
    {
        return Written { dimension: found.dimension, unit: unit.to_owned(), internal_per_unit: found.in_internal_units };
    }
    let lineages = regimens.physiology.counts.iter().flat_map(|counts| &counts.lineages);
    let unit = match varied {
        // counts are numbers in the unit of their lineage
        Varied::CountBaseline(at) => lineages.map(|lineage| lineage.kind.unit()).nth(at).unwrap_or(""),
        _ => "",
    };
    Written { dimension: DIMENSIONLESS, unit: unit.to_owned(), internal_per_unit: 1.0 }
}

pub(super) fn varied(name: &str, model: &Model, regimens: &RegimenPlan) -> Option<Varied> {
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

pub(super) fn names(model: &Model, regimens: &RegimenPlan) -> Vec<String> {
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
