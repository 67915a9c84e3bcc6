//! The propagator against closed forms and against nalgebra's matrix exponential.

use nalgebra::DMatrix;
use proptest::prelude::*;

use super::*;
use crate::solve::reference::closed_forms::{one_compartment_infusion, two_compartments_bolus};

fn exponential_by_nalgebra(size: usize, matrix: &[f64], time: f64) -> Vec<f64> {
    (DMatrix::from_column_slice(size, size, matrix) * time).exp().as_slice().to_vec()
}

proptest! {
    /// Moderate norm, where the package is accurate: compartmental matrices and general ones, states and integrals.
    #[test]
    fn agrees_with_nalgebra_where_that_is_accurate(
        size in 1usize..7,
        numbers in prop::collection::vec(0.0f64..1.0, 49),
        start in prop::collection::vec(0.0f64..1.0, 14),
        time in 0.0f64..10.0,
        compartmental in any::<bool>(),
    ) {
        let mut matrix = vec![0.0; size * size];
        for column in 0..size {
            for row in 0..size {
                let value = numbers[column * 7 + row];
                matrix[column * size + row] = if row == column { -2.0 } else if compartmental { value * 0.3 } else { value - 0.5 };
            }
        }
        // Augmented: [A u 0; 0 0 0; I 0 0] propagates (x, 1, ∫x).
        let wide = 2 * size + 1;
        let mut augmented = vec![0.0; wide * wide];
        for column in 0..size {
            for row in 0..size {
                augmented[column * wide + row] = matrix[column * size + row];
            }
            augmented[size * wide + column] = start[7 + column];
            augmented[column * wide + size + 1 + column] = 1.0;
        }
        let exponential = exponential_by_nalgebra(wide, &augmented, time);
        let expected = |row: usize| -> f64 {
            (0..size).map(|column| exponential[column * wide + row] * start[column]).sum::<f64>() + exponential[size * wide + row]
        };
        let mut propagator = Propagator::new(size, &matrix, Integrals::Second);
        let mut state = start[..size].to_vec();
        let mut integral = vec![0.0; size];
        propagator.advance(time, &mut state, Some(&start[7..7 + size]), Some(&mut integral));
        for row in 0..size {
            prop_assert!((state[row] - expected(row)).abs() < 1e-12 * (1.0 + expected(row).abs()), "{} {}", state[row], expected(row));
            let expected = expected(size + 1 + row);
            prop_assert!((integral[row] - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{} {expected}", integral[row]);
        }
    }
}

/// Exchange within a second, loss over a million minutes. The rates are powers of two, so that the matrix itself is exact.
const FAST: f64 = 64.0;
const SLOW: f64 = 1.0 / 1_048_576.0;
const EXCHANGE: [f64; 4] = [-(FAST + SLOW), FAST, FAST, -FAST];

#[test]
fn slow_loss_behind_fast_exchange_keeps_its_accuracy() {
    let mut propagator = Propagator::new(2, &EXCHANGE, Integrals::None);
    for time in [1e-3, 0.37, 43.0, 30_240.0, 2e6, 1.7e8] {
        let mut state = [1.0, 0.0];
        propagator.advance(time, &mut state, None, None);
        let expected = two_compartments_bolus(1.0, SLOW, FAST, FAST, time);
        for (found, expected) in state.iter().zip(expected) {
            // The exponent −81 at the longest time alone takes 81 ulp.
            assert!((found - expected).abs() < 1e-13 * expected, "at {time}: {found:e} {expected:e}");
        }
    }
}

#[test]
fn the_package_s_exponential_would_not_keep_it() {
    let time = 2e6;
    let expected = two_compartments_bolus(1.0, SLOW, FAST, FAST, time)[0];
    let package = exponential_by_nalgebra(2, &EXCHANGE, time)[0];
    assert!((package - expected).abs() > 1e-10 * expected, "if this fails, the package has improved: {package:e} {expected:e}");
}

#[test]
fn a_closed_system_stays_closed() {
    // Fast exchange among three compartments, rates that are not exact in binary.
    let rates = [[0.0, 1234.5, 0.1], [77.7, 0.0, 3e-7], [0.3, 1e-6, 0.0]];
    let mut matrix = vec![0.0; 9];
    for (from, row) in rates.iter().enumerate() {
        for (to, &rate) in row.iter().enumerate() {
            matrix[from * 3 + to] += rate;
            matrix[from * 3 + from] -= rate;
        }
    }
    let mut propagator = Propagator::new(3, &matrix, Integrals::None);
    let mut state = [0.2, 0.3, 0.5];
    for _ in 0..100 {
        propagator.advance(4321.0, &mut state, None, None);
    }
    assert!((state.iter().sum::<f64>() - 1.0).abs() < 1e-13, "{state:?}");
}

#[test]
fn tiny_amounts_are_relatively_accurate() {
    // A chain whose last member is reached by a path of three slow steps, and decays of many half-lives.
    let matrix = [-1.0, 1e-12, 0.0, 0.0, -2.0, 1e-12, 0.0, 0.0, -3.0];
    let mut propagator = Propagator::new(3, &matrix, Integrals::None);
    for time in [1e-6, 0.5, 100.0] {
        let mut state = [1.0, 0.0, 0.0];
        propagator.advance(time, &mut state, None, None);
        // Bateman for rates 1, 2, 3 is the binomial 1e-12^n e^{-t} (1 − e^{-t})^n / n!.
        let rest = -f64::exp_m1(-time);
        let expected = [f64::exp(-time), 1e-12 * f64::exp(-time) * rest, 0.5e-24 * f64::exp(-time) * rest * rest];
        for (found, expected) in state.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-13 * expected, "at {time}: {found:e} {expected:e}");
        }
    }
}

#[test]
fn input_and_integral_by_closed_form() {
    for (rate, time) in [(1e3, 5000.0), (0.1, 7.0), (1e-9, 30_000.0)] {
        let mut propagator = Propagator::new(1, &[-rate], Integrals::Second);
        let mut state = [0.0];
        let mut integral = [0.0];
        propagator.advance(time, &mut state, Some(&[2.0]), Some(&mut integral));
        let amount = -2.0 / rate * f64::exp_m1(-rate * time);
        assert!((state[0] - amount).abs() < 1e-14 * amount);
        // Without cancellation for the slow one: the first terms of its series.
        let expected = if rate * time < 1e-3 {
            time * time * (1.0 - rate * time / 3.0 + rate * rate * time * time / 12.0)
        } else {
            one_compartment_infusion(2.0, time, rate, time)[1]
        };
        assert!((integral[0] - expected).abs() < 1e-13 * expected, "{} {expected}", integral[0]);
    }
}

#[test]
fn a_system_without_rates_stands_still() {
    let mut propagator = Propagator::new(2, &[0.0; 4], Integrals::First);
    let mut state = [3.0, 4.0];
    let mut integral = [0.0; 2];
    propagator.advance(1e5, &mut state, None, Some(&mut integral));
    assert_eq!(state, [3.0, 4.0]);
    assert_eq!(integral, [3e5, 4e5]);
}

/// The second method is the first: one time after the other. Dense and sparse matrices, times within a foot, of whole feet and of many.
#[test]
fn several_times_at_once_have_the_bits_of_each_alone() {
    let dense: Vec<f64> = (0..25).map(|place| if place % 6 == 0 { -1.5 } else { 0.07 * f64::from(place % 5) }).collect();
    let mut sparse = vec![0.0; 64];
    for state in 0..7 {
        (sparse[state * 8 + state], sparse[state * 8 + 7]) = (-0.01 * (state as f64 + 1.0), 0.01 * (state as f64 + 1.0));
    }
    let times: Vec<f64> = (0..15).map(|node| [0.0, 1e-3, 0.125, 1.0, 977.3, 1e5][node % 6] * (1.0 + 0.37 * node as f64)).collect();
    for (size, matrix) in [(5, dense), (8, sparse)] {
        let state: Vec<f64> = (0..size).map(|place| if place == 2 { 0.0 } else { 1.0 / (place as f64 + 3.0) }).collect();
        let given: Vec<f64> = (0..size).map(|place| 0.3 * place as f64).collect();
        for input in [None, Some(given.as_slice())] {
            let mut propagator = Propagator::new(size, &matrix, Integrals::Second);
            let mut together = vec![0.0; 15 * size];
            propagator.advance_each(&times, &state, input, &mut together);
            for (time, found) in times.iter().zip(together.chunks_exact(size)) {
                let mut alone = state.clone();
                propagator.advance(*time, &mut alone, input, None);
                assert_eq!(alone.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), found.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
            }
        }
    }
}
