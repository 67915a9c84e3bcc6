//! Tests of the course of a lineage: steady state, closed forms, a second method, monotony, timing.

use std::f64::consts::LN_2;

use ode_solvers::dop853::Dop853;
use ode_solvers::{OutputType, SVector, System};

use super::*;
use crate::radiobiology::blood_counts::{CellKind, default_lineages};
use crate::radiobiology::evidence::Provenance;

fn lineage(kind: CellKind) -> LineageParameters {
    default_lineages().iter().find(|row| row.kind == kind).unwrap().clone()
}

/// Points every `step_h` up to `end_h`, with a mono-exponential dose rate of `dose_gy` in all.
fn exponential(dose_gy: f64, half_life_h: f64, step_h: f64, end_h: f64) -> (Vec<f64>, Vec<f64>) {
    let decay_per_h = LN_2 / half_life_h;
    let times: Vec<f64> = (0..=(end_h / step_h) as usize).map(|index| index as f64 * step_h).collect();
    let rates = times.iter().map(|time_h| dose_gy * decay_per_h * (-decay_per_h * time_h).exp()).collect();
    (times, rates)
}

#[test]
fn without_dose_counts_stand_still_for_a_year() {
    let times: Vec<f64> = (0..=8766).map(f64::from).collect();
    for row in default_lineages() {
        let counts = LineageCourse::new(row).advance(&times, &vec![0.0; times.len()], 1.0).unwrap();
        assert!(counts.iter().all(|count| (count / row.baseline - 1.0).abs() < 1e-9), "{}", row.kind.name());
    }
}

/// No feedback, no dose, a body that starts elsewhere: with one rate for all, `C(t) = Σ_j (kt)^j/j! e^{−kt} x_{4−j}` of the chain (x the start values,
/// proliferating cells constant), Bateman's chain with equal rates.
#[test]
fn without_feedback_the_chain_has_its_closed_form() {
    let row = LineageParameters { feedback_exponent: 0.0, mean_life_h: None, ..lineage(CellKind::Neutrophils) };
    let mut course = LineageCourse::new(&row);
    course.state = [0.4_f64.ln(), 1.3, 0.2, 0.9, 1.7];
    let start = course.state;
    let times: Vec<f64> = (0..=60).map(|index| f64::from(index) * 6.0).collect();
    let counts = course.advance(&times, &vec![0.0; times.len()], 1.0).unwrap();
    let k = 4.0 / row.mean_transit_time_h;
    for (time_h, count) in times.iter().zip(&counts) {
        // differences to the steady state of the chain, which is the (constant) proliferating share 0.4
        let (mut term, mut expected) = ((-k * time_h).exp(), 0.4);
        for (order, value) in start[1..].iter().rev().enumerate() {
            expected += term * (value - 0.4);
            term *= k * time_h / (order + 1) as f64;
        }
        assert!((count / row.baseline - expected).abs() < 2e-8, "{time_h} h: {} v {expected}", count / row.baseline);
    }
}

/// No feedback and a constant dose rate: proliferating cells fall as e^{−αḊt}; after long the chain follows them with the factor
/// `(k/(k − a))³ · m/(m − a)`, a = αḊ (each stage's response to an exponential).
#[test]
fn without_feedback_a_constant_dose_rate_gives_an_exponential_fall() {
    let row = LineageParameters { feedback_exponent: 0.0, ..lineage(CellKind::Platelets) };
    let rate_gy_per_h = 0.0005 / row.alpha_per_gy;
    let times: Vec<f64> = (0..=300).map(|index| f64::from(index) * 24.0).collect();
    let counts = LineageCourse::new(&row).advance(&times, &vec![rate_gy_per_h; times.len()], 1.0).unwrap();
    let (k, m, a) = (row.transit_per_h(), row.loss_per_h(), 0.0005);
    let expected = row.baseline * (-a * times[300]).exp() * (k / (k - a)).powi(3) * m / (m - a);
    assert!((counts[300] / expected - 1.0).abs() < 1e-7, "{} v {expected}", counts[300]);
}

/// The equations as the Friberg model is written, in counts and not in shares, for the eighth-order method of the `ode_solvers` package. Its states
/// end with a clock, because version 0.6.2 hands a wrong time to one stage.
struct Reference<'a> {
    row: &'a LineageParameters,
    dose_gy: f64,
    decay_per_h: f64,
    production: f64,
}

impl System<f64, SVector<f64, 6>> for Reference<'_> {
    fn system(&self, _: f64, y: &SVector<f64, 6>, dy: &mut SVector<f64, 6>) {
        let (k, m) =
            (4.0 / self.row.mean_transit_time_h, self.row.mean_life_h.map_or(4.0 / self.row.mean_transit_time_h, |life| 1.0 / life));
        let rate = self.dose_gy * self.decay_per_h * (-self.decay_per_h * y[5]).exp();
        let feedback = (self.row.baseline / y[4]).powf(self.row.feedback_exponent);
        dy[0] = k * y[0] * self.production * feedback - k * y[0] - self.row.alpha_per_gy * rate * y[0];
        dy[1] = k * (y[0] - y[1]);
        dy[2] = k * (y[1] - y[2]);
        dy[3] = k * (y[2] - y[3]);
        dy[4] = k * y[3] - m * y[4];
        dy[5] = 1.0;
    }
}

#[test]
fn a_second_method_in_other_variables_agrees() {
    for row in default_lineages() {
        for (dose_gy, production) in [(0.26, 1.0), (1.5, 0.97)] {
            let (times, rates) = exponential(dose_gy, 71.0, 0.1, 2000.0);
            let counts = LineageCourse::new(row).advance(&times, &rates, production).unwrap();
            let first = row.baseline * row.loss_per_h() / row.transit_per_h();
            for end in [240.0, 700.0, 2000.0] {
                let system = Reference { row, dose_gy, decay_per_h: LN_2 / 71.0, production };
                let start = SVector::from([first, first, first, first, row.baseline, 0.0]);
                let (relative, absolute) = (1e-12, 1e-12);
                let mut method = Dop853::from_param(
                    system,
                    0.0,
                    end,
                    0.0,
                    start,
                    relative,
                    absolute,
                    0.9,
                    0.0,
                    0.333,
                    6.0,
                    end,
                    0.0,
                    100_000,
                    1000,
                    OutputType::Sparse,
                );
                method.integrate().unwrap();
                let reference = method.y_out().last().unwrap()[4];
                let found = counts[(end * 10.0) as usize];
                // the dose rate is linear between its points, which adds (λ·0.1 h)²/12 = 8e-8 to α D of at most 6
                assert!((found / reference - 1.0).abs() < 1e-6, "{} {dose_gy} Gy, {end} h: {found} v {reference}", row.kind.name());
            }
        }
    }
}

/// A halved step must change nothing that matters: the default's own error, without any second program.
#[test]
fn the_step_is_short_enough() {
    let (times, rates) = exponential(0.6, 71.0, 12.0, 2400.0);
    for row in default_lineages() {
        let mut fine = LineageCourse::new(row);
        fine.longest_step_h /= 8.0;
        let expected = fine.advance(&times, &rates, 1.0).unwrap();
        let found = LineageCourse::new(row).advance(&times, &rates, 1.0).unwrap();
        let largest = found.iter().zip(&expected).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
        assert!(largest < 1e-7, "{}: {largest:e}", row.kind.name());
    }
}

#[test]
fn more_dose_gives_a_deeper_nadir_and_none_gives_none() {
    for row in default_lineages() {
        let nadir = |dose_gy: f64| {
            let (times, rates) = exponential(dose_gy, 71.0, 2.0, 2400.0);
            LineageCourse::new(row).advance(&times, &rates, 1.0).unwrap().into_iter().fold(f64::INFINITY, f64::min)
        };
        let nadirs: Vec<f64> = [0.0, 0.1, 0.26, 0.5, 1.0, 2.0, 5.0, 50.0].into_iter().map(nadir).collect();
        assert!((nadirs[0] - row.baseline).abs() < 1e-9 * row.baseline);
        assert!(nadirs.windows(2).all(|pair| pair[1] < pair[0]) && nadirs[7] > 0.0, "{}: {nadirs:?}", row.kind.name());
    }
}

/// Steps and gaps must not matter: one call, or many with the state carried over, with a jump of the dose rate at a new administration.
#[test]
fn state_carries_over_between_calls() {
    let row = lineage(CellKind::Platelets);
    let (times, rates) = exponential(0.26, 71.0, 1.0, 1344.0);
    let mut whole = LineageCourse::new(&row);
    let both_times: Vec<f64> = times.iter().copied().chain(times.iter().map(|time| time + 1344.0)).collect();
    let both_rates: Vec<f64> = rates.iter().chain(&rates).copied().collect();
    let expected = whole.advance(&both_times, &both_rates, 1.0).unwrap();
    let mut parts = LineageCourse::new(&row);
    parts.advance(&times[..400], &rates[..400], 1.0).unwrap();
    parts.advance(&times[399..], &rates[399..], 1.0).unwrap();
    let found = parts.advance(&times, &rates, 1.0).unwrap();
    assert_eq!(found, expected[times.len()..]);
    assert_eq!(parts.circulating(), *expected.last().unwrap());
}

/// A steady state under production q solves q (b/C)^γ = 1.
#[test]
fn lower_production_settles_where_the_feedback_balances_it() {
    let row = lineage(CellKind::Platelets);
    let production = row.production_for_share(0.7);
    let times: Vec<f64> = (0..=1000).map(|index| f64::from(index) * 24.0).collect();
    let counts = LineageCourse::new(&row).advance(&times, &vec![0.0; times.len()], production).unwrap();
    assert!((counts[1000] / row.baseline - 0.7).abs() < 1e-6, "{}", counts[1000] / row.baseline);
    assert_eq!(row.provenance, Provenance::Assumed);
}

#[test]
fn impossible_input_is_refused_and_changes_nothing() {
    let mut course = LineageCourse::new(&lineage(CellKind::Platelets));
    let before = course.clone();
    for (times, rates, production, word) in [
        (vec![], vec![], 1.0, "at least one"),
        (vec![0.0, 1.0], vec![0.0], 1.0, "as many"),
        (vec![0.0, f64::NAN], vec![0.0, 0.0], 1.0, "no time"),
        (vec![1.0, 0.0], vec![0.0, 0.0], 1.0, "goes back"),
        (vec![0.0, 1.0], vec![0.1, -0.1], 1.0, "-0.1 Gy/h"),
        (vec![0.0, 1.0], vec![0.1, f64::INFINITY], 1.0, "dose rate"),
        (vec![0.0, 1.0], vec![0.1, 0.1], -1.0, "production"),
        (vec![0.0, 1.0], vec![0.1, 0.1], f64::NAN, "production"),
    ] {
        let message = course.advance(&times, &rates, production).unwrap_err();
        assert!(message.contains(word), "{message}");
        assert_eq!(course, before);
    }
    assert_eq!(course.advance(&[5.0], &[0.0], 1.0).unwrap(), vec![course.circulating()]);
    assert!(course.advance(&[0.0, 1.0], &[0.1, -1e-9], 1.0).is_ok(), "a solver's rounding");
}
