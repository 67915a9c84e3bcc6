//! A bounded Levenberg–Marquardt method as an argmin `Solver`, which argmin does not have of its own.
//!
//! Each trial step solves [`LinearModel::damped_step`] with D = largest column norms so far (J. J. Moré 1978), inside the parameters' bounds, and is
//! shortened so that no logarithmic or logit parameter moves by more than `step_cap` (a factor e for 1). The damping follows the ratio of actual to predicted
//! reduction (H. B. Nielsen, "Damping parameter in Marquardt's method", IMM-REP-1999-05, Technical University of Denmark, 1999). A long step
//! is corrected for the curvature of the model along it, and refused where that correction is not small: geodesic acceleration (M. K. Transtrum,
//! J. P. Sethna, arXiv:1201.5885). With it NIST's BoxBOD and MGH17 are solved from their far starts, and Lanczos3 in a third of the evaluations.
//!
//! It stops where the residual vector is orthogonal to the tangent space of the model (the relative offset of D. M. Bates and D. G. Watts,
//! Technometrics 23 (1981) 179–183), where the undamped Gauss–Newton step has become negligible, or where the sum of squares cannot be lowered.

use crate::fit::bounded_step::LinearModel;
use crate::fit::estimate::Termination;
use crate::fit::least_squares::Settings;
use crate::fit::parameter::FitParameter;
use crate::fit::resume::SavedSolver;
use crate::fit::scaled_problem::{Evaluated, transformed_bounds, typical_size};
use crate::fit::uncertainty::TangentSpace;
use argmin::core::{Error, IterState, Jacobian, KV, Operator, Problem, Solver, State, TerminationReason, TerminationStatus};
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The state that argmin carries: transformed parameters, and the weighted sum of squares as cost.
pub type FitState = IterState<DVector<f64>, (), (), (), (), f64>;

/// Trials per iteration; the damping grows by more than 2^900 over them, so the step has long become zero.
const TRIALS: usize = 40;
/// Least ratio of actual to predicted reduction for a step to count.
const LEAST_GAIN: f64 = 1e-4;
const FIRST_DAMPING: f64 = 1e-3;
const LEAST_DAMPING: f64 = 1e-20;
/// Fraction of the step at which the curvature is probed.
const PROBE: f64 = 0.1;
/// Greatest ratio of the second-order term to the step (α of Transtrum and Sethna).
const MOST_BEND: f64 = 0.75;
/// Shorter steps are straight enough.
const LEAST_ACCELERATED_STEP: f64 = 1e-3;
/// The probe magnifies the noise of the residuals, taken as difference_step³, by 2/PROBE²; ten times that must be below the step.
const NOISE_MARGIN: f64 = 2e3;

/// Everything known at one point of the parameter space.
#[derive(Debug, Clone)]
pub struct FitPoint {
    /// Parameters on the optimiser's scale.
    pub transformed: DVector<f64>,
    /// Weighted residuals.
    pub residuals: DVector<f64>,
    /// Derivatives of the residuals by the transformed parameters.
    pub jacobian: DMatrix<f64>,
    /// Jᵀ r.
    pub gradient: DVector<f64>,
    /// What is minimised: the weighted sum of squares, or −2 ln L.
    pub objective: f64,
    /// |projection of r on the tangent space| / |r|, over the parameters not held at a bound.
    pub relative_offset: f64,
    /// Largest component of the undamped step relative to the parameter's typical size.
    pub relative_step: f64,
}

impl FitPoint {
    fn linear_model<'a>(&'a self, low: &'a DVector<f64>, high: &'a DVector<f64>) -> LinearModel<'a> {
        LinearModel { jacobian: &self.jacobian, residuals: &self.residuals, gradient: &self.gradient, low, high }
    }
}

/// The solver: bounds, tolerances, and the current point.
pub struct LevenbergMarquardt {
    parameters: Vec<FitParameter>,
    lower: DVector<f64>,
    upper: DVector<f64>,
    settings: Settings,
    cancel: Option<Arc<AtomicBool>>,
    damping: f64,
    growth: f64,
    /// D: the largest norm that each column of the Jacobian has had.
    scaling: DVector<f64>,
    /// Relative length from which a step is corrected for curvature.
    acceleration_from: f64,
    point: Option<FitPoint>,
    outcome: Option<Termination>,
}

impl LevenbergMarquardt {
    /// A solver for `parameters`; `is_least_squares` says whether the objective is the sum of squares of the residuals. Setting `cancel` from another thread ends the run at the best point so far.
    pub fn new(parameters: &[FitParameter], settings: &Settings, is_least_squares: bool, cancel: Option<Arc<AtomicBool>>) -> Self {
        let (lower, upper): (Vec<f64>, Vec<f64>) = parameters.iter().map(transformed_bounds).unzip();
        LevenbergMarquardt {
            parameters: parameters.to_vec(),
            lower: DVector::from_vec(lower),
            upper: DVector::from_vec(upper),
            settings: settings.clone(),
            cancel,
            damping: FIRST_DAMPING,
            growth: 2.0,
            scaling: DVector::zeros(parameters.len()),
            // a likelihood's pseudo-residuals do not curve as its objective does
            acceleration_from: if is_least_squares {
                (NOISE_MARGIN * settings.difference_step.powi(3)).max(LEAST_ACCELERATED_STEP)
            } else {
                f64::INFINITY
            },
            point: None,
            outcome: None,
        }
    }

    /// The best point, once the start has been computed.
    pub fn into_point(self) -> Option<FitPoint> {
        self.point
    }

    /// Why the solver stopped of its own accord; `None` where argmin stopped it.
    pub fn outcome(&self) -> Option<Termination> {
        self.outcome
    }

    /// Everything that decides how the run goes on, once the start has been computed.
    pub(crate) fn saved(&self) -> Option<SavedSolver> {
        let point = self.point.as_ref()?;
        Some(SavedSolver {
            damping: self.damping,
            growth: self.growth,
            scaling: self.scaling.as_slice().to_vec(),
            transformed: point.transformed.as_slice().to_vec(),
            residuals: point.residuals.as_slice().to_vec(),
            jacobian_by_columns: point.jacobian.as_slice().to_vec(),
            gradient: point.gradient.as_slice().to_vec(),
            objective: point.objective,
            relative_offset: point.relative_offset,
            relative_step: point.relative_step,
            outcome: self.outcome,
        })
    }

    /// The solver as it was saved; `None` where the numbers of parameters or residuals do not fit.
    pub(crate) fn restored(mut self, saved: SavedSolver) -> Option<Self> {
        let (rows, columns) = (saved.residuals.len(), self.parameters.len());
        let fits = [saved.scaling.len(), saved.transformed.len(), saved.gradient.len()].iter().all(|&n| n == columns);
        if !fits || saved.jacobian_by_columns.len() != rows * columns {
            return None;
        }
        self.damping = saved.damping;
        self.growth = saved.growth;
        self.scaling = DVector::from_vec(saved.scaling);
        self.outcome = saved.outcome;
        self.point = Some(FitPoint {
            transformed: DVector::from_vec(saved.transformed),
            residuals: DVector::from_vec(saved.residuals),
            jacobian: DMatrix::from_vec(rows, columns, saved.jacobian_by_columns),
            gradient: DVector::from_vec(saved.gradient),
            objective: saved.objective,
            relative_offset: saved.relative_offset,
            relative_step: saved.relative_step,
        });
        Some(self)
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    fn typical_sizes(&self, transformed: &DVector<f64>) -> DVector<f64> {
        DVector::from_iterator(transformed.len(), self.parameters.iter().zip(transformed.iter()).map(|(p, &t)| typical_size(p, t)))
    }

    /// Completes a point from its residuals with the derivatives there.
    fn point_at<O>(&self, problem: &mut Problem<O>, transformed: DVector<f64>, found: Evaluated) -> Result<FitPoint, Error>
    where
        O: Jacobian<Param = DVector<f64>, Jacobian = DMatrix<f64>>,
    {
        let Evaluated { residuals, objective } = found;
        let jacobian = problem.jacobian(&transformed)?;
        let gradient = jacobian.tr_mul(&residuals);
        let (low, high) = (&self.lower - &transformed, &self.upper - &transformed);
        let mut point = FitPoint { objective, transformed, residuals, gradient, jacobian, relative_offset: 0.0, relative_step: 0.0 };
        let model = point.linear_model(&low, &high);
        let free: Vec<usize> = (0..low.len()).filter(|&i| !model.is_held(i)).collect();
        let tangent = TangentSpace::new(&point.jacobian, &free);
        let (relative_offset, step) = tangent.offset_and_step(&point.residuals);
        point.relative_offset = relative_offset;
        point.relative_step = step.component_div(&self.typical_sizes(&point.transformed)).amax();
        Ok(point)
    }

    /// Shortens `step` so that no logarithmic or logit parameter moves by more than the cap.
    fn cap(&self, step: &mut DVector<f64>) {
        let longest = self
            .parameters
            .iter()
            .zip(step.iter())
            .filter(|(p, _)| p.scale.is_relative())
            .fold(0.0_f64, |longest, (_, d)| longest.max(d.abs()));
        if longest > self.settings.step_cap {
            *step *= self.settings.step_cap / longest;
        }
    }

    /// Whether the point is an optimum, and by which criterion.
    fn convergence(&self, point: &FitPoint, reduction: Option<f64>) -> Option<Termination> {
        let settings = &self.settings;
        if point.residuals.norm_squared() == 0.0 {
            Some(Termination::ExactFit)
        } else if point.relative_offset <= settings.offset_tolerance {
            Some(Termination::Gradient)
        } else if point.relative_step <= settings.step_tolerance {
            Some(Termination::RelativeStep)
        } else if reduction.is_some_and(|r| r <= settings.cost_tolerance) && point.relative_offset <= settings.acceptable_offset {
            Some(Termination::CostChange)
        } else {
            None
        }
    }

    /// One trial step with the present damping.
    fn trial<O>(&self, problem: &mut Problem<O>, from: &FitPoint) -> Trial
    where
        O: Operator<Param = DVector<f64>, Output = Evaluated> + Jacobian<Param = DVector<f64>, Jacobian = DMatrix<f64>>,
    {
        let (low, high) = (&self.lower - &from.transformed, &self.upper - &from.transformed);
        let model = from.linear_model(&low, &high);
        let Some(mut step) = model.damped_step(self.damping, &self.scaling) else {
            return Trial::Rejected;
        };
        self.cap(&mut step);
        let relative_length = step.component_div(&self.typical_sizes(&from.transformed)).amax();
        if relative_length <= f64::EPSILON {
            return Trial::TooShort;
        }
        let predicted = model.predicted_reduction(&step);
        if relative_length > self.acceleration_from {
            match self.acceleration(problem, from, &step) {
                Some(bend) => step += bend,
                None => return Trial::Rejected,
            }
            self.cap(&mut step);
        }
        let mut to = &from.transformed + &step;
        for i in 0..to.len() {
            to[i] = to[i].clamp(self.lower[i], self.upper[i]);
        }
        // A failed evaluation is a rejected step; the problem counts it.
        let Ok(found) = problem.apply(&to) else {
            return Trial::Rejected;
        };
        let gain = (from.objective - found.objective) / predicted;
        if predicted <= 0.0 || gain.is_nan() || gain <= LEAST_GAIN {
            return Trial::Rejected;
        }
        match self.point_at(problem, to, found) {
            Ok(point) => Trial::Better(Box::new(point), gain),
            Err(_) => Trial::Rejected,
        }
    }

    /// Second-order correction of `step` along the curve of the model, from the second derivative of the residuals in its direction;
    /// `None` where the model bends too much for the step to be trusted.
    fn acceleration<O>(&self, problem: &mut Problem<O>, from: &FitPoint, step: &DVector<f64>) -> Option<DVector<f64>>
    where
        O: Operator<Param = DVector<f64>, Output = Evaluated>,
    {
        let ahead = problem.apply(&(&from.transformed + step * PROBE)).ok()?.residuals;
        let linear = &from.jacobian * step;
        let half_curvature = ((ahead - &from.residuals) / PROBE - linear) / PROBE;
        let gradient = from.jacobian.tr_mul(&half_curvature);
        let end = &from.transformed + step;
        let (low, high) = (&self.lower - &end, &self.upper - &end);
        let bend = LinearModel {
            jacobian: &from.jacobian,
            residuals: &half_curvature,
            gradient: &gradient,
            low: &low.map(|room| room.min(0.0)),
            high: &high.map(|room| room.max(0.0)),
        }
        .damped_step(self.damping, &self.scaling)?;
        let length = |v: &DVector<f64>| v.component_mul(&self.scaling).norm();
        (2.0 * length(&bend) <= MOST_BEND * length(step)).then_some(bend)
    }
}

/// Outcome of one trial step.
enum Trial {
    Better(Box<FitPoint>, f64),
    Rejected,
    TooShort,
}

/// Euclidean norms of the columns, 1 for a column of zeros.
fn column_norms(jacobian: &DMatrix<f64>) -> DVector<f64> {
    DVector::from_iterator(
        jacobian.ncols(),
        jacobian.column_iter().map(|column| match column.norm() {
            0.0 => 1.0,
            norm => norm,
        }),
    )
}

impl<O> Solver<O, FitState> for LevenbergMarquardt
where
    O: Operator<Param = DVector<f64>, Output = Evaluated> + Jacobian<Param = DVector<f64>, Jacobian = DMatrix<f64>>,
{
    fn name(&self) -> &str {
        "bounded Levenberg–Marquardt"
    }

    fn init(&mut self, problem: &mut Problem<O>, mut state: FitState) -> Result<(FitState, Option<KV>), Error> {
        let start = state.take_param().ok_or_else(|| Error::msg("no start values were given"))?;
        let found = problem.apply(&start)?;
        let point = self.point_at(problem, start, found)?;
        self.outcome = self.convergence(&point, None);
        let state = state.param(point.transformed.clone()).cost(point.objective);
        self.point = Some(point);
        Ok((state, None))
    }

    fn next_iter(&mut self, problem: &mut Problem<O>, state: FitState) -> Result<(FitState, Option<KV>), Error> {
        let from = self.point.take().ok_or_else(|| Error::msg("the start was not computed"))?;
        self.scaling = self.scaling.zip_map(&column_norms(&from.jacobian), f64::max);
        for _ in 0..TRIALS {
            if self.is_cancelled() {
                self.point = Some(from);
                return Ok((state.terminate_with(TerminationReason::Interrupt), None));
            }
            match self.trial(problem, &from) {
                Trial::Better(point, gain) => {
                    let flatter = 1.0 - (2.0 * gain - 1.0).powi(3);
                    self.damping = (self.damping * flatter.max(1.0 / 3.0)).max(LEAST_DAMPING);
                    self.growth = 2.0;
                    let reduction = (from.objective - point.objective) / from.residuals.norm_squared();
                    self.outcome = self.convergence(&point, Some(reduction));
                    let state = state.param(point.transformed.clone()).cost(point.objective);
                    self.point = Some(*point);
                    return Ok((state, None));
                }
                Trial::Rejected => {
                    self.damping *= self.growth;
                    self.growth *= 2.0;
                }
                Trial::TooShort => break,
            }
        }
        // No shorter step lowers the objective: at the optimum that is rounding, elsewhere a breakdown.
        self.outcome =
            Some(if from.relative_offset <= self.settings.acceptable_offset { Termination::CostChange } else { Termination::Stalled });
        self.point = Some(from);
        Ok((state, None))
    }

    fn terminate(&mut self, _state: &FitState) -> TerminationStatus {
        if self.is_cancelled() {
            TerminationStatus::Terminated(TerminationReason::Interrupt)
        } else if self.outcome.is_some() {
            TerminationStatus::Terminated(TerminationReason::SolverConverged)
        } else {
            TerminationStatus::NotTerminated
        }
    }
}
