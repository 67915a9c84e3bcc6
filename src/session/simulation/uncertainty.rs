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

/// A source region that gives less than this share of a target's dose need not be fitted for the dose to have a standard error.
const NEGLIGIBLE: f64 = 0.01;

/// Final doses of the targets (Gy) and time-integrated activities of the observables (MBq·h).
struct Final {
    doses: Vec<TargetDose>,
    cumulated_mbq_h: Vec<Option<f64>>,
}

/// Standard errors of the absorbed doses by the delta method: central differences along every fitted parameter, the covariance of each fit.
///
/// A dose has none where a region that gives a part of it was not fitted, where a fit has no covariance, or where a parameter ended at a bound.
pub(super) fn propagate(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    fits: &[GroupFit],
    settings: &SolveSettings,
) -> Result<Vec<StandardErrors>, Failed> {
    let nothing = vec![StandardErrors::default(); scenario.targets.len()];
    if fits.is_empty() || scenario.targets.is_empty() {
        return Ok(nothing);
    }
    let centre = evaluate(scenario, plan, parameters, settings)?;
    let mut variances = vec![(0.0, 0.0); scenario.targets.len()];
    let mut fitted_regions = vec![false; plan.model.observables.len()];
    let mut unknown_regions = fitted_regions.clone();
    let (mut given_known, mut residual_known) = (true, true);
    for fit in fits {
        let block = &fit.block;
        given_known &= block.weights_known;
        let covariance = block.unscaled_covariance.as_ref().filter(|_| !block.at_bound);
        let mut slopes = vec![DVector::zeros(block.positions.len()); scenario.targets.len()];
        for (index, position) in block.positions.iter().enumerate() {
            // a step on the fitted scale: of the logarithm, or of the value in its own unit
            let unit = block.unit[index];
            let step = if block.log_scale[index] { 1e-4 } else { 1e-4 * (parameters[*position] / unit).abs().max(1e-8) };
            let at = |sign: f64| -> Result<Final, Failed> {
                let mut moved = parameters.to_vec();
                moved[*position] = if block.log_scale[index] {
                    parameters[*position] * crate::math::exp(sign * step)
                } else {
                    parameters[*position] + sign * step * unit
                };
                evaluate(scenario, plan, &moved, settings)
            };
            let (up, down) = (at(1.0)?, at(-1.0)?);
            for (target, slope) in slopes.iter_mut().enumerate() {
                slope[index] = (up.doses[target].absorbed_gy - down.doses[target].absorbed_gy) / (2.0 * step);
            }
            for (region, fitted) in fitted_regions.iter_mut().enumerate() {
                let change = up.cumulated_mbq_h[region].zip(down.cumulated_mbq_h[region]).map_or(0.0, |(up, down)| (up - down).abs());
                let moved = change > 1e-9 * centre.cumulated_mbq_h[region].unwrap_or(0.0);
                *fitted |= moved;
                unknown_regions[region] |= moved && covariance.is_none();
            }
        }
        let Some(covariance) = covariance else { continue };
        for (variance, slope) in variances.iter_mut().zip(&slopes) {
            let known = slope.dot(&(covariance * slope));
            variance.0 += known;
            match block.residual_variance {
                Some((scatter, _)) => variance.1 += known * scatter,
                None => residual_known = false,
            }
        }
    }
    for (fitted, unknown) in fitted_regions.iter_mut().zip(unknown_regions) {
        *fitted &= !unknown;
    }
    Ok(variances
        .into_iter()
        .enumerate()
        .map(|(target, (given, residual))| {
            let known = is_fitted(scenario, plan, target, &centre, &fitted_regions);
            StandardErrors {
                given: (known && given_known).then(|| given.sqrt()),
                residual: (known && residual_known).then(|| residual.sqrt()),
            }
        })
        .collect())
}

/// Whether every region that gives a part of a target's dose worth counting was fitted.
fn is_fitted(scenario: &Scenario, plan: &CoursePlan, target: usize, centre: &Final, fitted_regions: &[bool]) -> bool {
    let whole = centre.doses[target].absorbed_gy;
    scenario.targets[target].terms.iter().all(|(region, s_value)| {
        let Some(position) = plan.model.observables.iter().position(|observable| observable.name == *region) else { return false };
        let part = centre.cumulated_mbq_h[position].unwrap_or(0.0) * s_value.gy_per_mbq_h;
        fitted_regions[position] || part <= NEGLIGIBLE * whole
    })
}

fn evaluate(scenario: &Scenario, plan: &CoursePlan, parameters: &[f64], settings: &SolveSettings) -> Result<Final, Failed> {
    let settings = SolveSettings { relative_tolerance: settings.relative_tolerance.min(1e-9), ..*settings };
    let mut course = dosed_course(plan, scenario, parameters, None).map_err(Failed::because)?;
    course.advance(scenario.solve.until_min, &[], &settings).map_err(failed)?;
    if let Some(nuclide) = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond) {
        let end = scenario.solve.until_min + BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR;
        course.advance(end, &[], &settings).map_err(failed)?;
    }
    let cumulated_mbq_h = (0..plan.model.observables.len()).map(|observable| course.cumulated_mbq_h(observable)).collect();
    Ok(Final { doses: course.doses(), cumulated_mbq_h })
}
