//! The compiled model system as something that the solvers can drive.
use super::dynamics::Dynamics;
use super::error::SolveError;
use crate::model::system::{BoundSystem, System};

impl Dynamics for BoundSystem<'_> {
    fn state_count(&self) -> usize {
        self.system.state_count()
    }

    fn rates(&mut self, time: f64, state: &[f64], rates: &mut [f64]) {
        self.evaluate_rates(time, state, rates);
    }

    fn jacobian_pattern(&self) -> &[(usize, usize)] {
        self.system.pattern()
    }

    fn jacobian(&mut self, time: f64, state: &[f64], values: &mut [f64]) {
        self.evaluate_jacobian(time, state, values);
    }

    fn linear_states(&self) -> Option<usize> {
        self.system.linear()
    }

    fn depends_on_time(&self) -> bool {
        self.system.depends_on_time()
    }

    fn time_derivative(&mut self, time: f64, state: &[f64], derivative: &mut [f64]) {
        self.evaluate_time_derivative(time, state, derivative);
    }
}

/// The sentence of a failed solve with the name of the state instead of its position.
pub fn explain(error: &SolveError, system: &System) -> String {
    error.message(|state| system.state_names().get(state).map_or_else(|| format!("state {state}"), |name| format!("`{name}`")))
}
