//! One patient's solve as a unit of work, and what comes of it.

use super::options::Span;
use super::schedule::Schedule;
use super::trajectory::Statistics;

/// One patient to be solved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Job {
    /// Number by which the result is told apart.
    pub index: usize,
    /// Parameters of the model, in its order.
    pub parameters: Vec<f64>,
    /// State at the start of the span, in state units.
    pub initial: Vec<f64>,
    /// Local error allowed for each state in its own unit; see `Options::absolute_tolerances`.
    pub absolute_tolerances: Vec<f64>,
    /// Doses.
    pub schedule: Schedule,
    /// Stretch of time and samples, min.
    pub span: Span,
}

/// The solution of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// States at the sample times of the span, row-major: `states[sample * state_count + state]`.
    pub states: Vec<f64>,
    /// State at the end of the span, before any bolus given at that very time.
    pub final_state: Vec<f64>,
    /// What it cost.
    pub statistics: Statistics,
}
