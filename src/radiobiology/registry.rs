//! Named dose–effect relations as data: curve, quantity, parameters, source, evidence and the caveats a report must print.
//!
//! The embedded list is `dose_effect_models.yaml`; a scenario may carry relations of its own in the same form.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::bed::{CycleDose, bed_from_states, bed_of_cycles_gy, checked_alpha_beta_gy, checked_repair_half_time_h, eqd2_gy};
use super::evidence::{EvidenceLevel, Provenance};
use super::ntcp::DoseResponse;

const TABLE: &str = include_str!("dose_effect_models.yaml");

/// In which quantity a curve was published, always Gy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoseQuantity {
    /// Mean absorbed dose.
    AbsorbedDose,
    /// Biologically effective dose.
    Bed,
    /// Equivalent dose in 2 Gy fractions.
    Eqd2,
}

impl DoseQuantity {
    /// Words for axes and tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::AbsorbedDose => "absorbed dose",
            Self::Bed => "BED",
            Self::Eqd2 => "EQD2",
        }
    }
}

/// Whether the effect is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A complication of normal tissue (NTCP).
    Toxicity,
    /// Response or control of tumour (TCP).
    Response,
}

/// A named dose–effect relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoseEffectModel {
    /// Its name, `kidney_bed_external_beam`.
    pub name: String,
    /// Organ or tumour it holds for.
    pub organ: String,
    /// Complication or response.
    pub effect: Effect,
    /// What is counted as the effect.
    pub endpoint: String,
    /// Quantity on the dose axis.
    pub quantity: DoseQuantity,
    /// The curve.
    pub curve: DoseResponse,
    /// α/β that goes with BED and EQD2, Gy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha_beta_gy: Option<f64>,
    /// Repair half-time that goes with BED and EQD2, h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_half_time_h: Option<f64>,
    /// Where α/β and repair half-time come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_source: Option<String>,
    /// What kind of study stands behind it.
    pub evidence: EvidenceLevel,
    /// Where the numbers were taken from.
    pub provenance: Provenance,
    /// Citation.
    pub source: String,
    /// Sentences that every plot and table that used it prints.
    #[serde(default)]
    pub caveats: Vec<String>,
}

/// No relation of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dose–effect model {asked:?}: the nearest known is {nearest}")]
pub struct UnknownModel {
    /// The name asked for.
    pub asked: String,
    /// The known name most like it.
    pub nearest: String,
}

/// A relation whose entries do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dose–effect model {name}: {problem}")]
pub struct ImpossibleModel {
    /// Name of the relation.
    pub name: String,
    /// What is wrong.
    pub problem: String,
}

impl DoseEffectModel {
    /// Refuses a relation in BED or EQD2 without α/β and repair half-time, impossible values, and one without source.
    pub fn check(&self) -> Result<(), ImpossibleModel> {
        let wrong = |problem: String| ImpossibleModel { name: self.name.clone(), problem };
        self.curve.checked().map_err(|error| wrong(error.to_string()))?;
        if self.quantity != DoseQuantity::AbsorbedDose && (self.alpha_beta_gy.is_none() || self.repair_half_time_h.is_none()) {
            return Err(wrong(format!("{} needs alpha_beta_gy and repair_half_time_h", self.quantity.title())));
        }
        self.alpha_beta_gy.map_or(Ok(0.0), checked_alpha_beta_gy).map_err(|error| wrong(error.to_string()))?;
        self.repair_half_time_h.map_or(Ok(0.0), checked_repair_half_time_h).map_err(|error| wrong(error.to_string()))?;
        if self.source.trim().is_empty() { Err(wrong("needs a source".to_owned())) } else { Ok(()) }
    }

    /// The quantity on the curve's axis (Gy) from what a model carries as states: dose D and ∫ R y dt (Gy²) with this relation's repair.
    ///
    /// `None` for BED and EQD2 without α/β, which [`DoseEffectModel::check`] refuses.
    pub fn quantity_from_states_gy(&self, dose_gy: f64, rate_product_integral_gy2: f64) -> Option<f64> {
        self.quantity_from_bed(dose_gy, |alpha_beta_gy| bed_from_states(dose_gy, rate_product_integral_gy2, alpha_beta_gy))
    }

    /// The quantity on the curve's axis (Gy) of several administrations; `None` as in [`DoseEffectModel::quantity_from_states_gy`].
    pub fn quantity_of_cycles_gy(&self, cycles: &[CycleDose]) -> Option<f64> {
        let dose_gy = cycles.iter().map(|cycle| cycle.dose_gy).sum();
        self.quantity_from_bed(dose_gy, |alpha_beta_gy| bed_of_cycles_gy(cycles, alpha_beta_gy))
    }

    fn quantity_from_bed(&self, dose_gy: f64, bed_gy: impl Fn(f64) -> f64) -> Option<f64> {
        match self.quantity {
            DoseQuantity::AbsorbedDose => Some(dose_gy),
            DoseQuantity::Bed => self.alpha_beta_gy.map(bed_gy),
            DoseQuantity::Eqd2 => self.alpha_beta_gy.map(|alpha_beta_gy| eqd2_gy(bed_gy(alpha_beta_gy), alpha_beta_gy)),
        }
    }

    /// What a relation without a probability says of `quantity_gy`: within or above a limit, a threshold reached or not, odds against none; `None` for
    /// a relation that gives a probability.
    pub fn reading(&self, quantity_gy: f64) -> Option<String> {
        match (self.curve, self.effect) {
            (DoseResponse::Limit { limit_gy }, Effect::Toxicity) if quantity_gy > limit_gy => {
                Some(format!("above the limit of {limit_gy} Gy"))
            }
            (DoseResponse::Limit { limit_gy }, Effect::Toxicity) => Some(format!("within the limit of {limit_gy} Gy")),
            (DoseResponse::Limit { limit_gy }, Effect::Response) if quantity_gy >= limit_gy => {
                Some(format!("threshold of {limit_gy} Gy reached"))
            }
            (DoseResponse::Limit { limit_gy }, Effect::Response) => Some(format!("threshold of {limit_gy} Gy not reached")),
            (DoseResponse::OddsRatio { .. }, _) => {
                self.curve.odds_ratio(quantity_gy, 0.0).map(|ratio| format!("odds {ratio:.2} times those at 0 Gy"))
            }
            _ => None,
        }
    }

    /// Everything a report prints beside a number from this relation: evidence, provenance, source, caveats.
    pub fn report_sentences(&self) -> Vec<String> {
        let mut sentences = vec![
            format!("{}: {} ({}).", self.name, self.endpoint, self.quantity.title()),
            format!("Evidence: {}. {}", self.evidence.word(), self.evidence.sentence()),
            format!("Source: {} ({}).", self.source, self.provenance.words()),
        ];
        sentences.extend(self.parameter_source.iter().map(|source| format!("α/β and repair: {source}.")));
        sentences.extend(self.caveats.iter().cloned());
        sentences
    }
}

/// Every relation of the embedded list.
pub fn all() -> &'static [DoseEffectModel] {
    static MODELS: OnceLock<Vec<DoseEffectModel>> = OnceLock::new();
    MODELS.get_or_init(|| serde_yaml::from_str(TABLE).expect("the embedded list is part of the program and read whole by its tests"))
}

/// The relation of that name, in any spelling.
pub fn find(name: &str) -> Result<&'static DoseEffectModel, UnknownModel> {
    let asked = normalised(name);
    all()
        .iter()
        .find(|model| model.name == asked)
        .ok_or_else(|| UnknownModel { asked: name.to_owned(), nearest: nearest(&asked, all().iter().map(|model| model.name.as_str())) })
}

/// Every relation for an organ or tumour, in the order of the list; the first is the default.
pub fn for_organ(organ: &str) -> Vec<&'static DoseEffectModel> {
    let organ = normalised(organ);
    all().iter().filter(|model| model.organ == organ).collect()
}

/// Lower case, every run of other characters one underscore.
pub(super) fn normalised(name: &str) -> String {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// The known name most like the one asked for.
pub(super) fn nearest<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> String {
    let by_resemblance = |a: &&str, b: &&str| strsim::jaro_winkler(asked, a).total_cmp(&strsim::jaro_winkler(asked, b));
    known.max_by(by_resemblance).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiobiology::lea_catcheside::protraction_factor_mono_exponential;
    use crate::radiobiology::organ_defaults;

    #[test]
    fn every_relation_is_possible_named_once_and_warns_where_it_must() {
        let models: Vec<DoseEffectModel> = serde_yaml::from_str(TABLE).unwrap();
        for (index, model) in models.iter().enumerate() {
            model.check().unwrap();
            assert!(models[..index].iter().all(|earlier| earlier.name != model.name), "{}", model.name);
            assert!(!model.caveats.is_empty(), "{} has no caveat", model.name);
            assert_eq!(find(&model.name).unwrap(), model);
        }
    }

    /// The relations carry the same α/β and repair as the tissue's defaults, so that one BED serves both.
    #[test]
    fn parameters_agree_with_the_defaults_of_the_tissue() {
        for model in all().iter().filter(|model| model.alpha_beta_gy.is_some()) {
            let tissue = organ_defaults::defaults_of(&model.organ).unwrap();
            assert_eq!(model.alpha_beta_gy, Some(tissue.alpha_beta_gy), "{}", model.name);
            assert_eq!(model.repair_half_time_h, Some(tissue.repair_half_time_h), "{}", model.name);
        }
    }

    /// Published anchors: external-beam BED5 40.7 and BED50 49.5 Gy; dry mouth 39 % at 23 Gy; Dijkema 15 % at 23 Gy; glass 15 % at 50 and 90 Gy.
    #[test]
    fn curves_go_through_their_published_anchors() {
        for (name, dose_gy, probability, half_digit) in [
            ("kidney_bed_external_beam", 40.7, 0.05, 1e-9),
            ("kidney_bed_external_beam", 49.5, 0.5, 1e-9),
            ("kidney_external_beam_burman", 23.0, 0.037, 5e-4),
            ("salivary_any_dry_mouth", 23.0, 0.39, 5e-3),
            ("salivary_external_beam_dijkema", 23.0, 0.145, 5e-3),
            ("liver_y90_glass_high_bilirubin", 50.0, 0.15, 1e-9),
            ("liver_y90_glass_low_bilirubin", 90.0, 0.15, 1e-9),
            ("liver_y90_resin", 52.0, 0.5, 1e-9),
            ("psma_psa50_response", 14.0, 0.6, 1e-9),
        ] {
            let found = find(name).unwrap().curve.probability(dose_gy).unwrap();
            assert!((found - probability).abs() <= half_digit, "{name}: {found}");
        }
    }

    /// Four cycles of 5.75 Gy: BED 25.647 Gy (published check value), EQD2 = 25.647/(1 + 2/2.6).
    #[test]
    fn each_relation_gets_the_dose_in_its_own_quantity() {
        let cycle = CycleDose { dose_gy: 5.75, protraction_factor: protraction_factor_mono_exponential(51.0, 2.8) };
        let quantity = |name: &str| find(name).unwrap().quantity_of_cycles_gy(&[cycle; 4]).unwrap();
        assert!((quantity("kidney_bed_external_beam") - 25.647).abs() <= 5e-4);
        assert!((quantity("kidney_external_beam_burman") - 25.647 / (1.0 + 2.0 / 2.6)).abs() <= 5e-4);
        assert!((quantity("salivary_any_dry_mouth") - 23.0).abs() < 1e-12);
        let integral_gy2 = 4.0 * 0.5 * cycle.protraction_factor * 5.75 * 5.75;
        let from_states = find("kidney_bed_external_beam").unwrap().quantity_from_states_gy(23.0, integral_gy2).unwrap();
        assert!((from_states - quantity("kidney_bed_external_beam")).abs() < 1e-12);
    }

    /// A tolerance is kept or passed, a threshold of response reached or not: the words never call a wanted dose a breach.
    #[test]
    fn a_limit_is_worded_by_its_effect() {
        let words = |name: &str, gy: f64| find(name).unwrap().reading(gy);
        assert_eq!(words("kidney_bed_limit_with_risk_factors", 28.0).unwrap(), "within the limit of 28 Gy");
        assert_eq!(words("kidney_bed_limit_with_risk_factors", 28.1).unwrap(), "above the limit of 28 Gy");
        assert_eq!(words("liver_tumour_y90_glass_threshold", 205.0).unwrap(), "threshold of 205 Gy reached");
        assert_eq!(words("liver_tumour_y90_glass_threshold", 204.9).unwrap(), "threshold of 205 Gy not reached");
        // 1.5^(75/50) = 1.837.
        assert_eq!(words("dotatate_lesion_response_odds_alipour", 75.0).unwrap(), "odds 1.84 times those at 0 Gy");
        assert_eq!(words("kidney_bed_external_beam", 40.0), None);
    }

    #[test]
    fn a_report_says_how_far_to_trust_the_kidney_curve() {
        let sentences = find("kidney_bed_external_beam").unwrap().report_sentences().join(" ");
        for words in ["transferred", "Emami", "over-predicts", "Barone"] {
            assert!(sentences.contains(words), "{words} missing: {sentences}");
        }
        assert_eq!(for_organ("Kidneys")[0].name, "kidney_bed_external_beam");
    }

    #[test]
    fn a_wrong_name_and_an_incomplete_relation_are_refused() {
        assert_eq!(find("kidney_bed_external").unwrap_err().nearest, "kidney_bed_external_beam");
        let incomplete = DoseEffectModel { alpha_beta_gy: None, ..find("kidney_bed_external_beam").unwrap().clone() };
        assert!(incomplete.check().unwrap_err().to_string().contains("BED needs alpha_beta_gy"));
        assert_eq!(incomplete.quantity_from_states_gy(1.0, 0.0), None);
    }
}
