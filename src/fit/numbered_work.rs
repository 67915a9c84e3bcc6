//! Numbered, independent pieces of work on several threads, with progress, cancel and checkpoint.
//!
//! A piece knows nothing but its number, so that the results are the same on any number of threads, and those of a run that was cancelled and resumed are
//! the same as those of one that was not. Pieces that were under way when the work was cancelled are not kept.

use crate::fit::checkpoint::{CheckpointError, CheckpointFile, FinishedItems};
use crate::fit::least_squares::{FitProgress, Residuals};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Makes the problem to be fitted, afresh for every piece of work, so that none sees what another left behind.
pub type ProblemFactory<'a> = dyn Fn() -> Result<Box<dyn Residuals + Send + 'a>, String> + Sync + 'a;

/// Told how many pieces are done, of how many.
pub type BatchReport = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// Told of the steps of a piece that is a fit, with its number.
pub type StepReport = Arc<dyn Fn(usize, &FitProgress) + Send + Sync>;

/// How another thread watches and ends a batch of fits, and where its finished pieces are kept.
#[derive(Clone, Default)]
pub struct BatchMonitor {
    /// Set to true to end the batch; finished pieces are returned.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Called at the start and after each piece with (done, all).
    pub progress: Option<BatchReport>,
    /// Called after each accepted step of a piece.
    pub steps: Option<StepReport>,
    /// Where finished pieces are kept; those found there are not done again.
    pub checkpoint: Option<CheckpointFile>,
}

impl BatchMonitor {
    /// Whether the work is to end.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<T> {
    /// Finished pieces with their numbers, in the order of these.
    pub finished: Vec<(usize, T)>,
    /// Whether pieces are missing because the batch was cancelled.
    pub cancelled: bool,
}

/// Does pieces 0 to `count` − 1 on `threads` threads (at least one). `work` gives `None` for a piece that was interrupted.
///
/// # Errors
/// The checkpoint belongs to other work, or cannot be read or written.
pub fn run_numbered<T>(
    count: usize,
    threads: usize,
    monitor: &BatchMonitor,
    kind: &'static str,
    setup: String,
    work: &(dyn Fn(usize) -> Option<T> + Sync),
) -> Result<Batch<T>, CheckpointError>
where
    T: Clone + Send + Serialize + DeserializeOwned,
{
    let finished = FinishedItems::open(monitor.checkpoint.as_ref(), kind, setup)?;
    let missing: Vec<usize> = (0..count).filter(|&number| !finished.contains(number)).collect();
    let done = AtomicUsize::new(count - missing.len());
    let tell = |done: usize| {
        if let Some(report) = &monitor.progress {
            report(done, count);
        }
    };
    tell(done.load(Ordering::Relaxed));
    let next = AtomicUsize::new(0);
    let serve = || {
        while !monitor.is_cancelled() {
            let Some(&number) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let Some(item) = work(number) else { break };
            finished.record(number, item);
            tell(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(missing.len()) {
            scope.spawn(serve);
        }
        serve();
    });
    let finished = finished.close()?;
    Ok(Batch { cancelled: finished.len() < count, finished })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn results_come_by_number_from_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let seen = Arc::new(Mutex::new(Vec::new()));
            let log = Arc::clone(&seen);
            let monitor = BatchMonitor {
                progress: Some(Arc::new(move |done, all| log.lock().expect("log").push((done, all)))),
                ..Default::default()
            };
            let batch = run_numbered(20, threads, &monitor, "test", String::new(), &|n| Some(n * n)).expect("no file");
            assert!(!batch.cancelled);
            assert_eq!(batch.finished, (0..20).map(|n| (n, n * n)).collect::<Vec<_>>());
            let mut told = seen.lock().expect("log").clone();
            told.sort_unstable();
            assert_eq!(told, (0..=20).map(|n| (n, 20)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_cancelled_batch_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let cancel = Arc::new(AtomicBool::new(false));
        let monitor = BatchMonitor {
            cancel: Some(Arc::clone(&cancel)),
            checkpoint: Some(CheckpointFile::new(folder.path().join("batch.json"), "squares")),
            ..Default::default()
        };
        let first = run_numbered(10, 1, &monitor, "test", String::new(), &|n| {
            cancel.store(n == 3, Ordering::Relaxed);
            Some(n * n)
        });
        let first = first.expect("file");
        assert!(first.cancelled);
        assert_eq!(first.finished.len(), 4);
        cancel.store(false, Ordering::Relaxed);
        let calls = AtomicUsize::new(0);
        let second = run_numbered(10, 2, &monitor, "test", String::new(), &|n| {
            calls.fetch_add(1, Ordering::Relaxed);
            Some(n * n)
        });
        assert_eq!(second.expect("file").finished, (0..10).map(|n| (n, n * n)).collect::<Vec<_>>());
        assert_eq!(calls.into_inner(), 6, "the first four were not done again");
    }
}
