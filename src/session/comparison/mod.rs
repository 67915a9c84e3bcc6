//! Fixed and adapted arms side by side for one patient.
mod clinic_words;
mod course_tables;
mod tables;
mod uncertainty;

pub(super) use clinic_words::estimator;

use super::figures;
use super::scenario::Scenario;
use super::trial::{self, TrialOptions};
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::radiobiology::hazard_link::HazardLink;
use crate::regimen::{ArmResult, RegimenError, RegimenPlan};
use crate::report::Failure;
use crate::trial::deliver_all;
use crate::units::MINUTES_PER_WEEK;

impl From<RegimenError> for Failed {
    fn from(error: RegimenError) -> Failed {
        if error.cancelled { Failed::cancelled(error.to_string()) } else { Failed::because(error.to_string()) }
    }
}

/// Delivers every arm to the scenario's patient and adds tables, figures and findings.
pub fn compare(scenario: &Scenario, parameters: &[f64], outcome: &mut Outcome, control: &mut Control) -> Result<(), Failed> {
    let Some(regimen) = &scenario.regimens else { return Ok(()) };
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).map_err(Failed::because)?;
    let settings = SolveSettings {
        relative_tolerance: scenario.solve.relative_tolerance,
        method: scenario.solve.method,
        cancel: Some(control.cancel),
        ..Default::default()
    };
    let count = regimen.arms.len() as f64;
    let paired = deliver_all(&plan, regimen, parameters, &settings, |position| {
        control.at(&format!("delivering {}", regimen.arms[position].name), 0.6 + 0.2 * position as f64 / count)
    })?;
    outcome.incomplete |= !paired.failures.is_empty();
    for error in &paired.failures {
        outcome.failures.push(Failure { what: format!("arm {}", error.arm), count: 1, messages: vec![error.to_string()] });
        outcome.findings.push(format!("No result for {error}"));
    }
    let arms = &paired.arms;
    if arms.is_empty() {
        return Err(Failed::because("no arm could be delivered: see the findings"));
    }
    outcome.seed = Some(regimen.clinic.seed);
    outcome.assumptions.extend(regimen.assumptions.iter().cloned());
    outcome.assumptions.extend(clinic_words::assumptions(regimen));
    outcome.tables.push(tables::arms(scenario, regimen, arms));
    outcome.tables.extend(course_tables::all(scenario, regimen, arms));
    outcome.tables.push(tables::differences(scenario, &paired));
    outcome.tables.push(tables::cycles(scenario, regimen, arms));
    outcome.tables.extend(tables::estimates(scenario, arms));
    outcome.tables.extend(tables::scans(arms));
    for arm in arms {
        outcome.findings.push(sentence(scenario, regimen, arm));
        for (number, cycle) in arm.cycles.iter().enumerate() {
            if let Some(wanted) = cycle.wanted_mbq {
                let what = format!("arm {}, cycle {}: activity cut", arm.arm.name, number + 1);
                let message =
                    format!("the rule asked for {:.2} GBq, the largest activity is {:.2} GBq", wanted / 1e3, cycle.activity_mbq / 1e3);
                outcome.failures.push(Failure { what, count: 1, messages: vec![message] });
            }
        }
    }
    let link = regimen.survival_link.as_ref().map_or_else(|| HazardLink::default().words(), |(_, link)| link.words());
    outcome.findings.push(link);
    outcome.findings.push(proof(scenario).to_owned());
    outcome.figures.extend(figures::regimens(scenario, regimen, arms));
    if scenario.cohort.is_some() {
        trial::add(scenario, parameters, TrialOptions::default(), (0.75, 0.95), outcome, control)?;
    }
    if let Some(known) = scenario.uncertainty.as_ref().filter(|_| outcome.fitted.is_empty()) {
        uncertainty::add(scenario, &plan, regimen, known, parameters, &settings, outcome, control)?;
    }
    Ok(())
}

fn sentence(scenario: &Scenario, regimen: &RegimenPlan, arm: &ArmResult) -> String {
    let about = regimen.primary.map_or(String::new(), |position| {
        let (target, total) = (&scenario.targets[position], arm.totals[position]);
        let bed = total.bed_gy.map_or(String::new(), |bed| format!(", BED {bed:.2} Gy"));
        let estimated = arm.estimated_gy(position).map_or(String::new(), |dose| format!(", estimated {dose:.2} Gy"));
        format!("; {} truly {:.2} Gy{bed}{estimated}", target.title, total.absorbed_gy)
    });
    let delays: f64 = arm.cycles.iter().map(|cycle| cycle.delay_min).sum();
    let delayed = if delays > 0.0 { format!("; held back {:.1} wk in all", delays / MINUTES_PER_WEEK) } else { String::new() };
    let reduced = arm.cycles.iter().filter(|cycle| !cycle.reduced_by.is_empty()).count();
    let reduced = if reduced > 0 { format!("; {reduced} at reduced activity") } else { String::new() };
    format!(
        "Arm {} ({}): {}, {:.2} GBq{about}{delayed}{reduced}; ended: {}.",
        arm.arm.title,
        arm.arm.adaptation.words(),
        figures::cycles_words(arm.cycles.len()),
        arm.activity_mbq() / 1e3,
        arm.ended
    )
}

/// What is known of adapting to dose, by nuclide.
fn proof(scenario: &Scenario) -> &'static str {
    match scenario.model.nuclide.map(|nuclide| nuclide.name.as_str()) {
        Some("Lu-177") => {
            "Whether dose-adapted treatment helps patients is not proven for 177Lu: the arms differ in dose; a link from dose to survival is not assumed."
        }
        Some("Y-90") => {
            "Dose-adapted treatment was shown to help in 90Y glass SIRT of large HCC (DOSISPHERE-01, 56 patients), not elsewhere: the arms differ in dose; a link from dose to \
             survival is not assumed."
        }
        _ => {
            "Whether dose-adapted treatment helps patients is not proven here: the arms differ in dose; a link from dose to survival is not assumed."
        }
    }
}
