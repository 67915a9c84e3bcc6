//! Virtual patients through every arm: blocks on threads, what they came to, beside what was published.
//!
//! `store`: finished blocks on disk; `run`: threads, progress, resume; `rows`: the table of all patients; `tables`, `figures`: what people read.
mod figures;
mod replay;
mod rows;
mod run;
mod store;
mod tables;

use std::sync::atomic::AtomicBool;

use super::scenario::{CohortSection, Scenario};
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::math::InstructionSet;
use crate::regimen::RegimenPlan;
use crate::report::Failure;
use crate::report::digest::sha256_hex;
use crate::trial::{CohortPlan, Effect, TrialSummary, TrialWork};
pub use replay::{ReplayOptions, replay};
use rows::Rows;
use run::run_blocks;
use store::{BlockKind, BlockStore};

/// What the command line changes of a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialOptions {
    /// Number of patients.
    pub patients: Option<usize>,
    /// Seed.
    pub seed: Option<u64>,
}

/// Folder of the blocks within the checkpoints of a run.
const BLOCKS: &str = "blocks";

/// Sends the cohort through every arm and adds tables, figures and failures. `share`: the part of the progress that this takes.
#[allow(clippy::too_many_arguments)]
pub(super) fn add(
    scenario: &Scenario,
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    section: &CohortSection,
    parameters: &[f64],
    options: TrialOptions,
    share: (f64, f64),
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let cohort = cohort_of(section, options);
    let effects = effects(scenario);
    let work = work_of(scenario, plan, regimen, &cohort, parameters, &effects, control.cancel)?;
    let columns = work.columns();
    let fingerprint = control.checkpoints.as_ref().map_or(String::new(), |place| place.fingerprint.clone());
    let kind = BlockKind {
        trial: sha256_hex(format!("{fingerprint} {} {} {}", cohort.patients, cohort.seed, work.block_size()).as_bytes()),
        arms: regimen.arms.len(),
        columns: columns.len(),
        covariates: cohort.columns().len(),
    };
    let store = match &control.checkpoints {
        Some(place) => {
            let folder = place.folder.join(BLOCKS);
            std::fs::create_dir_all(&folder)
                .map_err(|error| Failed::interrupted(format!("cannot make the folder `{}`: {error}", folder.display())))?;
            BlockStore::Folder(folder)
        }
        None => BlockStore::in_memory(),
    };
    let mut rows = Rows::begin(control.checkpoints.as_ref().map(|place| place.folder.as_path()), regimen, &cohort, &columns)?;
    let (summary, ran) = run_blocks(&work, &kind, &store, control, share, &mut |block| rows.add(regimen, block))?;
    rows.end(outcome)?;
    outcome.seed = Some(cohort.seed);
    if ran.resumed > 0 {
        outcome
            .findings
            .push(format!("{} of {} virtual patients were taken over from the run that was stopped.", ran.resumed, cohort.patients));
    }
    outcome.findings.extend(ran.broken.iter().map(|words| format!("{words}; its patients were done again.")));
    add_failures(regimen, &summary, outcome);
    outcome.assumptions.extend(section.assumptions.iter().cloned());
    if cohort.population.scores.are_independent() {
        outcome.assumptions.push("varied quantities are drawn independently of each other".into());
    }
    outcome.tables.push(tables::spreads(regimen, &cohort, &columns, &summary));
    outcome.tables.extend(tables::differences(regimen, &columns, &summary));
    if !section.published.is_empty() {
        let table = tables::published(regimen, section, &columns, &summary, &mut outcome.findings);
        outcome.tables.push(table);
    }
    outcome.figures.extend(figures::all(scenario, regimen, section, &cohort, &columns, &summary));
    Ok(())
}

/// Relations that give a probability.
fn effects(scenario: &Scenario) -> Vec<Effect> {
    scenario.effects.iter().filter(|effect| effect.relation.curve.probability(1.0).is_some()).cloned().collect()
}

fn add_failures(regimen: &RegimenPlan, summary: &TrialSummary, outcome: &mut Outcome) {
    for ((arm, _), failure) in &summary.failures {
        let arm = &regimen.arms[*arm].name;
        let named: Vec<String> = failure.patients.iter().map(usize::to_string).collect();
        let more = if failure.count > failure.patients.len() { " and others" } else { "" };
        outcome.failures.push(Failure {
            what: format!("virtual patients who could not be taken through arm {arm}"),
            count: failure.count,
            messages: vec![format!(
                "patients {}{more} (`rpt trial … --patient {} --arm {arm}` replays one): {}",
                named.join(", "),
                named[0],
                failure.example
            )],
        });
    }
}

/// `rpt trial`: the cohort of a scenario through every arm.
pub fn trial(
    scenario: &Scenario,
    parameters: &[f64],
    options: TrialOptions,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let (regimen, section) = declared(scenario)?;
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).map_err(Failed::because)?;
    outcome.assumptions.extend(regimen.assumptions.iter().cloned());
    add(scenario, &plan, regimen, section, parameters, options, (0.0, 0.9), outcome, control)
}

/// What a trial needs of a scenario.
fn declared(scenario: &Scenario) -> Result<(&RegimenPlan, &CohortSection), Failed> {
    let missing = |what: &str| Failed::input(format!("scenario `{}` declares no `{what}`, so there is no trial", scenario.name));
    let regimen = scenario.regimens.as_ref().ok_or_else(|| missing("regimens"))?;
    let section = scenario.cohort.as_ref().ok_or_else(|| missing("cohort"))?;
    Ok((regimen, section))
}

/// The cohort with what the command line changes.
fn cohort_of(section: &CohortSection, options: TrialOptions) -> CohortPlan {
    CohortPlan {
        patients: options.patients.unwrap_or(section.plan.patients),
        seed: options.seed.unwrap_or(section.plan.seed),
        ..section.plan.clone()
    }
}

fn work_of<'a>(
    scenario: &Scenario,
    plan: &'a CoursePlan,
    regimen: &'a RegimenPlan,
    cohort: &'a CohortPlan,
    parameters: &'a [f64],
    effects: &'a [Effect],
    cancel: &'a AtomicBool,
) -> Result<TrialWork<'a>, Failed> {
    let instruction_set = InstructionSet::chosen().map_err(|error| Failed::input(error.to_string()))?;
    let settings = SolveSettings {
        relative_tolerance: scenario.solve.relative_tolerance,
        method: scenario.solve.method,
        cancel: Some(cancel),
        ..SolveSettings::default()
    };
    Ok(TrialWork { plan, regimen, cohort, parameters, effects, settings, observing: None, instruction_set })
}
