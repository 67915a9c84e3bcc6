//! Objective and error models, least squares through argmin, standard errors.
//!
//! [`least_squares::fit`] takes anything that can compute weighted residuals ([`least_squares::Residuals`]) and a list of [`parameter::FitParameter`]s, and gives an
//! [`estimate::Estimate`]. [`levenberg_marquardt`] is the optimiser, [`bounded_step`] its linear sub-problem, [`scaled_problem`] the border between
//! the optimiser's transformed parameters and the problem's natural ones. [`error_model`] turns measured and predicted values into weighted
//! residuals, [`mono_exponential`] is the fit that a three-scan dosimetry needs. [`time_activity`] has families of time–activity functions, [`model_choice`]
//! weighs fitted models against each other, [`single_time_point`] makes do with
//! one scan and says how well.

pub mod bounded_step;
pub mod error;
pub mod error_model;
pub mod estimate;
pub mod least_squares;
pub mod levenberg_marquardt;
pub mod log_linear;
pub mod model_choice;
pub mod mono_exponential;
pub mod parameter;
pub mod scaled_problem;
pub mod single_time_point;
pub mod time_activity;
pub mod uncertainty;

pub use error::FitError;
pub use error_model::{ErrorModel, WeightFrom};
pub use estimate::{Bound, Estimate, ParameterEstimate, Termination, VarianceChoice};
pub use least_squares::{FitProgress, Monitor, Residuals, Settings, fit, fit_monitored};
pub use mono_exponential::{ActivityPoint, MonoExponential, fit_mono_exponential};
pub use parameter::{FitParameter, Scale};
