//! What the figures of a fit are drawn from: panels with confidence bands, correlations, priors beside posteriors.
//!
//! The band of a curve is that of the delta method, f ± q √(gᵀ C g) with g = ∂f/∂t on the fitted scale; on a logarithmic one, f · e^(± q √(gᵀ C g)/f), where the curve is positive.
use std::sync::atomic::AtomicBool;

use nalgebra::DVector;

use super::course_predictor::CoursePredictor;
use super::group::GroupFit;
use super::point::Point;
use super::problem::Role;
use super::search_tables::{profile_pictures, traces};
use crate::dosimetry::course::CoursePlan;
use crate::fit::likelihood::Predictor;
use crate::fit::parameter::Scale;
use crate::math::{exp, sqrt};
use crate::random::standard_normal_quantile;
use crate::report::Figure;
use crate::session::figures::diagnostics::{
    About, Correlations, FittedCurve, FittedPanel, FittedPoint, Interval95, ParameterUpdate, PointStatus, convergence, correlation_matrix,
    individual_fits, observed_and_predicted, prior_and_posterior, profiles, weighted_residuals,
};
use crate::session::scenario::Scenario;
use crate::session::work::Failed;
use crate::units::MINUTES_PER_HOUR;

/// Points of a smooth curve.
const CURVE_POINTS: usize = 120;
/// Curves go on for this share of the time of the last measurement.
const BEYOND: f64 = 1.1;
/// Above this many groups each has no correlation matrix of its own.
const MOST_MATRICES: usize = 3;

/// Figures of all groups of a fit.
pub fn figures(
    scenario: &Scenario,
    course: &CoursePlan,
    fits: &[GroupFit],
    about: &About,
    cancel: &AtomicBool,
) -> Result<Vec<Figure>, Failed> {
    let mut panels = Vec::new();
    for fit in fits {
        panels.extend(panels_of(scenario, course, fit, fits.len(), cancel)?);
    }
    let mut figures = individual_fits(about, &panels);
    figures.push(observed_and_predicted(about, &panels));
    figures.push(weighted_residuals(about, &panels));
    if fits.len() <= MOST_MATRICES {
        for fit in fits {
            figures.extend(correlations(fit, fits.len()).map(|(name, matrix)| {
                let mut figure = correlation_matrix(about, &matrix);
                figure.name.push_str(&name);
                figure
            }));
        }
    }
    let updates: Vec<ParameterUpdate> = fits.iter().flat_map(|fit| updates_of(fit, fits.len())).collect();
    if !updates.is_empty() {
        figures.push(prior_and_posterior(about, &updates));
    }
    let profiled = profile_pictures(fits);
    if !profiled.is_empty() {
        figures.extend(profiles(about, &profiled));
    }
    let traces = traces(fits);
    if traces.iter().any(|trace| trace.objective.len() > 1) {
        figures.push(convergence(about, &traces));
    }
    Ok(figures)
}

/// A name that can end a file's.
fn file_suffix(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn correlations(fit: &GroupFit, groups: usize) -> Option<(String, Correlations)> {
    let matrix = fit.estimate.correlation.as_ref()?;
    // factors of many scans would hide the rest
    let shown: Vec<usize> = (0..fit.roles.len()).filter(|row| fit.roles[*row] != Role::Factor).collect();
    if shown.len() < 2 {
        return None;
    }
    let parameters = shown.iter().map(|row| fit.estimate.parameters[*row].label.clone()).collect();
    let matrix = shown
        .iter()
        .map(|i| {
            let free = |row: usize| fit.estimate.parameters[row].at_bound.is_none();
            shown.iter().map(|j| if free(*i) && free(*j) { matrix[(*i, *j)] } else { f64::NAN }).collect()
        })
        .collect();
    let suffix = if groups > 1 { format!("_{}", file_suffix(&fit.name)) } else { String::new() };
    Some((suffix, Correlations { parameters, matrix }))
}

fn updates_of(fit: &GroupFit, groups: usize) -> Vec<ParameterUpdate> {
    let quantile = standard_normal_quantile(0.975);
    fit.priors
        .iter()
        .filter(|prior| matches!(fit.roles[prior.position], Role::Model { .. }) && prior.scale != Scale::Natural)
        .filter_map(|prior| {
            let parameter = &fit.estimate.parameters[prior.position];
            let error = parameter.standard_error_transformed?;
            let interval = |middle: f64, spread: f64| Interval95 {
                median: prior.scale.back_transform(middle),
                low: prior.scale.back_transform(middle - quantile * spread),
                high: prior.scale.back_transform(middle + quantile * spread),
            };
            let name = if groups > 1 { format!("{}: {}", fit.name, parameter.label) } else { parameter.label.clone() };
            Some(ParameterUpdate {
                parameter: name,
                prior: interval(prior.mean, prior.standard_deviation),
                posterior: interval(parameter.transformed, error),
                shrinkage: 1.0 - error / prior.standard_deviation,
            })
        })
        .collect()
}

/// The panels of one group: one a course and channel.
fn panels_of(
    scenario: &Scenario,
    course: &CoursePlan,
    fit: &GroupFit,
    groups: usize,
    cancel: &AtomicBool,
) -> Result<Vec<FittedPanel>, Failed> {
    let mut keys: Vec<(usize, String)> = Vec::new();
    for (point, course) in fit.points.iter().zip(&fit.course_of) {
        if !keys.contains(&(*course, point.channel.clone())) {
            keys.push((*course, point.channel.clone()));
        }
    }
    let mut grid: Vec<Point> = Vec::new();
    let mut grid_course = Vec::new();
    for (course, channel) in &keys {
        let of_panel =
            || fit.points.iter().zip(&fit.course_of).filter(|(point, c)| *c == course && point.channel == *channel).map(|(p, _)| p);
        let last = of_panel().map(|point| point.time_min).fold(0.0, f64::max) * BEYOND;
        let Some(first) = of_panel().next() else { continue };
        for step in 0..CURVE_POINTS {
            // quadratic spacing: a fast rise after a dose is drawn too
            let share = step as f64 / (CURVE_POINTS - 1) as f64;
            grid.push(Point { time_min: last * share * share, ..first.clone() });
            grid_course.push(*course);
        }
    }
    let moving: Vec<usize> = {
        let mut positions: Vec<usize> = fit.courses.iter().flat_map(|course| course.moved.iter().map(|moved| moved.position)).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    };
    let tangents = course.tangents(&moving);
    let structural = fit.structural();
    let places = (grid.as_slice(), grid_course.as_slice());
    let mut predictor = CoursePredictor::new(course, &tangents, &fit.courses, places, structural.len(), (scenario.solve.method, cancel));
    let (values, slopes) = predictor.predict_with_derivatives(&structural).map_err(Failed::because)?;
    let covariance = fit.estimate.covariance.as_ref().map(|matrix| matrix.view((0, 0), (structural.len(), structural.len())).into_owned());
    let quantile = fit.estimate.quantile_95();
    let derivative: Vec<f64> = fit.estimate.parameters[..structural.len()].iter().map(|p| p.scale.derivative(p.value)).collect();
    let half = |row: usize| -> Option<f64> {
        let covariance = covariance.as_ref()?;
        let g = DVector::from_iterator(structural.len(), (0..structural.len()).map(|column| slopes[(row, column)] * derivative[column]));
        Some(quantile? * sqrt(g.dot(&(covariance * &g)).max(0.0)))
    };
    let mut panels = Vec::new();
    for (number, (course, channel)) in keys.iter().enumerate() {
        let rows = number * CURVE_POINTS..(number + 1) * CURVE_POINTS;
        let middle: Vec<f64> = values[rows.clone()].to_vec();
        let halves: Option<Vec<f64>> = rows.clone().map(half).collect();
        let positive = middle.iter().skip(1).all(|value| *value > 0.0);
        let band = halves.map(|halves| {
            let end = |sign: f64| -> Vec<f64> {
                let ends = middle.iter().zip(&halves);
                ends.map(|(f, half)| if positive && *f > 0.0 { f * exp(sign * half / f) } else { f + sign * half }).collect()
            };
            (end(-1.0), end(1.0))
        });
        let points: Vec<FittedPoint> = (0..fit.points.len())
            .filter(|row| fit.course_of[*row] == *course && fit.points[*row].channel == *channel)
            .map(|row| {
                let point = &fit.points[row];
                FittedPoint {
                    time_h: point.time_min / MINUTES_PER_HOUR,
                    measured: point.measured,
                    standard_deviation: fit.deviations[row],
                    predicted: fit.predicted[row],
                    weighted_residual: fit.weighted[row].unwrap_or(f64::NAN),
                    status: match (&point.excluded, point.below_limit) {
                        (Some(_), _) => PointStatus::Excluded,
                        (None, true) => PointStatus::BelowLimit,
                        (None, false) => PointStatus::Used,
                    },
                }
            })
            .collect();
        let first = &fit.points[fit.course_of.iter().zip(&fit.points).position(|(c, p)| c == course && p.channel == *channel).unwrap_or(0)];
        let observable = &scenario.model.observables[first.observable];
        let whose = &fit.courses[*course].name;
        let title = match (whose.is_empty(), groups > 1 || keys.len() > 1) {
            (true, _) => observable.title.clone(),
            (false, _) if keys.iter().all(|(_, other)| other == channel) => capital(whose),
            (false, _) => format!("{}, {whose}", observable.title),
        };
        let channel = observable.title.clone();
        panels.push(FittedPanel {
            title,
            channel,
            quantity: if first.is_activity { "Activity".into() } else { observable.title.clone() },
            unit: first.unit.clone(),
            points,
            curve: FittedCurve {
                times_h: grid[rows].iter().map(|point| point.time_min / MINUTES_PER_HOUR).collect(),
                values: middle,
                band,
            },
        });
    }
    Ok(panels)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
