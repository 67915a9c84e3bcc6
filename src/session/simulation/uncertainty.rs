//! From the covariance of the fits to the standard errors of the absorbed doses.
use nalgebra::DVector;

use super::{BEYOND_HALF_LIVES, failed};
use crate::dosimetry::course::{CoursePlan, CourseSensitivities, SolveSettings, course_sensitivities};
use crate::session::fitting::{CourseOf, GroupFit};
use crate::session::scenario::{FitPlan, Scenario};
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

/// What the covariance of the fits says of the targets, one entry a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Propagated {
    /// Standard errors of the absorbed doses (Gy).
    pub doses: Vec<StandardErrors>,
    /// Time-integrated activity of the region of the target's own name (MBq h) with its standard errors.
    pub self_activities: Vec<(f64, StandardErrors)>,
}

/// A source region that gives less than this share of a target's dose need not be fitted for the dose to have a standard error.
const NEGLIGIBLE: f64 = 0.01;

/// Standard errors of the absorbed doses and of the targets' own time-integrated activities by the delta method: exact derivatives by every fitted parameter, the covariance of each fit.
///
/// A figure has none where a region that gives a part of it was not fitted, where a fit has no covariance, or where a parameter ended at a bound.
pub(super) fn propagate(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    fits: &[GroupFit],
    settings: &SolveSettings,
) -> Result<Propagated, Failed> {
    let targets = scenario.targets.len();
    let nothing = Propagated { doses: vec![StandardErrors::default(); targets], self_activities: vec![Default::default(); targets] };
    if fits.is_empty() || scenario.targets.is_empty() {
        return Ok(nothing);
    }
    let mut chosen: Vec<usize> = fits.iter().flat_map(|fit| fit.block.positions.iter().copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let at_end = sensitivities_at_end(scenario, plan, parameters, &chosen, settings)?;
    let own_region = |target: usize| plan.model.observables.iter().position(|observable| observable.name == scenario.targets[target].name);
    // doses first, then the time-integrated activities of the targets' own regions
    let mut variances = vec![(0.0, 0.0); 2 * targets];
    let mut fitted_regions = vec![false; plan.model.observables.len()];
    let mut unknown_regions = fitted_regions.clone();
    let likelihood = scenario.fit.as_ref().is_some_and(FitPlan::needs_likelihood);
    let (mut given_known, mut residual_known) = (true, true);
    for fit in fits {
        let block = &fit.block;
        given_known &= block.weights_known;
        let covariance = block.unscaled_covariance.as_ref().filter(|_| !block.at_bound);
        let mut slopes = vec![DVector::zeros(block.positions.len()); 2 * targets];
        for (index, position) in block.positions.iter().enumerate() {
            let Ok(number) = chosen.binary_search(position) else { continue };
            // from internal units to the fitted scale
            let unit = block.unit[index];
            let natural = parameters[*position] / unit;
            let factor = unit * block.scales[index].derivative(natural);
            for target in 0..targets {
                slopes[target][index] = at_end.absorbed[number][target] * factor;
                let cumulated = own_region(target).and_then(|region| at_end.cumulated[number][region]);
                slopes[targets + target][index] = cumulated.unwrap_or(0.0) * factor;
            }
            for (region, fitted) in fitted_regions.iter_mut().enumerate() {
                let change = at_end.cumulated[number][region].map_or(0.0, |slope| (slope * parameters[*position]).abs());
                let moved = change > 1e-6 * at_end.cumulated_mbq_h[region].unwrap_or(0.0);
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
    let errors = |known: bool, (given, residual): (f64, f64)| StandardErrors {
        given: (known && given_known).then(|| given.sqrt()),
        // a likelihood has its own size of the noise: scaling it by the scatter again would count it twice
        residual: (known && residual_known && !likelihood).then(|| residual.sqrt()),
    };
    let doses = |target| errors(is_fitted(scenario, plan, target, &at_end, &fitted_regions), variances[target]);
    let self_activity = |target| {
        let region = own_region(target)?;
        Some((at_end.cumulated_mbq_h[region]?, errors(fitted_regions[region], variances[targets + target])))
    };
    Ok(Propagated {
        doses: (0..targets).map(doses).collect(),
        self_activities: (0..targets).map(|target| self_activity(target).unwrap_or_default()).collect(),
    })
}

/// Whether every region that gives a part of a target's dose worth counting was fitted.
fn is_fitted(scenario: &Scenario, plan: &CoursePlan, target: usize, at_end: &CourseSensitivities, fitted_regions: &[bool]) -> bool {
    let whole = at_end.doses[target].absorbed_gy;
    scenario.targets[target].terms.iter().all(|(region, s_value)| {
        let Some(position) = plan.model.observables.iter().position(|observable| observable.name == *region) else { return false };
        let part = at_end.cumulated_mbq_h[position].unwrap_or(0.0) * s_value.gy_per_mbq_h;
        fitted_regions[position] || part <= NEGLIGIBLE * whole
    })
}

/// Doses at the time that counts, and their derivatives by the parameters at the positions `chosen`.
fn sensitivities_at_end(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    chosen: &[usize],
    settings: &SolveSettings,
) -> Result<CourseSensitivities, Failed> {
    let settings = SolveSettings { relative_tolerance: settings.relative_tolerance.min(1e-8), ..*settings };
    let tangents = plan.tangents(chosen);
    let course = CourseOf {
        name: String::new(),
        administrations: scenario.administrations.clone(),
        dose: None,
        base: parameters.to_vec(),
        moved: Vec::new(),
    };
    let (given, held) = course.given(plan, parameters).map_err(Failed::because)?;
    let beyond = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond);
    let end = scenario.solve.until_min + beyond.map_or(0.0, |nuclide| BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR);
    course_sensitivities(plan, &tangents, parameters, &given, held, end, &[], &settings).map_err(failed)
}
