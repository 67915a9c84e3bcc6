//! Forward sensitivities: how a solution changes along directions of parameters, initial amounts and doses. Exact: the numerical method itself is
//! differentiated, step by step.
//!
//! A step of Rodas5P solves `W k_i = f(u_i, p) + Σ_j (C_ij/h) k_j + h d_i f_t` with `W = I/(hγ) − J(x, p)` and `u_i = x + Σ_j a_ij k_j`. With
//! the state moving at ẋ and the parameters at ṗ, the same step moves by
//! `W k̇_i = ḟ(u_i, u̇_i, p, ṗ) + Σ_j (C_ij/h) k̇_j + h d_i ḟ_t + J̇ k_i`: the same factors of W and the same h. So the sensitivities are the
//! derivatives of the numbers that the plain solve returns, its steps held fixed; they tend to those of the solution with the order of the method.
//! Eight directions share every step, factorisation and evaluation, side by side in lanes (`lanes`); more directions are more blocks of lanes along
//! the same steps (`follow`).
//!
//! **Steps are chosen by the values alone**, and are those of the plain solve bit by bit. The tangents obey the equation linearised along the
//! solution, so its stiffness and time scales are theirs; but the tolerances bound only the error of the values.
//!
//! **The method is always Rodas5P**, for linear systems too, which the plain solve would propagate exactly.

mod direction;
mod follow;
mod kernels;
mod lanes;
#[cfg(test)]
mod tests;

pub use direction::Direction;

use super::error::SolveError;
use super::job::{Job, Solution};
use super::lane_run::LaneRun;
use super::options::{MethodChoice, Options};
use crate::math::InstructionSet;
use crate::model::system::{System, Tangents};
use follow::Followed;

/// Derivatives of the states along every direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities {
    direction_count: usize,
    state_count: usize,
    /// `[sample][direction][state]`
    samples: Vec<f64>,
    /// `[direction][state]`
    end: Vec<f64>,
}

impl Sensitivities {
    /// Number of directions.
    pub fn direction_count(&self) -> usize {
        self.direction_count
    }

    /// d(state)/d(direction) of all states at one sample, in state units. Panics if there is no such sample or direction.
    pub fn at_sample(&self, sample: usize, direction: usize) -> &[f64] {
        assert!(direction < self.direction_count, "one of the directions");
        &self.samples[(sample * self.direction_count + direction) * self.state_count..][..self.state_count]
    }

    /// d(state)/d(direction) of all states at the end of the span, before any bolus given at that very time: where the direction of the next span
    /// starts. Panics if there is no such direction.
    pub fn at_end(&self, direction: usize) -> &[f64] {
        &self.end[direction * self.state_count..][..self.state_count]
    }
}

/// Solves a job by Rodas5P and differentiates the solution along every direction (any number). `tangents` are those of `system`.
///
/// The absolute tolerances are those of the job; the options' own are not used. States and statistics have the bits of the plain solve by Rodas5P. Fails as that would; if a direction contradicts the system or the schedule;
/// if the options force another method; and if a sensitivity is not a finite number (a rate has no derivative somewhere on the way).
pub fn solve_with_sensitivities(
    system: &System,
    tangents: &Tangents,
    directions: &[Direction],
    job: &Job,
    options: &Options,
) -> Result<(Solution, Sensitivities), SolveError> {
    let set = InstructionSet::chosen().map_err(|error| SolveError::Options { problem: error.to_string() })?;
    solve_by(set, system, tangents, directions, job, options)
}

fn solve_by(
    set: InstructionSet,
    system: &System,
    tangents: &Tangents,
    directions: &[Direction],
    job: &Job,
    options: &Options,
) -> Result<(Solution, Sensitivities), SolveError> {
    let state_count = system.state_count();
    options.check_shared(state_count)?;
    if !matches!(options.method, MethodChoice::Automatic | MethodChoice::Stiff) {
        return Err(SolveError::Options { problem: "sensitivities come with the stiff method, and another one is forced".to_owned() });
    }
    if tangents.state_count() != state_count || job.parameters.len() != system.parameter_count() {
        return Err(SolveError::System { problem: "tangents, parameters and system do not belong to each other".to_owned() });
    }
    job.span.check()?;
    let segments = job.schedule.segments(&job.span);
    for direction in directions {
        direction.check(tangents, &job.span, &segments)?;
    }
    let followed = Followed::new(system, tangents, &job.parameters, directions, set);
    let mut run = LaneRun::<1, _>::new(followed, state_count, system.pattern(), system.depends_on_time(), options, set);
    let mut outcome = Err(SolveError::Cancelled { time: job.span.start });
    let mut job = Some(job.clone());
    run.run(&mut || job.take(), &mut |_, result| outcome = result);
    let solution = outcome?;
    let followed = run.into_dynamics();
    if let Some((time, state)) = followed.broken {
        return Err(SolveError::NotFinite { time, state, quantity: "sensitivity" });
    }
    let end = followed.present();
    Ok((solution, Sensitivities { direction_count: directions.len(), state_count, samples: followed.sampled, end }))
}
