//! The standard normal quantile Φ⁻¹(p), accurate to about 1e-16 relative.
//!
//! Rational approximations in three ranges: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics
//! 37 (1988) 477–484, routine PPND16. Inversion rather than a polar method: one uniform gives one normal, and the logarithm comes from
//! `libm`, so the bits are the same on every machine.

/// Quantile of the standard normal distribution: the z with Φ(z) = `probability`.
///
/// `probability` 0 gives −∞, 1 gives +∞, anything outside [0, 1] or not a number gives NaN.
pub fn standard_normal_quantile(probability: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    let from_median = probability - 0.5;
    if from_median.abs() <= 0.425 {
        let r = 0.180_625 - from_median * from_median;
        return from_median * ratio(r, &CENTRE_NUMERATOR, &CENTRE_DENOMINATOR);
    }
    let tail = if from_median < 0.0 { probability } else { 1.0 - probability };
    if tail == 0.0 {
        return f64::INFINITY.copysign(from_median);
    }
    let r = crate::math::sqrt(-crate::math::log(tail));
    let size = if r <= 5.0 { ratio(r - 1.6, &NEAR_NUMERATOR, &NEAR_DENOMINATOR) } else { ratio(r - 5.0, &FAR_NUMERATOR, &FAR_DENOMINATOR) };
    size.copysign(from_median)
}

/// Quotient of two polynomials, coefficients from the constant upwards.
fn ratio(x: f64, numerator: &[f64; 8], denominator: &[f64; 8]) -> f64 {
    polynomial(x, numerator) / polynomial(x, denominator)
}

fn polynomial(x: f64, coefficients: &[f64; 8]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

// Coefficients with the digits of the publication.
#[rustfmt::skip]
#[expect(clippy::excessive_precision, clippy::unreadable_literal, reason = "digits as published")]
mod coefficients {
    pub const CENTRE_NUMERATOR: [f64; 8] = [
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ];
    pub const CENTRE_DENOMINATOR: [f64; 8] = [
        1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
        2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
    ];
    pub const NEAR_NUMERATOR: [f64; 8] = [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];
    pub const NEAR_DENOMINATOR: [f64; 8] = [
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];
    pub const FAR_NUMERATOR: [f64; 8] = [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];
    pub const FAR_DENOMINATOR: [f64; 8] = [
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}
use coefficients::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_quantiles() {
        // Standard tables; the three of the publication's own check: 0.25, 0.001, 1e-20.
        for (probability, quantile) in [
            (0.5, 0.0),
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
            (0.975, 1.959_963_984_540_054),
            (0.9, 1.281_551_565_544_600_4),
            (0.995, 2.575_829_303_548_901),
            (0.999, 3.090_232_306_167_813),
        ] {
            let found = standard_normal_quantile(probability);
            assert!((found - quantile).abs() <= 1e-15 * quantile.abs().max(1.0), "quantile of {probability}: {found}, expected {quantile}");
        }
    }

    #[test]
    fn the_distribution_function_undoes_it() {
        // Φ(z) = erfc(−z/√2)/2, an independent implementation.
        let mut exponent = -300.0;
        while exponent < -0.302 {
            let probability = 10_f64.powf(exponent);
            let z = standard_normal_quantile(probability);
            let back = 0.5 * crate::math::erfc(-z / std::f64::consts::SQRT_2);
            // An error of one rounding of z is magnified by z² in the tail.
            let allowed = 4.0 * f64::EPSILON * (1.0 + z * z);
            assert!(((back - probability) / probability).abs() < allowed, "p {probability}, z {z}, back {back}");
            exponent += 0.37;
        }
    }

    #[test]
    fn both_tails_mirror_and_the_ends_are_infinite() {
        for probability in [0.0625, 0.25, 2_f64.powi(-30)] {
            assert_eq!(standard_normal_quantile(probability), -standard_normal_quantile(1.0 - probability));
        }
        assert_eq!(standard_normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(standard_normal_quantile(1.0), f64::INFINITY);
        assert!(standard_normal_quantile(-0.1).is_nan());
        assert!(standard_normal_quantile(f64::NAN).is_nan());
    }
}
