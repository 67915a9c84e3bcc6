//! The simulated clinic: noisy scans of one region at protocol times, and the mono-exponential dose estimate made from them.
//!
//! A scan reads `true activity × calibration × e^(σ z)` with σ = √ln(1 + cv²) (log-normal); the calibration error is one draw a patient, shared
//! by all scans. Draws are addressed by (seed, cycle, scan), so that every arm of a patient meets the same noise.
use crate::dosimetry::course::DoseTarget;
use crate::dosimetry::s_value::SValue;
use crate::fit::error_model::{ErrorModel, logarithmic_standard_deviation};
use crate::fit::estimate::VarianceChoice;
use crate::fit::least_squares::Settings;
use crate::fit::mono_exponential::{ActivityPoint, fit_mono_exponential};
use crate::random::RandomSource;
use crate::units::MINUTES_PER_HOUR;

/// Stream of the calibration error; cycles use the streams from 0 on.
const CALIBRATION_STREAM: u32 = u32::MAX;

/// What the clinic measures in every cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct Clinic {
    /// The region of interest that is scanned.
    pub region: String,
    /// Times after the administration (min), rising.
    pub scans_min: Vec<f64>,
    /// Coefficient of variation of one scan.
    pub scan_cv: f64,
    /// Coefficient of variation of the calibration, shared by all scans of a patient.
    pub calibration_cv: f64,
    /// Seed of the noise.
    pub seed: u64,
}

/// One scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scan {
    /// Time after the administration (h).
    pub time_h: f64,
    /// What was there (MBq).
    pub true_mbq: f64,
    /// What the scan reads (MBq).
    pub measured_mbq: f64,
}

/// The clinic's estimate of one cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseEstimate {
    /// Absorbed dose (Gy).
    pub absorbed_gy: f64,
    /// Its standard error from the scan CV that the clinic takes as known (Gy).
    pub standard_error_gy: Option<f64>,
    /// Effective half-life (h).
    pub effective_half_life_h: f64,
    /// Lea–Catcheside factor of the fitted mono-exponential, where the target has a repair half-time.
    pub protraction_factor: Option<f64>,
    /// BED (Gy), where the target has radiobiology.
    pub bed_gy: Option<f64>,
}

impl Clinic {
    /// The self-dose term of a target: the one whose source is the region that the clinic scans.
    pub fn term<'t>(&self, target: &'t DoseTarget) -> Option<&'t SValue> {
        target.terms.iter().find(|(region, _)| *region == self.region).map(|(_, s_value)| s_value)
    }

    /// What the scans of a cycle read, given the true activities (MBq) at the scan times.
    pub fn scan(&self, patient: u64, cycle: usize, true_mbq: &[f64]) -> Vec<Scan> {
        let calibration_sd = logarithmic_standard_deviation(self.calibration_cv);
        let calibration = RandomSource::new(self.seed, patient, CALIBRATION_STREAM).standard_normal(0) * calibration_sd;
        let scan_sd = logarithmic_standard_deviation(self.scan_cv);
        let noise = RandomSource::new(self.seed, patient, cycle as u32);
        self.scans_min
            .iter()
            .zip(true_mbq)
            .enumerate()
            .map(|(scan, (time_min, true_mbq))| Scan {
                time_h: time_min / MINUTES_PER_HOUR,
                true_mbq: *true_mbq,
                measured_mbq: true_mbq * crate::math::exp(calibration + scan_sd * noise.standard_normal(scan as u32)),
            })
            .collect()
    }

    /// The dose to `target` that the clinic estimates from its scans.
    ///
    /// # Errors
    /// A sentence saying why no estimate could be made.
    pub fn estimate(&self, scans: &[Scan], target: &DoseTarget, slowest_decay_per_h: Option<f64>) -> Result<DoseEstimate, String> {
        let s_value = self.term(target).ok_or_else(|| format!("`{}` is no source of `{}`", self.region, target.name))?;
        let points: Vec<ActivityPoint> = scans
            .iter()
            .enumerate()
            .map(|(row, scan)| ActivityPoint { row: row as u64 + 1, time_h: scan.time_h, activity_mbq: scan.measured_mbq })
            .collect();
        // a clinic without scan noise weighs all scans alike
        let error = ErrorModel::LogNormal { coefficient_of_variation: if self.scan_cv > 0.0 { self.scan_cv } else { 0.1 } };
        let settings = Settings { variance: VarianceChoice::Given, ..Settings::default() };
        let fit = fit_mono_exponential(&points, &error, slowest_decay_per_h, &settings).map_err(|error| error.to_string())?;
        let cumulated = fit.time_integrated_activity_mbq_h;
        let half_life_h = fit.effective_half_life_h.value;
        let absorbed_gy = cumulated.value * s_value.gy_per_mbq_h;
        let protraction_factor = target
            .repair
            .map(|repair| crate::radiobiology::lea_catcheside::protraction_factor_mono_exponential(half_life_h, repair.repair_half_time_h));
        let bed_gy = target
            .repair
            .zip(protraction_factor)
            .map(|(repair, factor)| crate::radiobiology::bed::bed_gy(absorbed_gy, factor, repair.alpha_beta_gy));
        Ok(DoseEstimate {
            absorbed_gy,
            standard_error_gy: cumulated.standard_error.map(|error| error * s_value.gy_per_mbq_h),
            effective_half_life_h: half_life_h,
            protraction_factor,
            bed_gy,
        })
    }
}
