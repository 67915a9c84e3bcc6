//! Tables of the comparison: arms, paired differences, cycles, estimates against the truth, scans.
use super::super::scenario::{EffectPlan, Scenario};
use crate::regimen::{Adaptation, ArmResult, Limit, RegimenPlan};
use crate::report::{Cell, Column, Table};
use crate::trial::PairedArms;
use crate::trial::effect_quantity;
use crate::units::{MINUTES_PER_HOUR, MINUTES_PER_WEEK};

fn dose_columns(scenario: &Scenario) -> Vec<Column> {
    let mut columns = Vec::new();
    for target in &scenario.targets {
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy").significant(4));
        if target.repair.is_some() {
            columns.push(Column::number(&format!("{}_bed", target.name), "Gy").significant(4));
        }
    }
    columns
}

/// The arms side by side.
pub(super) fn arms(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Table {
    let mut columns =
        vec![Column::text("arm"), Column::text("rule"), Column::number("cycles", ""), Column::number("activity", "GBq").significant(4)];
    columns.extend(dose_columns(scenario));
    for effect in scenario.effects.iter().filter(|effect| has_probability(effect)) {
        columns.push(Column::number(&format!("{}_{}", scenario.targets[effect.target].name, effect.relation.name), "%").significant(3));
    }
    if regimen.survival_link.is_some() {
        columns.push(Column::number("hypothetical_hazard_ratio", "").significant(3));
    }
    let imaged = !regimen.clinic.imaging.is_empty();
    if imaged {
        columns.push(Column::number("estimated_dose", "Gy").significant(4));
        columns.push(Column::number("scans", ""));
    }
    let sampled = regimen.clinic.laboratory.is_some();
    if sampled {
        columns.push(Column::number("samples", ""));
    }
    columns.push(Column::number("visits", ""));
    let beds = regimen.clinic.nights_per_cycle > 0.0;
    if beds {
        columns.push(Column::number("nights", "").significant(3));
    }
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
        for effect in scenario.effects.iter().filter(|effect| has_probability(effect)) {
            let repair = scenario.targets[effect.target].repair;
            let value = effect_quantity(effect.relation.quantity, &arm.totals[effect.target], repair);
            row.push(value.and_then(|value| effect.relation.curve.probability(value)).map(|p| 100.0 * p).into());
        }
        if let Some((target, link)) = &regimen.survival_link {
            let beyond_gy = arm.totals[*target].absorbed_gy - arms[0].totals[*target].absorbed_gy;
            row.push(link.hazard_ratio(beyond_gy).into());
        }
        if imaged {
            row.push(regimen.primary.and_then(|target| arm.estimated_gy(target)).into());
            row.push(arm.workload.scans.into());
        }
        if sampled {
            row.push(arm.workload.samples.into());
        }
        row.push(arm.workload.visits.into());
        if beds {
            row.push(arm.workload.nights.into());
        }
        row.push(arm.ended.as_str().into());
        table.push(row);
    }
    notes(&mut table, scenario, regimen, arms);
    table
}

/// Limits and odds ratios have a reading and no probability.
fn has_probability(effect: &EffectPlan) -> bool {
    effect.relation.curve.probability(1.0).is_some()
}

fn notes(table: &mut Table, scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) {
    if let Some((target, link)) = &regimen.survival_link {
        let name = &scenario.targets[*target].name;
        table.notes.push(format!("Hypothetical hazard ratio against the first arm, from the dose to {name}. {}", link.words()));
    }
    let mut limits: Vec<&Limit> = Vec::new();
    for limit in arms.iter().flat_map(|arm| &arm.arm.limits) {
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    for limit in limits {
        let who: Vec<&str> = arms.iter().filter(|arm| arm.arm.limits.contains(limit)).map(|arm| arm.arm.name.as_str()).collect();
        table.notes.push(limit_sentence(scenario, regimen, limit, &who));
    }
    for (position, arm) in arms.iter().enumerate() {
        for retention in &arm.arm.retentions {
            if arms[..position].iter().any(|before| before.arm.retentions.contains(retention)) {
                continue;
            }
            let most_mbq = retention.of_patient_mbq(!regimen.risk_factors.is_empty());
            let source = retention.source.as_ref().map_or(String::new(), |source| format!(" ({source})"));
            table.notes.push(format!(
                "Limit of {}: {} may hold {:.2} GBq at {:.0} h, by the measured share of an earlier cycle{source}.",
                arm.arm.name,
                retention.region,
                most_mbq / 1e3,
                retention.at_min / MINUTES_PER_HOUR
            ));
        }
    }
    let estimated = regimen.primary.filter(|_| !regimen.clinic.imaging.is_empty()).map_or(String::new(), |target| {
        let name = &scenario.targets[target].name;
        format!(" Estimated dose: of `{name}`; {}.", super::clinic_words::estimator(regimen))
    });
    let several = arms.iter().any(|arm| arm.cycles.len() > 1);
    let every = if several {
        format!("Every {:.1} weeks unless an arm says otherwise.", regimen.interval_min / MINUTES_PER_WEEK)
    } else {
        String::new()
    };
    let scans = if regimen.clinic.imaging.is_empty() { "" } else { " Scans: all regions at one time are one." };
    let words =
        format!("{every}{estimated}{scans} Visits: days on which the patient comes: to be treated, for scans 12 h or later, for blood.");
    table.notes.push(words.trim_start().to_owned());
    if !regimen.clinic.imaging.is_empty() && arms.iter().any(|arm| arm.arm.adaptation == Adaptation::Fixed) {
        table.notes.push("The fixed arm is scanned too, so that its estimates can be compared; its rule does not use them.".into());
    }
    for effect in scenario.effects.iter().filter(|effect| !has_probability(effect)) {
        let target = &scenario.targets[effect.target];
        for arm in arms {
            let value = effect_quantity(effect.relation.quantity, &arm.totals[effect.target], target.repair);
            if let Some(reading) = value.and_then(|value| effect.relation.reading(value)) {
                table.notes.push(format!("{}, {}: {reading}.", arm.arm.name, target.name));
            }
        }
    }
    for effect in &scenario.effects {
        for sentence in effect.relation.report_sentences() {
            table.notes.push(sentence);
        }
    }
}

fn limit_sentence(scenario: &Scenario, regimen: &RegimenPlan, limit: &Limit, arms: &[&str]) -> String {
    let of_patient = limit.of_patient_gy(!regimen.risk_factors.is_empty());
    let tolerance = if limit.tolerance_gy > 0.0 { format!(" ± {:.2} Gy", limit.tolerance_gy) } else { String::new() };
    let tiers = match limit.with_risk_factor_gy {
        Some(lower) => format!(" ({:.2} Gy without, {lower:.2} Gy with a risk factor)", limit.limit_gy),
        None => String::new(),
    };
    let source = limit.source.as_ref().map_or(String::new(), |source| format!(" ({source})"));
    format!(
        "Limit of {}: {} {of_patient:.2} Gy{tolerance} to {}{tiers}, kept on the estimated and not on the true dose{source}.",
        arms.join(", "),
        limit.quantity.words(),
        scenario.targets[limit.target].name
    )
}

/// What each further arm gave beyond the first.
pub(super) fn differences(scenario: &Scenario, paired: &PairedArms) -> Table {
    let mut columns =
        vec![Column::text("arm"), Column::text("against"), Column::number("cycles", ""), Column::number("activity", "GBq").significant(4)];
    columns.extend(dose_columns(scenario));
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

/// Cycle by cycle, with the estimate of the primary target.
pub(super) fn cycles(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Table {
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
    if let Some(position) = regimen.primary {
        let name = &scenario.targets[position].name;
        columns.push(Column::number(&format!("{name}_bed"), "Gy").significant(4));
        columns.push(Column::number("estimated_dose", "Gy").significant(4));
        columns.push(Column::number("estimated_standard_error", "Gy").significant(2));
        columns.push(Column::number("estimated_bed", "Gy").significant(4));
        columns.push(Column::number("estimated_half_life", "h").significant(3));
        columns.push(Column::number("estimate_to_truth", "").significant(3));
    }
    columns.push(Column::number("delay", "wk").significant(3));
    columns.push(Column::text("reduced_by"));
    let mut table = Table::new("cycles", "Cycle by cycle", columns);
    for arm in arms {
        for (number, cycle) in arm.cycles.iter().enumerate() {
            let mut row: Vec<Cell> = vec![
                arm.arm.name.as_str().into(),
                (number + 1).into(),
                (cycle.time_min / MINUTES_PER_WEEK).into(),
                (cycle.activity_mbq / 1e3).into(),
                cycle.wanted_mbq.map(|wanted| wanted / 1e3).into(),
            ];
            row.extend(cycle.true_doses.iter().map(|dose| Cell::from(dose.absorbed_gy)));
            if let Some(position) = regimen.primary {
                let truth = cycle.true_doses[position];
                let estimate = cycle.estimates[position].as_ref();
                row.extend([
                    truth.bed_gy.into(),
                    estimate.map(|estimate| estimate.absorbed_gy).into(),
                    estimate.and_then(|estimate| estimate.standard_error_gy).into(),
                    estimate.and_then(|estimate| estimate.bed_gy).into(),
                    estimate.map(|estimate| estimate.effective_half_life_h).into(),
                    estimate.map(|estimate| estimate.absorbed_gy / truth.absorbed_gy).into(),
                ]);
            }
            row.push((cycle.delay_min / MINUTES_PER_WEEK).into());
            row.push(cycle.reduced_by.join(", ").into());
            table.push(row);
        }
    }
    table.notes.push("The dose of a cycle is what is absorbed until the next one; the last cycle holds all that follows.".into());
    table
}

/// Bias and spread of the clinic's estimates against the truth, by arm and target; nothing where nothing is estimated.
pub(super) fn estimates(scenario: &Scenario, arms: &[ArmResult]) -> Option<Table> {
    let mut table = Table::new(
        "estimates",
        "What the clinic estimated against what was absorbed",
        vec![
            Column::text("arm"),
            Column::text("target"),
            Column::text("method"),
            Column::number("cycles", ""),
            Column::number("estimated", "Gy").significant(4),
            Column::number("true", "Gy").significant(4),
            Column::number("bias", "%").significant(3),
            Column::number("spread", "%").significant(3),
        ],
    );
    for arm in arms {
        for (position, target) in scenario.targets.iter().enumerate() {
            let found: Vec<_> =
                arm.cycles.iter().filter_map(|cycle| Some((cycle.estimates[position].as_ref()?, cycle.true_doses[position]))).collect();
            if found.is_empty() {
                continue;
            }
            let mut methods: Vec<&str> = Vec::new();
            for (estimate, _) in &found {
                if !methods.contains(&estimate.method) {
                    methods.push(estimate.method);
                }
            }
            let errors: Vec<f64> = found.iter().map(|(estimate, truth)| 100.0 * (estimate.absorbed_gy / truth.absorbed_gy - 1.0)).collect();
            let count = errors.len() as f64;
            let mean = errors.iter().sum::<f64>() / count;
            let spread = (errors.len() > 1)
                .then(|| (errors.iter().map(|error| (error - mean) * (error - mean)).sum::<f64>() / (count - 1.0)).sqrt());
            table.push(vec![
                arm.arm.name.as_str().into(),
                target.name.as_str().into(),
                methods.join("; ").into(),
                found.len().into(),
                found.iter().map(|(estimate, _)| estimate.absorbed_gy).sum::<f64>().into(),
                found.iter().map(|(_, truth)| truth.absorbed_gy).sum::<f64>().into(),
                mean.into(),
                spread.into(),
            ]);
        }
    }
    table.notes.push("Bias: mean of the cycles' relative errors; spread: their standard deviation. Of one patient: the calibration error is part of the bias.".into());
    (!table.rows.is_empty()).then_some(table)
}

/// Every simulated scan.
pub(super) fn scans(arms: &[ArmResult]) -> Option<Table> {
    let mut table = Table::new(
        "scans",
        "Simulated scans",
        vec![
            Column::text("arm"),
            Column::number("cycle", ""),
            Column::number("time", "h").significant(4),
            Column::number("true", "MBq").significant(5),
            Column::number("measured", "MBq").significant(5),
            Column::text("region"),
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
                    scan.region.as_str().into(),
                ]);
            }
        }
    }
    table.notes.push(format!("Times after the administration of each cycle ({} min are an hour).", MINUTES_PER_HOUR));
    (!table.rows.is_empty()).then_some(table)
}
