//! The rule against published limits and arithmetic done by hand, from records alone.
use super::arm::{ActivityRule, Adaptation, Arm, Limit, LimitQuantity, RetentionLimit};
use super::clinic::Scan;
use super::decide::{Decision, StopCause};
use super::fixtures_of_tests::*;
use super::record::PatientRecord;
use crate::units::{ACTIVITY, DOSE};

/// Cycles that are given when each is estimated at `dose_gy` for 7.4 GBq.
fn cycles_of(arm: &Arm, dose_gy: f64, risk_factor: bool) -> usize {
    let mut record = PatientRecord { risk_factor, ..record() };
    for number in 0..50 {
        match says(arm, &mut record, 10.0 * number as f64) {
            Decision::Give { activity_mbq, .. } => {
                enter(&mut record, 10.0 * number as f64, activity_mbq, Some(dose_gy * activity_mbq / 7400.0))
            }
            Decision::Stop { .. } => return number,
            other => panic!("{other:?}"),
        }
    }
    panic!("no end");
}

fn until(limit: Limit) -> Arm {
    arm(20, Adaptation::Cycles, vec![limit])
}

/// Tabulated: four times 5.75 Gy are a BED of 25.647 Gy (G 0.052045, α/β 2.6 Gy). A limit just above admits the fourth cycle, one just below does not.
#[test]
fn a_bed_limit_counts_the_bed_of_each_cycle_by_itself() {
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 25.648, 0.0)), 5.75, false), 4);
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 25.646, 0.0)), 5.75, false), 3);
    // one cycle of 23 Gy: 33.589 Gy, tabulated
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 33.590, 0.0)), 23.0, false), 1);
    // the same four as absorbed dose: 23 Gy exactly are within the limit
    assert_eq!(cycles_of(&until(limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)), 5.75, false), 4);
}

/// ILUMINET at 0.65 Gy/GBq: 4.81 Gy a cycle, BED 4.81 + 0.052045 × 4.81²/2.6 = 5.2731 Gy. Within 27 + 2 Gy: 5 cycles (26.37; six are 31.64); within 40 + 2 Gy: 7 (36.91; eight
/// are 42.18). Without the tolerance 27 Gy admit 5 and 26 Gy only 4.
#[test]
fn iluminet_goes_on_within_its_limit_and_tolerance() {
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 27.0, 2.0)), 4.81, false), 5);
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 40.0, 2.0)), 4.81, false), 7);
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 26.0, 0.0)), 4.81, false), 4);
    assert_eq!(cycles_of(&until(limit(LimitQuantity::Bed, 26.0, 2.0)), 4.81, false), 5);
}

/// Two tiers: Bodei 40 Gy, with a risk factor 28 Gy; ILUMINET's steps 40 and 27 Gy. At 5.2731 Gy a cycle: 7 and 5; and at 6.9 Gy a cycle (BED 7.8530): 5 (39.27) and 3 (23.56).
#[test]
fn a_risk_factor_lowers_a_limit_of_two_tiers() {
    for lower_gy in [28.0, 27.0] {
        let tiers = Limit { with_risk_factor_gy: Some(lower_gy), ..limit(LimitQuantity::Bed, 40.0, 0.0) };
        assert_eq!((cycles_of(&until(tiers.clone()), 4.81, false), cycles_of(&until(tiers.clone()), 4.81, true)), (7, 5));
        assert_eq!((cycles_of(&until(tiers.clone()), 6.9, false), cycles_of(&until(tiers), 6.9, true)), (5, 3));
    }
    // 6 cycles of 4.5 Gy are a BED of 6 × 4.9053 = 29.432: between the tiers of 28 and 30
    let tiers = Limit { with_risk_factor_gy: Some(28.0), ..limit(LimitQuantity::Bed, 30.0, 0.0) };
    assert_eq!((cycles_of(&until(tiers.clone()), 4.5, false), cycles_of(&until(tiers), 4.5, true)), (6, 5));
}

#[test]
fn the_largest_number_of_cycles_ends_what_no_limit_ends() {
    let arm = arm(3, Adaptation::Cycles, vec![limit(LimitQuantity::AbsorbedDose, 100.0, 0.0)]);
    assert_eq!(cycles_of(&arm, 1.0, false), 3);
}

fn adapted(limits: Vec<Limit>) -> Arm {
    arm(4, Adaptation::Activity, limits)
}

/// (limit − so far)/(cycles left)/(Gy per GBq): after 7.4 GBq with 4 Gy and 8 GBq with 5 Gy, (23 − 9)/2/(5/8) = 11.2 GBq.
#[test]
fn an_adapted_activity_shares_what_is_left_of_the_limit() {
    let arm = adapted(vec![limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)]);
    let mut record = record();
    assert_eq!(given_mbq(says(&arm, &mut record, 0.0)), 7400.0);
    enter(&mut record, 0.0, 7400.0, Some(4.0));
    // (23 − 4)/3/(4/7.4) = 11.7167 GBq
    assert!((given_mbq(says(&arm, &mut record, 8.0)) - 19.0 / 3.0 / 4.0 * 7400.0).abs() < 1e-9);
    enter(&mut record, 8.0, 8000.0, Some(5.0));
    assert!((given_mbq(says(&arm, &mut record, 16.0)) - 11_200.0).abs() < 1e-9);
    enter(&mut record, 16.0, 11_200.0, Some(14.5));
    let Decision::Stop { cause, reason } = says(&arm, &mut record, 24.0) else { panic!() };
    assert_eq!(cause, StopCause::Limit);
    assert!(reason.contains("23.50 Gy has reached 23.00 Gy"), "{reason}");
}

/// A quarter less for impaired kidneys: 75 % of 23 Gy are 17.25 Gy; (17.25 − 4)/3/(4/7.4) = 8.1708 GBq.
#[test]
fn the_prescribed_share_lowers_the_limit() {
    let arm = Arm { prescribed_share: 0.75, ..adapted(vec![limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)]) };
    let mut record = record();
    enter(&mut record, 0.0, 7400.0, Some(4.0));
    assert!((given_mbq(says(&arm, &mut record, 8.0)) - 13.25 / 3.0 / 4.0 * 7400.0).abs() < 1e-9);
}

/// BED: 5.75 Gy given, 3 cycles left of the four that make 25.6473 Gy: each the same 5.75 Gy again, the same activity.
#[test]
fn a_goal_in_bed_is_turned_into_a_dose_by_the_patients_own_protraction() {
    let total_gy = 4.0 * (5.75 + KIDNEY_G * 5.75 * 5.75 / ALPHA_BETA_GY);
    let arm = adapted(vec![limit(LimitQuantity::Bed, total_gy, 0.0)]);
    let mut record = record();
    enter(&mut record, 0.0, 7400.0, Some(5.75));
    assert!((given_mbq(says(&arm, &mut record, 8.0)) - 7400.0).abs() < 1e-6);
}

/// NCT04917484: at most 20 GBq in cycle 1, 25 GBq in cycles 2 to 4. Predicted 24 Gy/4/(0.2 Gy/GBq) = 30 GBq.
#[test]
fn caps_cut_the_first_cycle_at_20_and_later_ones_at_25_gbq() {
    let arm = Arm {
        activity: ActivityRule::Predicted(formula("0.2 Gy/GBq * (clearance / (99 mL/min))^-0.552", DOSE.over(ACTIVITY))),
        largest_mbq: vec![20_000.0, 25_000.0],
        ..adapted(vec![limit(LimitQuantity::AbsorbedDose, 24.0, 0.0)])
    };
    let mut record = record();
    for (week, largest) in [(0.0, 20_000.0), (8.0, 25_000.0), (16.0, 25_000.0), (24.0, 25_000.0)] {
        let Decision::Give { activity_mbq, wanted_mbq, .. } = says(&arm, &mut record, week) else { panic!() };
        assert_eq!(activity_mbq, largest);
        let wanted_mbq = wanted_mbq.unwrap();
        assert!(wanted_mbq > 25_000.0);
        if week == 0.0 {
            assert!((wanted_mbq - 30_000.0).abs() < 1e-6, "{wanted_mbq}");
        }
        enter(&mut record, week, activity_mbq, Some(2.0));
    }
    // what is within the cap is not cut: 24 Gy/4/(0.654 Gy/GBq) = 9.1743 GBq
    let arm = Arm { activity: ActivityRule::Predicted(formula("0.654 Gy/GBq", DOSE.over(ACTIVITY))), ..arm };
    let Decision::Give { activity_mbq, wanted_mbq, .. } = says(&arm, &mut self::record(), 0.0) else { panic!() };
    assert!((activity_mbq - 6000.0 / 0.654).abs() < 1e-6 && wanted_mbq.is_none());
}

#[test]
fn what_is_left_below_the_smallest_activity_ends_the_treatment() {
    let arm = Arm { smallest_mbq: Some(700.0), ..adapted(vec![limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)]) };
    let mut record = record();
    // 22.5 Gy by 7.4 GBq: 0.5 Gy for three cycles leave 54.8 MBq
    enter(&mut record, 0.0, 7400.0, Some(22.5));
    let Decision::Stop { cause, reason } = says(&arm, &mut record, 8.0) else { panic!() };
    assert_eq!(cause, StopCause::Limit);
    assert!(reason.contains("55 MBq, below the smallest activity of 700 MBq"), "{reason}");
}

#[test]
fn the_tightest_of_several_limits_holds() {
    let kidneys = limit(LimitQuantity::AbsorbedDose, 23.0, 0.0);
    let looser = limit(LimitQuantity::AbsorbedDose, 40.0, 0.0);
    assert_eq!(cycles_of(&arm(20, Adaptation::Cycles, vec![looser, kidneys]), 5.0, false), 4);
}

fn tracer(blood_gy: f64, retained_share: f64) -> PatientRecord {
    let mut record = record();
    enter(&mut record, 0.0, 15.0, Some(blood_gy));
    record.cycles[0].scans = [2.0, 48.0, 96.0]
        .map(|time_h| Scan {
            region: "whole_body".into(),
            time_h,
            true_mbq: 0.0,
            measured_mbq: 15.0 * if time_h == 48.0 { retained_share } else { 0.9 },
        })
        .into();
    record
}

/// Benua and Leeper: 2 Gy to the blood and 4.44 GBq (120 mCi) in the body at 48 h, 2.96 GBq (80 mCi) with diffuse lung metastases; the smaller of the two.
#[test]
fn benuas_two_rules() {
    let arm = Arm {
        cycles: 2,
        retentions: vec![RetentionLimit {
            region: "whole_body".into(),
            at_min: 48.0 * 60.0,
            limit_mbq: 4440.0,
            with_risk_factor_mbq: Some(2960.0),
            source: None,
        }],
        ..adapted(vec![limit(LimitQuantity::AbsorbedDose, 2.0, 0.0)])
    };
    // 0.1 Gy/GBq: 15 MBq give 1.5 mGy and leave (2 − 0.0015)/0.1 = 19.985 GBq; 30 % retained: 4.44/0.3 = 14.8 GBq, with lung metastases 9.8667 GBq
    let mut patient = tracer(0.0015, 0.3);
    assert!((given_mbq(says(&arm, &mut patient, 2.0)) - 14_800.0).abs() < 1e-6);
    let mut patient = PatientRecord { risk_factor: true, ..tracer(0.0015, 0.3) };
    assert!((given_mbq(says(&arm, &mut patient, 2.0)) - 2960.0 / 0.3).abs() < 1e-6);
    // 10 % retained: 44.4 GBq, so the blood decides
    let mut patient = tracer(0.0015, 0.1);
    assert!((given_mbq(says(&arm, &mut patient, 2.0)) - 19_985.0).abs() < 1e-6);
}

/// A number of cycles under a retention limit: 7.4 GBq of which 61 % stay are 4.514 GBq at 48 h, too much; 59 % are 4.366 GBq.
#[test]
fn a_retention_limit_ends_a_number_of_cycles() {
    let retention =
        RetentionLimit { region: "whole_body".into(), at_min: 2880.0, limit_mbq: 4440.0, with_risk_factor_mbq: None, source: None };
    let arm = Arm { retentions: vec![retention], ..until(limit(LimitQuantity::AbsorbedDose, 1000.0, 0.0)) };
    assert_eq!(given_mbq(says(&arm, &mut tracer(0.001, 0.59), 2.0)), 7400.0);
    let Decision::Stop { cause, reason } = says(&arm, &mut tracer(0.001, 0.61), 2.0) else { panic!() };
    assert_eq!(cause, StopCause::Limit);
    assert!(reason.contains("4514 MBq, more than 4440 MBq"), "{reason}");
}

/// TheraP: 8.5 GBq, 0.5 GBq less each cycle.
#[test]
fn a_taper_takes_the_same_step_each_cycle() {
    let arm = Arm {
        activity: ActivityRule::Formula(formula("8.5 GBq - 0.5 GBq * (cycle - 1)", ACTIVITY)),
        ..arm(6, Adaptation::Fixed, Vec::new())
    };
    let mut record = record();
    for (cycle, gbq) in [8.5, 8.0, 7.5, 7.0, 6.5, 6.0].into_iter().enumerate() {
        let activity_mbq = given_mbq(says(&arm, &mut record, 6.0 * cycle as f64));
        assert!((activity_mbq - 1000.0 * gbq).abs() < 1e-9, "cycle {}", cycle + 1);
        enter(&mut record, 6.0 * cycle as f64, activity_mbq, None);
    }
    assert!(matches!(says(&arm, &mut record, 36.0), Decision::Stop { cause: StopCause::Planned, .. }));
}

#[test]
fn a_rule_that_gives_no_activity_says_so() {
    let arm = Arm {
        activity: ActivityRule::Formula(formula("1 GBq - 0.5 GBq * (cycle - 1)", ACTIVITY)),
        ..arm(6, Adaptation::Fixed, Vec::new())
    };
    let mut record = record();
    enter(&mut record, 0.0, 1000.0, None);
    enter(&mut record, 6.0, 500.0, None);
    assert!(matches!(says(&arm, &mut record, 12.0), Decision::Stop { cause: StopCause::NoActivity, .. }));
}
