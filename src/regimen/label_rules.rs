//! Gates of product labels and of a centre's practice, ready to be named in an arm: `gates: lutathera_label`.
//!
//! All recalled, not read again; the interval between checks of a withheld cycle is assumed.
use super::clinic::Analyte;
use super::gate::{Condition, Gate, Reduce};
use crate::radiobiology::blood_counts::CellKind;
use crate::units::MINUTES_PER_WEEK;

/// Names that [`find`] knows.
pub const NAMES: [&str; 3] = ["lutathera_label", "pluvicto_label", "erasmus_counts"];

/// The gates of that name.
pub fn find(name: &str) -> Option<Vec<Gate>> {
    match name {
        "lutathera_label" => Some(lutathera()),
        "pluvicto_label" => Some(pluvicto()),
        "erasmus_counts" => Some(erasmus()),
        _ => None,
    }
}

fn gate(name: &str, analyte: Analyte, fires: Condition, withhold: Condition, source: &str) -> Gate {
    Gate {
        name: name.into(),
        analyte,
        fires,
        withhold: Some(withhold),
        since_last_cycle: true,
        recheck_min: 2.0 * MINUTES_PER_WEEK,
        longest_delay_min: None,
        reduce: Reduce::No,
        re_escalate: false,
        stop: false,
        stop_on_recurrence: false,
        source: Some(source.into()),
    }
}

/// Lutathera: thrombocytopenia grade 2–4, neutropenia or anaemia grade 3–4, clearance below 40 mL/min or fallen by 40 %: withhold until grade 0–2 or recovery, resume at
/// 3.7 GBq, 7.4 GBq again once that was tolerated; stop after 16 weeks of delay or on recurrence.
fn lutathera() -> Vec<Gate> {
    let source = "Lutathera prescribing information (recalled)";
    let rule = |name: &str, analyte: Analyte, fires: Condition, withhold: Condition| Gate {
        longest_delay_min: Some(16.0 * MINUTES_PER_WEEK),
        reduce: Reduce::To(3700.0),
        re_escalate: true,
        stop_on_recurrence: true,
        ..gate(name, analyte, fires, withhold, source)
    };
    let cells = |kind| Analyte::Cells(kind);
    let grade = Condition::GradeAtLeast;
    vec![
        rule("thrombocytopenia", cells(CellKind::Platelets), grade(2), grade(3)),
        rule("neutropenia", cells(CellKind::Neutrophils), grade(3), grade(3)),
        rule("anaemia", cells(CellKind::Haemoglobin), grade(3), grade(3)),
        rule("renal_clearance", Analyte::Clearance, Condition::Below(40.0), Condition::Below(40.0)),
        rule("renal_fall", Analyte::Clearance, Condition::FallenBy(0.4), Condition::FallenBy(0.4)),
    ]
}

/// Pluvicto: myelosuppression grade 2: withhold to grade 1; grade 3 or worse: then 5.9 GBq (20 % less), never more again; stop after 4 weeks of delay.
fn pluvicto() -> Vec<Gate> {
    let source = "Pluvicto prescribing information (recalled); dry mouth and the kidneys' rule are left out: symptoms have no grades here";
    let mut gates = Vec::new();
    for (name, kind) in
        [("thrombocytopenia", CellKind::Platelets), ("neutropenia", CellKind::Neutrophils), ("anaemia", CellKind::Haemoglobin)]
    {
        let analyte = Analyte::Cells(kind);
        let withheld = Gate {
            longest_delay_min: Some(4.0 * MINUTES_PER_WEEK),
            recheck_min: MINUTES_PER_WEEK,
            ..gate(name, analyte, Condition::GradeAtLeast(2), Condition::GradeAtLeast(2), source)
        };
        let severe =
            Gate { name: format!("severe_{name}"), fires: Condition::GradeAtLeast(3), reduce: Reduce::To(5900.0), ..withheld.clone() };
        gates.extend([withheld, severe]);
    }
    gates
}

/// Erasmus practice: platelets 75 × 10⁹/L and haemoglobin 6 mmol/L (97 g/L) or more on the day, else four weeks' delay. Its rule on white cells (2 × 10⁹/L) is left out: white
/// cells as a whole are not modelled.
fn erasmus() -> Vec<Gate> {
    let source = "Erasmus MC practice (recalled)";
    let rule = |name: &str, kind, limit: f64| Gate {
        since_last_cycle: false,
        recheck_min: 4.0 * MINUTES_PER_WEEK,
        ..gate(name, Analyte::Cells(kind), Condition::Below(limit), Condition::Below(limit), source)
    };
    vec![rule("platelets_below_75", CellKind::Platelets, 75.0), rule("haemoglobin_below_97", CellKind::Haemoglobin, 97.0)]
}
