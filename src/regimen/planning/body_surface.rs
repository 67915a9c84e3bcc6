//! Body surface area after DuBois: `BSA [m²] = 0.20247 · H[m]^0.725 · W[kg]^0.425` (recalled: DuBois and DuBois 1916, as in resin-microsphere planning).
use super::PlanningError;
use super::input::positive;
use crate::math::pow;

/// Body surface area, m².
pub fn body_surface_area_m2(height_m: f64, weight_kg: f64) -> Result<f64, PlanningError> {
    Ok(0.20247 * pow(positive("height", "m", height_m)?, 0.725) * pow(positive("weight", "kg", weight_kg)?, 0.425))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calculated by logarithms: 1.70^0.725 = 1.46918, 70^0.425 = 6.08365, product × 0.20247 = 1.8097.
    #[test]
    fn a_man_of_170_cm_and_70_kg() {
        assert!((body_surface_area_m2(1.70, 70.0).unwrap() - 1.8097).abs() < 1e-4);
    }

    #[test]
    fn impossible_bodies_are_refused() {
        for (height_m, weight_kg) in [(0.0, 70.0), (1.7, -1.0), (f64::NAN, 70.0), (1.7, f64::INFINITY)] {
            assert!(body_surface_area_m2(height_m, weight_kg).is_err());
        }
    }
}
