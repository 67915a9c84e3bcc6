//! The remainder of the body: what is left of the whole body beside marrow and source organs, and its S-value.
//!
//! `Ã_RB = Ã_TB − Ã_RM − Σ Ã_h`, `m_RB = m_TB − m_RM − Σ m_h`,
//! `S(RM←RB) = S(RM←TB) m_TB/m_RB − S(RM←RM) m_RM/m_RB − Σ S(RM←h) m_h/m_RB`: a total-body S-value speaks of activity spread evenly over all masses,
//! from which the parts that are counted on their own are taken out (remainder-of-body correction of MIRD).
use super::{MarrowError, not_negative, positive};

/// An organ that holds activity of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOrgan {
    /// Its name.
    pub name: String,
    /// Time-integrated activity, MBq h.
    pub mbq_h: f64,
    /// S-value marrow ← organ, Gy/(MBq h).
    pub s_gy_per_mbq_h: f64,
    /// Mass of the organ that the S-values speak of, g.
    pub mass_g: f64,
}

/// The whole body and its marrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Time-integrated activity of the whole body, MBq h.
    pub total_mbq_h: f64,
    /// Mass of the whole body, g.
    pub total_mass_g: f64,
    /// Mass of the red marrow, g.
    pub marrow_mass_g: f64,
    /// S-value marrow ← marrow, Gy/(MBq h).
    pub s_self_gy_per_mbq_h: f64,
    /// S-value marrow ← total body, Gy/(MBq h).
    pub s_total_gy_per_mbq_h: f64,
}

/// What is left of the body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remainder {
    /// Time-integrated activity, MBq h.
    pub mbq_h: f64,
    /// Mass, g.
    pub mass_g: f64,
    /// S-value marrow ← remainder, Gy/(MBq h).
    pub s_gy_per_mbq_h: f64,
}

/// The remainder of `body` beside a marrow with `marrow_mbq_h` and the `organs`.
pub fn remainder_of_body(body: &Body, marrow_mbq_h: f64, organs: &[SourceOrgan]) -> Result<Remainder, MarrowError> {
    let total_mass_g = positive("the mass of the whole body", "g", body.total_mass_g)?;
    let marrow_mass_g = positive("the marrow mass", "g", body.marrow_mass_g)?;
    let total_mbq_h = not_negative("the time-integrated activity of the whole body", "MBq h", body.total_mbq_h)?;
    let s_self = not_negative("the S-value marrow ← marrow", "Gy/(MBq h)", body.s_self_gy_per_mbq_h)?;
    let s_total = not_negative("the S-value marrow ← total body", "Gy/(MBq h)", body.s_total_gy_per_mbq_h)?;
    let mut parts_g = marrow_mass_g;
    let mut parts_mbq_h = not_negative("the time-integrated activity of the marrow", "MBq h", marrow_mbq_h)?;
    let mut s_mass = s_total * total_mass_g - s_self * marrow_mass_g;
    for organ in organs {
        let mass_g = positive(&format!("the mass of {}", organ.name), "g", organ.mass_g)?;
        parts_g += mass_g;
        parts_mbq_h += not_negative(&format!("the time-integrated activity of {}", organ.name), "MBq h", organ.mbq_h)?;
        s_mass -= not_negative(&format!("the S-value marrow ← {}", organ.name), "Gy/(MBq h)", organ.s_gy_per_mbq_h)? * mass_g;
    }
    let mass_g = total_mass_g - parts_g;
    if mass_g <= 0.0 {
        return Err(MarrowError::NoRemainderMass { parts_g, body_g: total_mass_g });
    }
    let mbq_h = total_mbq_h - parts_mbq_h;
    if mbq_h < 0.0 {
        return Err(MarrowError::NoRemainderActivity { parts_mbq_h, body_mbq_h: total_mbq_h });
    }
    let s_gy_per_mbq_h = s_mass / mass_g;
    if s_gy_per_mbq_h < 0.0 {
        return Err(MarrowError::InconsistentSValues { gy_per_mbq_h: s_gy_per_mbq_h });
    }
    Ok(Remainder { mbq_h, mass_g, s_gy_per_mbq_h })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Round numbers, not a phantom: 60 kg body, 1 kg marrow, 0.3 kg kidneys, 1.7 kg liver.
    pub fn example() -> (Body, Vec<SourceOrgan>) {
        let body = Body {
            total_mbq_h: 50_000.0,
            total_mass_g: 60_000.0,
            marrow_mass_g: 1000.0,
            s_self_gy_per_mbq_h: 40e-6,
            s_total_gy_per_mbq_h: 1e-6,
        };
        let organ = |name: &str, mbq_h, mass_g| SourceOrgan { name: name.into(), mbq_h, s_gy_per_mbq_h: 1e-7, mass_g };
        (body, vec![organ("kidneys", 3000.0, 300.0), organ("liver", 6500.0, 1700.0)])
    }

    /// By hand: m_RB = 57 000 g; S·m = 0.060 − 0.040 − 0.0002 = 0.0198, over 57 000: 3.473684e-7; Ã = 50 000 − 500 − 9500 = 40 000.
    #[test]
    fn round_numbers_by_hand() {
        let (body, organs) = example();
        let found = remainder_of_body(&body, 500.0, &organs).unwrap();
        assert!((found.mbq_h - 40_000.0).abs() < 1e-9 && (found.mass_g - 57_000.0).abs() < 1e-9);
        assert!((found.s_gy_per_mbq_h / 3.473_684e-7 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (body, organs) = example();
        let heavy = vec![SourceOrgan { mass_g: 59_000.0, ..organs[0].clone() }];
        assert!(matches!(remainder_of_body(&body, 500.0, &heavy), Err(MarrowError::NoRemainderMass { .. })));
        assert!(matches!(remainder_of_body(&body, 40_501.0, &organs), Err(MarrowError::NoRemainderActivity { .. })));
        let slip = Body { s_self_gy_per_mbq_h: 40e-3, ..body };
        assert!(matches!(remainder_of_body(&slip, 500.0, &organs), Err(MarrowError::InconsistentSValues { .. })));
        let nameless = vec![SourceOrgan { mbq_h: f64::NAN, ..organs[1].clone() }];
        assert!(remainder_of_body(&body, 500.0, &nameless).unwrap_err().to_string().contains("liver"));
        assert!(remainder_of_body(&Body { marrow_mass_g: 0.0, ..body }, 500.0, &organs).is_err());
        assert!(remainder_of_body(&body, -1.0, &organs).is_err());
    }
}
