//! The documented room of `unsafe`: what the compiler cannot check and the speed of the lanes depends on. Nothing outside this folder is `unsafe`
//! (`tests/house.rs`).
//!
//! * `instruction_set`: calling a function that was compiled for instructions which the processor was asked about;
//! * `operands`: reading the operands of a program, whose places were checked when the list was made, without checking each of them again.

mod instruction_set;
mod operands;

pub use instruction_set::{INSTRUCTION_SET_VARIABLE, InstructionSet, Kernel, UnknownInstructionSet};
pub use operands::Operands;
