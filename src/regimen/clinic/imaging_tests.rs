//! Statistics of the scans over many draws, calibration, outline and recovery.
//!
//! A log-normal factor with median 1 and CV c has ln of mean 0 and SD √ln(1 + c²). Bounds are five standard errors: 5 s/√n of a mean, 5 s/√(2n) of an SD.
use super::{Analyte, Clinic, Estimator, ImagingProtocol, LaboratoryProtocol, RecoveryCurve, SizeProtocol, WhichCycles};
use crate::radiobiology::blood_counts::CellKind;

fn protocol(region: &str, scan_cv: f64) -> ImagingProtocol {
    ImagingProtocol {
        region: region.into(),
        scans_min: vec![1440.0, 5760.0, 10080.0],
        cycles: WhichCycles::All,
        other_scans_min: Vec::new(),
        scan_cv,
        volume_cv: 0.0,
        recovery: None,
    }
}

fn clinic(seed: u64, imaging: Vec<ImagingProtocol>) -> Clinic {
    Clinic { seed, calibration_cv: 0.0, imaging, estimator: Estimator::default(), laboratory: None, sizes: None, nights_per_cycle: 0.0 }
}

const TRUE_MBQ: [f64; 3] = [120.0, 60.0, 25.0];

/// ln(measured/true) of three scans.
fn errors(clinic: &Clinic, position: usize, cycle: usize) -> Vec<f64> {
    let (scans, _) = clinic.scan(0, position, cycle, &TRUE_MBQ, 1.0);
    scans.iter().map(|scan| (scan.measured_mbq / scan.true_mbq).ln()).collect()
}

#[track_caller]
fn normal(what: &str, draws: &[f64], sd: f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let found = (draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(mean.abs() < 5.0 * sd / n.sqrt(), "{what}: mean of ln {mean}");
    assert!((found - sd).abs() < 5.0 * sd / (2.0 * n).sqrt(), "{what}: SD of ln {found}, expected {sd}");
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0 / n, y + pair.1 / n));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    sum(&|p| (p.0 - x) * (p.1 - y)) / (sum(&|p| (p.0 - x) * (p.0 - x)) * sum(&|p| (p.1 - y) * (p.1 - y))).sqrt()
}

/// CV 10 %: SD of ln √ln 1.01 = 0.099751; CV 40 %: √ln 1.16 = 0.385253.
#[test]
fn scan_noise_is_log_normal_with_the_stated_cv() {
    for (cv, sd) in [(0.10, 0.099751), (0.40, 0.385253)] {
        let draws: Vec<f64> = (0..8000).flat_map(|seed| errors(&clinic(seed, vec![protocol("kidneys", cv)]), 0, 1)).collect();
        normal(&format!("CV {cv}"), &draws, sd);
    }
}

/// Scans of one cycle, of two cycles and of two regions share nothing but the calibration.
#[test]
fn noise_of_scans_cycles_and_regions_is_independent() {
    let mut pairs = [Vec::new(), Vec::new(), Vec::new()];
    for seed in 0..4000 {
        let clinic = clinic(seed, vec![protocol("kidneys", 0.1), protocol("liver", 0.1)]);
        let (here, later, other) = (errors(&clinic, 0, 1), errors(&clinic, 0, 2), errors(&clinic, 1, 1));
        pairs[0].push((here[0], here[1]));
        pairs[1].push((here[0], later[0]));
        pairs[2].push((here[0], other[0]));
    }
    for (pairs, what) in pairs.iter().zip(["scans", "cycles", "regions"]) {
        // five standard errors of a correlation of zero
        assert!(correlation(pairs).abs() < 5.0 / (pairs.len() as f64).sqrt(), "{what}: {}", correlation(pairs));
    }
}

/// Without scan noise every scan of a patient is off by the same factor: in all cycles and regions; over patients it is log-normal (CV 4 %: √ln 1.0016 = 0.039984).
#[test]
fn the_calibration_error_is_one_draw_a_patient() {
    let mut draws = Vec::new();
    for seed in 0..4000 {
        let clinic = Clinic { calibration_cv: 0.04, ..clinic(seed, vec![protocol("kidneys", 0.0), protocol("liver", 0.0)]) };
        let all: Vec<f64> = [errors(&clinic, 0, 1), errors(&clinic, 0, 3), errors(&clinic, 1, 2)].concat();
        assert!(all.iter().all(|error| (error - all[0]).abs() < 1e-12), "{all:?}");
        draws.push(all[0]);
    }
    normal("calibration", &draws, 0.039984);
}

#[test]
fn the_same_seed_gives_the_same_scans() {
    let same = || errors(&clinic(7, vec![protocol("kidneys", 0.1)]), 0, 2);
    assert_eq!(same(), same());
    assert_ne!(same(), errors(&clinic(8, vec![protocol("kidneys", 0.1)]), 0, 2));
}

/// The outlined mass is log-normal about the true one (CV 15 %: √ln 1.0225 = 0.149166), one draw a cycle, and follows a lesion that shrank to a half.
#[test]
fn the_outlined_mass_is_log_normal_about_the_present_one() {
    let outlined = ImagingProtocol { volume_cv: 0.15, ..protocol("lesion", 0.0) };
    let draws: Vec<f64> = (0..8000).map(|seed| clinic(seed, vec![outlined.clone()]).scan(0, 0, 1, &TRUE_MBQ, 1.0).1.ln()).collect();
    normal("outline", &draws, 0.149166);
    let clinic = clinic(3, vec![outlined]);
    let of = |cycle, ratio| clinic.scan(0, 0, cycle, &TRUE_MBQ, ratio).1;
    assert!((of(1, 0.5) / of(1, 1.0) - 0.5).abs() < 1e-12);
    assert_ne!(of(1, 1.0), of(2, 1.0));
}

/// A clinic that outlines nothing takes the mass of the S-value, whatever became of the lesion.
#[test]
fn without_an_outline_the_mass_is_that_of_the_s_value() {
    assert_eq!(clinic(1, vec![protocol("kidneys", 0.1)]).scan(0, 0, 1, &TRUE_MBQ, 0.3).1, 1.0);
}

/// With a true outline the recovery correction is exact. An outline v′ gives R(v)/R(v′) = (1 + (v50/v′)^b)/(1 + (v50/v)^b): too large an outline corrects too little.
#[test]
fn recovery_is_corrected_with_the_volume_that_is_seen() {
    let curve = RecoveryCurve { v50_ml: 2.0, exponent: 1.0 };
    let exact = ImagingProtocol { recovery: Some((curve, 8.0)), ..protocol("lesion", 0.0) };
    assert!(errors(&clinic(1, vec![exact.clone()]), 0, 1).iter().all(|error| error.abs() < 1e-15));
    let outlined = ImagingProtocol { volume_cv: 0.3, ..exact };
    for seed in 0..20 {
        // a lesion of 8 mL shrunk to 4 mL
        let (scans, mass) = clinic(seed, vec![outlined.clone()]).scan(0, 0, 1, &TRUE_MBQ, 0.5);
        let expected = (1.0 + 2.0 / (8.0 * mass)) / (1.0 + 2.0 / 4.0);
        assert!((scans[0].measured_mbq / scans[0].true_mbq - expected).abs() < 1e-12, "seed {seed}");
        assert_eq!(mass > 0.5, expected < 1.0);
    }
}

#[test]
fn scan_times_follow_the_cycles() {
    let first = ImagingProtocol { cycles: WhichCycles::First, other_scans_min: vec![2880.0], ..protocol("kidneys", 0.1) };
    assert_eq!(first.times_min(1).len(), 3);
    assert_eq!(first.times_min(2), [2880.0]);
    let (scans, _) = clinic(1, vec![first]).scan(0, 0, 2, &[60.0], 1.0);
    assert_eq!((scans.len(), scans[0].time_h), (1, 48.0));
}

/// Counts, CV 5 %: √ln 1.0025 = 0.049969; clearance, CV 8 %: √ln 1.0064 = 0.079873. Symptoms are reported as they are.
#[test]
fn laboratory_errors_are_log_normal_and_belong_to_the_day() {
    let protocol = LaboratoryProtocol { every_min: 20160.0, count_cv: 0.05, clearance_cv: 0.08 };
    let platelets = Analyte::Cells(CellKind::Platelets);
    for (analyte, sd) in [(&platelets, 0.049969), (&Analyte::Clearance, 0.079873)] {
        let draws: Vec<f64> = (0..8000).map(|seed| (protocol.measure(seed, 0, analyte, 20160.0, 90.0) / 90.0).ln()).collect();
        normal(analyte.name(), &draws, sd);
    }
    // arms that sample on one day meet one error, whatever the true value
    let error = |value: f64, time: f64| protocol.measure(3, 0, &platelets, time, value) / value;
    assert!((error(90.0, 20160.0) - error(220.0, 20160.0)).abs() < 1e-15);
    assert_ne!(error(90.0, 20160.0), error(90.0, 40320.0));
    assert_eq!(protocol.measure(3, 0, &Analyte::Symptom("dry_mouth".into()), 0.0, 1.0), 1.0);
    // every two weeks within eight: 2, 4, 6; the day of the next cycle is sampled with that cycle
    assert_eq!(protocol.times_min(0.0, 8.0 * 10080.0), [20160.0, 40320.0, 60480.0]);
}

/// CV 10 %: SD of ln 0.099751.
#[test]
fn measured_volumes_are_log_normal() {
    let clinic = |seed| Clinic { sizes: Some(SizeProtocol { every_cycles: 1, cv: 0.1 }), ..clinic(seed, Vec::new()) };
    let draws: Vec<f64> = (0..4000).flat_map(|seed| clinic(seed).measure_sizes(0, 1, &[20.0, 8.0]).unwrap()).collect();
    let errors: Vec<f64> = draws.chunks(2).flat_map(|pair| [(pair[0] / 20.0).ln(), (pair[1] / 8.0).ln()]).collect();
    normal("volumes", &errors, 0.099751);
}
