//! The same bits everywhere: a patient's results do not depend on threads, order, company, lane or instruction set, nor on what the system's
//! mathematics library finds in the processor.
#![allow(clippy::unwrap_used)]
mod support;

#[path = "../benches/models/receptor_cohort.rs"]
mod receptor_cohort;
#[allow(dead_code, reason = "every program uses its own part")]
#[path = "../benches/models/ulm_cohort.rs"]
mod ulm_cohort;

#[path = "../benches/models/trial_cohort.rs"]
mod trial_cohort;

#[path = "same_bits/deliveries.rs"]
mod deliveries;
#[path = "same_bits/linear.rs"]
mod linear;
#[path = "same_bits/processes.rs"]
mod processes;

use receptor_cohort::Cohort;
use rptbench::math::InstructionSet;
use rptbench::model::system::System;
use rptbench::solve::{Crew, Job, MethodChoice, Options, Sampling, Solution, SolveError, Span, solve, solve_cohort};
use ulm_cohort::UlmCohort;

/// More than two batches of lanes on three threads, and no multiple of the lanes.
const RECEPTOR_PATIENTS: usize = 101;
const ULM_PATIENTS: usize = 35;

/// A system, its patients and how they are to be solved.
struct Problem<'p> {
    system: &'p System,
    jobs: Vec<Job>,
    options: Options<'static>,
}

impl<'p> Problem<'p> {
    /// The 47-state receptor model over 30 days with ten samples.
    fn receptor(cohort: &'p Cohort, sampling: Sampling) -> Problem<'p> {
        let mut options = cohort.options(1e-6).with_method(MethodChoice::Stiff);
        options.sampling = sampling;
        let job = |patient| Job {
            index: patient,
            parameters: cohort.parameters(patient),
            initial: cohort.initial(),
            absolute_tolerances: options.absolute_tolerances.clone(),
            schedule: cohort.schedule.clone(),
            span: cohort.span.clone(),
        };
        Problem { system: &cohort.system, jobs: (0..RECEPTOR_PATIENTS).map(job).collect(), options }
    }

    /// The 118-state Ulm model over 30 000 min with a sample every 1000 min.
    fn ulm(cohort: &'p UlmCohort, sampling: Sampling) -> Problem<'p> {
        let mut options = cohort.options(1e-6).with_method(MethodChoice::Stiff);
        options.sampling = sampling;
        let samples: Vec<f64> = (0..=30).map(|sample| f64::from(sample) * 1000.0).collect();
        let jobs = (0..ULM_PATIENTS).map(|patient| cohort.job(patient, 1e-6, 30_000.0, &samples)).collect();
        Problem { system: &cohort.system, jobs, options }
    }

    /// The patients of `order`, in that order, by one crew. The results stand where the patients stand in `order`.
    fn solve(&self, order: &[usize], crew: Crew) -> Vec<Result<Solution, SolveError>> {
        let mut found: Vec<Option<Result<Solution, SolveError>>> = vec![None; order.len()];
        let job = |place: usize| self.jobs[order[place]].clone();
        solve_cohort(self.system, order.len(), &job, &self.options, crew, &mut |place, result| {
            assert!(found[place].replace(result).is_none(), "patient {place} is told twice");
        })
        .unwrap();
        found.into_iter().map(|result| result.expect("every patient is told")).collect()
    }

    /// One patient by [`solve`], the system bound to the patient's own parameters.
    fn alone(&self, patient: usize) -> Result<Solution, SolveError> {
        let job = &self.jobs[patient];
        let options = Options { absolute_tolerances: job.absolute_tolerances.clone(), ..self.options.clone() };
        let found = solve(&mut self.system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options)?;
        Ok(Solution { states: found.states, final_state: found.final_state, statistics: found.statistics })
    }

    fn everyone(&self) -> Vec<usize> {
        (0..self.jobs.len()).collect()
    }
}

fn one_thread() -> Crew {
    Crew { threads: 1, instruction_set: *InstructionSet::available().last().unwrap() }
}

/// Every bit of the numbers, and what they cost; a failure by its sentence with all its digits.
fn bits(result: &Result<Solution, SolveError>) -> Result<(Vec<u64>, String), String> {
    match result {
        Ok(solution) => {
            let numbers = solution.states.iter().chain(&solution.final_state).map(|value| value.to_bits()).collect();
            Ok((numbers, format!("{:?}", solution.statistics)))
        }
        Err(error) => Err(format!("{error:?}")),
    }
}

#[track_caller]
fn same(what: &str, patient: usize, found: &Result<Solution, SolveError>, expected: &Result<Solution, SolveError>) {
    assert!(bits(found) == bits(expected), "{what}: patient {patient} has other bits:\n{found:?}\n{expected:?}");
}

/// All that must not matter, on one problem.
fn nothing_matters_but_the_patient(what: &str, problem: &Problem) {
    let everyone = problem.everyone();
    let expected = problem.solve(&everyone, one_thread());
    assert!(expected.iter().all(Result::is_ok), "{what}: {:?}", expected.iter().find(|result| result.is_err()));
    let distinct: std::collections::BTreeSet<_> = expected.iter().map(|result| bits(result).unwrap().0).collect();
    assert_eq!(distinct.len(), expected.len(), "{what}: the patients differ from each other");

    for instruction_set in InstructionSet::available() {
        for threads in [1, 2, 3] {
            let found = problem.solve(&everyone, Crew { threads, instruction_set });
            for (patient, (found, expected)) in found.iter().zip(&expected).enumerate() {
                same(&format!("{what}, {threads} threads, {}", instruction_set.name()), patient, found, expected);
            }
        }
    }
    let reversed: Vec<usize> = everyone.iter().rev().copied().collect();
    // 37 is prime to both numbers of patients
    let shuffled: Vec<usize> = everyone.iter().map(|patient| patient * 37 % everyone.len()).collect();
    for (order, threads) in [(&reversed, 1), (&shuffled, 2)] {
        for (&patient, found) in order.iter().zip(problem.solve(order, Crew { threads, ..one_thread() })) {
            same(&format!("{what}, another order"), patient, &found, &expected[patient]);
        }
    }
    for chunk in [1, 7, 16, 17] {
        for patients in everyone.chunks(chunk).take(if chunk == 1 { 5 } else { 3 }) {
            for (&patient, found) in patients.iter().zip(problem.solve(patients, one_thread())) {
                same(&format!("{what}, chunks of {chunk}"), patient, &found, &expected[patient]);
            }
        }
    }
    for patient in everyone.iter().copied().step_by(3) {
        same(&format!("{what}, alone"), patient, &problem.alone(patient), &expected[patient]);
    }
}

#[test]
fn the_receptor_cohort_has_the_same_bits_however_it_is_solved() {
    let cohort = Cohort::new();
    for sampling in [Sampling::Dense, Sampling::Landing] {
        nothing_matters_but_the_patient(&format!("47 states, {sampling:?}"), &Problem::receptor(&cohort, sampling));
    }
}

#[test]
fn the_ulm_cohort_has_the_same_bits_however_it_is_solved() {
    let cohort = UlmCohort::new("psma_it_p1");
    assert_eq!((cohort.system.model_state_count(), cohort.regions.len()), (118, 5));
    for sampling in [Sampling::Dense, Sampling::Landing] {
        nothing_matters_but_the_patient(&format!("Ulm, {sampling:?}"), &Problem::ulm(&cohort, sampling));
    }
}

/// Every other patient cannot be solved, at different times and for different reasons: the rest keep their bits, on every instruction set.
#[test]
fn neighbours_that_fail_change_no_bit() {
    let cohort = Cohort::new();
    let healthy = Problem::receptor(&cohort, Sampling::Dense);
    let expected = healthy.solve(&healthy.everyone(), one_thread());
    let mut mixed = Problem::receptor(&cohort, Sampling::Dense);
    for (patient, job) in mixed.jobs.iter_mut().enumerate().filter(|(patient, _)| patient % 2 == 1) {
        match patient % 8 {
            1 => job.parameters[cohort.model.parameter("serum_volume").unwrap()] = 0.0,
            3 => job.parameters.fill(f64::NAN),
            5 => job.initial[3] = f64::INFINITY,
            // a release that runs backwards empties the place where it ends, days later
            _ => job.parameters[cohort.model.parameter("k_release_tumour").unwrap()] = -1.0,
        }
    }
    mixed.options.non_negative = vec![true; cohort.system.state_count()];
    for instruction_set in InstructionSet::available() {
        for threads in [1, 2] {
            let found = mixed.solve(&mixed.everyone(), Crew { threads, instruction_set });
            for (patient, found) in found.iter().enumerate() {
                if patient % 2 == 0 {
                    same("between failures", patient, found, &expected[patient]);
                } else {
                    assert!(found.is_err(), "patient {patient} cannot be solved");
                    same("failing in company", patient, found, &mixed.alone(patient));
                }
            }
        }
    }
}

/// Spans that end at different times leave lanes empty and fill them anew at any moment.
#[test]
fn patients_of_different_length_share_the_lanes() {
    let cohort = Cohort::new();
    let mut problem = Problem::receptor(&cohort, Sampling::Dense);
    for (patient, job) in problem.jobs.iter_mut().enumerate() {
        let stop = [0.0, 10.0, 100.0, 3000.0, 43_200.0][patient % 5];
        job.span = Span { start: 0.0, stop, samples: vec![0.0, 0.3 * stop, stop] };
    }
    let found = problem.solve(&problem.everyone(), Crew { threads: 2, ..one_thread() });
    for (patient, found) in found.iter().enumerate() {
        assert!(found.is_ok(), "{found:?}");
        same("other lengths", patient, found, &problem.alone(patient));
    }
}
