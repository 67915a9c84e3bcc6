//! `rptbench`: pharmacokinetic modelling and dosimetry for radiopharmaceutical therapy. Research use only, not a medical device.
//!
//! The house, from the ground up; a room imports only from floors below it:
//! `units`, `nuclide`, `random` → `model` → `solve` → `dosimetry`, `radiobiology` → `data`, `fit`, `regimen` → `trial` → `report` → `session` → `cli`, `tui`.
//! The way of the data: `YAML → Document → Model → System → Trajectory → Dose → Outcome → Report`.

pub mod units;
pub mod nuclide;
pub mod random;
pub mod model;
pub mod solve;
pub mod dosimetry;
pub mod radiobiology;
pub mod data;
pub mod fit;
pub mod regimen;
pub mod trial;
pub mod report;
pub mod session;
pub mod cli;
pub mod tui;
