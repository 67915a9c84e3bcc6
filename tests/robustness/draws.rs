//! 10 000 random patients over five orders of magnitude, in lanes on all processors; the seed is fixed.
use std::collections::BTreeMap;
use std::time::Duration;

use crate::receptor_body::{Body, Draw};
use rptbench::solve::system::explain;
use rptbench::solve::{Crew, Job, MethodChoice, Options, Solution, SolveError, Span, Statistics, solve, solve_cohort};

const SEED: u64 = 20_261_123;
const DRAWS: u64 = 10_000;
/// Every so many are solved alone, at a tighter tolerance, and by the explicit method as well.
const SAMPLED: usize = 50;
const DECADES: f64 = 5.0;
/// 30 days.
const HORIZON_MIN: f64 = 43_200.0;
const TOLERANCE: f64 = 1e-6;
/// Amounts matter down to this part of what is given.
const FLOOR: f64 = 1e-12;
const STEP_BUDGET: usize = 20_000;
const TIME_BUDGET: Duration = Duration::from_secs(10);
const SAMPLES_MIN: [f64; 8] = [0.0, 1.0, 10.0, 60.0, 600.0, 4320.0, 20_000.0, HORIZON_MIN];

/// What all draws have in common at the end.
#[derive(Default)]
struct Tally {
    solved: usize,
    failures: BTreeMap<String, Vec<String>>,
    faults: Vec<String>,
    worst_ligand: f64,
    worst_labelled: f64,
    worst_receptor_excess: f64,
    most_negative: f64,
    largest_difference: (f64, String),
    largest_explicit_difference: f64,
    explicit: usize,
    most_steps: usize,
    total: Statistics,
}

fn kind(error: &SolveError) -> String {
    let text = format!("{error:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn job(body: &Body, draw: &Draw, stop: f64, tolerance: f64, floor: f64) -> Job {
    let samples = SAMPLES_MIN.iter().copied().filter(|&time| time <= stop).collect();
    Job {
        index: 0,
        parameters: draw.parameters.clone(),
        initial: vec![0.0; body.system.state_count()],
        absolute_tolerances: body.options(given(draw), tolerance, floor, None).absolute_tolerances,
        schedule: body.infusion(draw),
        span: Span { start: 0.0, stop, samples },
    }
}

/// Options for all; every job brings its absolute tolerances.
fn options(body: &Body, tolerance: f64) -> Options<'static> {
    let mut options = body.options(1.0, tolerance, FLOOR, None);
    options.step_budget = if tolerance < TOLERANCE { 50 * STEP_BUDGET } else { STEP_BUDGET };
    options.time_budget = Some(TIME_BUDGET);
    options
}

fn given(draw: &Draw) -> f64 {
    draw.labelled_nmol + draw.unlabelled_nmol
}

fn alone(body: &Body, job: &Job, tolerance: f64, method: MethodChoice) -> Result<Solution, SolveError> {
    let options = Options { absolute_tolerances: job.absolute_tolerances.clone(), ..options(body, tolerance).with_method(method) };
    let found = solve(&mut body.system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options)?;
    Ok(Solution { states: found.states, final_state: found.final_state, statistics: found.statistics })
}

fn in_lanes(body: &Body, draws: &[&Draw], tolerance: f64, floor: f64) -> Vec<Result<Solution, SolveError>> {
    let mut found: Vec<Option<Result<Solution, SolveError>>> = vec![None; draws.len()];
    let make = |index: usize| job(body, draws[index], HORIZON_MIN, tolerance, floor);
    let crew = Crew::of_this_machine().unwrap();
    solve_cohort(&body.system, draws.len(), &make, &options(body, tolerance), crew, &mut |index, result| {
        assert!(found[index].replace(result).is_none(), "patient {index} is told twice");
    })
    .unwrap();
    found.into_iter().map(|result| result.expect("every patient is told")).collect()
}

/// Balances, signs and receptors of one solution.
fn examine(body: &Body, draw: &Draw, found: &Solution, tally: &mut Tally) {
    let amounts = body.system.model_state_count();
    let labelled = body.model.labelled();
    let given = given(draw);
    let rows = found.states.chunks_exact(body.system.state_count());
    let mut sampled: Vec<(f64, &[f64])> = SAMPLES_MIN.into_iter().zip(rows).collect();
    assert_eq!(sampled.len(), SAMPLES_MIN.len());
    sampled.push((HORIZON_MIN, &found.final_state));
    for (time, state) in sampled {
        let share = (time / draw.duration_min).min(1.0);
        let ligand = (state[..amounts].iter().sum::<f64>() / (given * share.max(1e-300)) - 1.0).abs();
        let active: f64 =
            (0..amounts).filter(|state| state % 2 == labelled).map(|position| state[position]).sum::<f64>() + state[body.decayed];
        let balance = (active / (draw.labelled_nmol * share.max(1e-300)) - 1.0).abs();
        if time > 0.0 {
            tally.worst_ligand = tally.worst_ligand.max(ligand);
            tally.worst_labelled = tally.worst_labelled.max(balance);
            if ligand > 1e-9 || balance > 1e-9 {
                tally.faults.push(format!("balance at {time} min: ligand {ligand:e}, labelled {balance:e}: {draw}"));
            }
        }
        let lowest = state[..amounts].iter().copied().fold(0.0, f64::min) / given;
        tally.most_negative = tally.most_negative.min(lowest);
        if lowest < -10.0 * (FLOOR + TOLERANCE) {
            tally.faults.push(format!("negative by {lowest:e} of what is given at {time} min: {draw}"));
        }
        for organ in ["kidneys", "tumour"] {
            let receptors = draw.parameters[body.parameter(&format!("{organ}.receptors"))];
            let bound = state[body.state_of(&format!("{organ}.bound"), 0)] + state[body.state_of(&format!("{organ}.bound"), 1)];
            let excess = (bound - receptors) / (receptors + 1e-3 * given);
            tally.worst_receptor_excess = tally.worst_receptor_excess.max(excess);
            if excess > 1e-5 {
                tally.faults.push(format!("{organ} binds {bound} nmol to {receptors} nmol of receptors at {time} min: {draw}"));
            }
        }
    }
}

/// Largest difference between two solutions at the samples and the end, over size + FLOOR/TOLERANCE of what is given.
fn difference(body: &Body, draw: &Draw, found: &Solution, reference: &Solution) -> (f64, String) {
    let given = given(draw);
    let mut largest = (0.0, String::new());
    let pairs = found.states.iter().chain(&found.final_state).zip(reference.states.iter().chain(&reference.final_state));
    for (position, (found_value, expected)) in pairs.enumerate() {
        let state = position % body.system.state_count();
        let weighed = (found_value - expected).abs() / (expected.abs() + FLOOR / TOLERANCE * given);
        if weighed > largest.0 || weighed.is_nan() {
            let sample = position / body.system.state_count();
            largest = (
                weighed,
                format!("{} at sample {sample}: {found_value:e}, expected {expected:e}; {draw}", body.system.state_names()[state]),
            );
        }
    }
    largest
}

/// Fastest rate on the Jacobian's diagonal with all doses in the veins, per min.
fn fastest_rate(body: &Body, draw: &Draw) -> f64 {
    let mut state = vec![0.0; body.system.state_count()];
    state[body.state_of("veins", 0)] = draw.labelled_nmol;
    state[body.state_of("veins", 1)] = draw.unlabelled_nmol;
    let mut values = vec![0.0; body.system.pattern().len()];
    body.system.bind(&draw.parameters).evaluate_jacobian(0.0, &state, &mut values);
    let diagonal = body.system.pattern().iter().zip(&values).filter(|((row, column), _)| row == column);
    diagonal.map(|(_, value)| value.abs()).fold(0.0, f64::max)
}

/// The independent method beside the stiff one, over as long as it can bear: how far they are apart, if it could.
fn explicit_difference(body: &Body, draw: &Draw) -> Option<f64> {
    let stop = (300.0 / fastest_rate(body, draw)).min(HORIZON_MIN);
    let job = job(body, draw, stop, 1e-10, 1e-4 * FLOOR);
    let explicit = alone(body, &job, 1e-10, MethodChoice::NonStiff).ok()?;
    let implicit = alone(body, &job, 1e-10, MethodChoice::Stiff).ok()?;
    Some(difference(body, draw, &implicit, &explicit).0)
}

/// A sample of the patients: alone, at a tighter tolerance, by the explicit method.
fn cross_check(body: &Body, sample: &[(&Draw, &Result<Solution, SolveError>)], tally: &mut Tally) {
    let draws: Vec<&Draw> = sample.iter().map(|(draw, _)| *draw).collect();
    let tight = in_lanes(body, &draws, 1e-10, 1e-4 * FLOOR);
    for ((draw, found), tight) in sample.iter().zip(&tight) {
        // printed with all their digits, numbers differ if their bits do
        let by_itself = alone(body, &job(body, draw, HORIZON_MIN, TOLERANCE, FLOOR), TOLERANCE, MethodChoice::Stiff);
        if format!("{by_itself:?}") != format!("{found:?}") {
            tally.faults.push(format!("other bits alone than in lanes: {draw}"));
        }
        match (found, tight) {
            (Ok(found), Ok(tight)) => {
                let largest = difference(body, draw, found, tight);
                if largest.0.is_nan() || largest.0 > tally.largest_difference.0 {
                    tally.largest_difference = largest;
                }
            }
            (_, Err(error)) => tally.faults.push(format!("at tolerance 1e-10: {}: {draw}", explain(error, &body.system))),
            (Err(_), Ok(_)) => {}
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let explicit: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = draws
            .chunks(draws.len().div_ceil(threads))
            .map(|part| scope.spawn(|| part.iter().filter_map(|draw| explicit_difference(body, draw)).collect::<Vec<f64>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    tally.explicit = explicit.len();
    tally.largest_explicit_difference = explicit.into_iter().fold(0.0, f64::max);
}

#[test]
fn ten_thousand_random_patients_are_solved_or_fail_with_a_reason() {
    let body = Body::new();
    let draws: Vec<Draw> = (0..DRAWS).map(|patient| body.draw(SEED, patient, DECADES)).collect();
    let found = in_lanes(&body, &draws.iter().collect::<Vec<_>>(), TOLERANCE, FLOOR);
    let mut tally = Tally::default();
    for (patient, (draw, found)) in draws.iter().zip(&found).enumerate() {
        match found {
            Ok(found) => {
                tally.solved += 1;
                tally.most_steps = tally.most_steps.max(found.statistics.steps + found.statistics.rejected);
                tally.total.steps += found.statistics.steps;
                tally.total.rejected += found.statistics.rejected;
                tally.total.pivoted_fallbacks += found.statistics.pivoted_fallbacks;
                examine(&body, draw, found, &mut tally);
            }
            Err(error) => {
                let sentence = format!("patient {patient}: {}: {draw}", explain(error, &body.system));
                tally.failures.entry(kind(error)).or_default().push(sentence);
            }
        }
    }
    let sample: Vec<_> = draws.iter().zip(&found).step_by(SAMPLED).collect();
    cross_check(&body, &sample, &mut tally);
    let failures: Vec<String> = tally.failures.iter().map(|(kind, found)| format!("{kind}: {}", found.len())).collect();
    eprintln!("solved {} of {DRAWS}; failures {failures:?}; most steps {}", tally.solved, tally.most_steps);
    eprintln!("steps {}, rejected {}, pivoted {}", tally.total.steps, tally.total.rejected, tally.total.pivoted_fallbacks);
    eprintln!("balance: ligand {:e}, labelled {:e}", tally.worst_ligand, tally.worst_labelled);
    eprintln!("most negative {:e} of what is given; receptors exceeded by {:e}", tally.most_negative, tally.worst_receptor_excess);
    eprintln!("tight: {:e} {}", tally.largest_difference.0, tally.largest_difference.1);
    eprintln!("Dop853: {} solved, {:e}", tally.explicit, tally.largest_explicit_difference);
    tally.failures.values().for_each(|found| found.iter().take(5).for_each(|sentence| eprintln!("{sentence}")));
    // All of them are solved at present. Should a change of the method leave some with a reason, this is where it shows.
    assert_eq!(tally.solved as u64, DRAWS, "{failures:?}");
    assert_eq!(tally.total.pivoted_fallbacks, 0, "the fixed pivot order was accurate everywhere");
    assert!(tally.largest_difference.0 < 1e-4, "against tolerance 1e-10: {:e} {}", tally.largest_difference.0, tally.largest_difference.1);
    assert!(tally.explicit >= 150, "{} of 200 could be solved by the explicit method", tally.explicit);
    assert!(tally.largest_explicit_difference < 1e-7, "against Dop853: {:e}", tally.largest_explicit_difference);
    assert!(
        tally.faults.is_empty(),
        "{} faults\n{}",
        tally.faults.len(),
        tally.faults.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
}
