//! A reference S-value fitted to the patient's organ mass.
//!
//! MIRD: self-dose of electrons and α particles × m_ref/m, of photons × (m_ref/m)^(2/3), cross-dose unchanged. A tabulated self-S is not split,
//! so the charged part is taken as Δ/m_ref from ICRP 107 (never more than S itself) and the rest as photons.

use super::s_value::{InvalidMass, SValue, checked_mass_g};
use crate::nuclide::{EmittedEnergy, NoEnergyData, Nuclide};

/// Why an S-value could not be scaled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MassScalingError {
    /// The S-value does not say which target mass it holds for.
    #[error("the S-value from {table} has no target mass, so it cannot be scaled to {mass_g} g: give the mass it holds for")]
    NoReferenceMass {
        /// Citation of the S-value.
        table: String,
        /// The mass asked for, g.
        mass_g: f64,
    },
    /// A mass is not a mass.
    #[error(transparent)]
    Mass(#[from] InvalidMass),
    /// No energies to split with.
    #[error(transparent)]
    NoEnergy(#[from] NoEnergyData),
}

/// A self-dose S-value in its two parts, Gy/(MBq h).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfDoseParts {
    /// Electrons, α particles and recoil: scales with 1/m.
    pub charged_gy_per_mbq_h: f64,
    /// Photons: scales with m^(-2/3).
    pub photon_gy_per_mbq_h: f64,
}

/// Splits a self-dose S-value for a target of `mass_g`: charged part Δ/m, at most S; the rest photons.
pub fn split_self_dose(gy_per_mbq_h: f64, nuclide: &Nuclide, mass_g: f64) -> Result<SelfDoseParts, NoEnergyData> {
    let all_charged = nuclide.energy_constant_gy_g_per_mbq_h(EmittedEnergy::ChargedParticles)? / mass_g;
    let charged_gy_per_mbq_h = all_charged.min(gy_per_mbq_h);
    Ok(SelfDoseParts { charged_gy_per_mbq_h, photon_gy_per_mbq_h: gy_per_mbq_h - charged_gy_per_mbq_h })
}

/// The self-dose S-value `reference` of `nuclide`, scaled from its own target mass to `mass_g`. Cross-dose S-values are not scaled.
pub fn scale_self_dose(reference: &SValue, nuclide: &Nuclide, mass_g: f64) -> Result<SValue, MassScalingError> {
    let mass_g = checked_mass_g("target", mass_g)?;
    let no_mass = || MassScalingError::NoReferenceMass { table: reference.source.clone(), mass_g };
    let reference_mass_g = checked_mass_g("reference target", reference.target_mass_g.ok_or_else(no_mass)?)?;
    let parts = split_self_dose(reference.gy_per_mbq_h, nuclide, reference_mass_g)?;
    let ratio = reference_mass_g / mass_g;
    let cube_root = crate::math::cbrt(ratio);
    let mut scaled = reference.clone();
    scaled.gy_per_mbq_h = parts.charged_gy_per_mbq_h * ratio + parts.photon_gy_per_mbq_h * cube_root * cube_root;
    scaled.target_mass_g = Some(mass_g);
    scaled.scaled_from_mass_g = Some(reference.scaled_from_mass_g.unwrap_or(reference_mass_g));
    if !(0.5..=2.0).contains(&ratio) {
        scaled.notes.push(format!(
            "scaled from {reference_mass_g} g to {mass_g} g, a factor of more than two: photon self-dose scaling is approximate"
        ));
    }
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dosimetry::s_value::{SValueMethod, SValueUnit};
    use crate::nuclide::find;

    fn liver() -> SValue {
        SValue::from_mgy_per_mbq_s(1.3713e-5, SValueMethod::OpenDose, "test").unwrap().with_target_mass_g(1799.776)
    }

    /// By hand: Δe/m_ref = 2.37002e-14/1.799776 kg = 1.31684e-5 mGy/(MBq s), photons 0.05446e-5; at half the mass
    /// 2 · 1.31684e-5 + 2^(2/3) · 0.05446e-5 = 2.72013e-5.
    #[test]
    fn electrons_and_photons_scale_each_in_its_way() {
        let scaled = scale_self_dose(&liver(), find("Lu-177").unwrap(), 1799.776 / 2.0).unwrap();
        let found = scaled.in_unit(SValueUnit::MgyPerMbqS);
        assert!((found / 2.72013e-5 - 1.0).abs() < 1e-5, "{found}");
        assert_eq!(scaled.target_mass_g, Some(899.888));
        assert_eq!(scaled.scaled_from_mass_g, Some(1799.776));
    }

    #[test]
    fn the_same_mass_changes_nothing() {
        let same = scale_self_dose(&liver(), find("Lu-177").unwrap(), 1799.776).unwrap();
        assert!((same.gy_per_mbq_h / liver().gy_per_mbq_h - 1.0).abs() < 1e-15);
    }

    /// Where S is below Δ/m, as in red marrow, all of it is charged particles and scales with 1/m.
    #[test]
    fn the_charged_part_never_exceeds_the_whole() {
        let marrow = SValue::from_mgy_per_mbq_s(1.15e-5, SValueMethod::UserTable, "test").unwrap().with_target_mass_g(1170.0);
        let scaled = scale_self_dose(&marrow, find("Lu-177").unwrap(), 900.0).unwrap();
        assert!((scaled.gy_per_mbq_h / marrow.gy_per_mbq_h - 1.3).abs() < 1e-12);
    }

    /// The female reference liver from the male one: OpenDose tabulates 1.7533e-5 mGy/(MBq s) for 1399.995 g.
    #[test]
    fn the_male_liver_predicts_the_female_one() {
        let scaled = scale_self_dose(&liver(), find("Lu-177").unwrap(), 1399.995).unwrap();
        assert!((scaled.in_unit(SValueUnit::MgyPerMbqS) / 1.7533e-5 - 1.0).abs() < 0.01);
    }

    #[test]
    fn what_cannot_be_scaled_is_an_error() {
        let lutetium = find("Lu-177").unwrap();
        let massless = SValue { target_mass_g: None, ..liver() };
        assert!(scale_self_dose(&massless, lutetium, 100.0).unwrap_err().to_string().contains("no target mass"));
        assert!(scale_self_dose(&liver(), lutetium, 0.0).is_err());
        assert!(scale_self_dose(&liver(), find("P-32").unwrap(), 100.0).is_err());
    }
}
