//! Fixed and adapted arms in many patients drawn from what a fit knows of one: how sure the comparison is.
//!
//! Every draw is a patient with other parameters and other noise in the clinic; all arms of a draw share both, so that differences are paired.
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::regimen::RegimenPlan;
use crate::report::{Column, Failure, Table};
use crate::session::scenario::{PatientUncertainty, Scenario};
use crate::session::simulation::interval;
use crate::session::work::{Control, Failed, Outcome};
use crate::trial::{PairedArms, deliver_all};

/// One quantity of one arm, or the difference of two, over the draws.
struct Series {
    arm: String,
    against: Option<String>,
    quantity: String,
    unit: &'static str,
    values: Vec<f64>,
}

/// Adds the table `regimens_uncertainty`; draws that could not be delivered are counted.
#[allow(clippy::too_many_arguments)]
pub(super) fn add(
    scenario: &Scenario,
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    known: &PatientUncertainty,
    parameters: &[f64],
    settings: &SolveSettings,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let mut series: Vec<Series> = Vec::new();
    let mut failed: Vec<String> = Vec::new();
    for draw in 0..known.draws {
        if draw % 5 == 0 {
            let done = 0.7 + 0.1 * draw as f64 / known.draws as f64;
            control.at(&format!("arms in patients drawn from the fit ({draw} of {})", known.draws), done)?;
        }
        let patient = known.spread.draw(known.seed, draw as u64, parameters);
        let mut of_draw = regimen.clone();
        of_draw.follow(&plan.model, &patient);
        of_draw.clinic.seed = regimen.clinic.seed.wrapping_add(1 + draw as u64);
        of_draw.physiology.seed = regimen.physiology.seed.wrapping_add(1 + draw as u64);
        let paired: PairedArms = deliver_all::<Failed>(plan, &of_draw, &patient, settings, |_| Ok(()))?;
        if let Some(error) = paired.failures.first() {
            failed.push(error.to_string());
            continue;
        }
        record(scenario, &paired, &mut series);
    }
    if control.cancel.load(Ordering::Relaxed) {
        return Err(Failed::cancelled("cancelled while comparing arms in drawn patients"));
    }
    outcome.tables.push(tabulate(known, &series, failed.len()));
    if let Some(first) = failed.first() {
        let what = "drawn patients in whom an arm could not be delivered".to_string();
        outcome.failures.push(Failure { what, count: failed.len(), messages: vec![first.clone()] });
    }
    Ok(())
}

fn record(scenario: &Scenario, paired: &PairedArms, series: &mut Vec<Series>) {
    let mut put = |arm: &str, against: Option<&str>, quantity: String, unit: &'static str, value: f64| {
        let same = |known: &&mut Series| known.arm == arm && known.against.as_deref() == against && known.quantity == quantity;
        match series.iter_mut().find(same) {
            Some(known) => known.values.push(value),
            None => series.push(Series { arm: arm.into(), against: against.map(Into::into), quantity, unit, values: vec![value] }),
        }
    };
    for arm in &paired.arms {
        let name = arm.arm.name.as_str();
        put(name, None, "activity".into(), "GBq", arm.activity_mbq() / 1e3);
        put(name, None, "cycles".into(), "", arm.cycles.len() as f64);
        for (target, total) in scenario.targets.iter().zip(&arm.totals) {
            put(name, None, format!("{} absorbed dose", target.name), "Gy", total.absorbed_gy);
            if let Some(bed) = total.bed_gy {
                put(name, None, format!("{} BED", target.name), "Gy", bed);
            }
        }
    }
    for difference in paired.differences() {
        let (arm, against) = (difference.arm.as_str(), Some(difference.reference.as_str()));
        put(arm, against, "activity".into(), "GBq", difference.activity_mbq / 1e3);
        for ((target, absorbed), bed) in scenario.targets.iter().zip(&difference.absorbed_gy).zip(&difference.bed_gy) {
            put(arm, against, format!("{} absorbed dose", target.name), "Gy", *absorbed);
            if let Some(bed) = bed {
                put(arm, against, format!("{} BED", target.name), "Gy", *bed);
            }
        }
    }
}

fn tabulate(known: &PatientUncertainty, series: &[Series], failed: usize) -> Table {
    let mut table = Table::new(
        "regimens_uncertainty",
        "Regimens with the uncertainty of the patient's parameters: median and 95 % interval",
        vec![
            Column::text("arm"),
            Column::text("beyond"),
            Column::text("quantity"),
            Column::text("unit"),
            Column::number("median", "").significant(4),
            Column::number("low_95", "").significant(4),
            Column::number("high_95", "").significant(4),
        ],
    );
    for one in series {
        let found = interval(&one.values);
        table.push(vec![
            one.arm.as_str().into(),
            one.against.as_deref().unwrap_or("–").into(),
            one.quantity.as_str().into(),
            if one.unit.is_empty() { "1".into() } else { one.unit.into() },
            found.map(|i| i.median).into(),
            found.map(|i| i.low).into(),
            found.map(|i| i.high).into(),
        ]);
    }
    table.notes.push(format!(
        "{} patients drawn from the fit in {} (seed {}), each with noise of its own in the clinic; {failed} could not be delivered. True doses. Rows with an arm under \
         `beyond` are paired differences. Intervals hold the uncertainty of the fitted parameters and of the clinic's measurements, nothing else.",
        known.draws,
        known.file.parent().and_then(Path::file_name).map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        known.seed
    ));
    table
}
