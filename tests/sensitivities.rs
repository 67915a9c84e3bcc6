//! Sensitivities of the receptor model of 47 states (20 parameters that vary, an infusion, 30 days) against central differences of tight solves,
//! and what they cost.
#![allow(clippy::unwrap_used)]
#[path = "../benches/models/receptor_cohort.rs"]
mod receptor_cohort;

use receptor_cohort::{Cohort, VARIED};
use rptbench::solve::{Direction, Job, MethodChoice, Sampling, solve, solve_with_sensitivities};

/// Relative tolerance of the solves that are the reference.
const TIGHT: f64 = 1e-11;

fn job(cohort: &Cohort, patient: usize, tolerance: f64) -> Job {
    Job {
        index: patient,
        parameters: cohort.parameters(patient),
        initial: cohort.initial(),
        absolute_tolerances: cohort.options(tolerance).absolute_tolerances,
        schedule: cohort.schedule.clone(),
        span: cohort.span.clone(),
    }
}

/// States at all samples under a tight tolerance, with one parameter multiplied by `factor`.
fn tight(cohort: &Cohort, job: &Job, parameter: usize, factor: f64) -> Vec<f64> {
    let mut parameters = job.parameters.clone();
    parameters[parameter] *= factor;
    let mut options = cohort.options(TIGHT).with_method(MethodChoice::Stiff);
    options.sampling = Sampling::Landing;
    solve(&mut cohort.system.bind(&parameters), &job.initial, &job.schedule, &job.span, &options).unwrap().states
}

/// p ∂x/∂p by central differences over 0.4 % and 0.2 % of the parameter, extrapolated: truncation falls with the fourth power.
fn by_differences(cohort: &Cohort, job: &Job, parameter: usize) -> Vec<f64> {
    let central = |step: f64| -> Vec<f64> {
        let (plus, minus) = (tight(cohort, job, parameter, 1.0 + step), tight(cohort, job, parameter, 1.0 - step));
        plus.iter().zip(minus).map(|(plus, minus)| (plus - minus) / (2.0 * step)).collect()
    };
    let (whole, half) = (central(4e-3), central(2e-3));
    half.iter().zip(whole).map(|(half, whole)| half + (half - whole) / 3.0).collect()
}

fn varied(cohort: &Cohort) -> Vec<usize> {
    VARIED.iter().map(|(path, _)| cohort.model.parameter(path).unwrap()).collect()
}

/// The differences of one patient for every parameter that varies.
fn references(cohort: &Cohort, patient: usize) -> Vec<Vec<f64>> {
    let job = job(cohort, patient, TIGHT);
    varied(cohort).iter().map(|&parameter| by_differences(cohort, &job, parameter)).collect()
}

/// Largest error of all states at all samples, and of the time-integrated activities alone at the end, relative to the largest sensitivity p ∂x/∂p of
/// the state at any sample or, where the state hardly follows the parameter, to a tenth of its own largest value.
fn errors(cohort: &Cohort, patient: usize, references: &[Vec<f64>], tolerance: f64, sampling: Sampling) -> (f64, f64) {
    let job = job(cohort, patient, tolerance);
    let chosen = varied(cohort);
    let tangents = cohort.system.tangents(&chosen, &[]);
    let directions: Vec<Direction> = (0..chosen.len())
        .map(|position| Direction::of_parameter(&tangents, &job.parameters, position, job.parameters[chosen[position]]))
        .collect();
    let mut options = cohort.options(tolerance);
    options.sampling = sampling;
    let (solution, found) = solve_with_sensitivities(&cohort.system, &tangents, &directions, &job, &options).unwrap();
    let (states, samples) = (cohort.system.state_count(), job.span.samples.len());
    let (mut of_all, mut of_integrals) = (0.0_f64, 0.0_f64);
    for (direction, reference) in references.iter().enumerate() {
        for state in 0..states {
            let at = |sample: usize| reference[sample * states + state];
            let largest = (0..samples).map(|sample| at(sample).abs()).fold(0.0, f64::max);
            let floor = 0.1 * (0..samples).map(|sample| solution.states[sample * states + state].abs()).fold(0.0, f64::max);
            for sample in 0..samples {
                let error = (found.at_sample(sample, direction)[state] - at(sample)).abs() / largest.max(floor);
                of_all = of_all.max(error);
                if state >= cohort.system.model_state_count() && sample == samples - 1 {
                    of_integrals = of_integrals.max(error);
                }
            }
        }
    }
    (of_all, of_integrals)
}

/// Interpolated samples are of order 4 and not covered by the error estimate: in the hours after an infusion, values and sensitivities inside a step
/// are less exact than at its end.
#[test]
fn sensitivities_agree_with_central_differences_of_tight_solves() {
    let cohort = Cohort::new();
    for patient in 0..3 {
        let references = references(&cohort, patient);
        for (sampling, allowed) in [(Sampling::Landing, 1e-5), (Sampling::Dense, 2e-5)] {
            let (of_all, of_integrals) = errors(&cohort, patient, &references, 1e-6, sampling);
            eprintln!("patient {patient}, {sampling:?}: largest error {of_all:.1e}, of the time-integrated activities {of_integrals:.1e}");
            assert!(of_all < allowed && of_integrals < 1e-6, "patient {patient}: {of_all:e} {of_integrals:e}");
        }
    }
}

#[test]
fn tighter_tolerances_give_better_sensitivities() {
    let cohort = Cohort::new();
    let references = references(&cohort, 7);
    let found = [1e-4, 1e-6, 1e-8].map(|tolerance| errors(&cohort, 7, &references, tolerance, Sampling::Landing).0);
    eprintln!("errors at 1e-4, 1e-6 and 1e-8: {found:?}");
    assert!(found.is_sorted_by(|looser, tighter| *tighter < 0.1 * looser), "{found:?}");
}

/// Pinned, so that a slower change is seen: the operations of the eight directions of one block, beside those of the values.
#[test]
fn the_cost_of_eight_directions() {
    let cohort = Cohort::new();
    let chosen: Vec<usize> = VARIED[..8].iter().map(|(path, _)| cohort.model.parameter(path).unwrap()).collect();
    let tangents = cohort.system.tangents(&chosen, &[]);
    assert_eq!(cohort.system.operation_counts(), (427, 80));
    assert_eq!((tangents.operation_counts(), tangents.jacobian_positions().len()), ((607, 72), 94));
}
