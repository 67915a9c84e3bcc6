//! Toxicity against effect: one point a patient and arm, the arms of a patient joined.

use super::pages::{crowd, page, shown};
use super::{ArmWords, EffectScatter, MOST_JOINED, TrialAbout};
use crate::report::{Axis, Curve, Figure, Legend, Mark, Panel, Style};

const JOINED: &str = "the same patient";
/// Ratio of highest to lowest dose from which a logarithmic axis reads better.
const LOG_RATIO: f64 = 20.0;

/// NTCP across, TCP or tumour dose up.
#[must_use]
pub fn ntcp_tcp(about: &TrialAbout, arms: &[ArmWords], scatter: &EffectScatter) -> Figure {
    let drawn = &scatter.patients[..scatter.patients.len().min(MOST_JOINED)];
    let curves: Vec<Curve> = drawn
        .iter()
        .filter_map(|one| {
            let (x, y): (Vec<f64>, Vec<f64>) = one.arms.iter().flatten().copied().unzip();
            (x.len() > 1).then(|| Curve { name: format!("patient {}", one.patient), x, y })
        })
        .collect();
    let mut marks = Vec::new();
    if !curves.is_empty() {
        marks.push(Mark::Family { name: JOINED.into(), curves, style: Style::muted() });
    }
    for (index, arm) in arms.iter().enumerate() {
        let (x, y): (Vec<f64>, Vec<f64>) = drawn.iter().filter_map(|one| one.arms.get(index).copied().flatten()).unzip();
        if !x.is_empty() {
            marks.push(Mark::Points { name: arm.title.clone(), x, y, low: None, high: None, style: crowd(index) });
        }
    }
    let pairs = || drawn.iter().flat_map(|one| one.arms.iter().flatten());
    let panel = Panel {
        x: axis(&scatter.x_quantity, &scatter.x_unit, pairs().map(|pair| pair.0)),
        y: axis(&scatter.y_quantity, &scatter.y_unit, pairs().map(|pair| pair.1)),
        marks,
        legend: Legend::Auto,
        title: None,
    };
    let mut own = vec![format!("Drawn: {}; a line joins the arms of a patient.", shown(drawn.len(), scatter.of_patients))];
    own.extend(scatter.evidence.iter().cloned());
    page(&scatter.name, "Toxicity and effect in each patient", about, vec![panel], own)
}

/// Probabilities are linear, from zero as far as they go; widely spread doses are logarithmic.
fn axis(quantity: &str, unit: &str, values: impl Iterator<Item = f64> + Clone) -> Axis {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    if unit == "%" {
        let top = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|top| high <= 0.95 * top).unwrap_or(100.0);
        return Axis::linear(quantity, unit).between(0.0, top);
    }
    if low > 0.0 && high >= LOG_RATIO * low { Axis::log10(quantity, unit) } else { Axis::linear(quantity, unit) }
}
