//! The state of a single Levenberg–Marquardt run in a file, through argmin's checkpoints.
//!
//! Saved after every accepted step: damping and its growth, the scaling of the parameters, and the point with its residuals and Jacobian, so that nothing
//! has to be computed again and a resumed run takes the very steps of an uninterrupted one. A step during which the run was cancelled is not saved; it is
//! taken again from its beginning.

use crate::fit::checkpoint::{CheckpointError, CheckpointFile, exact, exact_list};
use crate::fit::estimate::Termination;
use crate::fit::least_squares::Settings;
use crate::fit::levenberg_marquardt::{FitState, LevenbergMarquardt};
use crate::fit::parameter::FitParameter;
use crate::fit::scaled_problem::{EvaluationCounts, ScaledProblem};
use argmin::core::checkpointing::{Checkpoint, CheckpointingFrequency};
use argmin::core::{Error, State, TerminationReason};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const KIND: &str = "Levenberg-Marquardt run";

/// What the solver knows between two steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedSolver {
    #[serde(with = "exact")]
    pub damping: f64,
    #[serde(with = "exact")]
    pub growth: f64,
    #[serde(with = "exact_list")]
    pub scaling: Vec<f64>,
    #[serde(with = "exact_list")]
    pub transformed: Vec<f64>,
    #[serde(with = "exact_list")]
    pub residuals: Vec<f64>,
    #[serde(with = "exact_list")]
    pub jacobian_by_columns: Vec<f64>,
    #[serde(with = "exact_list")]
    pub gradient: Vec<f64>,
    #[serde(with = "exact")]
    pub objective: f64,
    #[serde(with = "exact")]
    pub relative_offset: f64,
    #[serde(with = "exact")]
    pub relative_step: f64,
    pub outcome: Option<Termination>,
}

#[derive(Serialize, Deserialize)]
struct SavedRun {
    iteration: u64,
    evaluations: usize,
    failures: usize,
    last_failure: Option<String>,
    solver: SavedSolver,
}

/// argmin's checkpoint of a run.
pub(crate) struct RunCheckpoint {
    file: CheckpointFile,
    setup: String,
    parameters: Vec<FitParameter>,
    settings: Settings,
    is_least_squares: bool,
    cancel: Option<Arc<AtomicBool>>,
    counts: Rc<EvaluationCounts>,
}

impl RunCheckpoint {
    pub(crate) fn new(
        file: &CheckpointFile,
        parameters: &[FitParameter],
        settings: &Settings,
        problem: &ScaledProblem<'_>,
        cancel: Option<Arc<AtomicBool>>,
    ) -> Self {
        // More iterations may be allowed to a run that used them up.
        let lasting = Settings { max_iterations: 0, ..settings.clone() };
        RunCheckpoint {
            file: file.clone(),
            setup: format!("{parameters:?}; {lasting:?}"),
            parameters: parameters.to_vec(),
            settings: settings.clone(),
            is_least_squares: problem.is_least_squares(),
            cancel,
            counts: problem.counts(),
        }
    }
}

impl Checkpoint<LevenbergMarquardt, FitState> for RunCheckpoint {
    fn save(&self, solver: &LevenbergMarquardt, state: &FitState) -> Result<(), Error> {
        if matches!(state.get_termination_reason(), Some(TerminationReason::Interrupt)) {
            return Ok(());
        }
        let Some(solver) = solver.saved() else { return Ok(()) };
        let run = SavedRun {
            iteration: state.get_iter(),
            evaluations: self.counts.evaluations.get(),
            failures: self.counts.failures.get(),
            last_failure: self.counts.last_failure.borrow().clone(),
            solver,
        };
        Ok(self.file.write(KIND, &self.setup, &run)?)
    }

    fn load(&self) -> Result<Option<(LevenbergMarquardt, FitState)>, Error> {
        let Some(run) = self.file.read::<SavedRun>(KIND, &self.setup)? else { return Ok(None) };
        let mut state = FitState::new()
            .param(DVector::from_vec(run.solver.transformed.clone()))
            .cost(run.solver.objective)
            .max_iters(self.settings.max_iterations);
        state.iter = run.iteration;
        let solver = LevenbergMarquardt::new(&self.parameters, &self.settings, self.is_least_squares, self.cancel.clone());
        let solver = solver.restored(run.solver).ok_or_else(|| CheckpointError::File {
            what: "reading",
            path: self.file.path.clone(),
            message: "the numbers of parameters and residuals do not fit together".into(),
        })?;
        self.counts.evaluations.set(run.evaluations);
        self.counts.failures.set(run.failures);
        *self.counts.last_failure.borrow_mut() = run.last_failure;
        Ok(Some((solver, state)))
    }

    fn frequency(&self) -> CheckpointingFrequency {
        CheckpointingFrequency::Always
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::estimate::Estimate;
    use crate::fit::least_squares::{FitProgress, Monitor, ResidualFunction, Residuals, fit_resumable};
    use std::sync::atomic::Ordering;

    /// Misra1a-like growth with noise, and a corner of the parameter space that cannot be computed.
    fn problem() -> impl Residuals {
        ResidualFunction {
            parameter_count: 2,
            residual_count: 14,
            residuals: |p: &[f64], out: &mut [f64]| {
                if p[1] > 3.0 {
                    return Err("rate too fast".to_owned());
                }
                for (i, r) in out.iter_mut().enumerate() {
                    let x = 0.3 * (i + 1) as f64;
                    *r = 5.0 * (1.0 - (-0.4 * x).exp()) + 0.05 * (11.0 * x).sin() - p[0] * (1.0 - (-p[1] * x).exp());
                }
                Ok(())
            },
        }
    }

    fn parameters() -> [FitParameter; 2] {
        [FitParameter::logarithmic("plateau", 60.0), FitParameter::logarithmic("rate", 2.9)]
    }

    fn run(monitor: &Monitor, settings: &Settings, file: Option<&CheckpointFile>) -> Estimate {
        fit_resumable(&mut problem(), &parameters(), settings, monitor, file).expect("fits")
    }

    fn same_bits(a: &Estimate, b: &Estimate) {
        assert_eq!(a, b);
        let bits = |e: &Estimate| e.values().iter().chain(&e.residuals).map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(a), bits(b));
    }

    #[test]
    fn a_run_cancelled_after_any_step_ends_at_the_bits_of_an_uninterrupted_one() {
        let settings = Settings::default();
        let whole = run(&Monitor::default(), &settings, None);
        assert!(whole.is_converged() && whole.record.iterations >= 4, "{:?}", whole.record);
        for stop in 1..whole.record.iterations {
            let folder = tempfile::tempdir().expect("a folder");
            let file = CheckpointFile::new(folder.path().join("run.json"), "growth");
            let cancel = Arc::new(AtomicBool::new(false));
            let flag = Arc::clone(&cancel);
            let progress = move |p: &FitProgress| flag.store(p.iteration == stop, Ordering::Relaxed);
            let monitor = Monitor { cancel: Some(cancel), progress: Some(Arc::new(progress)) };
            let part = run(&monitor, &settings, Some(&file));
            assert_eq!(part.record.termination, Termination::Cancelled);
            assert!(file.path.exists());
            same_bits(&run(&Monitor::default(), &settings, Some(&file)), &whole);
            // Once more: the finished run answers from the file.
            same_bits(&run(&Monitor::default(), &settings, Some(&file)), &whole);
        }
    }

    #[test]
    fn a_run_that_used_up_its_iterations_may_have_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = CheckpointFile::new(folder.path().join("run.json"), "growth");
        let short = Settings { max_iterations: 2, ..Settings::default() };
        assert_eq!(run(&Monitor::default(), &short, Some(&file)).record.termination, Termination::MaximumIterations);
        let whole = run(&Monitor::default(), &Settings::default(), None);
        same_bits(&run(&Monitor::default(), &Settings::default(), Some(&file)), &whole);
    }

    #[test]
    fn the_checkpoint_of_another_problem_or_start_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = CheckpointFile::new(folder.path().join("run.json"), "growth");
        run(&Monitor::default(), &Settings::default(), Some(&file));
        let other = CheckpointFile::new(&file.path, "decay");
        let refused = fit_resumable(&mut problem(), &parameters(), &Settings::default(), &Monitor::default(), Some(&other));
        let message = refused.expect_err("another problem").to_string();
        assert!(message.contains("belongs to another problem: found `growth`, expected `decay`"), "{message}");
        let moved = [FitParameter::logarithmic("plateau", 61.0), FitParameter::logarithmic("rate", 2.9)];
        let refused = fit_resumable(&mut problem(), &moved, &Settings::default(), &Monitor::default(), Some(&file));
        assert!(refused.expect_err("another start").to_string().contains("another set-up"));
    }
}
