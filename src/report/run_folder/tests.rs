//! A run from beginning to each of its ends.

use super::*;
use crate::report::redraw::redraw;
use crate::report::runs::{latest_partial, list_runs};
use crate::report::verify::{Mismatch, verify};
use crate::report::{Axis, Column, Mark, Panel, Style};
use tempfile::tempdir;

const HASH: &str = "0123456789abcdef0123";

fn start() -> jiff::Timestamp {
    "2026-11-23T15:12:00Z".parse().expect("a time")
}

fn figure() -> Figure {
    let line = Mark::Line { name: "kidneys".into(), x: vec![0.0, 1.0, 2.0], y: vec![3.0, f64::NAN, 1.0], style: Style::default() };
    let panel = Panel { x: Axis::linear("Time", "h"), y: Axis::linear("Activity", "MBq"), marks: vec![line], ..Panel::default() };
    Figure { name: "activity".into(), title: "Activity".into(), panels: vec![panel], ..Figure::default() }
}

fn filled(root: &Path) -> RunFolder {
    let mut run = RunFolder::begin(root, "psma", HASH, start()).expect("begun");
    let mut table = Table::new("doses", "Doses", vec![Column::text("organ"), Column::number("dose", "Gy")]);
    table.push(vec!["kidneys".into(), 0.1.into()]);
    run.write_table(&table).expect("a table");
    run.draw(&figure()).expect("a figure");
    run.write_text("inputs/scenario.yaml", "a: 1\n").expect("an input");
    run
}

fn finished(root: &Path) -> PathBuf {
    filled(root).finish(Manifest::begun("psma", "T", start()), "# Report\n").expect("finished")
}

#[test]
fn a_finished_run_is_in_place_and_whole() {
    let root = tempdir().expect("a folder");
    let run = finished(root.path());
    assert_eq!(run, root.path().join("psma/20261123T151200Z-0123456789ab"));
    assert_eq!(verify(&run).expect("a list"), []);
    let manifest = Manifest::read(&run).expect("a manifest");
    assert_eq!(
        (manifest.status, manifest.tables, manifest.figures),
        (Status::Done, vec!["tables/doses.csv".into()], vec!["activity".into()])
    );
    let left: Vec<_> = fs::read_dir(root.path().join("psma")).expect("a listing").collect();
    assert_eq!(left.len(), 1, "nothing is left beside it");
}

#[test]
fn sha256sum_itself_accepts_the_list() {
    let root = tempdir().expect("a folder");
    let run = finished(root.path());
    // the tool is part of every Linux; elsewhere there is nothing to compare with
    if let Ok(output) = std::process::Command::new("sha256sum").args(["--strict", "-c", SUMS_FILE]).current_dir(&run).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_same_work_gives_the_same_sums_and_another_name() {
    let root = tempdir().expect("a folder");
    let (first, second) = (finished(root.path()), finished(root.path()));
    assert_eq!(second, root.path().join("psma/20261123T151200Z-0123456789ab-2"));
    let sums = |run: &Path| fs::read_to_string(run.join(SUMS_FILE)).expect("a list");
    assert_eq!(sums(&first), sums(&second));
}

#[test]
fn a_name_taken_while_writing_is_not_overwritten() {
    let root = tempdir().expect("a folder");
    let run = filled(root.path());
    let taken = root.path().join("psma/20261123T151200Z-0123456789ab");
    fs::create_dir(&taken).expect("taken");
    let place = run.finish(Manifest::default(), "").expect("finished");
    assert_ne!(place, taken);
    assert_eq!(fs::read_dir(&taken).expect("still there").count(), 0);
}

#[test]
fn verify_tells_changed_missing_and_extra_files() {
    let root = tempdir().expect("a folder");
    let run = finished(root.path());
    fs::write(run.join("tables/doses.csv"), "organ,dose_gy\nkidneys,0.2\n").expect("tampered");
    fs::remove_file(run.join("report.md")).expect("removed");
    fs::write(run.join("notes.txt"), "mine").expect("added");
    let kinds: Vec<String> = verify(&run).expect("a list").iter().map(|m| m.to_string().chars().take(26).collect()).collect();
    assert_eq!(kinds, ["report.md: missing", "tables/doses.csv: changed ", "notes.txt: not part of the"]);
}

#[test]
fn a_cancelled_run_stays_partial_and_can_be_resumed() {
    let root = tempdir().expect("a folder");
    let partial = filled(root.path()).cancel(Manifest::begun("psma", "T", start())).expect("cancelled");
    assert!(partial.ends_with("20261123T151200Z-0123456789ab.partial"));
    let entry = latest_partial(root.path(), "psma", HASH).expect("listed").expect("found");
    assert_eq!((entry.path.clone(), entry.manifest.map(|m| m.status)), (partial.clone(), Some(Status::Cancelled)));
    assert_eq!(latest_partial(root.path(), "psma", "ffffffffffff").expect("listed"), None);
    let run = RunFolder::resume(&partial).expect("resumed").finish(Manifest::begun("psma", "T", start()), "").expect("finished");
    assert_eq!(verify(&run).expect("a list"), []);
    assert!(!partial.exists());
    let manifest = list_runs(root.path()).expect("listed")[0].manifest.clone().expect("a manifest");
    assert_eq!((manifest.status, manifest.figures), (Status::Done, vec!["activity".to_owned()]));
}

#[test]
fn a_dropped_run_is_marked_failed_and_an_empty_one_is_removed() {
    let root = tempdir().expect("a folder");
    drop(RunFolder::begin(root.path(), "empty", HASH, start()).expect("begun"));
    assert_eq!(fs::read_dir(root.path().join("empty")).expect("there").count(), 0);
    drop(filled(root.path()));
    let runs = list_runs(root.path()).expect("listed");
    assert!(runs[0].partial);
    assert_eq!(runs[0].manifest.as_ref().map(|m| m.status), Some(Status::Failed));
}

#[test]
fn redrawing_leaves_the_run_valid_and_reports_changes() {
    let root = tempdir().expect("a folder");
    let run = finished(root.path());
    assert_eq!(redraw(&run).expect("redrawn").changed, Vec::<String>::new());
    fs::remove_file(run.join("figures/activity.svg")).expect("removed");
    fs::write(run.join("figures/activity.png"), "other").expect("as if drawn by another version");
    let redrawn = redraw(&run).expect("redrawn");
    assert_eq!(redrawn.figures, ["activity"]);
    assert_eq!(redrawn.changed, ["figures/activity.svg", "figures/activity.png"]);
    assert_eq!(verify(&run).expect("a list"), []);
}

#[test]
fn a_tampered_description_is_not_redrawn() {
    let root = tempdir().expect("a folder");
    let run = finished(root.path());
    let source = run.join("figures/activity.yaml");
    let text = fs::read_to_string(&source).expect("stored").replace("3.0", "2.0");
    fs::write(&source, text).expect("tampered");
    let message = redraw(&run).expect_err("refused").to_string();
    assert!(message.contains("changed since the run was finished"), "{message}");
    assert!(matches!(&verify(&run).expect("a list")[..], [Mismatch::Changed { path, .. }] if path == "figures/activity.yaml"));
}

#[test]
fn errors_name_the_path_and_what_is_in_the_way() {
    let root = tempdir().expect("a folder");
    let file = root.path().join("runs");
    fs::write(&file, "not a folder").expect("a file");
    let message = RunFolder::begin(&file, "psma", HASH, start()).expect_err("a file").to_string();
    assert_eq!(message, format!("`{}` is not a folder, and the run needs one there", file.display()));
    assert!(RunFolder::begin(root.path(), "../psma", HASH, start()).is_err());
    let mut run = RunFolder::begin(root.path(), "psma", HASH, start()).expect("begun");
    for bad in ["", "/etc/x", "../x", "a/../../x", "a\nb", "./x"] {
        assert!(run.write_text(bad, "").is_err(), "{bad:?}");
    }
    run.write_text("a", "").expect("a file");
    assert!(matches!(run.write_text("a/b", ""), Err(ReportError::NotAFolder { .. })));
}

#[cfg(unix)]
#[test]
fn a_full_disk_and_a_read_only_folder_are_told_with_the_path() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempdir().expect("a folder");
    let mut run = RunFolder::begin(root.path(), "psma", HASH, start()).expect("begun");
    // Linux's device that is always full
    if Path::new("/dev/full").exists() {
        std::os::unix::fs::symlink("/dev/full", run.path().join("full.csv")).expect("a link");
        let message = run.write_text("full.csv", "1,2,3\n").expect_err("full").to_string();
        assert!(message.starts_with("cannot write `") && message.contains("full.csv") && message.contains("No space left"), "{message}");
    }
    let locked = root.path().join("locked");
    fs::create_dir(&locked).expect("a folder");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("locked");
    // the superuser may write anywhere
    if let Err(error) = RunFolder::begin(&locked, "psma", HASH, start()) {
        assert!(error.to_string().starts_with("cannot make the folder `"), "{error}");
    }
}
