//! Decay data of ICRP Publication 107: half-lives, mean energies per decay, progeny.
//!
//! `nuclide::find("177Lu")` gives a [`Nuclide`]; everything a dose needs from the decay follows from it: the decay
//! constant λ = ln 2 / T½, the energy constant Δ (energy emitted per decay), the activity of a nanomole.
//! Half-lives and mean energies are facts; their source is ICRP Publication 107 (Ann. ICRP 38(3), 2008).

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bateman;
mod chain;
mod decay_data;
mod exponential_difference;
mod find;
mod icrp107;
mod radiation_weight;

pub use bateman::{DecayChain, DecayChainMember, ImpossibleChain};
pub use chain::{ChainMember, MissingDaughterEnergy, chain_energy_per_decay, secular_equilibrium_chain};
pub use decay_data::{
    AVOGADRO_PER_MOL, EmittedEnergy, EnergyPerDecay, GY_G_PER_MBQ_H_PER_MEV, GY_KG_PER_BQ_S_PER_MEV, JOULE_PER_MEV, NoEnergyData, Nuclide,
    Progeny,
};
pub use find::{UnknownNuclide, find};
pub use icrp107::all;
pub use radiation_weight::RadiationWeights;
