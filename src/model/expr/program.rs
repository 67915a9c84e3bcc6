//! A flat register program of a set of graph nodes: what depends on parameters alone runs once per patient, the rest once per evaluation;
//! equal operations are grouped into runs, so that the interpreter decides once per run and not once per operation.
//!
//! Registers: constants | parameters | results of the setup | time | states | results of the evaluation. An operation reads only registers
//! below the one it writes.
use super::graph::{Function, Graph, Node, NodeId, Operation, apply, combine};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Action {
    Unary(Function),
    Binary(Operation),
    Select,
}

/// Consecutive operations of one kind: `count` of them, writing the registers from `first` on.
#[derive(Clone, Debug)]
struct Run {
    action: Action,
    first: u32,
    /// Operands of all operations of the run: `a`s, then `b`s, then `c`s.
    operands: Vec<u32>,
    count: usize,
}

/// A compiled set of nodes.
#[derive(Clone, Debug)]
pub struct Program {
    constants: Vec<f64>,
    parameter_count: usize,
    state_count: usize,
    setup: Vec<Run>,
    time_register: usize,
    evaluation: Vec<Run>,
    register_count: usize,
    outputs: Vec<u32>,
}

impl Program {
    /// Compiles `outputs` for systems of `parameter_count` parameters and `state_count` states.
    pub fn compile(graph: &Graph, outputs: &[NodeId], parameter_count: usize, state_count: usize) -> Program {
        let live = live_nodes(graph, outputs);
        let mut register = vec![u32::MAX; graph.nodes().len()];
        let mut constants = Vec::new();
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
        let mut levels = vec![0u32; graph.nodes().len()];
        let setup_nodes: Vec<NodeId> = live.iter().copied().filter(|&id| !leaf(id) && !graph.varies(id)).collect();
        let setup = group(graph, &setup_nodes, &mut levels, &mut register, &mut next);
        let time_register = next;
        next += 1 + state_count;
        for &id in &live {
            match graph.node(id) {
                Node::Time => register[id.0 as usize] = time_register as u32,
                Node::State(position) => register[id.0 as usize] = (time_register + 1 + position as usize) as u32,
                _ => {}
            }
        }
        let evaluated: Vec<NodeId> = live.iter().copied().filter(|&id| !leaf(id) && graph.varies(id)).collect();
        let evaluation = group(graph, &evaluated, &mut levels, &mut register, &mut next);
        Program {
            constants,
            parameter_count,
            state_count,
            setup,
            time_register,
            evaluation,
            register_count: next,
            outputs: outputs.iter().map(|id| register[id.0 as usize]).collect(),
        }
    }

    /// Registers for one patient, with everything that depends on the parameters alone computed.
    pub fn prepare(&self, parameters: &[f64]) -> Vec<f64> {
        let mut registers = vec![0.0; self.register_count];
        self.prepare_into(parameters, &mut registers);
        registers
    }

    /// Like [`Self::prepare`], into registers of an earlier patient.
    pub fn prepare_into(&self, parameters: &[f64], registers: &mut [f64]) {
        debug_assert_eq!(parameters.len(), self.parameter_count);
        let at = self.constants.len();
        registers[..at].copy_from_slice(&self.constants);
        registers[at..at + self.parameter_count].copy_from_slice(parameters);
        self.setup.iter().for_each(|run| run.execute(registers));
    }

    /// Evaluates the program for a state; the results are read with [`Self::outputs`].
    pub fn evaluate(&self, registers: &mut [f64], time: f64, states: &[f64]) {
        registers[self.time_register] = time;
        registers[self.time_register + 1..][..self.state_count].copy_from_slice(states);
        self.evaluation.iter().for_each(|run| run.execute(registers));
    }

    /// Copies the results of the last evaluation, in the order in which the nodes were given.
    pub fn outputs(&self, registers: &[f64], into: &mut [f64]) {
        for (value, register) in into.iter_mut().zip(&self.outputs) {
            *value = registers[*register as usize];
        }
    }

    /// How many operations one evaluation costs.
    pub fn operation_count(&self) -> usize {
        self.evaluation.iter().map(|run| run.count).sum()
    }
}

/// The nodes that the outputs need, operands before users.
fn live_nodes(graph: &Graph, outputs: &[NodeId]) -> Vec<NodeId> {
    let mut needed = vec![false; graph.nodes().len()];
    outputs.iter().for_each(|id| needed[id.0 as usize] = true);
    for position in (0..needed.len()).rev() {
        if needed[position] {
            graph.operands(NodeId(position as u32)).for_each(|operand| needed[operand.0 as usize] = true);
        }
    }
    (0..needed.len()).filter(|&position| needed[position]).map(|position| NodeId(position as u32)).collect()
}

/// Groups nodes by level (an operation reads only lower levels) and kind, and gives them registers.
fn group(graph: &Graph, nodes: &[NodeId], levels: &mut [u32], register: &mut [u32], next: &mut usize) -> Vec<Run> {
    let action = |id: NodeId| match graph.node(id) {
        Node::Unary(function, _) => Action::Unary(function),
        Node::Binary(operation, ..) => Action::Binary(operation),
        _ => Action::Select,
    };
    for &id in nodes {
        levels[id.0 as usize] = 1 + graph.operands(id).map(|operand| levels[operand.0 as usize]).max().unwrap_or(0);
    }
    let mut order = nodes.to_vec();
    order.sort_by_key(|&id| (levels[id.0 as usize], action(id), id));
    let mut runs: Vec<Run> = Vec::new();
    for members in order.chunk_by(|&a, &b| (levels[a.0 as usize], action(a)) == (levels[b.0 as usize], action(b))) {
        let first = *next as u32;
        for &id in members {
            register[id.0 as usize] = *next as u32;
            *next += 1;
        }
        let arity = graph.operands(members[0]).count();
        let operands = (0..arity)
            .flat_map(|k| members.iter().filter_map(move |&id| graph.operands(id).nth(k)))
            .map(|id| register[id.0 as usize])
            .collect();
        runs.push(Run { action: action(members[0]), first, operands, count: members.len() });
    }
    runs
}

impl Run {
    #[inline]
    fn execute(&self, registers: &mut [f64]) {
        let (read, write) = registers.split_at_mut(self.first as usize);
        let write = &mut write[..self.count];
        let (a, rest) = self.operands.split_at(self.count);
        match self.action {
            Action::Binary(operation) => {
                let b = &rest[..self.count];
                macro_rules! each {
                    ($f:expr) => {
                        for ((w, &a), &b) in write.iter_mut().zip(a).zip(b) {
                            *w = $f(read[a as usize], read[b as usize]);
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
            Action::Unary(function) => {
                for (w, &a) in write.iter_mut().zip(a) {
                    *w = apply(function, read[a as usize]);
                }
            }
            Action::Select => {
                let (then, otherwise) = rest.split_at(self.count);
                for (((w, &a), &b), &c) in write.iter_mut().zip(a).zip(then).zip(otherwise) {
                    *w = if read[a as usize] != 0.0 { read[b as usize] } else { read[c as usize] };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gives_the_bits_of_the_graph() {
        let mut graph = Graph::default();
        let (p, q) = (graph.parameter(0), graph.parameter(1));
        let (x, y) = (graph.state(0), graph.state(1));
        let volume = graph.multiply(p, q);
        let clearance = graph.unary(Function::Exp, volume);
        let concentration = graph.divide(x, clearance);
        let bound = graph.multiply(concentration, y);
        let less = graph.binary(Operation::Less, bound, p);
        let time = graph.time();
        let chosen = graph.select(less, bound, time);
        let difference = graph.subtract(chosen, y);
        let outputs = [difference, clearance, bound, q];
        let program = Program::compile(&graph, &outputs, 2, 2);
        for (parameters, states, time) in [([0.3, 1.7], [2.0, 0.01], 3.0), ([0.3, 1.7], [2.0, 5.0], 4.0)] {
            let mut registers = program.prepare(&parameters);
            program.evaluate(&mut registers, time, &states);
            let mut found = [0.0; 4];
            program.outputs(&registers, &mut found);
            let reference = graph.evaluate(&parameters, &states, time);
            for (value, id) in found.iter().zip(outputs) {
                assert_eq!(value.to_bits(), reference[id.0 as usize].to_bits());
            }
        }
        assert_eq!(program.operation_count(), 5);
    }
}
