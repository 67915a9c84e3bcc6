//! The one door to mathematics that gives the same bits on every machine.
//!
//! * The functions below come from the `libm` crate, a pure Rust implementation: the system's own library picks other code, with other last bits,
//!   on processors without fused multiply-add. Nothing else in the house names `libm`, and solver and physics code uses no function of the
//!   standard library that has one here (`tests/house.rs`).
//! * `block`: aligned arrays of lanes; `machine`: the same kernel compiled for several instruction sets and chosen at run time, none of which may
//!   fuse a multiplication with an addition, and operand lists that are checked once. It is the one room of `unsafe`.

mod block;
mod machine;

pub use block::Block;
pub use libm::{cbrt, ceil, cos, erfc, exp, expm1, floor, hypot, lgamma, log, log1p, log2, log10, pow, scalbn, sin, sqrt, tanh};
pub use machine::{INSTRUCTION_SET_VARIABLE, InstructionSet, Kernel, Operands, Reader, UnknownInstructionSet};

/// Patients (or directions) that one instruction stream serves: the width of the lanes of every batch.
pub const LANES: usize = 8;
