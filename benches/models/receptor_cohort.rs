//! The cohort that the benchmarks solve: `receptor_pbpk_47.yaml`, 20 parameters that vary log-normally between patients, a 30-minute infusion,
//! 30 days. Patient k of a seed is the same patient in every benchmark and for every solver.
//!
//! Included as a module by the benchmarks of the project and by the crate of the peers.
#![allow(dead_code)] // each of those who include it reads a part

use rptbench::model::Model;
use rptbench::model::checked::ObservableKind;
use rptbench::model::system::{Rider, System, SystemBuilder};
use rptbench::model::yaml::YamlFile;
use rptbench::random::RandomSource;
use rptbench::solve::{Infusion, Options, Schedule, Span};

/// What varies between patients: path and coefficient of variation. An assumption of this test problem: 0.3 for physiology, 0.5 for receptors,
/// release and tumour.
pub const VARIED: [(&str, f64); 20] = [
    ("serum_volume", 0.3),
    ("cardiac_flow", 0.3),
    ("filtration", 0.3),
    ("biliary", 0.5),
    ("k_on", 0.3),
    ("k_d", 0.5),
    ("k_internalisation", 0.5),
    ("k_release_kidneys", 0.3),
    ("k_release_salivary", 0.5),
    ("k_release_spleen", 0.5),
    ("k_release_tumour", 0.5),
    ("kidneys.density", 0.5),
    ("salivary.density", 0.5),
    ("spleen.density", 0.5),
    ("tumour.density", 0.5),
    ("tumour.volume", 0.5),
    ("tumour.k_ps", 0.5),
    ("liver.k_ps", 0.3),
    ("marrow.k_ps", 0.3),
    ("rest.k_ps", 0.3),
];

/// Patients of the whole cohort.
pub const PATIENTS: usize = 1024;
/// Seed of the cohort.
pub const SEED: u64 = 47;
/// End of the span, min: 30 days.
pub const STOP_MIN: f64 = 30.0 * 1440.0;
/// Length of the infusion, min.
pub const INFUSION_MIN: f64 = 30.0;
/// Injected activity, MBq.
pub const ACTIVITY_MBQ: f64 = 7400.0;
/// Injected ligand, labelled and unlabelled together, nmol.
pub const LIGAND_NMOL: f64 = 100.0;
/// Ten times at which the states are wanted, min: a clinic's scans, and the end.
pub const SAMPLES_MIN: [f64; 10] = [60.0, 240.0, 1440.0, 2880.0, 5760.0, 8640.0, 11_520.0, 17_280.0, 25_920.0, STOP_MIN];

/// The model, its compiled system of 47 states, and what all patients share.
pub struct Cohort {
    /// The model: 20 compartments of two ligands.
    pub model: Model,
    /// Rates of all states before compilation, for those who write code of their own.
    pub builder: SystemBuilder,
    /// The compiled system: 40 amounts, then the time-integrated activity of seven regions (MBq·min).
    pub system: System,
    /// Infusion of both ligands into the plasma.
    pub schedule: Schedule,
    /// From 0 to 30 days, with the ten samples.
    pub span: Span,
    /// Size below which a state is small, in its own unit: a millionth of the ligand for amounts, of a day of all the activity for its time integrals.
    pub small: Vec<f64>,
    varied: Vec<(usize, f64)>,
    typical: Vec<f64>,
}

impl Cohort {
    /// Reads the model beside this file and compiles it.
    pub fn new() -> Cohort {
        let file = YamlFile::parse("receptor_pbpk_47.yaml", include_str!("receptor_pbpk_47.yaml").to_owned()).expect("the model reads");
        let (model, _) = rptbench::model::read(&file, &[]).expect("the model is good");
        let labelled = model.labelled();
        let mut builder = SystemBuilder::new(&model);
        let per_amount = model.activity_per_amount.expect("the model has a nuclide");
        for observable in model.observables.iter().filter(|observable| observable.kind == ObservableKind::Region) {
            let rate = builder.graph.multiply(per_amount, observable.nodes[labelled]);
            builder.ride(Rider { name: format!("time-integrated activity of {}", observable.name), rate, scale: 1.0 });
        }
        let system = builder.clone().compile();
        assert_eq!(system.state_count(), 47, "40 amounts and seven time integrals");

        let typical = model.parameter_values();
        let mbq_per_nmol = model.graph.evaluate(&typical, &[], 0.0)[per_amount.0 as usize];
        let labelled_nmol = ACTIVITY_MBQ / mbq_per_nmol;
        let vein = model.sites[0].shares[0].0;
        let unlabelled = model.decay.as_ref().and_then(|decay| decay.to).expect("the labelled ligand turns into the unlabelled one");
        let mut rates = vec![
            (model.state(vein, labelled), labelled_nmol / INFUSION_MIN),
            (model.state(vein, unlabelled), (LIGAND_NMOL - labelled_nmol) / INFUSION_MIN),
        ];
        rates.sort_by_key(|rate| rate.0);
        let schedule = Schedule { boluses: Vec::new(), infusions: vec![Infusion { start: 0.0, stop: INFUSION_MIN, rates }] };
        let mut small = vec![1e-6 * LIGAND_NMOL; model.state_count()];
        small.resize(system.state_count(), 1e-6 * ACTIVITY_MBQ * 1440.0);
        let varied = VARIED
            .iter()
            .map(|(path, variation)| {
                let position = model.parameter(path).unwrap_or_else(|| panic!("the model has no parameter `{path}`"));
                (position, rptbench::math::sqrt(rptbench::math::log1p(variation * variation)))
            })
            .collect();
        Cohort {
            span: Span { start: 0.0, stop: STOP_MIN, samples: SAMPLES_MIN.to_vec() },
            model,
            builder,
            system,
            schedule,
            small,
            varied,
            typical,
        }
    }

    /// All parameters of one patient, in the order of the model's: the typical value is the median.
    pub fn parameters(&self, patient: usize) -> Vec<f64> {
        let source = RandomSource::new(SEED, patient as u64, 0);
        let mut parameters = self.typical.clone();
        for (draw, (position, deviation)) in self.varied.iter().enumerate() {
            parameters[*position] *= rptbench::math::exp(deviation * source.standard_normal(draw as u32));
        }
        parameters
    }

    /// State at time 0: nothing given yet.
    pub fn initial(&self) -> Vec<f64> {
        vec![0.0; self.system.state_count()]
    }

    /// Options of a solve: the absolute tolerance of each state is the relative one times the size below which it is small, so that at 1e-6 an
    /// amount is held to 1e-12 of the ligand given.
    pub fn options(&self, relative_tolerance: f64) -> Options<'static> {
        Options::new(relative_tolerance, self.small.iter().map(|small| relative_tolerance * small).collect())
    }
}
