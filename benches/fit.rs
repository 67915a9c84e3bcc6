//! One fit of the Ulm model (118 states): eight parameters to thirty simulated values, by exact sensitivities and, in turns with it, by central
//! differences of the same predictions. One thread, every start off by a factor of two.
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use nalgebra::DMatrix;
use rptbench::dosimetry::course::CoursePlan;
use rptbench::fit::likelihood::Predictor;
use rptbench::fit::{Estimate, Residuals, Settings, VarianceChoice, fit};
use rptbench::session::fitting::{CoursePredictor, GroupProblem, Point};
use rptbench::session::scenario::{Scenario, simulated_unit};

/// Scans of four regions (h).
const SCANS_H: [f64; 6] = [1.0, 4.0, 24.0, 48.0, 72.0, 168.0];
/// Blood samples (h).
const BLOOD_H: [f64; 6] = [0.25, 1.0, 2.0, 4.0, 8.0, 24.0];
/// Best of so many fits of each kind.
const PASSES: usize = 5;
/// Relative step of the differences: about the cube root of the solver's tolerance of 1e-8.
const STEP: f64 = 2e-3;

/// The same residuals with derivatives by central differences.
struct Differences<P>(P);

impl<P: Residuals> Residuals for Differences<P> {
    fn parameter_count(&self) -> usize {
        self.0.parameter_count()
    }

    fn residual_count(&self) -> usize {
        self.0.residual_count()
    }

    fn residuals(&mut self, parameters: &[f64], out: &mut [f64]) -> Result<(), String> {
        self.0.residuals(parameters, out)
    }

    fn objective(&mut self, parameters: &[f64], residuals: &[f64]) -> f64 {
        self.0.objective(parameters, residuals)
    }

    fn is_least_squares(&self) -> bool {
        self.0.is_least_squares()
    }

    fn jacobian(&mut self, parameters: &[f64]) -> Option<Result<DMatrix<f64>, String>> {
        let rows = self.residual_count();
        let mut found = DMatrix::zeros(rows, parameters.len());
        let mut ends = [vec![0.0; rows], vec![0.0; rows]];
        for (column, value) in parameters.iter().enumerate() {
            for (end, sign) in ends.iter_mut().zip([-1.0, 1.0]) {
                let mut moved = parameters.to_vec();
                moved[column] = value * (1.0 + sign * STEP);
                if let Err(sentence) = self.0.residuals(&moved, end) {
                    return Some(Err(sentence));
                }
            }
            for row in 0..rows {
                found[(row, column)] = (ends[1][row] - ends[0][row]) / (2.0 * STEP * value);
            }
        }
        Some(Ok(found))
    }
}

/// Places for thirty values, without values.
fn places(scenario: &Scenario) -> Vec<Point> {
    let channels: [(&str, &[f64]); 5] =
        [("kidneys", &SCANS_H), ("salivary", &SCANS_H), ("tumour1", &SCANS_H), ("tumour2", &SCANS_H), ("serum", &BLOOD_H)];
    let mut points = Vec::new();
    for (channel, hours) in channels {
        let observable = scenario.model.observables.iter().position(|o| o.name == channel).expect("an observable of the model");
        let (unit, unit_in_internal, is_activity) = simulated_unit(&scenario.model, observable);
        for hour in hours {
            points.push(Point {
                line: points.len() as u64 + 1,
                time_min: hour * 60.0,
                channel: channel.into(),
                observable,
                subject: None,
                occasion: None,
                scan: None,
                measured: 1.0,
                sd: None,
                below_limit: false,
                is_activity,
                unit: unit.clone(),
                unit_in_internal,
                excluded: None,
            });
        }
    }
    points
}

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/recovery_ulm_ml");
    let (scenario, _) = Scenario::load(&path, &[]).expect("the shipped scenario loads");
    let mut plan = scenario.fit.clone().expect("it declares a fit");
    // seven parameters of the scenario and the perfusion of the salivary glands
    let mut eighth = plan.parameters[0].clone();
    eighth.path = "f_salivary".into();
    let position = scenario.model.parameter("f_salivary").expect("a parameter of the model");
    eighth.start = Some(2.0 * scenario.model.parameters[position].value);
    plan.parameters.push(eighth);
    let course = CoursePlan::new(scenario.model.clone(), Vec::new(), false).expect("the model compiles");
    let truth = scenario.model.parameter_values();
    let cancel = AtomicBool::new(false);

    let mut points = places(&scenario);
    let empty = GroupProblem::new(&scenario, &plan, &truth, "bench", &points, &[]).expect("a problem");
    let tangents = course.tangents(&empty.moving);
    let fitted: Vec<f64> = empty.courses[0].moved.iter().map(|moved| truth[moved.position] / moved.size).collect();
    let course_of = vec![0; points.len()];
    let mut predictor =
        CoursePredictor::new(&course, &tangents, &empty.courses, (&points, &course_of), empty.structural, (scenario.solve.method, &cancel));
    let predicted = predictor.predict(&fitted).expect("the truth can be solved");
    // errors of up to 10 %, the same in every run: the golden ratio's multiples are spread evenly
    for (index, (point, value)) in points.iter_mut().zip(predicted).enumerate() {
        let share = (index as f64 * 0.618_033_988_75).fract();
        point.measured = value * (1.0 + 0.2 * (share - 0.5));
    }
    let problem = GroupProblem::new(&scenario, &plan, &truth, "bench", &points, &[]).expect("a problem");
    let settings = Settings { variance: VarianceChoice::Given, ..Settings::default() };
    let exact = || {
        let mut likelihood = problem.likelihood(&course, &tangents, &scenario, &cancel).expect("a likelihood");
        fit(&mut likelihood, &problem.parameters, &settings).expect("a fit")
    };
    let differences = || {
        let likelihood = problem.likelihood(&course, &tangents, &scenario, &cancel).expect("a likelihood");
        fit(&mut Differences(likelihood), &problem.parameters, &settings).expect("a fit")
    };
    let works: [(&str, &dyn Fn() -> Estimate); 2] = [("exact sensitivities", &exact), ("central differences", &differences)];
    let mut best = [f64::INFINITY; 2];
    let mut found: [Option<Estimate>; 2] = [None, None];
    for _ in 0..PASSES {
        for (at, (_, work)) in works.iter().enumerate() {
            let started = Instant::now();
            found[at] = Some(work());
            best[at] = best[at].min(started.elapsed().as_secs_f64());
        }
    }
    println!("{} states, {} values, {} parameters", course.system.state_count(), points.len(), problem.parameters.len());
    for (at, (name, _)) in works.iter().enumerate() {
        let Some(estimate) = &found[at] else { continue };
        println!(
            "{name}: {:.2} s, {} steps, {} evaluations, {}; relative offset {:.1e}",
            best[at],
            estimate.record.iterations,
            estimate.record.evaluations,
            estimate.record.termination.describe(),
            estimate.relative_offset
        );
    }
    if let [Some(exact), Some(other)] = &found {
        let furthest = exact
            .parameters
            .iter()
            .zip(&other.parameters)
            .map(|(a, b)| (a.transformed - b.transformed).abs() / a.standard_error_transformed.unwrap_or(f64::NAN))
            .fold(0.0, f64::max);
        println!("estimates differ by at most {furthest:.1e} standard errors; {:.1} times as fast", best[1] / best[0]);
    }
}
