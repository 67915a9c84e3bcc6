//! The figures of an outcome, as plain data for `report` and for the workbench.
use super::fitting::GroupFit;
use super::scenario::Scenario;
use super::simulation::{Simulated, effect_quantity};
use crate::fit::error_model::ErrorModel;
use crate::model::checked::ObservableKind;
use crate::radiobiology::registry::Effect;
use crate::regimen::{ArmResult, LimitQuantity, RegimenPlan};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::units::MINUTES_PER_HOUR;

/// Curves are shown over this many decades below their maximum.
const DECADES: f64 = 1e-5;
/// Minutes in a week.
const WEEK_MIN: f64 = 10_080.0;

fn hours(times_min: &[f64]) -> Vec<f64> {
    times_min.iter().map(|time| time / MINUTES_PER_HOUR).collect()
}

/// Caption lines that every figure of a scenario carries.
fn patient_line(scenario: &Scenario) -> String {
    format!("Patient {}; model {}.", scenario.patient, scenario.model.title)
}

/// A logarithmic axis that ends some decades below the largest value.
fn log_axis(label: &str, unit: &str, series: &[&[f64]]) -> Axis {
    let largest = series.iter().flat_map(|values| values.iter()).copied().fold(0.0, f64::max);
    let smallest = series.iter().flat_map(|values| values.iter()).copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    let axis = Axis::log10(label, unit);
    if largest > 0.0 && smallest < largest * DECADES { axis.between(largest * DECADES, largest * 2.0) } else { axis }
}

/// Keeps the part of a curve that a logarithmic axis can show.
fn visible(x: &[f64], y: &[f64], floor: f64) -> (Vec<f64>, Vec<f64>) {
    x.iter().zip(y).filter(|(_, y)| **y > floor).map(|(x, y)| (*x, *y)).unzip()
}

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
        let error = scenario.fit.as_ref().map(|plan| plan.error);
        let half: Option<Vec<f64>> = used
            .iter()
            .map(|point| match (point.sd, error) {
                (Some(sd), _) => Some(sd),
                (None, Some(ErrorModel::Constant { standard_deviation })) => Some(standard_deviation),
                (
                    None,
                    Some(ErrorModel::Proportional { coefficient_of_variation, .. } | ErrorModel::LogNormal { coefficient_of_variation }),
                ) => Some(coefficient_of_variation * point.measured),
                _ => None,
            })
            .collect();
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
    let mut caption = vec![patient_line(scenario)];
    if let Some(plan) = &scenario.fit {
        caption.push(format!("Error model: {}.", plan.error_words));
    }
    if let Some(source) = data.and_then(|data| data.source.clone()) {
        caption.push(format!("Data: {source}."));
    }
    Figure {
        name: "fit".into(),
        title: format!("Measured and fitted: {}", scenario.title),
        panels: vec![Panel { x: Axis::linear("Time after administration", "h"), y, marks, legend: Legend::Auto, title: None }],
        caption,
        ..Figure::default()
    }
}

/// The fitted curve at many times between the first dose and a little after the last point.
fn smooth(scenario: &Scenario, fit: &GroupFit) -> Option<(Vec<f64>, Vec<f64>)> {
    use crate::dosimetry::course::{CoursePlan, SolveSettings};
    let observable = fit.points.first()?.observable;
    if fit.points.iter().any(|point| point.observable != observable) {
        return None;
    }
    let last = fit.points.iter().map(|point| point.time_min).fold(0.0, f64::max) * 1.15;
    let times: Vec<f64> = (0..160).map(|step| (last * f64::from(step) / 159.0).min(last)).collect();
    let plan = CoursePlan::new(scenario.model.clone(), Vec::new(), false).ok()?;
    let mut course = super::fitting::dosed_course(&plan, scenario, &fit.parameters, fit.dose).ok()?;
    course.advance(last, &times, &SolveSettings { method: scenario.solve.method, ..Default::default() }).ok()?;
    let data = scenario.data.as_ref()?;
    let series = if data.is_activity { &course.samples.activities } else { &course.samples.values };
    Some((hours(&times), series[observable].iter().map(|value| value / data.value_in_internal).collect()))
}

/// Curves of the observables: activity where there is a nuclide, else what they are.
pub fn curves(scenario: &Scenario, simulated: &Simulated, fits: &[GroupFit]) -> Vec<Figure> {
    let samples = &simulated.samples;
    let x = hours(&samples.times_min);
    let mut figures = Vec::new();
    let regions: Vec<usize> = (0..scenario.model.observables.len())
        .filter(|position| {
            scenario.model.observables[*position].kind == ObservableKind::Region && !samples.activities[*position].is_empty()
        })
        .collect();
    if !regions.is_empty() {
        let series: Vec<&[f64]> = regions.iter().map(|position| samples.activities[*position].as_slice()).collect();
        let y_axis = log_axis("Activity", "MBq", &series);
        let floor = y_axis.range.map_or(0.0, |(low, _)| low);
        let marks = regions
            .iter()
            .enumerate()
            .map(|(colour, position)| {
                let (x, y) = visible(&x, &samples.activities[*position], floor);
                Mark::Line { name: scenario.model.observables[*position].title.clone(), x, y, style: Style::indexed(colour) }
            })
            .collect();
        figures.push(Figure {
            name: "time_activity".into(),
            title: format!("Activity over time: {}", scenario.title),
            panels: vec![Panel { x: Axis::linear("Time after administration", "h"), y: y_axis, marks, legend: Legend::Auto, title: None }],
            caption: vec![patient_line(scenario)],
            ..Figure::default()
        });
    } else if fits.is_empty() {
        for (position, observable) in scenario.model.observables.iter().enumerate() {
            let mark = Mark::Line {
                name: observable.title.clone(),
                x: x.clone(),
                y: samples.values[position].clone(),
                style: Style::solid(position),
            };
            figures.push(Figure {
                name: format!("curve_{}", observable.name),
                title: format!("{}: {}", observable.title, scenario.title),
                panels: vec![Panel {
                    x: Axis::linear("Time", "h"),
                    y: Axis::linear(&observable.title, &observable.dimension.internal_unit()),
                    marks: vec![mark],
                    legend: Legend::Hidden,
                    title: None,
                }],
                caption: vec![patient_line(scenario)],
                ..Figure::default()
            });
        }
    }
    figures
}

/// Dose rate and cumulative dose of the targets.
pub fn doses(scenario: &Scenario, simulated: &Simulated) -> Vec<Figure> {
    let samples = &simulated.samples;
    let x = hours(&samples.times_min);
    let rates: Vec<Vec<f64>> = samples.dose_rates_gy_per_h.iter().map(|series| series.iter().map(|rate| rate * 1e3).collect()).collect();
    let rate_axis = log_axis("Dose rate", "mGy/h", &rates.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let floor = rate_axis.range.map_or(0.0, |(low, _)| low);
    let dose_slices: Vec<&[f64]> = samples.doses_gy.iter().map(Vec::as_slice).collect();
    let finals: Vec<f64> = simulated.doses.iter().map(|dose| dose.absorbed_gy).collect();
    let spread = finals.iter().copied().fold(0.0, f64::max) / finals.iter().copied().fold(f64::INFINITY, f64::min).max(1e-300);
    // organs and lesions of very different dose need a logarithmic axis to be seen together
    let dose_axis = if spread > 20.0 {
        let largest = finals.iter().copied().fold(0.0, f64::max);
        Axis::log10("Absorbed dose", "Gy").between(largest * 1e-4, largest * 2.0)
    } else {
        Axis::linear("Absorbed dose", "Gy")
    };
    let dose_floor = dose_axis.range.map_or(f64::NEG_INFINITY, |(low, _)| low);
    let line = |position: usize, series: &[f64], floor: f64| {
        let (x, y) = visible(&x, series, floor);
        Mark::Line { name: scenario.targets[position].title.clone(), x, y, style: Style::indexed(position) }
    };
    let caption = || {
        let mut lines = vec![patient_line(scenario)];
        let methods: std::collections::BTreeSet<&str> =
            scenario.targets.iter().flat_map(|target| target.terms.iter().map(|(_, s)| s.method.title())).collect();
        lines.push(format!("S-values: {}.", methods.into_iter().collect::<Vec<_>>().join(", ")));
        lines
    };
    vec![
        Figure {
            name: "dose_rate".into(),
            title: format!("Dose rate: {}", scenario.title),
            panels: vec![Panel {
                x: Axis::linear("Time after administration", "h"),
                y: rate_axis,
                marks: rates.iter().enumerate().map(|(position, series)| line(position, series, floor)).collect(),
                legend: Legend::Auto,
                title: None,
            }],
            caption: caption(),
            ..Figure::default()
        },
        Figure {
            name: "cumulative_dose".into(),
            title: format!("Absorbed dose so far: {}", scenario.title),
            panels: vec![Panel {
                x: Axis::linear("Time after administration", "h"),
                y: dose_axis,
                marks: dose_slices.iter().enumerate().map(|(position, series)| line(position, series, dose_floor)).collect(),
                legend: Legend::Auto,
                title: None,
            }],
            caption: caption(),
            ..Figure::default()
        },
    ]
}

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
fn response_figure(
    scenario: &Scenario,
    effect: &super::scenario::EffectPlan,
    name: &str,
    points: Vec<(String, f64, Option<f64>)>,
) -> Option<Figure> {
    let relation = &effect.relation;
    let target = &scenario.targets[effect.target];
    let largest = points.iter().map(|(_, value, _)| *value).fold(relation.curve.midpoint_gy(), f64::max) * 1.5;
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
        title: format!("{kind} of {}: {}", target.title, relation.endpoint),
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

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

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
