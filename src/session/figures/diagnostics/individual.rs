//! Individual fits: measured points with error bars, the curve and its 95 % confidence band, one panel a channel or subject.

use super::marks::{BELOW_LIMIT, EXCLUDED, axis, reads_better_on_log};
use super::pages::pages;
use super::{About, FittedPanel, PointStatus};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, Style};

/// A curve is shown down to this share of the smallest measured value on a logarithmic axis.
const BELOW_DATA: f64 = 0.2;

/// The individual fits, twelve panels a figure. The activity axis is logarithmic where the data of all panels allow.
#[must_use]
pub fn individual_fits(about: &About, panels: &[FittedPanel]) -> Vec<Figure> {
    let all = || panels.iter().flat_map(|panel| &panel.points);
    let each_wide = panels.iter().filter(|panel| reads_better_on_log(panel.points.iter().map(|point| point.measured))).count();
    let log = all().all(|point| point.measured > 0.0) && 2 * each_wide >= panels.len();
    let measured = if all().any(|point| point.standard_deviation.is_some()) { "measured ± standard deviation" } else { "measured" };
    pages("individual_fits", "Individual fits", about, panels.iter().map(|panel| panel_of(panel, measured, log)).collect())
}

fn panel_of(panel: &FittedPanel, measured: &str, log: bool) -> Panel {
    let style = Style::indexed(0);
    let smallest = panel.points.iter().map(|point| point.measured).filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let floor = if log && smallest.is_finite() { BELOW_DATA * smallest } else { f64::NEG_INFINITY };
    let curve = &panel.curve;
    let mut marks = Vec::new();
    if let Some((low, high)) = &curve.band {
        let kept = || curve.times_h.iter().zip(low.iter().zip(high)).filter(|(_, (_, high))| **high > floor);
        marks.push(Mark::Band {
            name: "95 % confidence band".into(),
            x: kept().map(|(time, _)| *time).collect(),
            low: kept().map(|(_, (low, _))| low.max(floor)).collect(),
            high: kept().map(|(_, (_, high))| *high).collect(),
            style,
        });
    }
    let (x, y) = curve.times_h.iter().zip(&curve.values).filter(|(_, value)| **value > floor).map(|(t, v)| (*t, *v)).unzip();
    marks.push(Mark::Line { name: "fitted".into(), x, y, style });
    for (status, name, style) in [
        (PointStatus::Excluded, EXCLUDED, Style::muted()),
        (PointStatus::Used, measured, style),
        (PointStatus::BelowLimit, BELOW_LIMIT, style.with_role(Role::BelowLimit)),
    ] {
        let points: Vec<_> = panel.points.iter().filter(|point| point.status == status).collect();
        if points.is_empty() {
            continue;
        }
        // below the limit there is no measured value that could have an error bar
        let with_bars = status != PointStatus::BelowLimit && points.iter().any(|point| point.standard_deviation.is_some());
        let ends = |sign: f64| -> Option<Vec<f64>> {
            with_bars.then(|| points.iter().map(|point| point.measured + sign * point.standard_deviation.unwrap_or(0.0)).collect())
        };
        marks.push(Mark::Points {
            name: name.to_owned(),
            x: points.iter().map(|point| point.time_h).collect(),
            y: points.iter().map(|point| point.measured).collect(),
            low: ends(-1.0),
            high: ends(1.0),
            style,
        });
    }
    Panel {
        title: Some(panel.title.clone()),
        x: Axis::linear("Time after administration", "h"),
        y: axis(&panel.quantity, &panel.unit, log),
        marks,
        legend: Legend::Auto,
    }
}
