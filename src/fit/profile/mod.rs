//! Profile likelihood of one parameter: the objective when it is held and all others are fitted again.
//!
//! Walking outwards from the estimate with Δ(θ) = objective(θ, others refitted) − objective(estimate), the 95 % interval ends where Δ reaches a threshold:
//! * a likelihood, or least squares with given weights: χ²₁(0.95) = 3.841 (W. Q. Meeker, L. A. Escobar, The American Statistician 49 (1995) 48–53);
//! * least squares with estimated variance: s² t²(0.975; n − p), the profile t interval (D. M. Bates, D. G. Watts, Nonlinear Regression Analysis and
//!   Its Applications, 1988, ch. 6), which is that of the F distribution with 1 and n − p degrees of freedom.
//!
//! Steps are even in √Δ, which is nearly a straight line; each refit starts from the extrapolated path of the other parameters.

use crate::fit::checkpoint::{exact, exact_list};
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, Termination, VarianceChoice};
use crate::fit::held_parameter::HeldParameter;
use crate::fit::least_squares::{Monitor, Residuals, Settings, fit_monitored};
use crate::fit::multi_start::started_at;
use crate::fit::numbered_work::{BatchMonitor, ProblemFactory, run_numbered};
use crate::fit::parameter::{FitParameter, Scale};
use crate::fit::scaled_problem::{natural_values, transformed_bounds, typical_size};
use crate::fit::trade_off::{Verdict, judge};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// χ² quantile with one degree of freedom at 95 %: 1.959963984540054².
const CHI_SQUARE_95: f64 = 3.841_458_820_694_124;
/// Longest step of a logarithmic or logit parameter.
const LONGEST_RELATIVE_STEP: f64 = 1.0;
/// A step that raises √Δ by more than this many times what was aimed at is taken again, shorter.
const OVERSHOOT: f64 = 3.0;
/// How often a failed or overshooting step is shortened.
const SHORTENINGS: usize = 8;
/// Passes of the search for an interval's end.
const END_PASSES: usize = 40;

/// How finely and how far to walk.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileOptions {
    /// Steps to each side up to the threshold, for a straight path.
    pub steps: usize,
    /// Most points to each side.
    pub most_points: usize,
    /// How far to go on a side without a bound: this factor for a logarithmic parameter (of the odds for a logit one), as many times its size for a
    /// natural one.
    pub farthest: f64,
    /// Ends are found where √Δ meets the threshold to this fraction.
    pub end_tolerance: f64,
    /// Threads to work on; each side of each parameter is one piece of work.
    pub threads: usize,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        ProfileOptions { steps: 8, most_points: 60, farthest: 1e4, end_tolerance: 1e-6, threads: 1 }
    }
}

/// What Δ is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// Likelihood ratio: χ²₁(0.95).
    ChiSquare(f64),
    /// Least squares with estimated variance: s² t², in units of the sum of squares.
    ProfileT {
        /// s² t².
        value: f64,
        /// n − p.
        degrees_of_freedom: usize,
    },
}

impl Threshold {
    /// The threshold that belongs to `estimate`.
    ///
    /// # Errors
    /// An estimated variance without degrees of freedom.
    pub fn of(estimate: &Estimate, is_least_squares: bool) -> Result<Self, FitError> {
        if !is_least_squares || estimate.variance_choice == VarianceChoice::Given {
            return Ok(Threshold::ChiSquare(CHI_SQUARE_95));
        }
        match (estimate.residual_variance, estimate.quantile_95()) {
            (Some(variance), Some(t)) => {
                Ok(Threshold::ProfileT { value: variance * t * t, degrees_of_freedom: estimate.degrees_of_freedom })
            }
            _ => Err(FitError::Problem("a profile needs the residual variance, and there are as many parameters as residuals".into())),
        }
    }

    /// The Δ at which the interval ends.
    pub fn value(self) -> f64 {
        match self {
            Threshold::ChiSquare(value) | Threshold::ProfileT { value, .. } => value,
        }
    }
}

/// One point of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfilePoint {
    /// Value at which the parameter was held.
    #[serde(with = "exact")]
    pub value: f64,
    /// All parameters, natural values, the held one among them.
    #[serde(with = "exact_list")]
    pub parameters: Vec<f64>,
    /// Objective with the others refitted.
    #[serde(with = "exact")]
    pub objective: f64,
    /// Objective above that of the estimate.
    #[serde(with = "exact")]
    pub delta: f64,
    /// Whether the refit converged; otherwise Δ is an upper limit.
    pub converged: bool,
}

/// How a side of a profile ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProfileEnd {
    /// Δ crosses the threshold at this value: the end of the interval.
    Crossed(#[serde(with = "exact")] f64),
    /// Δ is still below the threshold at the declared bound.
    ReachedBound(#[serde(with = "exact")] f64),
    /// Δ stayed below the threshold up to this value, where the search ended.
    NeverCrosses(#[serde(with = "exact")] f64),
    /// The others could not be refitted beyond this value.
    Failed {
        /// Last value that could be computed.
        #[serde(with = "exact")]
        at: f64,
        /// What went wrong.
        message: String,
    },
}

/// The profile of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Place of the parameter in the fit's list.
    pub parameter: usize,
    /// Its name.
    pub name: String,
    /// Its estimate, natural.
    pub estimate: f64,
    /// What Δ is compared with.
    pub threshold: Threshold,
    /// How the side towards small values ends.
    pub lower: ProfileEnd,
    /// How the side towards large values ends.
    pub upper: ProfileEnd,
    /// The path by ascending value, the estimate included.
    pub points: Vec<ProfilePoint>,
    /// Whether the data determine the parameter, which others compensate, and the sentences that say so.
    pub verdict: Verdict,
}

impl Profile {
    /// The interval, where both sides cross.
    pub fn interval_95(&self) -> Option<(f64, f64)> {
        match (&self.lower, &self.upper) {
            (ProfileEnd::Crossed(low), ProfileEnd::Crossed(high)) => Some((*low, *high)),
            _ => None,
        }
    }
}

/// Profiles of the parameters `which` (places in the list) about `estimate`, in that order; those not finished when cancelled are missing.
///
/// # Errors
/// The estimate does not belong to the parameters, has no variance, the problem cannot be made, or the checkpoint belongs to other work.
pub fn profile(
    factory: &ProblemFactory<'_>,
    parameters: &[FitParameter],
    estimate: &Estimate,
    which: &[usize],
    settings: &Settings,
    options: &ProfileOptions,
    monitor: &BatchMonitor,
) -> Result<Vec<Profile>, FitError> {
    if estimate.parameters.len() != parameters.len() {
        return Err(FitError::ParameterCount { expected: parameters.len(), found: estimate.parameters.len() });
    }
    if let Some(&missing) = which.iter().find(|&&i| i >= parameters.len()) {
        return Err(FitError::Problem(format!("there is no parameter number {missing} to profile, only {}", parameters.len())));
    }
    let threshold = Threshold::of(estimate, factory().map_err(FitError::Problem)?.is_least_squares())?;
    let work = |number: usize| {
        let side = Side {
            parameters,
            estimate,
            which: which[number / 2],
            upward: number % 2 == 1,
            threshold: threshold.value(),
            settings,
            options,
            cancel: monitor.cancel.clone(),
        };
        match factory() {
            Ok(mut problem) => side.walk(problem.as_mut()),
            Err(message) => Some((Vec::new(), ProfileEnd::Failed { at: estimate.parameters[side.which].value, message })),
        }
    };
    let at: Vec<String> = estimate.parameters.iter().map(|p| format!("{:e}", p.transformed)).collect();
    let setup = format!("{which:?} about {}; {} {:e}; {parameters:?}; {settings:?}", at.join(" "), options.steps, options.farthest);
    let batch = run_numbered(2 * which.len(), options.threads, monitor, "profile", setup, &work)?;
    let side = |number: usize| batch.finished.iter().find(|(n, _)| *n == number).map(|(_, side)| side.clone());
    let centre =
        |value: f64| ProfilePoint { value, parameters: estimate.values(), objective: estimate.objective, delta: 0.0, converged: true };
    let mut profiles = Vec::new();
    for (k, &i) in which.iter().enumerate() {
        if let (Some((below, lower)), Some((above, upper))) = (side(2 * k), side(2 * k + 1)) {
            let value = estimate.parameters[i].value;
            let mut points = below;
            points.push(centre(value));
            points.extend(above);
            points.sort_by(|a, b| a.value.total_cmp(&b.value));
            let verdict = judge(i, parameters, &points, &lower, &upper, value, threshold);
            profiles.push(Profile {
                parameter: i,
                name: parameters[i].name.clone(),
                estimate: value,
                threshold,
                lower,
                upper,
                points,
                verdict,
            });
        }
    }
    Ok(profiles)
}

/// One side of one profile.
struct Side<'a> {
    parameters: &'a [FitParameter],
    estimate: &'a Estimate,
    which: usize,
    upward: bool,
    threshold: f64,
    settings: &'a Settings,
    options: &'a ProfileOptions,
    cancel: Option<Arc<AtomicBool>>,
}

/// A point on the optimiser's scale.
#[derive(Clone)]
struct Station {
    transformed: Vec<f64>,
    point: ProfilePoint,
}

enum Refit {
    Done(Station),
    Failed(String),
    Cancelled,
}

impl Side<'_> {
    /// The path and how it ends; `None` if cancelled.
    fn walk(&self, problem: &mut dyn Residuals) -> Option<(Vec<ProfilePoint>, ProfileEnd)> {
        let i = self.which;
        let parameter = &self.parameters[i];
        let sign = if self.upward { 1.0 } else { -1.0 };
        let transformed: Vec<f64> = self.estimate.parameters.iter().map(|p| p.transformed).collect();
        let value = self.estimate.parameters[i].value;
        let first =
            ProfilePoint { value, parameters: self.estimate.values(), objective: self.estimate.objective, delta: 0.0, converged: true };
        let bounds = transformed_bounds(parameter);
        let bound = if self.upward { bounds.1 } else { bounds.0 };
        let size = typical_size(parameter, transformed[i]);
        let reach = if parameter.scale == Scale::Natural { self.options.farthest * size } else { crate::math::log(self.options.farthest) };
        let room = (sign * (bound - transformed[i])).min(reach).max(0.0);
        let ends_at_bound = sign * (bound - transformed[i]) <= reach;
        let goal = self.threshold.max(0.0).sqrt();
        let aim = goal / self.options.steps.max(1) as f64;
        let longest = if parameter.scale == Scale::Natural { f64::INFINITY } else { LONGEST_RELATIVE_STEP };
        let mut step = self.first_step(size).min(longest);
        let mut path = vec![Station { transformed, point: first }];
        let points = |path: Vec<Station>| path.into_iter().skip(1).map(|station| station.point).collect::<Vec<_>>();
        let mut gone = 0.0_f64;
        while path.len() <= self.options.most_points && gone < room {
            let here = path[path.len() - 1].clone();
            let height = here.point.delta.max(0.0).sqrt();
            let mut shortenings = 0;
            let next = loop {
                let to = if gone + step >= room { room } else { gone + step };
                let target = if to >= room && ends_at_bound { bound } else { path[0].transformed[i] + sign * to };
                let failure = match self.refit(problem, target, &self.guess(&path, target), &here) {
                    Refit::Cancelled => return None,
                    Refit::Done(station) => {
                        let rise = station.point.delta.max(0.0).sqrt() - height;
                        if rise <= OVERSHOOT * aim || shortenings >= SHORTENINGS {
                            break Ok((station, to, rise));
                        }
                        None
                    }
                    Refit::Failed(message) => Some(message),
                };
                shortenings += 1;
                if let Some(message) = failure.filter(|_| shortenings > SHORTENINGS) {
                    break Err(message);
                }
                step = 0.3 * (to - gone);
            };
            let (station, to, rise) = match next {
                Ok(next) => next,
                Err(message) => {
                    let at = here.point.value;
                    return Some((points(path), ProfileEnd::Failed { at, message }));
                }
            };
            let taken = to - gone;
            gone = to;
            let crossed = station.point.delta >= self.threshold;
            path.push(station);
            if crossed {
                let end = self.end(problem, &mut path, goal)?;
                return Some((points(path), end));
            }
            let wanted = if rise > 0.0 { taken * aim / rise } else { f64::INFINITY };
            step = wanted.clamp(0.5 * taken, 2.0 * taken).min(longest);
        }
        let last = path[path.len() - 1].point.value;
        let end = if ends_at_bound && gone >= room { ProfileEnd::ReachedBound(last) } else { ProfileEnd::NeverCrosses(last) };
        Some((points(path), end))
    }

    fn first_step(&self, size: f64) -> f64 {
        let steps = self.options.steps.max(1) as f64;
        let half_width =
            self.estimate.parameters[self.which].standard_error_transformed.zip(self.estimate.quantile_95()).map(|(e, q)| e * q);
        match half_width {
            Some(width) if width > 0.0 && width.is_finite() => (width / steps).min(0.5 * size),
            _ => 0.1 * size,
        }
    }

    /// Where the other parameters should be when this one is held at `target`: along the last step, or along the covariance at first.
    fn guess(&self, path: &[Station], target: f64) -> Vec<f64> {
        let i = self.which;
        let here = &path[path.len() - 1].transformed;
        let change = target - here[i];
        let slopes: Vec<f64> = match path {
            [.., before, last] if last.transformed[i] != before.transformed[i] => {
                let run = last.transformed[i] - before.transformed[i];
                last.transformed.iter().zip(&before.transformed).map(|(a, b)| (a - b) / run).collect()
            }
            _ => match &self.estimate.covariance {
                Some(matrix) if matrix[(i, i)] > 0.0 => (0..here.len()).map(|j| matrix[(i, j)] / matrix[(i, i)]).collect(),
                _ => vec![0.0; here.len()],
            },
        };
        here.iter().zip(&slopes).map(|(t, slope)| t + slope * change).collect()
    }

    /// The others fitted with this parameter held at `target`, from `guess` or, where that fails, from `here`.
    fn refit(&self, problem: &mut dyn Residuals, target: f64, guess: &[f64], here: &Station) -> Refit {
        let first = self.refit_from(problem, target, guess);
        if matches!(&first, Refit::Cancelled) || matches!(&first, Refit::Done(station) if station.point.converged) {
            return first;
        }
        match (first, self.refit_from(problem, target, &here.transformed)) {
            (_, Refit::Cancelled) => Refit::Cancelled,
            (Refit::Done(one), Refit::Done(two)) => Refit::Done(if two.point.objective < one.point.objective { two } else { one }),
            (Refit::Done(one), _) => Refit::Done(one),
            (_, second) => second,
        }
    }

    fn refit_from(&self, problem: &mut dyn Residuals, target: f64, guess: &[f64]) -> Refit {
        let i = self.which;
        let mut at = guess.to_vec();
        at[i] = target;
        for (t, parameter) in at.iter_mut().zip(self.parameters) {
            let (lower, upper) = transformed_bounds(parameter);
            *t = t.clamp(lower, upper);
        }
        let natural = natural_values(self.parameters, &at);
        let mut others = started_at(self.parameters, &natural);
        others.remove(i);
        let mut held = HeldParameter::new(problem, i, natural[i]);
        if others.is_empty() {
            return match held.objective_alone() {
                Ok(objective) => Refit::Done(self.station(at, natural, objective, true)),
                Err(message) => Refit::Failed(message),
            };
        }
        match fit_monitored(&mut held, &others, self.settings, &Monitor { cancel: self.cancel.clone(), progress: None }) {
            Ok(found) if found.record.termination == Termination::Cancelled => Refit::Cancelled,
            Ok(found) => {
                let mut values = found.values();
                let mut transformed: Vec<f64> = found.parameters.iter().map(|p| p.transformed).collect();
                values.insert(i, natural[i]);
                transformed.insert(i, at[i]);
                Refit::Done(self.station(transformed, values, found.objective, found.is_converged()))
            }
            Err(error) => Refit::Failed(error.to_string()),
        }
    }

    fn station(&self, transformed: Vec<f64>, parameters: Vec<f64>, objective: f64, converged: bool) -> Station {
        let (value, delta) = (parameters[self.which], objective - self.estimate.objective);
        Station { transformed, point: ProfilePoint { value, parameters, objective, delta, converged } }
    }

    /// The value at which √Δ meets `goal` between the last two stations, by the Illinois method; found points join the path. `None` if cancelled.
    fn end(&self, problem: &mut dyn Residuals, path: &mut Vec<Station>, goal: f64) -> Option<ProfileEnd> {
        let i = self.which;
        let miss = |station: &Station| station.point.delta.max(0.0).sqrt() - goal;
        let (mut inside, mut outside) = (path[path.len() - 2].clone(), path[path.len() - 1].clone());
        let (mut low, mut high) = (miss(&inside), miss(&outside));
        let mut last_side = 0;
        for _ in 0..END_PASSES {
            let (a, b) = (inside.transformed[i], outside.transformed[i]);
            let share = low / (low - high);
            let target = a + share * (b - a);
            let settled = (b - a).abs() <= 4.0 * f64::EPSILON * b.abs().max(1e-300);
            if settled || high == 0.0 {
                break;
            }
            let between =
                |share: f64| inside.transformed.iter().zip(&outside.transformed).map(|(x, y)| x + share * (y - x)).collect::<Vec<_>>();
            let station = match self.refit(problem, target, &between(share), &inside) {
                Refit::Cancelled => return None,
                Refit::Failed(message) => return Some(ProfileEnd::Failed { at: inside.point.value, message }),
                Refit::Done(station) => station,
            };
            let found = miss(&station);
            path.push(station.clone());
            if found.abs() <= self.options.end_tolerance * goal {
                return Some(ProfileEnd::Crossed(station.point.value));
            }
            if found < 0.0 {
                (inside, low) = (station, found);
                high *= if last_side == -1 { 0.5 } else { 1.0 };
                last_side = -1;
            } else {
                (outside, high) = (station, found);
                low *= if last_side == 1 { 0.5 } else { 1.0 };
                last_side = 1;
            }
        }
        Some(ProfileEnd::Crossed(outside.point.value))
    }
}

#[cfg(test)]
mod tests;
