//! Imaging and blood tables: reading, units, decay correction, what was understood.
//!
//! [`table::read_table`] takes a file and a [`mapping::TableMapping`] that says which column is what, and gives [`observations::Observations`] in the caller's
//! internal units, or every problem at once ([`problem::TableProblems`]). Nothing is guessed that the mapping does not say, except the delimiter.

mod columns;
pub mod decay;
pub mod mapping;
mod number;
pub mod observations;
pub mod problem;
mod row;
pub mod table;
mod text;

pub use decay::DecayReference;
pub use mapping::{ChannelColumn, Channels, DecimalSign, Delimiter, Filter, TableMapping};
pub use observations::{ChannelSummary, Observation, Observations};
pub use problem::{TableProblem, TableProblems};
pub use table::{parse_table, read_table};
