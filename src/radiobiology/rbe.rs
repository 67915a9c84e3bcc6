//! Weights of α particles and electrons for biological effect, as named presets with source, evidence and caveats (`rbe_presets.yaml`).
//!
//! They weight the energy of a decay ([`RadiationWeights`]); a weighted dose is written as such and never as absorbed dose. For BED see
//! [`super::bed::bed_high_let_gy`].

use std::sync::OnceLock;

use serde::Deserialize;

use super::evidence::{EvidenceLevel, Provenance};
use super::registry::{nearest, normalised};
use crate::nuclide::RadiationWeights;

const TABLE: &str = include_str!("rbe_presets.yaml");

/// A named set of weights.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RbePreset {
    /// Its name, `alpha_toxicity`.
    pub name: String,
    /// The weights.
    #[serde(deserialize_with = "weights")]
    pub weights: RadiationWeights,
    /// Effect it is meant for.
    pub effect: String,
    /// What kind of study stands behind it.
    pub evidence: EvidenceLevel,
    /// Where the numbers were taken from.
    pub provenance: Provenance,
    /// Citation.
    pub source: String,
    /// Sentences that every table that used it prints.
    pub caveats: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWeights {
    electrons: f64,
    alphas_and_recoil: f64,
}

fn weights<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<RadiationWeights, D::Error> {
    let WrittenWeights { electrons, alphas_and_recoil } = WrittenWeights::deserialize(reader)?;
    let weights = RadiationWeights { electrons, alphas_and_recoil };
    if weights.possible() { Ok(weights) } else { Err(serde::de::Error::custom("a weight must be finite and not below zero")) }
}

/// No preset of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown set of radiation weights {asked:?}: the nearest known is {nearest}")]
pub struct UnknownPreset {
    /// The name asked for.
    pub asked: String,
    /// The known name most like it.
    pub nearest: String,
}

/// Every preset.
pub fn all() -> &'static [RbePreset] {
    static PRESETS: OnceLock<Vec<RbePreset>> = OnceLock::new();
    PRESETS.get_or_init(|| serde_yaml::from_str(TABLE).expect("the embedded table is part of the program and read whole by its tests"))
}

/// The preset of that name, in any spelling.
pub fn find(name: &str) -> Result<&'static RbePreset, UnknownPreset> {
    let asked = normalised(name);
    let names = || all().iter().map(|preset| preset.name.as_str());
    all()
        .iter()
        .find(|preset| preset.name == asked)
        .ok_or_else(|| UnknownPreset { asked: name.to_owned(), nearest: nearest(&asked, names()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nuclide::{EmittedEnergy, chain_energy_per_decay};

    #[test]
    fn presets_are_named_once_and_warn() {
        for (index, preset) in all().iter().enumerate() {
            assert!(all()[..index].iter().all(|earlier| earlier.name != preset.name));
            assert!(!preset.source.is_empty() && !preset.caveats.is_empty() && preset.weights.possible());
        }
        assert_eq!(find("absorbed dose").unwrap().weights, RadiationWeights::ABSORBED_DOSE);
        assert_eq!(find("alpha_tox").unwrap_err().nearest, "alpha_toxicity");
        let nan = "{name: x, weights: {electrons: .nan, alphas_and_recoil: 1}, effect: x, evidence: assumed, provenance: assumed, source: x, caveats: []}";
        assert!(serde_yaml::from_str::<RbePreset>(nan).is_err());
    }

    /// α 5, electrons 1, on the 212Pb chain of ICRP 107 (7.802 α, 0.150 recoil, 0.901 electrons): 5 × 7.952 + 0.901 = 40.661 MeV, by hand.
    #[test]
    fn five_on_the_lead_chain() {
        let chain = chain_energy_per_decay(crate::nuclide::find("Pb-212").unwrap()).unwrap();
        let weighted = chain.weighted_charged_mev(&find("alpha_toxicity").unwrap().weights);
        assert!((weighted - 40.661).abs() < 0.006, "{weighted}");
        let plain = chain.weighted_charged_mev(&find("absorbed_dose").unwrap().weights);
        assert!((plain - chain.of(EmittedEnergy::ChargedParticles)).abs() < 1e-13);
    }
}
