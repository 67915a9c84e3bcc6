//! Profiles against closed forms, a published example, and problems whose non-identifiability is known.

use super::*;
use crate::fit::checkpoint::CheckpointFile;
use crate::fit::least_squares::{ResidualFunction, fit};
use crate::fit::trade_off::{Combination, Identifiability};
use nalgebra::DMatrix;
use std::sync::atomic::Ordering;

type Boxed = Result<Box<dyn Residuals + Send>, String>;

fn boxed<F>(parameter_count: usize, residual_count: usize, residuals: F) -> Boxed
where
    F: FnMut(&[f64], &mut [f64]) -> Result<(), String> + Send + 'static,
{
    Ok(Box::new(ResidualFunction { parameter_count, residual_count, residuals }))
}

fn profiles(factory: &ProblemFactory<'_>, parameters: &[FitParameter], settings: &Settings, which: &[usize]) -> (Estimate, Vec<Profile>) {
    let estimate = fit(factory().expect("a problem").as_mut(), parameters, settings).expect("fits");
    let found = profile(factory, parameters, &estimate, which, settings, &ProfileOptions::default(), &BatchMonitor::default());
    (estimate, found.expect("profiles"))
}

const LINE: [(f64, f64); 6] = [(0.0, 1.1), (1.0, 2.7), (2.0, 5.4), (3.0, 6.8), (4.0, 9.1), (5.0, 10.6)];

fn line() -> Boxed {
    boxed(2, LINE.len(), |p, out| {
        for (r, (x, y)) in out.iter_mut().zip(LINE) {
            *r = y - p[0] - p[1] * x;
        }
        Ok(())
    })
}

#[test]
fn a_linear_model_has_a_parabola_and_the_wald_interval() {
    for variance in [VarianceChoice::Estimated, VarianceChoice::Given] {
        let parameters = [FitParameter::natural("a", 0.5), FitParameter::natural("b", 1.0)];
        let (estimate, found) = profiles(&line, &parameters, &Settings { variance, ..Default::default() }, &[0, 1]);
        for profile in &found {
            let own = &estimate.parameters[profile.parameter];
            let (wald, interval) = (own.interval_95.expect("standard errors"), profile.interval_95().expect("closed"));
            assert!((interval.0 - wald.0).abs() < 1e-6 && (interval.1 - wald.1).abs() < 1e-6, "{interval:?} v {wald:?}");
            // Δ = (θ − estimate)² / (Jᵀ J)⁻¹ᵢᵢ exactly; the standard error over s is the square root of that element.
            let s = if variance == VarianceChoice::Given { 1.0 } else { estimate.residual_variance.expect("four degrees").sqrt() };
            let element = (own.standard_error.expect("regular") / s).powi(2);
            assert!(profile.points.len() > 12, "{}", profile.points.len());
            for point in &profile.points {
                let exact = (point.value - own.value).powi(2) / element;
                assert!((point.delta - exact).abs() < 1e-9 * (1.0 + exact), "{} v {exact}", point.delta);
            }
            assert_eq!(profile.verdict.identifiability, Identifiability::Identifiable);
        }
    }
}

/// D. M. Bates, D. G. Watts, Nonlinear Regression Analysis and Its Applications (1988), table A1.3, treated with puromycin; R's data set `Puromycin`.
const CONCENTRATION: [f64; 12] = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10];
const VELOCITY: [f64; 12] = [76., 47., 97., 107., 123., 139., 159., 152., 191., 201., 207., 200.];

fn puromycin() -> Boxed {
    boxed(2, 12, |p, out| {
        for ((r, x), y) in out.iter_mut().zip(CONCENTRATION).zip(VELOCITY) {
            *r = y - p[0] * x / (p[1] + x);
        }
        Ok(())
    })
}

/// The sum of squares with K held: Vmax is then a linear parameter.
fn profile_sum_of_squares(k: f64) -> f64 {
    let shape: Vec<f64> = CONCENTRATION.iter().map(|x| x / (k + x)).collect();
    let v = shape.iter().zip(VELOCITY).map(|(f, y)| f * y).sum::<f64>() / shape.iter().map(|f| f * f).sum::<f64>();
    shape.iter().zip(VELOCITY).map(|(f, y)| (y - v * f).powi(2)).sum()
}

#[test]
fn puromycin_has_the_published_profile_t_intervals() {
    for scale in [Scale::Natural, Scale::Logarithmic] {
        let parameters = [
            FitParameter { scale, lower: 0.0, ..FitParameter::natural("Vmax", 205.0) },
            FitParameter { scale, lower: 0.0, ..FitParameter::natural("K", 0.08) },
        ];
        let (estimate, found) = profiles(&puromycin, &parameters, &Settings::default(), &[0, 1]);
        // R: confint(nls(rate ~ Vm * conc/(K + conc), Puromycin, subset = state == "treated")), which interpolates between its steps with splines.
        for (profile, published) in found.iter().zip([(197.302_128_48, 229.290_064_90), (0.046_925_17, 0.086_159_95)]) {
            let found = profile.interval_95().expect("closed");
            assert!((found.0 - published.0).abs() < 2e-4 * published.0, "{scale:?} {}: {found:?}", profile.name);
            assert!((found.1 - published.1).abs() < 2e-4 * published.1, "{scale:?} {}: {found:?}", profile.name);
        }
        // A second method: bisection on the closed form of K's profile, t(0.975; 10) = 2.228138851964939 from tables.
        let s2 = estimate.weighted_sum_of_squares / 10.0;
        let level = estimate.weighted_sum_of_squares + s2 * 2.228_138_851_964_939_f64.powi(2);
        let (low, high) = found[1].interval_95().expect("closed");
        for (found, mut inside, mut outside) in [(low, 0.0641, 0.02), (high, 0.0641, 0.2)] {
            for _ in 0..60 {
                let middle = 0.5 * (inside + outside);
                *(if profile_sum_of_squares(middle) < level { &mut inside } else { &mut outside }) = middle;
            }
            assert!((found - inside).abs() < 2e-6 * inside, "{found} v {inside}");
        }
    }
}

/// x ~ N(μ, σ) with σ fitted as ln σ: pseudo-residuals of −2 ln L = 2 n ln σ + Σ ((x − μ)/σ)².
struct Normal;

const SAMPLE: [f64; 7] = [4.1, 5.3, 3.8, 6.0, 5.5, 4.9, 4.4];

impl Residuals for Normal {
    fn parameter_count(&self) -> usize {
        2
    }

    fn residual_count(&self) -> usize {
        SAMPLE.len() + 1
    }

    fn residuals(&mut self, p: &[f64], out: &mut [f64]) -> Result<(), String> {
        let n = SAMPLE.len();
        for (r, x) in out.iter_mut().zip(SAMPLE) {
            *r = (x - p[0]) / p[1];
        }
        let squares: f64 = out[..n].iter().map(|r| r * r).sum();
        out[n] = (n as f64 - squares) / (2.0 * n as f64).sqrt();
        Ok(())
    }

    fn objective(&mut self, p: &[f64], residuals: &[f64]) -> f64 {
        let n = SAMPLE.len();
        2.0 * n as f64 * p[1].ln() + residuals[..n].iter().map(|r| r * r).sum::<f64>()
    }

    fn is_least_squares(&self) -> bool {
        false
    }

    fn jacobian(&mut self, p: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        let n = SAMPLE.len();
        let mut matrix = DMatrix::zeros(n + 1, 2);
        for i in 0..n {
            matrix[(i, 0)] = -1.0 / p[1];
        }
        matrix[(n, 1)] = (2.0 * n as f64).sqrt() / p[1];
        Some(Ok(matrix))
    }
}

#[test]
fn the_mean_of_a_normal_sample_has_its_likelihood_interval() {
    // Δ(μ) = n ln(1 + (x̄ − μ)²/v), v = Σ(x − x̄)²/n, so the ends are x̄ ± √(v (exp(χ²/n) − 1)).
    let parameters = [FitParameter::natural("mean", 4.0), FitParameter::logarithmic("sd", 1.0)];
    let factory = || -> Boxed { Ok(Box::new(Normal)) };
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[0]);
    let n = SAMPLE.len() as f64;
    let mean = SAMPLE.iter().sum::<f64>() / n;
    let v = SAMPLE.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let half = (v * ((3.841_458_820_694_124 / n).exp() - 1.0)).sqrt();
    let (low, high) = found[0].interval_95().expect("closed");
    assert!((low - (mean - half)).abs() < 2e-6 && (high - (mean + half)).abs() < 2e-6, "{low} {high} v {mean} ± {half}");
    assert!(matches!(found[0].threshold, Threshold::ChiSquare(_)));
}

fn with_noise(i: usize) -> f64 {
    0.02 * (3.7 * i as f64).sin()
}

#[test]
fn of_a_product_only_the_product_is_known() {
    let factory = || {
        boxed(2, 8, |p, out| {
            for (i, r) in out.iter_mut().enumerate() {
                *r = (6.0 - p[0] * p[1]) * i as f64 + with_noise(i);
            }
            Ok(())
        })
    };
    let parameters = [FitParameter::logarithmic("a", 1.0), FitParameter::logarithmic("b", 2.0)];
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[0]);
    let verdict = &found[0].verdict;
    assert_eq!(verdict.identifiability, Identifiability::StructurallyNot);
    assert_eq!(verdict.only_known().map(|c| c.combination), Some(Combination::Product));
    assert!((verdict.companions[0].slope.expect("positive") + 1.0).abs() < 1e-6);
    assert!(verdict.words.iter().any(|w| w.contains("`a` and `b` trade off") && w.contains("only their product is known")), "{verdict:?}");
    assert!(matches!(found[0].lower, ProfileEnd::NeverCrosses(_)) && matches!(found[0].upper, ProfileEnd::NeverCrosses(_)));
}

#[test]
fn of_three_factors_only_their_combination_is_known() {
    let factory = || {
        boxed(3, 8, |p, out| {
            for (i, r) in out.iter_mut().enumerate() {
                *r = (6.0 - p[0] * p[1] / p[2]) * i as f64 + with_noise(i);
            }
            Ok(())
        })
    };
    let parameters = ["a", "b", "c"].map(|name| FitParameter::logarithmic(name, 1.5));
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[0]);
    let verdict = &found[0].verdict;
    assert_eq!(verdict.identifiability, Identifiability::StructurallyNot);
    assert!(verdict.words.iter().any(|w| w.starts_with("Along the profile `a`·`b`/`c` stays constant")), "{:?}", verdict.words);
}

#[test]
fn a_law_on_one_side_alone_is_told_for_that_side() {
    // Only s/(k + 1/100) is seen: for large k that is s/k, for small k it is s alone.
    let factory = || {
        boxed(2, 8, |p, out| {
            for (i, r) in out.iter_mut().enumerate() {
                *r = (6.0 - p[0] / (p[1] + 0.01)) * i as f64 + with_noise(i);
            }
            Ok(())
        })
    };
    let parameters = [FitParameter::logarithmic("s", 5.0), FitParameter::logarithmic("k", 1.0)];
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[1]);
    let verdict = &found[0].verdict;
    assert_eq!(verdict.companions[0].combination, Combination::Ratio, "{verdict:?}");
    assert!(verdict.words.iter().any(|w| w.contains("towards large values, their ratio stays constant")), "{:?}", verdict.words);
}

#[test]
fn of_a_sum_only_the_sum_is_known() {
    let factory = || {
        boxed(2, 8, |p, out| {
            for (i, r) in out.iter_mut().enumerate() {
                *r = 6.0 - p[0] - p[1] + with_noise(i);
            }
            Ok(())
        })
    };
    let parameters = [FitParameter::natural("a", 2.0).within(-50.0, 50.0), FitParameter::natural("b", 3.0)];
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[0]);
    let verdict = &found[0].verdict;
    assert_eq!(verdict.identifiability, Identifiability::StructurallyNot);
    assert_eq!(verdict.only_known().map(|c| c.combination), Some(Combination::Sum));
    assert_eq!((&found[0].lower, &found[0].upper), (&ProfileEnd::ReachedBound(-50.0), &ProfileEnd::ReachedBound(50.0)));
}

#[test]
fn in_its_linear_range_michaelis_menten_gives_only_the_ratio() {
    // Concentrations far below Km = 50: y = (Vmax/Km) x, so Km has a lower limit and no upper one.
    let factory = || {
        boxed(2, 12, |p, out| {
            for (i, r) in out.iter_mut().enumerate() {
                let x = 0.05 * (i + 1) as f64;
                *r = 100.0 * x / (50.0 + x) * (1.0 + with_noise(i)) - p[0] * x / (p[1] + x);
            }
            Ok(())
        })
    };
    let parameters = [FitParameter::logarithmic("Vmax", 80.0), FitParameter::logarithmic("Km", 60.0)];
    let (_, found) = profiles(&factory, &parameters, &Settings::default(), &[1]);
    let verdict = &found[0].verdict;
    assert_eq!(verdict.identifiability, Identifiability::PracticallyNot, "{:?}", verdict.words);
    assert!(matches!(found[0].upper, ProfileEnd::NeverCrosses(_)) && matches!(found[0].lower, ProfileEnd::Crossed(_)));
    assert_eq!(verdict.only_known().map(|c| c.combination), Some(Combination::Ratio));
    assert!(verdict.words.iter().any(|w| w.contains("only their ratio is known")), "{:?}", verdict.words);
}

#[test]
fn a_single_parameter_needs_no_refit() {
    // y = θ, five values: θ ± t s/√5, t(0.975; 4) = 2.7764451051977987.
    let data = [1.0, 2.0, 4.0, 4.5, 3.5];
    let factory = move || {
        boxed(1, 5, move |p, out| {
            for (r, y) in out.iter_mut().zip(data) {
                *r = y - p[0];
            }
            Ok(())
        })
    };
    let (_, found) = profiles(&factory, &[FitParameter::natural("mean", 1.0)], &Settings::default(), &[0]);
    let half = 2.776_445_105_197_798_7 * (data.iter().map(|y| (y - 3.0) * (y - 3.0)).sum::<f64>() / 4.0 / 5.0_f64).sqrt();
    let (low, high) = found[0].interval_95().expect("closed");
    assert!((low - 3.0 + half).abs() < 1e-5 && (high - 3.0 - half).abs() < 1e-5);
}

#[test]
fn threads_and_resuming_change_no_bit() {
    let parameters = [FitParameter::logarithmic("Vmax", 205.0), FitParameter::logarithmic("K", 0.08)];
    let settings = Settings::default();
    let estimate = fit(puromycin().expect("a problem").as_mut(), &parameters, &settings).expect("fits");
    let run = |threads: usize, monitor: &BatchMonitor| {
        let options = ProfileOptions { threads, ..Default::default() };
        profile(&puromycin, &parameters, &estimate, &[0, 1], &settings, &options, monitor).expect("profiles")
    };
    let whole = run(1, &BatchMonitor::default());
    assert_eq!(run(2, &BatchMonitor::default()), whole);
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    let monitor = BatchMonitor {
        cancel: Some(Arc::clone(&cancel)),
        progress: Some(Arc::new(move |done, _| flag.store(done == 3, Ordering::Relaxed))),
        steps: None,
        checkpoint: Some(CheckpointFile::new(folder.path().join("profile.json"), "puromycin")),
    };
    let first = run(1, &monitor);
    assert_eq!(first.len(), 1, "one parameter is whole, of the other one side");
    cancel.store(false, Ordering::Relaxed);
    assert_eq!(run(2, &BatchMonitor { cancel: None, progress: None, ..monitor }), whole);
}
