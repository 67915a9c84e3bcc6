//! The share of patients above a dose, for every dose: one less the cumulative distribution, with the limit marked.

use super::pages::{pages, per_cent};
use super::spreads::nobody;
use super::{ArmWords, Histogram, SpreadPanel, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};

/// Ends of the axis: beyond these shares of all arms the curves say no more.
const LAST_SHARE: f64 = 0.999;
/// Ratio of highest to lowest dose from which a logarithmic axis reads better.
const LOG_RATIO: f64 = 20.0;

/// One panel an organ, one curve an arm; the caption says how many patients of each arm lie above each limit.
#[must_use]
pub fn exceedance(about: &TrialAbout, arms: &[ArmWords], organs: &[SpreadPanel]) -> Vec<Figure> {
    let panels = organs.iter().map(|organ| (panel(organ, arms), shares(organ, arms))).collect();
    let read = "Shares are read from the histogram of all patients, values within a bin evenly spread.".to_owned();
    pages("exceedance", "Share of patients above a dose", about, panels, &[read])
}

fn panel(of: &SpreadPanel, arms: &[ArmWords]) -> Panel {
    let filled: Vec<(usize, &ArmWords, &Histogram)> = arms
        .iter()
        .zip(&of.arms)
        .enumerate()
        .map(|(i, (arm, spread))| (i, arm, &spread.histogram))
        .filter(|(.., h)| !h.is_empty())
        .collect();
    let quantiles = |share: f64| filled.iter().filter_map(move |(.., histogram)| histogram.quantile(share));
    let limits = || of.limits.iter().map(|limit| limit.value).filter(|value| value.is_finite());
    let first = quantiles(1.0 - LAST_SHARE).chain(limits()).fold(f64::INFINITY, f64::min);
    let last = quantiles(LAST_SHARE).chain(limits()).fold(f64::NEG_INFINITY, f64::max);
    let log = first > 0.0 && last >= LOG_RATIO * first;
    let ends = if log {
        (first / 1.1, last * 1.1)
    } else {
        // from zero where the doses come near it
        let start = if first >= 0.0 && first < 0.4 * last { 0.0 } else { first - 0.05 * (last - first) };
        (start, last + 0.05 * (last - start))
    };
    let mut marks: Vec<Mark> = of.limits.iter().map(|limit| Mark::VerticalLine { x: limit.value, label: limit.words.clone() }).collect();
    for (index, arm, histogram) in &filled {
        let mut curve: Vec<(f64, f64)> = histogram.exceedance().into_iter().map(|(x, share)| (x, 100.0 * share)).collect();
        // all patients lie above what is lower, none above what is higher
        if curve.first().is_some_and(|(x, _)| *x > ends.0) {
            curve.insert(0, (ends.0, 100.0));
        }
        if curve.last().is_some_and(|(x, _)| *x < ends.1) {
            curve.push((ends.1, 0.0));
        }
        let (x, y) = curve.into_iter().unzip();
        marks.push(Mark::Line { name: arm.title.clone(), x, y, style: Style::indexed(*index) });
    }
    let axis = if log { Axis::log10(&of.quantity, &of.unit) } else { Axis::linear(&of.quantity, &of.unit) };
    Panel {
        title: Some(of.title.clone()),
        x: if ends.0 < ends.1 { axis.between(ends.0, ends.1) } else { axis },
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
    sentences.into_iter().chain([nobody(of, arms)]).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
