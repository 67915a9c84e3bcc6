//! Likelihood fits of the real theophylline data against closed relations to R's `nls`, and what a fit refuses.
use rptbench::session::work::Task;

use super::Workplace;
use crate::support::{close, number, outcome, table};

/// R's `nls` of subject 1 (data README): residual standard error 0.73195 on 8 degrees of freedom.
const RESIDUAL_STANDARD_ERROR: f64 = 0.731_95;

#[test]
fn estimated_constant_noise_has_the_estimates_of_least_squares() {
    // with a constant normal error the likelihood has its maximum where the sum of squares has its minimum; σ̂² = RSS/n
    let place = Workplace::new();
    place.change(
        "theophylline",
        "error: {model: unweighted}\n  variance: estimated",
        "error: {model: constant, sd: estimated}\n  subjects: [\"1\"]",
    );
    let found = outcome(&place.load("theophylline"), Task::Fit);
    let fit = table(&found, "fit");
    close("lKe", number(fit, &["1", "lKe"], "ln_estimate"), -2.919_61, 2e-6);
    close("lKa", number(fit, &["1", "lKa"], "ln_estimate"), 0.575_16, 1e-5);
    close("lCl", number(fit, &["1", "lCl"], "ln_estimate"), -3.915_86, 2e-6);
    let sigma = RESIDUAL_STANDARD_ERROR * (8.0_f64 / 11.0).sqrt();
    close("error sd", number(fit, &["1", "error sd"], "estimate"), sigma, 1e-5);
    // the standard error of a maximum-likelihood σ̂ is σ̂/√(2n)
    close("its error", number(fit, &["1", "error sd"], "standard_error"), sigma / 22.0_f64.sqrt(), 1e-5);
    // standard errors of the others: those of nls without the correction for degrees of freedom
    close("se lKe", number(fit, &["1", "lKe"], "ln_standard_error"), 0.170_89 * (8.0_f64 / 11.0).sqrt(), 1e-4);
    let summary = table(&found, "fit_summary");
    let expected = 11.0 * ((2.0 * std::f64::consts::PI * sigma * sigma).ln() + 1.0);
    close("-2 ln L", number(summary, &["1"], "minus_two_log_likelihood"), expected, 1e-5);
    close("AIC", number(summary, &["1"], "aic"), expected + 8.0, 1e-5);
}

#[test]
fn least_squares_reports_the_likelihood_of_r() {
    // R: logLik of an nls fit is −n/2 (ln 2π + 1 + ln(RSS/n)), with one more parameter for σ; AIC = −2 logLik + 2 · 4
    let place = Workplace::new();
    place.change("theophylline", "variance: estimated", "variance: estimated\n  subjects: [\"1\"]");
    let found = outcome(&place.load("theophylline"), Task::Fit);
    let sum: f64 = 8.0 * RESIDUAL_STANDARD_ERROR * RESIDUAL_STANDARD_ERROR;
    let expected = 11.0 * ((2.0 * std::f64::consts::PI * sum / 11.0).ln() + 1.0);
    close("AIC", number(table(&found, "fit_summary"), &["1"], "aic"), expected + 8.0, 1e-5);
    close("BIC", number(table(&found, "fit_summary"), &["1"], "bic"), expected + 4.0 * 11.0_f64.ln(), 1e-5);
}

#[test]
fn a_tight_prior_holds_a_parameter_and_a_wide_one_leaves_it() {
    let place = Workplace::new();
    let fit_with = |cv: &str| {
        let place = Workplace::new();
        place.change(
            "theophylline",
            "error: {model: unweighted}\n  variance: estimated",
            "error: {model: constant, sd: 0.73195 mg/L}\n  subjects: [\"1\"]",
        );
        place.change(
            "theophylline",
            "ke: {scale: log, label: lKe}",
            &format!("ke: {{scale: log, label: lKe, prior: {{median: 0.2 1/h, cv: {cv}, provenance: assumed}}}}"),
        );
        let found = outcome(&place.load("theophylline"), Task::Fit);
        number(table(&found, "fit"), &["1", "lKe"], "estimate")
    };
    drop(place);
    close("held", fit_with("0.1 %"), 0.2, 1e-3);
    // R's nls: lKe −2.91961 ± 0.17089. A prior of ω 2.146 (cv 1000 %) about ln 0.2 moves it by (0.17089/2.146)² of the distance ln 0.2 + 2.91961
    let (omega, sigma) = (101.0_f64.ln().sqrt(), 0.170_89_f64);
    let weight = (sigma / omega).powi(2);
    let expected = (-2.919_61 + weight * (0.2_f64.ln() + 2.919_61)).exp();
    close("left", fit_with("1000 %"), expected, 2e-3);
}

#[test]
fn starts_profile_and_bootstrap_are_in_the_tables() {
    let place = Workplace::new();
    place.change(
        "theophylline",
        "variance: estimated",
        "variance: estimated\n  subjects: [\"1\"]\n  starts: {count: 6, seed: 3, factor: 10}\n  profile: all\n  bootstrap: {kind: residual, replicates: 60, seed: 2}",
    );
    let found = outcome(&place.load("theophylline"), Task::Fit);
    assert_eq!(table(&found, "starts").rows.len(), 6);
    let profiles = table(&found, "profiles");
    assert_eq!(profiles.rows.len(), 3);
    // a profile t interval of a well-determined parameter lies near the Wald one (lCl ± 2.306 · 0.12727)
    let low = number(profiles, &["1", "cl (L/h)"], "low_95").ln();
    assert!((low - (-3.915_86 - 2.306 * 0.127_27)).abs() < 0.15, "{low}");
    // the spread of the replicates is of the size of the standard error
    let spread = number(table(&found, "bootstrap"), &["1", "cl"], "standard_deviation") / 0.019_923_5;
    assert!((0.07..0.2).contains(&spread), "{spread}");
    let names: Vec<&str> = found.figures.iter().map(|figure| figure.name.as_str()).collect();
    assert!(names.iter().any(|name| name.starts_with("profile")) && names.contains(&"convergence"), "{names:?}");
}

#[test]
fn what_a_fit_cannot_hold_is_refused_with_its_place() {
    let cases = [
        (
            "variance: estimated",
            "variance: estimated\n  factors: {calibration: {shared_by: scan, cv: 4 %}}",
            "this fit has priors, factors or an error model that is estimated",
        ),
        ("ke: {scale: log, label: lKe}", "ke: {scale: logit, label: lKe}", "the logit scale needs `bounds`"),
        (
            "ke: {scale: log, label: lKe}",
            "ke: {scale: log, label: lKe, prior: {mean: 0.1 1/h, sd: 0.1 1/h}}",
            "has a log-normal prior: give `median` and `cv`",
        ),
        (
            "ke: {scale: log, label: lKe}",
            "ke: {scale: log, label: lKe, per: subject}",
            "`per: subject` belongs to one fit of all subjects together",
        ),
        ("variance: estimated", "variance: estimated\n  profile: [kf]", "`kf` is not fitted, so it has no profile"),
        ("variance: estimated", "variance: estimated\n  starts: {count: 0}", "the number of starts must lie between 1 and 10000"),
        (
            "variance: estimated",
            "variance: estimated\n  bootstrap: {kind: parametric, replicates: 2}",
            "the number of replicates must lie between 10 and 100000",
        ),
        ("variance: estimated", "variance: estimated\n  population: people.yaml", "there is no population file"),
        ("error: {model: unweighted}", "error: {model: combined, sd: 1 mg/L}", "this error model needs `cv`"),
        ("error: {model: unweighted}", "error: {model: constant, sd: 1 mg/L, cv: 3 %}", "this error model has no `cv`"),
        (
            "variance: estimated",
            "variance: estimated\n  errors: {kidny: {model: constant, sd: estimated}}",
            "the data have no channel `kidny`",
        ),
    ];
    for (from, to, message) in cases {
        let place = Workplace::new();
        place.change("theophylline", from, to);
        let problems = place.problems("theophylline");
        assert!(problems.contains(message) && problems.contains("scenario.yaml:"), "{to}\n{problems}");
    }
}
