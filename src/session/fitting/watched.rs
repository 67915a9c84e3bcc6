//! A search that tells of its steps while it works: it runs in a thread of its own, this one passes its latest step on, ten times a second at most.
//! The search takes no notice of it, so that its bits are those of an unwatched one.
use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::problem::GroupProblem;
use crate::fit::least_squares::FitProgress;
use crate::fit::numbered_work::StepReport;
use crate::session::live::{Live, SearchLive};
use crate::session::work::{Control, Progress};

/// At most so often.
const PERIOD: Duration = Duration::from_millis(100);

/// Bytes of the stack, as the main thread has it.
const STACK: usize = 8 << 20;

/// Does `work` and tells of its steps, each with the number of its start. `words` name it for people.
pub(super) fn watched<T: Send>(
    control: &mut Control,
    problem: &GroupProblem,
    group: &str,
    words: &str,
    work: impl FnOnce(Option<StepReport>) -> T + Send,
) -> T {
    let Some(done) = control.watched else { return work(None) };
    let (sender, receiver) = channel::<(usize, FitProgress)>();
    let report: StepReport = Arc::new(move |start: usize, step: &FitProgress| {
        // nobody listens any more when the work was abandoned
        let _ = sender.send((start, step.clone()));
    });
    let slot = Mutex::new(Some((work, report)));
    let take = || slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    let run = || take().map(|(work, report)| work(Some(report)));
    std::thread::scope(|scope| {
        let Ok(worker) = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) else {
            // no thread to be had: the work is done here, unwatched
            return take().map(|(work, _)| work(None));
        };
        let mut seen = Seen::default();
        let mut told = Instant::now();
        let mut news = false;
        loop {
            match receiver.recv_timeout(PERIOD) {
                Ok((start, step)) => {
                    seen.take(start, step);
                    news = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if news && told.elapsed() >= PERIOD {
                tell(control, &seen, problem, (group, words), done);
                (told, news) = (Instant::now(), false);
            }
        }
        if news {
            tell(control, &seen, problem, (group, words), done);
        }
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
    .unwrap_or_else(|| unreachable!("the work is taken once, here or there"))
}

/// The steps of every start, and the start that has come furthest down.
#[derive(Default)]
struct Seen {
    traces: BTreeMap<usize, Vec<f64>>,
    best: Option<(usize, FitProgress)>,
}

impl Seen {
    fn take(&mut self, start: usize, step: FitProgress) {
        self.traces.entry(start).or_default().push(step.objective);
        let better = self.best.as_ref().is_none_or(|(known, best)| *known == start || step.objective < best.objective);
        if better {
            self.best = Some((start, step));
        }
    }
}

fn tell(control: &mut Control, seen: &Seen, problem: &GroupProblem, (group, words): (&str, &str), done: f64) {
    let Some((start, step)) = &seen.best else { return };
    let named = problem.parameters.iter().zip(&problem.units).zip(&step.parameters);
    let live = SearchLive {
        group: group.to_owned(),
        start: *start,
        objectives: seen.traces.get(start).cloned().unwrap_or_default(),
        parameters: named.map(|((parameter, (unit, _)), value)| (parameter.label.clone(), *value, unit.clone())).collect(),
    };
    let words = if seen.traces.len() > 1 { format!("{words}, {} starts so far", seen.traces.len()) } else { words.to_owned() };
    let live = Some(Live::Search(Arc::new(live)));
    control.live.clone_from(&live);
    (control.progress)(Progress { step: words, done, left_s: None, live });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(objective: f64) -> FitProgress {
        FitProgress { iteration: 0, objective, parameters: vec![objective] }
    }

    #[test]
    fn the_start_that_is_furthest_down_is_shown() {
        let mut seen = Seen::default();
        for (start, objective) in [(0, 9.0), (0, 7.0), (1, 8.0), (1, 6.0), (0, 6.5), (1, 5.0)] {
            seen.take(start, step(objective));
        }
        let (start, best) = seen.best.unwrap();
        assert_eq!((start, best.objective), (1, 5.0));
        assert_eq!(seen.traces[&0], [9.0, 7.0, 6.5]);
        assert_eq!(seen.traces[&1], [8.0, 6.0, 5.0]);
    }
}
