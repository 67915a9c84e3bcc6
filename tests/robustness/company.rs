//! Hostile patients in lanes: each fails with its own reason, the others keep their bits, and the caller is never left waiting.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::receptor_body::Body;
use rptbench::math::InstructionSet;
use rptbench::model::system::{System, SystemBuilder};
use rptbench::model::{self, yaml::YamlFile};
use rptbench::solve::{Bolus, Crew, Job, MethodChoice, Options, PATIENT_LANES, Schedule, Solution, SolveError, Span, solve, solve_cohort};

/// Longest wait for anything here; all of it takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);
const STEP_BUDGET: usize = 4000;

type Outcome = Result<Solution, SolveError>;

/// Runs `work` on a thread of its own and fails if it does not end. `None`: it panicked.
fn within_patience<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        // dropped by a panic, which ends the wait as well
        let result = work();
        let _ = tell.send(result);
    });
    match told.recv_timeout(PATIENCE) {
        Ok(result) => Some(result),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            assert!(worker.join().is_err());
            None
        }
    }
}

fn in_lanes(system: &System, jobs: &[Job], options: &Options, threads: usize) -> Vec<Outcome> {
    let mut found: Vec<Option<Outcome>> = vec![None; jobs.len()];
    let crew = Crew { threads, instruction_set: InstructionSet::chosen().unwrap() };
    solve_cohort(system, jobs.len(), &|index| jobs[index].clone(), options, crew, &mut |index, result| {
        assert!(found[index].replace(result).is_none(), "patient {index} is told twice");
    })
    .unwrap();
    found.into_iter().map(|result| result.expect("every patient is told")).collect()
}

fn alone(system: &System, job: &Job, options: &Options) -> Outcome {
    let options = Options { absolute_tolerances: job.absolute_tolerances.clone(), ..options.clone() };
    let found = solve(&mut system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options)?;
    Ok(Solution { states: found.states, final_state: found.final_state, statistics: found.statistics })
}

/// A usual patient: parameters over two decades.
fn patient(body: &Body, index: u64) -> Job {
    let draw = body.draw(99, index, 2.0);
    Job {
        index: 0,
        absolute_tolerances: body.options(draw.labelled_nmol + draw.unlabelled_nmol, 1e-6, 1e-12, None).absolute_tolerances,
        schedule: body.infusion(&draw),
        initial: vec![0.0; body.system.state_count()],
        span: Span { start: 0.0, stop: 43_200.0, samples: vec![0.0, 60.0, 4320.0] },
        parameters: draw.parameters,
    }
}

fn options<'a>(body: &Body) -> Options<'a> {
    let mut options = body.options(1.0, 1e-6, 1e-12, None);
    options.step_budget = STEP_BUDGET;
    options
}

/// What can be wrong with a patient, and whether an error is the reason for it.
type Hostility = (&'static str, fn(&Body, &mut Job), fn(&SolveError) -> bool);

const HOSTILITIES: [Hostility; 12] = [
    (
        "a parameter that is no number",
        |body, job| job.parameters[body.parameter("k_on")] = f64::NAN,
        |error| matches!(error, SolveError::NotFinite { time: 0.0, .. }),
    ),
    (
        "no volume",
        |body, job| job.parameters[body.parameter("serum")] = 0.0,
        |error| matches!(error, SolveError::NotFinite { time: 0.0, .. }),
    ),
    (
        "an endless flow",
        |body, job| job.parameters[body.parameter("rest.perfusion")] = f64::INFINITY,
        |error| matches!(error, SolveError::NotFinite { time: 0.0, .. }),
    ),
    (
        "a release that runs backwards",
        |body, job| job.parameters[body.parameter("tumour.release")] = -1.0,
        |error| matches!(error, SolveError::Negative { .. }),
    ),
    (
        "more doses than steps",
        |body, job| {
            let veins = body.state_of("veins", 0);
            let dose = |number: u32| Bolus { time: f64::from(number) * 8.0, amounts: vec![(veins, 0.01)] };
            job.schedule.boluses = (0..5000).map(dose).collect();
        },
        |error| matches!(error, SolveError::StepBudget { budget: STEP_BUDGET, .. }),
    ),
    ("a start that is no number", |_, job| job.initial[3] = f64::NAN, |error| matches!(error, SolveError::NotFinite { state: 3, .. })),
    ("half a start", |_, job| job.initial.truncate(5), |error| matches!(error, SolveError::Initial { .. })),
    ("too few tolerances", |_, job| job.absolute_tolerances.truncate(5), |error| matches!(error, SolveError::Options { .. })),
    ("a tolerance of zero", |_, job| job.absolute_tolerances[2] = 0.0, |error| matches!(error, SolveError::Options { .. })),
    ("an end before the start", |_, job| job.span.stop = -1.0, |error| matches!(error, SolveError::Span { .. })),
    (
        "a dose of no state",
        |_, job| job.schedule.boluses.push(Bolus { time: 1.0, amounts: vec![(9999, 1.0)] }),
        |error| matches!(error, SolveError::Schedule { .. }),
    ),
    ("too few parameters", |_, job| job.parameters.truncate(3), |error| matches!(error, SolveError::Parameters { .. })),
];

#[test]
fn each_hostile_patient_fails_with_its_reason_and_disturbs_nobody() {
    let body = Body::new();
    let options = options(&body);
    let mut jobs: Vec<Job> = (0..150).map(|index| patient(&body, index)).collect();
    let healthy = in_lanes(&body.system, &jobs, &options, 1);
    assert!(healthy.iter().all(Result::is_ok), "{:?}", healthy.iter().find(|result| result.is_err()));
    let hostility = |index: usize| (index % 3 == 1).then(|| HOSTILITIES[index / 3 % HOSTILITIES.len()]);
    for (index, job) in jobs.iter_mut().enumerate() {
        if let Some((_, spoil, _)) = hostility(index) {
            spoil(&body, job);
        }
    }
    for threads in [1, 2] {
        for (index, found) in in_lanes(&body.system, &jobs, &options, threads).iter().enumerate() {
            let Some((what, _, is_reason)) = hostility(index) else {
                assert_eq!(format!("{found:?}"), format!("{:?}", healthy[index]), "patient {index} was disturbed");
                continue;
            };
            let error = found.as_ref().expect_err(what);
            assert!(is_reason(error), "{what}: {error}");
            // a patient alone is bound to its parameters by the caller, who cannot bind too few
            if !matches!(error, SolveError::Parameters { .. }) {
                assert_eq!(
                    format!("{:?}", Err::<Solution, _>(error)),
                    format!("{:?}", alone(&body.system, &jobs[index], &options)),
                    "{what}"
                );
            }
        }
    }
}

/// No healthy patient at all, several times as many as there are lanes: nothing is left to keep the lanes going.
#[test]
fn lanes_full_of_failures_come_to_an_end() {
    for (what, spoil, is_reason) in HOSTILITIES {
        let found = within_patience(move || {
            let body = Body::new();
            let mut job = patient(&body, 0);
            spoil(&body, &mut job);
            in_lanes(&body.system, &vec![job; 5 * PATIENT_LANES + 3], &options(&body), 2)
        });
        let found = found.expect("no panic");
        assert_eq!(found.len(), 5 * PATIENT_LANES + 3);
        assert!(found.iter().all(|result| result.as_ref().is_err_and(is_reason)), "{what}: {:?}", found[0]);
    }
    let body = Body::new();
    assert!(in_lanes(&body.system, &[], &options(&body), 2).is_empty());
}

/// Growth with its own square, x = 1/(1/x₀ − 0.1 t), ends at 10/x₀ min: beside patients whose end lies beyond the span.
#[test]
fn an_explosion_in_one_lane_leaves_the_others_alone() {
    let text = r#"
model: runaway
parameters:
  growth: {value: 0.1 1/nmol/min, provenance: assumed}
compartments:
  source: {initial: 1e6 nmol}
  cells: {initial: 1 nmol}
flows:
  - {from: source, to: cells, rate: growth * cells * cells}
"#;
    let file = YamlFile::parse("runaway.yaml", text.to_owned()).unwrap();
    let (model, _) = model::read(&file, &[]).unwrap();
    let system = SystemBuilder::new(&model).compile();
    let mut options = Options::new(1e-6, vec![1e-9; 2]).with_method(MethodChoice::Stiff);
    options.non_negative = vec![true; 2];
    let cells = model.compartments.iter().position(|compartment| compartment.path == "cells").unwrap();
    let start_of = |index: usize| if index % 4 == 2 { 1.0 + index as f64 / 100.0 } else { 0.01 + index as f64 / 10_000.0 };
    let job = |index: usize| {
        let parameters = model.parameter_values();
        let mut initial = system.initial_state(&parameters);
        initial[cells] = start_of(index);
        let span = Span { start: 0.0, stop: 100.0, samples: Vec::new() };
        Job { index, parameters, initial, absolute_tolerances: vec![1e-9; 2], schedule: Schedule::default(), span }
    };
    let jobs: Vec<Job> = (0..60).map(job).collect();
    for (index, found) in in_lanes(&system, &jobs, &options, 1).iter().enumerate() {
        assert_eq!(format!("{found:?}"), format!("{:?}", alone(&system, &jobs[index], &options)), "patient {index}");
        let start = start_of(index);
        match found {
            Ok(solution) => {
                let expected = 1.0 / (1.0 / start - 10.0);
                let found = solution.final_state[cells];
                assert!(index % 4 != 2 && (found / expected - 1.0).abs() < 1e-5, "patient {index}: {found} v {expected}");
            }
            Err(error) => {
                let time = error.time().expect("the time is told");
                assert!(index % 4 == 2 && (time * start / 10.0 - 1.0).abs() < 0.01, "patient {index}: {error}");
            }
        }
    }
}

/// A budget of no time stops whoever needs more steps than are taken between two looks at the clock, and nobody else.
#[test]
fn the_time_budget_of_one_patient_is_not_that_of_another() {
    let body = Body::new();
    let unhurried = options(&body);
    let hurried = Options { time_budget: Some(Duration::ZERO), ..unhurried.clone() };
    let brief = |index: u64| Job { span: Span { start: 0.0, stop: 0.01, samples: Vec::new() }, ..patient(&body, index) };
    let jobs: Vec<Job> = (0..60).map(|index| if index % 2 == 0 { brief(index) } else { patient(&body, index) }).collect();
    let found = in_lanes(&body.system, &jobs, &hurried, 2);
    for ((index, found), without) in found.iter().enumerate().zip(in_lanes(&body.system, &jobs, &unhurried, 2)) {
        if index % 2 == 0 {
            assert!(found.is_ok(), "{found:?}");
            assert_eq!(format!("{found:?}"), format!("{without:?}"), "patient {index}");
        } else {
            assert!(without.is_ok() && matches!(found, Err(SolveError::TimeBudget { .. })), "{found:?}");
        }
    }
}

/// Cancelled after ten results: everybody is told once, as solved, with the bits of before, or as cancelled; and before the first.
#[test]
fn a_cancelled_cohort_ends_with_a_word_for_everybody() {
    let body = Body::new();
    let jobs: Vec<Job> = (0..200).map(|index| patient(&body, index)).collect();
    let whole = in_lanes(&body.system, &jobs, &options(&body), 2);
    for after in [0, 10] {
        let cancel = AtomicBool::new(after == 0);
        let mut cancelled = options(&body);
        cancelled.cancel = Some(&cancel);
        let mut told = vec![0; jobs.len()];
        let (mut count, mut stopped) = (0, 0);
        let crew = Crew { threads: 2, instruction_set: InstructionSet::chosen().unwrap() };
        solve_cohort(&body.system, jobs.len(), &|index| jobs[index].clone(), &cancelled, crew, &mut |index, result| {
            told[index] += 1;
            count += 1;
            cancel.store(count >= after, Ordering::Relaxed);
            match result {
                Err(SolveError::Cancelled { .. }) => stopped += 1,
                solved => assert_eq!(format!("{solved:?}"), format!("{:?}", whole[index]), "patient {index}"),
            }
        })
        .unwrap();
        assert!(told.iter().all(|&times| times == 1), "{told:?}");
        assert!(stopped >= if after == 0 { 200 } else { 1 }, "{stopped} of 200 were cancelled after {after} results");
    }
}

/// An error of the caller's own: it comes back as the panic that it is, on every number of threads, nobody waits for ever, and the patients not
/// yet begun are left alone.
#[test]
fn a_panic_of_the_caller_comes_back_to_the_caller() {
    const PATIENTS: usize = 1_000_000;
    for threads in [1, 2, 3] {
        for in_job in [true, false] {
            let made = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&made);
            let ended = within_patience(move || {
                let body = Body::new();
                let crew = Crew { threads, instruction_set: InstructionSet::chosen().unwrap() };
                let job = |index: usize| {
                    assert!(!in_job || index != 40, "this job cannot be made: a test wants it so");
                    counted.fetch_add(1, Ordering::Relaxed);
                    patient(&body, index as u64)
                };
                let mut done = |index: usize, _: Outcome| assert!(in_job || index != 40, "this result cannot be taken: a test wants it so");
                solve_cohort(&body.system, PATIENTS, &job, &options(&body), crew, &mut done).map(|_| ())
            });
            assert!(ended.is_none(), "{threads} threads: the panic was swallowed: {ended:?}");
            let made = made.load(Ordering::Relaxed);
            assert!(made < PATIENTS / 10, "{threads} threads: {made} patients were begun");
        }
    }
}
