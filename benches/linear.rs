//! Linear systems: a 12-compartment body (five compartments around a centre, a chain of five, a sink, physical decay), 30 minutes of infusion, ten
//! output intervals over 30 days. The lanes engine side by side with the exact method of `solve` and with nalgebra's matrix exponential per interval.
//!
//! Every figure is per patient: divide the time of a run by its count of items, or read the items per second.
use divan::counter::ItemsCount;
use nalgebra::{DMatrix, DVector};
use rptbench::math::InstructionSet;
use rptbench::model;
use rptbench::model::system::{System, SystemBuilder};
use rptbench::model::yaml::YamlFile;
use rptbench::solve::{Infusion, Job, LinearLanes, MethodChoice, Options, Schedule, Span, solve};

fn main() {
    divan::main();
}

/// Patients of one run.
const PATIENTS: usize = 256;
const STATES: usize = 12;

fn system() -> System {
    let mut flows = Vec::new();
    for organ in 1..=5 {
        flows.push((0, organ, 2 * organ - 1));
        flows.push((organ, 0, 2 * organ));
    }
    compile(flows)
}

fn circulation() -> System {
    let ring = (0..6).map(|organ| (organ, (organ + 1) % 6, 1 + organ % 3)).collect();
    compile(ring)
}

/// Twelve compartments with these flows (from, to, number of the rate), a chain of five behind the sixth compartment and a sink.
fn compile(mut flows: Vec<(usize, usize, usize)>) -> System {
    let mut text = String::from("model: m12\ntitle: Twelve compartments\namount: nmol\nparameters:\n");
    for number in 1..=15 {
        text += &format!("  k{number}: {{value: {} 1/min, provenance: assumed}}\n", 0.3 / f64::from(number * number));
    }
    text += "  decay_rate: {value: 7.2416e-5 1/min, provenance: assumed}\ndecay: {rate: decay_rate}\ncompartments:\n";
    for number in 0..12 {
        text += &format!("  c{number}:\n");
    }
    text += "flows:\n";
    flows.extend((5..10).map(|member| (member, member + 1, member + 6)));
    flows.push((0, 11, 2));
    for (from, to, rate) in flows {
        text += &format!("  - {{from: c{from}, to: c{to}, k: k{rate}}}\n");
    }
    text += "dosing:\n  vein: c0\n";
    let file = YamlFile::parse("m12.yaml", text).expect("sound YAML");
    let (model, _) = model::read(&file, &[]).expect("a sound model");
    SystemBuilder::new(&model).compile()
}

fn parameters(patient: usize) -> Vec<f64> {
    let factor = |number: usize| 0.5 + ((patient * 17 + number) as f64 * 0.618_033_988_749).fract();
    let mut values: Vec<f64> = (1..=15).map(|number| 0.3 / (number * number) as f64 * factor(number)).collect();
    values.push(7.2416e-5);
    values
}

fn job(patient: usize) -> Job {
    Job {
        index: patient,
        parameters: parameters(patient),
        initial: vec![0.0; STATES],
        schedule: Schedule { infusions: vec![Infusion { start: 0.0, stop: 30.0, rates: vec![(0, 1.0)] }], ..Schedule::default() },
        span: Span { start: 0.0, stop: 43_200.0, samples: samples() },
        ..Job::default()
    }
}

/// Ten times, no two intervals of one length.
fn samples() -> Vec<f64> {
    [30.0, 60.0, 240.0, 1440.0, 2890.0, 4330.0, 7200.0, 14_400.0, 28_800.0, 43_200.0].to_vec()
}

/// The lanes engine with the instructions that every processor has, and with the best set of this one.
#[divan::bench(args = ["baseline", "best"])]
fn lanes(bencher: divan::Bencher, set: &str) {
    let system = system();
    let sets = InstructionSet::available();
    let set = if set == "best" { sets[sets.len() - 1] } else { InstructionSet::BASELINE };
    let mut engine = LinearLanes::new(&system, set).expect("linear");
    let jobs: Vec<Job> = (0..PATIENTS).map(job).collect();
    bencher.counter(ItemsCount::new(PATIENTS)).bench_local(|| {
        let mut queue = jobs.iter().cloned();
        let mut sum = 0.0;
        engine.run(&mut || queue.next(), &mut |_, outcome| sum += outcome.expect("solves").final_state[0]);
        sum
    });
}

/// One patient alone: he fills the lanes by himself.
#[divan::bench]
fn lanes_one_patient(bencher: divan::Bencher) {
    let system = system();
    let sets = InstructionSet::available();
    let mut engine = LinearLanes::new(&system, sets[sets.len() - 1]).expect("linear");
    let job = job(7);
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| engine.solve(&job).expect("solves").final_state[0]);
}

/// The same body with a one-way circulation through five organs: complex eigenvalues, hence controlled steps.
#[divan::bench]
fn lanes_with_a_circulation(bencher: divan::Bencher) {
    let system = circulation();
    let sets = InstructionSet::available();
    let mut engine = LinearLanes::new(&system, sets[sets.len() - 1]).expect("linear");
    let jobs: Vec<Job> = (0..PATIENTS).map(job).collect();
    bencher
        .counter(ItemsCount::new(PATIENTS))
        .bench_local(|| jobs.iter().map(|job| engine.solve(job).expect("solves").final_state[0]).sum::<f64>());
}

#[divan::bench]
fn exact_method_of_solve(bencher: divan::Bencher) {
    let system = system();
    let jobs: Vec<Job> = (0..PATIENTS).map(job).collect();
    let options = Options::new(1e-10, vec![1e-10; STATES]).with_method(MethodChoice::Exact);
    bencher.counter(ItemsCount::new(PATIENTS)).bench_local(|| {
        let one = |job: &Job| solve(&mut system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options);
        jobs.iter().map(|job| one(job).expect("solves").final_state[0]).sum::<f64>()
    });
}

#[divan::bench]
fn nalgebra_exponential_per_interval(bencher: divan::Bencher) {
    let system = system();
    let jobs: Vec<Job> = (0..PATIENTS).map(job).collect();
    bencher.counter(ItemsCount::new(PATIENTS)).bench_local(|| {
        let mut sum = 0.0;
        for job in &jobs {
            let mut bound = system.bind(&job.parameters);
            let mut entries = vec![0.0; system.pattern().len()];
            bound.evaluate_jacobian(0.0, &[0.0; STATES], &mut entries);
            let mut matrix = DMatrix::<f64>::zeros(STATES, STATES);
            for (&place, &value) in system.pattern().iter().zip(&entries) {
                matrix[place] = value;
            }
            let mut augmented = DMatrix::<f64>::zeros(STATES + 1, STATES + 1);
            augmented.view_mut((0, 0), (STATES, STATES)).copy_from(&matrix);
            augmented[(0, STATES)] = 1.0;
            let mut side = DVector::<f64>::zeros(STATES + 1);
            side[STATES] = 1.0;
            let infused = (augmented * 30.0).exp() * side;
            let mut state: DVector<f64> = infused.rows(0, STATES).into_owned();
            let mut time = 30.0;
            for &sample in job.span.samples.iter().filter(|&&sample| sample > 30.0) {
                state = (&matrix * (sample - time)).exp() * state;
                time = sample;
            }
            sum += state[0];
        }
        sum
    });
}
