//! Distributions over the patients, one panel a quantity and one violin an arm: doses of the arms, and what an arm changes in the same patients.

use super::pages::{pages, patients, per_cent, short_names, shown};
use super::{ArmSpread, ArmWords, LimitLine, MOST_POINTS, SpreadPanel, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style, Violin};

/// Ratio of highest to lowest value from which a logarithmic axis reads better.
const LOG_RATIO: f64 = 20.0;
/// Fewer values than this have no outline, only a box and points.
const FEWEST_OF_OUTLINE: f64 = 10.0;
/// Fewer values than this have no box, only points.
const FEWEST_OF_BOX: f64 = 5.0;

/// Doses (or another quantity) of every organ and arm: violins of equal area with quartiles, and the first patients as points.
#[must_use]
pub fn dose_distributions(about: &TrialAbout, arms: &[ArmWords], organs: &[SpreadPanel]) -> Vec<Figure> {
    let panels = organs.iter().map(|organ| (panel(organ, arms, None), nobody(organ, arms))).collect();
    pages("distributions", "Distribution over the patients", about, panels, &how_to_read(organs))
}

/// Arm less the arm of index `reference` in the same patient, of every organ. The spreads of the panels are differences, in the order of all
/// arms; that of the reference itself is not looked at.
#[must_use]
pub fn paired_differences(about: &TrialAbout, arms: &[ArmWords], reference: usize, organs: &[SpreadPanel]) -> Vec<Figure> {
    let none = LimitLine { value: 0.0, words: "no difference".into() };
    let words = arms.get(reference).cloned().unwrap_or_default();
    let panels = organs
        .iter()
        .map(|organ| {
            let above: Vec<String> = arms
                .iter()
                .zip(&organ.arms)
                .enumerate()
                .filter(|(index, _)| *index != reference)
                .filter_map(|(_, (arm, spread))| Some(format!("{} in {}", arm.name, per_cent(spread.histogram.share_above(0.0)?))))
                .collect();
            let line = if above.is_empty() {
                String::new()
            } else {
                format!("{}: higher than {}: {}.", organ.title, words.name, above.join(", "))
            };
            (panel(organ, arms, Some((reference, none.clone()))), line)
        })
        .collect();
    let title = format!("Difference from “{}” in the same patient", words.title);
    pages("paired_differences", &title, about, panels, &how_to_read(organs))
}

/// "Kidneys: no values of adapted."
pub(super) fn nobody(of: &SpreadPanel, arms: &[ArmWords]) -> String {
    let empty: Vec<&str> =
        arms.iter().zip(&of.arms).filter(|(_, spread)| spread.histogram.is_empty()).map(|(arm, _)| arm.name.as_str()).collect();
    if empty.is_empty() { String::new() } else { format!("{}: no values of {}.", of.title, empty.join(", ")) }
}

/// What outline, box and points are.
pub(super) fn how_to_read(panels: &[SpreadPanel]) -> Vec<String> {
    let spreads = || panels.iter().flat_map(|panel| &panel.arms);
    let most = spreads().map(|spread| spread.histogram.total()).fold(0.0, f64::max) as usize;
    let points = spreads().map(|spread| spread.points.len().min(MOST_POINTS)).max().unwrap_or(0);
    let mut words = Vec::new();
    if most as f64 >= FEWEST_OF_OUTLINE {
        words.push("Outline: histogram, the same area for every arm.".to_owned());
    }
    if most as f64 >= FEWEST_OF_BOX {
        words.push(format!("Box: median and quartiles, whiskers from 5 % to 95 %, of up to {} an arm.", patients(most)));
    }
    if points > 0 {
        words.push(format!("Points: {}.", shown(points, most)));
    }
    vec![words.join(" ")]
}

/// One panel: a violin an arm, limits across. Of differences the arm they are reckoned from has no slot, and a line stands for it.
pub(super) fn panel(of: &SpreadPanel, arms: &[ArmWords], differences: Option<(usize, LimitLine)>) -> Panel {
    let log = differences.is_none() && reads_better_on_log(&of.arms);
    let (reference, zero) = differences.unzip();
    let mut marks = Vec::new();
    for limit in of.limits.iter().chain(&zero).filter(|limit| limit.value.is_finite() && (!log || limit.value > 0.0)) {
        marks.push(Mark::HorizontalLine { y: limit.value, label: limit.words.clone() });
    }
    let drawn: Vec<(usize, &ArmWords)> = arms.iter().enumerate().filter(|(index, _)| Some(*index) != reference).collect();
    let violins: Vec<Violin> = drawn
        .iter()
        .enumerate()
        .filter_map(|(slot, (index, arm))| Some((slot, *index, *arm, of.arms.get(*index).filter(|spread| !spread.histogram.is_empty())?)))
        .map(|(slot, index, arm, spread)| Violin { slot, style: Style::indexed(index), ..violin(&arm.title, spread, log) })
        .collect();
    marks.push(Mark::Violins { violins });
    let words: Vec<(&str, &str)> = drawn.into_iter().map(|(_, arm)| (arm.title.as_str(), arm.name.as_str())).collect();
    let names = short_names(&words);
    // where the slots are named by their titles a legend says nothing more
    let told = names.iter().zip(&words).all(|(name, (title, _))| name == title);
    Panel {
        title: Some(of.title.clone()),
        x: Axis::of_categories("", names),
        y: if log { Axis::log10(&of.quantity, &of.unit) } else { Axis::linear(&of.quantity, &of.unit) },
        marks,
        legend: if told { Legend::Hidden } else { Legend::Auto },
    }
}

fn violin(title: &str, spread: &ArmSpread, log: bool) -> Violin {
    let total = spread.histogram.total();
    let (low, high, count) = if total < FEWEST_OF_OUTLINE { Default::default() } else { spread.histogram.for_looking_at(log) };
    let with_box = total >= FEWEST_OF_BOX || spread.points.is_empty();
    Violin {
        name: title.to_owned(),
        low,
        high,
        count,
        summary: spread.histogram.five_numbers().filter(|_| with_box),
        points: spread.points.iter().copied().take(MOST_POINTS).collect(),
        ..Violin::default()
    }
}

fn reads_better_on_log(spreads: &[ArmSpread]) -> bool {
    let ends: Vec<(f64, f64)> = spreads.iter().filter_map(|spread| spread.histogram.ends()).collect();
    let points = || spreads.iter().flat_map(|spread| &spread.points).copied();
    let low = ends.iter().map(|end| end.0).chain(points()).fold(f64::INFINITY, f64::min);
    let high = ends.iter().map(|end| end.1).chain(points()).fold(0.0, f64::max);
    low > 0.0 && high >= LOG_RATIO * low
}
