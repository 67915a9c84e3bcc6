//! Answers in the background: one worker, the newest request wins, older ones are dropped or cancelled; the caller never waits.
use super::apply::{Desk, Settings};
use super::evaluate::{Evaluator, Refused, WhatIf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An exact answer that took longer than this lets a quick one go before the next.
const AT_ONCE: Duration = Duration::from_millis(100);

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Coarser tolerance, no MAP fit; the exact one follows.
    Quick,
    /// As a run of the scenario gives it.
    Exact,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The number of the request.
    pub number: u64,
    /// How good it is.
    pub stage: Stage,
    /// What came out, or why nothing did.
    pub result: Result<Arc<WhatIf>, String>,
    /// How long it took, from request to answer.
    pub took: Duration,
}

struct Waiting {
    request: Option<(u64, Settings, Instant)>,
    closed: bool,
    running: Arc<AtomicBool>,
}

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
}

/// The worker's handle; dropping it cancels and ends the worker.
pub struct Engine {
    shared: Arc<Shared>,
    answers: Receiver<Answer>,
    last: u64,
}

impl Engine {
    /// Starts a worker. `wake` is called from its thread whenever there is something to poll.
    pub fn start(desk: Arc<Desk>, wake: impl Fn() + Send + 'static) -> Engine {
        let waiting = Waiting { request: None, closed: false, running: Arc::new(AtomicBool::new(false)) };
        let shared = Arc::new(Shared { waiting: Mutex::new(waiting), news: Condvar::new(), evaluations: AtomicUsize::new(0) });
        let (sender, answers) = channel();
        let of_worker = Arc::clone(&shared);
        std::thread::spawn(move || work(&desk, &of_worker, &sender, &wake));
        Engine { shared, answers, last: 0 }
    }

    /// Asks for an answer and gives the number it will carry; a request under way is cancelled, one that waits is dropped.
    pub fn request(&mut self, settings: Settings) -> u64 {
        self.last += 1;
        let mut waiting = self.shared.lock();
        waiting.running.store(true, Ordering::Relaxed);
        waiting.request = Some((self.last, settings, Instant::now()));
        self.shared.news.notify_one();
        self.last
    }

    /// Stops what is under way or waits.
    pub fn cancel(&mut self) {
        let mut waiting = self.shared.lock();
        waiting.running.store(true, Ordering::Relaxed);
        waiting.request = None;
        self.last += 1;
    }

    /// The next answer to the newest request, if there is one; answers to older ones are dropped.
    pub fn poll(&self) -> Option<Answer> {
        std::iter::from_fn(|| self.answers.try_recv().ok()).find(|answer| answer.number == self.last)
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

fn work(desk: &Desk, shared: &Shared, sender: &Sender<Answer>, wake: &dyn Fn()) {
    let mut evaluator = Evaluator::default();
    let mut slow = false;
    loop {
        let (number, settings, asked, cancel) = {
            let mut waiting = shared.lock();
            loop {
                if waiting.closed {
                    return;
                }
                if let Some((number, settings, asked)) = waiting.request.take() {
                    waiting.running = Arc::new(AtomicBool::new(false));
                    break (number, settings, asked, Arc::clone(&waiting.running));
                }
                waiting = shared.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let changed = desk.apply(&settings);
        let stages: &[Stage] = if slow { &[Stage::Quick, Stage::Exact] } else { &[Stage::Exact] };
        for stage in stages {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            shared.evaluations.fetch_add(1, Ordering::Relaxed);
            let begun = Instant::now();
            let result = match &changed {
                Ok(changed) => {
                    let compute = || evaluator.evaluate(changed, *stage, &cancel);
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(compute))
                        .unwrap_or_else(|_| Err(Refused::Because("the work ended by an error of the program; please report it".into())))
                }
                Err(words) => Err(Refused::Because(words.clone())),
            };
            let refused = result.is_err();
            let result = match result {
                Err(Refused::Cancelled) => break,
                Err(Refused::Because(words)) => Err(words),
                Ok(answer) => {
                    if *stage == Stage::Exact && answer.computed > 0 {
                        slow = begun.elapsed() > AT_ONCE;
                    }
                    Ok(Arc::new(answer))
                }
            };
            if sender.send(Answer { number, stage: *stage, result, took: asked.elapsed() }).is_err() {
                return;
            }
            wake();
            if refused {
                break;
            }
        }
    }
}
