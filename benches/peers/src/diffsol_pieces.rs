//! diffsol's BDF as the solver of a delivery: one piece of a patient's course after the other, with one solver for all patients.

use diffsol::matrix::MatrixRef;
use diffsol::vector::VectorRef;
use diffsol::{
    DefaultDenseMatrix, DiffsolError, LinearSolver, Matrix, OdeBuilder, OdeSolverMethod, OdeSolverProblem, OdeSolverStopReason, Vector,
};
use rptbench::solve::{Job, Schedule, Solution, SolveError, Span, Statistics};

use super::compiled::Code;
use super::diffsol_equations::{Equations, equations, start};
use super::emit;

/// The system of a trial as generated code.
pub struct System<'p> {
    /// Nodes of the equations.
    pub equations: &'p emit::Equations,
    /// Compiled.
    pub code: &'p Code,
    /// Number of states.
    pub states: usize,
}

/// What solves a piece.
pub type Solver<'s> = dyn FnMut(&Job) -> Result<Solution, SolveError> + 's;

/// Does `work` with BDF at these tolerances; `work` may deliver to as many patients as it likes.
pub fn with_bdf<M, LS, R>(
    system: &System,
    relative_tolerance: f64,
    absolute_tolerances: Vec<f64>,
    work: impl FnOnce(&mut Solver) -> R,
) -> Result<R, String>
where
    M: Matrix<T = f64>,
    M::V: DefaultDenseMatrix<T = f64, C = M::C>,
    LS: LinearSolver<M>,
    for<'b> &'b M::V: VectorRef<M::V>,
    for<'b> &'b M: MatrixRef<M>,
{
    let constants = vec![1.0; system.equations.constant_count()];
    let equations = equations::<M>(system.states, &system.equations.pattern, constants, system.code)?;
    let wrong = |error: DiffsolError| error.to_string();
    let built = OdeBuilder::<M>::new().rtol(relative_tolerance).atol(absolute_tolerances).build_from_eqn(equations);
    let mut stated = built.map_err(wrong)?;
    // it counts them over the life of a solver, which here is that of all patients
    stated.ode_options.max_nonlinear_solver_failures = usize::MAX;
    let mut solver = stated.bdf::<LS>().map_err(wrong)?;
    let mut present: (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    Ok(work(&mut |job| {
        // the constants of a patient are computed once, not for every piece
        if present.0 != job.parameters {
            present = (job.parameters.clone(), system.equations.constants(&job.parameters));
        }
        stated.eqn.rhs.constants.borrow_mut().copy_from_slice(&present.1);
        piece(system, &stated, &mut solver, job).map_err(|error| SolveError::System { problem: error.to_string() })
    }))
}

fn piece<'a, M, S>(
    system: &System,
    stated: &'a OdeSolverProblem<Equations<'a, M>>,
    solver: &mut S,
    job: &Job,
) -> Result<Solution, DiffsolError>
where
    M: Matrix<T = f64>,
    M::V: DefaultDenseMatrix<T = f64, C = M::C>,
    S: OdeSolverMethod<'a, Equations<'a, M>>,
{
    let count = system.states;
    let before = solver.get_statistics().number_of_steps;
    let mut state = M::V::zeros(count, stated.context().clone());
    state.for_each_batch_host([], |state, [], _| state.copy_from_slice(&job.initial));
    let mut sampled = M::V::zeros(count, stated.context().clone());
    let mut states = Vec::with_capacity(count * job.span.samples.len());
    let mut samples = job.span.samples.iter().copied().peekable();
    for (from, to) in stretches(&job.schedule, &job.span) {
        state.for_each_batch_host([], |state, [], _| {
            for &(index, amount) in job.schedule.boluses.iter().filter(|bolus| bolus.time == from).flat_map(|bolus| &bolus.amounts) {
                state[index] += amount;
            }
        });
        infuse(system.equations, &mut stated.eqn.rhs.constants.borrow_mut(), &job.schedule, from, to);
        while samples.next_if(|time| *time <= from).is_some() {
            state.for_each_batch_host([], |state, [], _| states.extend_from_slice(state));
        }
        start(stated, solver, &state, from, 1)?;
        solver.set_stop_time(to)?;
        loop {
            let reason = solver.step()?;
            let now = solver.state().t;
            while let Some(time) = samples.next_if(|time| *time <= now) {
                solver.interpolate_inplace(time, &mut sampled)?;
                sampled.for_each_batch_host([], |sampled, [], _| states.extend_from_slice(sampled));
            }
            if reason == OdeSolverStopReason::TstopReached {
                break;
            }
        }
        state.copy_from(solver.state().y);
    }
    let mut final_state = vec![0.0; count];
    state.for_each_batch_host([], |state, [], _| final_state.copy_from_slice(state));
    let steps = solver.get_statistics().number_of_steps - before;
    Ok(Solution { states, final_state, statistics: Statistics { steps, ..Statistics::default() } })
}

/// The span cut where something is given or an infusion begins or ends.
fn stretches(schedule: &Schedule, span: &Span) -> Vec<(f64, f64)> {
    let infusions = schedule.infusions.iter().flat_map(|infusion| [infusion.start, infusion.stop]);
    let inside = schedule.boluses.iter().map(|bolus| bolus.time).chain(infusions).filter(|time| *time > span.start && *time < span.stop);
    let mut cuts: Vec<f64> = [span.start, span.stop].into_iter().chain(inside).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts.windows(2).map(|ends| (ends[0], ends[1])).collect()
}

/// Sets the infusion rates of a stretch among the constants.
fn infuse(equations: &emit::Equations, constants: &mut [f64], schedule: &Schedule, from: f64, to: f64) {
    let first = constants.len() - equations.dosed.len();
    let under_way = || schedule.infusions.iter().filter(|infusion| infusion.start <= from && infusion.stop >= to);
    for (constant, state) in constants[first..].iter_mut().zip(&equations.dosed) {
        *constant = under_way().flat_map(|infusion| &infusion.rates).filter(|rate| rate.0 == *state).map(|rate| rate.1).sum();
    }
}
