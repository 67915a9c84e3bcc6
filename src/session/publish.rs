//! An outcome written as a run folder: tables, figures, inputs, report, manifest.
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::job::Request;
use super::scenario::Scenario;
use super::work::{Checkpoints, Control, Failed, Outcome};
use crate::report::digest::{sha256_hex, sha256_of_file};
use crate::report::runs::latest_partial;
use crate::report::{InputFile, Manifest, ReportError, ReportText, RunFolder};

/// A finished run folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// The folder.
    pub folder: PathBuf,
    /// Files of figures within it.
    pub figures: Vec<PathBuf>,
}

fn report_failed(error: ReportError) -> Failed {
    Failed::because(error.to_string())
}

/// What stands in the way of writing can be mended (a full disk): the run is left as it is.
fn not_written(error: ReportError) -> Failed {
    Failed::interrupted(error.to_string())
}

/// The scenario within a run folder.
const KEPT_SCENARIO: &str = "inputs/scenario.yaml";

/// The model within a run folder.
const KEPT_MODEL: &str = "inputs/model.yaml";

/// Scenario and model as they are when the run begins, by their names in its folder: what is hashed is what is kept, whoever saves the files
/// while the run is under way.
type Kept = [(&'static str, Vec<u8>); 2];

/// Reads them; a scenario that was changed and not written is its text.
fn kept(scenario: &Scenario, text: Option<&str>) -> Result<Kept, Failed> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| Failed::because(format!("cannot read `{}`: {error}", path.display())));
    let scenario_text = text.map_or_else(|| read(&scenario.file), |text| Ok(text.as_bytes().to_vec()))?;
    Ok([(KEPT_SCENARIO, scenario_text), (KEPT_MODEL, read(&scenario.model_file)?)])
}

/// Hashes of all input files, paths relative to the folder that holds the runs. Of a scenario that was changed and not written, that of its text.
fn inputs(scenario: &Scenario, root: &Path, [(_, scenario_text), (_, model_text)]: &Kept) -> Result<Vec<InputFile>, Failed> {
    // the parent of `runs` is written as an empty path: the current folder
    let base = root.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let base = base.canonicalize().unwrap_or_default();
    scenario
        .inputs()
        .iter()
        .map(|path| {
            let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
            let shown = whole.strip_prefix(&base).map(Path::to_path_buf).unwrap_or_else(|_| path.clone());
            let sha256 = if *path == scenario.file {
                sha256_hex(scenario_text)
            } else if *path == scenario.model_file {
                sha256_hex(model_text)
            } else {
                sha256_of_file(path).map_err(report_failed)?
            };
            Ok(InputFile { path: shown.to_string_lossy().into_owned(), sha256 })
        })
        .collect()
}

fn input_hash(inputs: &[InputFile], request: &Request) -> String {
    let mut text = String::new();
    for input in inputs {
        text.push_str(&input.sha256);
    }
    for set in &request.sets {
        text.push_str(set);
    }
    text.push_str(&format!("{:?}{}", request.task, env!("CARGO_PKG_VERSION")));
    sha256_hex(text.as_bytes())
}

fn manifest(scenario: &Scenario, request: &Request, started: Instant, inputs: Vec<InputFile>) -> Manifest {
    let began = jiff::Timestamp::now() - jiff::SignedDuration::from_millis(i64::try_from(started.elapsed().as_millis()).unwrap_or(0));
    let mut manifest = Manifest::begun(&scenario.name, &scenario.title, began);
    manifest.command = request.command.clone();
    (manifest.verb, manifest.options) = request.task.stored();
    manifest.inputs = inputs;
    manifest.changed_scenario = request.text.as_ref().map(|_| KEPT_SCENARIO.to_owned());
    manifest.assumptions = scenario.assumptions.clone();
    manifest.tolerances.insert("relative".into(), scenario.solve.relative_tolerance);
    for set in &request.sets {
        if let Some((name, value)) = set.split_once('=') {
            manifest.settings.insert(name.trim().to_string(), value.trim().to_string());
        }
    }
    manifest
}

/// Folder of checkpoints within an unfinished run.
const CHECKPOINTS: &str = "checkpoints";

/// A run folder under work.
pub struct Begun {
    folder: RunFolder,
    inputs: Vec<InputFile>,
    hash: String,
    kept: Kept,
}

/// Begins the run folder of a request, or takes up the latest unfinished one of the same inputs where the request says so.
pub fn begin(scenario: &Scenario, root: &Path, request: &Request) -> Result<Begun, Failed> {
    let kept = kept(scenario, request.text.as_deref())?;
    let inputs = inputs(scenario, root, &kept)?;
    let hash = input_hash(&inputs, request);
    let folder = if request.resume {
        let found = latest_partial(root, &scenario.name, &hash).map_err(report_failed)?.ok_or_else(|| {
            Failed::input(format!(
                "there is nothing to resume: `{}` holds no unfinished run of `{}` with the same files, values and verb",
                root.display(),
                scenario.name
            ))
        })?;
        RunFolder::resume(&found.path).map_err(report_failed)?
    } else {
        RunFolder::begin(root, &scenario.name, &hash, jiff::Timestamp::now()).map_err(report_failed)?
    };
    Ok(Begun { folder, inputs, hash, kept })
}

impl Begun {
    /// The place of checkpoints, made.
    pub fn checkpoints(&self) -> Result<Checkpoints, Failed> {
        let folder = self.folder.path().join(CHECKPOINTS);
        std::fs::create_dir_all(&folder).map_err(|error| Failed::because(format!("cannot make `{}`: {error}", folder.display())))?;
        Ok(Checkpoints { folder, fingerprint: self.hash.clone() })
    }

    /// Leaves a run that says it was cancelled.
    pub fn cancel(mut self, scenario: &Scenario, request: &Request, started: Instant) -> Result<PathBuf, Failed> {
        for (name, bytes) in &self.kept {
            self.folder.write_bytes(name, bytes).map_err(not_written)?;
        }
        let manifest = manifest(scenario, request, started, self.inputs);
        self.folder.cancel(manifest).map_err(report_failed)
    }

    /// Where the run is being written.
    pub fn place(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Removes what was begun: nothing of it is a result.
    pub fn abandon(self) {
        let partial = self.folder.path().to_path_buf();
        // what cannot be removed stays as a partial run without a manifest, which readers take for a killed one
        let _ = std::fs::remove_dir_all(partial.join(CHECKPOINTS));
        drop(self.folder);
        // folders that were made for it, and hold nothing else
        for made in partial.ancestors().skip(1).take(2) {
            let _ = std::fs::remove_dir(made);
        }
    }

    /// Leaves a run that something stopped from outside, to be resumed; where it lies.
    pub fn interrupt(self) -> PathBuf {
        // the folder marks itself as failed when it is dropped, if there is still room for that
        self.folder.path().to_path_buf()
    }
}

/// How a run that was stopped goes on; a scenario that was changed and not written is known to no command.
pub(super) fn onwards(request: &Request) -> &'static str {
    match request.text {
        None => "`--resume` with the same command goes on from there",
        Some(_) => "no command goes on from there: its scenario was changed in the workbench and not written",
    }
}

/// Says where a cancelled run lies.
pub(super) fn cancelled_in(failed: Failed, place: &Path, request: &Request) -> Failed {
    let again = onwards(request);
    Failed::cancelled(format!("{}; marked cancelled in {}; {again}", failed.sentence, place.display()))
}

fn remove_checkpoints(run: &Path) -> Result<(), Failed> {
    let place = run.join(CHECKPOINTS);
    match std::fs::remove_dir_all(&place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failed::because(format!("cannot remove `{}`: {error}", place.display())))
        }
        _ => Ok(()),
    }
}

/// Two tables or figures of one name would overwrite each other in the folder.
fn distinct(outcome: &Outcome) -> Result<(), Failed> {
    let twice = |names: Vec<&str>| {
        let mut seen = std::collections::BTreeSet::new();
        names.into_iter().find(|name| !seen.insert(*name)).map(str::to_owned)
    };
    let tables = twice(outcome.tables.iter().map(|table| table.name.as_str()).collect());
    let figures = twice(outcome.figures.iter().map(|figure| figure.name.as_str()).collect());
    match tables.or(figures) {
        None => Ok(()),
        Some(name) => Err(Failed::because(format!("two tables or figures of this run are called `{name}`; please report it"))),
    }
}

/// Writes an outcome; the folder appears under its name only when it is whole.
pub fn publish(
    scenario: &Scenario,
    outcome: &Outcome,
    begun: Begun,
    request: &Request,
    started: Instant,
    control: &mut Control,
) -> Result<Published, Failed> {
    distinct(outcome)?;
    // the checkpoints go last: a full disk on the way leaves a run that `--resume` completes
    let Begun { mut folder, inputs, kept, .. } = begun;
    let mut manifest = manifest(scenario, request, started, inputs);
    *folder.draft_mut() = manifest.clone();
    for (name, bytes) in &kept {
        folder.write_bytes(name, bytes).map_err(not_written)?;
    }
    for (name, text) in &outcome.files {
        folder.write_text(name, text).map_err(not_written)?;
    }
    for table in &outcome.tables {
        folder.write_table(table).map_err(not_written)?;
    }
    for file in &outcome.kept {
        folder.take_over(&file.path, &file.place).map_err(not_written)?;
    }
    let mut figures = Vec::new();
    for (position, figure) in outcome.figures.iter().enumerate() {
        let share = 0.8 + 0.2 * position as f64 / outcome.figures.len().max(1) as f64;
        if let Err(failed) = control.at(&format!("drawing {}", figure.name), share) {
            let place = folder.cancel(manifest).map_err(report_failed)?;
            return Err(cancelled_in(failed, &place, request));
        }
        figures.extend(folder.draw(figure).map_err(not_written)?);
    }
    manifest.assumptions = outcome.assumptions.clone();
    manifest.evidence = outcome.evidence.clone();
    manifest.failures = outcome.failures.clone();
    manifest.seed = outcome.seed;
    manifest.solver_methods = outcome.methods.iter().cloned().collect();
    manifest.wall_time_s = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    let mut report = ReportText::new(&outcome.title);
    for finding in &outcome.findings {
        report.paragraph(finding);
    }
    report.heading("Tables");
    outcome.tables.iter().for_each(|table| {
        report.table(table);
    });
    if !outcome.figures.is_empty() {
        report.heading("Figures");
        outcome.figures.iter().for_each(|figure| {
            report.figure(figure);
        });
    }
    report.headed_list("Assumptions", &outcome.assumptions);
    report.headed_list("Dose–effect relations used", &outcome.evidence);
    report.provenance(&manifest);
    let relative: Vec<PathBuf> = figures.iter().filter_map(|path| path.strip_prefix(folder.path()).ok().map(Path::to_path_buf)).collect();
    remove_checkpoints(folder.path())?;
    let place = folder.finish(manifest, &report.finish()).map_err(not_written)?;
    Ok(Published { figures: relative.iter().map(|path| place.join(path)).collect(), folder: place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Table;

    #[test]
    fn two_tables_of_one_name_are_not_written_over_each_other() {
        let named =
            |names: &[&str]| Outcome { tables: names.iter().map(|name| Table::new(name, "", Vec::new())).collect(), ..Outcome::default() };
        assert!(distinct(&named(&["cohort", "cohort_differences", "paired_differences"])).is_ok());
        assert!(distinct(&named(&["doses", "cohort", "doses"])).unwrap_err().sentence.contains("`doses`"));
    }
}
