//! Virtual trials: patients per second through all their arms, by one thread and by two, for every instruction set of this processor.
//!
//! `cargo bench --bench trial`; `TRIAL_PATIENTS` and `TRIAL_SOOD_PATIENTS` say how many (10 000 and 1 000 000 are those of the claims).
#[path = "models/trial_cohort.rs"]
mod trial_cohort;

use std::hint::black_box;
use std::time::Instant;

use rptbench::dosimetry::course::SolveSettings;
use rptbench::math::{INSTRUCTION_SET_VARIABLE, InstructionSet};
use rptbench::regimen::{DeliveredTo, deliver_with};
use rptbench::solve::{Job, MethodChoice, Solution};
use rptbench::trial::deliver_patients;
use trial_cohort::Trial;

/// Blocks that a run has at least: what a thread takes at once is small enough that both end together.
const BLOCKS: usize = 20;
/// Patients of a block at least, so that the lanes are full, and at most.
const SMALLEST_BLOCK: usize = 32;
const LARGEST_BLOCK: usize = 500;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Processor time of this process so far, all threads together, s: on a machine that others use too, wall time measures them. `None` where the kernel does not say.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // user and system time in hundredths of a second, the 12th and 13th after the name
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

/// What a run took.
#[derive(Clone, Copy)]
struct Took {
    wall_s: f64,
    processor_s: Option<f64>,
}

impl Took {
    /// Processor time where it is known.
    fn seconds(self) -> f64 {
        self.processor_s.unwrap_or(self.wall_s)
    }
}

/// Time for `patients`, in blocks on `threads` threads.
fn deliver_all(trial: &Trial, tolerance: f64, patients: usize, threads: usize, set: InstructionSet) -> Took {
    let (began, before) = (Instant::now(), processor_seconds());
    let size = (patients / BLOCKS).clamp(SMALLEST_BLOCK, LARGEST_BLOCK);
    let counter = std::sync::atomic::AtomicUsize::new(0);
    let sums: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut sum = 0.0;
                    loop {
                        let block = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let first = block * size;
                        if first >= patients {
                            return sum;
                        }
                        let mut next = trial.queue(first..(first + size).min(patients));
                        let work = deliver_patients(&trial.plan, &trial.settings(tolerance), set, &mut next, &mut |number, arm, result| {
                            let result = result.unwrap_or_else(|error| panic!("patient {number}, arm {arm}: {error}"));
                            sum += result.totals.iter().map(|total| total.absorbed_gy).sum::<f64>();
                            black_box(&result);
                        });
                        let work = work.expect("the settings suit the system");
                        if block == 0 && threads == 1 {
                            println!(
                                "  {}, lanes {:.0} % busy, {:.0} kB of solver per delivery under way",
                                work.method,
                                100.0 * work.busy,
                                work.bytes_per_patient as f64 / 1024.0
                            );
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    });
    assert!(sums.iter().sum::<f64>().is_finite());
    let processor_s = processor_seconds().zip(before).map(|(now, before)| now - before);
    Took { wall_s: began.elapsed().as_secs_f64(), processor_s }
}

fn report(name: &str, trial: &Trial, tolerance: f64, patients: usize) {
    let states = trial.plan.system.state_count();
    println!("{name}: {states} states with riders, {} arm(s), relative tolerance {tolerance:e}, {patients} patients", trial.arms);
    let mut baseline = None;
    let chosen = InstructionSet::chosen().expect("the instruction set exists");
    let sets = if std::env::var_os(INSTRUCTION_SET_VARIABLE).is_some() { vec![chosen] } else { InstructionSet::available() };
    for set in sets {
        let alone = deliver_all(trial, tolerance, patients, 1, set);
        let both = deliver_all(trial, tolerance, patients, 2, set);
        let first = *baseline.get_or_insert(alone.seconds());
        let per_patient = |took: Took| took.seconds() * 1e6 / patients as f64;
        println!(
            "  {:8}  one thread {:8.1} µs of processor a patient ({:.2} times as fast as the first set), {:7.1} patients/s on the clock; two threads {:8.1} µs, {:7.1} patients/s, {:.2} times one on the clock, {:.2} by processor time",
            set.name(),
            per_patient(alone),
            first / alone.seconds(),
            patients as f64 / alone.wall_s,
            per_patient(both),
            patients as f64 / both.wall_s,
            alone.wall_s / both.wall_s,
            2.0 * alone.seconds() / both.seconds()
        );
    }
}

/// Steps, refused steps and spans of every piece of two arms (`TRIAL_STEPS=1`).
fn steps(trial: &Trial, tolerance: f64) {
    let settings = SolveSettings { method: MethodChoice::Stiff, ..trial.settings(tolerance) };
    let (parameters, regimen) = trial.patient(0);
    for arm in 0..trial.arms {
        let to = DeliveredTo::Shared { regimen: regimen.clone(), arm };
        let mut solver = |job: &Job| {
            let found = trial.plan.solve_job(job, &settings)?;
            let statistics = found.statistics;
            println!(
                "  arm {arm}: {:6.1} to {:6.1} d, {} samples: {} steps, {} refused, {} fallbacks",
                job.span.start / 1440.0,
                job.span.stop / 1440.0,
                job.span.samples.len(),
                statistics.steps,
                statistics.rejected,
                statistics.pivoted_fallbacks
            );
            Ok(Solution { states: found.states, final_state: found.final_state, statistics })
        };
        deliver_with(&trial.plan, to, &parameters, &settings, &mut solver).expect("it can be delivered");
    }
}

fn main() {
    if std::env::var_os("TRIAL_STEPS").is_some() {
        return steps(&Trial::receptor(), 1e-6);
    }
    report("receptor PBPK, scans, blood counts", &Trial::receptor(), 1e-6, setting("TRIAL_PATIENTS", 500));
    report("two compartments", &Trial::sood(), 1e-6, setting("TRIAL_SOOD_PATIENTS", 20_000));
}
