//! The simulated clinic: what it images, samples and estimates. It is all that a rule can know.
//!
//! [`imaging`]: noisy scans at protocol times; [`estimator`]: from scans to a dose estimate; [`laboratory`]: blood counts, clearance and symptoms; [`sizes`]: lesions.
//! Draws are addressed by (seed, patient, purpose, number), so that every arm of a patient meets the same noise.
mod estimator;
mod imaging;
mod laboratory;
mod map_estimator;
mod sizes;

#[cfg(test)]
mod estimator_tests;
#[cfg(test)]
mod imaging_tests;

pub use estimator::{DoseEstimate, Estimator, SeveralScans, SingleScan};
pub use imaging::{ImagingProtocol, RecoveryCurve, Scan, WhichCycles};
pub use laboratory::{Analyte, LaboratoryProtocol};
pub use map_estimator::{MapParameter, MapProtocol};
pub use sizes::SizeProtocol;

/// What the clinic measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Clinic {
    /// Seed of all noise.
    pub seed: u64,
    /// Coefficient of variation of the calibration, shared by all scans of a patient.
    pub calibration_cv: f64,
    /// What is scanned and when.
    pub imaging: Vec<ImagingProtocol>,
    /// How a dose is estimated from the scans.
    pub estimator: Estimator,
    /// Blood samples and symptoms.
    pub laboratory: Option<LaboratoryProtocol>,
    /// Measuring of lesions.
    pub sizes: Option<SizeProtocol>,
    /// Nights in a bed for each administration: workload.
    pub nights_per_cycle: f64,
}

impl Clinic {
    /// The protocol of a region.
    pub fn protocol(&self, region: &str) -> Option<&ImagingProtocol> {
        self.imaging.iter().find(|protocol| protocol.region == region)
    }
}
