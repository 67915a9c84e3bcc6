//! The fit of one family to one region: estimates, standard errors, time-integrated activity with its error, and every reason for doubt.
//!
//! Amplitudes and rates are fitted as logarithms. The standard error of Ã is var(ln Ã) = gᵀ C g with g = ∂ln Ã/∂ln p (delta method), C the covariance of
//! ln p. A phase that the data do not show ends at a limit and is said to have done so: its amplitude at 10⁻⁶ of the largest activity, its rate at
//! 50 per time of the first scan (it is then over before anything was seen) or 10⁻⁴ per time of the last above its neighbour.

use super::curve::Curve;
use super::family::Family;
use super::problem::RegionProblem;
use super::start;
use crate::fit::error::{FitError, RowFault};
use crate::fit::error_model::{ErrorModel, WeightFrom};
use crate::fit::estimate::{Bound, Estimate, VarianceChoice};
use crate::fit::least_squares::{Monitor, Settings, fit_monitored};
use crate::fit::model_choice::{Candidate, DataFingerprint, GaussianFit, spread_logarithm};
use crate::fit::mono_exponential::Uncertain;
use crate::fit::parameter::FitParameter;

/// A measured activity of a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionPoint {
    /// Row (line of the data file) for messages.
    pub row: u64,
    /// Time after administration, h.
    pub time_h: f64,
    /// Activity at that time (not decay-corrected), MBq.
    pub activity_mbq: f64,
    /// How far it may lie from the truth.
    pub error: ErrorModel,
}

/// How families are fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilySettings {
    /// λ_phys of the nuclide, 1/h; 0 where there is none.
    pub physical_decay_per_h: f64,
    /// Starts tried for each family.
    pub starts: usize,
    /// The optimiser's settings, with the source of the residual variance.
    pub fit: Settings,
}

/// Why a family was not fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FamilyRefusal {
    /// Too many parameters.
    #[error("{parameters} parameters for {points} points: a fit needs at least as many points as parameters{}", if *.estimated { ", and one more where the variance is estimated" } else { "" })]
    TooFewPoints {
        /// Number of points.
        points: usize,
        /// Number of fitted parameters.
        parameters: usize,
        /// Whether the variance is estimated too.
        estimated: bool,
    },
    /// A tail of physical decay without decay.
    #[error("its tail is physical decay, but there is no nuclide")]
    NoDecay,
    /// A curve that starts at zero cannot meet a positive value there.
    #[error(
        "it starts at zero, but row {row} has {activity_mbq} MBq at {time_h} h, which a log-normal or proportional error model cannot bridge"
    )]
    StartsAtZero {
        /// Row of the point.
        row: u64,
        /// Its time, h.
        time_h: f64,
        /// Its activity, MBq.
        activity_mbq: f64,
    },
    /// No start value could be computed.
    #[error("no start value could be found: no combination of rates gives a curve near the data")]
    NoStart,
    /// The fit itself.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// A fitted family.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyFit {
    /// The function with the estimates.
    pub curve: Curve,
    /// Ã from time 0 to infinity, MBq·h; error by the delta method, interval symmetric in ln Ã.
    pub time_integrated_activity_mbq_h: Uncertain,
    /// Effective half-lives of the washout phases, h, from the slowest.
    pub effective_half_lives_h: Vec<f64>,
    /// Fitted activity at each point, MBq.
    pub predicted_mbq: Vec<f64>,
    /// Share of Ã before the first point.
    pub share_before_first: f64,
    /// Share of Ã after the last point, which no measurement supports.
    pub share_after_last: f64,
    /// Starts that were fitted, and how many of them reached the best objective.
    pub starts: (usize, usize),
    /// What model choice needs: −2 ln L, points, parameters.
    pub candidate: Candidate,
    /// The fit behind it.
    pub estimate: Estimate,
    /// Everything a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

impl FamilyFit {
    /// Whether a parameter ended at a limit or is not determined at all, so that the function may be one with fewer parameters in disguise.
    pub fn is_degenerate(&self) -> bool {
        self.estimate.parameters.iter().any(|parameter| parameter.at_bound.is_some()) || !undetermined(&self.estimate).is_empty()
    }
}

/// Where parameters may go.
pub(super) struct Limits {
    pub(super) slowest: f64,
    pub(super) fastest: f64,
    pub(super) least_gap: f64,
    pub(super) least_amplitude: f64,
    pub(super) largest_amplitude: f64,
    pub(super) first_h: f64,
    pub(super) last_h: f64,
}

impl Limits {
    fn of(points: &[RegionPoint], physical_decay_per_h: f64) -> Limits {
        let last_h = points.iter().map(|point| point.time_h).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let first_h = points.iter().map(|point| point.time_h).filter(|time| *time > 0.0).fold(last_h, f64::min);
        let largest = points.iter().map(|point| point.activity_mbq).fold(0.0, f64::max);
        let least_gap = 1e-4 / last_h;
        Limits {
            slowest: if physical_decay_per_h > 0.0 { physical_decay_per_h } else { least_gap },
            fastest: 50.0 / first_h,
            least_gap,
            least_amplitude: 1e-6 * largest,
            largest_amplitude: 1e8 * largest,
            first_h,
            last_h,
        }
    }
}

/// Share of Ã after the last point above which a warning is due: an area under the curve should be covered to 80 % by measurements (European
/// Medicines Agency, guideline on the investigation of bioequivalence, 2010).
const LARGE_TAIL: f64 = 0.2;
/// Objectives closer than this (relative, or absolute below 1) are the same optimum.
const SAME_OPTIMUM: f64 = 1e-6;

/// A standard error of a logarithm above this (a factor of e¹⁰) says that the data do not hold the parameter.
const UNDETERMINED: f64 = 10.0;

/// Names of parameters that the data do not determine at all.
fn undetermined(estimate: &Estimate) -> Vec<&str> {
    let loose = |error: Option<f64>| error.is_some_and(|error| error.is_nan() || error > UNDETERMINED);
    estimate.parameters.iter().filter(|p| loose(p.standard_error_transformed)).map(|p| p.name.as_str()).collect()
}

/// What `family` needs of `points`: the refusal, where it cannot be fitted.
///
/// # Errors
/// Too few points, no nuclide for a physical tail, or a positive value at time 0 that a curve from zero cannot meet.
pub fn requirement(family: Family, points: &[RegionPoint], settings: &FamilySettings) -> Result<(), FamilyRefusal> {
    let estimated = settings.fit.variance == VarianceChoice::Estimated;
    let parameters = family.parameter_count();
    if points.len() < parameters + usize::from(estimated) {
        return Err(FamilyRefusal::TooFewPoints { points: points.len(), parameters, estimated });
    }
    if family.physical_tail && settings.physical_decay_per_h <= 0.0 {
        return Err(FamilyRefusal::NoDecay);
    }
    let relative = |error: &ErrorModel| matches!(error, ErrorModel::LogNormal { .. } | ErrorModel::Proportional { .. });
    match points.iter().find(|point| family.uptake && point.time_h <= 0.0 && relative(&point.error)) {
        Some(point) => Err(FamilyRefusal::StartsAtZero { row: point.row, time_h: point.time_h, activity_mbq: point.activity_mbq }),
        None => Ok(()),
    }
}

/// Fits `family` to `points` from several starts and keeps the best.
///
/// # Errors
/// See [`FamilyRefusal`]; values or times that cannot be used are listed with their rows.
pub fn fit_family(
    family: Family,
    points: &[RegionPoint],
    settings: &FamilySettings,
    monitor: &Monitor,
) -> Result<FamilyFit, FamilyRefusal> {
    check(points)?;
    requirement(family, points, settings)?;
    let physical = settings.physical_decay_per_h;
    let limits = Limits::of(points, physical);
    let mut problem = RegionProblem { family, physical_decay_per_h: physical, points };
    let mut best: Option<Estimate> = None;
    let mut objectives = Vec::new();
    let mut failure = None;
    for start in start::starts(&mut problem, &limits, settings.starts.max(1)) {
        let parameters = declared(family, &limits, &start);
        match fit_monitored(&mut problem, &parameters, &settings.fit, monitor) {
            Ok(found) => {
                objectives.push(found.objective);
                if best.as_ref().is_none_or(|best| found.objective < best.objective) {
                    best = Some(found);
                }
            }
            Err(error) => failure = Some(error),
        }
    }
    let Some(estimate) = best else { return Err(failure.map_or(FamilyRefusal::NoStart, FamilyRefusal::Fit)) };
    let reached = objectives.iter().filter(|o| **o - estimate.objective <= SAME_OPTIMUM * estimate.objective.max(1.0)).count();
    Ok(describe(problem.curve(&estimate.values()), estimate, points, settings, (objectives.len(), reached)))
}

/// Values that no family can use, all rows at once.
fn check(points: &[RegionPoint]) -> Result<(), FitError> {
    let mut faults = Vec::new();
    for point in points {
        if !(point.time_h >= 0.0 && point.time_h.is_finite()) {
            let message = format!("the time is {} h after administration, expected a finite number from 0 on", point.time_h);
            faults.push(RowFault { row: point.row, message });
        }
        if matches!(point.error, ErrorModel::Proportional { weight_from: WeightFrom::Predicted, .. }) {
            let message = "weights from the prediction give no likelihood by least squares: take a log-normal error".to_string();
            faults.push(RowFault { row: point.row, message });
        }
        match point.error.check([(point.row, point.activity_mbq)]) {
            Ok(()) => {}
            Err(FitError::Data(more)) => faults.extend(more),
            Err(other) => return Err(other),
        }
    }
    if points.iter().all(|point| point.activity_mbq <= 0.0) {
        let row = points.first().map_or(0, |point| point.row);
        faults.push(RowFault { row, message: "no activity of the region is positive".into() });
    }
    if faults.is_empty() { Ok(()) } else { Err(FitError::Data(faults)) }
}

/// The fitted parameters with their limits, from a start.
fn declared(family: Family, limits: &Limits, start: &[f64]) -> Vec<FitParameter> {
    family
        .parameter_names()
        .into_iter()
        .zip(start)
        .map(|((name, label), &begin)| {
            let (low, high) = match name {
                "mu1" => (limits.slowest, limits.fastest),
                _ if name.starts_with("delta") => (limits.least_gap, limits.fastest),
                _ => (limits.least_amplitude, limits.largest_amplitude),
            };
            FitParameter::logarithmic(name, begin.clamp(low, high)).within(low, high).labelled(label)
        })
        .collect()
}

fn describe(curve: Curve, estimate: Estimate, points: &[RegionPoint], settings: &FamilySettings, starts: (usize, usize)) -> FamilyFit {
    let total = curve.time_integrated_activity_mbq_h();
    let gradient: Vec<f64> =
        curve.time_integrated_activity_gradient().iter().zip(&curve.parameters).map(|(slope, value)| slope * value / total).collect();
    // the error of a parameter that the data do not hold is not one of the integral: it may be anything without moving the curve
    let loose = undetermined(&estimate);
    let logarithmic_error = if loose.is_empty() { estimate.derived_standard_error(&gradient) } else { None };
    let times = || points.iter().map(|point| point.time_h);
    let share_after_last = curve.integral_from_mbq_h(times().fold(0.0, f64::max)) / total;
    let predicted_mbq: Vec<f64> = times().map(|time| curve.activity_mbq(time)).collect();
    let spread = points.iter().map(|point| spread_logarithm(&point.error, point.activity_mbq)).sum();
    let gaussian = GaussianFit {
        weighted_sum_of_squares: estimate.weighted_sum_of_squares,
        observations: points.len(),
        spread_logarithms: spread,
        variance: settings.fit.variance,
    };
    let mut warnings = Vec::new();
    for parameter in &estimate.parameters {
        if let Some(bound) = parameter.at_bound {
            warnings.push(bound_words(&parameter.name, bound, settings.physical_decay_per_h > 0.0));
        }
    }
    for name in &loose {
        warnings.push(format!("the data do not determine `{name}` at all, so there is no standard error of the integral"));
    }
    // the words on bounds above say more than the optimiser's
    warnings.extend(estimate.warnings.iter().filter(|words| !words.contains(" bound ")).cloned());
    if share_after_last > LARGE_TAIL {
        warnings.push(format!("{:.0} % of the time-integrated activity lies after the last scan", 100.0 * share_after_last));
    }
    if starts.1 * 2 < starts.0 {
        warnings.push(format!("only {} of {} starts reached this optimum", starts.1, starts.0));
    }
    FamilyFit {
        time_integrated_activity_mbq_h: Uncertain {
            value: total,
            standard_error: logarithmic_error.map(|error| error * total),
            interval_95: logarithmic_error
                .zip(estimate.quantile_95())
                .map(|(error, q)| (total * crate::math::exp(-q * error), total * crate::math::exp(q * error))),
        },
        effective_half_lives_h: curve.effective_rates_per_h().iter().map(|rate| std::f64::consts::LN_2 / rate).collect(),
        predicted_mbq,
        share_before_first: 1.0 - curve.integral_from_mbq_h(times().fold(f64::INFINITY, f64::min)) / total,
        share_after_last,
        starts,
        candidate: Candidate {
            name: curve.family.name().to_string(),
            minus_two_log_likelihood: gaussian.minus_two_log_likelihood(),
            observations: points.len(),
            parameters: gaussian.parameter_count(curve.family.parameter_count()),
            data: fingerprint(points),
        },
        curve,
        estimate,
        warnings,
    }
}

fn bound_words(name: &str, bound: Bound, has_decay: bool) -> String {
    match (name, bound) {
        ("mu1", Bound::Lower) if has_decay => "the slowest phase falls no faster than physical decay: its rate is held there".into(),
        ("mu1", Bound::Lower) => "the slowest phase does not fall within the scans: its integral means nothing".into(),
        ("delta_uptake", Bound::Upper) => "the data show no uptake: it is over before the first scan".into(),
        ("delta_uptake", Bound::Lower) => "uptake and washout have the same rate".into(),
        (_, Bound::Lower) if name.starts_with("delta") => format!("two phases have the same rate (`{name}` at its lower limit)"),
        (_, Bound::Upper) if name.starts_with("delta") => format!("a phase is over before the first scan (`{name}` at its upper limit)"),
        (_, Bound::Lower) => format!("the data do not show the phase of `{name}`: its amplitude vanished"),
        (_, Bound::Upper) => format!("`{name}` ended at its upper limit"),
    }
}

/// The data that a candidate was fitted to: times, activities, error models.
pub fn fingerprint(points: &[RegionPoint]) -> DataFingerprint {
    let mut words = String::new();
    for point in points {
        words.push_str(&format!("{:?} {:?} {:?}\n", point.time_h, point.activity_mbq, point.error));
    }
    DataFingerprint::of(words.as_bytes())
}

#[cfg(test)]
mod tests;
