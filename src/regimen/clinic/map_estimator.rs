//! The clinic's MAP fit: the whole model to the scans of one cycle, with log-normal priors on a few parameters.
//!
//! Minimised: Σ ((ln measured − ln predicted)/σ)² + Σ ((ln θ − ln median)/ω)². What is not listed the clinic is taken to know exactly; what is left over from earlier
//! cycles is left out of the prediction. Both are stated among the assumptions of every report.
use super::estimator::RegionEstimate;
use super::imaging::Scan;
use crate::dosimetry::course::{Administration, Course, CoursePlan, SolveSettings};
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::fit::estimate::VarianceChoice;
use crate::fit::least_squares::{ResidualFunction, Settings, fit};
use crate::fit::parameter::FitParameter;
use crate::math::log;
use crate::units::MINUTES_PER_HOUR;

/// A fitted parameter with its prior.
#[derive(Clone, Debug, PartialEq)]
pub struct MapParameter {
    /// Its path.
    pub path: String,
    /// Position in the model.
    pub position: usize,
    /// Prior median (internal units).
    pub median: f64,
    /// Coefficient of variation of the prior.
    pub cv: f64,
}

/// What is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct MapProtocol {
    /// The parameters.
    pub parameters: Vec<MapParameter>,
}

/// How far an estimate follows the decay, in half-lives of the nuclide.
const TAIL_HALF_LIVES: f64 = 15.0;

impl MapProtocol {
    /// Time-integrated activities of the scanned regions (by position of the observable) after `dose`, from `scans` with their CVs.
    pub(crate) fn estimate(
        &self,
        plan: &CoursePlan,
        assumed: &[f64],
        dose: Administration,
        scans: &[(usize, &Scan, f64)],
        settings: &SolveSettings,
    ) -> Result<Vec<(usize, RegionEstimate)>, String> {
        let mut times_min: Vec<f64> = scans.iter().map(|(_, scan, _)| scan.time_h * MINUTES_PER_HOUR).collect();
        times_min.sort_by(f64::total_cmp);
        times_min.dedup();
        let last_min = times_min.last().copied().ok_or("no scan")?;
        let started = |values: &[f64]| -> Result<Course<'_>, String> {
            let mut parameters = assumed.to_vec();
            for (parameter, value) in self.parameters.iter().zip(values) {
                parameters[parameter.position] = *value;
            }
            let mut course = Course::new(plan, &parameters);
            let of_dose = Administration { time_min: 0.0, ..dose };
            course.administer(of_dose).map_err(|error| error.to_string())?;
            Ok(course)
        };
        let predict = |values: &[f64]| -> Result<Vec<f64>, String> {
            let mut course = started(values)?;
            course.advance(last_min, &times_min, settings).map_err(|error| error.to_string())?;
            Ok(scans
                .iter()
                .map(|(observable, scan, _)| {
                    let at = times_min.partition_point(|time| *time < scan.time_h * MINUTES_PER_HOUR);
                    course.samples.activities[*observable][at]
                })
                .collect())
        };
        let sd = |cv: f64| logarithmic_standard_deviation(if cv > 0.0 { cv } else { 0.1 });
        let mut problem = ResidualFunction {
            parameter_count: self.parameters.len(),
            residual_count: scans.len() + self.parameters.len(),
            residuals: |values: &[f64], out: &mut [f64]| {
                for (residual, (predicted, (_, scan, cv))) in out.iter_mut().zip(predict(values)?.into_iter().zip(scans)) {
                    *residual = (log(scan.measured_mbq) - log(predicted)) / sd(*cv);
                }
                for (residual, (parameter, value)) in out[scans.len()..].iter_mut().zip(self.parameters.iter().zip(values)) {
                    *residual = (log(*value) - log(parameter.median)) / logarithmic_standard_deviation(parameter.cv);
                }
                Ok(())
            },
        };
        let parameters: Vec<FitParameter> =
            self.parameters.iter().map(|parameter| FitParameter::logarithmic(parameter.path.as_str(), parameter.median)).collect();
        let fit_settings = Settings {
            variance: VarianceChoice::Given,
            difference_step: crate::math::cbrt(settings.relative_tolerance),
            offset_tolerance: 1e-4,
            step_tolerance: 1e-4,
            cost_tolerance: 1e-8,
            max_iterations: 30,
            ..Settings::default()
        };
        let found = fit(&mut problem, &parameters, &fit_settings).map_err(|error| error.to_string())?;
        let decay_per_min = plan.model.nuclide.map(|nuclide| nuclide.decay_constant_per_min());
        let end_min = last_min + decay_per_min.map_or(last_min * 10.0, |rate| TAIL_HALF_LIVES * std::f64::consts::LN_2 / rate);
        let mut course = started(&found.values())?;
        course.advance(end_min, &[last_min, 2.0 * last_min], settings).map_err(|error| error.to_string())?;
        let mut regions: Vec<usize> = scans.iter().map(|(observable, _, _)| *observable).collect();
        regions.sort_unstable();
        regions.dedup();
        Ok(regions
            .into_iter()
            .filter_map(|observable| {
                let activities = &course.samples.activities[observable];
                let half_life_h = std::f64::consts::LN_2 * last_min / log(activities[0] / activities[1]) / MINUTES_PER_HOUR;
                let cumulated_mbq_h = course.cumulated_mbq_h(observable)?;
                let estimate = RegionEstimate { cumulated_mbq_h, standard_error_mbq_h: None, half_life_h, method: "MAP fit of the model" };
                Some((observable, estimate))
            })
            .collect())
    }
}
