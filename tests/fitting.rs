//! The section `fit` end to end: likelihoods beside least squares, priors, starts, profiles, bootstrap, threads, cancel and resume, and going on from a fit.
#![allow(clippy::unwrap_used)]
mod support;

#[path = "fitting/likelihoods.rs"]
mod likelihoods;
#[path = "fitting/occasions.rs"]
mod occasions;
#[path = "fitting/onwards.rs"]
mod onwards;
#[path = "fitting/resume.rs"]
mod resume;
#[path = "fitting/theranostics.rs"]
mod theranostics;
#[path = "fitting/watched.rs"]
mod watched;

use std::path::PathBuf;

use rptbench::session::scenario::Scenario;
use tempfile::TempDir;

/// A project folder with the shipped models and scenarios, where scenarios can be changed.
struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn new() -> Workplace {
        let folder = tempfile::tempdir().unwrap();
        support::copy_project(folder.path());
        Workplace { folder }
    }

    fn scenario_file(&self, name: &str) -> PathBuf {
        self.folder.path().join("scenarios").join(name).join("scenario.yaml")
    }

    /// Replaces text of a scenario; panics where it is not there.
    fn change(&self, name: &str, from: &str, to: &str) {
        let file = self.scenario_file(name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{name} does not hold `{from}`");
        std::fs::write(file, text.replace(from, to)).unwrap();
    }

    fn load(&self, name: &str) -> Scenario {
        Scenario::load(&self.scenario_file(name), &[]).unwrap_or_else(|faults| panic!("{faults}")).0
    }

    /// The problems of a scenario as one text.
    fn problems(&self, name: &str) -> String {
        Scenario::load(&self.scenario_file(name), &[]).err().map(|faults| faults.to_string()).unwrap_or_default()
    }
}
