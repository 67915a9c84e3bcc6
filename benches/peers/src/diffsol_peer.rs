//! diffsol on the generated equations: BDF, TR-BDF2 and ESDIRK34, with its dense and sparse factorisations.
//!
//! One solver serves all patients of a run: its symbolic analysis and its memory are kept.

use diffsol::matrix::MatrixRef;
use diffsol::vector::VectorRef;
use diffsol::{DefaultDenseMatrix, LinearSolver, Matrix, OdeBuilder, OdeSolverMethod, OdeSolverProblem, OdeSolverStopReason, Vector};
use std::marker::PhantomData;

use super::clock::cpu_seconds;
use super::compiled::Code;
use super::diffsol_equations::{Equations, equations, start};
use super::problem::{Problem, Run, Solver};

/// Its methods.
#[derive(Clone, Copy, PartialEq)]
pub enum Method {
    /// Variable-order BDF.
    Bdf,
    /// TR-BDF2.
    TrBdf2,
    /// ESDIRK34.
    Esdirk34,
}

/// diffsol on the cohort, with matrices `M` and linear solver `LS`.
pub struct Diffsol<'p, M, LS> {
    problem: &'p Problem,
    code: &'p Code,
    method: Method,
    linear: &'static str,
    matrix: PhantomData<(M, LS)>,
}

impl<'p, M, LS> Diffsol<'p, M, LS> {
    /// `linear` is the linear solver's name.
    pub fn new(problem: &'p Problem, code: &'p Code, method: Method, linear: &'static str) -> Self {
        Diffsol { problem, code, method, linear, matrix: PhantomData }
    }
}

impl<M, LS> Solver for Diffsol<'_, M, LS>
where
    M: Matrix<T = f64>,
    M::V: DefaultDenseMatrix<T = f64, C = M::C>,
    LS: LinearSolver<M>,
    for<'b> &'b M::V: VectorRef<M::V>,
    for<'b> &'b M: MatrixRef<M>,
{
    fn name(&self) -> String {
        let method = match self.method {
            Method::Bdf => "BDF",
            Method::TrBdf2 => "TR-BDF2",
            Method::Esdirk34 => "ESDIRK34",
        };
        format!("diffsol {method}, {}", self.linear)
    }

    fn patients(&self) -> usize {
        if self.method == Method::Bdf { 64 } else { 16 }
    }

    fn tightest(&self) -> f64 {
        match self.method {
            Method::Bdf => 0.0,
            Method::TrBdf2 => 0.9e-8,
            Method::Esdirk34 => 0.9e-8,
        }
    }

    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
        let wrong = |error: diffsol::DiffsolError| error.to_string();
        let problem = self.problem;
        let constants = problem.patients[0].constants.clone();
        let equations = equations::<M>(problem.states, &problem.equations.pattern, constants, self.code)?;
        let mut stated = OdeBuilder::<M>::new()
            .rtol(relative_tolerance)
            .atol(problem.absolute_tolerances(relative_tolerance))
            .build_from_eqn(equations)
            .map_err(wrong)?;
        // it counts them over the life of a solver, which here is that of all patients
        stated.ode_options.max_nonlinear_solver_failures = usize::MAX;
        match self.method {
            Method::Bdf => cohort(problem, &stated, &mut stated.bdf::<LS>().map_err(wrong)?, 1, patients, output),
            Method::TrBdf2 => cohort(problem, &stated, &mut stated.tr_bdf2::<LS>().map_err(wrong)?, 2, patients, output),
            Method::Esdirk34 => cohort(problem, &stated, &mut stated.esdirk34::<LS>().map_err(wrong)?, 3, patients, output),
        }
    }
}

fn cohort<'a, M, S>(
    problem: &Problem,
    stated: &'a OdeSolverProblem<Equations<'a, M>>,
    solver: &mut S,
    order: usize,
    patients: usize,
    output: &mut [f64],
) -> Result<Run, String>
where
    M: Matrix<T = f64>,
    M::V: DefaultDenseMatrix<T = f64, C = M::C>,
    S: OdeSolverMethod<'a, Equations<'a, M>>,
{
    let before = solver.get_statistics().number_of_steps;
    let began = cpu_seconds();
    let mut sampled = M::V::zeros(problem.states, stated.context().clone());
    for patient in 0..patients {
        stated.eqn.rhs.constants.borrow_mut().copy_from_slice(&problem.patients[patient].constants);
        let mut at_start = M::V::zeros(problem.states, stated.context().clone());
        let mut rows = problem.output_of(patient, output).chunks_mut(problem.states);
        for segment in &problem.segments {
            problem.infuse(&mut stated.eqn.rhs.constants.borrow_mut(), segment);
            start(stated, solver, &at_start, segment.start, order).map_err(|error| error.to_string())?;
            let mut advance = || -> Result<(), diffsol::DiffsolError> {
                solver.set_stop_time(segment.stop)?;
                let mut samples = segment.samples.iter().peekable();
                loop {
                    let reason = solver.step()?;
                    let now = solver.state().t;
                    while let Some(time) = samples.next_if(|time| **time <= now) {
                        solver.interpolate_inplace(*time, &mut sampled)?;
                        if let Some(row) = rows.next() {
                            sampled.for_each_batch_host([], |sampled, [], _| row.copy_from_slice(sampled));
                        }
                    }
                    if reason == OdeSolverStopReason::TstopReached {
                        return Ok(());
                    }
                }
            };
            advance().map_err(|error| format!("patient {patient}: {error}"))?;
            at_start.copy_from(solver.state().y);
        }
    }
    Ok(Run { seconds: cpu_seconds() - began, steps: Some(solver.get_statistics().number_of_steps - before) })
}
