//! The virtual trials that the benchmarks deliver: `scenarios/receptor_trial` (PBPK with receptors, scans, blood counts, two arms) and `scenarios/sood_trial` (two linear
//! compartments, one arm), with patients drawn log-normally around the scenario's own. Patient k is the same patient in every benchmark and for every solver.
//!
//! Included as a module by the benchmarks of the project, by its tests and by the crate of the peers.
#![allow(dead_code)] // each of those who include it reads a part

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rptbench::dosimetry::course::{CoursePlan, SolveSettings};
use rptbench::random::RandomSource;
use rptbench::regimen::RegimenPlan;
use rptbench::session::scenario::Scenario;
use rptbench::trial::PatientArm;

/// What varies between the patients of the receptor trial: path and coefficient of variation. An assumption of this test problem: 0.3 for physiology, 0.5 for receptors,
/// release and tumour.
const RECEPTOR_VARIED: &[(&str, f64)] = &[
    ("weight", 0.2),
    ("gfr", 0.25),
    ("k_d", 0.3),
    ("k_internalisation", 0.3),
    ("k_release_kidneys", 0.3),
    ("k_release_tumour", 0.5),
    ("reabsorption", 0.3),
    ("k_degradation", 0.3),
    ("density_tumour_rest", 0.5),
    ("k_ps_tumour", 0.5),
];
/// The same of the Sood trial: the clearance as published, the others assumed.
const SOOD_VARIED: &[(&str, f64)] = &[("clearance", 0.141), ("central_volume", 0.2), ("exchange", 0.2), ("peripheral_volume", 0.2)];
/// Coefficients of variation of the lineages' baselines and of their radiosensitivity, one factor a patient (assumed).
const BASELINE_CV: f64 = 0.2;
const SENSITIVITY_CV: f64 = 0.5;
/// Seed of the cohorts.
const SEED: u64 = 6;

/// A trial whose patients can be made one by one.
pub struct Trial {
    /// What is computed.
    pub plan: CoursePlan,
    /// The regimen of the scenario's own patient.
    pub regimen: RegimenPlan,
    /// Arms of a patient.
    pub arms: usize,
    parameters: Vec<f64>,
    varied: Vec<(usize, f64)>,
}

fn standard_deviation(cv: f64) -> f64 {
    rptbench::math::sqrt(rptbench::math::log1p(cv * cv))
}

impl Trial {
    /// The receptor PBPK: two arms of four cycles, a single-time-point estimate a cycle, four lineages.
    pub fn receptor() -> Trial {
        Trial::load("receptor_trial", RECEPTOR_VARIED)
    }

    /// The two-compartment model: one arm of four cycles.
    pub fn sood() -> Trial {
        Trial::load("sood_trial", SOOD_VARIED)
    }

    fn load(name: &str, varied: &[(&str, f64)]) -> Trial {
        let path: PathBuf = project().join("benches/scenarios").join(name);
        let (scenario, _) = Scenario::load(&path, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        let plan =
            CoursePlan::for_doses(scenario.model.clone(), scenario.targets.clone(), &[]).unwrap_or_else(|problem| panic!("{problem}"));
        let place = |path: &str| plan.model.parameter(path).unwrap_or_else(|| panic!("the model has no parameter `{path}`"));
        let varied = varied.iter().map(|(path, cv)| (place(path), standard_deviation(*cv))).collect();
        let regimen = RegimenPlan { coarse_curves: true, ..scenario.regimens.clone().unwrap_or_else(|| panic!("{name} has no arms")) };
        Trial { parameters: plan.model.parameter_values(), arms: regimen.arms.len(), plan, regimen, varied }
    }

    /// Parameters and regimen of patient `number`.
    pub fn patient(&self, number: usize) -> (Arc<[f64]>, Arc<RegimenPlan>) {
        let draws = RandomSource::new(SEED, number as u64, 0);
        let factor = |draw: usize, sd: f64| rptbench::math::exp(sd * draws.standard_normal(draw as u32));
        let mut parameters = self.parameters.clone();
        for (draw, (position, sd)) in self.varied.iter().enumerate() {
            parameters[*position] *= factor(draw, *sd);
        }
        let mut regimen = self.regimen.clone();
        let sensitivity = factor(100, standard_deviation(SENSITIVITY_CV));
        for (draw, lineage) in regimen.physiology.counts.iter_mut().flat_map(|counts| &mut counts.lineages).enumerate() {
            lineage.alpha_per_gy *= sensitivity;
            lineage.baseline *= factor(200 + draw, standard_deviation(BASELINE_CV));
        }
        regimen.clinic.seed = number as u64;
        (parameters.into(), Arc::new(regimen))
    }

    /// Patients `numbers`, every arm of one after the other.
    pub fn queue(&self, numbers: std::ops::Range<usize>) -> impl FnMut() -> Option<PatientArm> + '_ {
        let mut present: Option<PatientArm> = None;
        let mut numbers = numbers;
        move || {
            let next_arm = present.as_ref().filter(|patient| patient.arm + 1 < self.arms);
            present = match next_arm {
                Some(patient) => Some(PatientArm { arm: patient.arm + 1, ..patient.clone() }),
                None => numbers.next().map(|number| {
                    let (parameters, regimen) = self.patient(number);
                    PatientArm { number, arm: 0, parameters, regimen }
                }),
            };
            present.clone()
        }
    }

    /// Settings with a relative tolerance.
    pub fn settings(&self, relative_tolerance: f64) -> SolveSettings<'static> {
        SolveSettings { relative_tolerance, ..SolveSettings::default() }
    }
}

/// The folder of the project, from its own programs and from the crate of the peers.
fn project() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    if own.join("models").is_dir() { own.to_path_buf() } else { own.join("../..") }
}
