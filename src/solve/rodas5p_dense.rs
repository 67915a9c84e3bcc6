//! The state inside a step of Rodas5P: the interpolation of order 4 that belongs to the method (coefficients in `rodas5p_tableau`).

use super::rodas5p::{Stages, weighted_sum};
use super::rodas5p_tableau::{DENSE, quadrature_weights};

/// Interpolation of one step at a time.
#[derive(Debug, Clone)]
pub(crate) struct DenseOutput {
    core: usize,
    quadrature_weights: [[f64; 8]; 3],
    bends: [Vec<f64>; 3],
}

impl DenseOutput {
    pub(crate) fn new(core: usize, state_count: usize) -> DenseOutput {
        DenseOutput {
            core,
            quadrature_weights: DENSE.map(|weights| quadrature_weights(&weights)),
            bends: std::array::from_fn(|_| vec![0.0; state_count]),
        }
    }

    /// Reads the stages of the step that was just accepted. `scratch` has the length of the core.
    pub(crate) fn prepare(&mut self, stages: &Stages, step: f64, scratch: &mut [f64]) {
        for ((bend, weights), for_quadratures) in self.bends.iter_mut().zip(&DENSE).zip(&self.quadrature_weights) {
            let (core, quadratures) = bend.split_at_mut(self.core);
            core.fill(0.0);
            weighted_sum::<8>(core, weights, &stages.increments);
            stages.combine_quadratures(step, for_quadratures, scratch, quadratures);
        }
    }

    /// Appends the state at the fraction `fraction` of the step from `before` to `after`.
    pub(crate) fn append(&self, fraction: f64, before: &[f64], after: &[f64], sampled: &mut Vec<f64>) {
        let rest = 1.0 - fraction;
        let [first, second, third] = &self.bends;
        sampled.extend(before.iter().zip(after).enumerate().map(|(index, (before, after))| {
            rest * before + fraction * (after + rest * (first[index] + fraction * (second[index] + fraction * third[index])))
        }));
    }
}
