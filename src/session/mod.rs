//! One place that opens a project folder and runs jobs; both faces use it.
pub mod scenario;
