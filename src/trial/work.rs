//! One numbered block of a virtual trial: draw its patients, send each through every arm, keep rows.
//!
//! A block is a function of the plan and its number alone: any thread, process or machine gives the same bits.
use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::design::{GroupEntry, PatientProperty, Prognosis, Threshold, TrialPlan};
use super::lanes::{PatientArm, deliver_patients};
use super::observe::observed_quantities;
use super::population::{CohortPlan, PopulationError, VirtualPatient};
use super::quantities::{Effect, quantities};
use super::row::{ArmCourse, ArmRow, Block, PatientRow, RowColumn};
use crate::dosimetry::course::{CoursePlan, DoseTarget, SolveSettings};
use crate::math::InstructionSet;
use crate::regimen::{ArmResult, RegimenError, RegimenPlan};
use crate::solve::SolveError;

/// So many patients, the first, keep the courses of their cycles for figures.
pub const SHOWN_COURSES: usize = 40;
/// So many patients, the first, tell the median of a property.
const MEDIAN_OF: usize = 1001;
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
    /// What a trial observes of them.
    pub observing: Option<Observing<'a>>,
    /// Instructions of the lanes; the bits do not depend on it.
    pub instruction_set: InstructionSet,
}

/// What a trial observes, with what it needs to know of the patients.
#[derive(Clone, Debug, PartialEq)]
pub struct Observing<'a> {
    /// The trial.
    pub design: &'a TrialPlan,
    /// What a patient's factor on the hazard follows.
    pub prognosis: Option<&'a Prognosis>,
    /// By group: the threshold of its property (internal units); `None` for groups by events.
    thresholds: Vec<Option<f64>>,
}

impl<'a> Observing<'a> {
    /// Finds what the trial asks of the patients. A threshold at the median is the median of the first [`MEDIAN_OF`] patients that `draw` gives.
    ///
    /// # Errors
    /// No eligible patient; others that cannot be drawn do not count.
    pub fn new(
        design: &'a TrialPlan,
        prognosis: Option<&'a Prognosis>,
        draw: impl Fn(usize) -> Result<VirtualPatient, PopulationError>,
    ) -> Result<Observing<'a>, PopulationError> {
        let mut thresholds = Vec::with_capacity(design.groups.len());
        for group in &design.groups {
            thresholds.push(match &group.entry {
                GroupEntry::Above { threshold: Threshold::Value(value), .. } => Some(*value),
                GroupEntry::Above { property, threshold: Threshold::Median } => {
                    let mut values = Vec::with_capacity(MEDIAN_OF);
                    for number in 0..MEDIAN_OF {
                        match draw(number) {
                            Ok(drawn) => values.extend(value_of(property, &drawn)),
                            Err(problem @ PopulationError::NoneEligible { .. }) => return Err(problem),
                            Err(_) => {}
                        }
                    }
                    values.sort_by(f64::total_cmp);
                    Some(crate::fit::bootstrap::quantile_of_sorted(&values, 0.5))
                }
                _ => None,
            });
        }
        Ok(Observing { design, prognosis, thresholds })
    }

    /// The threshold of a group by a property (internal units).
    pub fn threshold(&self, group: usize) -> Option<f64> {
        self.thresholds.get(group).copied().flatten()
    }

    /// Which groups by a property the patient belongs to.
    fn above(&self, drawn: &VirtualPatient) -> Vec<bool> {
        let groups = self.design.groups.iter().zip(&self.thresholds);
        groups
            .map(|(group, threshold)| match (&group.entry, threshold) {
                (GroupEntry::Above { property, .. }, Some(threshold)) => value_of(property, drawn).is_some_and(|own| own > *threshold),
                _ => false,
            })
            .collect()
    }

    /// The factor of a patient on both hazards.
    fn factor(&self, drawn: &VirtualPatient) -> f64 {
        self.prognosis.map_or(1.0, |prognosis| value_of(&prognosis.property, drawn).map_or(1.0, |value| prognosis.factor(value)))
    }
}

fn value_of(property: &PatientProperty, drawn: &VirtualPatient) -> Option<f64> {
    let covariate = |name: &str| drawn.covariates.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
    property.value(&drawn.parameters, &drawn.regimen, covariate)
}

/// Why a block could not be done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BlockFault {
    /// Cancelled from outside.
    #[error("cancelled")]
    Cancelled,
    /// No candidate is eligible: the population is empty, as far as can be told.
    #[error("patient {patient}: {problem}")]
    NoneEligible {
        /// The patient who was looked for.
        patient: usize,
        /// What was found.
        problem: PopulationError,
    },
    /// Settings that make no sense for the model.
    #[error("{0}")]
    Settings(SolveError),
}

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
        let mut named = quantities(self.targets(), self.regimen, self.effects, &nothing);
        named.extend(self.observing.iter().flat_map(|observing| observed_quantities(observing.design, &nothing, &[])));
        named.into_iter().map(|quantity| RowColumn { name: quantity.name, unit: quantity.unit.to_owned() }).collect()
    }

    /// Does block `number`.
    ///
    /// # Errors
    /// Cancelled from outside, or no eligible patient; any other failure is kept in the row of its patient.
    pub fn block(&self, number: usize) -> Result<Block, BlockFault> {
        let first = number * self.block_size();
        let last = (first + self.block_size()).min(self.cohort.patients);
        Ok(Block { number, first, patients: self.patients(first..last, SHOWN_COURSES)? })
    }

    /// One patient with the courses of the cycles, to the bit the patient of the block.
    ///
    /// # Errors
    /// As [`TrialWork::block`].
    pub fn patient(&self, number: usize) -> Result<Option<PatientRow>, BlockFault> {
        Ok(self.patients(number..number + 1, usize::MAX)?.pop())
    }

    /// Patients `numbers` through every arm; those before `courses` keep their courses.
    fn patients(&self, numbers: Range<usize>, courses: usize) -> Result<Vec<PatientRow>, BlockFault> {
        let first = numbers.start;
        let held =
            RefCell::new(Held { rows: Vec::with_capacity(numbers.len()), patients: Vec::new(), waiting: VecDeque::new(), fault: None });
        let mut numbers = numbers;
        let mut next = || {
            let mut held = held.borrow_mut();
            loop {
                if let Some(arm) = held.waiting.pop_front() {
                    return Some(arm);
                }
                let number = numbers.next()?;
                if !self.admit(number, &mut held) {
                    return None;
                }
            }
        };
        let mut done = |number: usize, arm: usize, result: Result<ArmResult, RegimenError>| {
            let mut held = held.borrow_mut();
            let at = number - first;
            let row = match result {
                Err(error) if error.cancelled => {
                    held.fault.get_or_insert(BlockFault::Cancelled);
                    return;
                }
                Err(error) => Err(format!("cycle {}: {}", error.cycle, error.problem)),
                Ok(result) => {
                    let Some((regimen, above)) = &held.patients[at] else { return };
                    let mut values = quantities(self.targets(), regimen, self.effects, &result);
                    values.extend(self.observing.iter().flat_map(|observing| observed_quantities(observing.design, &result, above)));
                    Ok(ArmRow {
                        values: values.into_iter().map(|quantity| quantity.value.unwrap_or(f64::NAN)).collect(),
                        course: (number < courses).then(|| ArmCourse::of(&result)),
                    })
                }
            };
            held.rows[at].arms[arm] = row;
        };
        deliver_patients(self.plan, &self.settings, self.instruction_set, &mut next, &mut done).map_err(BlockFault::Settings)?;
        let held = held.into_inner();
        match held.fault {
            Some(fault) => Err(fault),
            None if self.settings.cancel.is_some_and(|cancel| cancel.load(std::sync::atomic::Ordering::Relaxed)) => {
                Err(BlockFault::Cancelled)
            }
            None => Ok(held.rows),
        }
    }

    /// Draws a patient and queues the arms; false where the block must end.
    fn admit(&self, number: usize, held: &mut Held) -> bool {
        match self.cohort.draw(number, &self.plan.model, self.parameters, self.regimen) {
            Ok(mut drawn) => {
                let mut above = Vec::new();
                if let Some(observing) = &self.observing {
                    above = observing.above(&drawn);
                    let factor = observing.factor(&drawn);
                    if let Some(events) = &mut drawn.regimen.events {
                        events.factor_on_hazard *= factor;
                    }
                }
                let regimen = Arc::new(drawn.regimen);
                let parameters: Arc<[f64]> = drawn.parameters.into();
                let arms = regimen.arms.len();
                held.waiting.extend((0..arms).map(|arm| PatientArm {
                    number,
                    arm,
                    parameters: Arc::clone(&parameters),
                    regimen: Arc::clone(&regimen),
                }));
                held.patients.push(Some((regimen, above)));
                held.rows.push(PatientRow {
                    covariates: drawn.covariates.into_iter().map(|(_, value)| value).collect(),
                    screened: drawn.screened,
                    turned_away: drawn.turned_away,
                    arms: vec![Err("not delivered".to_owned()); arms],
                });
                true
            }
            Err(problem @ PopulationError::NoneEligible { .. }) => {
                held.fault.get_or_insert(BlockFault::NoneEligible { patient: number, problem });
                false
            }
            Err(problem) => {
                held.patients.push(None);
                held.rows.push(PatientRow {
                    covariates: vec![f64::NAN; self.cohort.columns().len()],
                    screened: 1,
                    turned_away: Vec::new(),
                    arms: vec![Err(format!("not drawn: {problem}")); self.regimen.arms.len()],
                });
                true
            }
        }
    }
}

/// Patients of a block under way.
struct Held {
    rows: Vec<PatientRow>,
    /// The patient's regimen, and which groups by a property it belongs to; `None` where it could not be drawn.
    patients: Vec<Option<(Arc<RegimenPlan>, Vec<bool>)>>,
    waiting: VecDeque<PatientArm>,
    fault: Option<BlockFault>,
}
