//! One place that opens a project folder and runs jobs; both faces use it.
//!
//! [`project`] finds models, scenarios and runs; [`scenario`] reads a scenario; [`work`] does what it declares ([`simulation`], [`fitting`],
//! [`comparison`], [`trial`], [`recovery`]) and [`job`] does that in the background with progress and cancel; [`publish`] writes the run folder.
pub mod comparison;
pub mod fitting;
pub mod job;
pub mod live;
pub mod model_choice;
pub mod new_file;
pub mod numbered;
pub mod population;
pub mod project;
pub mod publish;
pub mod recovery;
pub mod reproduce;
pub mod scenario;
pub mod simulation;
pub mod stored_fit;
pub mod trial;
pub mod what_if;
pub mod work;

pub mod figures;
