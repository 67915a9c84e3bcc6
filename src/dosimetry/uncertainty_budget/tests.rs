//! The budget against Monte Carlo of the whole chain, finite differences and a numerical blur of a sphere.
use super::*;
use crate::math::{exp, log, pow, sqrt};
use crate::random::RandomSource;

const CURVE: RecoveryCurve = RecoveryCurve { v50_ml: 2.0, exponent: 0.8, covariance: [[0.04, -0.004], [-0.004, 0.0016]] };

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, sqrt(values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (values.len() - 1) as f64))
}

/// Both edges of many diameters drawn: uniform within a voxel, Gaussian with the resolution.
#[test]
fn the_volume_is_as_uncertain_as_its_drawn_edges() {
    let outline = Outline { diameter_mm: 80.0, voxel_mm: 4.0, fwhm_mm: 5.0 };
    let source = RandomSource::new(7, 0, 0);
    let volumes: Vec<f64> = (0..200_000_u32)
        .map(|draw| {
            let edge = |first: u32| {
                4.0 * (source.uniform(4 * draw + first) - 0.5)
                    + 5.0 / sqrt(8.0 * log(2.0)) * RandomSource::new(7, 0, 1).standard_normal(4 * draw + first)
            };
            pow(80.0 + edge(0) + edge(1), 3.0)
        })
        .collect();
    let (mean, deviation) = mean_and_deviation(&volumes);
    // the deviation itself is drawn: 1/√(2n) = 0.16 %, and the third power bends by u² = 0.2 %
    assert!((volume_uncertainty(&outline).unwrap() / (deviation / mean) - 1.0).abs() < 0.01);
}

/// A sphere of unit density blurred numerically: density seen at its surface by a sum over shells, which is dC/dv there.
#[test]
fn counts_grow_with_the_volume_as_a_blurred_sphere_says() {
    for (volume_ml, fwhm_mm) in [(2.0, 15.0), (20.0, 15.0), (150.0, 20.0)] {
        let radius = pow(3e3 * volume_ml / (4.0 * std::f64::consts::PI), 1.0 / 3.0);
        let deviation = fwhm_mm / sqrt(8.0 * log(2.0));
        // point on the axis at the surface; a slice of the sphere at height z is a disc, whose Gaussian integral over the plane is closed
        let slices = 200_000;
        let seen: f64 = (0..slices)
            .map(|slice| {
                let z = radius * (2.0 * (slice as f64 + 0.5) / slices as f64 - 1.0);
                let disc = 1.0 - exp(-(radius * radius - z * z) / (2.0 * deviation * deviation));
                let distance = (radius - z) / deviation;
                disc * exp(-0.5 * distance * distance) * 2.0 * radius / slices as f64
            })
            .sum::<f64>()
            / (deviation * sqrt(2.0 * std::f64::consts::PI));
        let recovery = 0.7;
        let found = counts_follow_volume(volume_ml, fwhm_mm, recovery).unwrap();
        assert!((found - seen / recovery).abs() < 1e-6, "{volume_ml} mL: {found} {}", seen / recovery);
    }
}

#[test]
fn the_recovery_curve_has_the_derivatives_of_its_differences() {
    let volume = 5.0;
    let step = 1e-5;
    let slope = log(CURVE.recovery(volume * (1.0 + step)) / CURVE.recovery(volume * (1.0 - step))) / (2.0 * step);
    assert!((CURVE.follows_volume(volume) - slope).abs() < 1e-8);
    // v50 and b drawn with their covariance: Cholesky factor by hand
    let (noise, other) = (RandomSource::new(3, 0, 0), RandomSource::new(3, 0, 1));
    let scale = 0.1;
    let drawn: Vec<f64> = (0..200_000_u32)
        .map(|draw| {
            let (first, second) = (noise.standard_normal(draw), other.standard_normal(draw));
            let v50 = 2.0 + scale * 0.2 * first;
            let exponent = 0.8 + scale * (-0.02 * first + sqrt(0.0016 - 0.0004) * second);
            RecoveryCurve { v50_ml: v50, exponent, ..CURVE }.recovery(volume)
        })
        .collect();
    let (mean, deviation) = mean_and_deviation(&drawn);
    let small = RecoveryCurve { covariance: CURVE.covariance.map(|row| row.map(|entry| scale * scale * entry)), ..CURVE };
    assert!((small.relative_uncertainty(volume).unwrap() / (deviation / mean) - 1.0).abs() < 0.01);
}

fn inputs() -> DoseInputs {
    let (volume_ml, fwhm_mm) = (10.0, 12.0);
    DoseInputs {
        volume: 0.03,
        counts_follow_volume: counts_follow_volume(volume_ml, fwhm_mm, CURVE.recovery(volume_ml)).unwrap(),
        recovery_follows_volume: CURVE.follows_volume(volume_ml),
        s_value_exponent: 0.985,
        recovery: 0.02,
        calibration: 0.015,
        counts: 0.01,
        fit: 0.025,
        s_value: 0.005,
    }
}

/// The whole chain drawn 200 000 times: volume, then counts, recovery from the curve and S by the power law, and every factor with its own error.
#[test]
fn the_dose_is_as_uncertain_as_the_drawn_chain() {
    let given = inputs();
    let draw = |source: u32, draw: u32| RandomSource::new(11, 0, source).standard_normal(draw);
    let (mut doses, mut activities) = (Vec::new(), Vec::new());
    for number in 0..200_000_u32 {
        let volume = 10.0 * (1.0 + given.volume * draw(0, number));
        let counts = pow(volume / 10.0, given.counts_follow_volume) * (1.0 + given.counts * draw(1, number));
        let recovery = CURVE.recovery(volume) * (1.0 + given.recovery * draw(2, number));
        let activity = counts / recovery / (1.0 + given.calibration * draw(3, number));
        let integrated = activity * (1.0 + given.fit * draw(4, number));
        let s_value = pow(volume, -given.s_value_exponent) * (1.0 + given.s_value * draw(5, number));
        doses.push(integrated * s_value);
        activities.push(activity * (1.0 + 0.04 * draw(6, number)));
    }
    let (mean, deviation) = mean_and_deviation(&doses);
    let budget = dose_budget(&given).unwrap();
    assert!((budget.relative / (deviation / mean) - 1.0).abs() < 0.01, "{} {}", budget.relative, deviation / mean);
    let (mean, deviation) = mean_and_deviation(&activities);
    assert!((activity_uncertainty(&given, 0.04).unwrap() / (deviation / mean) - 1.0).abs() < 0.01);
}

#[test]
fn shares_add_up_and_each_alone_is_the_whole() {
    let given = inputs();
    let budget = dose_budget(&given).unwrap();
    let sum: f64 = budget.contributions.iter().map(|line| line.share).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    let still = DoseInputs { volume: 0.0, recovery: 0.0, calibration: 0.0, counts: 0.0, fit: 0.0, s_value: 0.0, ..given };
    let alone = dose_budget(&DoseInputs { calibration: 0.07, ..still }).unwrap();
    assert_eq!(alone.contributions.iter().find(|line| line.name == "calibration factor").unwrap().share, 1.0);
    assert!((alone.relative - 0.07).abs() < 1e-15);
    assert_eq!(dose_budget(&still).unwrap().relative, 0.0);
    // counts of a large region grow with half its surface: with S of electrons half of the volume's uncertainty is left
    let large = DoseInputs { volume: 0.1, counts_follow_volume: 0.5, recovery_follows_volume: 0.0, s_value_exponent: 1.0, ..still };
    assert!((dose_budget(&large).unwrap().relative - 0.05).abs() < 1e-15);
}

/// A mono-exponential Ã = a/k: relative variance u²(a)/a² + u²(k)/k² − 2 u(a,k)/(a k).
#[test]
fn a_fit_gives_the_time_integrated_activity_its_uncertainty() {
    let (a, k) = (50.0, 0.02);
    let found = relative_from_covariance(a / k, &[1.0 / k, -a / (k * k)], &[4.0, 4e-4, 4e-4, 1e-6]).unwrap();
    let expected = sqrt(4.0 / (a * a) + 1e-6 / (k * k) - 2.0 * 4e-4 / (a * k));
    assert!((found - expected).abs() < 1e-14);
    assert!(relative_from_covariance(1.0, &[1.0, 2.0], &[1.0]).is_err());
    assert!(relative_from_covariance(1.0, &[1.0], &[-1.0]).is_err());
    assert!(relative_from_covariance(0.0, &[1.0], &[1.0]).is_err());
}

#[test]
fn what_is_no_quantity_is_refused_by_name() {
    let refused = dose_budget(&DoseInputs { calibration: -0.1, ..inputs() }).unwrap_err().to_string();
    assert!(refused.contains("calibration factor") && refused.contains("-0.1"), "{refused}");
    assert!(dose_budget(&DoseInputs { fit: f64::NAN, ..inputs() }).is_err());
    assert!(volume_uncertainty(&Outline { diameter_mm: 0.0, voxel_mm: 4.0, fwhm_mm: 5.0 }).is_err());
    assert!(counts_follow_volume(10.0, 0.0, 0.8).is_err());
    let no_covariance = RecoveryCurve { covariance: [[-1.0, 0.0], [0.0, 0.0]], ..CURVE };
    assert!(no_covariance.relative_uncertainty(5.0).is_err());
}
