//! Measured values and the curves fitted through them.
use super::{hours, log_axis, patient_line};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::fitting::GroupFit;
use crate::session::scenario::{FitPlan, Scenario};
use crate::units::MINUTES_PER_HOUR;

/// Measured values with error bars and the fitted curve through them.
pub fn fits(scenario: &Scenario, fits: &[GroupFit]) -> Figure {
    let data = scenario.data.as_ref();
    let unit = data.map_or("", |data| data.value_unit.as_str());
    let positive = fits.iter().flat_map(|fit| &fit.points).all(|point| point.measured > 0.0);
    let mut marks = Vec::new();
    let mut all = Vec::new();
    for (position, fit) in fits.iter().enumerate() {
        let name = if fits.len() == 1 {
            "measured".to_string()
        } else if data.is_some_and(|data| data.subject_column.is_some()) {
            format!("subject {}", fit.name)
        } else {
            fit.name.replace('_', " ")
        };
        let used: Vec<_> = fit.points.iter().filter(|point| point.excluded.is_none()).collect();
        let x: Vec<f64> = used.iter().map(|point| point.time_min / MINUTES_PER_HOUR).collect();
        let y: Vec<f64> = used.iter().map(|point| point.measured).collect();
        all.extend(y.iter().copied());
        let half: Option<Vec<f64>> =
            fit.points.iter().zip(&fit.deviations).filter(|(point, _)| point.excluded.is_none()).map(|(_, deviation)| *deviation).collect();
        let (low, high) = match half {
            Some(half) => (
                Some(y.iter().zip(&half).map(|(y, half)| y - half).collect()),
                Some(y.iter().zip(&half).map(|(y, half)| y + half).collect()),
            ),
            None => (None, None),
        };
        let style = Style::indexed(position);
        let mut curve: Vec<(f64, f64)> =
            fit.points.iter().zip(&fit.predicted).map(|(point, predicted)| (point.time_min / MINUTES_PER_HOUR, *predicted)).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (curve_x, curve_y): (Vec<f64>, Vec<f64>) = smooth(scenario, fit).unwrap_or_else(|| curve.into_iter().unzip());
        all.extend(curve_y.iter().copied());
        marks.push(Mark::Points { name: name.clone(), x, y, low, high, style });
        let name = if fits.len() == 1 { "fitted".to_string() } else { name };
        marks.push(Mark::Line { name, x: curve_x, y: curve_y, style });
    }
    let label = data.map_or("Value", |data| if data.is_activity { "Activity" } else { "Measured value" });
    let label =
        if label == "Measured value" { scenario.model.observables.first().map_or(label, |first| first.title.as_str()) } else { label };
    let y = if positive { log_axis(label, unit, &[&all]) } else { Axis::linear(label, unit) };
    let caption = scenario.fit.as_ref().map_or_else(|| vec![patient_line(scenario)], |plan| caption(scenario, plan));
    Figure {
        name: "fit".into(),
        title: format!("Measured and fitted: {}", scenario.title),
        panels: vec![Panel { x: Axis::linear("Time after administration", "h"), y, marks, legend: Legend::Auto, title: None }],
        caption,
        ..Figure::default()
    }
}

/// What stands under every figure of a fit: patient, error model, source of the data.
pub fn caption(scenario: &Scenario, plan: &FitPlan) -> Vec<String> {
    let mut caption = vec![patient_line(scenario), format!("Error model: {}.", plan.error_words)];
    if let Some(source) = scenario.data.as_ref().and_then(|data| data.source.clone()) {
        caption.push(format!("Data: {source}."));
    }
    caption
}

/// The fitted curve at many times between the first dose and a little after the last point.
fn smooth(scenario: &Scenario, fit: &GroupFit) -> Option<(Vec<f64>, Vec<f64>)> {
    use crate::dosimetry::course::{CoursePlan, SolveSettings};
    let first = fit.points.first()?;
    let observable = first.observable;
    if fit.points.iter().any(|point| point.observable != observable || point.unit != first.unit) {
        return None;
    }
    let last = fit.points.iter().map(|point| point.time_min).fold(0.0, f64::max) * 1.15;
    let times: Vec<f64> = (0..160).map(|step| (last * f64::from(step) / 159.0).min(last)).collect();
    let plan = CoursePlan::new(scenario.model.clone(), Vec::new(), false).ok()?;
    let mut course = crate::session::fitting::dosed_course(&plan, scenario, &fit.parameters, fit.dose).ok()?;
    course.advance(last, &times, &SolveSettings { method: scenario.solve.method, ..Default::default() }).ok()?;
    let series = if first.is_activity { &course.samples.activities } else { &course.samples.values };
    Some((hours(&times), series[observable].iter().map(|value| value / first.unit_in_internal).collect()))
}
