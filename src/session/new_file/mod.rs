//! `rpt new`: a commented file to start from, a model or a scenario. Every number in it is marked as assumed; nothing is ever overwritten.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::dosimetry::opendose;
use crate::model::Model;
use crate::model::checked::{Observable, ObservableKind};
use crate::model::diagnostic::{Severity, did_you_mean};
use crate::model::yaml::YamlFile;

use super::scenario::Scenario;

/// What is to be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFile {
    /// `models/<name>.yaml`
    Model,
    /// `scenarios/<name>/scenario.yaml`
    Scenario,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum NewFileError {
    /// The name cannot be that of a file and a run folder.
    #[error("`{0}` cannot be a name: it begins with a letter and holds letters, digits, `_` and `-`")]
    Name(String),
    /// There is one already.
    #[error("`{0}` is there already; nothing was written")]
    Exists(PathBuf),
    /// The scenario's model is not in the project.
    #[error("there is no model `{0}` in `models`{1}")]
    NoModel(String, String),
    /// The scenario's model cannot be used.
    #[error("the model `{0}` has problems: `rpt check {1}` shows them")]
    BrokenModel(String, PathBuf),
    /// What would be written is not sound.
    #[error("no scenario can be begun for this model: {0}")]
    Unsound(String),
    /// The disk refused.
    #[error("cannot write `{0}`: {1}")]
    Io(PathBuf, std::io::Error),
}

const MODEL: &str = include_str!("model.yaml");

/// Writes a file to start from into a project folder and gives its path. A scenario is of the project's model `model`; where none is named, of the one
/// with its own name, which is begun too if it is not there.
///
/// # Errors
/// [`NewFileError`]; what was there before is untouched.
pub fn new_file(folder: &Path, what: NewFile, name: &str, model: Option<&str>) -> Result<PathBuf, NewFileError> {
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if !good {
        return Err(NewFileError::Name(name.to_owned()));
    }
    let model_path = |name: &str| folder.join("models").join(format!("{name}.yaml"));
    if what == NewFile::Model {
        let path = model_path(name);
        write_new(&path, &model_text(name))?;
        return Ok(path);
    }
    let path = folder.join("scenarios").join(name).join("scenario.yaml");
    if path.exists() {
        return Err(NewFileError::Exists(path));
    }
    let model = model.unwrap_or(name);
    let of_model = model_path(model);
    if !of_model.is_file() {
        if model != name {
            return Err(NewFileError::NoModel(model.to_owned(), near(folder, model)));
        }
        write_new(&of_model, &model_text(name))?;
    }
    let read = YamlFile::read(&of_model).ok().and_then(|file| crate::model::read(&file, &[]).ok());
    let Some((checked, _)) = read else { return Err(NewFileError::BrokenModel(model.to_owned(), of_model)) };
    let text = scenario_text(name, model, &checked);
    // the folder comes first: the model's path is looked up from it
    let parent = folder.join("scenarios").join(name);
    std::fs::create_dir_all(&parent).map_err(|error| NewFileError::Io(parent.clone(), error))?;
    if let Err(faults) = Scenario::load_text(&path, text.clone(), &[]) {
        let first = faults.iter().find(|fault| fault.severity == Severity::Error).map_or_else(String::new, |fault| fault.message.clone());
        // only where it is empty, and only what was made here
        let _ = std::fs::remove_dir(&parent);
        return Err(NewFileError::Unsound(first));
    }
    write_new(&path, &text)?;
    Ok(path)
}

/// Writes a file that must not be there yet.
fn write_new(path: &Path, text: &str) -> Result<(), NewFileError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => NewFileError::Exists(path.to_path_buf()),
        _ => NewFileError::Io(path.to_path_buf(), error),
    };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// `: did you mean …` from the names of the project's models.
fn near(folder: &Path, wanted: &str) -> String {
    let names: Vec<String> = std::fs::read_dir(folder.join("models"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let help = did_you_mean(wanted, names.iter().map(String::as_str));
    if help.is_empty() { help } else { format!(": {help}") }
}

/// The text of a model to start from.
#[must_use]
pub fn model_text(name: &str) -> String {
    MODEL.replace("__NAME__", name)
}

/// The text of a scenario to start from, for a model of the project.
#[must_use]
pub fn scenario_text(name: &str, model_name: &str, model: &Model) -> String {
    let sites: Vec<&str> = model.sites.iter().map(|site| site.name.as_str()).collect();
    let dose = match model.activity_per_amount {
        Some(_) => "activity: 7.4 GBq".to_owned(),
        None => format!("amount: 100 {}", model.amount_unit),
    };
    let given = match sites.first() {
        Some(site) => format!(
            "# What is given. Sites of this model: {}.\nadministrations:\n  - {{site: {site}, {dose}, provenance: assumed}}\n",
            sites.join(", ")
        ),
        None => "# This model has no dosing site: nothing is given.\n".to_owned(),
    };
    let regions: Vec<&Observable> = model.observables.iter().filter(|one| one.kind == ObservableKind::Region).collect();
    let first = model.observables.first().map_or("kidneys", |one| one.name.as_str());
    let unit = if model.activity_per_amount.is_some() { "MBq" } else { model.amount_unit.as_str() };
    let own = model.parameters.first().map(|one| format!("{}: {}", one.path, one.text.trim()));
    // a constant of the organ that is measured, where it has one
    let of_first = model.parameters.iter().find(|one| one.path.starts_with(&format!("{first}.")));
    let parameter = of_first.or(model.parameters.first()).map_or("kidneys.uptake", |one| one.path.as_str());
    let until = if model.nuclide.is_some() { "" } else { "\nsolve: {until: 2 d}\n" };
    format!(
        "# A scenario to start from: one patient of the model `{model_name}`.\n\
         # Numbers are placeholders, marked `provenance: assumed`. Put in yours with its `source` and how it is known.\n\
         # The sections are explained in docs/scenarios.md; `rpt check` reads the file with its model and its data and says what is wrong.\n\
         scenario: {name}\n\
         title: \"{name}: one patient, one dose\"\n\
         model: ../../models/{model_name}.yaml\n\
         assumptions:                      # every report prints them\n  \
         - \"all numbers of this scenario are placeholders\"\n\
         \n\
         # The patient's own values, by the names of the model's parameters.\n\
         patient:\n  name: {name}\n  provenance: assumed\n{values}\
         \n\
         {given}\
         {until}\n\
         {dosimetry}\
         \n\
         # Measured values: a table beside this file. Say which column is what; `rpt check` tells how it was understood.\n\
         # data:\n\
         #   file: imaging.csv\n\
         #   source: \"where the numbers come from\"\n\
         #   time: {{column: time_h, unit: h}}\n\
         #   value: {{column: value, unit: {unit}}}\n\
         #   channel: {{column: region, map: {{{first}: {first}}}}}\n\
         #   decay_corrected: false\n\
         #\n\
         # What is fitted to them. Observables of this model: {observables}.\n\
         # fit:\n\
         #   error: {{model: log-normal, cv: 10 %, provenance: assumed}}\n\
         #   variance: given\n\
         #   parameters:\n\
         #     {parameter}: {{scale: log}}\n",
        values = own.map(|own| format!("  # values:\n  #   {own}\n")).unwrap_or_default(),
        dosimetry = dosimetry_text(model, &regions),
        observables = model.observables.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", "),
        parameter = parameter,
    )
}

/// The section `dosimetry`: with doses where the S-values of the shipped table serve, else as a comment that shows how.
fn dosimetry_text(model: &Model, regions: &[&Observable]) -> String {
    let by_table = model.nuclide.is_some_and(|nuclide| nuclide.name == opendose::NUCLIDE);
    let known: Vec<&&Observable> = regions.iter().filter(|one| by_table && opendose::SOURCES.contains(&one.name.as_str())).collect();
    if known.is_empty() {
        let region = regions.first().map_or("kidneys", |one| one.name.as_str());
        return format!(
            "# Absorbed doses need a region of the model, and its S-value or its mass.\n\
             # dosimetry:\n\
             #   targets:\n\
             #     {region}: {{sources: {{{region}: {{local: 300 g, source: \"where the mass comes from\"}}}}}}\n"
        );
    }
    let sources: Vec<String> = known.iter().map(|one| format!("{}: opendose", one.name)).collect();
    let mut text = format!(
        "# Absorbed doses, with the S-values of {} in the reference adult.\n\
         dosimetry:\n  phantom: male                     # or female\n  targets:\n",
        opendose::NUCLIDE
    );
    for one in &known {
        text.push_str(&format!("    {}: {{title: {:?}, sources: {{{}}}}}\n", one.name, one.title, sources.join(", ")));
    }
    if let Some(other) = regions.iter().find(|one| !opendose::SOURCES.contains(&one.name.as_str())) {
        text.push_str(&format!(
            "    # {0}: {{title: {1:?}, sources: {{{0}: {{sphere: 20 g, source: \"where the mass comes from\"}}}}}}\n",
            other.name, other.title
        ));
    }
    text
}

#[cfg(test)]
mod tests;
