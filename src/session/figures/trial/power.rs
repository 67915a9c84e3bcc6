//! The share of simulated trials that find a difference, by number of patients and hypothesis, with its Monte-Carlo error.

use super::pages::page;
use super::{PowerCurves, TrialAbout};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};

/// Error bars: 95 % of a normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// One curve a hypothesis; lines at 80 %, 90 % and at the level of the test.
#[must_use]
pub fn power_curves(about: &TrialAbout, curves: &PowerCurves) -> Figure {
    let percent = |share: f64| 100.0 * share;
    let level = format!("{} %", significant(percent(curves.alpha), 2).trim_end_matches(".0"));
    let line = |y: f64, label: String| Mark::HorizontalLine { y, label };
    let mut marks = vec![line(80.0, "80 %".into()), line(90.0, "90 %".into()), line(percent(curves.alpha), format!("level {level}"))];
    let mut last = 0.0_f64;
    for (index, curve) in curves.curves.iter().enumerate() {
        let x: Vec<f64> = curve.points.iter().map(|point| point.patients).collect();
        let y: Vec<f64> = curve.points.iter().map(|point| percent(point.power)).collect();
        let end = |side: f64| -> Vec<f64> {
            curve.points.iter().map(|point| percent((point.power + side * NORMAL_95 * point.standard_error).clamp(0.0, 1.0))).collect()
        };
        last = x.iter().copied().filter(|x| x.is_finite()).fold(last, f64::max);
        let style = Style::indexed(index);
        marks.push(Mark::Line { name: curve.title.clone(), x: x.clone(), y: y.clone(), style });
        marks.push(Mark::Points { name: curve.title.clone(), x, y, low: Some(end(-1.0)), high: Some(end(1.0)), style });
    }
    let axis = Axis::linear("Patients in the trial", "");
    let panel = Panel {
        x: if last > 0.0 { axis.between(0.0, 1.04 * last) } else { axis },
        y: Axis::linear("Trials that reject the null", "%").between(0.0, 100.0),
        marks,
        legend: Legend::Auto,
        title: None,
    };
    let own = vec![
        format!(
            "{}, level {level}. Bars: 95 % Monte-Carlo interval of the simulation.",
            crate::session::figures::capitalised(&curves.test)
        ),
        "Without any effect the curve is the type I error and belongs on the level of the test.".to_owned(),
    ];
    page(&curves.name, "Power", about, vec![panel], own)
}
