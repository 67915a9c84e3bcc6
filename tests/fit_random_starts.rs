//! A hundred noisy two-phase time–activity curves, each fitted from five random starts: nearly all starts must find the same optimum.
//!
//! Six scans (1 to 168 h) or five of them, 8 % log-normal noise, uptake or clearance phases; logarithmic parameters within bounds; starts log-uniform
//! over three decades. The best of all starts and of a start at the truth counts as the optimum.

use rptbench::fit::least_squares::ResidualFunction;
use rptbench::fit::{Estimate, FitParameter, Settings, fit};
use rptbench::random::RandomSource;

const TIMES_H: [f64; 6] = [1.0, 4.0, 24.0, 48.0, 96.0, 168.0];

fn two_phases(t: f64, p: &[f64]) -> f64 {
    p[0] * libm::exp(-p[1] * t) + p[2] * libm::exp(-p[3] * t)
}

fn log_uniform(source: &RandomSource, index: u32, low: f64, high: f64) -> f64 {
    low * (high / low).powf(source.uniform(index))
}

fn fit_from(start: &[f64], points: &[(f64, f64)]) -> Estimate {
    let names = ["fast_amplitude", "fast_rate", "slow_amplitude", "slow_rate"];
    let bounds = [(1e-3, 1e5), (1e-4, 1e2), (1e-3, 1e5), (1e-4, 1e2)];
    let parameters: Vec<FitParameter> =
        (0..4).map(|i| FitParameter::logarithmic(names[i], start[i]).within(bounds[i].0, bounds[i].1)).collect();
    let points = points.to_vec();
    let mut problem = ResidualFunction {
        parameter_count: 4,
        residual_count: points.len(),
        residuals: move |p: &[f64], out: &mut [f64]| {
            for (residual, &(t, y)) in out.iter_mut().zip(&points) {
                *residual = (y - two_phases(t, p)) / (0.08 * y);
            }
            Ok(())
        },
    };
    fit(&mut problem, &parameters, &Settings::default()).expect("the start can be computed")
}

#[test]
fn random_starts_agree_on_the_optimum() {
    let (mut successes, mut evaluations) = (0, 0);
    let mut misses = Vec::new();
    for dataset in 0..100_u64 {
        let truth_source = RandomSource::new(11, dataset, 0);
        let truth = [
            log_uniform(&truth_source, 0, 20.0, 200.0),
            log_uniform(&truth_source, 1, 0.05, 0.5),
            log_uniform(&truth_source, 2, 10.0, 100.0),
            log_uniform(&truth_source, 3, 0.006, 0.03),
        ];
        let noise = RandomSource::new(11, dataset, 1);
        let skipped = if dataset % 2 == 0 { None } else { Some(3) };
        let points: Vec<(f64, f64)> = TIMES_H
            .iter()
            .enumerate()
            .filter(|(i, _)| Some(*i) != skipped)
            .map(|(i, &t)| {
                let z = noise.standard_normal(i as u32);
                (t, two_phases(t, &truth) * libm::exp(0.08 * z))
            })
            .collect();
        let starts = RandomSource::new(11, dataset, 2);
        let runs: Vec<Estimate> = (0..5_u32)
            .map(|k| {
                let start = [
                    log_uniform(&starts, 4 * k, 1.0, 1000.0),
                    log_uniform(&starts, 4 * k + 1, 0.001, 1.0),
                    log_uniform(&starts, 4 * k + 2, 1.0, 1000.0),
                    log_uniform(&starts, 4 * k + 3, 0.001, 1.0),
                ];
                fit_from(&start, &points)
            })
            .collect();
        let best = runs.iter().map(|run| run.weighted_sum_of_squares).fold(fit_from(&truth, &points).weighted_sum_of_squares, f64::min);
        for (k, run) in runs.iter().enumerate() {
            evaluations += run.record.evaluations;
            if run.weighted_sum_of_squares <= best * (1.0 + 1e-6) + 1e-12 {
                successes += 1;
            } else {
                misses.push(format!(
                    "data set {dataset}, start {k}: {} v {best}, {:?}, {:?}",
                    run.weighted_sum_of_squares,
                    run.record.termination,
                    run.values()
                ));
            }
        }
    }
    println!("{successes} of 500 at the optimum, {} evaluations each\n{}", evaluations / 500, misses.join("\n"));
    assert!(successes >= 490, "{successes} of 500");
}
