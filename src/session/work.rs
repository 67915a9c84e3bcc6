//! What a scenario declares, done in order: simulate, fit, compare regimens. Pure of files: [`super::publish`] writes the result.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::comparison::compare;
use super::fitting::fit;
use super::model_choice::{choose, compare_rivals};
use super::recovery::{RecoveryOptions, recover};
use super::scenario::Scenario;
use super::simulation::simulate;
use super::trial::{PowerOptions, ReplayOptions, TrialOptions, power, replay, trial};
use crate::report::{Failure, Figure, Table};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// One patient: curves, doses, BED, NTCP.
    Simulate,
    /// Fit the model to the scenario's data.
    Fit,
    /// All that the scenario declares.
    Run,
    /// Fit the model to data simulated with it, many times, and count how often the truth is found.
    Recover(RecoveryOptions),
    /// Virtual patients through every arm.
    Trial(TrialOptions),
    /// One of them, in full.
    Replay(ReplayOptions),
    /// The trial over and over: sample size and power.
    Power(PowerOptions),
}

impl Task {
    /// The verb and its options, as a manifest keeps them.
    pub fn stored(&self) -> (String, BTreeMap<String, String>) {
        let mut options = BTreeMap::new();
        let mut keep = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                options.insert(name.to_owned(), value);
            }
        };
        let mut of_trial = |trial: &TrialOptions| {
            keep("patients", trial.patients.map(|count| count.to_string()));
            keep("seed", trial.seed.map(|seed| seed.to_string()));
        };
        let verb = match self {
            Task::Simulate => "simulate",
            Task::Fit => "fit",
            Task::Run => "run",
            Task::Recover(options) => {
                keep("replicates", options.replicates.map(|count| count.to_string()));
                keep("seed", options.seed.map(|seed| seed.to_string()));
                "recover"
            }
            Task::Trial(trial) => {
                of_trial(trial);
                "trial"
            }
            Task::Replay(replay) => {
                of_trial(&replay.trial);
                keep("patient", Some(replay.patient.to_string()));
                keep("arm", replay.arm.clone());
                "trial"
            }
            Task::Power(power) => {
                of_trial(&power.trial);
                keep("replicates", power.replicates.map(|count| count.to_string()));
                "power"
            }
        };
        (verb.to_owned(), options)
    }

    /// The task of a verb and its options; `None` where they are not those of a task.
    pub fn from_stored(verb: &str, options: &BTreeMap<String, String>) -> Option<Task> {
        let number = |name: &str| match options.get(name) {
            None => Some(None),
            Some(text) => text.parse::<u64>().ok().map(Some),
        };
        let count = |name: &str| number(name).map(|value| value.map(|value| value as usize));
        Some(match verb {
            "simulate" => Task::Simulate,
            "fit" => Task::Fit,
            "run" => Task::Run,
            "recover" => Task::Recover(RecoveryOptions { replicates: count("replicates")?, seed: number("seed")? }),
            "trial" => {
                let trial = TrialOptions { patients: count("patients")?, seed: number("seed")? };
                match count("patient")? {
                    Some(patient) => Task::Replay(ReplayOptions { patient, arm: options.get("arm").cloned(), trial }),
                    None => Task::Trial(trial),
                }
            }
            "power" => {
                let trial = TrialOptions { patients: count("patients")?, seed: number("seed")? };
                Task::Power(PowerOptions { trial, replicates: count("replicates")? })
            }
            _ => return None,
        })
    }
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub step: String,
    /// Share of the whole that is done, 0 to 1.
    pub done: f64,
    /// How long it still takes (s), where the work can tell better than the share does.
    pub left_s: Option<f64>,
    /// What can be seen of it already.
    pub live: Option<super::live::Live>,
}

/// A job that did not end well.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{sentence}")]
pub struct Failed {
    /// What happened, and in what.
    pub sentence: String,
    /// Whether it was cancelled from outside.
    pub cancelled: bool,
    /// Whether the user's files are to blame (exit code 2) and not the work (exit code 1).
    pub bad_input: bool,
    /// Whether what was done is kept and `--resume` goes on from there (a full disk).
    pub resumable: bool,
}

impl Failed {
    /// Something is wrong with what the user gave.
    pub fn input(sentence: impl Into<String>) -> Failed {
        Failed { sentence: sentence.into(), cancelled: false, bad_input: true, resumable: false }
    }

    /// The user stopped it.
    pub fn cancelled(sentence: impl Into<String>) -> Failed {
        Failed { sentence: sentence.into(), cancelled: true, bad_input: false, resumable: true }
    }

    /// A failure of the work itself.
    pub fn because(sentence: impl Into<String>) -> Failed {
        Failed { sentence: sentence.into(), cancelled: false, bad_input: false, resumable: false }
    }

    /// The surroundings stopped it (a full disk): what was done is kept.
    pub fn interrupted(sentence: impl Into<String>) -> Failed {
        Failed { resumable: true, ..Failed::because(sentence) }
    }
}

/// What a job gives: tables, figures and the words around them.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Tables, most important first.
    pub tables: Vec<Table>,
    /// Figures.
    pub figures: Vec<Figure>,
    /// Sentences for people: what was understood, what came out.
    pub findings: Vec<String>,
    /// Assumptions that every report prints.
    pub assumptions: Vec<String>,
    /// Dose–effect relations used, each with source and evidence level.
    pub evidence: Vec<String>,
    /// Things that failed or were clipped, counted.
    pub failures: Vec<Failure>,
    /// Solver methods: what → which and why.
    pub methods: Vec<(String, String)>,
    /// Seed of the random numbers, where any were drawn.
    pub seed: Option<u64>,
    /// Whether a part of what was asked for could not be done: the rest is there, the work counts as failed.
    pub incomplete: bool,
    /// Fitted parameters by path, in internal units; empty without a fit.
    pub fitted: Vec<(String, f64)>,
    /// Text files of the run besides its tables: name within the run and content.
    pub files: Vec<(String, String)>,
    /// Files that were written while working, too large to be held.
    pub kept: Vec<KeptFile>,
}

/// A file that was written while working and becomes part of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Where it lies, within the unfinished run.
    pub path: PathBuf,
    /// Its path within the finished one.
    pub place: String,
}

/// What a step of the work may use: a place for progress and the flag that stops it.
pub struct Control<'c> {
    /// Called with every step of progress.
    pub progress: &'c mut dyn FnMut(Progress),
    /// Set from outside to stop.
    pub cancel: &'c Arc<AtomicBool>,
    /// Threads to work on; results do not depend on it.
    pub threads: usize,
    /// Where long work keeps what it has done, so that it can be resumed.
    pub checkpoints: Option<Checkpoints>,
    /// `name=value` of the command line, for work that reads the scenario again.
    pub sets: Vec<String>,
}

/// The place of checkpoints within a run that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoints {
    /// An existing folder.
    pub folder: PathBuf,
    /// What identifies the run's inputs; checkpoints of others are refused.
    pub fingerprint: String,
}

impl<'c> Control<'c> {
    /// Without checkpoints, on one thread.
    pub fn new(progress: &'c mut dyn FnMut(Progress), cancel: &'c Arc<AtomicBool>) -> Control<'c> {
        Control { progress, cancel, threads: 1, checkpoints: None, sets: Vec::new() }
    }
}

impl Control<'_> {
    /// A failure of the work, which is a cancellation where somebody has asked for one.
    pub fn failure(&self, sentence: impl Into<String>) -> Failed {
        if self.cancel.load(Ordering::Relaxed) { Failed::cancelled(sentence) } else { Failed::because(sentence) }
    }

    /// Reports progress; fails if the work was cancelled.
    pub fn at(&mut self, step: &str, done: f64) -> Result<(), Failed> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Failed::cancelled(format!("cancelled while {step}")));
        }
        (self.progress)(Progress { step: step.to_string(), done, left_s: None, live: None });
        Ok(())
    }

    /// As [`Control::at`], with what is left (s).
    pub fn at_with_estimate(&mut self, step: &str, done: f64, left_s: f64) -> Result<(), Failed> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Failed::cancelled(format!("cancelled while {step}")));
        }
        (self.progress)(Progress { step: step.to_string(), done, left_s: Some(left_s), live: None });
        Ok(())
    }
}

/// Does `task` for a scenario.
pub fn perform(scenario: &Scenario, task: Task, control: &mut Control) -> Result<Outcome, Failed> {
    let mut outcome = Outcome {
        scenario: scenario.name.clone(),
        title: scenario.title.clone(),
        assumptions: scenario.assumptions.clone(),
        ..Outcome::default()
    };
    if let Task::Recover(options) = task {
        recover(scenario, options, &mut outcome, control)?;
        let assumed = assumed_values(scenario, &outcome);
        outcome.assumptions.extend(assumed);
        return Ok(outcome);
    }
    let mut parameters = scenario.model.parameter_values();
    match task {
        Task::Trial(options) => {
            trial(scenario, &parameters, options, &mut outcome, control)?;
            let assumed = assumed_values(scenario, &outcome);
            outcome.assumptions.extend(assumed);
            return Ok(outcome);
        }
        Task::Power(options) => {
            power(scenario, &control.sets.clone(), options, &mut outcome, control)?;
            return Ok(outcome);
        }
        Task::Replay(options) => {
            replay(scenario, &parameters, options, &mut outcome, control)?;
            return Ok(outcome);
        }
        _ => {}
    }
    let fits = scenario.fit.is_some() && scenario.data.is_some() && task != Task::Simulate;
    let chooses = scenario.time_activity.is_some() || scenario.single_time_point.is_some();
    if task == Task::Fit && scenario.fit.is_none() && !chooses {
        return Err(Failed::input(format!("scenario `{}` declares no `fit`", scenario.name)));
    }
    if scenario.fit.is_some() && scenario.data.is_none() {
        let sentence = format!("scenario `{}` has no data: `rpt recover` simulates them and fits", scenario.name);
        if task == Task::Fit {
            return Err(Failed::input(sentence));
        }
        outcome.findings.push(format!("Nothing is fitted here: {sentence}."));
    }
    let mut fitted = Vec::new();
    if fits {
        control.at("fitting", 0.05)?;
        fitted = fit(scenario, &mut parameters, &mut outcome, control)?;
    }
    if task != Task::Simulate {
        choose(scenario, &mut outcome, control)?;
    }
    if chooses && !fits && task != Task::Simulate {
        // the model has only its default values here: its doses beside the measured ones would look like results
        outcome.findings.push("No simulation: without a `fit` the model's own values are not this patient's.".into());
        control.at("done", 1.0)?;
        return Ok(outcome);
    }
    // a dose from the default values of a region whose fit failed would look like a result
    let unfitted: Vec<String> =
        outcome.failures.iter().filter(|failure| failure.what.starts_with("fit of")).map(|f| f.what.clone()).collect();
    if !unfitted.is_empty() {
        outcome.incomplete = true;
        if !scenario.targets.is_empty() {
            outcome.findings.push(format!("No doses and no regimens: {} failed.", unfitted.join(", ")));
        }
        let assumed = assumed_values(scenario, &outcome);
        outcome.assumptions.extend(assumed);
        return Ok(outcome);
    }
    if task != Task::Fit || !scenario.targets.is_empty() {
        control.at("simulating", 0.5)?;
        simulate(scenario, &parameters, &fitted, &mut outcome, control)?;
    }
    if fits {
        compare_rivals(scenario, &parameters, &fitted, &mut outcome, control)?;
    }
    if task == Task::Run && scenario.regimens.is_some() {
        control.at("comparing regimens", 0.6)?;
        compare(scenario, &parameters, &mut outcome, control)?;
    }
    let assumed = assumed_values(scenario, &outcome);
    outcome.assumptions.extend(assumed);
    control.at("done", 1.0)?;
    Ok(outcome)
}

/// Parameters that the files mark as assumed and that no fit replaced.
fn assumed_values(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    use crate::model::document::Provenance;
    let named: Vec<&str> = scenario
        .model
        .parameters
        .iter()
        .filter(|parameter| parameter.origin.provenance == Some(Provenance::Assumed))
        .filter(|parameter| !outcome.fitted.iter().any(|(path, _)| *path == parameter.path))
        .map(|parameter| parameter.path.as_str())
        .collect();
    let mut sentences = Vec::new();
    if !named.is_empty() {
        sentences.push(format!("assumed values (no source): {}", named.join(", ")));
    }
    if scenario.administrations.iter().any(|given| given.assumed) {
        sentences.push("the administered activity or amount is assumed".to_string());
    }
    for (lint, reason) in &scenario.model.silenced {
        sentences.push(format!("check `{lint}` silenced: {reason}"));
    }
    sentences
}
