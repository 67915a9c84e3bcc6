//! Several OpenDose regions as one: sources by their share of the activity, targets by mass.
//!
//! `S(T←S) = Σ_s w_s Σ_t m_t S(t←s) / Σ_t m_t`, with w_s the share of the source's activity in region s.

use super::Phantom;
use super::table::{Source, row};

/// Names of the whole kidneys in the tables.
pub(super) const LEFT_KIDNEY: &str = "Left kidney C+M+P";
/// See [`LEFT_KIDNEY`].
pub(super) const RIGHT_KIDNEY: &str = "Right kidney C+M+P";

/// A combined S-value.
pub(super) struct CombinedRow {
    pub s_mgy_per_mbq_s: f64,
    pub standard_deviation_mgy_per_mbq_s: f64,
    pub mass_g: f64,
}

/// The regions of a source with their shares of its activity; `None` for an unknown name.
pub(super) fn source_parts(phantom: Phantom, name: &str) -> Option<Vec<(Source, f64)>> {
    match name {
        "left_kidney" => Some(vec![(Source::LeftKidney, 1.0)]),
        "right_kidney" => Some(vec![(Source::RightKidney, 1.0)]),
        "liver" => Some(vec![(Source::Liver, 1.0)]),
        "spleen" => Some(vec![(Source::Spleen, 1.0)]),
        "kidneys" => {
            let left_g = row(phantom, Source::Liver, LEFT_KIDNEY)?.target_mass_g;
            let right_g = row(phantom, Source::Liver, RIGHT_KIDNEY)?.target_mass_g;
            let left_share = left_g / (left_g + right_g);
            Some(vec![(Source::LeftKidney, left_share), (Source::RightKidney, 1.0 - left_share)])
        }
        _ => None,
    }
}

/// Mean over the targets by mass, over the sources by share. Deviations add as if fully correlated, an upper bound.
pub(super) fn mean_over(phantom: Phantom, sources: &[(Source, f64)], targets: &[&str]) -> CombinedRow {
    let mut mean = CombinedRow { s_mgy_per_mbq_s: 0.0, standard_deviation_mgy_per_mbq_s: 0.0, mass_g: 0.0 };
    for target in targets {
        for (index, &(source, share)) in sources.iter().enumerate() {
            if let Some(row) = row(phantom, source, target) {
                let weight = share * row.target_mass_g;
                mean.s_mgy_per_mbq_s += weight * row.s_mgy_per_mbq_s;
                mean.standard_deviation_mgy_per_mbq_s += weight * row.standard_deviation_mgy_per_mbq_s;
                if index == 0 {
                    mean.mass_g += row.target_mass_g;
                }
            }
        }
    }
    mean.s_mgy_per_mbq_s /= mean.mass_g;
    mean.standard_deviation_mgy_per_mbq_s /= mean.mass_g;
    mean
}
