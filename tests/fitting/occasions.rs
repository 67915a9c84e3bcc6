//! Several cycles of one patient fitted together: the same parameters with a deviation in every cycle.
use rptbench::session::work::Task;

use super::Workplace;
use crate::support::{number, outcome, table};

/// Theophylline subjects 1 and 5 as two cycles of one person; concentrations of subject 5 are brought to the dose of subject 1 (the model is linear).
fn place(between: &str) -> Workplace {
    let place = Workplace::new();
    let folder = place.folder.path().join("scenarios/theophylline");
    let text = std::fs::read_to_string(folder.join("Theoph.csv")).unwrap().replace('"', "");
    let mut table = String::from("cycle,time,conc\n");
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if !["1", "5"].contains(&cells[0]) {
            continue;
        }
        let (dose, concentration): (f64, f64) = (cells[2].parse().unwrap(), cells[4].parse().unwrap());
        table.push_str(&format!("{},{},{}\n", cells[0], cells[3], concentration * 4.02 / dose));
    }
    std::fs::write(folder.join("cycles.csv"), table).unwrap();
    let file = place.scenario_file("theophylline");
    let whole = std::fs::read_to_string(&file).unwrap();
    let head = whole.split("data:\n").next().unwrap();
    let rest = format!(
        "data:\n  file: cycles.csv\n  occasion: cycle\n  time: {{column: time, unit: h}}\n  value: {{column: conc, unit: mg/L}}\n  observable: concentration\n\n\
         fit:\n  error: {{model: constant, sd: 0.7 mg/L}}\n  parameters:\n    ke: {{scale: log{between}}}\n    ka: {{scale: log{between}}}\n    cl: {{scale: log{between}}}\n"
    );
    std::fs::write(&file, format!("{head}{rest}")).unwrap();
    place
}

/// With deviations as good as free every cycle has its own values: those of R's `nls` for subjects 1 and 5 (data README), lKe −2.91961 and −2.425486 and so on, drawn
/// towards each other by a share of (standard error / ω)² ≈ 1 %.
#[test]
fn wide_deviations_give_every_cycle_its_own_values() {
    let found = outcome(&place(", between_occasions: 1000 %").load("theophylline"), Task::Fit);
    let fit = table(&found, "fit");
    for (path, first, fifth) in [("ke", -2.919_61, -2.425_486), ("ka", 0.575_16, 0.386_285), ("cl", -3.915_86, -3.132_600)] {
        let common = number(fit, &["all data", path], "ln_estimate");
        for (cycle, reference) in [("1", first), ("5", fifth)] {
            let deviation = number(fit, &["all data", &format!("{path}, ln factor in cycle {cycle}")], "estimate");
            let whole = common + deviation;
            assert!((whole - reference).abs() < 0.05, "{path} in cycle {cycle}: {whole} v {reference}");
        }
    }
}

/// With deviations as good as none the two cycles share one curve, whose clearance lies between those of the cycles.
#[test]
fn narrow_deviations_give_one_curve() {
    let found = outcome(&place(", between_occasions: 0.1 %").load("theophylline"), Task::Fit);
    let pooled = outcome(&place("").load("theophylline"), Task::Fit);
    for path in ["ke", "ka", "cl"] {
        let (narrow, one) = (
            number(table(&found, "fit"), &["all data", path], "ln_estimate"),
            number(table(&pooled, "fit"), &["all data", path], "ln_estimate"),
        );
        assert!((narrow - one).abs() < 1e-3, "{path}: {narrow} v {one}");
    }
    let clearance = number(table(&pooled, "fit"), &["all data", "cl"], "ln_estimate");
    assert!(-3.92 < clearance && clearance < -3.13, "{clearance}");
}
