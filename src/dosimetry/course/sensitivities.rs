//! A course solved once together with its derivatives by chosen parameters: observables at sample times, time-integrated activity, absorbed dose
//! and BED. Exact forward sensitivities (`solve::solve_with_sensitivities`), not differences.
//!
//! With the state x moving at ẋ and a parameter at ṗ = 1, an observable q(t, x, p) moves by `q̇ = ∂q/∂x ẋ + ∂q/∂p`. Its activity `A = f q` moves by
//! `f q̇ + ḟ q` (f: activity per amount), a share of what was injected `s = q/I` by `(q̇ − s İ)/I`. Time-integrated activity, absorbed dose and
//! Lea–Catcheside integral are states (or linear in them).
//!
//! What follows a parameter in the model moves with it: derived values, initial amounts, shares of the dosing sites, the activity per amount.
//! What is not of the model stands still: S-values (also where a mass was scaled with one of the parameters) and repair of the targets.

use super::moving_doses::{Held, MovingDoses, moving_doses};
use super::plan::CoursePlan;
use super::progress::{Administration, Course, CourseError, Samples, SolveSettings, TargetDose, absorbed_gy, given_until};
use crate::model::checked::ObservableKind;
use crate::model::system::Tangents;
use crate::solve::{Direction, Job, MethodChoice, SolveError, Span, Statistics, solve_with_sensitivities, system::explain};
use crate::units::MINUTES_PER_HOUR;

/// A course solved once with its derivatives by chosen parameters: per unit of the parameter, all in internal units.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseSensitivities {
    /// Positions of the parameters among the model's.
    pub parameters: Vec<usize>,
    /// The course at the sample times, with the bits of a plain solve by the stiff method.
    pub samples: Samples,
    /// Derivatives of `samples.values`: `[parameter][observable][sample]`.
    pub values: Vec<Vec<Vec<f64>>>,
    /// Derivatives of `samples.activities`: `[parameter][observable][sample]`; empty where those are.
    pub activities: Vec<Vec<Vec<f64>>>,
    /// Doses at the end, one per target.
    pub doses: Vec<TargetDose>,
    /// Derivatives of the absorbed doses (Gy per unit): `[parameter][target]`.
    pub absorbed: Vec<Vec<f64>>,
    /// Derivatives of the BED (Gy per unit): `[parameter][target]`; `None` for a target without repair.
    pub bed: Vec<Vec<Option<f64>>>,
    /// Time-integrated activity at the end (MBq·h), one per observable; `None` for one that is no region.
    pub cumulated_mbq_h: Vec<Option<f64>>,
    /// Its derivatives (MBq·h per unit): `[parameter][observable]`.
    pub cumulated: Vec<Vec<Option<f64>>>,
    /// What the solve cost.
    pub statistics: Statistics,
}

impl CoursePlan {
    /// Compiles the tangents of the course for the parameters at the positions `chosen`, for [`course_sensitivities`] and
    /// [`dose_elasticities`](super::dose_elasticities). They can be used for any patient.
    pub fn tangents(&self, chosen: &[usize]) -> Tangents {
        self.system.tangents(chosen, &self.output_nodes)
    }
}

/// Solves the course of a patient with `parameters` who is given `given`, from 0 to `until_min`, and differentiates it by the parameters that
/// `tangents` (of this plan) has chosen. Observables are sampled at `times_min` (ascending). Always by the stiff method, whatever `settings` ask for.
///
/// Fails with a sentence as [`Course::administer`] and [`Course::advance`] do, and where a rate has no derivative.
#[allow(clippy::too_many_arguments)]
pub fn course_sensitivities(
    plan: &CoursePlan,
    tangents: &Tangents,
    parameters: &[f64],
    given: &[Administration],
    held: Held,
    until_min: f64,
    times_min: &[f64],
    settings: &SolveSettings,
) -> Result<CourseSensitivities, CourseError> {
    let mut course = Course::new(plan, parameters);
    for &dose in given {
        course.administer(dose)?;
    }
    let (directions, moving): (Vec<Direction>, Vec<MovingDoses>) = (0..tangents.chosen().len())
        .map(|position| {
            let mut direction = Direction::of_parameter(tangents, parameters, position, 1.0);
            let doses = moving_doses(&course, tangents, &direction, given, held);
            direction.doses = doses.schedule.clone();
            (direction, doses)
        })
        .unzip();
    let options = course.options(&SolveSettings { method: MethodChoice::Stiff, ..*settings });
    let job = Job {
        index: 0,
        parameters: parameters.to_vec(),
        initial: course.state().to_vec(),
        absolute_tolerances: options.absolute_tolerances.clone(),
        schedule: course.schedule.clone(),
        span: Span { start: course.time_min, stop: until_min, samples: times_min.to_vec() },
    };
    let (solution, sensitivities) = solve_with_sensitivities(&plan.system, tangents, &directions, &job, &options).map_err(|error| {
        CourseError::Solve { cancelled: matches!(error, SolveError::Cancelled { .. }), sentence: explain(&error, &plan.system) }
    })?;

    let observables = &plan.model.observables;
    let mut along: Vec<_> = directions.iter().map(|direction| tangents.outputs_along(parameters, &direction.parameters)).collect();
    let mut values = vec![vec![Vec::with_capacity(times_min.len()); observables.len()]; directions.len()];
    let mut activities = vec![vec![Vec::new(); observables.len()]; directions.len()];
    for (sample, (&time_min, state)) in times_min.iter().zip(solution.states.chunks(plan.system.state_count())).enumerate() {
        course.record(time_min, state);
        let found = course.outputs();
        let (factor, injected) = (found[observables.len()], course.injected_until(time_min));
        for (direction, along) in along.iter_mut().enumerate() {
            let moved = along.at(time_min, state, sensitivities.at_sample(sample, direction));
            let moved_injected = given_until(&moving[direction].labelled, time_min);
            for (position, observable) in observables.iter().enumerate() {
                let of_values = &mut values[direction][position];
                if observable.kind == ObservableKind::PercentInjected {
                    let share = course.samples.values[position][sample];
                    of_values.push(if injected > 0.0 { (moved[position] - share * moved_injected) / injected } else { 0.0 });
                    continue;
                }
                of_values.push(moved[position]);
                if factor > 0.0 && observable.kind != ObservableKind::Value {
                    activities[direction][position].push(moved[position] * factor + found[position] * moved[observables.len()]);
                }
            }
        }
    }

    course.take_state(until_min, solution.final_state, solution.statistics);
    let ends = || (0..directions.len()).map(|direction| sensitivities.at_end(direction));
    let bed_of = |moved: &[f64], target: usize| {
        let (protraction, repair) = (plan.protraction[target]?, plan.targets[target].repair?);
        Some(absorbed_gy(plan, target, moved) + moved[protraction] / repair.alpha_beta_gy)
    };
    let targets = plan.targets.len();
    let cumulated_of = |moved: &[f64]| plan.cumulated.iter().map(|state| state.map(|state| moved[state] / MINUTES_PER_HOUR)).collect();
    Ok(CourseSensitivities {
        parameters: tangents.chosen().to_vec(),
        values,
        activities,
        doses: course.doses(),
        absorbed: ends().map(|moved| (0..targets).map(|target| absorbed_gy(plan, target, moved)).collect()).collect(),
        bed: ends().map(|moved| (0..targets).map(|target| bed_of(moved, target)).collect()).collect(),
        cumulated_mbq_h: cumulated_of(course.state()),
        cumulated: ends().map(cumulated_of).collect(),
        statistics: course.statistics,
        samples: course.samples,
    })
}

#[cfg(test)]
#[path = "sensitivities_tests.rs"]
mod tests;
