//! From the covariance of the fits to the standard errors of the absorbed doses.
use nalgebra::DVector;

use super::{BEYOND_HALF_LIVES, failed};
use crate::dosimetry::course::{CoursePlan, SolveSettings, TargetDose};
use crate::session::fitting::{GroupFit, dosed_course};
use crate::session::scenario::Scenario;
use crate::session::work::Failed;
use crate::units::MINUTES_PER_HOUR;

/// Standard errors of one number, from the fits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StandardErrors {
    /// With the measurement errors of the error model taken as known.
    pub given: Option<f64>,
    /// With the scatter of the residuals instead.
    pub residual: Option<f64>,
}

/// Standard errors of the absorbed doses by the delta method: central differences along every fitted parameter, the covariance of each fit.
pub(super) fn propagate(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    fits: &[GroupFit],
    settings: &SolveSettings,
) -> Result<Vec<StandardErrors>, Failed> {
    let mut variances = vec![(0.0, 0.0); scenario.targets.len()];
    let (mut given_known, mut residual_known) = (!fits.is_empty(), !fits.is_empty());
    // subjects are different people: their fits say nothing about this patient
    let apply = fits.iter().filter(|fit| fit.dose.is_none());
    for fit in apply {
        let block = &fit.block;
        let Some(covariance) = &block.unscaled_covariance else {
            given_known = false;
            residual_known = false;
            continue;
        };
        let mut slopes = vec![DVector::zeros(block.positions.len()); scenario.targets.len()];
        for (index, position) in block.positions.iter().enumerate() {
            // a step on the fitted scale: of the logarithm, or of the value in its own unit
            let unit = block.unit[index];
            let step = if block.log_scale[index] { 1e-4 } else { 1e-4 * (parameters[*position] / unit).abs().max(1e-8) };
            let at = |sign: f64| -> Result<Vec<TargetDose>, Failed> {
                let mut moved = parameters.to_vec();
                moved[*position] = if block.log_scale[index] {
                    parameters[*position] * libm::exp(sign * step)
                } else {
                    parameters[*position] + sign * step * unit
                };
                final_doses(scenario, plan, &moved, settings)
            };
            let (up, down) = (at(1.0)?, at(-1.0)?);
            for (target, slope) in slopes.iter_mut().enumerate() {
                slope[index] = (up[target].absorbed_gy - down[target].absorbed_gy) / (2.0 * step);
            }
        }
        for (variance, slope) in variances.iter_mut().zip(&slopes) {
            let known = slope.dot(&(covariance * slope));
            variance.0 += known;
            match block.residual_variance {
                Some((scatter, _)) => variance.1 += known * scatter,
                None => residual_known = false,
            }
        }
    }
    Ok(variances
        .into_iter()
        .map(|(given, residual)| StandardErrors {
            given: given_known.then(|| given.sqrt()),
            residual: residual_known.then(|| residual.sqrt()),
        })
        .collect())
}

fn final_doses(scenario: &Scenario, plan: &CoursePlan, parameters: &[f64], settings: &SolveSettings) -> Result<Vec<TargetDose>, Failed> {
    let settings = SolveSettings { relative_tolerance: settings.relative_tolerance.min(1e-9), ..*settings };
    let mut course = dosed_course(plan, scenario, parameters, None).map_err(Failed::because)?;
    course.advance(scenario.solve.until_min, &[], &settings).map_err(failed)?;
    if let Some(nuclide) = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond) {
        let end = scenario.solve.until_min + BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR;
        course.advance(end, &[], &settings).map_err(failed)?;
    }
    Ok(course.doses())
}
