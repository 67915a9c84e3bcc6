//! The uncertainty budget of the absorbed dose: the share of each source in its variance.
//!
//! Sources after Gear et al., EANM practical guidance on uncertainty analysis for molecular radiotherapy absorbed dose calculations,
//! Eur J Nucl Med Mol Imaging 2018;45:2456–2474.

use super::pages::page;
use super::{About, TargetBudget, VarianceShares};
use crate::report::number_text::significant;
use crate::report::{Axis, BarSeries, Figure, Legend, Mark, Panel, Style};

/// A source of uncertainty: its name, its place in the palette (black is left out, it would be all one sees), its share of the variance.
type Source = (&'static str, usize, fn(&VarianceShares) -> f64);

/// Palette index whose colour and hatch both differ from those of the other sources, so that the stack reads in grey.
const CROSSED_SKY_BLUE: usize = 34;

const SOURCES: [Source; 6] = [
    ("volume", 0, |shares| shares.volume),
    ("recovery", 1, |shares| shares.recovery),
    ("calibration", 2, |shares| shares.calibration),
    ("counts", 3, |shares| shares.counts),
    ("fit of the curve", CROSSED_SKY_BLUE, |shares| shares.fit),
    ("S value, mass", 5, |shares| shares.s_value),
];

/// Stacked bars, one a target; under each its relative standard uncertainty.
#[must_use]
pub fn uncertainty_budget(about: &About, targets: &[TargetBudget]) -> Figure {
    let negative = targets.iter().any(|target| SOURCES.iter().any(|(.., share)| share(&target.shares) < 0.0));
    let series = SOURCES
        .iter()
        .map(|(name, colour, share)| BarSeries {
            name: (*name).into(),
            values: targets.iter().map(|target| 100.0 * share(&target.shares)).collect(),
            style: Style::indexed(*colour),
            ..BarSeries::default()
        })
        .collect();
    let names = targets.iter().map(|target| format!("{}\n± {} %", target.target, significant(target.relative_uncertainty_percent, 2)));
    let y = Axis::linear("Share of the variance of the absorbed dose", "%");
    let panel = Panel {
        x: Axis::of_categories("Target, relative standard uncertainty of its absorbed dose", names.collect()),
        y: if negative { y } else { y.between(0.0, 100.0) },
        marks: vec![Mark::Bars { series, stacked: true }],
        legend: Legend::Right,
        title: None,
    };
    let mut figure = page("uncertainty_budget", "Uncertainty budget of the absorbed dose", about, vec![panel]);
    figure.caption.push("Sources of uncertainty after Gear et al., Eur J Nucl Med Mol Imaging 2018;45:2456.".into());
    if negative {
        figure.caption.push("A share below zero: this source is anticorrelated with another and lessens the variance.".into());
    }
    figure
}
