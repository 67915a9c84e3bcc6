//! Draws against the closed forms of their distributions: five standard errors of 20 000 patients.
use super::*;

const COUNT: usize = 20_000;

fn near(what: &str, found: f64, expected: f64, standard_error: f64) {
    assert!((found - expected).abs() < 5.0 * standard_error, "{what}: {found}, expected {expected} ± {standard_error}");
}

fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|value| holds(**value)).count() as f64 / values.len() as f64
}

fn one(spread: &str) -> Scenario {
    load(&format!("  patients: 1\n  seed: 77\n  covariates:\n    x: {spread}\n"))
}

fn binomial(p: f64) -> f64 {
    (p * (1.0 - p) / COUNT as f64).sqrt()
}

/// Mean and SD of a normal, and the textbook 2.5 % quantile 1.959964 SD below the mean.
#[test]
fn a_normal() {
    let found = values(&one("{mean: 80 kg, sd: 10 kg}"), COUNT, "x", "kg");
    let (mean, sd) = moments(&found);
    let root = (COUNT as f64).sqrt();
    near("mean", mean, 80.0, 10.0 / root);
    near("SD", sd, 10.0, 10.0 / (2.0_f64.sqrt() * root));
    near("below the 2.5 % quantile", share(&found, |x| x < 80.0 - 19.59964), 0.025, binomial(0.025));
}

/// Log-normal with CV 50 %: the median halves the patients; the mean is median × √(1 + cv²) = 1.118034, or as stated where it is the mean.
#[test]
fn log_normals_about_a_median_and_about_a_mean() {
    let found = values(&one("{median: 10 mL, cv: 50 %}"), COUNT, "x", "mL");
    let root = (COUNT as f64).sqrt();
    near("median", share(&found, |x| x < 10.0), 0.5, binomial(0.5));
    near("mean", moments(&found).0, 11.18034, 0.5 * 11.18034 / root);
    let found = values(&one("{mean: 10 mL, cv: 50 %}"), COUNT, "x", "mL");
    near("mean", moments(&found).0, 10.0, 5.0 / root);
    near("below the median", share(&found, |x| x < 10.0 / 1.118034), 0.5, binomial(0.5));
}

/// Truncated normal (Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions 1, §13.10.1): mean μ + σ (φ(α) − φ(β))/Z, variance
/// σ² [1 + (α φ(α) − β φ(β))/Z − ((φ(α) − φ(β))/Z)²]. With μ 87.5, σ 22, ends 40 and 120: α = −2.1590909, β = 1.4772727.
#[test]
fn a_truncated_normal() {
    let found =
        values(&one("{mean: 87.5 mL/min, sd: 22 mL/min, at_least: 40 mL/min, at_most: 120 mL/min, truncate: true}"), COUNT, "x", "mL/min");
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let (a, b): (f64, f64) = ((40.0 - 87.5) / 22.0, (120.0 - 87.5) / 22.0);
    // Φ from tables: Φ(1.4772727) = 0.930200, Φ(−2.1590909) = 0.015421 (to 1e-6)
    let z = 0.930_200 - 0.015_421;
    let tilt = (density(a) - density(b)) / z;
    let mean = 87.5 + 22.0 * tilt;
    let variance = 22.0 * 22.0 * (1.0 + (a * density(a) - b * density(b)) / z - tilt * tilt);
    let (found_mean, found_sd) = moments(&found);
    let root = (COUNT as f64).sqrt();
    near("mean", found_mean, mean, variance.sqrt() / root);
    near("SD", found_sd, variance.sqrt(), variance.sqrt() / (2.0_f64.sqrt() * root));
    assert!(found.iter().all(|x| (40.0..=120.0).contains(x)));
    assert_eq!(found.iter().filter(|x| **x == 40.0 || **x == 120.0).count(), 0, "nobody stands at an end");
}

/// Ends far in a tail: a normal beyond 5.5 SD has the mean m = φ/(1 − Φ) there (Mills' ratio by its continued fraction, a + 1/(a + 2/(a + 3/(a + …)))) and the variance
/// 1 + a m − m². Beyond 6 SD lies less than 1e-9 of the patients (9.9e-10): too few to be meant.
#[test]
fn a_tail_keeps_its_digits() {
    let mut mills: f64 = 5.5;
    for k in (1..60).rev() {
        mills = 5.5 + f64::from(k) / mills;
    }
    let sd = (1.0 + 5.5 * mills - mills * mills).sqrt();
    for (spread, sign) in
        [("{mean: 0, sd: 1, at_least: 5.5, truncate: true}", 1.0), ("{mean: 0, sd: 1, at_most: -5.5, truncate: true}", -1.0)]
    {
        let found = values(&one(spread), COUNT, "x", "%");
        near("mean of the tail", moments(&found).0 / 100.0, sign * mills, sd / (COUNT as f64).sqrt());
        let further = format!("  patients: 1\n  seed: 3\n  covariates:\n    x: {}\n", spread.replace("5.5", "6"));
        assert!(load_with(&further, &[]).unwrap_err().to_string().contains("hold nothing"));
    }
}

/// Held at the ends: the normal share beyond stands there. Φ(−1) = 0.158655.
#[test]
fn ends_without_truncation_hold_those_outside() {
    let found = values(&one("{mean: 80 kg, sd: 10 kg, at_least: 70 kg}"), COUNT, "x", "kg");
    near("at the end", share(&found, |x| (x - 70.0).abs() < 1e-9), 0.158_655, binomial(0.158_655));
}

/// Uniform: mean 5, SD 8/√12. Shares of categories as stated, numbers and names.
#[test]
fn uniform_and_categories() {
    let found = values(&one("{uniform: [1 mL, 9 mL]}"), COUNT, "x", "mL");
    let (mean, sd) = moments(&found);
    near("mean", mean, 5.0, sd / (COUNT as f64).sqrt());
    near("below 3", share(&found, |x| x < 3.0), 0.25, binomial(0.25));
    let found = values(&one("{values: {\"2 mL\": 30 %, \"5 mL\": 60 %, \"9 mL\": 10 %}}"), COUNT, "x", "mL");
    for (value, expected) in [(2.0, 0.3), (5.0, 0.6), (9.0, 0.1)] {
        near("share", share(&found, |x| (x - value).abs() < 1e-9), expected, binomial(expected));
    }
}

/// Correlations of scores: of ln x for log-normals, of x for normals; SE of r is (1 − r²)/√n. For a uniform with a normal of correlated scores ρ the product-moment
/// correlation is ρ √(3/π) (E[z Φ(z)] = 1/(2√π)).
#[test]
fn correlated_scores() {
    let cohort = "  patients: 1
  seed: 5
  covariates:
    weight: {mean: 80 kg, sd: 10 kg}
    volume: {uniform: [1 mL, 9 mL]}
  vary:
    clearance: 30 %
    central_volume: 20 %
  correlations:
    - {between: [weight, clearance], value: 0.6}
    - {between: [clearance, central_volume], value: -0.5}
    - {between: [weight, volume], value: 0.7}
";
    let scenario = load(cohort);
    let column = |name: &str, unit: &str| values(&scenario, COUNT, name, unit);
    let logarithms = |values: Vec<f64>| values.into_iter().map(f64::ln).collect::<Vec<_>>();
    let (weight, volume) = (column("weight", "kg"), column("volume", "mL"));
    let (clearance, central) = (logarithms(column("clearance", "L/h")), logarithms(column("central_volume", "L")));
    let correlation = |a: &[f64], b: &[f64]| {
        let ((mean_a, sd_a), (mean_b, sd_b)) = (moments(a), moments(b));
        let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
        sum / (a.len() as f64 - 1.0) / (sd_a * sd_b)
    };
    let root = (COUNT as f64).sqrt();
    near("weight, clearance", correlation(&weight, &clearance), 0.6, (1.0 - 0.36) / root);
    near("clearance, volume", correlation(&clearance, &central), -0.5, 0.75 / root);
    near("not stated", correlation(&weight, &central), 0.0, 1.0 / root);
    let expected = 0.7 * (3.0 / std::f64::consts::PI).sqrt();
    near("weight, uniform", correlation(&weight, &volume), expected, 1.0 / root);
    near("spread of ln clearance", moments(&clearance).1, (1.0_f64 + 0.09).ln().sqrt(), 0.3 / root);
    near("mean of the uniform", moments(&volume).0, 5.0, 8.0 / 12.0_f64.sqrt() / root);
}

/// A fitted population file: medians, CVs and the correlation of two parameters.
#[test]
fn a_fitted_population_file() {
    let file = "population: invented\nmodel: sood_dotatate_adolescent\nsubjects: 9\nsource: invented for this test\nparameters:
  clearance: {median: 5.92 L/h, cv: 14.1 %}\n  central_volume: {mean: 17.86 L, sd: 2 L}\ncorrelations:\n  - {between: [clearance, central_volume], value: 0.8}\n";
    let cohort = "  patients: 1\n  seed: 8\n  population: fitted.yaml\n";
    let scenario = load_with(cohort, &[("fitted.yaml", file)]).unwrap_or_else(|faults| panic!("{faults}"));
    let clearance: Vec<f64> = values(&scenario, COUNT, "clearance", "L/h").into_iter().map(f64::ln).collect();
    let volume = values(&scenario, COUNT, "central_volume", "L");
    let ((mean_a, sd_a), (mean_b, sd_b)) = (moments(&clearance), moments(&volume));
    let root = (COUNT as f64).sqrt();
    near("median", mean_a, 5.92_f64.ln(), 0.141 / root);
    near("spread", sd_a, (1.0_f64 + 0.141 * 0.141).ln().sqrt(), 0.141 / (2.0_f64.sqrt() * root));
    near("mean", mean_b, 17.86, 2.0 / root);
    let sum: f64 = clearance.iter().zip(&volume).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
    near("correlation", sum / (COUNT as f64 - 1.0) / (sd_a * sd_b), 0.8, 0.36 / root);
    assert!(scenario.inputs().iter().any(|file| file.ends_with("fitted.yaml")));
}
