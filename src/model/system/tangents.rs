//! Tangents of a compiled system: how its rates, its Jacobian, its initial amounts and its observables change along a direction in the space
//! of states and chosen parameters. What a solver needs to differentiate its own steps (forward sensitivities).
//!
//! With the state x moving at ẋ and the parameters p at ṗ (ε → 0):
//! `ḟ = d/dε f(t, x + εẋ, p + εṗ)`, `J̇ = d/dε ∂f/∂x`, and likewise for ∂f/∂t and the observables. They are derived symbolically from the same graph
//! (forward mode, A. Griewank, A. Walther, Evaluating Derivatives, SIAM 2008, chapter 3), so they are exact to rounding; where the expression has
//! a corner (`min`, `max`, `abs`, a comparison) they are those of the branch in force.
//!
//! The programs take states and then their tangents as states, and parameters and then the rates of the chosen ones as parameters.
use super::super::expr::derivative::Derivative;
use super::super::expr::graph::NodeId;
use super::super::expr::program::Program;
use super::{EvaluatePhase, JACOBIAN, RATES, System, TIME_DERIVATIVE};
use crate::math::{Block, InstructionSet};

/// The tangents of one system for one set of chosen parameters, compiled. [`Tangents::bind`] gives the parameters of one patient and directions.
#[derive(Clone, Debug)]
pub struct Tangents {
    chosen: Vec<usize>,
    parameter_count: usize,
    state_count: usize,
    /// Three phases, as those of the system.
    program: Program,
    jacobian_positions: Vec<u32>,
    time_derivative_moves: bool,
    initial: Program,
    outputs: Program,
    output_count: usize,
}

impl System {
    /// Tangents for directions in the space of all states and of the parameters at the positions `chosen` (none is fine: initial amounts and doses
    /// only); `outputs` are further nodes of the graph from which the system was compiled, whose tangents are wanted too.
    pub fn tangents(&self, chosen: &[usize], outputs: &[NodeId]) -> Tangents {
        let expressions = &*self.expressions;
        let mut graph = expressions.graph.clone();
        let states = self.state_count();
        let mut moving = Vec::with_capacity(states + chosen.len());
        for state in 0..states {
            moving.push((graph.state(state), graph.state(states + state)));
        }
        for (position, &parameter) in chosen.iter().enumerate() {
            assert!(parameter < self.parameter_count, "a chosen parameter is one of the model's");
            moving.push((graph.parameter(parameter), graph.parameter(self.parameter_count + position)));
        }
        let mut along = Derivative::along(moving);
        let mut of = |nodes: &[NodeId]| -> Vec<NodeId> { nodes.iter().map(|node| along.of(&mut graph, *node)).collect() };
        let rates = of(&expressions.rates);
        let jacobian = of(&expressions.jacobian);
        let mut time_derivatives = of(&expressions.time_derivatives);
        let initial = of(&expressions.initial);
        let observed = of(outputs);
        let zero = graph.constant(0.0);
        let time_derivative_moves = time_derivatives.iter().any(|node| *node != zero);
        if !time_derivative_moves {
            time_derivatives.clear();
        }
        let (jacobian_positions, jacobian): (Vec<u32>, Vec<NodeId>) =
            jacobian.into_iter().enumerate().filter(|(_, node)| *node != zero).map(|(position, node)| (position as u32, node)).unzip();
        let parameters = self.parameter_count + chosen.len();
        Tangents {
            program: Program::compile_phases(&graph, &[&rates, &jacobian, &time_derivatives], parameters, 2 * states),
            jacobian_positions,
            time_derivative_moves,
            initial: Program::compile(&graph, &initial, parameters, 2 * states),
            outputs: Program::compile(&graph, &observed, parameters, 2 * states),
            output_count: outputs.len(),
            chosen: chosen.to_vec(),
            parameter_count: self.parameter_count,
            state_count: states,
        }
    }
}

impl Tangents {
    /// Positions of the parameters that may move.
    pub fn chosen(&self) -> &[usize] {
        &self.chosen
    }

    /// Number of states of the system, riders included.
    pub fn state_count(&self) -> usize {
        self.state_count
    }

    /// Positions, within the system's pattern, of the entries of the Jacobian that can change along a direction; ascending.
    pub fn jacobian_positions(&self) -> &[u32] {
        &self.jacobian_positions
    }

    /// Whether ∂f/∂t can change along a direction.
    pub fn time_derivative_moves(&self) -> bool {
        self.time_derivative_moves
    }

    /// Operations of one evaluation of the tangents of the rates, and further ones of those of the Jacobian at the same point.
    pub fn operation_counts(&self) -> (usize, usize) {
        (self.program.operation_count(RATES), self.program.operation_count(JACOBIAN))
    }

    /// Tangents in `N` directions for the parameters of one patient; `parameter_rates` says how fast each chosen parameter moves, lane by lane.
    pub fn bind<const N: usize>(&self, parameters: &[f64], parameter_rates: &[[f64; N]], set: InstructionSet) -> BoundTangents<'_, N> {
        assert_eq!(parameter_rates.len(), self.chosen.len(), "one rate for each chosen parameter");
        let mut registers = Block::zeros(self.program.register_count());
        let mut scratch = vec![[0.0]; self.program.register_count()];
        for lane in 0..N {
            let both = self.both(parameters, &parameter_rates.iter().map(|rates| rates[lane]).collect::<Vec<f64>>());
            self.program.prepare_lane(&both, &mut scratch, registers.lanes_mut(), lane);
        }
        BoundTangents { registers, set, tangents: self }
    }

    /// How the initial amounts follow the parameters; riders start at 0 whatever they are.
    pub fn initial_tangent(&self, parameters: &[f64], parameter_rates: &[f64]) -> Vec<f64> {
        let mut tangent = vec![0.0; self.state_count];
        self.initial.outputs(&self.initial.prepare(&self.both(parameters, parameter_rates)), &mut tangent);
        tangent
    }

    /// Tangents of the further nodes that were asked for, in their order, at a state that moves at `tangent`.
    pub fn output_tangents(&self, parameters: &[f64], parameter_rates: &[f64], time: f64, state: &[f64], tangent: &[f64]) -> Vec<f64> {
        self.outputs_along(parameters, parameter_rates).at(time, state, tangent)
    }

    /// The same for many states of one patient along one direction: what depends on parameters alone is computed once.
    pub fn outputs_along(&self, parameters: &[f64], parameter_rates: &[f64]) -> OutputTangents<'_> {
        OutputTangents {
            tangents: self,
            registers: self.outputs.prepare(&self.both(parameters, parameter_rates)),
            both: vec![0.0; 2 * self.state_count],
        }
    }

    fn both(&self, parameters: &[f64], parameter_rates: &[f64]) -> Vec<f64> {
        assert_eq!(parameters.len(), self.parameter_count, "one value for each parameter of the model");
        [parameters, parameter_rates].concat()
    }
}

/// Tangents of the further nodes with the parameters of one patient and one direction.
pub struct OutputTangents<'t> {
    tangents: &'t Tangents,
    registers: Vec<[f64; 1]>,
    /// A state and then its tangent.
    both: Vec<f64>,
}

impl OutputTangents<'_> {
    /// Tangents of the nodes in their order, at a state that moves at `tangent`.
    pub fn at(&mut self, time: f64, state: &[f64], tangent: &[f64]) -> Vec<f64> {
        let (values, rates) = self.both.split_at_mut(self.tangents.state_count);
        values.copy_from_slice(state);
        rates.copy_from_slice(tangent);
        self.tangents.outputs.evaluate(&mut self.registers, time, &self.both);
        let mut found = vec![0.0; self.tangents.output_count];
        self.tangents.outputs.outputs(&self.registers, &mut found);
        found
    }
}

/// Tangents with the parameters of one patient, `N` directions and working registers.
pub struct BoundTangents<'t, const N: usize> {
    /// The tangents.
    pub tangents: &'t Tangents,
    registers: Block<N>,
    set: InstructionSet,
}

impl<const N: usize> BoundTangents<'_, N> {
    /// ḟ of all states at `time`; `both` holds the state, the same in every lane, and then its tangents.
    pub fn evaluate_rates(&mut self, time: f64, both: &[[f64; N]], into: &mut [[f64; N]]) {
        self.tangents.program.set_point(self.registers.lanes_mut(), &[time; N], both);
        self.evaluate(RATES, into);
    }

    /// J̇ at [`Tangents::jacobian_positions`], at the point of the last rates.
    pub fn evaluate_jacobian(&mut self, into: &mut [[f64; N]]) {
        self.evaluate(JACOBIAN, into);
    }

    /// The tangent of ∂f/∂t at the point of the last Jacobian; zero where it does not move.
    pub fn evaluate_time_derivative(&mut self, into: &mut [[f64; N]]) {
        if self.tangents.time_derivative_moves {
            self.evaluate(TIME_DERIVATIVE, into);
        } else {
            into.fill([0.0; N]);
        }
    }

    fn evaluate(&mut self, phase: usize, into: &mut [[f64; N]]) {
        self.set.run(EvaluatePhase { program: &self.tangents.program, phase, registers: self.registers.lanes_mut(), into });
    }
}

#[cfg(test)]
#[path = "tangents_tests.rs"]
mod tests;
