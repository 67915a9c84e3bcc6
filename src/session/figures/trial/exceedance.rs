//! The share of patients above a dose, for every dose: one less the cumulative distribution, with the limit marked.

use super::pages::{pages, per_cent};
use super::{ArmWords, SpreadPanel, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};

/// Ends of the axis: beyond these shares of all arms the curves say no more.
const LAST_SHARE: f64 = 0.999;

/// One panel an organ, one curve an arm; the caption says how many patients of each arm lie above each limit.
#[must_use]
pub fn exceedance(about: &TrialAbout, arms: &[ArmWords], organs: &[SpreadPanel]) -> Vec<Figure> {
    let panels = organs.iter().map(|organ| (panel(organ, arms), shares(organ, arms))).collect();
    let read = "Shares are read from the histogram of all patients, values within a bin evenly spread.".to_owned();
    pages("exceedance", "Share of patients above a dose", about, panels, &[read])
}

fn panel(of: &SpreadPanel, arms: &[ArmWords]) -> Panel {
    let mut marks: Vec<Mark> = of.limits.iter().map(|limit| Mark::VerticalLine { x: limit.value, label: limit.words.clone() }).collect();
    let (mut first, mut last) = (f64::INFINITY, f64::NEG_INFINITY);
    for limit in &of.limits {
        (first, last) = (first.min(limit.value), last.max(limit.value));
    }
    for (index, (arm, spread)) in arms.iter().zip(&of.arms).enumerate().filter(|(_, (_, spread))| !spread.histogram.is_empty()) {
        let (x, y): (Vec<f64>, Vec<f64>) = spread.histogram.exceedance().into_iter().map(|(x, share)| (x, 100.0 * share)).unzip();
        first = first.min(spread.histogram.quantile(1.0 - LAST_SHARE).unwrap_or(first));
        last = last.max(spread.histogram.quantile(LAST_SHARE).unwrap_or(last));
        marks.push(Mark::Line { name: arm.title.clone(), x, y, style: Style::indexed(index) });
    }
    // from zero where the doses come near it
    let start = if first >= 0.0 && first < 0.4 * last { 0.0 } else { first - 0.05 * (last - first) };
    let axis = Axis::linear(&of.quantity, &of.unit);
    Panel {
        title: Some(of.title.clone()),
        x: if last > start { axis.between(start, last + 0.05 * (last - start)) } else { axis },
        y: Axis::linear("Patients above", "%").between(0.0, 100.0),
        marks,
        legend: Legend::Auto,
    }
}

/// "Kidneys above 23 Gy: fixed 41 %, adapted 12 %."
fn shares(of: &SpreadPanel, arms: &[ArmWords]) -> String {
    let sentences: Vec<String> = of
        .limits
        .iter()
        .filter_map(|limit| {
            let shares: Vec<String> = arms
                .iter()
                .zip(&of.arms)
                .filter_map(|(arm, spread)| Some(format!("{} {}", arm.name, per_cent(spread.histogram.share_above(limit.value)?))))
                .collect();
            (!shares.is_empty()).then(|| format!("{} above {}: {}.", of.title, limit.words, shares.join(", ")))
        })
        .collect();
    sentences.join(" ")
}
