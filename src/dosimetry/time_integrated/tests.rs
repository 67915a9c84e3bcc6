//! Piecewise integrals against closed forms and numbers by hand.

use super::*;
use crate::nuclide::find;

fn choices(before_first: BeforeFirst, between: Between, tail: Tail) -> IntegrationChoices {
    IntegrationChoices { before_first, between, tail }
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "found {found}, expected {expected}");
}

/// Two scans, 100 MBq at 10 h and 50 MBq at 30 h, λ = 0.01 /h, by hand.
#[test]
fn each_choice_is_the_area_its_name_says() {
    let whole = |before, between, tail| integrate(&[10.0, 30.0], &[100.0, 50.0], 0.01, choices(before, between, tail)).unwrap();
    let straight = whole(BeforeFirst::Constant, Between::Linear, Tail::PhysicalDecay);
    close(straight.before_first_mbq_h, 1000.0);
    close(straight.between_mbq_h, 1500.0);
    close(straight.after_last_mbq_h, 5000.0);
    close(straight.total_mbq_h(), 7500.0);
    close(straight.share_before_first() + straight.share_between() + straight.share_after_last(), 1.0);
    close(straight.coefficient_h(1000.0), 7.5);
    let curved = whole(BeforeFirst::LinearFromZero, Between::LogWhereFalling, Tail::TerminalSlope { points: 2 });
    close(curved.before_first_mbq_h, 500.0);
    // 20 h · 50 / ln 2, and the half-time of 20 h: 50 · 20/ln 2.
    close(curved.between_mbq_h, 1000.0 / std::f64::consts::LN_2);
    close(curved.after_last_mbq_h, 1000.0 / std::f64::consts::LN_2);
    let decayed = whole(BeforeFirst::PhysicalDecay, Between::Linear, Tail::PhysicalDecay);
    close(decayed.before_first_mbq_h, 100.0 * (crate::math::exp(0.1) - 1.0) / 0.01);
}

/// A mono-exponential through log trapezoids is exact: ∫ from the first scan on is A(t1)/λ_eff.
#[test]
fn a_mono_exponential_is_integrated_exactly() {
    let effective_per_h = std::f64::consts::LN_2 / 51.0;
    let times_h = [4.0, 24.0, 96.0, 168.0];
    let activities_mbq = times_h.map(|time_h| 300.0 * crate::math::exp(-effective_per_h * time_h));
    let physical_per_h = find("Lu-177").unwrap().decay_constant_per_h();
    for points in [2, 3, 4] {
        let chosen = choices(BeforeFirst::Constant, Between::LogWhereFalling, Tail::TerminalSlope { points });
        let found = integrate(&times_h, &activities_mbq, physical_per_h, chosen).unwrap();
        let from_first_on = found.between_mbq_h + found.after_last_mbq_h;
        assert!((from_first_on / (activities_mbq[0] / effective_per_h) - 1.0).abs() < 1e-12);
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }
}

/// The measured liver of a published 177Lu series (4.5, 24.7 and 117.8 h): the tail falls, shares add up, log is below linear.
#[test]
fn a_real_series_keeps_its_order() {
    let times_h = [4.528888888888889, 24.737222222222222, 117.81472222222222];
    let liver_mbq = [257.41958597653644, 76.87083050272122, 8.713141811687267];
    let physical_per_h = find("Lu-177").unwrap().decay_constant_per_h();
    let total = |between, tail| {
        let chosen = choices(BeforeFirst::Constant, between, tail);
        integrate(&times_h, &liver_mbq, physical_per_h, chosen).unwrap().total_mbq_h()
    };
    let slope = Tail::TerminalSlope { points: 2 };
    assert!(total(Between::LogWhereFalling, slope) < total(Between::LogWhereFalling, Tail::PhysicalDecay));
    assert!(total(Between::LogWhereFalling, slope) < total(Between::Linear, slope));
}

#[test]
fn a_tail_slower_than_decay_is_bounded_and_said() {
    let chosen = choices(BeforeFirst::Constant, Between::LogWhereFalling, Tail::TerminalSlope { points: 2 });
    let found = integrate(&[24.0, 72.0], &[10.0, 12.0], 0.004, chosen).unwrap();
    close(found.tail_decay_per_h, 0.004);
    assert!(found.notes.iter().any(|note| note.contains("physical decay was used")), "{:?}", found.notes);
    assert!(found.notes.iter().any(|note| note.contains("after the last scan and was not measured")));
}

#[test]
fn one_point_and_zeros_are_enough_where_the_choice_allows() {
    let chosen = choices(BeforeFirst::Constant, Between::LogWhereFalling, Tail::PhysicalDecay);
    close(integrate(&[0.0], &[10.0], 0.01, chosen).unwrap().total_mbq_h(), 1000.0);
    let empty = integrate(&[1.0, 2.0], &[0.0, 0.0], 0.01, chosen).unwrap();
    assert_eq!((empty.total_mbq_h(), empty.share_after_last()), (0.0, 0.0));
}

#[test]
fn wrong_measurements_are_named() {
    let physical = choices(BeforeFirst::Constant, Between::Linear, Tail::PhysicalDecay);
    let error = |times: &[f64], activities: &[f64], decay, chosen| integrate(times, activities, decay, chosen).unwrap_err().to_string();
    assert!(error(&[], &[], 0.01, physical).contains("at least one"));
    assert!(error(&[1.0], &[1.0, 2.0], 0.01, physical).contains("pair up"));
    assert!(error(&[1.0, 1.0], &[2.0, 1.0], 0.01, physical).contains("measurement 2"));
    assert!(error(&[2.0, 1.0], &[2.0, 1.0], 0.01, physical).contains("sort"));
    assert!(error(&[-1.0], &[2.0], 0.01, physical).contains("-1"));
    assert!(error(&[1.0], &[-2.0], 0.01, physical).contains("-2"));
    assert!(error(&[1.0], &[f64::NAN], 0.01, physical).contains("NaN"));
    assert!(error(&[f64::INFINITY], &[1.0], 0.01, physical).contains("inf"));
    assert!(error(&[1.0], &[1.0], 0.0, physical).contains("decay constant"));
    let back = choices(BeforeFirst::PhysicalDecay, Between::Linear, Tail::PhysicalDecay);
    assert!(error(&[1000.0], &[1.0], 1.0, back).contains("physical decay before the first scan"));
    let slope = |points| choices(BeforeFirst::Constant, Between::Linear, Tail::TerminalSlope { points });
    assert!(error(&[1.0, 2.0], &[2.0, 0.0], 0.01, slope(2)).contains("terminal slope"));
    assert!(error(&[1.0, 2.0], &[2.0, 1.0], 0.01, slope(1)).contains("terminal slope"));
    assert!(error(&[1.0, 2.0], &[2.0, 1.0], 0.01, slope(3)).contains("terminal slope"));
}
