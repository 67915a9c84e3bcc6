//! The checked model: names resolved, dimensions proven, every rate a node of one expression graph. Values are in internal units.
use std::collections::BTreeMap;

use super::diagnostic::Place;
use super::document::Origin;
use super::expr::graph::{Graph, NodeId};
use crate::nuclide::Nuclide;
use crate::units::Dimension;

/// A constant of the model that a patient, a fit or a knob may change.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its path: `k_on`, `kidneys.receptor_density`.
    pub path: String,
    /// Its value in internal units.
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
    /// As written: `0.046 L/nmol/min`.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Physiological range in internal units.
    pub range: Option<(f64, f64)>,
    /// Where it is declared.
    pub place: Place,
}

/// A value that follows from parameters.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Its path.
    pub path: String,
    /// Its node.
    pub node: NodeId,
    /// What it measures.
    pub dimension: Dimension,
    /// Where it is declared.
    pub place: Place,
    /// Where it comes from.
    pub origin: Origin,
    /// Physiological range in internal units.
    pub range: Option<(f64, f64)>,
}

/// A compartment.
#[derive(Clone, Debug)]
pub struct Compartment {
    /// Its path: `veins`, `kidneys.vascular`.
    pub path: String,
    /// Its volume (L), where it has one.
    pub volume: Option<NodeId>,
    /// Its amount at the start.
    pub initial: Option<NodeId>,
    /// Whether what is labelled in it decays.
    pub decays: bool,
    /// Whether it is a part of the blood plasma.
    pub plasma: bool,
    /// Where it is declared.
    pub place: Place,
}

/// How a flow was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlowKind {
    /// Any expression for amount per time.
    Rate,
    /// Volume per time that carries the concentration of its origin.
    Carried,
    /// Volume per time cleared of ligand, without a net flow of fluid.
    Clearance,
    /// Per time, times the amount at its origin.
    FirstOrder,
    /// One direction of an exchange by concentration.
    Exchange,
}

/// A flow, one direction.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Compartment that it leaves.
    pub from: usize,
    /// Compartment that it enters.
    pub to: usize,
    /// How it was written.
    pub kind: FlowKind,
    /// Its coefficient: volume per time or per time, where it has one.
    pub coefficient: Option<NodeId>,
    /// Amount per time for each ligand; `None` for a ligand that does not flow here.
    pub rates: Vec<Option<NodeId>>,
    /// Where it is declared.
    pub place: Place,
    /// The organ whose template holds it, with the place that uses the template.
    pub organ: Option<(String, Place)>,
    /// The expression of the rate, as written.
    pub text: String,
}

/// Physical decay of a ligand.
#[derive(Clone, Debug)]
pub struct Decay {
    /// Rate constant (1/min).
    pub rate: NodeId,
    /// The ligand that decays.
    pub from: usize,
    /// What it turns into.
    pub to: Option<usize>,
    /// Where it is declared.
    pub place: Place,
}

/// What an observable shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObservableKind {
    /// An amount in a region of interest.
    Region,
    /// A concentration.
    Concentration,
    /// An amount as a share of the labelled amount given so far.
    PercentInjected,
    /// Anything else.
    Value,
}

/// Something that can be measured.
#[derive(Clone, Debug)]
pub struct Observable {
    /// Its name.
    pub name: String,
    /// Words for figures.
    pub title: String,
    /// What it shows.
    pub kind: ObservableKind,
    /// One node per ligand (a single one where it does not depend on a ligand).
    pub nodes: Vec<NodeId>,
    /// Dimension of the nodes.
    pub dimension: Dimension,
    /// Where it is declared.
    pub place: Place,
}

/// A site that takes doses.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Compartments and the share of the dose that each takes.
    pub shares: Vec<(usize, NodeId)>,
}

/// A checked model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Words for headings.
    pub title: String,
    /// Papers it comes from.
    pub references: Vec<String>,
    /// Its nuclide.
    pub nuclide: Option<&'static Nuclide>,
    /// Dimension of the amounts (substance, mass or activity).
    pub amount: Dimension,
    /// Unit of the amounts as written.
    pub amount_unit: String,
    /// Ligands; a single unnamed one where the file names none.
    pub ligands: Vec<String>,
    /// Physical decay, if any.
    pub decay: Option<Decay>,
    /// Activity per amount (MBq per internal unit of amount), where the model has a nuclide.
    pub activity_per_amount: Option<NodeId>,
    /// Constants.
    pub parameters: Vec<Parameter>,
    /// Values that follow from them.
    pub derived: Vec<Derived>,
    /// Compartments.
    pub compartments: Vec<Compartment>,
    /// Flows.
    pub flows: Vec<Flow>,
    /// Dosing sites.
    pub sites: Vec<Site>,
    /// Observables.
    pub observables: Vec<Observable>,
    /// All expressions.
    pub graph: Graph,
    /// What the silenced lints would have said: (lint, reason).
    pub silenced: Vec<(String, String)>,
}

impl Model {
    /// Number of states: compartments × ligands.
    pub fn state_count(&self) -> usize {
        self.compartments.len() * self.ligands.len()
    }

    /// Position of the state of `ligand` in `compartment`.
    pub fn state(&self, compartment: usize, ligand: usize) -> usize {
        compartment * self.ligands.len() + ligand
    }

    /// `kidneys.vascular` or `kidneys.vascular@labelled`.
    pub fn state_name(&self, state: usize) -> String {
        let (compartment, ligand) = (state / self.ligands.len(), state % self.ligands.len());
        let path = self.compartments.get(compartment).map_or("?", |c| c.path.as_str());
        if self.ligands.len() > 1 { format!("{path}@{}", self.ligands[ligand]) } else { path.to_string() }
    }

    /// The ligand whose decay is measured: the one that decays, else the first.
    pub fn labelled(&self) -> usize {
        self.decay.as_ref().map_or(0, |decay| decay.from)
    }

    /// Values of all parameters in order.
    pub fn parameter_values(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.value).collect()
    }

    /// Position of a parameter.
    pub fn parameter(&self, path: &str) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.path == path)
    }

    /// An observable by name.
    pub fn observable(&self, name: &str) -> Option<&Observable> {
        self.observables.iter().find(|observable| observable.name == name)
    }

    /// The node and dimension of any named value.
    pub fn value_node(&mut self, path: &str) -> Option<(NodeId, Dimension)> {
        if let Some(position) = self.parameter(path) {
            return Some((self.graph.parameter(position), self.parameters[position].dimension));
        }
        self.derived.iter().find(|derived| derived.path == path).map(|derived| (derived.node, derived.dimension))
    }

    /// Values of all parameters and derived values by path, in internal units, for the given parameters.
    pub fn values(&self, parameters: &[f64]) -> BTreeMap<String, f64> {
        let all = self.graph.evaluate(parameters, &[], 0.0);
        let constants = self.parameters.iter().zip(parameters).map(|(parameter, value)| (parameter.path.clone(), *value));
        constants.chain(self.derived.iter().map(|derived| (derived.path.clone(), all[derived.node.0 as usize]))).collect()
    }
}
