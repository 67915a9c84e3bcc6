//! Daughters in secular equilibrium: how many decays of each follow one decay of the parent, and the energy of the whole chain.
//!
//! Each decay of the parent is followed, in the same place, by `Π branching` decays of every radioactive daughter. That is an
//! assumption (daughters may leave, and Bi-213 with 46 minutes does), so the caller chooses it by calling this.

use super::decay_data::{EnergyPerDecay, Nuclide};
use super::icrp107::all;

/// A member of a decay chain with its decays per decay of the parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainMember {
    /// The nuclide.
    pub nuclide: &'static Nuclide,
    /// Its decays per decay of the parent, 1 for the parent itself.
    pub decays_per_parent_decay: f64,
}

/// A daughter contributes dose but the table has no energies for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the decay chain of {parent} contains {daughter}, for which no mean energies per decay are tabulated")]
pub struct MissingDaughterEnergy {
    /// The parent asked for.
    pub parent: String,
    /// The chain member without energies.
    pub daughter: String,
}

/// The chain of `parent` in secular equilibrium: the parent first, then every daughter the tables know as radioactive and that is
/// shorter-lived than the parent (a longer-lived one, such as Bi-207 after At-211, never reaches equilibrium and is left out).
pub fn secular_equilibrium_chain(parent: &'static Nuclide) -> Vec<ChainMember> {
    let mut chain: Vec<ChainMember> = Vec::new();
    let mut waiting = vec![(parent, 1.0)];
    while let Some((nuclide, decays)) = waiting.pop() {
        match chain.iter_mut().find(|member| member.nuclide.name == nuclide.name) {
            Some(member) => member.decays_per_parent_decay += decays,
            None => chain.push(ChainMember { nuclide, decays_per_parent_decay: decays }),
        }
        for progeny in &nuclide.progeny {
            if let Some(daughter) = all().iter().find(|known| known.name == progeny.name && known.half_life_h < parent.half_life_h) {
                waiting.push((daughter, decays * progeny.branching));
            }
        }
    }
    chain
}

/// Mean energy per decay of the parent with all daughters in secular equilibrium, MeV.
pub fn chain_energy_per_decay(parent: &'static Nuclide) -> Result<EnergyPerDecay, MissingDaughterEnergy> {
    let mut total = EnergyPerDecay::default();
    for member in secular_equilibrium_chain(parent) {
        let energy = member
            .nuclide
            .energy_per_decay
            .ok_or_else(|| MissingDaughterEnergy { parent: parent.name.clone(), daughter: member.nuclide.name.clone() })?;
        let decays = member.decays_per_parent_decay;
        total.electron_mev += decays * energy.electron_mev;
        total.photon_mev += decays * energy.photon_mev;
        total.alpha_mev += decays * energy.alpha_mev;
        total.recoil_mev += decays * energy.recoil_mev;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nuclide::{EmittedEnergy, find};

    /// Chain totals computed from ICRP 107 elsewhere: 225Ac 27.48 α, 0.513 recoil, 0.690 electrons; 212Pb 7.802, 0.150, 0.901 MeV.
    #[test]
    fn chain_energies_agree_with_icrp_107() {
        for (parent, alpha_mev, recoil_mev, electron_mev, charged_gy_kg_per_bq_s) in
            [("Ac-225", 27.48, 0.513, 0.690, 4.596e-12), ("Pb-212", 7.802, 0.150, 0.901, 1.418e-12)]
        {
            let chain = chain_energy_per_decay(find(parent).unwrap()).unwrap();
            assert!((chain.alpha_mev - alpha_mev).abs() < 5e-3, "{parent}: {chain:?}");
            assert!((chain.recoil_mev - recoil_mev).abs() < 1e-3, "{parent}: {chain:?}");
            assert!((chain.electron_mev - electron_mev).abs() < 1e-3, "{parent}: {chain:?}");
            let charged = chain.constant_gy_kg_per_bq_s(EmittedEnergy::ChargedParticles);
            assert!((charged / charged_gy_kg_per_bq_s - 1.0).abs() < 5e-4, "{parent}: {charged}");
        }
    }

    /// Pb-209 is reached through Po-213 and through Tl-209; together they carry all but the 0.012 % that At-217 loses.
    #[test]
    fn branches_that_meet_again_add_up() {
        let chain = secular_equilibrium_chain(find("Ac-225").unwrap());
        let lead = chain.iter().find(|member| member.nuclide.name == "Pb-209").unwrap();
        assert!((lead.decays_per_parent_decay - 0.99988).abs() < 1e-9);
    }

    #[test]
    fn a_daughter_without_energies_is_named() {
        let error = chain_energy_per_decay(find("Ra-223").unwrap()).unwrap_err();
        assert_eq!(error.parent, "Ra-223");
        assert!(!error.daughter.is_empty());
    }

    #[test]
    fn lutetium_has_no_radioactive_daughters() {
        assert_eq!(secular_equilibrium_chain(find("Lu-177").unwrap()).len(), 1);
    }
}
