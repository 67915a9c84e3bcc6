//! Start values spread over the parameter space: a Latin hypercube on the optimiser's scale.
//!
//! Each parameter's range is cut into as many equal slices as there are points, and each slice holds exactly one point (M. D. McKay, R. J. Beckman,
//! W. J. Conover, Technometrics 21 (1979) 239–245). The range ends at the declared bounds; on a side without one it ends a given factor from the
//! start. Draws are counter based: the same seed gives the same points anywhere.

use crate::fit::parameter::{FitParameter, Scale};
use crate::fit::scaled_problem::{natural_values, transformed_bounds};
use crate::random::RandomSource;

/// The stream of random numbers of multi-start.
const STREAM: u32 = 0x4c48_5300;

/// The range from which starts of `parameter` are drawn, on its fitted scale.
///
/// Without a bound the range ends at `factor` times and one `factor`-th of the start (of the odds for a logit parameter); for a parameter on its natural
/// scale at start ± `factor` × |start| (± `factor` where the start is zero).
pub fn search_range(parameter: &FitParameter, factor: f64) -> (f64, f64) {
    let (lower, upper) = transformed_bounds(parameter);
    let centre = parameter.scale.transform(parameter.start);
    let reach = match parameter.scale {
        Scale::Natural if parameter.start == 0.0 => factor,
        Scale::Natural => factor * parameter.start.abs(),
        _ => crate::math::log(factor),
    };
    (if lower.is_finite() { lower } else { centre - reach }, if upper.is_finite() { upper } else { centre + reach })
}

/// `count` vectors of natural start values: number 0 is the declared start, the others are a Latin hypercube of `count` − 1 points.
pub fn latin_hypercube(parameters: &[FitParameter], count: usize, factor: f64, seed: u64) -> Vec<Vec<f64>> {
    let slices = count.saturating_sub(1);
    let source = |number: usize| RandomSource::new(seed, number as u64, STREAM);
    let mut points = vec![vec![0.0; parameters.len()]; slices];
    for (dimension, parameter) in parameters.iter().enumerate() {
        let (lower, upper) = search_range(parameter, factor);
        let (key, place) = (2 * dimension as u32, 2 * dimension as u32 + 1);
        // Ranks of independent draws are a random permutation.
        let mut order: Vec<usize> = (0..slices).collect();
        order.sort_by(|&a, &b| source(a + 1).uniform(key).total_cmp(&source(b + 1).uniform(key)));
        for (slice, &point) in order.iter().enumerate() {
            let share = (slice as f64 + source(point + 1).uniform(place)) / slices as f64;
            points[point][dimension] = lower + share * (upper - lower);
        }
    }
    let declared = parameters.iter().map(|p| p.start).collect();
    std::iter::once(declared).chain(points.iter().map(|point| natural_values(parameters, point))).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<FitParameter> {
        vec![
            FitParameter::logarithmic("k", 0.1).within(1e-4, 1e2),
            FitParameter::logarithmic("free", 3.0),
            FitParameter::natural("offset", -2.0),
            FitParameter::natural("zero", 0.0).within(-1.0, f64::INFINITY),
        ]
    }

    #[test]
    fn every_slice_of_every_parameter_holds_one_point() {
        let count = 41;
        let points = latin_hypercube(&parameters(), count, 10.0, 7);
        assert_eq!(points.len(), count);
        assert_eq!(points[0], vec![0.1, 3.0, -2.0, 0.0], "number 0 is the declared start");
        for (dimension, parameter) in parameters().iter().enumerate() {
            let (lower, upper) = search_range(parameter, 10.0);
            let mut hit = vec![0; count - 1];
            for point in &points[1..] {
                let share = (parameter.scale.transform(point[dimension]) - lower) / (upper - lower);
                hit[(share * (count - 1) as f64) as usize] += 1;
            }
            assert!(hit.iter().all(|&n| n == 1), "{}: {hit:?}", parameter.name);
        }
    }

    #[test]
    fn ranges_end_at_bounds_or_a_factor_away() {
        let [bounded, free, offset, half] = [0, 1, 2, 3].map(|i| search_range(&parameters()[i], 10.0));
        let ln = f64::ln;
        for (found, expected) in
            [(bounded, (ln(1e-4), ln(1e2))), (free, (ln(0.3), ln(30.0))), (offset, (-22.0, 18.0)), (half, (-1.0, 10.0))]
        {
            assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12, "{found:?} v {expected:?}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let draw = |seed| latin_hypercube(&parameters(), 12, 10.0, seed);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1)[1..], draw(2)[1..]);
        assert_eq!(latin_hypercube(&parameters(), 1, 10.0, 1).len(), 1);
        assert!(latin_hypercube(&parameters(), 0, 10.0, 1).is_empty());
    }

    #[test]
    fn the_parameters_are_not_drawn_together() {
        // Spearman's rank correlation of two independent permutations of n has standard error 1/√(n − 1); five of these.
        let count = 401;
        let points = latin_hypercube(&parameters(), count, 10.0, 3);
        let n = (count - 1) as f64;
        let rank = |dimension: usize| {
            let parameter = &parameters()[dimension];
            let (lower, upper) = search_range(parameter, 10.0);
            let of = move |p: &Vec<f64>| (parameter_share(parameter, p[dimension], lower, upper) * n).floor();
            points[1..].iter().map(of).collect::<Vec<_>>()
        };
        let (a, b) = (rank(0), rank(1));
        let mean = (n - 1.0) / 2.0;
        let (mut product, mut square) = (0.0, 0.0);
        for (x, y) in a.iter().zip(&b) {
            product += (x - mean) * (y - mean);
            square += (x - mean) * (x - mean);
        }
        assert!((product / square).abs() < 5.0 / (n - 1.0).sqrt(), "{}", product / square);
    }

    fn parameter_share(parameter: &FitParameter, natural: f64, lower: f64, upper: f64) -> f64 {
        (parameter.scale.transform(natural) - lower) / (upper - lower)
    }
}
