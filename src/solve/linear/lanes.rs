//! [`LinearLanes`]: jobs in, solutions out.

use super::infinity::{TimeIntegrals, time_integrals};
use super::stepper::{Stepper, Stretch};
use super::structure::Structure;
use super::values::Values;
use crate::math::InstructionSet;
use crate::model::system::System;
use crate::solve::error::SolveError;
use crate::solve::integrator::require_finite;
use crate::solve::job::{Job, Solution};
use crate::solve::schedule::Segment;

/// Negative amounts down to this part of all that was given are rounding.
const NEGATIVE_ALLOWANCE: f64 = 1e-12;

/// The engine for systems whose rates are all linear with constant coefficients: exact to about 1e-14 of what was given, see the module.
///
/// Make one per thread; it keeps its working memory from job to job. Results do not depend on the instruction set, on other jobs or their order.
#[derive(Debug, Clone)]
pub struct LinearLanes<'s> {
    system: &'s System,
    engine: Engine,
    entries: Vec<f64>,
    production: Vec<f64>,
    zeros: Vec<f64>,
}

impl<'s> LinearLanes<'s> {
    /// An engine for a system. [`SolveError::NotLinear`] if a rate or an integral is not linear in the amounts, with its name.
    pub fn new(system: &'s System, instruction_set: InstructionSet) -> Result<LinearLanes<'s>, SolveError> {
        let not_linear = |problem: String| Err(SolveError::NotLinear { problem });
        let count = system.state_count();
        if system.depends_on_time() {
            return not_linear("the rates depend on time".to_owned());
        }
        match system.linear() {
            None => return not_linear("the system has rates that are not of first order".to_owned()),
            Some(linear) if linear < count => {
                return not_linear(format!(
                    "`{}` is not linear in the amounts, and this engine integrates no products",
                    system.state_names()[linear]
                ));
            }
            Some(_) => {}
        }
        Ok(LinearLanes {
            system,
            engine: Engine::new(count, system.model_state_count(), system.pattern(), instruction_set),
            entries: vec![0.0; system.pattern().len()],
            production: vec![0.0; count],
            zeros: vec![0.0; count],
        })
    }

    /// Solves jobs until `next` has no more, and hands each solution, or why there is none, to `done` with the number of the job.
    pub fn run(&mut self, next: &mut dyn FnMut() -> Option<Job>, done: &mut dyn FnMut(usize, Result<Solution, SolveError>)) {
        while let Some(job) = next() {
            let outcome = self.solve(&job);
            done(job.index, outcome);
        }
    }

    /// Solves one job; its absolute tolerances are not used. Doses at exact times follow the rules of [`crate::solve::solve`].
    ///
    /// Fails where the job contradicts itself or the system, where a number is not finite, where an amount of the model (not a rider) falls below
    /// −1e-12 of all that was given ([`SolveError::Negative`]), and where a system with complex or positive eigenvalues needs too many steps.
    /// Panics if the number of parameters is not that of the system.
    pub fn solve(&mut self, job: &Job) -> Result<Solution, SolveError> {
        self.bind(&job.parameters, job.span.start)?;
        self.engine.solve(job)
    }

    /// Time integrals from `state` on without end and without further doses: one real sparse solve, −A⁻¹ x.
    ///
    /// Fails if a part of the system that holds or receives amounts is never left, or is produced for ever: its integral is infinite.
    /// Panics if the number of parameters is not that of the system.
    pub fn time_integrals_to_infinity(&mut self, parameters: &[f64], state: &[f64]) -> Result<TimeIntegrals, SolveError> {
        if state.len() != self.zeros.len() {
            return Err(SolveError::Initial { problem: format!("it has {} values for {} states", state.len(), self.zeros.len()) });
        }
        require_finite(state, 0.0, "initial value")?;
        self.bind(parameters, 0.0)?;
        time_integrals(&self.engine.structure, &self.engine.values, state, self.system.state_names())
    }

    fn bind(&mut self, parameters: &[f64], time_min: f64) -> Result<(), SolveError> {
        let mut bound = self.system.bind(parameters);
        bound.evaluate_jacobian(time_min, &self.zeros, &mut self.entries);
        bound.evaluate_rates(time_min, &self.zeros, &mut self.production);
        self.engine.set(&self.entries, &self.production, self.system.pattern(), time_min)
    }
}

/// What solves, whoever evaluates the matrices.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    pub structure: Structure,
    pub values: Values,
    stepper: Stepper,
    model_states: usize,
    core: Vec<f64>,
    integral: Vec<f64>,
    input: Vec<f64>,
    inputs: Vec<f64>,
}

impl Engine {
    /// The first `model_states` states hold matter: none of them can be negative, and they conserve it.
    pub(super) fn new(count: usize, model_states: usize, pattern: &[(usize, usize)], instruction_set: InstructionSet) -> Engine {
        let structure = Structure::new(count, pattern);
        let size = structure.core.len();
        Engine {
            stepper: Stepper::new(&structure, model_states, instruction_set),
            values: Values::default(),
            model_states,
            core: vec![0.0; size],
            integral: vec![0.0; size],
            input: vec![0.0; size],
            inputs: vec![0.0; count],
            structure,
        }
    }

    /// Takes the matrices of a patient: entries of the Jacobian and rates at zero, per min.
    pub(super) fn set(&mut self, entries: &[f64], production: &[f64], pattern: &[(usize, usize)], time_min: f64) -> Result<(), SolveError> {
        if let Some(place) = entries.iter().position(|value| !value.is_finite()) {
            return Err(SolveError::NotFinite { time: time_min, state: pattern[place].0, quantity: "rate" });
        }
        require_finite(production, time_min, "rate")?;
        self.values.set(&self.structure, entries, production, self.model_states);
        Ok(())
    }

    /// Solves a job with the matrices set.
    pub(super) fn solve(&mut self, job: &Job) -> Result<Solution, SolveError> {
        let Job { initial, schedule, span, .. } = job;
        let count = self.structure.state_count;
        if initial.len() != count {
            return Err(SolveError::Initial { problem: format!("it has {} values for {count} states", initial.len()) });
        }
        require_finite(initial, span.start, "initial value")?;
        span.check()?;
        schedule.check(count)?;

        self.stepper.start(&self.values);
        let mut guard = Guard::new(&initial[..self.model_states]);
        let mut state = initial.clone();
        let mut states = Vec::with_capacity(span.samples.len() * count);
        let mut samples = span.samples.as_slice();
        let segments = schedule.segments(span);
        if segments.is_empty() {
            samples.iter().for_each(|_| states.extend_from_slice(&state));
        }
        for segment in &segments {
            for &(index, amount) in &segment.boluses {
                state[index] += amount;
                guard.give(index, amount);
            }
            // Only the first segment can have samples at its very start: those of later ones were recorded as ends.
            let at_start = samples.partition_point(|&time| time <= segment.start);
            samples[..at_start].iter().for_each(|_| states.extend_from_slice(&state));
            let (now, later) = samples[at_start..].split_at(samples[at_start..].partition_point(|&time| time <= segment.stop));
            samples = later;
            self.take_inputs(segment);
            let mut time = segment.start;
            for (&target, sampled) in now.iter().map(|time| (time, true)).chain([(&segment.stop, false)]) {
                if target > time {
                    self.propagate(time, target - time, &mut state)?;
                    guard.watch(&self.inputs, time, target, &state)?;
                    time = target;
                }
                if sampled {
                    states.extend_from_slice(&state);
                }
            }
        }
        let mut statistics = self.stepper.statistics();
        statistics.rate_evaluations = 1;
        statistics.jacobian_evaluations = 1;
        Ok(Solution { states, final_state: state, statistics })
    }

    fn take_inputs(&mut self, segment: &Segment) {
        self.inputs.copy_from_slice(&self.values.production);
        segment.inputs.iter().for_each(|&(index, rate)| self.inputs[index] += rate);
        for (input, &index) in self.input.iter_mut().zip(&self.structure.core) {
            *input = self.inputs[index];
        }
        self.stepper.jump();
    }

    fn propagate(&mut self, time_min: f64, duration_min: f64, state: &mut [f64]) -> Result<(), SolveError> {
        let Engine { structure, values, stepper, core, integral, input, inputs, .. } = self;
        for (amount, &index) in core.iter_mut().zip(&structure.core) {
            *amount = state[index];
        }
        let input = input.iter().any(|&rate| rate != 0.0).then_some(input.as_slice());
        stepper.advance(structure, values, Stretch { input, time_min, duration_min }, core, integral)?;
        for (&amount, &index) in core.iter().zip(&structure.core) {
            state[index] = amount;
        }
        let mut weights = values.weights.as_slice();
        for collector in &structure.collectors {
            let (own, others) = weights.split_at(collector.weights.len());
            weights = others;
            let collected: f64 = collector.weights.iter().zip(own).map(|(&(position, _), &weight)| weight * integral[position]).sum();
            state[collector.state] += collected + inputs[collector.state] * duration_min;
        }
        require_finite(state, time_min + duration_min, "value")
    }
}

/// Notices amounts that are negative beyond rounding.
struct Guard {
    model_states: usize,
    given: f64,
    /// What was slightly negative at the start may stay so: an earlier span allowed it.
    floor: f64,
}

impl Guard {
    fn new(initial: &[f64]) -> Guard {
        Guard {
            model_states: initial.len(),
            given: initial.iter().map(|amount| amount.abs()).sum(),
            floor: 2.0 * initial.iter().copied().fold(0.0, f64::min),
        }
    }

    fn give(&mut self, index: usize, amount: f64) {
        if index < self.model_states {
            self.given += amount;
        }
    }

    fn watch(&mut self, inputs: &[f64], start_min: f64, stop_min: f64, state: &[f64]) -> Result<(), SolveError> {
        self.given += inputs[..self.model_states].iter().map(|rate| rate.max(0.0)).sum::<f64>() * (stop_min - start_min);
        let allowed = (-NEGATIVE_ALLOWANCE * self.given).min(self.floor);
        match state[..self.model_states].iter().position(|&amount| amount < allowed) {
            Some(index) => Err(SolveError::Negative { time: stop_min, state: index, value: state[index], allowed }),
            None => Ok(()),
        }
    }
}
