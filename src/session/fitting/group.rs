//! One fit: the points, the parameters and the model between them.
use std::sync::Arc;

use nalgebra::DMatrix;

use super::point::Point;
use crate::dosimetry::course::{Administration, Course, CoursePlan, SolveSettings};
use crate::fit::error::FitError;
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::{Estimate, VarianceChoice};
use crate::fit::least_squares::{Monitor, ResidualFunction, Settings, fit_monitored};
use crate::fit::parameter::{FitParameter, Scale};
use crate::session::scenario::{FitPlan, Scenario, unit_of};
use crate::session::work::{Control, Failed};

/// Parameters that were fitted together, for the propagation of their uncertainty.
#[derive(Clone, Debug)]
pub struct FittedBlock {
    /// Positions among the model's parameters.
    pub positions: Vec<usize>,
    /// Estimates in internal units.
    pub values: Vec<f64>,
    /// Whether each was fitted on the log scale; else its unit's size in internal units counts.
    pub log_scale: Vec<bool>,
    /// Size of each parameter's unit in internal units.
    pub unit: Vec<f64>,
    /// Covariance on the fitted scale with the measurement errors taken as known (unit residual variance).
    pub unscaled_covariance: Option<DMatrix<f64>>,
    /// Whether the error model gives a standard deviation, so that unit residual variance means something.
    pub weights_known: bool,
    /// Whether a parameter ended at a bound: the covariance then takes it as exactly known, which it is not.
    pub at_bound: bool,
    /// Residual variance and its degrees of freedom; `None` without degrees of freedom.
    pub residual_variance: Option<(f64, usize)>,
}

/// A fitted group.
#[derive(Clone, Debug)]
pub struct GroupFit {
    /// The channel, subject, or "all data".
    pub name: String,
    /// Its points, excluded ones among them.
    pub points: Vec<Point>,
    /// Prediction for each point, in the unit of the table.
    pub predicted: Vec<f64>,
    /// Weighted residual for each point; `None` where excluded.
    pub weighted: Vec<Option<f64>>,
    /// The estimate, in the parameters' own units.
    pub estimate: Estimate,
    /// Units of the parameters, as written.
    pub units: Vec<String>,
    /// For the propagation of uncertainty.
    pub block: FittedBlock,
    /// All parameters of the model at the estimate.
    pub parameters: Vec<f64>,
    /// Dose of this group where it differs from the scenario's.
    pub dose: Option<f64>,
}

/// Relative tolerance of the solver within a fit: far below the differences that derivatives are taken from.
const FIT_TOLERANCE: f64 = 1e-10;

/// A course with the scenario's doses given; `dose` replaces the amount of every dose.
pub fn dosed_course<'p>(plan: &'p CoursePlan, scenario: &Scenario, parameters: &[f64], dose: Option<f64>) -> Result<Course<'p>, String> {
    let mut course = Course::new(plan, parameters);
    for given in &scenario.administrations {
        let labelled = match (dose, given.activity_mbq) {
            (Some(dose), _) => dose,
            (None, Some(activity)) => activity / course.activity_per_amount(),
            (None, None) => given.amount.unwrap_or(0.0),
        };
        course
            .administer(Administration {
                time_min: given.at_min,
                site: given.site,
                labelled,
                unlabelled: given.unlabelled,
                duration_min: given.duration_min,
            })
            .map_err(|error| error.to_string())?;
    }
    Ok(course)
}

/// Refuses measured values that the error model cannot take, each with file and line.
pub fn check_values(scenario: &Scenario, plan: &FitPlan, points: &[Point]) -> Result<(), Failed> {
    let taken = points.iter().filter(|point| point.excluded.is_none() && point.sd.is_none());
    let file = scenario.data.as_ref().map_or(String::new(), |data| data.file.display().to_string());
    match plan.error.check(taken.map(|point| (point.line, point.measured))) {
        Ok(()) => Ok(()),
        Err(FitError::Data(faults)) => {
            let lines: Vec<String> = faults.iter().map(|fault| format!("{file}:{}: {}", fault.row, fault.message)).collect();
            Err(Failed::input(lines.join("\n")))
        }
        Err(other) => Err(Failed::input(format!("{file}: {other}"))),
    }
}

/// Predictions for points, in the unit of the table.
fn predict(
    plan: &CoursePlan,
    scenario: &Scenario,
    parameters: &[f64],
    dose: Option<f64>,
    points: &[Point],
    times: &[f64],
    settings: &SolveSettings,
) -> Result<Vec<f64>, String> {
    let mut course = dosed_course(plan, scenario, parameters, dose)?;
    let last = times.last().copied().unwrap_or(0.0);
    course.advance(last, times, settings).map_err(|error| error.to_string())?;
    Ok(points
        .iter()
        .map(|point| {
            let sample = times.partition_point(|time| *time < point.time_min);
            let series = if point.is_activity { &course.samples.activities } else { &course.samples.values };
            series[point.observable].get(sample).copied().unwrap_or(f64::NAN) / point.unit_in_internal
        })
        .collect())
}

/// Fits one group of points.
#[allow(clippy::too_many_arguments)]
pub fn fit_group(
    scenario: &Scenario,
    plan: &FitPlan,
    course: &CoursePlan,
    start: &[f64],
    name: &str,
    points: Vec<Point>,
    dose: Option<f64>,
    control: &mut Control,
) -> Result<GroupFit, Failed> {
    let model = &scenario.model;
    let mut fitted = Vec::new();
    let mut positions = Vec::new();
    let mut units = Vec::new();
    for parameter in &plan.parameters {
        let path = parameter.path.replace("{channel}", name);
        let position = model.parameter(&path).ok_or_else(|| Failed::because(format!("the model has no parameter `{path}`")))?;
        let (unit, size) = unit_of(model, position);
        let begin = parameter.start.unwrap_or(start[position]) / size;
        let label = parameter.label.as_ref().map_or_else(|| path.clone(), |label| label.replace("{channel}", name));
        let declared = match parameter.scale {
            Scale::Logarithmic => FitParameter::logarithmic(path.clone(), begin),
            _ => FitParameter::natural(path.clone(), begin),
        };
        let declared = match parameter.bounds {
            Some((low, high)) => declared.within(low / size, high / size),
            None => declared,
        };
        fitted.push(declared.labelled(label));
        positions.push(position);
        units.push((unit, size));
    }
    let used: Vec<Point> = points.iter().filter(|point| point.excluded.is_none()).cloned().collect();
    let errors: Vec<ErrorModel> = used
        .iter()
        .map(|point| match point.sd {
            Some(sd) => ErrorModel::Constant { standard_deviation: sd },
            None => plan.error,
        })
        .collect();
    check_values(scenario, plan, &points)?;
    let mut times: Vec<f64> = points.iter().map(|point| point.time_min).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let solver = SolveSettings {
        relative_tolerance: FIT_TOLERANCE,
        cancel: Some(control.cancel),
        method: scenario.solve.method,
        ..Default::default()
    };
    let natural_to_parameters = |values: &[f64]| {
        let mut parameters = start.to_vec();
        for ((position, value), (_, size)) in positions.iter().zip(values).zip(&units) {
            parameters[*position] = value * size;
        }
        parameters
    };
    let mut problem = ResidualFunction {
        parameter_count: fitted.len(),
        residual_count: used.len(),
        residuals: |values: &[f64], out: &mut [f64]| {
            let predicted = predict(course, scenario, &natural_to_parameters(values), dose, &used, &times, &solver)?;
            for (((out, point), predicted), error) in out.iter_mut().zip(&used).zip(predicted).zip(&errors) {
                *out = error.residual(point.measured, predicted)?;
            }
            Ok(())
        },
    };
    let settings = Settings { variance: plan.variance, ..Settings::default() };
    let monitor = Monitor { cancel: Some(Arc::clone(control.cancel)), ..Monitor::default() };
    let estimate = fit_monitored(&mut problem, &fitted, &settings, &monitor).map_err(|error| Failed {
        sentence: error.to_string(),
        cancelled: control.cancel.load(std::sync::atomic::Ordering::Relaxed),
        // where a parameter may start and go is the scenario's to say
        bad_input: matches!(error, FitError::Parameters(_)),
    })?;
    if control.cancel.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(Failed::cancelled(format!("cancelled while fitting {name}")));
    }
    let parameters = natural_to_parameters(&estimate.values());
    let predicted = predict(course, scenario, &parameters, dose, &points, &times, &solver).map_err(Failed::because)?;
    let mut residuals = estimate.residuals.iter().copied();
    let weighted = points.iter().map(|point| if point.excluded.is_none() { residuals.next() } else { None }).collect();
    let scale = match (plan.variance, estimate.residual_variance) {
        (VarianceChoice::Estimated, Some(variance)) if variance > 0.0 => 1.0 / variance,
        _ => 1.0,
    };
    let block = FittedBlock {
        values: positions.iter().map(|position| parameters[*position]).collect(),
        log_scale: plan.parameters.iter().map(|parameter| parameter.scale == Scale::Logarithmic).collect(),
        unit: units.iter().map(|(_, size)| *size).collect(),
        unscaled_covariance: estimate.covariance.as_ref().map(|covariance| covariance * scale),
        weights_known: used.iter().all(|point| point.sd.is_some()) || plan.error != ErrorModel::Unweighted,
        at_bound: estimate.parameters.iter().any(|parameter| parameter.at_bound.is_some()),
        residual_variance: estimate.residual_variance.map(|variance| (variance, estimate.degrees_of_freedom)),
        positions,
    };
    Ok(GroupFit {
        name: name.to_string(),
        points,
        predicted,
        weighted,
        estimate,
        units: units.into_iter().map(|(unit, _)| unit).collect(),
        block,
        parameters,
        dose,
    })
}
