//! What a fit promises beside its numbers: bounds, failed evaluations, cancelling, progress, given derivatives, and errors that name the fault.

use nalgebra::DMatrix;
use rptbench::fit::least_squares::ResidualFunction;
use rptbench::fit::{Bound, FitError, FitParameter, Monitor, Residuals, Settings, Termination, VarianceChoice, fit, fit_monitored};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// y = a + b x through (0, 1), (1, 3), (2, 5), (3, 8): by hand a = 0.8, b = 2.3, WSS = 0.3, var(a) = 0.15·0.7, var(b) = 0.15·0.2.
fn straight_line(p: &[f64], out: &mut [f64]) -> Result<(), String> {
    for (x, (residual, y)) in out.iter_mut().zip([1.0, 3.0, 5.0, 8.0]).enumerate() {
        *residual = y - p[0] - p[1] * x as f64;
    }
    Ok(())
}

type Function = fn(&[f64], &mut [f64]) -> Result<(), String>;

fn line_problem() -> ResidualFunction<Function> {
    ResidualFunction { parameter_count: 2, residual_count: 4, residuals: straight_line }
}

fn line_parameters() -> [FitParameter; 2] {
    [FitParameter::natural("a", 0.0), FitParameter::natural("b", 0.0)]
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-8 * expected.abs().max(1.0), "{found} v {expected}");
}

#[test]
fn a_straight_line_has_textbook_errors_under_both_variances() {
    let estimate = fit(&mut line_problem(), &line_parameters(), &Settings::default()).expect("a fit");
    assert!(estimate.is_converged() && estimate.warnings.is_empty());
    close(estimate.parameters[0].value, 0.8);
    close(estimate.parameters[1].value, 2.3);
    close(estimate.weighted_sum_of_squares, 0.3);
    assert_eq!(estimate.degrees_of_freedom, 2);
    close(estimate.residual_variance.expect("2 df"), 0.15);
    let error = (0.15_f64 * 0.7).sqrt();
    close(estimate.parameters[0].standard_error.expect("2 df"), error);
    // t(0.975; 2) = 4.30265273
    let (low, high) = estimate.parameters[0].interval_95.expect("2 df");
    assert!((low - (0.8 - 4.302_652_73 * error)).abs() < 1e-7);
    assert!((high - (0.8 + 4.302_652_73 * error)).abs() < 1e-7);
    // corr = −Σx/√(n Σx²) = −6/√56
    let correlation = estimate.correlation.expect("2 df")[(0, 1)];
    close(correlation, -6.0 / 56_f64.sqrt());

    let settings = Settings { variance: VarianceChoice::Given, ..Settings::default() };
    let given = fit(&mut line_problem(), &line_parameters(), &settings).expect("a fit");
    let error = 0.7_f64.sqrt();
    close(given.parameters[0].standard_error.expect("given"), error);
    let (low, _) = given.parameters[0].interval_95.expect("given");
    close(low, given.parameters[0].value - 1.959_963_984_540_054 * error);
}

#[test]
fn a_bound_is_respected_and_the_rest_is_the_constrained_optimum() {
    // b ≤ 2: then a = ȳ − 2 x̄ = 4.25 − 3 = 1.25.
    let [a, b] = line_parameters();
    let parameters = [a, b.within(-10.0, 2.0)];
    let estimate = fit(&mut line_problem(), &parameters, &Settings::default()).expect("a fit");
    assert!(estimate.is_converged());
    assert_eq!(estimate.parameters[1].value, 2.0);
    assert_eq!(estimate.parameters[1].at_bound, Some(Bound::Upper));
    assert_eq!(estimate.parameters[1].standard_error, None);
    close(estimate.parameters[0].value, 1.25);
    assert!(estimate.warnings[0].contains("`b` ended at its upper bound 2"));
    // Started on the bound it must be able to leave it: the optimum 2.3 lies inside.
    let [a, _] = line_parameters();
    let parameters = [a, FitParameter::natural("b", 5.0).within(-10.0, 5.0)];
    let estimate = fit(&mut line_problem(), &parameters, &Settings::default()).expect("a fit");
    close(estimate.parameters[1].value, 2.3);
    assert_eq!(estimate.parameters[1].at_bound, None);
}

#[test]
fn failed_evaluations_are_avoided_and_counted() {
    // e^p = 1000 from p = 1: the linear step goes to p ≈ 368, where the problem cannot be computed.
    let mut problem = ResidualFunction {
        parameter_count: 1,
        residual_count: 2,
        residuals: |p: &[f64], out: &mut [f64]| {
            if p[0] > 10.0 {
                return Err(format!("the solver gave up at p = {}", p[0]));
            }
            out[0] = 1e3 - libm::exp(p[0]);
            out[1] = 0.0;
            Ok(())
        },
    };
    let estimate = fit(&mut problem, &[FitParameter::natural("p", 1.0)], &Settings::default()).expect("a fit");
    close(estimate.parameters[0].value, 1e3_f64.ln());
    assert!(estimate.record.failed_evaluations > 0);
    assert!(estimate.warnings.iter().any(|w| w.contains("evaluations failed") && w.contains("gave up")), "{:?}", estimate.warnings);
}

#[test]
fn a_failure_at_the_start_is_an_error_with_the_start_in_it() {
    for residual in [None, Some(f64::NAN)] {
        let mut problem = ResidualFunction {
            parameter_count: 1,
            residual_count: 1,
            residuals: move |_: &[f64], out: &mut [f64]| match residual {
                None => Err("no steady state".to_string()),
                Some(value) => {
                    out[0] = value;
                    Ok(())
                }
            },
        };
        let parameters = [FitParameter::logarithmic("k_on", 0.046)];
        let error = fit(&mut problem, &parameters, &Settings::default()).expect_err("cannot start");
        let text = error.to_string();
        assert!(text.starts_with("the fit cannot start at k_on = 0.046"), "{text}");
        assert!(text.contains(if residual.is_none() { "no steady state" } else { "residual 1 is NaN" }));
    }
}

#[test]
fn cancelling_ends_at_the_best_point_so_far() {
    let cancel = Arc::new(AtomicBool::new(false));
    let count = AtomicUsize::new(0);
    let flag = Arc::clone(&cancel);
    let mut problem = ResidualFunction {
        parameter_count: 1,
        residual_count: 1,
        residuals: move |p: &[f64], out: &mut [f64]| {
            if count.fetch_add(1, Ordering::Relaxed) == 12 {
                flag.store(true, Ordering::Relaxed);
            }
            out[0] = libm::exp(p[0]) + 1.0;
            Ok(())
        },
    };
    let monitor = Monitor { cancel: Some(cancel), progress: None };
    let parameters = [FitParameter::natural("p", 0.0)];
    let estimate = fit_monitored(&mut problem, &parameters, &Settings::default(), &monitor).expect("what there is");
    assert_eq!(estimate.record.termination, Termination::Cancelled);
    assert!(estimate.weighted_sum_of_squares < 4.0);
    assert!(estimate.warnings[0].contains("cancelled"));
}

#[test]
fn progress_tells_a_falling_sum_of_squares_and_natural_values() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let monitor = Monitor {
        cancel: None,
        progress: Some(Arc::new(move |progress| {
            sink.lock().expect("one thread").push(progress.clone());
        })),
    };
    let mut problem = ResidualFunction {
        parameter_count: 1,
        residual_count: 3,
        residuals: |p: &[f64], out: &mut [f64]| {
            for (residual, t) in out.iter_mut().zip([1.0, 2.0, 4.0]) {
                *residual = libm::exp(-0.2 * t) + 0.01 * t - libm::exp(-p[0] * t);
            }
            Ok(())
        },
    };
    let parameters = [FitParameter::logarithmic("k", 5.0)];
    let estimate = fit_monitored(&mut problem, &parameters, &Settings::default(), &monitor).expect("a fit");
    let told = told.lock().expect("one thread");
    assert_eq!(told[0].parameters.len(), 1);
    assert!((told[0].parameters[0] - 5.0).abs() < 1e-12);
    assert!(told.windows(2).all(|pair| { pair[1].objective <= pair[0].objective && pair[1].iteration == pair[0].iteration + 1 }));
    let last = told.last().expect("at least the start");
    assert_eq!(last.parameters, estimate.values());
}

/// The line with derivatives of its own.
struct LineWithDerivatives {
    evaluations: usize,
}

impl Residuals for LineWithDerivatives {
    fn parameter_count(&self) -> usize {
        2
    }
    fn residual_count(&self) -> usize {
        4
    }
    fn residuals(&mut self, p: &[f64], out: &mut [f64]) -> Result<(), String> {
        self.evaluations += 1;
        straight_line(p, out)
    }
    fn jacobian(&mut self, _: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        Some(Ok(DMatrix::from_fn(4, 2, |x, i| if i == 0 { -1.0 } else { -(x as f64) })))
    }
}

#[test]
fn given_derivatives_are_used_on_either_scale() {
    let mut problem = LineWithDerivatives { evaluations: 0 };
    let parameters = [FitParameter::logarithmic("a", 1.0), FitParameter::logarithmic("b", 1.0)];
    let estimate = fit(&mut problem, &parameters, &Settings::default()).expect("a fit");
    close(estimate.parameters[0].value, 0.8);
    close(estimate.parameters[1].value, 2.3);
    // The delta method brings the natural standard error back.
    let error = estimate.parameters[1].standard_error.expect("2 df");
    close(error, (0.15_f64 * 0.2).sqrt());
    assert_eq!(problem.evaluations, estimate.record.evaluations);
    assert!(problem.evaluations < 25, "{}", problem.evaluations);
}

#[test]
fn parameters_that_the_data_cannot_tell_apart_are_named() {
    let mut problem = ResidualFunction {
        parameter_count: 3,
        residual_count: 4,
        residuals: |p: &[f64], out: &mut [f64]| straight_line(&[p[0], p[1] * p[2]], out),
    };
    let parameters =
        [FitParameter::natural("offset", 0.0), FitParameter::logarithmic("k_on", 1.0), FitParameter::logarithmic("density", 1.0)];
    let estimate = fit(&mut problem, &parameters, &Settings::default()).expect("a fit");
    close(estimate.weighted_sum_of_squares, 0.3);
    assert!(estimate.warnings.iter().any(|w| w.contains("`k_on`, `density` separately")), "{:?}", estimate.warnings);
}

#[test]
fn inconsistent_questions_are_refused() {
    let settings = Settings::default();
    let [a, b] = line_parameters();
    let count = fit(&mut line_problem(), std::slice::from_ref(&a), &settings);
    assert_eq!(count.expect_err("one parameter short"), FitError::ParameterCount { expected: 2, found: 1 });
    let outside = [a.clone().within(1.0, 2.0), b.clone().within(3.0, 2.0)];
    match fit(&mut line_problem(), &outside, &settings) {
        Err(FitError::Parameters(faults)) => assert_eq!(faults.len(), 2),
        other => panic!("{other:?}"),
    }
    let mut small = ResidualFunction { parameter_count: 2, residual_count: 1, residuals: straight_line };
    let error = fit(&mut small, &[a, b], &settings).expect_err("one residual");
    assert_eq!(error.to_string(), "1 residuals cannot determine 2 parameters: fix 1 or add data");
    let odd = Settings { step_cap: 0.0, ..Settings::default() };
    assert!(fit(&mut line_problem(), &line_parameters(), &odd).is_err());
}

#[test]
fn noisy_residuals_still_converge_with_wider_differences() {
    // Noise of relative size 1e-6, as of an integrator at that tolerance, deterministic in the parameters.
    let noise = |p: f64, t: f64| 1e-6 * libm::sin(1e7 * p + 1e3 * t);
    let mut problem = ResidualFunction {
        parameter_count: 2,
        residual_count: 6,
        residuals: |p: &[f64], out: &mut [f64]| {
            for (i, (residual, t)) in out.iter_mut().zip([1.0, 4.0, 24.0, 48.0, 96.0, 168.0]).enumerate() {
                let measured = 100.0 * libm::exp(-0.02 * t) * if i % 2 == 0 { 1.05 } else { 0.95 };
                let predicted = p[0] * libm::exp(-p[1] * t) * (1.0 + noise(p[0] + p[1], t));
                *residual = (libm::log(measured) - libm::log(predicted)) / 0.05;
            }
            Ok(())
        },
    };
    let parameters = [FitParameter::logarithmic("a", 10.0), FitParameter::logarithmic("k", 0.5)];
    let settings = Settings { difference_step: 1e-2, ..Settings::default() };
    let estimate = fit(&mut problem, &parameters, &settings).expect("a fit");
    assert!(estimate.is_converged(), "{:?}", estimate.warnings);
    // Closed form: regression of ln(measured) on t, noise-free.
    let points: Vec<(f64, f64, f64)> = [1.0, 4.0, 24.0, 48.0, 96.0, 168.0]
        .iter()
        .enumerate()
        .map(|(i, &t)| {
            let factor = if i % 2 == 0 { 1.05 } else { 0.95 };
            (t, 100.0 * libm::exp(-0.02 * t) * factor, 1.0)
        })
        .collect();
    let line = rptbench::fit::log_linear::log_linear_regression(&points).expect("a line");
    let found = estimate.parameters[1].value;
    let error = estimate.parameters[1].standard_error.expect("4 df");
    assert!((found - line.decay_constant_per_h).abs() < 0.01 * error);
}
