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

/// Extra hours of sleep after two drugs: Cushny and Peebles 1905, Student's own example (Biometrika 6, 1908).
#[cfg(test)]
const SLEEP: [[f64; 10]; 2] = [[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]];
