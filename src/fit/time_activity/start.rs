//! Where the fit of a family may begin: rates from the tail of the data and from a grid, amplitudes by linear least squares.
//!
//! With the rates fixed a sum of exponentials is linear in its amplitudes (Golub and Pereyra, SIAM J Numer Anal 1973; 10: 413), so only rates have to
//! be guessed. Candidates are the log-linear slopes of the last two points, of the last three, of the first two and of all (what peeling by hand would
//! take), and rates spread evenly over the decades that the scan times can resolve. Every ordered choice among them is tried; the best become starts.

use super::problem::RegionProblem;
use super::region_fit::{Limits, RegionPoint};
use crate::fit::least_squares::Residuals;
use crate::fit::log_linear::log_linear_regression;
use crate::math::{exp, log};
use nalgebra::{DMatrix, DVector};

/// Rates of the grid.
const GRID: usize = 9;

/// Up to `count` start vectors, the best first.
pub(super) fn starts(problem: &mut RegionProblem<'_>, limits: &Limits, count: usize) -> Vec<Vec<f64>> {
    let family = problem.family;
    let candidates = candidate_rates(problem.points, limits);
    let mut scored: Vec<(f64, Vec<f64>)> = Vec::new();
    for choice in choices(candidates.len(), family.rate_count()) {
        let mut rates = Vec::new();
        let mut before = if family.physical_tail { Some(problem.physical_decay_per_h) } else { None };
        for position in choice {
            let rate = candidates[position];
            let (gap, least, most) = match before {
                None => (rate, limits.slowest, limits.fastest),
                Some(before) => (rate - before, limits.least_gap, limits.fastest),
            };
            rates.push(gap.clamp(least, most));
            before = Some(rate);
        }
        let Some(parameters) = with_amplitudes(problem, rates, limits) else { continue };
        let mut out = vec![0.0; problem.residual_count()];
        if problem.residuals(&parameters, &mut out).is_ok() {
            let objective = problem.objective(&parameters, &out);
            if objective.is_finite() {
                scored.push((objective, parameters));
            }
        }
    }
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    scored.truncate(count);
    scored.into_iter().map(|(_, parameters)| parameters).collect()
}

/// Rates in rising order.
fn candidate_rates(points: &[RegionPoint], limits: &Limits) -> Vec<f64> {
    let mut sorted: Vec<&RegionPoint> = points.iter().collect();
    sorted.sort_by(|a, b| a.time_h.total_cmp(&b.time_h));
    let slope = |part: &[&RegionPoint]| {
        let weighted: Vec<_> =
            part.iter().map(|point| (point.time_h, point.activity_mbq, point.error.logarithmic_weight(point.activity_mbq))).collect();
        log_linear_regression(&weighted).map(|line| line.decay_constant_per_h)
    };
    let n = sorted.len();
    let mut rates: Vec<f64> = [&sorted[n.saturating_sub(2)..], &sorted[n.saturating_sub(3)..], &sorted[..n.min(2)], &sorted[..]]
        .into_iter()
        .filter_map(slope)
        .filter(|rate| *rate > limits.slowest)
        .collect();
    let (low, high) = (log(limits.slowest.max(0.1 / limits.last_h)), log(5.0 / limits.first_h));
    rates.extend((0..GRID).map(|i| exp(low + (high - low) * i as f64 / (GRID - 1) as f64)));
    rates.sort_by(f64::total_cmp);
    rates.dedup_by(|a, b| *a < *b * 1.02);
    rates
}

/// All rising choices of `chosen` among `count` positions.
fn choices(count: usize, chosen: usize) -> Vec<Vec<usize>> {
    if chosen == 0 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for shorter in choices(count, chosen - 1) {
        let from = shorter.last().map_or(0, |last| last + 1);
        found.extend((from..count).map(|next| shorter.iter().copied().chain([next]).collect::<Vec<_>>()));
    }
    found
}

/// Amplitudes for given rates by weighted linear least squares, none below its limit.
fn with_amplitudes(problem: &RegionProblem<'_>, rates: Vec<f64>, limits: &Limits) -> Option<Vec<f64>> {
    let phases = problem.family.phases;
    let curve = problem.curve(&vec![1.0; phases].into_iter().chain(rates.iter().copied()).collect::<Vec<_>>());
    let rows = problem.points.len();
    // reciprocal standard deviation, to first order
    let weight = |point: &RegionPoint| {
        let size = point.activity_mbq.abs().max(limits.least_amplitude);
        point.error.logarithmic_weight(size).sqrt() / size
    };
    let basis = DMatrix::from_fn(rows, phases, |row, phase| {
        weight(&problem.points[row]) * curve.activity_gradient(problem.points[row].time_h)[phase]
    });
    let target = DVector::from_fn(rows, |row, _| weight(&problem.points[row]) * problem.points[row].activity_mbq);
    let mut amplitudes = vec![limits.least_amplitude; phases];
    let mut free: Vec<usize> = (0..phases).collect();
    while !free.is_empty() {
        let columns = basis.select_columns(&free);
        let solution = columns.svd(true, true).solve(&target, 1e-10).ok()?;
        match (0..free.len()).min_by(|&a, &b| solution[a].total_cmp(&solution[b])).filter(|&i| solution[i] <= limits.least_amplitude) {
            Some(worst) => {
                free.remove(worst);
            }
            None => {
                for (&phase, &amplitude) in free.iter().zip(solution.iter()) {
                    amplitudes[phase] = amplitude.min(limits.largest_amplitude);
                }
                break;
            }
        }
    }
    let parameters: Vec<f64> = amplitudes.into_iter().chain(rates).collect();
    parameters.iter().all(|value| value.is_finite()).then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_rise_and_are_complete() {
        // binomial coefficients: 5 over 2 and 13 over 4
        assert_eq!(choices(5, 2).len(), 10);
        assert_eq!(choices(13, 4).len(), 715);
        assert!(choices(13, 4).iter().all(|choice| choice.is_sorted_by(|a, b| a < b)));
        assert_eq!(choices(3, 0), [Vec::<usize>::new()]);
    }
}
