//! True and estimated absorbed doses of a replicate, the estimate with its 95 % interval by the delta method on ln D.
//!
//! With the fitted scale t, covariance C and g = ∂ln D/∂t (exact sensitivities of the course) the interval is D · exp(± q √(gᵀ C g)).
use std::sync::atomic::AtomicBool;

use super::replicate::Recovered;
use crate::dosimetry::course::{CourseError, CoursePlan, SolveSettings, course_sensitivities};
use crate::math::{exp, sqrt};
use crate::model::system::Tangents;
use crate::session::fitting::{GroupFit, Role, dosed_course};
use crate::session::scenario::Scenario;
use crate::session::simulation::BEYOND_HALF_LIVES;
use crate::session::work::Failed;
use crate::units::MINUTES_PER_HOUR;

/// The compiled course with its targets.
pub struct Doses<'a> {
    scenario: &'a Scenario,
    plan: CoursePlan,
    tangents: Tangents,
    end_min: f64,
}

impl<'a> Doses<'a> {
    /// For fits that move the model parameters at the positions `moving`.
    pub fn new(scenario: &'a Scenario, moving: &[usize]) -> Result<Doses<'a>, Failed> {
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).map_err(Failed::because)?;
        let tangents = plan.tangents(moving);
        let beyond = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond);
        let end_min = scenario.solve.until_min + beyond.map_or(0.0, |nuclide| BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR);
        Ok(Doses { scenario, plan, tangents, end_min })
    }

    /// Names of the targets.
    pub fn names(&self) -> Vec<String> {
        self.plan.targets.iter().map(|target| target.name.clone()).collect()
    }

    fn settings<'c>(&self, cancel: &'c AtomicBool) -> SolveSettings<'c> {
        SolveSettings {
            relative_tolerance: self.scenario.solve.relative_tolerance,
            method: self.scenario.solve.method,
            cancel: Some(cancel),
            ..Default::default()
        }
    }

    /// Absorbed doses (Gy) of a patient with these parameters.
    fn of_patient(&self, parameters: &[f64], cancel: &AtomicBool) -> Result<Vec<f64>, String> {
        let mut course = dosed_course(&self.plan, self.scenario, parameters, None)?;
        course.advance(self.end_min, &[], &self.settings(cancel)).map_err(|error| error.to_string())?;
        Ok(course.doses().iter().map(|dose| dose.absorbed_gy).collect())
    }

    /// The truth and the estimate of every target's absorbed dose (Gy).
    ///
    /// # Errors
    /// A sentence where one of the two courses cannot be solved.
    pub fn recovered(&self, truth: &[f64], fit: &GroupFit, cancel: &AtomicBool) -> Result<Vec<Recovered>, String> {
        if self.plan.targets.is_empty() {
            return Ok(Vec::new());
        }
        let true_doses = self.of_patient(truth, cancel)?;
        let course = fit.courses.first().ok_or_else(|| "the fit has no course".to_string())?;
        let (given, held) = course.given(&self.plan, &fit.parameters)?;
        let settings = self.settings(cancel);
        let found = course_sensitivities(&self.plan, &self.tangents, &fit.parameters, &given, held, self.end_min, &[], &settings)
            .map_err(|error: CourseError| error.to_string())?;
        let covariance = fit.estimate.covariance.as_ref().filter(|_| !fit.block.at_bound);
        let quantile = fit.estimate.quantile_95();
        Ok(true_doses
            .into_iter()
            .enumerate()
            .map(|(target, truth)| {
                let estimate = found.doses[target].absorbed_gy;
                let slopes: Vec<f64> = fit
                    .roles
                    .iter()
                    .zip(&fit.estimate.parameters)
                    .map(|(role, parameter)| {
                        let Role::Model { position, .. } = role else { return 0.0 };
                        let Some(number) = found.parameters.iter().position(|chosen| chosen == position) else { return 0.0 };
                        // internal units in one unit of the parameter, then to the fitted scale
                        let size = fit.parameters[*position] / parameter.value;
                        found.absorbed[number][target] * size * parameter.scale.derivative(parameter.value) / estimate
                    })
                    .collect();
                let error = covariance.and_then(|covariance| {
                    let gradient = nalgebra::DVector::from_vec(slopes);
                    let variance = gradient.dot(&(covariance * &gradient));
                    (variance >= 0.0).then(|| sqrt(variance))
                });
                let ends = error.zip(quantile).map(|(error, q)| (estimate * exp(-q * error), estimate * exp(q * error)));
                Recovered { truth, estimate, interval: ends, relative_error: error }
            })
            .collect())
    }
}
