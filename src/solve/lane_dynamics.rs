//! What a system offers to the stiff method: rates and Jacobian for `N` patients at once. One patient is a batch of one lane.
//!
//! Lanes are independent: what lane k receives and returns must not depend on the other lanes.

use super::dynamics::Dynamics;
use crate::model::system::SystemLanes;

/// A system evaluated lane by lane. Times in min, states in their own unit; arrays are state-major (structure of arrays).
pub(crate) trait LaneDynamics<const N: usize> {
    /// Puts a patient with these parameters into a lane.
    fn load(&mut self, lane: usize, parameters: &[f64]);

    /// Writes the rates of all states at `time` for `state`.
    fn rates(&mut self, time: &[f64; N], state: &[[f64; N]], rates: &mut [[f64; N]]);

    /// Writes the entries of the Jacobian in the order of the pattern. Called with the point of the last [`LaneDynamics::rates`].
    fn jacobian(&mut self, time: &[f64; N], state: &[[f64; N]], values: &mut [[f64; N]]);

    /// Writes the derivative of the rates to the time. Called with the point of the last [`LaneDynamics::jacobian`].
    fn time_derivative(&mut self, time: &[f64; N], state: &[[f64; N]], derivative: &mut [[f64; N]]);
}

/// Any [`Dynamics`] as a batch of one.
pub(crate) struct Alone<'a>(pub &'a mut dyn Dynamics);

impl LaneDynamics<1> for Alone<'_> {
    fn load(&mut self, _lane: usize, _parameters: &[f64]) {}

    fn rates(&mut self, time: &[f64; 1], state: &[[f64; 1]], rates: &mut [[f64; 1]]) {
        self.0.rates(time[0], state.as_flattened(), rates.as_flattened_mut());
    }

    fn jacobian(&mut self, time: &[f64; 1], state: &[[f64; 1]], values: &mut [[f64; 1]]) {
        self.0.jacobian(time[0], state.as_flattened(), values.as_flattened_mut());
    }

    fn time_derivative(&mut self, time: &[f64; 1], state: &[[f64; 1]], derivative: &mut [[f64; 1]]) {
        self.0.time_derivative(time[0], state.as_flattened(), derivative.as_flattened_mut());
    }
}

impl<const N: usize> LaneDynamics<N> for SystemLanes<'_, N> {
    fn load(&mut self, lane: usize, parameters: &[f64]) {
        self.set_parameters(lane, parameters);
    }

    fn rates(&mut self, time: &[f64; N], state: &[[f64; N]], rates: &mut [[f64; N]]) {
        self.evaluate_rates(time, state, rates);
    }

    fn jacobian(&mut self, _time: &[f64; N], _state: &[[f64; N]], values: &mut [[f64; N]]) {
        self.evaluate_jacobian(values);
    }

    fn time_derivative(&mut self, _time: &[f64; N], _state: &[[f64; N]], derivative: &mut [[f64; N]]) {
        self.evaluate_time_derivative(derivative);
    }
}
