//! What one arm came to in one patient, as named numbers: the columns of a cohort.
use crate::dosimetry::course::{DoseTarget, Repair, TargetDose};
use crate::radiobiology::blood_counts::ctcae_grade;
use crate::radiobiology::lesion::Response;
use crate::radiobiology::registry::{DoseEffectModel, DoseQuantity};
use crate::regimen::{ArmResult, RegimenPlan, StopCause};

/// A named number. Shares of patients are 0 or 100 (%) in one patient: their mean is the share.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its value; `None` where it is not there.
    pub value: Option<f64>,
}

/// A dose–effect relation of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Position of the target.
    pub target: usize,
    /// The relation.
    pub relation: DoseEffectModel,
}

/// What a relation reads of a dose: absorbed dose, BED or EQD2 (Gy).
pub fn effect_quantity(quantity: DoseQuantity, dose: &TargetDose, repair: Option<Repair>) -> Option<f64> {
    match quantity {
        DoseQuantity::AbsorbedDose => Some(dose.absorbed_gy),
        DoseQuantity::Bed => dose.bed_gy,
        DoseQuantity::Eqd2 => dose.bed_gy.zip(repair).map(|(bed, repair)| crate::radiobiology::bed::eqd2_gy(bed, repair.alpha_beta_gy)),
    }
}

fn share(name: impl Into<String>, holds: bool) -> Quantity {
    Quantity { name: name.into(), unit: "% of patients", value: Some(if holds { 100.0 } else { 0.0 }) }
}

fn number(name: impl Into<String>, unit: &'static str, value: impl Into<Option<f64>>) -> Quantity {
    Quantity { name: name.into(), unit, value: value.into() }
}

/// All quantities of an arm, in an order that depends on the scenario alone.
pub fn quantities(targets: &[DoseTarget], regimen: &RegimenPlan, effects: &[Effect], arm: &ArmResult) -> Vec<Quantity> {
    let activity_gbq = arm.activity_mbq() / 1e3;
    let cycles = arm.cycles.len();
    let mut found = vec![
        number("cycles", "", cycles as f64),
        number("activity", "GBq", activity_gbq),
        number("activity_per_cycle", "GBq", (cycles > 0).then(|| activity_gbq / cycles as f64)),
    ];
    for (position, (target, total)) in targets.iter().zip(&arm.totals).enumerate() {
        found.push(number(format!("{}_dose", target.name), "Gy", total.absorbed_gy));
        found.push(number(
            format!("{}_dose_per_activity", target.name),
            "Gy/GBq",
            (activity_gbq > 0.0).then(|| total.absorbed_gy / activity_gbq),
        ));
        if target.repair.is_some() {
            found.push(number(format!("{}_bed", target.name), "Gy", total.bed_gy));
        }
        if target.terms.iter().any(|(region, _)| regimen.clinic.protocol(region).is_some()) {
            let error = arm.estimated_gy(position).map(|estimate| 100.0 * (estimate / total.absorbed_gy - 1.0));
            found.push(number(format!("{}_estimated_dose", target.name), "Gy", arm.estimated_gy(position).filter(|_| cycles > 0)));
            found.push(number(format!("{}_estimate_error", target.name), "%", error.filter(|error| error.is_finite())));
        }
    }
    found.push(share("delayed", arm.cycles.iter().any(|cycle| cycle.delay_min > 0.0)));
    found.push(share("reduced", arm.cycles.iter().any(|cycle| !cycle.reduced_by.is_empty())));
    for (name, cause) in [
        ("ended_as_planned", StopCause::Planned),
        ("ended_by_limit", StopCause::Limit),
        ("ended_by_toxicity", StopCause::Toxicity),
        ("ended_by_lesions", StopCause::Lesions),
    ] {
        found.push(share(name, arm.ended_by == Some(cause)));
    }
    counts(regimen, arm, &mut found);
    if regimen.physiology.kidneys.is_some() {
        found.push(number("clearance_loss_per_year", "%", arm.curves.clearance_loss_per_year().map(|loss| 100.0 * loss)));
        found.push(number("clearance_at_the_end", "mL/min", arm.curves.clearance_ml_per_min.last().copied()));
    }
    if !regimen.physiology.lesions.is_empty() {
        response(arm, &mut found);
    }
    if let Some(plan) = &regimen.physiology.psa {
        let lowest = arm.curves.psa_ug_per_l.iter().copied().fold(f64::INFINITY, f64::min);
        let fall = (lowest.is_finite()).then(|| 100.0 * (1.0 - lowest / plan.initial_ug_per_l));
        found.push(number("psa_fall", "%", fall));
        found.push(share("psa50", fall.is_some_and(|fall| fall >= 50.0)));
    }
    found.push(number("scans", "", arm.workload.scans as f64));
    found.push(number("samples", "", arm.workload.samples as f64));
    found.push(number("visits", "", arm.workload.visits as f64));
    for Effect { target: position, relation } in effects {
        let target = &targets[*position];
        let value = effect_quantity(relation.quantity, &arm.totals[*position], target.repair);
        let probability = value.and_then(|value| relation.curve.probability(value)).map(|probability| 100.0 * probability);
        found.push(number(format!("{}_{}", target.name, relation.name), "%", probability));
    }
    found
}

fn counts(regimen: &RegimenPlan, arm: &ArmResult, found: &mut Vec<Quantity>) {
    let Some(plan) = &regimen.physiology.counts else { return };
    let mut worst = 0;
    for (position, lineage) in plan.lineages.iter().enumerate() {
        let name = lineage.kind.name();
        let (nadir, day) = arm.curves.nadir(position).unzip();
        found.push(number(format!("{name}_nadir"), lineage.kind.unit(), nadir));
        found.push(number(format!("{name}_nadir_day"), "d", day));
        found.push(number(format!("{name}_fall"), "%", nadir.map(|nadir| 100.0 * (1.0 - nadir / lineage.baseline))));
        let grade = nadir.map_or(0, |nadir| ctcae_grade(lineage.kind, nadir));
        found.push(share(format!("{name}_grade_3_or_4"), grade >= 3));
        worst = worst.max(grade);
    }
    found.push(share("any_grade_3_or_4", worst >= 3));
}

fn response(arm: &ArmResult, found: &mut Vec<Quantity>) {
    let outcome = arm.curves.best_response();
    let progressed_min = outcome.and_then(|(_, progressed)| progressed);
    found.push(number("lesions_best_change", "%", arm.curves.best_change().map(|change| 100.0 * change)));
    found.push(share("responded", outcome.is_some_and(|(best, _)| best <= Response::Partial)));
    found.push(share("progressed", progressed_min.is_some()));
    found.push(number("progression_week", "wk", progressed_min.map(|min| min / crate::units::MINUTES_PER_WEEK)));
}
