//! Virtual patients around one: parameters of the model and of the physiology, drawn log-normally, each with noise of its own in the clinic.
//!
//! Patient i of seed s is the same patient whatever else is drawn: the draw of a quantity is addressed by (seed, patient, its position). Median: the value of the
//! scenario's patient, or that value less √(1 + cv²) where it is the mean; σ = √ln(1 + cv²). Quantities are drawn independently of each other.
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::exp;
use crate::model::Model;
use crate::random::RandomSource;
use crate::regimen::RegimenPlan;

/// Stream of the parameters.
const PARAMETER_STREAM: u32 = 0;
/// Stream of the risk factor.
const RISK_STREAM: u32 = 1;

/// What differs between patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varied {
    /// A parameter of the model, by position.
    Parameter(usize),
    /// Clearance at the start.
    Clearance,
    /// Baseline of a lineage, by position.
    CountBaseline(usize),
    /// Radiosensitivity of a lineage, by position.
    CountKill(usize),
    /// Radiosensitivity of all lineages by one factor.
    AllCountKill,
    /// Radiosensitivity of a lesion, by position.
    LesionKill(usize),
    /// Growth of PSA.
    PsaGrowth,
    /// Both effects on PSA, by one factor.
    PsaEffect,
    /// Doubling time of a lesion, by position.
    LesionGrowth(usize),
}

/// One quantity that differs, and how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Variation {
    /// Its name in the scenario.
    pub name: String,
    /// What it is.
    pub varied: Varied,
    /// Coefficient of variation between patients.
    pub cv: f64,
    /// Whether the patient's own value is the mean of the patients; else it is the median.
    pub about_mean: bool,
    /// Smallest and largest factor on the patient's own value (patients outside take the end: entry criteria).
    pub factors: (f64, f64),
}

/// A cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortPlan {
    /// Number of patients.
    pub patients: usize,
    /// Seed.
    pub seed: u64,
    /// What differs.
    pub variations: Vec<Variation>,
    /// Share of patients with a risk factor; `None`: as the scenario's patient.
    pub risk_factor_share: Option<f64>,
}

impl CohortPlan {
    /// Columns of what is drawn: name, unit, size of the unit in internal units.
    pub fn columns(&self) -> Vec<(String, String, f64)> {
        Vec::new()
    }

    /// Patient `number`: the parameters of the model, and the regimen with this patient's physiology, covariates and noise.
    pub fn patient(&self, number: usize, model: &Model, parameters: &[f64], regimen: &RegimenPlan) -> (Vec<f64>, RegimenPlan) {
        let mut parameters = parameters.to_vec();
        let mut regimen = RegimenPlan { coarse_curves: true, ..regimen.clone() };
        let draws = RandomSource::new(self.seed, number as u64, PARAMETER_STREAM);
        for (position, variation) in self.variations.iter().enumerate() {
            let sd = logarithmic_standard_deviation(variation.cv);
            let shift = if variation.about_mean { -0.5 * sd * sd } else { 0.0 };
            let factor = exp(sd * draws.standard_normal(position as u32) + shift);
            let factor = factor.clamp(variation.factors.0, variation.factors.1);
            let physiology = &mut regimen.physiology;
            if variation.varied == Varied::AllCountKill {
                for lineage in physiology.counts.iter_mut().flat_map(|counts| &mut counts.lineages) {
                    lineage.alpha_per_gy *= factor;
                }
                continue;
            }
            if variation.varied == Varied::PsaEffect {
                if let Some(psa) = &mut physiology.psa {
                    psa.parameters.direct_l_per_d_per_gbq *= factor;
                    psa.parameters.delayed_l_per_d_per_mbq *= factor;
                }
                continue;
            }
            let value = match variation.varied {
                Varied::AllCountKill | Varied::PsaEffect => None,
                Varied::PsaGrowth => physiology.psa.as_mut().map(|psa| &mut psa.parameters.growth_per_h),
                Varied::Parameter(at) => parameters.get_mut(at),
                Varied::Clearance => physiology.kidneys.as_mut().map(|kidneys| &mut kidneys.baseline_ml_per_min),
                Varied::CountBaseline(at) => lineage(physiology, at).map(|lineage| &mut lineage.baseline),
                Varied::CountKill(at) => lineage(physiology, at).map(|lineage| &mut lineage.alpha_per_gy),
                Varied::LesionKill(at) => physiology.lesions.get_mut(at).map(|lesion| &mut lesion.growth.alpha_per_gy),
                Varied::LesionGrowth(at) => physiology.lesions.get_mut(at).map(|lesion| &mut lesion.growth.doubling_time_d),
            };
            if let Some(value) = value {
                *value *= factor;
            }
        }
        regimen.follow(model, &parameters);
        if let Some(share) = self.risk_factor_share {
            let has = RandomSource::new(self.seed, number as u64, RISK_STREAM).uniform(0) < share;
            regimen.risk_factors = if has { vec!["drawn".into()] } else { Vec::new() };
        }
        let own = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        regimen.clinic.seed = regimen.clinic.seed.wrapping_add(own);
        regimen.physiology.seed = regimen.physiology.seed.wrapping_add(own);
        (parameters, regimen)
    }
}

fn lineage(
    physiology: &mut crate::regimen::PhysiologyPlan,
    at: usize,
) -> Option<&mut crate::radiobiology::blood_counts::LineageParameters> {
    physiology.counts.as_mut().and_then(|counts| counts.lineages.get_mut(at))
}
