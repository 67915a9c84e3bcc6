//! Power against formulas, type-I error against what it claims, and the plain contracts of a replicate.
use super::*;
use crate::math::{erfc, exp, log, sqrt};
use crate::random::RandomSource;
use crate::trial::allocation::Allocation;
use crate::trial::survival::{Observed, day_of, observed};

const ALPHA: f64 = 0.05;

fn phi(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

fn allocation(blocks: bool) -> Allocation {
    Allocation { seed: 77, arms: vec![(0, 1.0), (1, 1.0)], blocks }
}

fn test_of(kind: TestKind) -> PowerTest {
    PowerTest { measure: Measure::Endpoint(0), kind, arms: (0, 1), threshold: None }
}

/// Exponential times of median 600 d in both arms of a patient from one uniform number, the second arm with `ratio` times the hazard; followed to 800–1600 d.
fn times(patients: u64, ratio: f64, censored: bool) -> Pool {
    let mut values = Vec::new();
    for patient in 0..patients {
        let draws = RandomSource::new(2026, patient, 0);
        let time = -log(draws.uniform(0)) / std::f64::consts::LN_2 * 600.0 * 1440.0;
        let end = if censored { (800.0 + 800.0 * draws.uniform(1)) * 1440.0 } else { f64::INFINITY };
        values.extend([observed(time, end), observed(time / ratio, end)]);
    }
    Pool { arms: 2, values: PoolValues::Times(values) }
}

fn normals(patients: u64, shift: f64) -> Pool {
    let values = (0..patients).flat_map(|patient| {
        let value = RandomSource::new(11, patient, 0).standard_normal(0);
        [value, value + shift]
    });
    Pool { arms: 2, values: PoolValues::Numbers(values.collect()) }
}

fn power(pool: &Pool, test: &PowerTest, blocks: bool, size: usize, replicates: usize) -> PowerEstimate {
    let allocation = allocation(blocks);
    let mut experiment = Experiment::new(pool, test, &allocation, size, 5).unwrap();
    let used = experiment.times_used(replicates);
    PowerEstimate::of(size, &experiment.outcomes(0..replicates), ALPHA, used)
}

/// Four Monte-Carlo standard errors of a share `p`.
fn band(p: f64, replicates: usize) -> f64 {
    4.0 * (p * (1.0 - p) / replicates as f64).sqrt()
}

#[test]
fn log_rank_has_the_power_of_schoenfelds_formula() {
    // Schoenfeld, Biometrika 68 (1981) 316–319: Φ(√(d/4) |ln HR| − z), every patient an event; and with censoring, d being the events expected
    let (ratio, size, replicates) = (0.8, 800, 1500);
    let found = power(&times(40_000, ratio, false), &test_of(TestKind::LogRank), true, size, replicates);
    let expected = phi(sqrt(size as f64 / 4.0) * -log(ratio) - 1.959_963_985);
    assert!((found.power - expected).abs() < band(expected, replicates), "{} {expected}", found.power);
    assert!((found.standard_error - (found.power * (1.0 - found.power) / replicates as f64).sqrt()).abs() < 1e-12);
    // hazard ratio found on average, with its own error (a maximum-likelihood estimate is biased by less than 1/d)
    let mean = found.hazard_ratio.unwrap();
    assert!((log(mean.ratio / ratio)).abs() < 4.0 * mean.standard_error_of_log + 1.0 / size as f64, "{mean:?}");
    // one trial's standard error is near 2/√d
    assert!((mean.spread_of_log / (2.0 / sqrt(size as f64)) - 1.0).abs() < 0.1);

    let censored = power(&times(40_000, ratio, true), &test_of(TestKind::LogRank), true, size, replicates);
    // P(event) under uniform censoring from 800 to 1600 d: 1 − (e^(−800 λ) − e^(−1600 λ))/(800 λ)
    let share = |rate: f64| 1.0 - (exp(-800.0 * rate) - exp(-1600.0 * rate)) / (800.0 * rate);
    let rate = std::f64::consts::LN_2 / 600.0;
    let events = size as f64 * 0.5 * (share(rate) + share(ratio * rate));
    let expected = phi(sqrt(events / 4.0) * -log(ratio) - 1.959_963_985);
    assert!((censored.power - expected).abs() < band(expected, replicates), "{} {expected}", censored.power);
}

#[test]
fn under_the_null_the_error_is_five_per_cent_and_the_hazard_ratio_one() {
    let replicates = 4000;
    for blocks in [false, true] {
        let found = power(&times(40_000, 1.0, true), &test_of(TestKind::LogRank), blocks, 200, replicates);
        assert!((found.power - ALPHA).abs() < band(ALPHA, replicates), "{}", found.power);
        assert!(found.interval_95.0 < ALPHA + 0.01 && found.interval_95.1 > ALPHA - 0.01 && found.failed == 0);
        let mean = found.hazard_ratio.unwrap();
        assert!(log(mean.ratio).abs() < 4.0 * mean.standard_error_of_log, "{mean:?}");
    }
    for kind in [TestKind::Welch, TestKind::Student, TestKind::Wilcoxon] {
        let found = power(&normals(40_000, 0.0), &test_of(kind), false, 100, replicates);
        assert!((found.power - ALPHA).abs() < band(ALPHA, replicates), "{kind:?} {}", found.power);
    }
    // tests of counts are discrete: Fisher's stays below its level, χ² near it
    let shares = PowerTest { threshold: Some(0.3), ..test_of(TestKind::Fisher) };
    let fisher = power(&normals(40_000, 0.0), &shares, false, 100, replicates);
    assert!(fisher.power < ALPHA + band(ALPHA, replicates) && fisher.power > 0.01, "{}", fisher.power);
    let chi_square = power(&normals(40_000, 0.0), &PowerTest { kind: TestKind::ChiSquare, ..shares }, false, 400, replicates);
    assert!((chi_square.power - ALPHA).abs() < band(ALPHA, replicates) + 0.005, "{}", chi_square.power);
}

#[test]
fn tests_of_numbers_have_the_power_of_the_formulas() {
    // two-sample z: Φ(δ √n/2 − z) + Φ(−δ √n/2 − z); t with 198 degrees costs less than 0.3 points. Ranks: asymptotic efficiency 3/π
    let (shift, size, replicates) = (0.4, 200, 2000);
    let exact = |efficiency: f64| phi(0.5 * shift * sqrt(efficiency * size as f64) - 1.959_963_985);
    for kind in [TestKind::Welch, TestKind::Student] {
        let found = power(&normals(40_000, shift), &test_of(kind), true, size, replicates);
        let expected = exact(1.0);
        assert!((found.power - expected).abs() < band(expected, replicates) + 0.003, "{kind:?} {} {expected}", found.power);
        let (difference, error) = found.difference.unwrap();
        assert!((difference - shift).abs() < 4.0 * error);
    }
    let ranks = power(&normals(40_000, shift), &test_of(TestKind::Wilcoxon), true, size, replicates);
    let expected = exact(3.0 / std::f64::consts::PI);
    assert!((ranks.power - expected).abs() < band(expected, replicates) + 0.005, "{} {expected}", ranks.power);
    // shares above 0: Φ(0.4) against ½; normal approximation of two binomials
    let shares = PowerTest { threshold: Some(0.0), ..test_of(TestKind::ChiSquare) };
    let found = power(&normals(40_000, shift), &shares, true, size, replicates);
    let (p, q, n) = (0.5, phi(shift), size as f64 / 2.0);
    let pooled = 0.5 * (p + q);
    let z = ((q - p) * sqrt(n) - 1.959_963_985 * sqrt(2.0 * pooled * (1.0 - pooled))) / sqrt(p * (1.0 - p) + q * (1.0 - q));
    // the table is discrete: its level and power move by about a point around the continuous formula
    assert!((found.power - phi(z)).abs() < band(phi(z), replicates) + 0.015, "{} {}", found.power, phi(z));
    assert!((found.difference.unwrap().0 - 100.0 * (q - p)).abs() < 1.0);
}

#[test]
fn a_replicate_is_the_same_alone_and_in_any_cut() {
    let (pool, test, allocation) = (times(500, 0.7, true), test_of(TestKind::LogRank), allocation(false));
    let whole = Experiment::new(&pool, &test, &allocation, 60, 5).unwrap().outcomes(0..30);
    let mut parts = Experiment::new(&pool, &test, &allocation, 60, 5).unwrap();
    let mut joined = parts.outcomes(17..30);
    joined.splice(0..0, parts.outcomes(0..17));
    assert_eq!(joined, whole);
    assert_eq!(Experiment::new(&pool, &test, &allocation, 60, 5).unwrap().outcome(23), whole[23]);
    assert_ne!(Experiment::new(&pool, &test, &allocation, 60, 6).unwrap().outcomes(0..30), whole);
}

#[test]
fn questions_that_do_not_fit_are_refused_and_missing_values_counted() {
    let (pool, allocation) = (times(50, 1.0, true), allocation(false));
    let log_rank = test_of(TestKind::LogRank);
    assert_eq!(Experiment::new(&pool, &log_rank, &allocation, 51, 1).unwrap_err(), PowerFault::SmallPool { size: 51, pool: 50 });
    assert_eq!(Experiment::new(&pool, &log_rank, &allocation, 1, 1).unwrap_err(), PowerFault::NoPatients);
    assert!(matches!(Experiment::new(&pool, &test_of(TestKind::Welch), &allocation, 10, 1), Err(PowerFault::WrongTest { .. })));
    let far = PowerTest { arms: (0, 2), ..log_rank.clone() };
    assert_eq!(Experiment::new(&pool, &far, &allocation, 10, 1).unwrap_err(), PowerFault::NoArm(2));
    let holes = Pool { arms: 2, values: PoolValues::Numbers((0..40).flat_map(|n| [f64::from(n), f64::NAN]).collect()) };
    let outcome = Experiment::new(&holes, &test_of(TestKind::Welch), &allocation, 40, 1).unwrap().outcome(0);
    assert!(outcome.p.is_none() && outcome.missing > 5);
    let nobody = Pool { arms: 2, values: PoolValues::Times(vec![Observed { day: day_of(1e6), event: false }; 80]) };
    assert_eq!(Experiment::new(&nobody, &log_rank, &allocation, 40, 1).unwrap().outcome(0), Outcome::default());
}

#[test]
fn three_arms_share_the_patients_and_two_are_compared() {
    let pool = Pool { arms: 3, values: PoolValues::Numbers((0..600).flat_map(|n| [f64::from(n), 1e9, f64::from(n)]).collect()) };
    let allocation = Allocation { seed: 4, arms: vec![(0, 1.0), (1, 1.0), (2, 1.0)], blocks: true };
    let test = PowerTest { arms: (0, 2), ..test_of(TestKind::Welch) };
    let outcome = Experiment::new(&pool, &test, &allocation, 600, 1).unwrap().outcome(0);
    // 200 in each of two arms: the difference of means has a standard error of 173 √(2/200) = 17
    assert!(outcome.difference.unwrap().abs() < 90.0);
}

/// Progression of patients who have their whole dose at once, by the event model: 100 Gy in one arm, 150 Gy in the other.
fn linked(patients: u64, slope: f64, frailty: f64) -> Pool {
    use crate::radiobiology::hazard_link::HazardLink;
    use crate::regimen::events::{Baseline, EventCourse, EventPlan};
    let mut values = Vec::new();
    for patient in 0..patients {
        let plan = EventPlan {
            seed: patient,
            progression: Some(Baseline { median_min: 400.0 * 1440.0, shape: 1.3, source: None, provenance: None }),
            log_hazard_sd: frailty,
            link: Some((0, HazardLink::new(slope, "test").unwrap())),
            ..EventPlan::default()
        };
        for dose_gy in [100.0, 150.0] {
            let mut course = EventCourse::new(&plan);
            course.advance(&[0.0, 1440.0], Some(&[dose_gy; 2])).unwrap();
            values.push(observed(course.finish(dose_gy).progression_min, 1500.0 * 1440.0));
        }
    }
    Pool { arms: 2, values: PoolValues::Times(values) }
}

#[test]
fn a_trial_finds_the_link_that_was_supposed() {
    // proportional hazards: e^(−0.01 · 50); no link, no ratio; a spread between patients hides part of it (Gail, Wieand and Piantadosi, Biometrika 71, 1984)
    let ratio = |slope: f64, frailty: f64| {
        power(&linked(20_000, slope, frailty), &test_of(TestKind::LogRank), true, 400, 600).hazard_ratio.unwrap()
    };
    let found = ratio(-0.01, 0.0);
    assert!((log(found.ratio) + 0.5).abs() < 4.0 * found.standard_error_of_log + 1.0 / 400.0, "{found:?}");
    let none = ratio(0.0, 0.0);
    assert!(log(none.ratio).abs() < 4.0 * none.standard_error_of_log, "{none:?}");
    let hidden = ratio(-0.01, 1.0);
    assert!(hidden.ratio > found.ratio * 1.05 && hidden.ratio < 1.0, "{hidden:?}");
}
