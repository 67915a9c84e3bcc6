//! What a given dose per cycle does to the volume of a lesion: the figure to calibrate against.

use std::f64::consts::LN_2;

use super::{LesionCourse, LesionParameters};

/// Total volume (mL) at the start of each cycle and at the end of the last: `cycles` + 1 values.
///
/// Each cycle gives `dose_gy` (while the lesion is as large as it is: the dose does not follow the volume) at a mono-exponential dose rate of
/// `effective_half_life_h`, sampled every 2 h; what is left at the end of the interval is lost.
///
/// # Errors
/// Impossible parameters, dose, half-life or interval.
pub fn volume_trend_ml(
    parameters: &LesionParameters,
    volume_ml: f64,
    dose_gy: f64,
    effective_half_life_h: f64,
    interval_d: f64,
    cycles: usize,
) -> Result<Vec<f64>, String> {
    parameters.check()?;
    let positive = |value: f64| value.is_finite() && value > 0.0;
    if !(positive(effective_half_life_h) && positive(interval_d)) {
        return Err("half-life and interval must be above zero".to_owned());
    }
    let (decay_per_h, points) = (LN_2 / effective_half_life_h, crate::math::ceil(12.0 * interval_d).max(1.0) as usize);
    let times_h: Vec<f64> = (0..=points).map(|index| 24.0 * interval_d * index as f64 / points as f64).collect();
    let rates: Vec<f64> = times_h.iter().map(|time_h| dose_gy * decay_per_h * crate::math::exp(-decay_per_h * time_h)).collect();
    let mut course = LesionCourse::new(parameters, volume_ml);
    let mut volumes_ml = vec![volume_ml];
    for _ in 0..cycles {
        volumes_ml.extend(course.advance(&times_h, &rates)?.last());
    }
    Ok(volumes_ml)
}
