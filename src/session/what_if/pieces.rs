//! Solved pieces of courses, kept: arms that give the same doses to the same patient share them, and so do steps of a knob that change later cycles only.
//!
//! A piece is asked for by its whole job (parameters, state, doses, samples), so what is found here is what solving it again would give, bit by bit. Two arms that need the
//! same piece at the same time solve it once: the second waits.
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::solve::{Job, Solution, SolveError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Pieces that are kept: about 20 MB of a model with 118 states.
const KEPT: usize = 96;

/// All that is known, newest last.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    known: Mutex<Vec<Piece>>,
    news: Condvar,
}

#[derive(Debug)]
struct Piece {
    job: Job,
    relative_tolerance: f64,
    /// `None` while somebody solves it.
    solution: Option<Arc<Solution>>,
}

impl Piece {
    fn is(&self, job: &Job, settings: &SolveSettings) -> bool {
        self.relative_tolerance == settings.relative_tolerance && self.job == *job
    }
}

/// Takes the mark of a piece away that was not solved, so that nobody waits for it.
struct UnderWay<'p> {
    pieces: &'p Pieces,
    job: &'p Job,
    settings: &'p SolveSettings<'p>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.pieces.lock().retain(|piece| piece.solution.is_some() || !piece.is(self.job, self.settings));
        self.pieces.news.notify_all();
    }
}

impl Pieces {
    fn lock(&self) -> MutexGuard<'_, Vec<Piece>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything: the system is another one.
    pub(super) fn clear(&mut self) {
        self.known.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The solution of a job.
    pub(super) fn solve(&self, plan: &CoursePlan, job: &Job, settings: &SolveSettings) -> Result<Solution, SolveError> {
        let mut known = self.lock();
        loop {
            match known.iter().position(|piece| piece.is(job, settings)) {
                None => break,
                Some(at) if known[at].solution.is_some() => {
                    let piece = known.remove(at);
                    let found = piece.solution.clone();
                    known.push(piece);
                    drop(known);
                    if let Some(found) = found {
                        return Ok((*found).clone());
                    }
                    known = self.lock();
                }
                Some(_) => known = self.news.wait(known).unwrap_or_else(PoisonError::into_inner),
            }
        }
        known.push(Piece { job: job.clone(), relative_tolerance: settings.relative_tolerance, solution: None });
        drop(known);
        let mark = UnderWay { pieces: self, job, settings };
        let found = plan.solve_job(job, settings)?;
        let solution = Arc::new(Solution { states: found.states, final_state: found.final_state, statistics: found.statistics });
        let mut known = self.lock();
        if let Some(piece) = known.iter_mut().find(|piece| piece.is(job, settings)) {
            piece.solution = Some(Arc::clone(&solution));
        }
        let excess = known.len().saturating_sub(KEPT);
        let mut left = excess;
        known.retain(|piece| {
            let goes = left > 0 && piece.solution.is_some();
            left -= usize::from(goes);
            !goes
        });
        drop(known);
        drop(mark);
        Ok((*solution).clone())
    }
}
