//! Many patients of one system, in lanes and on several threads.
//!
//! Every thread takes the next patient from one counter whenever a lane is free. Nothing of a patient depends on the lane, the thread or the
//! company, so the results have the same bits for any number of threads, any order and any instruction set.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::error::SolveError;
use super::job::{Job, Solution};
use super::lane_run::LaneRun;
use super::options::Options;
use crate::math::InstructionSet;
use crate::model::system::System;

/// Patients side by side in a thread. Sixteen share the work of finding operands better than eight do, and still fit the second-level cache
/// (`docs/performance.md`).
pub const PATIENT_LANES: usize = 16;

/// How a cohort is worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crew {
    /// Threads; at least one.
    pub threads: usize,
    /// Instructions of the lanes.
    pub instruction_set: InstructionSet,
}

impl Crew {
    /// As many threads as the machine offers, and the instruction set of the environment or the best one.
    pub fn of_this_machine() -> Result<Crew, SolveError> {
        let instruction_set = InstructionSet::chosen().map_err(|error| SolveError::Options { problem: error.to_string() })?;
        Ok(Crew { threads: std::thread::available_parallelism().map_or(1, usize::from), instruction_set })
    }
}

/// What the work on a cohort took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CohortWork {
    /// Share of the lanes that had a patient in them, over all steps tried; 0 where no step was needed.
    pub busy: f64,
    /// Memory held per patient under way, bytes: lanes and registers of all threads over all lanes. What the caller's results take comes on top.
    pub bytes_per_patient: usize,
}

/// Solves patients `0..count` by the stiff method in lanes. `job` makes the job of a patient when a lane is free for it (its `index` is set here);
/// `done` receives every result once, in the order in which they finish, on the calling thread.
///
/// The options' absolute tolerances are not used (every job brings its own) and their method must not be another one.
pub fn solve_cohort(
    system: &System,
    count: usize,
    job: &(dyn Fn(usize) -> Job + Sync),
    options: &Options,
    crew: Crew,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> Result<CohortWork, SolveError> {
    options.check_shared(system.state_count())?;
    let counter = AtomicUsize::new(0);
    let (tell, told) = mpsc::channel();
    let work = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..crew.threads.max(1))
            .map(|_| {
                let (tell, counter) = (tell.clone(), &counter);
                scope.spawn(move || {
                    let mut next = || {
                        loop {
                            let index = counter.fetch_add(1, Ordering::Relaxed);
                            let job = (index < count).then(|| Job { index, ..job(index) })?;
                            match check_parameters(system, &job) {
                                Ok(()) => return Some(job),
                                Err(error) => drop(tell.send((index, Err(error)))),
                            }
                        }
                    };
                    // a receiver that is gone no longer wants to know
                    stiff_lanes(system, options, crew.instruction_set, &mut next, &mut |index, result| drop(tell.send((index, result))))
                })
            })
            .collect();
        drop(tell);
        told.iter().for_each(|(index, result)| done(index, result));
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
    });
    let tried: usize = work.iter().map(|lanes| lanes.0.0).sum();
    let taken: usize = work.iter().map(|lanes| lanes.0.1).sum();
    let bytes: usize = work.iter().map(|lanes| lanes.1).sum();
    Ok(CohortWork { busy: taken as f64 / (tried * PATIENT_LANES).max(1) as f64, bytes_per_patient: bytes / (PATIENT_LANES * work.len()) })
}

/// Every patient brings one value for each parameter; what the values are worth shows in the rates.
fn check_parameters(system: &System, job: &Job) -> Result<(), SolveError> {
    let (found, expected) = (job.parameters.len(), system.parameter_count());
    if found == expected {
        return Ok(());
    }
    Err(SolveError::Parameters { problem: format!("{found} values were given for {expected} parameters") })
}

/// One thread's lanes, until there is no more job. Returns how busy the lanes were and the bytes held.
fn stiff_lanes(
    system: &System,
    options: &Options,
    set: InstructionSet,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> ((usize, usize), usize) {
    let lanes = system.lanes::<PATIENT_LANES>(set);
    let registers = lanes.bytes();
    let mut run = LaneRun::new(lanes, system.state_count(), system.pattern(), system.depends_on_time(), options, set);
    run.run(next, done);
    (run.occupancy, run.bytes() + registers)
}
