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

/// Bins of a histogram.
pub const BINS: usize = 48;

/// A trial under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialLive {
    /// Patients done, with those that were taken over.
    pub finished: usize,
    /// Patients in all.
    pub patients: usize,
    /// Patients taken over from a run that was stopped.
    pub resumed: usize,
    /// Patients in the distributions: those before the first who is not done yet.
    pub counted: usize,
    /// Arms of patients that could not be delivered.
    pub failures: usize,
    /// Patients a second since the start.
    pub rate_per_s: f64,
    /// What outcomes rest on, in words: the link from dose to hazard.
    pub link: String,
    /// By arm, in the order of the scenario.
    pub arms: Vec<ArmLive>,
}

/// An arm under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmLive {
    /// Its name.
    pub name: String,
    /// Patients of this arm that could not be delivered.
    pub failures: usize,
    /// The quantities, the same in every arm.
    pub quantities: Vec<QuantityLive>,
}

/// How a quantity is distributed so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantityLive {
    /// What it is: `kidneys dose`, `platelets nadir`.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What it rests on: `simulated`, the level of evidence of a relation, or the link of an outcome.
    pub tag: String,
    /// Whether it is a probability (%) of a dose–effect relation: its mean is the expected share of patients.
    pub is_probability: bool,
    /// Patients with a value.
    pub count: usize,
    /// The mean; of a share of patients the share (%).
    pub mean: f64,
    /// Standard error of the mean; `None` with fewer than two values.
    pub standard_error: Option<f64>,
    /// 95 % interval of a share of patients (Wilson); `None` for other quantities.
    pub share_interval: Option<(f64, f64)>,
    /// 5, 25, 50, 75 and 95 % quantiles; of a share all are the share.
    pub quantiles: [f64; 5],
    /// Lower end, upper end, counts in [`BINS`] equal bins, the same in every arm; no bins where all values are equal, or the quantity is a share.
    pub histogram: (f64, f64, Vec<u64>),
    /// Values outside the histogram, below and above: its ends leave out 1 % of an arm at most.
    pub outside: (u64, u64),
    /// What the arm gives beyond the first in the same patient: mean and standard error; `None` in the first.
    pub difference: Option<(f64, f64)>,
}
