//! Imaging and blood tables, event tables: reading, conversion to activities, decay correction, what was understood, what looks wrong.
//!
//! [`table::read_table`] takes a file and a [`mapping::TableMapping`] that says which column is what, and gives [`observations::Observations`] in the caller's
//! internal units, or every problem at once ([`problem::TableProblems`]). Nothing is guessed that the mapping does not say, except the delimiter.

pub mod check;
mod columns;
pub mod conversion;
pub mod decay;
pub mod event_table;
pub mod mapping;
mod number;
pub mod observations;
pub mod problem;
mod row;
pub mod table;
mod text;

pub use conversion::{Conversion, Datum, Step};
pub use decay::DecayReference;
pub use event_table::{DoseEvent, EventColumns, Events, parse_events};
pub use mapping::{ChannelColumn, Channels, DecimalSign, Delimiter, Filter, TableMapping};
pub use observations::{ChannelSummary, Observation, Observations};
pub use problem::{TableProblem, TableProblems};
pub use table::{header_of, parse_table, read_bytes, read_table};
