//! Virtual patients through every arm: blocks on threads, what they came to, beside what was published.
//!
//! `store`: finished blocks on disk; `run`: threads, progress, resume; `live`: what people watch meanwhile; `rows`: the table of all patients; `tables`, `figures`: what people read.
mod endpoint_tables;
mod figures;
mod live;
mod power;
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
use crate::radiobiology::hazard_link::HazardLink;
use crate::regimen::RegimenPlan;
use crate::report::Failure;
use crate::report::digest::sha256_hex;
use crate::trial::design::TrialPlan;
use crate::trial::{CohortPlan, Effect, Observing, Places, RowColumn, TrialOutcomes, TrialSummary, TrialWork};
use live::Watch;
pub use power::{PowerOptions, power};
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
pub(super) fn add(
    scenario: &Scenario,
    parameters: &[f64],
    options: TrialOptions,
    share: (f64, f64),
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let (_, section) = declared(scenario)?;
    let regimen = &regimen_of(scenario, options)?;
    let design = design_of(scenario, options);
    let cohort = cohort_of(section, options);
    let effects = effects(scenario);
    let plan = &course_plan(scenario, regimen)?;
    let mut work = work_of(scenario, plan, regimen, &cohort, parameters, &effects, control.cancel)?;
    work.observing = observing(scenario, design.as_ref(), regimen, &cohort, parameters)?;
    let columns = work.columns();
    let kind = block_kind(&work, &columns, control, "");
    let store = store_in(control, BLOCKS)?;
    let mut rows = Rows::begin(control.checkpoints.as_ref().map(|place| place.folder.as_path()), regimen, &cohort, &columns)?;
    let mut observed =
        design.as_ref().map(|design| (design, Places::new(design, &columns), TrialOutcomes::new(design, regimen.arms.len())));
    let mut watch = Watch::new(regimen, work.targets(), &effects, design.as_ref(), &columns);
    let (summary, ran) = run_blocks(&work, &kind, &store, control, share, Some(&mut watch), &mut |block| {
        if let Some((design, places, outcomes)) = &mut observed {
            outcomes.add(design, places, block);
        }
        rows.add(regimen, block)
    })?;
    rows.end(outcome)?;
    outcome.files.push(("trial_plan.yaml".into(), plan_text(&work, &kind)));
    outcome.seed = Some(cohort.seed);
    if ran.resumed > 0 {
        outcome
            .findings
            .push(format!("{} of {} virtual patients were taken over from the run that was stopped.", ran.resumed, cohort.patients));
    }
    outcome.findings.extend(ran.broken.iter().map(|words| format!("{words}; its patients were done again.")));
    add_failures(regimen, &summary, outcome);
    add_assumptions(scenario, section, outcome);
    outcome.findings.extend(tables::screening_words(&cohort, &summary));
    let evidence = add_evidence(&effects, outcome);
    let spreads = tables::spreads(regimen, &cohort, &columns, &summary);
    for mut table in std::iter::once(spreads).chain(tables::differences(regimen, &columns, &summary)) {
        table.notes.extend(evidence.iter().cloned());
        outcome.tables.push(table);
    }
    outcome.tables.extend(tables::screening(&cohort, &summary));
    outcome.tables.extend(tables::drawn(&cohort, &summary));
    if let Some((design, _, outcomes)) = &observed {
        outcome.tables.extend(endpoint_tables::survival(design, regimen, outcomes));
        outcome.tables.extend(endpoint_tables::hazard_ratios(design, regimen, outcomes));
        outcome.tables.extend(endpoint_tables::groups(design, regimen, outcomes));
    }
    if !section.published.is_empty() {
        let table = tables::published(regimen, section, &columns, &summary, &mut outcome.findings);
        outcome.tables.push(table);
    }
    let shown = figures::Shown { scenario, regimen, section, cohort: &cohort, columns: &columns, summary: &summary };
    outcome.figures.extend(figures::all(&shown, observed.as_ref().map(|(design, _, outcomes)| (*design, outcomes))));
    Ok(())
}

/// The compiled course of the trial's patients: what doses and the clinic need, and nothing else.
fn course_plan(scenario: &Scenario, regimen: &RegimenPlan) -> Result<CoursePlan, Failed> {
    let imaged: Vec<&str> = regimen.clinic.imaging.iter().map(|protocol| protocol.region.as_str()).collect();
    CoursePlan::for_doses(scenario.model.clone(), scenario.targets.clone(), &imaged).map_err(Failed::because)
}

fn add_assumptions(scenario: &Scenario, section: &CohortSection, outcome: &mut Outcome) {
    outcome.assumptions.extend(section.assumptions.iter().cloned());
    if let Some(trial) = &scenario.trial {
        outcome.assumptions.extend(trial.assumptions.iter().cloned());
    }
}

/// The regimen with the event model of the trial, where there is one. A link that stands under `regimens` is that of the events too, unless they state one.
/// A seed on the command line gives other noise in the clinic and other events too: another trial, not other patients with the same luck.
fn regimen_of(scenario: &Scenario, options: TrialOptions) -> Result<RegimenPlan, Failed> {
    let (regimen, _) = declared(scenario)?;
    let mut regimen = regimen.clone();
    let shift = seed_shift(options);
    regimen.clinic.seed = regimen.clinic.seed.wrapping_add(shift);
    regimen.physiology.seed = regimen.physiology.seed.wrapping_add(shift);
    let events = scenario.trial.as_ref().and_then(|trial| trial.events.clone());
    regimen.events = events.map(|mut events| {
        events.link = events.link.or_else(|| regimen.survival_link.clone());
        events.seed = events.seed.wrapping_add(shift);
        events
    });
    Ok(regimen)
}

/// The trial of the scenario, under the seed of the command line where there is one.
fn design_of(scenario: &Scenario, options: TrialOptions) -> Option<TrialPlan> {
    let mut plan = scenario.trial.as_ref()?.plan.clone();
    let shift = seed_shift(options);
    plan.seed = plan.seed.wrapping_add(shift);
    plan.allocation.seed = plan.allocation.seed.wrapping_add(shift);
    if let Some(power) = &mut plan.power {
        power.seed = power.seed.wrapping_add(shift);
    }
    Some(plan)
}

/// What a seed on the command line adds to the seeds of the scenario: far from what patients of a cohort add to them.
fn seed_shift(options: TrialOptions) -> u64 {
    options.seed.map_or(0, |seed| seed.wrapping_add(1).wrapping_mul(0xD1B5_4A32_D192_ED03))
}

/// What the trial of the scenario observes.
fn observing<'a>(
    scenario: &'a Scenario,
    design: Option<&'a TrialPlan>,
    regimen: &RegimenPlan,
    cohort: &CohortPlan,
    parameters: &[f64],
) -> Result<Option<Observing<'a>>, Failed> {
    let (Some(trial), Some(design)) = (&scenario.trial, design) else { return Ok(None) };
    let draw = |number: usize| cohort.draw(number, &scenario.model, parameters, regimen);
    Observing::new(design, trial.prognosis.as_ref(), draw).map(Some).map_err(|problem| Failed::input(problem.to_string()))
}

/// The plan that the blocks were made from: its digest stands in every block.
fn plan_text(work: &TrialWork, kind: &BlockKind) -> String {
    format!(
        "# What the numbered blocks of this trial follow from; the digest is of the inputs, the options and this.\ntrial: {}\npatients: {}\nseed: {}\npatients_a_block: {}\nblocks: {}\narms: {}\ncolumns: {}\ndrawn: {}\n",
        kind.trial,
        work.cohort.patients,
        work.cohort.seed,
        work.block_size(),
        work.blocks(),
        kind.arms,
        kind.columns,
        kind.covariates
    )
}

/// What the blocks of this work are called by.
fn block_kind(work: &TrialWork, columns: &[RowColumn], control: &Control, part: &str) -> BlockKind {
    let fingerprint = control.checkpoints.as_ref().map_or("", |place| place.fingerprint.as_str());
    let text = format!("{fingerprint} {} {} {} {part}", work.cohort.patients, work.cohort.seed, work.block_size());
    BlockKind {
        trial: sha256_hex(text.as_bytes()),
        arms: work.regimen.arms.len(),
        columns: columns.len(),
        covariates: work.cohort.columns().len(),
    }
}

/// The store of blocks in a folder `name` of the checkpoints, or in memory where nothing is written.
fn store_in(control: &Control, name: &str) -> Result<BlockStore, Failed> {
    let Some(place) = &control.checkpoints else { return Ok(BlockStore::in_memory()) };
    let folder = place.folder.join(name);
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failed::interrupted(format!("cannot make the folder `{}`: {error}", folder.display())))?;
    Ok(BlockStore::Folder(folder))
}

/// Relations that give a probability.
fn effects(scenario: &Scenario) -> Vec<Effect> {
    scenario.effects.iter().filter(|effect| effect.relation.curve.probability(1.0).is_some()).cloned().collect()
}

/// What the relations behind probabilities rest on, for every table that holds one and for the manifest.
fn add_evidence(effects: &[Effect], outcome: &mut Outcome) -> Vec<String> {
    let sentences: Vec<String> = effects.iter().map(|effect| effect.relation.report_sentences().join(" ")).collect();
    for sentence in &sentences {
        if !outcome.evidence.contains(sentence) {
            outcome.evidence.push(sentence.clone());
        }
    }
    sentences
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
    let (regimen, _) = declared(scenario)?;
    outcome.assumptions.extend(regimen.assumptions.iter().cloned());
    let link = regimen_of(scenario, options)?.events.and_then(|events| events.link).or_else(|| regimen.survival_link.clone());
    outcome.findings.push(link.map_or_else(|| HazardLink::default().words(), |(_, link)| link.words()));
    add(scenario, parameters, options, (0.0, 0.9), outcome, control)
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
