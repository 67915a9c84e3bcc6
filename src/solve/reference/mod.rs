//! Problems with known answers, used by the tests of every method.

pub(crate) mod classics;
pub(crate) mod closed_forms;
pub(crate) mod network;
pub(crate) mod problems;
pub(crate) mod receptor;
pub(crate) mod test_set;
mod work_precision;

pub(crate) use network::Network;

use super::{MethodChoice, Options};

/// Options with one absolute tolerance for all states.
pub(crate) fn options<'a>(states: usize, relative: f64, absolute: f64, method: MethodChoice) -> Options<'a> {
    Options::new(relative, vec![absolute; states]).with_method(method)
}

/// Largest error relative to the expected value, over all states.
pub(crate) fn largest_relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs() / expected.abs()).fold(0.0, f64::max)
}
