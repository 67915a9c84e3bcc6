//! Expression graph → straight-line C: what depends on parameters alone is computed once per patient into an array of constants, the rest per
//! call with every shared sub-expression computed once. All peers run this code, so that none pays for an interpreter.
//!
//! Array `w` of the generated functions: the hoisted constants, then one infusion rate per dosed state.

use std::fmt::Write;

use rptbench::model::expr::derivative::Derivative;
use rptbench::model::expr::graph::{Function, Graph, Node, NodeId, Operation};
use rptbench::model::system::SystemBuilder;

/// The nodes of a system and of its Jacobian, ready to be written as code.
pub struct Equations {
    /// All nodes, those of the Jacobian included.
    pub graph: Graph,
    /// Rate of change of every state.
    pub rates: Vec<NodeId>,
    /// (row, column) of the entries of the Jacobian in compressed-column order: by column, then by row.
    pub pattern: Vec<(usize, usize)>,
    /// Their nodes.
    pub entries: Vec<NodeId>,
    /// Nodes that depend on parameters alone and are read by nodes that vary: the constants of a patient.
    pub hoisted: Vec<NodeId>,
    /// States that take an infusion.
    pub dosed: Vec<usize>,
}

impl Equations {
    /// Differentiates the rates and finds what can be hoisted.
    pub fn new(builder: &SystemBuilder, dosed: Vec<usize>) -> Equations {
        Equations::of(builder.graph.clone(), builder.rates(), dosed)
    }

    /// The same of a graph and its nodes.
    pub fn of(mut graph: Graph, rates: Vec<NodeId>, dosed: Vec<usize>) -> Equations {
        let zero = graph.constant(0.0);
        let (mut pattern, mut entries) = (Vec::new(), Vec::new());
        for column in 0..rates.len() {
            let leaf = graph.state(column);
            let mut derivative = Derivative::with_respect_to(leaf);
            for (row, rate) in rates.iter().enumerate() {
                let entry = derivative.of(&mut graph, *rate);
                if entry != zero {
                    pattern.push((row, column));
                    entries.push(entry);
                }
            }
        }
        let outputs: Vec<NodeId> = rates.iter().chain(&entries).copied().collect();
        let constant = |id: NodeId| matches!(graph.node(id), Node::Constant(_));
        let mut hoisted: Vec<NodeId> = live(&graph, &outputs, |_| true)
            .into_iter()
            .filter(|id| graph.varies(*id))
            .flat_map(|id| graph.operands(id).collect::<Vec<_>>())
            .chain(outputs)
            .filter(|id| !graph.varies(*id) && !constant(*id))
            .collect();
        hoisted.sort_unstable();
        hoisted.dedup();
        Equations { graph, rates, pattern, entries, hoisted, dosed }
    }

    /// Length of `w`.
    pub fn constant_count(&self) -> usize {
        self.hoisted.len() + self.dosed.len()
    }

    /// The constants of one patient, infusion rates 0.
    pub fn constants(&self, parameters: &[f64]) -> Vec<f64> {
        let values = self.graph.evaluate(parameters, &[], 0.0);
        self.hoisted.iter().map(|id| values[id.0 as usize]).chain(self.dosed.iter().map(|_| 0.0)).collect()
    }

    /// Column pointers and row indices of the entries among the first `count` rows and columns, and their positions.
    pub fn compressed(&self, count: usize) -> (Vec<i32>, Vec<i32>, Vec<usize>) {
        let (mut pointers, mut rows, mut kept) = (vec![0], Vec::new(), Vec::new());
        for column in 0..count {
            for (position, entry) in self.pattern.iter().enumerate().filter(|(_, entry)| entry.1 == column && entry.0 < count) {
                rows.push(entry.0 as i32);
                kept.push(position);
            }
            pointers.push(rows.len() as i32);
        }
        (pointers, rows, kept)
    }

    /// The whole C file. `core` is the number of leading states that read no later one.
    pub fn c_code(&self, core: usize) -> String {
        let mut code = String::from("/* generated from the expression graph of the model; do not edit */\n#include <math.h>\n");
        let parameters = Reads { states: "y", hoisted: None };
        code += &self.function("model_setup", "const double *p, double *w", &self.hoisted, "w", &parameters, "");
        let mut by_index = vec![None; self.graph.nodes().len()];
        self.hoisted.iter().enumerate().for_each(|(position, id)| by_index[id.0 as usize] = Some(position));
        let reads = Reads { states: "y", hoisted: Some(by_index) };
        let mut doses = String::new();
        for (position, state) in self.dosed.iter().enumerate() {
            let _ = writeln!(doses, "  out[{state}] += w[{}];", self.hoisted.len() + position);
        }
        let arguments = "const double *restrict w, const double *restrict y, double *restrict out";
        code += &self.function("model_rates", arguments, &self.rates, "out", &reads, &doses);
        code += &self.function("model_jacobian", arguments, &self.entries, "out", &reads, "");
        code += &self.function("model_core_rates", arguments, &self.rates[..core], "out", &reads, &doses);
        code += &self.function("model_quadratures", arguments, &self.rates[core..], "out", &reads, "");
        let core_entries: Vec<NodeId> = self.compressed(core).2.iter().map(|position| self.entries[*position]).collect();
        code += &self.function("model_core_jacobian", arguments, &core_entries, "out", &reads, "");
        // J·v row by row, for those who want products
        let mut rows = vec![String::new(); self.rates.len()];
        for (position, (row, column)) in self.pattern.iter().enumerate() {
            let joint = if rows[*row].is_empty() { "" } else { " + " };
            let _ = write!(rows[*row], "{joint}j[{position}] * v[{column}]");
        }
        let _ = writeln!(
            code,
            "void model_jacobian_times(const double *restrict w, const double *restrict y, const double *restrict v, double *restrict out) {{\n  double j[{}];\n  model_jacobian(w, y, j);",
            self.entries.len()
        );
        for (row, sum) in rows.iter().enumerate() {
            let _ = writeln!(code, "  out[{row}] = {};", if sum.is_empty() { "0.0" } else { sum });
        }
        code += "}\n";
        for (name, count) in [("model", self.rates.len()), ("core", core)] {
            let (pointers, rows, _) = self.compressed(count);
            let list = |values: &[i32]| values.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
            let _ = writeln!(code, "const int {name}_states = {count};\nconst int {name}_entries = {};", rows.len());
            let _ = writeln!(code, "const int {name}_columns[] = {{{}}};\nconst int {name}_rows[] = {{{}}};", list(&pointers), list(&rows));
        }
        let _ = writeln!(code, "const int model_constants = {};", self.constant_count());
        code
    }

    fn function(&self, name: &str, arguments: &str, outputs: &[NodeId], target: &str, reads: &Reads, tail: &str) -> String {
        let graph = &self.graph;
        let mut code = format!("void {name}({arguments}) {{\n");
        let stop = |id: NodeId| reads.name(graph, id).is_none();
        for id in live(graph, outputs, stop).into_iter().filter(|id| stop(*id)) {
            let read = |id: NodeId| reads.name(graph, id).unwrap_or_else(|| format!("n{}", id.0));
            let value = match graph.node(id) {
                Node::Unary(function, a) => {
                    let a = read(a);
                    match function {
                        Function::Negate => format!("-{a}"),
                        Function::Exp => format!("exp({a})"),
                        Function::Log => format!("log({a})"),
                        Function::SquareRoot => format!("sqrt({a})"),
                        Function::Absolute => format!("fabs({a})"),
                        Function::Sine => format!("sin({a})"),
                        Function::Cosine => format!("cos({a})"),
                        Function::HyperbolicTangent => format!("tanh({a})"),
                    }
                }
                Node::Binary(operation, a, b) => {
                    let (a, b) = (read(a), read(b));
                    match operation {
                        Operation::Add => format!("{a} + {b}"),
                        Operation::Subtract => format!("{a} - {b}"),
                        Operation::Multiply => format!("{a} * {b}"),
                        Operation::Divide => format!("{a} / {b}"),
                        Operation::Power => format!("pow({a}, {b})"),
                        Operation::Minimum => format!("fmin({a}, {b})"),
                        Operation::Maximum => format!("fmax({a}, {b})"),
                        Operation::Less => format!("({a} < {b}) ? 1.0 : 0.0"),
                        Operation::LessOrEqual => format!("({a} <= {b}) ? 1.0 : 0.0"),
                    }
                }
                Node::Select { condition, then, otherwise } => {
                    format!("({} != 0.0) ? {} : {}", read(condition), read(then), read(otherwise))
                }
                leaf => unreachable!("{leaf:?} is read by name"),
            };
            let _ = writeln!(code, "  const double n{} = {value};", id.0);
        }
        for (position, id) in outputs.iter().enumerate() {
            let name = reads.name(graph, *id).unwrap_or_else(|| format!("n{}", id.0));
            let _ = writeln!(code, "  {target}[{position}] = {name};");
        }
        code + tail + "}\n"
    }
}

/// How leaves, and hoisted nodes where they are read and not computed, are written.
struct Reads {
    states: &'static str,
    /// Per node its position in `w`; `None` in the function that computes them.
    hoisted: Option<Vec<Option<usize>>>,
}

impl Reads {
    fn name(&self, graph: &Graph, id: NodeId) -> Option<String> {
        if let Some(position) = self.hoisted.as_ref().and_then(|hoisted| hoisted[id.0 as usize]) {
            return Some(format!("w[{position}]"));
        }
        match graph.node(id) {
            Node::Constant(bits) => {
                let value = f64::from_bits(bits);
                Some(if value < 0.0 { format!("({value:?})") } else { format!("{value:?}") })
            }
            Node::Parameter(position) => Some(format!("p[{position}]")),
            Node::State(position) => Some(format!("{}[{position}]", self.states)),
            Node::Time => Some("0.0".to_owned()),
            _ => None,
        }
    }
}

/// Nodes that the outputs need, operands before users; the operands of a node are followed only where `descend` says so.
pub fn live(graph: &Graph, outputs: &[NodeId], descend: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
    let mut needed = vec![false; graph.nodes().len()];
    outputs.iter().for_each(|id| needed[id.0 as usize] = true);
    for position in (0..needed.len()).rev() {
        let id = NodeId(position as u32);
        if needed[position] && descend(id) {
            graph.operands(id).for_each(|operand| needed[operand.0 as usize] = true);
        }
    }
    (0..needed.len()).filter(|position| needed[*position]).map(|position| NodeId(position as u32)).collect()
}
