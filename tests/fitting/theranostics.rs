//! From a scan with one nuclide to a therapy with another: the shipped pair of scenarios.
use rptbench::session::scenario::Scenario;
use rptbench::session::stored_fit::StoredFit;
use rptbench::session::work::Task;

use super::Workplace;
use crate::support::{number, outcome, project, table};

/// Published values of patient P2 (Golzaryan 2025), from which the scan was simulated.
const PUBLISHED: [&str; 7] = [
    "kidneys.density=14 nmol/L",
    "salivary.density=38 nmol/L",
    "tumour1.density=57 nmol/L",
    "tumour2.density=19 nmol/L",
    "k_release_kidneys=2.9e-4 1/min",
    "k_release_salivary=4.2e-4 1/min",
    "k_release_tumour=1.5e-4 1/min",
];

#[test]
fn the_shipped_scan_is_that_of_the_published_values_with_its_noise() {
    let sets: Vec<String> = PUBLISHED.iter().map(ToString::to_string).collect();
    let (scenario, _) = Scenario::load(&project().join("scenarios/psma_ga68_scan"), &sets).unwrap_or_else(|faults| panic!("{faults}"));
    let truth = outcome(&scenario, Task::Simulate);
    let curves = table(&truth, "curves");
    let column = |name: &str| curves.columns.iter().position(|column| column.name.starts_with(name)).unwrap();
    let cell = |row: usize, column: usize| match curves.rows[row][column] {
        rptbench::report::Cell::Number(value) => value,
        ref other => panic!("{other:?}"),
    };
    let text = std::fs::read_to_string(project().join("scenarios/psma_ga68_scan/scan.csv")).unwrap();
    let mut squares = 0.0;
    let mut count = 0.0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (time, measured): (f64, f64) = (cells[0].parse().unwrap(), cells[2].parse().unwrap());
        let (at, of) = (column("time"), column(&format!("{}_activity", cells[1])));
        let after = (0..curves.rows.len()).find(|row| cell(*row, at) >= time).unwrap();
        let share = (time - cell(after - 1, at)) / (cell(after, at) - cell(after - 1, at));
        let expected = cell(after - 1, of) * (1.0 - share) + cell(after, of) * share;
        let deviation = (measured / expected).ln();
        assert!(deviation.abs() < 0.4, "{line}: {expected} expected, four standard deviations are 0.4");
        squares += deviation * deviation;
        count += 1.0;
    }
    // √χ²/n of 16 values: 0.1 within ± 50 % (99.5 % range of the standard deviation)
    let spread = (squares / count).sqrt();
    assert!((0.05..0.15).contains(&spread), "{spread}");
}

#[test]
fn the_shipped_estimates_are_those_of_the_shipped_scan() {
    let found = outcome(&Workplace::new().load("psma_ga68_scan"), Task::Fit);
    let stored: StoredFit = StoredFit::read(&project().join("scenarios/psma_lu177_predicted/fit.yaml")).unwrap().0;
    let fit = table(&found, "fit");
    assert_eq!(stored.parameters.len(), 7);
    for (index, parameter) in stored.parameters.iter().enumerate() {
        let (value, error) =
            (number(fit, &["all data", &parameter.path], "estimate"), number(fit, &["all data", &parameter.path], "ln_standard_error"));
        assert!((value / parameter.value - 1.0).abs() < 1e-5, "{}: {value} v {}", parameter.path, parameter.value);
        assert!((stored.covariance[index][index].sqrt() / error - 1.0).abs() < 1e-4, "{}", parameter.path);
    }
}

/// Doses of P2 under 5.4 GBq of 177Lu from the independent reference of the Ulm model (see `tests/references/ulm.rs`): kidneys 2.47248, salivary glands 5.56697, tumours
/// 17.2078, 4.96955 and 67.4054 Gy. The scan says them within its intervals, and no closer than its intervals say.
#[test]
fn the_therapy_predicted_from_the_scan_holds_the_doses_of_the_reference() {
    let found = outcome(&Workplace::new().load("psma_lu177_predicted"), Task::Run);
    let uncertainty = table(&found, "uncertainty");
    for (target, reference) in
        [("kidneys", 2.472_48), ("salivary", 5.566_97), ("tumour1", 17.2078), ("tumour2", 4.969_55), ("tumour_rest", 67.4054)]
    {
        let end = |column: &str| number(uncertainty, &[target, "absorbed dose"], column);
        let (low, high) = (end("low_95"), end("high_95"));
        assert!(low < reference && reference < high, "{target}: {low} to {high}, reference {reference}");
        assert!(high / low > 1.3, "{target}: four hours of 68Ga do not know days of 177Lu that well");
    }
}

#[test]
fn another_nuclide_with_the_rate_of_the_first_is_pointed_out() {
    let place = Workplace::new();
    let file = place.scenario_file("psma_ga68_scan");
    let text = std::fs::read_to_string(&file).unwrap();
    let without: String = text.lines().filter(|line| !line.contains("lambda_physical")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, without).unwrap();
    let (_, warnings) = Scenario::load(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(warnings.to_string().contains("Ga-68"), "{warnings}");
}
