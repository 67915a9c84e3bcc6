//! `rptbench`: pharmacokinetic modelling and dosimetry for radiopharmaceutical therapy. Research use only, not a medical device.
//!
//! The house, from the ground up; a room imports only from floors below it:
//! `math` → `units`, `nuclide`, `random` → `model` → `solve` → `dosimetry`, `radiobiology` → `data`, `fit`, `regimen` → `trial` → `report` → `session` → `cli`, `tui`.
//! The way of the data: `YAML → Document → Model → System → Trajectory → Dose → Outcome → Report`.

pub mod cli;
pub mod data;
pub mod dosimetry;
pub mod fit;
pub mod math;
pub mod model;
pub mod nuclide;
pub mod radiobiology;
pub mod random;
pub mod regimen;
pub mod report;
pub mod session;
pub mod solve;
pub mod trial;
pub mod tui;
pub mod units;
