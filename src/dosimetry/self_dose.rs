//! Self-dose of any nuclide in any mass: S = Δ/m, charged particles absorbed where they are emitted, photons left out.
//!
//! MIRD with absorbed fraction 1 for electrons, α particles and recoil nuclei, 0 for photons; Δ from ICRP Publication 107. It holds
//! for organs above some ten grams and weak photon emitters; it is low where photons matter (131I) and high in red marrow
//! (energy lost to bone) and in lesions not much larger than the electron range.

use super::s_value::{InvalidMass, InvalidSValue, SValue, SValueMethod, SValueUnit, checked_mass_g};
use crate::nuclide::{EmittedEnergy, EnergyPerDecay, MissingDaughterEnergy, NoEnergyData, Nuclide, chain_energy_per_decay};

/// Whether the radioactive daughters decay where the parent did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Daughters {
    /// Only the parent's own decay counts.
    LeftOut,
    /// Every daughter decays at once and in place: secular equilibrium, nothing relocates.
    SecularEquilibrium,
}

/// Why no self-dose could be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SelfDoseError {
    /// No energies for the nuclide.
    #[error(transparent)]
    NoEnergy(#[from] NoEnergyData),
    /// No energies for a daughter.
    #[error(transparent)]
    Daughter(#[from] MissingDaughterEnergy),
    /// The mass is not a mass.
    #[error(transparent)]
    Mass(#[from] InvalidMass),
    /// The value overflows.
    #[error(transparent)]
    Value(#[from] InvalidSValue),
}

/// S = Δ/m of charged particles for `nuclide` spread uniformly over `mass_g`.
pub fn local_self_dose(nuclide: &'static Nuclide, mass_g: f64, daughters: Daughters) -> Result<SValue, SelfDoseError> {
    let mass_g = checked_mass_g("source", mass_g)?;
    let energy: EnergyPerDecay = match daughters {
        Daughters::LeftOut => *nuclide.energies()?,
        Daughters::SecularEquilibrium => chain_energy_per_decay(nuclide)?,
    };
    let delta_gy_g_per_mbq_h = energy.constant_gy_g_per_mbq_h(EmittedEnergy::ChargedParticles);
    let mut s_value = SValue::new(
        delta_gy_g_per_mbq_h / mass_g,
        SValueUnit::GyPerMbqH,
        SValueMethod::LocalElectrons,
        "ICRP Publication 107 mean energies; absorbed fraction 1 for charged particles, photons left out",
    )?
    .with_target_mass_g(mass_g);
    let photon_share = energy.photon_mev / (energy.photon_mev + energy.of(EmittedEnergy::ChargedParticles));
    if photon_share > 0.3 {
        s_value.notes.push(format!(
            "photons carry {:.0} % of the emitted energy of {} and are left out: the dose to large organs is under-estimated, cross-dose is missing",
            photon_share * 100.0,
            nuclide.name
        ));
    }
    if daughters == Daughters::SecularEquilibrium {
        s_value
            .notes
            .push(format!("daughters of {} are taken to decay at once and in place (secular equilibrium, no relocation)", nuclide.name));
    }
    Ok(s_value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nuclide::find;

    /// Tabulated self-S of a reference table for 177Lu (mGy/(MBq s)), which contains photons: within 3 % for the kidneys.
    #[test]
    fn kidneys_agree_with_published_s_values() {
        for (mass_g, published) in [(310.0, 7.76e-5), (275.0, 8.70e-5)] {
            let found = local_self_dose(find("Lu-177").unwrap(), mass_g, Daughters::LeftOut).unwrap().in_unit(SValueUnit::MgyPerMbqS);
            assert!((found / published - 1.0).abs() < 0.03, "{found} v {published}");
        }
        // Δe/m of the male kidneys and liver by hand: 2.3700e-14 Gy kg/(Bq s) over 0.310 and 1.8 kg.
        let found = local_self_dose(find("Lu-177").unwrap(), 310.0, Daughters::LeftOut).unwrap().in_unit(SValueUnit::MgyPerMbqS);
        assert!((found - 7.65e-5).abs() <= 0.005e-5);
        let found = local_self_dose(find("Lu-177").unwrap(), 1800.0, Daughters::LeftOut).unwrap().in_unit(SValueUnit::MgyPerMbqS);
        assert!((found - 1.317e-5).abs() <= 0.0005e-5);
    }

    /// A 225Ac sphere of 932 g carries 1.02e-12 Gy/(Bq s) in a published table of the parent alone; the chain is 4.596e-12 Gy kg/(Bq s).
    #[test]
    fn the_parent_alone_and_the_chain_are_told_apart() {
        let actinium = find("Ac-225").unwrap();
        let parent = local_self_dose(actinium, 931.9, Daughters::LeftOut).unwrap().in_unit(SValueUnit::GyPerBqS);
        assert!((parent / 1.02e-12 - 1.0).abs() < 0.01, "{parent}");
        let chain = local_self_dose(actinium, 1000.0, Daughters::SecularEquilibrium).unwrap();
        assert!((chain.in_unit(SValueUnit::GyPerBqS) / 4.596e-12 - 1.0).abs() < 5e-4);
        assert!(chain.notes.iter().any(|note| note.contains("equilibrium")));
    }

    #[test]
    fn a_photon_emitter_is_warned_about() {
        let iodine = local_self_dose(find("I-131").unwrap(), 20.0, Daughters::LeftOut).unwrap();
        assert!(iodine.notes[0].contains("67 %"), "{:?}", iodine.notes);
        assert!(local_self_dose(find("Y-90").unwrap(), 20.0, Daughters::LeftOut).unwrap().notes.is_empty());
    }

    #[test]
    fn what_cannot_be_computed_is_an_error() {
        assert!(local_self_dose(find("Lu-177").unwrap(), -3.0, Daughters::LeftOut).is_err());
        assert!(local_self_dose(find("P-32").unwrap(), 3.0, Daughters::LeftOut).unwrap_err().to_string().contains("P-32"));
        assert!(local_self_dose(find("Ra-223").unwrap(), 3.0, Daughters::SecularEquilibrium).is_err());
    }
}
