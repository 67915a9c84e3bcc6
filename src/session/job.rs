//! Work in the background: one thread a job, messages on a channel, progress, cancel.
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Instant;

use super::publish::{Published, begin, cancelled_in, onwards, publish};
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome, Progress, Task, perform};
use crate::math::InstructionSet;

/// What a job is to do.
#[derive(Clone, Debug)]
pub struct Request {
    /// The scenario: a folder or a file.
    pub scenario: PathBuf,
    /// A changed text in place of the scenario's file, as the workbench holds it. The run folder keeps it.
    pub text: Option<String>,
    /// `name=value` overrides.
    pub sets: Vec<String>,
    /// What to do.
    pub task: Task,
    /// Where run folders go; `None` writes nothing.
    pub runs_root: Option<PathBuf>,
    /// The command as typed, for the manifest.
    pub command: String,
    /// Threads to work on; `None`: as many as the machine has, at most eight.
    pub threads: Option<usize>,
    /// Whether to take up the latest unfinished run of the same inputs.
    pub resume: bool,
}

impl Request {
    fn thread_count(&self) -> usize {
        let own = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
        self.threads.unwrap_or_else(own).max(1)
    }
}

/// What a job says.
#[derive(Debug)]
pub enum Message {
    /// How far it is.
    Progress(Progress),
    /// It ended.
    Finished(Box<Result<Done, Failed>>),
}

/// A job that ended well.
#[derive(Clone, Debug)]
pub struct Done {
    /// What came out.
    pub outcome: Outcome,
    /// The run folder, where one was written.
    pub published: Option<Published>,
}

/// A job under way.
pub struct Job {
    /// Its number, never used twice.
    pub id: u64,
    /// What it does, for people.
    pub title: String,
    /// When it began.
    pub started: Instant,
    cancel: Arc<AtomicBool>,
    receiver: Receiver<Message>,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Job {
    /// Starts a job. `wake` is called from its thread whenever there is something to poll.
    pub fn start(request: Request, wake: impl Fn() + Send + 'static) -> Job {
        let (sender, receiver) = channel();
        let cancel = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancel);
        let title = request.scenario.display().to_string();
        std::thread::spawn(move || {
            let work = || {
                // the tests of the whole program have no other way to make a worker panic
                assert!(std::env::var_os("RPT_TEST_WORKER_PANIC").is_none(), "a worker was asked to panic");
                execute(&request, &flag, &sender, &wake)
            };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                .unwrap_or_else(|_| Err(Failed::because("the work ended by an error of the program; please report it")));
            // nobody may be listening any more
            let _ = sender.send(Message::Finished(Box::new(result)));
            wake();
        });
        Job { id: NEXT.fetch_add(1, Ordering::Relaxed), title, started: Instant::now(), cancel, receiver }
    }

    /// Asks it to stop; it answers with a finished message.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// The next message, if there is one. A job whose thread is gone without a word has failed.
    pub fn poll(&self) -> Option<Message> {
        match self.receiver.try_recv() {
            Ok(message) => Some(message),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => None,
        }
    }
}

fn execute(request: &Request, cancel: &Arc<AtomicBool>, sender: &Sender<Message>, wake: &dyn Fn()) -> Result<Done, Failed> {
    let mut report = |progress: Progress| {
        let _ = sender.send(Message::Progress(progress));
        wake();
    };
    carry_out(request, cancel, &mut report)
}

/// Reads the scenario, does the task and writes the run folder; the same for both faces.
pub fn carry_out(request: &Request, cancel: &Arc<AtomicBool>, progress: &mut dyn FnMut(Progress)) -> Result<Done, Failed> {
    // said before any work, and whatever the method: a linear model would never ask
    InstructionSet::chosen().map_err(|error| Failed::input(error.to_string()))?;
    let read = match &request.text {
        Some(text) => Scenario::load_text(&Scenario::file_of(&request.scenario), text.clone(), &request.sets),
        None => Scenario::load(&request.scenario, &request.sets),
    };
    if request.text.is_some() && matches!(request.task, Task::Power(_)) {
        return Err(Failed::input("a power study reads the scenario's file again and again: write the changes into it first"));
    }
    let (scenario, _warnings) = read.map_err(|faults| Failed::input(faults.to_string()))?;
    let started = Instant::now();
    let mut control = Control { threads: request.thread_count(), sets: request.sets.clone(), ..Control::new(progress, cancel) };
    let Some(root) = &request.runs_root else {
        if request.resume {
            return Err(Failed::input("`--resume` takes up a run folder: add `--save`, as the run that was stopped had"));
        }
        return Ok(Done { outcome: perform(&scenario, request.task.clone(), &mut control)?, published: None });
    };
    let folder = begin(&scenario, root, request)?;
    control.checkpoints = Some(folder.checkpoints()?);
    match perform(&scenario, request.task.clone(), &mut control) {
        Ok(mut outcome) => {
            if request.text.is_some() {
                outcome.findings.insert(0, CHANGED.to_owned());
            }
            let place = folder.place();
            let published = publish(&scenario, &outcome, folder, request, started, &mut control);
            let published = published.map_err(|failed| kept_in(failed, &place, request))?;
            Ok(Done { outcome, published: Some(published) })
        }
        Err(failed) if failed.cancelled => {
            let place = folder.cancel(&scenario, request, started)?;
            Err(cancelled_in(failed, &place, request))
        }
        Err(failed) if failed.resumable => Err(kept_in(failed, &folder.interrupt(), request)),
        Err(failed) => {
            folder.abandon();
            Err(failed)
        }
    }
}

/// What a run says whose scenario is not what lies on disk.
const CHANGED: &str =
    "The scenario was changed in the workbench and its file was not: the text that was run is `inputs/scenario.yaml` of the run folder.";

/// Says where an interrupted run lies.
fn kept_in(failed: Failed, place: &std::path::Path, request: &Request) -> Failed {
    if !failed.resumable || failed.cancelled {
        return failed;
    }
    let sentence = format!("{}; what was done is kept in {}: {}", failed.sentence, place.display(), onwards(request));
    Failed { sentence, ..failed }
}
