//! Families of time–activity functions of one region: sums of exponentials with and without uptake, fitted side by side.
//!
//! [`family`] names the functions after their parameters, [`curve`] has each in closed form with its derivatives and integrals, `start` finds where a
//! fit may begin, [`fit_family`] fits one. Which of them the data support is the question of [`crate::fit::model_choice`].

pub mod curve;
pub mod family;
mod problem;
mod region_fit;
mod start;

pub use curve::Curve;
pub use family::Family;
pub use region_fit::{FamilyFit, FamilyRefusal, FamilySettings, RegionPoint, fit_family, requirement};
