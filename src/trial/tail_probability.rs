//! Tail probabilities of the normal, χ² and t distributions, from `crate::math` alone so that a p-value has the same bits on every machine.
//!
//! χ²: the finite sums of integer degrees of freedom (Abramowitz and Stegun 26.4.4–5). t: two tails are the regularised incomplete beta function
//! I_x(ν/2, ½), x = ν/(ν + t²) (26.7.1), by its continued fraction (26.5.8, modified Lentz).
use crate::math::{erfc, exp, lgamma, log, log1p, sqrt};

/// Two-sided 5 % point of the standard normal distribution.
pub const NORMAL_97_5: f64 = 1.959_963_984_540_054;

/// Probability that a standard normal number lies further from 0 than `z`.
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Probability of a χ² of at least `chi_square` with `degrees_of_freedom` (1 or more).
pub fn chi_square_upper(chi_square: f64, degrees_of_freedom: usize) -> f64 {
    if chi_square <= 0.0 {
        return 1.0;
    }
    let half = 0.5 * chi_square;
    let odd = degrees_of_freedom % 2 == 1;
    // Q(a + 1, y) = Q(a, y) + y^a e^(−y) / Γ(a + 1)
    let (mut tail, mut order, mut term) = if odd {
        (erfc(sqrt(half)), 0.5, 2.0 * sqrt(half / std::f64::consts::PI) * exp(-half))
    } else {
        (exp(-half), 1.0, half * exp(-half))
    };
    for _ in 0..(degrees_of_freedom.max(1) - 1) / 2 {
        tail += term;
        order += 1.0;
        term *= half / order;
    }
    tail.min(1.0)
}

/// Probability that Student's t with `degrees_of_freedom` (above 0, need not be whole) lies further from 0 than `t`.
pub fn student_two_sided(t: f64, degrees_of_freedom: f64) -> f64 {
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    let sum = degrees_of_freedom + square;
    regularised_beta(degrees_of_freedom / sum, square / sum, 0.5 * degrees_of_freedom, 0.5)
}

/// I_x(a, b) with `rest` = 1 − x given apart, so that nothing is lost near 1.
fn regularised_beta(x: f64, rest: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    // near 1 the logarithm of x comes from what is missing
    let log_x = if rest < 0.5 { log1p(-rest) } else { log(x) };
    let log_rest = if x < 0.5 { log1p(-x) } else { log(rest) };
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log_x + b * log_rest);
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(x, a, b) / a } else { 1.0 - front * beta_fraction(rest, b, a) / b }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..500 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

    #[test]
    fn the_tabulated_five_per_cent_points() {
        // standard tables of the normal, χ² and t distributions
        assert!((normal_two_sided(NORMAL_97_5) - 0.05).abs() < 1e-15);
        for (chi_square, degrees) in
            [(3.841_458_820_694_124, 1), (5.991_464_547_107_979, 2), (7.814_727_903_251_178, 3), (18.307_038_053, 10)]
        {
            assert!((chi_square_upper(chi_square, degrees) - 0.05).abs() < 1e-9, "{degrees}");
        }
        for (t, degrees) in [(12.706_204_736, 1.0), (2.776_445_105, 4.0), (2.085_963_447, 20.0), (1.983_971_519, 100.0)] {
            assert!((student_two_sided(t, degrees) - 0.05).abs() < 1e-9, "{degrees}");
        }
    }

    #[test]
    fn another_implementation_agrees() {
        for degrees in [1_usize, 2, 3, 6, 7, 31] {
            let other = ChiSquared::new(degrees as f64).unwrap();
            for x in [1e-6, 0.4, 2.0, 9.0, 60.0] {
                let expected = other.sf(x);
                assert!((chi_square_upper(x, degrees) - expected).abs() < 1e-10, "χ² {x} with {degrees}");
            }
        }
        for degrees in [0.7, 1.0, 3.3, 17.8, 250.5, 1e5] {
            let other = StudentsT::new(0.0, 1.0, degrees).unwrap();
            for t in [1e-3, 0.5, 1.9, 4.0] {
                let expected = 2.0 * other.sf(t);
                assert!((student_two_sided(-t, degrees) - expected).abs() < 1e-8, "t {t} with {degrees}");
            }
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(chi_square_upper(0.0, 3), 1.0);
        assert_eq!(student_two_sided(0.0, 5.0), 1.0);
        assert_eq!(student_two_sided(f64::INFINITY, 5.0), 0.0);
        // ν = 1 is Cauchy: 2/π · arctan(1/t)
        assert!((student_two_sided(1e6, 1.0) * std::f64::consts::PI * 0.5 / 1e-6 - 1.0).abs() < 1e-9);
    }
}
