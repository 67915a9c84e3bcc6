//! The same fit from many starts: whether the optimum found is the best there is.
//!
//! Start 0 is the declared one, the others are the points of a [`latin_hypercube`](crate::fit::latin_hypercube). Every start has its own problem from the
//! factory and knows nothing of the others, so that the numbers are the same on any number of threads.

use crate::fit::checkpoint::{exact, exact_list};
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, Termination};
use crate::fit::latin_hypercube::latin_hypercube;
use crate::fit::least_squares::{FitProgress, Monitor, Settings, check, fit_monitored};
use crate::fit::numbered_work::{BatchMonitor, ProblemFactory, run_numbered};
use crate::fit::optima::{SpreadOfOptima, spread_of_optima};
use crate::fit::parameter::FitParameter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many starts, from where, and when two optima count as one.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiStart {
    /// Number of starts, the declared one included.
    pub starts: usize,
    /// Seed of the start values.
    pub seed: u64,
    /// Without a bound, starts lie within this factor of the declared start (above 1).
    pub factor: f64,
    /// Two optima are the same where their objectives differ by at most this many units; the unit is 1 for a likelihood or given weights and the
    /// residual variance s² for an estimated one. A difference of 0.01 in −2 ln L means nothing.
    pub objective_tolerance: f64,
    /// Threads to work on.
    pub threads: usize,
}

impl Default for MultiStart {
    fn default() -> Self {
        MultiStart { starts: 20, seed: 1, factor: 10.0, objective_tolerance: 0.01, threads: 1 }
    }
}

/// Where one start led.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartFit {
    /// Objective at the end.
    #[serde(with = "exact")]
    pub objective: f64,
    /// Parameters at the end, natural values.
    #[serde(with = "exact_list")]
    pub parameters: Vec<f64>,
    /// Why it ended.
    pub termination: Termination,
    /// Accepted steps.
    pub iterations: u64,
    /// Evaluations of the residuals.
    pub evaluations: usize,
    /// Objective at the start and after each accepted step.
    #[serde(with = "exact_list")]
    pub trace: Vec<f64>,
}

/// One start and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartOutcome {
    /// Number of the start; 0 is the declared one.
    pub number: usize,
    /// Start values, natural.
    #[serde(with = "exact_list")]
    pub start: Vec<f64>,
    /// The fit, or why there is none.
    pub result: Result<StartFit, String>,
}

/// What all starts came to.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiStartResult {
    /// The fit with the lowest objective, in full; `None` where no start could be fitted.
    pub best: Option<Estimate>,
    /// Number of its start.
    pub best_start: Option<usize>,
    /// Every start that was finished, by number.
    pub outcomes: Vec<StartOutcome>,
    /// Which optima there are.
    pub spread: SpreadOfOptima,
    /// Whether starts are missing because somebody cancelled.
    pub cancelled: bool,
}

/// Fits from `options.starts` starts.
///
/// # Errors
/// Inconsistent parameters, settings or options; a problem that cannot be made; a checkpoint of other work. A start that fails is an outcome, not an error.
pub fn multi_start(
    factory: &ProblemFactory<'_>,
    parameters: &[FitParameter],
    settings: &Settings,
    options: &MultiStart,
    monitor: &BatchMonitor,
) -> Result<MultiStartResult, FitError> {
    options.check()?;
    check(factory().map_err(FitError::Problem)?.as_ref(), parameters, settings)?;
    let starts = latin_hypercube(parameters, options.starts, options.factor, options.seed);
    // Estimates with their covariances stay in memory only: the best one can always be had again.
    let estimates: Mutex<BTreeMap<usize, Estimate>> = Mutex::default();
    let work = |number: usize| {
        let (result, estimate) = one_start(factory, parameters, &starts[number], settings, (number, monitor))?;
        if let Some(estimate) = estimate {
            estimates.lock().unwrap_or_else(PoisonError::into_inner).insert(number, estimate);
        }
        Some(StartOutcome { number, start: starts[number].clone(), result })
    };
    let setup = format!("{} starts, seed {}, factor {:e}; {parameters:?}; {settings:?}", options.starts, options.seed, options.factor);
    let batch = run_numbered(options.starts, options.threads, monitor, "multi-start", setup, &work)?;
    let outcomes: Vec<StartOutcome> = batch.finished.into_iter().map(|(_, outcome)| outcome).collect();
    let fitted = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok().map(|fit| (outcome.number, fit.objective)));
    let best_start = fitted.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))).map(|(number, _)| number);
    let mut estimates = estimates.into_inner().unwrap_or_else(PoisonError::into_inner);
    let best = match best_start {
        None => None,
        Some(number) => match estimates.remove(&number) {
            Some(estimate) => Some(estimate),
            // It was read from the checkpoint; the same fit again gives the same bits.
            None => one_start(factory, parameters, &starts[number], settings, (number, &BatchMonitor::default()))
                .and_then(|(_, estimate)| estimate),
        },
    };
    let spread = spread_of_optima(&outcomes, parameters, best.as_ref(), options.objective_tolerance);
    Ok(MultiStartResult { best, best_start, outcomes, spread, cancelled: batch.cancelled })
}

impl MultiStart {
    fn check(&self) -> Result<(), FitError> {
        let fault = |name, value, expected| Err(FitError::Setting { name, value, expected });
        if self.starts == 0 {
            return fault("starts", 0.0, "at least 1");
        }
        if !(self.factor > 1.0 && self.factor.is_finite()) {
            return fault("factor", self.factor, "a finite number above 1");
        }
        if !(self.objective_tolerance >= 0.0 && self.objective_tolerance.is_finite()) {
            return fault("objective_tolerance", self.objective_tolerance, "a finite number of at least 0");
        }
        Ok(())
    }
}

type StartResult = (Result<StartFit, String>, Option<Estimate>);

/// The fit from one start; `None` if it was cancelled.
fn one_start(
    factory: &ProblemFactory<'_>,
    parameters: &[FitParameter],
    start: &[f64],
    settings: &Settings,
    (number, monitor): (usize, &BatchMonitor),
) -> Option<StartResult> {
    let mut problem = match factory() {
        Ok(problem) => problem,
        Err(message) => return Some((Err(message), None)),
    };
    let trace = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&trace);
    let steps = monitor.steps.clone();
    let progress = move |step: &FitProgress| {
        log.lock().unwrap_or_else(PoisonError::into_inner).push(step.objective);
        if let Some(tell) = &steps {
            tell(number, step);
        }
    };
    let watch = Monitor { cancel: monitor.cancel.clone(), progress: Some(Arc::new(progress)) };
    match fit_monitored(problem.as_mut(), &started_at(parameters, start), settings, &watch) {
        Ok(estimate) if estimate.record.termination == Termination::Cancelled => None,
        Ok(estimate) => {
            let fit = StartFit {
                objective: estimate.objective,
                parameters: estimate.values(),
                termination: estimate.record.termination,
                iterations: estimate.record.iterations,
                evaluations: estimate.record.evaluations,
                trace: trace.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            };
            Some((Ok(fit), Some(estimate)))
        }
        Err(error) => Some((Err(error.to_string()), None)),
    }
}

/// The same parameters with other start values.
pub(crate) fn started_at(parameters: &[FitParameter], start: &[f64]) -> Vec<FitParameter> {
    parameters.iter().zip(start).map(|(parameter, &start)| FitParameter { start, ..parameter.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::checkpoint::CheckpointFile;
    use crate::fit::least_squares::{ResidualFunction, Residuals};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// y = cos(k x) at k = 2 without noise: the sum of squares has many local minima in k, and the same value at ±k.
    fn frequency() -> Result<Box<dyn Residuals + Send>, String> {
        let residuals = |p: &[f64], out: &mut [f64]| {
            if p[0] > 9.9 {
                return Err("too fast".to_owned());
            }
            for (i, r) in out.iter_mut().enumerate() {
                let x = 0.25 * i as f64;
                *r = (2.0 * x).cos() - (p[0] * x).cos() + 0.01 * (7.0 * x).sin();
            }
            Ok(())
        };
        Ok(Box::new(ResidualFunction { parameter_count: 1, residual_count: 25, residuals }))
    }

    fn parameters() -> Vec<FitParameter> {
        vec![FitParameter::logarithmic("k", 9.0).within(0.2, 10.0)]
    }

    fn run(threads: usize, monitor: &BatchMonitor) -> MultiStartResult {
        let options = MultiStart { starts: 12, threads, ..Default::default() };
        multi_start(&frequency, &parameters(), &Settings::default(), &options, monitor).expect("fits")
    }

    #[test]
    fn the_global_optimum_is_found_where_the_declared_start_misses_it() {
        let result = run(1, &BatchMonitor::default());
        assert_eq!(result.outcomes.len(), 12);
        assert_eq!(result.outcomes[0].start, vec![9.0]);
        let declared = result.outcomes[0].result.as_ref().expect("fitted");
        assert!((declared.parameters[0] - 2.0).abs() > 0.5, "the declared start ends in a local minimum: {declared:?}");
        let best = result.best.expect("an estimate");
        assert!((best.parameters[0].value - 2.0).abs() < 0.01);
        assert!(result.spread.reached_best >= 1 && result.spread.optima.len() >= 2, "{:?}", result.spread);
        for outcome in &result.outcomes {
            let fit = outcome.result.as_ref().expect("all can start");
            assert_eq!(fit.trace.len() as u64, fit.iterations + 1, "the start and every step");
            assert_eq!(fit.trace.last().copied(), Some(fit.objective), "the trace ends at the objective");
            assert!(fit.trace.windows(2).all(|pair| pair[1] <= pair[0]), "it never rises");
        }
    }

    #[test]
    fn one_and_two_threads_give_the_same_bits() {
        assert_eq!(run(1, &BatchMonitor::default()), run(2, &BatchMonitor::default()));
    }

    #[test]
    fn a_cancelled_run_resumed_gives_the_bits_of_an_uninterrupted_one() {
        let whole = run(1, &BatchMonitor::default());
        for threads in [1, 2] {
            let folder = tempfile::tempdir().expect("a folder");
            let cancel = Arc::new(AtomicBool::new(false));
            let seen = Arc::new(AtomicUsize::new(0));
            let (flag, count) = (Arc::clone(&cancel), Arc::clone(&seen));
            let monitor = BatchMonitor {
                cancel: Some(Arc::clone(&cancel)),
                progress: Some(Arc::new(move |done, _| {
                    count.fetch_max(done, Ordering::Relaxed);
                    flag.store(done >= 5, Ordering::Relaxed);
                })),
                steps: None,
                checkpoint: Some(CheckpointFile::new(folder.path().join("starts.json"), "frequency")),
            };
            let first = run(threads, &monitor);
            assert!(first.cancelled && first.outcomes.len() >= 5 && first.outcomes.len() < 12);
            cancel.store(false, Ordering::Relaxed);
            let resumed = run(threads, &BatchMonitor { cancel: None, progress: None, ..monitor });
            assert_eq!(resumed, whole, "{threads} threads");
        }
    }

    #[test]
    fn a_start_that_cannot_be_computed_is_counted() {
        let declared = vec![FitParameter::logarithmic("k", 9.95).within(0.2, 10.0)];
        let result = multi_start(&frequency, &declared, &Settings::default(), &MultiStart::default(), &BatchMonitor::default());
        let result = result.expect("the others fit");
        assert_eq!(result.spread.failed, 1);
        let message = result.outcomes[0].result.as_ref().expect_err("too fast");
        assert!(message.contains("too fast"), "{message}");
    }

    #[test]
    fn nonsense_is_refused() {
        let options = MultiStart { starts: 0, ..Default::default() };
        let refused = multi_start(&frequency, &parameters(), &Settings::default(), &options, &BatchMonitor::default());
        assert_eq!(refused.expect_err("no starts").to_string(), "setting `starts` is 0, expected at least 1");
        let factory = || Err("the model does not load".to_owned());
        let refused = multi_start(&factory, &parameters(), &Settings::default(), &MultiStart::default(), &BatchMonitor::default());
        assert_eq!(refused.expect_err("no problem").to_string(), "the model does not load");
    }
}
