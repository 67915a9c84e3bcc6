//! The generated equations as diffsol wants them, and its solvers started afresh.
//!
//! The equations are given through its traits and not as closures, so that it gets the Jacobian's entries in one call of compiled code and need not
//! gather them from products.

use diffsol::matrix::sparsity::MatrixSparsity;
use diffsol::op::ParameterisedOp;
use diffsol::op::unit::UnitCallable;
use diffsol::vector::VectorIndex;
use diffsol::{
    ConstantOp, DefaultDenseMatrix, Matrix, NonLinearOp, NonLinearOpJacobian, OdeEquations, OdeEquationsRef, OdeSolverMethod,
    OdeSolverProblem, OdeSolverState, Op, Vector,
};
use std::cell::RefCell;
use std::marker::PhantomData;

use super::compiled::Code;

type Index<M> = <<M as diffsol::matrix::MatrixCommon>::V as Vector>::Index;

/// The right-hand side.
pub struct Rhs<'c, M: Matrix<T = f64>> {
    code: &'c Code,
    states: usize,
    context: M::C,
    sparsity: Option<M::Sparsity>,
    destination: Index<M>,
    source: Index<M>,
    /// Constants of the present patient and segment.
    pub constants: RefCell<Vec<f64>>,
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

/// The state before anything is given.
pub struct Empty<M: Matrix> {
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

/// Both together.
pub struct Equations<'c, M: Matrix<T = f64>> {
    pub rhs: Rhs<'c, M>,
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

/// `pattern` as [`super::emit::Equations`] has it; `constants`: how many a patient has, or those of the first.
pub fn equations<'c, M: Matrix<T = f64>>(
    states: usize,
    pattern: &[(usize, usize)],
    constants: Vec<f64>,
    code: &'c Code,
) -> Result<Equations<'c, M>, String> {
    let context = M::C::default();
    let count = pattern.len();
    let (sparsity, destination) = if M::is_sparse() {
        let sparsity = M::Sparsity::try_from_indices(states, states, pattern.to_vec()).map_err(|error| error.to_string())?;
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
            constants: RefCell::new(constants),
            entries: RefCell::new(M::V::zeros(count, context.clone())),
            context: context.clone(),
        },
        init: Empty { states, context, matrix: PhantomData },
    })
}

/// Starts afresh, as a new solver would, but with the memory and the symbolic analysis of this one.
pub fn start<'a, M, S>(
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
