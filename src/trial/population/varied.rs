//! What may differ between patients, and where it sits: in the parameters of the model, or in what `physiology` holds beside it.
//!
//! Values are in the unit in which they are held ([`Varied::held_unit`]); [`Varied::internal_per_held`] leads to internal units.
use crate::radiobiology::blood_counts::LineageParameters;
use crate::regimen::{PhysiologyPlan, RegimenPlan};
use crate::units::Unit;

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

impl Varied {
    /// Whether it is a factor on several values, whose own value is 1.
    pub fn is_factor(self) -> bool {
        matches!(self, Varied::AllCountKill | Varied::PsaEffect)
    }

    /// The unit in which `physiology` holds it; `None` where it has none, or is a parameter of the model (held in internal units).
    pub fn held_unit(self) -> Option<&'static str> {
        match self {
            Varied::Clearance => Some("mL/min"),
            Varied::CountKill(_) | Varied::LesionKill(_) => Some("1/Gy"),
            Varied::PsaGrowth => Some("1/h"),
            Varied::LesionGrowth(_) => Some("d"),
            Varied::Parameter(_) | Varied::CountBaseline(_) | Varied::AllCountKill | Varied::PsaEffect => None,
        }
    }

    /// Internal units per unit in which it is held; 1 where those are the same, and for counts, which are numbers in the unit of their lineage.
    pub fn internal_per_held(self) -> f64 {
        self.held_unit().and_then(|unit| Unit::parse(unit).ok()).map_or(1.0, |unit| unit.in_internal_units)
    }

    /// The value of the patient around whom the others are drawn; `None` where the scenario has no such thing.
    pub fn own(self, parameters: &[f64], regimen: &RegimenPlan) -> Option<f64> {
        let physiology = &regimen.physiology;
        let lineage = |at: usize| physiology.counts.as_ref().and_then(|counts| counts.lineages.get(at));
        match self {
            Varied::Parameter(at) => parameters.get(at).copied(),
            Varied::Clearance => physiology.kidneys.as_ref().map(|kidneys| kidneys.baseline_ml_per_min),
            Varied::CountBaseline(at) => lineage(at).map(|lineage| lineage.baseline),
            Varied::CountKill(at) => lineage(at).map(|lineage| lineage.alpha_per_gy),
            Varied::LesionKill(at) => physiology.lesions.get(at).map(|lesion| lesion.growth.alpha_per_gy),
            Varied::LesionGrowth(at) => physiology.lesions.get(at).map(|lesion| lesion.growth.doubling_time_d),
            Varied::PsaGrowth => physiology.psa.as_ref().map(|psa| psa.parameters.growth_per_h),
            Varied::AllCountKill => physiology.counts.as_ref().map(|_| 1.0),
            Varied::PsaEffect => physiology.psa.as_ref().map(|_| 1.0),
        }
    }

    /// Gives it `value` in the physiology of a patient. Parameters of the model are not held there. Values are set before factors multiply.
    pub(super) fn put(self, value: f64, physiology: &mut PhysiologyPlan) {
        let place = match self {
            Varied::Parameter(_) => None,
            Varied::Clearance => physiology.kidneys.as_mut().map(|kidneys| &mut kidneys.baseline_ml_per_min),
            Varied::CountBaseline(at) => lineage(physiology, at).map(|lineage| &mut lineage.baseline),
            Varied::CountKill(at) => lineage(physiology, at).map(|lineage| &mut lineage.alpha_per_gy),
            Varied::LesionKill(at) => physiology.lesions.get_mut(at).map(|lesion| &mut lesion.growth.alpha_per_gy),
            Varied::LesionGrowth(at) => physiology.lesions.get_mut(at).map(|lesion| &mut lesion.growth.doubling_time_d),
            Varied::PsaGrowth => physiology.psa.as_mut().map(|psa| &mut psa.parameters.growth_per_h),
            Varied::AllCountKill => {
                for lineage in physiology.counts.iter_mut().flat_map(|counts| &mut counts.lineages) {
                    lineage.alpha_per_gy *= value;
                }
                None
            }
            Varied::PsaEffect => {
                if let Some(psa) = &mut physiology.psa {
                    psa.parameters.direct_l_per_d_per_gbq *= value;
                    psa.parameters.delayed_l_per_d_per_mbq *= value;
                }
                None
            }
        };
        if let Some(place) = place {
            *place = value;
        }
    }
}

fn lineage(physiology: &mut PhysiologyPlan, at: usize) -> Option<&mut LineageParameters> {
    physiology.counts.as_mut().and_then(|counts| counts.lineages.get_mut(at))
}
