//! Activity of 90Y resin microspheres before the lung-shunt reduction (recalled: Sirtex, REBOC 2007).
//!
//! Body surface, whole liver: `A [GBq] = (BSA − 0.2) + V_tumour/V_liver`. Lobar: the same with the tumour share of the lobe, times
//! `V_lobe/V_liver`. Empirical: 2.0, 2.5 or 3.0 GBq below 25 %, from 25 to 50 % and above 50 % involvement.
use super::PlanningError;
use super::input::{fraction, part_of, positive};

/// Activity for the whole liver, GBq. `tumour_involvement` is tumour volume over liver volume (tumour included).
pub fn whole_liver_activity_gbq(body_surface_m2: f64, tumour_involvement: f64) -> Result<f64, PlanningError> {
    let m2 = positive("body surface", "m²", body_surface_m2)?;
    let activity_gbq = m2 - 0.2 + fraction("tumour involvement", tumour_involvement)?;
    if m2 > 0.2 { Ok(activity_gbq) } else { Err(PlanningError::BodySurfaceTooSmall { m2 }) }
}

/// Activity for one lobe, GBq; volumes with the tumour in them.
pub fn lobar_activity_gbq(
    body_surface_m2: f64,
    tumour_volume_in_lobe_ml: f64,
    lobe_volume_ml: f64,
    liver_volume_ml: f64,
) -> Result<f64, PlanningError> {
    let tumour = super::input::not_negative("tumour volume in the lobe", "mL", tumour_volume_in_lobe_ml)?;
    let lobe = positive("lobe volume", "mL", lobe_volume_ml)?;
    let liver = positive("liver volume", "mL", liver_volume_ml)?;
    part_of(("tumour volume in the lobe", tumour), ("lobe volume", lobe), "mL")?;
    part_of(("lobe volume", lobe), ("liver volume", liver), "mL")?;
    Ok(whole_liver_activity_gbq(body_surface_m2, tumour / lobe)? * (lobe / liver))
}

/// Activity by the empirical table, GBq. 25 and 50 % belong to the middle row.
pub fn empirical_activity_gbq(tumour_involvement: f64) -> Result<f64, PlanningError> {
    let involvement = fraction("tumour involvement", tumour_involvement)?;
    Ok(match involvement {
        part if part < 0.25 => 2.0,
        part if part <= 0.50 => 2.5,
        _ => 3.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regimen::planning::body_surface::body_surface_area_m2;

    /// At 20 % involvement the two terms of 0.2 cancel: the activity in GBq is the surface in m², 1.8097.
    #[test]
    fn twenty_per_cent_involvement() {
        let m2 = body_surface_area_m2(1.70, 70.0).unwrap();
        assert!((whole_liver_activity_gbq(m2, 0.2).unwrap() - 1.8097).abs() < 1e-4);
    }

    /// By hand: 1000 of 1600 mL, 150 mL of tumour: (1.8 − 0.2 + 0.15) · 0.625 = 1.09375 GBq.
    #[test]
    fn one_lobe() {
        assert!((lobar_activity_gbq(1.8, 150.0, 1000.0, 1600.0).unwrap() - 1.09375).abs() < 1e-12);
        // a lobe that is the liver is the whole liver
        let whole = whole_liver_activity_gbq(1.8, 0.1).unwrap();
        assert!((lobar_activity_gbq(1.8, 160.0, 1600.0, 1600.0).unwrap() - whole).abs() < 1e-12);
    }

    #[test]
    fn the_empirical_table_and_its_borders() {
        for (involvement, activity_gbq) in [(0.0, 2.0), (0.249, 2.0), (0.25, 2.5), (0.50, 2.5), (0.501, 3.0), (1.0, 3.0)] {
            assert_eq!(empirical_activity_gbq(involvement).unwrap(), activity_gbq, "{involvement}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(whole_liver_activity_gbq(1.8, 20.0).is_err());
        assert!(whole_liver_activity_gbq(0.15, 0.9).unwrap_err().to_string().contains("0.15 m²"));
        assert!(lobar_activity_gbq(1.8, 1100.0, 1000.0, 1600.0).unwrap_err().to_string().contains("larger than the lobe volume"));
        assert!(lobar_activity_gbq(1.8, 100.0, 1700.0, 1600.0).unwrap_err().to_string().contains("larger than the liver volume"));
        assert!(empirical_activity_gbq(-0.1).is_err());
    }
}
