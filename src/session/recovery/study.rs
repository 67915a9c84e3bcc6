//! All replicates on several threads. Each is a pure function of the seed and its number, so the threads change the time and nothing else.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::doses::Doses;
use super::patients::Patients;
use super::replicate::{Replicate, replicate};
use crate::session::work::{Control, Failed, Progress};

/// Does replicates 0 to `replicates` − 1 and returns them in this order.
pub fn run(patients: &Patients<'_>, doses: &Doses<'_>, replicates: usize, control: &mut Control) -> Result<Vec<Replicate>, Failed> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (cancel, threads) = (control.cancel, control.threads.clamp(1, replicates.max(1)));
    let mut found: Vec<Option<Replicate>> = vec![None; replicates];
    let mut ended: Option<Failed> = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            scope.spawn(move || {
                let mut quiet = |_: Progress| {};
                let mut control = Control::new(&mut quiet, cancel);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= replicates || stop.load(Ordering::Relaxed) {
                        break;
                    }
                    if sender.send((number, replicate(patients, doses, number, &mut control))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut done = 0;
        for (number, result) in receiver {
            done += 1;
            let told = control.at(&format!("{done} of {replicates} replicates"), done as f64 / replicates.max(1) as f64);
            match result.and_then(|replicate| told.map(|()| replicate)) {
                Ok(replicate) => found[number] = Some(replicate),
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    ended.get_or_insert(error);
                }
            }
        }
    });
    if let Some(error) = ended {
        let done = found.iter().flatten().count();
        let sentence = if error.cancelled { format!("cancelled after {done} of {replicates} replicates") } else { error.sentence };
        return Err(Failed { sentence, ..error });
    }
    let found: Vec<Replicate> = found.into_iter().flatten().collect();
    if found.len() < replicates {
        return Err(Failed::because("a thread ended before its replicates were done; please report it"));
    }
    Ok(found)
}
