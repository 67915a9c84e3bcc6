//! A piece of a course: what a solver is asked, and what the course takes over from its answer.
//!
//! [`Course::job`] and [`Course::take`] leave the solving to others, who may have many patients side by side; [`Course::advance`] does it here and now.
use super::plan::CoursePlan;
use super::progress::{Course, CourseError, SolveSettings};
use crate::solve::{Job, Options, Schedule, Solution, SolveError, Span, Trajectory, solve, system::explain};

impl CourseError {
    /// A failed solve, with the names of the system's states.
    pub fn of_solve(error: &SolveError, plan: &CoursePlan) -> CourseError {
        CourseError::Solve { cancelled: matches!(error, SolveError::Cancelled { .. }), sentence: explain(error, &plan.system) }
    }
}

impl CoursePlan {
    /// What all solves of all patients share; every job brings its own absolute tolerances.
    pub fn shared_options<'a>(&self, settings: &SolveSettings<'a>) -> Options<'a> {
        let model_states = self.system.model_state_count();
        let mut options = Options::new(settings.relative_tolerance, Vec::new()).with_method(settings.method);
        options.non_negative = (0..self.system.state_count()).map(|state| state < model_states).collect();
        options.cancel = settings.cancel;
        options
    }

    /// Solves one job, with the method that suits it.
    ///
    /// # Errors
    /// What [`solve`] says.
    pub fn solve_job(&self, job: &Job, settings: &SolveSettings) -> Result<Trajectory, SolveError> {
        let options = Options { absolute_tolerances: job.absolute_tolerances.clone(), ..self.shared_options(settings) };
        solve(&mut self.system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options)
    }
}

impl Course<'_> {
    /// The piece from the present time to `until_min` with samples at `times_min` (ascending, after the present time or at it), as a job.
    pub fn job(&self, until_min: f64, times_min: &[f64], settings: &SolveSettings) -> Job {
        let start = self.time_min;
        Job {
            index: 0,
            parameters: self.parameters.clone(),
            initial: self.state().to_vec(),
            absolute_tolerances: self.absolute_tolerances(settings),
            // what was given before is in the state
            schedule: Schedule {
                boluses: self.schedule.boluses.iter().filter(|bolus| bolus.time >= start).cloned().collect(),
                infusions: self.schedule.infusions.iter().filter(|infusion| infusion.stop > start).cloned().collect(),
            },
            span: Span { start, stop: until_min, samples: times_min.to_vec() },
        }
    }

    /// Takes over the solution of the last [`Course::job`], which ended at `until_min` and had samples at `times_min`.
    pub fn take(&mut self, until_min: f64, times_min: &[f64], solution: Solution) {
        let states = self.plan.system.state_count();
        for (time_min, state) in times_min.iter().zip(solution.states.chunks_exact(states.max(1))) {
            self.record(*time_min, state);
        }
        self.take_state(until_min, solution.final_state, solution.statistics);
    }

    /// Advances to `until_min`, recording the observables at `times_min` (ascending, after the present time or at it).
    ///
    /// # Errors
    /// Where the solver fails.
    pub fn advance(&mut self, until_min: f64, times_min: &[f64], settings: &SolveSettings) -> Result<(), CourseError> {
        let job = self.job(until_min, times_min, settings);
        let found = self.plan.solve_job(&job, settings).map_err(|error| CourseError::of_solve(&error, self.plan))?;
        self.method = Some((found.method, found.reason));
        self.take(until_min, times_min, Solution { states: found.states, final_state: found.final_state, statistics: found.statistics });
        Ok(())
    }

    pub(super) fn options<'a>(&self, settings: &SolveSettings<'a>) -> Options<'a> {
        Options { absolute_tolerances: self.absolute_tolerances(settings), ..self.plan.shared_options(settings) }
    }

    fn absolute_tolerances(&self, settings: &SolveSettings) -> Vec<f64> {
        let plan = self.plan;
        let floor = (settings.amount_floor * self.largest_amount).max(f64::MIN_POSITIVE);
        let activity = (self.activity_per_amount() * self.largest_amount).max(1e-30);
        let mut tolerances = vec![floor; plan.system.model_state_count()];
        // riders: far below what one minute of all activity would give
        let tiny = settings.relative_tolerance * 1e-3;
        tolerances.extend(plan.system.rider_scales().iter().map(|scale| (tiny * scale * activity).max(1e-300)));
        for position in plan.protraction.iter().flatten() {
            let largest = plan.dose_terms.iter().flatten().map(|(_, s)| s * activity).fold(0.0, f64::max);
            tolerances[*position] = (tiny * largest * largest).max(1e-300);
        }
        for position in plan.compartment_integrals.iter().flatten() {
            tolerances[*position] = (tiny * self.largest_amount).max(1e-300);
        }
        tolerances
    }
}
