//! How an S-value follows the mass of its target: `s = −∂ln S/∂ln m`, which is the exponent of the budget.
//!
//! * scaled to the patient's mass: charged part ∝ 1/m, photons ∝ m^(−2/3), so `s = (S_charged + ⅔ S_photon)/S`;
//! * absorbed where it is emitted: 1;
//! * a sphere: slope of the power law between the points of its table;
//! * a reference phantom, a stated value, a user's table: 0, for the volume outlined does not enter it.

use crate::dosimetry::mass_scaling::split_self_dose;
use crate::dosimetry::s_value::{SValue, SValueMethod};
use crate::dosimetry::spheres::sphere_s_value;
use crate::math::log;
use crate::nuclide::Nuclide;

/// Relative step for the slope of the sphere table.
const STEP: f64 = 1e-4;

/// `−∂ln S/∂ln m` of a self-dose S-value, 0 where the patient's mass is not in it. `None` where the data of the nuclide do not tell.
pub fn s_value_follows_mass(s_value: &SValue, nuclide: &Nuclide) -> Option<f64> {
    match (s_value.scaled_from_mass_g, s_value.method) {
        (Some(_), _) => {
            let parts = split_self_dose(s_value.gy_per_mbq_h, nuclide, s_value.target_mass_g?).ok()?;
            Some((parts.charged_gy_per_mbq_h + 2.0 / 3.0 * parts.photon_gy_per_mbq_h) / s_value.gy_per_mbq_h)
        }
        (None, SValueMethod::LocalElectrons) => Some(1.0),
        (None, SValueMethod::Sphere) => {
            let at = |factor: f64| Some(sphere_s_value(nuclide, s_value.target_mass_g? * factor).ok()?.gy_per_mbq_h);
            Some(-log(at(1.0 + STEP)? / at(1.0 - STEP)?) / log((1.0 + STEP) / (1.0 - STEP)))
        }
        (None, SValueMethod::OpenDose | SValueMethod::UserTable | SValueMethod::Stated) => Some(0.0),
    }
}
