//! A compiled system, a dosing schedule and options → a trajectory.
//!
//! The rooms, from the ground:
//! * `dynamics`: what a system must offer; `schedule`: doses and the segments between them; `options`, `trajectory`, `error`: what goes in and comes out;
//! * `choice`: which method suits the system, and the sentence that says why; `drive`: [`solve`] itself;
//! * `integrator`: what every method offers to `drive`, and the guard of non-negative states;
//! * stiff: `sparse` (elimination order and fill, found once), `elimination` (the numbers), `iteration_matrix` (with the pivoted fallback), `step_control`, `rodas5p` with its tableau and dense output;
//! * `sensitivity`: derivatives of a solution along directions, by differentiating the steps of the stiff method;
//! * exact: `blocks` and `propagator` (matrix exponential and its integrals), `gauss_kronrod`, `linear_form` and `exact`;
//! * many linear systems: `linear`, which takes a queue of `job`s;
//! * non-stiff: `nonstiff`, the explicit method of the `ode_solvers` package.

mod blocks;
mod choice;
mod cohort;
mod drive;
mod dynamics;
mod elimination;
mod error;
mod exact;
mod gauss_kronrod;
mod integrator;
mod iteration_matrix;
mod job;
mod lane_dynamics;
mod lane_guard;
mod lane_run;
mod linear;
mod linear_form;
mod nonstiff;
mod options;
mod propagator;
mod rodas5p;
mod rodas5p_dense;
mod rodas5p_kernels;
mod rodas5p_tableau;
mod schedule;
mod sensitivity;
mod sparse;
mod step_control;
pub mod system;
mod trajectory;

#[cfg(test)]
mod reference;

pub use choice::{MAXIMUM_EXACT_STATES, STIFFNESS_LIMIT};
pub use cohort::{CohortWork, Crew, PATIENT_LANES, solve_cohort, solve_queue};
pub use drive::solve;
pub use dynamics::Dynamics;
pub use error::SolveError;
pub use job::{Job, Solution};
pub use linear::{LinearLanes, TimeIntegrals};
pub use options::{FEW_SAMPLES, MethodChoice, Options, Sampling, Span};
pub use schedule::{Bolus, Infusion, Schedule};
pub use sensitivity::{Direction, Sensitivities, solve_with_sensitivities};
pub use trajectory::{Method, Statistics, Trajectory};
