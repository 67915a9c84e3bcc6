//! Without a link from dose to hazard a randomised trial finds none: the level of the test, and the hazard ratio 1.
//!
//! Expected: a test at the two-sided level 5 % rejects a true null in 5 % of trials; two arms of the same hazards have the ratio 1. Both are of the theory, not of our output.
use crate::{Place, csv, number, only};

/// Simulated trials of each size.
const REPLICATES: usize = 2000;
/// Quantiles 0.5 % and 99.5 % of a binomial count of 2000 with probability 5 % (sums of its probabilities).
const REJECTIONS: std::ops::RangeInclusive<f64> = 76.0..=126.0;
/// Normal quantile 97.5 %: half the width of a 95 % interval in standard errors.
const Z_95: f64 = 1.959_963_985;

/// The shipped null with log-rank tests alone, at two sizes, and `hypotheses`.
fn with_hypotheses(place: &Place, hypotheses: &str) {
    let text = std::fs::read_to_string(place.scenario("trial_null")).unwrap();
    let from = text.find("    sizes: ").unwrap();
    let shorter = format!(
        "    sizes: [200, 400]\n    replicates: {REPLICATES}\n    tests:\n      - {{endpoint: pfs, test: log_rank, arms: [fixed, adapted]}}\n      \
         - {{endpoint: os, test: log_rank, arms: [fixed, adapted]}}\n    hypotheses:\n{hypotheses}"
    );
    place.variant("trial_null", "null_alone", &[(&text[from..], &shorter)]);
}

#[test]
fn the_level_is_five_per_cent_and_the_hazard_ratio_one() {
    let place = Place::new();
    with_hypotheses(
        &place,
        "      no_link: {title: no causal link}\n      strong: {title: supposed, set: {trial.events.link.log_hazard_per_dose: -0.005 1/Gy}}\n",
    );
    let ended = place.good(&["power", "scenarios/null_alone"]);
    let rows = csv(&only(&place, "runs", "null_alone"), "power");
    let null: Vec<_> = rows.iter().filter(|row| row["hypothesis"] == "no_link").collect();
    assert_eq!(null.len(), 4, "two endpoints, two sizes");
    for row in null {
        assert_eq!((number(row, "trials"), number(row, "not_computed")), (REPLICATES as f64, 0.0));
        let rejected = number(row, "power_percent") / 100.0 * REPLICATES as f64;
        assert!(REJECTIONS.contains(&rejected.round()), "{rejected} of {REPLICATES} reject: {row:?}");
        // the share's own standard error, √(p (1 − p)/n)
        let p = rejected / REPLICATES as f64;
        let error = number(row, "monte_carlo_error_percent") / 100.0;
        assert!((error - (p * (1.0 - p) / REPLICATES as f64).sqrt()).abs() < 1e-9, "{row:?}");
        let log_ratio = number(row, "mean_hazard_ratio").ln();
        let log_error = (number(row, "ratio_high").ln() - number(row, "ratio_low").ln()) / (2.0 * Z_95);
        // with d events of equal arms the error of a log ratio is about 2/√d (Schoenfeld 1981); a size of 400 has at most 400 events
        assert!(log_error > 2.0 / (400.0 * REPLICATES as f64).sqrt(), "{row:?}");
        assert!(log_ratio.abs() < 3.0 * log_error, "{row:?}");
    }
    assert!(
        ended.out.contains("no causal link; pfs: log-rank test, adapted v fixed: ") && ended.out.contains("; the level of 5 % lies within")
    );
    // a supposed link moves the mean ratio: dose protects, and the adapted arm gives more of it
    for row in rows.iter().filter(|row| row["hypothesis"] == "strong") {
        assert!(number(row, "ratio_high") < 1.0, "{row:?}");
    }
    // words claim the level only where the null is what was simulated
    assert!(!ended.out.contains("supposed; "), "{}", ended.out);
}

#[test]
fn no_level_is_claimed_of_doses_that_the_arms_do_change() {
    let place = Place::new();
    let ended = place.good(&["power", "scenarios/trial_null", "--patients", "800", "--replicates", "100"]);
    for line in ended.out.lines().filter(|line| line.starts_with("no causal link; ")) {
        assert_eq!(line.contains("the level of 5 %"), line.contains("; pfs: "), "{line}");
    }
    assert_eq!(ended.out.lines().filter(|line| line.starts_with("no causal link; ")).count(), 12);
}

/// A hypothesis may be a link that is written in the scenario: then nothing is a null.
#[test]
fn no_level_is_claimed_where_the_scenario_supposes_a_link() {
    let place = Place::new();
    place.variant(
        "trial_null",
        "linked",
        &[(
            "log_hazard_per_dose: 0 1/Gy, hypothesis: \"none: dose does nothing, until a hypothesis supposes otherwise\"",
            "log_hazard_per_dose: -0.002 1/Gy, hypothesis: supposed by a test",
        )],
    );
    let ended = place.good(&["power", "scenarios/linked", "--patients", "800", "--replicates", "20"]);
    assert!(ended.out.contains(" trials of 100 patients reject") && !ended.out.contains("the level of 5 %"), "{}", ended.out);
}
