//! Measuring of lesions: volumes with error at the days of planned cycles.
use super::Clinic;
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::exp;
use crate::random::RandomSource;

/// Stream of the errors of size.
const SIZE_STREAM: u32 = 2_000_000;

/// How lesions are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeProtocol {
    /// Assessed before every n-th cycle (1: before each).
    pub every_cycles: usize,
    /// Coefficient of variation of a volume.
    pub cv: f64,
}

impl Clinic {
    /// Measured volumes (mL) of assessment `number` (from 0).
    pub fn measure_sizes(&self, patient: u64, number: usize, true_ml: &[f64]) -> Option<Vec<f64>> {
        let protocol = self.sizes.as_ref()?;
        let sd = logarithmic_standard_deviation(protocol.cv);
        let noise = RandomSource::new(self.seed, patient, SIZE_STREAM);
        let draw = |lesion: usize| noise.standard_normal((number * 1000 + lesion) as u32);
        Some(true_ml.iter().enumerate().map(|(lesion, volume)| volume * exp(sd * draw(lesion))).collect())
    }
}
