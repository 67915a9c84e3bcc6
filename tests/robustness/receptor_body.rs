//! A receptor body from text, of 24 amounts and two integrals, and random patients of it.
use std::sync::atomic::AtomicBool;

use rptbench::model::system::{Rider, System, SystemBuilder};
use rptbench::model::{self, Model, yaml::YamlFile};
use rptbench::random::RandomSource;
use rptbench::solve::{Infusion, MethodChoice, Options, Schedule};

/// Plasma, kidneys and tumour with receptors, a rest without; exchange in seconds to minutes, release in days.
pub const TEXT: &str = r#"
model: receptor_body
title: Receptor body for tests
nuclide: Lu-177
ligands: [labelled, unlabelled]
decay: {from: labelled, to: unlabelled}
parameters:
  serum: {value: 2.8 L, provenance: assumed}
  k_on: {value: 0.046 L/nmol/min, provenance: assumed}
  k_off: {value: 0.046 1/min, provenance: assumed}
  k_internal: {value: 1e-3 1/min, provenance: assumed}
  filtration: {value: 60 mL/min, provenance: assumed}
compartments:
  veins: {volume: serum}
  urine:
flows:
  - {from: veins, to: urine, clearance: filtration}
templates:
  tissue:
    arguments: {v_vascular: L, v_interstitial: L, perfusion: L/min, exchange: L/min}
    compartments: {vascular: {volume: v_vascular}, interstitial: {volume: v_interstitial}}
    flows:
      - {from: veins, to: vascular, flow: perfusion}
      - {from: vascular, to: veins, flow: perfusion}
      - {between: [vascular, interstitial], permeability: exchange}
  receptor_tissue:
    extends: tissue
    arguments: {receptors: nmol, release: 1/min}
    compartments: {bound: , internal: }
    definitions:
      free_receptors: receptors - total(bound)
    flows:
      - {from: interstitial, to: bound, rate: "k_on * [interstitial] * free_receptors"}
      - {from: bound, to: interstitial, k: k_off}
      - {from: bound, to: internal, k: k_internal}
      - {from: internal, to: urine, k: release}
organs:
  kidneys: {template: receptor_tissue, provenance: assumed, v_vascular: 20 mL, v_interstitial: 50 mL, perfusion: 0.6 L/min, exchange: 60 mL/min,
    receptors: 12 nmol, release: 3e-4 1/min}
  tumour: {template: receptor_tissue, provenance: assumed, v_vascular: 5 mL, v_interstitial: 20 mL, perfusion: 20 mL/min, exchange: 10 mL/min,
    receptors: 15 nmol, release: 1.5e-4 1/min}
  rest: {template: tissue, provenance: assumed, v_vascular: 1 L, v_interstitial: 9 L, perfusion: 2 L/min, exchange: 0.5 L/min}
dosing:
  vein: veins
observables:
  kidneys: {region: kidneys.bound + kidneys.internal}
"#;

/// The model, compiled, with what the tests ask of it.
pub struct Body {
    pub model: Model,
    pub system: System,
    pub nominal: Vec<f64>,
    /// Rider: labelled amount decayed so far.
    pub decayed: usize,
}

/// One random patient and dose.
pub struct Draw {
    pub parameters: Vec<f64>,
    pub labelled_nmol: f64,
    pub unlabelled_nmol: f64,
    pub duration_min: f64,
}

impl Body {
    pub fn new() -> Body {
        let file = YamlFile::parse("receptor_body.yaml", TEXT.to_owned()).unwrap_or_else(|faults| panic!("{faults}"));
        let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        let mut builder = SystemBuilder::new(&model);
        let labelled = model.labelled();
        let decay = model.decay.as_ref().expect("the model decays").rate;
        let mut sum = builder.graph.constant(0.0);
        for compartment in 0..model.compartments.len() {
            let amount = builder.graph.state(model.state(compartment, labelled));
            sum = builder.graph.add(sum, amount);
        }
        let rate = builder.graph.multiply(decay, sum);
        let decayed = builder.ride(Rider { name: "decayed".into(), rate, scale: 1.0 });
        let mut tumour = builder.graph.constant(0.0);
        for (compartment, found) in model.compartments.iter().enumerate() {
            if found.path.starts_with("tumour.") {
                let amount = builder.graph.state(model.state(compartment, labelled));
                tumour = builder.graph.add(tumour, amount);
            }
        }
        builder.ride(Rider { name: "integral of tumour".into(), rate: tumour, scale: 1.0 });
        let nominal = model.parameter_values();
        Body { system: builder.compile(), nominal, decayed, model }
    }

    pub fn state_of(&self, path: &str, ligand: usize) -> usize {
        let compartment = self.model.compartments.iter().position(|found| found.path == path).expect("a compartment");
        self.model.state(compartment, ligand)
    }

    pub fn parameter(&self, path: &str) -> usize {
        self.model.parameter(path).unwrap_or_else(|| panic!("no parameter {path}"))
    }

    /// Every parameter, the doses and the duration over `decades` decades around their nominal values, log-uniformly.
    pub fn draw(&self, seed: u64, patient: u64, decades: f64) -> Draw {
        let source = RandomSource::new(seed, patient, 1);
        let mut index = 0;
        let mut spread = |nominal: f64| {
            index += 1;
            nominal * 10f64.powf(decades * (source.uniform(index) - 0.5))
        };
        let parameters = self.nominal.iter().map(|&value| spread(value)).collect();
        Draw { parameters, labelled_nmol: spread(10.0), unlabelled_nmol: spread(90.0), duration_min: spread(30.0) }
    }

    pub fn infusion(&self, draw: &Draw) -> Schedule {
        let labelled = self.model.labelled();
        let rates = vec![
            (self.state_of("veins", labelled), draw.labelled_nmol / draw.duration_min),
            (self.state_of("veins", 1 - labelled), draw.unlabelled_nmol / draw.duration_min),
        ];
        Schedule { infusions: vec![Infusion { start: 0.0, stop: draw.duration_min, rates }], ..Schedule::default() }
    }

    /// Options as the program sets them: amounts to `floor` of what is given, integrals to a thousandth of one minute of it.
    pub fn options<'a>(&self, given_nmol: f64, tolerance: f64, floor: f64, cancel: Option<&'a AtomicBool>) -> Options<'a> {
        let amounts = self.system.model_state_count();
        let mut absolute = vec![floor * given_nmol; amounts];
        absolute.resize(self.system.state_count(), tolerance * 1e-3 * given_nmol);
        let mut options = Options::new(tolerance, absolute).with_method(MethodChoice::Stiff);
        options.non_negative = (0..self.system.state_count()).map(|state| state < amounts).collect();
        options.cancel = cancel;
        options
    }
}

impl std::fmt::Display for Draw {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:?} given {} + {} nmol over {} min",
            self.parameters, self.labelled_nmol, self.unlabelled_nmol, self.duration_min
        )
    }
}
