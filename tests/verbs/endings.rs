//! How the program ends when it is interrupted, killed, read from halfway, or has no terminal.
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::{end, good, project, runs_of};

/// P1 with many cycles and a tight tolerance: seconds of work in any build.
fn slow_scenario(folder: &Path) {
    let file = folder.join("scenarios/psma_it_p1/scenario.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let slow = text
        .replace("relative_tolerance: 1e-6", "relative_tolerance: 1e-12")
        .replace("fixed: {activity: 7.4 GBq, cycles: 4}", "fixed: {activity: 7.4 GBq, cycles: 50}");
    assert_ne!(slow, text);
    std::fs::write(file, slow).unwrap();
}

fn start(folder: &Path) -> Child {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("rpt"));
    command.current_dir(folder).env_clear().args(["run", "scenarios/psma_it_p1"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end, at most half a minute.
fn wait(mut child: Child) -> std::process::Output {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("the program did not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Ctrl-C: exit code 130, within moments, and a folder that says what it is.
#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_in_its_code_and_its_folder() {
    let folder = project();
    slow_scenario(folder.path());
    let child = start(folder.path());
    std::thread::sleep(Duration::from_millis(1000));
    signal(&child, "INT");
    let asked = Instant::now();
    let output = wait(child);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to stop", asked.elapsed());
    assert!(err.contains("cancelled") && !err.contains("panicked"), "{err}");
    let runs = runs_of(folder.path(), "psma_it_p1");
    assert_eq!(runs.len(), 1);
    assert!(runs[0].ends_with(".partial"), "{runs:?}");
    let manifest = std::fs::read_to_string(folder.path().join("runs/psma_it_p1").join(&runs[0]).join("manifest.yaml")).unwrap();
    assert!(manifest.contains("status: cancelled"), "{manifest}");
    assert!(good(folder.path(), &["list"]).out.contains("cancelled"));
}

/// Killed without a word: whatever is left is called partial, and the list knows that it is no result.
#[cfg(unix)]
#[test]
fn a_killed_run_leaves_nothing_that_looks_whole() {
    let folder = project();
    // killed while it computes, and (the quick scenario) at moments while it may be writing
    for (slow, delays_ms) in [(false, &[150_u64, 300, 500, 700][..]), (true, &[300][..])] {
        if slow {
            slow_scenario(folder.path());
        }
        for delay in delays_ms {
            let child = start(folder.path());
            std::thread::sleep(Duration::from_millis(*delay));
            if child.id() > 0 {
                // it may have ended by itself
                let _ = std::process::Command::new("kill").args(["-KILL", &child.id().to_string()]).stderr(Stdio::null()).status();
            }
            wait(child);
        }
    }
    for name in runs_of(folder.path(), "psma_it_p1") {
        let path = format!("runs/psma_it_p1/{name}");
        if !name.ends_with(".partial") {
            // ended before the signal came: then it must be whole
            good(folder.path(), &["verify", &path]);
        }
    }
    good(folder.path(), &["list"]);
}

/// `rpt list | head -1`: the reader's wish, no panic and no message.
#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_the_output_quietly() {
    let folder = project();
    let program = assert_cmd::cargo::cargo_bin("rpt");
    for verb in ["list", "list --json", "simulate scenarios/psma_it_p2 --all", "completions bash"] {
        let line = format!("'{}' {verb} | head -c 20", program.display());
        let output = std::process::Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.stdout.len(), 20, "{verb}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{verb}");
    }
}

#[test]
fn without_a_terminal_the_workbench_names_the_verbs() {
    let folder = project();
    let ended = end(folder.path(), &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("terminal") && ended.err.contains("rpt "), "{}", ended.err);
    assert_eq!(ended.out, "");
}

#[test]
fn usage_that_cannot_be_understood_is_exit_code_2() {
    let folder = project();
    for arguments in [&["dance"][..], &["run"], &["check"], &["run", "scenarios/psma_it_p1", "--frobnicate"], &["completions", "cobol"]] {
        let ended = end(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(!ended.err.is_empty() && ended.out.is_empty(), "{arguments:?}");
    }
    assert_eq!(end(folder.path(), &["list", "nowhere"]).code, Some(2));
}

/// One good and one bad scenario: the good one is done, the bad one counts.
#[test]
fn the_worst_of_several_scenarios_counts() {
    let folder = project();
    std::fs::create_dir(folder.path().join("scenarios/bad")).unwrap();
    std::fs::write(folder.path().join("scenarios/bad/scenario.yaml"), "scenario: bad\nmodel: nothing.yaml\n").unwrap();
    let ended = end(folder.path(), &["fit", "scenarios/bad", "scenarios/indometacin"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.out.contains("indometacin") && ended.err.contains("nothing.yaml"), "{}{}", ended.out, ended.err);
}
