//! Two classic blood-concentration data sets (`tests/data/pk_classics`) against R's `nls`, from one plain start for every subject.
//!
//! Subject 1 of each: estimates and standard errors to 4 significant digits of the published fit. Every other subject: converged from the same start,
//! gradient zero by an independent difference, and no random start finds a lower sum of squares.

use rptbench::fit::least_squares::ResidualFunction;
use rptbench::fit::{Estimate, FitParameter, Settings, fit};
use rptbench::random::RandomSource;

/// Column values of the rows of one subject, by position in the file.
fn subject_rows(text: &str, subject: &str) -> Vec<Vec<f64>> {
    text.lines()
        .skip(1)
        .map(|line| line.replace('"', ""))
        .filter(|line| line.split(',').next() == Some(subject))
        .map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect())
        .collect()
}

fn four_digits(what: &str, found: f64, published: f64) {
    assert!(((found - published) / published).abs() < 5e-4, "{what}: {found}, published {published}");
}

type Model = fn(f64, &[f64]) -> f64;

/// Sum of squares of a model at natural parameters.
fn sum_of_squares(points: &[(f64, f64)], model: Model, scale: f64, p: &[f64]) -> f64 {
    points.iter().map(|&(t, y)| (y - scale * model(t, p)).powi(2)).sum()
}

fn fit_points(points: &[(f64, f64)], model: Model, scale: f64, parameters: &[FitParameter]) -> Estimate {
    let mut problem = ResidualFunction {
        parameter_count: parameters.len(),
        residual_count: points.len(),
        residuals: |p: &[f64], out: &mut [f64]| {
            for (residual, &(t, y)) in out.iter_mut().zip(points) {
                *residual = y - scale * model(t, p);
            }
            Ok(())
        },
    };
    fit(&mut problem, parameters, &Settings::default()).expect("the start can be computed")
}

/// The estimate is a minimum, and the lowest that random starts within a factor of 5 find.
fn check_optimum(place: &str, points: &[(f64, f64)], model: Model, scale: f64, parameters: &[FitParameter]) -> Estimate {
    let estimate = fit_points(points, model, scale, parameters);
    assert!(estimate.is_converged(), "{place}: {:?}", estimate.warnings);
    let best = estimate.weighted_sum_of_squares;
    for i in 0..parameters.len() {
        let moved = |factor: f64| {
            let mut p = estimate.values();
            p[i] *= factor;
            sum_of_squares(points, model, scale, &p)
        };
        let step = 1e-4;
        let slope = (moved(1.0 + step) - moved(1.0 - step)) / (2.0 * step);
        let curvature = (moved(1.0 + step) - 2.0 * best + moved(1.0 - step)) / (step * step);
        assert!(
            slope.abs() < 1e-5 * curvature.abs().max(best),
            "{place}: slope {slope:e} along {}, curvature {curvature:e}",
            parameters[i].name
        );
    }
    let source = RandomSource::new(5, 0, 0);
    let mut agreeing = 0;
    for k in 0..10_u32 {
        let elsewhere: Vec<FitParameter> = parameters
            .iter()
            .zip(0_u32..)
            .map(|(p, i)| FitParameter { start: p.start * libm::pow(25.0, source.uniform(8 * k + i) - 0.5), ..p.clone() })
            .collect();
        let other = fit_points(points, model, scale, &elsewhere);
        assert!(
            other.weighted_sum_of_squares > best * (1.0 - 1e-9),
            "{place}: a random start finds {} below {best}: {:?}",
            other.weighted_sum_of_squares,
            other.values()
        );
        if other.weighted_sum_of_squares < best * (1.0 + 1e-9) {
            agreeing += 1;
        }
    }
    println!(
        "{place}: {} evaluations, {:?}, {agreeing} of 10 random starts agree, {:?}",
        estimate.record.evaluations,
        estimate.record.termination,
        estimate.values()
    );
    assert!(agreeing == 10, "{place}: {agreeing} of 10 starts agree");
    estimate
}

/// Concentration per dose after oral intake: ke ka/(Cl (ka − ke)) (e^(−ke t) − e^(−ka t)), with its limit where the rates meet.
fn oral(t: f64, p: &[f64]) -> f64 {
    let (elimination, absorption, clearance) = (p[0], p[1], p[2]);
    let difference = absorption - elimination;
    let shape = if (difference * t).abs() < 1e-9 {
        t * libm::exp(-elimination * t)
    } else {
        -libm::exp(-elimination * t) * libm::expm1(-difference * t) / difference
    };
    elimination * absorption / clearance * shape
}

#[test]
fn theophylline() {
    let text = include_str!("data/pk_classics/Theoph.csv");
    let parameters = [FitParameter::logarithmic("ke", 0.1), FitParameter::logarithmic("ka", 1.0), FitParameter::logarithmic("cl", 0.05)];
    for subject in 1..=12 {
        let rows = subject_rows(text, &subject.to_string());
        assert!(rows.len() >= 10, "subject {subject}");
        let dose_mg_per_kg = rows[0][2];
        let points: Vec<(f64, f64)> = rows.iter().map(|row| (row[3], row[4])).collect();
        let place = format!("theophylline, subject {subject}");
        let estimate = check_optimum(&place, &points, oral, dose_mg_per_kg, &parameters);
        let logarithms: Vec<f64> = estimate.parameters.iter().map(|p| p.transformed).collect();
        if subject == 1 {
            let errors: Vec<f64> =
                estimate.parameters.iter().map(|p| p.standard_error_transformed.expect("8 degrees of freedom")).collect();
            four_digits("lKe", logarithms[0], -2.91961);
            four_digits("lKa", logarithms[1], 0.57516);
            four_digits("lCl", logarithms[2], -3.91586);
            four_digits("error of lKe", errors[0], 0.17089);
            four_digits("error of lKa", errors[1], 0.17282);
            four_digits("error of lCl", errors[2], 0.12727);
            assert_eq!(estimate.degrees_of_freedom, 8);
            let variance = estimate.residual_variance.expect("8 degrees of freedom");
            four_digits("residual standard error", variance.sqrt(), 0.73195);
        }
        if subject == 5 {
            four_digits("lKe", logarithms[0], -2.425486);
            four_digits("lKa", logarithms[1], 0.386285);
            four_digits("lCl", logarithms[2], -3.132600);
        }
    }
}

fn bi_exponential(t: f64, p: &[f64]) -> f64 {
    p[0] * libm::exp(-p[1] * t) + p[2] * libm::exp(-p[3] * t)
}

#[test]
fn indometacin() {
    let text = include_str!("data/pk_classics/Indometh.csv");
    let parameters = [
        FitParameter::natural("A1", 2.0),
        FitParameter::logarithmic("rc1", 2.0),
        FitParameter::natural("A2", 0.5),
        FitParameter::logarithmic("rc2", 0.2),
    ];
    for subject in 1..=6 {
        let rows = subject_rows(text, &subject.to_string());
        assert_eq!(rows.len(), 11, "subject {subject}");
        let points: Vec<(f64, f64)> = rows.iter().map(|row| (row[1], row[2])).collect();
        let place = format!("indometacin, subject {subject}");
        let estimate = check_optimum(&place, &points, bi_exponential, 1.0, &parameters);
        if subject == 1 {
            for (p, (value, error)) in
                estimate.parameters.iter().zip([(2.02928, 0.10990), (0.57939, 0.12465), (0.19155, 0.11063), (-1.78778, 0.78713)])
            {
                four_digits(&p.name, p.transformed, value);
                let found = p.standard_error_transformed.expect("7 degrees of freedom");
                four_digits(&format!("error of {}", p.name), found, error);
            }
        }
    }
}
