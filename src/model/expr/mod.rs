//! Expressions of the model language: text → syntax tree → one shared graph → derivatives → flat program.
pub mod derivative;
pub mod graph;
pub mod parse;
pub mod program;
mod sums;
pub mod syntax;
