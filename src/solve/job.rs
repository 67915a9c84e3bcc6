//! One patient's work for an engine that takes many, and what comes back.

use super::options::Span;
use super::schedule::Schedule;
use super::trajectory::Statistics;

/// One patient: the system's parameters, where it starts, what it is given and when it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Number under which the solution is handed back.
    pub index: usize,
    /// One value per parameter of the system, in its internal units.
    pub parameters: Vec<f64>,
    /// State at the start of the span, one value per state.
    pub initial: Vec<f64>,
    /// Doses; those outside the span are not given.
    pub schedule: Schedule,
    /// Stretch of time and sample times, min.
    pub span: Span,
}

/// What came out for one patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// States at the sample times of the span, row-major: `states[sample * state_count + state]`.
    pub states: Vec<f64>,
    /// State at the end of the span, before any bolus given at that very time.
    pub final_state: Vec<f64>,
    /// What it cost.
    pub statistics: Statistics,
}
