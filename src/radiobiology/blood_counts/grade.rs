//! CTCAE version 5 grades of low counts, by absolute thresholds.
//!
//! Recalled from the criteria, not read again. Grade 1 lies between grade 2 and the laboratory's lower limit of normal; the limits of platelets and
//! neutrophils are the usual ones, those of lymphocytes and haemoglobin are assumed (they vary by laboratory and sex). A limit belongs to the better
//! grade: "< 75 to 50" is grade 2. Haemoglobin has no number for grade 4 (life-threatening consequences), so its counts stop at 3.

use super::kind::CellKind;
use crate::radiobiology::evidence::Provenance;

/// Where the thresholds come from.
pub const THRESHOLD_SOURCE: &str = "CTCAE version 5.0; lower limits of normal of lymphocytes (1.0) and haemoglobin (120 g/L) assumed";
/// How they are known.
pub const THRESHOLD_PROVENANCE: Provenance = Provenance::Recalled;

/// Counts below which grade 1, 2, 3, 4 begins, in the unit of the lineage.
pub fn thresholds(kind: CellKind) -> &'static [f64] {
    match kind {
        CellKind::Platelets => &[150.0, 75.0, 50.0, 25.0],
        CellKind::Neutrophils => &[2.0, 1.5, 1.0, 0.5],
        CellKind::Lymphocytes => &[1.0, 0.8, 0.5, 0.2],
        CellKind::Haemoglobin => &[120.0, 100.0, 80.0],
    }
}

/// Grade 0 to 4 of a count in the unit of its lineage ([`CellKind::unit`]). Not a number has no grade and counts as 0.
pub fn ctcae_grade(kind: CellKind, value: f64) -> u8 {
    thresholds(kind).iter().map(|&limit| u8::from(value < limit)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CTCAE 5.0: platelets 75, 50, 25; neutrophils 1.5, 1.0, 0.5; lymphocytes 0.8, 0.5, 0.2 (10⁹/L); haemoglobin 100, 80 g/L.
    #[test]
    fn grades_change_just_below_their_thresholds() {
        let table: [(CellKind, &[(f64, u8)]); 4] = [
            (CellKind::Platelets, &[(150.0, 0), (75.0, 1), (50.0, 2), (25.0, 3), (0.0, 4)]),
            (CellKind::Neutrophils, &[(2.0, 0), (1.5, 1), (1.0, 2), (0.5, 3), (0.0, 4)]),
            (CellKind::Lymphocytes, &[(3.0, 0), (0.8, 1), (0.5, 2), (0.2, 3), (0.0, 4)]),
            (CellKind::Haemoglobin, &[(130.0, 0), (100.0, 1), (80.0, 2), (79.9, 3), (0.0, 3)]),
        ];
        for (kind, rows) in table {
            for (index, &(value, grade)) in rows.iter().enumerate() {
                assert_eq!(ctcae_grade(kind, value), grade, "{} {value}", kind.name());
                if index > 0 && index + 1 < rows.len() && value != 79.9 {
                    assert_eq!(ctcae_grade(kind, value * (1.0 - 1e-12)), grade + 1, "just below {} {value}", kind.name());
                }
            }
        }
        assert_eq!(ctcae_grade(CellKind::Platelets, f64::NAN), 0);
    }
}
