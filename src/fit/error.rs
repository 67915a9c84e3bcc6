//! What can go wrong before or during a fit, as values with the numbers in them.

use crate::fit::checkpoint::CheckpointError;
use crate::fit::parameter::ParameterFault;
use thiserror::Error;

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// One or more fitted parameters are declared inconsistently; all are listed.
    #[error("fitted parameters: {}", join(.0))]
    Parameters(Vec<ParameterFault>),
    /// The problem and the list of parameters do not belong together.
    #[error("the problem has {expected} parameters, but {found} were declared for the fit")]
    ParameterCount {
        /// Parameters that the problem takes.
        expected: usize,
        /// Parameters that were handed in.
        found: usize,
    },
    /// More parameters than residuals.
    #[error(
        "{residuals} residuals cannot determine {parameters} parameters: fix {} or add data", .parameters - .residuals
    )]
    TooFewResiduals {
        /// Number of residuals.
        residuals: usize,
        /// Number of fitted parameters.
        parameters: usize,
    },
    /// The residuals or their derivatives cannot be computed at the start values.
    #[error("the fit cannot start at {at}: {message}")]
    Start {
        /// `name = value` of each start value.
        at: String,
        /// What the problem said.
        message: String,
    },
    /// Measured values that the error model cannot take; all rows are listed.
    #[error("data: {}", join(.0))]
    Data(Vec<RowFault>),
    /// A setting of the optimiser is out of range.
    #[error("setting `{name}` is {value}, expected {expected}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Value found.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// A checkpoint cannot be used or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The problem could not be made, or a question put to a fit has no answer.
    #[error("{0}")]
    Problem(String),
    /// The optimiser's framework refused to go on.
    #[error("the optimiser stopped: {0}")]
    Optimiser(String),
}

/// One measured row that a fit cannot use.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("row {row}: {message}")]
pub struct RowFault {
    /// Row (line of the data file) as the caller numbers it.
    pub row: u64,
    /// What was found and what was expected.
    pub message: String,
}

fn join<T: std::fmt::Display>(faults: &[T]) -> String {
    faults.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}
