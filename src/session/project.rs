//! A project folder: its models, scenarios and runs.
use std::path::{Path, PathBuf};

use super::scenario::Scenario;
use crate::model::diagnostic::Faults;
use crate::model::yaml::YamlFile;
use crate::report::runs::{RunEntry, list_runs};

/// A model or scenario file as it lies in the project.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name: the file's or folder's.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its title, where it could be read.
    pub title: String,
    /// What is wrong with it, as text; empty where it can be used.
    pub problems: String,
}

/// A project folder.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folder.
    pub folder: PathBuf,
    /// `models/*.yaml`
    pub models: Vec<Entry>,
    /// `scenarios/*/scenario.yaml`
    pub scenarios: Vec<Entry>,
    /// `runs/*/*`
    pub runs: Vec<RunEntry>,
    /// What could not be listed.
    pub problems: Vec<String>,
}

impl Project {
    /// Where run folders of a project go.
    pub fn runs_root(folder: &Path) -> PathBuf {
        folder.join("runs")
    }

    /// Reads a project folder. Broken files are listed with their problems.
    pub fn open(folder: &Path) -> Project {
        let mut project = Project { folder: folder.to_path_buf(), ..Project::default() };
        for path in sorted(&folder.join("models"), &mut project.problems) {
            if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                project.models.push(model_entry(path));
            }
        }
        for path in sorted(&folder.join("scenarios"), &mut project.problems) {
            let file = Scenario::file_of(&path);
            if file.is_file() && (path.is_dir() || path.extension().is_some_and(|extension| extension == "yaml")) {
                let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                let (title, problems) = match Scenario::load(&path, &[]) {
                    Ok((scenario, _)) => (scenario.title, String::new()),
                    Err(faults) => (String::new(), faults.to_string()),
                };
                project.scenarios.push(Entry { name, path, title, problems });
            }
        }
        match list_runs(&Self::runs_root(folder)) {
            Ok(runs) => project.runs = runs,
            Err(error) => project.problems.push(error.to_string()),
        }
        project
    }
}

fn model_entry(path: PathBuf) -> Entry {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let read = || -> Result<String, Faults> {
        let file = YamlFile::read(&path)?;
        let (model, _) = crate::model::read(&file, &[])?;
        Ok(model.title)
    };
    let (title, problems) = match read() {
        Ok(title) => (title, String::new()),
        Err(faults) => (String::new(), faults.to_string()),
    };
    Entry { name, path, title, problems }
}

/// What lies in a folder, by name; nothing where there is no folder.
fn sorted(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return Vec::new();
    }
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            paths.sort();
            paths
        }
        Err(error) => {
            problems.push(format!("cannot list `{}`: {error}", folder.display()));
            Vec::new()
        }
    }
}
