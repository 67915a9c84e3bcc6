//! A [`Figure`](crate::report::Figure) drawn with characters: curves in braille, data as markers, bars as blocks.
//!
//! Colours are the 16 of the terminal, in an order that reads on dark and light backgrounds; every series also has a dash pattern or a
//! marker of its own, so that it reads without colour.

pub mod as_intervals;
mod bars;
pub mod cells;
pub mod intervals;
pub mod legend;
pub mod look;
pub mod page;
pub mod panel;
pub mod span;
pub mod stroke;
pub mod ticks;
