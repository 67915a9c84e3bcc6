//! Differences in the same patient.
use crate::{Place, csv, number, only};

#[test]
fn an_arm_that_is_a_copy_of_the_first_differs_in_nothing() {
    let place = Place::new();
    let text = std::fs::read_to_string(place.scenario("trial_null")).unwrap();
    let adapted = text.lines().find(|line| line.starts_with("    adapted: {")).unwrap();
    place.variant(
        "trial_null",
        "twins",
        &[
            (adapted, "    twin: {title: the same again, activity: 7.4 GBq, cycles: 4, stop: progression}"),
            ("[fixed, adapted]", "[fixed, twin]"),
            ("{fixed: 1, adapted: 1}", "{fixed: 1, twin: 1}"),
        ],
    );
    let arm = "    less: {title: half, activity: 3.7 GBq, cycles: 2}";
    place.variant("receptor_counts", "stiff_twins", &[(arm, "    twin: {title: the same again, activity: 7.4 GBq, cycles: 2}")]);
    for (scenario, patients) in [("twins", "200"), ("stiff_twins", "66")] {
        place.good(&["trial", &format!("scenarios/{scenario}"), "--patients", patients]);
        let run = only(&place, "runs", scenario);
        assert_eq!(csv(&run, "cohort_differences"), Vec::new(), "{scenario}");
        // and the rows are the same to the last digit
        let rows = csv(&run, "virtual_patients");
        let (fixed, twin): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row["arm"] == "fixed");
        for (mut one, mut other) in fixed.into_iter().zip(twin) {
            one.remove("arm");
            other.remove("arm");
            assert_eq!(one, other, "{scenario}");
        }
    }
}

/// The mean of paired differences is the difference of the means, where the same patients have the quantity in both arms: an identity, here to rounding.
#[test]
fn the_mean_difference_is_the_difference_of_the_means() {
    let place = Place::new();
    for (scenario, other, patients) in [("trial_null", "adapted", 300), ("receptor_counts", "less", 66)] {
        place.good(&["trial", &format!("scenarios/{scenario}"), "--patients", &patients.to_string()]);
        let run = only(&place, "runs", scenario);
        let (means, differences) = (csv(&run, "cohort"), csv(&run, "cohort_differences"));
        let mean = |arm: &str, quantity: &str| means.iter().find(|row| row["arm"] == arm && row["quantity"] == quantity);
        let mut checked = 0;
        for row in means.iter().filter(|row| row["arm"] == "fixed") {
            let quantity = row["quantity"].as_str();
            let Some(second) = mean(other, quantity) else { continue };
            let counts = (number(row, "patients"), number(second, "patients"));
            let difference = differences.iter().find(|row| row["quantity"] == quantity);
            if counts.0 != counts.1 || difference.is_some_and(|row| number(row, "patients") != counts.0) {
                continue;
            }
            let (one, two) = (number(row, "mean"), number(second, "mean"));
            // what is left out of the table never differs
            let found = difference.map_or(0.0, |row| number(row, "mean"));
            assert!(
                (found - (two - one)).abs() <= 1e-12 * (patients as f64) * one.abs().max(two.abs()).max(1e-3),
                "{quantity}: {found} v {}",
                two - one
            );
            checked += 1;
            if let Some(row) = difference {
                let sd = row["sd"].parse::<f64>().ok();
                let error = number(row, "standard_error");
                assert!(sd.is_none_or(|sd| (error - sd / counts.0.sqrt()).abs() <= 1e-12 * sd), "{row:?}");
            }
        }
        assert!(checked > 15, "{scenario}: {checked}");
        assert!(differences.iter().any(|row| row["quantity"] == "kidneys_dose" && number(row, "patients") == f64::from(patients)));
    }
}

/// Half the activity, and nothing saturates: in the receptor model the dose to the kidneys is not halved, but it is less in every patient.
#[test]
fn less_activity_is_less_dose_in_every_patient() {
    let place = Place::new();
    place.good(&["trial", "scenarios/receptor_counts", "--patients", "66"]);
    let rows = csv(&only(&place, "runs", "receptor_counts"), "virtual_patients");
    let (fixed, less): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row["arm"] == "fixed");
    assert_eq!((fixed.len(), less.len()), (66, 66));
    for (one, other) in fixed.iter().zip(&less) {
        assert_eq!(one["patient"], other["patient"]);
        assert!(number(other, "kidneys_dose_gy") < number(one, "kidneys_dose_gy"));
        assert!(number(other, "platelets_nadir_10⁹_per_l") > number(one, "platelets_nadir_10⁹_per_l"), "{other:?}");
    }
}

/// `rpt run` compares the arms in the scenario's own patient and in the cohort: neither table takes the place of the other, and what holds a probability says what it rests on.
#[test]
fn the_patient_and_the_cohort_have_tables_of_their_own() {
    let place = Place::new();
    place.good(&["run", "scenarios/trial_null", "--set", "kidneys.uptake=4 %"]);
    let run = only(&place, "runs", "trial_null");
    let (patient, cohort) = (csv(&run, "paired_differences"), csv(&run, "cohort_differences"));
    assert_eq!(patient.len(), 1, "one further arm in one patient");
    assert!(!patient[0].contains_key("standard_error") && cohort.len() > 1 && cohort[0].contains_key("standard_error"));
    let report = std::fs::read_to_string(run.join("report.md")).unwrap();
    let below = report.split("Virtual patients through every arm").nth(1).unwrap();
    let below = below.split("\n**").next().unwrap();
    assert!(below.contains("kidneys_kidney_bed_external_beam") && below.contains("Evidence: transferred."), "{below}");
}
