//! A disk that is full, a place that cannot be written: told with the path, and nothing that was done is lost.
use crate::{Ended, Place, files, only};

const TRIAL: [&str; 2] = ["trial", "scenarios/trial_null"];

fn arguments<'a>(patients: &'a str, runs: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&TRIAL[..], &["--patients", patients, "--threads", "1", "--runs", runs], more].concat()
}

/// The program under a largest size of files, `limit` blocks of the shell (512 or 1024 bytes). The signal that comes with it is ignored, so that writing fails.
#[cfg(unix)]
fn with_small_files(place: &Place, limit: &str, arguments: &[&str]) -> Ended {
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
    let program = assert_cmd::cargo::cargo_bin("rpt");
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(place.path()).args(["-c", &script, "sh"]).arg(program).args(arguments);
    Ended::of(shell.output().unwrap())
}

/// The sentence of a run that could not be written, and the folder it leaves.
#[cfg(unix)]
#[track_caller]
fn is_kept(place: &Place, runs: &str, ended: &Ended, at: &str) {
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let partial = place.partial(runs, "trial_null");
    assert_eq!(partial.len(), 1, "what was done is kept: {}", ended.err);
    let shown = partial[0].strip_prefix(place.path()).unwrap().display().to_string();
    assert!(ended.err.contains(&format!("cannot write `{shown}/{at}")), "the file is named: {}", ended.err);
    assert!(ended.err.contains(&format!("what was done is kept in {shown}: `--resume`")), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "one sentence: {}", ended.err);
}

/// No block fits: nothing is done, and the run ends all the same as one that was never stopped.
#[cfg(unix)]
#[test]
fn blocks_that_do_not_fit_end_the_run_and_it_is_taken_up() {
    let place = Place::new();
    place.good(&arguments("130", "whole", &[]));
    let ended = with_small_files(&place, "8", &arguments("130", "runs", &[]));
    is_kept(&place, "runs", &ended, "checkpoints/blocks/000000.block");
    assert!(place.blocks("runs", "trial_null").is_empty());
    let writing = std::fs::read_dir(place.partial("runs", "trial_null")[0].join("checkpoints/blocks")).unwrap().count();
    assert_eq!(writing, 0, "what was begun is removed: its place may be what is missing");
    // still full
    let again = with_small_files(&place, "8", &arguments("130", "runs", &["--resume"]));
    is_kept(&place, "runs", &again, "checkpoints/blocks/000000.block");
    place.good(&arguments("130", "runs", &["--resume"]));
    assert!(files(&only(&place, "runs", "trial_null")) == files(&only(&place, "whole", "trial_null")));
}

/// All blocks fit (60 kB at most), the table of all patients (over 1 MB) does not.
#[cfg(unix)]
#[test]
fn a_table_that_does_not_fit_leaves_all_patients_done() {
    let place = Place::new();
    place.good(&arguments("2000", "whole", &[]));
    let ended = with_small_files(&place, "300", &arguments("2000", "runs", &[]));
    is_kept(&place, "runs", &ended, "");
    assert!(ended.err.contains("virtual_patients."), "{}", ended.err);
    assert_eq!(place.blocks("runs", "trial_null").len(), 32, "the last of 32 blocks is done");
    let resumed = place.good(&arguments("2000", "runs", &["--resume"]));
    assert!(resumed.out.contains("2000 of 2000 virtual patients were taken over"), "{}", resumed.out);
    assert!(files(&only(&place, "runs", "trial_null")) == files(&only(&place, "whole", "trial_null")));
}

/// A file system that is really full, where this process may mount one in a name space of its own; else told, and the two tests above stand for it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_file_system_ends_the_run_and_it_is_taken_up_once_there_is_room() {
    let place = Place::new();
    place.good(&arguments("130", "whole", &[]));
    std::fs::create_dir(place.path().join("small")).unwrap();
    // the file system goes with the name space: what the second run wrote is copied out
    let script = r#"
        mount -t tmpfs -o size=100k none small || exit 77
        "$@"; echo "first $?"
        mount -o remount,size=20m small || exit 77
        "$@" --resume; echo "second $?"
        cp -r small/runs copied"#;
    let mut shell = std::process::Command::new("unshare");
    shell.current_dir(place.path()).args(["--mount", "sh", "-c", script, "sh"]).arg(assert_cmd::cargo::cargo_bin("rpt"));
    let output = match shell.args(arguments("130", "small/runs", &[])).output() {
        Ok(output) if !matches!(output.status.code(), Some(1 | 77)) => output,
        other => {
            let refused = other.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
            eprintln!("no file system of its own may be mounted here: {refused:?}");
            return;
        }
    };
    let ended = Ended::of(output);
    assert!(ended.out.starts_with("first 1\n") && ended.out.ends_with("second 0\n"), "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("cannot write `small/runs/trial_null/") && ended.err.contains("No space left on device"), "{}", ended.err);
    assert!(ended.err.contains("--resume") && !ended.err.contains("External"), "{}", ended.err);
    assert!(files(&only(&place, "copied", "trial_null")) == files(&only(&place, "whole", "trial_null")));
}

/// A folder below a file can be made by nobody, root neither.
#[test]
fn a_place_below_a_file_is_told_and_nothing_is_left() {
    let place = Place::new();
    std::fs::write(place.path().join("afile"), "a file").unwrap();
    for verb in [&["trial", "scenarios/trial_null", "--patients", "130"][..], &["power", "scenarios/trial_null", "--replicates", "2"]] {
        let ended = place.end(&[verb, &["--runs", "afile/x"]].concat());
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains("`afile` is not a folder"), "{}", ended.err);
        assert_eq!(ended.out, "");
    }
    assert_eq!(std::fs::read_to_string(place.path().join("afile")).unwrap(), "a file");
    assert!(!place.path().join("runs").exists());
}

/// A folder without the right to write in it: root may write anywhere, then there is nothing to refuse.
#[cfg(unix)]
#[test]
fn a_read_only_folder_is_told_and_nothing_is_left() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let runs = place.path().join("runs");
    std::fs::create_dir(&runs).unwrap();
    std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o555)).unwrap();
    let writable = std::fs::create_dir(runs.join("probe")).is_ok();
    let ended = place.end(&arguments("130", "runs", &[]));
    std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o755)).unwrap();
    if writable {
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    } else {
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains("runs/trial_null"), "{}", ended.err);
        assert_eq!(std::fs::read_dir(&runs).unwrap().count(), 0);
    }
}
