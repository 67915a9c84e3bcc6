//! Fixed and adapted arms side by side.
use super::effects::response_figure;
use super::{capitalised, patient_line};
use crate::regimen::{ArmResult, LimitQuantity, RegimenPlan};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::scenario::Scenario;
use crate::session::simulation::effect_quantity;

/// Minutes in a week.
const WEEK_MIN: f64 = 10_080.0;

/// Fixed and adapted arms side by side: what was absorbed and what the clinic believed; doses by cycle; dose rate; NTCP of the arms.
pub fn regimens(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Vec<Figure> {
    let mut figures = vec![side_by_side(scenario, regimen, arms), by_cycle(scenario, arms), arm_dose_rates(scenario, regimen, arms)];
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

fn clinic_line(regimen: &RegimenPlan) -> String {
    format!(
        "Estimated: one exponential through {} noisy scans a cycle (CV {} %); rules see only these. True: the model.",
        regimen.clinic.scans_min.len(),
        regimen.clinic.scan_cv * 100.0
    )
}

const NOT_PROVEN: &str = "Not proven: that adapting to dose helps patients treated with 177Lu (Dieudonné et al., EJNMMI 2023). The arms show doses, not outcomes.";

fn side_by_side(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Figure {
    let target = &scenario.targets[regimen.limit.target];
    let position = regimen.limit.target;
    let largest = arms.iter().map(|arm| arm.totals[position].absorbed_gy.max(arm.estimated_gy())).fold(0.0, f64::max);
    let on_dose = regimen.limit.quantity == LimitQuantity::AbsorbedDose;
    let top = if on_dose { largest.max(regimen.limit.limit_gy) * 1.15 } else { largest * 1.15 };
    let last_week = arms.iter().flat_map(|arm| arm.times_min.last()).copied().fold(0.0, f64::max) / WEEK_MIN;
    let panels = arms
        .iter()
        .map(|arm| {
            let x: Vec<f64> = arm.times_min.iter().map(|time| time / WEEK_MIN).collect();
            let mut marks = vec![Mark::Line { name: "true".into(), x, y: arm.doses_gy[position].clone(), style: Style::solid(0) }];
            let mut sum = 0.0;
            let mut variance = 0.0;
            let (mut at, mut estimated, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for cycle in &arm.cycles {
                sum += cycle.estimate.absorbed_gy;
                variance += cycle.estimate.standard_error_gy.map_or(0.0, |error| error * error);
                at.push((cycle.time_min + regimen.interval_min) / WEEK_MIN);
                estimated.push(sum);
                low.push(sum - variance.sqrt());
                high.push(sum + variance.sqrt());
            }
            marks.push(Mark::Points {
                name: "estimated ± standard error".into(),
                x: at,
                y: estimated,
                low: Some(low),
                high: Some(high),
                style: Style::indexed(1),
            });
            if on_dose {
                marks.push(Mark::HorizontalLine { y: regimen.limit.limit_gy, label: "limit".into() });
            }
            Panel {
                title: Some(format!("{}: {} cycles, {:.1} GBq", capitalised(&arm.arm.title), arm.cycles.len(), arm.activity_mbq() / 1e3)),
                x: Axis::linear("Time", "wk").between(0.0, last_week * 1.02),
                y: Axis::linear(&format!("Dose to {}", target.title.to_lowercase()), "Gy").between(0.0, top),
                marks,
                legend: Legend::Auto,
            }
        })
        .collect::<Vec<_>>();
    Figure {
        name: "regimens".into(),
        title: format!("Fixed and adapted: {}", scenario.title),
        columns: panels.len(),
        panels,
        caption: vec![patient_line(scenario), clinic_line(regimen), NOT_PROVEN.into()],
        ..Figure::default()
    }
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
        columns: panels.len(),
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

fn arm_dose_rates(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Figure {
    let target = &scenario.targets[regimen.limit.target];
    let position = regimen.limit.target;
    let largest = arms.iter().flat_map(|arm| &arm.dose_rates_gy_per_h[position]).copied().fold(0.0, f64::max) * 1e3;
    let last_week = arms.iter().flat_map(|arm| arm.times_min.last()).copied().fold(0.0, f64::max) / WEEK_MIN;
    let panels = arms
        .iter()
        .map(|arm| {
            let x: Vec<f64> = arm.times_min.iter().map(|time| time / WEEK_MIN).collect();
            let y: Vec<f64> = arm.dose_rates_gy_per_h[position].iter().map(|rate| rate * 1e3).collect();
            Panel {
                title: Some(capitalised(&arm.arm.title)),
                x: Axis::linear("Time", "wk").between(0.0, last_week * 1.02),
                y: Axis::linear(&format!("Dose rate in {}", target.title.to_lowercase()), "mGy/h").between(0.0, largest * 1.1),
                marks: vec![Mark::Line { name: target.title.clone(), x, y, style: Style::solid(position) }],
                legend: Legend::Hidden,
            }
        })
        .collect::<Vec<_>>();
    Figure {
        name: "regimens_dose_rate".into(),
        title: format!("Dose rate over all cycles: {}", scenario.title),
        columns: panels.len(),
        panels,
        caption: vec![patient_line(scenario)],
        ..Figure::default()
    }
}
