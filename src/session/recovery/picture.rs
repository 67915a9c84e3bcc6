//! The figure of a study of recovery: coverage of every interval with its own uncertainty, and the band in which it should lie.
use super::coverage::{BAND, Coverage};
use super::tables::Named;
use crate::report::{Axis, Figure, IntervalSeries, Legend, Mark, Panel, Style};
use crate::session::scenario::Scenario;

/// The axis begins here (%) unless a coverage lies lower.
const LOWEST: f64 = 80.0;

/// Coverage with Wilson's interval, parameters first, then doses.
pub fn coverage(scenario: &Scenario, found: &[Coverage], names: &[Named], replicates: usize) -> Figure {
    let series = ["parameter", "absorbed dose"]
        .into_iter()
        .enumerate()
        .filter(|(_, kind)| names.iter().any(|named| named.kind == *kind))
        .map(|(colour, kind)| {
            let of_kind = |pick: &dyn Fn(&Coverage) -> f64| -> Vec<f64> {
                found.iter().zip(names).map(|(coverage, named)| if named.kind == kind { pick(coverage) } else { f64::NAN }).collect()
            };
            IntervalSeries {
                name: kind.into(),
                middle: of_kind(&|coverage| coverage.percent()),
                low: of_kind(&|coverage| coverage.interval_percent().0),
                high: of_kind(&|coverage| coverage.interval_percent().1),
                style: Style::indexed(colour),
            }
        })
        .collect();
    let lowest = found.iter().map(|coverage| coverage.interval_percent().0).fold(LOWEST, f64::min);
    let line = |x: f64| Mark::VerticalLine { x, label: format!("{x} %") };
    let categories = names.iter().take(found.len()).map(|named| named.name.clone()).collect();
    Figure {
        name: "recovery".into(),
        title: format!("Coverage of 95 % intervals: {}", scenario.title),
        panels: vec![Panel {
            x: Axis::linear("Replicates whose interval holds the truth", "%").between((lowest / 5.0).floor() * 5.0, 100.0),
            y: Axis::of_categories("", categories),
            marks: vec![Mark::Intervals { series }, line(BAND.0), line(95.0), line(BAND.1)],
            legend: Legend::Auto,
            title: None,
        }],
        caption: vec![
            format!(
                "{replicates} replicates; bars: 95 % interval of the coverage (Wilson). A coverage within {} to {} % counts as right.",
                BAND.0, BAND.1
            ),
            format!("Model {}.", scenario.model.title),
        ],
        ..Figure::default()
    }
}
