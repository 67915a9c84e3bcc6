//! Elasticities against a closed form and against central differences of the whole course.
use super::*;
use crate::dosimetry::course::{Course, DoseTarget, Repair};
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::model::Model;
use crate::model::yaml::YamlFile;
use crate::solve::MethodChoice;

fn read(text: &str) -> Model {
    let file = YamlFile::parse("model.yaml", text.to_owned()).unwrap();
    crate::model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn target(region: &str, gy_per_mbq_h: f64, repair: Option<Repair>) -> DoseTarget {
    let s = SValue::new(gy_per_mbq_h, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").unwrap();
    DoseTarget { name: region.into(), title: region.into(), terms: vec![(region.into(), s)], repair }
}

const ORGAN: &str = "
model: organ
nuclide: Lu-177
amount: MBq
silence: [{lint: no-source, reason: a test}]
decay: {}
parameters: {share: 0.02, half_life: 50 h, idle: 3 h, nothing: 0}
compartments: {organ: , elsewhere: , cleared: }
flows: [{from: organ, to: cleared, k: ln(2) / half_life - physical_decay}]
dosing: {site: {organ: share, elsewhere: 1 - share}}
observables: {organ: {region: organ}, cleared: {region: cleared * nothing}}
";

#[test]
fn a_mono_exponential_organ_has_the_elasticities_of_its_closed_form() {
    let repair = Repair { alpha_beta_gy: 2.6, repair_half_time_h: 2.8 };
    let plan = CoursePlan::new(read(ORGAN), vec![target("organ", 5e-4, Some(repair)), target("cleared", 5e-4, None)], false).unwrap();
    let parameters = plan.model.parameter_values();
    let chosen = ["share", "half_life", "idle", "nothing"].map(|path| plan.model.parameter(path).unwrap());
    let tangents = plan.tangents(&chosen);
    let dose = Administration { time_min: 0.0, site: 0, labelled: 7400.0, unlabelled: 0.0, duration_min: 0.0 };
    let settings = SolveSettings { relative_tolerance: 1e-10, ..Default::default() };
    let until_h = 100.0;
    for held in [Held::Amounts, Held::Activities] {
        let found = dose_elasticities(&plan, &tangents, &parameters, &[dose], held, until_h * 60.0, &settings).unwrap();
        // D = S A0 share (1 − e^(−λT))/λ with λ = ln 2/half-life: ∂ ln D/∂ ln half-life = 1 − λT e^(−λT)/(1 − e^(−λT))
        let decays = std::f64::consts::LN_2 / 50.0 * until_h;
        let by_half_life = 1.0 - decays * (-decays).exp() / (1.0 - (-decays).exp());
        let absorbed = found.absorbed[0].as_ref().unwrap();
        for (found, expected) in absorbed.iter().zip([1.0, by_half_life, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
        // the Lea–Catcheside part grows with the square of the share
        let bed = found.bed[0].as_ref().unwrap();
        let part = 1.0 - found.doses[0].absorbed_gy / found.doses[0].bed_gy.unwrap();
        assert!((bed[0] - (1.0 + part)).abs() < 1e-8, "{} {part}", bed[0]);
        assert_eq!((bed[2], &found.absorbed[1], &found.bed[1]), (0.0, &None, &None));
    }
}

/// The whole way of the 118-state model: two cycles, activity per amount from parameters, BED, and 10 parameters of all kinds.
#[test]
fn the_ulm_model_agrees_with_central_differences() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma_it_ulm.yaml");
    let repair = Repair { alpha_beta_gy: 2.5, repair_half_time_h: 2.8 };
    let targets = vec![target("kidneys", 2.9e-4, Some(repair)), target("tumour1", 0.17, None), target("salivary", 1.6e-3, None)];
    let plan = CoursePlan::new(read(&std::fs::read_to_string(path).unwrap()), targets, false).unwrap();
    let parameters = plan.model.parameter_values();
    let paths = [
        "weight",
        "hematocrit",
        "ter",
        "injected_activity",
        "injected_labelled",
        "lambda_physical",
        "k_on",
        "k_internalisation",
        "k_release_kidneys",
        "kidneys.density",
    ];
    let chosen = paths.map(|path| plan.model.parameter(path).unwrap());
    let tangents = plan.tangents(&chosen);
    let settings = SolveSettings { relative_tolerance: 1e-7, ..Default::default() };
    let tight = SolveSettings { relative_tolerance: 1e-11, method: MethodChoice::Stiff, ..Default::default() };
    let until_min = 12_000.0;
    let activity_mbq = 6000.0;
    let given = |per_amount: f64| {
        let dose = |time_min: f64, duration_min: f64| Administration {
            time_min,
            site: 0,
            labelled: activity_mbq / per_amount,
            unlabelled: 139.0,
            duration_min,
        };
        [dose(0.0, 10.0), dose(6000.0, 0.0)]
    };
    let per_amount = Course::new(&plan, &parameters).activity_per_amount();
    for held in [Held::Activities, Held::Amounts] {
        let found = dose_elasticities(&plan, &tangents, &parameters, &given(per_amount), held, until_min, &settings).unwrap();
        let mut largest = 0.0_f64;
        for (number, &parameter) in chosen.iter().enumerate() {
            let doses_at = |factor: f64| {
                let mut moved = parameters.clone();
                moved[parameter] *= factor;
                let mut course = Course::new(&plan, &moved);
                let per_amount = if held == Held::Activities { course.activity_per_amount() } else { per_amount };
                given(per_amount).into_iter().for_each(|dose| course.administer(dose).unwrap());
                course.advance(until_min, &[], &tight).unwrap();
                course.doses()
            };
            let (up, down) = (1.0 + 1e-3, 1.0 - 1e-3);
            let (plus, minus) = (doses_at(up), doses_at(down));
            let mut compare = |found: f64, value: &dyn Fn(&TargetDose) -> f64, target: usize| {
                let reference = (value(&plus[target]) / value(&minus[target])).ln() / (up / down).ln();
                let error = (found - reference).abs();
                assert!(error < 1e-6, "{held:?}, target {target} by {}: {found} {reference}", paths[number]);
                largest = largest.max(error);
            };
            for target in 0..3 {
                compare(found.absorbed[target].as_ref().unwrap()[number], &|dose| dose.absorbed_gy, target);
            }
            compare(found.bed[0].as_ref().unwrap()[number], &|dose| dose.bed_gy.unwrap(), 0);
        }
        eprintln!("{held:?}: largest error of an elasticity {largest:e}");
    }
}

#[test]
fn what_cannot_be_given_is_told() {
    let plan = CoursePlan::new(read(ORGAN), vec![target("organ", 5e-4, None)], false).unwrap();
    let parameters = plan.model.parameter_values();
    let tangents = plan.tangents(&[0]);
    let dose = Administration { time_min: 0.0, site: 0, labelled: -1.0, unlabelled: 0.0, duration_min: 0.0 };
    let run = |dose| dose_elasticities(&plan, &tangents, &parameters, &[dose], Held::Amounts, 100.0, &SolveSettings::default());
    assert!(matches!(run(dose), Err(CourseError::Dose(_))));
    let nothing = run(Administration { labelled: 0.0, ..dose }).unwrap();
    assert_eq!(nothing.absorbed, [None], "without a dose there is no elasticity");
}
