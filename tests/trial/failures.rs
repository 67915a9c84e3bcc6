//! Patients who cannot be drawn or treated: counted by cause, named, replayed; the others are a trial all the same.
use crate::{Place, csv, number, only};

/// A pure number that is negative in some: the formula then gives an uptake that nobody can have, which only the draw can tell.
const IMPOSSIBLE: (&str, &str) = (
    "  vary:\n    kidneys.uptake: {cv: 45 %, about: mean, source: \"label, 19.4 ± 8.7 Gy; SPECT centres 30 to 50 %\", provenance: recalled}\n",
    "  covariates:\n    score: {mean: 0, sd: 1, provenance: assumed}\n  parameters:\n    kidneys.uptake: \"0.03 * (1 + score)\"\n  vary:\n",
);

#[test]
fn patients_who_cannot_be_drawn_are_counted_named_and_replayed() {
    let place = Place::new();
    place.variant("trial_null", "impossible", &[IMPOSSIBLE]);
    let path = "scenarios/impossible";
    let ended = place.good(&["trial", path, "--patients", "1000", "--threads", "2"]);
    let run = only(&place, "runs", "impossible");
    let rows = csv(&run, "virtual_patients");
    assert_eq!(rows.len(), 2000, "nobody is dropped");
    let failed: Vec<_> = rows.iter().filter(|row| !row["failed"].is_empty() && row["arm"] == "fixed").collect();
    // score < −1: Φ(−1) = 0.158655 of patients; five standard errors of a share of 1000
    let expected = 0.158_655;
    let error = (expected * (1.0 - expected) / 1000.0_f64).sqrt();
    assert!((failed.len() as f64 / 1000.0 - expected).abs() < 5.0 * error, "{} of 1000", failed.len());
    for row in &rows {
        match row["failed"].as_str() {
            "" => assert!(number(row, "score") > -1.0 && number(row, "kidneys_uptake") > 0.0),
            words => {
                assert!(
                    words.starts_with("not drawn: `kidneys.uptake` came out as -") && words.ends_with(", which nobody can have"),
                    "{words}"
                );
                assert!(!words.contains(" ,") && row["kidneys_dose_gy"].is_empty() && row["pfs_day_d"].is_empty(), "{row:?}");
            }
        }
    }
    // told in words, with the count and the first five numbers, in both arms
    let first: Vec<&str> = failed.iter().take(5).map(|row| row["patient"].as_str()).collect();
    let count = failed.len();
    for arm in ["fixed", "adapted"] {
        let line = ended.out.lines().find(|line| line.starts_with("! ") && line.contains(&format!("through arm {arm} (")));
        let line = line.unwrap_or_else(|| panic!("{}", ended.out));
        for words in [
            format!("({count}×)"),
            format!("patients {} and others", first.join(", ")),
            format!("`rpt trial … --patient {} --arm {arm}` replays one", first[0]),
            "`kidneys.uptake` came out as -".to_owned(),
        ] {
            assert!(line.contains(&words), "{words}: {line}");
        }
    }
    let manifest: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(run.join("manifest.yaml")).unwrap()).unwrap();
    assert_eq!((manifest["status"].as_str(), manifest["failures"][0]["count"].as_u64()), (Some("done"), Some(count as u64)));
    let report = std::fs::read_to_string(run.join("report.md")).unwrap();
    assert!(report.contains("could not be taken through arm adapted"), "{report}");
    // the others are the trial
    let cohort = csv(&run, "cohort");
    let doses: Vec<_> = cohort.iter().filter(|row| row["quantity"] == "kidneys_dose").collect();
    assert!(doses.len() == 2 && doses.iter().all(|row| number(row, "patients") == (1000 - count) as f64));
    let survival = csv(&run, "survival");
    let allocated: f64 = survival.iter().filter(|row| row["endpoint"] == "os").map(|row| number(row, "patients")).sum();
    assert_eq!(allocated, (1000 - count) as f64);
    assert!(ended.out.contains(&format!("{count} allocated patients have no result")), "{}", ended.out);
    // the cause again, from the patient alone
    let again = place.end(&["trial", path, "--patients", "1000", "--patient", first[0], "--arm", "adapted"]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    let words = &failed[0]["failed"];
    assert!(again.out.contains(&format!("Arm adapted: no result; {words}.")), "{}", again.out);
}

/// Power counts them too: an arm that could not be delivered is censored at once, and said.
#[test]
fn power_says_who_could_not_be_treated() {
    let place = Place::new();
    place.variant("trial_null", "impossible", &[IMPOSSIBLE]);
    let ended = place.good(&["power", "scenarios/impossible", "--patients", "800", "--replicates", "10"]);
    assert!(
        ended.out.contains("no causal link: ") && ended.out.contains(" arms of virtual patients could not be delivered."),
        "{}",
        ended.out
    );
}
