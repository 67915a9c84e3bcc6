//! [`solve`]: segment by segment, with the method chosen.

use super::choice::choose;
use super::dynamics::Dynamics;
use super::error::SolveError;
use super::exact::Exact;
use super::integrator::{Integrator, require_finite};
use super::job::Job;
use super::lane_dynamics::Alone;
use super::lane_run::LaneRun;
use super::nonstiff::NonStiff;
use super::options::{MethodChoice, Options, Span};
use super::schedule::Schedule;
use super::trajectory::{Method, Statistics, Trajectory};
use crate::math::InstructionSet;

/// Solves `dynamics` from `initial` at `span.start` to `span.stop` under the doses of `schedule`; all times in min.
///
/// **Doses at exact times.** Boluses in `[start, stop)` are given. One at `start` is given before the first sample; a sample at the time of a
/// later bolus is the state before it; one at `stop` belongs to the span that continues from there. A zero-length span returns its initial state.
///
/// **Going on.** `final_state` is the initial state of the next span. Cut at a dose, the two halves give the bits of the whole (Dop853 and Rodas5P
/// start afresh at every jump); cut elsewhere, they agree with it within the tolerances, the exact method to rounding.
///
/// Fails with a [`SolveError`] that says when and in which state; no partial trajectory is returned.
pub fn solve(
    dynamics: &mut dyn Dynamics,
    initial: &[f64],
    schedule: &Schedule,
    span: &Span,
    options: &Options,
) -> Result<Trajectory, SolveError> {
    let count = dynamics.state_count();
    if initial.len() != count {
        return Err(SolveError::Initial { problem: format!("it has {} values for {count} states", initial.len()) });
    }
    require_finite(initial, span.start, "initial value")?;
    span.check()?;
    options.check(count)?;
    schedule.check(count)?;
    check_pattern(dynamics.jacobian_pattern(), count)?;

    let mut choice = choose(dynamics, initial, schedule, span, options);
    let mut outcome = run(choice.method, dynamics, initial, schedule, span, options);
    if let (Err(SolveError::Stiff { time }), MethodChoice::Automatic) = (&outcome, options.method) {
        choice.reason = format!("{}, because the system became stiff at {time} min under {}", Method::Stiff, choice.method);
        choice.method = Method::Stiff;
        outcome = run(choice.method, dynamics, initial, schedule, span, options);
    }
    let (states, final_state, statistics) = outcome?;
    Ok(Trajectory {
        times: span.samples.clone(),
        states,
        state_count: count,
        final_state,
        statistics,
        method: choice.method,
        reason: choice.reason,
    })
}

type Outcome = Result<(Vec<f64>, Vec<f64>, Statistics), SolveError>;

fn run(method: Method, dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, span: &Span, options: &Options) -> Outcome {
    let mut integrator: Box<dyn Integrator + '_> = match method {
        Method::Stiff => return run_stiff(dynamics, initial, schedule, span, options),
        Method::Exact => Box::new(Exact::new(dynamics, options, initial, span.start, !schedule.infusions.is_empty())?),
        Method::NonStiff => Box::new(NonStiff::new(options, initial)),
    };
    let mut state = initial.to_vec();
    let mut sampled = Vec::with_capacity(span.samples.len() * state.len());
    let segments = schedule.segments(span);
    let mut samples = span.samples.as_slice();
    if segments.is_empty() {
        samples.iter().for_each(|_| sampled.extend_from_slice(&state));
    }
    for segment in &segments {
        segment.boluses.iter().for_each(|&(index, amount)| state[index] += amount);
        // Only the first segment can have samples at its very start: those of later ones were recorded as ends.
        let at_start = samples.partition_point(|&time| time <= segment.start);
        samples[..at_start].iter().for_each(|_| sampled.extend_from_slice(&state));
        let (now, later) = samples[at_start..].split_at(samples[at_start..].partition_point(|&time| time <= segment.stop));
        integrator.advance(dynamics, segment, now, &mut state, &mut sampled)?;
        samples = later;
    }
    Ok((sampled, state, integrator.statistics()))
}

/// The stiff method for a batch of one.
fn run_stiff(dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, span: &Span, options: &Options) -> Outcome {
    let set = InstructionSet::chosen().map_err(|error| SolveError::Options { problem: error.to_string() })?;
    let pattern = dynamics.jacobian_pattern().to_vec();
    let depends_on_time = dynamics.depends_on_time();
    let job = Job {
        index: 0,
        parameters: Vec::new(),
        initial: initial.to_vec(),
        absolute_tolerances: options.absolute_tolerances.clone(),
        schedule: schedule.clone(),
        span: span.clone(),
    };
    let mut outcome = Err(SolveError::Cancelled { time: span.start });
    let mut job = Some(job);
    LaneRun::<1, _>::new(Alone(dynamics), initial.len(), &pattern, depends_on_time, options, set)
        .run(&mut || job.take(), &mut |_, result| outcome = result);
    outcome.map(|solution| (solution.states, solution.final_state, solution.statistics))
}

fn check_pattern(pattern: &[(usize, usize)], count: usize) -> Result<(), SolveError> {
    let problem = |problem: String| Err(SolveError::System { problem });
    if let Some(entry) = pattern.iter().find(|entry| entry.0 >= count || entry.1 >= count) {
        return problem(format!("its Jacobian has an entry at {entry:?}, but there are {count} states"));
    }
    if let Some(pair) = pattern.windows(2).find(|pair| pair[0] >= pair[1]) {
        return problem(format!("its Jacobian pattern has {:?} before {:?}, expected rows, then columns, ascending", pair[0], pair[1]));
    }
    Ok(())
}

#[cfg(test)]
#[path = "drive_tests.rs"]
mod tests;
