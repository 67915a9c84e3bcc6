//! Cohorts in lanes: 1024 patients of the receptor model of 47 states; one patient alone beside the same patients in lanes of sixteen, on one thread
//! and on two, by every instruction set of this processor.
#[path = "models/receptor_cohort.rs"]
mod receptor_cohort;

use std::hint::black_box;
use std::time::{Duration, Instant};

use receptor_cohort::{Cohort, PATIENTS};
use rptbench::math::InstructionSet;
use rptbench::solve::{Crew, Job, MethodChoice, Solution, Span, solve, solve_cohort};

/// Best of this many passes over the cohort.
const PASSES: usize = 5;

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

fn in_lanes(cohort: &Cohort, patients: usize, tolerance: f64, crew: Crew) -> (Duration, Vec<Option<Solution>>, f64, usize) {
    let mut best = Duration::MAX;
    let mut kept = (Vec::new(), 0.0, 0);
    for _ in 0..PASSES {
        let mut solutions = vec![None; patients];
        let options = cohort.options(tolerance);
        let started = Instant::now();
        let work =
            solve_cohort(&cohort.system, patients, &|patient| job(cohort, patient, tolerance), &options, crew, &mut |patient, result| {
                solutions[patient] = Some(result.expect("every patient of the benchmark can be solved"));
            })
            .expect("the options are good");
        best = best.min(started.elapsed());
        kept = (solutions, work.busy, work.bytes_per_patient);
    }
    (best, kept.0, kept.1, kept.2)
}

fn main() {
    let cohort = Cohort::new();
    let (rates, jacobian) = cohort.system.operation_counts();
    println!("47 states, {rates} operations for the rates, {jacobian} more for the Jacobian of {} entries", cohort.system.pattern().len());
    let alone = 64;
    for tolerance in [1e-4, 1e-5, 1e-6, 1e-8] {
        let mut best = Duration::MAX;
        for _ in 0..PASSES {
            let started = Instant::now();
            for patient in 0..alone {
                let options = cohort.options(tolerance).with_method(MethodChoice::Stiff);
                let parameters = cohort.parameters(patient);
                let mut bound = cohort.system.bind(&parameters);
                let span = Span { samples: Vec::new(), ..cohort.span.clone() };
                black_box(solve(&mut bound, &cohort.initial(), &cohort.schedule, &span, &options).expect("can be solved"));
            }
            best = best.min(started.elapsed());
        }
        println!("tolerance {tolerance:e}: alone {:.1} µs per patient", best.as_secs_f64() * 1e6 / alone as f64);
        for instruction_set in InstructionSet::available() {
            for threads in [1, 2] {
                let (time, solutions, busy, bytes) = in_lanes(&cohort, PATIENTS, tolerance, Crew { threads, instruction_set });
                let steps: usize = solutions.iter().flatten().map(|solution| solution.statistics.steps).sum();
                println!(
                    "tolerance {tolerance:e}: lanes of 16, {}, {threads} thread(s): {:.1} µs per patient, {:.0} steps, lanes {:.1} % busy, {:.1} kB per patient under way",
                    instruction_set.name(),
                    time.as_secs_f64() * 1e6 / PATIENTS as f64,
                    steps as f64 / PATIENTS as f64,
                    100.0 * busy,
                    bytes as f64 / 1024.0
                );
            }
        }
    }
}
