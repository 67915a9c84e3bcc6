//! What must not depend on how the same thing is written: decay correction, units of a column, time of the dose. And what must be refused or
//! left blank because no number would be right. The expected value of each test is the other way of writing it, or none.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::report::{Cell, Table};
use rptbench::session::scenario::Scenario;
use rptbench::session::work::{Control, Failed, Outcome, Task, perform};

const LAMBDA_PER_H: f64 = std::f64::consts::LN_2 / 159.528;

/// The measured series of the shipped scenario: time (h), region, activity (MBq).
const SERIES: &[(f64, &str, f64)] = &[
    (4.528888888888889, "liver", 257.41958597653644),
    (24.737222222222222, "liver", 76.87083050272122),
    (117.81472222222222, "liver", 8.713141811687267),
    (4.528888888888889, "spleen", 19.377683177487604),
    (24.737222222222222, "spleen", 6.74894709364374),
    (117.81472222222222, "spleen", 1.1591803949505457),
    (4.528888888888889, "left_kidney", 112.16342482399277),
    (24.737222222222222, "left_kidney", 75.6176254208148),
    (117.81472222222222, "left_kidney", 8.51152515600019),
];

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir(folder.path().join("models")).unwrap();
        for entry in fs::read_dir(root.join("models")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join("models").join(path.file_name().unwrap())).unwrap();
        }
        fs::create_dir_all(folder.path().join("scenarios/x")).unwrap();
        Bench { folder }
    }

    /// Writes a table with these columns and the shipped scenario with `changes` made to it.
    fn scenario(&self, header: &str, rows: impl Fn(f64, &str, f64) -> String, changes: &[(&str, &str)]) -> PathBuf {
        let place = self.folder.path().join("scenarios/x");
        let mut csv = format!("{header}\n");
        for (time, region, activity) in SERIES {
            csv.push_str(&rows(*time, region, *activity));
            csv.push('\n');
        }
        fs::write(place.join("tac_p12_cycle1.csv"), csv).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/p12_spect/scenario.yaml");
        let mut text = fs::read_to_string(shipped).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "the scenario has no `{from}`");
            text = text.replace(from, to);
        }
        let path = place.join("scenario.yaml");
        fs::write(&path, text).unwrap();
        path
    }
}

fn run(path: &Path, task: Task) -> Result<Outcome, Failed> {
    let (scenario, _) = Scenario::load(path, &[]).map_err(|faults| Failed::input(faults.to_string()))?;
    let cancel = Arc::new(AtomicBool::new(false));
    perform(&scenario, task, &mut Control::new(&mut |_| {}, &cancel))
}

fn table<'o>(outcome: &'o Outcome, name: &str) -> &'o Table {
    outcome.tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

/// The cell of `column` in the row whose first cells are `keys`.
fn cell(table: &Table, keys: &[&str], column: &str) -> Cell {
    let position = table.columns.iter().position(|found| found.name == column).unwrap_or_else(|| panic!("no column {column}"));
    let row = table.rows.iter().find(|row| row.iter().zip(keys).all(|(cell, key)| *cell == Cell::Text((*key).to_string())));
    row.unwrap_or_else(|| panic!("no row {keys:?}"))[position].clone()
}

fn number(table: &Table, keys: &[&str], column: &str) -> f64 {
    match cell(table, keys, column) {
        Cell::Number(value) => value,
        other => panic!("{keys:?} {column} is {other:?}"),
    }
}

fn same(a: f64, b: f64, tolerance: f64) {
    assert!((a / b - 1.0).abs() < tolerance, "{a} {b}");
}

fn plain(time: f64, region: &str, activity: f64) -> String {
    format!("{time},{region},{activity}")
}

const HEADER: &str = "time_h,region,activity_MBq";

#[test]
fn decay_corrected_data_with_standard_deviations_give_the_doses_of_the_raw_data() {
    let bench = Bench::new();
    let with_sd = ("  decay_corrected: false", "  sd: sd\n  decay_corrected: false");
    let raw = bench.scenario(
        "time_h,region,activity_MBq,sd",
        |time, region, activity| format!("{time},{region},{activity},{}", 0.3 + 0.05 * activity),
        &[with_sd],
    );
    let raw = run(&raw, Task::Fit).unwrap();
    let corrected = bench.scenario(
        "time_h,region,activity_MBq,sd",
        |time, region, activity| {
            let factor = (LAMBDA_PER_H * time).exp();
            format!("{time},{region},{},{}", activity * factor, (0.3 + 0.05 * activity) * factor)
        },
        &[("  decay_corrected: false", "  sd: sd\n  decay_corrected: 0 h")],
    );
    let corrected = run(&corrected, Task::Fit).unwrap();
    for target in ["left_kidney", "liver", "spleen"] {
        for column in ["absorbed_dose", "standard_error_given_cv"] {
            let of = |outcome: &Outcome| number(table(outcome, "doses"), &[target], column);
            same(of(&corrected), of(&raw), 1e-5);
        }
    }
}

#[test]
fn the_unit_of_the_column_does_not_matter() {
    let bench = Bench::new();
    let mbq = run(&bench.scenario(HEADER, plain, &[]), Task::Fit).unwrap();
    let kbq = bench.scenario(HEADER, |time, region, activity| plain(time, region, activity * 1e3), &[("unit: MBq", "unit: kBq")]);
    let kbq = run(&kbq, Task::Fit).unwrap();
    for (name, keys, columns) in [
        ("doses", &["left_kidney"][..], &["absorbed_dose", "standard_error_given_cv", "standard_error_residual", "bed"][..]),
        ("time_integrated_activity", &["liver", "piecewise"][..], &["time_integrated_activity", "ratio_to_fit", "absorbed_dose"][..]),
    ] {
        for column in columns {
            same(number(table(&kbq, name), keys, column), number(table(&mbq, name), keys, column), 1e-7);
        }
    }
}

#[test]
fn a_later_administration_shifts_everything_and_changes_no_dose() {
    let bench = Bench::new();
    let early = run(&bench.scenario(HEADER, plain, &[]), Task::Fit).unwrap();
    let late = bench.scenario(
        HEADER,
        |time, region, activity| plain(time + 10.0, region, activity),
        &[
            ("{site: injection, activity: 7.4 GBq,", "{site: injection, at: 10 h, activity: 7.4 GBq,"),
            ("solve: {until: 400 h}", "solve: {until: 410 h}"),
        ],
    );
    let late = run(&late, Task::Fit).unwrap();
    for region in ["left_kidney", "liver", "spleen"] {
        same(number(table(&late, "doses"), &[region], "absorbed_dose"), number(table(&early, "doses"), &[region], "absorbed_dose"), 1e-6);
        for method in ["fitted curve", "piecewise"] {
            let of = |outcome: &Outcome| number(table(outcome, "time_integrated_activity"), &[region, method], "time_integrated_activity");
            same(of(&late), of(&early), 1e-6);
        }
    }
}

#[test]
fn a_region_that_was_not_fitted_gives_its_target_no_standard_error() {
    let bench = Bench::new();
    let path = bench.scenario(
        HEADER,
        plain,
        &[("map: {left_kidney: left_kidney, liver: liver, spleen: spleen}", "map: {left_kidney: left_kidney, liver: liver}")],
    );
    let outcome = run(&path, Task::Fit).unwrap();
    let doses = table(&outcome, "doses");
    assert!(number(doses, &["liver"], "standard_error_given_cv") > 0.0);
    for column in ["standard_error_given_cv", "standard_error_residual"] {
        assert_eq!(cell(doses, &["spleen"], column), Cell::Missing, "spleen's uptake is the model's default");
    }
}

#[test]
fn a_parameter_at_its_bound_leaves_the_doses_without_standard_error() {
    let bench = Bench::new();
    let outcome =
        run(&bench.scenario(HEADER, plain, &[("bounds: [0.5 h, 159.5 h]", "bounds: [0.5 h, 28 h], start: 20 h")]), Task::Fit).unwrap();
    let doses = table(&outcome, "doses");
    assert_eq!(cell(doses, &["left_kidney"], "standard_error_given_cv"), Cell::Missing);
    assert!(number(doses, &["liver"], "standard_error_given_cv") > 0.0, "the liver's half-life of 25 h is within the bounds");
}

#[test]
fn an_unweighted_fit_has_no_standard_error_from_a_cv() {
    let bench = Bench::new();
    let outcome = run(
        &bench.scenario(
            HEADER,
            plain,
            &[
                ("error: {model: log-normal, cv: 10 %, provenance: assumed}", "error: {model: unweighted}"),
                ("variance: given", "variance: estimated"),
            ],
        ),
        Task::Fit,
    )
    .unwrap();
    let doses = table(&outcome, "doses");
    assert_eq!(cell(doses, &["left_kidney"], "standard_error_given_cv"), Cell::Missing);
    assert!(number(doses, &["left_kidney"], "standard_error_residual") > 0.0);
}

#[test]
fn a_failed_fit_leaves_no_doses_behind_and_the_work_incomplete() {
    let bench = Bench::new();
    // liver has a single scan left: two parameters cannot be found
    let path = bench.scenario(
        HEADER,
        plain,
        &[("  decay_corrected: false", "  decay_corrected: false\n  exclude: [{line: 2, reason: a test}, {line: 3, reason: a test}]")],
    );
    let outcome = run(&path, Task::Run).unwrap();
    assert!(outcome.incomplete);
    assert!(outcome.tables.iter().all(|table| table.name != "doses" && table.name != "regimens"));
    assert!(outcome.failures.iter().any(|failure| failure.what == "fit of liver"), "{:?}", outcome.failures);
    assert!(outcome.findings.iter().any(|finding| finding.starts_with("No doses")), "{:?}", outcome.findings);
}

#[test]
fn what_has_no_right_number_is_refused_when_the_scenario_is_read() {
    for (changes, message) in [
        (
            &[("solve: {until: 400 h}", "solve: {until: 100 h}"), ("{site: injection, activity", "{site: injection, at: 200 h, activity")]
                [..],
            "the last dose is over at 200.0 h",
        ),
        (&[("  each: channel\n", ""), ("{channel}", "left_kidney")], "`piecewise` needs a `fit` with `each: channel`"),
        (
            &[
                ("activity: 7.4 GBq, provenance", "activity: 7.4 GBq, repeat: 2, every: 8 wk, provenance"),
                ("solve: {until: 400 h}", "solve: {}"),
            ],
            "`piecewise` needs exactly one administration",
        ),
        (&[("\"{channel}.uptake\"", "left_kidney.uptake")], "`left_kidney.uptake` is the same for all of them"),
        (&[("error: {model: log-normal, cv: 10 %, provenance: assumed}", "error: {model: unweighted}")], "`unweighted` has none"),
        (&[("seed: 12", "seed: -5")], "a seed is 0 or more"),
        (&[("{title: Left kidney,", "{title: Left kidney, mass: -5 g,")], "the mass of a target must be positive"),
        (
            &[("{title: Spleen, sources: {left_kidney: opendose, liver: opendose, spleen: opendose}}", "{title: Spleen, sources: {}}")],
            "has no source, so its dose would be 0",
        ),
        (&[("smallest_activity: 1 GBq", "smallest_activity: 10 GBq")], "the smallest activity is above that of the first cycle"),
        (&[("cv: 10 %, calibration_cv", "cv: 10, calibration_cv")], "must lie between 0 and 100 %"),
    ] {
        let bench = Bench::new();
        let path = bench.scenario(HEADER, plain, changes);
        let faults = Scenario::load(&path, &[]).map(|_| ()).unwrap_err().to_string();
        assert!(faults.contains(message), "expected `{message}` in\n{faults}");
    }
}

#[test]
fn a_horizon_that_is_not_stated_lies_behind_the_last_dose() {
    let bench = Bench::new();
    let path = bench.scenario(
        HEADER,
        plain,
        &[
            ("activity: 7.4 GBq, provenance", "activity: 7.4 GBq, repeat: 4, every: 8 wk, provenance"),
            ("solve: {until: 400 h}", "solve: {}"),
            ("piecewise: {before: constant, between: log-where-falling, after: physical-decay}", ""),
        ],
    );
    let outcome = run(&path, Task::Simulate).unwrap();
    let single = run(&bench.scenario(HEADER, plain, &[]), Task::Simulate).unwrap();
    let dose = |outcome: &Outcome| number(table(outcome, "doses"), &["left_kidney"], "absorbed_dose");
    same(dose(&outcome), 4.0 * dose(&single), 1e-6);
    let balance = outcome.findings.iter().find(|finding| finding.starts_with("Balance")).unwrap();
    assert!(balance.contains("injected 29600"), "{balance}");
}
