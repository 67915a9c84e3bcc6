//! The model language: YAML text → document → checked model → compiled system.
pub mod expr;
