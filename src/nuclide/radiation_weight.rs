//! Weights of the kinds of radiation, and the energy of a decay weighted by them.
//!
//! A weight is relative biological effectiveness against the same absorbed dose of low-LET radiation: 1 leaves the absorbed dose as it is. Which
//! number belongs to which effect is not decay data; this only multiplies.

use super::decay_data::EnergyPerDecay;

/// Weight of each kind of charged particle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RadiationWeights {
    /// β, conversion and Auger electrons.
    pub electrons: f64,
    /// α particles, and the recoil nuclei of their decays.
    pub alphas_and_recoil: f64,
}

impl RadiationWeights {
    /// Absorbed dose as it is.
    pub const ABSORBED_DOSE: Self = Self { electrons: 1.0, alphas_and_recoil: 1.0 };

    /// True for weights that are finite and not below zero.
    pub fn possible(&self) -> bool {
        [self.electrons, self.alphas_and_recoil].iter().all(|weight| weight.is_finite() && *weight >= 0.0)
    }
}

impl EnergyPerDecay {
    /// Weighted energy of the charged particles per decay, MeV: electrons times theirs, α particles with recoil times theirs. Photons are left out.
    pub fn weighted_charged_mev(&self, weights: &RadiationWeights) -> f64 {
        weights.electrons * self.electron_mev + weights.alphas_and_recoil * (self.alpha_mev + self.recoil_mev)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nuclide::{EmittedEnergy, chain_energy_per_decay, find};

    /// By hand from the chain totals of ICRP 107, 27.48 α, 0.513 recoil, 0.690 electrons: 5 × 27.993 + 0.690 = 140.655 MeV.
    #[test]
    fn actinium_weighted_by_five() {
        let chain = chain_energy_per_decay(find("Ac-225").unwrap()).unwrap();
        let five = RadiationWeights { electrons: 1.0, alphas_and_recoil: 5.0 };
        assert!((chain.weighted_charged_mev(&five) - 140.655).abs() < 0.03);
        let plain = chain.weighted_charged_mev(&RadiationWeights::ABSORBED_DOSE);
        assert!((plain - chain.of(EmittedEnergy::ChargedParticles)).abs() < 1e-13);
        assert!(!RadiationWeights { electrons: f64::NAN, ..five }.possible() && five.possible());
    }
}
