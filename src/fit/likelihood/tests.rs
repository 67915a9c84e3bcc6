//! The likelihood against hand-computed densities, differences, and maximum-likelihood estimates with closed forms.
use super::*;
use crate::fit::{FitParameter, Settings, VarianceChoice, fit};
use crate::random::RandomSource;

/// f = a + b t.
struct Line(Vec<f64>);

impl Predictor for Line {
    fn parameter_count(&self) -> usize {
        2
    }

    fn predict(&mut self, p: &[f64]) -> Result<Vec<f64>, String> {
        Ok(self.0.iter().map(|t| p[0] + p[1] * t).collect())
    }

    fn predict_with_derivatives(&mut self, p: &[f64]) -> Result<(Vec<f64>, DMatrix<f64>), String> {
        Ok((self.predict(p)?, DMatrix::from_fn(self.0.len(), 2, |i, j| if j == 0 { 1.0 } else { self.0[i] })))
    }
}

/// f = the one parameter, at every measurement.
struct Level(usize);

impl Predictor for Level {
    fn parameter_count(&self) -> usize {
        1
    }

    fn predict(&mut self, p: &[f64]) -> Result<Vec<f64>, String> {
        Ok(vec![p[0]; self.0])
    }

    fn predict_with_derivatives(&mut self, p: &[f64]) -> Result<(Vec<f64>, DMatrix<f64>), String> {
        Ok((vec![p[0]; self.0], DMatrix::from_element(self.0, 1, 1.0)))
    }
}

fn given() -> Settings {
    Settings { variance: VarianceChoice::Given, ..Settings::default() }
}

fn measured(value: f64, noise: Noise) -> Measurement {
    Measurement { value, below_limit: false, noise, factors: Vec::new() }
}

fn all_forms() -> (Likelihood<Line>, Vec<FitParameter>) {
    let (a, b) = (Magnitude::Estimated(2), Magnitude::Estimated(3));
    let noises = [
        Noise::Constant(a),
        Noise::Proportional(b),
        Noise::Combined { constant: a, proportional: b },
        Noise::LogNormal(b),
        Noise::Constant(Magnitude::Given(0.4)),
        Noise::LogNormal(Magnitude::Given(0.2)),
    ];
    let mut measurements: Vec<Measurement> =
        noises.iter().enumerate().map(|(i, noise)| Measurement { factors: vec![4], ..measured(1.8 + 0.7 * i as f64, *noise) }).collect();
    for noise in noises {
        measurements.push(Measurement { value: 1.1, below_limit: true, noise, factors: vec![] });
    }
    let times: Vec<f64> = (0..measurements.len()).map(|i| 0.3 * i as f64).collect();
    let marginals = [
        Marginal { position: 0, scale: crate::fit::Scale::Natural, mean: 1.0, standard_deviation: 0.5 },
        Marginal { position: 1, scale: crate::fit::Scale::Logarithmic, mean: 0.0, standard_deviation: 0.4 },
    ];
    let correlation = DMatrix::from_row_slice(2, 2, &[1.0, -0.3, -0.3, 1.0]);
    let prior = Prior::new(&marginals, Some(&correlation)).expect("a prior");
    let likelihood = Likelihood::new(Line(times), measurements, 5, vec![prior]).expect("a likelihood");
    let parameters = vec![
        FitParameter::natural("a", 1.3),
        FitParameter::logarithmic("b", 1.1),
        FitParameter::logarithmic("sd", 0.5),
        FitParameter::logit("cv", 0.25, 0.0, 2.0),
        FitParameter::logarithmic("calibration", 1.05),
    ];
    (likelihood, parameters)
}

#[test]
fn the_gradient_is_that_of_the_log_posterior() {
    let (mut likelihood, parameters) = all_forms();
    let at: Vec<f64> = parameters.iter().map(|p| p.scale.transform(p.start)).collect();
    let gradient = likelihood.gradient(&parameters, &at).expect("can be computed");
    for i in 0..at.len() {
        let step = 1e-5;
        let (mut up, mut down) = (at.clone(), at.clone());
        up[i] += step;
        down[i] -= step;
        let slope = (likelihood.log_posterior(&parameters, &up).expect("computed")
            - likelihood.log_posterior(&parameters, &down).expect("computed"))
            / (2.0 * step);
        assert!((slope - gradient[i]).abs() < 1e-6 * (1.0 + slope.abs()), "{}: {slope} v {}", parameters[i].name, gradient[i]);
    }
}

#[test]
fn the_density_is_the_textbook_one() {
    // normal: y = 3, f = 2, σ = 0.5: 4 + 2 ln 0.5 + ln 2π; log-normal with cv: σ² = ln(1 + cv²), + 2 ln y
    let two_pi = 2.0 * std::f64::consts::PI;
    let mut normal = Likelihood::new(Level(1), vec![measured(3.0, Noise::Constant(Magnitude::Given(0.5)))], 1, vec![]).expect("good");
    assert!((normal.minus_two_log_likelihood(&[2.0]).expect("computed") - (4.0 + 2.0 * log(0.5) + log(two_pi))).abs() < 1e-14);
    let mut log_normal = Likelihood::new(Level(1), vec![measured(3.0, Noise::LogNormal(Magnitude::Given(0.3)))], 1, vec![]).expect("good");
    let variance = log(1.09);
    let expected = log(1.5) * log(1.5) / variance + log(variance) + log(two_pi) + 2.0 * log(3.0);
    assert!((log_normal.minus_two_log_likelihood(&[2.0]).expect("computed") - expected).abs() < 1e-14);
}

#[test]
fn estimated_constant_noise_is_the_maximum_likelihood_one() {
    // straight line: σ̂² = RSS/n, and its standard error σ̂/√(2n) (both closed forms); y = 1 + 2t + e with e given
    let times: Vec<f64> = (0..10).map(f64::from).collect();
    let errors = [0.3, -0.2, 0.5, -0.4, 0.1, -0.6, 0.2, 0.4, -0.5, 0.2];
    let y: Vec<f64> = times.iter().zip(errors).map(|(t, e)| 1.0 + 2.0 * t + e).collect();
    let (n, st, stt) = (10.0, 45.0, 285.0);
    let (sy, sty): (f64, f64) = (y.iter().sum(), y.iter().zip(&times).map(|(y, t)| y * t).sum());
    let slope = (n * sty - st * sy) / (n * stt - st * st);
    let intercept = (sy - slope * st) / n;
    let rss: f64 = y.iter().zip(&times).map(|(y, t)| (y - intercept - slope * t).powi(2)).sum();
    let noise = Noise::Constant(Magnitude::Estimated(2));
    let mut likelihood = Likelihood::new(Line(times), y.iter().map(|y| measured(*y, noise)).collect(), 3, vec![]).expect("a likelihood");
    let parameters = [FitParameter::natural("a", 0.0), FitParameter::natural("b", 1.0), FitParameter::logarithmic("sd", 5.0)];
    let estimate = fit(&mut likelihood, &parameters, &given()).expect("fits");
    assert!(estimate.is_converged(), "{:?}", estimate.warnings);
    let sigma = (rss / n).sqrt();
    let found = estimate.values();
    assert!((found[0] - intercept).abs() < 1e-7 && (found[1] - slope).abs() < 1e-8 && (found[2] - sigma).abs() < 1e-7 * sigma, "{found:?}");
    let error = estimate.parameters[2].standard_error.expect("an error");
    assert!((error - sigma / (2.0 * n).sqrt()).abs() < 1e-6 * error, "{error}");
    let expected = n * log(2.0 * std::f64::consts::PI * rss / n) + n;
    assert!((estimate.objective - expected).abs() < 1e-9, "{} {expected}", estimate.objective);
}

#[test]
fn a_censored_normal_mean_solves_the_score_equation() {
    // m of n values below L, σ = 1: the maximum of the likelihood solves Σ(y − μ) = m h((L − μ)) (Tobin 1958); solved here by bisection
    let seen = [1.2, 0.7, 2.1, 1.5];
    let (censored, at) = (3, 0.5);
    let score = |mu: f64| seen.iter().map(|y| y - mu).sum::<f64>() - f64::from(censored) * LowerTail::at(at - mu).hazard;
    let (mut low, mut high) = (-5.0, 5.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if score(middle) > 0.0 { low = middle } else { high = middle }
    }
    let noise = Noise::Constant(Magnitude::Given(1.0));
    let mut measurements: Vec<Measurement> = seen.iter().map(|y| measured(*y, noise)).collect();
    measurements.extend((0..censored).map(|_| Measurement { below_limit: true, ..measured(at, noise) }));
    let mut likelihood = Likelihood::new(Level(7), measurements, 1, vec![]).expect("a likelihood");
    let estimate = fit(&mut likelihood, &[FitParameter::natural("mu", 4.0)], &given()).expect("fits");
    assert!(estimate.is_converged(), "{:?}", estimate.warnings);
    assert!((estimate.values()[0] - low).abs() < 1e-7, "{:?} {low}", estimate.values());
}

#[test]
fn a_normal_prior_gives_the_conjugate_posterior() {
    // mean of n values with σ known and prior N(μ₀, τ²): posterior precision n/σ² + 1/τ² (textbook)
    let values = [4.1, 3.7, 4.4];
    let (sigma, mean, tau) = (0.6, 3.0, 0.5);
    let precision = 3.0 / (sigma * sigma) + 1.0 / (tau * tau);
    let expected = (values.iter().sum::<f64>() / (sigma * sigma) + mean / (tau * tau)) / precision;
    let noise = Noise::Constant(Magnitude::Given(sigma));
    let prior =
        Prior::new(&[Marginal { position: 0, scale: crate::fit::Scale::Natural, mean, standard_deviation: tau }], None).expect("a prior");
    let mut likelihood = Likelihood::new(Level(3), values.iter().map(|y| measured(*y, noise)).collect(), 1, vec![prior]).expect("good");
    let estimate = fit(&mut likelihood, &[FitParameter::natural("mu", 0.0)], &given()).expect("fits");
    assert!((estimate.values()[0] - expected).abs() < 1e-9);
    let error = estimate.parameters[0].standard_error.expect("an error");
    assert!((error - precision.sqrt().recip()).abs() < 1e-9);
}

#[test]
fn magnitudes_are_recovered_from_many_values() {
    // 4000 values of combined noise a = 0.3, b = 0.15 about lines from 0.5 to 8: within four of their own standard errors
    let count = 4000;
    let times: Vec<f64> = (0..count).map(|i| 7.5 * f64::from(i) / f64::from(count)).collect();
    let source = RandomSource::new(11, 0, 0);
    let noise = Noise::Combined { constant: Magnitude::Estimated(2), proportional: Magnitude::Estimated(3) };
    let measurements = times
        .iter()
        .zip(0_u32..)
        .map(|(t, i)| {
            let f = 0.5 + t;
            measured(f + (0.09 + 0.0225 * f * f).sqrt() * source.standard_normal(i), noise)
        })
        .collect();
    let mut likelihood = Likelihood::new(Line(times), measurements, 4, vec![]).expect("a likelihood");
    let parameters = [
        FitParameter::natural("a", 1.0),
        FitParameter::natural("b", 0.5),
        FitParameter::logarithmic("sd", 1.0),
        FitParameter::logarithmic("cv", 0.5),
    ];
    let estimate = fit(&mut likelihood, &parameters, &given()).expect("fits");
    assert!(estimate.is_converged(), "{:?}", estimate.warnings);
    for (p, truth) in estimate.parameters.iter().zip([0.5, 1.0, 0.3, 0.15]) {
        let error = p.standard_error.expect("an error");
        assert!((p.value - truth).abs() < 4.0 * error && error < 0.2, "{}: {} ± {error}, true {truth}", p.name, p.value);
    }
}

#[test]
fn least_squares_refuses_what_it_cannot_hold() {
    let (likelihood, _) = all_forms();
    assert!(likelihood.as_least_squares().is_err_and(|e| e.contains("priors")));
}
