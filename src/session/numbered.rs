//! Numbered pieces of work on several threads. A piece knows nothing but its number, so the threads change the time and nothing else.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::work::{Control, Failed, Progress};

/// Does pieces 0 to `count` − 1 and returns them in this order; the share of progress that they take is `from` to `to`. `things`: what they are, for people.
pub fn numbered<T: Send>(
    count: usize,
    things: &str,
    (from, to): (f64, f64),
    control: &mut Control,
    work: impl Fn(usize, &mut Control) -> Result<T, Failed> + Sync,
) -> Result<Vec<T>, Failed> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (cancel, threads) = (control.cancel, control.threads.clamp(1, count.max(1)));
    let mut found: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let mut ended: Option<Failed> = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (sender, next, stop, work) = (sender.clone(), &next, &stop, &work);
            scope.spawn(move || {
                let mut quiet = |_: Progress| {};
                let mut control = Control::new(&mut quiet, cancel);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count || stop.load(Ordering::Relaxed) {
                        break;
                    }
                    if sender.send((number, work(number, &mut control))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut done = 0;
        for (number, result) in receiver {
            done += 1;
            let told = control.at(&format!("{done} of {count} {things}"), from + (to - from) * done as f64 / count.max(1) as f64);
            match result.and_then(|piece| told.map(|()| piece)) {
                Ok(piece) => found[number] = Some(piece),
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    ended.get_or_insert(error);
                }
            }
        }
    });
    if let Some(error) = ended {
        let done = found.iter().flatten().count();
        let sentence = if error.cancelled { format!("cancelled after {done} of {count} {things}") } else { error.sentence };
        return Err(Failed { sentence, ..error });
    }
    let found: Vec<T> = found.into_iter().flatten().collect();
    if found.len() < count {
        return Err(Failed::because(format!("a thread ended before its {things} were done; please report it")));
    }
    Ok(found)
}
