//! Activity planning by published formulas: one plain function per formula, units in the names, an error for what cannot be.
//!
//! [`body_surface`] DuBois; [`resin`], [`glass`], [`holmium`], [`partition`] and [`lung_shunt`] for microspheres; [`radioiodine`] for 131I;
//! [`dotatate`] a population regression. Nothing here simulates: the formulas are what a clinic computes before an administration. A formula
//! says whether its numbers were read or recalled; none is advice.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod body_surface;
pub mod dotatate;
pub mod glass;
pub mod holmium;
mod input;
pub mod lung_shunt;
pub mod partition;
pub mod radioiodine;
pub mod resin;

pub use input::PlanningError;
