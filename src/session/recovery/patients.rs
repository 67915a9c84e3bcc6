//! Simulated patients: their true parameters and what a clinic would have measured, each a pure function of the seed and of the number of the replicate.
use std::sync::atomic::AtomicBool;

use crate::fit::likelihood::Predictor;
use crate::math::{exp, log, sqrt};
use crate::model::system::Tangents;
use crate::random::RandomSource;
use crate::session::fitting::{CoursePredictor, Fitting, GroupProblem, Point, Role};
use crate::session::scenario::{RecoveryPlan, TruthFrom, simulated_unit};
use crate::session::work::Failed;
use crate::units::MINUTES_PER_HOUR;

/// Stream of the noise of measured values.
const NOISE_STREAM: u32 = 0;
/// Stream of the first prior; those of further ones follow.
const TRUTH_STREAM: u32 = 1;

/// One simulated patient.
pub struct Patient {
    /// True value of each fitted quantity in its own unit; NaN for magnitudes of the noise, which the scenario states in another form.
    pub fitted: Vec<f64>,
    /// True parameters of the model, internal units.
    pub parameters: Vec<f64>,
    /// Measured values.
    pub points: Vec<Point>,
}

/// All that the replicates of one study share.
pub struct Patients<'a> {
    /// What is fitted.
    pub fitting: &'a Fitting<'a>,
    /// What is simulated.
    pub recovery: &'a RecoveryPlan,
    /// Seed of the study.
    pub seed: u64,
    /// The fit with places for the measured values but no values.
    pub problem: GroupProblem,
    template: Vec<Point>,
    deviations: Vec<f64>,
    tangents: Tangents,
    start: Vec<f64>,
}

impl<'a> Patients<'a> {
    /// Prepares a study.
    pub fn new(fitting: &'a Fitting<'a>, recovery: &'a RecoveryPlan, seed: u64) -> Result<Patients<'a>, Failed> {
        let scenario = fitting.scenario;
        let mut template = Vec::new();
        let mut deviations = Vec::new();
        for series in &recovery.series {
            let deviation = sqrt(log(1.0 + series.cv * series.cv));
            for &observable in &series.observables {
                let (unit, unit_in_internal, is_activity) = simulated_unit(&scenario.model, observable);
                for &time_min in &series.times_min {
                    deviations.push(deviation);
                    template.push(Point {
                        line: template.len() as u64 + 1,
                        time_min,
                        channel: scenario.model.observables[observable].name.clone(),
                        observable,
                        subject: None,
                        occasion: None,
                        scan: Some(format!("{} at {} h", series.name, time_min / MINUTES_PER_HOUR)),
                        // any positive value: the truth comes later
                        measured: 1.0,
                        sd: None,
                        below_limit: false,
                        is_activity,
                        unit: unit.clone(),
                        unit_in_internal,
                        excluded: None,
                    });
                }
            }
        }
        let start = scenario.model.parameter_values();
        let problem = GroupProblem::new(scenario, fitting.plan, &start, "simulated data", &template, &[])?;
        let tangents = fitting.course.tangents(&problem.moving);
        Ok(Patients { fitting, recovery, seed, problem, template, deviations, tangents, start })
    }

    /// Positions of the model parameters that the fit moves.
    pub fn moving(&self) -> &[usize] {
        &self.problem.moving
    }

    /// The model's parameters from which fits start, where the scenario gives no `start`.
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// Whether the truth of a fitted quantity is drawn anew in every replicate.
    pub fn is_drawn(&self, position: usize) -> bool {
        let has_prior = || self.problem.priors.iter().any(|prior| prior.marginals().iter().any(|m| m.position == position));
        self.draws(&self.problem.roles[position]) && has_prior()
    }

    /// Factors differ from scan to scan by their nature; parameters of the model only where the scenario says so.
    fn draws(&self, role: &Role) -> bool {
        *role == Role::Factor || self.recovery.truth == TruthFrom::Prior
    }

    /// The true values of a replicate.
    fn truth(&self, number: usize) -> Result<Vec<f64>, String> {
        let mut fitted: Vec<f64> = self
            .problem
            .roles
            .iter()
            .zip(&self.problem.units)
            .map(|(role, (_, size))| match role {
                Role::Model { position, .. } => self.start[*position] / size,
                Role::Deviation { .. } => 0.0,
                Role::Factor => 1.0,
                Role::Noise => f64::NAN,
            })
            .collect();
        for (stream, prior) in (TRUTH_STREAM..).zip(&self.problem.priors) {
            let source = RandomSource::new(self.seed, number as u64, stream);
            let normals: Vec<f64> = (0..prior.count() as u32).map(|index| source.standard_normal(index)).collect();
            let drawn = prior.draw(&normals).ok_or_else(|| "the prior cannot be drawn from: its covariance has no inverse".to_string())?;
            for (position, value) in drawn {
                if self.draws(&self.problem.roles[position]) {
                    fitted[position] = value;
                }
            }
        }
        Ok(fitted)
    }

    /// The patient of a replicate.
    ///
    /// # Errors
    /// A sentence: the true course cannot be solved, or a measured value would be zero, which log-normal noise cannot hold.
    pub fn patient(&self, number: usize, cancel: &AtomicBool) -> Result<Patient, String> {
        let problem = &self.problem;
        let fitted = self.truth(number)?;
        let structural = &fitted[..problem.structural];
        let course_of = vec![0; self.template.len()];
        let method = self.fitting.scenario.solve.method;
        let mut predictor = CoursePredictor::new(
            self.fitting.course,
            &self.tangents,
            &problem.courses,
            (&self.template, &course_of),
            problem.structural,
            (method, cancel),
        );
        let predicted = predictor.predict(structural).map_err(|error| format!("the true course cannot be solved: {error}"))?;
        let noise = RandomSource::new(self.seed, number as u64, NOISE_STREAM);
        let mut points = self.template.clone();
        for (index, (point, of_course)) in points.iter_mut().zip(predicted).enumerate() {
            let value = problem.measurements[index].factors.iter().fold(of_course, |value, factor| value * fitted[*factor]);
            if !(value > 0.0 && value.is_finite()) {
                return Err(format!(
                    "`{}` is {value} {} at {} h: log-normal noise needs a positive value",
                    point.channel,
                    point.unit,
                    point.time_min / MINUTES_PER_HOUR
                ));
            }
            point.measured = value * exp(self.deviations[index] * noise.standard_normal(index as u32));
        }
        let parameters = problem.courses.first().map_or_else(|| self.start.clone(), |course| course.parameters(structural));
        Ok(Patient { fitted, parameters, points })
    }
}
