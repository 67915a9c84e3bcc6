//! What treatment did to the patient over time: blood counts, kidney function, lesions; an arm a line.
use super::{capitalised, patient_line};
use crate::radiobiology::blood_counts::grade::thresholds;
use crate::regimen::{ArmResult, RegimenPlan};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::scenario::Scenario;
use crate::units::MINUTES_PER_WEEK;

/// The figures that the scenario's physiology fills.
pub(super) fn patient_course(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Vec<Figure> {
    [counts(scenario, regimen, arms), kidneys(scenario, regimen, arms), lesions(scenario, regimen, arms), psa(scenario, regimen, arms)]
        .into_iter()
        .flatten()
        .collect()
}

fn weeks(arm: &ArmResult) -> Vec<f64> {
    arm.curves.times_min.iter().map(|time| time / MINUTES_PER_WEEK).collect()
}

/// One panel with a line for every arm.
fn panel(title: &str, axis: Axis, arms: &[ArmResult], legend: Legend, of: impl Fn(&ArmResult) -> Vec<f64>) -> Panel {
    let marks: Vec<Mark> = arms
        .iter()
        .enumerate()
        .map(|(position, arm)| Mark::Line { name: capitalised(&arm.arm.title), x: weeks(arm), y: of(arm), style: Style::indexed(position) })
        .collect();
    Panel { title: Some(title.to_owned()), x: Axis::linear("Time", "wk"), y: axis, marks, legend }
}

/// The legend stands in the last panel: where it needs room below, that is below all.
fn legend_of(position: usize, count: usize) -> Legend {
    if position + 1 == count { Legend::Auto } else { Legend::Hidden }
}

fn counts(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Figure> {
    let plan = regimen.physiology.counts.as_ref().filter(|plan| !plan.lineages.is_empty())?;
    let panels: Vec<Panel> = plan
        .lineages
        .iter()
        .enumerate()
        .map(|(position, lineage)| {
            let top = 1.15 * arms.iter().flat_map(|arm| &arm.curves.counts[position]).copied().fold(lineage.baseline, f64::max);
            let axis = Axis::linear(&capitalised(lineage.kind.title()), lineage.kind.unit()).between(0.0, top);
            let mut found = panel(&capitalised(lineage.kind.title()), axis, arms, legend_of(position, plan.lineages.len()), |arm| {
                arm.curves.counts[position].clone()
            });
            let grade_3 = thresholds(lineage.kind).get(2);
            found.marks.extend(grade_3.map(|below| Mark::HorizontalLine { y: *below, label: "G3".into() }));
            found
        })
        .collect();
    Some(Figure {
        name: "blood_counts".into(),
        title: format!("Blood counts: {}", scenario.title),
        columns: panels.len().min(2),
        panels,
        caption: vec![
            patient_line(scenario),
            format!(
                "True course of a transit model with feedback, driven by the dose rate to {}; its radiosensitivities are calibrated or assumed, not measured. G3: below this \
                 line CTCAE grade 3.",
                scenario.targets[plan.marrow].title.to_lowercase()
            ),
        ],
        ..Figure::default()
    })
}

fn kidneys(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Figure> {
    let plan = regimen.physiology.kidneys.as_ref()?;
    let axis = Axis::linear("Clearance", "mL/min").between(0.0, 1.2 * plan.baseline_ml_per_min);
    Some(Figure {
        name: "kidney_function".into(),
        title: format!("Kidney function: {}", scenario.title),
        panels: vec![panel("Creatinine clearance", axis, arms, Legend::Auto, |arm| arm.curves.clearance_ml_per_min.clone())],
        caption: vec![
            patient_line(scenario),
            "Mean loss by dose as observed after 177Lu therapy; single patients differ by 13 to 19 % a year, which is not shown.".into(),
        ],
        ..Figure::default()
    })
}

fn lesions(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Figure> {
    let plans = &regimen.physiology.lesions;
    if plans.is_empty() {
        return None;
    }
    let panels: Vec<Panel> = plans
        .iter()
        .enumerate()
        .map(|(position, plan)| {
            let top = 1.15 * arms.iter().flat_map(|arm| &arm.curves.lesion_ml[position]).copied().fold(plan.volume_ml, f64::max);
            let axis = Axis::linear("Volume", "mL").between(0.0, top);
            panel(&scenario.targets[plan.target].title, axis, arms, legend_of(position, plans.len()), |arm| {
                arm.curves.lesion_ml[position].clone()
            })
        })
        .collect();
    Some(Figure {
        name: "lesions".into(),
        title: format!("Lesions: {}", scenario.title),
        columns: panels.len().min(3),
        panels,
        caption: vec![
            patient_line(scenario),
            "Growth and radiosensitivity of lesions are assumed: the figure shows what follows from them, not what was observed.".into(),
        ],
        ..Figure::default()
    })
}

fn psa(scenario: &Scenario, regimen: &RegimenPlan, arms: &[ArmResult]) -> Option<Figure> {
    let plan = regimen.physiology.psa.as_ref()?;
    let axis = Axis::log10("PSA", "µg/L");
    Some(Figure {
        name: "psa".into(),
        title: format!("PSA: {}", scenario.title),
        panels: vec![panel("PSA", axis, arms, Legend::Auto, |arm| arm.curves.psa_ug_per_l.clone())],
        caption: vec![
            patient_line(scenario),
            format!(
                "Typical growth and effects of Siebinga et al. 2024, driven by the activity concentration in {}; patients differ by 90 to 140 %, which is not shown.",
                scenario.targets[plan.target].title.to_lowercase()
            ),
        ],
        ..Figure::default()
    })
}
