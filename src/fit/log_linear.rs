//! Weighted log-linear regression: the closed-form mono-exponential, ln y = ln A₀ − λ t.
//!
//! It is the solution of the log-normal error model, and a start value for the others.

/// Straight line through ln y: the closed-form solution of the log-normal model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLinearRegression {
    /// ln of the value at time 0.
    pub intercept: f64,
    /// Decay constant, minus the slope, 1/h.
    pub decay_constant_per_h: f64,
    /// Weighted sum of squares.
    pub weighted_sum_of_squares: f64,
    /// (Xᵀ W X)⁻¹ of (intercept, decay constant): multiply by the residual variance unless the weights are reciprocal variances.
    pub unscaled_covariance: [[f64; 2]; 2],
}

/// Weighted regression of ln value on time for `(time_h, value, weight)`; points without a logarithm are left out.
///
/// `None` with fewer than two different times.
pub fn log_linear_regression(points: &[(f64, f64, f64)]) -> Option<LogLinearRegression> {
    let usable: Vec<(f64, f64, f64)> = points
        .iter()
        .filter(|(_, value, weight)| *value > 0.0 && *weight > 0.0)
        .map(|&(time, value, weight)| (time, crate::math::log(value), weight))
        .collect();
    let total: f64 = usable.iter().map(|(_, _, w)| w).sum();
    let mean_time = usable.iter().map(|(t, _, w)| w * t).sum::<f64>() / total;
    let mean_logarithm = usable.iter().map(|(_, y, w)| w * y).sum::<f64>() / total;
    let spread: f64 = usable.iter().map(|(t, _, w)| w * (t - mean_time) * (t - mean_time)).sum();
    if spread.is_nan() || spread <= 0.0 {
        return None;
    }
    let slope = usable.iter().map(|(t, y, w)| w * (t - mean_time) * (y - mean_logarithm)).sum::<f64>() / spread;
    let intercept = mean_logarithm - slope * mean_time;
    let weighted_sum_of_squares = usable
        .iter()
        .map(|(t, y, w)| {
            let r = y - intercept - slope * t;
            w * r * r
        })
        .sum();
    // The decay constant is minus the slope, so its covariance with the intercept is +t̄/S.
    let cross = mean_time / spread;
    Some(LogLinearRegression {
        intercept,
        decay_constant_per_h: -slope,
        weighted_sum_of_squares,
        unscaled_covariance: [[1.0 / total + mean_time * cross, cross], [cross, 1.0 / spread]],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_act_as_repeated_points() {
        // By hand: ln y = 0, −1, −3 at t = 0, 1, 2; the last point counted twice is the last point with weight 2.
        let e = std::f64::consts::E;
        let points = [(0.0, 1.0, 1.0), (1.0, 1.0 / e, 1.0)];
        let last = (2.0, crate::math::exp(-3.0), 1.0);
        let twice: Vec<_> = points.iter().copied().chain([last, last]).collect();
        let weighted: Vec<_> = points.iter().copied().chain([(last.0, last.1, 2.0)]).collect();
        let (a, b) = (log_linear_regression(&twice).expect("a line"), log_linear_regression(&weighted).expect("a line"));
        // Σt = 5, Σt² = 9, Σy = −7, Σty = −13, n = 4: slope = (4·(−13) + 35)/(36 − 25) = −17/11, intercept = 2/11.
        for line in [a, b] {
            assert!((line.decay_constant_per_h - 17.0 / 11.0).abs() < 1e-14);
            assert!((line.intercept - 2.0 / 11.0).abs() < 1e-14);
            // (XᵀX)⁻¹ = (9, −5; −5, 4)/11, the decay constant being minus the slope.
            let c = line.unscaled_covariance;
            assert!((c[0][0] - 9.0 / 11.0).abs() < 1e-14);
            assert!((c[0][1] - 5.0 / 11.0).abs() < 1e-14);
            assert!((c[1][1] - 4.0 / 11.0).abs() < 1e-14);
        }
    }

    #[test]
    fn one_time_is_no_line() {
        assert_eq!(log_linear_regression(&[(1.0, 2.0, 1.0), (1.0, 3.0, 1.0)]), None);
        assert_eq!(log_linear_regression(&[]), None);
        assert_eq!(log_linear_regression(&[(1.0, 2.0, 1.0), (2.0, -3.0, 1.0)]), None);
    }
}
