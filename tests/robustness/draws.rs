//! 10 000 random patients over five orders of magnitude, on all processors; the seed is fixed.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::receptor_body::{Body, Draw};
use rptbench::solve::system::explain;
use rptbench::solve::{MethodChoice, SolveError, Span, Statistics, Trajectory, solve};

const SEED: u64 = 20_261_123;
const DRAWS: u64 = 10_000;
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
    slowest: Duration,
    total: Statistics,
}

impl Tally {
    fn join(&mut self, other: Tally) {
        self.solved += other.solved;
        other.failures.into_iter().for_each(|(kind, mut found)| self.failures.entry(kind).or_default().append(&mut found));
        self.faults.extend(other.faults);
        self.worst_ligand = self.worst_ligand.max(other.worst_ligand);
        self.worst_labelled = self.worst_labelled.max(other.worst_labelled);
        self.worst_receptor_excess = self.worst_receptor_excess.max(other.worst_receptor_excess);
        self.most_negative = self.most_negative.min(other.most_negative);
        if other.largest_difference.0 > self.largest_difference.0 {
            self.largest_difference = other.largest_difference;
        }
        self.largest_explicit_difference = self.largest_explicit_difference.max(other.largest_explicit_difference);
        self.explicit += other.explicit;
        self.most_steps = self.most_steps.max(other.most_steps);
        self.slowest = self.slowest.max(other.slowest);
        self.total.steps += other.total.steps;
        self.total.rejected += other.total.rejected;
        self.total.pivoted_fallbacks += other.total.pivoted_fallbacks;
    }
}

fn kind(error: &SolveError) -> String {
    let text = format!("{error:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn run(
    body: &Body,
    draw: &Draw,
    stop: f64,
    tolerance: f64,
    floor: f64,
    method: MethodChoice,
    cancel: &AtomicBool,
) -> Result<Trajectory, SolveError> {
    let samples = SAMPLES_MIN.iter().copied().filter(|&time| time <= stop).collect();
    let given = draw.labelled_nmol + draw.unlabelled_nmol;
    let mut options = body.options(given, tolerance, floor, Some(cancel)).with_method(method);
    options.step_budget = if tolerance < TOLERANCE { 50 * STEP_BUDGET } else { STEP_BUDGET };
    let mut bound = body.system.bind(&draw.parameters);
    let initial = vec![0.0; body.system.state_count()];
    solve(&mut bound, &initial, &body.infusion(draw), &Span { start: 0.0, stop, samples }, &options)
}

/// Balances, signs and receptors of one solution.
fn examine(body: &Body, draw: &Draw, found: &Trajectory, tally: &mut Tally) {
    let amounts = body.system.model_state_count();
    let labelled = body.model.labelled();
    let given = draw.labelled_nmol + draw.unlabelled_nmol;
    let mut sampled: Vec<(f64, &[f64])> = found.times.iter().enumerate().map(|(sample, &time)| (time, found.state(sample))).collect();
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
fn difference(body: &Body, draw: &Draw, found: &Trajectory, reference: &Trajectory) -> (f64, String) {
    let given = draw.labelled_nmol + draw.unlabelled_nmol;
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

fn cross_check(body: &Body, draw: &Draw, found: &Trajectory, cancel: &AtomicBool, tally: &mut Tally) {
    match run(body, draw, HORIZON_MIN, 1e-10, 1e-4 * FLOOR, MethodChoice::Stiff, cancel) {
        Ok(reference) => {
            let largest = difference(body, draw, found, &reference);
            if largest.0 > tally.largest_difference.0 {
                tally.largest_difference = largest;
            }
        }
        Err(error) => tally.faults.push(format!("at tolerance 1e-10: {}: {draw}", explain(&error, &body.system))),
    }
    // The independent method over as long as it can bear.
    let stop = (300.0 / fastest_rate(body, draw)).min(HORIZON_MIN);
    let explicit = run(body, draw, stop, 1e-10, 1e-4 * FLOOR, MethodChoice::NonStiff, cancel);
    let implicit = run(body, draw, stop, 1e-10, 1e-4 * FLOOR, MethodChoice::Stiff, cancel);
    if let (Ok(explicit), Ok(implicit)) = (explicit, implicit) {
        tally.explicit += 1;
        tally.largest_explicit_difference = tally.largest_explicit_difference.max(difference(body, draw, &implicit, &explicit).0);
    }
}

/// Draws `first`, `first + threads`, …; `busy_since` tells the watch since when (µs after `origin`, 0: idle) a solve has been running.
fn work(body: &Body, (first, threads): (u64, u64), origin: Instant, busy_since: &AtomicU64, cancel: &AtomicBool) -> Tally {
    let mut tally = Tally::default();
    for patient in (first..DRAWS).step_by(threads as usize) {
        let draw = body.draw(SEED, patient, DECADES);
        let started = Instant::now();
        busy_since.store(started.duration_since(origin).as_micros() as u64 + 1, Ordering::Relaxed);
        let outcome = run(body, &draw, HORIZON_MIN, TOLERANCE, FLOOR, MethodChoice::Stiff, cancel);
        busy_since.store(0, Ordering::Relaxed);
        cancel.store(false, Ordering::Relaxed);
        tally.slowest = tally.slowest.max(started.elapsed());
        match outcome {
            Ok(found) => {
                tally.solved += 1;
                tally.most_steps = tally.most_steps.max(found.statistics.steps + found.statistics.rejected);
                tally.total.steps += found.statistics.steps;
                tally.total.rejected += found.statistics.rejected;
                tally.total.pivoted_fallbacks += found.statistics.pivoted_fallbacks;
                examine(body, &draw, &found, &mut tally);
                if patient % 50 == 0 {
                    cross_check(body, &draw, &found, cancel, &mut tally);
                }
            }
            Err(error) => {
                let sentence = format!("patient {patient}: {}: {draw}", explain(&error, &body.system));
                tally.failures.entry(kind(&error)).or_default().push(sentence);
            }
        }
    }
    tally
}

#[test]
fn ten_thousand_random_patients_are_solved_or_fail_with_a_reason() {
    let body = Body::new();
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let origin = Instant::now();
    let watched: Vec<(AtomicU64, AtomicBool)> = (0..threads).map(|_| (AtomicU64::new(0), AtomicBool::new(false))).collect();
    let done = AtomicBool::new(false);
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let (body, (busy_since, cancel)) = (&body, &watched[first as usize]);
                scope.spawn(move || work(body, (first, threads), origin, busy_since, cancel))
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let now = origin.elapsed().as_micros() as u64;
                for (busy_since, cancel) in &watched {
                    let since = busy_since.load(Ordering::Relaxed);
                    if since > 0 && now.saturating_sub(since) > TIME_BUDGET.as_micros() as u64 {
                        cancel.store(true, Ordering::Relaxed);
                    }
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        for worker in workers {
            tally.join(worker.join().unwrap());
        }
        done.store(true, Ordering::Relaxed);
    });
    let failures: Vec<String> = tally.failures.iter().map(|(kind, found)| format!("{kind}: {}", found.len())).collect();
    eprintln!("solved {} of {DRAWS}; failures {failures:?}; slowest {:?}; most steps {}", tally.solved, tally.slowest, tally.most_steps);
    eprintln!("steps {}, rejected {}, pivoted {}", tally.total.steps, tally.total.rejected, tally.total.pivoted_fallbacks);
    eprintln!("balance: ligand {:e}, labelled {:e}", tally.worst_ligand, tally.worst_labelled);
    eprintln!("most negative {:e} of what is given; receptors exceeded by {:e}", tally.most_negative, tally.worst_receptor_excess);
    eprintln!("tight: {:e} {}", tally.largest_difference.0, tally.largest_difference.1);
    eprintln!("Dop853: {} solved, {:e}", tally.explicit, tally.largest_explicit_difference);
    tally.failures.values().for_each(|found| found.iter().take(5).for_each(|sentence| eprintln!("{sentence}")));
    assert!(tally.slowest < TIME_BUDGET, "one took {:?}", tally.slowest);
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
