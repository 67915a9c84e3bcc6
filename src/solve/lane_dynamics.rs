//! What a system offers to the stiff method: rates and Jacobian for `N` patients at once. One patient is a batch of one lane.
//!
//! Lanes are independent: what lane k receives and returns must not depend on the other lanes.

use super::dynamics::Dynamics;
use super::rodas5p::Rodas5P;
use super::schedule::Segment;
use crate::math::Block;
use crate::model::system::SystemLanes;

/// A step that was accepted in one lane.
pub(crate) struct Taken<'a, const N: usize> {
    pub lane: usize,
    /// Its start, min.
    pub time: f64,
    /// Its length, min.
    pub step: f64,
    /// Its end, min.
    pub reached: f64,
    /// States at its start.
    pub state: &'a Block<N>,
    /// The stages and the factorised matrix that the step left behind.
    pub method: &'a Rodas5P<N>,
    /// Samples after its start, until its end, min.
    pub samples: &'a [f64],
}

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

    /// A segment begins in a lane: its boluses have been given, and the state at its very start is that many samples. `None`: the span has no
    /// length. Nothing to do but for what travels along with the solution, such as its sensitivities.
    fn departed(&mut self, _lane: usize, _segment: Option<&Segment>, _samples: usize) {}

    /// A step was accepted. Nothing to do but for what travels along.
    fn stepped(&mut self, _taken: &Taken<'_, N>) {}
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
