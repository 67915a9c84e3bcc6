//! Cycles, activity and the dose that rules look at, cumulated over the patients.
use super::Shown;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::figures::{capitalised, lower_first, shown_target};

/// Distribution over the patients of cycles, activity and the dose that rules look at.
pub fn distribution(shown_of: &Shown) -> Option<Figure> {
    let Shown { scenario, regimen, section, cohort, .. } = *shown_of;
    let primary = &scenario.targets[shown_target(scenario, regimen)?];
    let shown = [
        ("cycles".to_owned(), "Cycles".to_owned(), ""),
        ("activity".to_owned(), "Cumulative activity".to_owned(), "GBq"),
        (format!("{}_dose", primary.name), format!("Dose to {}", lower_first(&primary.title)), "Gy"),
    ];
    // one number for all patients of all arms is no distribution
    let spreads_out = |name: &str| {
        let ends = (0..regimen.arms.len()).filter_map(|arm| shown_of.spread(arm, name)?.ends());
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (a, b)| (low.min(a), high.max(b)));
        high - low > 1e-9 * low.abs()
    };
    let panels: Vec<Panel> = shown
        .iter()
        .filter(|(name, ..)| spreads_out(name))
        .enumerate()
        .map(|(number, (name, title, unit))| {
            let mut marks: Vec<Mark> = (0..regimen.arms.len())
                .filter_map(|arm| shown_of.spread(arm, name).map(|spread| (arm, spread)))
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
