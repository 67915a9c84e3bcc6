//! Bias demonstrations: groups that nobody randomised differ where dose does nothing, and what a landmark removes of it.
//!
//! In these scenarios event times are drawn without regard to dose, so a hazard ratio of 1 is the truth. That the naive comparison lies below it is immortal time (Anderson,
//! Cain and Gelber 1983): who enters had to live to enter.
use crate::{Place, Row, csv, number, only};

fn groups(scenario: &str) -> Vec<Row> {
    let place = Place::new();
    place.good(&["trial", &format!("scenarios/{scenario}")]);
    csv(&only(&place, "runs", scenario), "groups")
}

/// The row of a comparison: in words, its beginning.
#[track_caller]
fn row<'r>(rows: &'r [Row], group: &str, arm: &str, endpoint: &str, comparison: &str) -> &'r Row {
    let mut found = rows.iter().filter(|row| {
        row["group"] == group && row["arm"] == arm && row["endpoint"] == endpoint && row["comparison"].starts_with(comparison)
    });
    let one = found.next().unwrap_or_else(|| panic!("no {comparison} of {group} in {rows:?}"));
    assert!(found.next().is_none());
    one
}

fn lies_below_one(row: &Row) -> bool {
    number(row, "hazard_ratio") < 1.0 && number(row, "high") < 1.0
}

fn holds_one(row: &Row) -> bool {
    number(row, "low") < 1.0 && 1.0 < number(row, "high")
}

#[test]
fn reaching_23_gy_looks_good_until_a_landmark() {
    let rows = groups("trial_immortal_time");
    for endpoint in ["pfs", "os"] {
        let naive = row(&rows, "reached_23_gy", "until_23_gy", endpoint, "naive");
        assert!(lies_below_one(naive), "{naive:?}");
        assert!(number(naive, "median_in_group_months") > number(naive, "median_not_months"), "{naive:?}");
        assert_eq!(number(naive, "in_group") + number(naive, "not"), 2000.0);
        let landmark = row(&rows, "reached_23_gy", "until_23_gy", endpoint, "landmark at 18.0 months");
        assert!(holds_one(landmark), "{landmark:?}");
        assert_eq!(number(landmark, "in_group") + number(landmark, "not") + number(landmark, "left_out"), 2000.0);
        assert!(number(landmark, "left_out") > 0.0 && number(landmark, "p_log_rank") > 0.05 && number(naive, "p_log_rank") < 0.001);
    }
}

#[test]
fn responders_look_good_until_a_landmark() {
    let rows = groups("trial_responders");
    for endpoint in ["pfs", "os"] {
        let naive = row(&rows, "responders", "fixed", endpoint, "naive");
        assert!(lies_below_one(naive), "{naive:?}");
        assert!(number(naive, "median_in_group_months") > number(naive, "median_not_months"), "{naive:?}");
        let landmark = row(&rows, "responders", "fixed", endpoint, "landmark at 12.0 months");
        assert!(holds_one(landmark), "{landmark:?}");
    }
}

/// Prognosis goes with uptake: a landmark does not help, because what confounds is there from the start.
#[test]
fn uptake_and_dose_go_with_outcome_without_a_link() {
    let rows = groups("trial_uptake_prognosis");
    for endpoint in ["pfs", "os"] {
        for arm in ["fixed", "fewer"] {
            let uptake = row(&rows, "high_uptake", arm, endpoint, "from the start");
            assert!(lies_below_one(uptake), "{uptake:?}");
            // the same patients with the same events: the dose of the arm changes nothing at all
            let first = row(&rows, "high_uptake", "fixed", endpoint, "from the start");
            assert_eq!((&uptake["hazard_ratio"], &uptake["median_not_months"]), (&first["hazard_ratio"], &first["median_not_months"]));
            for comparison in ["naive", "landmark at 12.0 months"] {
                let dose = row(&rows, "lesion_150_gy", arm, endpoint, comparison);
                assert!(lies_below_one(dose), "{dose:?}");
            }
        }
    }
}
