//! Schedules that nobody would write: many doses, doses at one time, tiny infusions, huge spans, nothing at all, amounts from 1e-12 to 1e12.
use crate::receptor_body::Body;
use rptbench::random::RandomSource;
use rptbench::solve::{Bolus, Infusion, MethodChoice, Options, Sampling, Schedule, SolveError, Span, Trajectory, solve};

const METHODS: [MethodChoice; 2] = [MethodChoice::Stiff, MethodChoice::NonStiff];

fn solve_body(body: &Body, schedule: &Schedule, span: &Span, options: &Options) -> Result<Trajectory, SolveError> {
    solve(&mut body.system.bind(&body.nominal), &vec![0.0; body.system.state_count()], schedule, span, options)
}

fn span(stop: f64, samples: &[f64]) -> Span {
    Span { start: 0.0, stop, samples: samples.to_vec() }
}

fn bolus(body: &Body, time: f64, amount: f64) -> Bolus {
    Bolus { time, amounts: vec![(body.state_of("veins", 0), amount)] }
}

fn boluses(boluses: Vec<Bolus>) -> Schedule {
    Schedule { boluses, ..Schedule::default() }
}

fn ligand(body: &Body, state: &[f64]) -> f64 {
    state[..body.system.model_state_count()].iter().sum()
}

fn largest_difference(body: &Body, found: &[f64], expected: &[f64], scale: f64) -> f64 {
    let amounts = body.system.model_state_count();
    found[..amounts].iter().zip(&expected[..amounts]).map(|(a, b)| (a - b).abs() / (b.abs() + scale)).fold(0.0, f64::max)
}

#[test]
fn a_thousand_doses_at_one_time_are_their_sum() {
    let body = Body::new();
    let options = body.options(100.0, 1e-6, 1e-12, None);
    let many = boluses((0..1000).map(|_| bolus(&body, 5.0, 0.125)).collect());
    let one = boluses(vec![bolus(&body, 5.0, 125.0)]);
    let [many, one] = [many, one].map(|schedule| solve_body(&body, &schedule, &span(1000.0, &[5.0, 6.0]), &options).unwrap());
    assert_eq!(many.states, one.states);
    assert_eq!(many.final_state, one.final_state);
    assert!(many.state(0).iter().all(|&amount| amount == 0.0), "a sample at the time of a dose is the state before it");
}

#[test]
fn random_schedules_keep_their_mass_and_can_be_cut_anywhere() {
    let body = Body::new();
    let veins = body.state_of("veins", 0);
    for round in 0..60 {
        let source = RandomSource::new(7, round, 2);
        let doses = 1 + (source.uniform(0) * 60.0) as u32;
        let stop = 5000.0;
        let mut schedule = Schedule::default();
        let mut given = 0.0;
        for dose in 0..doses {
            let at = |index: u32| source.uniform(1 + 4 * dose + index);
            // Whole hours, so that doses meet; amounts over six decades; infusions from 1e-6 min to days.
            let (time, amount) = ((at(0) * 80.0).floor() * 60.0, 10f64.powf(6.0 * at(1) - 4.0));
            given += amount;
            if at(2) < 0.5 {
                schedule.boluses.push(bolus(&body, time, amount));
            } else {
                let duration = 10f64.powf(8.0 * at(3) - 6.0);
                // What is representable near that time decides the true duration.
                let stop = time + duration;
                schedule.infusions.push(Infusion { start: time, stop, rates: vec![(veins, amount / (stop - time))] });
            }
        }
        let whole_time = stop + 200.0;
        let options = body.options(given, 1e-6, 1e-12, None);
        let samples: Vec<f64> = (0..=20).map(|index| 250.0 * f64::from(index)).collect();
        let whole = solve_body(&body, &schedule, &span(whole_time, &samples), &options).unwrap_or_else(|error| panic!("{round}: {error}"));
        let rest = (ligand(&body, &whole.final_state) / given - 1.0).abs();
        assert!(rest < 1e-9, "round {round}: {rest:e} of the ligand is lost or made");
        // Zero-length spans in between give nothing; cuts at multiples of 250 min, half of them between doses.
        let mut state = vec![0.0; body.system.state_count()];
        let mut start = 0.0;
        for cut in samples.iter().copied().chain([whole_time]) {
            for part in [Span { start, stop: cut, samples: Vec::new() }, Span { start: cut, stop: cut, samples: vec![cut] }] {
                state = solve(&mut body.system.bind(&body.nominal), &state, &schedule, &part, &options).unwrap().final_state;
            }
            start = cut;
        }
        let difference = largest_difference(&body, &state, &whole.final_state, 1e-6 * given);
        assert!(difference < 1e-5, "round {round}: cut into pieces it differs by {difference:e}");
    }
}

#[test]
fn a_tiny_infusion_is_a_bolus() {
    let body = Body::new();
    let veins = body.state_of("veins", 0);
    let options = body.options(100.0, 1e-8, 1e-14, None);
    let by_bolus = solve_body(&body, &boluses(vec![bolus(&body, 60.0, 100.0)]), &span(1000.0, &[]), &options).unwrap();
    for duration in [1e-3, 1e-6, 1e-9, 1e-12] {
        let stop = 60.0 + duration;
        // What is representable near 60 min decides the true duration.
        let rate = 100.0 / (stop - 60.0);
        let schedule = Schedule { infusions: vec![Infusion { start: 60.0, stop, rates: vec![(veins, rate)] }], ..Schedule::default() };
        for method in METHODS {
            let until = if method == MethodChoice::Stiff { 1000.0 } else { 61.0 };
            let options = options.clone().with_method(method);
            let found =
                solve_body(&body, &schedule, &span(until, &[60.0, stop]), &options).unwrap_or_else(|error| panic!("{duration}: {error}"));
            let given = ligand(&body, found.state(1));
            // Each inner step rounds the time that it reaches near 60 min, and with it the infused share.
            let clock = 60.0 * f64::EPSILON / duration;
            assert!((given / 100.0 - 1.0).abs() < 1e-13 + clock, "{method:?}, {duration} min: {given}");
            if method == MethodChoice::Stiff {
                let difference = largest_difference(&body, &found.final_state, &by_bolus.final_state, 1e-4);
                assert!(difference < duration.max(1e-6), "{duration} min: {difference:e}");
            }
        }
    }
    // Too short for the clock at that time: refused with a reason, not given wrongly.
    let schedule =
        Schedule { infusions: vec![Infusion { start: 1e6, stop: 1e6 + 1e-12, rates: vec![(veins, 1e12)] }], ..Schedule::default() };
    let refused = solve_body(&body, &schedule, &span(2e6, &[]), &options).unwrap_err().to_string();
    assert!(refused.contains("expected a later stop"), "{refused}");
}

#[test]
fn ten_years_and_nothing_at_all() {
    let body = Body::new();
    let ten_years_min = 5_259_600.0;
    for method in [MethodChoice::Stiff, MethodChoice::Automatic] {
        let options = body.options(100.0, 1e-6, 1e-12, None).with_method(method);
        let found = solve_body(&body, &boluses(vec![bolus(&body, 0.0, 100.0)]), &span(ten_years_min, &[]), &options).unwrap();
        assert!((ligand(&body, &found.final_state) / 100.0 - 1.0).abs() < 1e-9);
        let labelled: f64 = (0..body.system.model_state_count()).step_by(2).map(|state| found.final_state[state]).sum();
        assert!(labelled.abs() < 1e-10, "{labelled:e} left after 550 half-lives");
        assert!(found.statistics.steps < 1500, "{:?}", found.statistics);
        let empty = solve_body(&body, &Schedule::default(), &span(ten_years_min, &[0.0, 1.0]), &options).unwrap();
        assert!(empty.states.iter().chain(&empty.final_state).all(|&amount| amount == 0.0));
        assert!(empty.statistics.steps < 10, "{:?}", empty.statistics);
    }
}

/// From far below to far above the 27 nmol of receptors. The absolute tolerance is that of the program, 1e-12 of what is given, but no more than a
/// thousandth of a nmol: receptors saturated 1e11-fold are found again as the difference of large numbers when the ligand is gone, and with an
/// absolute tolerance of 1 nmol the solve ends, as it should, with a compartment that became negative.
#[test]
fn amounts_from_1e_minus_12_to_1e12() {
    let body = Body::new();
    for exponent in [-12, -9, -6, -3, 0, 3, 6, 9, 12] {
        let amount = 10f64.powi(exponent);
        for sampling in [Sampling::Dense, Sampling::Landing] {
            let mut options = body.options(amount, 1e-6, 1e-12f64.min(1e-3 / amount), None);
            options.sampling = sampling;
            let samples: Vec<f64> = (0..200).map(|index| f64::from(index * index)).collect();
            let found = solve_body(&body, &boluses(vec![bolus(&body, 0.0, amount)]), &span(40_000.0, &samples), &options)
                .unwrap_or_else(|error| panic!("{amount:e}: {error}"));
            for (sample, time) in samples.iter().enumerate() {
                let rest = (ligand(&body, found.state(sample)) / amount - 1.0).abs();
                assert!(rest < 1e-9, "{amount:e} at {time} min: {rest:e}");
                let lowest = found.state(sample)[..body.system.model_state_count()].iter().copied().fold(0.0, f64::min);
                assert!(lowest > -1e-5 * amount, "{amount:e} at {time} min: {lowest:e}");
            }
        }
    }
}

/// Far below saturation the body is linear in the dose.
#[test]
fn tracer_amounts_scale() {
    let body = Body::new();
    let solve_with = |amount: f64| {
        let options = body.options(amount, 1e-9, 1e-15, None);
        solve_body(&body, &boluses(vec![bolus(&body, 0.0, amount)]), &span(10_000.0, &[]), &options).unwrap().final_state
    };
    let (small, smaller) = (solve_with(1e-9), solve_with(1e-12));
    let scaled: Vec<f64> = smaller.iter().map(|value| value * 1e3).collect();
    let difference = largest_difference(&body, &scaled, &small, 1e-15);
    assert!(difference < 1e-7, "{difference:e}");
}
