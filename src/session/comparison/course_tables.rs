//! What treatment did to the patient: blood counts with nadir and grade, kidney function, lesions, and what the rules made of it.
use super::super::scenario::Scenario;
use crate::radiobiology::blood_counts::ctcae_grade;
use crate::regimen::{ArmResult, RegimenPlan};
use crate::report::{Cell, Column, Table};
use crate::units::{MINUTES_PER_DAY, MINUTES_PER_WEEK};

/// The tables that the scenario's physiology fills.
pub(super) fn all(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Vec<Table> {
    [counts(scenario, regimen, arms), kidneys(regimen, arms), lesions(scenario, regimen, arms), psa(scenario, regimen, arms), delays(arms)]
        .into_iter()
        .flatten()
        .collect()
}

fn counts(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Table> {
    let plan = regimen.physiology.counts.as_ref()?;
    let mut table = Table::new(
        "blood_counts",
        "Blood counts: true course",
        vec![
            Column::text("arm"),
            Column::text("cells"),
            Column::text("unit"),
            Column::number("baseline", "").significant(3),
            Column::number("nadir", "").significant(3),
            Column::number("nadir_share", "%").significant(3),
            Column::number("nadir_day", "d").significant(3),
            Column::number("grade", ""),
            Column::number("first_cycle_nadir_day", "d").significant(3),
            Column::number("back_to_90_percent", "wk").significant(3),
            Column::number("last", "").significant(3),
        ],
    );
    for arm in arms {
        for (position, lineage) in plan.lineages.iter().enumerate() {
            let Some((nadir, day)) = arm.curves.nadir(position) else { continue };
            let recovered = recovery_weeks(arm, position, lineage.baseline, day);
            table.push(vec![
                arm.arm.name.as_str().into(),
                lineage.kind.title().into(),
                lineage.kind.unit().into(),
                lineage.baseline.into(),
                nadir.into(),
                (100.0 * nadir / lineage.baseline).into(),
                day.into(),
                Cell::Integer(i64::from(ctcae_grade(lineage.kind, nadir))),
                first_cycle_nadir(arm, position).into(),
                recovered.into(),
                arm.curves.counts[position].last().copied().into(),
            ]);
        }
    }
    table.notes.push(format!(
        "Transit model with feedback and radiation kill, driven by the dose rate to {}; grades after CTCAE 5. Weeks back to 90 %: after the last administration. Days count from \
         the first.",
        scenario.targets[plan.marrow].name
    ));
    for lineage in &plan.lineages {
        table.notes.push(format!("{} ({}): {}", lineage.kind.title(), lineage.provenance.words(), lineage.source));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Day of the lowest value between the first and the second administration, after the first.
fn first_cycle_nadir(arm: &ArmResult, lineage: usize) -> Option<f64> {
    let end = arm.cycles.get(1).map_or(f64::INFINITY, |cycle| cycle.time_min);
    let within = arm.curves.times_min.iter().zip(&arm.curves.counts[lineage]).filter(|(time, _)| **time <= end);
    within.min_by(|a, b| a.1.total_cmp(b.1)).map(|(time, _)| time / MINUTES_PER_DAY)
}

/// Weeks after the last administration when 90 % of the baseline is reached for good.
fn recovery_weeks(arm: &ArmResult, lineage: usize, baseline: f64, nadir_day: f64) -> Option<f64> {
    let last = arm.cycles.last()?.time_min;
    let curve: Vec<(f64, f64)> = arm.curves.times_min.iter().copied().zip(arm.curves.counts[lineage].iter().copied()).collect();
    let low = curve.iter().rposition(|(_, value)| *value < 0.9 * baseline);
    match low {
        None => Some(0.0),
        Some(position) => {
            let (time, _) = curve.get(position + 1)?;
            (*time / MINUTES_PER_DAY >= nadir_day).then_some((time - last).max(0.0) / MINUTES_PER_WEEK)
        }
    }
}

fn kidneys(regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Table> {
    let plan = regimen.physiology.kidneys.as_ref()?;
    let mut table = Table::new(
        "kidney_function",
        "Kidney function: true course",
        vec![
            Column::text("arm"),
            Column::number("baseline", "mL/min").significant(4),
            Column::number("last", "mL/min").significant(4),
            Column::number("followed", "wk").significant(3),
            Column::number("mean_loss_per_year", "%").significant(3),
            Column::number("loss_per_year_at_the_end", "%").significant(3),
        ],
    );
    for arm in arms {
        let (Some(last), Some(end)) = (arm.curves.clearance_ml_per_min.last(), arm.curves.times_min.last()) else { continue };
        let dose_gy = arm.totals[plan.target].absorbed_gy;
        let final_loss = 1.0 - plan.model.advance(1.0, dose_gy, 1.0);
        table.push(vec![
            arm.arm.name.as_str().into(),
            plan.baseline_ml_per_min.into(),
            (*last).into(),
            (end / MINUTES_PER_WEEK).into(),
            arm.curves.clearance_loss_per_year().map(|loss| 100.0 * loss).into(),
            (100.0 * final_loss).into(),
        ]);
    }
    table.notes.push(format!(
        "Loss a year: {:.2} % of what is left without dose, and {:.3} % more for every Gy absorbed so far: observed means of 177Lu patients (their spread between patients, 13 to \
         19 % a year, is mostly noise and not simulated).",
        100.0 * plan.model.background_loss_per_y,
        100.0 * plan.model.loss_per_gy_y
    ));
    (!table.rows.is_empty()).then_some(table)
}

fn lesions(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Table> {
    let plans = &regimen.physiology.lesions;
    if plans.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "lesions",
        "Lesions: true course",
        vec![
            Column::text("arm"),
            Column::text("lesion"),
            Column::number("dose", "Gy").significant(4),
            Column::number("volume_start", "mL").significant(4),
            Column::number("smallest", "mL").significant(4),
            Column::number("smallest_week", "wk").significant(3),
            Column::number("volume_end", "mL").significant(4),
            Column::number("diameter_change", "%").significant(3),
        ],
    );
    for arm in arms {
        for (plan, volumes) in plans.iter().zip(&arm.curves.lesion_ml) {
            let smallest = volumes.iter().zip(&arm.curves.times_min).min_by(|a, b| a.0.total_cmp(b.0));
            let (Some((smallest, when)), Some(last)) = (smallest, volumes.last()) else { continue };
            let change = 100.0 * (crate::math::cbrt(last / plan.volume_ml) - 1.0);
            table.push(vec![
                arm.arm.name.as_str().into(),
                scenario.targets[plan.target].title.as_str().into(),
                arm.totals[plan.target].absorbed_gy.into(),
                plan.volume_ml.into(),
                (*smallest).into(),
                (when / MINUTES_PER_WEEK).into(),
                (*last).into(),
                change.into(),
            ]);
        }
        if let Some(words) = response_words(arm) {
            table.notes.push(words);
        }
    }
    table.notes.push("Response in the manner of RECIST on the diameters of equal spheres: no new lesions, no lymph-node rule.".into());
    for plan in plans {
        table.notes.push(format!("{} ({}): {}", plan.name, plan.growth.provenance.words(), plan.growth.source));
    }
    (!table.rows.is_empty()).then_some(table)
}

fn response_words(arm: &ArmResult) -> Option<String> {
    let (best, progressed_min) = arm.curves.best_response()?;
    let then = progressed_min
        .map_or("no progression while followed".to_owned(), |min| format!("progression in week {:.1}", min / MINUTES_PER_WEEK));
    Some(format!("{}: best response {}, {then}.", arm.arm.name, best.words()))
}

fn psa(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Table> {
    let plan = regimen.physiology.psa.as_ref()?;
    let number = |name: &str, unit: &str| Column::number(name, unit).significant(3);
    let columns = vec![
        Column::text("arm"),
        number("initial", "µg/L"),
        number("lowest", "µg/L"),
        number("lowest_week", "wk"),
        number("largest_fall", "%"),
        number("last", "µg/L"),
    ];
    let mut table = Table::new("psa", "PSA: true course", columns);
    for arm in arms {
        let lowest = arm.curves.psa_ug_per_l.iter().zip(&arm.curves.times_min).min_by(|a, b| a.0.total_cmp(b.0));
        let (Some((lowest, when)), Some(last)) = (lowest, arm.curves.psa_ug_per_l.last()) else { continue };
        table.push(vec![
            arm.arm.name.as_str().into(),
            plan.initial_ug_per_l.into(),
            (*lowest).into(),
            (when / MINUTES_PER_WEEK).into(),
            (100.0 * (1.0 - lowest / plan.initial_ug_per_l)).into(),
            (*last).into(),
        ]);
    }
    table.notes.push(format!(
        "Typical growth and effects of Siebinga et al. 2024 (PSMA-I&T, 76 patients, second-hand), driven by the activity concentration in {}. Patients differ by 90 to 140 %.",
        scenario.targets[plan.target].name
    ));
    (!table.rows.is_empty()).then_some(table)
}

fn delays(arms: &[ArmResult]) -> Option<Table> {
    let mut table = Table::new(
        "delays",
        "Cycles held back",
        vec![Column::text("arm"), Column::number("week", "wk").significant(4), Column::text("reason")],
    );
    for arm in arms {
        for (time_min, reason) in &arm.delays {
            table.push(vec![arm.arm.name.as_str().into(), (time_min / MINUTES_PER_WEEK).into(), reason.as_str().into()]);
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
