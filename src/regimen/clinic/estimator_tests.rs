//! Estimators against closed forms of one exponential, and the spread of a kidney dose over many clinics.
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

use super::{Clinic, DoseEstimate, Estimator, ImagingProtocol, MapParameter, MapProtocol, Scan, SingleScan, WhichCycles};
use crate::dosimetry::course::{Administration, Course, CoursePlan, DoseTarget, Repair, SolveSettings};
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::model::yaml::YamlFile;

const KIDNEY_H: f64 = 51.0;

fn activity_mbq(time_h: f64) -> f64 {
    240.0 * (-LN_2 * time_h / KIDNEY_H).exp()
}

/// 240 MBq × 51 h/ln 2.
const TRUE_MBQ_H: f64 = 240.0 * KIDNEY_H / LN_2;

fn scan(time_h: f64) -> Scan {
    Scan { region: "kidneys".into(), time_h, true_mbq: activity_mbq(time_h), measured_mbq: activity_mbq(time_h) }
}

fn single(single: SingleScan, population_h: f64) -> Estimator {
    Estimator { single, half_lives_h: BTreeMap::from([("kidneys".to_owned(), population_h)]), ..Estimator::default() }
}

/// Ã(Hänscheid)/Ã = 2x·2^−x with x = t/T: 0.8919 at 0.75, 1 at 1 and 2, 1.0615 at 1.443 (tabulated).
#[test]
fn haenscheid_over_true() {
    for (x, ratio) in [(0.75, 0.8919), (1.0, 1.0), (1.443, 1.0615), (2.0, 1.0), (2.5, 0.8839)] {
        let found = single(SingleScan::Haenscheid, 80.0).region(&[scan(x * KIDNEY_H)], 0.1, None, None).unwrap();
        assert!((found.cumulated_mbq_h / TRUE_MBQ_H / ratio - 1.0).abs() < 1e-4, "{x}: {}", found.cumulated_mbq_h / TRUE_MBQ_H);
    }
}

/// Madsen with the population's half-life is exact for a patient who has it, at any time; for another patient it is e^((λp − λ)t) λ/λp off.
#[test]
fn madsen_is_exact_at_the_populations_half_life() {
    for time_h in [24.0, 72.0, 168.0] {
        let found = single(SingleScan::Madsen, KIDNEY_H).region(&[scan(time_h)], 0.1, None, None).unwrap();
        assert!((found.cumulated_mbq_h / TRUE_MBQ_H - 1.0).abs() < 1e-12);
        assert!((found.standard_error_mbq_h.unwrap() - 0.1 * TRUE_MBQ_H).abs() < 1e-9);
        // 60 h taken for 51 h, at 72 h: e^(ln 2 · 72 (1/60 − 1/51)) · 60/51 = 1.01586
        let other = single(SingleScan::Madsen, 60.0).region(&[scan(72.0)], 0.1, None, None).unwrap();
        assert!((other.cumulated_mbq_h / TRUE_MBQ_H - 1.01586).abs() < 1e-5, "{}", other.cumulated_mbq_h / TRUE_MBQ_H);
    }
    assert!(single(SingleScan::Madsen, 60.0).region(&[Scan { region: "liver".into(), ..scan(72.0) }], 0.1, None, None).is_err());
}

/// The patient's own half-life from an earlier cycle is exact; before it is known the population's serves.
#[test]
fn own_half_life_takes_over_from_the_populations() {
    let estimator = single(SingleScan::OwnHalfLife, 60.0);
    let own = estimator.region(&[scan(48.0)], 0.1, Some(KIDNEY_H), None).unwrap();
    assert!((own.cumulated_mbq_h / TRUE_MBQ_H - 1.0).abs() < 1e-12 && own.half_life_h == KIDNEY_H);
    let first = estimator.region(&[scan(48.0)], 0.1, None, None).unwrap();
    assert_eq!((first.half_life_h, first.method), (60.0, "one scan, population half-life"));
}

#[test]
fn one_exponential_through_exact_scans_is_exact() {
    let found = Estimator::default().region(&[scan(24.0), scan(96.0), scan(168.0)], 0.1, None, Some(LN_2 / 159.5)).unwrap();
    assert!((found.cumulated_mbq_h / TRUE_MBQ_H - 1.0).abs() < 1e-6 && (found.half_life_h / KIDNEY_H - 1.0).abs() < 1e-6);
}

fn kidneys() -> DoseTarget {
    DoseTarget {
        name: "kidneys".into(),
        title: "Kidneys".into(),
        terms: vec![("kidneys".into(), SValue::new(3e-4, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").unwrap())],
        repair: Some(Repair { alpha_beta_gy: 2.6, repair_half_time_h: 2.8 }),
    }
}

fn dose(estimator: &Estimator, scans: &[Scan], mass: f64) -> DoseEstimate {
    let region = estimator.region(scans, 0.1, None, None).unwrap();
    estimator.dose(&kidneys(), &[("kidneys".into(), region, mass)]).unwrap()
}

/// D = Ã S, over the outlined mass; BED = D + G D²/2.6 with G 0.052045 at 51 h (tabulated).
#[test]
fn dose_and_bed_from_the_time_integrated_activity() {
    let estimator = single(SingleScan::Madsen, KIDNEY_H);
    let found = dose(&estimator, &[scan(96.0)], 1.0);
    let expected_gy = TRUE_MBQ_H * 3e-4;
    assert!((found.absorbed_gy / expected_gy - 1.0).abs() < 1e-12);
    assert!((found.protraction_factor.unwrap() / 0.052045 - 1.0).abs() < 1e-4);
    assert!((found.bed_gy.unwrap() / (expected_gy + 0.052045 * expected_gy * expected_gy / 2.6) - 1.0).abs() < 1e-5);
    // a lesion outlined as a quarter larger is given a dose a quarter lower: D/1.25
    assert!((dose(&estimator, &[scan(96.0)], 1.25).absorbed_gy / expected_gy - 0.8).abs() < 1e-12);
}

/// By activity: dose in proportion, BED by the same G.
#[test]
fn an_estimate_is_carried_to_another_activity() {
    let before = dose(&single(SingleScan::Madsen, KIDNEY_H), &[scan(96.0)], 1.0);
    let twice = before.by_activity(2.0, kidneys().repair);
    let dose_gy = 2.0 * before.absorbed_gy;
    assert_eq!(twice.absorbed_gy, dose_gy);
    assert!((twice.bed_gy.unwrap() / (dose_gy + before.protraction_factor.unwrap() * dose_gy * dose_gy / 2.6) - 1.0).abs() < 1e-12);
}

/// Relative SD of the estimated kidney dose over clinics, of one patient or of patients whose half-lives differ by `half_life_cv`.
fn spread_percent(estimator: &Estimator, scans_h: &[f64], half_life_cv: f64) -> f64 {
    let protocol = ImagingProtocol {
        region: "kidneys".into(),
        scans_min: scans_h.iter().map(|time| time * 60.0).collect(),
        cycles: WhichCycles::All,
        other_scans_min: Vec::new(),
        scan_cv: 0.10,
        volume_cv: 0.10,
        recovery: None,
    };
    let sd = crate::fit::error_model::logarithmic_standard_deviation(half_life_cv);
    let ratios: Vec<f64> = (0..2000)
        .map(|seed| {
            let half_life_h = KIDNEY_H * (sd * crate::random::RandomSource::new(5, seed, 0).standard_normal(0)).exp();
            let clinic = Clinic {
                seed,
                calibration_cv: 0.05,
                imaging: vec![protocol.clone()],
                estimator: estimator.clone(),
                laboratory: None,
                sizes: None,
                nights_per_cycle: 0.0,
            };
            let true_mbq: Vec<f64> = scans_h.iter().map(|time| 240.0 * (-LN_2 * time / half_life_h).exp()).collect();
            let (scans, mass) = clinic.scan(0, 0, 1, &true_mbq, 1.0);
            let found = dose(estimator, &scans, mass).absorbed_gy;
            found / (240.0 * half_life_h / LN_2 * 3e-4)
        })
        .collect();
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    100.0 * (ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum::<f64>() / (n - 1.0)).sqrt() / mean
}

/// Aarhus: a kidney dose is uncertain by 13 % with scans on days 1, 4, 7 and by 19 % with one. Calibration: these settings of the clinic give that within 3 points: scan 10 %,
/// outline 10 %, calibration 5 %; half-lives that differ by 20 % between patients, one scan on day 1 with the population's half-life.
#[test]
fn kidney_doses_are_uncertain_as_published() {
    let three = spread_percent(&Estimator::default(), &[24.0, 96.0, 168.0], 0.20);
    assert!((three - 13.0).abs() < 3.0, "three scans: {three:.1} %");
    let one = spread_percent(&single(SingleScan::Madsen, KIDNEY_H), &[24.0], 0.20);
    assert!((one - 19.0).abs() < 3.0, "one scan: {one:.1} %");
}

/// An organ with one exponential and an uptake by share.
const ORGAN: &str = "
model: organ
nuclide: Lu-177
amount: MBq
silence: [{lint: no-source, reason: a test}]
decay: {}
parameters: {share: 0.02, half_life: 50 h}
compartments: {organ: , elsewhere: , cleared: }
flows: [{from: organ, to: cleared, k: ln(2) / half_life - physical_decay}]
dosing: {site: {organ: share, elsewhere: 1 - share}}
observables: {organ: {region: organ}}
";

/// A MAP estimate with priors that are off and far from tight finds the truth from exact scans: share 0.02 and 50 h give Ã = 7400 MBq × 0.02 × 50 h/ln 2.
#[test]
fn a_map_fit_recovers_the_truth_without_noise() {
    let file = YamlFile::parse("organ.yaml", ORGAN.to_string()).unwrap();
    let (model, _) = crate::model::read(&file, &[]).unwrap();
    let plan = CoursePlan::new(model, vec![], false).unwrap();
    let truth = plan.model.parameter_values();
    let position = |path: &str| plan.model.parameter(path).unwrap();
    let parameter = |path: &str, factor: f64| MapParameter {
        path: path.into(),
        position: position(path),
        median: factor * truth[position(path)],
        cv: 20.0,
    };
    let protocol = MapProtocol { parameters: vec![parameter("share", 0.7), parameter("half_life", 1.4)] };
    let settings = SolveSettings { relative_tolerance: 1e-9, ..SolveSettings::default() };
    let dose = Administration { time_min: 0.0, site: 0, labelled: 7400.0, unlabelled: 0.0, duration_min: 0.0 };
    let mut course = Course::new(&plan, &truth);
    course.administer(dose).unwrap();
    let times_min = [24.0, 96.0, 168.0].map(|time| time * 60.0);
    course.advance(times_min[2], &times_min, &settings).unwrap();
    let scans: Vec<Scan> = times_min
        .iter()
        .zip(&course.samples.activities[0])
        .map(|(time, activity)| Scan { region: "organ".into(), time_h: time / 60.0, true_mbq: *activity, measured_mbq: *activity })
        .collect();
    let placed: Vec<(usize, &Scan, f64)> = scans.iter().map(|scan| (0, scan, 0.02)).collect();
    let found = protocol.estimate(&plan, &truth, dose, &placed, &settings).unwrap();
    assert_eq!(found.len(), 1);
    let expected_mbq_h = 7400.0 * 0.02 * 50.0 / LN_2;
    // a prior of ln-SD 2.45 against three scans of 2 % pulls by about 0.02²/2.45² × ln 1.4 ≈ 2e-5
    assert!((found[0].1.cumulated_mbq_h / expected_mbq_h - 1.0).abs() < 1e-3, "{} v {expected_mbq_h}", found[0].1.cumulated_mbq_h);
    assert!((found[0].1.half_life_h / 50.0 - 1.0).abs() < 1e-3);
    // a tight prior holds the estimate: with scans worth nothing beside it the answer is the prior's, 1.4 × 0.7 of the truth
    let tight = MapProtocol {
        parameters: [("share", 0.7), ("half_life", 1.4)].map(|(path, factor)| MapParameter { cv: 1e-4, ..parameter(path, factor) }).into(),
    };
    let held = tight.estimate(&plan, &truth, dose, &placed, &settings).unwrap();
    assert!((held[0].1.cumulated_mbq_h / expected_mbq_h - 0.98).abs() < 1e-3, "{}", held[0].1.cumulated_mbq_h / expected_mbq_h);
}
