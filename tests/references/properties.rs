//! What must hold for any patient: doses never fall, a linear model is linear, labelled ligand is conserved, `--set` is the same as writing it.
use proptest::prelude::*;
use rptbench::dosimetry::course::{CoursePlan, SolveSettings};
use rptbench::session::fitting::dosed_course;
use rptbench::session::scenario::Scenario;
use rptbench::session::work::Task;

use crate::support::{close, copy_project, number, outcome, scenario, scenario_with, table};

/// Parameters of the Ulm model that differ between patients.
const VARIED: [&str; 16] = [
    "bsa",
    "ter",
    "salivary.volume",
    "kidneys.volume",
    "tumour1.volume",
    "tumour2.volume",
    "tumour_rest.volume",
    "kidneys.density",
    "salivary.density",
    "tumour1.density",
    "tumour2.density",
    "k_release_kidneys",
    "k_release_salivary",
    "k_release_tumour",
    "f_salivary",
    "k_on",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_ulm_patient_conserves_the_ligand_and_collects_dose(factors in prop::collection::vec(0.5_f64..1.5, VARIED.len())) {
        let scenario = scenario("psma_it_p1");
        let mut parameters = scenario.model.parameter_values();
        for (path, factor) in VARIED.iter().zip(&factors) {
            parameters[scenario.model.parameter(path).unwrap()] *= factor;
        }
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), true).unwrap();
        let mut course = dosed_course(&plan, &scenario, &parameters, None).unwrap();
        let times: Vec<f64> = (0..=200).map(|i| 30_000.0 * f64::from(i * i) / 40_000.0).collect();
        course.advance(30_000.0, &times, &SolveSettings::default()).unwrap();
        for (target, doses) in plan.targets.iter().zip(&course.samples.doses_gy) {
            prop_assert!(doses[0] == 0.0 && doses[200] > 0.0, "{}", target.name);
            prop_assert!(doses.windows(2).all(|pair| pair[1] >= pair[0]), "the dose of {} falls", target.name);
        }
        for dose in course.doses() {
            prop_assert!(dose.bed_gy.is_none_or(|bed| bed >= dose.absorbed_gy));
        }
        let residual = course.balance().unwrap().residual();
        prop_assert!(residual.abs() <= 1e-9, "residual {residual:e}");
    }

    #[test]
    fn twice_the_activity_is_twice_the_dose_in_a_linear_model(uptake in 0.001_f64..0.3, half_life_h in 5.0_f64..150.0, factor in 0.1_f64..10.0) {
        let mut scenario = scenario("p12_spect");
        let mut set = |path: &str, value: f64| {
            let position = scenario.model.parameter(path).unwrap();
            scenario.model.parameters[position].value = value;
        };
        set("left_kidney.uptake", uptake);
        set("left_kidney.effective_half_life", half_life_h * 60.0);
        let once = outcome(&scenario, Task::Simulate);
        scenario.administrations[0].activity_mbq = Some(7400.0 * factor);
        let more = outcome(&scenario, Task::Simulate);
        for target in ["left_kidney", "liver", "spleen"] {
            let dose = |outcome| number(table(outcome, "doses"), &[target], "absorbed_dose");
            prop_assert!((dose(&more) / dose(&once) / factor - 1.0).abs() < 1e-9, "{target}");
        }
    }
}

#[test]
fn set_on_the_command_line_is_the_same_as_in_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    copy_project(folder.path());
    let file = folder.path().join("scenarios/psma_it_p2/scenario.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replace("kidneys.density: {value: 14 nmol/L,", "kidneys.density: {value: 31.5 nmol/L,");
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
    let (written, _) = Scenario::load(&file, &[]).unwrap();
    let set = scenario_with("psma_it_p2", &["kidneys.density=31.5 nmol/L"]);
    assert_eq!(written.model.parameter_values(), set.model.parameter_values());
    assert_ne!(set.model.parameter_values(), scenario("psma_it_p2").model.parameter_values());
    let (written, set) = (outcome(&written, Task::Simulate), outcome(&set, Task::Simulate));
    assert_eq!(table(&written, "doses").rows, table(&set, "doses").rows, "the same bits");
    let before = outcome(&scenario("psma_it_p2"), Task::Simulate);
    let kidneys = |outcome| number(table(outcome, "doses"), &["kidneys"], "absorbed_dose");
    assert!(kidneys(&set) > 1.5 * kidneys(&before), "more receptors, more dose");
}

/// A value written in another unit is the same value.
#[test]
fn units_of_a_set_value_are_converted() {
    let in_days = outcome(&scenario_with("p12_spect", &["left_kidney.effective_half_life=2.125 d"]), Task::Simulate);
    let in_hours = outcome(&scenario_with("p12_spect", &["left_kidney.effective_half_life=51 h"]), Task::Simulate);
    let dose = |outcome| number(table(outcome, "doses"), &["left_kidney"], "absorbed_dose");
    close("51 h are 2.125 d", dose(&in_days), dose(&in_hours), 1e-12);
}
