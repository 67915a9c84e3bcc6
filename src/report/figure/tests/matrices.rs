//! Figures with cells, intervals, families of curves and points in a role; made from closed forms.

use super::super::*;

fn names(count: usize) -> Vec<String> {
    let known = ["k_on", "receptor density of the kidneys", "release rate of the kidneys", "plasma flow, tumour rest", "k_int", "k_off"];
    (0..count).map(|i| known.get(i).map_or_else(|| format!("parameter number {}", i + 1), |n| (*n).to_owned())).collect()
}

/// A matrix of `count` parameters whose correlation falls with their distance and changes sign.
pub(super) fn cells(name: &str, names: Vec<String>) -> Figure {
    let count = names.len();
    let value = |i: usize, j: usize| (-0.3 * i.abs_diff(j) as f64).exp() * if i.abs_diff(j) % 2 == 1 { -1.0 } else { 1.0 };
    let values = (0..count).map(|i| (0..count).map(|j| value(i, j)).collect()).collect();
    Figure {
        name: name.into(),
        title: "Correlation of the estimates".into(),
        panels: vec![Panel {
            x: Axis::of_categories("", names.clone()),
            y: Axis::of_categories("", names),
            marks: vec![Mark::Cells { name: "Correlation".into(), values, full: 1.0 }],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

/// Two series of intervals over named rows.
pub(super) fn intervals(name: &str, rows: Vec<String>, log: bool) -> Figure {
    let series = |name: &str, width: f64, shift: f64, style: Style| {
        let middle: Vec<f64> = (0..rows.len()).map(|i| (shift * (i as f64).sin()).exp()).collect();
        let low = middle.iter().map(|m| m / width).collect();
        let high = middle.iter().map(|m| m * width).collect();
        IntervalSeries { name: name.into(), middle, low, high, style }
    };
    let series = vec![series("prior", 3.0, 0.0, Style::muted()), series("posterior", 1.5, 0.4, Style::solid(0))];
    Figure {
        name: name.into(),
        title: "Prior and posterior".into(),
        panels: vec![Panel {
            x: if log { Axis::log10("Relative to the prior median", "") } else { Axis::linear("Relative to the prior median", "") },
            y: Axis::of_categories("", rows),
            marks: vec![Mark::Intervals { series }, Mark::VerticalLine { x: 1.0, label: "prior median".into() }],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

/// Measured, excluded and censored points with the curve of a fit, on `count` panels.
pub(super) fn roles(name: &str, count: usize, columns: usize, y: Axis) -> Figure {
    let times: Vec<f64> = (0..100).map(|i| 0.5 + 1.7 * f64::from(i)).collect();
    let curve = |t: f64| 9.0 * (-0.03 * t).exp();
    let points = |name: &str, x: &[f64], shift: f64, style: Style| Mark::Points {
        name: name.into(),
        x: x.to_vec(),
        y: x.iter().map(|t| if style.role == Role::BelowLimit { 0.2 } else { curve(*t) * shift }).collect(),
        low: None,
        high: None,
        style,
    };
    let panel = |index: usize| Panel {
        title: Some(format!("Subject {}", index + 1)),
        x: Axis::linear("Time after injection", "h"),
        y: y.clone(),
        marks: vec![
            Mark::Line { name: "fitted".into(), x: times.clone(), y: times.iter().map(|t| curve(*t)).collect(), style: Style::solid(0) },
            points("measured", &[4.0, 24.0, 96.0], 1.1, Style::indexed(0)),
            points("excluded", &[48.0], 1.8, Style::muted()),
            points("below the limit of quantification", &[144.0, 168.0], 1.0, Style::indexed(0).with_role(Role::BelowLimit)),
        ],
        ..Panel::default()
    };
    Figure { name: name.into(), title: "Individual fits".into(), panels: (0..count).map(panel).collect(), columns, ..Figure::default() }
}

/// Forty curves under two legend entries.
pub(super) fn family() -> Figure {
    let steps: Vec<f64> = (0..30).map(f64::from).collect();
    let curve = |start: usize| Curve {
        name: format!("start {}", start + 1),
        x: steps.clone(),
        y: steps.iter().map(|s| 1e4 * (-(0.2 + 0.02 * start as f64) * s).exp() + 1e-6).collect(),
    };
    let family =
        |name: &str, starts: std::ops::Range<usize>, style| Mark::Family { name: name.into(), curves: starts.map(curve).collect(), style };
    Figure {
        name: "family".into(),
        title: "Convergence of forty starts".into(),
        panels: vec![Panel {
            x: Axis::linear("Iteration", ""),
            y: Axis::log10("Objective above the best", ""),
            marks: vec![family("other starts (39)", 1..40, Style::muted()), family("best start", 0..1, Style::solid(0))],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

pub(super) fn all() -> Vec<Figure> {
    vec![
        cells("cells-of-six", names(6)),
        intervals("intervals", names(5), true),
        roles("roles-one", 1, 1, Axis::log10("Activity", "MBq")),
        roles("roles-twelve", 12, 3, Axis::linear("Activity", "MBq")),
        family(),
    ]
}

pub(super) fn awkward() -> Vec<Figure> {
    let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(2);
    let sentence = "a very long name of a parameter with its organ, its cycle and its unit".to_owned();
    let mut long = names(3);
    long.extend([word, sentence]);
    let mut holes = cells("cells-holes", names(4));
    if let Mark::Cells { values, .. } = &mut holes.panels[0].marks[0] {
        values[2] = vec![f64::NAN, f64::INFINITY, 1e9, -0.0];
    }
    let mut outside = intervals("intervals-outside", names(4), true);
    outside.panels[0].x.range = Some((0.9, 1.1));
    if let Mark::Intervals { series } = &mut outside.panels[0].marks[0] {
        series[1].low = vec![-1.0, 0.0, f64::NAN, 50.0];
        series[0].middle = vec![f64::NAN, 0.0, -1.0, 100.0];
    }
    vec![
        cells("cells-none", vec![]),
        cells("cells-of-one", names(1)),
        cells("cells-of-thirty", names(30)),
        cells("cells-long-names", long.clone()),
        holes,
        intervals("intervals-none", vec![], true),
        intervals("intervals-of-thirty", names(30), true),
        intervals("intervals-long-names", long, false),
        outside,
        roles("roles-six", 6, 3, Axis::log10("Activity", "MBq")),
    ]
}
