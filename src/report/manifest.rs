//! `manifest.yaml`: what a run was made from and how it ended. The only file of a run, beside `report.md`, that may hold times of the clock.

use super::ReportError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the manifest within a run folder.
pub const MANIFEST_FILE: &str = "manifest.yaml";

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All that was asked for is there.
    Done,
    /// Stopped on request; the folder keeps its partial name and can be resumed.
    Cancelled,
    /// Ended by an error; the folder keeps its partial name.
    #[default]
    Failed,
}

/// What a run was made from, how, and how it ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// How the run ended.
    pub status: Status,
    /// Start, UTC, RFC 3339 to the second.
    pub started: String,
    /// Wall time in s.
    pub wall_time_s: f64,
    /// Version of the program.
    pub version: String,
    /// The command as typed.
    pub command: String,
    /// The verb, with which `rpt reproduce` does it again.
    pub verb: String,
    /// Its options, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Every file that was read.
    pub inputs: Vec<InputFile>,
    /// Where the run keeps the scenario that was run, when that is not what its file said: it was changed in the workbench and not written. The
    /// first of the inputs then has the hash of this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_scenario: Option<String>,
    /// Seed of the random numbers, when any were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Settings changed on the command line, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Tolerances by name (relative, absolute, tail …).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tolerances: BTreeMap<String, f64>,
    /// Which solver served which model or compartment system, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub solver_methods: BTreeMap<String, String>,
    /// What failed without ending the run; empty when nothing did.
    pub failures: Vec<Failure>,
    /// Assumptions of the scenario and of the models used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// Dose–effect models used, each with its level of evidence and source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Tables written, by path within the run.
    pub tables: Vec<String>,
    /// Figures written, by name.
    pub figures: Vec<String>,
    /// The sentence every result carries.
    pub notice: String,
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// Path relative to the project folder.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// A kind of failure and how often it was met (a patient whose solve failed is counted here, never dropped).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What failed: "arm adapted, solve".
    pub what: String,
    /// How often.
    pub count: usize,
    /// The first messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
}

impl Manifest {
    /// A manifest with what every run knows at its start.
    #[must_use]
    pub fn begun(scenario: &str, title: &str, started: jiff::Timestamp) -> Self {
        Self {
            scenario: scenario.to_owned(),
            title: title.to_owned(),
            started: rfc3339(started),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            notice: super::RESEARCH_USE.to_owned(),
            ..Self::default()
        }
    }

    /// The YAML text.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("strings, numbers and lists always have a YAML form")
    }

    /// Reads the manifest of a run folder.
    ///
    /// # Errors
    /// [`ReportError::Io`] when there is none, [`ReportError::Content`] when it is not one.
    pub fn read(run: &Path) -> Result<Self, ReportError> {
        let path = run.join(MANIFEST_FILE);
        let text = std::fs::read_to_string(&path).map_err(ReportError::io("read", &path))?;
        serde_yaml::from_str(&text).map_err(|error| ReportError::Content { path, expected: "a run manifest", reason: error.to_string() })
    }
}

/// `2026-11-23T15:12:00Z`: UTC, to the second.
#[must_use]
pub fn rfc3339(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `20261123T151200Z`: as [`rfc3339`], for names of folders, which then sort by time.
#[must_use]
pub fn compact(time: jiff::Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back() {
        let mut manifest = Manifest::begun("psma", "A title: with a colon", jiff::Timestamp::UNIX_EPOCH);
        manifest.seed = Some(u64::MAX);
        manifest.tolerances.insert("relative".into(), 1e-8);
        manifest.inputs.push(InputFile { path: "scenario.yaml".into(), sha256: "00".into() });
        manifest.failures.push(Failure { what: "solve".into(), count: 2, messages: vec!["at 3 h: step too small".into()] });
        let read: Manifest = serde_yaml::from_str(&manifest.to_yaml()).expect("it is YAML");
        assert_eq!(read, manifest);
        assert_eq!(manifest.started, "1970-01-01T00:00:00Z");
        assert_eq!(compact(jiff::Timestamp::UNIX_EPOCH), "19700101T000000Z");
    }

    #[test]
    fn an_older_or_newer_manifest_is_still_listed() {
        let read: Manifest = serde_yaml::from_str("scenario: old\nstatus: done\nsomething_new: 1\n").expect("it is read");
        assert_eq!((read.scenario.as_str(), read.status), ("old", Status::Done));
    }
}
