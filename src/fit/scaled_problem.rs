//! The border between the optimiser, which works on transformed parameters, and the problem, which takes natural ones.
//!
//! Derivatives that the problem does not give are central differences on the transformed scale, so that a step is a fixed factor for a logarithmic
//! parameter; beside a bound they are one-sided of the same order. Evaluations and failures are counted here.

use crate::fit::least_squares::Residuals;
use crate::fit::parameter::{FitParameter, Scale};
use argmin::core::{Error, Jacobian, Operator};
use nalgebra::{DMatrix, DVector};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use thiserror::Error as ThisError;

/// The residuals could not be computed at some parameters; what the problem said.
#[derive(Debug, Clone, PartialEq, ThisError)]
#[error("{0}")]
pub struct EvaluationFailed(pub String);

/// What a problem is worth at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// Weighted residuals (of a likelihood: pseudo-residuals).
    pub residuals: DVector<f64>,
    /// What is minimised: Σ r², or −2 ln L.
    pub objective: f64,
}

/// Evaluations so far, shared with a checkpoint of the run.
#[derive(Debug, Default)]
pub struct EvaluationCounts {
    /// Times the residuals were computed.
    pub evaluations: Cell<usize>,
    /// Evaluations that failed.
    pub failures: Cell<usize>,
    /// What the last failed evaluation said.
    pub last_failure: RefCell<Option<String>>,
}

/// A [`Residuals`] problem as argmin sees it: transformed parameters in, weighted residuals and their derivatives out.
pub struct ScaledProblem<'a> {
    problem: RefCell<&'a mut dyn Residuals>,
    parameters: &'a [FitParameter],
    residual_count: usize,
    difference_step: f64,
    counts: Rc<EvaluationCounts>,
}

impl<'a> ScaledProblem<'a> {
    /// Wraps `problem`; `difference_step` is the step of numerical derivatives relative to a parameter's typical size.
    pub fn new(problem: &'a mut dyn Residuals, parameters: &'a [FitParameter], difference_step: f64) -> Self {
        ScaledProblem {
            residual_count: problem.residual_count(),
            problem: RefCell::new(problem),
            parameters,
            difference_step,
            counts: Rc::default(),
        }
    }

    /// The counts themselves.
    pub fn counts(&self) -> Rc<EvaluationCounts> {
        Rc::clone(&self.counts)
    }

    /// Number of times the residuals were computed, those for numerical derivatives included.
    pub fn evaluations(&self) -> usize {
        self.counts.evaluations.get()
    }

    /// Number of evaluations that failed.
    pub fn failures(&self) -> usize {
        self.counts.failures.get()
    }

    /// What the last failed evaluation said.
    pub fn last_failure(&self) -> Option<String> {
        self.counts.last_failure.borrow().clone()
    }

    /// Natural values of transformed parameters, never beyond the bounds by a rounding.
    pub fn natural(&self, transformed: &DVector<f64>) -> Vec<f64> {
        natural_values(self.parameters, transformed.as_slice())
    }

    /// Whether the objective is the sum of squares of the residuals.
    pub fn is_least_squares(&self) -> bool {
        self.problem.borrow().is_least_squares()
    }

    fn evaluate(&self, transformed: &DVector<f64>) -> Result<Evaluated, EvaluationFailed> {
        self.counts.evaluations.set(self.counts.evaluations.get() + 1);
        let natural = self.natural(transformed);
        let mut out = vec![0.0; self.residual_count];
        let mut problem = self.problem.borrow_mut();
        let outcome = problem.residuals(&natural, &mut out).and_then(|()| match out.iter().position(|r| !r.is_finite()) {
            Some(i) => Err(format!("residual {} is {}", i + 1, out[i])),
            None => match problem.objective(&natural, &out) {
                objective if objective.is_finite() => Ok(objective),
                objective => Err(format!("the objective is {objective}")),
            },
        });
        match outcome {
            Ok(objective) => Ok(Evaluated { residuals: DVector::from_vec(out), objective }),
            Err(message) => {
                self.counts.failures.set(self.counts.failures.get() + 1);
                *self.counts.last_failure.borrow_mut() = Some(message.clone());
                Err(EvaluationFailed(message))
            }
        }
    }

    /// Derivatives that the problem knows, carried over to the transformed scale.
    fn given_jacobian(&self, transformed: &DVector<f64>) -> Option<Result<DMatrix<f64>, EvaluationFailed>> {
        let natural = self.natural(transformed);
        let given = self.problem.borrow_mut().jacobian(&natural)?;
        let shape = (self.residual_count, self.parameters.len());
        Some(given.map_err(EvaluationFailed).and_then(|mut matrix| {
            if matrix.shape() != shape {
                return Err(EvaluationFailed(format!(
                    "the Jacobian has {} rows and {} columns, expected {} and {}",
                    matrix.nrows(),
                    matrix.ncols(),
                    shape.0,
                    shape.1
                )));
            }
            for (i, parameter) in self.parameters.iter().enumerate() {
                matrix.column_mut(i).scale_mut(parameter.scale.derivative(natural[i]));
            }
            if matrix.iter().any(|x| !x.is_finite()) {
                return Err(EvaluationFailed("the Jacobian is not finite everywhere".into()));
            }
            Ok(matrix)
        }))
    }

    /// Column `i` by differences of second order.
    fn difference_column(&self, at: &DVector<f64>, i: usize) -> Result<DVector<f64>, EvaluationFailed> {
        let parameter = &self.parameters[i];
        let (lower, upper) = transformed_bounds(parameter);
        let wanted = self.difference_step * typical_size(parameter, at[i]);
        let step = wanted.min(0.25 * (upper - lower));
        let moved = |offset: f64| {
            let mut to = at.clone();
            to[i] += offset;
            // The step that was really taken, after rounding.
            let taken = to[i] - at[i];
            self.evaluate(&to).map(|found| (found.residuals, taken))
        };
        let central = at[i] - step >= lower && at[i] + step <= upper;
        if central && let (Ok((ahead, up)), Ok((behind, down))) = (moved(step), moved(-step)) {
            return Ok((ahead - behind) / (up - down));
        }
        // One-sided where a bound is near or one side cannot be computed.
        let here = self.evaluate(at)?.residuals;
        let mut failed = EvaluationFailed("no room for a numerical derivative".into());
        for sign in [1.0, -1.0] {
            let far = at[i] + 2.0 * sign * step;
            if far > upper || far < lower {
                continue;
            }
            match (moved(sign * step), moved(2.0 * sign * step)) {
                (Ok((one, h)), Ok((two, _))) => {
                    return Ok((one * 4.0 - two - here * 3.0) / (2.0 * h));
                }
                (Err(error), _) | (_, Err(error)) => failed = error,
            }
        }
        Err(failed)
    }
}

impl Operator for &ScaledProblem<'_> {
    type Param = DVector<f64>;
    type Output = Evaluated;

    fn apply(&self, transformed: &Self::Param) -> Result<Self::Output, Error> {
        Ok(self.evaluate(transformed)?)
    }
}

impl Jacobian for &ScaledProblem<'_> {
    type Param = DVector<f64>;
    type Jacobian = DMatrix<f64>;

    fn jacobian(&self, transformed: &Self::Param) -> Result<Self::Jacobian, Error> {
        if let Some(given) = self.given_jacobian(transformed) {
            return Ok(given.inspect_err(|error| {
                self.counts.failures.set(self.counts.failures.get() + 1);
                *self.counts.last_failure.borrow_mut() = Some(error.to_string());
            })?);
        }
        let mut matrix = DMatrix::zeros(self.residual_count, self.parameters.len());
        for i in 0..self.parameters.len() {
            matrix.set_column(i, &self.difference_column(transformed, i)?);
        }
        Ok(matrix)
    }
}

/// Natural values of transformed parameters, clamped to the natural bounds against rounding of exp and ln.
pub fn natural_values(parameters: &[FitParameter], transformed: &[f64]) -> Vec<f64> {
    parameters.iter().zip(transformed).map(|(p, &t)| p.scale.back_transform(t).clamp(p.lower, p.upper)).collect()
}

/// Bounds of a parameter on the optimiser's scale.
pub fn transformed_bounds(parameter: &FitParameter) -> (f64, f64) {
    (parameter.scale.transform(parameter.lower), parameter.scale.transform(parameter.upper))
}

/// The size against which a step of the optimiser is small or large: 1 for a logarithm, the value itself (never below a hundredth of its start or of
/// its bounded range) for a natural parameter.
pub fn typical_size(parameter: &FitParameter, transformed: f64) -> f64 {
    match parameter.scale {
        Scale::Logarithmic | Scale::Logit { .. } => 1.0,
        Scale::Natural => {
            let range = parameter.upper - parameter.lower;
            let least = if parameter.start != 0.0 {
                0.01 * parameter.start.abs()
            } else if range.is_finite() {
                0.01 * range
            } else {
                1.0
            };
            transformed.abs().max(least)
        }
    }
}
