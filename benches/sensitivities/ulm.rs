//! The Ulm model: what the Jacobian of a fit of eight parameters to thirty samples over a week costs.

use std::hint::black_box;

use super::ulm_cohort::{UlmCohort, VARIED};
use super::{PASSES, microseconds_of};
use rptbench::dosimetry::course::{Administration, Course, CoursePlan, Held, SolveSettings, course_sensitivities};
use rptbench::math::InstructionSet;
use rptbench::session::scenario::Scenario;
use rptbench::solve::{Crew, Direction, MethodChoice, Options, solve, solve_cohort, solve_with_sensitivities};

const PARAMETERS: usize = 8;
const PATIENTS: usize = 8;
const UNTIL_MIN: f64 = 10_080.0;

/// Thirty times from 5 min to a week, evenly spaced in their logarithm.
fn samples_min() -> Vec<f64> {
    (0..30).map(|sample| 5.0 * (UNTIL_MIN / 5.0).powf(f64::from(sample) / 29.0)).map(|time| time.min(UNTIL_MIN)).collect()
}

/// Shortest of all passes of each of several pieces of work, µs; they take turns, so that a busy stretch of the machine meets all alike.
fn best_in_turns<const N: usize>(mut works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..PASSES {
        for (work, best) in works.iter_mut().zip(&mut best) {
            *best = best.min(microseconds_of(&mut *work));
        }
    }
    best
}

/// Sensitivities of one patient beside eight patients in lanes: the solver alone.
pub fn beside_eight_lanes(instruction_set: InstructionSet) {
    let cohort = UlmCohort::new("psma_it_p1");
    let samples = samples_min();
    let chosen: Vec<usize> =
        VARIED[..PARAMETERS].iter().map(|(path, _)| cohort.model.parameter(path).expect("a parameter of the model")).collect();
    let tangents = cohort.system.tangents(&chosen, &[]);
    for tolerance in [1e-6, 1e-8] {
        let options = cohort.options(tolerance).with_method(MethodChoice::Stiff);
        let crew = Crew { threads: 1, instruction_set };
        let job = cohort.job(0, tolerance, UNTIL_MIN, &samples);
        let directions: Vec<Direction> =
            (0..PARAMETERS).map(|position| Direction::of_parameter(&tangents, &job.parameters, position, 1.0)).collect();
        let [in_lanes, alone, with_sensitivities] = best_in_turns([
            &mut || {
                let jobs = |patient| cohort.job(patient, tolerance, UNTIL_MIN, &samples);
                let work = solve_cohort(&cohort.system, PATIENTS, &jobs, &options, crew, &mut |_, result| {
                    black_box(result.expect("can be solved"));
                });
                black_box(work.expect("the options are good"));
            },
            &mut || {
                let options = Options { absolute_tolerances: job.absolute_tolerances.clone(), ..options.clone() };
                let mut bound = cohort.system.bind(&job.parameters);
                black_box(solve(&mut bound, &job.initial, &job.schedule, &job.span, &options).expect("can be solved"));
            },
            &mut || {
                black_box(solve_with_sensitivities(&cohort.system, &tangents, &directions, &job, &options).expect("can be solved"));
            },
        ]);
        println!(
            "Ulm, tolerance {tolerance:e}: eight patients in lanes {in_lanes:.0} µs, one alone {alone:.0} µs, {PARAMETERS} sensitivities {with_sensitivities:.0} µs: {:.2} times eight in lanes, {:.2} times one alone",
            with_sensitivities / in_lanes,
            with_sensitivities / alone
        );
    }
}

/// The shipped patient P1 and the parameters that vary.
struct Patient {
    plan: CoursePlan,
    parameters: Vec<f64>,
    chosen: Vec<usize>,
    given: Vec<Administration>,
    samples_min: Vec<f64>,
}

impl Patient {
    fn load() -> Patient {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/psma_it_p1");
        let scenario = Scenario::load(&folder, &[]).expect("the shipped scenario loads").0;
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).expect("the targets fit the model");
        let parameters = plan.model.parameter_values();
        let per_amount = Course::new(&plan, &parameters).activity_per_amount();
        let given = scenario.administrations.iter().map(|given| Administration {
            time_min: given.at_min,
            site: given.site,
            labelled: given.activity_mbq.unwrap_or(0.0) / per_amount,
            unlabelled: given.unlabelled,
            duration_min: given.duration_min,
        });
        Patient {
            chosen: VARIED[..PARAMETERS].iter().map(|(path, _)| plan.model.parameter(path).expect("a parameter of the model")).collect(),
            given: given.collect(),
            plan,
            parameters,
            samples_min: samples_min(),
        }
    }

    /// Observables by sample with one parameter (by its position among the chosen) multiplied by `factor`.
    fn observables(&self, position: usize, factor: f64, tolerance: f64) -> Vec<Vec<f64>> {
        let mut parameters = self.parameters.clone();
        parameters[self.chosen[position]] *= factor;
        let mut course = Course::new(&self.plan, &parameters);
        self.given.iter().for_each(|dose| course.administer(*dose).expect("the dose can be given"));
        let settings = SolveSettings { relative_tolerance: tolerance, method: MethodChoice::Stiff, ..Default::default() };
        course.advance(UNTIL_MIN, &self.samples_min, &settings).expect("the course can be solved");
        course.samples.values
    }

    /// p ∂q/∂p of every chosen parameter by central differences over `step` of it: `[parameter][observable][sample]`.
    fn by_differences(&self, step: f64, tolerance: f64) -> Vec<Vec<Vec<f64>>> {
        let of = |position: usize| {
            let (plus, minus) = (self.observables(position, 1.0 + step, tolerance), self.observables(position, 1.0 - step, tolerance));
            combine(&plus, &minus, |plus, minus| (plus - minus) / (2.0 * step))
        };
        (0..PARAMETERS).map(of).collect()
    }
}

fn combine(left: &[Vec<f64>], right: &[Vec<f64>], of: impl Fn(f64, f64) -> f64) -> Vec<Vec<f64>> {
    left.iter().zip(right).map(|(left, right)| left.iter().zip(right).map(|(left, right)| of(*left, *right)).collect()).collect()
}

/// Largest error relative to the observable's largest sensitivity to the parameter or, where it hardly follows it, to a tenth of its largest value.
fn largest_error(found: &[Vec<Vec<f64>>], reference: &[Vec<Vec<f64>>], values: &[Vec<f64>]) -> f64 {
    let largest = |series: &[f64]| series.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let mut error = 0.0_f64;
    for (found, reference) in found.iter().zip(reference) {
        for ((found, reference), values) in found.iter().zip(reference).zip(values) {
            let size = largest(reference).max(0.1 * largest(values));
            error = found.iter().zip(reference).fold(error, |error, (found, reference)| error.max((found - reference).abs() / size));
        }
    }
    error
}

/// Observables of a course and their derivatives by eight parameters: one plain solve, sixteen of them, and sensitivities.
pub fn course_beside_differences() {
    let patient = Patient::load();
    let started = std::time::Instant::now();
    let tangents = patient.plan.tangents(&patient.chosen);
    println!("Ulm, course: tangents of {PARAMETERS} parameters compiled in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    // differences of tight solves over 0.4 % and 0.2 %, extrapolated
    let (whole, half) = (patient.by_differences(4e-3, 1e-11), patient.by_differences(2e-3, 1e-11));
    let reference: Vec<_> =
        half.iter().zip(&whole).map(|(half, whole)| combine(half, whole, |half, whole| half + (half - whole) / 3.0)).collect();
    let values = patient.observables(0, 1.0, 1e-11);
    for tolerance in [1e-6, 1e-8] {
        let settings = SolveSettings { relative_tolerance: tolerance, ..Default::default() };
        let sensitivities = || {
            course_sensitivities(
                &patient.plan,
                &tangents,
                &patient.parameters,
                &patient.given,
                Held::Activities,
                UNTIL_MIN,
                &patient.samples_min,
                &settings,
            )
            .expect("the course can be solved")
        };
        let [plain, by_sensitivities, by_differences] = best_in_turns([
            &mut || drop(black_box(patient.observables(0, 1.0, tolerance))),
            &mut || drop(black_box(sensitivities())),
            &mut || drop(black_box(patient.by_differences(1e-3, tolerance))),
        ]);
        let found = sensitivities();
        let relative: Vec<_> = found
            .values
            .iter()
            .zip(&patient.chosen)
            .map(|(of, &parameter)| combine(of, of, |derivative, _| derivative * patient.parameters[parameter]))
            .collect();
        println!(
            "Ulm, course, tolerance {tolerance:e}: plain {plain:.0} µs, {} steps; {PARAMETERS} sensitivities {by_sensitivities:.0} µs ({:.2} times plain), error {:.1e}; central differences {by_differences:.0} µs ({:.2} times plain)",
            found.statistics.steps,
            by_sensitivities / plain,
            largest_error(&relative, &reference, &values),
            by_differences / plain
        );
        for step in [1e-1, 1e-2, 1e-3, 1e-4] {
            let error = largest_error(&patient.by_differences(step, tolerance), &reference, &values);
            println!("Ulm, course, tolerance {tolerance:e}: central differences over {step:e} of each parameter, error {error:.1e}");
        }
    }
}
