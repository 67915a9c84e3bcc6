//! From a fit onwards: the stored estimates, a patient that comes from them, a population and a prior from it.
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::session::job::{Request, carry_out};
use rptbench::session::work::Task;

use super::Workplace;
use crate::support::{number, outcome, table};

fn request(place: &Workplace, scenario: &str, task: Task) -> Request {
    Request {
        text: None,
        scenario: place.scenario_file(scenario),
        sets: Vec::new(),
        task,
        runs_root: Some(place.folder.path().join("runs")),
        command: "test".into(),
        threads: Some(2),
        resume: false,
    }
}

fn run(request: &Request) -> rptbench::session::job::Done {
    let cancel = Arc::new(AtomicBool::new(false));
    carry_out(request, &cancel, &mut |_| {}).unwrap_or_else(|failed| panic!("{failed}"))
}

/// The patient of another scenario has the estimates of the real three scans, and doses with the spread of the fit: the interval of the absorbed dose is that
/// of the delta method (log-normal, standard error of the dose table) to the noise of 400 draws.
#[test]
fn a_patient_from_a_fit_carries_its_uncertainty_into_doses_and_arms() {
    let place = Workplace::new();
    let done = run(&request(&place, "p12_spect", Task::Fit));
    let doses = table(&done.outcome, "doses");
    let (dose, error) = (number(doses, &["left_kidney"], "absorbed_dose"), number(doses, &["left_kidney"], "standard_error_given_cv"));
    let text = std::fs::read_to_string(place.scenario_file("p12_spect")).unwrap();
    // the budget of uncertainties is part of a fit of its own
    let (head, tail) = text.split_once("  uncertainty:").unwrap();
    let (_, tail) = tail.split_once("\n\neffects:").unwrap();
    let text = format!("{head}\neffects:{tail}");
    let (before, rest) = text.split_once("data:\n").unwrap();
    let (_, after) = rest.split_once("dosimetry:\n").unwrap();
    let folder = place.folder.path().join("scenarios/onwards");
    std::fs::create_dir(&folder).unwrap();
    let text = format!("{before}dosimetry:\n{after}")
        .replace("scenario: p12_spect", "scenario: onwards")
        .replace("  name: p12\n", "  name: p12\n  from_fit: {run: ../../runs/p12_spect, draws: 400, seed: 5}\n");
    std::fs::write(folder.join("scenario.yaml"), text).unwrap();
    let found = outcome(&place.load("onwards"), Task::Run);
    let spread = table(&found, "uncertainty");
    let row = |column: &str| number(spread, &["left_kidney", "absorbed dose"], column);
    assert!((row("estimate") / dose - 1.0).abs() < 1e-6);
    let half = 0.5 * (row("high_95") / row("low_95")).ln() / 1.96;
    // a quantile of 400 draws has a standard error of about 0.13 standard deviations
    assert!((half / (error / dose) - 1.0).abs() < 0.3, "{half} v {}", error / dose);
    let arms = table(&found, "regimens_uncertainty");
    let kidney = |column: &str| number(arms, &["fixed", "–", "left_kidney absorbed dose"], column);
    assert!(kidney("low_95") < 4.0 * dose && 4.0 * dose < kidney("high_95"), "four cycles of {dose} Gy");
    let difference = number(arms, &["adapted", "fixed", "left_kidney absorbed dose"], "median");
    assert!(difference.is_finite());
    let named: Vec<String> = found.assumptions.clone();
    assert!(!named.iter().any(|line| line.contains("left_kidney.uptake")), "a fitted value is not assumed: {named:?}");
}

#[test]
fn a_run_without_a_fit_cannot_be_gone_on_from() {
    let place = Workplace::new();
    place.change("psma_it_p1", "  name: P1\n", "  name: P1\n  from_fit: ../../runs/nothing\n");
    let problems = place.problems("psma_it_p1");
    assert!(problems.contains("there is no run") && problems.contains("scenario.yaml:"), "{problems}");
}

/// The two-stage summary against the closed formulas from the table of single fits, and its file as a prior.
#[test]
fn a_population_is_summarised_and_serves_as_a_prior() {
    let place = Workplace::new();
    let done = run(&request(&place, "theophylline", Task::Fit));
    let fits = table(&done.outcome, "fit");
    let logs: Vec<f64> = (1..=12).map(|subject| number(fits, &[&subject.to_string(), "lCl"], "ln_estimate")).collect();
    let mean = logs.iter().sum::<f64>() / 12.0;
    let variance = logs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 11.0;
    let population = table(&done.outcome, "population");
    assert!((number(population, &["lCl"], "centre") / mean.exp() - 1.0).abs() < 1e-9);
    assert!((number(population, &["lCl"], "cv") / (100.0 * variance.exp_m1().sqrt()) - 1.0).abs() < 1e-9);
    let run_folder = done.published.unwrap().folder;
    let file = place.folder.path().join("scenarios/theophylline/people.yaml");
    std::fs::copy(run_folder.join("population.yaml"), file).unwrap();
    place.change(
        "theophylline",
        "error: {model: unweighted}\n  variance: estimated",
        "error: {model: constant, sd: 0.73195 mg/L}\n  subjects: [\"1\"]\n  population: people.yaml",
    );
    let found = outcome(&place.load("theophylline"), Task::Fit);
    let shrunk = number(table(&found, "fit"), &["1", "lCl"], "ln_estimate");
    // subject 1 lies below the mean: the prior draws it towards it, but not beyond
    assert!(logs[0] < shrunk && shrunk < mean, "{} {shrunk} {mean}", logs[0]);
    let error = number(table(&found, "fit"), &["1", "lCl"], "ln_standard_error");
    assert!(error < 0.127_27, "a prior adds knowledge: {error}");
    assert!(found.figures.iter().any(|figure| figure.name.starts_with("prior")));
}
