//! Sensitivities of the receptor model of 47 states: eight parameters at once beside eight patients in lanes without any, one thread. Then those of
//! the Ulm model of 118 states and of a whole course of it, beside central differences: time and error of both.
#[path = "models/receptor_cohort.rs"]
mod receptor_cohort;
#[path = "sensitivities/ulm.rs"]
mod ulm;
#[allow(dead_code, reason = "every program uses its own part")]
#[path = "models/ulm_cohort.rs"]
mod ulm_cohort;

use std::hint::black_box;
use std::time::Instant;

use receptor_cohort::{Cohort, VARIED};
use rptbench::math::InstructionSet;
use rptbench::solve::{Crew, Direction, Job, MethodChoice, Span, solve, solve_cohort, solve_with_sensitivities};

/// Patients of one pass.
const PATIENTS: usize = 32;
/// Best of this many passes.
const PASSES: usize = 10;

fn job(cohort: &Cohort, patient: usize, tolerance: f64) -> Job {
    Job {
        index: patient,
        parameters: cohort.parameters(patient),
        initial: cohort.initial(),
        absolute_tolerances: cohort.options(tolerance).absolute_tolerances,
        schedule: cohort.schedule.clone(),
        span: Span { samples: Vec::new(), ..cohort.span.clone() },
    }
}

fn microseconds_of(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1e6
}

/// Mean over all patients of the best of several passes, µs: short stretches, so that other work of the machine spoils few of them.
fn mean_of_best(mut work: impl FnMut(usize)) -> f64 {
    let mut best = [f64::INFINITY; PATIENTS];
    for _ in 0..PASSES {
        for (patient, best) in best.iter_mut().enumerate() {
            *best = best.min(microseconds_of(|| work(patient)));
        }
    }
    best.iter().sum::<f64>() / PATIENTS as f64
}

fn main() {
    let instruction_set = InstructionSet::chosen().expect("the environment asks for a set of this processor");
    println!("instruction set {}", instruction_set.name());
    receptor(instruction_set);
    ulm::beside_eight_lanes(instruction_set);
    ulm::course_beside_differences();
}

fn receptor(instruction_set: InstructionSet) {
    let cohort = Cohort::new();
    let chosen: Vec<usize> =
        VARIED.iter().map(|(path, _)| cohort.model.parameter(path).expect("what varies is a parameter of the model")).collect();
    for tolerance in [1e-5, 1e-6] {
        let options = cohort.options(tolerance).with_method(MethodChoice::Stiff);
        let crew = Crew { threads: 1, instruction_set };
        let pass = |_| {
            microseconds_of(|| {
                solve_cohort(&cohort.system, PATIENTS, &|patient| job(&cohort, patient, tolerance), &options, crew, &mut |_, result| {
                    black_box(result.expect("can be solved"));
                })
                .map(drop)
                .expect("the options are good");
            })
        };
        let in_lanes = (0..10 * PASSES).map(pass).fold(f64::INFINITY, f64::min) / PATIENTS as f64;
        let alone = mean_of_best(|patient| {
            let job = job(&cohort, patient, tolerance);
            let mut bound = cohort.system.bind(&job.parameters);
            black_box(solve(&mut bound, &job.initial, &job.schedule, &job.span, &options).expect("can be solved"));
        });
        println!("tolerance {tolerance:e}: {in_lanes:.0} µs per patient in lanes, {alone:.0} µs alone");
        for count in [1, 8, 20] {
            let started = Instant::now();
            let tangents = cohort.system.tangents(&chosen[..count], &[]);
            let compiled = started.elapsed();
            let with_sensitivities = mean_of_best(|patient| {
                let job = job(&cohort, patient, tolerance);
                let directions: Vec<Direction> =
                    (0..count).map(|position| Direction::of_parameter(&tangents, &job.parameters, position, 1.0)).collect();
                black_box(solve_with_sensitivities(&cohort.system, &tangents, &directions, &job, &options).expect("can be solved"));
            });
            println!(
                "tolerance {tolerance:e}: {count} sensitivities {with_sensitivities:.0} µs: {:.2} times eight patients in lanes, {:.2} times one patient alone (tangents compiled in {:.1} ms)",
                with_sensitivities / (8.0 * in_lanes),
                with_sensitivities / alone,
                compiled.as_secs_f64() * 1e3
            );
        }
    }
}
