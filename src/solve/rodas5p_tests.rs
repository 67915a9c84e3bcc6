//! Rodas5P against published end values and closed forms; its order, invariants and cost.

use crate::solve::reference::classics::*;
use crate::solve::reference::closed_forms::*;
use crate::solve::reference::receptor::{body, infusion};
use crate::solve::reference::{Network, largest_relative_error, options};
use crate::solve::{Dynamics, MethodChoice, Options, Sampling, Schedule, SolveError, Span, Trajectory, solve};

fn stiff(dynamics: &mut dyn Dynamics, initial: &[f64], stop: f64, relative: f64, absolute: f64) -> Trajectory {
    let span = Span { start: 0.0, stop, samples: Vec::new() };
    solve(dynamics, initial, &Schedule::default(), &span, &options(initial.len(), relative, absolute, MethodChoice::Stiff)).expect("solves")
}

#[test]
fn robertson_reaches_its_published_values() {
    let start = [1.0, 0.0, 0.0];
    let at_40 = stiff(&mut robertson(), &start, 40.0, 1e-9, 1e-14).final_state;
    assert!(largest_relative_error(&at_40, &ROBERTSON_AT_40) < 1e-8, "{at_40:?}");
    let late = stiff(&mut robertson(), &start, 1e11, 1e-8, 1e-20).final_state;
    assert!(largest_relative_error(&late, &ROBERTSON_AT_1E11) < 1e-6, "{late:?}");
}

#[test]
fn van_der_pol_reaches_its_published_values() {
    let end = stiff(&mut VanDerPol { epsilon: 1e-6 }, &[2.0, 0.0], 2.0, 1e-9, 1e-9).final_state;
    assert!(largest_relative_error(&end, &VAN_DER_POL_AT_2) < 1e-6, "{end:?}");
}

#[test]
fn hires_reaches_its_published_values() {
    let end = stiff(&mut hires(), &HIRES_START, 321.8122, 1e-9, 1e-12).final_state;
    assert!(largest_relative_error(&end, &HIRES_END) < 1e-7, "{end:?}");
}

#[test]
fn saturable_loss_follows_lambert_s_function() {
    let mut model = Saturable { v: 0.3, k: 2.0 };
    let start = 10.0;
    let times: Vec<f64> = (1..=12).map(|index| 5.0 * f64::from(index)).collect();
    let span = Span { start: 0.0, stop: 60.0, samples: times.clone() };
    for sampling in [Sampling::Dense, Sampling::Landing] {
        let mut options = options(1, 1e-9, 1e-12, MethodChoice::Stiff);
        options.sampling = sampling;
        let run = solve(&mut model, &[start], &Schedule::default(), &span, &options).expect("solves");
        for (&time, found) in times.iter().zip(run.series(0)) {
            let expected = model.solution(start, time);
            assert!((found - expected).abs() < 1e-7 * expected, "at {time}: {found} {expected}");
        }
    }
}

#[test]
fn time_dependent_and_stiff() {
    for rate in [1.0, 1e3, 1e7] {
        let end = stiff(&mut Prothero { rate }, &[1.0, 0.0], 10.0, 1e-8, 1e-10).final_state;
        assert!((end[0] - 10f64.cos()).abs() < 1e-7 && (end[1] - (10f64.sin() + 50.0)).abs() < 1e-6, "{rate}: {end:?}");
    }
}

/// Errors at fixed steps fall with the fifth power: the step is fixed by a hopeless tolerance and a longest step.
#[test]
fn errors_fall_with_the_fifth_power_of_the_step() {
    let error_with = |steps: f64, sample: Option<f64>| {
        let mut options = options(2, 0.1, 1e6, MethodChoice::Stiff);
        options.maximum_step = 2.0 / steps;
        let span = Span { start: 0.0, stop: 2.0, samples: sample.into_iter().collect() };
        let run = solve(&mut VanDerPol { epsilon: 1.0 }, &[2.0, 0.0], &Schedule::default(), &span, &options).expect("solves");
        assert_eq!(run.statistics.rejected, 0);
        match sample {
            Some(_) => run.states[0],
            None => run.final_state[0],
        }
    };
    let fine = stiff(&mut VanDerPol { epsilon: 1.0 }, &[2.0, 0.0], 2.0, 1e-13, 1e-13).final_state[0];
    let errors: Vec<f64> = [16.0, 32.0, 64.0].iter().map(|&steps| (error_with(steps, None) - fine).abs()).collect();
    for pair in errors.windows(2) {
        let order = (pair[0] / pair[1]).log2();
        assert!((4.5..6.5).contains(&order), "order {order}, errors {errors:?}");
    }
    // Dense output, inside a step for every one of these step lengths.
    let middle = 1.01;
    let fine = stiff(&mut VanDerPol { epsilon: 1.0 }, &[2.0, 0.0], middle, 1e-13, 1e-13).final_state[0];
    let errors: Vec<f64> = [16.0, 64.0].iter().map(|&steps| (error_with(steps, Some(middle)) - fine).abs()).collect();
    assert!((errors[0] / errors[1]).log2() / 2.0 > 3.5, "{errors:?}");
}

#[test]
fn tighter_tolerances_give_smaller_errors_at_a_fair_price() {
    let mut before = (f64::INFINITY, 0);
    for relative in [1e-4, 1e-6, 1e-8, 1e-10] {
        let run = stiff(&mut hires(), &HIRES_START, 321.8122, relative, relative * 1e-4);
        let error = largest_relative_error(&run.final_state, &HIRES_END);
        assert!(error < before.0 && error < 200.0 * relative, "{relative}: {error}");
        assert!(run.statistics.steps > before.1);
        before = (error, run.statistics.steps);
    }
}

/// The quadratures take another path through the method: the same numbers must come out as if they were ordinary states.
#[test]
fn a_quadrature_equals_an_ordinary_state() {
    let mut as_quadratures = robertson().with_states(5).process(1.0, &[0], &[(3, 1.0)]).process(1e4, &[1, 2], &[(4, 1.0)]);
    // A sixth state that depends on the two makes them ordinary, and has no rate itself.
    let mut as_states = as_quadratures.clone().with_states(6).process(0.0, &[3, 4], &[(5, 1.0)]);
    let span = Span { start: 0.0, stop: 40.0, samples: vec![0.1, 3.0, 17.0] };
    let quadratures =
        solve(&mut as_quadratures, &[1.0, 0.0, 0.0, 0.0, 0.0], &Schedule::default(), &span, &options(5, 1e-6, 1e-10, MethodChoice::Stiff))
            .expect("solves");
    let states =
        solve(&mut as_states, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], &Schedule::default(), &span, &options(6, 1e-6, 1e-10, MethodChoice::Stiff))
            .expect("solves");
    // Steps differ (the error norms weigh the groups differently), so agreement is to the tolerance.
    for sample in 0..3 {
        for state in 3..5 {
            let (found, expected) = (quadratures.state(sample)[state], states.state(sample)[state]);
            assert!((found - expected).abs() < 3e-6 * expected, "{found} {expected}");
        }
    }
}

#[test]
fn sums_of_states_are_conserved_to_rounding() {
    let mut model = body(6, 0);
    let options = options(model.initial.len(), 1e-5, 1e-9, MethodChoice::Stiff);
    let span = Span { start: 0.0, stop: 30_240.0, samples: Vec::new() };
    let run = solve(&mut model.network, &model.initial, &infusion(0.0), &span, &options).expect("solves");
    for [free, labelled, unlabelled] in model.receptors.iter().copied() {
        let total = run.final_state[free] + run.final_state[labelled] + run.final_state[unlabelled];
        assert!((total / model.initial[free] - 1.0).abs() < 1e-12, "receptors {total}");
    }
    let free: f64 = model.receptors.iter().map(|organ| run.final_state[organ[0]]).sum();
    let ligand: f64 = run.final_state[..model.core].iter().sum::<f64>() - free;
    assert!((ligand / 100.0 - 1.0).abs() < 1e-12, "ligand {ligand}");
}

#[test]
fn receptor_kinetics_agree_with_dop853_over_a_short_time() {
    let mut model = body(3, 1);
    let count = model.initial.len();
    let span = Span { start: 0.0, stop: 120.0, samples: vec![1.0, 10.0, 30.0, 60.0, 120.0] };
    let stiff =
        solve(&mut model.network, &model.initial, &infusion(0.0), &span, &options(count, 1e-9, 1e-12, MethodChoice::Stiff)).expect("stiff");
    let explicit = solve(&mut model.network, &model.initial, &infusion(0.0), &span, &options(count, 1e-10, 1e-12, MethodChoice::NonStiff))
        .expect("explicit");
    for (stiff, explicit) in stiff.states.iter().zip(&explicit.states) {
        assert!((stiff - explicit).abs() < 1e-7 * explicit.abs() + 1e-10, "{stiff} {explicit}");
    }
}

#[test]
fn amounts_decay_far_below_every_tolerance() {
    let run = stiff(&mut chain([0.1, 2.0, 30.0]), &[1.0, 0.0, 0.0], 1e6, 1e-6, 1e-30);
    assert!(run.final_state.iter().all(|value| value.abs() < 1e-30), "{:?}", run.final_state);
    assert!(run.statistics.steps < 2500, "{:?}", run.statistics);
}

#[test]
fn the_cost_of_two_problems() {
    let run = stiff(&mut robertson(), &[1.0, 0.0, 0.0], 40.0, 1e-6, 1e-10);
    let cost = |run: &Trajectory| (run.statistics.steps, run.statistics.factorisations);
    assert_eq!(cost(&run), (40, 47));
    let mut model = body(16, 3);
    let count = model.initial.len();
    let span = Span { start: 0.0, stop: 30_240.0, samples: Vec::new() };
    let started = std::time::Instant::now();
    let run =
        solve(&mut model.network, &model.initial, &infusion(0.0), &span, &options(count, 1e-6, 1e-9, MethodChoice::Stiff)).expect("solves");
    eprintln!("{:?} {:?}", started.elapsed(), run.statistics);
    assert_eq!(cost(&run), (172, 173));
}

#[test]
fn failures_say_when_and_where() {
    let span = Span { start: 0.0, stop: 1000.0, samples: Vec::new() };
    let run = |network: &mut Network, change: &dyn Fn(&mut Options)| {
        let mut options = options(network.state_count(), 1e-6, 1e-9, MethodChoice::Stiff);
        change(&mut options);
        let initial = vec![1.0; network.state_count()];
        solve(network, &initial, &Schedule::default(), &span, &options).expect_err("must fail")
    };
    // x' = x² blows up at t = 1.
    let mut explosion = Network::new(1).process(1.0, &[0, 0], &[(0, 1.0)]);
    match run(&mut explosion, &|_| {}) {
        SolveError::StepTooSmall { time, state: 0, .. } | SolveError::NotFinite { time, state: 0, .. } => {
            assert!((time - 1.0).abs() < 1e-3)
        }
        other => panic!("{other}"),
    }
    assert!(matches!(run(&mut hires(), &|options| options.step_budget = 5), SolveError::StepBudget { budget: 5, .. }));
    // A constant drain empties a compartment.
    let mut drain = Network::new(1).process(0.01, &[], &[(0, -1.0)]);
    match run(&mut drain, &|options| options.non_negative = vec![true]) {
        SolveError::Negative { time, state: 0, .. } => assert!((time - 100.0).abs() < 1.0, "{time}"),
        other => panic!("{other}"),
    }
    let mut broken = Network::new(2).process(f64::NAN, &[1], &[(1, 1.0)]);
    assert!(matches!(run(&mut broken, &|_| {}), SolveError::NotFinite { state: 1, quantity: "rate", .. }));
}
