//! Checked model → compiled system: the right-hand side, its exact Jacobian and any further states that ride along (time-integrated
//! activity, absorbed dose, the Lea–Catcheside integral), as flat programs; `tangents`: how all of it changes along a direction.
use std::collections::BTreeSet;
use std::sync::Arc;

use super::checked::Model;
use super::expr::derivative::Derivative;
use super::expr::graph::{Graph, Node, NodeId, Operation};
use super::expr::program::Program;
use crate::math::{Block, InstructionSet, Kernel};

/// Phases of a system's program, in the order in which they build on each other.
const RATES: usize = 0;
const JACOBIAN: usize = 1;
const TIME_DERIVATIVE: usize = 2;

mod tangents;

pub use tangents::{BoundTangents, Tangents};

/// A state beside the model's own: it may read every state, the model reads none of it.
#[derive(Clone, Debug)]
pub struct Rider {
    /// Its name, for errors and listings.
    pub name: String,
    /// Its rate of change, a node of the system's graph.
    pub rate: NodeId,
    /// Size of a value that matters, for absolute tolerances (in the rider's own unit).
    pub scale: f64,
}

/// Rates and riders before compilation.
#[derive(Clone, Debug)]
pub struct SystemBuilder {
    /// The model's graph, to which riders may add nodes.
    pub graph: Graph,
    rates: Vec<NodeId>,
    riders: Vec<Rider>,
    parameter_count: usize,
    state_names: Vec<String>,
    initial: Vec<NodeId>,
}

impl SystemBuilder {
    /// Collects the rates of a model's states: what flows in, minus what flows out, and decay.
    pub fn new(model: &Model) -> SystemBuilder {
        let mut graph = model.graph.clone();
        let ligand_count = model.ligands.len();
        let zero = graph.constant(0.0);
        let mut rates = vec![zero; model.state_count()];
        for flow in &model.flows {
            for (ligand, rate) in flow.rates.iter().enumerate() {
                let Some(rate) = *rate else { continue };
                let (from, to) = (model.state(flow.from, ligand), model.state(flow.to, ligand));
                rates[from] = graph.subtract(rates[from], rate);
                rates[to] = graph.add(rates[to], rate);
            }
        }
        if let Some(decay) = &model.decay {
            for (position, compartment) in model.compartments.iter().enumerate() {
                if !compartment.decays {
                    continue;
                }
                let from = model.state(position, decay.from);
                let amount = graph.state(from);
                let decayed = graph.multiply(decay.rate, amount);
                rates[from] = graph.subtract(rates[from], decayed);
                if let Some(to) = decay.to {
                    let to = model.state(position, to);
                    rates[to] = graph.add(rates[to], decayed);
                }
            }
        }
        let mut initial = vec![zero; model.state_count()];
        for (position, compartment) in model.compartments.iter().enumerate() {
            if let Some(node) = compartment.initial {
                initial[position * ligand_count + model.labelled()] = node;
            }
        }
        let state_names = (0..model.state_count()).map(|state| model.state_name(state)).collect();
        SystemBuilder { graph, rates, riders: Vec::new(), parameter_count: model.parameters.len(), state_names, initial }
    }

    /// Number of states of the model itself.
    pub fn model_state_count(&self) -> usize {
        self.rates.len()
    }

    /// The node of the rate of change of every state, riders included, without doses: for those who turn a system into code of their own.
    pub fn rates(&self) -> Vec<NodeId> {
        let riders = self.riders.iter().map(|rider| rider.rate);
        self.rates.iter().copied().chain(riders).collect()
    }

    /// The node of the state that the next rider will be.
    pub fn next_rider(&mut self) -> NodeId {
        let position = self.rates.len() + self.riders.len();
        self.graph.state(position)
    }

    /// Adds a rider and returns its position among all states.
    pub fn ride(&mut self, rider: Rider) -> usize {
        self.riders.push(rider);
        self.rates.len() + self.riders.len() - 1
    }

    /// Compiles everything. The Jacobian is derived from the expressions, entry by entry.
    pub fn compile(mut self) -> System {
        let model_states = self.rates.len();
        let rates = self.rates();
        let state_count = rates.len();
        // one derivative per column keeps what it has found, so shared sub-expressions are differentiated once
        let mut columns: Vec<Derivative> = Vec::with_capacity(state_count);
        for state in 0..state_count {
            let leaf = self.graph.state(state);
            columns.push(Derivative::with_respect_to(leaf));
        }
        let zero = self.graph.constant(0.0);
        let mut pattern = Vec::new();
        let mut entries = Vec::new();
        let mut jumps = vec![false; state_count];
        for (row, rate) in rates.iter().enumerate() {
            let compares = |id: &NodeId| matches!(self.graph.node(*id), Node::Binary(Operation::Less | Operation::LessOrEqual, ..));
            let comparisons: Vec<NodeId> = self.graph.varying_below(*rate).into_iter().filter(compares).collect();
            jumps[row] = !comparisons.is_empty();
            // a state that only decides a comparison has no derivative, but the rate depends on it all the same
            let deciding: BTreeSet<usize> = comparisons.iter().flat_map(|&comparison| self.graph.states_of(comparison)).collect();
            for column in self.graph.states_of(*rate) {
                let entry = columns[column].of(&mut self.graph, *rate);
                if entry != zero || deciding.contains(&column) {
                    pattern.push((row, column));
                    entries.push(entry);
                }
            }
        }
        let time = self.graph.time();
        let mut by_time = Derivative::with_respect_to(time);
        let time_derivatives: Vec<NodeId> = rates.iter().map(|rate| by_time.of(&mut self.graph, *rate)).collect();
        // steps in time have no derivative either
        let depends_on_time = rates.iter().any(|rate| self.graph.varying_below(*rate).contains(&time));
        let linear = linear_states(&self.graph, &pattern, &entries, (depends_on_time, &jumps), model_states);
        let parameters = self.parameter_count;
        let phases: [&[NodeId]; 3] = [&rates, &entries, if depends_on_time { &time_derivatives } else { &[] }];
        let mut state_names = self.state_names;
        state_names.extend(self.riders.iter().map(|rider| rider.name.clone()));
        System {
            program: Program::compile_phases(&self.graph, &phases, parameters, state_count),
            depends_on_time,
            initial: Program::compile(&self.graph, &self.initial, parameters, state_count),
            pattern,
            linear,
            state_names,
            model_state_count: model_states,
            parameter_count: parameters,
            rider_scales: self.riders.iter().map(|rider| rider.scale).collect(),
            expressions: Arc::new(Expressions {
                rates,
                jacobian: entries,
                time_derivatives: if depends_on_time { time_derivatives } else { Vec::new() },
                initial: self.initial,
                graph: self.graph,
            }),
        }
    }
}

/// How many leading states form a closed linear system x' = A x + b with constant A and b: the model's own, and those riders directly behind them
/// that are linear too; `None` if the model's own do not, or if a later rider is read by another state. A rate that jumps is not linear, although
/// its derivatives may be constant on both sides.
fn linear_states(
    graph: &Graph,
    pattern: &[(usize, usize)],
    entries: &[NodeId],
    (depends_on_time, jumps): (bool, &[bool]),
    model_states: usize,
) -> Option<usize> {
    if depends_on_time {
        return None;
    }
    let is_constant = |row: usize| pattern.iter().zip(entries).filter(|((r, _), _)| *r == row).all(|(_, entry)| !graph.varies(*entry));
    let row_is_linear = |row: usize| !jumps[row] && is_constant(row);
    if !(0..model_states).all(row_is_linear) {
        return None;
    }
    let mut closed = model_states;
    while closed < jumps.len() && row_is_linear(closed) {
        closed += 1;
    }
    let feeds_back = pattern.iter().any(|(_, column)| *column >= closed);
    (!feeds_back).then_some(closed)
}

/// A compiled system. It is shared; [`System::bind`] gives the parameters of one patient.
#[derive(Clone, Debug)]
pub struct System {
    /// Three phases: rates, Jacobian, derivative of the rates to the time.
    program: Program,
    depends_on_time: bool,
    initial: Program,
    pattern: Vec<(usize, usize)>,
    linear: Option<usize>,
    state_names: Vec<String>,
    model_state_count: usize,
    parameter_count: usize,
    rider_scales: Vec<f64>,
    expressions: Arc<Expressions>,
}

/// What a system was compiled from, kept for the derivatives that a fit or a question asks for later.
#[derive(Debug)]
struct Expressions {
    graph: Graph,
    rates: Vec<NodeId>,
    /// In the order of the pattern.
    jacobian: Vec<NodeId>,
    /// Empty if the rates do not depend on time explicitly.
    time_derivatives: Vec<NodeId>,
    initial: Vec<NodeId>,
}

impl System {
    /// Number of states, riders included.
    pub fn state_count(&self) -> usize {
        self.state_names.len()
    }

    /// Number of states of the model itself.
    pub fn model_state_count(&self) -> usize {
        self.model_state_count
    }

    /// Number of parameters of the model.
    pub fn parameter_count(&self) -> usize {
        self.parameter_count
    }

    /// Names of all states.
    pub fn state_names(&self) -> &[String] {
        &self.state_names
    }

    /// Scale of each rider, for tolerances.
    pub fn rider_scales(&self) -> &[f64] {
        &self.rider_scales
    }

    /// (row, column) of every entry of the Jacobian, sorted.
    pub fn pattern(&self) -> &[(usize, usize)] {
        &self.pattern
    }

    /// Whether and how many leading states form a closed linear system.
    pub fn linear(&self) -> Option<usize> {
        self.linear
    }

    /// Whether the rates depend on time explicitly.
    pub fn depends_on_time(&self) -> bool {
        self.depends_on_time
    }

    /// The graph of all expressions: for those who turn a system into code of their own, with [`Self::rate_nodes`].
    pub fn graph(&self) -> &Graph {
        &self.expressions.graph
    }

    /// The node of the rate of change of every state, riders included, without doses.
    pub fn rate_nodes(&self) -> &[NodeId] {
        &self.expressions.rates
    }

    /// Operations of one evaluation of the right-hand side, and further ones of the Jacobian at the same point.
    pub fn operation_counts(&self) -> (usize, usize) {
        (self.program.operation_count(RATES), self.program.operation_count(JACOBIAN))
    }

    /// The system with the parameters of one patient: what depends on them alone is computed now.
    pub fn bind(&self, parameters: &[f64]) -> BoundSystem<'_> {
        assert_eq!(parameters.len(), self.parameter_count, "one value for each parameter of the model");
        BoundSystem { registers: self.program.prepare(parameters), system: self }
    }

    /// The system for a batch of `N` patients, lane by lane.
    pub fn lanes<const N: usize>(&self, set: InstructionSet) -> SystemLanes<'_, N> {
        SystemLanes {
            registers: Block::zeros(self.program.register_count()),
            scratch: vec![[0.0]; self.program.register_count()],
            system: self,
            set,
        }
    }

    /// Amounts at the start for given parameters; riders start at 0.
    pub fn initial_state(&self, parameters: &[f64]) -> Vec<f64> {
        let mut state = vec![0.0; self.state_count()];
        let registers = self.initial.prepare(parameters);
        self.initial.outputs(&registers, &mut state[..self.model_state_count]);
        state
    }
}

/// A system with the parameters of one patient and its own working registers.
pub struct BoundSystem<'s> {
    /// The system.
    pub system: &'s System,
    registers: Vec<[f64; 1]>,
}

impl BoundSystem<'_> {
    /// Rates of change of all states.
    pub fn evaluate_rates(&mut self, time: f64, state: &[f64], rates: &mut [f64]) {
        self.system.program.evaluate(&mut self.registers, time, state);
        self.system.program.phase_outputs(RATES, &self.registers, rates.as_chunks_mut().0);
    }

    /// Entries of the Jacobian in the order of the pattern.
    pub fn evaluate_jacobian(&mut self, time: f64, state: &[f64], values: &mut [f64]) {
        self.evaluate_further(JACOBIAN, time, state, values);
    }

    /// Explicit derivative of the rates to the time.
    pub fn evaluate_time_derivative(&mut self, time: f64, state: &[f64], derivative: &mut [f64]) {
        if self.system.depends_on_time {
            self.evaluate_further(TIME_DERIVATIVE, time, state, derivative);
        } else {
            derivative.fill(0.0);
        }
    }

    fn evaluate_further(&mut self, phase: usize, time: f64, state: &[f64], values: &mut [f64]) {
        let program = &self.system.program;
        // the phases build on each other: what an earlier one has left behind is good only at the same point
        if !program.is_at(&self.registers, time, state) {
            program.evaluate(&mut self.registers, time, state);
        }
        for earlier in JACOBIAN..=phase {
            program.evaluate_phase(earlier, &mut self.registers);
        }
        program.phase_outputs(phase, &self.registers, values.as_chunks_mut().0);
    }
}

/// A system for a batch of `N` patients: every register holds one value per patient.
pub struct SystemLanes<'s, const N: usize> {
    /// The system.
    pub system: &'s System,
    registers: Block<N>,
    scratch: Vec<[f64; 1]>,
    set: InstructionSet,
}

impl<const N: usize> SystemLanes<'_, N> {
    /// Puts a patient into a lane.
    pub fn set_parameters(&mut self, lane: usize, parameters: &[f64]) {
        assert_eq!(parameters.len(), self.system.parameter_count, "one value for each parameter of the model");
        self.system.program.prepare_lane(parameters, &mut self.scratch, self.registers.lanes_mut(), lane);
    }

    /// Rates of change of all states, lane by lane.
    pub fn evaluate_rates(&mut self, time: &[f64; N], state: &[[f64; N]], rates: &mut [[f64; N]]) {
        self.system.program.set_point(self.registers.lanes_mut(), time, state);
        self.evaluate(RATES, rates);
    }

    /// Entries of the Jacobian in the order of the pattern, at the point of the last rates.
    pub fn evaluate_jacobian(&mut self, values: &mut [[f64; N]]) {
        self.evaluate(JACOBIAN, values);
    }

    /// Explicit derivative of the rates to the time, at the point of the last Jacobian; zero where the rates do not depend on it.
    pub fn evaluate_time_derivative(&mut self, derivative: &mut [[f64; N]]) {
        if self.system.depends_on_time {
            self.evaluate(TIME_DERIVATIVE, derivative);
        } else {
            derivative.fill([0.0; N]);
        }
    }

    fn evaluate(&mut self, phase: usize, into: &mut [[f64; N]]) {
        self.set.run(EvaluatePhase { program: &self.system.program, phase, registers: self.registers.lanes_mut(), into });
    }

    /// Bytes held for the batch.
    pub fn bytes(&self) -> usize {
        self.registers.bytes() + size_of_val(self.scratch.as_slice())
    }
}

struct EvaluatePhase<'a, const N: usize> {
    program: &'a Program,
    phase: usize,
    registers: &'a mut [[f64; N]],
    into: &'a mut [[f64; N]],
}

impl<const N: usize> Kernel for EvaluatePhase<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.program.evaluate_phase(self.phase, self.registers);
        self.program.phase_outputs(self.phase, self.registers, self.into);
    }
}
