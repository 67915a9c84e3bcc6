//! Distributions over the patients, one panel a quantity and one violin an arm: doses of the arms, and what an arm changes in the same patients.

use super::pages::{pages, patients, per_cent, titles};
use super::{ArmSpread, ArmWords, LimitLine, MOST_POINTS, SpreadPanel, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style, Violin};

/// Ratio of highest to lowest value from which a logarithmic axis reads better.
const LOG_RATIO: f64 = 20.0;
/// Fewer values than this have no outline, only points.
const FEWEST_OF_OUTLINE: f64 = 10.0;

/// Doses (or another quantity) of every organ and arm: violins of equal area with quartiles, and the first patients as points.
#[must_use]
pub fn dose_distributions(about: &TrialAbout, arms: &[ArmWords], organs: &[SpreadPanel]) -> Vec<Figure> {
    let panels = organs.iter().map(|organ| (panel(organ, arms, None), String::new())).collect();
    pages("distributions", "Distribution over the patients", about, panels, &how_to_read(organs))
}

/// Arm less `reference` in the same patient, of every organ: `arms` and the spreads of the panels leave the reference out.
#[must_use]
pub fn paired_differences(about: &TrialAbout, reference: &ArmWords, arms: &[ArmWords], organs: &[SpreadPanel]) -> Vec<Figure> {
    let panels = organs
        .iter()
        .map(|organ| {
            let none = LimitLine { value: 0.0, words: "no difference".into() };
            let above: Vec<String> = arms
                .iter()
                .zip(&organ.arms)
                .filter_map(|(arm, spread)| Some(format!("{} in {}", arm.name, per_cent(spread.histogram.share_above(0.0)?))))
                .collect();
            let line = if above.is_empty() { String::new() } else { format!("{}: higher than {}: {}.", organ.title, reference.name, above.join(", ")) };
            (panel(organ, arms, Some(none)), line)
        })
        .collect();
    let title = format!("Difference from “{}” in the same patient", reference.title);
    pages("paired_differences", &title, about, panels, &how_to_read(organs))
}

/// What outline, box and points are.
pub(super) fn how_to_read(panels: &[SpreadPanel]) -> Vec<String> {
    let spreads = || panels.iter().flat_map(|panel| &panel.arms);
    let most = spreads().map(|spread| spread.histogram.total()).fold(0.0, f64::max) as usize;
    let points = spreads().map(|spread| spread.points.len().min(MOST_POINTS)).max().unwrap_or(0);
    let outline = if most as f64 >= FEWEST_OF_OUTLINE { "Outline: histogram, the same area for every arm. " } else { "" };
    let points = if points > 0 { format!(" Points: the first {}.", patients(points)) } else { String::new() };
    vec![format!("{outline}Box: median and quartiles, whiskers from 5 % to 95 %, of up to {} an arm.{points}", patients(most))]
}

/// One panel: a violin an arm, limits across.
pub(super) fn panel(of: &SpreadPanel, arms: &[ArmWords], zero: Option<LimitLine>) -> Panel {
    let log = zero.is_none() && reads_better_on_log(&of.arms);
    let mut marks = Vec::new();
    for limit in of.limits.iter().chain(&zero).filter(|limit| limit.value.is_finite() && (!log || limit.value > 0.0)) {
        marks.push(Mark::HorizontalLine { y: limit.value, label: limit.words.clone() });
    }
    let violins: Vec<Violin> = arms
        .iter()
        .zip(&of.arms)
        .enumerate()
        .filter(|(_, (_, spread))| !spread.histogram.is_empty())
        .map(|(slot, (arm, spread))| violin(slot, &arm.title, spread, log))
        .collect();
    marks.push(Mark::Violins { violins });
    Panel {
        title: Some(of.title.clone()),
        x: Axis::of_categories("", titles(arms)),
        y: if log { Axis::log10(&of.quantity, &of.unit) } else { Axis::linear(&of.quantity, &of.unit) },
        marks,
        // the slots are named
        legend: Legend::Hidden,
    }
}

fn violin(slot: usize, title: &str, spread: &ArmSpread, log: bool) -> Violin {
    let few = spread.histogram.total() < FEWEST_OF_OUTLINE;
    let (low, high, count) = if few { Default::default() } else { spread.histogram.for_looking_at(log) };
    Violin {
        name: title.to_owned(),
        slot,
        low,
        high,
        count,
        summary: spread.histogram.five_numbers(),
        points: spread.points.iter().copied().take(MOST_POINTS).collect(),
        style: Style::indexed(slot),
    }
}

fn reads_better_on_log(spreads: &[ArmSpread]) -> bool {
    let ends: Vec<(f64, f64)> = spreads.iter().filter_map(|spread| spread.histogram.ends()).collect();
    let points = || spreads.iter().flat_map(|spread| &spread.points).copied();
    let low = ends.iter().map(|end| end.0).chain(points()).fold(f64::INFINITY, f64::min);
    let high = ends.iter().map(|end| end.1).chain(points()).fold(0.0, f64::max);
    low > 0.0 && high >= LOG_RATIO * low
}
