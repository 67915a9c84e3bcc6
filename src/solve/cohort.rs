//! Many patients of one system, in lanes and on several threads.
//!
//! Every thread takes the next patient from one counter whenever a lane is free. Nothing of a patient depends on the lane, the thread or the
//! company, so the results have the same bits for any number of threads, any order and any instruction set.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::drive::solve;
use super::error::SolveError;
use super::job::{Job, Solution};
use super::lane_run::LaneRun;
use super::linear::LinearLanes;
use super::options::{MethodChoice, Options};
use super::trajectory::{Method, Trajectory};
use crate::math::InstructionSet;
use crate::model::system::System;

/// Patients side by side in a thread, at most. Sixteen share the work of finding operands better than eight do, as long as they fit the second-level cache
/// (`docs/performance.md`).
pub const PATIENT_LANES: usize = 16;

/// Patients side by side where more do not fit. The bits are the same.
const FEWER_LANES: usize = 8;

/// A batch of more bytes than this takes fewer lanes: with 134 states sixteen lanes took 1.56 times as long as eight on a processor with a second-level cache of 1 MiB
/// (`cargo bench --bench trial`).
const LARGEST_BATCH_BYTES: usize = 512 * 1024;

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

/// What the work on a cohort took, and how it was done.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortWork {
    /// The method.
    pub method: Method,
    /// Why that method: a sentence for people.
    pub reason: String,
    /// Stiff method: share of the lanes that had a patient in them, over all steps tried; 1 for the others.
    pub busy: f64,
    /// Stiff method: memory held per patient under way, bytes: lanes and registers of all threads over all lanes. What the caller's results take
    /// comes on top. 0 for the others, which hold one patient per thread.
    pub bytes_per_patient: usize,
}

/// Solves patients `0..count`. `job` makes the job of a patient when there is room for it (its `index` is set here); `done` receives every result
/// once, in the order in which they finish, on the calling thread.
///
/// Linear systems go through the exact method ([`LinearLanes`]), all others through the stiff method in lanes; the options' method can ask for
/// another one (Dop853 takes the patients one by one). The options' absolute tolerances are not used: every job brings its own.
pub fn solve_cohort(
    system: &System,
    count: usize,
    job: &(dyn Fn(usize) -> Job + Sync),
    options: &Options,
    crew: Crew,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> Result<CohortWork, SolveError> {
    options.check_shared(system.state_count())?;
    let (method, reason) = choose(system, options.method, crew.instruction_set)?;
    let counter = AtomicUsize::new(0);
    let (tell, told) = mpsc::channel();
    let work = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..crew.threads.max(1))
            .map(|_| {
                let (tell, counter) = (tell.clone(), &counter);
                scope.spawn(move || {
                    let _stop = StopWhenPanicking { counter, count };
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
                    let mut done = |index, result| drop(tell.send((index, result)));
                    match method {
                        Method::Stiff => stiff_lanes(system, options, crew.instruction_set, &mut next, &mut done),
                        Method::Exact => exact(system, options, crew.instruction_set, &mut next, &mut done),
                        Method::NonStiff => one_by_one(system, options, &mut next, &mut done),
                    }
                })
            })
            .collect();
        drop(tell);
        let _stop = StopWhenPanicking { counter: &counter, count };
        told.iter().for_each(|(index, result)| done(index, result));
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
    });
    let tried: usize = work.iter().map(|lanes| lanes.tried).sum();
    let taken: usize = work.iter().map(|lanes| lanes.taken).sum();
    let bytes: usize = work.iter().map(|lanes| lanes.bytes).sum();
    let lanes: usize = work.iter().map(|lanes| lanes.lanes).sum();
    let busy = if tried == 0 { 1.0 } else { taken as f64 / tried as f64 };
    Ok(CohortWork { method, reason, busy, bytes_per_patient: bytes / lanes.max(1) })
}

/// Solves the jobs that `next` gives, on the calling thread; `done` receives every result with its job's index. Further jobs may depend on what `done` was told:
/// `next` is asked again whenever there is room, and the work ends once nothing is under way and `next` has nothing.
///
/// Methods, tolerances and bits are those of [`solve_cohort`].
///
/// # Errors
/// Options that make no sense, or a method that does not suit the system; nothing was asked for then.
pub fn solve_queue(
    system: &System,
    options: &Options,
    instruction_set: InstructionSet,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> Result<CohortWork, SolveError> {
    options.check_shared(system.state_count())?;
    let (method, reason) = choose(system, options.method, instruction_set)?;
    let done = std::cell::RefCell::new(done);
    let next = &mut || {
        loop {
            let job = next()?;
            match check_parameters(system, &job) {
                Ok(()) => return Some(job),
                Err(error) => (done.borrow_mut())(job.index, Err(error)),
            }
        }
    };
    let done = &mut |index, result| (done.borrow_mut())(index, result);
    let lanes = match method {
        Method::Stiff => stiff_lanes(system, options, instruction_set, next, done),
        Method::Exact => exact(system, options, instruction_set, next, done),
        Method::NonStiff => one_by_one(system, options, next, done),
    };
    let busy = if lanes.tried == 0 { 1.0 } else { lanes.taken as f64 / lanes.tried as f64 };
    Ok(CohortWork { method, reason, busy, bytes_per_patient: lanes.bytes / lanes.lanes.max(1) })
}

/// The method for a whole cohort: it depends on the system alone, so that it is the same for every patient.
fn choose(system: &System, asked: MethodChoice, set: InstructionSet) -> Result<(Method, String), SolveError> {
    let by_request = |method: Method| Ok((method, format!("{method}, because it was asked for")));
    match asked {
        MethodChoice::Stiff => by_request(Method::Stiff),
        MethodChoice::NonStiff => by_request(Method::NonStiff),
        MethodChoice::Exact => LinearLanes::new(system, set).and_then(|_| by_request(Method::Exact)),
        MethodChoice::Automatic => Ok(match LinearLanes::new(system, set) {
            Ok(_) => (Method::Exact, format!("{}, because all rates follow first-order kinetics with constant rates", Method::Exact)),
            Err(SolveError::NotLinear { problem }) => (Method::Stiff, format!("{} in lanes, because {problem}", Method::Stiff)),
            Err(other) => return Err(other),
        }),
    }
}

/// Lets nobody begin another patient once a panic of `job` or `done` is on its way to the caller.
struct StopWhenPanicking<'c> {
    counter: &'c AtomicUsize,
    count: usize,
}

impl Drop for StopWhenPanicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.counter.fetch_max(self.count, Ordering::Relaxed);
        }
    }
}

/// What one thread's lanes did.
#[derive(Default)]
struct LaneWork {
    /// Lanes, summed over the steps tried by the batch.
    tried: usize,
    /// Those with a patient in them.
    taken: usize,
    bytes: usize,
    lanes: usize,
}

/// Every patient brings one value for each parameter; what the values are worth shows in the rates.
fn check_parameters(system: &System, job: &Job) -> Result<(), SolveError> {
    let (found, expected) = (job.parameters.len(), system.parameter_count());
    if found == expected {
        return Ok(());
    }
    Err(SolveError::Parameters { problem: format!("{found} values were given for {expected} parameters") })
}

/// One thread's lanes, until there is no more job: sixteen where they fit the second-level cache, else eight.
fn stiff_lanes(
    system: &System,
    options: &Options,
    set: InstructionSet,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> LaneWork {
    run_lanes::<PATIENT_LANES>(system, options, set, Some(LARGEST_BATCH_BYTES), next, done)
        .or_else(|| run_lanes::<FEWER_LANES>(system, options, set, None, next, done))
        .unwrap_or_default()
}

/// `N` lanes, unless they take more than `most_bytes`.
fn run_lanes<const N: usize>(
    system: &System,
    options: &Options,
    set: InstructionSet,
    most_bytes: Option<usize>,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> Option<LaneWork> {
    let lanes = system.lanes::<N>(set);
    let registers = lanes.bytes();
    let mut run = LaneRun::new(lanes, system.state_count(), system.pattern(), system.depends_on_time(), options, set);
    let bytes = run.bytes() + registers;
    if most_bytes.is_some_and(|most| bytes > most) {
        return None;
    }
    run.run(next, done);
    Some(LaneWork { tried: run.occupancy.0 * N, taken: run.occupancy.1, bytes, lanes: N })
}

/// One thread of the exact method.
fn exact(
    system: &System,
    options: &Options,
    set: InstructionSet,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> LaneWork {
    match LinearLanes::new(system, set) {
        Ok(mut lanes) => {
            for job in std::iter::from_fn(next) {
                let cancelled = options.cancelled().then_some(SolveError::Cancelled { time: job.span.start });
                done(job.index, cancelled.map_or_else(|| lanes.solve(&job), Err));
            }
        }
        Err(error) => std::iter::from_fn(next).for_each(|job| done(job.index, Err(error.clone()))),
    }
    LaneWork::default()
}

/// One thread of the non-stiff method.
fn one_by_one(
    system: &System,
    options: &Options,
    next: &mut dyn FnMut() -> Option<Job>,
    done: &mut dyn FnMut(usize, Result<Solution, SolveError>),
) -> LaneWork {
    for job in std::iter::from_fn(next) {
        let options = Options { absolute_tolerances: job.absolute_tolerances, ..options.clone() };
        let solved = solve(&mut system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options);
        let solution = |run: Trajectory| Solution { states: run.states, final_state: run.final_state, statistics: run.statistics };
        done(job.index, solved.map(solution));
    }
    LaneWork::default()
}
