//! `rpt plot` and `rpt verify`: finished runs.
use std::path::Path;

use serde_json::json;

use super::output::{print, print_json};
use super::{BAD_INPUT, DONE, FAILED};
use crate::report::redraw::redraw;
use crate::report::verify::verify;

fn is_run(run: &Path) -> bool {
    let found = run.join("manifest.yaml").is_file();
    if !found {
        eprintln!("rpt: `{}` is no run folder: it has no manifest.yaml; `rpt list` shows the runs", run.display());
    }
    found
}

/// Redraws the figures of a run.
pub fn plot(run: &Path, as_json: bool) -> u8 {
    if !is_run(run) {
        return BAD_INPUT;
    }
    match redraw(run) {
        Ok(redrawn) => {
            if as_json {
                print_json(&json!({ "run": run.display().to_string(), "figures": redrawn.figures, "changed": redrawn.changed }));
            } else {
                print(&format!("{} figures redrawn in {}\n", redrawn.figures.len(), run.display()));
                for changed in &redrawn.changed {
                    print(&format!("  changed: {changed}\n"));
                }
            }
            DONE
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            FAILED
        }
    }
}

/// Checks a run against its hashes.
pub fn verify_run(run: &Path, as_json: bool) -> u8 {
    if !is_run(run) {
        return BAD_INPUT;
    }
    match verify(run) {
        Ok(mismatches) => {
            let lines: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
            if as_json {
                print_json(&json!({ "run": run.display().to_string(), "ok": lines.is_empty(), "mismatches": lines }));
            } else if lines.is_empty() {
                print(&format!("{}: every file is as it was written\n", run.display()));
            } else {
                print(&format!("{}:\n  {}\n", run.display(), lines.join("\n  ")));
            }
            if lines.is_empty() { DONE } else { FAILED }
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            FAILED
        }
    }
}
