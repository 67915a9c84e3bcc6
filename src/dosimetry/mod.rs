//! Time-integrated activity, S-values, mass scaling, absorbed dose (MIRD scheme).
//!
//! `D(target) = Σ_source Ã(source) · S(target ← source)`: [`time_integrated`] gives Ã from measurements, [`opendose`], [`spheres`],
//! [`self_dose`] and [`user_table`] give S, [`mass_scaling`] fits S to the patient's organ, [`absorbed_dose`] adds up and keeps
//! every contribution. Inside: activities in MBq, times in h, Ã in MBq h, S in Gy/(MBq h), masses in g, doses in Gy.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod absorbed_dose;
pub mod course;
pub mod daughters;
pub mod exponential_integral;
pub mod marrow;
pub mod mass_scaling;
pub mod opendose;
pub mod organ_name;
pub mod phantom;
pub mod reference_mass;
pub mod s_value;
pub mod self_dose;
pub mod spheres;
pub mod time_integrated;
pub mod uncertainty_budget;
pub mod user_table;
