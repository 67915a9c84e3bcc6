//! What `rpt trial` and `rpt power` say to what they cannot do: exit code 2, the name of what is wrong, and no run folder.
use crate::Place;

#[track_caller]
fn refused(place: &Place, arguments: &[&str], expected: &[&str]) {
    let ended = place.end(arguments);
    assert_eq!(ended.code, Some(2), "{arguments:?}: {}{}", ended.out, ended.err);
    for words in expected {
        assert!(ended.err.contains(words), "{arguments:?}: {words} in {}", ended.err);
    }
    assert_eq!(ended.out, "", "{arguments:?}");
    assert!(!place.path().join("runs").exists(), "{arguments:?} left a folder");
}

#[test]
fn scenarios_without_what_a_trial_needs() {
    let place = Place::new();
    refused(&place, &["trial", "scenarios/theophylline"], &["scenario `theophylline` declares no `regimens`"]);
    // arms without a cohort
    place.variant("receptor_counts", "without_cohort", &[]);
    let file = place.scenario("without_cohort");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.find("cohort:").unwrap()]).unwrap();
    refused(&place, &["trial", "scenarios/without_cohort"], &["scenario `without_cohort` declares no `cohort`, so there is no trial"]);
    refused(&place, &["power", "scenarios/without_cohort"], &["declares no `cohort`"]);
    refused(&place, &["trial", "scenarios/without_cohort", "--patient", "1"], &["declares no `cohort`"]);
    refused(&place, &["power", "scenarios/receptor_counts"], &["scenario `receptor_counts` declares no `trial`, so there is no power"]);
    refused(&place, &["power", "scenarios/trial_immortal_time"], &["declares no `trial: {power: …}`"]);
    refused(&place, &["trial", "scenarios/nowhere"], &["nowhere"]);
}

#[test]
fn numbers_that_make_no_trial() {
    let place = Place::new();
    let null = "scenarios/trial_null";
    refused(&place, &["trial", null, "--patients", "0"], &["--patients", "0 is not in 1..=10000000"]);
    refused(&place, &["trial", null, "--patients", "many"], &["--patients", "many"]);
    refused(&place, &["trial", null, "--threads", "0"], &["--threads"]);
    refused(&place, &["power", null, "--patients", "1"], &["--patients"]);
    refused(&place, &["power", null, "--replicates", "0"], &["--replicates"]);
    // sizes are 100, 200, 400, 800
    refused(&place, &["power", null, "--patients", "300"], &["a trial of 400 patients cannot be drawn from a pool of 300", "--patients"]);
    refused(&place, &["trial", null, "--resume", "--patient", "3"], &["--resume"]);
    refused(&place, &["trial", null, "--set", "kidneys.uptak=0.03"], &["kidneys.uptak", "kidneys.uptake"]);
}

/// Nobody can have an uptake above 1000 %: the scenario says so before anything is begun.
#[test]
fn a_rule_that_nobody_meets() {
    let place = Place::new();
    let from = "  seed: 6001\n  vary:";
    place.variant(
        "trial_null",
        "nobody",
        &[(from, "  seed: 6001\n  include: [\"tumour1.uptake_per_volume > 0 1/mL\", \"kidneys.uptake > 10\"]\n  vary:")],
    );
    refused(
        &place,
        &["trial", "scenarios/nobody"],
        &["none of 10000 candidates is eligible", "`include: kidneys.uptake > 10` turned away 10000", "scenario.yaml:"],
    );
}

/// About one candidate in 10 000 meets the rule: the first patient is found, a later one is not, in the midst of the work. ln(0.15/0.03) is near 3.7 SD.
#[test]
fn a_rule_that_hardly_anybody_meets_ends_the_run_and_leaves_nothing() {
    let place = Place::new();
    let from = "  seed: 6001\n  vary:";
    place.variant("trial_null", "rare", &[(from, "  seed: 6001\n  include: [\"kidneys.uptake > 0.15\"]\n  vary:")]);
    for verb in ["trial", "power"] {
        refused(
            &place,
            &[verb, "scenarios/rare", "--patients", "1000"],
            &["scenarios/rare: patient ", "none of 10000 candidates is eligible", "`include: kidneys.uptake > 0.15` turned away 10000"],
        );
    }
}

#[test]
fn tests_of_what_is_not_there() {
    let place = Place::new();
    place.variant("trial_null", "misspelt", &[("quantity: tumour1_dose, test: wilcoxon", "quantity: kidney_dose, test: wilcoxon")]);
    refused(&place, &["power", "scenarios/misspelt"], &["there is no quantity `kidney_dose` to test; did you mean `kidneys_dose`?"]);
    place.variant("trial_null", "no_endpoint", &[("{endpoint: pfs, test", "{endpoint: pf, test")]);
    refused(&place, &["power", "scenarios/no_endpoint"], &["`pf` is not among the `endpoints` of the trial", "did you mean `pfs`?"]);
    place.variant("trial_null", "no_arm", &[("test: wilcoxon, arms: [fixed, adapted]", "test: wilcoxon, arms: [fixed, adaptd]")]);
    refused(&place, &["power", "scenarios/no_arm"], &["adaptd", "did you mean `adapted`?"]);
    // a hypothesis changes what is written, it does not add
    place.variant("trial_null", "no_value", &[("regimens.clinic.imaging.kidneys.cv: 30 %", "regimens.clinic.imaging.kidney.cv: 30 %")]);
    refused(&place, &["power", "scenarios/no_value"], &["regimens.clinic.imaging.kidney"]);
}

#[test]
fn populations_that_nobody_can_belong_to() {
    let place = Place::new();
    let uptake =
        "kidneys.uptake: {cv: 45 %, about: mean, source: \"label, 19.4 ± 8.7 Gy; SPECT centres 30 to 50 %\", provenance: recalled}";
    // Φ(−2) = 2.28 %
    place.variant("trial_null", "negative", &[(uptake, "kidneys.uptake: {mean: 0.03, sd: 0.015}")]);
    refused(&place, &["trial", "scenarios/negative"], &["`kidneys.uptake` would be negative in 2.28 % of patients", "truncate"]);
    // 1 − 2 · 0.9 < 0
    let pair = |a: &str, b: &str, value: f64| format!("    - {{between: [{a}, {b}], value: {value}}}\n");
    let (k, h, t) = ("kidneys.uptake", "kidneys.effective_half_life", "tumour1.uptake_per_volume");
    let correlations = format!("  seed: 6001\n  correlations:\n{}{}{}  vary:", pair(k, h, 0.9), pair(h, t, 0.9), pair(k, t, -0.9));
    place.variant("trial_null", "contradiction", &[("  seed: 6001\n  vary:", &correlations)]);
    refused(&place, &["trial", "scenarios/contradiction"], &["not positive definite", "smallest eigenvalue -0.8"]);
}
