//! Profile likelihood of each parameter beside its quadratic (Wald) approximation, with the threshold of the 95 % interval.
//!
//! The profile is −2 ln L(θ) + 2 ln L(θ̂), all other parameters refitted. It crosses 3.84, the 95 % quantile of χ² with one degree of freedom,
//! at the ends of the interval. The Wald approximation is ((θ − θ̂)/SE)², in ln θ for parameters estimated as logarithms.

use super::marks::axis;
use super::pages::pages;
use super::{About, ParameterProfile, ProfileEnd};
use crate::math::{exp, log};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};

/// 95 % quantile of χ² with one degree of freedom.
const THRESHOLD: f64 = 3.84;
/// The vertical axis ends between these, so that the threshold is always seen and a steep profile does not flatten it.
const LOWEST_TOP: f64 = 5.0;
const HIGHEST_TOP: f64 = 9.0;
const WALD_POINTS: usize = 121;

/// One panel a parameter, twelve a figure. Open ends are said in the title of the panel.
#[must_use]
pub fn profiles(about: &About, parameters: &[ParameterProfile]) -> Vec<Figure> {
    pages("profiles", "Profile likelihood", about, parameters.iter().map(panel_of).collect())
}

fn panel_of(profile: &ParameterProfile) -> Panel {
    let logarithmic = profile.logarithmic && profile.values.iter().all(|value| *value > 0.0) && profile.estimate > 0.0;
    let largest = profile.differences.iter().copied().filter(|d| d.is_finite()).fold(0.0, f64::max);
    let top = (1.1 * largest).clamp(LOWEST_TOP, HIGHEST_TOP);
    let (x, y) = (profile.values.clone(), profile.differences.clone());
    let mut marks = vec![Mark::Line { name: "profile".into(), x: x.clone(), y: y.clone(), style: Style::solid(0) }];
    let (within_x, within_y) = x.into_iter().zip(y).filter(|(_, y)| *y <= top).unzip();
    marks.push(Mark::Points { name: "profile".into(), x: within_x, y: within_y, low: None, high: None, style: Style::indexed(0) });
    if profile.standard_error.is_finite() && profile.standard_error > 0.0 {
        let (x, y) = wald(profile, logarithmic, top);
        marks.push(Mark::Line { name: "quadratic (Wald) approximation".into(), x, y, style: Style::indexed(1) });
    }
    marks.push(Mark::HorizontalLine { y: THRESHOLD, label: "3.84".into() });
    marks.push(Mark::VerticalLine { x: profile.estimate, label: "estimate".into() });
    for (end, label) in [(profile.lower, "2.5 %"), (profile.upper, "97.5 %")] {
        if let ProfileEnd::Crosses(x) = end {
            marks.push(Mark::VerticalLine { x, label: label.into() });
        }
    }
    Panel {
        title: Some(title(profile)),
        x: axis(&profile.parameter, &profile.unit, logarithmic),
        y: Axis::linear("−2 ln L above minimum", "").between(0.0, top),
        marks,
        legend: Legend::Auto,
    }
}

/// The approximation over the profiled range, up to the top of the axis.
fn wald(profile: &ParameterProfile, logarithmic: bool, top: f64) -> (Vec<f64>, Vec<f64>) {
    let to = |value: f64| if logarithmic { log(value) } else { value };
    let from = |value: f64| if logarithmic { exp(value) } else { value };
    let ends = profile.values.iter().map(|value| to(*value)).filter(|v| v.is_finite());
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return (Vec::new(), Vec::new());
    }
    let centre = to(profile.estimate);
    let at = |index: usize| low + (high - low) * index as f64 / (WALD_POINTS - 1) as f64;
    let points = (0..WALD_POINTS).map(|index| {
        let deviation = (at(index) - centre) / profile.standard_error;
        (from(at(index)), deviation * deviation)
    });
    points.filter(|(_, y)| *y <= 1.2 * top).unzip()
}

/// "k_on: 0.046 (0.031 to 0.068)", the unit stands on the axis; an open end is said in words.
fn title(profile: &ParameterProfile) -> String {
    let number = |value: f64| significant(value, 3).replace('-', "−");
    let name = format!("{}: {}", profile.parameter, number(profile.estimate));
    if let (ProfileEnd::Crosses(low), ProfileEnd::Crosses(high)) = (profile.lower, profile.upper) {
        return format!("{name} ({} to {})", number(low), number(high));
    }
    let words = |end: ProfileEnd, side: &str| match end {
        ProfileEnd::Crosses(value) => format!("{side} end {}", number(value)),
        ProfileEnd::ReachesBound(bound) => format!("{side} end open, reaches its bound {}", number(bound)),
        ProfileEnd::NeverCrosses => format!("{side} end open, never crosses"),
    };
    format!("{name}; {}; {}", words(profile.lower, "lower"), words(profile.upper, "upper"))
}
