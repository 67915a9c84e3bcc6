//! The model language: YAML text → document → checked model → compiled system.

pub mod diagnostic;
pub mod expr;
pub mod yaml;
