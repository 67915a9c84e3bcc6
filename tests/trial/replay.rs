//! One patient again: to the bit the row of the trial, and words for who is not there.
use crate::{Place, csv, only};

/// Numbers of a table in the JSON document, in its order: the quantity and the text of its number, as written. A reader of JSON may round; the text does not.
fn numbers(json: &str, table: &str, key: &str) -> Vec<(String, Option<f64>)> {
    let from = json.find(&format!("\"name\": \"{table}\"")).unwrap_or_else(|| panic!("no table {table} in {json}"));
    let rows = &json[from..];
    let rows = &rows[rows.find("\"rows\": [").unwrap()..rows.find("\"notes\":").unwrap()];
    let mut found: Vec<(String, Option<f64>)> = Vec::new();
    let mut name = String::new();
    for line in rows.lines().map(|line| line.trim().trim_end_matches(',')) {
        if let Some(rest) = line.strip_prefix("\"quantity\": ") {
            name = rest.trim_matches('"').to_owned();
        } else if let Some(rest) = line.strip_prefix(&format!("\"{key}\": ")) {
            found.push((name.clone(), (rest != "null").then(|| rest.parse().unwrap())));
        }
    }
    found
}

/// Every number of the row against the replay, bit by bit.
fn row_is_the_patient(place: &Place, scenario: &str, patients: &str, arms: &[&str], who: &[usize]) {
    let path = format!("scenarios/{scenario}");
    place.good(&["trial", &path, "--patients", patients, "--threads", "2"]);
    let run = only(place, "runs", scenario);
    let rows = csv(&run, "virtual_patients");
    // the names in the order of the file
    let text = std::fs::read_to_string(run.join("tables/virtual_patients.csv")).unwrap();
    let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let screened = names.iter().position(|name| *name == "screened").unwrap();
    for patient in who {
        for arm in arms {
            let row = rows.iter().find(|row| row["patient"] == patient.to_string() && row["arm"] == **arm).unwrap();
            let wanted: Vec<&str> = ["trial", &path, "--patients", patients, "--patient"].to_vec();
            let ended = place.good(&[&wanted[..], &[&patient.to_string(), "--arm", arm, "--json"]].concat());
            let drawn = numbers(&ended.out, "patient_drawn", "value");
            let came_to = numbers(&ended.out, "patient", arm);
            assert_eq!((drawn.len(), came_to.len()), (screened - 3, names.len() - screened - 1), "{scenario}");
            let of_file = names[3..screened].iter().chain(&names[screened + 1..]);
            for (column, (quantity, value)) in of_file.zip(drawn.iter().chain(&came_to)) {
                assert!(column.starts_with(&quantity.replace('.', "_")), "{column} v {quantity}");
                let own = Some(&row[*column]).filter(|text| !text.is_empty()).map(|text| text.parse::<f64>().unwrap());
                assert_eq!(own.map(f64::to_bits), value.map(f64::to_bits), "{scenario}: patient {patient}, arm {arm}, {quantity}");
            }
        }
    }
}

#[test]
fn a_replayed_patient_is_the_row_of_the_trial_to_the_bit() {
    let place = Place::new();
    row_is_the_patient(&place, "trial_null", "130", &["fixed", "adapted"], &[0, 39, 40, 63, 64, 129]);
    // with a lesion that shrinks, and groups entered on the way
    row_is_the_patient(&place, "trial_responders", "70", &["fixed"], &[1, 69]);
    // in company through the lanes, then alone
    row_is_the_patient(&place, "receptor_counts", "66", &["fixed", "less"], &[3, 41, 65]);
}

#[test]
fn all_arms_of_a_patient_stand_beside_each_other_with_their_cycles() {
    let place = Place::new();
    let ended = place.good(&["trial", "scenarios/trial_null", "--patient", "1"]);
    for word in ["Patient 1: what was drawn", "kidneys.uptake", "Arm fixed: ended ", "Arm adapted: ended ", "Its cycles"] {
        assert!(ended.out.contains(word), "{word}: {}", ended.out);
    }
    assert!(!place.path().join("runs").exists(), "a replay writes nothing unless it is asked to");
    place.good(&["trial", "scenarios/trial_null", "--patient", "1", "--arm", "adapted", "--save"]);
    let run = only(&place, "runs", "trial_null");
    assert!(csv(&run, "patient_cycles").iter().all(|row| row["arm"] == "adapted"));
    let manifest = std::fs::read_to_string(run.join("manifest.yaml")).unwrap();
    assert!(manifest.contains("verb: trial") && manifest.contains("patient: '1'") && manifest.contains("arm: adapted"), "{manifest}");
    let run = run.strip_prefix(place.path()).unwrap().to_str().unwrap().to_owned();
    place.good(&["reproduce", &run]);
}

#[test]
fn who_is_not_there_is_bad_input() {
    let place = Place::new();
    let says = |more: &[&str], expected: &str| {
        let ended = place.end(&[&["trial", "scenarios/trial_null"], more].concat());
        assert_eq!(ended.code, Some(2), "{more:?}: {}", ended.err);
        assert!(ended.err.contains(expected), "{more:?}: {}", ended.err);
    };
    says(&["--patient", "4000"], "the trial has patients 0 to 3999, there is no patient 4000");
    says(&["--patients", "130", "--patient", "130"], "the trial has patients 0 to 129, there is no patient 130");
    says(&["--patient", "3", "--arm", "adaptd"], "there is no arm `adaptd`; did you mean `adapted`?");
    says(&["--arm", "adapted"], "--patient");
    says(&["--patient", "-1"], "-1");
}
