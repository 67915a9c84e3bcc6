//! The rule: what to give next, from what the clinic knows.
use super::arm::{Adaptation, Arm, Limit, LimitQuantity};
use super::clinic::DoseEstimate;
use crate::dosimetry::course::Repair;

/// What the rule decides after a cycle.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Give this activity (MBq) in the next cycle.
    Give {
        /// The activity (MBq).
        activity_mbq: f64,
        /// Where the wish was cut to the smallest or largest allowed activity: the wish (MBq).
        wanted_mbq: Option<f64>,
    },
    /// No further cycle.
    Stop {
        /// Why.
        reason: String,
    },
}

/// Decides on the cycle after `given` (activities and the clinic's estimates so far).
pub fn decide(arm: &Arm, limit: &Limit, repair: Option<Repair>, given: &[(f64, DoseEstimate)]) -> Decision {
    let stop = |reason: String| Decision::Stop { reason };
    if given.len() >= arm.cycles {
        return stop(match arm.adaptation {
            Adaptation::Cycles => format!("largest number of cycles ({})", arm.cycles),
            _ => format!("all {} planned cycles given", arm.cycles),
        });
    }
    let Some((last_mbq, last)) = given.last() else {
        return Decision::Give { activity_mbq: arm.first_activity_mbq, wanted_mbq: None };
    };
    if arm.adaptation == Adaptation::Fixed {
        return Decision::Give { activity_mbq: arm.first_activity_mbq, wanted_mbq: None };
    }
    let metric = |estimate: &DoseEstimate| match limit.quantity {
        LimitQuantity::AbsorbedDose => estimate.absorbed_gy,
        LimitQuantity::Bed => estimate.bed_gy.unwrap_or(estimate.absorbed_gy),
    };
    let so_far: f64 = given.iter().map(|(_, estimate)| metric(estimate)).sum();
    let left = limit.limit_gy - so_far;
    let words = limit.quantity.words();
    match arm.adaptation {
        Adaptation::Cycles => {
            // the same activity again is predicted to give what the last cycle gave
            let next = metric(last);
            if so_far + next <= limit.limit_gy {
                Decision::Give { activity_mbq: arm.first_activity_mbq, wanted_mbq: None }
            } else {
                stop(format!("estimated {words} {so_far:.2} Gy + predicted {next:.2} Gy would pass {:.2} Gy", limit.limit_gy))
            }
        }
        _ => {
            if left <= 0.0 {
                return stop(format!("estimated {words} {so_far:.2} Gy has reached {:.2} Gy", limit.limit_gy));
            }
            let budget = left / (arm.cycles - given.len()) as f64;
            let dose_gy = match limit.quantity {
                LimitQuantity::AbsorbedDose => budget,
                LimitQuantity::Bed => dose_for_bed(budget, last.protraction_factor.unwrap_or(0.0), repair),
            };
            let wanted_mbq = dose_gy * last_mbq / last.absorbed_gy;
            if let Some(smallest) = arm.smallest_mbq.filter(|smallest| wanted_mbq < *smallest) {
                return stop(format!("the limit leaves {wanted_mbq:.0} MBq, below the smallest activity of {smallest:.0} MBq"));
            }
            match arm.largest_mbq.filter(|largest| wanted_mbq > *largest) {
                Some(largest) => Decision::Give { activity_mbq: largest, wanted_mbq: Some(wanted_mbq) },
                None => Decision::Give { activity_mbq: wanted_mbq, wanted_mbq: None },
            }
        }
    }
}

/// The dose whose BED is `bed_gy`: the positive root of D + (G/(α/β)) D² = BED.
fn dose_for_bed(bed_gy: f64, protraction_factor: f64, repair: Option<Repair>) -> f64 {
    let Some(repair) = repair.filter(|_| protraction_factor > 0.0) else { return bed_gy };
    let a = protraction_factor / repair.alpha_beta_gy;
    ((1.0 + 4.0 * a * bed_gy).sqrt() - 1.0) / (2.0 * a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(adaptation: Adaptation, cycles: usize) -> Arm {
        Arm {
            name: "a".into(),
            title: "a".into(),
            first_activity_mbq: 7400.0,
            cycles,
            adaptation,
            smallest_mbq: Some(1000.0),
            largest_mbq: Some(15_000.0),
        }
    }

    fn estimate(absorbed_gy: f64) -> DoseEstimate {
        DoseEstimate { absorbed_gy, standard_error_gy: None, effective_half_life_h: 51.0, protraction_factor: None, bed_gy: None }
    }

    fn limit(limit_gy: f64) -> Limit {
        Limit { target: 0, quantity: LimitQuantity::AbsorbedDose, limit_gy }
    }

    #[test]
    fn the_activity_shares_what_is_left_among_the_cycles_that_are_left() {
        // 23 Gy over 4 cycles; the first gave 5 Gy by 7.4 GBq: 18 Gy in 3 cycles are 6 Gy or 8.88 GBq each
        let decision = decide(&arm(Adaptation::Activity, 4), &limit(23.0), None, &[(7400.0, estimate(5.0))]);
        let Decision::Give { activity_mbq, wanted_mbq: None } = decision else { panic!("{decision:?}") };
        assert!((activity_mbq - 8880.0).abs() < 1e-9);
    }

    #[test]
    fn a_wish_above_the_largest_activity_is_cut_and_said() {
        let decision = decide(&arm(Adaptation::Activity, 4), &limit(23.0), None, &[(7400.0, estimate(2.0))]);
        // 21 Gy / 3 = 7 Gy at 3.7 GBq per Gy
        assert_eq!(decision, Decision::Give { activity_mbq: 15_000.0, wanted_mbq: Some(25_900.0) });
    }

    #[test]
    fn the_treatment_stops_at_the_limit() {
        let given = [(7400.0, estimate(6.0)), (7400.0, estimate(6.0)), (7400.0, estimate(6.0))];
        // 18 + 6 > 23
        assert!(matches!(decide(&arm(Adaptation::Cycles, 9), &limit(23.0), None, &given), Decision::Stop { .. }));
        assert!(matches!(decide(&arm(Adaptation::Cycles, 9), &limit(24.0), None, &given), Decision::Give { .. }));
        assert!(matches!(decide(&arm(Adaptation::Activity, 4), &limit(18.0), None, &given), Decision::Stop { .. }));
    }

    #[test]
    fn the_dose_for_a_bed_gives_that_bed_back() {
        // closed form G = T_rep/(T_rep + T_eff): T_eff 51 h, T_rep 2.8 h give G 0.052045; 5.75 Gy have BED 25.647/4 Gy at α/β 2.6
        let repair = Repair { alpha_beta_gy: 2.6, repair_half_time_h: 2.8 };
        let dose = dose_for_bed(25.647 / 4.0, 0.052045, Some(repair));
        assert!((dose - 5.75).abs() < 1e-3, "{dose}");
    }
}
