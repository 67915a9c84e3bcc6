//! 166Ho microspheres: `A [MBq] = 3781 MBq/kg · liver mass` (recalled: instructions for use), which is meant to give the whole liver 60 Gy.
use super::PlanningError;
use super::input::positive;

/// The rule's activity per mass of the liver to be treated, MBq/kg.
pub const HOLMIUM_MBQ_PER_KG: f64 = 3781.0;

/// The mean dose that the rule aims at, Gy.
pub const HOLMIUM_AIM_GY: f64 = 60.0;

/// Activity of 166Ho microspheres, MBq.
pub fn activity_mbq(treated_mass_kg: f64) -> Result<f64, PlanningError> {
    Ok(HOLMIUM_MBQ_PER_KG * positive("treated liver mass", "kg", treated_mass_kg)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regimen::planning::glass::full_decay_gy_kg_per_gbq;

    #[test]
    fn a_liver_of_1_8_kg() {
        assert!((activity_mbq(1.8).unwrap() - 6805.8).abs() < 1e-9);
        assert!(activity_mbq(0.0).is_err());
    }

    /// 60 Gy over 3.781 GBq/kg is 15.87 Gy kg/GBq; ICRP 107 electrons give 15.529: within 2.5 %.
    #[test]
    fn the_rule_means_sixty_gray() {
        let constant = HOLMIUM_AIM_GY / (HOLMIUM_MBQ_PER_KG / 1000.0);
        assert!((constant - 15.87).abs() < 0.005);
        let physical = full_decay_gy_kg_per_gbq("Ho-166").unwrap();
        assert!((physical - 15.529).abs() < 0.01 && (physical / constant - 1.0).abs() < 0.025, "{physical}");
    }
}
