//! What the data added to the prior: median and 95 % interval of prior and posterior of each parameter, relative to the prior median.

use super::pages::page;
use super::{About, Interval95, ParameterUpdate};
use crate::report::{Axis, Figure, IntervalSeries, Legend, Mark, Panel, Scale, Style};

/// Prior and posterior intervals, one row a parameter, which also says how much the standard deviation shrank. The axis is logarithmic
/// unless an interval reaches zero. Parameters whose prior median is zero have no ratio; they are named in the caption.
#[must_use]
pub fn prior_and_posterior(about: &About, parameters: &[ParameterUpdate]) -> Figure {
    let (shown, without): (Vec<&ParameterUpdate>, Vec<&ParameterUpdate>) =
        parameters.iter().partition(|update| update.prior.median.is_finite() && update.prior.median != 0.0);
    let series = |name: &str, of: fn(&ParameterUpdate) -> &Interval95, style: Style| {
        let ratio =
            |of_end: fn(&Interval95) -> f64| -> Vec<f64> { shown.iter().map(|update| of_end(of(update)) / update.prior.median).collect() };
        IntervalSeries { name: name.into(), middle: ratio(|i| i.median), low: ratio(|i| i.low), high: ratio(|i| i.high), style }
    };
    let series = vec![
        series("prior, median and 95 % interval", |update| &update.prior, Style::muted()),
        series("posterior, median and 95 % interval", |update| &update.posterior, Style::solid(0)),
    ];
    let positive = series.iter().flat_map(|one| one.low.iter().chain(&one.high)).all(|value| !value.is_finite() || *value > 0.0);
    let label = "Parameter relative to its prior median";
    let panel = Panel {
        x: Axis { scale: if positive { Scale::Log10 } else { Scale::Linear }, ..Axis::linear(label, "") },
        y: Axis::of_categories("", shown.iter().map(|update| row_name(update)).collect()),
        marks: vec![Mark::VerticalLine { x: 1.0, label: String::new() }, Mark::Intervals { series }],
        legend: Legend::Below,
        title: None,
    };
    let mut figure = page("prior_posterior", "Prior and posterior", about, vec![panel]);
    figure.caption.push("Shrinkage: 1 − SD(posterior)/SD(prior), on the scale of the estimation; 0 % where the data said nothing.".into());
    if !without.is_empty() {
        let names: Vec<&str> = without.iter().map(|update| update.parameter.as_str()).collect();
        figure.caption.push(format!("Not shown, prior median zero or missing: {}.", names.join(", ")));
    }
    figure
}

/// "k_on", and below it "SD shrunk by 43 %".
fn row_name(update: &ParameterUpdate) -> String {
    let percent = (100.0 * update.shrinkage).round();
    match update.shrinkage {
        s if !s.is_finite() => update.parameter.clone(),
        s if s < 0.0 && percent < 0.0 => format!("{}\nSD grown by {} %", update.parameter, -percent),
        _ => format!("{}\nSD shrunk by {} %", update.parameter, percent.max(0.0)),
    }
}
