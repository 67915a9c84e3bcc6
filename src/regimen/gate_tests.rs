//! Label reductions and stop rules, followed through records week by week. Rules: prescribing information and practice as the label rules cite them.
use super::arm::{Adaptation, Arm, LimitQuantity};
use super::clinic::Analyte;
use super::decide::{Decision, StopCause};
use super::fixtures_of_tests::*;
use super::gate::{Condition, Gate, LONGEST_DELAY_MIN, Reduce};
use super::label_rules;
use super::record::{Assessment, PatientRecord};
use super::stop::StopRule;
use crate::radiobiology::blood_counts::CellKind::{Haemoglobin, Neutrophils, Platelets};
use crate::units::MINUTES_PER_WEEK;

fn label(name: &str) -> Arm {
    gated(label_rules::find(name).unwrap())
}

/// A patient with healthy counts and one cycle of 7.4 GBq in week 0.
fn treated(platelets: f64) -> PatientRecord {
    let mut record = record();
    count(&mut record, 0.0, Platelets, platelets);
    count(&mut record, 0.0, Neutrophils, 4.0);
    count(&mut record, 0.0, Haemoglobin, 130.0);
    enter(&mut record, 0.0, 7400.0, None);
    record
}

#[track_caller]
fn stopped(decision: Decision, words: &str) {
    let Decision::Stop { cause, reason } = decision else { panic!("{decision:?}") };
    assert_eq!(cause, StopCause::Toxicity, "{reason}");
    assert!(reason.contains(words), "{reason}");
}

/// Lutathera: grade 2 in week 4, recovered in week 8: 3.7 GBq; tolerated: 7.4 GBq again.
#[test]
fn lutathera_halves_once_and_returns_after_a_tolerated_cycle() {
    let arm = label("lutathera_label");
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 60.0);
    count(&mut record, 8.0, Platelets, 180.0);
    let decision = says(&arm, &mut record, 8.0);
    let Decision::Give { activity_mbq, reduced_by, .. } = decision else { panic!("{decision:?}") };
    assert_eq!((activity_mbq, reduced_by), (3700.0, vec!["thrombocytopenia".to_owned()]));
    enter(&mut record, 8.0, 3700.0, None);
    count(&mut record, 12.0, Platelets, 120.0);
    count(&mut record, 16.0, Platelets, 170.0);
    assert_eq!(given_mbq(says(&arm, &mut record, 16.0)), 7400.0);
}

/// Grade 1 platelets and grade 2 neutrophils are no reason on Lutathera's label.
#[test]
fn lutathera_leaves_lower_grades_alone() {
    let arm = label("lutathera_label");
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 76.0);
    count(&mut record, 4.0, Neutrophils, 1.1);
    count(&mut record, 4.0, Haemoglobin, 85.0);
    assert_eq!(given_mbq(says(&arm, &mut record, 8.0)), 7400.0);
}

#[test]
fn lutathera_ends_on_recurrence() {
    let arm = label("lutathera_label");
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 60.0);
    count(&mut record, 8.0, Platelets, 180.0);
    assert_eq!(given_mbq(says(&arm, &mut record, 8.0)), 3700.0);
    enter(&mut record, 8.0, 3700.0, None);
    count(&mut record, 12.0, Platelets, 70.0);
    count(&mut record, 16.0, Platelets, 160.0);
    stopped(says(&arm, &mut record, 16.0), "again");
}

/// Recurrence after a tolerated cycle at full activity ends it too.
#[test]
fn lutathera_remembers_an_earlier_firing_after_a_tolerated_cycle() {
    let arm = label("lutathera_label");
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 60.0);
    count(&mut record, 8.0, Platelets, 180.0);
    for (week, activity_mbq) in [(8.0, 3700.0), (16.0, 7400.0)] {
        assert_eq!(given_mbq(says(&arm, &mut record, week)), activity_mbq);
        enter(&mut record, week, activity_mbq, None);
        count(&mut record, week + 8.0, Platelets, 180.0);
    }
    count(&mut record, 24.0, Platelets, 40.0);
    stopped(says(&arm, &mut record, 24.0), "again");
}

/// Withheld in week 8 at grade 3: 16 weeks of delay are borne, the 16th week without recovery ends it; recovery in the 16th week (grade 2) gives 3.7 GBq.
#[test]
fn lutathera_waits_sixteen_weeks_and_no_longer() {
    for recovers in [true, false] {
        let arm = label("lutathera_label");
        let mut record = treated(220.0);
        let mut week = 8.0;
        while week < 24.0 {
            count(&mut record, week, Platelets, 45.0);
            assert_eq!(waits_weeks(says(&arm, &mut record, week)), 2.0, "week {week}");
            week += 2.0;
        }
        count(&mut record, 24.0, Platelets, if recovers { 55.0 } else { 45.0 });
        let decision = says(&arm, &mut record, 24.0);
        if recovers {
            assert_eq!(given_mbq(decision), 3700.0);
            assert_eq!(record.end_wait(24.0 * MINUTES_PER_WEEK) / MINUTES_PER_WEEK, 16.0);
        } else {
            stopped(decision, "not recovered within 16.0 wk");
        }
    }
}

/// Kidneys on Lutathera's label: a clearance below 40 mL/min, or fallen by 40 %.
#[test]
fn lutathera_reads_the_clearance() {
    for (before, after, acts) in [(60.0, 39.0, true), (60.0, 41.0, false), (100.0, 60.0, true), (100.0, 61.0, false)] {
        let arm = label("lutathera_label");
        let mut record = record();
        laboratory(&mut record, 0.0, Analyte::Clearance, before);
        enter(&mut record, 0.0, 7400.0, None);
        laboratory(&mut record, 8.0, Analyte::Clearance, after);
        let waits = matches!(says(&arm, &mut record, 8.0), Decision::Wait { .. });
        assert_eq!(waits, acts, "{before} to {after} mL/min");
    }
}

/// Pluvicto: grade 3 in week 3: 5.9 GBq, and 5.9 GBq for good.
#[test]
fn pluvicto_reduces_by_a_fifth_for_good() {
    let arm = Arm { cycles: 6, ..label("pluvicto_label") };
    let mut record = treated(220.0);
    count(&mut record, 3.0, Platelets, 45.0);
    for cycle in 1..6 {
        let week = 6.0 * f64::from(cycle);
        count(&mut record, week, Platelets, 200.0);
        assert_eq!(given_mbq(says(&arm, &mut record, week)), 5900.0, "cycle {}", cycle + 1);
        enter(&mut record, week, 5900.0, None);
    }
}

/// Grade 2 is waited out to grade 1 and reduces nothing; what takes more than 4 weeks ends the treatment.
#[test]
fn pluvicto_waits_out_grade_2_for_four_weeks() {
    let arm = label("pluvicto_label");
    for (recovers_in, ends) in [(4.0, false), (5.0, true)] {
        let mut record = treated(220.0);
        for delay in 0..4 {
            count(&mut record, 6.0 + f64::from(delay), Platelets, 70.0);
            assert_eq!(waits_weeks(says(&arm, &mut record, 6.0 + f64::from(delay))), 1.0);
        }
        count(&mut record, 10.0, Platelets, if recovers_in <= 4.0 { 80.0 } else { 70.0 });
        let decision = says(&arm, &mut record, 10.0);
        if ends { stopped(decision, "not recovered within 4.0 wk") } else { assert_eq!(given_mbq(decision), 7400.0) }
    }
}

/// Erasmus: platelets 75 × 10⁹/L on the day, else four weeks later; a nadir between cycles does not matter.
#[test]
fn erasmus_looks_at_the_day_and_waits_four_weeks() {
    let arm = label("erasmus_counts");
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 40.0);
    count(&mut record, 8.0, Platelets, 75.0);
    assert_eq!(given_mbq(says(&arm, &mut record, 8.0)), 7400.0);
    enter(&mut record, 8.0, 7400.0, None);
    count(&mut record, 16.0, Platelets, 74.9);
    assert_eq!(waits_weeks(says(&arm, &mut record, 16.0)), 4.0);
    count(&mut record, 20.0, Platelets, 90.0);
    assert_eq!(given_mbq(says(&arm, &mut record, 20.0)), 7400.0);
}

/// Haemoglobin 6 mmol/L: 6 × 16.114 g/mmol (monomer) = 96.7 g/L.
#[test]
fn erasmus_reads_haemoglobin() {
    let arm = label("erasmus_counts");
    for (value, waits) in [(96.0, true), (97.5, false)] {
        let mut record = treated(220.0);
        count(&mut record, 8.0, Haemoglobin, value);
        assert_eq!(matches!(says(&arm, &mut record, 8.0), Decision::Wait { .. }), waits, "{value}");
    }
}

fn gate(analyte: Analyte, fires: Condition) -> Gate {
    Gate {
        name: "gate".into(),
        analyte,
        fires,
        withhold: Some(fires),
        since_last_cycle: true,
        recheck_min: 2.0 * MINUTES_PER_WEEK,
        longest_delay_min: None,
        reduce: Reduce::No,
        re_escalate: false,
        stop: false,
        stop_on_recurrence: false,
        source: None,
    }
}

/// A symptom that stays and a gate without a longest delay: the treatment ends after a year, it does not wait for ever.
#[test]
fn what_never_recovers_ends_the_treatment() {
    let mouth = Analyte::Symptom("dry_mouth".into());
    let arm = gated(vec![gate(mouth.clone(), Condition::Present)]);
    let mut record = record();
    enter(&mut record, 0.0, 7400.0, None);
    let mut week = 6.0;
    loop {
        laboratory(&mut record, week, mouth.clone(), 1.0);
        match says(&arm, &mut record, week) {
            Decision::Wait { recheck_min, .. } => week += recheck_min / MINUTES_PER_WEEK,
            decision => break stopped(decision, "not recovered"),
        }
        assert!(week < 100.0, "waits for ever");
    }
    assert_eq!((week - 6.0) * MINUTES_PER_WEEK, LONGEST_DELAY_MIN);
}

#[test]
fn a_gate_may_end_the_treatment_at_once_or_reduce_by_a_share() {
    let low = gate(Analyte::Cells(Platelets), Condition::Below(100.0));
    let mut record = treated(220.0);
    count(&mut record, 4.0, Platelets, 90.0);
    count(&mut record, 8.0, Platelets, 150.0);
    stopped(says(&gated(vec![Gate { stop: true, ..low.clone() }]), &mut record.clone(), 8.0), "Platelets below 100");
    let by = Gate { withhold: None, reduce: Reduce::By(0.25), ..low.clone() };
    // a quarter less of 7.4 GBq, and of two reductions the larger
    assert_eq!(given_mbq(says(&gated(vec![by.clone()]), &mut record.clone(), 8.0)), 5550.0);
    let half = Gate { name: "half".into(), reduce: Reduce::By(0.5), ..by.clone() };
    assert_eq!(given_mbq(says(&gated(vec![by, half]), &mut record, 8.0)), 3700.0);
}

/// A reduction below the smallest activity ends an adapted treatment because of toxicity: 23 Gy/4 a cycle wants 7.4 GBq, of which 3.7 are left.
#[test]
fn a_reduction_below_the_smallest_activity_is_toxicity() {
    let limits = vec![limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)];
    let arm =
        Arm { gates: label_rules::find("lutathera_label").unwrap(), smallest_mbq: Some(5000.0), ..arm(4, Adaptation::Activity, limits) };
    let mut record = record();
    count(&mut record, 0.0, Platelets, 220.0);
    enter(&mut record, 0.0, 7400.0, Some(5.75));
    assert!((given_mbq(says(&arm, &mut record, 8.0)) - 7400.0).abs() < 1e-9);
    count(&mut record, 8.0, Platelets, 60.0);
    stopped(says(&arm, &mut record, 8.0), "toxicity leaves 3700 MBq");
}

fn assessed(record: &mut PatientRecord, week: f64, diameters_mm: &[f64]) {
    let volumes_ml = diameters_mm.iter().map(|d| std::f64::consts::PI / 6.0 * (d / 10.0).powi(3)).collect();
    record.assessments.push(Assessment { time_min: week * MINUTES_PER_WEEK, volumes_ml });
}

/// RECIST 1.1: progression is 20 % and 5 mm above the smallest sum: 40 mm after a nadir of 30 is, 35 is not (17 %); 24 after 20 is not (4 mm).
#[test]
fn progression_ends_the_treatment() {
    let arm = Arm { stops: vec![StopRule::Progression], ..arm(6, Adaptation::Fixed, Vec::new()) };
    for (sums, ends) in [(&[50.0, 30.0, 40.0][..], true), (&[50.0, 30.0, 35.0], false), (&[20.0, 20.0, 24.0], false), (&[20.0, 25.1], true)]
    {
        let mut record = record();
        for (number, sum) in sums.iter().enumerate() {
            assessed(&mut record, 6.0 * number as f64, &[sum / 2.0, sum / 2.0]);
        }
        let stops = matches!(says(&arm, &mut record, 18.0), Decision::Stop { cause: StopCause::Lesions, .. });
        assert_eq!(stops, ends, "{sums:?}");
    }
}

fn therap() -> Arm {
    let exceptional = StopRule::ExceptionalResponse { shrinkage: 0.4, longest_min: 52.0 * MINUTES_PER_WEEK };
    Arm { stops: vec![StopRule::Progression, exceptional], ..arm(6, Adaptation::Fixed, Vec::new()) }
}

/// TheraP: suspended for exceptional response, resumed on progression. Baseline 50 mm; 25 mm suspends; 31 mm (24 % and 6 mm above the nadir) resumes; from there 32 mm is no
/// progression and 40 mm (29 %) is.
#[test]
fn an_exceptional_response_suspends_and_progression_resumes() {
    let arm = therap();
    let mut record = record();
    assessed(&mut record, 0.0, &[50.0]);
    assert_eq!(given_mbq(says(&arm, &mut record, 0.0)), 7400.0);
    enter(&mut record, 0.0, 7400.0, None);
    assessed(&mut record, 6.0, &[25.0]);
    assert_eq!(waits_weeks(says(&arm, &mut record, 6.0)), 6.0);
    // above the 30 mm that suspended it, but no progression yet
    assessed(&mut record, 12.0, &[29.9]);
    assert_eq!(waits_weeks(says(&arm, &mut record, 12.0)), 6.0);
    assessed(&mut record, 18.0, &[31.0]);
    assert_eq!(given_mbq(says(&arm, &mut record, 18.0)), 7400.0);
    enter(&mut record, 18.0, 7400.0, None);
    assessed(&mut record, 24.0, &[32.0]);
    assert_eq!(given_mbq(says(&arm, &mut record, 24.0)), 7400.0);
    enter(&mut record, 24.0, 7400.0, None);
    assessed(&mut record, 30.0, &[40.0]);
    assert!(matches!(says(&arm, &mut record, 30.0), Decision::Stop { cause: StopCause::Lesions, .. }));
}

#[test]
fn a_response_that_lasts_ends_the_treatment() {
    let arm = therap();
    let mut record = record();
    assessed(&mut record, 0.0, &[50.0]);
    enter(&mut record, 0.0, 7400.0, None);
    for number in 1..=9 {
        let week = 6.0 * f64::from(number);
        assessed(&mut record, week, &[20.0]);
        assert_eq!(waits_weeks(says(&arm, &mut record, week)), 6.0, "week {week}");
    }
    // suspended in week 6; week 60 is the first check 52 weeks or more later
    assessed(&mut record, 60.0, &[20.0]);
    let Decision::Stop { cause, reason } = says(&arm, &mut record, 60.0) else { panic!() };
    assert_eq!(cause, StopCause::Lesions);
    assert!(reason.contains("lasted"), "{reason}");
}

/// Counts that are low on the day a suspended treatment goes on are waited for from that day on.
#[test]
fn a_suspension_is_no_delay_of_a_gate() {
    let arm = Arm { gates: label_rules::find("pluvicto_label").unwrap(), ..therap() };
    let mut record = record();
    count(&mut record, 0.0, Platelets, 200.0);
    assessed(&mut record, 0.0, &[50.0]);
    enter(&mut record, 0.0, 7400.0, None);
    for week in [6.0, 12.0, 18.0] {
        assessed(&mut record, week, &[20.0]);
        assert_eq!(waits_weeks(says(&arm, &mut record, week)), 6.0);
    }
    assessed(&mut record, 24.0, &[30.0]);
    count(&mut record, 24.0, Platelets, 70.0);
    assert_eq!(waits_weeks(says(&arm, &mut record, 24.0)), 1.0);
    count(&mut record, 25.0, Platelets, 90.0);
    assessed(&mut record, 25.0, &[30.0]);
    assert_eq!(given_mbq(says(&arm, &mut record, 25.0)), 7400.0);
}
