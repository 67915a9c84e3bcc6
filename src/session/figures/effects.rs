//! Dose–effect relations with the patient on the curve.
use super::{capitalised, lower_first, patient_line};
use crate::radiobiology::registry::Effect;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::scenario::{EffectPlan, Scenario};
use crate::session::simulation::Simulated;
use crate::trial::effect_quantity;

/// Each dose–effect relation with the patient on its curve.
pub fn effects(scenario: &Scenario, simulated: &Simulated) -> Vec<Figure> {
    scenario
        .effects
        .iter()
        .filter_map(|effect| {
            let target = &scenario.targets[effect.target];
            let value = effect_quantity(effect.relation.quantity, &simulated.doses[effect.target], target.repair)?;
            let error = simulated.dose_errors[effect.target].given;
            let points = vec![("this administration".to_string(), value, error)];
            response_figure(scenario, effect, &format!("effect_{}_{}", target.name, effect.relation.name), points)
        })
        .collect()
}

/// The curve of a relation with named patients' points (value and its standard error, Gy) on it.
pub(super) fn response_figure(
    scenario: &Scenario,
    effect: &EffectPlan,
    name: &str,
    points: Vec<(String, f64, Option<f64>)>,
) -> Option<Figure> {
    let relation = &effect.relation;
    let target = &scenario.targets[effect.target];
    let largest = points.iter().map(|(_, value, _)| *value).fold(relation.curve.midpoint_gy()?, f64::max) * 1.5;
    let x: Vec<f64> = (0..=200).map(|step| largest * f64::from(step) / 200.0).collect();
    let y: Vec<f64> = x.iter().map(|dose| relation.curve.probability(*dose).map(|p| 100.0 * p)).collect::<Option<_>>()?;
    let kind = if relation.effect == Effect::Toxicity { "NTCP" } else { "TCP" };
    let mut marks = vec![Mark::Line { name: format!("{kind} ({})", relation.evidence.word()), x, y, style: Style::solid(0) }];
    for (position, (name, value, error)) in points.into_iter().enumerate() {
        let probability = |dose: f64| relation.curve.probability(dose.max(0.0)).map(|p| 100.0 * p);
        let height = probability(value)?;
        let (low, high) = match error.and_then(|error| probability(value - error).zip(probability(value + error))) {
            Some((low, high)) => (Some(vec![low]), Some(vec![high])),
            None => (None, None),
        };
        marks.push(Mark::Points { name, x: vec![value], y: vec![height], low, high, style: Style::indexed(position + 1) });
    }
    let mut caption = vec![patient_line(scenario)];
    caption.extend(relation.report_sentences());
    Some(Figure {
        name: name.to_string(),
        title: format!("{kind} of {}: {}", lower_first(&target.title), relation.endpoint),
        panels: vec![Panel {
            x: Axis::linear(&format!("{} to {}", capitalised(relation.quantity.title()), target.title.to_lowercase()), "Gy"),
            y: Axis::linear(kind, "%").between(0.0, 100.0),
            marks,
            legend: Legend::Auto,
            title: None,
        }],
        caption,
        ..Figure::default()
    })
}
