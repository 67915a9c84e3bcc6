//! Fixed and adapted arms side by side.
use super::effects::response_figure;
use super::patient_course::patient_course;
use super::{capitalised, cycles_words, lower_first, patient_line, proof, shown_target};
use crate::regimen::{Adaptation, ArmResult, LimitQuantity, RegimenPlan};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::comparison::estimator;
use crate::session::scenario::Scenario;
use crate::trial::effect_quantity;
use crate::units::MINUTES_PER_WEEK;

/// Fixed and adapted arms side by side: what was absorbed and what the clinic believed; doses by cycle; dose rate; what it did to the patient; NTCP of the arms.
pub fn regimens(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(position) = shown_target(scenario, regimen) {
        figures.push(side_by_side(scenario, regimen, arms, position));
        // one administration has no course from cycle to cycle, and its dose rate is a figure already
        if arms.iter().any(|arm| arm.cycles.len() > 1) {
            figures.push(by_cycle(scenario, arms));
            figures.push(arm_dose_rates(scenario, arms, position));
        }
    }
    figures.extend(patient_course(scenario, regimen, arms));
    for effect in &scenario.effects {
        let target = &scenario.targets[effect.target];
        let points = arms
            .iter()
            .filter_map(|arm| {
                effect_quantity(effect.relation.quantity, &arm.totals[effect.target], target.repair)
                    .map(|value| (format!("arm {}", arm.arm.title), value, None))
            })
            .collect();
        figures.extend(response_figure(scenario, effect, &format!("regimens_{}_{}", target.name, effect.relation.name), points));
    }
    figures
}

/// How many panels of arms stand side by side.
fn columns(arms: usize) -> usize {
    if arms == 4 { 2 } else { arms.min(3) }
}

fn clinic_line(regimen: &RegimenPlan) -> String {
    if regimen.clinic.imaging.is_empty() {
        return "Nothing is imaged: the rules know no dose. True: the model.".to_owned();
    }
    format!("Estimated: {}, from noisy scans; rules see only these. True: the model.", estimator(regimen))
}

/// What stands before the scenario's title.
fn heading(arms: &[ArmResult]) -> &'static str {
    let adapts = |arm: &ArmResult| arm.arm.adaptation != Adaptation::Fixed;
    match (arms.iter().any(adapts), arms.iter().all(adapts)) {
        (true, false) => "Fixed and adapted",
        (true, true) => "Adapted arms",
        _ => "Arms side by side",
    }
}

fn side_by_side(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult], position: usize) -> Figure {
    let target = &scenario.targets[position];
    let limit_of = |arm: &ArmResult| {
        let found = arm.arm.limits.iter().find(|limit| limit.target == position && limit.quantity == LimitQuantity::AbsorbedDose);
        found.map(|limit| limit.of_patient_gy(!regimen.risk_factors.is_empty()) * arm.arm.prescribed_share)
    };
    let shared = arms.iter().find_map(limit_of);
    let largest = arms.iter().map(|arm| arm.totals[position].absorbed_gy.max(arm.estimated_gy(position).unwrap_or(0.0)));
    let top = largest.chain(shared).fold(0.0, f64::max) * 1.15;
    let top = if top > 0.0 { top } else { 1.0 };
    let last_week = last_week(scenario, arms);
    let panels = arms
        .iter()
        .map(|arm| {
            let x: Vec<f64> = arm.times_min.iter().map(|time| time / MINUTES_PER_WEEK).collect();
            let (x, y): (Vec<f64>, Vec<f64>) =
                x.into_iter().zip(arm.doses_gy[position].iter().copied()).filter(|(week, _)| *week <= last_week).unzip();
            let mut marks = vec![Mark::Line { name: "true".into(), x, y, style: Style::solid(0) }];
            marks.extend(estimated(arm, position));
            marks.extend(limit_of(arm).or(shared).map(|y| Mark::HorizontalLine { y, label: "limit".into() }));
            Panel {
                title: Some(format!(
                    "{}: {}, {:.1} GBq",
                    capitalised(&arm.arm.title),
                    cycles_words(arm.cycles.len()),
                    arm.activity_mbq() / 1e3
                )),
                x: Axis::linear("Time", "wk").between(0.0, last_week * 1.02),
                y: Axis::linear(&format!("Dose to {}", lower_first(&target.title)), "Gy").between(0.0, top),
                marks,
                legend: Legend::Auto,
            }
        })
        .collect::<Vec<_>>();
    Figure {
        name: "regimens".into(),
        title: format!("{}: {}", heading(arms), scenario.title),
        columns: columns(panels.len()),
        panels,
        caption: vec![patient_line(scenario), clinic_line(regimen), proof(scenario).into()],
        ..Figure::default()
    }
}

/// Where the axis of time ends (wk): with the treatment; after single administrations when the nuclide has decayed to 0.1 %, if that is earlier.
fn last_week(scenario: &Scenario, arms: &[ArmResult]) -> f64 {
    let treatment_min = arms.iter().filter_map(last_treatment_min).fold(0.0, f64::max);
    let single = arms.iter().all(|arm| arm.cycles.len() <= 1);
    let decayed_min = scenario.model.nuclide.filter(|_| single).map(|nuclide| crate::math::log(1e3) / nuclide.decay_constant_per_min());
    let end_min = treatment_min.min(decayed_min.unwrap_or(f64::INFINITY));
    // where no arm gave anything the axis still needs a length
    if end_min > 0.0 { end_min / MINUTES_PER_WEEK } else { 1.0 }
}

/// End of the last cycle's interval (min): the follow-up has figures of its own.
fn last_treatment_min(arm: &ArmResult) -> Option<f64> {
    let last = arm.cycles.last()?.time_min;
    let interval = arm.interval_min;
    Some((last + interval).min(arm.times_min.last().copied().unwrap_or(f64::INFINITY)))
}

/// The clinic's running total; cycles without an estimate end it.
fn estimated(arm: &ArmResult, position: usize) -> Option<Mark> {
    let (mut sum, mut variance) = (0.0, 0.0);
    let (mut x, mut y, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for cycle in &arm.cycles {
        let estimate = cycle.estimates[position].as_ref()?;
        sum += estimate.absorbed_gy;
        variance += estimate.standard_error_gy.map_or(0.0, |error| error * error);
        x.push((cycle.time_min + arm.interval_min) / MINUTES_PER_WEEK);
        y.push(sum);
        low.push(sum - variance.sqrt());
        high.push(sum + variance.sqrt());
    }
    let name = if variance > 0.0 { "estimated ± standard error" } else { "estimated" };
    let bars = (variance > 0.0).then_some((low, high));
    let (low, high) = bars.map_or((None, None), |(low, high)| (Some(low), Some(high)));
    (!x.is_empty()).then(|| Mark::Points { name: name.into(), x, y, low, high, style: Style::indexed(1) })
}

fn by_cycle(scenario: &Scenario, arms: &[ArmResult]) -> Figure {
    let panels = arms
        .iter()
        .map(|arm| {
            let marks = scenario
                .targets
                .iter()
                .enumerate()
                .flat_map(|(position, target)| {
                    let x: Vec<f64> = (1..=arm.cycles.len()).map(|cycle| cycle as f64).collect();
                    let mut sum = 0.0;
                    let y: Vec<f64> = arm
                        .cycles
                        .iter()
                        .map(|cycle| {
                            sum += cycle.true_doses[position].absorbed_gy;
                            sum
                        })
                        .collect();
                    let style = Style::indexed(position);
                    [
                        Mark::Line { name: target.title.clone(), x: x.clone(), y: y.clone(), style },
                        Mark::Points { name: target.title.clone(), x, y, low: None, high: None, style },
                    ]
                })
                .collect();
            let longest = arms.iter().map(|arm| arm.cycles.len()).max().unwrap_or(1) as f64;
            Panel {
                title: Some(capitalised(&arm.arm.title)),
                x: Axis::linear("Cycle", "").between(0.5, longest + 0.5),
                y: Axis::log10("Cumulative absorbed dose", "Gy"),
                marks,
                legend: Legend::Auto,
            }
        })
        .collect::<Vec<_>>();
    Figure {
        name: "cumulative_by_cycle".into(),
        title: format!("Cumulative dose by cycle: {}", scenario.title),
        columns: columns(panels.len()),
        panels: same_range(panels),
        caption: vec![patient_line(scenario), "True doses of the model.".into()],
        ..Figure::default()
    }
}

/// Gives all panels the range of the widest, so that arms can be compared.
fn same_range(mut panels: Vec<Panel>) -> Vec<Panel> {
    let values = || {
        panels.iter().flat_map(|panel| &panel.marks).flat_map(|mark| match mark {
            Mark::Line { y, .. } => y.clone(),
            _ => Vec::new(),
        })
    };
    let largest = values().fold(0.0, f64::max);
    let smallest = values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    if largest > 0.0 && smallest.is_finite() {
        for panel in &mut panels {
            panel.y.range = Some((smallest / 1.5, largest * 1.5));
        }
    }
    panels
}

fn arm_dose_rates(scenario: &Scenario, arms: &[ArmResult], position: usize) -> Figure {
    let target = &scenario.targets[position];
    let largest = arms.iter().flat_map(|arm| &arm.dose_rates_gy_per_h[position]).copied().fold(0.0, f64::max) * 1e3;
    let last_week = last_week(scenario, arms);
    let panels = arms
        .iter()
        .map(|arm| {
            let points = arm.times_min.iter().zip(&arm.dose_rates_gy_per_h[position]);
            let (x, y): (Vec<f64>, Vec<f64>) =
                points.map(|(time, rate)| (time / MINUTES_PER_WEEK, rate * 1e3)).filter(|(week, _)| *week <= last_week).unzip();
            Panel {
                title: Some(capitalised(&arm.arm.title)),
                x: Axis::linear("Time", "wk").between(0.0, last_week * 1.02),
                y: Axis::linear(&format!("Dose rate in {}", lower_first(&target.title)), "mGy/h").between(0.0, largest * 1.1),
                marks: vec![Mark::Line { name: target.title.clone(), x, y, style: Style::solid(position) }],
                legend: Legend::Hidden,
            }
        })
        .collect::<Vec<_>>();
    Figure {
        name: "regimens_dose_rate".into(),
        title: format!("Dose rate over all cycles: {}", scenario.title),
        columns: columns(panels.len()),
        panels,
        caption: vec![patient_line(scenario)],
        ..Figure::default()
    }
}
