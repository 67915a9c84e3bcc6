//! What a course computes: the compiled system with its further states, and the program of the observables.
use crate::dosimetry::s_value::SValue;
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::expr::graph::NodeId;
use crate::model::expr::program::Program;
use crate::model::system::{Rider, System, SystemBuilder};
use crate::units::MINUTES_PER_HOUR;

/// Linear-quadratic repair of a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// α/β (Gy).
    pub alpha_beta_gy: f64,
    /// Half-time of repair (h).
    pub repair_half_time_h: f64,
}

/// An organ or lesion whose dose is computed.
#[derive(Clone, Debug)]
pub struct DoseTarget {
    /// Its name.
    pub name: String,
    /// Words for figures.
    pub title: String,
    /// Source regions (observables of the model) with their S-values.
    pub terms: Vec<(String, SValue)>,
    /// Repair, where BED is wanted.
    pub repair: Option<Repair>,
}

/// A compiled course; many patients can share it.
#[derive(Clone, Debug)]
pub struct CoursePlan {
    /// The model.
    pub model: Model,
    /// The compiled system.
    pub system: System,
    /// Targets.
    pub targets: Vec<DoseTarget>,
    /// Per observable: the state that is its time-integrated activity (regions of models with a nuclide).
    pub(super) cumulated: Vec<Option<usize>>,
    /// Per target: the state that is its Lea–Catcheside integral.
    pub(super) protraction: Vec<Option<usize>>,
    /// Per compartment: the state that is the integral of its labelled amount.
    pub(super) compartment_integrals: Vec<Option<usize>>,
    /// Observables for the labelled ligand; then activity per amount; then the shares of the dosing sites; then the decay rate.
    pub(super) outputs: Program,
    pub(super) output_count: usize,
    /// The nodes of the outputs.
    pub(super) output_nodes: Vec<NodeId>,
    /// Per target and term: position of the observable and Gy per MBq·min.
    pub(super) dose_terms: Vec<Vec<(usize, f64)>>,
}

impl CoursePlan {
    /// Compiles a course for the doses of `targets` alone: of the regions only those that a target or `also` names have their time-integrated activity. What a
    /// trial needs: every state less is time for every patient.
    ///
    /// # Errors
    /// As [`CoursePlan::new`].
    pub fn for_doses(model: Model, targets: Vec<DoseTarget>, also: &[&str]) -> Result<CoursePlan, String> {
        let named =
            |region: &str| also.contains(&region) || targets.iter().any(|target| target.terms.iter().any(|(source, _)| source == region));
        let wanted: Vec<bool> = model.observables.iter().map(|observable| named(&observable.name)).collect();
        CoursePlan::compile(model, targets, false, &wanted)
    }

    /// Compiles a course. `balance` adds the integral of the labelled amount in every compartment, so that what decayed where can be told.
    /// Fails with the name of a region that the model does not have or that is no region of interest.
    pub fn new(model: Model, targets: Vec<DoseTarget>, balance: bool) -> Result<CoursePlan, String> {
        let wanted = vec![true; model.observables.len()];
        CoursePlan::compile(model, targets, balance, &wanted)
    }

    /// `wanted`: by observable, whether its time-integrated activity is a state.
    fn compile(model: Model, targets: Vec<DoseTarget>, balance: bool, wanted: &[bool]) -> Result<CoursePlan, String> {
        let mut builder = SystemBuilder::new(&model);
        let labelled = model.labelled();
        let factor = model.activity_per_amount;
        let activity: Vec<Option<NodeId>> = model
            .observables
            .iter()
            .map(|observable| {
                (observable.kind == ObservableKind::Region).then_some(factor).flatten().map(|factor| {
                    let node = observable.nodes[labelled.min(observable.nodes.len() - 1)];
                    builder.graph.multiply(factor, node)
                })
            })
            .collect();
        let mut dose_terms = Vec::new();
        for target in &targets {
            let mut terms = Vec::new();
            for (region, s_value) in &target.terms {
                let position = model
                    .observables
                    .iter()
                    .position(|observable| observable.name == *region)
                    .filter(|position| activity[*position].is_some())
                    .ok_or_else(|| format!("model `{}` has no region of interest `{region}` for target `{}`", model.name, target.name))?;
                terms.push((position, s_value.gy_per_mbq_h / MINUTES_PER_HOUR));
            }
            dose_terms.push(terms);
        }
        // linear states that read themselves first, then quadratures: linear ones, then the quadratic
        let mut unrepaired = Vec::new();
        for (target, terms) in targets.iter().zip(&dose_terms) {
            let Some(repair) = target.repair else {
                unrepaired.push(None);
                continue;
            };
            let rate = dose_rate(&mut builder, terms, &activity);
            let own = builder.next_rider();
            let repair_rate = builder.graph.constant(std::f64::consts::LN_2 / (repair.repair_half_time_h * MINUTES_PER_HOUR));
            let repaired = builder.graph.multiply(repair_rate, own);
            let change = builder.graph.subtract(rate, repaired);
            let largest = terms.iter().map(|(_, s)| *s).fold(0.0, f64::max);
            builder.ride(Rider { name: format!("unrepaired dose of {}", target.name), rate: change, scale: largest });
            unrepaired.push(Some((own, rate)));
        }
        let cumulated = model
            .observables
            .iter()
            .zip(&activity)
            .zip(wanted)
            .map(|((observable, activity), wanted)| {
                activity
                    .filter(|_| *wanted)
                    .map(|rate| builder.ride(Rider { name: format!("time-integrated activity of {}", observable.name), rate, scale: 1.0 }))
            })
            .collect();
        let compartment_integrals = (0..model.compartments.len())
            .map(|compartment| {
                (balance && model.decay.is_some()).then(|| {
                    let rate = builder.graph.state(model.state(compartment, labelled));
                    let name = format!("integral of {}", model.compartments[compartment].path);
                    builder.ride(Rider { name, rate, scale: 1.0 })
                })
            })
            .collect();
        let protraction = targets
            .iter()
            .zip(&unrepaired)
            .map(|(target, unrepaired)| {
                unrepaired.map(|(own, rate)| {
                    let product = builder.graph.multiply(rate, own);
                    let two = builder.graph.constant(2.0);
                    let rate = builder.graph.multiply(two, product);
                    builder.ride(Rider { name: format!("Lea–Catcheside integral of {}", target.name), rate, scale: 1.0 })
                })
            })
            .collect();
        let zero = builder.graph.constant(0.0);
        let mut nodes: Vec<NodeId> =
            model.observables.iter().map(|observable| observable.nodes[labelled.min(observable.nodes.len() - 1)]).collect();
        nodes.push(factor.unwrap_or(zero));
        nodes.extend(model.sites.iter().flat_map(|site| site.shares.iter().map(|(_, share)| *share)));
        nodes.push(model.decay.as_ref().map_or(zero, |decay| decay.rate));
        let outputs = Program::compile(&builder.graph, &nodes, model.parameters.len(), model.state_count());
        let output_count = nodes.len();
        Ok(CoursePlan {
            system: builder.compile(),
            model,
            targets,
            cumulated,
            protraction,
            compartment_integrals,
            outputs,
            output_count,
            output_nodes: nodes,
            dose_terms,
        })
    }

    /// Position of a dosing site by name.
    pub fn site(&self, name: &str) -> Option<usize> {
        self.model.sites.iter().position(|site| site.name == name)
    }

    /// Position of a target by name.
    pub fn target(&self, name: &str) -> Option<usize> {
        self.targets.iter().position(|target| target.name == name)
    }
}

fn dose_rate(builder: &mut SystemBuilder, terms: &[(usize, f64)], activity: &[Option<NodeId>]) -> NodeId {
    let mut rate = builder.graph.constant(0.0);
    for (observable, s_gy_per_mbq_min) in terms {
        if let Some(activity) = activity[*observable] {
            let s = builder.graph.constant(*s_gy_per_mbq_min);
            let term = builder.graph.multiply(s, activity);
            rate = builder.graph.add(rate, term);
        }
    }
    rate
}
