//! How a group's optimum is found: from the declared start, or from many; watched, cancelled, and taken up again from its checkpoint.
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use super::group::{Fitting, failed, settings};
use super::problem::GroupProblem;
use super::watched::watched;
use crate::fit::checkpoint::CheckpointFile;
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, Termination};
use crate::fit::least_squares::{FitProgress, Monitor, ProgressReport, Residuals, fit_resumable};
use crate::fit::multi_start::{MultiStart, StartOutcome, multi_start};
use crate::fit::numbered_work::BatchMonitor;
use crate::fit::swarm::{Swarm, fit_from_swarm};
use crate::model::system::Tangents;
use crate::session::work::{Control, Failed};

/// Objectives that differ by less are of one optimum.
const SAME: f64 = 0.01;

/// What a search found besides its best estimate.
#[derive(Clone, Debug, Default)]
pub struct SearchRecord {
    /// Objective after each step, one list a start, by number of the start.
    pub traces: Vec<(usize, Vec<f64>)>,
    /// Every start, where there were several.
    pub outcomes: Vec<StartOutcome>,
    /// Number of the best start.
    pub best_start: usize,
    /// Sentences about the optima found.
    pub words: Vec<String>,
}

/// The checkpoint of one piece of work of one group; `None` where no run folder is being written.
pub(super) fn checkpoint(control: &Control<'_>, group: &str, work: &str) -> Option<CheckpointFile> {
    let place = control.checkpoints.as_ref()?;
    let stem: String = group.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    Some(CheckpointFile::new(place.folder.join(format!("{stem}-{work}.json")), &place.fingerprint))
}

/// A monitor of a batch that shares the control's flag and checkpoints.
pub(super) fn batch_monitor(control: &Control<'_>, group: &str, work: &str) -> BatchMonitor {
    BatchMonitor { cancel: Some(Arc::clone(control.cancel)), checkpoint: checkpoint(control, group, work), ..BatchMonitor::default() }
}

/// Finds the optimum of `problem`.
pub fn search(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    control: &mut Control,
) -> Result<(Estimate, SearchRecord), Failed> {
    let cancelled = |control: &Control<'_>| {
        control.cancel.load(Ordering::Relaxed).then(|| Failed::cancelled(format!("cancelled while fitting {name}")))
    };
    let starts = &fitting.plan.starts;
    let found =
        if starts.count > 1 { many(fitting, problem, tangents, name, control)? } else { one(fitting, problem, tangents, name, control)? };
    if let Some(stopped) = cancelled(control) {
        return Err(stopped);
    }
    let found = match starts.swarm {
        Some(particles) => swarmed(fitting, problem, tangents, name, (particles, found), control)?,
        None => found,
    };
    match cancelled(control) {
        Some(stopped) => Err(stopped),
        None => Ok(found),
    }
}

/// Looks over the whole box with a swarm as well, and keeps the better optimum.
fn swarmed(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    (particles, (estimate, mut record)): (usize, (Estimate, SearchRecord)),
    control: &mut Control,
) -> Result<(Estimate, SearchRecord), Failed> {
    control.at("searching with a swarm", 0.3)?;
    let cancel = Arc::clone(control.cancel);
    let options = Swarm { particles, seed: fitting.plan.starts.seed, ..Swarm::default() };
    let number = fitting.plan.starts.count;
    let found = watched(control, problem, name, &format!("searching for {name} with a swarm"), |steps| {
        let report = steps.map(|tell| Arc::new(move |step: &FitProgress| tell(number, step)) as ProgressReport);
        let monitor = Monitor { cancel: Some(Arc::clone(&cancel)), progress: report };
        let likelihood = problem.likelihood(fitting.course, tangents, fitting.scenario, &cancel).map_err(Failed::input);
        likelihood.map(|mut one| fit_from_swarm(&mut one, &problem.parameters, &settings(fitting.plan), &options, &monitor))
    })?
    .map_err(|error| Failed {
        // bounds are the scenario's to give
        bad_input: matches!(error, FitError::Problem(_) | FitError::Parameters(_)) && !control.cancel.load(Ordering::Relaxed),
        ..failed(error, control)
    })?;
    let difference = found.estimate.objective - estimate.objective;
    record.words.push(format!(
        "a swarm of {particles} particles came to {} after {} evaluations ({} failed), and a fit from there {}",
        found.swarm_objective,
        found.evaluations,
        found.failed_evaluations,
        if difference < -SAME {
            "found a better optimum, which is taken"
        } else if difference <= SAME {
            "found the same optimum"
        } else {
            "found a worse one"
        }
    ));
    let better = difference < -SAME;
    Ok((if better { found.estimate } else { estimate }, record))
}

fn one(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    control: &mut Control,
) -> Result<(Estimate, SearchRecord), Failed> {
    let trace: Arc<Mutex<Vec<f64>>> = Arc::default();
    let told = Arc::clone(&trace);
    let cancel = Arc::clone(control.cancel);
    let file = checkpoint(control, name, "fit");
    let estimate = watched(control, problem, name, &format!("fitting {name}"), |steps| {
        let report = Arc::new(move |progress: &FitProgress| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(progress.objective);
            if let Some(tell) = &steps {
                tell(0, progress);
            }
        });
        let monitor = Monitor { cancel: Some(Arc::clone(&cancel)), progress: Some(report) };
        let likelihood = problem.likelihood(fitting.course, tangents, fitting.scenario, &cancel).map_err(Failed::input);
        likelihood.map(|mut one| fit_resumable(&mut one, &problem.parameters, &settings(fitting.plan), &monitor, file.as_ref()))
    })?
    .map_err(|error| failed(error, control))?;
    let trace = trace.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok((estimate, SearchRecord { traces: vec![(0, trace)], ..SearchRecord::default() }))
}

fn many(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    control: &mut Control,
) -> Result<(Estimate, SearchRecord), Failed> {
    let starts = &fitting.plan.starts;
    let options =
        MultiStart { starts: starts.count, seed: starts.seed, factor: starts.factor, threads: control.threads, ..MultiStart::default() };
    let cancel = Arc::clone(control.cancel);
    let monitor = batch_monitor(control, name, "starts");
    let result = watched(control, problem, name, &format!("fitting {name} from {} starts", starts.count), |steps| {
        let factory = || {
            let likelihood = problem.likelihood(fitting.course, tangents, fitting.scenario, &cancel)?;
            Ok(Box::new(likelihood) as Box<dyn Residuals + Send + '_>)
        };
        let monitor = BatchMonitor { steps, ..monitor };
        multi_start(&factory, &problem.parameters, &settings(fitting.plan), &options, &monitor)
    })
    .map_err(|error| failed(error, control))?;
    if result.cancelled {
        return Err(Failed::cancelled(format!("cancelled while fitting {name} from {} starts", starts.count)));
    }
    let first = result.outcomes.first().and_then(|outcome| outcome.result.as_ref().err().cloned());
    let Some(best) = result.best else {
        return Err(Failed::because(format!(
            "none of {} starts could be fitted; the declared one: {}",
            starts.count,
            first.unwrap_or_else(|| "no message".into())
        )));
    };
    let traces = result.outcomes.iter().filter_map(|outcome| Some((outcome.number, outcome.result.as_ref().ok()?.trace.clone()))).collect();
    let record =
        SearchRecord { traces, best_start: result.best_start.unwrap_or(0), words: result.spread.describe(), outcomes: result.outcomes };
    if best.record.termination == Termination::Cancelled {
        return Err(Failed::cancelled(format!("cancelled while fitting {name}")));
    }
    Ok((best, record))
}
