//! Noisy scans of a region at protocol times.
//!
//! A scan reads `true activity × calibration × e^(σ z) × R(v)/R(v′)` with σ = √ln(1 + cv²) (log-normal). The calibration error is one draw a patient, shared by all
//! scans. Where the region's volume is outlined (v′ = v e^(σ_v z), one draw a cycle) and recovery R(v) = 1/(1 + (v50/v)^b) matters, the clinic corrects with the
//! recovery of the volume that it sees, and takes that volume for the mass: S scales with v/v′.
use super::Clinic;
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::{exp, pow};
use crate::random::RandomSource;
use crate::units::MINUTES_PER_HOUR;

/// Stream of the calibration error; cycles use the streams from 0 on.
const CALIBRATION_STREAM: u32 = u32::MAX;
/// Stream of the outlines.
const VOLUME_STREAM: u32 = u32::MAX - 1;
/// Draws that each region has in a cycle's stream.
const DRAWS_A_REGION: u32 = 64;

/// In which cycles something is done.
#[derive(Clone, Debug, PartialEq)]
pub enum WhichCycles {
    /// In every one.
    All,
    /// In the first only.
    First,
    /// In these (from 1).
    These(Vec<usize>),
}

impl WhichCycles {
    /// Whether cycle `number` (from 1) is among them.
    pub fn holds(&self, number: usize) -> bool {
        match self {
            WhichCycles::All => true,
            WhichCycles::First => number == 1,
            WhichCycles::These(numbers) => numbers.contains(&number),
        }
    }
}

/// Recovery by volume, R(v) = 1/(1 + (v50/v)^b).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecoveryCurve {
    /// Volume whose recovery is one half (mL).
    pub v50_ml: f64,
    /// Exponent b.
    pub exponent: f64,
}

impl RecoveryCurve {
    /// Recovery of a volume (mL).
    pub fn at(&self, volume_ml: f64) -> f64 {
        1.0 / (1.0 + pow(self.v50_ml / volume_ml, self.exponent))
    }
}

/// What is scanned of one region.
#[derive(Clone, Debug, PartialEq)]
pub struct ImagingProtocol {
    /// The region of interest.
    pub region: String,
    /// Times after the administration (min), rising.
    pub scans_min: Vec<f64>,
    /// In which cycles.
    pub cycles: WhichCycles,
    /// Times in the other cycles (min); empty: not scanned there.
    pub other_scans_min: Vec<f64>,
    /// Coefficient of variation of one scan.
    pub scan_cv: f64,
    /// Coefficient of variation of the outlined volume, one draw a cycle.
    pub volume_cv: f64,
    /// Recovery, with the region's true volume at the start (mL).
    pub recovery: Option<(RecoveryCurve, f64)>,
}

impl ImagingProtocol {
    /// Scan times (min) of cycle `number` (from 1).
    pub fn times_min(&self, number: usize) -> &[f64] {
        if self.cycles.holds(number) { &self.scans_min } else { &self.other_scans_min }
    }
}

/// One scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// The region.
    pub region: String,
    /// Time after the administration (h).
    pub time_h: f64,
    /// What was there (MBq).
    pub true_mbq: f64,
    /// What the scan reads, as the clinic corrects it (MBq).
    pub measured_mbq: f64,
}

impl Clinic {
    /// What the scans of a region read in cycle `number` (from 1), given the true activities (MBq) at the scan times and how the region's
    /// volume compares with that at the start. Also the mass that the clinic takes for the region, relative to that of its S-value: what it outlines, or 1 where it
    /// outlines nothing.
    pub fn scan(&self, patient: u64, position: usize, number: usize, true_mbq: &[f64], volume_ratio: f64) -> (Vec<Scan>, f64) {
        let protocol = &self.imaging[position];
        let calibration_sd = logarithmic_standard_deviation(self.calibration_cv);
        let calibration = RandomSource::new(self.seed, patient, CALIBRATION_STREAM).standard_normal(0) * calibration_sd;
        let scan_sd = logarithmic_standard_deviation(protocol.scan_cv);
        let cycle = (number - 1) as u32;
        let noise = RandomSource::new(self.seed, patient, cycle);
        let outline_draw = RandomSource::new(self.seed, patient, VOLUME_STREAM).standard_normal(cycle * DRAWS_A_REGION + position as u32);
        let outline = exp(logarithmic_standard_deviation(protocol.volume_cv) * outline_draw);
        let recovered = protocol.recovery.map_or(1.0, |(curve, volume_ml)| {
            let volume_ml = volume_ml * volume_ratio;
            curve.at(volume_ml) / curve.at(volume_ml * outline)
        });
        let first = position as u32 * DRAWS_A_REGION;
        let scans = protocol
            .times_min(number)
            .iter()
            .zip(true_mbq)
            .enumerate()
            .map(|(scan, (time_min, true_mbq))| Scan {
                region: protocol.region.clone(),
                time_h: time_min / MINUTES_PER_HOUR,
                true_mbq: *true_mbq,
                measured_mbq: true_mbq * recovered * exp(calibration + scan_sd * noise.standard_normal(first + scan as u32)),
            })
            .collect();
        let outlined = protocol.volume_cv > 0.0 || protocol.recovery.is_some();
        (scans, if outlined { outline * volume_ratio } else { 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R(v50) = 1/2 whatever the exponent; by hand R(8 mL) = 1/(1 + (2/8)^1) = 0.8.
    #[test]
    fn recovery_by_volume() {
        assert_eq!(RecoveryCurve { v50_ml: 2.0, exponent: 0.7 }.at(2.0), 0.5);
        assert!((RecoveryCurve { v50_ml: 2.0, exponent: 1.0 }.at(8.0) - 0.8).abs() < 1e-15);
    }

    #[test]
    fn cycles_of_a_protocol() {
        assert!(WhichCycles::First.holds(1) && !WhichCycles::First.holds(2));
        assert!(WhichCycles::These(vec![1, 4]).holds(4) && WhichCycles::All.holds(9));
    }
}
