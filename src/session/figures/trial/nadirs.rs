//! The lowest counts of each lineage and the day of it, by arm, with the thresholds of the CTCAE grades.

use super::pages::pages;
use super::spreads::{how_to_read, nobody, panel};
use super::{ArmWords, LimitLine, LineageNadirs, SpreadPanel, TrialAbout};
use crate::radiobiology::blood_counts::grade::{THRESHOLD_PROVENANCE, THRESHOLD_SOURCE, thresholds};
use crate::report::{Figure, Panel};

/// Lowest counts with grade lines; beside them, where given, the day they were reached.
#[must_use]
pub fn nadirs(about: &TrialAbout, arms: &[ArmWords], lineages: &[LineageNadirs]) -> Vec<Figure> {
    let mut spreads = Vec::new();
    for lineage in lineages {
        spreads.push(lowest(lineage));
        if !lineage.days.is_empty() {
            spreads.push(SpreadPanel {
                title: format!("{}: day of the nadir", lineage.kind.title()),
                quantity: "Day of the nadir".into(),
                unit: "d".into(),
                arms: lineage.days.clone(),
                ..SpreadPanel::default()
            });
        }
    }
    let panels: Vec<(Panel, String)> = spreads.iter().map(|of| (panel(of, arms, None), nobody(of, arms))).collect();
    let mut shared = how_to_read(&spreads);
    shared.push(format!("G2 to G4: CTCAE grades below the line. {THRESHOLD_SOURCE} ({}).", THRESHOLD_PROVENANCE.words()));
    let mut figures = pages("nadirs", "Lowest blood counts", about, panels, &shared);
    // counts beside their days
    if lineages.iter().all(|lineage| !lineage.days.is_empty()) {
        figures.iter_mut().filter(|figure| figure.panels.len() > 1 && figure.panels.len() % 2 == 0).for_each(|figure| figure.columns = 2);
    }
    figures
}

fn lowest(lineage: &LineageNadirs) -> SpreadPanel {
    let limits = thresholds(lineage.kind).iter().enumerate().skip(1);
    SpreadPanel {
        title: format!("{}: nadir", lineage.kind.title()),
        quantity: lineage.kind.title().to_owned(),
        unit: lineage.kind.unit().to_owned(),
        limits: limits.map(|(index, value)| LimitLine { value: *value, words: format!("G{}", index + 1) }).collect(),
        arms: lineage.nadirs.clone(),
    }
}
