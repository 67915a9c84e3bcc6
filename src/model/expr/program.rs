//! A flat register program of graph nodes: what depends on parameters alone runs once per patient, the rest once per evaluation; equal operations
//! are grouped into runs, so that the interpreter decides once per run and not once per operation.
//!
//! Registers: constants | parameters | results of the setup | time | states | results of the phases. An operation reads only registers below the
//! one it writes. A sum of many terms is one operation, a sum of products (a plain term is its product with one): what is added first, then what is
//! subtracted. That is another order than the graph's, and spares the stores between. Which sums are formed depends on the graph alone.
//!
//! A program serves one patient (`N` = 1) or a batch of lanes (`[f64; N]` per register): lane for lane the operations, and so the bits, are the same.
use super::graph::{Function, Graph, Node, NodeId, Operation, apply, combine};
use super::sums::Sums;
use crate::math::Operands;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Action {
    Unary(Function),
    Binary(Operation),
    Select,
    /// Sums of several terms, some of them products.
    Sum,
}

/// Consecutive operations of one kind: `count` of them, writing the registers from `first` on.
#[derive(Clone, Debug)]
struct Run {
    action: Action,
    first: u32,
    count: usize,
    operands: Arguments,
}

/// Where the operations of a run read.
#[derive(Clone, Debug)]
enum Arguments {
    One(Operands<1>),
    Two(Operands<2>),
    Three(Operands<3>),
    /// Factors of the products that make up each sum (a plain term is a product with one), and how many are added and subtracted.
    Sums(Operands<2>, Vec<(u32, u32)>),
}

/// A compiled set of nodes in one or more phases.
#[derive(Clone, Debug)]
pub struct Program {
    constants: Vec<f64>,
    parameter_count: usize,
    state_count: usize,
    setup: Vec<Run>,
    time_register: usize,
    phases: Vec<Vec<Run>>,
    register_count: usize,
    outputs: Vec<Vec<u32>>,
}

impl Program {
    /// Compiles `outputs` for systems of `parameter_count` parameters and `state_count` states, as one phase.
    pub fn compile(graph: &Graph, outputs: &[NodeId], parameter_count: usize, state_count: usize) -> Program {
        Program::compile_phases(graph, &[outputs], parameter_count, state_count)
    }

    /// Compiles several sets of outputs. A phase uses what the phases before it have computed at the same time and state, so that nothing is
    /// computed twice; evaluate them in their order.
    pub fn compile_phases(graph: &Graph, outputs: &[&[NodeId]], parameter_count: usize, state_count: usize) -> Program {
        let all: Vec<NodeId> = outputs.concat();
        let live = live_nodes(graph, &all, |_| false);
        // register 0 holds the one of plain terms; no node of the graph has this number
        let one = NodeId(graph.nodes().len() as u32);
        let mut uses = vec![0u32; graph.nodes().len()];
        live.iter().flat_map(|&id| graph.operands(id)).chain(all).for_each(|id| uses[id.0 as usize] += 1);
        let mut register = vec![u32::MAX; graph.nodes().len() + 1];
        register[one.0 as usize] = 0;
        let mut constants = vec![1.0];
        for &id in &live {
            if let Node::Constant(bits) = graph.node(id) {
                register[id.0 as usize] = constants.len() as u32;
                constants.push(f64::from_bits(bits));
            }
        }
        let parameters_at = constants.len();
        let mut next = parameters_at + parameter_count;
        let leaf = |id: NodeId| matches!(graph.node(id), Node::Constant(_) | Node::Parameter(_) | Node::State(_) | Node::Time);
        for &id in &live {
            if let Node::Parameter(position) = graph.node(id) {
                register[id.0 as usize] = (parameters_at + position as usize) as u32;
            }
        }
        let setup_nodes: Vec<NodeId> = live.iter().copied().filter(|&id| !leaf(id) && !graph.varies(id)).collect();
        let setup = group(graph, &setup_nodes, &uses, one, &mut register, &mut next);
        let time_register = next;
        next += 1 + state_count;
        for &id in &live {
            match graph.node(id) {
                Node::Time => register[id.0 as usize] = time_register as u32,
                Node::State(position) => register[id.0 as usize] = (time_register + 1 + position as usize) as u32,
                _ => {}
            }
        }
        let phases = outputs
            .iter()
            .map(|outputs| {
                // what is known is not looked behind: the terms of a sum that an earlier phase has computed are needed no more
                let known = |id: NodeId| !graph.varies(id) || register[id.0 as usize] != u32::MAX;
                let nodes: Vec<NodeId> = live_nodes(graph, outputs, known).into_iter().filter(|&id| !known(id)).collect();
                group(graph, &nodes, &uses, one, &mut register, &mut next)
            })
            .collect();
        Program {
            constants,
            parameter_count,
            state_count,
            setup,
            time_register,
            phases,
            register_count: next,
            outputs: outputs.iter().map(|ids| ids.iter().map(|id| register[id.0 as usize]).collect()).collect(),
        }
    }

    /// Number of registers, for the batches of [`Self::prepare_lane`].
    pub fn register_count(&self) -> usize {
        self.register_count
    }

    /// Registers for one patient, with everything that depends on the parameters alone computed.
    pub fn prepare(&self, parameters: &[f64]) -> Vec<[f64; 1]> {
        let mut registers = vec![[0.0]; self.register_count];
        // at no point yet, see `is_at`
        registers[self.time_register] = [f64::NAN];
        self.prepare_into(parameters, &mut registers);
        registers
    }

    /// Like [`Self::prepare`], into registers of an earlier patient.
    pub fn prepare_into(&self, parameters: &[f64], registers: &mut [[f64; 1]]) {
        debug_assert_eq!(parameters.len(), self.parameter_count);
        let values = self.constants.iter().chain(parameters);
        registers.iter_mut().zip(values).for_each(|(register, &value)| *register = [value]);
        self.setup.iter().for_each(|run| run.execute(registers));
    }

    /// Prepares lane `lane` of a batch for one patient; `scratch` are registers as [`Self::prepare`] gives them.
    pub fn prepare_lane<const N: usize>(&self, parameters: &[f64], scratch: &mut [[f64; 1]], registers: &mut [[f64; N]], lane: usize) {
        self.prepare_into(parameters, scratch);
        for (register, value) in registers[..self.time_register].iter_mut().zip(scratch) {
            register[lane] = value[0];
        }
    }

    /// Sets the point at which the phases are evaluated.
    #[inline(always)]
    pub fn set_point<const N: usize>(&self, registers: &mut [[f64; N]], time: &[f64; N], states: &[[f64; N]]) {
        registers[self.time_register] = *time;
        registers[self.time_register + 1..][..self.state_count].copy_from_slice(states);
    }

    /// Whether the registers hold this point.
    pub fn is_at(&self, registers: &[[f64; 1]], time: f64, states: &[f64]) -> bool {
        registers[self.time_register] == [time] && registers[self.time_register + 1..][..self.state_count].as_flattened() == states
    }

    /// Evaluates one phase at the point that was set; the results are read with [`Self::outputs`].
    #[inline(always)]
    pub fn evaluate_phase<const N: usize>(&self, phase: usize, registers: &mut [[f64; N]]) {
        for run in &self.phases[phase] {
            run.execute(registers);
        }
    }

    /// Evaluates a program of one phase for one patient.
    pub fn evaluate(&self, registers: &mut [[f64; 1]], time: f64, states: &[f64]) {
        self.set_point(registers, &[time], states.as_chunks().0);
        self.evaluate_phase(0, registers);
    }

    /// Copies the results of the last evaluation of a phase, in the order in which the nodes were given.
    #[inline(always)]
    pub fn phase_outputs<const N: usize>(&self, phase: usize, registers: &[[f64; N]], into: &mut [[f64; N]]) {
        for (value, register) in into.iter_mut().zip(&self.outputs[phase]) {
            *value = registers[*register as usize];
        }
    }

    /// Copies the results of a program of one phase for one patient.
    pub fn outputs(&self, registers: &[[f64; 1]], into: &mut [f64]) {
        self.phase_outputs(0, registers, into.as_chunks_mut().0);
    }

    /// How many operations one evaluation of a phase costs; a sum of n terms counts n − 1 additions and n products.
    pub fn operation_count(&self, phase: usize) -> usize {
        let cost = |run: &Run| match &run.operands {
            Arguments::Sums(factors, _) => 2 * factors.places().len() - run.count,
            _ => run.count,
        };
        self.phases[phase].iter().map(cost).sum()
    }
}

/// The nodes that the outputs need, operands before users; what only `known` ones need is left out.
fn live_nodes(graph: &Graph, outputs: &[NodeId], known: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
    let mut needed = vec![false; graph.nodes().len()];
    outputs.iter().for_each(|id| needed[id.0 as usize] = true);
    for position in (0..needed.len()).rev() {
        if needed[position] && !known(NodeId(position as u32)) {
            graph.operands(NodeId(position as u32)).for_each(|operand| needed[operand.0 as usize] = true);
        }
    }
    (0..needed.len()).filter(|&position| needed[position]).map(|position| NodeId(position as u32)).collect()
}

/// One operation to be placed.
struct Task {
    id: NodeId,
    action: Action,
    operands: Vec<NodeId>,
    /// Of sums: how many products are added and subtracted.
    terms: (u32, u32),
    level: u32,
}

/// Groups nodes by level (an operation reads only lower levels) and kind, and gives them registers; `uses` counts the users of every node, outputs
/// among them.
fn group(graph: &Graph, nodes: &[NodeId], uses: &[u32], one: NodeId, register: &mut [u32], next: &mut usize) -> Vec<Run> {
    let sums = Sums::new(graph, nodes, uses, one);
    let mut levels = std::collections::HashMap::<NodeId, u32>::with_capacity(nodes.len());
    let mut tasks: Vec<Task> = Vec::new();
    for &id in nodes.iter().filter(|id| !sums.swallowed.contains(id)) {
        let (mut operands, mut terms) = (graph.operands(id).collect::<Vec<_>>(), (0, 0));
        let action = match graph.node(id) {
            Node::Binary(Operation::Add | Operation::Subtract, ..) if sums.is_long(id) => {
                (operands, terms) = sums.terms(id);
                Action::Sum
            }
            Node::Unary(function, _) => Action::Unary(function),
            Node::Binary(operation, ..) => Action::Binary(operation),
            _ => Action::Select,
        };
        let level = 1 + operands.iter().filter_map(|operand| levels.get(operand)).max().copied().unwrap_or(0);
        levels.insert(id, level);
        tasks.push(Task { id, action, operands, terms, level });
    }
    tasks.sort_by_key(|task| (task.level, task.action, task.id));
    let mut runs: Vec<Run> = Vec::new();
    for members in tasks.chunk_by(|a, b| (a.level, a.action) == (b.level, b.action)) {
        let first = *next as u32;
        for task in members {
            register[task.id.0 as usize] = *next as u32;
            *next += 1;
        }
        let at = |id: NodeId| register[id.0 as usize];
        let operands = match members[0].action {
            Action::Sum => {
                let factors = members.iter().flat_map(|task| task.operands.as_chunks::<2>().0).map(|pair| pair.map(at)).collect();
                Arguments::Sums(Operands::new(factors), members.iter().map(|task| task.terms).collect())
            }
            Action::Unary(_) => Arguments::One(places(members, at)),
            Action::Binary(_) => Arguments::Two(places(members, at)),
            Action::Select => Arguments::Three(places(members, at)),
        };
        runs.push(Run { action: members[0].action, first, count: members.len(), operands });
    }
    runs
}

/// Registers of the operands of operations that have `K` of them.
fn places<const K: usize>(tasks: &[Task], at: impl Fn(NodeId) -> u32) -> Operands<K> {
    Operands::new(tasks.iter().map(|task| std::array::from_fn(|operand| at(task.operands[operand]))).collect())
}

impl Run {
    #[inline(always)]
    fn execute<const N: usize>(&self, registers: &mut [[f64; N]]) {
        let (read, write) = registers.split_at_mut(self.first as usize);
        let write = &mut write[..self.count];
        match (&self.operands, self.action) {
            (Arguments::Two(operands), Action::Binary(operation)) => {
                macro_rules! each {
                    ($f:expr) => {
                        for (w, [x, y]) in write.iter_mut().zip(operands.of(read)) {
                            let mut value = *x;
                            for lane in 0..N {
                                value[lane] = $f(value[lane], y[lane]);
                            }
                            *w = value;
                        }
                    };
                }
                match operation {
                    Operation::Add => each!(|x: f64, y: f64| x + y),
                    Operation::Subtract => each!(|x: f64, y: f64| x - y),
                    Operation::Multiply => each!(|x: f64, y: f64| x * y),
                    Operation::Divide => each!(|x: f64, y: f64| x / y),
                    other => each!(|x: f64, y: f64| combine(other, x, y)),
                }
            }
            (Arguments::Sums(factors, counts), _) => {
                let mut factors = factors.of(read);
                for (w, &(added, subtracted)) in write.iter_mut().zip(counts) {
                    let mut sum = [0.0; N];
                    for [x, y] in factors.take_next(added as usize) {
                        for lane in 0..N {
                            sum[lane] += x[lane] * y[lane];
                        }
                    }
                    for [x, y] in factors.take_next(subtracted as usize) {
                        for lane in 0..N {
                            sum[lane] -= x[lane] * y[lane];
                        }
                    }
                    *w = sum;
                }
            }
            (Arguments::One(operands), Action::Unary(function)) => {
                for (w, [x]) in write.iter_mut().zip(operands.of(read)) {
                    let mut value = *x;
                    for lane in 0..N {
                        value[lane] = apply(function, value[lane]);
                    }
                    *w = value;
                }
            }
            (Arguments::Three(operands), _) => {
                for (w, [condition, then, otherwise]) in write.iter_mut().zip(operands.of(read)) {
                    for lane in 0..N {
                        w[lane] = if condition[lane] != 0.0 { then[lane] } else { otherwise[lane] };
                    }
                }
            }
            // operands and action are made together in `group`
            (Arguments::One(_) | Arguments::Two(_), _) => {}
        }
    }
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
