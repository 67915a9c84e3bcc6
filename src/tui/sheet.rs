//! What is told of a scenario or model file: read in the background, kept as plain words.

use std::path::Path;

use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::yaml::YamlFile;
use crate::regimen::ActivityRule;
use crate::report::number_text::significant;
use crate::session::scenario::{Given, Scenario};
use crate::units::{MINUTES_PER_HOUR, Unit};

/// What a file declares, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Labels and what stands behind them; several lines of one label follow each other.
    pub rows: Vec<(String, String)>,
    /// Warnings of a file that can be used, as `rpt check` renders them.
    pub warnings: String,
    /// Whether the scenario declares a fit.
    pub fits: bool,
    /// Whether it declares virtual patients.
    pub tries: bool,
}

impl Sheet {
    /// Reads a scenario. A broken one gives an empty sheet: its problems are in the list already.
    #[must_use]
    pub fn of_scenario_file(path: &Path) -> Sheet {
        Scenario::load(path, &[]).map(|(scenario, warnings)| Sheet::of_scenario(&scenario, &warnings)).unwrap_or_default()
    }

    /// Reads a model. A broken one gives an empty sheet.
    #[must_use]
    pub fn of_model_file(path: &Path) -> Sheet {
        let read = || -> Result<Sheet, Faults> {
            let file = YamlFile::read(path)?;
            let (model, warnings) = crate::model::read(&file, &[])?;
            Ok(Sheet::of_model(&model, &warnings))
        };
        read().unwrap_or_default()
    }

    /// What a scenario declares.
    #[must_use]
    pub fn of_scenario(scenario: &Scenario, warnings: &Faults) -> Sheet {
        let fits = scenario.fit.is_some() || scenario.time_activity.is_some() || scenario.single_time_point.is_some();
        let tries = scenario.cohort.is_some() && scenario.regimens.is_some();
        let mut sheet = Sheet { warnings: words_of(warnings), fits, tries, ..Sheet::default() };
        sheet.row("Model", format!("{} — {}", scenario.model.name, scenario.model.title));
        sheet.nuclide(&scenario.model);
        sheet.row("Patient", scenario.patient.clone());
        for given in &scenario.administrations {
            sheet.row("Given", given_words(given, &scenario.model));
        }
        if let Some(data) = &scenario.data {
            let channels: Vec<&str> = data.channels.iter().map(|(name, _)| name.as_str()).collect();
            let file = data.file.file_name().unwrap_or_default().to_string_lossy();
            sheet.row("Data", if channels.is_empty() { file.into_owned() } else { format!("{file}: {}", channels.join(", ")) });
        }
        if let Some(fit) = &scenario.fit {
            let names: Vec<&str> = fit.parameters.iter().map(|parameter| parameter.path.as_str()).collect();
            sheet.row("Fit", format!("{}; error model: {}", names.join(", "), fit.error_words));
        }
        sheet.row("Until", duration_words(scenario.solve.until_min));
        let targets: Vec<&str> = scenario.targets.iter().map(|target| target.title.as_str()).collect();
        if !targets.is_empty() {
            sheet.row("Doses of", targets.join(", "));
        }
        for effect in &scenario.effects {
            let target = scenario.targets.get(effect.target).map_or("", |target| target.title.as_str());
            sheet.row("Effect", format!("{target}: {} ({})", effect.relation.name, effect.relation.evidence.word()));
        }
        if let Some(regimens) = &scenario.regimens {
            for arm in &regimens.arms {
                let start = match &arm.activity {
                    ActivityRule::Formula(formula) => formula.text.clone(),
                    ActivityRule::Predicted(formula) => format!("by a predicted dose of {}", formula.text),
                };
                let cycles = if arm.cycles == 1 { "1 cycle".to_owned() } else { format!("{} cycles", arm.cycles) };
                sheet.row("Arm", format!("{}: {start}, {cycles}, {}", arm.title, arm.adaptation.words()));
            }
        }
        if let Some(cohort) = &scenario.cohort {
            sheet.row("Cohort", format!("{} virtual patients through every arm", cohort.plan.patients));
        }
        scenario.assumptions.iter().for_each(|assumption| sheet.row("Assumed", assumption.clone()));
        sheet
    }

    /// What a model declares.
    #[must_use]
    pub fn of_model(model: &Model, warnings: &Faults) -> Sheet {
        let mut sheet = Sheet { warnings: words_of(warnings), ..Sheet::default() };
        sheet.row("Name", model.name.clone());
        sheet.nuclide(model);
        if model.ligands.len() > 1 {
            sheet.row("Ligands", model.ligands.join(", "));
        }
        let counts = [(model.compartments.len(), "compartments"), (model.flows.len(), "flows"), (model.parameters.len(), "parameters")];
        sheet.row("Holds", counts.map(|(count, what)| format!("{count} {what}")).join(", "));
        let names = |all: Vec<&str>| all.join(", ");
        sheet.row("Dosed at", names(model.sites.iter().map(|site| site.name.as_str()).collect()));
        sheet.row("Measured", names(model.observables.iter().map(|observable| observable.name.as_str()).collect()));
        model.references.iter().for_each(|reference| sheet.row("Reference", reference.clone()));
        sheet
    }

    fn nuclide(&mut self, model: &Model) {
        if let Some(nuclide) = model.nuclide {
            let half_life_min = std::f64::consts::LN_2 / nuclide.decay_constant_per_min();
            self.row("Nuclide", format!("{}, half-life {}", nuclide.name, duration_words(half_life_min)));
        }
    }

    /// Adds a row; an empty one says nothing and is left out.
    fn row(&mut self, label: &str, words: String) {
        if !words.is_empty() {
            self.rows.push((label.to_owned(), words));
        }
    }
}

fn words_of(faults: &Faults) -> String {
    if faults.is_empty() { String::new() } else { faults.to_string() }
}

/// "6.00 GBq and 139 nmol unlabelled at 0 h over 10 min, vein".
fn given_words(given: &Given, model: &Model) -> String {
    let dose = match (given.activity_mbq, given.amount) {
        (Some(activity_mbq), _) => activity_words(activity_mbq),
        (None, Some(amount)) => amount_words(amount, model),
        (None, None) => "nothing".to_owned(),
    };
    let unlabelled =
        if given.unlabelled > 0.0 { format!(" and {} unlabelled", amount_words(given.unlabelled, model)) } else { String::new() };
    let over = if given.duration_min > 0.0 { format!(" over {}", duration_words(given.duration_min)) } else { String::new() };
    let site = model.sites.get(given.site).map_or("", |site| site.name.as_str());
    let assumed = if given.assumed { " (assumed)" } else { "" };
    format!("{dose}{unlabelled} at {}{over}, {site}{assumed}", duration_words(given.at_min))
}

/// An amount (internal units) in the unit that the model writes.
fn amount_words(amount: f64, model: &Model) -> String {
    let unit = Unit::parse(&model.amount_unit).map_or(1.0, |unit| unit.in_internal_units);
    format!("{} {}", significant(amount / unit, 3), model.amount_unit)
}

fn activity_words(activity_mbq: f64) -> String {
    if activity_mbq >= 1000.0 {
        format!("{} GBq", significant(activity_mbq / 1000.0, 3))
    } else {
        format!("{} MBq", significant(activity_mbq, 3))
    }
}

/// Minutes below two hours, hours below four days, days beyond.
fn duration_words(minutes: f64) -> String {
    let hours = minutes / MINUTES_PER_HOUR;
    if hours >= 96.0 {
        format!("{} d", significant(hours / 24.0, 3))
    } else if hours >= 2.0 || minutes == 0.0 {
        format!("{} h", significant(hours, 3))
    } else {
        format!("{} min", significant(minutes, 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_the_unit_people_use() {
        assert_eq!(duration_words(0.0), "0 h");
        assert_eq!(duration_words(10.0), "10.0 min");
        assert_eq!(duration_words(72.0 * 60.0), "72.0 h");
        assert_eq!(duration_words(30_000.0), "20.8 d");
    }

    #[test]
    fn activities_change_unit_at_a_gigabecquerel() {
        assert_eq!(activity_words(6000.0), "6.00 GBq");
        assert_eq!(activity_words(180.0), "180 MBq");
    }

    #[test]
    fn a_broken_or_missing_file_gives_an_empty_sheet() {
        assert_eq!(Sheet::of_scenario_file(Path::new("nowhere/scenario.yaml")), Sheet::default());
        assert_eq!(Sheet::of_model_file(Path::new("nowhere.yaml")), Sheet::default());
    }
}
