//! The Ulm model of [177Lu]Lu-PSMA-I&T as a cohort: a shipped scenario's patient, and others in whom some of its parameters vary log-normally.
//! 118 amounts and the time-integrated activity of the regions, for lanes and for one patient alone.
//!
//! Included as a module by the benchmark of the model and by the tests.

use std::path::Path;

use rptbench::model::Model;
use rptbench::model::checked::ObservableKind;
use rptbench::model::system::{Rider, System, SystemBuilder};
use rptbench::random::RandomSource;
use rptbench::session::scenario::Scenario;
use rptbench::solve::{Infusion, Job, Options, Schedule, Span};

/// What varies between patients, as path and coefficient of variation. An assumption of this test problem.
pub const VARIED: [(&str, f64); 9] = [
    ("kidneys.density", 0.5),
    ("salivary.density", 0.5),
    ("tumour1.density", 0.5),
    ("tumour2.density", 0.5),
    ("k_release_kidneys", 0.3),
    ("k_release_salivary", 0.3),
    ("k_release_tumour", 0.3),
    ("f_salivary", 0.3),
    ("kidneys.volume", 0.2),
];

/// Seed of the cohort.
pub const SEED: u64 = 118;

/// The model with the patient of a scenario, compiled, and what all patients share.
pub struct UlmCohort {
    /// The model with the patient's values.
    pub model: Model,
    /// The compiled system.
    pub system: System,
    /// Regions by name, each with the state that is its time-integrated activity (MBq·min).
    pub regions: Vec<(String, usize)>,
    /// Activity of one unit of amount of the labelled ligand, MBq.
    pub mbq_per_amount: f64,
    schedule: Schedule,
    /// Size of a state that matters: the largest amount given, or its activity over one minute.
    sizes: Vec<f64>,
    varied: Vec<(usize, f64)>,
    /// Parameters of the scenario's patient.
    typical: Vec<f64>,
}

impl UlmCohort {
    /// Reads a shipped scenario and compiles its model.
    pub fn new(scenario: &str) -> UlmCohort {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
        let scenario = Scenario::load(&folder, &[]).expect("the shipped scenario loads").0;
        let model = scenario.model;
        let typical = model.parameter_values();
        let labelled = model.labelled();
        let unlabelled = model.decay.as_ref().and_then(|decay| decay.to).expect("the labelled ligand turns into the unlabelled one");
        let per_amount = model.activity_per_amount.expect("the model has a nuclide");
        let values = model.graph.evaluate(&typical, &[], 0.0);
        let mbq_per_amount = values[per_amount.0 as usize];

        let mut builder = SystemBuilder::new(&model);
        let mut regions = Vec::new();
        for observable in model.observables.iter().filter(|observable| observable.kind == ObservableKind::Region) {
            let rate = builder.graph.multiply(per_amount, observable.nodes[labelled]);
            let name = format!("time-integrated activity of {}", observable.name);
            regions.push((observable.name.clone(), builder.ride(Rider { name, rate, scale: 1.0 })));
        }
        let system = builder.compile();

        let mut schedule = Schedule::default();
        let mut largest: f64 = 0.0;
        for given in &scenario.administrations {
            let (start, stop) = (given.at_min, given.at_min + given.duration_min);
            let amounts = [(labelled, given.activity_mbq.unwrap_or(0.0) / mbq_per_amount), (unlabelled, given.unlabelled)];
            let mut rates = Vec::new();
            for (compartment, share) in &model.sites[given.site].shares {
                for (ligand, amount) in amounts {
                    let amount = amount * values[share.0 as usize];
                    largest = largest.max(amount);
                    rates.push((model.state(*compartment, ligand), amount / (stop - start)));
                }
            }
            schedule.infusions.push(Infusion { start, stop, rates });
        }
        let mut sizes = vec![largest; model.state_count()];
        sizes.resize(system.state_count(), largest * mbq_per_amount);
        let varied = VARIED
            .iter()
            .map(|(path, variation)| {
                let position = model.parameter(path).unwrap_or_else(|| panic!("the model has no parameter `{path}`"));
                (position, rptbench::math::sqrt(rptbench::math::log1p(variation * variation)))
            })
            .collect();
        UlmCohort { model, system, regions, mbq_per_amount, schedule, sizes, varied, typical }
    }

    /// Parameters of one patient: number 0 is the scenario's own, who is the median of the others.
    pub fn parameters(&self, patient: usize) -> Vec<f64> {
        let mut parameters = self.typical.clone();
        if patient > 0 {
            let source = RandomSource::new(SEED, patient as u64, 0);
            for (draw, (position, deviation)) in self.varied.iter().enumerate() {
                parameters[*position] *= rptbench::math::exp(deviation * source.standard_normal(draw as u32));
            }
        }
        parameters
    }

    /// One patient's solve from 0 to `stop_min`.
    pub fn job(&self, patient: usize, relative_tolerance: f64, stop_min: f64, samples_min: &[f64]) -> Job {
        let parameters = self.parameters(patient);
        Job {
            index: patient,
            initial: self.system.initial_state(&parameters),
            parameters,
            absolute_tolerances: self.options(relative_tolerance).absolute_tolerances,
            schedule: self.schedule.clone(),
            span: Span { start: 0.0, stop: stop_min, samples: samples_min.to_vec() },
        }
    }

    /// Options as a course sets them: amounts to 1e-12 of the largest given, integrals to a thousandth of one minute of its activity.
    pub fn options(&self, relative_tolerance: f64) -> Options<'static> {
        let amounts = self.system.model_state_count();
        let parts = (0..self.sizes.len()).map(|state| if state < amounts { 1e-12 } else { 1e-3 * relative_tolerance });
        let mut options = Options::new(relative_tolerance, self.sizes.iter().zip(parts).map(|(size, part)| size * part).collect());
        options.non_negative = (0..self.sizes.len()).map(|state| state < amounts).collect();
        options
    }
}
