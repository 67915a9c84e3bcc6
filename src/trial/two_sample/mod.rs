//! Tests of two independent groups: shares (Fisher, χ²), means (Welch, Student), ranks (Wilcoxon, Mann and Whitney).
//!
//! `statrs` brings Fisher's test, but its logarithms and exponentials come from the system's library and differ in the last bit between machines; what decides a
//! replicate of `rpt power` is computed here from `crate::math`, and the tests hold it against `statrs`.
mod counts;
mod means;
mod ranks;

pub use counts::{CountTest, FourCounts, chi_square, fisher_exact};
pub use means::{MeanTest, Moments, student_t, welch_t};
pub use ranks::{RankTest, wilcoxon};
