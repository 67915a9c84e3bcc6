//! Blood counts under marrow irradiation: a transit model of blood cell production with feedback and radiation kill.
//!
//! Proliferating cells P feed three transit stages T₁…T₃ and the circulating cells C (Friberg et al. 2002, there for chemotherapy); radiation kills the
//! proliferating cells at α Ḋ(t). With k = 4/MTT, m the loss of circulating cells (1/mean life, or k where no mean life is given) and b the
//! baseline count:
//!
//! `dP/dt = k P q (b/C)^γ − k P − α Ḋ(t) P`, `dT₁/dt = k (P − T₁)`, …, `dC/dt = m (b T₃ − C)`
//!
//! P and T are shares of their own steady state, so the unirradiated body stands exactly still at C = b. q is the production multiplier: with q ≠ 1
//! counts settle at `b q^(1/γ)` ([`LineageParameters::production_for_share`]).
//!
//! Rooms: [`kind`] (the four lineages), [`parameters`] (their numbers, embedded in `lineages.yaml`), [`course`] (the integration, by the series of `series`), [`grade`] (CTCAE).
//! No transit model fitted to radionuclide therapy was found: α and the platelets' transit time are calibrated, and α belongs to one way of
//! reckoning marrow dose (the caveats stand in `lineages.yaml`).

pub mod course;
pub mod grade;
pub mod kind;
pub mod parameters;
mod series;

pub use course::LineageCourse;
pub use grade::ctcae_grade;
pub use kind::CellKind;
pub use parameters::{LineageParameters, default_lineages};
