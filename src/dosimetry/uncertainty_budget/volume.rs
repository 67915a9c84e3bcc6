//! The volume of a region that was outlined in an image: `u(v)/v = 3 u(d)/d` for a sphere-like region of diameter d.
//!
//! A diameter has two edges. Each is known to a voxel (uniform over its size a: variance a²/12) and to the resolution of the image in which it was
//! drawn (Gaussian, variance FWHM²/(8 ln 2)), hence `u²(d) = a²/6 + FWHM²/(4 ln 2)`.

use super::{InvalidInput, not_negative, positive};
use crate::math::{log, sqrt};

/// How a region was outlined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    /// Equivalent diameter of the region (mm).
    pub diameter_mm: f64,
    /// Size of a voxel of the image in which it was drawn (mm).
    pub voxel_mm: f64,
    /// Resolution of that image, full width at half maximum (mm); 0 where the edge is as sharp as the voxels.
    pub fwhm_mm: f64,
}

/// u(v)/v of an outlined region. Fails on a size that is none.
pub fn volume_uncertainty(outline: &Outline) -> Result<f64, InvalidInput> {
    let diameter = positive("diameter (mm)", outline.diameter_mm)?;
    let voxel = positive("voxel size (mm)", outline.voxel_mm)?;
    let fwhm = not_negative("resolution (mm)", outline.fwhm_mm)?;
    let variance = voxel * voxel / 6.0 + fwhm * fwhm / (4.0 * log(2.0));
    Ok(3.0 * sqrt(variance) / diameter)
}
