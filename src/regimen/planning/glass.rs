//! 90Y glass microspheres, one compartment: `A [GBq] = D[Gy] m[kg] / (C (1 − LSF)(1 − R))` (recalled: product labelling).
//!
//! LSF is the lung shunt, R the residue in vial and tubing, C the dose that one GBq gives one kg when it decays there completely. Print uses 50;
//! ICRP 107 gives 49.77. The caller says which.
use super::PlanningError;
use super::input::{fraction, not_negative, positive};
use crate::nuclide::{self, EmittedEnergy};

/// The rounded constant of print, Gy kg/GBq.
pub const ROUNDED_90Y_GY_KG_PER_GBQ: f64 = 50.0;

/// Dose constant of full decay in place, charged particles, ICRP 107, Gy kg/GBq; `None` for a nuclide that is unknown or without energies.
pub fn full_decay_gy_kg_per_gbq(nuclide: &str) -> Option<f64> {
    nuclide::find(nuclide).ok()?.full_decay_gy_kg_per_gbq(EmittedEnergy::ChargedParticles).ok()
}

/// Share of the activity in the vial that reaches the liver.
fn share_delivered(lung_shunt_fraction: f64, residue_fraction: f64) -> Result<f64, PlanningError> {
    let share = (1.0 - fraction("lung shunt", lung_shunt_fraction)?) * (1.0 - fraction("residue", residue_fraction)?);
    if share > 0.0 { Ok(share) } else { Err(PlanningError::NothingLeft { what: "lung shunt and residue" }) }
}

/// Activity in the vial for a mean dose to the perfused liver, GBq.
pub fn activity_gbq(
    dose_gy: f64,
    perfused_mass_kg: f64,
    lung_shunt_fraction: f64,
    residue_fraction: f64,
    constant_gy_kg_per_gbq: f64,
) -> Result<f64, PlanningError> {
    let constant = positive("dose constant", "Gy kg/GBq", constant_gy_kg_per_gbq)?;
    let share = share_delivered(lung_shunt_fraction, residue_fraction)?;
    Ok(positive("dose", "Gy", dose_gy)? * positive("perfused mass", "kg", perfused_mass_kg)? / (constant * share))
}

/// Mean dose to the perfused liver of an activity in the vial, Gy.
pub fn dose_gy(
    activity_gbq: f64,
    perfused_mass_kg: f64,
    lung_shunt_fraction: f64,
    residue_fraction: f64,
    constant_gy_kg_per_gbq: f64,
) -> Result<f64, PlanningError> {
    let constant = positive("dose constant", "Gy kg/GBq", constant_gy_kg_per_gbq)?;
    let share = (1.0 - fraction("lung shunt", lung_shunt_fraction)?) * (1.0 - fraction("residue", residue_fraction)?);
    Ok(constant * not_negative("activity", "GBq", activity_gbq)? * share / positive("perfused mass", "kg", perfused_mass_kg)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 120 · 1.5 / (50 · 0.95) = 3.789 GBq.
    #[test]
    fn lobar_treatment_with_120_gy() {
        let found = activity_gbq(120.0, 1.5, 0.05, 0.0, ROUNDED_90Y_GY_KG_PER_GBQ).unwrap();
        assert!((found - 3.789).abs() < 5e-4, "{found}");
        // 1 % of residue needs 1/0.99 as much
        let more = activity_gbq(120.0, 1.5, 0.05, 0.01, ROUNDED_90Y_GY_KG_PER_GBQ).unwrap();
        assert!((more / found - 1.0 / 0.99).abs() < 1e-12);
    }

    /// 0.93311 MeV per decay × 1.602177e-13 J/MeV × 64.10 h / ln 2 = 49.77 Gy kg/GBq.
    #[test]
    fn the_constant_of_icrp_107() {
        let yttrium = full_decay_gy_kg_per_gbq("Y-90").unwrap();
        assert!((yttrium - 49.77).abs() < 0.01, "{yttrium}");
        assert!((yttrium / ROUNDED_90Y_GY_KG_PER_GBQ - 1.0).abs() < 0.005);
        assert_eq!(full_decay_gy_kg_per_gbq("Xx-999"), None);
    }

    #[test]
    fn the_dose_of_the_planned_activity_is_the_planned_dose() {
        let planned = activity_gbq(150.0, 0.8, 0.08, 0.02, 49.77).unwrap();
        assert!((dose_gy(planned, 0.8, 0.08, 0.02, 49.77).unwrap() - 150.0).abs() < 1e-10);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(activity_gbq(120.0, 1.5, 1.0, 0.0, 50.0).unwrap_err().to_string().contains("nothing for the target"));
        assert!(activity_gbq(120.0, 0.0, 0.05, 0.0, 50.0).is_err());
        assert!(activity_gbq(-1.0, 1.5, 0.05, 0.0, 50.0).is_err());
        assert!(activity_gbq(120.0, 1.5, 5.0, 0.0, 50.0).is_err());
        assert!(activity_gbq(120.0, 1.5, 0.05, -0.1, 50.0).is_err());
        assert!(activity_gbq(120.0, 1.5, 0.05, 0.0, 0.0).is_err());
        assert!(dose_gy(-1.0, 1.5, 0.05, 0.0, 50.0).is_err());
    }
}
