//! What the tests of the rule share: one target, arms, records as a clinic would have written them.
use super::arm::{ActivityRule, Adaptation, Arm, Limit, LimitQuantity};
use super::clinic::{Analyte, DoseEstimate};
use super::decide::{Decision, decide};
use super::formula::{Formula, KnownValue, KnownValues};
use super::gate::Gate;
use super::record::{KnownCycle, LaboratoryValue, PatientRecord};
use crate::dosimetry::course::{DoseTarget, Repair};
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::radiobiology::blood_counts::CellKind;
use crate::units::{ACTIVITY, DIMENSIONLESS, Dimension, MINUTES_PER_WEEK};

/// Lea–Catcheside factor of a mono-exponential with 51 h against repair in 2.8 h, as tabulated for the project: not computed here.
pub const KIDNEY_G: f64 = 0.052045;
/// α/β of the kidneys (Gy).
pub const ALPHA_BETA_GY: f64 = 2.6;

/// A target that is its own source.
pub fn target(name: &str) -> DoseTarget {
    DoseTarget {
        name: name.into(),
        title: name.into(),
        terms: vec![(name.into(), SValue::new(3e-4, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").unwrap())],
        repair: Some(Repair { alpha_beta_gy: ALPHA_BETA_GY, repair_half_time_h: 2.8 }),
    }
}

/// A formula of an activity over the number of the cycle, and a creatinine clearance.
pub fn formula(text: &str, wanted: Dimension) -> Formula {
    Formula::read(text, &known(), wanted).unwrap()
}

/// What the clinic knows of everyone here.
pub fn known() -> KnownValues {
    let clearance = crate::units::Quantity::parse("99 mL/min").unwrap();
    let clearance = KnownValue { value: clearance.value, dimension: clearance.dimension };
    [("cycle".to_owned(), KnownValue { value: 1.0, dimension: DIMENSIONLESS }), ("clearance".to_owned(), clearance)].into()
}

/// An arm of 7.4 GBq a cycle.
pub fn arm(cycles: usize, adaptation: Adaptation, limits: Vec<Limit>) -> Arm {
    Arm {
        name: "arm".into(),
        title: "arm".into(),
        activity: ActivityRule::Formula(formula("7.4 GBq", ACTIVITY)),
        cycles,
        interval_min: None,
        adaptation,
        limits,
        retentions: Vec::new(),
        prescribed_share: 1.0,
        smallest_mbq: None,
        largest_mbq: Vec::new(),
        gates: Vec::new(),
        stops: Vec::new(),
    }
}

/// A fixed arm of four cycles under these gates.
pub fn gated(gates: Vec<Gate>) -> Arm {
    Arm { gates, ..arm(4, Adaptation::Fixed, Vec::new()) }
}

/// A limit on target 0.
pub fn limit(quantity: LimitQuantity, limit_gy: f64, tolerance_gy: f64) -> Limit {
    Limit { target: 0, quantity, limit_gy, with_risk_factor_gy: None, tolerance_gy, source: None }
}

/// What the clinic estimated: dose, and BED = D + G D²/(α/β) with the tabulated G.
pub fn estimate(absorbed_gy: f64) -> DoseEstimate {
    DoseEstimate {
        absorbed_gy,
        standard_error_gy: None,
        effective_half_life_h: 51.0,
        protraction_factor: Some(KIDNEY_G),
        bed_gy: Some(absorbed_gy + KIDNEY_G * absorbed_gy * absorbed_gy / ALPHA_BETA_GY),
        method: "test",
    }
}

/// A patient before the first cycle.
pub fn record() -> PatientRecord {
    PatientRecord { known: known(), ..PatientRecord::default() }
}

/// Enters a cycle of this activity and estimated dose, given in week `week`.
pub fn enter(record: &mut PatientRecord, week: f64, activity_mbq: f64, dose_gy: Option<f64>) {
    record.end_wait(week * MINUTES_PER_WEEK);
    record.enter_cycle(KnownCycle {
        time_min: week * MINUTES_PER_WEEK,
        activity_mbq,
        estimates: vec![dose_gy.map(estimate)],
        scans: Vec::new(),
    });
}

/// Enters a blood count.
pub fn count(record: &mut PatientRecord, week: f64, kind: CellKind, value: f64) {
    laboratory(record, week, Analyte::Cells(kind), value);
}

/// Enters a value of the laboratory.
pub fn laboratory(record: &mut PatientRecord, week: f64, analyte: Analyte, value: f64) {
    record.laboratory.push(LaboratoryValue { time_min: week * MINUTES_PER_WEEK, analyte, value });
}

/// What the rule says in week `week`. A wait is entered into the record, as the delivery does.
pub fn says(arm: &Arm, record: &mut PatientRecord, week: f64) -> Decision {
    let now_min = week * MINUTES_PER_WEEK;
    let decision = decide(arm, &[target("kidneys")], record, now_min);
    if matches!(decision, Decision::Wait { .. }) {
        record.waiting_since_min.get_or_insert(now_min);
    }
    decision
}

/// The activity (MBq) that is given.
#[track_caller]
pub fn given_mbq(decision: Decision) -> f64 {
    match decision {
        Decision::Give { activity_mbq, .. } => activity_mbq,
        other => panic!("{other:?}"),
    }
}

/// Weeks until the next check.
#[track_caller]
pub fn waits_weeks(decision: Decision) -> f64 {
    match decision {
        Decision::Wait { recheck_min, .. } => recheck_min / MINUTES_PER_WEEK,
        other => panic!("{other:?}"),
    }
}
