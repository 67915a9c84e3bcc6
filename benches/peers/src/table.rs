//! The table, its CSV, and the comparison at equal achieved error.

use std::fmt::Write;
use std::path::Path;

/// The achieved error at which solvers are compared.
const EQUAL_ERROR: f64 = 5e-6;

/// One solver at one tolerance.
#[derive(Clone, Default)]
pub struct Point {
    /// The solver.
    pub name: String,
    /// Relative tolerance asked for.
    pub tolerance: f64,
    /// Best time per patient, µs.
    pub microseconds: f64,
    /// Largest error over patients, samples and states, relative to the state's size.
    pub error: f64,
    /// The same at the end alone.
    pub error_at_end: f64,
    /// Accepted steps per patient.
    pub steps: Option<f64>,
    /// Why there is no result.
    pub failure: Option<String>,
}

fn names(points: &[Point]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for point in points {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    names
}

/// The whole table and the comparison.
pub fn print(points: &[Point]) {
    println!("\n{:44} {:>6} {:>11} {:>9} {:>9} {:>6}", "", "rtol", "µs/patient", "error", "at end", "steps");
    for name in names(points) {
        for point in points.iter().filter(|point| point.name == name) {
            let steps = point.steps.map_or("–".to_owned(), |steps| format!("{steps:.0}"));
            match &point.failure {
                Some(why) => println!("{name:44} {:6.0e} {why}", point.tolerance),
                None => println!(
                    "{name:44} {:6.0e} {:11.1} {:9.1e} {:9.1e} {steps:>6}",
                    point.tolerance, point.microseconds, point.error, point.error_at_end
                ),
            }
        }
    }
    type Error = fn(&Point) -> f64;
    let measures: [(&str, Error); 2] = [("over all samples", |point| point.error), ("at the end alone", |point| point.error_at_end)];
    for (words, error) in measures {
        let ours = names(points)
            .into_iter()
            .filter(|name| name.starts_with("rptbench"))
            .filter_map(|name| at_equal_error(points, name, error))
            .fold(f64::INFINITY, |best, (time, _)| best.min(time));
        println!("\nAt an achieved error of {EQUAL_ERROR:.0e} {words}, by interpolation of the work–precision curves");
        for name in names(points) {
            match at_equal_error(points, name, error) {
                Some((time, within)) => {
                    println!("{name:44} {time:11.1} µs  {:6.2} × ours{}", time / ours, if within { "" } else { "  (extrapolated)" });
                }
                None => println!("{name:44} {:>11}", "no curve"),
            }
        }
    }
}

/// Time at [`EQUAL_ERROR`] by log–log interpolation between neighbouring tolerances, and whether it lies within the curve.
fn at_equal_error(points: &[Point], name: &str, error: fn(&Point) -> f64) -> Option<(f64, bool)> {
    let curve: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.name == name && point.failure.is_none() && error(point) > 0.0 && error(point).is_finite())
        .map(|point| (error(point).ln(), point.microseconds.ln()))
        .collect();
    let target = EQUAL_ERROR.ln();
    // from loose to tight: the last place where the curve passes the target, since from there on the error stays below
    let crossing = curve.windows(2).rposition(|pair| pair[0].0 >= target && pair[1].0 < target);
    let at = crossing.or_else(|| {
        if curve.len() < 2 {
            None
        } else if curve[0].0 < target {
            Some(0)
        } else {
            Some(curve.len() - 2)
        }
    })?;
    let (one, other) = (curve[at], curve[at + 1]);
    let share = (target - one.0) / (other.0 - one.0);
    Some(((one.1 + share * (other.1 - one.1)).exp(), crossing.is_some()))
}

/// Writes all points as CSV.
pub fn write(path: &Path, points: &[Point]) -> Result<(), String> {
    let mut text = String::from("solver,relative_tolerance,microseconds_per_patient,error,error_at_end,steps_per_patient,failure\n");
    for point in points {
        let steps = point.steps.map_or(String::new(), |steps| format!("{steps:.1}"));
        let failure = point.failure.as_deref().unwrap_or("").replace('"', "'");
        let _ = writeln!(
            text,
            "\"{}\",{:e},{:.2},{:.3e},{:.3e},{steps},\"{failure}\"",
            point.name, point.tolerance, point.microseconds, point.error, point.error_at_end
        );
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    std::fs::write(path, text).map_err(|error| error.to_string())
}
