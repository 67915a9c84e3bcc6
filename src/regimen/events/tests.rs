//! The event model against closed forms, quadrature, and itself on other steps.
use super::*;
use crate::math::{exp, log, pow};

const DAY: f64 = 1440.0;

fn plan(seed: u64, shape: f64, slope: Option<f64>) -> EventPlan {
    let baseline = |days: f64| Some(Baseline { median_min: days * DAY, shape, source: None, provenance: None });
    EventPlan {
        seed,
        progression: baseline(850.0),
        death: baseline(1400.0),
        log_hazard_sd: 0.0,
        factor_on_hazard: 1.0,
        link: slope.map(|slope| (0, HazardLink::new(slope, "test").unwrap())),
    }
}

fn null(plan: &EventPlan) -> EventTimes {
    EventCourse::new(plan).finish(0.0)
}

/// Points of a dose course that rises linearly in cycles of 56 days to `total_gy`.
fn course(cycles: usize, total_gy: f64) -> (Vec<f64>, Vec<f64>) {
    let mut points = (vec![0.0], vec![0.0]);
    for cycle in 0..cycles {
        let start = cycle as f64 * 56.0 * DAY;
        let dose = total_gy * (cycle as f64 + 1.0) / cycles as f64;
        points.0.extend([start + 10.0 * DAY, start + 56.0 * DAY]);
        points.1.extend([dose, dose]);
    }
    points
}

#[test]
fn medians_and_shares_are_those_of_the_distribution() {
    let patients = 40_000_u64;
    for shape in [1.0, 0.7, 1.8] {
        let early = (0..patients).filter(|seed| null(&plan(*seed, shape, None)).progression_min <= 850.0 * DAY).count();
        // P(T ≤ t) = 1 − 2^(−(t/median)^shape); bounds: five binomial standard errors
        let share = |count: usize| count as f64 / patients as f64;
        let bound = |p: f64| 5.0 * (p * (1.0 - p) / patients as f64).sqrt();
        assert!((share(early) - 0.5).abs() < bound(0.5), "shape {shape}: {}", share(early));
        let p = 1.0 - pow(2.0, -pow(0.3, shape));
        let very_early = (0..patients).filter(|seed| null(&plan(*seed, shape, None)).progression_min <= 255.0 * DAY).count();
        assert!((share(very_early) - p).abs() < bound(p), "shape {shape}");
    }
}

#[test]
fn the_two_events_are_independent_without_frailty_and_go_together_with_it() {
    let patients = 20_000_u64;
    let both = |sd: f64| {
        let early = |seed: &u64| {
            let times = null(&EventPlan { log_hazard_sd: sd, ..plan(*seed, 1.0, None) });
            times.progression_min < 850.0 * DAY && times.death_min < 1400.0 * DAY
        };
        (0..patients).filter(early).count() as f64 / patients as f64
    };
    // half times half; five binomial standard errors
    let bound = 5.0 * (0.25_f64 * 0.75 / patients as f64).sqrt();
    assert!((both(0.0) - 0.25).abs() < bound);
    assert!(both(1.0) > 0.25 + 2.0 * bound);
}

#[test]
fn prognosis_scales_the_time() {
    // with shape k a hazard times f divides the time by f^(1/k)
    for shape in [1.0, 2.0] {
        let own = null(&plan(5, shape, None));
        let worse = null(&EventPlan { factor_on_hazard: 3.0, ..plan(5, shape, None) });
        assert!((own.progression_min / worse.progression_min / pow(3.0, 1.0 / shape) - 1.0).abs() < 1e-14);
        assert!(own.progression_free_min() == own.progression_min.min(own.death_min));
    }
}

#[test]
fn no_link_or_a_slope_of_zero_leaves_every_bit_whatever_the_dose_and_the_steps() {
    for seed in 0..200 {
        for shape in [1.0, 1.4] {
            let expected = null(&plan(seed, shape, None));
            for slope in [None, Some(0.0), Some(-0.0)] {
                for (cycles, total) in [(4, 230.0), (1, 10.0), (9, 1000.0)] {
                    let (times, doses) = course(cycles, total);
                    let mut walked = EventCourse::new(&plan(seed, shape, slope));
                    walked.advance(&times, Some(&doses)).unwrap();
                    let known = walked.progression_min();
                    assert_eq!(known, (expected.progression_min <= *times.last().unwrap()).then_some(expected.progression_min));
                    let found = walked.finish(total);
                    assert_eq!(found.progression_min.to_bits(), expected.progression_min.to_bits());
                    assert_eq!(found.death_min.to_bits(), expected.death_min.to_bits());
                }
            }
        }
    }
}

#[test]
fn a_constant_dose_is_a_factor_on_the_hazard() {
    let (slope, dose) = (-0.01, 150.0);
    for shape in [1.0, 0.8, 1.7] {
        for seed in 0..50 {
            let mut walked = EventCourse::new(&plan(seed, shape, Some(slope)));
            walked.advance(&[0.0, 30.0 * DAY, 400.0 * DAY, 900.0 * DAY], Some(&[dose; 4])).unwrap();
            let found = walked.finish(dose).progression_min;
            let expected = null(&plan(seed, shape, None)).progression_min * pow(exp(slope * dose), -1.0 / shape);
            assert!((found / expected - 1.0).abs() < 1e-12, "shape {shape}: {found}, {expected}");
        }
    }
}

#[test]
fn steps_of_the_course_do_not_matter() {
    for shape in [1.0, 0.6, 1.5, 3.0] {
        for (seed, slope) in (0..40).flat_map(|seed| [(seed, -0.02), (seed, 0.015)]) {
            let (times, doses) = course(4, 200.0);
            let mut coarse = EventCourse::new(&plan(seed, shape, Some(slope)));
            coarse.advance(&times, Some(&doses)).unwrap();
            // each segment in 17 parts, told piece by piece
            let mut fine = EventCourse::new(&plan(seed, shape, Some(slope)));
            for at in 1..times.len() {
                for part in 1..=17 {
                    let x = f64::from(part) / 17.0;
                    let time = if part == 17 { times[at] } else { times[at - 1] + x * (times[at] - times[at - 1]) };
                    let dose = doses[at - 1] + (time - times[at - 1]) / (times[at] - times[at - 1]) * (doses[at] - doses[at - 1]);
                    fine.advance(&[time], Some(&[dose])).unwrap();
                }
            }
            let (coarse, fine) = (coarse.finish(200.0), fine.finish(200.0));
            assert!((coarse.progression_min / fine.progression_min - 1.0).abs() < 1e-11, "shape {shape} slope {slope} seed {seed}");
            assert!((coarse.death_min / fine.death_min - 1.0).abs() < 1e-11);
        }
    }
}

/// ∫₀^t h₀ e^(β D) by Simpson's rule in w = u^(1/4), in which the branch point at 0 is smooth enough.
fn simpson(median: f64, shape: f64, log_factor: impl Fn(f64) -> f64, t: f64) -> f64 {
    let panels = 200_000;
    let end = pow(t, 0.25);
    let value = |w: f64| {
        let time = w * w * w * w;
        // h₀(u) du = ln 2 · k u^(k − 1)/median^k · 4 w³ dw
        4.0 * shape * pow(w, 4.0 * shape - 1.0) / pow(median, shape) * exp(log_factor(time))
    };
    let width = end / panels as f64;
    let inner: f64 = (1..panels).map(|at| if at % 2 == 1 { 4.0 } else { 2.0 } * value(width * at as f64)).sum();
    std::f64::consts::LN_2 * width / 3.0 * (value(0.0) + inner + value(end))
}

#[test]
fn a_linear_dose_against_quadrature() {
    // dose 0.5 Gy/d for ever: at the event the integral is what the null event needed
    for shape in [1.0, 1.5, 2.5, 0.75] {
        for slope in [-0.004, 0.006] {
            for seed in 0..6 {
                let needed = {
                    let time = null(&plan(seed, shape, None)).progression_min;
                    std::f64::consts::LN_2 * pow(time / (850.0 * DAY), shape)
                };
                let mut walked = EventCourse::new(&plan(seed, shape, Some(slope)));
                walked.advance(&[0.0, 20_000.0 * DAY], Some(&[0.0, 10_000.0])).unwrap();
                let Some(found) = walked.progression_min() else {
                    // a falling hazard that never adds up
                    let whole = simpson(850.0 * DAY, shape, |t| slope * 0.5 * t / DAY, 20_000.0 * DAY);
                    assert!(whole < needed * (1.0 + 1e-6), "shape {shape} slope {slope}: {whole} of {needed}");
                    continue;
                };
                let integral = simpson(850.0 * DAY, shape, |t| slope * 0.5 * t / DAY, found);
                assert!((integral / needed - 1.0).abs() < 1e-10, "shape {shape} slope {slope} seed {seed}: {integral} of {needed}");
            }
        }
    }
}

#[test]
fn a_linear_dose_with_an_exponential_baseline_in_closed_form() {
    // ∫ λ e^(s u) du = needed at u = ln(1 + s needed/λ)/s
    let (slope, per_day) = (0.005, 0.4);
    let lambda = std::f64::consts::LN_2 / 850.0;
    for seed in 0..50 {
        let needed = null(&plan(seed, 1.0, None)).progression_min / DAY * lambda;
        let s = slope * per_day;
        let expected = log(1.0 + s * needed / lambda) / s * DAY;
        let mut walked = EventCourse::new(&plan(seed, 1.0, Some(slope)));
        walked.advance(&[0.0, 30_000.0 * DAY], Some(&[0.0, 12_000.0])).unwrap();
        assert!((walked.progression_min().unwrap() / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn an_event_is_known_once_it_has_passed_and_never_moves_again() {
    let own = plan(11, 1.0, Some(-0.003));
    let (times, doses) = course(40, 300.0);
    let mut walked = EventCourse::new(&own);
    let mut seen = None;
    for (time, dose) in times.iter().zip(&doses) {
        walked.advance(&[*time], Some(&[*dose])).unwrap();
        if let Some(known) = walked.progression_min() {
            assert!(known <= *time && seen.is_none_or(|seen| seen == known));
            seen = Some(known);
        }
    }
    if let Some(seen) = seen {
        assert_eq!(walked.finish(1e3).progression_min, seen);
    }
    // a protective dose delays, a harmful one hastens
    let free = null(&own).death_min;
    for (slope, later) in [(-0.01, true), (0.01, false)] {
        let mut walked = EventCourse::new(&EventPlan { link: Some((0, HazardLink::new(slope, "").unwrap())), ..own.clone() });
        walked.advance(&times[..3], Some(&doses[..3])).unwrap();
        assert_eq!(walked.finish(100.0).death_min > free, later);
    }
}

#[test]
fn extremes_end_and_faults_are_told() {
    let strong = |slope: f64| EventCourse::new(&plan(1, 1.3, Some(slope)));
    let mut hopeless = strong(50.0);
    hopeless.advance(&[0.0, DAY, 2.0 * DAY], Some(&[0.0, 100.0, 100.0])).unwrap();
    assert!(hopeless.progression_min().unwrap() <= DAY);
    let mut cured = strong(-50.0);
    cured.advance(&[0.0, DAY], Some(&[0.0, 100.0])).unwrap();
    assert_eq!(cured.finish(100.0).progression_min, f64::INFINITY);
    let mut course = strong(-0.1);
    assert!(matches!(course.advance(&[0.0, 5.0], Some(&[0.0, f64::NAN])), Err(EventFault::NoDose { .. })));
    assert!(matches!(course.advance(&[5.0], Some(&[])), Err(EventFault::NoDose { .. })));
    course.advance(&[50.0], None).unwrap();
    assert!(matches!(course.advance(&[49.0], None), Err(EventFault::BackInTime { .. })));
    let nothing = EventPlan::default();
    assert_eq!(null(&nothing), EventTimes { progression_min: f64::INFINITY, death_min: f64::INFINITY });
    assert_eq!(nothing.linked_target(), None);
}
