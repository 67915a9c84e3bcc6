//! One fit: a group of points, the parameters and the model between them, and what came out.
use std::sync::atomic::Ordering;

use nalgebra::DMatrix;

use super::course_predictor::{CourseOf, CoursePredictor, administrations};
use super::information::Information;
use super::point::{Point, Record};
use super::problem::{GroupProblem, Role};
use super::resampling::{bootstrapped, profiles};
use super::search::{SearchRecord, search};
use crate::dosimetry::course::{Course, CoursePlan};
use crate::fit::bootstrap::BootstrapResult;
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, VarianceChoice};
use crate::fit::identifiability::{linearised, unseen_directions};
use crate::fit::least_squares::Settings;
use crate::fit::likelihood::{Likelihood, Marginal};
use crate::fit::parameter::Scale;
use crate::fit::profile::Profile;
use crate::fit::uncertainty::sandwich_covariance;
use crate::model::system::Tangents;
use crate::session::scenario::{FitPlan, NoiseForm, Scenario};
use crate::session::work::{Control, Failed};

/// Parameters of the model that were fitted together, for the propagation of their uncertainty.
#[derive(Clone, Debug)]
pub struct FittedBlock {
    /// Positions among the model's parameters.
    pub positions: Vec<usize>,
    /// Estimates in internal units.
    pub values: Vec<f64>,
    /// Scale on which each was fitted, limits in its own unit.
    pub scales: Vec<Scale>,
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
    /// Standard deviation of each point by the error model, in the unit of the table; `None` where it has none.
    pub deviations: Vec<Option<f64>>,
    /// Weighted residual for each point; `None` where excluded or below the limit of quantification.
    pub weighted: Vec<Option<f64>>,
    /// The estimate, in the parameters' own units: those of the model, then noise and factors.
    pub estimate: Estimate,
    /// Standard errors by the sandwich of the scores, which do not take the error model's word for the scatter; `None` with priors.
    pub robust_errors: Vec<Option<f64>>,
    /// Units of the parameters, as written.
    pub units: Vec<String>,
    /// What each parameter is.
    pub roles: Vec<Role>,
    /// Prior of each parameter that has one, alone.
    pub priors: Vec<Marginal>,
    /// How well the fit describes the data.
    pub information: Option<Information>,
    /// For the propagation of uncertainty.
    pub block: FittedBlock,
    /// All parameters of the model at the estimate, of the group's first course.
    pub parameters: Vec<f64>,
    /// The courses: subjects and occasions.
    pub courses: Vec<CourseOf>,
    /// Which course each point belongs to.
    pub course_of: Vec<usize>,
    /// Dose of this group where it differs from the scenario's.
    pub dose: Option<f64>,
    /// How the optimum was found.
    pub search: SearchRecord,
    /// Profiles of the likelihood.
    pub profiles: Vec<Profile>,
    /// Bootstrap.
    pub bootstrap: Option<BootstrapResult>,
}

impl GroupFit {
    /// Fitted values of the parameters of the model and of deviations, those that courses read.
    pub fn structural(&self) -> Vec<f64> {
        let is_structural = |role: &Role| matches!(role, Role::Model { .. } | Role::Deviation { .. });
        self.estimate.parameters.iter().zip(&self.roles).filter(|(_, role)| is_structural(role)).map(|(p, _)| p.value).collect()
    }
}

/// A course with the scenario's doses given; `dose` replaces the amount of every dose.
pub fn dosed_course<'p>(plan: &'p CoursePlan, scenario: &Scenario, parameters: &[f64], dose: Option<f64>) -> Result<Course<'p>, String> {
    let mut course = Course::new(plan, parameters);
    for given in administrations(&course, &scenario.administrations, dose) {
        course.administer(given).map_err(|error| error.to_string())?;
    }
    Ok(course)
}

/// Everything that a fit of one group reads.
pub struct Fitting<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its section `fit`.
    pub plan: &'a FitPlan,
    /// The compiled course.
    pub course: &'a CoursePlan,
    /// What the data say of each person.
    pub records: &'a [Record],
}

/// Why a fit ended without a result, for people.
pub(super) fn failed(error: FitError, control: &Control<'_>) -> Failed {
    Failed {
        sentence: error.to_string(),
        cancelled: control.cancel.load(Ordering::Relaxed),
        // where a parameter may start and go is the scenario's to say
        bad_input: matches!(error, FitError::Parameters(_)),
        resumable: false,
    }
}

/// Settings of the optimiser.
pub(super) fn settings(plan: &FitPlan) -> Settings {
    Settings { variance: plan.variance, ..Settings::default() }
}

/// Fits one group of points, from the model's parameters `start`.
pub fn fit_group(fitting: &Fitting<'_>, start: &[f64], name: &str, points: Vec<Point>, control: &mut Control) -> Result<GroupFit, Failed> {
    let Fitting { scenario, plan, course, records } = *fitting;
    let problem = GroupProblem::new(scenario, plan, start, name, &points, records)?;
    let tangents = course.tangents(&problem.moving);
    let (estimate, record) = search(fitting, &problem, &tangents, name, control)?;
    let profiles = profiles(fitting, &problem, &tangents, name, &estimate, control)?;
    let bootstrap = bootstrapped(fitting, &problem, &tangents, name, &estimate, control)?;
    let found = describe(fitting, &problem, &tangents, name, points, estimate, control)?;
    Ok(GroupFit { search: record, profiles, bootstrap, ..found })
}

/// Predictions, residuals and information at an estimate.
pub(super) fn describe(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    points: Vec<Point>,
    mut estimate: Estimate,
    control: &Control<'_>,
) -> Result<GroupFit, Failed> {
    let Fitting { scenario, plan, course, .. } = *fitting;
    let values = estimate.values();
    let mut likelihood = problem.likelihood(course, tangents, scenario, control.cancel).map_err(Failed::input)?;
    let standardised = likelihood.standardised(&values).map_err(|sentence| control.failure(sentence))?;
    let seen = standardised.iter().flatten().count();
    let sum_of_squares: f64 = standardised.iter().flatten().map(|u| u * u).sum();
    estimate.set_observations(seen, sum_of_squares);
    let robust_errors = more_about(&mut likelihood, problem, plan, &mut estimate, &values);
    let information = Information::of(&mut likelihood, problem, &estimate, &values).map_err(|sentence| control.failure(sentence))?;
    let at_used = likelihood.predictions(&values).map_err(|sentence| control.failure(sentence))?;
    let (predicted, course_of) = predict_all(fitting, problem, tangents, &points, &values, &at_used, control)?;
    let mut used = standardised.iter();
    let weighted = points.iter().map(|point| if point.excluded.is_none() { used.next().copied().flatten() } else { None }).collect();
    let has_size = plan.error.form != NoiseForm::Unweighted;
    let mut measurements = problem.measurements.iter().zip(&at_used);
    let deviations = points
        .iter()
        .map(|point| {
            let (measurement, f) = if point.excluded.is_none() { measurements.next()? } else { return point.sd };
            (point.sd.is_some() || has_size || plan.errors.iter().any(|(name, _)| *name == point.channel))
                .then(|| measurement.noise.standard_deviation(*f, &values))
        })
        .collect();
    let scale = match (plan.variance, estimate.residual_variance) {
        (VarianceChoice::Estimated, Some(variance)) if variance > 0.0 => 1.0 / variance,
        _ => 1.0,
    };
    let structural: Vec<f64> = values[..problem.structural].to_vec();
    let first = problem.courses.first().ok_or_else(|| Failed::because("the group has no course"))?;
    let parameters = first.parameters(&structural);
    // what the first course reads as it stands, without the deviations of its occasion
    let rows: Vec<usize> = first.moved.iter().map(|moved| moved.value).collect();
    let typical = CourseOf {
        moved: first.moved.iter().map(|moved| super::course_predictor::Moved { deviation: None, ..*moved }).collect(),
        ..first.clone()
    };
    let typical_values = typical.parameters(&structural);
    let block = FittedBlock {
        positions: first.moved.iter().map(|moved| moved.position).collect(),
        values: first.moved.iter().map(|moved| typical_values[moved.position]).collect(),
        scales: rows.iter().map(|row| problem.parameters[*row].scale).collect(),
        unit: first.moved.iter().map(|moved| moved.size).collect(),
        unscaled_covariance: estimate.covariance.as_ref().map(|covariance| covariance.select_rows(&rows).select_columns(&rows) * scale),
        weights_known: problem.used.iter().all(|point| point.sd.is_some() || has_size),
        at_bound: rows.iter().any(|row| estimate.parameters[*row].at_bound.is_some()),
        residual_variance: estimate.residual_variance.map(|variance| (variance, estimate.degrees_of_freedom)),
    };
    Ok(GroupFit {
        name: name.to_string(),
        predicted,
        deviations,
        weighted,
        robust_errors,
        units: problem.units.iter().map(|(unit, _)| unit.clone()).collect(),
        roles: problem.roles.clone(),
        priors: problem.priors.iter().flat_map(|prior| prior.marginals()).collect(),
        information: Some(information),
        block,
        parameters,
        dose: first.dose,
        courses: problem.courses.clone(),
        course_of,
        points,
        estimate,
        search: SearchRecord::default(),
        profiles: Vec::new(),
        bootstrap: None,
    })
}

/// Robust standard errors, and warnings about combinations that the data do not see.
fn more_about(
    likelihood: &mut Likelihood<CoursePredictor<'_>>,
    problem: &GroupProblem,
    plan: &FitPlan,
    estimate: &mut Estimate,
    values: &[f64],
) -> Vec<Option<f64>> {
    let nothing = vec![None; values.len()];
    let Ok((residuals, jacobian)) = linearised(likelihood, &problem.parameters, values, &settings(plan)) else { return nothing };
    for unseen in unseen_directions(&jacobian, &problem.parameters, estimate) {
        estimate.warnings.push(unseen.words);
    }
    let free: Vec<usize> = (0..values.len()).filter(|row| estimate.parameters[*row].at_bound.is_none()).collect();
    match sandwich_covariance(&jacobian, &residuals, likelihood.rows(), &free) {
        // scores of the data alone: with priors the middle of the sandwich is not that of the posterior
        Some(matrix) if problem.priors.is_empty() => (0..values.len())
            .map(|row| free.contains(&row).then(|| matrix[(row, row)].sqrt() * problem.parameters[row].scale.derivative(values[row])))
            .collect(),
        _ => nothing,
    }
}

/// Predictions of all points, excluded ones too (without calibration factors where a point is excluded), and the course of each.
fn predict_all(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    points: &[Point],
    values: &[f64],
    at_used: &[f64],
    control: &Control<'_>,
) -> Result<(Vec<f64>, Vec<usize>), Failed> {
    use crate::fit::likelihood::Predictor;
    let key = |point: &Point| (point.subject.clone(), point.occasion.clone());
    let course_of: Vec<usize> = points
        .iter()
        .map(|point| problem.used.iter().position(|used| key(used) == key(point)).map_or(0, |used| problem.course_of[used]))
        .collect();
    let method = fitting.scenario.solve.method;
    let mut predictor = super::course_predictor::CoursePredictor::new(
        fitting.course,
        tangents,
        &problem.courses,
        (points, &course_of),
        problem.structural,
        (method, control.cancel),
    );
    let mut predicted = predictor.predict(&values[..problem.structural]).map_err(|sentence| control.failure(sentence))?;
    let mut used = at_used.iter();
    for (predicted, point) in predicted.iter_mut().zip(points) {
        if point.excluded.is_none()
            && let Some(with_factors) = used.next()
        {
            *predicted = *with_factors;
        }
    }
    Ok((predicted, course_of))
}
