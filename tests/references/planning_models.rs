//! Models of planning: microspheres against the partition formulas, radioiodine against the means that it was calibrated to.
use rptbench::regimen::planning::glass::full_decay_gy_kg_per_gbq;
use rptbench::regimen::planning::partition::Partition;
use rptbench::regimen::planning::radioiodine::{LimitingRule, blood_dose_gy_per_gbq, tolerable_activity};
use rptbench::session::work::Task;

use super::population_models::scenario_of;
use crate::support::{close, number, outcome, table};

/// Doses of the simulated model, all decay counted, equal D_N = C A (1 − LSF)/(TNR m_T + m_N) and its fellows, whatever the nuclide.
#[test]
fn microspheres_give_the_doses_of_the_partition_model() {
    let (ratio, shunt, tumour_kg, normal_kg, lungs_kg, activity_gbq) = (4.2, 0.07, 0.41, 1.05, 0.9, 2.6);
    for (label, nuclide) in [("", "Y-90"), ("nuclide: Ho-166\n", "Ho-166")] {
        let scenario = scenario_of(
            "y90_microspheres",
            &format!(
                "{label}patient:\n  values:\n    tumour_to_normal_ratio: {ratio}\n    lung_shunt: {shunt}\n    tumour_mass: {tumour_kg} kg\n    normal_mass: {normal_kg} kg\n\
                 administrations: [{{site: artery, activity: {activity_gbq} GBq}}]\ndosimetry:\n  targets:\n    \
                 tumour: {{sources: {{tumour: {{local: {tumour_kg} kg}}}}}}\n    perfused_liver: {{sources: {{perfused_liver: {{local: {normal_kg} kg}}}}}}\n    \
                 lungs: {{sources: {{lungs: {{local: {lungs_kg} kg}}}}}}\n"
            ),
        );
        let constant = full_decay_gy_kg_per_gbq(nuclide).unwrap();
        let expected = Partition::new(ratio, shunt, tumour_kg, normal_kg, lungs_kg, constant).unwrap().doses(activity_gbq).unwrap();
        let found = outcome(&scenario, Task::Simulate);
        let dose = |target| number(table(&found, "doses"), &[target], "absorbed_dose");
        close("tumour", dose("tumour"), expected.tumour_gy, 1e-6);
        close("perfused liver", dose("perfused_liver"), expected.normal_gy, 1e-6);
        close("lungs", dose("lungs"), expected.lungs_gy, 1e-6);
    }
}

/// Activity that spills out of the perfused part lowers its dose and is found in the rest of the liver.
#[test]
fn spill_goes_to_the_liver_that_is_not_perfused() {
    let scenario = scenario_of(
        "y90_microspheres",
        "patient: {values: {spill: 0.1}}\nadministrations: [{site: artery, activity: 3 GBq}]\ndosimetry:\n  targets:\n    \
         tumour: {sources: {tumour: {local: 0.3 kg}}}\n    unperfused_liver: {sources: {unperfused_liver: {local: 0.5 kg}}}\n",
    );
    let constant = full_decay_gy_kg_per_gbq("Y-90").unwrap();
    let partition = Partition::new(5.0, 0.05, 0.3, 1.2, 1.0, constant).unwrap().doses(3.0).unwrap();
    let found = outcome(&scenario, Task::Simulate);
    let dose = |target| number(table(&found, "doses"), &[target], "absorbed_dose");
    close("tumour", dose("tumour"), 0.9 * partition.tumour_gy, 1e-6);
    close("spill", dose("unperfused_liver"), constant * 3.0 * 0.95 * 0.1 / 0.5, 1e-6);
}

/// Calibration: the simulated time-integrated activities are the published means, and the EANM formula gives the blood dose back. With an S-value of
/// 1 Gy/(MBq h) the dose of 1 MBq is the coefficient in h.
#[test]
fn radioiodine_gives_back_the_means_that_it_was_calibrated_to() {
    let published = [("", 21.97, 0.118), ("patient: {values: {whole_body_tiac: 14.28 h, blood_dose: 0.080 mGy/MBq}}\n", 14.28, 0.080)];
    for (values, whole_body_h, blood_gy_per_gbq) in published {
        let scenario = scenario_of(
            "iodine131_blood_wholebody",
            &format!(
                "{values}administrations: [{{site: capsule, activity: 1 MBq}}]\ndosimetry:\n  targets:\n    \
                 whole_body: {{sources: {{whole_body: {{s_value: 1 Gy/MBq/h, source: unit}}}}}}\n    \
                 all_blood: {{sources: {{all_blood: {{s_value: 1 Gy/MBq/h, source: unit}}}}}}\n"
            ),
        );
        let found = outcome(&scenario, Task::Simulate);
        let tiac_h = |target| number(table(&found, "doses"), &[target], "absorbed_dose");
        close("whole body", tiac_h("whole_body"), whole_body_h, 1e-6);
        let blood = blood_dose_gy_per_gbq(tiac_h("all_blood") / 5300.0, tiac_h("whole_body"), 70.0).unwrap();
        close("blood dose", blood, blood_gy_per_gbq, 1e-6);
    }
}

/// Off thyroxine the body empties with the published effective half-life of 15.6 h, two days after the capsule; at 48 h the blood limits the activity.
#[test]
fn radioiodine_leaves_with_the_published_half_life() {
    let scenario = scenario_of("iodine131_blood_wholebody", "administrations: [{site: capsule, activity: 1 MBq}]\nsolve: {until: 200 h}\n");
    let found = outcome(&scenario, Task::Simulate);
    let curve = table(&found, "curves");
    let column = |name: &str| {
        let position = curve.columns.iter().position(|column| column.name == name).unwrap_or_else(|| panic!("no {name}"));
        curve
            .rows
            .iter()
            .map(|row| if let rptbench::report::Cell::Number(value) = row[position] { value } else { panic!("{name}") })
            .collect::<Vec<f64>>()
    };
    let (times, body) = (column("time"), column("whole_body"));
    let at = |wanted: f64| {
        let next = times.iter().position(|time| *time >= wanted).unwrap();
        let share = (wanted - times[next - 1]) / (times[next] - times[next - 1]);
        body[next - 1].powf(1.0 - share) * body[next].powf(share)
    };
    let half_life = 50.0 * std::f64::consts::LN_2 / (at(48.0) / at(98.0)).ln();
    close("effective half-life", half_life, 15.6, 0.005);
    let tolerable = tolerable_activity(0.118, at(48.0), false).unwrap();
    assert_eq!(tolerable.rule, LimitingRule::BloodDose);
    close("by the blood", tolerable.activity_gbq, 2.0 / 0.118, 1e-12);
}
