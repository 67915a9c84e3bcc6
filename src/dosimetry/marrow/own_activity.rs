//! Time-integrated activity of the red marrow itself: from the blood or from an image.
//!
//! Blood: `Ã_RM = C̃_blood · RMBLR · m_RM`, `RMBLR = RMECFF/(1 − HCT)` with RMECFF 0.19 for proteins (read: abstract of Sgouros 1993), or 1 for small
//! peptides, which reach the marrow as they reach blood and do not bind to stem cells (read: Forrer 2009). One mL of marrow weighs 1 g. Image: the
//! activity of a region over the share of all marrow in it, or a concentration times the marrow mass; bone metastases in the region are not told
//! apart.
use super::{MarrowError, not_negative, positive};

/// Extracellular fluid fraction of red marrow (Sgouros 1993).
pub const MARROW_EXTRACELLULAR_FLUID_FRACTION: f64 = 0.19;

/// How the marrow's own activity was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarrowMethod {
    /// From the concentration in blood.
    Blood,
    /// From a region with marrow in it in images.
    Image,
}

impl MarrowMethod {
    /// Words for reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::Blood => "blood method",
            Self::Image => "by image",
        }
    }
}

/// Time-integrated activity of the red marrow with its method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarrowActivity {
    /// Ã of all red marrow, MBq h.
    pub mbq_h: f64,
    /// Where it comes from.
    pub method: MarrowMethod,
}

/// Red-marrow-to-blood ratio `RMECFF/(1 − HCT)`; both are fractions.
pub fn marrow_to_blood_ratio(hematocrit: f64, extracellular_fluid_fraction: f64) -> Result<f64, MarrowError> {
    let within = |what, value: f64| if (0.0..1.0).contains(&value) { Ok(value) } else { Err(MarrowError::NotAFraction { what, value }) };
    Ok(within("the extracellular fluid fraction", extracellular_fluid_fraction)? / (1.0 - within("the hematocrit", hematocrit)?))
}

/// By blood: `blood_mbq_h_per_ml` is the time-integrated concentration of whole blood; `ratio` is [`marrow_to_blood_ratio`], or 1 for small peptides.
pub fn from_blood(blood_mbq_h_per_ml: f64, ratio: f64, marrow_mass_g: f64) -> Result<MarrowActivity, MarrowError> {
    let concentration = not_negative("the time-integrated concentration of the blood", "MBq h/mL", blood_mbq_h_per_ml)?;
    let ratio = positive("the marrow-to-blood ratio", "1", ratio)?;
    let mbq_h = concentration * ratio * positive("the marrow mass", "g", marrow_mass_g)?;
    Ok(MarrowActivity { mbq_h, method: MarrowMethod::Blood })
}

/// By image: a region (vertebrae, hip) with `region_mbq_h` that holds `share_of_marrow` of all red marrow.
pub fn from_image_region(region_mbq_h: f64, share_of_marrow: f64) -> Result<MarrowActivity, MarrowError> {
    if !(share_of_marrow > 0.0 && share_of_marrow <= 1.0) {
        return Err(MarrowError::NotAFraction { what: "the region's share of the marrow", value: share_of_marrow });
    }
    let mbq_h = not_negative("the time-integrated activity of the marrow region", "MBq h", region_mbq_h)? / share_of_marrow;
    Ok(MarrowActivity { mbq_h, method: MarrowMethod::Image })
}

/// By image: time-integrated concentration of a marrow region, corrected for the recovery `recovery_coefficient` (1 where there is nothing to correct).
pub fn from_image_concentration(mbq_h_per_g: f64, recovery_coefficient: f64, marrow_mass_g: f64) -> Result<MarrowActivity, MarrowError> {
    let concentration = not_negative("the time-integrated concentration of the marrow region", "MBq h/g", mbq_h_per_g)?;
    let recovery = positive("the recovery coefficient", "1", recovery_coefficient)?;
    let mbq_h = concentration / recovery * positive("the marrow mass", "g", marrow_mass_g)?;
    Ok(MarrowActivity { mbq_h, method: MarrowMethod::Image })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sgouros 1993, abstract: 0.36 at a hematocrit of 0.47. By hand 0.19/0.53 = 0.35849.
    #[test]
    fn ratio_of_sgouros() {
        let found = marrow_to_blood_ratio(0.47, MARROW_EXTRACELLULAR_FLUID_FRACTION).unwrap();
        assert!((found - 0.36).abs() < 0.005, "{found}");
        assert!((found - 0.358_491).abs() < 1e-6);
    }

    /// A peptide at 0.5 MBq h/mL in 1000 g of marrow is 500 MBq h; a protein at HCT 0.47 0.358491 of it.
    #[test]
    fn peptide_and_protein() {
        let peptide = from_blood(0.5, 1.0, 1000.0).unwrap();
        assert!((peptide.mbq_h - 500.0).abs() < 1e-10);
        let protein = from_blood(0.5, marrow_to_blood_ratio(0.47, 0.19).unwrap(), 1000.0).unwrap();
        assert!((protein.mbq_h - 179.2453).abs() < 1e-3);
        assert_eq!(protein.method.words(), "blood method");
    }

    /// 30 MBq h in a region with 6 % of the marrow are 500 MBq h; so are 0.39 MBq h/g at a recovery of 0.78 in 1000 g.
    #[test]
    fn two_ways_from_an_image() {
        let region = from_image_region(30.0, 0.06).unwrap();
        let concentration = from_image_concentration(0.39, 0.78, 1000.0).unwrap();
        assert!((region.mbq_h - 500.0).abs() < 1e-9 && (concentration.mbq_h - 500.0).abs() < 1e-9);
        assert_eq!((region.method, concentration.method), (MarrowMethod::Image, MarrowMethod::Image));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(marrow_to_blood_ratio(1.0, 0.19).is_err());
        assert!(marrow_to_blood_ratio(47.0, 0.19).unwrap_err().to_string().contains("hematocrit"));
        assert!(marrow_to_blood_ratio(0.47, 19.0).is_err() && marrow_to_blood_ratio(f64::NAN, 0.19).is_err());
        assert!(from_blood(-0.1, 1.0, 1000.0).is_err() && from_blood(0.1, 0.0, 1000.0).is_err() && from_blood(0.1, 1.0, 0.0).is_err());
        assert!(
            from_image_region(30.0, 0.0).is_err() && from_image_region(30.0, 6.0).is_err() && from_image_region(30.0, f64::NAN).is_err()
        );
        assert!(from_image_concentration(0.39, 0.0, 1000.0).is_err());
    }
}
