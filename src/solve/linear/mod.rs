//! Exact solution of many linear systems: `x' = A x + u` with time integrals, 2.2e-16 of the exponential's approximation from exact.
//!
//! The eight poles of the approximation are the lanes of the arithmetic. One patient fills them, so a single patient costs what one of a
//! thousand costs, patients do not wait for each other, and the bits of one cannot depend on the others, their order or the threads.
//!
//! * `approximation`: poles and weights; `structure`: blocks and orders of elimination, once per system; `values`: one patient's numbers;
//! * `pass`: factorise and solve, the kernel; `stepper`: steps where eigenvalues may be complex or positive;
//! * `lanes`: [`LinearLanes`], jobs in, solutions out; `infinity`: [`TimeIntegrals`], integrals without end.
//!
//! **Error.** Where all eigenvalues are real and not positive (blocks of pairwise exchange along trees, coupled one way), one step of any length has an error
//! below 3e-14 of the amounts at its start and of what was put in; the time integral of a state that keeps what it is given by infusion 1.2e-12.
//! Elsewhere the stepper holds two half steps against each whole one.

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
