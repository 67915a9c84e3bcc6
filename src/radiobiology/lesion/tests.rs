//! Closed forms of the lesion equations, and the categories of response at their borders.

use super::recist::sum_of_diameters_mm;
use super::*;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() <= relative, "found {found}, expected {expected}");
}

/// Constant dose rate R: ln V = ln V0 + (g − αR) t − 2βR ∫ y, ∫ y = (R/μ)(t − (1 − e^{−μt})/μ).
#[test]
fn viable_volume_at_constant_dose_rate() {
    let parameters = LesionParameters::psma();
    let (rate, time_h) = (0.3, 40.0);
    let mut course = LesionCourse::new(&parameters, 12.0);
    course.advance(&[0.0, 13.0, time_h], &[rate; 3]).unwrap();
    let (growth, mu, beta) = (LN_2 / (90.0 * 24.0), LN_2 / 1.9, 0.036 / 3.0);
    let integral = rate / mu * (time_h + expm1(-mu * time_h) / mu);
    close(course.viable_ml(), 12.0 * exp((growth - 0.036 * rate) * time_h - 2.0 * beta * rate * integral), 1e-6);
}

/// Without the quadratic part N = k V0 (e^{(g−k)t} − e^{−ct})/(g − k + c), then clears with its half-time while V regrows.
#[test]
fn killed_volume_appears_and_clears() {
    let parameters = LesionParameters { alpha_beta_gy: f64::INFINITY, ..LesionParameters::neuroendocrine() };
    let (growth, kill, clearance) = (LN_2 / (365.0 * 24.0), 0.036 * 0.5, LN_2 / (24.0 * parameters.clearance_half_time_d));
    let mut course = LesionCourse::new(&parameters, 8.0);
    course.advance(&[0.0, 30.0], &[0.5, 0.5]).unwrap();
    let net = growth - kill;
    let killed_ml = kill * 8.0 * (exp(net * 30.0) - exp(-clearance * 30.0)) / (net + clearance);
    close(course.volume_ml() - course.viable_ml(), killed_ml, 1e-6);
    let viable_ml = course.viable_ml();
    course.advance(&[30.0, 30.0 + 24.0 * parameters.clearance_half_time_d], &[0.0, 0.0]).unwrap();
    close(course.volume_ml() - course.viable_ml(), 0.5 * killed_ml, 1e-6);
    close(course.viable_ml(), viable_ml * exp(growth * 24.0 * parameters.clearance_half_time_d), 1e-10);
}

/// Gompertz: ln(V/K) = ln(V0/K) e^{−λt}; with a constant kill k the same towards ln K − k/λ.
#[test]
fn gompertz_growth_with_and_without_kill() {
    let gompertz = LesionParameters { carrying_volume_ml: Some(11.0), alpha_beta_gy: f64::INFINITY, ..LesionParameters::psma() };
    let lambda = LN_2 / (90.0 * 24.0);
    let mut course = LesionCourse::new(&gompertz, 1.0);
    course.advance(&[0.0, 1000.0], &[0.0, 0.0]).unwrap();
    close(course.viable_ml(), 11.0 * exp(-log(11.0) * exp(-lambda * 1000.0)), 1e-12);
    let mut killed = LesionCourse::new(&gompertz, 1.0);
    killed.advance(&[0.0, 1000.0], &[0.01, 0.01]).unwrap();
    let rest = log(11.0) - 0.036 * 0.01 / lambda;
    close(killed.viable_ml(), exp(rest - rest * exp(-lambda * 1000.0)), 1e-8);
}

#[test]
fn more_dose_leaves_less() {
    let trend = |dose_gy| volume_trend_ml(&LesionParameters::neuroendocrine(), 20.0, dose_gy, 77.0, 56.0, 4).unwrap();
    let (little, much, none) = (trend(5.0), trend(30.0), trend(0.0));
    assert_eq!(little.len(), 5);
    assert!((1..5).all(|cycle| much[cycle] < little[cycle] && little[cycle] < none[cycle]));
    close(none[4], 20.0 * exp(LN_2 * 4.0 * 56.0 / 365.0), 1e-6);
}

/// Diameters scale with the cube root: 0.7³ = 0.343 of the volume is partial response; 1.2³ = 1.728 of the nadir is progression.
#[test]
fn categories_of_response() {
    let baseline = [30.0, 30.0];
    let sum_mm = sum_of_diameters_mm(&baseline);
    assert_eq!(recist(&baseline, sum_mm, &[30.0 * 0.342; 2]), Response::Partial);
    assert_eq!(recist(&baseline, sum_mm, &[30.0 * 0.344; 2]), Response::Stable);
    assert_eq!(recist(&baseline, sum_mm, &[30.0 * 1.729; 2]), Response::Progressive);
    assert_eq!(recist(&baseline, sum_mm, &[30.0 * 1.727; 2]), Response::Stable);
    assert_eq!(recist(&baseline, sum_mm, &[0.0; 2]), Response::Complete);
    let tiny = [0.01];
    assert_eq!(recist(&tiny, sum_of_diameters_mm(&tiny), &[0.03]), Response::Stable, "less than 5 mm");
}

#[test]
fn impossible_input_is_refused() {
    let parameters = LesionParameters::psma();
    let mut course = LesionCourse::new(&parameters, 5.0);
    assert!(course.advance(&[0.0, 1.0], &[0.0]).is_err());
    assert!(course.advance(&[1.0, 0.0], &[0.0, 0.0]).is_err());
    assert!(course.advance(&[0.0, 1.0], &[0.0, -1.0]).is_err());
    assert!(LesionCourse::new(&parameters, 0.0).advance(&[0.0, 1.0], &[0.0; 2]).is_err());
    assert!(LesionParameters { alpha_per_gy: f64::NAN, ..parameters }.check().is_err());
}
