//! Finished runs of `rpt trial` and `rpt power`: verified, done again, compared.
use std::path::Path;

use crate::{Place, csv, only};

fn relative(place: &Place, run: &Path) -> String {
    run.strip_prefix(place.path()).unwrap().to_str().unwrap().to_owned()
}

fn document(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Changes one digit of a table; the length stays.
fn touch(run: &Path, table: &str) {
    let file = run.join("tables").join(table);
    let mut bytes = std::fs::read(&file).unwrap();
    let digit = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
    bytes[digit] = if bytes[digit] == b'7' { b'8' } else { b'7' };
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_trial_is_verified_and_done_again_from_its_manifest() {
    let place = Place::new();
    place.good(&["trial", "scenarios/trial_null", "--patients", "130", "--seed", "9", "--set", "kidneys.uptake=0.03", "--threads", "1"]);
    let run = only(&place, "runs", "trial_null");
    let name = relative(&place, &run);
    let manifest: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(run.join("manifest.yaml")).unwrap()).unwrap();
    assert_eq!((manifest["verb"].as_str(), manifest["seed"].as_u64()), (Some("trial"), Some(9)));
    assert_eq!((manifest["options"]["patients"].as_str(), manifest["options"]["seed"].as_str()), (Some("130"), Some("9")));
    assert_eq!(manifest["settings"]["kidneys.uptake"].as_str(), Some("0.03"));
    assert_eq!(csv(&run, "virtual_patients").len(), 260);
    place.good(&["verify", &name]);
    let again = place.good(&["reproduce", &name, "--threads", "2", "--json"]);
    let again = document(&again.out);
    assert!(again["ok"] == true && again["same"].as_u64() > Some(40) && again["different"].as_array().unwrap().is_empty(), "{again}");
    assert!(!place.path().join("runs/.reproducing").exists(), "what was done again leaves nothing");
    only(&place, "runs", "trial_null");

    // a table that was touched is seen by both
    touch(&run, "cohort.csv");
    let verified = place.end(&["verify", &name]);
    assert_eq!(verified.code, Some(1));
    assert!(verified.out.contains("tables/cohort.csv: changed"), "{}", verified.out);
    let again = place.end(&["reproduce", &name, "--json"]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    let again = document(&again.out);
    assert_eq!(again["different"], serde_json::json!(["tables/cohort.csv: changed since the run wrote it"]));
    assert!(place.path().join(again["second_run"].as_str().unwrap()).join("tables/cohort.csv").is_file(), "left for a look");

    // inputs that are others now, or not there
    let file = place.scenario("trial_null");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}# a word more\n")).unwrap();
    let ended = place.end(&["reproduce", &name]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("`scenarios/trial_null/scenario.yaml` has changed since the run"), "{}", ended.err);
    std::fs::remove_file(&file).unwrap();
    let ended = place.end(&["reproduce", &name]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("`scenarios/trial_null/scenario.yaml` is not there"), "{}", ended.err);
}

#[test]
fn power_is_verified_and_done_again_from_its_manifest() {
    let place = Place::new();
    place.good(&["power", "scenarios/trial_null", "--patients", "800", "--replicates", "20", "--seed", "3"]);
    let run = only(&place, "runs", "trial_null");
    let name = relative(&place, &run);
    let manifest: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(run.join("manifest.yaml")).unwrap()).unwrap();
    assert_eq!(manifest["verb"].as_str(), Some("power"));
    for (option, value) in [("patients", "800"), ("replicates", "20"), ("seed", "3")] {
        assert_eq!(manifest["options"][option].as_str(), Some(value));
    }
    // four hypotheses, three tests, four sizes
    assert_eq!(csv(&run, "power").len(), 48);
    place.good(&["verify", &name]);
    let again = document(&place.good(&["reproduce", &name, "--json"]).out);
    assert!(again["ok"] == true && again["same"].as_u64() > Some(10), "{again}");
}

#[test]
fn two_seeds_differ_in_the_seed_and_in_cells() {
    let place = Place::new();
    for (runs, seed) in [("one", "1"), ("two", "2")] {
        place.good(&["trial", "scenarios/trial_null", "--patients", "70", "--seed", seed, "--runs", runs]);
    }
    let [one, two] = ["one", "two"].map(|runs| relative(&place, &only(&place, runs, "trial_null")));
    let found = document(&place.good(&["diff", &one, &two, "--json"]).out);
    let of_seed = |input: &&serde_json::Value| input["what"] == "seed";
    let seed = found["inputs"].as_array().unwrap().iter().find(of_seed).unwrap_or_else(|| panic!("{}", found["inputs"]));
    assert_eq!((seed["first"].as_str(), seed["second"].as_str()), (Some("1"), Some("2")));
    let cells = found["cells"].as_array().unwrap();
    for table in ["cohort", "cohort_differences", "drawn", "virtual_patients", "survival"] {
        assert!(cells.iter().any(|cell| cell["table"] == table), "{table}");
    }
    // 70 patients in both
    assert!(
        !cells
            .iter()
            .any(|cell| cell["table"] == "cohort" && cell["column"] == "patients" && cell["row"].as_str().unwrap().contains("cycles"))
    );
    assert!(found["lines"].as_array().unwrap().is_empty(), "{found}");
    // Parquet is compared by its bytes alone: its cells are those of the CSV
    assert_eq!(found["only_in_one"], serde_json::json!(["other bytes: tables/virtual_patients.parquet"]));
    let nothing = document(&place.good(&["diff", &one, &one, "--json"]).out);
    assert!(nothing["cells"].as_array().unwrap().is_empty() && nothing["inputs"].as_array().unwrap().is_empty());
}
