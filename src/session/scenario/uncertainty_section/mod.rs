//! The section `dosimetry.uncertainty`: what a budget of the absorbed dose needs besides the fit (Gear et al. 2018), stated once for all targets
//! and, where it differs, for one.
mod parts;

use super::fit_section::{FactorPlan, FactorSharing};
use super::{DataPlan, FitPlan};
use crate::dosimetry::course::DoseTarget;
use crate::dosimetry::s_value::SValue;
use crate::dosimetry::uncertainty_budget::{
    DoseInputs, Outline, RecoveryCurve, counts_follow_volume, s_value_follows_mass, volume_uncertainty,
};
use crate::model::Model;
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::yaml::Node;
use parts::{Ledger, NumberOrigin, Parts, Reader, RecoveryPart, VolumePart};

/// What is known of one target's dose besides the fit.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetUncertainty {
    /// Position of the target.
    pub target: usize,
    /// Position of the region that gives the self-dose, among the model's observables.
    pub region: usize,
    /// S-value of the self-dose, Gy/(MBq h).
    pub s_value_gy_per_mbq_h: f64,
    /// Inputs of the budget; the share of the fit is 0 and comes from its covariance.
    pub inputs: DoseInputs,
    /// Numbers as stated, each with its origin; sentences of what is left out or in the fit already.
    pub stated: Vec<String>,
    /// Those of them that are assumed.
    pub assumed: Vec<String>,
}

/// What the section is read against.
pub(super) struct Against<'a> {
    pub model: &'a Model,
    pub targets: &'a [DoseTarget],
    pub data: Option<&'a DataPlan>,
    pub fit: Option<&'a FitPlan>,
}

pub(super) fn uncertainty(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Vec<TargetUncertainty> {
    if against.fit.is_none() {
        faults
            .error(node.key_place(), "`uncertainty` needs a `fit`: a part of the budget comes from its covariance")
            .help("add `data` and `fit`, or leave `uncertainty` out");
    }
    let Some(mut fields) = node.fields(faults, "a mapping with `calibration`, `fwhm`, `voxel` … for all, and `targets`") else {
        return Vec::new();
    };
    let outer = NumberOrigin::read(&mut fields, &NumberOrigin::default(), faults);
    let mut ledger = Ledger::default();
    let common = Reader { about: "all targets", outer: &outer, ledger: &mut ledger, faults }.parts(&mut fields);
    let targets_node = fields.require("targets", faults);
    fields.finish(faults);
    let mut found = Vec::new();
    for (name, entry) in targets_node.map(|node| node.entries(faults, "targets by name")).unwrap_or_default() {
        let mut own_ledger = ledger.clone();
        let mut own = Parts::default();
        let own_fields = if entry.is_null() { None } else { entry.fields(faults, "nothing, or a mapping with `volume`, `recovery`, …") };
        if let Some(mut fields) = own_fields {
            let outer = NumberOrigin::read(&mut fields, &outer, faults);
            own = Reader { about: &name, outer: &outer, ledger: &mut own_ledger, faults }.parts(&mut fields);
            fields.finish(faults);
        }
        let Some(target) = against.targets.iter().position(|target| target.name == name) else {
            // targets that could not be read have been told of
            if !against.targets.is_empty() {
                let help = did_you_mean(&name, against.targets.iter().map(|target| target.name.as_str()));
                faults.error(entry.key_place(), format!("no target of `dosimetry` is called `{name}`")).help(help);
            }
            continue;
        };
        found.extend(target_uncertainty(target, &common, &own, own_ledger, entry.key_place(), against, faults));
    }
    found
}

fn target_uncertainty(
    target: usize,
    common: &Parts,
    own: &Parts,
    ledger: Ledger,
    place: Place,
    against: &Against<'_>,
    faults: &mut Faults,
) -> Option<TargetUncertainty> {
    let name = &against.targets[target].name;
    let region = against.model.observables.iter().position(|observable| observable.name == *name);
    let own_term = against.targets[target].terms.iter().find(|(region, _)| region == name);
    let (Some((_, s_value)), Some(region)) = (own_term, region) else {
        faults
            .error(place, format!("target `{name}` has no source of its own name, so it has no self-dose of which a budget could be made"))
            .help("name the target like the region that gives its self-dose");
        return None;
    };
    let mut stated = ledger.stated;
    let mut inputs = DoseInputs {
        volume: 0.0,
        counts_follow_volume: 0.0,
        recovery_follows_volume: 0.0,
        s_value_exponent: 0.0,
        recovery: 0.0,
        calibration: 0.0,
        counts: 0.0,
        fit: 0.0,
        s_value: 0.0,
    };
    let mut left_out = Vec::new();
    let in_fit = |kind: Systematic| factor_of(kind, region, against);

    // the fit has these already: what is stated for all targets is passed over, what is stated for this one is refused
    match (own.calibration.as_ref(), common.calibration.as_ref(), in_fit(Systematic::Calibration)) {
        (Some((_, place)), _, Some(factor)) => refuse_double(place, "calibration", name, factor, faults),
        (None, Some(_), Some(factor)) => {
            stated.push(format!("{name}, calibration: not from here, the fit has its factor `{}`", factor.name))
        }
        (Some((value, _)), _, None) | (None, Some((value, _)), None) => inputs.calibration = *value,
        (None, None, factor) => left_out.extend(factor.is_none().then_some("calibration")),
    }
    match own.counts.or(common.counts) {
        Some(value) => inputs.counts = value,
        None => left_out.push("counts"),
    }
    let s_part = own.s_value.as_ref().or(common.s_value.as_ref());
    match s_part {
        Some(part) => inputs.s_value = part.relative,
        None => left_out.push("s_value"),
    }
    let volume = own.volume.as_ref().or(common.volume.as_ref());
    let recovery = own.recovery.as_ref().or(common.recovery.as_ref());
    let mut coefficient = 1.0;
    match recovery {
        None => {
            left_out.push("recovery");
            stated.push(format!("{name}: no recovery is stated, its coefficient counts as 1"));
        }
        Some(part) => {
            let factor = in_fit(Systematic::Recovery);
            let states_uncertainty = part.relative.is_some() || part.spread.is_some();
            if let (Some(factor), true, true) = (factor, states_uncertainty, own.recovery.is_some()) {
                refuse_double(&part.place, "recovery", name, factor, faults);
            } else if let (Some(factor), true) = (factor, states_uncertainty) {
                stated.push(format!("{name}, uncertainty of the recovery: not from here, the fit has its factor `{}`", factor.name));
            } else if factor.is_none() && !states_uncertainty {
                let help = "`value`, or `v50_sd` and `exponent_sd` of the curve";
                faults.error(part.place.clone(), format!("nothing says how well the recovery of `{name}` is known")).help(help);
            }
            coefficient = recovery_of(part, volume, factor.is_none(), &mut inputs, name, &mut stated, faults);
        }
    }
    match volume {
        None => left_out.push("volume"),
        Some(volume) => {
            let fwhm_mm = own.fwhm_mm.or(common.fwhm_mm);
            let outline_fwhm_mm = own.outline_fwhm_mm.or(common.outline_fwhm_mm).or(fwhm_mm);
            follow_volume(volume, fwhm_mm, outline_fwhm_mm, own.voxel_mm.or(common.voxel_mm), coefficient, &mut inputs, faults);
            let exponent = s_part.and_then(|part| part.mass_exponent).or_else(|| mass_exponent(s_value, against.model));
            match exponent {
                Some(exponent) => inputs.s_value_exponent = exponent,
                None => {
                    let message = format!("how the S-value of `{name}` follows the mass is not known for this nuclide");
                    faults.error(place, message).help("state it: `s_value: {value: 5 %, mass_exponent: 1, …}`");
                }
            }
            if inputs.s_value_exponent == 0.0 {
                stated.push(format!(
                    "{name}: the volume outlined is not in the S-value ({}); how far the patient's mass may lie from its mass belongs to `s_value`",
                    s_value.method.title()
                ));
            }
        }
    }
    if !left_out.is_empty() {
        stated.push(format!("{name}: not stated and so left out of the budget: {}", left_out.join(", ")));
    }
    Some(TargetUncertainty { target, region, s_value_gy_per_mbq_h: s_value.gy_per_mbq_h, inputs, stated, assumed: ledger.assumed })
}

fn mass_exponent(s_value: &SValue, model: &Model) -> Option<f64> {
    s_value_follows_mass(s_value, model.nuclide?)
}

/// Recovery coefficient of a region; enters its uncertainty (unless the fit has it) and its slope with volume.
fn recovery_of(
    part: &RecoveryPart,
    volume: Option<&VolumePart>,
    uncertain: bool,
    inputs: &mut DoseInputs,
    name: &str,
    stated: &mut Vec<String>,
    faults: &mut Faults,
) -> f64 {
    let Some((v50_ml, exponent)) = part.curve else {
        if uncertain {
            inputs.recovery = part.relative.unwrap_or(0.0);
        }
        let note = if part.coefficient.is_none() { ", and counts as 1" } else { "" };
        stated.push(format!("{name}: the recovery coefficient does not follow the volume{note}"));
        return part.coefficient.unwrap_or(1.0);
    };
    let Some(volume) = volume else {
        faults
            .error(part.place.clone(), format!("a recovery curve needs the `volume` of `{name}`"))
            .help("state `volume`, or the recovery as a `value` with a `coefficient`");
        return 1.0;
    };
    let (v50_sd, exponent_sd, correlation) = part.spread.unwrap_or_default();
    let shared = correlation * v50_sd * exponent_sd;
    let curve = RecoveryCurve { v50_ml, exponent, covariance: [[v50_sd * v50_sd, shared], [shared, exponent_sd * exponent_sd]] };
    inputs.recovery_follows_volume = curve.follows_volume(volume.size_ml);
    if uncertain {
        match curve.relative_uncertainty(volume.size_ml) {
            Ok(relative) => inputs.recovery = relative,
            Err(error) => {
                faults.error(part.place.clone(), error.to_string());
            }
        }
    }
    curve.recovery(volume.size_ml)
}

/// Enters the uncertainty of the volume and how the counts follow it.
fn follow_volume(
    volume: &VolumePart,
    fwhm_mm: Option<f64>,
    outline_fwhm_mm: Option<f64>,
    voxel_mm: Option<f64>,
    recovery: f64,
    inputs: &mut DoseInputs,
    faults: &mut Faults,
) {
    let Some(fwhm_mm) = fwhm_mm else {
        faults
            .error(volume.place.clone(), "how the counts follow the volume needs `fwhm`, the resolution of the emission image")
            .help("for example `fwhm: {value: 12 mm, provenance: assumed}` for all targets");
        return;
    };
    let relative = match (volume.relative, volume.diameter_mm, voxel_mm, outline_fwhm_mm) {
        (Some(relative), ..) => Ok(relative),
        (None, Some(diameter_mm), Some(voxel_mm), Some(fwhm_mm)) => volume_uncertainty(&Outline { diameter_mm, voxel_mm, fwhm_mm }),
        _ => {
            faults
                .error(volume.place.clone(), "a volume by its `diameter` needs `voxel`, the voxel size of the image of the outline")
                .help("for example `voxel: {value: 4.8 mm, provenance: assumed}` for all targets");
            return;
        }
    };
    match relative.and_then(|relative| Ok((relative, counts_follow_volume(volume.size_ml, fwhm_mm, recovery)?))) {
        Ok((relative, slope)) => {
            inputs.volume = relative;
            inputs.counts_follow_volume = slope;
        }
        Err(error) => {
            faults.error(volume.place.clone(), error.to_string());
        }
    }
}

/// What is common to all images of a region.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Systematic {
    Calibration,
    Recovery,
}

/// The factor of the fit that stands for it in a region, if there is one.
///
/// The name decides (`calibration…`, `recovery…`); else what it is shared by: one a channel is recovery, one for the fit or a subject is calibration. One a scan
/// is noise of scans and neither.
fn factor_of<'a>(kind: Systematic, region: usize, against: &Against<'a>) -> Option<&'a FactorPlan> {
    let names_region = |channels: &[String]| {
        channels.is_empty()
            || against
                .data
                .is_some_and(|data| data.channels.iter().any(|(channel, observable)| *observable == region && channels.contains(channel)))
    };
    let kind_of = |factor: &FactorPlan| {
        let name = factor.name.to_lowercase();
        match factor.shared_by {
            _ if name.contains("calibration") => Some(Systematic::Calibration),
            _ if name.contains("recovery") => Some(Systematic::Recovery),
            FactorSharing::Channel => Some(Systematic::Recovery),
            FactorSharing::Fit | FactorSharing::Subject => Some(Systematic::Calibration),
            FactorSharing::Scan => None,
        }
    };
    against.fit?.factors.iter().find(|factor| kind_of(factor) == Some(kind) && names_region(&factor.channels))
}

fn refuse_double(place: &Place, what: &str, name: &str, factor: &FactorPlan, faults: &mut Faults) {
    let message = format!(
        "the {what} of `{name}` is in the fit already, as factor `{}`: here its uncertainty would count a second time",
        factor.name
    );
    faults
        .error(place.clone(), message)
        .help(format!("leave the uncertainty of the {what} out for this target, or `{}` out of `fit.factors`", factor.name));
}
