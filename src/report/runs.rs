//! The runs of a project: what lies under the folder of runs, whole or partial.

use super::ReportError;
use super::manifest::{Manifest, Status};
use super::run_folder::PARTIAL_ENDING;
use std::path::{Path, PathBuf};

/// One run as it lies on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    /// Name of the scenario, from the folder.
    pub scenario: String,
    /// Name of the run's folder.
    pub name: String,
    /// The folder.
    pub path: PathBuf,
    /// True while the folder bears its partial name.
    pub partial: bool,
    /// Its manifest; `None` for a run that was killed or is still being written, or whose manifest cannot be read.
    pub manifest: Option<Manifest>,
}

/// All runs under `runs_root`, by scenario and then by time; none when the folder does not exist.
///
/// # Errors
/// [`ReportError::Io`] when a folder cannot be listed.
pub fn list_runs(runs_root: &Path) -> Result<Vec<RunEntry>, ReportError> {
    let mut runs = Vec::new();
    if runs_root.symlink_metadata().is_err() {
        return Ok(runs);
    }
    for (scenario, folder) in folders(runs_root)? {
        for (name, path) in folders(&folder)? {
            let manifest = Manifest::read(&path).ok();
            let partial = name.ends_with(PARTIAL_ENDING);
            if partial || manifest.is_some() {
                runs.push(RunEntry { scenario: scenario.clone(), name, path, partial, manifest });
            }
        }
    }
    Ok(runs)
}

/// The latest partial run of a scenario with these inputs that was cancelled, failed or killed, for `--resume`.
///
/// A run without a manifest may still be in the making by another process; the caller decides.
///
/// # Errors
/// As [`list_runs`].
pub fn latest_partial(runs_root: &Path, scenario: &str, input_hash: &str) -> Result<Option<RunEntry>, ReportError> {
    let hash = input_hash.get(..12).unwrap_or(input_hash);
    let same = |run: &RunEntry| {
        let tail = run.name.trim_end_matches(PARTIAL_ENDING).split_once('-').map(|(_, tail)| tail);
        let of_inputs = tail.is_some_and(|tail| tail == hash || tail.starts_with(&format!("{hash}-")));
        run.partial && run.scenario == scenario && of_inputs
    };
    let unfinished = |run: &RunEntry| run.manifest.as_ref().is_none_or(|manifest| manifest.status != Status::Done);
    Ok(list_runs(runs_root)?.into_iter().rfind(|run| same(run) && unfinished(run)))
}

fn folders(parent: &Path) -> Result<Vec<(String, PathBuf)>, ReportError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(parent).map_err(ReportError::io("list", parent))? {
        let path = entry.map_err(ReportError::io("list", parent))?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && path.is_dir()
            && !name.starts_with('.')
        {
            found.push((name.to_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}
