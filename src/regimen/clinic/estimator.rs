//! From the scans of a cycle to a dose estimate.
//!
//! Two scans or more: one exponential, or a MAP fit of the whole model ([`super::map_estimator`]). One scan: Hänscheid Ã = A(t)·2t/ln 2; Madsen Ã = A(t) e^(λt)/λ with the
//! population's λ; the same with the patient's own λ from an earlier cycle. None: the last estimate, by activity.
use super::imaging::Scan;
use super::map_estimator::MapProtocol;
use crate::dosimetry::course::DoseTarget;
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::VarianceChoice;
use crate::fit::least_squares::Settings;
use crate::fit::mono_exponential::{ActivityPoint, fit_mono_exponential};
use crate::fit::single_time_point::{haenscheid, known_half_life};
use crate::radiobiology::bed::bed_gy;
use crate::radiobiology::lea_catcheside::protraction_factor_mono_exponential;
use std::collections::BTreeMap;

/// What is done with two scans or more.
#[derive(Clone, Debug, PartialEq)]
pub enum SeveralScans {
    /// One exponential a region.
    MonoExponential,
    /// Maximum a posteriori fit of the model to the scans of the cycle.
    Map(MapProtocol),
}

/// What is done with a single scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SingleScan {
    /// Hänscheid 2018.
    Haenscheid,
    /// The population's half-life (Madsen 2018), by region.
    Madsen,
    /// The patient's own half-life from the last cycle with several scans.
    OwnHalfLife,
}

/// How a dose is estimated.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimator {
    /// Several scans.
    pub several: SeveralScans,
    /// One scan.
    pub single: SingleScan,
    /// Effective half-lives of the population (h) by region.
    pub half_lives_h: BTreeMap<String, f64>,
}

impl Default for Estimator {
    fn default() -> Self {
        Estimator { several: SeveralScans::MonoExponential, single: SingleScan::Haenscheid, half_lives_h: BTreeMap::new() }
    }
}

/// The clinic's estimate of one target in one cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseEstimate {
    /// Absorbed dose (Gy).
    pub absorbed_gy: f64,
    /// Its standard error from the scan CV that the clinic takes as known (Gy).
    pub standard_error_gy: Option<f64>,
    /// Effective half-life (h) of the region that gives the most of the dose.
    pub effective_half_life_h: f64,
    /// Lea–Catcheside factor of a mono-exponential, where the target has a repair half-time.
    pub protraction_factor: Option<f64>,
    /// BED (Gy), where the target has radiobiology.
    pub bed_gy: Option<f64>,
    /// By what method.
    pub method: &'static str,
}

/// What the scans of one region say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RegionEstimate {
    /// Time-integrated activity (MBq·h).
    pub cumulated_mbq_h: f64,
    /// Its standard error (MBq·h).
    pub standard_error_mbq_h: Option<f64>,
    /// Effective half-life (h).
    pub half_life_h: f64,
    /// By what method.
    pub method: &'static str,
}

impl Estimator {
    /// The time-integrated activity of a region from its scans in one cycle. `own_half_life_h`: the patient's own from an earlier cycle.
    pub(crate) fn region(
        &self,
        scans: &[Scan],
        scan_cv: f64,
        own_half_life_h: Option<f64>,
        slowest_decay_per_h: Option<f64>,
    ) -> Result<RegionEstimate, String> {
        match scans {
            [] => Err("no scan".into()),
            [one] => self.single(one, scan_cv, own_half_life_h),
            several => mono_exponential(several, scan_cv, slowest_decay_per_h),
        }
    }

    fn single(&self, scan: &Scan, scan_cv: f64, own_half_life_h: Option<f64>) -> Result<RegionEstimate, String> {
        let population = || {
            let found = self.half_lives_h.get(&scan.region).copied();
            found.ok_or_else(|| format!("no population half-life of `{}`", scan.region))
        };
        let by_half_life = |half_life_h: f64, method| RegionEstimate {
            cumulated_mbq_h: known_half_life(scan.measured_mbq, scan.time_h, half_life_h),
            standard_error_mbq_h: Some(scan_cv * known_half_life(scan.measured_mbq, scan.time_h, half_life_h)),
            half_life_h,
            method,
        };
        Ok(match (self.single, own_half_life_h) {
            (SingleScan::OwnHalfLife, Some(own)) => by_half_life(own, "one scan, own half-life"),
            // before the patient's own is known the population's has to serve
            (SingleScan::OwnHalfLife, None) | (SingleScan::Madsen, _) => by_half_life(population()?, "one scan, population half-life"),
            (SingleScan::Haenscheid, _) => RegionEstimate {
                cumulated_mbq_h: haenscheid(scan.measured_mbq, scan.time_h),
                standard_error_mbq_h: Some(scan_cv * haenscheid(scan.measured_mbq, scan.time_h)),
                // the half-life at which the method is exact and the scan lies at two half-lives
                half_life_h: own_half_life_h.unwrap_or(scan.time_h / 2.0),
                method: "one scan, Hänscheid",
            },
        })
    }

    /// The dose to `target` from what is known of its source regions: (region, estimate, mass that the clinic takes relative to that of the S-value).
    pub(crate) fn dose(&self, target: &DoseTarget, regions: &[(String, RegionEstimate, f64)]) -> Option<DoseEstimate> {
        let mut absorbed_gy = 0.0;
        let mut variance = Some(0.0);
        let mut main: Option<(f64, RegionEstimate)> = None;
        for (region, s_value) in &target.terms {
            let Some((_, estimate, outline)) = regions.iter().find(|(name, _, _)| name == region) else { continue };
            // the outline is taken for the mass of the target's own region
            let s_gy = if *region == target.name { s_value.gy_per_mbq_h / outline } else { s_value.gy_per_mbq_h };
            let part_gy = estimate.cumulated_mbq_h * s_gy;
            absorbed_gy += part_gy;
            variance = variance.zip(estimate.standard_error_mbq_h).map(|(sum, error)| sum + (error * s_gy) * (error * s_gy));
            if main.is_none_or(|(largest, _)| part_gy > largest) {
                main = Some((part_gy, *estimate));
            }
        }
        let (_, main) = main?;
        let protraction_factor =
            target.repair.map(|repair| protraction_factor_mono_exponential(main.half_life_h, repair.repair_half_time_h));
        Some(DoseEstimate {
            absorbed_gy,
            standard_error_gy: variance.map(f64::sqrt),
            effective_half_life_h: main.half_life_h,
            protraction_factor,
            bed_gy: target.repair.zip(protraction_factor).map(|(repair, factor)| bed_gy(absorbed_gy, factor, repair.alpha_beta_gy)),
            method: main.method,
        })
    }
}

impl DoseEstimate {
    /// The same patient given another activity, where nothing was measured.
    pub fn by_activity(&self, factor: f64, repair: Option<crate::dosimetry::course::Repair>) -> DoseEstimate {
        let absorbed_gy = self.absorbed_gy * factor;
        DoseEstimate {
            absorbed_gy,
            standard_error_gy: self.standard_error_gy.map(|error| error * factor),
            bed_gy: repair.zip(self.protraction_factor).map(|(repair, g)| bed_gy(absorbed_gy, g, repair.alpha_beta_gy)),
            method: "as before, by activity",
            ..self.clone()
        }
    }
}

fn mono_exponential(scans: &[Scan], scan_cv: f64, slowest_decay_per_h: Option<f64>) -> Result<RegionEstimate, String> {
    let points: Vec<ActivityPoint> = scans
        .iter()
        .enumerate()
        .map(|(row, scan)| ActivityPoint { row: row as u64 + 1, time_h: scan.time_h, activity_mbq: scan.measured_mbq })
        .collect();
    // a clinic without scan noise weighs all scans alike
    let error = ErrorModel::LogNormal { coefficient_of_variation: if scan_cv > 0.0 { scan_cv } else { 0.1 } };
    let settings = Settings { variance: VarianceChoice::Given, ..Settings::default() };
    let fit = fit_mono_exponential(&points, &error, slowest_decay_per_h, &settings).map_err(|error| error.to_string())?;
    Ok(RegionEstimate {
        cumulated_mbq_h: fit.time_integrated_activity_mbq_h.value,
        standard_error_mbq_h: fit.time_integrated_activity_mbq_h.standard_error,
        half_life_h: fit.effective_half_life_h.value,
        method: "one exponential",
    })
}
