//! Fixed and adapted arms side by side for one patient.
mod uncertainty;

use super::figures;
use super::scenario::Scenario;
use super::simulation::effect_quantity;
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::regimen::{Adaptation, ArmResult, RegimenError, RegimenPlan};
use crate::report::{Cell, Column, Failure, Table};
use crate::trial::{PairedArms, deliver_all};
use crate::units::MINUTES_PER_HOUR;

/// Minutes in a week.
const WEEK_MIN: f64 = 10_080.0;

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
    outcome.assumptions.push(format!(
        "the simulated clinic scans `{}` {} times a cycle with a CV of {} % a scan and {} % calibration shared by the patient's scans, and fits one exponential",
        regimen.clinic.region,
        regimen.clinic.scans_min.len(),
        regimen.clinic.scan_cv * 100.0,
        regimen.clinic.calibration_cv * 100.0
    ));
    outcome.tables.push(arm_table(scenario, regimen, arms));
    outcome.tables.push(difference_table(scenario, &paired));
    outcome.tables.push(cycle_table(scenario, regimen, arms));
    outcome.tables.push(scan_table(arms));
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
    outcome.findings.push(
        "Whether dose-adapted treatment helps patients is not proven for 177Lu: the arms differ in dose; a link from dose to survival is not assumed."
            .to_string(),
    );
    outcome.figures.extend(figures::regimens(scenario, regimen, arms));
    if let Some(known) = scenario.uncertainty.as_ref().filter(|_| outcome.fitted.is_empty()) {
        uncertainty::add(scenario, &plan, regimen, known, parameters, &settings, outcome, control)?;
    }
    Ok(())
}

fn sentence(scenario: &Scenario, regimen: &RegimenPlan, arm: &ArmResult) -> String {
    let target = &scenario.targets[regimen.limit.target];
    let total = arm.totals[regimen.limit.target];
    let bed = total.bed_gy.map_or(String::new(), |bed| format!(", BED {bed:.2} Gy"));
    format!(
        "Arm {} ({}): {} cycles, {:.2} GBq; {} truly {:.2} Gy{bed}, estimated {:.2} Gy; ended: {}.",
        arm.arm.title,
        arm.arm.adaptation.words(),
        arm.cycles.len(),
        arm.activity_mbq() / 1e3,
        target.title,
        total.absorbed_gy,
        arm.estimated_gy(),
        arm.ended
    )
}

fn arm_table(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Table {
    let mut columns =
        vec![Column::text("arm"), Column::text("rule"), Column::number("cycles", ""), Column::number("activity", "GBq").significant(4)];
    for target in &scenario.targets {
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy").significant(4));
        if target.repair.is_some() {
            columns.push(Column::number(&format!("{}_bed", target.name), "Gy").significant(4));
        }
    }
    for effect in &scenario.effects {
        columns.push(Column::number(&format!("{}_{}", scenario.targets[effect.target].name, effect.relation.name), "%").significant(3));
    }
    columns.push(Column::number("estimated_dose", "Gy").significant(4));
    columns.push(Column::number("scans", ""));
    columns.push(Column::number("visits", ""));
    columns.push(Column::text("ended"));
    let mut table = Table::new("regimens", "Regimens side by side: true doses", columns);
    for arm in arms {
        let mut row: Vec<Cell> = vec![
            arm.arm.name.as_str().into(),
            arm.arm.adaptation.words().into(),
            arm.cycles.len().into(),
            (arm.activity_mbq() / 1e3).into(),
        ];
        for (target, total) in scenario.targets.iter().zip(&arm.totals) {
            row.push(total.absorbed_gy.into());
            if target.repair.is_some() {
                row.push(total.bed_gy.into());
            }
        }
        for effect in &scenario.effects {
            let repair = scenario.targets[effect.target].repair;
            let value = effect_quantity(effect.relation.quantity, &arm.totals[effect.target], repair);
            row.push(value.and_then(|value| effect.relation.curve.probability(value)).map(|p| 100.0 * p).into());
        }
        // a visit to give, and one for every scan that is not on that day
        let visits: usize = arm.cycles.iter().map(|cycle| 1 + cycle.scans.iter().filter(|scan| scan.time_h >= 12.0).count()).sum();
        row.extend([arm.estimated_gy().into(), arm.scan_count().into(), visits.into(), arm.ended.as_str().into()]);
        table.push(row);
    }
    let limit = &regimen.limit;
    table.notes.push(format!(
        "Limit of the adapted arms: {} {:.2} Gy to {}, kept on the estimated and not on the true dose.",
        limit.quantity.words(),
        limit.limit_gy,
        scenario.targets[limit.target].name
    ));
    table.notes.push(format!(
        "Every {:.1} weeks. Estimated dose: one exponential through the scans of `{}`, self-dose only. Visits: one to give, one for each scan 12 h or later.",
        regimen.interval_min / WEEK_MIN,
        regimen.clinic.region
    ));
    if arms.iter().any(|arm| arm.arm.adaptation == Adaptation::Fixed) {
        table.notes.push("The fixed arm is scanned too, so that its estimates can be compared; its rule does not use them.".into());
    }
    for effect in &scenario.effects {
        for sentence in effect.relation.report_sentences() {
            table.notes.push(sentence);
        }
    }
    table
}

fn difference_table(scenario: &Scenario, paired: &PairedArms) -> Table {
    let mut columns =
        vec![Column::text("arm"), Column::text("against"), Column::number("cycles", ""), Column::number("activity", "GBq").significant(4)];
    for target in &scenario.targets {
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy").significant(4));
        if target.repair.is_some() {
            columns.push(Column::number(&format!("{}_bed", target.name), "Gy").significant(4));
        }
    }
    let mut table = Table::new("paired_differences", "What each arm gave beyond the first, in the same patient", columns);
    for difference in paired.differences() {
        let mut row: Vec<Cell> = vec![
            difference.arm.as_str().into(),
            difference.reference.as_str().into(),
            Cell::Integer(difference.cycles),
            (difference.activity_mbq / 1e3).into(),
        ];
        for ((target, absorbed), bed) in scenario.targets.iter().zip(&difference.absorbed_gy).zip(&difference.bed_gy) {
            row.push((*absorbed).into());
            if target.repair.is_some() {
                row.push((*bed).into());
            }
        }
        table.push(row);
    }
    table.notes.push("True doses; the arms share the patient and the noise of the clinic.".into());
    table
}

fn cycle_table(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Table {
    let mut columns = vec![
        Column::text("arm"),
        Column::number("cycle", ""),
        Column::number("start", "wk").significant(3),
        Column::number("activity", "GBq").significant(4),
        Column::number("wanted", "GBq").significant(4),
    ];
    for target in &scenario.targets {
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy").significant(4));
    }
    let limited = &scenario.targets[regimen.limit.target].name;
    columns.push(Column::number(&format!("{limited}_bed"), "Gy").significant(4));
    columns.push(Column::number("estimated_dose", "Gy").significant(4));
    columns.push(Column::number("estimated_standard_error", "Gy").significant(2));
    columns.push(Column::number("estimated_bed", "Gy").significant(4));
    columns.push(Column::number("estimated_half_life", "h").significant(3));
    columns.push(Column::number("estimate_to_truth", "").significant(3));
    let mut table = Table::new("cycles", "Cycle by cycle", columns);
    for arm in arms {
        for (number, cycle) in arm.cycles.iter().enumerate() {
            let truth = cycle.true_doses[regimen.limit.target];
            let mut row: Vec<Cell> = vec![
                arm.arm.name.as_str().into(),
                (number + 1).into(),
                (cycle.time_min / WEEK_MIN).into(),
                (cycle.activity_mbq / 1e3).into(),
                cycle.wanted_mbq.map(|wanted| wanted / 1e3).into(),
            ];
            row.extend(cycle.true_doses.iter().map(|dose| Cell::from(dose.absorbed_gy)));
            row.extend([
                truth.bed_gy.into(),
                cycle.estimate.absorbed_gy.into(),
                cycle.estimate.standard_error_gy.into(),
                cycle.estimate.bed_gy.into(),
                cycle.estimate.effective_half_life_h.into(),
                (cycle.estimate.absorbed_gy / truth.absorbed_gy).into(),
            ]);
            table.push(row);
        }
    }
    table.notes.push("The dose of a cycle is what is absorbed until the next one; the last cycle holds all that follows.".into());
    table
}

fn scan_table(arms: &[ArmResult]) -> Table {
    let mut table = Table::new(
        "scans",
        "Simulated scans",
        vec![
            Column::text("arm"),
            Column::number("cycle", ""),
            Column::number("time", "h").significant(4),
            Column::number("true", "MBq").significant(5),
            Column::number("measured", "MBq").significant(5),
        ],
    );
    for arm in arms {
        for (number, cycle) in arm.cycles.iter().enumerate() {
            for scan in &cycle.scans {
                table.push(vec![
                    arm.arm.name.as_str().into(),
                    (number + 1).into(),
                    scan.time_h.into(),
                    scan.true_mbq.into(),
                    scan.measured_mbq.into(),
                ]);
            }
        }
    }
    table.notes.push(format!("Times after the administration of each cycle ({} min are an hour).", MINUTES_PER_HOUR));
    table
}
