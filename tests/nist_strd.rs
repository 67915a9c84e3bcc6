//! Five nonlinear regression problems of the NIST Statistical Reference Datasets, from both published starts.
//!
//! Data, starts and certified values are read from the files as published. Required: parameters to 6 digits, standard deviations to 4, the residual sum
//! of squares to 6.

use rptbench::fit::least_squares::ResidualFunction;
use rptbench::fit::{FitParameter, Settings, fit};

struct Reference {
    starts: [Vec<f64>; 2],
    values: Vec<f64>,
    standard_deviations: Vec<f64>,
    sum_of_squares: f64,
    degrees_of_freedom: usize,
    /// (x, y)
    points: Vec<(f64, f64)>,
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|word| word.parse().expect("a number")).collect()
}

fn read(text: &str) -> Reference {
    let mut reference = Reference {
        starts: [Vec::new(), Vec::new()],
        values: Vec::new(),
        standard_deviations: Vec::new(),
        sum_of_squares: f64::NAN,
        degrees_of_freedom: 0,
        points: Vec::new(),
    };
    let mut data = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        // The header, too, has a line that starts with "Data:"; the table stands below line 60.
        if index >= 59 && trimmed.starts_with("Data:") {
            data = true;
        } else if data && !trimmed.is_empty() {
            let row = numbers(trimmed);
            reference.points.push((row[1], row[0]));
        } else if let Some((name, rest)) = trimmed.split_once('=')
            && name.trim().starts_with('b')
            && index >= 40
        {
            let row = numbers(rest);
            reference.starts[0].push(row[0]);
            reference.starts[1].push(row[1]);
            reference.values.push(row[2]);
            reference.standard_deviations.push(row[3]);
        } else if let Some(rest) = trimmed.strip_prefix("Residual Sum of Squares:") {
            reference.sum_of_squares = numbers(rest)[0];
        } else if let Some(rest) = trimmed.strip_prefix("Degrees of Freedom:") {
            reference.degrees_of_freedom = rest.trim().parse().expect("a count");
        }
    }
    assert_eq!(reference.points.len(), reference.values.len() + reference.degrees_of_freedom);
    reference
}

/// A parameter of the given name and start, on one scale or the other.
type Declare = fn(String, f64) -> FitParameter;

fn check(name: &str, text: &str, model: fn(f64, &[f64]) -> f64) {
    check_on("natural", FitParameter::natural, name, text, model);
}

/// The same with every parameter as its logarithm: the natural standard deviations, by the delta method, are the certified ones.
fn check_logarithmic(name: &str, text: &str, model: fn(f64, &[f64]) -> f64) {
    check_on("logarithmic", FitParameter::logarithmic, name, text, model);
}

fn check_on(scale: &str, declare: Declare, name: &str, text: &str, model: fn(f64, &[f64]) -> f64) {
    let reference = read(text);
    for (which, start) in reference.starts.iter().enumerate() {
        let parameters: Vec<FitParameter> = start.iter().enumerate().map(|(i, &value)| declare(format!("b{}", i + 1), value)).collect();
        let points = reference.points.clone();
        let mut problem = ResidualFunction {
            parameter_count: parameters.len(),
            residual_count: points.len(),
            residuals: move |b: &[f64], out: &mut [f64]| {
                for (residual, &(x, y)) in out.iter_mut().zip(&points) {
                    *residual = y - model(x, b);
                }
                Ok(())
            },
        };
        let estimate = fit(&mut problem, &parameters, &Settings::default()).expect("a fit");
        let place = format!("{name}, {scale}, start {}", which + 1);
        println!(
            "{place}: {} steps, {} evaluations, {:?}, offset {:.1e}, condition {:.1e}",
            estimate.record.iterations,
            estimate.record.evaluations,
            estimate.record.termination,
            estimate.relative_offset,
            estimate.condition_number
        );
        assert!(estimate.is_converged(), "{place}: {:?}", estimate.warnings);
        assert_eq!(estimate.degrees_of_freedom, reference.degrees_of_freedom);
        let close = |what: String, found: f64, certified: f64, digits: i32| {
            let relative = ((found - certified) / certified).abs();
            assert!(
                relative < 0.5 * 10_f64.powi(1 - digits),
                "{place}: {what} is {found:e}, certified {certified:e}, relative {relative:.1e}"
            );
        };
        for (i, fitted) in estimate.parameters.iter().enumerate() {
            close(fitted.name.clone(), fitted.value, reference.values[i], 6);
            close(
                format!("standard deviation of {}", fitted.name),
                fitted.standard_error.expect("degrees of freedom"),
                reference.standard_deviations[i],
                4,
            );
        }
        close("residual sum of squares".into(), estimate.weighted_sum_of_squares, reference.sum_of_squares, 6);
    }
}

const MISRA1A: &str = include_str!("data/nist_strd/Misra1a.dat");
const CHWIRUT2: &str = include_str!("data/nist_strd/Chwirut2.dat");
const LANCZOS3: &str = include_str!("data/nist_strd/Lanczos3.dat");
const MGH17: &str = include_str!("data/nist_strd/MGH17.dat");
const BOXBOD: &str = include_str!("data/nist_strd/BoxBOD.dat");

/// Misra1a and BoxBOD: b1 (1 − exp(−b2 x)).
fn saturation(x: f64, b: &[f64]) -> f64 {
    b[0] * (1.0 - libm::exp(-b[1] * x))
}

fn attenuation(x: f64, b: &[f64]) -> f64 {
    libm::exp(-b[0] * x) / (b[1] + b[2] * x)
}

fn three_exponentials(x: f64, b: &[f64]) -> f64 {
    b[0] * libm::exp(-b[1] * x) + b[2] * libm::exp(-b[3] * x) + b[4] * libm::exp(-b[5] * x)
}

fn two_exponentials_and_constant(x: f64, b: &[f64]) -> f64 {
    b[0] + b[1] * libm::exp(-x * b[3]) + b[2] * libm::exp(-x * b[4])
}

#[test]
fn misra1a() {
    check("Misra1a", MISRA1A, saturation);
    check_logarithmic("Misra1a", MISRA1A, saturation);
}

#[test]
fn chwirut2() {
    check("Chwirut2", CHWIRUT2, attenuation);
    check_logarithmic("Chwirut2", CHWIRUT2, attenuation);
}

#[test]
fn lanczos3() {
    check("Lanczos3", LANCZOS3, three_exponentials);
    check_logarithmic("Lanczos3", LANCZOS3, three_exponentials);
}

/// One certified value is negative: natural scale only.
#[test]
fn mgh17() {
    check("MGH17", MGH17, two_exponentials_and_constant);
}

#[test]
fn boxbod() {
    check("BoxBOD", BOXBOD, saturation);
    check_logarithmic("BoxBOD", BOXBOD, saturation);
}
