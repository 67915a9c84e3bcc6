//! Predictions of a group's measured values from the courses of its people and cycles, with exact derivatives.
//!
//! Every subject and occasion is a course with its own doses and values. A fitted parameter moves the same model parameter in all courses that share it:
//! x·size, or x·size·e^η where η is that occasion's deviation (x·size + η·size on the natural scale).
use std::sync::atomic::AtomicBool;

use nalgebra::DMatrix;

use super::point::Point;
use crate::dosimetry::course::{Administration, Course, CoursePlan, Held, SolveSettings, course_sensitivities};
use crate::fit::likelihood::Predictor;
use crate::math::exp;
use crate::model::system::Tangents;
use crate::session::scenario::Given;
use crate::solve::MethodChoice;

/// Relative tolerance of the solver within a fit.
pub const FIT_TOLERANCE: f64 = 1e-8;
/// The same where a smooth curve costs little: linear systems solved exactly, small ones.
const TIGHT_TOLERANCE: f64 = 1e-10;
/// Systems with more states than this are solved with [`FIT_TOLERANCE`].
const SMALL_SYSTEM: usize = 12;

/// How a fitted value moves a model parameter in one course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Position of the model parameter.
    pub position: usize,
    /// Internal units in one unit of the fitted value.
    pub size: f64,
    /// Fitted value: position among the structural parameters.
    pub value: usize,
    /// This course's own deviation: position among the structural parameters, and whether it is of the logarithm.
    pub deviation: Option<(usize, bool)>,
}

/// One person's course in one cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseOf {
    /// Subject and occasion for people; empty where there is one course.
    pub name: String,
    /// Doses.
    pub administrations: Vec<Given>,
    /// Amount that replaces that of every dose.
    pub dose: Option<f64>,
    /// Model parameters that nothing fitted moves, in the model's order.
    pub base: Vec<f64>,
    /// What the fit moves.
    pub moved: Vec<Moved>,
}

impl CourseOf {
    /// Model parameters at fitted values.
    pub fn parameters(&self, fitted: &[f64]) -> Vec<f64> {
        let mut parameters = self.base.clone();
        for moved in &self.moved {
            parameters[moved.position] = moved.size
                * match moved.deviation {
                    Some((eta, true)) => fitted[moved.value] * exp(fitted[eta]),
                    Some((eta, false)) => fitted[moved.value] + fitted[eta],
                    None => fitted[moved.value],
                };
        }
        parameters
    }

    /// The doses as amounts, for a patient with these parameters, and what of them stays when a parameter moves.
    ///
    /// # Errors
    /// A sentence where activities and amounts are mixed: a derivative could hold only one of them.
    pub fn given(&self, plan: &CoursePlan, parameters: &[f64]) -> Result<(Vec<Administration>, Held), String> {
        let given = administrations(&Course::new(plan, parameters), &self.administrations, self.dose);
        let activities = self.dose.is_none() && self.administrations.iter().any(|dose| dose.activity_mbq.is_some());
        if activities
            && self.administrations.iter().any(|dose| dose.activity_mbq.is_none() && dose.amount.is_some_and(|amount| amount > 0.0))
        {
            return Err("a fit takes doses that are all activities or all amounts, not both in one course".into());
        }
        Ok((given, if activities { Held::Activities } else { Held::Amounts }))
    }
}

/// A scenario's doses as amounts.
pub fn administrations(course: &Course<'_>, given: &[Given], dose: Option<f64>) -> Vec<Administration> {
    given
        .iter()
        .map(|given| Administration {
            time_min: given.at_min,
            site: given.site,
            labelled: match (dose, given.activity_mbq) {
                (Some(dose), _) => dose,
                (None, Some(activity)) => activity / course.activity_per_amount(),
                (None, None) => given.amount.unwrap_or(0.0),
            },
            unlabelled: given.unlabelled,
            duration_min: given.duration_min,
        })
        .collect()
}

/// Where a measured value is read.
#[derive(Clone, Copy, Debug)]
struct Reading {
    course: usize,
    sample: usize,
    observable: usize,
    is_activity: bool,
    unit: f64,
}

/// Predictions from courses.
pub struct CoursePredictor<'a> {
    plan: &'a CoursePlan,
    tangents: &'a Tangents,
    courses: &'a [CourseOf],
    times: Vec<Vec<f64>>,
    readings: Vec<Reading>,
    parameter_count: usize,
    settings: SolveSettings<'a>,
    /// The last parameters and what they predicted: derivatives are asked for where values have just been.
    last: Option<(Vec<f64>, Vec<f64>)>,
}

impl<'a> CoursePredictor<'a> {
    /// A predictor of `points`, of which `course_of` says to which course each belongs. `tangents` are of all parameters that any course moves.
    pub fn new(
        plan: &'a CoursePlan,
        tangents: &'a Tangents,
        courses: &'a [CourseOf],
        (points, course_of): (&[Point], &[usize]),
        parameter_count: usize,
        (method, cancel): (MethodChoice, &'a AtomicBool),
    ) -> Self {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); courses.len()];
        for (point, course) in points.iter().zip(course_of) {
            times[*course].push(point.time_min);
        }
        for times in &mut times {
            times.sort_by(f64::total_cmp);
            times.dedup();
        }
        let readings = points
            .iter()
            .zip(course_of)
            .map(|(point, &course)| Reading {
                course,
                sample: times[course].partition_point(|time| *time < point.time_min),
                observable: point.observable,
                is_activity: point.is_activity,
                unit: point.unit_in_internal,
            })
            .collect();
        let small = plan.system.state_count() <= SMALL_SYSTEM;
        let settings = SolveSettings {
            relative_tolerance: if small { TIGHT_TOLERANCE } else { FIT_TOLERANCE },
            cancel: Some(cancel),
            method,
            ..Default::default()
        };
        CoursePredictor { plan, tangents, courses, times, readings, parameter_count, settings, last: None }
    }

    fn last_of(&self, parameters: &[f64]) -> Option<Vec<f64>> {
        self.last.as_ref().filter(|(at, _)| at == parameters).map(|(_, predicted)| predicted.clone())
    }
}

impl Predictor for CoursePredictor<'_> {
    fn parameter_count(&self) -> usize {
        self.parameter_count
    }

    fn predict(&mut self, fitted: &[f64]) -> Result<Vec<f64>, String> {
        if let Some(predicted) = self.last_of(fitted) {
            return Ok(predicted);
        }
        let mut series = Vec::with_capacity(self.courses.len());
        for (course_of, times) in self.courses.iter().zip(&self.times) {
            let parameters = course_of.parameters(fitted);
            let mut course = Course::new(self.plan, &parameters);
            for dose in administrations(&course, &course_of.administrations, course_of.dose) {
                course.administer(dose).map_err(|error| error.to_string())?;
            }
            if let Some(last) = times.last() {
                course.advance(*last, times, &self.settings).map_err(|error| error.to_string())?;
            }
            series.push(course.samples);
        }
        let predicted: Vec<f64> = self
            .readings
            .iter()
            .map(|reading| {
                let samples = &series[reading.course];
                let values = if reading.is_activity { &samples.activities } else { &samples.values };
                values[reading.observable].get(reading.sample).copied().unwrap_or(f64::NAN) / reading.unit
            })
            .collect();
        self.last = Some((fitted.to_vec(), predicted.clone()));
        Ok(predicted)
    }

    fn predict_with_derivatives(&mut self, fitted: &[f64]) -> Result<(Vec<f64>, DMatrix<f64>), String> {
        let predicted = self.predict(fitted)?;
        let mut slopes = DMatrix::zeros(self.readings.len(), self.parameter_count);
        for (number, (course_of, times)) in self.courses.iter().zip(&self.times).enumerate() {
            let Some(last) = times.last() else { continue };
            if course_of.moved.is_empty() {
                continue;
            }
            let parameters = course_of.parameters(fitted);
            let (given, held) = course_of.given(self.plan, &parameters)?;
            // sensitivities are the stiff method's
            let settings = SolveSettings { method: MethodChoice::Stiff, ..self.settings };
            let found = course_sensitivities(self.plan, self.tangents, &parameters, &given, held, *last, times, &settings)
                .map_err(|error| error.to_string())?;
            for moved in &course_of.moved {
                let Some(chosen) = found.parameters.iter().position(|position| *position == moved.position) else { continue };
                // d(model parameter)/d(fitted value) and d/dη
                let (by_value, by_deviation) = match moved.deviation {
                    Some((eta, true)) => (moved.size * exp(fitted[eta]), Some((eta, parameters[moved.position]))),
                    Some((eta, false)) => (moved.size, Some((eta, moved.size))),
                    None => (moved.size, None),
                };
                for (row, reading) in self.readings.iter().enumerate().filter(|(_, reading)| reading.course == number) {
                    let values = if reading.is_activity { &found.activities } else { &found.values };
                    let slope = values[chosen][reading.observable].get(reading.sample).copied().unwrap_or(f64::NAN) / reading.unit;
                    slopes[(row, moved.value)] += slope * by_value;
                    if let Some((eta, factor)) = by_deviation {
                        slopes[(row, eta)] += slope * factor;
                    }
                }
            }
        }
        Ok((predicted, slopes))
    }
}
