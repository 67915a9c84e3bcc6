//! One virtual patient again, in full: what he is, what every cycle gave, what he came to. The numbers are those of the trial, to the bit.
use super::run::refused;
use super::{TrialOptions, add_evidence, cohort_of, course_plan, declared, design_of, effects, observing, regimen_of, work_of};
use crate::report::{Column, Table};
use crate::session::scenario::Scenario;
use crate::session::work::{Control, Failed, Outcome};
use crate::trial::ArmRow;

/// Which patient, and in which arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayOptions {
    /// Number of the patient, from 0.
    pub patient: usize,
    /// The arm; all of them if not given.
    pub arm: Option<String>,
    /// The trial it is of.
    pub trial: TrialOptions,
}

/// Replays a patient.
pub fn replay(
    scenario: &Scenario,
    parameters: &[f64],
    options: ReplayOptions,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let (_, section) = declared(scenario)?;
    let regimen = &regimen_of(scenario, options.trial)?;
    let design = design_of(scenario, options.trial);
    let cohort = cohort_of(section, options.trial);
    if options.patient >= cohort.patients {
        return Err(Failed::input(format!("the trial has patients 0 to {}, there is no patient {}", cohort.patients - 1, options.patient)));
    }
    let chosen = match &options.arm {
        None => None,
        Some(name) => Some(regimen.arms.iter().position(|arm| arm.name == *name).ok_or_else(|| {
            let help = crate::model::diagnostic::did_you_mean(name, regimen.arms.iter().map(|arm| arm.name.as_str()));
            Failed::input(format!("there is no arm `{name}`; {help}"))
        })?),
    };
    let plan = course_plan(scenario, regimen)?;
    let effects = effects(scenario);
    let mut work = work_of(scenario, &plan, regimen, &cohort, parameters, &effects, control.cancel)?;
    work.observing = observing(scenario, design.as_ref(), regimen, &cohort, parameters)?;
    control.at(&format!("replaying patient {}", options.patient), 0.1)?;
    let patient = work.patient(options.patient).map_err(refused)?;
    let Some(patient) = patient else { return Err(Failed::because("the patient was not drawn; please report it")) };
    outcome.seed = Some(cohort.seed);
    outcome.assumptions.extend(section.assumptions.iter().cloned());
    outcome.tables.push(who(&work, options.patient, &patient.covariates));
    let mut values = Table::new(
        "patient",
        &format!("Patient {} of seed {}: what the arms came to (true values)", options.patient, cohort.seed),
        [Column::text("quantity"), Column::text("unit")]
            .into_iter()
            .chain(regimen.arms.iter().map(|arm| Column::number(&arm.name, "").significant(6)))
            .collect(),
    );
    let of_arm = |arm: usize| patient.arms[arm].as_ref().ok().filter(|_| chosen.is_none_or(|chosen| chosen == arm));
    for (position, column) in work.columns().iter().enumerate() {
        let unit = if column.unit.is_empty() { "1" } else { &column.unit };
        let mut cells = vec![column.name.as_str().into(), unit.into()];
        cells.extend((0..regimen.arms.len()).map(|arm| of_arm(arm).map(|row| row.values[position]).into()));
        values.push(cells);
    }
    if let Some(arm) = chosen {
        // the columns of the other arms hold nothing
        values.columns = vec![values.columns[0].clone(), values.columns[1].clone(), values.columns[2 + arm].clone()];
        for row in &mut values.rows {
            *row = vec![row[0].clone(), row[1].clone(), row[2 + arm].clone()];
        }
    }
    values.notes.extend(add_evidence(&effects, outcome));
    outcome.tables.push(values);
    let mut cycles = Table::new(
        "patient_cycles",
        "Its cycles",
        vec![
            Column::text("arm"),
            Column::number("cycle", ""),
            Column::number("week", "wk").decimals(1),
            Column::number("activity", "GBq").decimals(2),
            Column::number("held_back", "wk").decimals(1),
            Column::text("reduced"),
        ],
    );
    for (arm, planned) in regimen.arms.iter().enumerate().filter(|(arm, _)| chosen.is_none_or(|chosen| chosen == *arm)) {
        match &patient.arms[arm] {
            Err(sentence) => {
                outcome.incomplete = true;
                outcome.findings.push(format!("Arm {}: no result; {sentence}.", planned.name));
            }
            Ok(ArmRow { course, .. }) => {
                let Some(course) = course else { continue };
                outcome.findings.push(format!(
                    "Arm {}: ended {:.1} wk after the first administration: {}.",
                    planned.name, course.ended_wk, course.ended
                ));
                for (number, cycle) in course.cycles.iter().enumerate() {
                    cycles.push(vec![
                        planned.name.as_str().into(),
                        (number + 1).into(),
                        cycle.week.into(),
                        cycle.activity_gbq.into(),
                        cycle.delayed_wk.into(),
                        if cycle.reduced { "yes" } else { "" }.into(),
                    ]);
                }
            }
        }
    }
    outcome.tables.push(cycles);
    Ok(())
}

/// What was drawn for the patient.
fn who(work: &crate::trial::TrialWork, patient: usize, covariates: &[f64]) -> Table {
    let mut table = Table::new(
        "patient_drawn",
        &format!("Patient {patient}: what was drawn"),
        vec![Column::text("quantity"), Column::text("unit"), Column::number("value", "").significant(6)],
    );
    for ((name, unit, in_unit), value) in work.cohort.columns().iter().zip(covariates) {
        let unit = if unit.is_empty() { "1" } else { unit };
        table.push(vec![name.as_str().into(), unit.into(), (value / in_unit).into()]);
    }
    table
}
