//! `rpt check`: models and scenarios, all problems at once.
use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{print, print_faults, print_json};
use super::{BAD_INPUT, DONE};
use crate::model::diagnostic::{Faults, Severity, to_json};
use crate::model::yaml::YamlFile;
use crate::session::fitting::check_data;
use crate::session::scenario::Scenario;

/// Checks every file; 2 if any has errors (or warnings, with `strict`).
pub fn check(files: &[PathBuf], as_json: bool, strict: bool) -> u8 {
    let mut all = Vec::new();
    for file in files {
        all.extend(expand(file));
    }
    let mut bad = false;
    let mut documents = Vec::new();
    for file in &all {
        let (summary, faults) = check_file(file);
        bad |= faults.has_errors() || (strict && faults.count(Severity::Warning) > 0);
        if as_json {
            documents.push(json!({
                "file": file.display().to_string(),
                "summary": summary,
                "errors": faults.count(Severity::Error),
                "warnings": faults.count(Severity::Warning),
                "notes": faults.count(Severity::Note),
                "problems": to_json(&faults),
            }));
        } else {
            if !faults.is_empty() {
                print_faults(&faults);
            }
            let verdict = if faults.is_empty() { "no problem".to_string() } else { faults.summary() };
            print(&format!("{}: {summary}{verdict}\n", file.display()));
        }
    }
    if as_json {
        print_json(&json!({ "ok": !bad, "files": documents }));
    }
    if bad { BAD_INPUT } else { DONE }
}

/// A folder stands for its scenario, or for all YAML files below it.
fn expand(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() || path.join("scenario.yaml").is_file() {
        return vec![Scenario::file_of(path)];
    }
    let mut found = Vec::new();
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        entries.sort();
        for entry in entries {
            let is_yaml = entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
            if entry.is_dir() || is_yaml {
                found.extend(expand(&entry));
            }
        }
    }
    found
}

fn check_file(file: &Path) -> (String, Faults) {
    let yaml = match YamlFile::read(file) {
        Ok(yaml) => yaml,
        Err(faults) => return (String::new(), faults),
    };
    let mut ignored = Faults::new();
    let is_scenario = yaml.root().entries(&mut ignored, "").iter().any(|(key, _)| key == "scenario");
    if is_scenario {
        return match Scenario::load(file, &[]) {
            Ok((scenario, mut faults)) => {
                // the table is read too: a person who checks wants to know now, not when the fit begins
                match check_data(&scenario) {
                    Ok(warnings) => warnings.into_iter().for_each(|warning| {
                        faults.warning(None, warning);
                    }),
                    Err(failed) => failed.sentence.lines().for_each(|line| {
                        faults.error(None, line);
                    }),
                }
                let shape = format!("scenario of model `{}`, patient {}; ", scenario.model.name, scenario.patient);
                (shape, faults)
            }
            Err(faults) => (String::new(), faults),
        };
    }
    match crate::model::read(&yaml, &[]) {
        Ok((model, faults)) => {
            let silenced = if model.silenced.is_empty() { String::new() } else { format!("{} silenced, ", model.silenced.len()) };
            let shape = format!(
                "{} compartments, {} states, {} flows, {} parameters; {silenced}",
                model.compartments.len(),
                model.state_count(),
                model.flows.len(),
                model.parameters.len()
            );
            (shape, faults)
        }
        Err(faults) => (String::new(), faults),
    }
}
