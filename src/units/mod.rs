//! Dimensions and unit expressions (`L/nmol/min`), conversion to the internal units; no physics.
//!
//! Internal units, used by every number behind this border: time **min**, length **dm** (so that a volume is in **L**), mass **g**,
//! amount of substance **nmol**, activity **MBq**. Activity is a dimension of its own and not `1/time`, so that a rate constant can never be
//! mistaken for an activity. Absorbed dose is energy per mass, i.e. length²/time².
mod dimension;
mod quantity;
mod symbol;
mod unit;

pub use dimension::{ACTIVITY, AMOUNT, CONCENTRATION, DIMENSIONLESS, DOSE, Dimension, LENGTH, MASS, RATE, TIME, VOLUME, VOLUME_FLOW};
pub use quantity::{Quantity, QuantityError, scan_number};
pub use symbol::{UnitSymbol, is_unit_symbol, symbols};
pub use unit::{Unit, UnitError};

/// Internal time units (min) in one hour.
pub const MINUTES_PER_HOUR: f64 = 60.0;
/// Minutes in a day.
pub const MINUTES_PER_DAY: f64 = 1440.0;
/// Minutes in a week.
pub const MINUTES_PER_WEEK: f64 = 10_080.0;
