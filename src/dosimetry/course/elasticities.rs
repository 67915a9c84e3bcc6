//! Dose elasticities: by how many per cent the dose of a target changes when a parameter changes by one per cent,
//! `E = ∂ ln D / ∂ ln p = (p / D) · ∂D/∂p`, from the exact derivatives of the course (`sensitivities`), not from differences.

use super::moving_doses::Held;
use super::plan::CoursePlan;
use super::progress::{Administration, CourseError, SolveSettings, TargetDose};
use super::sensitivities::course_sensitivities;
use crate::model::system::Tangents;

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

/// Elasticities of the doses at `until_min` to the parameters that `tangents` (of this plan) has chosen, for a patient with `parameters` who is
/// given `given`. Always by the stiff method, whatever `settings` ask for.
///
/// Fails with a sentence as [`course_sensitivities`] does.
pub fn dose_elasticities(
    plan: &CoursePlan,
    tangents: &Tangents,
    parameters: &[f64],
    given: &[Administration],
    held: Held,
    until_min: f64,
    settings: &SolveSettings,
) -> Result<DoseElasticities, CourseError> {
    let found = course_sensitivities(plan, tangents, parameters, given, held, until_min, &[], settings)?;
    let scaled = |dose: Option<f64>, derivative: &dyn Fn(usize) -> Option<f64>| -> Option<Vec<f64>> {
        let dose = dose.filter(|dose| *dose > 0.0)?;
        let relative = |(position, &parameter): (usize, &usize)| Some(derivative(position)? * parameters[parameter] / dose);
        found.parameters.iter().enumerate().map(relative).collect()
    };
    let targets = || found.doses.iter().enumerate();
    Ok(DoseElasticities {
        absorbed: targets()
            .map(|(target, dose)| scaled(Some(dose.absorbed_gy), &|position| Some(found.absorbed[position][target])))
            .collect(),
        bed: targets().map(|(target, dose)| scaled(dose.bed_gy, &|position| found.bed[position][target])).collect(),
        parameters: found.parameters.clone(),
        doses: found.doses.clone(),
    })
}

#[cfg(test)]
#[path = "elasticities_tests.rs"]
mod tests;
