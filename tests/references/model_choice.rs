//! Model choice on the real series p12 against formulas written out here: log-linear regression, the curve through three points, Gaussian densities,
//! Akaike's weights, Hänscheid's estimate; and rival models of the same data.
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::session::scenario::Scenario;
use rptbench::session::work::{Control, Outcome, Task, perform};

use crate::support::{copy_project, number, outcome, project, scenario, table};

/// 177Lu, ICRP 107: 6.647 d.
const PHYSICAL_PER_H: f64 = std::f64::consts::LN_2 / (6.647 * 24.0);

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    crate::support::close("by hand", found, expected, relative);
}

/// Times (h) and activities (MBq) of a region, from the published table.
fn scans(region: &str) -> Vec<(f64, f64)> {
    let text = std::fs::read_to_string(project().join("tests/data/spect_p12/tac_p12_cycle1.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row[1] == region).map(|row| (row[0].parse().unwrap(), row[2].parse().unwrap())).collect()
}

/// A₀ and λ of the log-linear regression, and χ² for a CV of 10 %.
fn log_linear(points: &[(f64, f64)]) -> (f64, f64, f64) {
    let n = points.len() as f64;
    let mean_t = points.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|p| p.1.ln()).sum::<f64>() / n;
    let spread: f64 = points.iter().map(|p| (p.0 - mean_t).powi(2)).sum();
    let slope = points.iter().map(|p| (p.0 - mean_t) * (p.1.ln() - mean_y)).sum::<f64>() / spread;
    let squares: f64 = points.iter().map(|p| (p.1.ln() - mean_y - slope * (p.0 - mean_t)).powi(2)).sum();
    ((mean_y - slope * mean_t).exp(), -slope, squares / 1.01_f64.ln())
}

/// Σ ln(2π σ_ln² y²): the part of −2 ln L that is the same for every curve.
fn constant(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|p| (std::f64::consts::TAU * 1.01_f64.ln() * p.1 * p.1).ln()).sum()
}

#[test]
fn the_families_of_three_scans_are_those_of_closed_forms() {
    let outcome = outcome(&scenario("p12_model_choice"), Task::Fit);
    let models = table(&outcome, "time_activity_models");
    for region in ["left_kidney", "liver", "spleen"] {
        let points = scans(region);
        let (a0, decay, chi_squared) = log_linear(&points);
        let of = |family: &str, column: &str| number(models, &[region, family], column);
        near(of("mono", "time_integrated_activity"), a0 / decay, 1e-8);
        near(of("mono", "aic"), chi_squared + constant(&points) + 4.0, 1e-8);
        near(of("mono", "after_last_scan"), 100.0 * (-decay * points[2].0).exp(), 1e-7);
        // physical decay alone: ln A₀ is the mean of ln A + λt
        let mean = points.iter().map(|p| p.1.ln() + PHYSICAL_PER_H * p.0).sum::<f64>() / 3.0;
        near(of("mono-tail", "time_integrated_activity"), mean.exp() / PHYSICAL_PER_H, 1e-8);
    }
    // liver: with the physical tail taken off, the fast phase goes through what is left of all three scans; solved here for A₁ by bisection
    let points = scans("liver");
    let fast = |tail: f64| {
        let rest: Vec<f64> = points.iter().map(|p| p.1 - tail * (-PHYSICAL_PER_H * p.0).exp()).collect();
        let rate = (rest[0] / rest[1]).ln() / (points[1].0 - points[0].0);
        let amplitude = rest[0] * (rate * points[0].0).exp();
        (amplitude, rate, rest[2] - amplitude * (-rate * points[2].0).exp())
    };
    let (mut low, mut high) = (1.0, 14.5);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if fast(middle).2 > 0.0 { low = middle } else { high = middle }
    }
    let (amplitude, rate, _) = fast(low);
    let integral = low / PHYSICAL_PER_H + amplitude / rate;
    near(number(models, &["liver", "bi-tail"], "time_integrated_activity"), integral, 1e-6);
    near(number(models, &["liver", "bi-tail"], "aic"), constant(&points) + 6.0, 1e-6);
}

#[test]
fn weights_and_averages_follow_from_the_table_by_hand() {
    let outcome = outcome(&scenario("p12_model_choice"), Task::Run);
    let (models, averages) = (table(&outcome, "time_activity_models"), table(&outcome, "time_activity_average"));
    let of = |family: &str, column: &str| number(models, &["left_kidney", family], column);
    // of the kidney's families mono, mono-uptake and mono-tail are compared; weights from their AIC
    let compared = ["mono-tail", "mono", "mono-uptake"];
    let least = compared.iter().map(|family| of(family, "aic")).fold(f64::INFINITY, f64::min);
    let relative = compared.map(|family| (-0.5 * (of(family, "aic") - least)).exp());
    let total: f64 = relative.iter().sum();
    let mut mean = 0.0;
    for (family, relative) in compared.iter().zip(relative) {
        assert!((of(family, "weight") - relative / total).abs() < 1e-12, "{family}");
        mean += relative / total * of(family, "time_integrated_activity");
    }
    near(number(averages, &["left_kidney"], "averaged"), mean, 1e-12);
    let error: f64 = compared
        .iter()
        .zip(relative)
        .map(|(family, relative)| relative / total * of(family, "standard_error").hypot(of(family, "time_integrated_activity") - mean))
        .sum();
    near(number(averages, &["left_kidney"], "standard_error"), error, 1e-12);
    // dose by hand: the S-values as the scenario read them
    let scenario = scenario("p12_model_choice");
    let dose: f64 =
        scenario.targets[0].terms.iter().map(|(source, s_value)| s_value.gy_per_mbq_h * number(averages, &[source], "averaged")).sum();
    near(number(table(&outcome, "time_activity_dose"), &["left_kidney"], "averaged"), dose, 1e-12);
    assert!(outcome.tables.iter().all(|table| table.name != "doses"), "the model's own values are not the patient's");
    assert!(outcome.findings.iter().any(|words| words.contains("goes through them whatever they are")), "{:?}", outcome.findings);
}

#[test]
fn one_scan_by_hand() {
    let outcome = outcome(&scenario("p12_model_choice"), Task::Fit);
    let table = table(&outcome, "single_time_point");
    let (time, activity) = scans("left_kidney")[2];
    let row = |method: &str, column: &str| {
        let rows: Vec<_> =
            table.rows.iter().filter(|r| r[0] == "left_kidney".into() && r[1] == time.into() && r[2] == method.into()).collect();
        let place = table.columns.iter().position(|c| c.name == column).unwrap();
        match rows[..] {
            [row] => match row[place] {
                rptbench::report::Cell::Number(value) => value,
                ref other => panic!("{other:?}"),
            },
            _ => panic!("{} rows", rows.len()),
        }
    };
    near(row("haenscheid", "time_integrated_activity"), activity * 2.0 * time / std::f64::consts::LN_2, 1e-12);
    let rate = std::f64::consts::LN_2 / 51.0;
    near(row("madsen", "time_integrated_activity"), activity * (rate * time).exp() / rate, 1e-12);
    assert!(
        row("map", "low_95") < row("madsen", "time_integrated_activity")
            && row("madsen", "time_integrated_activity") < row("map", "high_95")
    );
    assert!(outcome.assumptions.iter().any(|words| words.contains("CV 10 % (assumed)")));
}

/// A copy of the project whose scenario `p12_spect` has a rival: one that fits the uptake alone, with the model's half-lives.
fn with_rival(folder: &Path, change: impl Fn(&str) -> String) -> Scenario {
    copy_project(folder);
    let own = folder.join("scenarios/p12_spect/scenario.yaml");
    let text = std::fs::read_to_string(&own).unwrap();
    let text = text.replace("data:\n", "rivals: [../rival]\n\ndata:\n").split("regimens:").next().unwrap().to_string();
    std::fs::write(&own, &text).unwrap();
    let rival = folder.join("scenarios/rival");
    std::fs::create_dir(&rival).unwrap();
    let half_life: String = text.lines().filter(|line| line.contains("effective_half_life\":")).collect();
    assert!(!half_life.is_empty());
    let other = text
        .replace(&half_life, "")
        .replace("rivals: [../rival]\n", "")
        .replace("scenario: p12_spect", "scenario: rival")
        .replace("file: tac_p12", "file: ../p12_spect/tac_p12");
    std::fs::write(rival.join("scenario.yaml"), change(&other)).unwrap();
    Scenario::load(&own, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn attempt(scenario: &Scenario) -> Result<Outcome, String> {
    let cancel = Arc::new(AtomicBool::new(false));
    perform(scenario, Task::Fit, &mut Control::new(&mut |_| {}, &cancel)).map_err(|failed| failed.to_string())
}

#[test]
fn rivals_are_weighed_by_hand_computed_criteria() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = with_rival(folder.path(), str::to_string);
    assert!(scenario.inputs().iter().any(|path| path.ends_with("rival/scenario.yaml")), "{:?}", scenario.inputs());
    let outcome = attempt(&scenario).unwrap();
    let models = table(&outcome, "rival_models");
    // χ² of the straight lines, and of lines whose slope is the population's half-life: 51, 67 and 71 h
    let (mut free, mut held) = (0.0, 0.0);
    for (region, half_life) in [("left_kidney", 51.0), ("liver", 67.0), ("spleen", 71.0)] {
        let points = scans(region);
        free += log_linear(&points).2;
        let level: Vec<f64> = points.iter().map(|p| p.1.ln() + std::f64::consts::LN_2 / half_life * p.0).collect();
        let mean = level.iter().sum::<f64>() / 3.0;
        held += level.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 1.01_f64.ln();
    }
    let of = |name: &str, column: &str| number(models, &[name], column);
    assert_eq!((of("p12_spect", "parameters"), of("rival", "parameters"), of("rival", "values")), (6.0, 3.0, 9.0));
    near(of("rival", "aic") - of("p12_spect", "aic"), held - free - 6.0, 1e-6);
    near(of("p12_spect", "aicc") - of("p12_spect", "aic"), 2.0 * 6.0 * 7.0 / 2.0, 1e-9);
    let difference = (held + 6.0 + 24.0 / 5.0) - (free + 12.0 + 42.0);
    let weight = if difference > 0.0 { 1.0 / (1.0 + (-0.5 * difference).exp()) } else { 1.0 - 1.0 / (1.0 + (0.5 * difference).exp()) };
    assert!((of("p12_spect", "weight") - weight).abs() < 1e-9);
    // the averaged dose lies where the weights put it
    let doses = table(&outcome, "rival_doses");
    let dose = |column: &str| number(doses, &["left_kidney"], column);
    near(dose("averaged"), weight * dose("p12_spect") + (1.0 - weight) * dose("rival"), 1e-9);
}

#[test]
fn rivals_of_other_data_are_refused() {
    for change in [
        ("cv: 10 %, provenance: assumed}\n  variance", "cv: 20 %, provenance: assumed}\n  variance"),
        ("  decay_corrected: false", "  exclude: [{line: 3, reason: a test}]"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let scenario = with_rival(folder.path(), |text| {
            assert!(text.contains(change.0));
            text.replace(change.0, change.1)
        });
        let words = attempt(&scenario).expect_err("other data");
        assert!(words.contains("rivals need the same file, rows, units and error model"), "{words}");
    }
}
