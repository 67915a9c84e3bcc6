//! Answers in the background: one worker opens the desk and answers; the newest request wins, older ones are dropped or cancelled; the caller never waits.
use super::answer::WhatIf;
use super::apply::{Changed, Desk, Settings};
use super::evaluate::{Evaluator, Refused};
use crate::regimen::SeveralScans;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An exact answer that took longer than this lets a quick one go before the next.
const AT_ONCE: Duration = Duration::from_millis(100);

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Coarser tolerance, no MAP fit; the exact one follows.
    Quick,
    /// As a run of the scenario gives it.
    Exact,
    /// The same, with how sure the numbers are.
    Bands,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The number of the request.
    pub number: u64,
    /// How good it is.
    pub stage: Stage,
    /// Whether a better one follows.
    pub more_follows: bool,
    /// What came out, or why nothing did.
    pub result: Result<Arc<WhatIf>, String>,
    /// How long it took, from request to answer.
    pub took: Duration,
}

/// What the engine says, from its own thread.
#[derive(Clone, Debug)]
pub enum Said {
    /// The desk could be opened, or why not. Comes once and first.
    Opened(Result<Arc<Desk>, String>),
    /// An answer to the newest request.
    Answer(Answer),
}

#[derive(Default)]
struct Waiting {
    request: Option<(u64, Settings, Instant)>,
    closed: bool,
    running: Arc<AtomicBool>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    news: Condvar,
    evaluations: AtomicUsize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // the data under the lock are whole at any time
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request, once there is one; `None` when the handle is gone.
    fn next(&self) -> Option<(u64, Settings, Instant, Arc<AtomicBool>)> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some((number, settings, asked)) = waiting.request.take() {
                waiting.running = Arc::new(AtomicBool::new(false));
                return Some((number, settings, asked, Arc::clone(&waiting.running)));
            }
            waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The worker's handle; dropping it cancels and ends the worker.
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// Starts a worker that opens a desk and answers requests; `tell` is called from its thread.
    pub fn start(open: impl FnOnce() -> Result<Desk, String> + Send + 'static, tell: impl Fn(Said) + Send + 'static) -> Engine {
        let shared = Arc::new(Shared::default());
        let of_worker = Arc::clone(&shared);
        std::thread::spawn(move || {
            let opened =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(open)).unwrap_or_else(|_| Err(PANICKED.into())).map(Arc::new);
            tell(Said::Opened(opened.clone()));
            if let Ok(desk) = opened {
                Worker { desk: &desk, shared: &of_worker, tell: &tell, evaluator: Evaluator::default(), slow: false }.work();
            }
        });
        Engine { shared }
    }

    /// Asks for an answer, which will carry this number; a request under way is cancelled, one that waits is dropped.
    pub fn request(&self, number: u64, settings: Settings) {
        let mut waiting = self.shared.lock();
        waiting.running.store(true, Ordering::Relaxed);
        waiting.request = Some((number, settings, Instant::now()));
        self.shared.news.notify_one();
    }

    /// Stops what is under way or waits.
    pub fn cancel(&self) {
        let mut waiting = self.shared.lock();
        waiting.running.store(true, Ordering::Relaxed);
        waiting.request = None;
    }

    /// How many evaluations were begun.
    pub fn evaluations(&self) -> usize {
        self.shared.evaluations.load(Ordering::Relaxed)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let mut waiting = self.shared.lock();
        waiting.closed = true;
        waiting.running.store(true, Ordering::Relaxed);
        self.shared.news.notify_one();
    }
}

const PANICKED: &str = "the work ended by an error of the program; please report it";

struct Worker<'w> {
    desk: &'w Desk,
    shared: &'w Shared,
    tell: &'w dyn Fn(Said),
    evaluator: Evaluator,
    /// Whether the last exact answer took long.
    slow: bool,
}

impl Worker<'_> {
    fn work(&mut self) {
        while let Some((number, settings, asked, cancel)) = self.shared.next() {
            let say = |stage, more_follows, result| {
                // a newer request has come: nobody wants this one
                if !cancel.load(Ordering::Relaxed) {
                    (self.tell)(Said::Answer(Answer { number, stage, more_follows, result, took: asked.elapsed() }));
                }
            };
            let changed = match self.desk.apply(&settings) {
                Ok(changed) => changed,
                Err(words) => {
                    say(Stage::Exact, false, Err(words));
                    continue;
                }
            };
            let has_bands = changed.scenario.uncertainty.is_some();
            let stages: &[Stage] = if self.slow || fits_maps(&changed) { &[Stage::Quick, Stage::Exact] } else { &[Stage::Exact] };
            let mut exact = None;
            for stage in stages {
                match self.evaluate(&changed, *stage, &cancel) {
                    Err(Refused::Cancelled) => break,
                    Err(Refused::Because(words)) => {
                        say(*stage, false, Err(words));
                        break;
                    }
                    Ok(answer) => {
                        let answer = Arc::new(answer);
                        say(*stage, *stage == Stage::Quick || has_bands, Ok(Arc::clone(&answer)));
                        exact = (*stage == Stage::Exact).then_some(answer);
                    }
                }
            }
            if let Some(exact) = exact.filter(|_| has_bands) {
                let with = |bands| Ok(Arc::new(WhatIf { bands, ..(*exact).clone() }));
                let found = guarded(|| self.evaluator.bands(&changed, &cancel, &mut |bands| say(Stage::Bands, true, with(Some(bands)))));
                match found {
                    Ok(bands) => say(Stage::Bands, false, with(bands)),
                    Err(Refused::Cancelled) => {}
                    Err(Refused::Because(words)) => {
                        let notes = exact.notes.iter().cloned().chain([format!("no intervals: {words}")]).collect();
                        say(Stage::Bands, false, Ok(Arc::new(WhatIf { notes, ..(*exact).clone() })));
                    }
                }
            }
        }
    }

    fn evaluate(&mut self, changed: &Changed, stage: Stage, cancel: &AtomicBool) -> Result<WhatIf, Refused> {
        if cancel.load(Ordering::Relaxed) {
            return Err(Refused::Cancelled);
        }
        self.shared.evaluations.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let found = guarded(|| self.evaluator.evaluate(changed, stage, cancel));
        if let Ok(answer) = &found
            && stage == Stage::Exact
            && answer.computed > 0
        {
            self.slow = begun.elapsed() > AT_ONCE;
        }
        found
    }
}

/// A panic of the work is told like a refusal.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refused>) -> Result<T, Refused> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Refused::Because(PANICKED.into())))
}

/// Whether the clinic estimates by MAP fits, which take their time.
fn fits_maps(changed: &Changed) -> bool {
    changed.scenario.regimens.as_ref().is_some_and(|regimen| matches!(regimen.clinic.estimator.several, SeveralScans::Map(_)))
}
