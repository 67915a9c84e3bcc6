//! Partition model of microspheres: tumour, normal liver and lungs, each with a uniform dose (recalled: Ho et al. 1996).
//!
//! `TNR = (A_T/m_T)/(A_N/m_N)`; `D_N = C A (1 − LSF)/(TNR m_T + m_N)`; `D_T = TNR D_N`; `D_lung = C A LSF/m_lung`, usually with 1 kg of lung.
//! C [Gy kg/GBq] is the dose constant of full decay in place: 49.67 in much of print, 49.77 by ICRP 107 for 90Y.
use super::PlanningError;
use super::input::{fraction, not_negative, positive};

/// Tumour-to-normal ratio of activity concentrations from activities (or counts, one unit for both) and masses.
pub fn tumour_to_normal_ratio(
    tumour_activity: f64,
    tumour_mass_kg: f64,
    normal_activity: f64,
    normal_mass_kg: f64,
) -> Result<f64, PlanningError> {
    let tumour = positive("tumour activity", "counts", tumour_activity)? / positive("tumour mass", "kg", tumour_mass_kg)?;
    let normal = positive("normal-liver activity", "counts", normal_activity)? / positive("normal-liver mass", "kg", normal_mass_kg)?;
    Ok(tumour / normal)
}

/// Mean doses of the three compartments, Gy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartitionDoses {
    /// Tumour, Gy.
    pub tumour_gy: f64,
    /// Perfused normal liver, Gy.
    pub normal_gy: f64,
    /// Lungs, Gy.
    pub lungs_gy: f64,
}

/// A checked partition model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Partition {
    tumour_to_normal_ratio: f64,
    lung_shunt_fraction: f64,
    tumour_mass_kg: f64,
    normal_mass_kg: f64,
    lung_mass_kg: f64,
    constant_gy_kg_per_gbq: f64,
}

impl Partition {
    /// Masses in kg; `normal_mass_kg` is the perfused liver without tumour and may be 0; the constant in Gy kg/GBq.
    pub fn new(
        tumour_to_normal_ratio: f64,
        lung_shunt_fraction: f64,
        tumour_mass_kg: f64,
        normal_mass_kg: f64,
        lung_mass_kg: f64,
        constant_gy_kg_per_gbq: f64,
    ) -> Result<Self, PlanningError> {
        Ok(Self {
            tumour_to_normal_ratio: positive("tumour-to-normal ratio", "1", tumour_to_normal_ratio)?,
            lung_shunt_fraction: fraction("lung shunt", lung_shunt_fraction)?,
            tumour_mass_kg: positive("tumour mass", "kg", tumour_mass_kg)?,
            normal_mass_kg: not_negative("normal-liver mass", "kg", normal_mass_kg)?,
            lung_mass_kg: positive("lung mass", "kg", lung_mass_kg)?,
            constant_gy_kg_per_gbq: positive("dose constant", "Gy kg/GBq", constant_gy_kg_per_gbq)?,
        })
    }

    /// Doses per activity, Gy/GBq.
    fn per_gbq(&self) -> PartitionDoses {
        let into_liver = self.constant_gy_kg_per_gbq * (1.0 - self.lung_shunt_fraction);
        let normal_gy = into_liver / (self.tumour_to_normal_ratio * self.tumour_mass_kg + self.normal_mass_kg);
        PartitionDoses {
            tumour_gy: self.tumour_to_normal_ratio * normal_gy,
            normal_gy,
            lungs_gy: self.constant_gy_kg_per_gbq * self.lung_shunt_fraction / self.lung_mass_kg,
        }
    }

    /// Doses of an administered activity, Gy.
    pub fn doses(&self, activity_gbq: f64) -> Result<PartitionDoses, PlanningError> {
        let activity = not_negative("activity", "GBq", activity_gbq)?;
        let one = self.per_gbq();
        Ok(PartitionDoses { tumour_gy: activity * one.tumour_gy, normal_gy: activity * one.normal_gy, lungs_gy: activity * one.lungs_gy })
    }

    /// Activity for a mean tumour dose, GBq.
    pub fn activity_for_tumour_dose_gbq(&self, dose_gy: f64) -> Result<f64, PlanningError> {
        activity_for(dose_gy, self.per_gbq().tumour_gy)
    }

    /// Activity at which the normal liver gets `dose_gy`, GBq.
    pub fn activity_for_normal_dose_gbq(&self, dose_gy: f64) -> Result<f64, PlanningError> {
        activity_for(dose_gy, self.per_gbq().normal_gy)
    }

    /// Activity at which the lungs get `dose_gy`, GBq; `None` without a shunt, where no activity does.
    pub fn activity_for_lung_dose_gbq(&self, dose_gy: f64) -> Result<Option<f64>, PlanningError> {
        let dose_gy = positive("dose", "Gy", dose_gy)?;
        let one = self.per_gbq().lungs_gy;
        Ok((one > 0.0).then(|| dose_gy / one))
    }

    /// The largest activity that keeps normal liver and lungs at or below their limits, GBq.
    pub fn largest_activity_gbq(&self, normal_limit_gy: f64, lung_limit_gy: f64) -> Result<f64, PlanningError> {
        let by_lungs = self.activity_for_lung_dose_gbq(lung_limit_gy)?.unwrap_or(f64::INFINITY);
        if self.lung_shunt_fraction >= 1.0 {
            // nothing reaches the liver, whose limit then says nothing
            return Ok(by_lungs);
        }
        Ok(self.activity_for_normal_dose_gbq(normal_limit_gy)?.min(by_lungs))
    }
}

fn activity_for(dose_gy: f64, gy_per_gbq: f64) -> Result<f64, PlanningError> {
    let dose_gy = positive("dose", "Gy", dose_gy)?;
    if gy_per_gbq > 0.0 { Ok(dose_gy / gy_per_gbq) } else { Err(PlanningError::NothingLeft { what: "a lung shunt of 100 %" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TNR 5, LSF 5 %, tumour 0.3 kg, normal 1.2 kg, lungs 1 kg, 49.67 Gy kg/GBq, 3 GBq, by hand:
    /// D_N = 49.67 · 3 · 0.95 / (1.5 + 1.2) = 52.42944; D_T = 262.14722; D_lung = 49.67 · 3 · 0.05 = 7.4505.
    fn example() -> Partition {
        Partition::new(5.0, 0.05, 0.3, 1.2, 1.0, 49.67).unwrap()
    }

    #[test]
    fn three_gigabecquerel_by_hand() {
        let doses = example().doses(3.0).unwrap();
        assert!((doses.normal_gy - 52.42944).abs() < 1e-4, "{doses:?}");
        assert!((doses.tumour_gy - 262.14722).abs() < 1e-4);
        assert!((doses.lungs_gy - 7.4505).abs() < 1e-9);
    }

    /// Second way to the same doses: all energy is absorbed once, Σ D m = C A.
    #[test]
    fn energy_is_conserved() {
        let doses = example().doses(3.0).unwrap();
        let absorbed = doses.tumour_gy * 0.3 + doses.normal_gy * 1.2 + doses.lungs_gy * 1.0;
        assert!((absorbed / (49.67 * 3.0) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn there_and_back() {
        let plan = example();
        let activity = plan.activity_for_tumour_dose_gbq(205.0).unwrap();
        assert!((plan.doses(activity).unwrap().tumour_gy - 205.0).abs() < 1e-10);
        let activity = plan.activity_for_normal_dose_gbq(120.0).unwrap();
        assert!((plan.doses(activity).unwrap().normal_gy - 120.0).abs() < 1e-10);
        let activity = plan.activity_for_lung_dose_gbq(30.0).unwrap().unwrap();
        assert!((plan.doses(activity).unwrap().lungs_gy - 30.0).abs() < 1e-10);
    }

    /// 120 Gy to normal liver: 6.8664 GBq; 30 Gy to the lungs: 12.08 GBq; 10 Gy to the lungs: 4.02658 GBq.
    #[test]
    fn the_stricter_limit_rules() {
        assert!((example().largest_activity_gbq(120.0, 30.0).unwrap() - 120.0 * 2.7 / (49.67 * 0.95)).abs() < 1e-10);
        assert!((example().largest_activity_gbq(120.0, 10.0).unwrap() - 10.0 / (49.67 * 0.05)).abs() < 1e-10);
    }

    #[test]
    fn ratio_of_concentrations() {
        assert!((tumour_to_normal_ratio(300.0, 0.3, 240.0, 1.2).unwrap() - 5.0).abs() < 1e-12);
        assert!(tumour_to_normal_ratio(300.0, 0.3, 0.0, 1.2).is_err());
    }

    #[test]
    fn borders() {
        // without a shunt no activity reaches the lungs; a segment without normal liver is possible
        let segment = Partition::new(2.0, 0.0, 0.1, 0.0, 1.0, 50.0).unwrap();
        assert_eq!(segment.activity_for_lung_dose_gbq(30.0).unwrap(), None);
        assert!((segment.doses(1.0).unwrap().tumour_gy - 500.0).abs() < 1e-10);
        // all into the lungs
        let shunted = Partition::new(2.0, 1.0, 0.1, 1.0, 1.0, 50.0).unwrap();
        assert!(shunted.activity_for_tumour_dose_gbq(100.0).is_err());
        assert!((shunted.largest_activity_gbq(120.0, 30.0).unwrap() - 0.6).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Partition::new(0.0, 0.05, 0.3, 1.2, 1.0, 50.0).is_err());
        assert!(Partition::new(5.0, 5.0, 0.3, 1.2, 1.0, 50.0).is_err());
        assert!(Partition::new(5.0, 0.05, 0.0, 1.2, 1.0, 50.0).is_err());
        assert!(Partition::new(5.0, 0.05, 0.3, -1.2, 1.0, 50.0).is_err());
        assert!(Partition::new(5.0, 0.05, 0.3, 1.2, 0.0, 50.0).is_err());
        assert!(Partition::new(5.0, 0.05, 0.3, 1.2, 1.0, f64::NAN).is_err());
        assert!(example().doses(-1.0).is_err() && example().activity_for_tumour_dose_gbq(0.0).is_err());
    }
}
