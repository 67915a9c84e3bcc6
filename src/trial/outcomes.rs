//! Times to events over the patients of a trial: randomised arms, and groups that nobody randomised.
//!
//! Endpoints count each patient once, in the arm that the allocation gives: that is what a trial would see, and the only comparison that a hazard ratio is taken from.
//! Groups compare, within one arm that every patient went through, those who entered the group with those who did not: naively, and from a landmark on.
use super::design::{TrialPlan, censoring_min};
use super::observe::{endpoint_column, group_column};
use super::row::{Block, RowColumn};
use super::survival::{DayCounts, Landmark, Observed, observed};
use crate::units::MINUTES_PER_DAY;

/// Where an endpoint's time and the groups' entries stand in the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    endpoints: Vec<Option<usize>>,
    groups: Vec<Option<usize>>,
}

impl Places {
    /// In rows of these columns.
    pub fn new(design: &TrialPlan, columns: &[RowColumn]) -> Places {
        let place = |name: String| columns.iter().position(|column| column.name == name);
        Places {
            endpoints: design.endpoints.iter().map(|endpoint| place(endpoint_column(&endpoint.name))).collect(),
            groups: design.groups.iter().map(|group| place(group_column(&group.name))).collect(),
        }
    }

    /// What is seen of an endpoint in a patient with this row, who is followed for `censored_min`.
    pub fn observed(&self, endpoint: usize, row: &[f64], censored_min: f64) -> Option<Observed> {
        let days = *row.get((*self.endpoints.get(endpoint)?)?)?;
        let event_min = if days.is_nan() { f64::INFINITY } else { days * MINUTES_PER_DAY };
        Some(observed(event_min, censored_min))
    }

    fn entered_day(&self, group: usize, row: &[f64]) -> Option<u32> {
        let days = *row.get((*self.groups.get(group)?)?)?;
        (!days.is_nan()).then(|| super::survival::day_of(days * MINUTES_PER_DAY))
    }
}

/// What the endpoints came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialOutcomes {
    /// By endpoint, by arm: the patients allocated to it.
    pub endpoints: Vec<Vec<DayCounts>>,
    /// By group, by endpoint, by arm: all patients, taken through that arm.
    pub groups: Vec<Vec<Vec<Landmark>>>,
    /// Patients allocated to an arm that could not be delivered.
    pub without_result: u64,
}

impl TrialOutcomes {
    /// Nobody yet, in a trial of so many arms.
    pub fn new(design: &TrialPlan, arms: usize) -> TrialOutcomes {
        let landmark = |minutes: Option<f64>| Landmark::new(minutes.map_or(0, super::survival::day_of));
        TrialOutcomes {
            endpoints: vec![vec![DayCounts::default(); arms]; design.endpoints.len()],
            groups: design.groups.iter().map(|group| vec![vec![landmark(group.landmark_min); arms]; design.endpoints.len()]).collect(),
            without_result: 0,
        }
    }

    /// Adds the patients of a block.
    pub fn add(&mut self, design: &TrialPlan, places: &Places, block: &Block) {
        for (offset, patient) in block.patients.iter().enumerate() {
            let number = (block.first + offset) as u64;
            let censored_min = censoring_min(design, design.seed, number);
            if let Some(arm) = design.allocation.arm(number) {
                match patient.arms.get(arm) {
                    Some(Ok(row)) => {
                        for (endpoint, by_arm) in self.endpoints.iter_mut().enumerate() {
                            if let Some(seen) = places.observed(endpoint, &row.values, censored_min) {
                                by_arm[arm].add(seen.day, seen.event);
                            }
                        }
                    }
                    _ => self.without_result += 1,
                }
            }
            for (arm, row) in patient.arms.iter().enumerate() {
                let Ok(row) = row else { continue };
                for (group, by_endpoint) in self.groups.iter_mut().enumerate() {
                    let entered = places.entered_day(group, &row.values);
                    for (endpoint, by_arm) in by_endpoint.iter_mut().enumerate() {
                        if let Some(seen) = places.observed(endpoint, &row.values, censored_min) {
                            by_arm[arm].add(seen.day, seen.event, entered);
                        }
                    }
                }
            }
        }
    }
}
