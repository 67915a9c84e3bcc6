//! Cohorts of virtual patients: each patient is the same whoever else is drawn, draws have the stated spread, and threads change nothing.
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::model::Model;
use rptbench::regimen::RegimenPlan;
use rptbench::session::scenario::Scenario;
use rptbench::session::work::{Control, Outcome, Task, perform};
use rptbench::trial::{CohortPlan, PopulationPlan, Variation, Varied};

use crate::support::{close, copy_project, scenario};

/// Mean and SD.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt())
}

fn patient(plan: &CohortPlan, number: usize, model: &Model, own: &[f64], regimen: &RegimenPlan) -> (Vec<f64>, RegimenPlan) {
    let drawn = plan.draw(number, model, own, regimen).unwrap();
    (drawn.parameters, drawn.regimen)
}

fn cohort(name: &str) -> (Scenario, CohortPlan) {
    let scenario = scenario(name);
    let plan = scenario.cohort.as_ref().unwrap().plan.clone();
    (scenario, plan)
}

#[test]
fn a_patient_is_the_same_in_any_order_and_any_cohort() {
    let (scenario, plan) = cohort("netter1");
    let regimen = scenario.regimens.as_ref().unwrap();
    let own = scenario.model.parameter_values();
    let forwards: Vec<_> = (0..30).map(|number| patient(&plan, number, &scenario.model, &own, regimen)).collect();
    let larger = CohortPlan { patients: 10 * plan.patients, ..plan.clone() };
    for number in (0..30).rev() {
        let again = patient(&larger, number, &scenario.model, &own, regimen);
        assert_eq!(again.0, forwards[number].0);
        assert_eq!(again.1, forwards[number].1);
    }
    for pair in forwards.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "two patients alike");
        assert_ne!(pair[0].1.clinic.seed, pair[1].1.clinic.seed, "two patients with one noise");
    }
    let other = CohortPlan { seed: plan.seed + 1, ..plan };
    assert_ne!(patient(&other, 0, &scenario.model, &own, regimen).0, forwards[0].0);
}

/// 40 % CV: σ = √ln 1.16 = 0.385253. About the median: mean of ln 0. About the mean: mean 1, and so mean of ln −σ²/2 = −0.0742. Five standard errors of 6000 draws.
#[test]
fn draws_are_log_normal_about_the_median_or_the_mean() {
    let (scenario, plan) = cohort("iluminet");
    let regimen = scenario.regimens.as_ref().unwrap();
    let own = scenario.model.parameter_values();
    let at = scenario.model.parameter("kidneys.uptake").unwrap();
    for about_mean in [false, true] {
        let variation = Variation::log_normal("kidneys.uptake", Varied::Parameter(at), 0.4, about_mean, (0.0, f64::INFINITY));
        let plan = CohortPlan { population: Arc::new(PopulationPlan::of(vec![variation])), ..plan.clone() };
        let factors: Vec<f64> = (0..6000).map(|number| patient(&plan, number, &scenario.model, &own, regimen).0[at] / own[at]).collect();
        let logarithms: Vec<f64> = factors.iter().map(|factor| factor.ln()).collect();
        let (mean, sd) = moments(&logarithms);
        let root = 6000.0_f64.sqrt();
        let shift = if about_mean { -0.5 * 0.385253 * 0.385253 } else { 0.0 };
        assert!((mean - shift).abs() < 5.0 * 0.385253 / root, "mean of ln {mean}");
        assert!((sd - 0.385253).abs() < 5.0 * 0.385253 / (2.0_f64.sqrt() * root), "SD of ln {sd}");
        if about_mean {
            let (mean, _) = moments(&factors);
            assert!((mean - 1.0).abs() < 5.0 * 0.4 / root, "mean {mean}");
        }
    }
}

/// Entry criteria cut the draws; the clinic knows each patient's own clearance; a risk factor comes with its share (40 %, five binomial standard errors).
#[test]
fn entry_criteria_covariates_and_risk_factors() {
    let (scenario, plan) = cohort("nct04917484");
    let regimen = scenario.regimens.as_ref().unwrap();
    let own = scenario.model.parameter_values();
    let at = scenario.model.parameter("creatinine_clearance").unwrap();
    let mut cut = 0;
    for number in 0..2000 {
        let (parameters, of_patient) = patient(&plan, number, &scenario.model, &own, regimen);
        let factor = parameters[at] / own[at];
        assert!(factor >= 0.51);
        cut += usize::from(factor == 0.51);
        close("known", of_patient.known["creatinine_clearance"].value, parameters[at], 1e-15);
        // 99 mL/min at the start is this patient's too
        close("baseline", of_patient.physiology.kidneys.as_ref().unwrap().baseline_ml_per_min, 99.0 * factor, 1e-9);
    }
    // CV 25 %: σ 0.24622, ln 0.51 = −0.67334 is 2.735 σ below the median: 0.31 % are cut, 6.2 of 2000
    assert!((1..=20).contains(&cut), "{cut}");
    let (scenario, plan) = cohort("iluminet");
    let regimen = scenario.regimens.as_ref().unwrap();
    let own = scenario.model.parameter_values();
    let with = (0..4000).filter(|number| !patient(&plan, *number, &scenario.model, &own, regimen).1.risk_factors.is_empty()).count();
    assert!((with as f64 / 4000.0 - 0.4).abs() < 5.0 * (0.4_f64 * 0.6 / 4000.0).sqrt(), "{with}");
}

/// `counts.radiosensitivity` is one factor for all lineages of a patient; a lineage's baseline is its own draw.
#[test]
fn lineages_share_a_sensitivity_and_have_baselines_of_their_own() {
    let (scenario, plan) = cohort("netter1");
    let regimen = scenario.regimens.as_ref().unwrap();
    let shipped = &regimen.physiology.counts.as_ref().unwrap().lineages;
    for number in 0..20 {
        let (_, of_patient) = patient(&plan, number, &scenario.model, &scenario.model.parameter_values(), regimen);
        let lineages = of_patient.physiology.counts.unwrap().lineages;
        let kill: Vec<f64> = lineages.iter().zip(shipped).map(|(own, of_all)| own.alpha_per_gy / of_all.alpha_per_gy).collect();
        let baseline: Vec<f64> = lineages.iter().zip(shipped).map(|(own, of_all)| own.baseline / of_all.baseline).collect();
        for at in 1..4 {
            close("one factor", kill[at], kill[0], 1e-12);
            assert_ne!(baseline[at], baseline[0]);
        }
    }
}

fn small(name: &str, patients: usize) -> Scenario {
    let mut scenario = scenario(name);
    scenario.cohort.as_mut().unwrap().plan.patients = patients;
    scenario
}

fn with_threads(scenario: &Scenario, threads: usize) -> Outcome {
    let cancel = Arc::new(AtomicBool::new(false));
    let mut silent = |_| {};
    let mut control = Control { threads, ..Control::new(&mut silent, &cancel) };
    perform(scenario, Task::Run, &mut control).unwrap_or_else(|failed| panic!("{failed}"))
}

#[test]
fn threads_change_no_bit_of_a_cohort() {
    for name in ["fixed_blood_counts", "benua_131i"] {
        let scenario = small(name, 12);
        let (one, three) = (with_threads(&scenario, 1), with_threads(&scenario, 3));
        assert_eq!(format!("{:?}", one.tables), format!("{:?}", three.tables), "{name}");
    }
}

/// The first patients of a cohort are those of a smaller one: the smallest and largest of 6 lie within those of 12.
#[test]
fn more_patients_do_not_change_the_first() {
    let (few, more) = (with_threads(&small("iluminet", 6), 2), with_threads(&small("iluminet", 12), 2));
    let of = |outcome: &Outcome, column: &str| {
        crate::support::number(crate::support::table(outcome, "cohort"), &["bed_27", "kidneys_dose"], column)
    };
    assert!(of(&more, "smallest") <= of(&few, "smallest") && of(&more, "largest") >= of(&few, "largest"));
}

/// `rpt run` twice: every table has the same bytes.
#[test]
fn the_program_writes_the_same_bytes_twice() {
    let folder = tempfile::tempdir().unwrap();
    copy_project(folder.path());
    let mut tables = Vec::new();
    for _ in 0..2 {
        let runs = folder.path().join("runs");
        if runs.exists() {
            std::fs::remove_dir_all(&runs).unwrap();
        }
        let output = assert_cmd::Command::cargo_bin("rpt")
            .unwrap()
            .current_dir(folder.path())
            .args(["run", "scenarios/benua_131i"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let of_scenario = std::fs::read_dir(runs.join("benua_131i")).unwrap().next().unwrap().unwrap().path();
        let mut found = Vec::new();
        collect(&of_scenario, &mut found);
        found.sort();
        assert!(found.iter().any(|(name, _)| name == "cohort.csv"), "{:?}", found.iter().map(|one| &one.0).collect::<Vec<_>>());
        tables.push(found);
    }
    assert!(tables[0] == tables[1], "tables differ");
}

fn collect(folder: &std::path::Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "csv") {
            found.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
        }
    }
}
