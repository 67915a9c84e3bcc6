//! The uncertainty budget of p12 worked by hand: numbers of the scenario and of the published scans, the equations of Gear et al. 2018 as they are printed,
//! the regression's covariance in closed form.
use rptbench::report::Cell;
use rptbench::session::scenario::Scenario;
use rptbench::session::work::{Outcome, Task};

use crate::p12::log_linear;
use crate::support::{close, number, outcome, project, scenario, table};

/// p12 with a part of its text replaced, its files by absolute paths.
fn changed(replacements: &[(&str, &str)]) -> Scenario {
    let mut text = std::fs::read_to_string(project().join("scenarios/p12_spect/scenario.yaml")).unwrap();
    let models = format!("model: {}", project().join("models/").display());
    let data = format!("file: {}", project().join("scenarios/p12_spect/tac_p12_cycle1.csv").display());
    for (old, new) in [("model: ../../models/", models.as_str()), ("file: tac_p12_cycle1.csv", data.as_str())].iter().chain(replacements) {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), text).unwrap();
    Scenario::load(folder.path(), &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn relative(outcome: &Outcome, contribution: &str) -> f64 {
    number(table(outcome, "uncertainty_budget"), &["left_kidney", contribution], "relative_standard_uncertainty") / 100.0
}

/// ∂ln C/∂ln v of 146 mL at 12 mm: φ/(2R) with φ = erf(2r/(σ√2)) − 2σ/(r√(2π)) (1 − e^(−2r²/σ²)), in millimetres.
fn counts_per_volume(recovery: f64) -> f64 {
    let radius = (146_000.0 * 3.0 / 4.0 / std::f64::consts::PI).cbrt();
    let sigma = 12.0 / 2.354_820_045_030_949_3;
    let rim = 2.0 * sigma / (radius * 2.506_628_274_631_000_5) * (1.0 - (-2.0 * (radius / sigma).powi(2)).exp());
    (libm::erf(2.0 * radius / (sigma * 1.414_213_562_373_095_1)) - rim) / (2.0 * recovery)
}

#[test]
fn the_budget_of_the_kidney_is_that_worked_by_hand() {
    let outcome = outcome(&scenario("p12_spect"), Task::Fit);
    // recovery of 146 mL: v50 2 ± 0.58 mL, b 0.85 ± 0.087
    let missed = 1.0 - 1.0 / (1.0 + (2.0_f64 / 146.0).powf(0.85));
    let by_v50 = 0.85 * missed * 0.58 / 2.0;
    let by_exponent = missed * (2.0_f64 / 146.0).ln() * 0.087;
    let recovery = by_v50.hypot(by_exponent);
    // a volume known to 10 %: counts and recovery follow it, S is the phantom's
    let (counts_slope, recovery_slope) = (counts_per_volume(1.0 - missed), 0.85 * missed);
    let volume = 0.10 * (counts_slope - recovery_slope);
    let fit = log_linear("left_kidney").variance_ln_integral();
    let variance = volume * volume + recovery * recovery + 0.04 * 0.04 + 0.02 * 0.02 + fit + 0.10 * 0.10;
    close("counts at the volume", relative(&outcome, "counts in the volume outlined"), 0.10 * counts_slope, 1e-9);
    close("recovery at the volume", relative(&outcome, "recovery at the volume outlined"), 0.10 * recovery_slope, 1e-9);
    close("recovery curve", relative(&outcome, "recovery curve"), recovery, 1e-9);
    close("calibration", relative(&outcome, "calibration factor"), 0.04, 1e-12);
    close("counts", relative(&outcome, "counts"), 0.02, 1e-12);
    close("fit", relative(&outcome, "fit of the time–activity curve"), fit.sqrt(), 1e-5);
    close("S-value", relative(&outcome, "S-value"), 0.10, 1e-12);
    close("total", relative(&outcome, "total"), variance.sqrt(), 1e-5);
    let budget = table(&outcome, "uncertainty_budget");
    let covariance = -2.0 * 0.10 * 0.10 * counts_slope * recovery_slope;
    let row = ["left_kidney", "counts × recovery (through the volume)"];
    close("covariance", number(budget, &row, "variance_share"), 100.0 * covariance / variance, 1e-5);
    // Ã·S of the kidney to itself: 1.5662e-4 mGy/(MBq s), as the OpenDose file prints it
    let self_dose = log_linear("left_kidney").integral_mbq_h() * 1.5662e-4 * 3.6;
    close("self-dose", number(budget, &["left_kidney", "total"], "self_dose"), self_dose, 1e-6);
    close("± Gy", number(budget, &["left_kidney", "total"], "standard_uncertainty"), self_dose * variance.sqrt(), 1e-5);
}

#[test]
fn shares_of_every_target_add_up_in_table_and_figure() {
    let outcome = outcome(&scenario("p12_spect"), Task::Fit);
    let budget = table(&outcome, "uncertainty_budget");
    let figure = outcome.figures.iter().find(|figure| figure.name == "uncertainty_budget").unwrap();
    let rptbench::report::Mark::Bars { series, .. } = &figure.panels[0].marks[0] else { panic!("bars") };
    for (position, target) in ["left_kidney", "liver", "spleen"].into_iter().enumerate() {
        let rows = budget.rows.iter().filter(|row| row[0] == Cell::from(target) && row[1] != Cell::from("total"));
        let sum: f64 = rows.map(|row| if let Cell::Number(share) = row[3] { share } else { panic!("{row:?}") }).sum();
        close(target, sum, 100.0, 1e-12);
        close(target, series.iter().map(|source| source.values[position]).sum(), 100.0, 1e-12);
    }
}

/// A factor of the fit that is shared by all scans of an organ adds ln(1 + cv²) to the variance of ln Ã: all of the calibration, and once.
#[test]
fn a_calibration_factor_of_the_fit_is_not_counted_again() {
    let plain = relative(&outcome(&scenario("p12_spect"), Task::Fit), "total");
    let with_factor =
        changed(&[("  variance: given\n", "  variance: given\n  factors: {camera: {shared_by: fit, cv: 4 %, provenance: assumed}}\n")]);
    let outcome = outcome(&with_factor, Task::Fit);
    assert_eq!(relative(&outcome, "calibration factor"), 0.0);
    let expected = plain * plain - 0.04 * 0.04 + (1.0_f64 + 0.04 * 0.04).ln();
    close("total", relative(&outcome, "total"), expected.sqrt(), 1e-5);
    let notes = table(&outcome, "uncertainty_budget").notes.join("\n");
    assert!(notes.contains("left_kidney, calibration: not from here, the fit has its factor `camera`"), "{notes}");
}

/// S scaled to 200 g: charged particles as 1/m, photons as m^(−2/3); electrons of 177Lu carry Δ/m, the rest of S are photons.
#[test]
fn an_s_value_scaled_to_the_mass_follows_the_volume() {
    let outcome = outcome(&changed(&[("left_kidney: {title: Left kidney,", "left_kidney: {title: Left kidney, mass: 200 g,")]), Task::Fit);
    let dose = |mass: &str| {
        let changed = changed(&[("left_kidney: {title: Left kidney,", &format!("left_kidney: {{title: Left kidney, mass: {mass},"))]);
        changed.targets[0].terms[0].1.gy_per_mbq_h
    };
    let slope = (dose("199 g") / dose("201 g")).ln() / (201.0_f64 / 199.0).ln();
    close("S at the mass", relative(&outcome, "S-value at the mass outlined"), 0.10 * slope, 1e-5);
    assert!(slope > 0.98 && slope < 1.0, "{slope}");
    // the counts grow with the volume, S falls: together less than S alone
    let together =
        number(table(&outcome, "uncertainty_budget"), &["left_kidney", "counts × S-value (through the volume)"], "variance_share");
    assert!(together < 0.0, "{together}");
}

/// What nobody stated is named, and what was assumed is among the assumptions.
#[test]
fn gaps_and_assumptions_are_printed() {
    let scenario = changed(&[("        s_value: {value: 10 %,", "        # s_value: {value: 10 %,")]);
    let outcome = outcome(&scenario, Task::Fit);
    let notes = table(&outcome, "uncertainty_budget").notes.join("\n");
    assert!(notes.contains("left_kidney: not stated and so left out of the budget: s_value"), "{notes}");
    let assumed: Vec<&String> = outcome.assumptions.iter().filter(|words| words.contains("12 mm")).collect();
    assert_eq!(assumed.len(), 1, "{:?}", outcome.assumptions);
}
