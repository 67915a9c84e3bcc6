//! A finished run done again from what its manifest says, and compared to the byte.
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::job::{Request, carry_out};
use super::work::{Failed, Progress, Task};
use crate::report::digest::sha256_of_file;
use crate::report::verify::read_sums;
use crate::report::{MANIFEST_FILE, Manifest, ReportError, Status};

/// Files that may differ: they hold times of the clock or how the work went.
const MAY_DIFFER: &[&str] = &[MANIFEST_FILE, "report.md"];

/// What doing it again came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reproduced {
    /// Files that are the same to the byte.
    pub same: usize,
    /// Files that differ, are missing or are new, in words.
    pub different: Vec<String>,
    /// What should be known: another version of the program.
    pub remarks: Vec<String>,
    /// The second run, where it was left for a look at what differs.
    pub left: Option<PathBuf>,
}

fn refused(error: ReportError) -> Failed {
    Failed::because(error.to_string())
}

/// Does the run in folder `run` again. `scenario`: where its scenario lies now, if not where it lay.
pub fn reproduce(
    run: &Path,
    scenario: Option<&Path>,
    threads: Option<usize>,
    cancel: &Arc<AtomicBool>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Reproduced, Failed> {
    let manifest = Manifest::read(run).map_err(|error| Failed::input(error.to_string()))?;
    if manifest.status != Status::Done {
        return Err(Failed::input(format!("`{}` is not a finished run: there is nothing to compare with", run.display())));
    }
    let whole = run.canonicalize().map_err(|error| Failed::input(format!("cannot find `{}`: {error}", run.display())))?;
    // <base>/runs/<scenario>/<run>
    let root = whole.ancestors().nth(2).unwrap_or(&whole).to_path_buf();
    let base = root.parent().unwrap_or(&root).to_path_buf();
    let first = manifest.inputs.first().ok_or_else(|| Failed::input("the manifest names no input"))?;
    let place = scenario.map_or_else(|| base.join(&first.path), Path::to_path_buf);
    if scenario.is_none() {
        check_inputs(&manifest, &base)?;
    }
    let task = Task::from_stored(&manifest.verb, &manifest.options)
        .ok_or_else(|| Failed::input(format!("the manifest names no verb that can be done again: `{}`", manifest.verb)))?;
    // beside the runs and not among them: lists of runs leave out names that begin with a point
    let aside = root.join(".reproducing").join(std::process::id().to_string());
    let request = Request {
        text: None,
        scenario: place,
        sets: manifest.settings.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        task,
        runs_root: Some(aside.clone()),
        command: manifest.command.clone(),
        threads,
        resume: false,
    };
    let done = carry_out(&request, cancel, progress);
    let published = match done {
        Ok(done) => done.published.map(|published| published.folder),
        Err(failed) => {
            clear(&root, &aside);
            return Err(failed);
        }
    };
    let Some(again) = published else { return Err(Failed::because("the second run wrote no folder")) };
    let mut found = compare(&whole, &again)?;
    if manifest.version != env!("CARGO_PKG_VERSION") {
        found.remarks.push(format!("the run is of version {}, this is {}", manifest.version, env!("CARGO_PKG_VERSION")));
    }
    if found.different.is_empty() {
        clear(&root, &aside);
    } else {
        found.left = Some(again);
    }
    Ok(found)
}

/// All files that the run read must be there as they were.
fn check_inputs(manifest: &Manifest, base: &Path) -> Result<(), Failed> {
    let mut problems = Vec::new();
    for input in &manifest.inputs {
        match sha256_of_file(&base.join(&input.path)) {
            Ok(digest) if digest == input.sha256 => {}
            Ok(_) => problems.push(format!("`{}` has changed since the run", input.path)),
            Err(_) => problems.push(format!("`{}` is not there (looked for in {})", input.path, base.display())),
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    problems.push("`--scenario PATH` takes the scenario from another place".into());
    Err(Failed::input(problems.join("\n")))
}

fn compare(one: &Path, two: &Path) -> Result<Reproduced, Failed> {
    let (before, after) = (read_sums(one).map_err(refused)?, read_sums(two).map_err(refused)?);
    let mut found = Reproduced::default();
    let counts = |name: &&String| !MAY_DIFFER.contains(&name.as_str());
    for name in before.keys().filter(counts) {
        // the file that lies there, not only what was noted of it when it was written
        let now = sha256_of_file(&one.join(name)).ok();
        match (now, after.get(name)) {
            (None, _) => found.different.push(format!("{name}: no longer in the run")),
            (Some(now), _) if before.get(name) != Some(&now) => found.different.push(format!("{name}: changed since the run wrote it")),
            (Some(now), Some(again)) if now == *again => found.same += 1,
            (_, Some(_)) => found.different.push(format!("{name}: other bytes")),
            (_, None) => found.different.push(format!("{name}: not made again")),
        }
    }
    found.different.extend(after.keys().filter(counts).filter(|name| !before.contains_key(*name)).map(|name| format!("{name}: new")));
    Ok(found)
}

fn clear(root: &Path, aside: &Path) {
    // what cannot be removed is hidden from lists and does no harm
    let _ = std::fs::remove_dir_all(aside);
    let _ = std::fs::remove_dir(root.join(".reproducing"));
}
