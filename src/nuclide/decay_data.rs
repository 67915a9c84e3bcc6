//! What one nuclide carries, and what follows from it: λ = ln 2 / T½, Δ = E · 1.602176634e-13 J/MeV, λ N_A.

use std::f64::consts::LN_2;

/// Joule per megaelectronvolt, exact in the SI of 2019 (elementary charge 1.602176634e-19 C).
pub const JOULE_PER_MEV: f64 = 1.602_176_634e-13;

/// Avogadro constant per mole, exact in the SI of 2019.
pub const AVOGADRO_PER_MOL: f64 = 6.022_140_76e23;

/// One MeV per decay as an energy constant, Gy kg per (Bq s).
pub const GY_KG_PER_BQ_S_PER_MEV: f64 = JOULE_PER_MEV;

/// One MeV per decay as an energy constant, Gy g per (MBq h): 1e3 g/kg, 1e6 Bq/MBq, 3600 s/h.
pub const GY_G_PER_MBQ_H_PER_MEV: f64 = JOULE_PER_MEV * 3.6e12;

/// A radionuclide with the decay data of ICRP Publication 107.
#[derive(Debug, Clone, PartialEq)]
pub struct Nuclide {
    /// Name in the form `Lu-177`, `Tc-99m`.
    pub name: String,
    /// Physical half-life, hours.
    pub half_life_h: f64,
    /// Mean energies emitted per decay of this nuclide alone (without daughters), where the tables of this project carry them.
    pub energy_per_decay: Option<EnergyPerDecay>,
    /// What it decays to, with branching fractions; stable progeny included, spontaneous fission left out.
    pub progeny: Vec<Progeny>,
}

/// One decay branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Progeny {
    /// Name of the daughter, `Hf-177`; it may be stable or not in the table.
    pub name: String,
    /// Fraction of decays that lead to it, 0 to 1.
    pub branching: f64,
}

/// Mean energy emitted per decay, by kind of radiation, MeV.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EnergyPerDecay {
    /// β−, β+, conversion and Auger electrons together.
    pub electron_mev: f64,
    /// γ, X and annihilation photons.
    pub photon_mev: f64,
    /// α particles, without the recoil of the daughter nucleus.
    pub alpha_mev: f64,
    /// Recoil nuclei of α decays.
    pub recoil_mev: f64,
}

/// Which part of the emitted energy is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmittedEnergy {
    /// β, conversion and Auger electrons.
    Electrons,
    /// Photons.
    Photons,
    /// α particles with their recoil nuclei.
    AlphasAndRecoil,
    /// Everything that stops within millimetres: electrons, α particles, recoil nuclei.
    ChargedParticles,
}

impl EnergyPerDecay {
    /// Energy per decay of the kind named, MeV.
    pub fn of(&self, kind: EmittedEnergy) -> f64 {
        let heavy_mev = self.alpha_mev + self.recoil_mev;
        match kind {
            EmittedEnergy::Electrons => self.electron_mev,
            EmittedEnergy::Photons => self.photon_mev,
            EmittedEnergy::AlphasAndRecoil => heavy_mev,
            EmittedEnergy::ChargedParticles => self.electron_mev + heavy_mev,
        }
    }

    /// Energy constant Δ of the kind named, Gy g per (MBq h).
    pub fn constant_gy_g_per_mbq_h(&self, kind: EmittedEnergy) -> f64 {
        self.of(kind) * GY_G_PER_MBQ_H_PER_MEV
    }

    /// Energy constant Δ of the kind named, Gy kg per (Bq s).
    pub fn constant_gy_kg_per_bq_s(&self, kind: EmittedEnergy) -> f64 {
        self.of(kind) * GY_KG_PER_BQ_S_PER_MEV
    }
}

/// The table of mean energies has no row for this nuclide, so that no dose can be computed from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no mean energies per decay for {nuclide} in the ICRP 107 table of this project; its half-life is known, its dose needs a table of S-values"
)]
pub struct NoEnergyData {
    /// The nuclide asked for.
    pub nuclide: String,
}

impl Nuclide {
    /// Physical decay constant λ, 1/h.
    pub fn decay_constant_per_h(&self) -> f64 {
        LN_2 / self.half_life_h
    }

    /// Physical decay constant λ, 1/min.
    pub fn decay_constant_per_min(&self) -> f64 {
        self.decay_constant_per_h() / 60.0
    }

    /// Physical decay constant λ, 1/s.
    pub fn decay_constant_per_s(&self) -> f64 {
        self.decay_constant_per_h() / 3600.0
    }

    /// Mean energies per decay, or an error that names the nuclide.
    pub fn energies(&self) -> Result<&EnergyPerDecay, NoEnergyData> {
        self.energy_per_decay.as_ref().ok_or_else(|| NoEnergyData { nuclide: self.name.clone() })
    }

    /// Energy constant Δ of this nuclide alone (no daughters), Gy g per (MBq h).
    pub fn energy_constant_gy_g_per_mbq_h(&self, kind: EmittedEnergy) -> Result<f64, NoEnergyData> {
        Ok(self.energies()?.constant_gy_g_per_mbq_h(kind))
    }

    /// Energy constant Δ of this nuclide alone (no daughters), Gy kg per (Bq s).
    pub fn energy_constant_gy_kg_per_bq_s(&self, kind: EmittedEnergy) -> Result<f64, NoEnergyData> {
        Ok(self.energies()?.constant_gy_kg_per_bq_s(kind))
    }

    /// Dose times mass when every decay of an injected activity happens in one place, Gy kg per GBq: Δ/λ.
    pub fn full_decay_gy_kg_per_gbq(&self, kind: EmittedEnergy) -> Result<f64, NoEnergyData> {
        Ok(self.energy_constant_gy_kg_per_bq_s(kind)? * 1e9 / self.decay_constant_per_s())
    }

    /// Activity of one nanomole of the pure nuclide, MBq: λ N_A · 1e-9 · 1e-6.
    pub fn mbq_per_nmol(&self) -> f64 {
        self.decay_constant_per_s() * (AVOGADRO_PER_MOL * 1e-15)
    }
}

#[cfg(test)]
mod tests {
    use crate::nuclide::{EmittedEnergy, find};

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() <= relative, "found {found}, expected {expected}");
    }

    /// Half-lives, Δ of the electrons and full-decay constants computed from ICRP 107 elsewhere; each tolerance is half a unit of
    /// the last printed digit.
    #[test]
    fn energy_constants_agree_with_icrp_107() {
        for (name, half_life_h, delta_e_gy_kg_per_bq_s, half_digit, full_decay_gy_kg_per_gbq, full_half_digit) in [
            ("Lu-177", 6.647 * 24.0, 2.3700e-14, 5e-19, 19.636, 5e-4),
            ("Y-90", 64.10, 1.4950e-13, 5e-18, 49.771, 5e-4),
            ("I-131", 8.0207 * 24.0, 3.0737e-14, 5e-19, 30.730, 5e-4),
            ("Ho-166", 26.80, 1.1157e-13, 5e-18, 15.529, 5e-4),
            ("Tb-161", 6.906 * 24.0, 3.2442e-14, 5e-19, 27.93, 5e-3),
            ("Cu-67", 61.83, 2.4095e-14, 5e-19, 7.74, 5e-3),
        ] {
            let nuclide = find(name).unwrap();
            close(nuclide.half_life_h, half_life_h, 1e-12);
            let delta = nuclide.energy_constant_gy_kg_per_bq_s(EmittedEnergy::Electrons).unwrap();
            assert!((delta - delta_e_gy_kg_per_bq_s).abs() <= half_digit, "{name}: {delta:e}");
            let full = nuclide.full_decay_gy_kg_per_gbq(EmittedEnergy::Electrons).unwrap();
            assert!((full - full_decay_gy_kg_per_gbq).abs() <= full_half_digit, "{name}: {full}");
        }
    }

    #[test]
    fn lutetium_in_the_units_of_the_clinic() {
        let lutetium = find("Lu-177").unwrap();
        close(lutetium.energy_constant_gy_g_per_mbq_h(EmittedEnergy::ChargedParticles).unwrap(), 0.08532, 1e-4);
        close(lutetium.energy_constant_gy_kg_per_bq_s(EmittedEnergy::Photons).unwrap(), 5.623e-15, 1e-4);
        // ln 2 / (6.647 d · 1440 min/d), and λ in 1/s times 6.02214076e8.
        close(lutetium.decay_constant_per_min(), 7.241_645_986e-5, 1e-9);
        close(lutetium.mbq_per_nmol(), 7.241_645_986e-5 / 60.0 * 6.022_140_76e8, 1e-9);
    }

    #[test]
    fn a_nuclide_without_energies_says_so() {
        let error = find("Tb-149").unwrap().energy_constant_gy_g_per_mbq_h(EmittedEnergy::Electrons).unwrap_err();
        assert!(error.to_string().contains("Tb-149"), "{error}");
    }
}
