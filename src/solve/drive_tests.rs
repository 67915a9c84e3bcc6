//! Every method on problems with closed forms; doses at exact times; going on from where a span ended; failures.

use std::sync::atomic::AtomicBool;

use crate::solve::reference::classics::{Saturable, VanDerPol, robertson};
use crate::solve::reference::closed_forms::*;
use crate::solve::reference::receptor::{body, infusion};
use crate::solve::reference::{Network, options};
use crate::solve::*;

const METHODS: [MethodChoice; 3] = [MethodChoice::Exact, MethodChoice::Stiff, MethodChoice::NonStiff];

/// Relative error allowed at relative tolerance 1e-10 (exact method: rounding).
fn allowed(method: MethodChoice) -> f64 {
    if method == MethodChoice::Exact { 1e-13 } else { 2e-8 }
}

fn bolus(time: f64, state: usize, amount: f64) -> Bolus {
    Bolus { time, amounts: vec![(state, amount)] }
}

fn constant_infusion(start: f64, stop: f64, rate: f64) -> Infusion {
    Infusion { start, stop, rates: vec![(0, rate)] }
}

fn run(dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, samples: &[f64], stop: f64, method: MethodChoice) -> Trajectory {
    let span = Span { start: 0.0, stop, samples: samples.to_vec() };
    solve(dynamics, initial, schedule, &span, &options(initial.len(), 1e-10, 1e-13, method)).expect("solves")
}

fn assert_close(found: &[f64], expected: &[f64], relative: f64, context: &str) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= relative * expected.abs() + 1e-13, "{context}: {found:e}, expected {expected:e}");
    }
}

#[test]
fn one_compartment_bolus_and_infusion() {
    let (k, times) = (0.02, [5.0, 30.0, 60.0, 300.0]);
    for method in METHODS {
        let doses = Schedule { boluses: vec![bolus(0.0, 0, 3.0)], ..Schedule::default() };
        let by_bolus = run(&mut one_compartment(k), &[0.0; 2], &doses, &times, 300.0, method);
        let doses = Schedule { infusions: vec![constant_infusion(0.0, 30.0, 0.1)], ..Schedule::default() };
        let by_infusion = run(&mut one_compartment(k), &[0.0; 2], &doses, &times, 300.0, method);
        for (sample, &time) in times.iter().enumerate() {
            assert_close(by_bolus.state(sample), &one_compartment_bolus(3.0, k, time), allowed(method), "bolus");
            assert_close(by_infusion.state(sample), &one_compartment_infusion(0.1, 30.0, k, time), allowed(method), "infusion");
        }
        assert_eq!(by_bolus.final_state, by_bolus.state(3));
    }
}

#[test]
fn two_compartments_and_a_chain() {
    let times = [0.0, 1.0, 10.0, 100.0, 1000.0];
    for method in METHODS {
        let two = run(&mut two_compartments(0.05, 0.3, 0.02), &[7.0, 0.0], &Schedule::default(), &times, 1000.0, method);
        let three = run(&mut chain([0.5, 0.05, 0.01]), &[2.0, 0.0, 0.0], &Schedule::default(), &times, 1000.0, method);
        for (sample, &time) in times.iter().enumerate() {
            assert_close(two.state(sample), &two_compartments_bolus(7.0, 0.05, 0.3, 0.02, time), allowed(method), "two compartments");
            assert_close(three.state(sample), &chain_bolus(2.0, [0.5, 0.05, 0.01], time), allowed(method), "chain");
        }
    }
}

/// Several boluses and overlapping infusions, one running since before the span, in any order: by superposition.
#[test]
fn doses_superpose() {
    let k = 0.03;
    let schedule = Schedule {
        boluses: vec![bolus(40.0, 0, 2.0), bolus(10.0, 0, 1.0), bolus(40.0, 0, 0.5), bolus(-5.0, 0, 100.0), bolus(900.0, 0, 100.0)],
        infusions: vec![constant_infusion(20.0, 60.0, 0.2), constant_infusion(-30.0, 35.0, 0.1), constant_infusion(200.0, 300.0, 5.0)],
    };
    let times = [5.0, 15.0, 33.0, 50.0, 100.0];
    for method in METHODS {
        let found = run(&mut one_compartment(k), &[4.0, 0.0], &schedule, &times, 100.0, method);
        for (sample, &time) in times.iter().enumerate() {
            let after = |start: f64| (time - start).max(0.0);
            let given = |start: f64| if time > start { 1.0 } else { 0.0 };
            let parts = [
                one_compartment_bolus(4.0, k, time),
                one_compartment_bolus(given(10.0), k, after(10.0)),
                one_compartment_bolus(2.5 * given(40.0), k, after(40.0)),
                one_compartment_infusion(0.2, 40.0, k, after(20.0)),
                one_compartment_infusion(0.1, 35.0, k, time),
            ];
            let expected: [f64; 2] = std::array::from_fn(|state| parts.iter().map(|part| part[state]).sum());
            assert_close(found.state(sample), &expected, allowed(method), "superposition");
        }
    }
}

#[test]
fn samples_at_dose_times_follow_the_rule() {
    let schedule = Schedule { boluses: vec![bolus(0.0, 0, 1.0), bolus(10.0, 0, 5.0), bolus(20.0, 0, 7.0)], ..Schedule::default() };
    for method in METHODS {
        let still = run(&mut one_compartment(0.0), &[0.0; 2], &schedule, &[0.0, 10.0, 10.0, 15.0, 20.0], 20.0, method);
        let amounts: Vec<f64> = still.series(0).collect();
        assert_eq!(amounts, [1.0, 1.0, 1.0, 6.0, 6.0], "{method:?}");
        assert_eq!(still.final_state[0], 6.0, "the bolus at the end belongs to the next span");
        let nothing = Span { start: 20.0, stop: 20.0, samples: vec![20.0] };
        let nothing = solve(&mut one_compartment(0.0), &[6.0, 0.0], &schedule, &nothing, &options(2, 1e-6, 1e-9, method)).expect("solves");
        assert_eq!((nothing.states, nothing.final_state), (vec![6.0, 0.0], vec![6.0, 0.0]));
    }
}

#[test]
fn a_solve_can_go_on_from_its_end() {
    let mut model = body(2, 1);
    let count = model.initial.len();
    let mut schedule = infusion(0.0);
    schedule.boluses.push(bolus(500.0, 0, 10.0));
    let options = options(count, 1e-6, 1e-10, MethodChoice::Stiff);
    let mut part = |from: f64, to: f64, initial: &[f64]| {
        let span = Span { start: from, stop: to, samples: Vec::new() };
        solve(&mut model.network, initial, &schedule, &span, &options).expect("solves").final_state
    };
    let start = body(2, 1).initial;
    let whole = part(0.0, 2000.0, &start);
    // Cut at a dose and at the end of the infusion: the same bits.
    let mut cut = part(0.0, 30.0, &start);
    cut = part(30.0, 500.0, &cut);
    cut = part(500.0, 2000.0, &cut);
    assert_eq!(whole, cut);
    // Cut anywhere: within the tolerances.
    let middle = part(0.0, 14.7, &start);
    let elsewhere = part(14.7, 2000.0, &middle);
    assert_close(&elsewhere, &whole, 1e-4, "cut during the infusion");
    // The exact method: to rounding.
    let doses = Schedule { boluses: vec![bolus(0.0, 0, 1.0)], infusions: vec![constant_infusion(5.0, 50.0, 0.3)] };
    let whole = run(&mut one_compartment(0.07), &[0.0; 2], &doses, &[], 100.0, MethodChoice::Exact).final_state;
    let half = run(&mut one_compartment(0.07), &[0.0; 2], &doses, &[], 33.3, MethodChoice::Exact).final_state;
    let span = Span { start: 33.3, stop: 100.0, samples: Vec::new() };
    let rest = solve(&mut one_compartment(0.07), &half, &doses, &span, &options_of_two()).expect("solves").final_state;
    assert_close(&rest, &whole, 1e-14, "exact");
}

fn options_of_two() -> Options<'static> {
    options(2, 1e-6, 1e-9, MethodChoice::Automatic)
}

/// The Lea–Catcheside integral ∫ R y dt of a mono-exponential dose rate with repair: y' = R − μ y.
#[test]
fn products_of_states_are_integrated_exactly() {
    let (rate, decay, repair) = (0.01, 0.000_35, std::f64::consts::LN_2 / 168.0);
    // 0: source, 1: unrepaired dose y, 2: dose, 3: ∫ R y.
    let mut model = Network::new(4)
        .loss(0, decay)
        .process(rate, &[0], &[(1, 1.0)])
        .loss(1, repair)
        .process(rate, &[0], &[(2, 1.0)])
        .process(rate, &[0, 1], &[(3, 1.0)])
        .linear(2);
    let times = [0.5, 60.0, 3000.0, 100_000.0];
    for method in METHODS {
        let found = run(&mut model, &[1000.0, 0.0, 0.0, 0.0], &Schedule::default(), &times, 100_000.0, method);
        for (sample, &time) in times.iter().enumerate() {
            let dose_rate = rate * 1000.0;
            let dose = -dose_rate / decay * (-decay * time).exp_m1();
            // y = R0/(μ − λ) (e^{−λt} − e^{−μt}); ∫ R y = R0²/(μ − λ) [(1 − e^{−2λt})/2λ − (1 − e^{−(λ+μ)t})/(λ + μ)].
            let sum = decay + repair;
            let integral =
                dose_rate * dose_rate / (repair - decay) * (-(-2.0 * decay * time).exp_m1() / (2.0 * decay) + (-sum * time).exp_m1() / sum);
            let tolerance = if method == MethodChoice::Exact { 2e-12 } else { 1e-6 };
            assert_close(&found.state(sample)[2..], &[dose, integral], tolerance, &format!("{method:?} at {time}"));
        }
    }
    // To infinity, ∫ R y = G D²/2 with G = λ/(λ + μ): the published form for one exponential.
    let dose: f64 = rate * 1000.0 / decay;
    let last = run(&mut model, &[1000.0, 0.0, 0.0, 0.0], &Schedule::default(), &[], 1e6, MethodChoice::Automatic);
    assert_eq!(last.method, Method::Exact);
    let expected = 0.5 * dose * dose * decay / (decay + repair);
    assert!((last.final_state[3] / expected - 1.0).abs() < 1e-12);
}

#[test]
fn linear_production_and_long_stiff_intervals() {
    // x' = 2 − 1e3 x (production) and a slow second state fed by it.
    let mut model = Network::new(3).process(2.0, &[], &[(0, 1.0)]).flow(0, 1, 1e3).loss(1, 1e-5).process(1.0, &[1], &[(2, 1.0)]).linear(2);
    let found = run(&mut model, &[0.0; 3], &Schedule::default(), &[], 1e6, MethodChoice::Exact).final_state;
    let (k, fast, t): (f64, f64, f64) = (1e-5, 1e3, 1e6);
    // x1 = 2 (1 − e^{−kt})/k − 2 (e^{−kt} − e^{−ft})/(f − k)
    let expected = -2.0 / k * (-k * t).exp_m1() - 2.0 * ((-k * t).exp() - (-fast * t).exp()) / (fast - k);
    assert_close(&found[..2], &[2e-3, expected], 1e-13, "production");
    // ∫ x1 = (2t − x0 − x1)/k
    assert_close(&found[2..], &[(2.0 * t - 2e-3 - expected) / k], 1e-12, "integral");
}

#[test]
fn the_method_is_chosen_by_the_system() {
    let chosen = |dynamics: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, stop: f64| {
        let span = Span { start: 0.0, stop, samples: Vec::new() };
        let run = solve(dynamics, initial, schedule, &span, &options(initial.len(), 1e-6, 1e-9, MethodChoice::Automatic)).expect("solves");
        (run.method, run.reason)
    };
    let none = Schedule::default();
    let (method, reason) = chosen(&mut chain([1e4, 1.0, 1e-4]), &[1.0, 0.0, 0.0], &none, 1e5);
    assert_eq!(
        (method, reason.as_str()),
        (Method::Exact, "exact propagation, because its 3 states follow first-order kinetics with constant rates")
    );
    let mut model = body(2, 1);
    let (method, reason) = chosen(&mut model.network, &model.initial.clone(), &infusion(0.0), 30_240.0);
    assert_eq!(method, Method::Stiff);
    assert!(
        reason.starts_with("Rodas5P, because not all rates are of first order and the fastest process, ") && reason.ends_with(": stiff"),
        "{reason}"
    );
    let (method, reason) = chosen(&mut Saturable { v: 0.1, k: 1.0 }, &[5.0], &none, 100.0);
    assert_eq!(method, Method::NonStiff);
    assert_eq!(
        reason,
        "Dop853, because not all rates are of first order and the fastest process, 2.78e-3 per min, is not fast over 100.0000 min"
    );
    // Looks harmless at the start (no receptors are reached yet), but the input makes it stiff later.
    let mut late = Network::new(3).process(1.0, &[], &[(0, 1.0)]).process(1.0, &[0, 1], &[(1, -1.0), (2, 1.0)]).process(
        1.0,
        &[0, 2],
        &[(2, -1.0), (1, 1.0)],
    );
    let (method, reason) = chosen(&mut late, &[0.0, 1.0, 0.0], &none, 5e3);
    assert_eq!(method, Method::Stiff, "{reason}");
    assert!(reason.contains("became stiff at"), "{reason}");
}

#[test]
fn non_stiff_problems_by_dop853() {
    let mut model = Saturable { v: 0.3, k: 2.0 };
    let times: Vec<f64> = (0..=12).map(|index| 5.0 * f64::from(index)).collect();
    let found = run(&mut model, &[10.0], &Schedule::default(), &times, 60.0, MethodChoice::NonStiff);
    for (&time, found) in times.iter().zip(found.series(0)) {
        assert_close(&[found], &[model.solution(10.0, time)], 1e-8, "Lambert");
    }
    let span = Span { start: 0.0, stop: 100.0, samples: Vec::new() };
    let stiff = solve(&mut robertson(), &[1.0, 0.0, 0.0], &Schedule::default(), &span, &options(3, 1e-6, 1e-9, MethodChoice::NonStiff));
    match stiff {
        Err(error @ SolveError::Stiff { .. }) => assert!(error.to_string().contains("use the stiff method"), "{error}"),
        other => panic!("{other:?}"),
    }
    let mut few = options(2, 1e-6, 1e-9, MethodChoice::NonStiff);
    few.step_budget = 3;
    let budget = solve(&mut VanDerPol { epsilon: 1.0 }, &[2.0, 0.0], &Schedule::default(), &span, &few);
    assert!(matches!(budget, Err(SolveError::StepBudget { budget: 3, .. })), "{budget:?}");
}

#[test]
fn broken_input_is_refused_with_a_reason() {
    let span = Span { start: 0.0, stop: 10.0, samples: Vec::new() };
    let none = Schedule::default();
    let mut model = one_compartment(0.1);
    let refuse = |model: &mut dyn Dynamics, initial: &[f64], schedule: &Schedule, options: &Options| {
        solve(model, initial, schedule, &span, options).expect_err("must be refused").to_string()
    };
    let good = options_of_two();
    assert_eq!(refuse(&mut model, &[1.0], &none, &good), "the initial state cannot be used: it has 1 values for 2 states");
    assert_eq!(refuse(&mut model, &[1.0, f64::NAN], &none, &good), "the initial value of state 1 is not a finite number at 0 min");
    let elsewhere = Schedule { boluses: vec![bolus(0.0, 9, 1.0)], ..Schedule::default() };
    assert_eq!(
        refuse(&mut model, &[1.0, 0.0], &elsewhere, &good),
        "the dosing schedule cannot be used: the bolus at 0 min goes to state 9, but there are 2 states"
    );
    assert_eq!(
        refuse(&mut Saturable { v: 1.0, k: 1.0 }, &[1.0], &none, &options(1, 1e-6, 1e-9, MethodChoice::Exact)),
        "the exact method cannot be used: the system has rates that are not of first order"
    );
    // A system that lies about its linearity.
    let mut liar = Network::new(2).process(1.0, &[0, 0], &[(0, -1.0), (1, 1.0)]).linear(2);
    assert!(refuse(&mut liar, &[1.0, 0.0], &none, &good).contains("state 0 is said to be linear"));
    let mut open = Network::new(2).flow(0, 1, 1.0).flow(1, 0, 1.0).linear(1);
    assert!(refuse(&mut open, &[1.0, 0.0], &none, &good).contains("depends on state 1"));
}

#[test]
fn every_method_can_be_cancelled() {
    let flag = AtomicBool::new(true);
    let span = Span { start: 0.0, stop: 10.0, samples: Vec::new() };
    for method in METHODS {
        let mut options = options(2, 1e-6, 1e-9, method);
        options.cancel = Some(&flag);
        let outcome = solve(&mut one_compartment(0.1), &[1.0, 0.0], &Schedule::default(), &span, &options);
        assert!(matches!(outcome, Err(SolveError::Cancelled { .. })), "{method:?}: {outcome:?}");
    }
}

#[test]
fn systems_of_extreme_shape() {
    let span = Span { start: 0.0, stop: 10.0, samples: vec![5.0] };
    let none = Schedule::default();
    for method in METHODS {
        // No states at all; a quadrature alone; a state without any process.
        let empty = solve(&mut Network::new(0).linear(0), &[], &none, &span, &options(0, 1e-6, 1e-9, method)).expect("empty");
        assert!(empty.states.is_empty() && empty.final_state.is_empty());
        let mut clock = Network::new(1).process(2.0, &[], &[(0, 1.0)]).linear(0);
        let clock = solve(&mut clock, &[1.0], &none, &span, &options(1, 1e-6, 1e-9, method)).expect("clock");
        assert_close(&[clock.states[0], clock.final_state[0]], &[11.0, 21.0], 1e-13, "clock");
        let still = solve(&mut Network::new(1).linear(1), &[3.0], &none, &span, &options(1, 1e-6, 1e-9, method)).expect("still");
        assert_eq!(still.final_state, [3.0]);
    }
}

#[test]
fn runaway_systems_end_with_an_error() {
    let span = Span { start: 0.0, stop: 1000.0, samples: Vec::new() };
    let none = Schedule::default();
    let mut growth = Network::new(1).process(1.0, &[0], &[(0, 1.0)]).linear(1);
    for method in METHODS {
        let outcome = solve(&mut growth, &[1.0], &none, &span, &options(1, 1e-6, 1e-9, method));
        assert!(outcome.as_ref().is_err_and(|error| error.state() == Some(0)), "{method:?}: {outcome:?}");
    }
    let mut explosion = Network::new(1).process(1.0, &[0, 0], &[(0, 1.0)]);
    for method in [MethodChoice::Automatic, MethodChoice::Stiff, MethodChoice::NonStiff] {
        let error = solve(&mut explosion, &[1.0], &none, &span, &options(1, 1e-6, 1e-9, method)).expect_err("blows up at 1 min");
        assert!(error.time().is_some_and(|time| (time - 1.0).abs() < 1e-2), "{error}");
    }
    let mut drain = Network::new(1).process(0.01, &[], &[(0, -1.0)]);
    for (method, linear) in [(MethodChoice::NonStiff, None), (MethodChoice::Stiff, None), (MethodChoice::Exact, Some(1))] {
        let mut model = linear.map_or(drain.clone(), |count| drain.clone().linear(count));
        let mut options = options(1, 1e-6, 1e-9, method);
        options.non_negative = vec![true];
        let error = solve(&mut model, &[1.0], &none, &span, &options).expect_err("empties at 100 min");
        assert!(matches!(error, SolveError::Negative { state: 0, .. }), "{error}");
    }
    drain = drain.linear(1);
    let allowed =
        solve(&mut drain, &[1.0], &none, &span, &options(1, 1e-6, 1e-9, MethodChoice::Exact)).expect("no state is declared non-negative");
    assert_close(&allowed.final_state, &[-9.0], 1e-12, "drained");
}
