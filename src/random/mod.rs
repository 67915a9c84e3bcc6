//! Counter-based random numbers: a draw is a pure function of (seed, patient, stream, index).
//!
//! Patient 417 of seed 7 is therefore the same patient on one thread or sixteen, in any shard, and when replayed alone. Nothing here holds state:
//! [`philox`] turns an address into 128 bits, [`uniform`] and [`normal`] turn those bits into numbers.

pub mod normal;
pub mod philox;
pub mod uniform;

pub use normal::standard_normal_quantile;
pub use philox::philox4x32_10;
pub use uniform::unit_interval;

/// One patient's numbered random draws for one purpose.
///
/// Two sources that differ in any field are statistically independent. Give every purpose (a parameter, the noise of one scan, …) its own stream
/// or its own range of indices; the same index always answers with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RandomSource {
    /// Seed of the whole run.
    pub seed: u64,
    /// Number of the patient within the run.
    pub patient: u64,
    /// What the draws are for: one number per purpose, chosen by the caller.
    pub stream: u32,
}

impl RandomSource {
    /// A source for `stream` of `patient` in the run `seed`.
    pub fn new(seed: u64, patient: u64, stream: u32) -> Self {
        RandomSource { seed, patient, stream }
    }

    /// 128 random bits of draw `index`, as four 32-bit words.
    pub fn bits(&self, index: u32) -> [u32; 4] {
        let (seed_low, seed_high) = words(self.seed);
        let (patient_low, patient_high) = words(self.patient);
        philox4x32_10([patient_low, patient_high, self.stream, index], [seed_low, seed_high])
    }

    /// Draw `index` as a uniform number strictly between 0 and 1.
    pub fn uniform(&self, index: u32) -> f64 {
        unit_interval(self.bits(index))
    }

    /// Draw `index` as a standard normal number (mean 0, standard deviation 1), by inversion, so that it shares its rank with [`Self::uniform`].
    pub fn standard_normal(&self, index: u32) -> f64 {
        standard_normal_quantile(self.uniform(index))
    }
}

/// Low and high half of a 64-bit word.
fn words(value: u64) -> (u32, u32) {
    ((value & 0xffff_ffff) as u32, (value >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_zeros_gives_the_published_block() {
        // Random123 known-answer file, philox4x32-10, counter and key zero.
        assert_eq!(RandomSource::new(0, 0, 0).bits(0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    #[test]
    fn every_field_of_the_address_changes_the_draw() {
        let base = RandomSource::new(1, 2, 3);
        let reference = base.uniform(4);
        for other in [
            RandomSource::new(9, 2, 3),
            RandomSource::new(1 | 1 << 40, 2, 3),
            RandomSource::new(1, 9, 3),
            RandomSource::new(1, 2 | 1 << 40, 3),
            RandomSource::new(1, 2, 9),
        ] {
            assert_ne!(other.uniform(4), reference);
        }
        assert_ne!(base.uniform(5), reference);
        assert_eq!(RandomSource::new(1, 2, 3).uniform(4), reference);
    }

    #[test]
    fn moments_of_many_draws_are_those_of_the_distributions() {
        // Expected: uniform mean 1/2, variance 1/12; normal mean 0, variance 1, fourth moment 3. Bounds are five standard errors of each moment.
        let count = 200_000_u32;
        let n = f64::from(count);
        let (mut uniform_sum, mut normal_sum, mut normal_squares, mut normal_fourth) = (0.0, 0.0, 0.0, 0.0);
        for patient in 0..u64::from(count) {
            let source = RandomSource::new(20_261_123, patient, 1);
            uniform_sum += source.uniform(0);
            let z = source.standard_normal(1);
            normal_sum += z;
            normal_squares += z * z;
            normal_fourth += z * z * z * z;
        }
        let bound = 5.0 / n.sqrt();
        assert!((uniform_sum / n - 0.5).abs() < bound / 12_f64.sqrt());
        assert!((normal_sum / n).abs() < bound);
        assert!((normal_squares / n - 1.0).abs() < bound * 2_f64.sqrt());
        assert!((normal_fourth / n - 3.0).abs() < bound * 96_f64.sqrt());
    }

    #[test]
    fn neighbouring_draws_are_not_correlated() {
        let count = 100_000_u64;
        let mut along_index = 0.0;
        let mut along_patient = 0.0;
        for patient in 0..count {
            let here = RandomSource::new(3, patient, 0);
            let next = RandomSource::new(3, patient + 1, 0);
            along_index += here.standard_normal(0) * here.standard_normal(1);
            along_patient += here.standard_normal(0) * next.standard_normal(0);
        }
        let bound = 5.0 * (count as f64).sqrt();
        assert!(along_index.abs() < bound && along_patient.abs() < bound);
    }
}
