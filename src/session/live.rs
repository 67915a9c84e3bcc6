//! What a job can show while it runs, besides its progress. Nothing here is a result: results come when the job ended.

use std::sync::Arc;

/// What is seen of work under way.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// A search for the optimum of a fit.
    Search(Arc<SearchLive>),
    /// Virtual patients on their way.
    Trial(Arc<TrialLive>),
}

/// A search under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchLive {
    /// The group of data that is fitted.
    pub group: String,
    /// Number of the start, from 0.
    pub start: usize,
    /// The objective after each step so far.
    pub objectives: Vec<f64>,
    /// Present values: name, value, unit.
    pub parameters: Vec<(String, f64, String)>,
}

/// A trial under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialLive {
    /// Patients that are done.
    pub finished: usize,
    /// Patients in all.
    pub patients: usize,
    /// Courses that could not be solved.
    pub failures: usize,
    /// Patients a second.
    pub rate_per_s: f64,
    /// The arms.
    pub arms: Vec<ArmLive>,
}

/// An arm of a trial under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmLive {
    /// Its name.
    pub name: String,
    /// What is watched in it.
    pub quantities: Vec<QuantityLive>,
}

/// The distribution of a quantity so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantityLive {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Level of evidence, where it rests on a dose–effect relation.
    pub tag: String,
    /// Patients with a value.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their 5, 25, 50, 75 and 95 % quantiles.
    pub quantiles: [f64; 5],
    /// Low end, high end, and counts of equal bins between them.
    pub histogram: (f64, f64, Vec<u64>),
}
