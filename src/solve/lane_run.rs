//! Patients through the stiff method in lanes: each lane has its own patient, time and step; when a patient is done, the next one takes the lane.
//!
//! Nothing of a lane depends on its neighbours or on when it was filled: a patient's bits are the same alone, in any company and in any order.

use std::time::Instant;

use super::error::SolveError;
use super::integrator::require_finite;
use super::job::{Job, Solution};
use super::lane_dynamics::{LaneDynamics, Taken};
use super::lane_guard::{Below, LaneGuard, Remember};
use super::options::{Options, Span, check_tolerances};
use super::rodas5p::{Rodas5P, Trial};
use super::rodas5p_dense::DenseOutput;
use super::schedule::Segment;
use super::step_control::{StepControl, first_step, fit_step};
use super::trajectory::Statistics;
use crate::math::{Block, InstructionSet};

/// A step below this part of the one wanted was cut to land; above it, only rounded.
const CUT: f64 = 1.0 - 1e-9;

/// Steps of a patient between two looks at the clock.
const STEPS_PER_LOOK: usize = 64;

/// A patient on the way.
struct Patient {
    index: usize,
    span: Span,
    segments: Vec<Segment>,
    segment: usize,
    /// Samples recorded so far.
    recorded: usize,
    sampled: Vec<f64>,
    control: StepControl,
    wanted: f64,
    /// The rates at the present point are yet to be evaluated.
    stale: bool,
    /// The first step of the segment is yet to be chosen.
    first: bool,
    reached: f64,
    end: f64,
    refused: Option<SolveError>,
    statistics: Statistics,
    started: Instant,
}

/// The stiff method with `N` lanes for one system.
pub(crate) struct LaneRun<'o, const N: usize, D> {
    dynamics: D,
    set: InstructionSet,
    options: &'o Options<'o>,
    method: Rodas5P<N>,
    dense: DenseOutput,
    guard: LaneGuard<N>,
    absolute_tolerances: Block<N>,
    state: Block<N>,
    time: [f64; N],
    step: [f64; N],
    patients: [Option<Patient>; N],
    /// Steps tried by the batch, and lanes that had a patient in them: how busy the lanes were.
    pub occupancy: (usize, usize),
}

impl<'o, const N: usize, D: LaneDynamics<N>> LaneRun<'o, N, D> {
    /// `options.absolute_tolerances` are not used: every job brings its own.
    pub(crate) fn new(
        dynamics: D,
        count: usize,
        pattern: &[(usize, usize)],
        depends_on_time: bool,
        options: &'o Options<'o>,
        set: InstructionSet,
    ) -> Self {
        let method = Rodas5P::new(count, pattern, depends_on_time, set);
        LaneRun {
            dynamics,
            set,
            options,
            dense: DenseOutput::new(method.core, count),
            guard: LaneGuard::new(options, count),
            absolute_tolerances: Block::zeros(count),
            state: Block::zeros(count),
            time: [0.0; N],
            step: [1.0; N],
            patients: std::array::from_fn(|_| None),
            occupancy: (0, 0),
            method,
        }
    }

    /// The system, with whatever travelled along.
    pub(crate) fn into_dynamics(self) -> D {
        self.dynamics
    }

    /// Bytes held for the batch, the system's registers not counted.
    pub(crate) fn bytes(&self) -> usize {
        self.method.bytes() + self.absolute_tolerances.bytes() + self.state.bytes()
    }

    /// Solves all jobs that `next` gives, and hands every result to `done` with the job's index, in the order in which they finish.
    pub(crate) fn run(&mut self, next: &mut dyn FnMut() -> Option<Job>, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        loop {
            for lane in 0..N {
                while self.patients[lane].is_none() {
                    let Some(job) = next() else { break };
                    let index = job.index;
                    if self.options.cancelled() {
                        done(index, Err(SolveError::Cancelled { time: job.span.start }));
                        continue;
                    }
                    if let Err(error) = self.admit(lane, job) {
                        done(index, Err(error));
                    } else if self.patients[lane].as_ref().is_some_and(|patient| patient.segments.is_empty()) {
                        self.finish(lane, done);
                    }
                }
            }
            if self.patients.iter().all(Option::is_none) {
                return;
            }
            self.evaluate(done);
            self.choose_steps(done);
            self.advance(done);
        }
    }

    /// Puts a job into a lane.
    fn admit(&mut self, lane: usize, job: Job) -> Result<(), SolveError> {
        check_job(&job, self.method.count)?;
        self.dynamics.load(lane, &job.parameters);
        self.state.set_lane(lane, &job.initial);
        self.absolute_tolerances.set_lane(lane, &job.absolute_tolerances);
        self.guard.begin(lane, &job.initial);
        self.method.matrix.pivoted_fallbacks[lane] = 0;
        self.time[lane] = job.span.start;
        self.patients[lane] = Some(Patient {
            index: job.index,
            segments: job.schedule.segments(&job.span),
            segment: 0,
            recorded: 0,
            sampled: Vec::with_capacity(job.span.samples.len() * self.method.count),
            control: StepControl::default(),
            wanted: 0.0,
            stale: true,
            first: true,
            reached: job.span.start,
            end: job.span.stop,
            refused: None,
            statistics: Statistics::default(),
            started: Instant::now(),
            span: job.span,
        });
        self.begin_segment(lane);
        Ok(())
    }

    /// Gives the boluses of the present segment and records the samples at its very start. Only the first one has any: those of later ones were
    /// recorded as ends.
    fn begin_segment(&mut self, lane: usize) {
        let Some(patient) = &mut self.patients[lane] else { return };
        let (segment, recorded) = (patient.segments.get(patient.segment), patient.recorded);
        let start = match segment {
            Some(segment) => {
                for &(index, amount) in &segment.boluses {
                    self.state.lanes_mut()[index][lane] += amount;
                }
                self.method.set_inputs(lane, &segment.inputs);
                segment.start
            }
            None => f64::INFINITY,
        };
        while patient.span.samples.get(patient.recorded).is_some_and(|&sample| sample <= start) {
            patient.sampled.extend(self.state.lane(lane));
            patient.recorded += 1;
        }
        self.dynamics.departed(lane, segment, patient.recorded - recorded);
        patient.control = StepControl::default();
        (patient.stale, patient.first, patient.refused) = (true, true, None);
    }

    fn fail(&mut self, lane: usize, error: SolveError, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        self.method.set_inputs(lane, &[]);
        if let Some(patient) = self.patients[lane].take() {
            done(patient.index, Err(error));
        }
    }

    fn finish(&mut self, lane: usize, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        self.method.set_inputs(lane, &[]);
        if let Some(patient) = self.patients[lane].take() {
            let mut statistics = patient.statistics;
            statistics.pivoted_fallbacks = self.method.matrix.pivoted_fallbacks[lane];
            done(patient.index, Ok(Solution { states: patient.sampled, final_state: self.state.lane(lane).collect(), statistics }));
        }
    }

    /// Rates and Jacobian where any lane needs them; a patient whose rates are not finite fails.
    fn evaluate(&mut self, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        if !self.patients.iter().flatten().any(|patient| patient.stale) {
            return;
        }
        let not_finite = self.method.evaluate(&mut self.dynamics, &self.time, &self.state);
        for lane in 0..N {
            let Some(patient) = &mut self.patients[lane] else { continue };
            if patient.stale {
                patient.stale = false;
                patient.statistics.rate_evaluations += 1;
                patient.statistics.jacobian_evaluations += 1;
            }
            if not_finite[lane] != 0.0 {
                let error = self.not_finite(lane);
                self.fail(lane, error, done);
            }
        }
    }

    fn not_finite(&self, lane: usize) -> SolveError {
        let time = self.time[lane];
        let rate = self.method.start_rates.lane(lane).position(|value| !value.is_finite());
        if let Some(state) = rate {
            return SolveError::NotFinite { time, state, quantity: "rate" };
        }
        let entry = self.method.jacobian.lane(lane).position(|value| !value.is_finite());
        let state = match entry {
            Some(entry) => self.method.pattern[entry].0 as usize,
            None => self.method.time_derivative.lane(lane).position(|value| !value.is_finite()).unwrap_or(0),
        };
        SolveError::NotFinite { time, state, quantity: "derivative of the rate" }
    }

    /// Chooses the step of every lane; a patient who is out of budget, cancelled or stuck fails.
    fn choose_steps(&mut self, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        for lane in 0..N {
            match self.choose_step(lane) {
                Ok(()) => {}
                Err(error) => self.fail(lane, error, done),
            }
        }
    }

    fn choose_step(&mut self, lane: usize) -> Result<(), SolveError> {
        let time = self.time[lane];
        let Some(patient) = &self.patients[lane] else {
            self.step[lane] = 1.0;
            return Ok(());
        };
        let tried = patient.statistics.steps + patient.statistics.rejected;
        if self.options.cancelled() {
            return Err(SolveError::Cancelled { time });
        }
        if tried >= self.options.step_budget {
            return Err(SolveError::StepBudget { time, budget: self.options.step_budget, state: self.limiting_state(lane) });
        }
        if let Some(budget) = self.options.time_budget
            && tried % STEPS_PER_LOOK == STEPS_PER_LOOK - 1
            && patient.started.elapsed() > budget
        {
            return Err(SolveError::TimeBudget { time, seconds: budget.as_secs_f64(), state: self.limiting_state(lane) });
        }
        let stop = patient.segments[patient.segment].stop;
        let start = patient.segments[patient.segment].start;
        let wanted = if patient.first { self.first_step(lane, stop - start) } else { patient.wanted };
        let landing = self.options.sampling.lands(patient.span.samples.len());
        let end = if landing { patient.span.samples.get(patient.recorded).map_or(stop, |&sample| sample.min(stop)) } else { stop };
        let (step, reached) = fit_step(wanted.min(self.options.maximum_step), time, end);
        if reached <= time {
            let too_small = SolveError::StepTooSmall { time, step, state: self.limiting_state(lane) };
            return Err(patient.refused.clone().unwrap_or(too_small));
        }
        self.step[lane] = step;
        if let Some(patient) = &mut self.patients[lane] {
            (patient.first, patient.wanted, patient.reached, patient.end) = (false, wanted, reached, end);
        }
        Ok(())
    }

    /// First step of a segment, from the rates and the Jacobian at its start.
    fn first_step(&self, lane: usize, length: f64) -> f64 {
        let mut second: Vec<f64> = self.method.time_derivative.lane(lane).collect();
        for (&(row, column), entry) in self.method.pattern.iter().zip(self.method.jacobian.lanes()) {
            second[row as usize] += entry[lane] * self.method.start_rates.lanes()[column as usize][lane];
        }
        let norm = |values: &mut dyn Iterator<Item = f64>| {
            let sizes = self.state.lane(lane).zip(self.absolute_tolerances.lane(lane));
            let scaled =
                values.zip(sizes).map(|(value, (size, absolute))| value / (absolute + self.options.relative_tolerance * size.abs()));
            scaled.map(|scaled| scaled * scaled).sum::<f64>().sqrt()
        };
        let first = norm(&mut self.method.start_rates.lane(lane));
        first_step(length, self.options.relative_tolerance, first, norm(&mut second.into_iter()))
    }

    /// Tries the steps, and takes those that are good.
    fn advance(&mut self, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        let active: [bool; N] = std::array::from_fn(|lane| self.patients[lane].is_some());
        self.occupancy.0 += 1;
        self.occupancy.1 += active.iter().filter(|&&busy| busy).count();
        let trial = Trial {
            time: &self.time,
            step: &self.step,
            state: &self.state,
            absolute_tolerances: &self.absolute_tolerances,
            relative_tolerance: self.options.relative_tolerance,
            active: &active,
        };
        let errors = self.method.attempt(&mut self.dynamics, &trial);
        let below = self.set.run(Below { guard: &self.guard, next: &self.method.next, absolute_tolerances: &self.absolute_tolerances });
        let mut accepted = [false; N];
        for lane in 0..N {
            let limiting = if active[lane] && errors[lane].is_nan() { self.limiting_state(lane) } else { 0 };
            let Some(patient) = &mut self.patients[lane] else { continue };
            let (error, step) = (errors[lane], self.step[lane]);
            patient.statistics.factorisations += 1;
            patient.statistics.rate_evaluations += 7;
            if error <= 1.0 && below[lane] == 0.0 {
                accepted[lane] = true;
                let proposed = patient.control.after_success(step, error);
                // A step cut short to land on a sample says nothing against the longer one that was wanted.
                let cut_short = step < patient.wanted * CUT && patient.end < patient.segments[patient.segment].stop;
                patient.wanted = if cut_short { proposed.max(patient.wanted) } else { proposed };
                patient.statistics.steps += 1;
                patient.stale = true;
                patient.refused = None;
            } else {
                patient.statistics.rejected += 1;
                let violation = if error <= 1.0 { self.guard.find(lane, &self.method.next, &self.absolute_tolerances) } else { None };
                patient.refused = match violation {
                    Some(violation) => Some(violation.at(patient.reached)),
                    None if error.is_nan() => Some(SolveError::NotFinite { time: patient.reached, state: limiting, quantity: "value" }),
                    None => None,
                };
                patient.wanted = patient.control.after_failure(step, (error > 1.0).then_some(error));
            }
        }
        (0..N).filter(|&lane| accepted[lane]).for_each(|lane| self.record_samples(lane));
        self.method.accept(&mut self.state, &accepted);
        self.set.run(Remember { guard: &mut self.guard, next: &self.method.next, accepted: &accepted });
        for lane in (0..N).filter(|&lane| accepted[lane]) {
            let Some(patient) = &mut self.patients[lane] else { continue };
            self.time[lane] = patient.reached;
            if patient.reached >= patient.segments[patient.segment].stop {
                patient.segment += 1;
                if patient.segment < patient.segments.len() {
                    self.begin_segment(lane);
                } else {
                    self.finish(lane, done);
                }
            }
        }
    }

    /// Records the samples within the step that was accepted: those inside by interpolation, those at its end from the step itself.
    fn record_samples(&mut self, lane: usize) {
        let Some(patient) = &mut self.patients[lane] else { return };
        let samples = &patient.span.samples[patient.recorded..];
        let inside = samples.partition_point(|&sample| sample < patient.reached);
        let due = samples.partition_point(|&sample| sample <= patient.reached);
        let (time, step) = (self.time[lane], self.step[lane]);
        let (reached, state, method) = (patient.reached, &self.state, &self.method);
        self.dynamics.stepped(&Taken { lane, time, step, reached, state, method, samples: &samples[..due] });
        if inside > 0 {
            self.dense.prepare(&self.method, lane, step);
            for &sample in &samples[..inside] {
                self.dense.append((sample - time) / step, lane, &self.state, &self.method.next, &mut patient.sampled);
            }
        }
        for _ in inside..due {
            patient.sampled.extend(self.method.next.lane(lane));
        }
        patient.recorded += due;
    }

    /// The state whose error (or lack of a finite value) limits the step.
    fn limiting_state(&self, lane: usize) -> usize {
        let sizes = self.state.lane(lane).zip(self.absolute_tolerances.lane(lane));
        let scaled = self.method.error.lane(lane).zip(sizes).map(|(error, (size, absolute))| {
            let scaled = (error / (absolute + self.options.relative_tolerance * size.abs())).abs();
            if scaled.is_nan() { f64::INFINITY } else { scaled }
        });
        scaled.enumerate().max_by(|left, right| left.1.total_cmp(&right.1)).map_or(0, |(index, _)| index)
    }
}

/// Checks a job against a system of `count` states.
pub(crate) fn check_job(job: &Job, count: usize) -> Result<(), SolveError> {
    if job.initial.len() != count {
        return Err(SolveError::Initial { problem: format!("it has {} values for {count} states", job.initial.len()) });
    }
    require_finite(&job.initial, job.span.start, "initial value")?;
    job.span.check()?;
    check_tolerances(&job.absolute_tolerances, count)?;
    job.schedule.check(count)
}
