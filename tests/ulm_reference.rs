//! Patients P1 and P2 of the Ulm model against an independent implementation (Radau, relative tolerance 1e-11; tests/data/psma_it_ulm).
#![allow(clippy::unwrap_used)]

use std::path::Path;

use rptbench::dosimetry::course::{Administration, Course, CoursePlan, SolveSettings};
use rptbench::session::scenario::Scenario;

/// Columns of the reference after the time: amounts of five regions (nmol), their time integrals (nmol min), venous serum (nmol/L).
const REGIONS: [&str; 5] = ["kidneys", "salivary", "tumour1", "tumour2", "tumour_rest"];

fn reference(text: &str) -> Vec<Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect()).collect()
}

/// Largest deviations: of curves as a share of what is allowed (1e-4 relative + 1e-9 nmol), relative of doses.
fn compare(patient: &str, text: &str, doses_gy: [f64; 5]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(patient);
    let (scenario, _) = Scenario::load(&folder, &[]).unwrap();
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), true).unwrap();
    let mut course = Course::new(&plan, &plan.model.parameter_values());
    let mut injected = 0.0;
    for given in &scenario.administrations {
        let labelled = given.activity_mbq.unwrap() / course.activity_per_amount();
        injected += labelled;
        let (time_min, site, unlabelled, duration_min) = (given.at_min, given.site, given.unlabelled, given.duration_min);
        course.administer(Administration { time_min, site, labelled, unlabelled, duration_min }).unwrap();
    }
    let rows = reference(text);
    let times: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    course.advance(30_000.0, &times, &SolveSettings::default()).unwrap();
    let position = |name: &str| plan.model.observables.iter().position(|observable| observable.name == name).unwrap();
    let per_amount = course.activity_per_amount();
    let (mut curve, mut serum, mut integral) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (k, row) in rows.iter().enumerate() {
        for (region, name) in REGIONS.iter().enumerate() {
            let found = course.samples.activities[position(name)][k] / per_amount;
            let expected = row[1 + region];
            curve = curve.max((found - expected).abs() / (1e-4 * expected.abs() + 1e-9));
        }
        let found = course.samples.values[position("serum")][k];
        serum = serum.max((found - row[11]).abs() / (1e-4 * row[11].abs() + 1e-9));
    }
    let last = rows.last().unwrap();
    for (region, name) in REGIONS.iter().enumerate() {
        let found = course.cumulated_mbq_h(position(name)).unwrap() / per_amount * 60.0;
        integral = integral.max((found / last[6 + region] - 1.0).abs());
    }
    let doses = course.doses();
    let mut dose = 0.0_f64;
    for (name, expected) in REGIONS.iter().zip(doses_gy) {
        let found = doses[plan.target(name).unwrap()].absorbed_gy;
        dose = dose.max((found / expected - 1.0).abs());
    }
    let balance = course.balance().unwrap();
    println!(
        "{patient}: curves {:.1e}, serum {:.1e} relative at most (tolerance 1e-4), integrals {integral:.1e}, doses {dose:.1e}, residual {:.1e}",
        curve * 1e-4,
        serum * 1e-4,
        balance.residual()
    );
    assert_eq!(last[0], 30_000.0);
    assert!((balance.injected / injected - 1.0).abs() < 1e-12);
    assert!(curve <= 1.0, "{patient}: curves {curve} of the tolerance");
    assert!(serum <= 1.0, "{patient}: serum {serum} of the tolerance");
    assert!(integral < 1e-4, "{patient}: integrals {integral}");
    assert!(dose < 1e-3, "{patient}: doses {dose}");
    assert!(balance.residual().abs() < 1e-9, "{patient}: residual {}", balance.residual());
}

/// Doses of tests/data/psma_it_ulm/README.md, in the order of `REGIONS`.
#[test]
fn patients_p1_and_p2_follow_the_reference() {
    compare("psma_it_p1", include_str!("data/psma_it_ulm/ref_ulm_psma_it_P1_single_roi.csv"), [4.4374, 5.7155, 95.8097, 139.9998, 46.0568]);
    compare("psma_it_p2", include_str!("data/psma_it_ulm/ref_ulm_psma_it_P2_single_roi.csv"), [2.4725, 5.5670, 17.2078, 4.9695, 67.4055]);
}
