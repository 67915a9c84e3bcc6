//! Objective and error models, least squares through argmin, standard errors.
//!
//! [`least_squares::fit`] takes anything that can compute weighted residuals ([`least_squares::Residuals`]) and a list of [`parameter::FitParameter`]s, and gives an
//! [`estimate::Estimate`]. [`levenberg_marquardt`] is the optimiser, [`bounded_step`] its linear sub-problem, [`scaled_problem`] the border between
//! the optimiser's transformed parameters and the problem's natural ones. [`error_model`] turns measured and predicted values into weighted
//! residuals, [`mono_exponential`] is the fit that a three-scan dosimetry needs.
//!
//! Around one fit stand those that repeat it, all by [`numbered_work`] (threads, progress, cancel, [`checkpoint`]): [`mod@multi_start`] looks for other optima
//! from the points of a [`latin_hypercube`] and says in words what it found ([`optima`]); [`mod@profile`] walks along one parameter with it held
//! ([`held_parameter`]) and says what the data determine and which parameters trade off ([`trade_off`]); [`identifiability`] says
//! it from the Jacobian alone; [`mod@bootstrap`] fits data sets drawn anew. [`resume`] keeps the state of a single run, and
//! [`swarm`] looks for its start everywhere within the bounds.
//!
//! [`time_activity`] has families of time–activity functions, [`model_choice`] weighs fitted models against each other, [`single_time_point`] makes do
//! with one scan and says how well.

pub mod bootstrap;
pub mod bounded_step;
pub mod checkpoint;
pub mod error;
pub mod error_model;
pub mod estimate;
pub mod held_parameter;
pub mod identifiability;
pub mod latin_hypercube;
pub mod least_squares;
pub mod levenberg_marquardt;
pub mod likelihood;
pub mod log_linear;
pub mod model_choice;
pub mod mono_exponential;
pub mod multi_start;
pub mod numbered_work;
pub mod optima;
pub mod parameter;
pub mod parameter_spread;
pub mod profile;
pub mod resume;
pub mod scaled_problem;
pub mod single_time_point;
pub mod swarm;
pub mod time_activity;
pub mod trade_off;
pub mod uncertainty;
mod wording;

pub use bootstrap::{Bootstrap, BootstrapResult, BootstrapSummary, Replicate, Resample, Resampled, Scatter, bootstrap};
pub use checkpoint::CheckpointFile;
pub use error::FitError;
pub use error_model::{ErrorModel, WeightFrom};
pub use estimate::{Bound, Estimate, ParameterEstimate, Termination, VarianceChoice};
pub use identifiability::{UnseenDirection, linearised, unseen_directions};
pub use least_squares::{FitProgress, Monitor, Residuals, Settings, fit, fit_monitored, fit_resumable};
pub use mono_exponential::{ActivityPoint, MonoExponential, fit_mono_exponential};
pub use multi_start::{MultiStart, MultiStartResult, StartFit, StartOutcome, multi_start};
pub use numbered_work::{BatchMonitor, ProblemFactory};
pub use parameter::{FitParameter, Scale};
pub use parameter_spread::ParameterSpread;
pub use profile::{Profile, ProfileEnd, ProfileOptions, ProfilePoint, Threshold, profile};
pub use swarm::{Swarm, SwarmFit, fit_from_swarm};
pub use trade_off::{Combination, Companion, Identifiability, Stretch, Verdict};
