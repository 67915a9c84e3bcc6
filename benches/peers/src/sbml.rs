//! A small SBML writer (Level 3 Version 1): the compiled graph as reactions, or as one rate rule per state.
//!
//! What depends on parameters alone becomes a global parameter whose value is set per patient, so that the simulator does not compute it again in
//! every call; the states are species in amounts.

use std::fmt::Write;

use rptbench::model::expr::graph::{Function, Graph, Node, NodeId, Operation};

use super::problem::Problem;

/// How the rates are written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Form {
    /// One reaction per flow and ligand, one per decay, one per infusion; time integrals as reactions without a substrate.
    Reactions,
    /// One rate rule per state.
    RateRules,
}

/// The whole document. Parameters are `w0`, `w1`, … in the order of the generated code's constants; species `s0`, `s1`, …
pub fn document(problem: &Problem, form: Form) -> String {
    let equations = &problem.equations;
    let mut writer = Writer { graph: equations.graph.clone(), hoisted: equations.hoisted.clone() };
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">\n<model id=\"receptor_pbpk_47\">\n<listOfCompartments><compartment id=\"body\" spatialDimensions=\"3\" size=\"1\" constant=\"true\"/></listOfCompartments>\n",
    );
    let mut body = String::new();
    let first_dose = equations.hoisted.len();
    let mut species = String::new();
    match form {
        Form::RateRules => {
            body += "<listOfRules>\n";
            for (state, rate) in equations.rates.iter().enumerate() {
                let mut math = writer.math(*rate);
                if let Some(dose) = equations.dosed.iter().position(|dosed| *dosed == state) {
                    math = apply("plus", &[math, identifier(&format!("w{}", first_dose + dose))]);
                }
                let _ = writeln!(body, "<rateRule variable=\"s{state}\">{}</rateRule>", wrapped(&math));
            }
            body += "</listOfRules>\n";
        }
        Form::Reactions => {
            body += "<listOfReactions>\n";
            for (number, (from, to, math)) in reactions(problem, &mut writer).into_iter().enumerate() {
                let list = |name: &str, state: Option<usize>| {
                    state.map_or(String::new(), |state| {
                        format!(
                            "<listOf{name}><speciesReference species=\"s{state}\" stoichiometry=\"1\" constant=\"true\"/></listOf{name}>"
                        )
                    })
                };
                let _ = writeln!(
                    body,
                    "<reaction id=\"r{number}\" reversible=\"false\" fast=\"false\">{}{}<kineticLaw>{}</kineticLaw></reaction>",
                    list("Reactants", from),
                    list("Products", to),
                    wrapped(&math)
                );
            }
            body += "</listOfReactions>\n";
        }
    }
    for state in 0..problem.states {
        let _ = writeln!(
            species,
            "<species id=\"s{state}\" compartment=\"body\" initialAmount=\"0\" hasOnlySubstanceUnits=\"true\" boundaryCondition=\"false\" constant=\"false\"/>"
        );
    }
    let _ = writeln!(text, "<listOfSpecies>\n{species}</listOfSpecies>\n<listOfParameters>");
    for (position, value) in problem.patients[0].constants.iter().enumerate() {
        let _ = writeln!(text, "<parameter id=\"w{position}\" value=\"{value:?}\" constant=\"false\"/>");
    }
    text + "</listOfParameters>\n" + &body + "</model>\n</sbml>\n"
}

/// (from, to, rate) of every flow of every ligand, every decay, every infusion and every time integral.
fn reactions(problem: &Problem, writer: &mut Writer) -> Vec<(Option<usize>, Option<usize>, String)> {
    let model = &problem.cohort.model;
    let mut found = Vec::new();
    for flow in &model.flows {
        for (ligand, rate) in flow.rates.iter().enumerate() {
            if let Some(rate) = rate {
                found.push((Some(model.state(flow.from, ligand)), Some(model.state(flow.to, ligand)), writer.math(*rate)));
            }
        }
    }
    if let Some(decay) = &model.decay {
        for compartment in 0..model.compartments.len() {
            let from = model.state(compartment, decay.from);
            let amount = writer.graph.state(from);
            let rate = writer.graph.multiply(decay.rate, amount);
            found.push((Some(from), decay.to.map(|to| model.state(compartment, to)), writer.math(rate)));
        }
    }
    for (dose, state) in problem.equations.dosed.iter().enumerate() {
        found.push((None, Some(*state), identifier(&format!("w{}", problem.equations.hoisted.len() + dose))));
    }
    for state in problem.core..problem.states {
        found.push((None, Some(state), writer.math(problem.equations.rates[state])));
    }
    found
}

struct Writer {
    graph: Graph,
    hoisted: Vec<NodeId>,
}

impl Writer {
    fn math(&self, id: NodeId) -> String {
        if let Ok(position) = self.hoisted.binary_search(&id) {
            return identifier(&format!("w{position}"));
        }
        match self.graph.node(id) {
            Node::Constant(bits) => number(f64::from_bits(bits)),
            Node::Parameter(position) => unreachable!("parameter {position} is hoisted"),
            Node::State(position) => identifier(&format!("s{position}")),
            Node::Time => unreachable!("the rates of this model do not depend on time"),
            Node::Unary(Function::Negate, a) => apply("minus", &[self.math(a)]),
            Node::Binary(operation, a, b) => {
                let name = match operation {
                    Operation::Add => "plus",
                    Operation::Subtract => "minus",
                    Operation::Multiply => "times",
                    Operation::Divide => "divide",
                    other => unreachable!("{other:?} does not occur in this model"),
                };
                apply(name, &[self.math(a), self.math(b)])
            }
            other => unreachable!("{other:?} does not occur in this model"),
        }
    }
}

fn identifier(name: &str) -> String {
    format!("<ci>{name}</ci>")
}

fn number(value: f64) -> String {
    match format!("{value:e}").split_once('e') {
        Some((mantissa, exponent)) => format!("<cn type=\"e-notation\">{mantissa}<sep/>{exponent}</cn>"),
        None => format!("<cn>{value:?}</cn>"),
    }
}

fn apply(name: &str, operands: &[String]) -> String {
    format!("<apply><{name}/>{}</apply>", operands.concat())
}

fn wrapped(math: &str) -> String {
    format!("<math xmlns=\"http://www.w3.org/1998/Math/MathML\">{math}</math>")
}
