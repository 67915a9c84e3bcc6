//! Cancel, resume from the checkpoint, and the same numbers on any number of threads.
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rptbench::session::job::{Done, Request, carry_out};
use rptbench::session::work::{Failed, Progress, Task};

use super::Workplace;

fn workplace() -> Workplace {
    let place = Workplace::new();
    place.change(
        "theophylline",
        "variance: estimated",
        "variance: estimated\n  subjects: [\"1\", \"2\"]\n  starts: {count: 8, seed: 3, factor: 10}\n  bootstrap: {kind: parametric, replicates: 40, seed: 2}",
    );
    place
}

fn request(place: &Workplace, threads: usize, resume: bool) -> Request {
    Request {
        text: None,
        scenario: place.scenario_file("theophylline"),
        sets: Vec::new(),
        task: Task::Fit,
        runs_root: Some(place.folder.path().join(format!("runs{threads}"))),
        command: "test".into(),
        threads: Some(threads),
        resume,
    }
}

fn tables(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder.join("tables"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn folder(done: &Done) -> &Path {
    &done.published.as_ref().unwrap().folder
}

fn work(request: &Request, stop_at: Option<&str>) -> Result<Done, Failed> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    let mut watch = move |progress: Progress| {
        if stop_at.is_some_and(|step| progress.step.contains(step)) {
            flag.store(true, Ordering::Relaxed);
        }
    };
    carry_out(request, &cancel, &mut watch)
}

#[test]
fn a_cancelled_fit_resumes_to_the_same_bytes_on_one_and_two_threads() {
    let place = workplace();
    let whole = work(&request(&place, 1, false), None).unwrap();
    let two = work(&request(&place, 2, false), None).unwrap();
    assert_eq!(tables(folder(&whole)), tables(folder(&two)), "threads");

    // stopped when the second subject's bootstrap begins: the first subject is done, the second half
    let stopped = work(&request(&place, 2, false), Some("bootstrapping 2")).unwrap_err();
    assert!(stopped.cancelled && stopped.sentence.contains("--resume"), "{stopped}");
    let partial: Vec<_> = std::fs::read_dir(place.folder.path().join("runs2/theophylline"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".partial"))
        .collect();
    assert_eq!(partial.len(), 1);
    let checkpoints: Vec<String> = std::fs::read_dir(partial[0].join("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        checkpoints.iter().any(|name| name == "1-bootstrap.json") && checkpoints.iter().any(|name| name == "2-starts.json"),
        "{checkpoints:?}"
    );
    assert!(std::fs::read_to_string(partial[0].join("manifest.yaml")).unwrap().contains("cancelled"));

    let resumed = work(&request(&place, 2, true), None).unwrap();
    assert_eq!(tables(folder(&whole)), tables(folder(&resumed)), "resumed");
    assert!(!partial[0].exists() && !folder(&resumed).join("checkpoints").exists());
}

#[test]
fn there_is_nothing_to_resume_where_nothing_was_stopped() {
    let place = workplace();
    let refused = work(&request(&place, 1, true), None).unwrap_err();
    assert!(refused.bad_input && refused.sentence.contains("there is nothing to resume"), "{refused}");
}

#[test]
fn a_failed_fit_leaves_no_folder() {
    let place = workplace();
    place.change("theophylline", "error: {model: unweighted}", "error: {model: log-normal, cv: 10 %}");
    let refused = work(&request(&place, 1, false), None).unwrap_err();
    assert!(refused.bad_input, "{refused}");
    let left = std::fs::read_dir(place.folder.path().join("runs1/theophylline")).map(Iterator::count).unwrap_or(0);
    assert_eq!(left, 0);
}
