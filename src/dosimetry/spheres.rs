//! S-values of unit-density spheres for lesions: 177Lu in soft tissue, log–log interpolation in mass.
//!
//! Source: Olguin et al. 2020, as tabulated in open software. Activity uniform in the sphere, dose averaged over it.

use std::sync::OnceLock;

use super::s_value::{InvalidMass, InvalidSValue, SValue, SValueMethod, checked_mass_g};
use crate::nuclide::Nuclide;

const TABLE: &str = include_str!("spheres/lu177_sphere_S_soft_tissue_olguin2020.csv");
const CITATION: &str = "Olguin et al. 2020, unit-density spheres of soft tissue";

/// The nuclide the table holds for.
pub const NUCLIDE: &str = "Lu-177";

/// Why no sphere S-value could be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SphereError {
    /// The table holds for another nuclide.
    #[error(
        "the sphere table holds for {NUCLIDE} only, asked for {asked}: use the local self-dose (energy over mass) or a table of your own"
    )]
    OtherNuclide {
        /// The nuclide asked for.
        asked: String,
    },
    /// The mass is not a mass.
    #[error(transparent)]
    Mass(#[from] InvalidMass),
    /// The extrapolated value is not a finite number.
    #[error(transparent)]
    Value(#[from] InvalidSValue),
}

/// The tabulated points: mass in g, S in Gy/(Bq s), by rising mass.
pub fn table() -> &'static [(f64, f64)] {
    static POINTS: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    POINTS.get_or_init(|| {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let points: Result<Vec<(f64, f64, f64)>, _> = reader.deserialize().collect();
        let points = points.expect("the embedded table is part of the program and read whole by its tests");
        points.into_iter().map(|(mass_g, gy_per_bq_s, _)| (mass_g, gy_per_bq_s)).collect()
    })
}

/// S of a sphere of `mass_g` that holds its activity uniformly.
///
/// Inside the table the power law between the two neighbours; outside it the power law of the end interval, with `extrapolated`
/// set and a note that says so (below 0.0043 g this over-estimates, because electrons escape more and more).
pub fn sphere_s_value(nuclide: &Nuclide, mass_g: f64) -> Result<SValue, SphereError> {
    if nuclide.name != NUCLIDE {
        return Err(SphereError::OtherNuclide { asked: nuclide.name.clone() });
    }
    let mass_g = checked_mass_g("sphere", mass_g)?;
    let points = table();
    let (first_g, last_g) = (points[0].0, points[points.len() - 1].0);
    let upper = points.partition_point(|&(tabulated_g, _)| tabulated_g < mass_g).clamp(1, points.len() - 1);
    let ((lower_g, lower_s), (upper_g, upper_s)) = (points[upper - 1], points[upper]);
    let slope = crate::math::log(upper_s / lower_s) / crate::math::log(upper_g / lower_g);
    let gy_per_bq_s = lower_s * crate::math::exp(slope * crate::math::log(mass_g / lower_g));
    let mut s_value = SValue::from_gy_per_bq_s(gy_per_bq_s, SValueMethod::Sphere, CITATION)?.with_target_mass_g(mass_g);
    if mass_g < first_g || mass_g > last_g {
        s_value.extrapolated = true;
        let over = if mass_g < first_g { "; electrons escape more than this assumes, so the true value is lower" } else { "" };
        s_value.notes.push(format!(
            "a sphere of {mass_g} g lies outside the table ({first_g} g to {last_g} g): power law of the end interval{over}"
        ));
    }
    Ok(s_value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dosimetry::s_value::SValueUnit;
    use crate::nuclide::{EmittedEnergy, find};

    fn gy_per_bq_s(mass_g: f64) -> f64 {
        sphere_s_value(find("Lu-177").unwrap(), mass_g).unwrap().in_unit(SValueUnit::GyPerBqS)
    }

    /// Rows of Olguin 2020.
    #[test]
    fn tabulated_masses_give_the_tabulated_values() {
        for (mass_g, expected) in [(0.00431, 4.54e-9), (0.116, 1.93e-10), (2.21, 1.06e-11), (34.5, 6.93e-13), (932.0, 2.65e-14)] {
            assert!((gy_per_bq_s(mass_g) / expected - 1.0).abs() < 1e-12, "{mass_g} g");
        }
        assert_eq!(table().len(), 15);
        assert!(table().is_sorted());
    }

    /// Power law in common use, 79.6 (m/1.05)^-0.985 mGy/(MBq h): an independent fit. Over the sizes of lesions it is within 3 %;
    /// beyond 100 g the power law itself misses the tabulated rows (276 g: 0.317 tabulated, 0.329 by the power law).
    #[test]
    fn between_rows_it_follows_the_power_law_in_common_use() {
        for mass_g in [0.2, 1.0, 3.0, 10.0, 20.0, 50.0] {
            let power_law = 79.6 * crate::math::pow(mass_g / 1.05, -0.985);
            let found = sphere_s_value(find("Lu-177").unwrap(), mass_g).unwrap().in_unit(SValueUnit::MgyPerMbqH);
            assert!((found / power_law - 1.0).abs() < 0.03, "{mass_g} g: {found} v {power_law}");
        }
    }

    /// Printed absorbed fractions of the electron energy, S m / Δe: 0.83 in the smallest sphere, 1.04 (photons) in the largest.
    #[test]
    fn absorbed_fractions_are_those_of_the_table() {
        let delta = find("Lu-177").unwrap().energy_constant_gy_kg_per_bq_s(EmittedEnergy::Electrons).unwrap();
        for (mass_g, fraction, half_digit) in [(0.00431, 0.83, 0.005), (0.0146, 0.89, 0.005), (0.116, 0.945, 0.0005), (932.0, 1.04, 0.005)]
        {
            let found = gy_per_bq_s(mass_g) * mass_g * 1e-3 / delta;
            assert!((found - fraction).abs() <= half_digit, "{mass_g} g: {found}");
        }
    }

    #[test]
    fn outside_the_table_it_says_so() {
        let lutetium = find("Lu-177").unwrap();
        for mass_g in [0.001, 2000.0] {
            let found = sphere_s_value(lutetium, mass_g).unwrap();
            assert!(found.extrapolated && found.notes[0].contains("outside the table"), "{found:?}");
        }
        assert!(!sphere_s_value(lutetium, 20.0).unwrap().extrapolated);
    }

    #[test]
    fn other_nuclides_and_impossible_masses_are_refused() {
        assert!(sphere_s_value(find("Y-90").unwrap(), 1.0).unwrap_err().to_string().contains("Y-90"));
        assert!(sphere_s_value(find("Lu-177").unwrap(), 0.0).is_err());
        assert!(sphere_s_value(find("Lu-177").unwrap(), f64::NAN).is_err());
    }
}
