//! The rule: what to give next, from what the clinic knows.
//!
//! Order on the day of a planned cycle: death, number of cycles, progression, lesions, gates, limits, activity, reductions, caps.
use super::arm::{ActivityRule, Adaptation, Arm, Limit, LimitQuantity};
use super::clinic::DoseEstimate;
use super::formula::KnownValue;
use super::gate::{Verdict, lift_tolerated, reduced_mbq};
use super::record::PatientRecord;
use super::stop::{StopRule, StopVerdict, resume};
use crate::dosimetry::course::DoseTarget;
use crate::dosimetry::course::Repair;
use crate::radiobiology::bed::dose_for_bed_gy;
use crate::units::{DIMENSIONLESS, MINUTES_PER_WEEK};

/// What the rule decides on the day of a planned cycle.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Give this activity (MBq).
    Give {
        /// The activity (MBq).
        activity_mbq: f64,
        /// Where the wish was cut to the largest allowed activity: the wish (MBq).
        wanted_mbq: Option<f64>,
        /// Gates whose reduction holds.
        reduced_by: Vec<String>,
    },
    /// Not today; check again later.
    Wait {
        /// After this time (min).
        recheck_min: f64,
        /// Why.
        reason: String,
    },
    /// No further cycle.
    Stop {
        /// What kind of reason.
        cause: StopCause,
        /// Why.
        reason: String,
    },
}

/// What kind of reason ended a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// All planned cycles, or the largest number of them, were given.
    Planned,
    /// A limit on dose or retention.
    Limit,
    /// A gate: toxicity that did not recover, came back, or ends the treatment at once.
    Toxicity,
    /// The lesions: progression, or a response that lasted.
    Lesions,
    /// The rule gave no usable activity.
    NoActivity,
    /// Progression by the event model, in an arm that stops on it.
    Progression,
    /// Death by the event model.
    Death,
}

/// How often a suspended treatment is looked at (min): every 6 weeks.
const SUSPENSION_CHECK_MIN: f64 = 6.0 * MINUTES_PER_WEEK;

/// Decides on the next cycle of `arm` at `now_min`. Gates that fire are entered into the record.
pub fn decide(arm: &Arm, targets: &[DoseTarget], record: &mut PatientRecord, now_min: f64) -> Decision {
    let number = record.cycles.len() + 1;
    if record.died_min.is_some() {
        return Decision::Stop { cause: StopCause::Death, reason: "death".to_owned() };
    }
    if number > arm.cycles {
        return Decision::Stop {
            cause: StopCause::Planned,
            reason: match arm.adaptation {
                Adaptation::Cycles => format!("largest number of cycles ({})", arm.cycles),
                _ if arm.cycles == 1 => "the one planned cycle given".to_owned(),
                _ => format!("all {} planned cycles given", arm.cycles),
            },
        };
    }
    if record.progressed_min.is_some() && arm.stops.contains(&StopRule::Progression) {
        return Decision::Stop { cause: StopCause::Progression, reason: "progression".to_owned() };
    }
    resume(record);
    for rule in &arm.stops {
        match rule.judge(record, now_min) {
            StopVerdict::Pass => {}
            StopVerdict::Suspend => {
                record.suspended_since_min.get_or_insert(now_min);
                return Decision::Wait { recheck_min: SUSPENSION_CHECK_MIN, reason: "suspended for exceptional response".into() };
            }
            StopVerdict::Stop(reason) => return Decision::Stop { cause: StopCause::Lesions, reason },
        }
    }
    record.suspended_since_min = None;
    if let Some(decision) = gates(arm, record, now_min) {
        return decision;
    }
    let planned = match planned_mbq(arm, targets, record, number) {
        Ok(planned) => planned,
        Err(reason) => return Decision::Stop { cause: StopCause::Limit, reason },
    };
    let wanted = reduced_mbq(planned, record);
    let reduced_by = record.reductions.iter().map(|reduction| reduction.gate.clone()).collect();
    if !wanted.is_finite() || wanted <= 0.0 {
        return Decision::Stop { cause: StopCause::NoActivity, reason: format!("the rule gives {wanted} MBq, which is no activity") };
    }
    if let Some(smallest) = arm.smallest_mbq.filter(|smallest| wanted < *smallest && arm.adaptation == Adaptation::Activity) {
        let (cause, why) =
            if planned < smallest { (StopCause::Limit, "the limit leaves") } else { (StopCause::Toxicity, "toxicity leaves") };
        return Decision::Stop { cause, reason: format!("{why} {wanted:.0} MBq, below the smallest activity of {smallest:.0} MBq") };
    }
    match arm.cap_mbq(number).filter(|largest| wanted > *largest) {
        Some(largest) => Decision::Give { activity_mbq: largest, wanted_mbq: Some(wanted), reduced_by },
        None => Decision::Give { activity_mbq: wanted, wanted_mbq: None, reduced_by },
    }
}

fn gates(arm: &Arm, record: &mut PatientRecord, now_min: f64) -> Option<Decision> {
    if record.withheld_since_min.is_none() {
        lift_tolerated(&arm.gates, record);
    }
    let mut wait: Option<(f64, String)> = None;
    for gate in &arm.gates {
        match gate.judge(record, now_min) {
            Verdict::Pass => {}
            Verdict::Stop { reason } => return Some(Decision::Stop { cause: StopCause::Toxicity, reason }),
            Verdict::Withhold { recheck_min } => {
                let longer = wait.as_ref().is_none_or(|(time, _)| recheck_min > *time);
                if longer {
                    wait = Some((recheck_min, format!("withheld: {}", gate.fires.words(&gate.analyte))));
                }
            }
        }
    }
    match wait {
        Some((recheck_min, reason)) => {
            record.withheld_since_min.get_or_insert(now_min);
            Some(Decision::Wait { recheck_min, reason })
        }
        None => {
            record.withheld_since_min = None;
            None
        }
    }
}

/// The activity before reductions and caps, or why there is no further cycle.
fn planned_mbq(arm: &Arm, targets: &[DoseTarget], record: &PatientRecord, number: usize) -> Result<f64, String> {
    let by_formula = |record: &PatientRecord| {
        let mut known = record.known.clone();
        known.insert("cycle".into(), KnownValue { value: number as f64, dimension: DIMENSIONLESS });
        match &arm.activity {
            ActivityRule::Formula(formula) => formula.value(&known),
            // dose per activity in internal units is (L, min) based: the formula's value is divided into a limit in the same unit
            ActivityRule::Predicted(formula) => {
                let per_mbq_gy = formula.value(&known) / gray();
                let shares = arm.limits.iter().map(|limit| goal_gy(arm, limit, record) / arm.cycles as f64 / per_mbq_gy);
                shares.fold(f64::INFINITY, f64::min)
            }
        }
    };
    match arm.adaptation {
        Adaptation::Fixed => Ok(by_formula(record)),
        Adaptation::Cycles => {
            let planned_mbq = by_formula(record);
            // what would really be given: after reductions and the cap
            let next_mbq = arm.cap_mbq(number).unwrap_or(f64::INFINITY).min(reduced_mbq(planned_mbq, record));
            for limit in &arm.limits {
                within(arm, limit, targets, record, next_mbq)?;
            }
            for retention in &arm.retentions {
                let most_mbq = retention.of_patient_mbq(record.risk_factor);
                let held_mbq = record.retained_share(&retention.region, retention.at_min).map(|share| share * next_mbq);
                if let Some(held_mbq) = held_mbq.filter(|held_mbq| *held_mbq > most_mbq) {
                    return Err(format!("{} would still hold {held_mbq:.0} MBq, more than {most_mbq:.0} MBq", retention.region));
                }
            }
            Ok(planned_mbq)
        }
        Adaptation::Activity if number == 1 => Ok(by_formula(record)),
        Adaptation::Activity => {
            let mut wanted = f64::INFINITY;
            for limit in &arm.limits {
                wanted = wanted.min(adapted_mbq(arm, limit, targets, record, number)?);
            }
            for retention in &arm.retentions {
                if let Some(share) = record.retained_share(&retention.region, retention.at_min) {
                    wanted = wanted.min(retention.of_patient_mbq(record.risk_factor) / share);
                }
            }
            Ok(wanted)
        }
    }
}

/// One gray in internal units.
pub(super) fn gray() -> f64 {
    crate::units::Unit::parse("Gy").map_or(1.0, |unit| unit.in_internal_units)
}

/// What the limit allows this patient (Gy).
fn goal_gy(arm: &Arm, limit: &Limit, record: &PatientRecord) -> f64 {
    limit.of_patient_gy(record.risk_factor) * arm.prescribed_share
}

fn metric(limit: &Limit, estimate: &DoseEstimate) -> f64 {
    match limit.quantity {
        LimitQuantity::AbsorbedDose => estimate.absorbed_gy,
        LimitQuantity::Bed => estimate.bed_gy.unwrap_or(estimate.absorbed_gy),
    }
}

/// The newest estimate of a target, and the activity that it belongs to.
fn newest(record: &PatientRecord, target: usize) -> Option<(f64, &DoseEstimate)> {
    record.cycles.iter().rev().find_map(|cycle| cycle.estimates[target].as_ref().map(|estimate| (cycle.activity_mbq, estimate)))
}

/// Whether the estimated total and the predicted next cycle stay within the limit (with its tolerance).
fn within(arm: &Arm, limit: &Limit, targets: &[DoseTarget], record: &PatientRecord, next_mbq: f64) -> Result<(), String> {
    let Some((last_mbq, last)) = newest(record, limit.target) else { return Ok(()) };
    let (so_far, _) = record.estimated_total(limit.target, |estimate| metric(limit, estimate));
    // the next cycle is predicted to give what the last gave, by activity
    let next_dose = last.absorbed_gy * next_mbq / last_mbq;
    let next = match limit.quantity {
        LimitQuantity::AbsorbedDose => next_dose,
        LimitQuantity::Bed => bed_of(next_dose, last, targets[limit.target].repair),
    };
    let most = goal_gy(arm, limit, record);
    if so_far + next <= most + limit.tolerance_gy {
        return Ok(());
    }
    let words = limit.quantity.words();
    let tolerance = if limit.tolerance_gy > 0.0 { format!(" by more than {:.2} Gy", limit.tolerance_gy) } else { String::new() };
    Err(format!(
        "estimated {words} of {} {so_far:.2} Gy + predicted {next:.2} Gy would pass {most:.2} Gy{tolerance}",
        targets[limit.target].name
    ))
}

fn bed_of(dose_gy: f64, estimate: &DoseEstimate, repair: Option<Repair>) -> f64 {
    match repair.zip(estimate.protraction_factor) {
        Some((repair, factor)) => crate::radiobiology::bed::bed_gy(dose_gy, factor, repair.alpha_beta_gy),
        None => dose_gy,
    }
}

/// The activity that shares what is left of the limit among the cycles that are left.
fn adapted_mbq(arm: &Arm, limit: &Limit, targets: &[DoseTarget], record: &PatientRecord, number: usize) -> Result<f64, String> {
    let target = &targets[limit.target];
    let Some((last_mbq, last)) = newest(record, limit.target) else {
        return Err(format!("no estimate of {} to adapt to", target.name));
    };
    let (so_far, _) = record.estimated_total(limit.target, |estimate| metric(limit, estimate));
    let most = goal_gy(arm, limit, record);
    let left = most - so_far;
    if left <= 0.0 {
        return Err(format!("estimated {} of {} {so_far:.2} Gy has reached {most:.2} Gy", limit.quantity.words(), target.name));
    }
    let budget = left / (arm.cycles + 1 - number) as f64;
    let dose_gy = match (limit.quantity, target.repair, last.protraction_factor) {
        (LimitQuantity::Bed, Some(repair), Some(factor)) => dose_for_bed_gy(budget, 1, factor, repair.alpha_beta_gy),
        _ => budget,
    };
    Ok(dose_gy * last_mbq / last.absorbed_gy)
}
