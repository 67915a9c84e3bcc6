//! What a job under way has found so far, for a face that shows it while it works. It plays no part in the result.
use std::sync::Arc;

/// What has been found so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// By the search of a fit.
    Search(Arc<SearchLive>),
}

/// A search as far as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchLive {
    /// The group that is fitted: a channel, a subject, or all data.
    pub group: String,
    /// Number of the start whose steps are shown; 0 is the declared one.
    pub start: usize,
    /// What is minimised, at the start and after each step.
    pub objectives: Vec<f64>,
    /// The parameters after the last step: name, value and unit.
    pub parameters: Vec<(String, f64, String)>,
}
