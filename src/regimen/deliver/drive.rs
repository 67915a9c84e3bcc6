//! A delivery with a solver at hand: piece by piece to its end.
use super::super::arm::{Arm, RegimenPlan};
use super::super::delivered::{ArmResult, RegimenError};
use super::{DeliveredTo, Delivery, Step};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::solve::{Job, Solution, SolveError};

/// Delivers `arm` to the patient with these `parameters`.
///
/// # Errors
/// Where the arm could not be delivered to its end: the cycle and the reason.
pub fn deliver(
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    arm: &Arm,
    parameters: &[f64],
    settings: &SolveSettings,
) -> Result<ArmResult, RegimenError> {
    deliver_with(plan, DeliveredTo::Lent { regimen, arm }, parameters, settings, &mut |job| {
        let found = plan.solve_job(job, settings)?;
        Ok(Solution { states: found.states, final_state: found.final_state, statistics: found.statistics })
    })
}

/// The same with any solver of the system of `plan`: it gets one piece of the course after the other.
///
/// # Errors
/// Where the solver fails, or the arm could not be delivered to its end.
pub fn deliver_with(
    plan: &CoursePlan,
    to: DeliveredTo,
    parameters: &[f64],
    settings: &SolveSettings,
    solver: &mut dyn FnMut(&Job) -> Result<Solution, SolveError>,
) -> Result<ArmResult, RegimenError> {
    let mut delivery = Delivery::new(plan, to, parameters, settings);
    while let Step::Solve(job) = delivery.next()? {
        delivery.solved(solver(&job));
    }
    Ok(delivery.finish())
}
