//! The section read from whole scenarios: what is understood, and what is refused with which words.
use super::super::Scenario;
use super::*;
use crate::model::yaml::YamlFile;
use crate::regimen::StopCause;
use crate::trial::design::{GroupEntry, PatientProperty, Threshold};
use crate::trial::power::{Measure, TestKind};
use crate::units::MINUTES_PER_DAY;

const TRIAL: &str = "
trial:
  seed: 9
  allocation: {four_cycles: 1, bed_27: 2}
  permuted_blocks: true
  accrual: 24 mo
  follow_up: 3 y
  dropout: {value: 2 %/y, provenance: assumed}
  events:
    seed: 10
    progression: {median: 28 mo, source: \"NETTER-1, later cuts\", provenance: recalled}
    death: {median: 48.0 mo, shape: 1.2, source: NETTER-1 final analysis, provenance: read}
    between_patients: {sd: 0.5, provenance: assumed}
    prognosis: {parameter: tumour1.uptake_per_volume, log_hazard_per_doubling: -0.3, provenance: assumed}
    link: {target: tumour1, log_hazard_per_dose: 0 1/Gy, hypothesis: \"none, until one is supposed\"}
  endpoints: [pfs, os]
  groups:
    limit: {title: reached the limit, ended_by: limit, landmark: 12 mo}
    high_dose: {reached: {target: kidneys, dose: 23 Gy}, landmark: 12 mo}
    high_uptake: {above: {property: tumour1.uptake_per_volume, threshold: median}}
  power:
    sizes: [100, 200]
    replicates: 500
    alpha: 5 %
    power: 90 %
    tests:
      - {endpoint: pfs, test: log_rank, arms: [four_cycles, bed_27]}
      - {quantity: kidneys_dose, test: welch, arms: [four_cycles, bed_27]}
      - {quantity: kidneys_dose, test: fisher, arms: [four_cycles, bed_27], above: 23}
    hypotheses:
      none: {title: no causal link}
      strong: {title: a link, set: {trial.events.link.log_hazard_per_dose: -0.01 1/Gy, trial.events.death.shape: 1, cohort.vary.kidneys.uptake.cv: 20 %}}
";

/// A shipped scenario with this text behind it.
fn text_with(trial: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = std::fs::read_to_string(root.join("scenarios/iluminet/scenario.yaml")).unwrap();
    let before = shipped.split("\ntrial:").next().unwrap();
    before.replace("../../models/", &format!("{}/models/", root.display())) + trial
}

fn load(trial: &str) -> Result<(Scenario, Faults), Faults> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenario.yaml");
    std::fs::write(&file, text_with(trial)).unwrap();
    Scenario::load(&file, &[])
}

fn refused(old: &str, new: &str) -> String {
    assert!(TRIAL.contains(old), "{old}");
    match load(&TRIAL.replace(old, new)) {
        Ok((_, faults)) => format!("accepted: {faults}"),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn everything_written_is_read() {
    let (scenario, faults) = load(TRIAL).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(faults.is_empty(), "{faults}");
    let section = scenario.trial.unwrap();
    let plan = &section.plan;
    assert_eq!((plan.seed, plan.accrual_min, plan.follow_up_min), (9, 730.5 * MINUTES_PER_DAY, 1095.75 * MINUTES_PER_DAY));
    assert!((plan.dropout_per_min * 365.25 * MINUTES_PER_DAY - 0.02).abs() < 1e-15);
    assert_eq!((plan.allocation.arms.as_slice(), plan.allocation.blocks, plan.allocation.seed), ([(0, 1.0), (1, 2.0)].as_slice(), true, 9));
    let events = section.events.unwrap();
    let (progression, death) = (events.progression.as_ref().unwrap(), events.death.as_ref().unwrap());
    assert_eq!((events.seed, progression.median_min, progression.shape), (10, 28.0 * 43_830.0, 1.0));
    assert_eq!((death.shape, death.provenance.as_deref(), death.source.as_deref()), (1.2, Some("read"), Some("NETTER-1 final analysis")));
    assert_eq!((events.log_hazard_sd, events.factor_on_hazard, events.linked_target()), (0.5, 1.0, None));
    let prognosis = section.prognosis.unwrap();
    let PatientProperty::Parameter(at) = prognosis.property else { panic!() };
    assert_eq!((prognosis.reference, prognosis.log_hazard_per_doubling), (scenario.model.parameters[at].value, -0.3));
    let entries: Vec<_> = plan.groups.iter().map(|group| (&group.entry, group.landmark_min.map(|min| min / MINUTES_PER_DAY))).collect();
    assert_eq!(entries[0], (&GroupEntry::EndedBy(StopCause::Limit), Some(365.25)));
    assert!(matches!(entries[1].0, GroupEntry::Reached { target: 0, absorbed_gy } if (absorbed_gy - 23.0).abs() < 1e-12));
    assert!(matches!(entries[2], (GroupEntry::Above { threshold: Threshold::Median, .. }, None)));
    let power = plan.power.as_ref().unwrap();
    assert_eq!(
        (power.sizes.as_slice(), power.replicates, power.alpha, power.wanted_power, power.seed),
        ([100, 200].as_slice(), 500, 0.05, 0.9, 9)
    );
    assert_eq!((&power.tests[0].measure, power.tests[0].kind, power.tests[0].arms), (&Measure::Endpoint(0), TestKind::LogRank, (0, 1)));
    assert_eq!(power.tests[2].threshold, Some(23.0));
    assert_eq!((power.hypotheses[0].sets.len(), power.hypotheses[1].sets.len(), power.hypotheses[1].name.as_str()), (0, 3, "strong"));
    let words = section.assumptions.join("\n");
    for part in ["28.0 months", "No causal link", "NETTER-1 final analysis", "standard deviation of 0.5 (assumed)", "every doubling"] {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn little_is_needed() {
    let (scenario, _) = load("\ntrial:\n  seed: 1\n  follow_up: 1 y\n").unwrap_or_else(|faults| panic!("{faults}"));
    let section = scenario.trial.unwrap();
    assert_eq!((section.events, section.plan.accrual_min, section.plan.dropout_per_min), (None, 0.0, 0.0));
    assert_eq!(section.plan.allocation.arms, [(0, 1.0), (1, 1.0), (2, 1.0)]);
}

#[test]
fn each_mistake_has_its_words() {
    for (old, new, words) in [
        ("median: 28 mo", "median: 28", "must be time"),
        ("median: 28 mo", "median: -28 mo", "must be positive"),
        ("shape: 1.2", "shape: 0", "Weibull's shape"),
        ("{sd: 0.5, provenance: assumed}", "{sd: 0.5}", "neither `source` nor `provenance`"),
        ("sd: 0.5", "sd: -0.5", "cannot be negative"),
        ("provenance: recalled", "provenance: calc", "must be `read`"),
        ("{target: tumour1, log", "{target: tumor1, log", "did you mean `tumour1`"),
        ("0 1/Gy", "-0.005", "must be per absorbed dose"),
        ("0 1/Gy", "-11 1/Gy", "between -10 and 10 per Gy"),
        (", hypothesis: \"none, until one is supposed\"", "", "lacks the key `hypothesis`"),
        ("parameter: tumour1.uptake_per_volume", "parameter: tumour1.uptake_per_volum", "there is no `tumour1.uptake_per_volum`"),
        ("bed_27: 2}", "bed_28: 2}", "there is no arm `bed_28`"),
        ("bed_27: 2}", "bed_27: 1.5}", "a whole number"),
        ("bed_27: 2}", "bed_27: 0}", "lies above 0"),
        ("accrual: 24 mo", "accrual: 1200 mo", "longer than 100 years"),
        ("2 %/y", "2 %", "must be per time"),
        ("[pfs, os]", "[pfs, os, pfs]", "named twice"),
        ("[pfs, os]", "[pfs, os, pfs_by_lesions]", "physiology: {lesions"),
        ("[pfs, os]", "[]", "not among the `endpoints`"),
        ("ended_by: limit, landmark: 12 mo", "ended_by: limit, landmark: 60 mo", "nobody is followed"),
        ("ended_by: limit, landmark", "ended_by: limits, landmark", "did you mean `limit`"),
        ("ended_by: limit, landmark", "landmark", "0 are given"),
        ("{above: {", "{responded: true, above: {", "2 are given"),
        ("threshold: median", "threshold: 3 Gy", "the threshold (or `median`) must be"),
        ("[100, 200]", "[200, 100]", "sizes must rise"),
        ("[100, 200]", "[1]", "lies between 2"),
        ("replicates: 500", "replicates: 0", "lies between 1"),
        ("alpha: 5 %", "alpha: 80 %", "two-sided level"),
        ("quantity: kidneys_dose, test: welch", "quantity: kidneys_dose, test: log_rank", "a quantity is a number"),
        ("endpoint: pfs, test: log_rank", "endpoint: pfs, test: welch", "its test is `log_rank`"),
        ("test: welch, arms: [four_cycles, bed_27]", "test: welch, arms: [four_cycles, bed_40]", "no patient is allocated"),
        ("test: welch, arms: [four_cycles, bed_27]", "test: welch, arms: [bed_27, bed_27]", "compared with itself"),
        ("test: welch, arms: [four_cycles, bed_27]", "test: welch, arms: [bed_27]", "these are 1"),
        ("test: welch, arms: [four_cycles, bed_27]", "test: welch, arms: [four_cycles, bed_27], above: 3", "shares of patients"),
        ("trial.events.death.shape: 1", "trial.events.death.shap: 1", "has no `trial.events.death.shap`"),
        ("trial.events.death.shape: 1", "trial.events.death: 1", "is not one value"),
        ("  seed: 9\n", "  seed: -9\n", "0 or more"),
        ("  seed: 9\n", "  seeds: 9\n", "unknown key `seeds`"),
    ] {
        let said = refused(old, new);
        assert!(!said.starts_with("accepted") && said.contains(words), "{new}: {said}");
    }
    // a link that hypotheses change must be written
    let without =
        TRIAL.replace("    link: {target: tumour1, log_hazard_per_dose: 0 1/Gy, hypothesis: \"none, until one is supposed\"}\n", "");
    assert!(load(&without).unwrap_err().to_string().contains("which is no link"));
    // all problems at once
    let both = TRIAL.replace("median: 28 mo", "median: 28").replace("[100, 200]", "[200, 100]");
    let said = load(&both).unwrap_err().to_string();
    assert!(said.contains("must be time") && said.contains("sizes must rise"), "{said}");
}

#[test]
fn endpoints_need_their_events_and_the_trial_its_arms() {
    let no_death =
        "\ntrial:\n  seed: 1\n  follow_up: 1 y\n  events: {progression: {median: 8.5 mo, provenance: read}}\n  endpoints: [pfs, os]\n";
    assert!(load(no_death).unwrap_err().to_string().contains("`os` needs `death`"));
    let no_cohort = text_with(TRIAL).split("\ncohort:").next().unwrap().to_owned() + "\ntrial: {seed: 1, follow_up: 1 y}\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenario.yaml");
    std::fs::write(&file, no_cohort).unwrap();
    assert!(Scenario::load(&file, &[]).unwrap_err().to_string().contains("needs patients"));
}

#[test]
fn a_group_entered_on_the_way_without_a_landmark_is_warned_of() {
    let (_, faults) =
        load(&TRIAL.replace("ended_by: limit, landmark: 12 mo", "ended_by: limit")).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(faults.to_string().contains("immortal time"), "{faults}");
}

#[test]
fn a_hypothesis_is_the_same_scenario_with_other_values() {
    let file = YamlFile::parse("scenario.yaml", text_with(TRIAL)).unwrap();
    let (scenario, _) = load(TRIAL).unwrap_or_else(|faults| panic!("{faults}"));
    let strong = &scenario.trial.unwrap().plan.power.unwrap().hypotheses[1];
    let rewritten = under_hypothesis(&file, &strong.sets).unwrap();
    assert!(rewritten.parameters.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, &rewritten.text).unwrap();
    let (changed, _) = Scenario::load(&path, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let events = changed.trial.unwrap().events.unwrap();
    assert_eq!(events.linked_target(), Some(2));
    assert!((events.link.unwrap().1.log_hazard_per_gy() + 0.01).abs() < 1e-15);
    assert_eq!(events.death.unwrap().shape, 1.0);
    let population = changed.cohort.unwrap().plan.population;
    let uptake = population.variations.iter().find(|variation| variation.name == "kidneys.uptake").unwrap();
    // σ² = ln(1 + cv²)
    let expected = 1.04_f64.ln().sqrt();
    assert!(matches!(uptake.spread, Some(crate::trial::Distribution::LogNormal { log_sd, .. }) if (log_sd - expected).abs() < 1e-15));
    let parameter = under_hypothesis(&file, &[("kidneys.uptake".into(), "3 %".into())]).unwrap();
    assert_eq!((parameter.parameters.as_slice(), parameter.text == text_with(TRIAL)), (["kidneys.uptake=3 %".to_owned()].as_slice(), true));
    // quoted values are exchanged with their quotes, truth values stay bare
    let small = YamlFile::parse("s.yaml", "a: {b: \"1 %\", c.d: false}   # note\ne: 'x'\n".to_owned()).unwrap();
    let sets = [("a.b", "2 %"), ("a.c.d", "true"), ("e", "say \"y\"")].map(|(path, value)| (path.to_owned(), value.to_owned()));
    assert_eq!(under_hypothesis(&small, &sets).unwrap().text, "a: {b: \"2 %\", c.d: true}   # note\ne: \"say \\\"y\\\"\"\n");
    assert!(under_hypothesis(&file, &[("trial.events".into(), "3".into())]).is_err());
}
