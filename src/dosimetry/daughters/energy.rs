//! Energy that a chain emits in a region, by kind of radiation, so that each kind can carry its own weight.

use super::decays::ChainDecays;
use crate::nuclide::{EmittedEnergy, GY_G_PER_MBQ_H_PER_MEV, MissingDaughterEnergy, RadiationWeights};

/// Energy emitted in a region, as dose times mass (Gy g).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RegionEnergy {
    /// Electrons.
    pub electron_gy_g: f64,
    /// Photons; most of it leaves the region.
    pub photon_gy_g: f64,
    /// α particles.
    pub alpha_gy_g: f64,
    /// Recoil nuclei.
    pub recoil_gy_g: f64,
}

impl RegionEnergy {
    /// Electrons, α particles and recoil nuclei, Gy g.
    pub fn charged_gy_g(&self) -> f64 {
        self.weighted_charged_gy_g(&RadiationWeights::ABSORBED_DOSE)
    }

    /// Charged particles with their weights, Gy g of weighted dose.
    pub fn weighted_charged_gy_g(&self, weights: &RadiationWeights) -> f64 {
        weights.electrons * self.electron_gy_g + weights.alphas_and_recoil * (self.alpha_gy_g + self.recoil_gy_g)
    }

    /// All kinds together, photons included, Gy g.
    pub fn emitted_gy_g(&self) -> f64 {
        self.charged_gy_g() + self.photon_gy_g
    }
}

impl ChainDecays {
    /// Energy emitted in each region, in the order of [`ChainDecays::regions`]. Divided by the mass of a region (g), the charged part is its
    /// self-dose (Gy), as in [`crate::dosimetry::self_dose`].
    ///
    /// # Errors
    /// A member that decays somewhere and has no energies in the tables.
    pub fn energy_by_region(&self) -> Result<Vec<RegionEnergy>, MissingDaughterEnergy> {
        let mut energies = vec![RegionEnergy::default(); self.regions.len()];
        let parent = self.members.first().map(|member| member.nuclide.name.clone()).unwrap_or_default();
        for member in &self.members {
            let missing = || MissingDaughterEnergy { parent: parent.clone(), daughter: member.nuclide.name.clone() };
            let energy = member.nuclide.energy_per_decay.ok_or_else(missing)?;
            for ((sum, in_place), free) in energies.iter_mut().zip(&member.in_place_mbq_h).zip(&member.free_mbq_h) {
                let per_mev = (in_place + free) * GY_G_PER_MBQ_H_PER_MEV;
                sum.electron_gy_g += per_mev * energy.of(EmittedEnergy::Electrons);
                sum.photon_gy_g += per_mev * energy.of(EmittedEnergy::Photons);
                sum.alpha_gy_g += per_mev * energy.alpha_mev;
                sum.recoil_gy_g += per_mev * energy.recoil_mev;
            }
        }
        Ok(energies)
    }
}
