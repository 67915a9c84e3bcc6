//! Weighted non-linear least squares: the contract of a problem, the settings, and the fit itself.
//!
//! A problem gives residuals that are already weighted, r = (measured − predicted)/standard deviation in whatever form its error model has; the fit
//! minimises Σ r². Prior knowledge enters as further residuals.

use crate::fit::checkpoint::{CheckpointError, CheckpointFile};
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, FitRecord, Termination, VarianceChoice};
use crate::fit::levenberg_marquardt::{FitState, LevenbergMarquardt};
use crate::fit::parameter::FitParameter;
use crate::fit::resume::RunCheckpoint;
use crate::fit::scaled_problem::{EvaluationFailed, ScaledProblem, natural_values};
use argmin::core::observers::{Observe, ObserverMode};
use argmin::core::{Error as ArgminError, Executor, KV, State, TerminationReason};
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A least-squares problem. Parameters are natural values in the order of the fit's list.
pub trait Residuals {
    /// Number of parameters that [`Self::residuals`] takes.
    fn parameter_count(&self) -> usize;

    /// Number of residuals that it gives.
    fn residual_count(&self) -> usize;

    /// Writes the weighted residuals at `parameters` into `out`.
    ///
    /// # Errors
    /// A sentence saying what could not be computed. Away from the start such a point is avoided and counted, as are residuals that are not finite.
    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String>;

    /// What is minimised, at `parameters` whose residuals have just been computed: Σ r² unless the problem says otherwise.
    ///
    /// A likelihood gives −2 ln L here and *pseudo-residuals* ρ in [`Self::residuals`], so that Jᵀρ is half the gradient of −2 ln L and JᵀJ its expected
    /// half Hessian (Fisher scoring); see `likelihood`.
    fn objective(&mut self, parameters: &[f64], residuals: &[f64]) -> f64 {
        let _ = parameters;
        residuals.iter().map(|r| r * r).sum()
    }

    /// Whether the objective is the sum of squares, so that its curvature can be probed along a step.
    fn is_least_squares(&self) -> bool {
        true
    }

    /// Derivatives of the residuals (rows) by the natural parameters (columns), if the problem knows them; otherwise differences are taken.
    fn jacobian(&mut self, parameters: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        let _ = parameters;
        None
    }
}

/// A problem from a closure: `residuals(parameters, out)`.
pub struct ResidualFunction<F> {
    /// Number of parameters.
    pub parameter_count: usize,
    /// Number of residuals.
    pub residual_count: usize,
    /// Writes the weighted residuals at natural parameters.
    pub residuals: F,
}

impl<F: FnMut(&[f64], &mut [f64]) -> Result<(), String>> Residuals for ResidualFunction<F> {
    fn parameter_count(&self) -> usize {
        self.parameter_count
    }

    fn residual_count(&self) -> usize {
        self.residual_count
    }

    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String> {
        (self.residuals)(parameters, out)
    }
}

/// When to stop, how far to step, and where the residual variance comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Most accepted steps.
    pub max_iterations: u64,
    /// Converged when the residuals' relative projection on the tangent space is at most this.
    pub offset_tolerance: f64,
    /// Converged when the undamped step, relative to each parameter's size (absolute in ln x), is at most this.
    pub step_tolerance: f64,
    /// Converged when a step lowers the sum of squares by at most this fraction and the offset is acceptable.
    pub cost_tolerance: f64,
    /// Relative offset at which a fit that cannot be improved counts as converged. 1e-3 moves no estimate by more than a thousandth of its
    /// standard error times √(n − p); it leaves room for the noise of an integrator.
    pub acceptable_offset: f64,
    /// Most that ln x of a logarithmic parameter may change in one step.
    pub step_cap: f64,
    /// Step of numerical derivatives relative to a parameter's size. The default, ε^(1/3), suits residuals computed to full precision; with residuals
    /// from an integrator of relative tolerance τ take about τ^(1/3).
    pub difference_step: f64,
    /// Source of the residual variance.
    pub variance: VarianceChoice,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            max_iterations: 1000,
            offset_tolerance: 1e-8,
            step_tolerance: 1e-10,
            cost_tolerance: 1e-14,
            acceptable_offset: 1e-3,
            step_cap: 1.0,
            difference_step: 6.055_454_452_393_343e-6,
            variance: VarianceChoice::Estimated,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), FitError> {
        let fault = |name, value, expected| Err(FitError::Setting { name, value, expected });
        if self.step_cap.is_nan() || self.step_cap <= 0.0 {
            return fault("step_cap", self.step_cap, "a positive number");
        }
        if !(self.difference_step > 0.0 && self.difference_step < 1.0) {
            return fault("difference_step", self.difference_step, "between 0 and 1");
        }
        for (name, value) in [
            ("offset_tolerance", self.offset_tolerance),
            ("step_tolerance", self.step_tolerance),
            ("cost_tolerance", self.cost_tolerance),
            ("acceptable_offset", self.acceptable_offset),
        ] {
            if !(0.0..1.0).contains(&value) {
                return fault(name, value, "at least 0 and below 1");
            }
        }
        Ok(())
    }
}

/// Where a running fit stands, after each accepted step.
#[derive(Debug, Clone, PartialEq)]
pub struct FitProgress {
    /// Accepted steps so far.
    pub iteration: u64,
    /// What is minimised, at the present parameters: the weighted sum of squares, or −2 ln L.
    pub objective: f64,
    /// Present parameters, natural values.
    pub parameters: Vec<f64>,
}

/// What is told after each accepted step.
pub type ProgressReport = Arc<dyn Fn(&FitProgress) + Send + Sync>;

/// How another thread watches and ends a fit.
#[derive(Clone, Default)]
pub struct Monitor {
    /// Set to true to end the fit at the best point so far.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Called at the start and after each accepted step.
    pub progress: Option<ProgressReport>,
}

/// Passes argmin's observations on.
struct Reporter {
    parameters: Vec<FitParameter>,
    report: ProgressReport,
}

impl Reporter {
    fn tell(&self, state: &FitState, iteration: u64) {
        if let Some(transformed) = state.get_param() {
            (self.report)(&FitProgress {
                iteration,
                objective: state.get_cost(),
                parameters: natural_values(&self.parameters, transformed.as_slice()),
            });
        }
    }
}

impl Observe<FitState> for Reporter {
    fn observe_init(&mut self, _: &str, state: &FitState, _: &KV) -> Result<(), ArgminError> {
        self.tell(state, 0);
        Ok(())
    }

    fn observe_iter(&mut self, state: &FitState, _: &KV) -> Result<(), ArgminError> {
        self.tell(state, state.get_iter() + 1);
        Ok(())
    }
}

/// Fits `problem`; see [`fit_monitored`].
///
/// # Errors
/// As [`fit_monitored`].
pub fn fit(problem: &mut dyn Residuals, parameters: &[FitParameter], settings: &Settings) -> Result<Estimate, FitError> {
    fit_monitored(problem, parameters, settings, &Monitor::default())
}

/// Finds the parameters with the least weighted sum of squares, under the eye of `monitor`.
///
/// A fit that stops without converging (iterations used up, cancelled, stalled) is an estimate too: it says so in its termination and warnings.
///
/// # Errors
/// Inconsistent parameters or settings, fewer residuals than parameters, or residuals that cannot be computed at the start values.
pub fn fit_monitored(
    problem: &mut dyn Residuals,
    parameters: &[FitParameter],
    settings: &Settings,
    monitor: &Monitor,
) -> Result<Estimate, FitError> {
    fit_resumable(problem, parameters, settings, monitor, None)
}

/// As [`fit_monitored`], keeping the state of the run in `checkpoint` after every accepted step.
///
/// Where the file holds the state of an interrupted run of the same fit, that run goes on, to the same bits that it would have reached. Of a finished run
/// it gives the result again.
///
/// # Errors
/// As [`fit_monitored`], and a checkpoint that belongs to another problem or set-up, or cannot be read or written.
pub fn fit_resumable(
    problem: &mut dyn Residuals,
    parameters: &[FitParameter],
    settings: &Settings,
    monitor: &Monitor,
    checkpoint: Option<&CheckpointFile>,
) -> Result<Estimate, FitError> {
    check(problem, parameters, settings)?;
    let scaled = ScaledProblem::new(problem, parameters, settings.difference_step);
    let solver = LevenbergMarquardt::new(parameters, settings, scaled.is_least_squares(), monitor.cancel.clone());
    let start = DVector::from_iterator(parameters.len(), parameters.iter().map(|p| p.scale.transform(p.start)));
    let mut executor = Executor::new(&scaled, solver)
        .configure(|state: FitState| state.param(start).max_iters(settings.max_iterations))
        .ctrlc(false)
        .timer(false);
    if let Some(report) = &monitor.progress {
        let reporter = Reporter { parameters: parameters.to_vec(), report: Arc::clone(report) };
        executor = executor.add_observer(reporter, ObserverMode::Always);
    }
    if let Some(file) = checkpoint {
        executor = executor.checkpointing(RunCheckpoint::new(file, parameters, settings, &scaled, monitor.cancel.clone()));
    }
    let result = executor.run().map_err(|error| start_fault(parameters, &error))?;
    let iterations = result.state.get_iter();
    let termination = match (result.solver.outcome(), result.state.get_termination_reason()) {
        (_, Some(TerminationReason::Interrupt)) => Termination::Cancelled,
        (Some(outcome), _) => outcome,
        (None, _) => Termination::MaximumIterations,
    };
    let point = result.solver.into_point().ok_or_else(|| FitError::Optimiser("it left no point behind".into()))?;
    Ok(Estimate::new(
        parameters,
        &point,
        settings.variance,
        FitRecord {
            iterations,
            evaluations: scaled.evaluations(),
            failed_evaluations: scaled.failures(),
            last_failure: scaled.last_failure(),
            termination,
        },
    ))
}

/// Everything that [`fit_monitored`] refuses before it starts.
pub(crate) fn check(problem: &dyn Residuals, parameters: &[FitParameter], settings: &Settings) -> Result<(), FitError> {
    settings.check()?;
    let faults: Vec<_> = parameters.iter().flat_map(FitParameter::faults).collect();
    if !faults.is_empty() {
        return Err(FitError::Parameters(faults));
    }
    if problem.parameter_count() != parameters.len() {
        return Err(FitError::ParameterCount { expected: problem.parameter_count(), found: parameters.len() });
    }
    if problem.residual_count() < parameters.len() || problem.residual_count() == 0 {
        return Err(FitError::TooFewResiduals { residuals: problem.residual_count(), parameters: parameters.len() });
    }
    Ok(())
}

/// A failure of the executor is one of the start: later ones only shorten the step.
fn start_fault(parameters: &[FitParameter], error: &ArgminError) -> FitError {
    if let Some(fault) = error.downcast_ref::<CheckpointError>() {
        return FitError::Checkpoint(fault.clone());
    }
    match error.downcast_ref::<EvaluationFailed>() {
        Some(EvaluationFailed(message)) => FitError::Start {
            at: parameters.iter().map(|p| format!("{} = {}", p.name, p.start)).collect::<Vec<_>>().join(", "),
            message: message.clone(),
        },
        None => FitError::Optimiser(error.to_string()),
    }
}
