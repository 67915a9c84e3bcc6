//! A flat register program of graph nodes: what depends on parameters alone runs once per patient, the rest once per evaluation; equal operations
//! are grouped into runs, so that the interpreter decides once per run and not once per operation.
//!
//! Registers: constants | parameters | results of the setup | time | states | results of the phases. An operation reads only registers below the
//! one it writes. Sums of many terms are one operation with many operands, added in the order of the graph: the same bits as one by one, without
//! the stores between.
//!
//! A program serves one patient (`N` = 1) or a batch of lanes (`[f64; N]` per register): lane for lane the operations, and so the bits, are the same.
use super::graph::{Function, Graph, Node, NodeId, Operation, apply, combine};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Action {
    Unary(Function),
    Binary(Operation),
    Select,
    /// A chain of additions and subtractions; the number of operands.
    Chain(u32),
}

/// Consecutive operations of one kind: `count` of them, writing the registers from `first` on.
#[derive(Clone, Debug)]
struct Run {
    action: Action,
    first: u32,
    /// Operands of all operations of the run: `a`s, then `b`s, then `c`s; of chains: one chain after the other.
    operands: Vec<u32>,
    /// Of chains: what each operand is multiplied by, 1 or −1.
    signs: Vec<f64>,
    count: usize,
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
        let live = live_nodes(graph, &all);
        let mut uses = vec![0u32; graph.nodes().len()];
        live.iter().flat_map(|&id| graph.operands(id)).chain(all).for_each(|id| uses[id.0 as usize] += 1);
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
        let setup_nodes: Vec<NodeId> = live.iter().copied().filter(|&id| !leaf(id) && !graph.varies(id)).collect();
        let setup = group(graph, &setup_nodes, &uses, &mut register, &mut next);
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
                let nodes = live_nodes(graph, outputs);
                let nodes: Vec<NodeId> = nodes.into_iter().filter(|id| graph.varies(*id) && register[id.0 as usize] == u32::MAX).collect();
                group(graph, &nodes, &uses, &mut register, &mut next)
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

    /// How many operations one evaluation of a phase costs; a sum of n terms counts n − 1.
    pub fn operation_count(&self, phase: usize) -> usize {
        let cost = |run: &Run| match run.action {
            Action::Chain(length) => run.count * (length as usize - 1),
            _ => run.count,
        };
        self.phases[phase].iter().map(cost).sum()
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

/// One operation to be placed.
struct Task {
    id: NodeId,
    action: Action,
    operands: Vec<NodeId>,
    signs: Vec<f64>,
    level: u32,
}

/// Groups nodes by level (an operation reads only lower levels) and kind, and gives them registers. Sums that only one other sum of the same group
/// uses become part of it; `uses` counts the users of every node, outputs among them.
fn group(graph: &Graph, nodes: &[NodeId], uses: &[u32], register: &mut [u32], next: &mut usize) -> Vec<Run> {
    let mut levels = std::collections::HashMap::<NodeId, u32>::with_capacity(nodes.len());
    let is_sum = |id: NodeId| matches!(graph.node(id), Node::Binary(Operation::Add | Operation::Subtract, ..));
    let members: std::collections::HashSet<NodeId> = nodes.iter().copied().collect();
    let inner = |id: NodeId| members.contains(&id) && is_sum(id) && uses[id.0 as usize] == 1;
    // the sum that a sum continues: its left operand, or the right one of an addition
    let continued = |id: NodeId| match graph.node(id) {
        Node::Binary(Operation::Add | Operation::Subtract, a, _) if inner(a) => Some(a),
        Node::Binary(Operation::Add, _, b) if inner(b) => Some(b),
        _ => None,
    };
    let mut swallowed = std::collections::HashSet::new();
    nodes.iter().filter(|&&id| is_sum(id)).filter_map(|&id| continued(id)).for_each(|id| {
        swallowed.insert(id);
    });
    let mut tasks: Vec<Task> = Vec::new();
    for &id in nodes.iter().filter(|id| !swallowed.contains(id)) {
        let mut operands: Vec<NodeId> = graph.operands(id).collect();
        let mut signs = Vec::new();
        let action = match graph.node(id) {
            Node::Binary(..) if continued(id).is_some() => {
                (operands, signs) = chain(graph, id, &continued);
                Action::Chain(operands.len() as u32)
            }
            Node::Unary(function, _) => Action::Unary(function),
            Node::Binary(operation, ..) => Action::Binary(operation),
            _ => Action::Select,
        };
        let level = 1 + operands.iter().filter_map(|operand| levels.get(operand)).max().copied().unwrap_or(0);
        levels.insert(id, level);
        tasks.push(Task { id, action, operands, signs, level });
    }
    tasks.sort_by_key(|task| (task.level, task.action, task.id));
    let mut runs: Vec<Run> = Vec::new();
    for members in tasks.chunk_by(|a, b| (a.level, a.action) == (b.level, b.action)) {
        let first = *next as u32;
        for task in members {
            register[task.id.0 as usize] = *next as u32;
            *next += 1;
        }
        let at = |id: &NodeId| register[id.0 as usize];
        let operands = match members[0].action {
            Action::Chain(_) => members.iter().flat_map(|task| task.operands.iter().map(at)).collect(),
            _ => (0..members[0].operands.len()).flat_map(|k| members.iter().map(move |task| at(&task.operands[k]))).collect(),
        };
        let signs = members.iter().flat_map(|task| task.signs.iter().copied()).collect();
        runs.push(Run { action: members[0].action, first, operands, signs, count: members.len() });
    }
    runs
}

/// Terms and signs of a sum with the sums that it continues, innermost first.
fn chain(graph: &Graph, id: NodeId, continued: &impl Fn(NodeId) -> Option<NodeId>) -> (Vec<NodeId>, Vec<f64>) {
    let mut terms = Vec::new();
    let mut present = id;
    while let Node::Binary(operation, a, b) = graph.node(present) {
        let sign = if operation == Operation::Subtract { -1.0 } else { 1.0 };
        match continued(present) {
            Some(inner) => {
                terms.push(if inner == a { (b, sign) } else { (a, 1.0) });
                present = inner;
            }
            None => {
                terms.extend([(b, sign), (a, 1.0)]);
                break;
            }
        }
    }
    terms.into_iter().rev().unzip()
}

impl Run {
    #[inline(always)]
    fn execute<const N: usize>(&self, registers: &mut [[f64; N]]) {
        let (read, write) = registers.split_at_mut(self.first as usize);
        let write = &mut write[..self.count];
        let (a, rest) = self.operands.split_at(self.count);
        match self.action {
            Action::Binary(operation) => {
                let b = &rest[..self.count];
                macro_rules! each {
                    ($f:expr) => {
                        for ((w, &a), &b) in write.iter_mut().zip(a).zip(b) {
                            let (x, y) = (&read[a as usize], &read[b as usize]);
                            for lane in 0..N {
                                w[lane] = $f(x[lane], y[lane]);
                            }
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
            Action::Chain(length) => {
                let length = length as usize;
                let terms = self.operands.chunks_exact(length).zip(self.signs.chunks_exact(length));
                for (w, (operands, signs)) in write.iter_mut().zip(terms) {
                    let mut sum = read[operands[0] as usize];
                    for (&term, &sign) in operands[1..].iter().zip(&signs[1..]) {
                        let term = &read[term as usize];
                        for lane in 0..N {
                            sum[lane] += sign * term[lane];
                        }
                    }
                    *w = sum;
                }
            }
            Action::Unary(function) => {
                for (w, &a) in write.iter_mut().zip(a) {
                    let x = &read[a as usize];
                    for lane in 0..N {
                        w[lane] = apply(function, x[lane]);
                    }
                }
            }
            Action::Select => {
                let (then, otherwise) = rest.split_at(self.count);
                for (((w, &a), &b), &c) in write.iter_mut().zip(a).zip(then).zip(otherwise) {
                    for lane in 0..N {
                        w[lane] = if read[a as usize][lane] != 0.0 { read[b as usize][lane] } else { read[c as usize][lane] };
                    }
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
        assert_eq!(program.operation_count(0), 5);
    }
}
