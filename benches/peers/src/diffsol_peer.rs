//! diffsol on the generated equations: BDF, TR-BDF2 and ESDIRK34, with its dense and sparse factorisations.
//!
//! The equations are given through its traits and not as closures, so that it gets the Jacobian's entries in one call of compiled code and need not
//! gather them from products. One solver serves all patients of a run: its symbolic analysis and its memory are kept.

use diffsol::matrix::MatrixRef;
use diffsol::matrix::sparsity::MatrixSparsity;
use diffsol::op::ParameterisedOp;
use diffsol::op::unit::UnitCallable;
use diffsol::vector::{VectorIndex, VectorRef};
use diffsol::{
    ConstantOp, DefaultDenseMatrix, LinearSolver, Matrix, NonLinearOp, NonLinearOpJacobian, OdeBuilder, OdeEquations, OdeEquationsRef,
    OdeSolverMethod, OdeSolverProblem, OdeSolverState, OdeSolverStopReason, Op, Vector,
};
use std::cell::RefCell;
use std::marker::PhantomData;

use super::clock::cpu_seconds;
use super::compiled::Code;
use super::problem::{Problem, Run, Solver};

type Index<M> = <<M as diffsol::matrix::MatrixCommon>::V as Vector>::Index;

/// The generated equations as diffsol wants them.
struct Rhs<'c, M: Matrix<T = f64>> {
    code: &'c Code,
    states: usize,
    context: M::C,
    sparsity: Option<M::Sparsity>,
    destination: Index<M>,
    source: Index<M>,
    /// Constants of the present patient and segment.
    constants: RefCell<Vec<f64>>,
    entries: RefCell<M::V>,
}

impl<M: Matrix<T = f64>> Op for Rhs<'_, M> {
    type T = f64;
    type V = M::V;
    type M = M;
    type C = M::C;
    fn context(&self) -> &M::C {
        &self.context
    }
    fn nstates(&self) -> usize {
        self.states
    }
    fn nout(&self) -> usize {
        self.states
    }
    fn nparams(&self) -> usize {
        0
    }
}

impl<M: Matrix<T = f64>> NonLinearOp for Rhs<'_, M> {
    fn call_inplace(&self, x: &M::V, _t: f64, y: &mut M::V) {
        let constants = self.constants.borrow();
        y.for_each_batch_host([x], |y, [x], _| self.code.rates(&constants, x, y));
    }
}

impl<M: Matrix<T = f64>> NonLinearOpJacobian for Rhs<'_, M> {
    fn jac_mul_inplace(&self, x: &M::V, _t: f64, v: &M::V, y: &mut M::V) {
        let constants = self.constants.borrow();
        y.for_each_batch_host([x, v], |y, [x, v], _| self.code.jacobian_times(&constants, x, v, y));
    }
    fn jacobian_inplace(&self, x: &M::V, _t: f64, y: &mut M) {
        let constants = self.constants.borrow();
        let mut entries = self.entries.borrow_mut();
        entries.for_each_batch_host([x], |entries, [x], _| self.code.jacobian(&constants, x, entries));
        y.set_data_with_indices(&self.destination, &self.source, &entries);
    }
    fn jacobian_sparsity(&self) -> Option<M::Sparsity> {
        self.sparsity.clone()
    }
}

/// Nothing given yet.
struct Empty<M: Matrix> {
    states: usize,
    context: M::C,
    matrix: PhantomData<M>,
}

impl<M: Matrix<T = f64>> Op for Empty<M> {
    type T = f64;
    type V = M::V;
    type M = M;
    type C = M::C;
    fn context(&self) -> &M::C {
        &self.context
    }
    fn nstates(&self) -> usize {
        0
    }
    fn nout(&self) -> usize {
        self.states
    }
    fn nparams(&self) -> usize {
        0
    }
}

impl<M: Matrix<T = f64>> ConstantOp for &Empty<M> {
    fn call_inplace(&self, _t: f64, y: &mut M::V) {
        y.fill(0.0);
    }
}

struct Equations<'c, M: Matrix<T = f64>> {
    rhs: Rhs<'c, M>,
    init: Empty<M>,
}

impl<M: Matrix<T = f64>> Op for Equations<'_, M> {
    type T = f64;
    type V = M::V;
    type M = M;
    type C = M::C;
    fn context(&self) -> &M::C {
        &self.rhs.context
    }
    fn nstates(&self) -> usize {
        self.rhs.states
    }
    fn nout(&self) -> usize {
        self.rhs.states
    }
    fn nparams(&self) -> usize {
        0
    }
}

impl<'a, M: Matrix<T = f64>> OdeEquationsRef<'a> for Equations<'_, M> {
    type Mass = ParameterisedOp<'a, UnitCallable<M>>;
    type Rhs = &'a Rhs<'a, M>;
    type Root = ParameterisedOp<'a, UnitCallable<M>>;
    type Init = &'a Empty<M>;
    type Out = ParameterisedOp<'a, UnitCallable<M>>;
    type Reset = ParameterisedOp<'a, UnitCallable<M>>;
}

impl<M: Matrix<T = f64>> OdeEquations for Equations<'_, M> {
    fn rhs(&self) -> &Rhs<'_, M> {
        &self.rhs
    }
    fn mass(&self) -> Option<ParameterisedOp<'_, UnitCallable<M>>> {
        None
    }
    fn init(&self) -> &Empty<M> {
        &self.init
    }
    fn set_params(&mut self, _p: &M::V) {}
    fn get_params(&self, _p: &mut M::V) {}
}

fn equations<'c, M: Matrix<T = f64>>(problem: &Problem, code: &'c Code) -> Result<Equations<'c, M>, String> {
    let context = M::C::default();
    let (states, pattern) = (problem.states, &problem.equations.pattern);
    let count = pattern.len();
    let (sparsity, destination) = if M::is_sparse() {
        let sparsity = M::Sparsity::try_from_indices(states, states, pattern.clone()).map_err(|error| error.to_string())?;
        let destination = sparsity.get_index(pattern, context.clone());
        (Some(sparsity), destination)
    } else {
        (None, Index::<M>::from_vec(pattern.iter().map(|(row, column)| column * states + row).collect(), context.clone()))
    };
    Ok(Equations {
        rhs: Rhs {
            code,
            states,
            sparsity,
            destination,
            source: Index::<M>::from_vec((0..count).collect(), context.clone()),
            constants: RefCell::new(problem.patients[0].constants.clone()),
            entries: RefCell::new(M::V::zeros(count, context.clone())),
            context: context.clone(),
        },
        init: Empty { states, context, matrix: PhantomData },
    })
}

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
        let equations = equations::<M>(self.problem, self.code)?;
        let mut stated = OdeBuilder::<M>::new()
            .rtol(relative_tolerance)
            .atol(self.problem.absolute_tolerances(relative_tolerance))
            .build_from_eqn(equations)
            .map_err(wrong)?;
        // it counts them over the life of a solver, which here is that of all patients
        stated.ode_options.max_nonlinear_solver_failures = usize::MAX;
        match self.method {
            Method::Bdf => cohort(self.problem, &stated, &mut stated.bdf::<LS>().map_err(wrong)?, 1, patients, output),
            Method::TrBdf2 => cohort(self.problem, &stated, &mut stated.tr_bdf2::<LS>().map_err(wrong)?, 2, patients, output),
            Method::Esdirk34 => cohort(self.problem, &stated, &mut stated.esdirk34::<LS>().map_err(wrong)?, 3, patients, output),
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

/// Starts afresh, as a new solver would, but with the memory and the symbolic analysis of this one.
fn start<'a, M, S>(
    stated: &'a OdeSolverProblem<Equations<'a, M>>,
    solver: &mut S,
    state: &M::V,
    time: f64,
    order: usize,
) -> Result<(), diffsol::DiffsolError>
where
    M: Matrix<T = f64>,
    M::V: DefaultDenseMatrix<T = f64, C = M::C>,
    S: OdeSolverMethod<'a, Equations<'a, M>>,
{
    let mut fresh = S::State::new_without_initialise(stated)?;
    {
        let part = fresh.as_mut();
        part.y.copy_from(state);
        stated.eqn.rhs.call_inplace(part.y, time, part.dy);
        *part.t = time;
    }
    fresh.as_mut().set_step_size(stated.h0, &stated.atol, stated.rtol, &stated.eqn, order);
    fresh.set_problem(stated)?;
    solver.set_state(fresh);
    // marks the state as changed, so that the history of the patient before is dropped
    let _ = solver.state_mut();
    Ok(())
}
