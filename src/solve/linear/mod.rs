//! Exact solution of many linear systems: `x' = A x + u` with time integrals, 2.2e-16 of the exponential's approximation from exact.
//!
//! The eight poles of the approximation are the lanes of the arithmetic. One patient fills them, so a single patient costs what one of a
//! thousand costs, patients do not wait for each other, and the bits of one cannot depend on the others, their order or the threads.
//!
//! * `approximation`: poles and weights; `structure`: blocks and orders of elimination, once per system; `values`: one patient's numbers;
//! * `pass`: factorise and solve, the kernel; `stepper`: steps where eigenvalues may be complex or positive;
//! * `lanes`: [`LinearLanes`], jobs in, solutions out; `infinity`: [`TimeIntegrals`], integrals without end.
//!
//! **Error** of one step of any length, relative to the amounts at its start and what is put in: below 3e-14 where all eigenvalues are real and not positive
//! (blocks of pairwise exchange along trees, coupled one way) and no five states in a row have nearly equal rates; below 1e-12 there, see `stepper`, which also
//! takes the steps of systems with complex or positive eigenvalues and refuses what it cannot do. The time integral of a state that keeps what an infusion
//! gives it: 1.2e-12 of dose × time.

mod approximation;
mod infinity;
mod lanes;
mod pass;
mod stepper;
mod structure;
#[cfg(test)]
mod tests;
mod values;

pub use infinity::TimeIntegrals;
pub use lanes::LinearLanes;
