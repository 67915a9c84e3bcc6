//! The checker for physiology: a model whose names and dimensions are right may still lose blood in the liver or hold 1.3 plasma volumes.
//!
//! Every lint is one row of [`LINTS`] and one function in a file of its own. Lints see the resolved model at its present parameter values.
//! `silence:` entries of the model drop findings; what they dropped is recorded in `Model::silenced`.
mod decay;
mod dosing;
mod finding;
mod flow_balance;
mod foreign_volume;
mod no_source;
mod one_way_exchange;
mod plasma_volume;
mod plausible;
mod range;
mod reckon;
mod show;
mod silence;
mod unused;

pub use silence::check_names;

use std::collections::BTreeMap;

use super::assemble::Assembled;
use super::checked::Flow;
use super::diagnostic::{Faults, Place, Severity};
use super::document::Document;
use super::expr::graph::NodeId;
use crate::units::Dimension;
use finding::Findings;

/// One check of physiology.
pub struct Lint {
    /// Its name, as `silence:` writes it and as findings show it in brackets.
    pub name: &'static str,
    /// How bad its findings are, unless a finding says otherwise.
    pub severity: Severity,
    /// What it looks for, in one line.
    pub summary: &'static str,
    run: fn(&Case<'_, '_>, &mut Findings),
}

const fn lint(name: &'static str, severity: Severity, summary: &'static str, run: fn(&Case<'_, '_>, &mut Findings)) -> Lint {
    Lint { name, severity, summary, run }
}

/// The lint that compares a stated decay rate with the nuclide's.
pub const HALF_LIFE: &str = "half-life";

/// All lints, in the order of the documentation.
pub static LINTS: &[Lint] = &[
    lint("flow-balance", Severity::Error, "fluid that flows into a compartment also flows out of it", flow_balance::check),
    lint("one-way-exchange", Severity::Warning, "what enters a tissue by its concentration can leave it again", one_way_exchange::check),
    lint("foreign-volume", Severity::Error, "an amount is divided by the volume of its own compartment", foreign_volume::check),
    lint("no-decay", Severity::Error, "every labelled state decays", decay::no_decay),
    lint(HALF_LIFE, Severity::Warning, "the decay rate agrees with ICRP 107 within 0.5 %", decay::half_life),
    lint("plasma-volume", Severity::Error, "the plasma compartments together hold the plasma volume within 1 %", plasma_volume::check),
    lint("dosing", Severity::Warning, "a dose can enter the model, and all of it does", dosing::check),
    lint("unused", Severity::Warning, "every parameter, argument, definition, template and compartment is used", unused::check),
    lint("range", Severity::Warning, "values lie where a body can have them", range::check),
    lint("no-source", Severity::Note, "every constant says where it comes from", no_source::check),
    lint("unused-silence", Severity::Note, "every entry of `silence` silences something", |_, _| {}),
];

/// A model under examination.
pub(super) struct Case<'c, 'f> {
    /// As written.
    pub document: &'c Document<'f>,
    /// As resolved.
    pub assembled: &'c Assembled<'f>,
    /// Value of every node at the present parameters, all amounts 1 and time 0.
    node_values: Vec<f64>,
    /// Value and dimension of every parameter and derived value.
    pub named: BTreeMap<String, (f64, Dimension)>,
}

impl<'c, 'f> Case<'c, 'f> {
    fn new(document: &'c Document<'f>, assembled: &'c Assembled<'f>) -> Self {
        let model = &assembled.model;
        let parameters = model.parameter_values();
        let node_values = model.graph.evaluate(&parameters, &vec![1.0; model.state_count()], 0.0);
        let constants = model.parameters.iter().map(|p| (p.path.clone(), (p.value, p.dimension)));
        let derived = model.derived.iter().map(|d| (d.path.clone(), (node_values[d.node.0 as usize], d.dimension)));
        let named = constants.chain(derived).collect();
        Case { document, assembled, node_values, named }
    }

    /// Value of a node in internal units.
    pub fn value(&self, node: NodeId) -> f64 {
        self.node_values[node.0 as usize]
    }

    /// Volume of a compartment (L), where it has one.
    pub fn volume(&self, compartment: usize) -> Option<f64> {
        self.assembled.model.compartments[compartment].volume.map(|node| self.value(node))
    }

    /// Path of a compartment.
    pub fn path(&self, compartment: usize) -> &'c str {
        &self.assembled.model.compartments[compartment].path
    }

    /// The organ that holds a compartment, and where the file makes it.
    pub fn organ(&self, compartment: usize) -> Option<(&'c str, &'c Place)> {
        let scope = &self.assembled.flat.compartments[compartment].scope;
        scope.organ.as_deref().zip(scope.used_by.as_ref())
    }

    /// Where to point for a compartment: its organ, whose arguments give the numbers, else its own entry.
    pub fn compartment_place(&self, compartment: usize) -> Place {
        self.organ(compartment).map_or_else(|| self.assembled.model.compartments[compartment].place.clone(), |(_, place)| place.clone())
    }

    /// The factor before the concentration of its origin, for a flow that is proportional to that concentration alone (L/min).
    pub fn clearance(&self, flow: &Flow) -> Option<f64> {
        let model = &self.assembled.model;
        let volume = self.volume(flow.from)?;
        let (ligand, rate) = flow.rates.iter().enumerate().find_map(|(ligand, rate)| rate.map(|rate| (ligand, rate)))?;
        let state = model.state(flow.from, ligand);
        if model.graph.states_of(rate) != [state] {
            return None;
        }
        // linear through zero: doubling the amount doubles the rate
        let parameters = model.parameter_values();
        let at = |amount: f64| {
            let mut states = vec![0.0; model.state_count()];
            states[state] = amount;
            model.graph.evaluate(&parameters, &states, 0.0)[rate.0 as usize]
        };
        let (one, two) = (at(1.0), at(2.0));
        (one.is_finite() && nearly(two, 2.0 * one, 1e-9)).then_some(one * volume)
    }
}

/// Whether two numbers agree within a relative tolerance.
pub(super) fn nearly(left: f64, right: f64, relative: f64) -> bool {
    (left - right).abs() <= relative * left.abs().max(right.abs())
}

/// Runs all lints on an assembled model. Findings that the file silences go to `model.silenced`, the others to `faults`.
pub fn check(document: &Document<'_>, assembled: &mut Assembled<'_>, faults: &mut Faults) {
    let mut findings = Findings::default();
    let case = Case::new(document, assembled);
    for lint in LINTS {
        findings.begin(lint);
        (lint.run)(&case, &mut findings);
    }
    let silenced = silence::apply(document, &mut findings, faults);
    faults.extend(findings.merged());
    assembled.model.silenced = silenced;
}
