//! Settings of knobs → a changed scenario. The scenario itself stays; what its reader refuses is refused here in its words.
use super::edit;
use super::knobs::{Knob, KnobValue, knobs};
use crate::model::diagnostic::{Severity, did_you_mean};
use crate::model::yaml::YamlFile;
use crate::session::scenario::Scenario;
use std::path::{Path, PathBuf};

/// Knobs that were turned, by name, in the order of turning: a later one wins over an earlier one of the same place.
pub type Settings = Vec<(String, KnobValue)>;

/// A scenario whose knobs can be turned.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(super) file: PathBuf,
    pub(super) text: String,
    /// Name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether it has regimens; else its administrations are one course.
    pub has_regimens: bool,
    /// Parameters that the scenario's own fit would find: until somebody sets them they have the values of the model.
    pub fitted_paths: Vec<String>,
    /// What every report of it prints.
    pub assumptions: Vec<String>,
    /// The knobs as the scenario sets them.
    pub knobs: Vec<Knob>,
}

/// A changed scenario.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its text: what is exported.
    pub text: String,
    /// As read.
    pub scenario: Scenario,
}

impl Desk {
    /// Opens a scenario: a folder or a file.
    ///
    /// # Errors
    /// The faults of the scenario, or that it gives nothing.
    pub fn open(path: &Path) -> Result<Desk, String> {
        let file = Scenario::file_of(path);
        let yaml = YamlFile::read(&file).map_err(|faults| faults.to_string())?;
        let text = yaml.source().text.clone();
        Desk::of_text(&file, text)
    }

    /// The same with the text of the scenario.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn of_text(file: &Path, text: String) -> Result<Desk, String> {
        let (scenario, _) = Scenario::load_text(file, text.clone(), &[]).map_err(|faults| faults.to_string())?;
        if scenario.regimens.is_none() && scenario.administrations.is_empty() {
            return Err(format!(
                "scenario `{}` has neither `regimens` nor `administrations`: nothing is given, so there is no knob to turn",
                scenario.name
            ));
        }
        let yaml = YamlFile::parse("what-if", text.clone()).map_err(|faults| faults.to_string())?;
        let regimen_assumptions = scenario.regimens.iter().flat_map(|regimen| regimen.assumptions.clone());
        Ok(Desk {
            file: file.to_path_buf(),
            knobs: knobs(&scenario, &yaml),
            has_regimens: scenario.regimens.is_some(),
            fitted_paths: super::patient_knobs::fitted_paths(&scenario),
            assumptions: scenario.assumptions.iter().cloned().chain(regimen_assumptions).collect(),
            name: scenario.name,
            title: scenario.title,
            text,
        })
    }

    /// Whether this is another reading of the same scenario, with the same words in it; of another scenario it says nothing.
    pub fn same_as(&self, other: &Desk) -> bool {
        self.file != other.file || (self.text == other.text && self.knobs == other.knobs)
    }

    /// A knob by name.
    ///
    /// # Errors
    /// A sentence with the nearest name.
    pub fn knob(&self, name: &str) -> Result<&Knob, String> {
        let found = self.knobs.iter().find(|knob| knob.name == name);
        found.ok_or_else(|| format!("there is no knob `{name}`: {}", did_you_mean(name, self.knobs.iter().map(|knob| knob.name.as_str()))))
    }

    /// The present value of a knob: the last setting that turns all its places.
    pub fn value<'a>(&'a self, knob: &'a Knob, settings: &'a Settings) -> &'a KnobValue {
        let covers =
            |name: &str| name == knob.name || self.knob(name).is_ok_and(|other| knob.ways.iter().all(|way| other.ways.contains(way)));
        settings.iter().rev().find(|(name, _)| covers(name)).map_or(&knob.default, |(_, value)| value)
    }

    /// The values of the places of a knob that turns several arms, where they differ: each once, in the order of the arms. One value is no difference.
    pub fn differing(&self, knob: &Knob, settings: &Settings) -> Vec<KnobValue> {
        let mut found: Vec<KnobValue> = Vec::new();
        let of_one_place = |way| self.knobs.iter().find(|one| one.ways.len() == 1 && one.ways.first() == Some(way));
        for one in knob.ways.iter().filter_map(of_one_place) {
            let value = self.value(one, settings);
            if !found.contains(value) {
                found.push(value.clone());
            }
        }
        if knob.ways.len() > 1 && found.len() > 1 { found } else { Vec::new() }
    }

    /// Turns a knob within the settings. Back at the scenario's own value it is no setting any more, unless another knob has turned the same place.
    ///
    /// # Errors
    /// What the knob refuses.
    pub fn turn(&self, settings: &mut Settings, name: &str, value: KnobValue) -> Result<(), String> {
        let knob = self.knob(name)?;
        knob.check(&value)?;
        self.reset(settings, name);
        let shares = |other: &str| self.knob(other).is_ok_and(|other| other.ways.iter().any(|way| knob.ways.contains(way)));
        // where arms differ in the scenario, even the first one's value is a change
        let differing = !self.differing(knob, &Settings::new()).is_empty();
        if value != knob.default || differing || settings.iter().any(|(other, _)| shares(other)) {
            settings.push((name.to_owned(), value));
        }
        Ok(())
    }

    /// Takes the setting of a knob away; `false` where there is none.
    pub fn reset(&self, settings: &mut Settings, name: &str) -> bool {
        let before = settings.len();
        settings.retain(|(other, _)| other != name);
        settings.len() < before
    }

    /// The scenario with these settings.
    ///
    /// # Errors
    /// What the reader of scenarios says of it, a sentence a fault.
    pub fn apply(&self, settings: &Settings) -> Result<Changed, String> {
        let mut text = self.text.clone();
        for (name, value) in settings {
            let knob = self.knob(name)?;
            knob.check(value)?;
            for way in &knob.ways {
                text = edit::set(&text, way, &knob.written(value))?;
            }
        }
        match Scenario::load_text(&self.file, text.clone(), &[]) {
            Ok((scenario, _)) => Ok(Changed { text, scenario }),
            Err(faults) => {
                let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
                let words: Vec<String> = errors
                    .map(|fault| std::iter::once(&fault.message).chain(&fault.help).cloned().collect::<Vec<_>>().join(": "))
                    .collect();
                Err(words.join("; "))
            }
        }
    }
}
