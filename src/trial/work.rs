//! One numbered block of a virtual trial: draw its patients, send each through every arm, keep rows.
//!
//! A block is a function of the plan and its number alone: any thread, process or machine gives the same bits.
use super::cohort::CohortPlan;
use super::quantities::{Effect, quantities};
use super::row::{ArmCourse, ArmRow, Block, PatientRow, RowColumn};
use crate::dosimetry::course::{CoursePlan, DoseTarget, SolveSettings};
use crate::regimen::{ArmResult, RegimenError, RegimenPlan, deliver};

/// So many patients, the first, keep the courses of their cycles for figures.
pub const SHOWN_COURSES: usize = 40;
/// Patients of a block while the trial has at most [`SMALL_TRIAL`].
const SMALL_BLOCK: usize = 64;
/// Patients of a block of a larger trial.
const LARGE_BLOCK: usize = 1024;
/// Up to so many patients blocks are small, so that every thread has some.
const SMALL_TRIAL: usize = 16_384;

/// Everything that the blocks of a trial follow from.
pub struct TrialWork<'a> {
    /// Model and targets.
    pub plan: &'a CoursePlan,
    /// The regimen of the scenario's own patient.
    pub regimen: &'a RegimenPlan,
    /// How patients differ.
    pub cohort: &'a CohortPlan,
    /// Parameters of the scenario's own patient.
    pub parameters: &'a [f64],
    /// Dose–effect relations whose probabilities are kept.
    pub effects: &'a [Effect],
    /// Tolerances, method, cancel.
    pub settings: SolveSettings<'a>,
}

/// The work was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl TrialWork<'_> {
    /// Patients of a block.
    pub fn block_size(&self) -> usize {
        if self.cohort.patients <= SMALL_TRIAL { SMALL_BLOCK } else { LARGE_BLOCK }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.cohort.patients.div_ceil(self.block_size())
    }

    /// The targets.
    pub fn targets(&self) -> &[DoseTarget] {
        &self.plan.targets
    }

    /// Columns of the rows: those of an arm in which nothing was given.
    pub fn columns(&self) -> Vec<RowColumn> {
        let Some(arm) = self.regimen.arms.first() else { return Vec::new() };
        let nothing = ArmResult::nothing(arm, self.plan.targets.len(), self.regimen);
        let named = quantities(self.targets(), self.regimen, self.effects, &nothing);
        named.into_iter().map(|quantity| RowColumn { name: quantity.name, unit: quantity.unit.to_owned() }).collect()
    }

    /// Does block `number`.
    ///
    /// # Errors
    /// Cancelled from outside; any other failure is kept in the row of its patient.
    pub fn block(&self, number: usize) -> Result<Block, Cancelled> {
        let first = number * self.block_size();
        let last = (first + self.block_size()).min(self.cohort.patients);
        let patients = (first..last).map(|patient| self.draw_and_deliver(patient, patient < SHOWN_COURSES));
        Ok(Block { number, first, patients: patients.collect::<Result<_, _>>()? })
    }

    /// One patient with the courses of the cycles, to the bit the patient of the block.
    ///
    /// # Errors
    /// Cancelled from outside.
    pub fn patient(&self, number: usize) -> Result<PatientRow, Cancelled> {
        self.draw_and_deliver(number, true)
    }

    fn draw_and_deliver(&self, patient: usize, with_course: bool) -> Result<PatientRow, Cancelled> {
        let (parameters, regimen) = self.cohort.patient(patient, &self.plan.model, self.parameters, self.regimen);
        let mut arms = Vec::with_capacity(regimen.arms.len());
        for arm in &regimen.arms {
            arms.push(self.row(with_course, &regimen, deliver(self.plan, &regimen, arm, &parameters, &self.settings))?);
        }
        Ok(PatientRow { covariates: Vec::new(), screened: 1, turned_away: Vec::new(), arms })
    }

    fn row(
        &self,
        with_course: bool,
        regimen: &RegimenPlan,
        result: Result<ArmResult, RegimenError>,
    ) -> Result<Result<ArmRow, String>, Cancelled> {
        match result {
            Ok(arm) => {
                let values = quantities(self.targets(), regimen, self.effects, &arm);
                Ok(Ok(ArmRow {
                    values: values.into_iter().map(|quantity| quantity.value.unwrap_or(f64::NAN)).collect(),
                    course: with_course.then(|| ArmCourse::of(&arm)),
                }))
            }
            Err(error) if error.cancelled => Err(Cancelled),
            Err(error) => Ok(Err(format!("cycle {}: {}", error.cycle, error.problem))),
        }
    }
}
