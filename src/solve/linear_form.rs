//! The matrices of a system that says it is linear, and whether it keeps its word.
//!
//! The leading states must obey `x' = A x + c` with A and c constant; each state after them is a quadrature, linear (`y' = b·x + c`) or not.
//! Linear is what has the same Jacobian bits at four different states and rates that agree with it there.

use super::dynamics::Dynamics;
use super::error::SolveError;

/// A quadrature that is linear in the leading states.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinearQuadrature {
    /// Its index among all states.
    pub state: usize,
    /// Its rate where all leading states are zero.
    pub constant: f64,
    /// (leading state, weight).
    pub weights: Vec<(usize, f64)>,
}

/// A linear system with its quadratures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinearForm {
    /// Number of leading states.
    pub size: usize,
    /// A, column-major, per min.
    pub matrix: Vec<f64>,
    /// Constant production c of the leading states, per min.
    pub production: Vec<f64>,
    /// Quadratures that are linear.
    pub linear: Vec<LinearQuadrature>,
    /// Quadratures that are not.
    pub nonlinear: Vec<usize>,
}

/// Size of the probes: each is positive and has no simple relation to the others.
const PROBE_SCALES: [f64; 3] = [1.0, 37.0, 1e-4];
/// Relative disagreement of rates and Jacobian that rounding explains.
const ROUNDING: f64 = 1e-9;

impl LinearForm {
    /// Reads the matrices of a system at `time` (min); an error if it is not linear as it says.
    pub(crate) fn of(dynamics: &mut dyn Dynamics, time: f64) -> Result<LinearForm, SolveError> {
        let count = dynamics.state_count();
        let not_linear = |problem: &str| SolveError::NotLinear { problem: problem.to_owned() };
        let size = dynamics.linear_states().ok_or_else(|| not_linear("the system has rates that are not of first order"))?;
        if dynamics.depends_on_time() {
            return Err(not_linear("the rates depend on time"));
        }
        let pattern = dynamics.jacobian_pattern().to_vec();
        if let Some(&(row, column)) = pattern.iter().find(|&&(_, column)| column >= size) {
            let problem = format!("the first {size} states are said to be closed, but the rate of state {row} depends on state {column}");
            return Err(SolveError::System { problem });
        }

        let mut at_zero = vec![0.0; count];
        dynamics.rates(time, &vec![0.0; count], &mut at_zero);
        let mut probes = Vec::with_capacity(PROBE_SCALES.len());
        for (round, scale) in PROBE_SCALES.into_iter().enumerate() {
            let state: Vec<f64> =
                (0..count).map(|index| scale * (0.5 + ((index + 1) as f64 * 0.618_033_988 + round as f64 * 0.3).fract())).collect();
            let mut rates = vec![0.0; count];
            let mut jacobian = vec![0.0; pattern.len()];
            dynamics.rates(time, &state, &mut rates);
            dynamics.jacobian(time, &state, &mut jacobian);
            probes.push((state, rates, jacobian));
        }
        let mut zero_jacobian = vec![0.0; pattern.len()];
        dynamics.jacobian(time, &vec![0.0; count], &mut zero_jacobian);

        let is_linear = |row: usize| {
            let entries: Vec<usize> = (0..pattern.len()).filter(|&entry| pattern[entry].0 == row).collect();
            let constant = |&entry: &usize| {
                let value = zero_jacobian[entry];
                value.is_finite() && probes.iter().all(|(_, _, jacobian)| jacobian[entry] == value)
            };
            let agrees = |(state, rates, jacobian): &(Vec<f64>, Vec<f64>, Vec<f64>)| {
                let (mut sum, mut magnitude) = (at_zero[row], at_zero[row].abs());
                for &entry in &entries {
                    let product = jacobian[entry] * state[pattern[entry].1];
                    sum += product;
                    magnitude += product.abs();
                }
                (rates[row] - sum).abs() <= ROUNDING * magnitude
            };
            at_zero[row].is_finite() && entries.iter().all(constant) && probes.iter().all(agrees)
        };
        if let Some(row) = (0..size).find(|&row| !is_linear(row)) {
            let problem = format!("state {row} is said to be linear with constant rates, but its rate is not");
            return Err(SolveError::System { problem });
        }
        let mut matrix = vec![0.0; size * size];
        for (&(row, column), &value) in pattern.iter().zip(&zero_jacobian).filter(|((row, _), _)| *row < size) {
            matrix[column * size + row] = value;
        }
        let (linear, nonlinear): (Vec<usize>, Vec<usize>) = (size..count).partition(|&row| is_linear(row));
        let weights_of =
            |row: usize| pattern.iter().zip(&zero_jacobian).filter(move |((entry_row, _), value)| *entry_row == row && **value != 0.0);
        let linear = linear
            .into_iter()
            .map(|state| LinearQuadrature {
                state,
                constant: at_zero[state],
                weights: weights_of(state).map(|(&(_, column), &value)| (column, value)).collect(),
            })
            .collect();
        Ok(LinearForm { size, matrix, production: at_zero[..size].to_vec(), linear, nonlinear })
    }
}
