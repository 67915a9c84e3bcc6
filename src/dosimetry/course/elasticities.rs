//! Dose elasticities: by how many per cent the dose of a target changes when a parameter changes by one per cent,
//! `E = ∂ ln D / ∂ ln p = (p / D) · ∂D/∂p`, from exact forward sensitivities (`solve::solve_with_sensitivities`), not from differences.
//!
//! What follows the parameter in the model moves with it: derived values, initial amounts, shares of the dosing sites, the activity per amount.
//! What is not of the model stands still: S-values (also where a mass was scaled with one of the parameters) and repair of the targets.

use super::plan::CoursePlan;
use super::progress::{Administration, Course, CourseError, SolveSettings, TargetDose};
use crate::model::system::Tangents;
use crate::solve::{Bolus, Direction, Infusion, Job, MethodChoice, Schedule, SolveError, Span, solve_with_sensitivities, system::explain};

/// What of the doses given stays the same when a parameter changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The labelled amounts.
    Amounts,
    /// The labelled activities: where the activity per amount depends on the parameter, the amounts follow.
    Activities,
}

/// How the doses at the end of a course follow the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseElasticities {
    /// Positions of the parameters among the model's.
    pub parameters: Vec<usize>,
    /// Doses at the end, one per target.
    pub doses: Vec<TargetDose>,
    /// Per target, per parameter: d ln(absorbed dose)/d ln(parameter); `None` for a target without any dose. A parameter that is 0 has elasticity 0.
    pub absorbed: Vec<Option<Vec<f64>>>,
    /// The same of the BED; `None` also for a target without repair.
    pub bed: Vec<Option<Vec<f64>>>,
}

impl CoursePlan {
    /// Compiles the tangents of the course for the parameters at the positions `chosen`, for [`dose_elasticities`]. They can be used for any patient.
    pub fn tangents(&self, chosen: &[usize]) -> Tangents {
        self.system.tangents(chosen, &self.output_nodes)
    }
}

/// Elasticities of the doses at `until_min` to the parameters that `tangents` (of this plan) has chosen, for a patient with `parameters` who is
/// given `given`. Always by the stiff method, whatever `settings` ask for.
///
/// Fails with a sentence as [`Course::administer`] and [`Course::advance`] do.
pub fn dose_elasticities(
    plan: &CoursePlan,
    tangents: &Tangents,
    parameters: &[f64],
    given: &[Administration],
    held: Held,
    until_min: f64,
    settings: &SolveSettings,
) -> Result<DoseElasticities, CourseError> {
    let mut course = Course::new(plan, parameters);
    for &dose in given {
        course.administer(dose)?;
    }
    let directions: Vec<Direction> = tangents
        .chosen()
        .iter()
        .enumerate()
        .map(|(position, &parameter)| {
            // at the rate p the derivatives are p ∂/∂p
            let mut direction = Direction::of_parameter(tangents, parameters, position, parameters[parameter]);
            direction.doses = moving_doses(&course, tangents, &direction, given, held);
            direction
        })
        .collect();
    let options = course.options(&SolveSettings { method: MethodChoice::Stiff, ..*settings });
    let job = Job {
        index: 0,
        parameters: parameters.to_vec(),
        initial: course.state().to_vec(),
        absolute_tolerances: options.absolute_tolerances.clone(),
        schedule: course.schedule.clone(),
        span: Span { start: course.time_min, stop: until_min, samples: Vec::new() },
    };
    let (solution, sensitivities) = solve_with_sensitivities(&plan.system, tangents, &directions, &job, &options).map_err(|error| {
        CourseError::Solve { cancelled: matches!(error, SolveError::Cancelled { .. }), sentence: explain(&error, &plan.system) }
    })?;
    course.take_state(until_min, solution.final_state, solution.statistics);
    let doses = course.doses();
    let of_target = |target: usize, of: &dyn Fn(&[f64]) -> Option<f64>, dose: f64| -> Option<Vec<f64>> {
        let one = |direction: usize| of(sensitivities.at_end(direction)).map(|moved| moved / dose);
        (dose > 0.0 && target < doses.len()).then(|| (0..directions.len()).map(one).collect()).flatten()
    };
    let absorbed_of = |target: usize, states: &[f64]| super::progress::absorbed_gy(plan, target, states);
    Ok(DoseElasticities {
        parameters: tangents.chosen().to_vec(),
        absorbed: (0..doses.len())
            .map(|target| of_target(target, &|moved| Some(absorbed_of(target, moved)), doses[target].absorbed_gy))
            .collect(),
        bed: (0..doses.len())
            .map(|target| {
                let of = |moved: &[f64]| {
                    let (protraction, repair) = (plan.protraction[target]?, plan.targets[target].repair?);
                    Some(absorbed_of(target, moved) + moved[protraction] / repair.alpha_beta_gy)
                };
                of_target(target, &of, doses[target].bed_gy?)
            })
            .collect(),
        doses,
    })
}

/// How the doses given move along a direction: shares of the dosing sites and, for held activities, the amounts follow the parameters.
fn moving_doses(course: &Course, tangents: &Tangents, direction: &Direction, given: &[Administration], held: Held) -> Schedule {
    let (plan, model) = (course.plan, &course.plan.model);
    let values = course.outputs();
    let moving = tangents.output_tangents(&course.parameters, &direction.parameters, course.time_min, course.state(), &direction.initial);
    let factor = model.observables.len();
    let per_amount = match held {
        Held::Activities if values[factor] > 0.0 => -moving[factor] / values[factor],
        _ => 0.0,
    };
    let partner = model.decay.as_ref().and_then(|decay| decay.to);
    let mut doses = Schedule::default();
    for dose in given {
        let first = factor + 1 + model.sites[..dose.site].iter().map(|site| site.shares.len()).sum::<usize>();
        let mut amounts = Vec::new();
        for (number, (compartment, _)) in plan.model.sites[dose.site].shares.iter().enumerate() {
            let (share, moving) = (values[first + number], moving[first + number]);
            amounts.push((model.state(*compartment, model.labelled()), dose.labelled * (per_amount * share + moving)));
            amounts.extend(partner.map(|ligand| (model.state(*compartment, ligand), dose.unlabelled * moving)));
        }
        amounts.retain(|(_, amount)| *amount != 0.0);
        if amounts.is_empty() {
            continue;
        }
        if dose.duration_min == 0.0 {
            doses.boluses.push(Bolus { time: dose.time_min, amounts });
        } else {
            let rates = amounts.into_iter().map(|(state, amount)| (state, amount / dose.duration_min)).collect();
            doses.infusions.push(Infusion { start: dose.time_min, stop: dose.time_min + dose.duration_min, rates });
        }
    }
    doses
}

#[cfg(test)]
#[path = "elasticities_tests.rs"]
mod tests;
