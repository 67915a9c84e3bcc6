//! Response in the manner of RECIST 1.1 on diameters of equivalent spheres: −30 % from baseline, +20 % and 5 mm from the nadir.
//!
//! Differences from RECIST: diameters of spheres, every lesion a target, no lymph-node rule, no new lesions.

/// Best known category of a time point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Response {
    /// Nothing left to measure.
    Complete,
    /// Sum of diameters at least 30 % below baseline.
    Partial,
    /// Neither.
    Stable,
    /// Sum of diameters at least 20 % and 5 mm above the nadir.
    Progressive,
}

impl Response {
    /// Words for a table.
    pub fn words(self) -> &'static str {
        match self {
            Self::Complete => "complete response",
            Self::Partial => "partial response",
            Self::Stable => "stable disease",
            Self::Progressive => "progressive disease",
        }
    }
}

/// Diameter of the sphere of `volume_ml`, mm.
pub fn equivalent_diameter_mm(volume_ml: f64) -> f64 {
    10.0 * crate::math::cbrt(6.0 * volume_ml.max(0.0) / std::f64::consts::PI)
}

/// Sum of the equivalent diameters, mm: what the caller keeps the lowest of as `nadir_sum_mm` (baseline included).
pub fn sum_of_diameters_mm(volumes_ml: &[f64]) -> f64 {
    volumes_ml.iter().map(|volume_ml| equivalent_diameter_mm(*volume_ml)).sum()
}

/// The response now; progression from the nadir goes before partial response from baseline.
pub fn recist(baseline_ml: &[f64], nadir_sum_mm: f64, now_ml: &[f64]) -> Response {
    recist_of_sums(sum_of_diameters_mm(baseline_ml), nadir_sum_mm, sum_of_diameters_mm(now_ml))
}

/// The same from sums of diameters (mm).
pub fn recist_of_sums(baseline_mm: f64, nadir_mm: f64, now_mm: f64) -> Response {
    if now_mm - nadir_mm >= 5.0 && now_mm >= 1.2 * nadir_mm {
        Response::Progressive
    } else if now_mm == 0.0 && baseline_mm > 0.0 {
        Response::Complete
    } else if baseline_mm > 0.0 && now_mm <= 0.7 * baseline_mm {
        Response::Partial
    } else {
        Response::Stable
    }
}
