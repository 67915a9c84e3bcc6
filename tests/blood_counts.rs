//! Blood counts through four cycles of 7.4 GBq ¹⁷⁷Lu-DOTATATE: calibration on a virtual population, the timing of the nadir, speed, and the same
//! platelets written in the model language.
//!
//! Marrow dose: 0.035 Gy/GBq (label), mono-exponential with 71 h (label: terminal half-life in blood; marrow follows blood, Forrer 2009). Spreads
//! between patients, log-normal: marrow dose 50 % (image-based, 0.070 ± 0.034 and 0.057 ± 0.028 Gy/GBq), sensitivity 57 % (taken over from the
//! drug effect on platelets of Pérez-Ruixo 2016, 56.9 %), baseline 30 %, haemoglobin 12 % (assumed). C: calibrated, reproducing it proves only
//! that the calibration worked. V: nothing was tuned to it.
#![allow(clippy::unwrap_used)]

use std::f64::consts::LN_2;
use std::path::Path;

use rptbench::model::system::SystemBuilder;
use rptbench::model::{self, yaml::YamlFile};
use rptbench::radiobiology::blood_counts::{CellKind, LineageCourse, LineageParameters, ctcae_grade, default_lineages};
use rptbench::random::RandomSource;
use rptbench::solve::{Bolus, MethodChoice, Options, Schedule, Span, solve};

const CYCLE_DOSE_GY: f64 = 0.035 * 7.4;
const HALF_LIFE_H: f64 = 71.0;
const INTERVAL_H: f64 = 8.0 * 168.0;
const FOLLOW_UP_H: f64 = 12.0 * 168.0;
const DOSE_CV: f64 = 0.5;
const SENSITIVITY_CV: f64 = 0.57;
const PATIENTS: u64 = 2000;

/// Points of one cycle: every `step_h` for 20 days, then daily; dose rate of 1 Gy in all.
fn cycle(step_h: f64, end_h: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut times, mut time_h) = (Vec::new(), 0.0);
    while time_h < end_h {
        times.push(time_h);
        time_h += if time_h < 480.0 { step_h } else { 24.0 };
    }
    times.push(end_h);
    let decay_per_h = LN_2 / HALF_LIFE_H;
    let rates = times.iter().map(|time_h| decay_per_h * (-decay_per_h * time_h).exp()).collect();
    (times, rates)
}

fn scaled(rates: &[f64], dose_gy: f64) -> Vec<f64> {
    rates.iter().map(|rate| rate * dose_gy).collect()
}

fn lineage(kind: CellKind) -> LineageParameters {
    default_lineages().iter().find(|row| row.kind == kind).unwrap().clone()
}

/// Log-normal with this mean and coefficient of variation at the normal number `z`.
fn log_normal(mean: f64, cv: f64, z: f64) -> f64 {
    let variance = (1.0 + cv * cv).ln();
    mean * (variance.sqrt() * z - 0.5 * variance).exp()
}

fn lowest(counts: &[f64]) -> f64 {
    counts.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Day of the lowest count after one cycle, and the counts.
fn single_cycle(row: &LineageParameters, dose_gy: f64) -> (f64, Vec<f64>, Vec<f64>) {
    let times: Vec<f64> = (0..=150 * 12).map(|index| 2.0 * f64::from(index)).collect();
    let rates: Vec<f64> = times.iter().map(|time_h| dose_gy * LN_2 / HALF_LIFE_H * (-LN_2 / HALF_LIFE_H * time_h).exp()).collect();
    let counts = LineageCourse::new(row).advance(&times, &rates, 1.0).unwrap();
    let low = lowest(&counts);
    let day = times[counts.iter().position(|count| *count == low).unwrap()] / 24.0;
    (day, times, counts)
}

#[derive(Default)]
struct Outcome {
    worst_grade: Vec<u8>,
    first_fall: Vec<f64>,
    last_fall: Vec<f64>,
}

/// 4 × 7.4 GBq every 8 weeks, 12 weeks of follow-up, lowest of daily or denser counts.
fn population(kind: CellKind, sensitivity_cv: f64) -> Outcome {
    let row = lineage(kind);
    let cycles = [INTERVAL_H, INTERVAL_H, INTERVAL_H, FOLLOW_UP_H].map(|end_h| cycle(8.0, end_h));
    let mut outcome = Outcome::default();
    for patient in 0..PATIENTS {
        let source = RandomSource::new(2026, patient, 0);
        let dose_gy = log_normal(CYCLE_DOSE_GY, DOSE_CV, source.standard_normal(0));
        let own = LineageParameters {
            baseline: log_normal(
                row.baseline,
                if kind == CellKind::Haemoglobin { 0.12 } else { 0.3 },
                source.standard_normal(10 + kind as u32),
            ),
            alpha_per_gy: log_normal(row.alpha_per_gy, sensitivity_cv, source.standard_normal(1)),
            ..row.clone()
        };
        let mut course = LineageCourse::new(&own);
        let low = cycles.each_ref().map(|(times, rates)| lowest(&course.advance(times, &scaled(rates, dose_gy), 1.0).unwrap()));
        outcome.worst_grade.push(low.iter().map(|count| ctcae_grade(kind, *count)).max().unwrap());
        outcome.first_fall.push(1.0 - low[0] / own.baseline);
        outcome.last_fall.push(1.0 - low[3] / own.baseline);
    }
    outcome
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Published: median first fall of platelets 26 % (Ferrara 2025), C, mean 15 to 30 %; grade 3/4 neutropenia 1 % and lymphopenia 9 % (NETTER-1), C;
/// any lineage 11 % (Bergsma 2016) within x1.5, C; platelets 2 % (NETTER-1) within x2, V given those spreads.
#[test]
fn four_cycles_in_a_population_have_the_published_frequencies() {
    let (outcomes, alike) = std::thread::scope(|scope| {
        let running = CellKind::ALL.map(|kind| scope.spawn(move || population(kind, SENSITIVITY_CV)));
        let alike = population(CellKind::Platelets, 0.0);
        (running.map(|thread| thread.join().unwrap()), alike)
    });
    let count = outcomes[0].worst_grade.len();
    let percent = |hits: usize| 100.0 * hits as f64 / count as f64;
    let severe = outcomes.each_ref().map(|outcome| percent(outcome.worst_grade.iter().filter(|grade| **grade >= 3).count()));
    let any = percent((0..count).filter(|&patient| outcomes.iter().any(|outcome| outcome.worst_grade[patient] >= 3)).count());
    for (kind, (outcome, severe)) in CellKind::ALL.iter().zip(outcomes.iter().zip(severe)) {
        let (first, last) = (&outcome.first_fall, &outcome.last_fall);
        println!(
            "{:12} fall of cycle 1: median {:.1} %, mean {:.1} %; of cycle 4: mean {:.1} %; grade 3/4: {severe:.2} %",
            kind.name(),
            100.0 * median(first),
            100.0 * mean(first),
            100.0 * mean(last)
        );
    }
    let severe_alike = percent(alike.worst_grade.iter().filter(|grade| **grade >= 3).count());
    println!("any lineage grade 3/4: {any:.2} %; platelets, had all patients one sensitivity: {severe_alike:.2} %");
    let [platelets, neutrophils, lymphocytes, _] = severe;
    assert!((median(&outcomes[0].first_fall) - 0.26).abs() < 0.01, "C");
    assert!((0.15..0.30).contains(&mean(&outcomes[0].first_fall)) && (0.15..0.30).contains(&mean(&outcomes[0].last_fall)), "C");
    assert!((0.5..2.0).contains(&neutrophils) && (7.0..11.0).contains(&lymphocytes), "C");
    assert!((11.0 / 1.5..11.0 * 1.5).contains(&any), "C");
    assert!((1.0..4.0).contains(&platelets), "V");
    assert!(severe_alike < 1.0, "the spread of sensitivity is no longer needed: say so above and in docs");
}

/// The published window is 28 to 45 days after a cycle. With what chemotherapy taught (transit 110 to 150 h, γ 0.15 to 0.3, life 8 to 10 d) the
/// model comes too early: a failed validation. The transit time of the default was lengthened until the nadir fits, so that it is a calibration.
#[test]
fn the_platelet_nadir_needs_a_longer_transit_time_than_chemotherapy_taught() {
    let default = lineage(CellKind::Platelets);
    let mut literature = Vec::new();
    for mean_transit_time_h in [110.0, 130.0, 150.0] {
        for feedback_exponent in [0.15, 0.2, 0.3] {
            for mean_life_h in [Some(192.0), Some(240.0), None] {
                let row = LineageParameters { mean_transit_time_h, feedback_exponent, mean_life_h, ..default.clone() };
                literature.push(single_cycle(&row, CYCLE_DOSE_GY).0);
            }
        }
    }
    let earliest = lowest(&literature);
    let latest = literature.iter().copied().fold(0.0, f64::max);
    println!("nadir with the parameters of chemotherapy: day {earliest:.1} to {latest:.1}");
    assert!(latest < 28.0, "the literature now reaches the window: say so in lineages.yaml and in docs");
    for dose_gy in [0.3 * CYCLE_DOSE_GY, CYCLE_DOSE_GY, 3.0 * CYCLE_DOSE_GY] {
        let (day, _, counts) = single_cycle(&default, dose_gy);
        println!("default: {dose_gy:.2} Gy, nadir on day {day:.1} at {:.1} % of the baseline", 100.0 * lowest(&counts) / default.baseline);
        assert!((28.0..=45.0).contains(&day), "C: day {day}");
    }
    for row in default_lineages() {
        println!("{:12} nadir on day {:.1}", row.kind.name(), single_cycle(row, CYCLE_DOSE_GY).0);
    }
}

/// Published: recovery by 8 to 12 weeks after a cycle. Partly C: the mean life was taken from the low end of its range, 8 d of 8 to 10 d, because the
/// rebound then stays within 10 % of the baseline.
#[test]
fn platelets_recover_within_twelve_weeks() {
    let row = lineage(CellKind::Platelets);
    let (_, times, counts) = single_cycle(&row, CYCLE_DOSE_GY);
    let shares: Vec<f64> = counts.iter().map(|count| count / row.baseline).collect();
    let at = |day: f64| shares[times.iter().position(|time_h| *time_h >= day * 24.0).unwrap()];
    println!(
        "platelets after 8 weeks {:.3}, 12 weeks {:.3}, highest {:.3} of the baseline",
        at(56.0),
        at(84.0),
        shares.iter().copied().fold(0.0, f64::max)
    );
    assert!((at(84.0) - 1.0).abs() < 0.1 && (shares[shares.len() - 1] - 1.0).abs() < 0.1);
}

/// `models/blood_counts.yaml` says the same in the model language: two administrations, the compiled model against the room.
#[test]
fn the_model_file_has_the_same_platelets() {
    let file = YamlFile::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/blood_counts.yaml")).unwrap();
    let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let system = SystemBuilder::new(&model).compile();
    let parameters = model.parameter_values();
    let position = |path: &str| model.compartments.iter().position(|compartment| compartment.path == path).unwrap();
    let initial = system.initial_state(&parameters);
    let days: Vec<f64> = (1..=180).map(f64::from).collect();
    let scale = initial[position("circulating")]; // 1 MBq in the model's own unit
    let administered = |time_h: f64| Bolus { time: time_h * 60.0, amounts: vec![(position("marrow"), 7400.0 * scale)] };
    let schedule = Schedule { boluses: vec![administered(0.0), administered(INTERVAL_H)], infusions: Vec::new() };
    let span = Span { start: 0.0, stop: 180.0 * 1440.0, samples: days.iter().map(|day| day * 1440.0).collect() };
    let options = Options::new(1e-9, vec![1e-10 * scale; system.state_count()]).with_method(MethodChoice::Stiff);
    let trajectory = solve(&mut system.bind(&parameters), &initial, &schedule, &span, &options).unwrap();
    let from_file: Vec<f64> = trajectory.series(position("circulating")).map(|amount| 237.0 * amount / scale).collect();

    let decay_per_h = LN_2 / HALF_LIFE_H;
    let rate = |time_h: f64, start_h: f64| CYCLE_DOSE_GY * decay_per_h * (-decay_per_h * (time_h - start_h)).exp();
    let (mut times, mut rates) = (Vec::new(), Vec::new());
    for half_hour in 0..=180 * 48 {
        let time_h = 0.5 * f64::from(half_hour);
        times.push(time_h);
        rates.push(rate(time_h, 0.0) + if time_h > INTERVAL_H { rate(time_h, INTERVAL_H) } else { 0.0 });
        if time_h == INTERVAL_H {
            times.push(time_h);
            rates.push(rate(time_h, 0.0) + rate(time_h, INTERVAL_H));
        }
    }
    let counts = LineageCourse::new(&lineage(CellKind::Platelets)).advance(&times, &rates, 1.0).unwrap();
    let mut largest = 0.0_f64;
    for (day, found) in days.iter().zip(&from_file) {
        let room = counts[times.iter().rposition(|time_h| *time_h == day * 24.0).unwrap()];
        largest = largest.max((found / room - 1.0).abs());
    }
    println!("model file against room: {largest:e}; lowest {:.1} · 10⁹/L", lowest(&from_file));
    assert!(largest < 1e-4 && lowest(&from_file) < 200.0, "{largest:e}");
}
