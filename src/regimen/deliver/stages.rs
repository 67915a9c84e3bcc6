//! What follows what: decisions, the pieces of the course that they ask for, the follow-up and what decays after it.
use super::super::decide::{Decision, decide};
use super::super::points::waiting_times;
use super::cycle::CycleUnderWay;
use super::{Delivery, Problem, Step};
use crate::dosimetry::course::CourseError;

/// How long the course goes on after the last cycle, in half-lives of the nuclide: 2⁻³⁰ is 1e-9 of the activity.
const TAIL_HALF_LIVES: f64 = 30.0;

/// Where a delivery stands.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// The rule is to decide.
    Deciding,
    /// A piece of the course is to be solved.
    Solving(Piece),
    /// The last cycle is over: the follow-up comes.
    Treated,
    /// What is left of the activity is to decay.
    Followed,
    /// Done.
    Finished,
}

/// A piece of the course: until when (min), with curves at which times (min), and what it is.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub end_min: f64,
    pub times_min: Vec<f64>,
    pub kind: PieceKind,
}

/// What a piece is.
#[derive(Clone, Debug)]
pub(super) enum PieceKind {
    Cycle(Box<CycleUnderWay>),
    Wait,
    FollowUp,
    Decay,
}

impl Delivery<'_> {
    /// From stage to stage until something is to be solved.
    pub(super) fn go_on(&mut self) -> Result<Step, Problem> {
        loop {
            self.stage = match std::mem::replace(&mut self.stage, Stage::Finished) {
                Stage::Deciding => self.decide()?,
                Stage::Solving(piece) => match self.solution.take() {
                    Some(solution) => {
                        let solution = solution.map_err(|error| CourseError::of_solve(&error, self.plan))?;
                        self.course.take(piece.end_min, &piece.times_min, solution);
                        self.live_through(piece)?
                    }
                    None => {
                        let job = self.course.job(piece.end_min, &piece.times_min, &self.settings);
                        self.stage = Stage::Solving(piece);
                        return Ok(Step::Solve(job));
                    }
                },
                Stage::Treated => self.follow_up(),
                Stage::Followed => self.decay(),
                Stage::Finished => return Ok(Step::Finished),
            };
        }
    }

    /// The day of a planned cycle.
    fn decide(&mut self) -> Result<Stage, Problem> {
        let now = self.course.time_min;
        self.sample_blood(now);
        self.assess_lesions(now);
        self.tell_clearance();
        if let Some(events) = &self.events {
            self.record.progressed_min = events.progression_min();
            self.record.died_min = events.death_min();
        }
        let decision = decide(self.to.arm(), &self.plan.targets, &mut self.record, now);
        Ok(match decision {
            Decision::Stop { cause, reason } => {
                self.ended_by = Some(cause);
                self.ended = reason;
                self.ended_min = now;
                Stage::Treated
            }
            Decision::Wait { recheck_min, reason } => {
                self.record.waiting_since_min.get_or_insert(now);
                self.delays.push((now, reason));
                let end = now + recheck_min;
                self.begin(end, waiting_times(now, end, self.resolution().1), PieceKind::Wait)
            }
            Decision::Give { activity_mbq, wanted_mbq, reduced_by } => self.begin_cycle(activity_mbq, wanted_mbq, reduced_by)?,
        })
    }

    /// A piece to be solved.
    pub(super) fn begin(&mut self, end_min: f64, times_min: Vec<f64>, kind: PieceKind) -> Stage {
        self.totals_before.clone_from(&self.totals);
        self.course.samples.clear();
        Stage::Solving(Piece { end_min, times_min, kind })
    }

    /// What a solved piece brings, and what comes after it.
    fn live_through(&mut self, piece: Piece) -> Result<Stage, Problem> {
        Ok(match piece.kind {
            PieceKind::Cycle(cycle) => {
                self.live(&piece.times_min, &cycle.blood_min)?;
                self.end_cycle(*cycle)?;
                Stage::Deciding
            }
            PieceKind::Wait => {
                self.live(&piece.times_min, &[])?;
                self.add_to_last_cycle();
                Stage::Deciding
            }
            PieceKind::FollowUp => {
                self.live(&piece.times_min, &[])?;
                self.add_to_last_cycle();
                Stage::Followed
            }
            PieceKind::Decay => {
                self.take_doses();
                self.add_to_last_cycle();
                Stage::Finished
            }
        })
    }

    /// After the last cycle: the follow-up with curves.
    fn follow_up(&mut self) -> Stage {
        let physiology = &self.to.regimen().physiology;
        let now = self.course.time_min;
        let end = now + physiology.follow_up_min;
        if physiology.is_empty() || end <= now {
            return Stage::Followed;
        }
        self.begin(end, waiting_times(now, end, self.resolution().1), PieceKind::FollowUp)
    }

    /// Then what still decays.
    fn decay(&mut self) -> Stage {
        let Some(nuclide) = self.plan.model.nuclide else { return Stage::Finished };
        let end = self.course.time_min + TAIL_HALF_LIVES * std::f64::consts::LN_2 / nuclide.decay_constant_per_min();
        self.begin(end, Vec::new(), PieceKind::Decay)
    }
}
