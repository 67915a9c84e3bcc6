//! Figures of a trial.
use crate::regimen::RegimenPlan;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::figures::{capitalised, lower_first, shown_target};
use crate::session::scenario::{CohortSection, Scenario};
use crate::trial::{CohortPlan, RowColumn, Spread, TrialSummary};

/// All of them.
pub fn all(
    scenario: &Scenario,
    regimen: &RegimenPlan,
    section: &CohortSection,
    cohort: &CohortPlan,
    columns: &[RowColumn],
    summary: &TrialSummary,
) -> Vec<Figure> {
    distribution(scenario, regimen, section, cohort, columns, summary).into_iter().collect()
}

fn spread<'s>(columns: &[RowColumn], summary: &'s TrialSummary, arm: usize, name: &str) -> Option<&'s Spread> {
    let position = columns.iter().position(|column| column.name == name)?;
    summary.arms.get(arm)?.get(position).filter(|spread| spread.count() > 0)
}

/// Distribution over the patients of cycles, activity and the dose that rules look at.
fn distribution(
    scenario: &Scenario,
    regimen: &RegimenPlan,
    section: &CohortSection,
    cohort: &CohortPlan,
    columns: &[RowColumn],
    summary: &TrialSummary,
) -> Option<Figure> {
    let primary = &scenario.targets[shown_target(scenario, regimen)?];
    let shown = [
        ("cycles".to_owned(), "Cycles".to_owned(), ""),
        ("activity".to_owned(), "Cumulative activity".to_owned(), "GBq"),
        (format!("{}_dose", primary.name), format!("Dose to {}", lower_first(&primary.title)), "Gy"),
    ];
    // one number for all patients of all arms is no distribution
    let spreads_out = |name: &str| {
        let ends = (0..regimen.arms.len()).filter_map(|arm| spread(columns, summary, arm, name)?.ends());
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (a, b)| (low.min(a), high.max(b)));
        high - low > 1e-9 * low.abs()
    };
    let panels: Vec<Panel> = shown
        .iter()
        .filter(|(name, ..)| spreads_out(name))
        .enumerate()
        .map(|(number, (name, title, unit))| {
            let mut marks: Vec<Mark> = (0..regimen.arms.len())
                .filter_map(|arm| spread(columns, summary, arm, name).map(|spread| (arm, spread)))
                .map(|(arm, spread)| {
                    let (mut x, mut y) = (vec![spread.ends().map_or(0.0, |ends| ends.0)], vec![0.0]);
                    let mut passed = 0;
                    for (value, count) in spread.histogram() {
                        passed += count;
                        x.push(value);
                        y.push(100.0 * passed as f64 / spread.count() as f64);
                    }
                    Mark::Steps { name: capitalised(&regimen.arms[arm].title), x, y, style: Style::indexed(arm) }
                })
                .collect();
            let published = section.published.iter().filter(|one| one.quantity == *name).filter_map(|one| one.middle);
            marks.extend(published.map(|x| Mark::VerticalLine { x, label: "publ.".into() }));
            Panel {
                title: None,
                x: Axis::linear(title, unit),
                y: Axis::linear("Patients at or below", "%").between(0.0, 100.0),
                marks,
                legend: if number == 0 { Legend::Auto } else { Legend::Hidden },
            }
        })
        .collect();
    if panels.is_empty() {
        return None;
    }
    Some(Figure {
        name: "cohort".into(),
        title: format!("{} virtual patients: {}", cohort.patients, scenario.title),
        columns: panels.len(),
        panels,
        caption: vec![
            format!(
                "Virtual patients around {}; true values. publ.: the published middle, see the table beside_published.",
                scenario.patient
            ),
            "The arms show doses, not outcomes: a link from dose to survival is not assumed.".into(),
        ],
        ..Figure::default()
    })
}
