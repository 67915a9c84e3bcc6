//! The state inside a step of Rodas5P: the interpolation of order 4 that belongs to the method (coefficients in `rodas5p_tableau`), for one lane.

use super::rodas5p::Rodas5P;
use super::rodas5p_tableau::{DENSE, TIME_WEIGHTS, quadrature_weights};
use crate::math::Block;

/// Interpolation of one step at a time.
#[derive(Debug, Clone)]
pub(crate) struct DenseOutput {
    quadrature_weights: [[f64; 8]; 3],
    bends: [Vec<f64>; 3],
    /// Sums over the stages that the quadratures collect.
    collected: [Vec<f64>; 3],
}

impl DenseOutput {
    pub(crate) fn new(core: usize, state_count: usize) -> DenseOutput {
        DenseOutput {
            quadrature_weights: DENSE.map(|weights| quadrature_weights(&weights)),
            bends: std::array::from_fn(|_| vec![0.0; state_count]),
            collected: std::array::from_fn(|_| vec![0.0; core]),
        }
    }

    /// Reads the stages of the step that was just accepted in one lane.
    pub(crate) fn prepare<const N: usize>(&mut self, method: &Rodas5P<N>, lane: usize, step: f64) {
        let increments = method.increments.each_ref().map(Block::lanes);
        let rates = method.quadrature_rates.each_ref().map(Block::lanes);
        let core = method.core;
        // the stages of one state lie in eight places: they are read once for all sums
        let read = |columns: &[&[[f64; N]]; 8], index: usize| columns.map(|column| column[index][lane]);
        let sum = |values: &[f64; 8], weights: &[f64; 8]| values.iter().zip(weights).fold(0.0, |sum, (value, weight)| sum + weight * value);
        let DenseOutput { quadrature_weights, bends, collected } = self;
        for index in 0..core {
            let stages = read(&increments, index);
            for bend in 0..3 {
                bends[bend][index] = sum(&stages, &DENSE[bend]);
                collected[bend][index] = sum(&stages, &quadrature_weights[bend]);
            }
        }
        let time_weights =
            quadrature_weights.map(|weights| step * weights.iter().zip(&TIME_WEIGHTS).map(|(weight, time)| weight * time).sum::<f64>());
        for (index, derivative) in method.time_derivative.lanes()[core..].iter().enumerate() {
            let stages = read(&rates, index);
            for bend in 0..3 {
                bends[bend][core + index] = time_weights[bend] * derivative[lane] + sum(&stages, &quadrature_weights[bend]);
            }
        }
        let entries = &method.jacobian.lanes()[method.quadratures.first_entry..];
        for (&(row, column), entry) in method.quadratures.entries.iter().zip(entries) {
            for bend in 0..3 {
                bends[bend][core + row as usize] += entry[lane] * collected[bend][column as usize];
            }
        }
        bends.iter_mut().flat_map(|bend| &mut bend[core..]).for_each(|value| *value *= step);
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
