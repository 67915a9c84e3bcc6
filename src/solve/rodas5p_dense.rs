//! The state inside a step of Rodas5P: the interpolation of order 4 that belongs to the method (coefficients in `rodas5p_tableau`), for one lane.

use super::rodas5p::Rodas5P;
use super::rodas5p_tableau::{DENSE, TIME_WEIGHTS, quadrature_weights};
use crate::math::Block;

/// Interpolation of one step at a time.
#[derive(Debug, Clone)]
pub(crate) struct DenseOutput {
    quadrature_weights: [[f64; 8]; 3],
    bends: [Vec<f64>; 3],
    scratch: Vec<f64>,
}

impl DenseOutput {
    pub(crate) fn new(core: usize, state_count: usize) -> DenseOutput {
        DenseOutput {
            quadrature_weights: DENSE.map(|weights| quadrature_weights(&weights)),
            bends: std::array::from_fn(|_| vec![0.0; state_count]),
            scratch: vec![0.0; core],
        }
    }

    /// Reads the stages of the step that was just accepted in one lane.
    pub(crate) fn prepare<const N: usize>(&mut self, method: &Rodas5P<N>, lane: usize, step: f64) {
        let increments = method.increments.each_ref().map(Block::lanes);
        let rates = method.quadrature_rates.each_ref().map(Block::lanes);
        let core = method.core;
        let sum_over = |columns: &[&[[f64; N]]; 8], weights: &[f64; 8], index: usize| {
            columns.iter().zip(weights).fold(0.0, |sum, (column, weight)| sum + weight * column[index][lane])
        };
        for ((bend, weights), for_quadratures) in self.bends.iter_mut().zip(&DENSE).zip(&self.quadrature_weights) {
            let (of_core, of_quadratures) = bend.split_at_mut(core);
            for (index, value) in of_core.iter_mut().enumerate() {
                *value = sum_over(&increments, weights, index);
            }
            for (index, value) in self.scratch.iter_mut().enumerate() {
                *value = sum_over(&increments, for_quadratures, index);
            }
            let time_weight = step * for_quadratures.iter().zip(&TIME_WEIGHTS).map(|(weight, time)| weight * time).sum::<f64>();
            for (index, value) in of_quadratures.iter_mut().enumerate() {
                *value = time_weight * method.time_derivative.lanes()[core + index][lane] + sum_over(&rates, for_quadratures, index);
            }
            let entries = &method.jacobian.lanes()[method.quadratures.first_entry..];
            for (&(row, column), entry) in method.quadratures.entries.iter().zip(entries) {
                of_quadratures[row as usize] += entry[lane] * self.scratch[column as usize];
            }
            of_quadratures.iter_mut().for_each(|value| *value *= step);
        }
    }

    /// Appends the state of the lane at the fraction `fraction` of the step from `before` to `after`.
    pub(crate) fn append<const N: usize>(&self, fraction: f64, lane: usize, before: &Block<N>, after: &Block<N>, sampled: &mut Vec<f64>) {
        let rest = 1.0 - fraction;
        let [first, second, third] = &self.bends;
        sampled.extend(before.lane(lane).zip(after.lane(lane)).enumerate().map(|(index, (before, after))| {
            rest * before + fraction * (after + rest * (first[index] + fraction * (second[index] + fraction * third[index])))
        }));
    }
}
