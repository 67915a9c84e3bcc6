//! Profiles and bootstraps of a group's fit.
use super::group::{Fitting, failed, settings};
use super::problem::{GroupProblem, Role};
use super::search::batch_monitor;
use crate::fit::bootstrap::{Bootstrap, BootstrapResult, Resample, bootstrap, prepared_residuals};
use crate::fit::estimate::Estimate;
use crate::fit::least_squares::Residuals;
use crate::fit::likelihood::Measurement;
use crate::fit::profile::{Profile, ProfileOptions, profile};
use crate::math::exp;
use crate::model::system::Tangents;
use crate::random::RandomSource;
use crate::session::scenario::BootstrapKind;
use crate::session::work::{Control, Failed};

/// Profiles of the parameters that the scenario names.
pub fn profiles(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    estimate: &Estimate,
    control: &mut Control,
) -> Result<Vec<Profile>, Failed> {
    let model = &fitting.scenario.model;
    let wanted: Vec<String> = fitting.plan.profile.iter().map(|path| path.replace("{channel}", name)).collect();
    let which: Vec<usize> = (0..problem.roles.len())
        .filter(|row| matches!(&problem.roles[*row], Role::Model { position, .. } if wanted.contains(&model.parameters[*position].path)))
        .collect();
    if which.is_empty() {
        return Ok(Vec::new());
    }
    control.at(&format!("profiling the likelihood of {name}"), 0.4)?;
    let cancel = control.cancel;
    let factory = move || {
        let likelihood = problem.likelihood(fitting.course, tangents, fitting.scenario, cancel)?;
        Ok(Box::new(likelihood) as Box<dyn Residuals + Send + '_>)
    };
    let options = ProfileOptions { threads: control.threads, ..ProfileOptions::default() };
    let monitor = batch_monitor(control, name, "profiles");
    let found = profile(&factory, &problem.parameters, estimate, &which, &settings(fitting.plan), &options, &monitor)
        .map_err(|error| failed(error, control))?;
    control.at(&format!("profiling the likelihood of {name}"), 0.42)?;
    Ok(found)
}

/// New measured values about the fitted ones, and the problem of fitting them.
struct NewData<'a, 'b> {
    fitting: &'a Fitting<'b>,
    problem: &'a GroupProblem,
    tangents: &'a Tangents,
    cancel: &'a std::sync::atomic::AtomicBool,
    /// Fitted value of each measurement, with factors.
    fitted: Vec<f64>,
    /// Standard deviation of each, of the logarithm for a log-normal form.
    sigma: Vec<f64>,
    /// Standardised residuals to draw from; `None`: from the error model.
    residuals: Option<Vec<f64>>,
}

impl Resample for NewData<'_, '_> {
    fn replicate(&self, source: RandomSource) -> Result<Box<dyn Residuals + Send + '_>, String> {
        let mut measurements: Vec<Measurement> = Vec::with_capacity(self.fitted.len());
        for (index, measurement) in (0_u32..).zip(&self.problem.measurements) {
            let (f, sigma) = (self.fitted[index as usize], self.sigma[index as usize]);
            let u = match &self.residuals {
                Some(list) if list.is_empty() => return Err("there are no residuals to draw from".into()),
                Some(list) => list[((source.uniform(index) * list.len() as f64) as usize).min(list.len() - 1)],
                None => source.standard_normal(index),
            };
            let value = if measurement.noise.is_log_normal() { f * exp(sigma * u) } else { f + sigma * u };
            // below the limit it stays below the limit; above, the laboratory would have given a number
            let below_limit = measurement.below_limit && value < measurement.value;
            measurements.push(Measurement {
                value: if below_limit { measurement.value } else { value },
                below_limit,
                ..measurement.clone()
            });
        }
        let Fitting { scenario, course, .. } = *self.fitting;
        let likelihood = self.problem.likelihood_of(measurements, course, self.tangents, scenario, self.cancel)?;
        Ok(Box::new(likelihood) as Box<dyn Residuals + Send + '_>)
    }
}

/// The bootstrap that the scenario asks for.
pub fn bootstrapped(
    fitting: &Fitting<'_>,
    problem: &GroupProblem,
    tangents: &Tangents,
    name: &str,
    estimate: &Estimate,
    control: &mut Control,
) -> Result<Option<BootstrapResult>, Failed> {
    let Some(plan) = &fitting.plan.bootstrap else { return Ok(None) };
    control.at(&format!("bootstrapping {name}"), 0.43)?;
    let values = estimate.values();
    let mut likelihood =
        problem.likelihood(fitting.course, tangents, fitting.scenario, control.cancel).map_err(|sentence| control.failure(sentence))?;
    let fitted = likelihood.predictions(&values).map_err(|sentence| control.failure(sentence))?;
    let standardised: Vec<f64> =
        likelihood.standardised(&values).map_err(|sentence| control.failure(sentence))?.into_iter().flatten().collect();
    // without a known size of the noise, the scatter about the fit gives it
    let scatter = if problem.least_squares { estimate.residual_variance.unwrap_or(1.0).sqrt() } else { 1.0 };
    let sigma: Result<Vec<f64>, String> = problem
        .measurements
        .iter()
        .zip(&fitted)
        .map(|(measurement, f)| {
            // residuals carry their own size; the error model's must be scaled
            let factor = if plan.kind == BootstrapKind::Parametric { scatter } else { 1.0 };
            Ok(measurement.noise.spread(*f, &values)?.sigma * factor)
        })
        .collect();
    let free = estimate.parameters.iter().zip(&problem.roles).filter(|(_, role)| matches!(role, Role::Model { .. })).count();
    let data = NewData {
        fitting,
        problem,
        tangents,
        cancel: control.cancel,
        fitted,
        sigma: sigma.map_err(|sentence| control.failure(sentence))?,
        residuals: (plan.kind == BootstrapKind::Residual).then(|| prepared_residuals(&standardised, free)),
    };
    let options = Bootstrap { replicates: plan.replicates, seed: plan.seed, threads: control.threads };
    let monitor = batch_monitor(control, name, "bootstrap");
    let found = bootstrap(&data, &problem.parameters, estimate, &settings(fitting.plan), &options, &monitor)
        .map_err(|error| failed(error, control))?;
    if found.cancelled {
        return Err(Failed::cancelled(format!("cancelled while bootstrapping {name}")));
    }
    Ok(Some(found))
}
