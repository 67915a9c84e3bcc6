//! Fits of families against closed forms, hand calculations and data whose truth is known.
use super::*;
use crate::fit::mono_exponential::{ActivityPoint, fit_mono_exponential};
use crate::fit::time_activity::Family;

const PHYSICAL: f64 = 0.004_344;
const LOG_NORMAL: ErrorModel = ErrorModel::LogNormal { coefficient_of_variation: 0.1 };

fn settings(variance: VarianceChoice) -> FamilySettings {
    FamilySettings { physical_decay_per_h: PHYSICAL, starts: 5, fit: Settings { variance, ..Settings::default() } }
}

fn named(name: &str) -> Family {
    Family::named(name).expect("a family")
}

fn points(values: &[(f64, f64)], error: ErrorModel) -> Vec<RegionPoint> {
    values.iter().enumerate().map(|(i, &(time_h, activity_mbq))| RegionPoint { row: i as u64 + 2, time_h, activity_mbq, error }).collect()
}

fn fitted(name: &str, points: &[RegionPoint], variance: VarianceChoice) -> FamilyFit {
    fit_family(named(name), points, &settings(variance), &Monitor::default()).expect("a fit")
}

fn close(found: f64, expected: f64, relative: f64, what: &str) {
    assert!(((found - expected) / expected).abs() < relative, "{what}: {found} v {expected}");
}

/// Scan times at which every phase of the examples shows.
const TIMES: [f64; 14] = [0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 48.0, 72.0, 120.0, 168.0, 260.0, 400.0];

#[test]
fn every_family_finds_its_own_parameters_in_noise_free_data() {
    for family in Family::ALL {
        let mut parameters = [40.0, 70.0, 120.0][..family.phases].to_vec();
        if !family.physical_tail {
            parameters.push(0.009);
        }
        parameters.extend(&[0.06, 0.45][..family.phases - 1]);
        if family.uptake {
            parameters.push(3.0);
        }
        let truth = Curve { family, physical_decay_per_h: PHYSICAL, parameters };
        let data = points(&TIMES.map(|time| (time, truth.activity_mbq(time))), LOG_NORMAL);
        let found = fitted(family.name(), &data, VarianceChoice::Given);
        for (estimate, expected) in found.curve.parameters.iter().zip(&truth.parameters) {
            close(*estimate, *expected, 1e-5, family.name());
        }
        let integral = found.time_integrated_activity_mbq_h;
        close(integral.value, truth.time_integrated_activity_mbq_h(), 1e-7, family.name());
        assert!(integral.standard_error.is_some_and(|error| error > 0.0 && error < 0.2 * integral.value), "{}", family.name());
        assert!(found.estimate.is_converged() && !found.is_degenerate(), "{}: {:?}", family.name(), found.warnings);
        close(found.share_after_last, truth.integral_from_mbq_h(400.0) / truth.time_integrated_activity_mbq_h(), 1e-5, family.name());
    }
}

#[test]
fn the_mono_exponential_is_the_one_that_stands_alone() {
    // the closed form of the log-linear regression, through a fit that was tested against it
    let values = [(4.5, 112.2), (24.7, 75.6), (117.8, 8.5)];
    for variance in [VarianceChoice::Given, VarianceChoice::Estimated] {
        let found = fitted("mono", &points(&values, LOG_NORMAL), variance);
        let alone: Vec<ActivityPoint> =
            values.iter().map(|&(time_h, activity_mbq)| ActivityPoint { row: 1, time_h, activity_mbq }).collect();
        let expected = fit_mono_exponential(&alone, &LOG_NORMAL, Some(PHYSICAL), &settings(variance).fit).expect("a fit");
        let (one, other) = (found.time_integrated_activity_mbq_h, expected.time_integrated_activity_mbq_h);
        close(one.value, other.value, 1e-9, "integral");
        close(one.standard_error.expect("known"), other.standard_error.expect("known"), 1e-6, "its error");
        close(found.effective_half_lives_h[0], expected.effective_half_life_h.value, 1e-9, "half-life");
        close(found.share_after_last, (-std::f64::consts::LN_2 * 117.8 / expected.effective_half_life_h.value).exp(), 1e-9, "tail");
    }
}

#[test]
fn physical_decay_alone_is_a_mean_of_logarithms() {
    // ln A0 = mean of ln A + λt; se(ln A0) = σ_ln/√n; Ã = A0/λ
    let values = [(4.0, 100.0), (24.0, 85.0), (96.0, 71.0)];
    let found = fitted("mono-tail", &points(&values, LOG_NORMAL), VarianceChoice::Given);
    let mean = values.iter().map(|(t, a)| a.ln() + PHYSICAL * t).sum::<f64>() / 3.0;
    close(found.time_integrated_activity_mbq_h.value, mean.exp() / PHYSICAL, 1e-10, "integral");
    let error = (1.01_f64.ln() / 3.0).sqrt();
    close(found.time_integrated_activity_mbq_h.standard_error.expect("given"), error * mean.exp() / PHYSICAL, 1e-8, "its error");
    // −2 ln L by the density written out
    let chi_squared: f64 = values.iter().map(|(t, a)| (a.ln() + PHYSICAL * t - mean).powi(2) / 1.01_f64.ln()).sum();
    let constant: f64 = values.iter().map(|(_, a)| (std::f64::consts::TAU * 1.01_f64.ln() * a * a).ln()).sum();
    close(found.candidate.minus_two_log_likelihood, chi_squared + constant, 1e-10, "−2 ln L");
    assert_eq!((found.candidate.observations, found.candidate.parameters), (3, 1));
}

#[test]
fn a_bi_exponential_fit_agrees_with_r() {
    // R's nls on Indometh, subject 1, SSbiexp (R documentation of `Indometh`): A1 2.0293, lrc1 0.5794, A2 0.1915, lrc2 −1.7878, residual standard
    // error 0.04103 on 7 degrees of freedom
    let values = [
        (0.25, 1.5),
        (0.5, 0.94),
        (0.75, 0.78),
        (1.0, 0.48),
        (1.25, 0.37),
        (2.0, 0.19),
        (3.0, 0.12),
        (4.0, 0.11),
        (5.0, 0.08),
        (6.0, 0.07),
        (8.0, 0.05),
    ];
    let without_decay = FamilySettings { physical_decay_per_h: 0.0, ..settings(VarianceChoice::Estimated) };
    let found = fit_family(named("bi"), &points(&values, ErrorModel::Unweighted), &without_decay, &Monitor::default()).expect("a fit");
    let rates = found.curve.effective_rates_per_h();
    close(found.curve.amplitudes_mbq()[1], 2.0293, 5e-5, "A1");
    close(rates[1], 0.5794_f64.exp(), 1e-4, "fast rate");
    close(found.curve.amplitudes_mbq()[0], 0.1915, 3e-4, "A2");
    close(rates[0], (-1.7878_f64).exp(), 3e-4, "slow rate");
    let standard_error = found.estimate.residual_variance.expect("7 degrees").sqrt();
    close(standard_error, 0.04103, 2e-4, "residual standard error");
    // lnL = −n/2 (ln(2π RSS/n) + 1), with RSS = 7 s²: AIC as R's AIC() forms it, five parameters with the variance
    let by_hand = 11.0 * ((std::f64::consts::TAU * 7.0 * 0.04103_f64.powi(2) / 11.0).ln() + 1.0) + 10.0;
    assert!((found.candidate.aic() - by_hand).abs() < 0.01, "{} v {by_hand}", found.candidate.aic());
    assert_eq!(found.candidate.parameters, 5);
}

#[test]
fn a_phase_that_is_not_there_is_said_to_be_missing() {
    let data = points(&TIMES.map(|time| (time, 50.0 * (-0.02 * time).exp())), LOG_NORMAL);
    for name in ["mono-uptake", "bi", "bi-tail"] {
        let found = fitted(name, &data, VarianceChoice::Given);
        assert!(found.is_degenerate() || !found.warnings.is_empty(), "{name}: {:?}", found.curve);
        close(found.time_integrated_activity_mbq_h.value, 2500.0, 1e-3, name);
    }
}

#[test]
fn activity_that_does_not_fall_is_held_at_physical_decay() {
    let data = points(&[(4.0, 100.0), (24.0, 101.0), (96.0, 99.0), (168.0, 102.0)], LOG_NORMAL);
    let found = fitted("mono", &data, VarianceChoice::Given);
    assert_eq!(found.curve.effective_rates_per_h(), [PHYSICAL]);
    assert!(found.warnings.iter().any(|words| words.contains("no faster than physical decay")), "{:?}", found.warnings);
    assert!(found.warnings.iter().any(|words| words.contains("after the last scan")), "{:?}", found.warnings);
}

#[test]
fn what_cannot_be_fitted_is_refused_with_the_reason() {
    let refusal = |name: &str, data: &[RegionPoint], settings: &FamilySettings| {
        fit_family(named(name), data, settings, &Monitor::default()).expect_err("a refusal").to_string()
    };
    let three = points(&[(4.0, 100.0), (24.0, 60.0), (96.0, 10.0)], LOG_NORMAL);
    let given = settings(VarianceChoice::Given);
    assert!(refusal("bi", &three, &given).contains("4 parameters for 3 points"));
    assert!(refusal("mono-uptake", &three, &settings(VarianceChoice::Estimated)).contains("one more where the variance is estimated"));
    let timeless = FamilySettings { physical_decay_per_h: 0.0, ..given.clone() };
    assert!(refusal("mono-tail", &three, &timeless).contains("no nuclide"));
    let at_zero = points(&[(0.0, 100.0), (24.0, 60.0), (96.0, 10.0)], LOG_NORMAL);
    assert!(refusal("mono-uptake", &at_zero, &given).contains("row 2 has 100 MBq at 0 h"));
    let bad = points(&[(4.0, 100.0), (-1.0, 60.0), (96.0, 0.0)], LOG_NORMAL);
    let words = refusal("mono", &bad, &given);
    assert!(words.contains("row 3") && words.contains("row 4"), "{words}");
    let predicted = ErrorModel::Proportional { coefficient_of_variation: 0.1, weight_from: WeightFrom::Predicted };
    assert!(refusal("mono", &points(&[(4.0, 9.0), (9.0, 4.0)], predicted), &given).contains("log-normal"));
}

#[test]
fn coverage_of_the_integral_is_what_its_error_says() {
    // 200 noisy replicates of a bi-exponential: the truth lies within ±1.96 standard errors of ln Ã in 95 % of them; 200 draws have a standard
    // deviation of 1.5 %, so 90 to 99 % is within about three of them
    use crate::random::RandomSource;
    let truth = Curve { family: named("bi"), physical_decay_per_h: PHYSICAL, parameters: vec![30.0, 80.0, 0.011, 0.08] };
    let times = [1.0, 4.0, 10.0, 24.0, 48.0, 96.0, 168.0, 240.0];
    let sigma = 1.01_f64.ln().sqrt();
    let mut within = 0;
    for replicate in 0..200 {
        let random = RandomSource::new(7, replicate, 1);
        let data: Vec<(f64, f64)> =
            (0..8).zip(times).map(|(draw, time)| (time, truth.activity_mbq(time) * (sigma * random.standard_normal(draw)).exp())).collect();
        let found = fitted("bi", &points(&data, LOG_NORMAL), VarianceChoice::Given);
        let (low, high) = found.time_integrated_activity_mbq_h.interval_95.expect("given");
        within += usize::from((low..=high).contains(&truth.time_integrated_activity_mbq_h()));
    }
    assert!((180..=198).contains(&within), "{within} of 200");
}
