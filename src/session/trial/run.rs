//! The blocks of a trial on threads, folded in the order of their numbers.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Instant;

use super::live::{Pace, Watch};
use super::store::{BlockError, BlockKind, BlockStore};
use crate::session::live::Live;
use crate::session::work::{Control, Failed, Progress};
use crate::trial::{Block, BlockFault, TrialSummary, TrialWork};

/// Told of every block in the order of their numbers.
pub type EachBlock<'a> = dyn FnMut(&Block) -> Result<(), Failed> + 'a;

/// What running came to, besides the summary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ran {
    /// Patients that were found finished.
    pub resumed: usize,
    /// Blocks that were found broken and done again, in words.
    pub broken: Vec<String>,
}

fn kept(error: BlockError) -> Failed {
    Failed::interrupted(error.to_string())
}

/// What a block that could not be done means for the whole.
pub fn refused(fault: BlockFault) -> Failed {
    match fault {
        BlockFault::Cancelled => Failed::cancelled("cancelled"),
        BlockFault::NoneEligible { .. } => Failed::input(fault.to_string()),
        BlockFault::Settings(_) => Failed::because(fault.to_string()),
    }
}

/// Does all blocks that `store` does not hold yet, and folds all of them. `watch` makes the pictures that go with the progress; the result does not know of it.
pub fn run_blocks(
    work: &TrialWork,
    kind: &BlockKind,
    store: &BlockStore,
    control: &mut Control,
    (from, to): (f64, f64),
    mut watch: Option<&mut Watch>,
    each: &mut EachBlock,
) -> Result<(TrialSummary, Ran), Failed> {
    let count = work.blocks();
    let patients = work.cohort.patients;
    let (finished, broken) = store.finished(kind, count);
    let missing: Vec<usize> = (0..count).filter(|number| !finished[*number]).collect();
    let missing_patients: usize = missing.iter().map(|number| work.block_size().min(patients - number * work.block_size())).sum();
    let ran = Ran { resumed: patients - missing_patients, broken };
    let mut summary = TrialSummary::new(kind.arms, kind.columns, kind.covariates);
    let mut ready = finished;
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let threads = control.threads.clamp(1, missing.len().max(1));
    let started = Instant::now();
    let ended: Option<Failed> = std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let (sender, next, stop, missing) = (sender.clone(), &next, &stop, &missing);
            scope.spawn(move || {
                while let Some(number) = missing.get(next.fetch_add(1, Ordering::Relaxed))
                    && !stop.load(Ordering::Relaxed)
                {
                    let done = match work.block(*number) {
                        Ok(block) => store.keep(kind, &block).map(|()| *number).map_err(kept),
                        Err(fault) => Err(refused(fault)),
                    };
                    let failed = done.is_err();
                    if sender.send(done).is_err() || failed {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut fold = |ready: &[bool], summary: &mut TrialSummary| -> Result<(), Failed> {
            while ready.get(summary.blocks) == Some(&true) {
                let block = store.take(kind, summary.blocks).map_err(kept)?;
                summary.fold(&block).map_err(|error| Failed::because(error.to_string()))?;
                each(&block)?;
            }
            Ok(())
        };
        let mut done = 0;
        let mut ended = fold(&ready, &mut summary).err();
        for result in receiver {
            let step = result.and_then(|number| {
                ready[number] = true;
                done += work.block_size().min(patients - number * work.block_size());
                fold(&ready, &mut summary)?;
                let finished = ran.resumed + done;
                let rate_per_s = done as f64 / started.elapsed().as_secs_f64().max(1e-9);
                let pace = Pace { finished, patients, resumed: ran.resumed, rate_per_s };
                let stopped = control.cancel.load(Ordering::Relaxed);
                let live = watch.as_mut().map(|watch| Live::Trial(watch.picture(&summary, pace, finished == patients || stopped)));
                let share = from + (to - from) * finished as f64 / patients as f64;
                (control.progress)(Progress { step: words(pace), done: share, left_s: Some(pace.left_s()), live });
                if stopped { Err(Failed::cancelled("cancelled")) } else { Ok(()) }
            });
            if let Err(error) = step {
                stop.store(true, Ordering::Relaxed);
                ended.get_or_insert(error);
            }
        }
        ended
    });
    if let Some(error) = ended {
        let done = ready.iter().filter(|ready| **ready).count();
        let sentence = if error.cancelled {
            format!("cancelled after {} of {patients} virtual patients", (done * work.block_size()).min(patients))
        } else {
            error.sentence
        };
        return Err(Failed { sentence, ..error });
    }
    if summary.blocks < count {
        return Err(Failed::because("a thread ended before its virtual patients were done; please report it"));
    }
    Ok((summary, ran))
}

/// "320 of 1000 virtual patients, 52 a second".
fn words(pace: Pace) -> String {
    let rate = pace.rate_per_s;
    let per_second = if rate >= 10.0 { format!("{rate:.0}") } else { format!("{rate:.1}") };
    format!("{} of {} virtual patients, {per_second} a second", pace.finished, pace.patients)
}
