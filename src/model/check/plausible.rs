//! Plausibility bounds by name and dimension. They are our own, assumed, and wide on purpose: from infants to the very heavy. They exist to
//! catch a wrong unit or a slipped decimal point, not to judge a patient.
use crate::units::{DIMENSIONLESS, Dimension, LENGTH, MASS, TIME, VOLUME, VOLUME_FLOW};

/// A bound, in internal units.
#[derive(Clone, Copy)]
pub struct Bound {
    /// What the value is, in words.
    pub what: &'static str,
    /// Smallest plausible value.
    pub low: f64,
    /// Largest plausible value.
    pub high: f64,
}

type Row = (&'static [&'static str], Dimension, Bound);

const fn row(names: &'static [&'static str], dimension: Dimension, what: &'static str, low: f64, high: f64) -> Row {
    (names, dimension, Bound { what, low, high })
}

const AREA: Dimension = Dimension { time: 0, length: 2, mass: 0, amount: 0, activity: 0 };
const KG: f64 = 1000.0;
const METRE: f64 = 10.0;
const SQUARE_METRE: f64 = 100.0;
const YEAR: f64 = 525_960.0;
const WEIGHTS: &[&str] = &["weight", "body_weight", "bodyweight", "body_mass", "wt", "bw"];

/// Values of the whole body, by the last part of their name.
const BODY: &[Row] = &[
    row(&["hematocrit", "haematocrit", "hct"], DIMENSIONLESS, "a hematocrit", 0.2, 0.65),
    row(WEIGHTS, MASS, "a body weight", 2.0 * KG, 300.0 * KG),
    row(&["height", "body_height", "ht"], LENGTH, "a body height", 0.3 * METRE, 2.5 * METRE),
    row(&["bsa", "body_surface_area", "body_surface"], AREA, "a body surface", 0.15 * SQUARE_METRE, 3.5 * SQUARE_METRE),
    row(&["age"], TIME, "an age", 0.0, 120.0 * YEAR),
    row(&["gfr", "glomerular_filtration_rate"], VOLUME_FLOW, "a glomerular filtration rate", 0.002, 0.25),
    row(&["ter", "tubular_extraction_rate"], VOLUME_FLOW, "a tubular extraction rate", 0.01, 0.6),
    row(&["serum_volume", "plasma_volume"], VOLUME, "a plasma volume", 0.08, 7.0),
    row(&["blood_volume"], VOLUME, "a blood volume", 0.15, 12.0),
    row(&["cardiac_output", "cardiac_flow", "cardiac_plasma_flow"], VOLUME_FLOW, "a cardiac output", 0.2, 30.0),
];

/// Organs: volume in L at 1 kg/L, which is also mass in kg.
const ORGANS: &[(&[&str], f64, f64)] = &[
    (&["kidneys"], 0.015, 1.0),
    (&["kidney", "left_kidney", "right_kidney"], 0.007, 1.0),
    (&["liver"], 0.08, 8.0),
    (&["spleen"], 0.005, 4.0),
    (&["lungs"], 0.05, 3.0),
    (&["heart"], 0.015, 1.5),
    (&["brain"], 0.25, 2.2),
    (&["prostate"], 0.0005, 0.4),
    (&["salivary", "salivary_glands", "parotids", "parotid"], 0.002, 0.2),
    (&["pancreas"], 0.003, 0.5),
    (&["thyroid"], 0.0005, 0.6),
    (&["red_marrow", "marrow"], 0.04, 3.0),
    (&["muscle"], 0.4, 100.0),
    (&["skin"], 0.1, 12.0),
    (&["bone"], 0.2, 25.0),
];

/// Words that mark a pure number as a part of a whole.
const PARTS: &[&str] = &["fraction", "share", "uptake", "bioavailability", "sieving"];

/// Whether a name is that of the body weight.
pub fn is_body_weight(path: &str) -> bool {
    WEIGHTS.contains(&path.to_lowercase().as_str())
}

/// The bound for a value, where its name and its dimension have one.
pub fn bound(path: &str, dimension: Dimension) -> Option<Bound> {
    let path = path.to_lowercase();
    let (organ, local) = path.rsplit_once('.').unwrap_or(("", &path));
    if let Some((_, _, bound)) = BODY.iter().find(|(names, known, _)| *known == dimension && names.contains(&local)) {
        return Some(*bound);
    }
    let internal = match dimension {
        VOLUME if local == "volume" => Some(1.0),
        MASS if local == "mass" => Some(KG),
        _ => None,
    };
    if let Some(internal) = internal {
        let (_, low, high) = ORGANS.iter().find(|(names, ..)| names.contains(&organ))?;
        return Some(Bound { what: "the size of this organ", low: low * internal, high: high * internal });
    }
    let is_part = dimension.is_dimensionless() && local.split('_').any(|word| PARTS.contains(&word));
    is_part.then_some(Bound { what: "a part of a whole", low: 0.0, high: 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_only_with_their_dimension() {
        assert!(bound("height", LENGTH).is_some_and(|bound| bound.high == 25.0));
        assert!(bound("height", VOLUME).is_none());
        assert!(bound("liver.volume", VOLUME).is_some_and(|bound| bound.low == 0.08));
        assert!(bound("liver.mass", MASS).is_some_and(|bound| bound.low == 80.0));
        assert!(bound("tumour1.volume", VOLUME).is_none());
        assert!(bound("liver.uptake", DIMENSIONLESS).is_some());
        assert!(bound("lrc1", DIMENSIONLESS).is_none());
    }
}
